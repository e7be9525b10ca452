"""A rule file -> a page of Markdown for admins who have never seen the code: what it is for, asks and does."""

from __future__ import annotations

from collections.abc import Iterator

from rules.document import Pack
from rules.example_words import example
from rules.fact_table import TABLE
from rules.gates.model import Gate
from rules.gates.sections import HOW_TO_READ as GATES
from rules.gates.sections import gate_sections
from rules.metrics.model import Metric
from rules.metrics.page import HOW_TO_READ as METRICS
from rules.metrics.page import metric_sections
from rules.overrides import Form
from rules.pack_words import code, due_by_priority, filed, follows, led, people, plain, quote, series, span
from rules.review_page import review_sections
from rules.rule import Rule
from rules.schema import RuleTable, TwinTable

ANY = "any"
HOW_TO_READ = """\
A rule *holds* for a ticket when all of its conditions are true. In conditions `!` means "not", `&&` "and", `||`
"or", `==` "is" and `!=` "is not"; texts stand in quotes; a condition that asks for something missing does not
hold. In texts, words in braces such as `{title}` are filled in from the ticket. The examples are the tests that
the rules carry. Every write is planned first, with its reason: `kaizend plan` shows it, `kaizend why TICKET` says
why. What a person undoes stays undone."""
WHO = """\
- **the owner**: whoever the ticket is assigned to.
- **the lead of the team**: `lead` of the `[teams]` table that answers for the ticket's component, else for its source.
- **the improvement council**: `members` of `[council]`.
- **whoever wrote the ticket**: its reporter, as the tracker has it."""


def pack_page(pack: Pack) -> str:
    """Return the page of a rule file that can be read."""
    pairs = list(zip(pack.tables, pack.rules, strict=True))
    reviews = list(zip(pack.review_tables, pack.reviews, strict=True))
    gates = list(zip(pack.gate_tables, pack.gates, strict=True))
    metrics = list(zip(pack.metric_tables, pack.metrics, strict=True))
    sections = [
        f"# The pack {code(pack.name)}",
        plain(pack.about),
        _served(pack.policy),
        _how_to_use(pack),
        "\n".join(_contents(pack)),
        HOW_TO_READ if pairs else "",
        *(section for table, rule in pairs for section in _rule(table, rule)),
        *(section for table, review in reviews for section in review_sections(table, review, _served(table.policy))),
        GATES if gates else "",
        *(section for table, gate in gates for section in gate_sections(table, gate, _served(table.policy))),
        METRICS if metrics else "",
        *(section for table, metric in metrics for section in metric_sections(table, metric, _served(table.policy))),
        *(("## Who is meant", WHO) if pack.rules_and_reviews else ()),
        "## Change a value",
        *_change(pack),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _served(policy: str) -> str:
    return f"The policy it serves: *{plain(policy)}*" if policy else ""


def _how_to_use(pack: Pack) -> str:
    called = [each.called for each in pack.all_named]
    parts = ((called.count(what), what) for what in dict.fromkeys(called))
    counts = series(f"{count} {what}{'' if count == 1 else 's'}" for count, what in parts if count)
    return f'It has {counts}. To use it, name it in the config: `rules = ["pack:{pack.name}"]` in `[instance]`.'


def _contents(pack: Pack) -> Iterator[str]:
    kinds = series(dict.fromkeys(each.called for each in pack.all_named))
    yield f"| {kinds} | what it is for |"
    yield "|---|---|"
    entries: list[Form] = [*pack.tables, *pack.review_tables, *pack.gate_tables, *pack.metric_tables]
    for table in entries:
        yield f"| [{table.id}](#{table.id.replace('.', '')}) | {plain(table.about)} |"


def _rule(table: RuleTable | TwinTable, rule: Rule) -> Iterator[str]:
    """Yield the sections of one rule."""
    yield f"## {table.id}"
    yield plain(table.about)
    yield _served(table.policy)
    yield f"**Which tickets:** {_which(rule)}."
    yield "**When** all of this is true:"
    yield "\n".join(f"- {code(clause)}" for clause in rule.when.texts)
    yield "where these are asked:"
    yield "\n".join(f"- {code(fact.name)}: {plain(fact.meaning)}" for fact in TABLE if fact.name in rule.when.names)
    if does := list(_does(rule)):
        yield "**What it does:**"
        yield "\n".join(f"- {line}" for line in does)
    if rule.steps:
        yield "**As time goes by**, counted from the day the rule began to hold:"
        yield "\n".join(f"{number}. {line}" for number, line in enumerate(_steps(rule), 1))
    if table.test:
        yield "**For example:**"
        yield "\n".join(f"- {example(test, table.on)}" for test in table.test)


def _which(rule: Rule) -> str:
    kinds = "of any kind" if ANY in rule.on else f"of the kind {series(map(code, rule.on), 'or')}"
    parts = [f"those {kinds}, as `[kinds]` of the config has it"]
    if rule.follow:
        parts.append(f"of them, those that another ticket leads: {led(rule)}")
    if rule.since:
        parts.append(f"created on {rule.since} or later")
    if rule.mode == "shadow":
        parts.append("in shadow: what it would do is planned and shown, never done")
    if rule.mode == "canary":
        parts.append(f"a share of {rule.canary_share:.0%} of them, always the same ones")
    return "; ".join(parts)


def _does(rule: Rule) -> Iterator[str]:
    """Yield what the rule does besides its steps."""
    if rule.label:
        yield f"The ticket wears the label {code(rule.label)} while the rule holds; then it comes off."
    if rule.add_label == "{domain}":
        yield "The label of the domain that is certain is put on, and stays."
    elif rule.add_label:
        yield f"The label {code(rule.add_label)} is put on, and stays."
    if rule.say:
        yield f"A line stands on the ticket's card: {quote(rule.say)}"
    if rule.comment:
        yield f"A comment is posted, once each time the rule begins to hold: {quote(rule.comment)}"
    if rule.due:
        start = "the ticket was created" if rule.due.start == "created" else "the rule began to hold"
        yield (
            f"The ticket gets a due date, counted from the day {start}, or from today if that day is past: "
            f"{due_by_priority(rule.due)}."
        )
    if rule.assign:
        yield f"A ticket without an owner is assigned to {people([rule.assign])}."
    if rule.priority:
        yield f"A ticket without a priority gets the priority {rule.priority}."
    if rule.follow:
        yield follows(rule)
    if rule.ceiling is not None:
        yield f"A pass that would write more than {rule.ceiling} times for it writes nothing for it, and says so."


def _steps(rule: Rule) -> Iterator[str]:
    for step in rule.steps:
        when = f"After {span(step.after)}" if step.after.count else "At once"
        deeds = ["the ticket is opened again, if it is done"] if step.reopen else []
        deeds += [f"the ticket is closed as a {step.close} of what it is the same as"] if step.close else []
        deeds += ["how the ticket is put off is taken back"] if step.undo else []
        deeds += [f"a comment pings {people(step.ping)}: {quote(step.say or rule.say)}"] if step.ping else []
        deeds += [filed(step.file, rule.say)] if step.file else []
        line = f"{when} {', and '.join(deeds)}"
        yield line if line.endswith("”") else f"{line}."


def _change(pack: Pack) -> Iterator[str]:
    """Yield how to override a value, with an example that fits the pack."""
    parts = ["a rule but `id`, `on` and `test`"] if pack.rules else []
    parts += ["a review but its `id`"] if pack.reviews else []
    parts += ["a gate but `id` and `test`"] if pack.gates else []
    parts += ["a metric but its `id`"] if pack.metrics else []
    yield f"Any value of {series(parts)} can be replaced in the config, without copying the file:"
    yield f"```toml\n{override_example(pack)}\n```"
    yield (
        "A table such as `due` is replaced key by key, lists (`when`, `step`) and texts as a whole. `kaizend check` "
        "says what is wrong with an override; the pack's own tests go on testing the rules as they ship. To change "
        "what the pack is about, copy the file and name the copy in `rules`."
    )


def override_example(pack: Pack) -> str:
    """Return an override of one of the pack's rules, as the config has it: of a due date if one gives any."""
    timed = next((rule for rule in pack.rules if rule.due and rule.due.by_level), None)
    acting = (each for each in pack.all_named if getattr(each, "mode", "on") == "on")
    one = timed or next(acting, pack.all_named[0])
    own = one.id.removeprefix(f"{pack.name}/")
    lines = [f'[override."{pack.name}.{own}"]']
    if isinstance(one, Gate):
        return "\n".join([*lines, 'mode = "shadow"     # judged and shown, holds nothing'])
    if isinstance(one, Metric):
        return "\n".join([*lines, f"enough = {2 * one.enough}     # fewer say too little"])
    if timed and timed.due:
        level, allowed = next(iter(timed.due.by_level.items()))
        lines.append(f'due = {{ {level} = "{allowed.count + 1} {allowed.unit}" }}')
    return "\n".join([*lines, 'mode = "shadow"     # planned and shown, never done'])
