"""The scenarios of the crash matrix: small companies, each on the eve of a pass that does a lot. A line each."""

from tests.torture.matrix.closings import closing
from tests.torture.matrix.judgements import judging
from tests.torture.matrix.mornings import backlog, lost, morning, morning_on_premises, undoing
from tests.torture.matrix.returns import recurring
from tests.torture.matrix.scenario import Scenario


def _scenario(name, serve, *verbs):
    return name, Scenario(name=name, serve=serve, verbs=frozenset(verbs))


SCENARIOS = dict((
    _scenario("backlog", backlog),
    _scenario("morning", morning),
    _scenario("morning-dc", morning_on_premises),
    _scenario("lost", lost),
    _scenario("undoing", undoing),
    _scenario("gate", closing),
    _scenario("returns", recurring),
    _scenario("judged", judging),
))  # fmt: skip
