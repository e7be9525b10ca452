"""Ops and plans survive being written down, and nothing else is taken for one."""

import re
from dataclasses import fields
from datetime import UTC
from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.actions import AddLabel, Op, Plan, SetDue, Verb
from rules.model import Mention, Paragraph, Prose, Text
from tests.worker.stores import NOW, TODAY, op
from worker.codec import op_from_json, op_to_json, plan_from_json, plan_to_json, verb_from_json, verb_to_json
from worker.errors import CodecError

st.register_type_strategy(type(NOW), st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))  # a column of either database holds no more


@pytest.mark.parametrize("kind", get_args(Verb), ids=lambda kind: kind.__name__)
def test_every_verb_survives(kind):
    """A verb read back is the verb written down, prose and all."""

    @settings(max_examples=25)
    @given(st.from_type(kind))
    def survives(verb):
        assert verb_from_json(verb_to_json(verb)) == verb

    survives()


@settings(max_examples=50)
@given(st.builds(Plan, ops=st.lists(st.from_type(Op), max_size=3).map(tuple)))
def test_every_plan_survives(plan):
    """A plan read from its file is the plan that was saved."""
    assert plan_from_json(plan_to_json(plan)) == plan


def test_text_that_is_none_is_replaced():
    """A lone surrogate in a title does not stop a plan from being saved."""
    odd = op(verb=AddLabel(label="a\ud800b\0"))
    assert op_from_json(op_to_json(odd)) == op(verb=AddLabel(label="a\ufffdb\0"))


def edited(text, **changes):
    """Return a verb's JSON with fields changed; None takes one away."""
    raw = orjson.loads(text) | changes
    return orjson.dumps({key: value for key, value in raw.items() if value is not None}).decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "None is none of AddLabel"),
        (edited(verb_to_json(AddLabel(label="x")), **{"is": "Plan"}), "'Plan' is none of AddLabel"),
        (edited(verb_to_json(AddLabel(label="x")), label=None), "AddLabel with unknown or missing label"),
        (edited(verb_to_json(AddLabel(label="x")), colour="red"), "AddLabel with unknown or missing colour"),
        (edited(verb_to_json(AddLabel(label="x")), label=3), "verb.label: '3' does not belong here"),
        (edited(verb_to_json(SetDue(due=TODAY)), due="soon"), "verb.due: 'soon' is not a date"),
        ('{"is": "Close", "reason": "tired"}', "verb.reason: 'tired' does not belong here"),
        ('{"is": "Close", "reason": ["completed"]}', "does not belong here"),
        ('{"is": "FileTicket", "title": "t", "prose": 1}', "verb.prose: not a Prose"),
    ],
)
def test_what_is_no_verb_is_refused(text, said):
    """An error says where and what."""
    with pytest.raises(CodecError, match=re.escape(said)):
        verb_from_json(text)


def test_a_field_added_later_takes_its_default():
    """What an older version wrote down without a field that has a default can still be read."""
    optional = [f.name for f in fields(Op) if f.name in ("episode", "shadow")]
    assert op_from_json(edited(op_to_json(op()), **dict.fromkeys(optional))) == op()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "not a file saved by"),
        ('{"file": "kaizend plan", "version": 99}', "version 99"),
        ('{"file": "kaizend plan", "version": 1}', "plan: not a Plan"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(text, said):
    """Another file, or another version, is not applied."""
    with pytest.raises(CodecError, match=said):
        plan_from_json(text)


def test_a_plan_file_names_its_moment_with_its_zone():
    """A moment without a zone could be anybody's."""
    plan = Plan(at=NOW, policy="p", ops=(op(verb=AddLabel(label="x")),))
    with pytest.raises(CodecError, match=r"plan\.at"):
        plan_from_json(plan_to_json(plan).replace("+00:00", ""))


def test_prose_keeps_its_kinds():
    """Text that looks like a mention stays text; a mention stays one."""
    prose = Prose(blocks=(Paragraph(line=(Text("@ana"), Mention("ana"))),))
    verb = AddLabel(label="x")
    assert verb_from_json(verb_to_json(verb)) == verb
    posted = {"is": "Post", "prose": orjson.loads(op_to_json(op(verb=_post(prose))))["verb"]["prose"], "people": []}
    assert verb_from_json(orjson.dumps(posted).decode()).prose == prose


def _post(prose):
    return next(kind for kind in get_args(Verb) if kind.__name__ == "Post")(prose=prose)
