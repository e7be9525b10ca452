"""What came of improvements, as people see it: in digests, on agendas and on the command line."""

from datetime import date, timedelta

import orjson
import pytest

from integrations.github.markdown import render as markdown
from rules.model import Link, Prose
from rules.outcomes.hits import Came, Harvest
from tests.worker.test_outcomes import AIM, Improving, served
from worker.agenda_backlog import outcomes
from worker.agenda_outcomes import outcome_blocks, rate, rate_blocks
from worker.cli import run
from worker.digest_text import prose
from worker.publish import compose
from worker.scoring import score
from worker.settings.tables import DigestTable
from worker.sitting import Sitting, gathered


def came(judgement, key="OPS-1", **values):
    """Return what came of an improvement."""
    plain = {"title": "Slow <restores> @zoe", "stated": AIM, "domains": ("reliability",), "lead": "ana"}
    said = {"said": "It went from 2 h to 1 h.\nSo it is.", "day": date(2026, 11, 20)}
    return Came(ticket=Link(key, f"https://jira.example/{key}"), judgement=judgement, **(plain | said | values))


def harvest(*found, **values):
    """Return what came of improvements."""
    plain = {"finished": 0, "silent": (), "unclear": (), "waiting": 0}
    return Harvest(came=found, **(plain | values))


def test_judgements_are_worded_with_their_numbers():
    """The counts first, then each with its ticket; what is foreign stays text."""
    silent = tuple(Link(f"OPS-{number}", "https://x") for number in range(10, 17))
    found = harvest(
        came("worse"), came("validated"), came("validated"), came("too little data"), finished=9, silent=silent
    )
    text = markdown(Prose(outcome_blocks(found)))
    counts, _, rest = text.partition(". Effort without impact (nobody said what it was to achieve), 7 of 9 finished: ")
    assert counts.endswith("2 validated, 1 worse, 1 with too little data")
    assert rest.partition("\n")[0].endswith(" and 2 more.")
    assert "**worse**. It went from 2 h to 1 h. So it is." in text
    assert "<restores>" not in text
    assert "@zoe" not in text
    assert markdown(Prose(outcome_blocks(harvest()))).endswith("Nothing was to be judged.")


def test_rates_come_with_their_interval():
    """By domain and lead; of nothing there is none."""
    found = harvest(came("worse"), came("validated"), came("validated"))
    text = markdown(Prose(rate_blocks(found)))
    assert "| all | 2 of 3 (67%, 21% to 94%) |" in text
    assert "| domain reliability | 2 of 3 (67%, 21% to 94%) |" in text
    assert "| lead ana | 2 of 3 (67%, 21% to 94%) |" in text
    assert rate_blocks(harvest(came("too little data"))) == ()
    assert rate(harvest().all) == "nothing judged"


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Serve a company on GitHub whose improvement made things worse, as was found today; and one silent improvement."""
    with served(tmp_path_factory.mktemp("outcomes"), "github") as made:
        shop = Improving(made, "github")
        number = shop.finished()
        silent = shop.improve("")
        shop.close(silent)
        shop.judged(number, 3)
        yield shop, number, silent


def test_the_digest_tells_what_got_worse(judged):
    """In the week in which it was judged, and in no other."""
    shop, number, _ = judged
    with shop.made.worker() as worker:
        table = DigestTable(name="all", source="shop")
        week, earlier = (markdown(prose(compose(worker, table, slot))) for slot in ("2026-W48", "2026-W47"))
    assert "What came of finished improvements" in week
    assert f"/issues/{number})" in week.partition("What came of finished improvements")[2].partition("###")[0]
    assert "It got worse; it was to be 1 h." in week
    assert "What came of finished improvements" not in earlier


def test_an_agenda_brings_along_what_was_judged_since(judged):
    """With the rate, and the effects that people expect; what was judged before the last review is not said again."""
    shop, number, _ = judged
    with shop.made.worker() as worker:
        week, day = (worker.clock() - timedelta(days=days) for days in (7, 0.1))
        text, later = (markdown(Prose(outcomes(sitting(worker, since)))) for since in (week, day))
    assert f"{AIM.replace('>', '&gt;')}, open" in text  # it was opened again
    assert f"/issues/{number}) Restart by itself: **worse**." in text
    assert "| all | 0 of 1 (0%, 0% to 79%) |" in text
    assert "**worse**" not in later


def sitting(worker, since):
    """Return what an agenda is filled from."""
    now = worker.clock()
    known = {"tickets": gathered(worker, now, since), "scores": score(worker, since, now)}
    return Sitting(worker=worker, now=now, since=since, last=None, **known)


def test_the_command_line_tells_of_a_quarter(judged, capsys, monkeypatch):
    """The running one if none is named; scripts get JSON; a wrong one is refused."""
    shop, number, silent = judged
    monkeypatch.setenv("COLUMNS", "200")
    settings = ["--config", str(shop.made.config), "outcomes"]
    assert run([*settings, "--quarter", "2026-Q4", "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert (found["quarter"], found["counts"], found["waiting"]) == ("2026-Q4", {"worse": 1}, 0)
    assert [(each["ticket"], each["stated"]) for each in found["judged"]] == [(shop.key(number), AIM)]
    assert found["by_lead"][0]["name"] == "ana"
    assert found["hit_rate"]["validated"] == 0
    assert run([*settings, "--quarter", "2026-Q3"]) == 0
    out = capsys.readouterr().out
    assert f"Effort without impact (nobody said what it was to achieve), 1 of 1 finished: {shop.key(silent)}" in out
    assert run([*settings, "--quarter", "2026"]) == 1
    assert "--quarter '2026' is no quarter: write it like" in capsys.readouterr().err
    assert run([*settings, "--quarter", "2999-Q1"]) == 1
    assert "it is yet to come" in capsys.readouterr().err
