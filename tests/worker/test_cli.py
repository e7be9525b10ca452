"""The command line: what its users see, on stdout, on stderr and as exit code."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from rules.actions import AddLabel, Op, Plan, Post, Target
from rules.governance import SECTIONS
from tests.worker.shop import now, serving
from tests.worker.stores import ticket
from worker.cli import run
from worker.cli.plans import AS_ABOVE, plan_table, sample, told
from worker.lease import lease
from worker.logs import HIDDEN

BAD_RULE = """
[pack]
name = "own"
about = "Ours."
[[rule]]
id = "a"
about = "A rule."
on = "improvement"
when = {when}
{key} = "x"
"""


@pytest.fixture
def shop(tmp_path):
    """Serve a small shop."""
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def said(capsys):
    """Return the lines on stdout and on stderr since last asked."""

    def lines():
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return out.splitlines(), err.splitlines()

    return lines


# -- errors of users: one line each, and the exit code of errors that were expected ---------------------------------


def test_without_a_config_it_is_said_how_to_start(tmp_path, said):
    """The first thing a newcomer does wrong has its remedy in the message."""
    assert run(["--config", str(tmp_path / "none.toml"), "plan"]) == 1
    out, err = said()
    assert (out, len(err)) == ([], 1)
    assert "cp config.example.toml none.toml" in err[0]


@pytest.mark.parametrize(
    "arguments", [["plam"], ["plan", "--jsn"], ["why"], ["audit"], ["sandbox", "--port", "many"]], ids=" ".join
)
def test_a_wrong_call_is_told_in_one_line(arguments, said):
    """Usage errors end with 2 and say where the help is."""
    assert run(arguments) == 2
    out, err = said()
    assert (out, len(err)) == ([], 1)
    assert "--help" in err[0]


def test_without_arguments_there_is_help(said):
    """Who does not know a verb gets the list."""
    assert run([]) == 2
    out, err = said()
    assert err == []
    assert any("doctor" in line for line in out)


@pytest.mark.parametrize(
    ("when", "key", "expected"),
    [
        ('["open"]', "labl", "own.toml: rule 'a', line 10, column 1: no key 'labl' (did you mean 'label'?)"),
        ('["opn"]', "label", "own.toml: rule 'a', when[1], column 1: no fact 'opn' (did you mean 'open'?)"),
    ],
)
def test_a_wrong_rule_is_named_with_what_would_be_right(shop, said, when, key, expected):
    """File, rule, key and column, and the nearest right name."""
    shop.rule_file(BAD_RULE.format(when=when, key=key))
    assert shop.run("check") == 1
    assert said() == ([], [expected])


def test_a_wrong_condition_in_the_config_names_the_config_as_it_is_called(shop, said):
    """Not every config is called config.toml."""
    shop.edit('"incident" in labels', "incdent")
    assert shop.run("check") == 1
    _, err = said()
    assert len(err) == 1
    assert err[0].startswith("shop.toml: line 16, column 13: [kinds] incident[1]")


def test_an_override_is_checked_with_the_rules(shop, said):
    """A right one is counted; a wrong one is named with the config, the table and what would be right."""
    shop.configure(more='[override."backlog.owned"]\nmode = "shadow"')
    assert shop.run("check") == 0
    _, err = said()
    assert "rules (1 overridden), " in err[-1]
    shop.edit('mode = "shadow"', "lable = 'x'")
    assert shop.run("check") == 1
    assert said() == (
        [],
        ["shop.toml: line 29, column 1: [override.\"backlog.owned\"]: no key 'lable' (did you mean 'label'?)"],
    )


def test_each_section_of_the_policy_is_accounted_for(shop, said):
    """Before the first pass nothing was done; then each rule tells what it did, and what serves no section is bare."""
    assert shop.run("policy", "--json") == 0
    before = {one["section"]: one for one in orjson.loads("\n".join(said()[0]))}
    assert list(before) == list(SECTIONS)
    scope = {"backlog/classified", "backlog/needs-domain", "backlog/several-domains"}
    assert {rule["rule"] for rule in before["scope"]["rules"]} == scope
    assert not any(rule["done"] for one in before.values() for rule in one["rules"])
    assert shop.run("once") == 0
    said()
    assert shop.run("policy", "--json") == 0
    after = {one["section"]: one for one in orjson.loads("\n".join(said()[0]))}
    done = {rule["rule"]: rule["done"] for one in after.values() for rule in one["rules"]}
    assert done["backlog/owned"] == {"add label": 1}
    assert after["feedback"]["rules"] == []
    assert shop.run("policy") == 0
    assert any("backlog/owned" in line and "1 label put on" in line for line in said()[0])


def test_a_wrong_token_is_told_by_doctor(shop, said):
    """The credential is what is wrong, and doctor says so."""
    shop.edit('token = "sandbox"', 'token = "expired"')
    assert shop.run("doctor", "--json") == 1
    out, err = said()
    found = orjson.loads("\n".join(out))
    assert [(one["source"], one["what"], one["grade"]) for one in found] == [("shop", "credential", "bad")]
    assert err == []


def test_a_tracker_that_is_down_makes_the_pass_partial(shop, said):
    """One line says which source was not read; nothing is concluded, and the exit code is not green."""
    assert shop.run("sync") == 0
    said()
    shop.edit(shop.sandbox.url, "http://127.0.0.1:9")
    assert shop.run("plan", "--json") == 4
    out, err = said()
    assert len(err) == 1
    assert err[0].startswith("source shop was not read, nothing is planned for it: ")
    planned = orjson.loads("\n".join(out))
    assert (planned["ops"], list(planned["unread"])) == ([], ["shop"])


@pytest.mark.fault("delivery/two-workers")
def test_a_lock_that_is_held_is_told_with_its_holder(shop, said):
    """Two workers never write at once; the second says who is at it, and ends with 5."""
    with shop.worker() as worker, lease(worker.database, name="shop"):
        assert shop.run("once") == 5
    out, err = said()
    assert (out, len(err)) == ([], 1)
    assert "held by" in err[0]
    assert shop.writes() == 0


@pytest.mark.fault("delivery/no-database-file")
def test_a_damaged_database_is_told_and_left_alone(shop, said):
    """It is neither repaired nor made anew."""
    shop.run("sync")
    said()
    file = shop.folder / "var/kaizend.db"
    for more in ("-wal", "-shm"):
        file.with_name(file.name + more).unlink(missing_ok=True)
    file.write_bytes(b"no database" * 1000)
    assert shop.run("why", "#1") == 1
    _, err = said()
    assert len(err) == 1
    assert file.read_bytes().startswith(b"no database")


def test_what_nobody_expected_is_shown_whole(shop, capsys):
    """A bug has an exit code of its own, and its traceback goes to the log, which leaves secrets out."""
    shop.edit('token = "sandbox"', 'token = "expected"')  # a word of the error's own text
    with shop.worker() as worker:
        worker.mirror.put_ticket(ticket(), now())
        with worker.database.begin() as connection:
            connection.exec_driver_sql("update tickets set labels = 'no list'")
    assert shop.run("why", ticket().key) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "this should not have happened" in err
    assert HIDDEN in err
    assert "expected" not in err


def test_a_reader_that_has_had_enough_is_no_error():
    """`kaizend facts | head -1` ends quietly."""
    command = "from worker.cli import main; main(['facts'])"
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


# -- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_gives_reasons_and_writes_nothing(shop, said):
    """Target, before and after, rule and because; asked for an exit code, it says that there is something to do."""
    assert shop.run("plan", "--exit-code") == 10
    out, _ = said()
    text = "\n".join(out)
    for part in (shop.ownerless.key, "- -> label needs-owner", "backlog/owned", "!has_owner", "workdays_open >= 2"):
        assert part in text
    assert shop.finished.key not in text
    assert shop.writes() == 0


def test_a_plan_for_scripts_is_a_flat_list(shop, said):
    """Every op has what a script wants to know, in plain values."""
    assert shop.run("plan", "--json") == 0
    out, err = said()
    planned = orjson.loads("\n".join(out))
    assert err == []
    labelled = next(op for op in planned["ops"] if op["verb"] == "add label")
    assert {name: labelled[name] for name in ("source", "target", "before", "after", "rule", "shadow")} == {
        "source": "shop",
        "target": shop.ownerless.key,
        "before": "-",
        "after": "label needs-owner",
        "rule": "backlog/owned",
        "shadow": False,
    }
    assert labelled["because"][:2] == ["open (open = yes)", "!has_owner (has_owner = no)"]
    assert all(isinstance(value, str | int | bool | list) for op in planned["ops"] for value in op.values())


def op(verb, *, rule="backlog/owned", because=("open (open = yes)",), on=1, after="x"):
    """Make an op."""
    target = Target(source="shop", uid=f"u{on}", ref=str(on), key=f"acme/shop#{on}")
    return Op(id=f"{on}{after}", target=target, verb=verb, rule=rule, because=because, before="-", after=after)


LABEL = AddLabel(label="needs-owner")


def test_a_ticket_is_told_its_reasons_once():
    """A card and a ping repeat what the label said: they say so in two words."""
    ops = (
        op(LABEL),
        op(
            Post(prose=()),
            rule="card",
            because=("backlog/owned: open (open = yes)", "backlog/idle: idle > 3 (idle = 4)"),
        ),
        op(Post(prose=())),
    )
    assert [reason for _, reason in told(ops)] == ["open", "backlog/idle: idle > 3 (idle = 4)", AS_ABOVE]


def test_a_sample_shows_every_rule_and_is_short():
    """What was shown once is counted, not shown again."""
    ops = (*(op(LABEL, on=number) for number in range(9)), op(LABEL, rule="backlog/idle", on=9))
    plan = Plan(at=now(), policy="", ops=ops)
    assert [one.target.key for one in sample(plan, most=5)] == ["acme/shop#0", "acme/shop#9"]


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_a_plan_fits_any_terminal(width, capsys):
    """No line is wider than the screen, and nothing of an op is left out."""
    Console(width=width).print(plan_table([op(LABEL, because=("x" * 90,))], width=width))
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= width
    assert text.count("x") >= 90
    assert "backlog/owned" in text


# -- saved plans ----------------------------------------------------------------------------------------------------


@pytest.fixture
def plan_file(shop, said):
    """Save a plan."""
    file = shop.folder / "plan.json"
    assert shop.run("plan", "--out", str(file)) == 0
    said()
    return file


def test_a_saved_plan_is_carried_out(shop, plan_file, said):
    """Apply does what the file says, and then there is nothing left to do."""
    assert shop.run("apply", str(plan_file)) == 0
    assert "needs-owner" in {label.name for label in shop.ownerless.labels}
    assert shop.run("plan", "--exit-code") == 0
    assert "nothing to write" in said()[0][-1]


def refused(shop, plan_file, said):
    """Apply the file; return the one line that refuses it."""
    before = shop.writes()
    assert shop.run("apply", str(plan_file)) == 1
    out, err = said()
    assert (out, len(err), shop.writes() - before) == ([], 1, 0)
    return err[0]


def test_a_plan_is_refused_when_the_policy_has_changed(shop, plan_file, said):
    """What was agreed to was agreed to under other rules."""
    shop.edit('"incident" in labels', '"outage" in labels')
    assert "the rules or the config have changed" in refused(shop, plan_file, said)


def test_a_plan_is_refused_when_a_target_has_changed(shop, plan_file, said):
    """Somebody may have done it already, or want something else."""
    shop.github.comment(shop.ownerless.number, "I am on it", author="bo-gh")
    assert shop.ownerless.key in refused(shop, plan_file, said)


def test_a_plan_is_refused_when_its_source_cannot_be_read(shop, plan_file, said):
    """Nobody can tell then whether anything has changed: it does not say that something has."""
    shop.fail("status", path=r"/issues$", times=99, status=404)
    assert "source shop was not read" in refused(shop, plan_file, said)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda text: text.replace("label needs-owner", "label needs-coffee"), "changed since it was saved"),
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: text.replace('"version": 1', '"version": 99'), "99"),
        (lambda text: "[]", "not a file saved by"),
        (lambda text: text.replace('"episode": 1', '"episode": "one"'), "does not belong here"),
    ],
    ids=["edited", "truncated", "other version", "something else", "of wrong shape"],
)
def test_a_plan_file_that_was_tampered_with_is_refused(shop, plan_file, said, edit, expected):
    """The line names the file."""
    plan_file.write_text(edit(plan_file.read_text("utf-8")), encoding="utf-8")
    line = refused(shop, plan_file, said)
    assert str(plan_file) in line
    assert expected in line


def test_nobody_is_asked_where_nobody_is(shop, said, monkeypatch):
    """A script must say --yes: it is not waited for an answer that cannot come."""
    with open("/dev/null") as nobody:  # noqa: PTH123 - a device, no file
        monkeypatch.setattr(sys, "stdin", nobody)
        assert shop.run("apply") == 1
    assert "--yes" in said()[1][0]
    assert shop.writes() == 0


# -- passes ---------------------------------------------------------------------------------------------------------


def test_a_second_pass_writes_nothing(shop, said):
    """Once is enough."""
    assert shop.run("once") == 0
    written = shop.writes()
    assert written > 0
    assert shop.run("once", "--whole", "--json") == 0
    out, _ = said()
    assert orjson.loads("\n".join(out))["whole"] is True
    assert shop.writes() == written


# -- looks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def synced(shop, said):
    """Read the shop, and then forget the credential: who only looks needs none."""
    assert shop.run("sync") == 0
    shop.edit('token = "sandbox"\n', "")
    said()
    return shop


def test_why_shows_each_clause_with_its_values_and_the_next_step(synced, said):
    """Each rule that looks at the ticket, what it saw, since when, and what happens next and when."""
    assert synced.run("why", f"#{synced.ownerless.number}") == 0
    text = "\n".join(said()[0])
    assert "backlog/owned: holds" in text
    assert "!has_owner (has_owner = no)" in text
    assert "step 1, ping ana" in text


def test_why_tells_of_a_rule_that_does_not_hold_what_keeps_it_from_that(synced, said):
    """The clauses that hold are left out; --all has them."""
    assert synced.run("why", synced.ownerless.key) == 0
    brief = said()[0]
    begin = next(at for at, line in enumerate(brief) if line.startswith("backlog/overdue: does not hold"))
    assert [line.split("(")[0].split() for line in brief[begin + 1 : begin + 2]] == [["no", "days_overdue", ">=", "1"]]
    assert synced.run("why", synced.ownerless.key, "--all") == 0
    whole = said()[0]
    begin = next(at for at, line in enumerate(whole) if line.startswith("backlog/overdue: does not hold"))
    assert "yes" in "".join(whole[begin + 1 : begin + 4])


def test_why_tells_a_closed_ticket_once_that_it_is_closed(synced, said):
    """Rules for open tickets are named, not spelled out; --all spells them out."""
    assert synced.run("why", synced.finished.key) == 0
    brief = said()[0]
    assert sum("for open tickets only" in line for line in brief) == 1
    assert synced.run("why", synced.finished.key, "--all") == 0
    assert sum("open (open = no)" in line for line in said()[0]) > 1
    assert not any("open (open = no)" in line for line in brief)


def test_why_tells_a_ticket_of_another_kind_once_that_it_is_one(synced, said):
    """No rule looks at it, and it is said in a line."""
    assert synced.run("why", synced.incident.key) == 0
    text = "\n".join(said()[0])
    assert "for other kinds than incident" in text
    assert "has_owner" not in text


def test_why_for_scripts_has_all_rules(synced, said):
    """All rules, whatever they make of the ticket."""
    assert synced.run("why", synced.incident.key, "--json") == 0
    told_ = orjson.loads("\n".join(said()[0]))
    assert {one["state"] for one in told_["rules"]} == {"not its kind"}
    assert {one["rule"] for one in told_["rules"]} == {rule.id for rule in synced.policy().rules}


OVERRIDE = """
[override."backlog.owned"]
label = "nobodys"
mode = "shadow"
[teams.all.calendar]
holidays = [2026-12-24]
"""


def test_why_tells_what_people_stated_and_what_the_config_overrides(shop, said):
    """Who said what and when and why; each value with the one of the file; whose workdays count."""
    shop.configure(more=OVERRIDE)
    shop.github.comment(shop.ownerless, "/kaizen evidence OPS-7 because it is measured there", author="ana-gh")
    assert shop.run("once") == 0
    said()
    assert shop.run("why", shop.ownerless.key) == 0
    text = " ".join(" ".join(said()[0]).split())
    today = now().date().isoformat()
    assert f"stated: /kaizen evidence OPS-7 because it is measured there (ana, {today})" in text
    assert "workdays: those of the team all" in text
    assert "config label = nobodys (the file: needs-owner)" in text
    assert "config mode = shadow (the file: on)" in text
    assert shop.run("why", shop.ownerless.key, "--json") == 0
    told_ = orjson.loads("\n".join(said()[0]))
    assert [(one["what"], one["value"], one["by"], one["because"]) for one in told_["stated"]] == [
        ("evidence", "OPS-7", "ana-gh", "it is measured there")
    ]
    (owned,) = [one for one in told_["rules"] if one["rule"] == "backlog/owned"]
    assert owned["overridden"] == [
        {"key": "label", "value": "nobodys", "shipped": "needs-owner"},
        {"key": "mode", "value": "shadow", "shipped": "on"},
    ]


def test_why_tells_what_was_filed_from_a_ticket_and_what_it_was_filed_from(shop, said):
    """Each with where it stands, from both sides."""
    shop.configure(rules=("pack:postmortems",))
    shop.edit(
        "incident = ['\"incident\" in labels']",
        "review = ['\"review\" in labels']\nincident = ['\"incident\" in labels']",
    )
    shop.github.close(shop.incident.number, actor="bo-gh")
    assert shop.run("once") == 0
    said()
    (review,) = [one for one in shop.github.main.issues.values() if one.title.startswith("Review of")]
    assert shop.run("why", shop.incident.key) == 0
    filed = next(line for line in said()[0] if line.startswith("filed from it: "))
    assert filed.startswith(f"filed from it: review {review.key}, open, due 2")
    assert filed.endswith("  Review of the incident: The shop is down")
    assert shop.run("why", review.key) == 0
    assert f"filed from: {shop.incident.key}, done  The shop is down" in said()[0]
    assert shop.run("why", review.key, "--json") == 0
    (origin,) = orjson.loads("\n".join(said()[0]))["related"]
    assert (origin["way"], origin["what"], origin["ticket"]) == ("origin", "review", shop.incident.key)


def test_an_unknown_ticket_is_told(synced, said):
    """And how to get to know it."""
    assert synced.run("why", "NO-1") == 1
    assert said() == ([], ["'NO-1': no such ticket in the mirror: `kaizend sync` reads the trackers"])


@pytest.mark.parametrize("verb", [("ops", "--json"), ("audit", "verify"), ("check",), ("test",), ("facts", "--json")])
def test_what_talks_to_no_tracker_needs_no_credential(synced, said, verb):
    """The record can be looked at while a token is being renewed."""
    requests = len(synced.sandbox.log.entries)
    assert synced.run(*verb) == 0
    assert len(synced.sandbox.log.entries) == requests


def test_what_was_done_can_be_listed(shop, said):
    """Every op of the ledger, with its rule and reasons."""
    shop.run("once")
    said()
    assert shop.run("ops", "--done", "--json") == 0
    done = orjson.loads("\n".join(said()[0]))["ops"]
    assert ("add label", "backlog/owned", "done") in {(one["verb"], one["rule"], one["state"]) for one in done}
    assert shop.run("ops") == 0
    assert said() == ([], ["no op is unfinished", "nothing is wrong, as far as the last pass has seen"])


def test_the_packs_are_listed_and_told(said):
    """By name, with what they are for; one alone as the page that is committed; a wrong name gets the right one."""
    assert run(["packs"]) == 0
    out, _ = said()
    assert any(line.split()[:2] == ["backlog", "9"] for line in out)
    assert run(["packs", "backlog"]) == 0
    page = Path(__file__).parents[2] / "docs" / "packs" / "backlog.md"
    assert said() == (page.read_text(encoding="utf-8").splitlines(), [])
    assert run(["packs", "backlgo"]) == 1
    assert said() == ([], ["no pack 'backlgo' ships with kaizend (did you mean 'backlog'?)"])


def test_the_schema_and_the_facts_are_data(said):
    """A script reads them."""
    assert (run(["facts", "--json"]), run(["schema"])) == (0, 0)
    assert said()[1] == []
