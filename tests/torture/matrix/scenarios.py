"""The scenarios of the crash matrix: small companies, each on the eve of a pass that does a lot. A line each."""

from tests.torture.matrix.closings import closing
from tests.torture.matrix.judgements import judging
from tests.torture.matrix.mornings import backlog, lost, morning, morning_on_premises, undoing
from tests.torture.matrix.returns import recurring
from tests.torture.matrix.scenario import Scenario


def _scenario(name, serve, *verbs):
    return name, Scenario(name=name, serve=serve, verbs=frozenset(verbs))


ON_A_MORNING = frozenset({
    "add label", "assign", "card", "close", "file", "link", "ping", "remove label", "reopen", "set due",
})  # fmt: skip

SCENARIOS = dict((
    _scenario("backlog", backlog, "add label", "card", "file", "ping", "set due"),
    _scenario("morning", morning, *ON_A_MORNING, "take back"),
    _scenario("morning-dc", morning_on_premises, *ON_A_MORNING, "take back"),
    _scenario("lost", lost, *ON_A_MORNING),
    _scenario("undoing", undoing, "assign", "card", "edit", "react", "remove label", "take back"),
    _scenario(
        "gate", closing,
        "add label", "approve", "assign", "card", "file", "plan", "react", "set due", "set priority", "status",
    ),
    _scenario(
        "returns", recurring,
        "add label", "card", "close", "link", "ping", "react", "remove label", "reopen", "unlink",
    ),
    _scenario("judged", judging, "add label", "card", "ping"),
))  # fmt: skip
