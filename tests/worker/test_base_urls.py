"""Addresses in answers: whatever a tracker says about itself, nothing is asked but the address of the config."""

from dataclasses import replace

import orjson
import pytest

from integrations.sandbox.jira import JiraFace
from tests.integrations.told import ToldPlace
from tests.worker.faulty import FLAVOURS, DataCenter, jira
from tests.worker.places import LATE, Place, place


class Misleading:
    """A face all of whose links, in bodies and headers, lead to another server."""

    def __init__(self, face, away):
        self.name, self.prefix, self.face, self.away = face.name, face.prefix, face, away
        self.misled = 0

    def answer(self, request):
        answer = self.face.answer(request)
        host = "/".join(request.base.split("/")[:3])
        told = orjson.dumps(answer.json) if answer.body is None else answer.body
        self.misled += told.count(host.encode())
        headers = {name: value.replace(host, self.away) for name, value in answer.headers.items()}
        return replace(answer, body=told.replace(host.encode(), self.away.encode()), headers=headers)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_link_in_an_answer_is_followed(tmp_path, flavour):
    """A page's next, an issue's self, a repository's address: all lead elsewhere, and nobody goes there."""
    evil, faces = ToldPlace(), []

    def wrap(face):
        faces.append(Misleading(jira(face.world, flavour) if isinstance(face, JiraFace) else face, evil.sandbox.url))
        return faces[-1]

    with evil.sandbox, place(tmp_path, made=DataCenter if flavour == "dc" else Place, wrap=wrap) as made:
        for number in range(101):  # more than a page; no improvements, so nothing is to be done about them
            made.github.add_issue(f"Search is slow {number}", author="bo-gh")
            made.jira.add_issue("OPS", f"Restore takes a day {number}", type="Bug", reporter="bo")
        made.issue(owner="bo", due=LATE)
        made.task(owner="bo", due=LATE)
        assert len(made.written()) > 5
        assert made.written() == []
        assert [face.name for face in faces if face.misled > 40] == ["github", f"jira-{flavour}"]
        assert evil.asked() == []
