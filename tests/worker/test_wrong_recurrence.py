"""Wrong edits of what counts as coming back, in the config and in the pack: each is one line with its remedy."""

from importlib import resources

import pytest

from tests.worker.shop import serving

PACK = (resources.files("rules.packs") / "recurrence.toml").read_text(encoding="utf-8")
CONFIG = """
[recurrence]
window = "30 days"
period = "180 days"
fingerprints = ["alert_id"]
machines = ["alertmanager"]
fields = ["Alert fingerprint"]
environments = ["production"]
close_duplicates = true
"""


@pytest.fixture
def checked(tmp_path, capsys):
    """Return what `kaizend check` says of a pack and a config, one of which is edited at its first place, and where."""

    def check(old="", new="", *, config=CONFIG):
        assert not old or old in config or old in PACK
        more = config.replace(old, new, 1) if old and old in config else config
        with serving(tmp_path) as shop:
            text = PACK.replace(old, new, 1) if old and old not in config else PACK
            (tmp_path / "recurrence.toml").write_text(text, encoding="utf-8")
            shop.configure(rules=("recurrence.toml",), more=more)
            code = shop.run("check")
        edited = shop.config.read_text(encoding="utf-8") if old in config else text
        line = edited.count("\n", 0, edited.index(new)) + 1
        return code, capsys.readouterr().err.splitlines(), line

    return check


@pytest.mark.parametrize(
    "config", [CONFIG, "", '[recurrence]\nwindow = "60 days"\n', '[recurrence]\nwindow = "0 days"\nenvironments = []\n']
)
def test_there_is_nothing_wrong_before_it_is_edited(checked, config):
    """The pack's own tests test it as it ships, whatever the config makes of it."""
    code, err, _ = checked(config=config)
    assert (code, len(err)) == (0, 1)
    assert err[0].endswith(": all right")


SPAN = "must be a time span, as in '30 seconds', '5 minutes', '1 hour' or '7 days'"
WRONG = {
    "an unknown unit": ('"30 days"', '"30 dayz"', f"line {{line}}, column 1: [recurrence]: 'window' {SPAN}"),
    "a number alone": ('"30 days"', "30", f"'window' {SPAN}"),
    "less than nothing": ('"30 days"', '"-3 days"', f"'window' {SPAN}"),
    "workdays": ('"30 days"', '"20 workdays"', f"'window' {SPAN}"),
    "months": ('"180 days"', '"6 months"', f"'period' {SPAN}"),
    "too short": (
        '"180 days"',
        '"14 days"',
        "[recurrence]: period: shorter than 'window': what is opened again would not be counted; make it 30 days or",
    ),
    "a text for a list": ('["alert_id"]', '"alert_id"', "'fingerprints' must be a list"),
    "an empty name": ('["alert_id"]', '["alert_id", " "]', "'fingerprints': element 2 must not be empty"),
    "a machine for a list": ('["alertmanager"]', '"alertmanager"', "'machines' must be a list"),
    "an empty machine": ('["alertmanager"]', '[""]', "'machines': element 1 must not be empty"),
    "a list in a list": ('["Alert fingerprint"]', '[["a"]]', "'fields': element 1 must be text in quotes"),
    "an empty field": ('["Alert fingerprint"]', '[" "]', "'fields': element 1 must not be empty"),
    "a table for a list": ('["production"]', "{ a = 1 }", "'environments' must be a list"),
    "neither yes nor no": ("= true", '= "maybe"', "'close_duplicates' must be true or false"),
    "a number for yes": ("= true", "= 2", "'close_duplicates' must be true or false"),
    "a key": ("window =", "windw =", "[recurrence]: no key 'windw' (did you mean 'window'?)"),
    "another key": ("period =", "perod =", "no key 'perod' (did you mean 'period'?)"),
    "one for many": ("fingerprints =", "fingerprint =", "no key 'fingerprint' (did you mean 'fingerprints'?)"),
    "a field": ("fields =", "feilds =", "no key 'feilds' (did you mean 'fields'?)"),
    "machines": ("machines =", "machine =", "no key 'machine' (did you mean 'machines'?)"),
    "environments": ("environments =", "enviroments =", "no key 'enviroments' (did you mean 'environments'?)"),
    "duplicates": ("close_duplicates", "close_duplicate", "(did you mean 'close_duplicates'?)"),
    "the table": ("[recurrence]", "[recurence]", "no table [recurence] (did you mean 'recurrence'?)"),
    "two brackets": ("[recurrence]", "[[recurrence]]", "[recurrence] must be a table"),
}


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_edit_of_the_config_is_one_line_with_its_remedy(checked, old, new, expected):
    """Types, spans of time, names and what contradicts itself."""
    code, err, line = checked(old, new)
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith("shop.toml: line ")
    assert f"line {line}, " in err[0]
    assert expected.replace("{line}", str(line)) in err[0]


CLOSE = 'close = "duplicate"'
REPORT = '{ key = "EXAMPLE-3", created = "2026-09-08" }'
PACKED = {
    "a fact": ("'recurred', '!", "'recured', '!", "rule 'back', when[1], column 1: no fact 'recured' (did you mean"),
    "a placeholder": ("{fixed_on}", "{fixed_no}", "no placeholder '{fixed_no}' (did you mean '{fixed_on}'?)"),
    "reopen": ("reopen = true", 'reopen = "yes"', "step[1].reopen, line {line}, column 1: write true or false, not"),
    "no such step": ("reopen = true", "repoen = true", "no key 'repoen' (did you mean 'reopen'?)"),
    "close as": (CLOSE, 'close = "dup"', "step[1].close, line {line}, column 1: write 'duplicate', not 'dup'"),
    "close as done": (CLOSE, 'close = "completed"', "write 'duplicate', not 'completed'"),
    "close yes": (CLOSE, "close = true", "write 'duplicate', not 'true'"),
    "a step's key": (CLOSE, 'clsoe = "duplicate"', "no key 'clsoe' (did you mean 'close'?)"),
    "both": (CLOSE, f"{CLOSE}\nreopen = true", "step[1]: 'close' and 'reopen' undo each other: choose one"),
    "nothing": (CLOSE, "", "step[1]: does nothing: give it a 'ping', 'reopen = true', 'undo = true' or 'file'"),
    "another fact": ("'open', 'duplicate'", "'open', 'duplicates'", "when[2], column 1: no fact 'duplicates' (did"),
    "a count": ("recurrences_unanswered >", "recurrences_unaswered >", "no fact 'recurrences_unaswered' (did you mean"),
    "a way": ('way = "origin"', 'way = "orgin"', "'orgin' is not one of 'filed' or 'origin' (did you mean 'origin'?)"),
    "a report's key": ("again = false }", "agian = false }", "no key 'agian' (did you mean 'again'?)"),
    "a report's answer": (
        "again = false }",
        'again = "no" }',
        "given.recurrences[1].again, line {line}, column 1: write",
    ),
    "a report's number": ("ahead = 2", 'ahead = "two"', "write a whole number, not 'two'"),
    "a report's phase": ('phase = "done" }', 'phase = "dnoe" }', "'dnoe' is not one of 'new', 'active' or 'done' (did"),
    "a report's day": ("2026-07-07", "2026-13-07", "'2026-13-07' is not a day or moment: write '2026-11-03' or"),
    "no day": (REPORT, '{ key = "EXAMPLE-3" }', "given.recurrences[1], line {line}, column 1: 'created' is missing"),
    "the reports": (f"recurrences = [{REPORT}", f"recurrence = [{REPORT}", "no key 'recurrence' (did you mean 'recurr"),
    "the fix": ('fixed = "2026-09-09"', 'fixed = "soon"', "given.fixed, line {line}, column 1: 'soon' is not a day or"),
    "what is filed": (
        'kind = "improvement"',
        'kind = "improvment"',
        "step[1].file.kind: no kind 'improvment' (did you",
    ),
    "by when": ('"20 workdays"', '"20 werkdays"', "no unit 'werkdays' in the duration '20 werkdays' (did you mean"),
    "the section": ('section = "forbidden"', 'section = "forbiden"', "'forbiden' is not one of"),
}


@pytest.mark.parametrize(("old", "new", "expected"), PACKED.values(), ids=PACKED.keys())
def test_a_wrong_edit_of_the_pack_is_one_line_with_its_remedy(checked, old, new, expected):
    """Facts, steps, and the reports that its tests tell of."""
    code, err, line = checked(old, new)
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith("recurrence.toml: ")
    assert expected.replace("{line}", str(line)) in err[0]
