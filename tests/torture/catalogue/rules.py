"""Rules and config: policies that are broken, edited, too eager, or at odds with each other."""

from tests.torture.catalogue.fault import CLOUD, GITHUB, TRACKERS, Fault

FAULTS = (
    Fault(
        name="edited-in-a-pass",
        happens="A rule file is edited while a pass goes on.",
        seen="The pass keeps to the rules it began with, by whose hash its run is in the audit trail.",
        trackers=TRACKERS,
        asked=("edited mid-run",),
    ),
    Fault(
        name="file-that-is-none",
        happens="A rule file is no TOML, has a byte order mark, a key twice, endless nesting, broken UTF-8, megabytes.",
        seen="One line with file, line and what would be right; `kaizend once` ends with 1 and asks no tracker.",
        asked=("invalid TOML/BOM",),
    ),
    Fault(
        name="file-that-leads-nowhere",
        happens="A rule file is a link in a circle, a link to nothing, a folder, a pipe.",
        seen="It is refused by name, never left out: its labels are not taken off as those of a rule that is gone.",
        trackers=TRACKERS,
    ),
    Fault(
        name="broken-while-running",
        happens="Rules or config are broken, or cannot be read any more, while `kaizend run` goes on.",
        seen="The last good ones stay in force; each pass logs an error, the metric says so; mended, it is taken up.",
        asked=("last-good kept in daemon",),
    ),
    Fault(
        name="no-rules",
        happens="The config names no rules, or a pattern that finds none.",
        seen="That is an error, never a quiet success.",
        asked=("0 rules = success",),
    ),
    Fault(
        name="two-for-a-label",
        happens="Two rules would put on and take off the same label.",
        seen="The rule files are refused with both names.",
        asked=("add/remove same label",),
    ),
    Fault(
        name="two-due-dates",
        happens="Two rules give the same tickets different due dates.",
        seen="Refused when read; where only the plan can see it, the first rule in order wins, and it is reported.",
        asked=("different due dates",),
    ),
    Fault(
        name="rules-that-undo-each-other",
        happens="Each of two rules takes away what the other one rests on.",
        seen="The pass says that they keep undoing each other and ends with 4; in fifty passes nothing swings.",
        trackers=(GITHUB, CLOUD),
        asked=("0 oscillation over 50 passes",),
    ),
    Fault(
        name="runaway-rule",
        happens="A rule fits everything there is.",
        seen="Over its ceiling it stops before its first write, pass after pass, and none of them is green.",
        trackers=(GITHUB, CLOUD),
        asked=("runaway rule",),
    ),
    Fault(
        name="sudden-jump",
        happens="A rule that did two things a pass suddenly wants thirty.",
        seen="More than ten times its busiest pass is held back until somebody gives the rule a ceiling of its own.",
        trackers=(GITHUB, CLOUD),
        asked=("match-count jump",),
    ),
    Fault(
        name="other-words",
        happens="The texts of a rule are edited.",
        seen="What was said is not said again, and old comments stay as they are.",
        trackers=TRACKERS,
        asked=("template edited",),
    ),
    Fault(
        name="label-out-of-the-rules",
        happens="A rule is taken out, or wears another label now, also while the database is lost.",
        seen="The label that nothing asks for any more comes off; what was put on to be kept stays.",
        trackers=TRACKERS,
    ),
    Fault(
        name="old-tracker",
        happens="The first pass meets ten years of tickets.",
        seen="Ladders begin at their foot and nobody hears more than five times; with a baseline, nothing is written.",
        trackers=TRACKERS,
        asked=("first run on an old repo",),
    ),
    Fault(
        name="hostile-pattern",
        happens="A condition has a pattern that would take for ever elsewhere.",
        seen="It takes a time that grows with the text alone.",
        asked=("regex",),
    ),
    Fault(
        name="code-in-a-text",
        happens="A rule's text holds template code, or asks for what is within a value.",
        seen="Refused with the place: braces are for placeholders alone, and there is no code to run.",
        asked=("template `{{ ''.__class__ }}`",),
    ),
    Fault(
        name="two-instances",
        happens="Two instances with rules of their own work on the same trackers.",
        seen="Each keeps a card of its own, and neither undoes what the other did.",
        trackers=(GITHUB, CLOUD),
    ),
)
