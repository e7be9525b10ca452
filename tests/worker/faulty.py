"""Companies on which something goes wrong: GitHub beside Jira Cloud, or beside Jira Data Center."""

import logging
from contextlib import contextmanager

import structlog

from integrations.sandbox.jira import JiraFace
from tests.worker.places import Place

FLAVOURS = ("cloud", "dc")


class DataCenter(Place):
    """A company whose Jira is a Data Center: a personal access token alone, people by their names."""

    def configure(self, **changes):
        """Write the config, some of it changed."""
        super().configure(**changes)
        text = self.config.read_text(encoding="utf-8")
        text = text.replace('email = "kaizen-bot@acme.example"\n', "").replace('jira = "acc-', 'jira = "')
        self.config.write_text(text, encoding="utf-8")


def jira(world, flavour):
    """Make a face whose clock is always its world's, which may be put wrong."""

    def clock():
        return world.clock()

    return JiraFace(world, clock, flavour=flavour)


@contextmanager
def firm(folder, flavour="cloud", *, watch=None, bend=None, wrap=lambda face: face, **given):
    """Serve a company without tickets; `watch` is told of every request that gets through, as a face sees it.

    `bend` is given a face's name, each request and its answer, and returns what is answered instead.
    """

    def wrapped(face):
        chosen = jira(face.world, flavour) if isinstance(face, JiraFace) else face
        return wrap(Watched(chosen, watch, bend) if watch or bend else chosen)

    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    made = (DataCenter if flavour == "dc" else Place)(folder, wrap=wrapped, **given)
    try:
        with made.sandbox:
            yield made
    finally:
        logging.disable(logging.NOTSET)
        structlog.reset_defaults()


class Watched:
    """A face that tells of each request, or whose answers are bent."""

    def __init__(self, face, watch=None, bend=None):
        self.name, self.prefix = face.name, face.prefix
        self.face, self.watch, self.bend = face, watch, bend

    def answer(self, request):
        """Answer as the face does."""
        if self.watch:
            self.watch(self.name, request)
        answer = self.face.answer(request)
        return self.bend(self.name, request, answer) if self.bend else answer


def beside(where):
    """Return the flavour of the Jira in a company where something befalls this tracker."""
    return "dc" if where == "dc" else "cloud"


def face_of(where):
    """Return a tracker's name in the log of requests."""
    return where if where == "github" else f"jira-{where}"


def settled(made, passes=1, **given):
    """Make passes that may write; then make sure that two more write nothing. Return the last pass that may."""
    last = None
    for _ in range(passes):
        last = made.once(**given)
    assert [made.written(**given) for _ in range(2)] == [[], []]
    assert all(count == 1 for count in made.marks().values())
    return last


def rules(made, text, *, pack="own", name="own.toml"):
    """Give the company rules of its own."""
    head = f'[pack]\nname = "{pack}"\nabout = "What this company wants."\n\n'
    (made.folder / name).write_text(head + text, encoding="utf-8")
    made.configure(rules=f'"{name}"')


def states(made):
    """Return how each ticket's ops ended: {(target, verb): state}, the first in the order of the alphabet."""
    found = {}
    for target, verb, state in made.ops():
        found.setdefault((target, verb), state)
    return found
