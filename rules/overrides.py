"""The config's overrides: single values of a pack's rules, reviews, gates and metrics, replaced without a copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from pydantic import ValidationError

from rules.errors import ConditionError, PolicyError
from rules.gates.model import Gate
from rules.metrics.model import Metric
from rules.metrics.table import MetricTable
from rules.rejections import problems_within
from rules.rule import Review, Rule
from rules.saying import CONFIG, Say, path_of
from rules.schema import ReviewTable, RuleTable, TwinTable
from rules.schema_gates import GateTable
from rules.toml_text import Path
from rules.wording import listed, meant, shown, there_is

FIXED = frozenset({"id", "on", "test"})
"""What makes a rule the rule it is: no override changes it."""

Plain = Mapping[str, Any]
Form = RuleTable | TwinTable | ReviewTable | GateTable | MetricTable
Ruled = Rule | Review | Gate
"""What acts in a rule file."""
Thing = Ruled | Metric
"""What has an id in a rule file."""
Make = Callable[[str, Form, str], Thing]
"""Makes a rule, a review, a gate or a metric of a pack's name, a table and where the table stands."""
FORMS: Mapping[str, type[Form]] = {
    "rule": RuleTable,
    "twin": TwinTable,
    "review": ReviewTable,
    "gate": GateTable,
    "metric": MetricTable,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A rule, a review, a gate or a metric as its file has it."""

    rule: Thing
    plain: Plain  # its table
    where: str  # "backlog.toml: rule 'owned'"

    @property
    def own_id(self) -> str:
        """Return the id without the pack's name."""
        return self.rule.id.removeprefix(f"{self.rule.pack}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A rule, a review, a gate or a metric as it is in force, the one its file has, and where both stand."""

    rule: Thing
    shipped: Thing
    where: str
    override: str = ""  # the name of its table in [override]: "backlog.owned"; "" if nothing is overridden
    say: Say = CONFIG  # where that is

    def told(self, problem: str, shipped: Collection[str]) -> str:
        """Return a problem with where it is: in the file if it is one of those `shipped` with it, else the override."""
        if problem in shipped or not self.override:
            return f"{self.where}, {problem}"
        return self.say(("override", self.override, *path_of(problem)), f"{table_name(self.override)}, {problem}")


def overridden(
    rules: Sequence[Shipped], overrides: Mapping[str, Plain], say: Say, make: Make
) -> tuple[tuple[Placed, ...], tuple[str, ...]]:
    """Lay the config's [override] tables over the rules; return all rules in their order, and what is wrong."""
    problems: list[str] = []
    changed: dict[str, Placed] = {}
    for name, override in overrides.items():
        try:
            shipped = _meant_rule(name, override, rules)
            _first(shipped, changed)
            rule = make(shipped.rule.pack, _laid_over(shipped, override), table_name(name))
            rule = replace(rule, section=rule.section or shipped.rule.section)
            changed[rule.id] = Placed(rule=rule, shipped=shipped.rule, where=shipped.where, override=name, say=say)
        except (PolicyError, ConditionError, ValidationError) as error:
            problems += (say(("override", name, *path), problem) for path, problem in _wrong(error, table_name(name)))
    return tuple(changed.get(each.rule.id) or _as_it_is(each) for each in rules), tuple(problems)


def _wrong(error: PolicyError | ConditionError | ValidationError, table: str) -> Iterator[tuple[Path, str]]:
    """Word what is wrong with an override, each with its keys below the table."""
    match error:
        case ValidationError():
            yield from problems_within(error, table)
        case ConditionError():
            yield from ((path_of(problem.removeprefix(f"{table}, ")), problem) for problem in error.problems)
        case PolicyError():
            for problem in error.problems:
                path = path_of(problem)
                yield path, f"{table}{',' if path else ':'} {problem}"
        case _:
            assert_never(error)


def table_name(name: str) -> str:
    """Return an override's table as the config has it: `[override."backlog.owned"]`."""
    return f'[override."{shown(name)[1:-1]}"]'


def _as_it_is(each: Shipped) -> Placed:
    return Placed(rule=each.rule, shipped=each.rule, where=each.where)


def _meant_rule(name: str, override: Plain, rules: Sequence[Shipped]) -> Shipped:
    """Find the rule that "PACK.RULE" or "PACK/RULE" names. Raises PolicyError."""
    found = [each for each in rules if name in (each.rule.id, f"{each.rule.pack}.{each.own_id}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise PolicyError(f"can be {listed(each.rule.id for each in found)}: write which")
    raise PolicyError(_no_rule(name, override, rules))


def _first(shipped: Shipped, changed: Collection[str]) -> None:
    """Raise PolicyError if the rule is overridden by another table already, which may spell its name otherwise."""
    if shipped.rule.id in changed:
        raise PolicyError("the rule is overridden already: make it one table")


def _no_rule(name: str, override: Plain, rules: Sequence[Shipped]) -> str:
    """Say what is wrong with a name that names no rule."""
    packs = tuple(dict.fromkeys(each.rule.pack for each in rules))
    for pack in packs:
        ids = [each.own_id for each in rules if each.rule.pack == pack]
        if name == pack:
            unquoted = [own for own in ids if isinstance(override.get(own), Mapping)]
            return f"names a pack, not a rule: write {table_name(f'{pack}.{(unquoted or ids)[0]}')}, with the quotes"
        if name.startswith((f"{pack}.", f"{pack}/")):
            own = name[len(pack) + 1 :]
            return f"no rule {shown(own)} in the pack '{pack}'{meant(own, ids) or there_is(ids)}"
    holding = [each for each in rules if each.own_id == name]
    if holding:
        return f"write the pack's name, too: {table_name(f'{holding[0].rule.pack}.{name}')}"
    pack = name.replace("/", ".").partition(".")[0]
    return f"no pack {shown(pack)}{meant(pack, packs) or there_is(packs)}"


def _laid_over(shipped: Shipped, override: Plain) -> Form:
    """Return the table with the override's values in it. Raises PolicyError, and pydantic's ValidationError."""
    form = FORMS[shipped.rule.called]
    fixed = sorted(FIXED & override.keys() & form.model_fields.keys())
    if fixed:
        called = shipped.rule.called
        raise PolicyError(f"{key}: cannot be overridden: copy the {called} to a file of your own" for key in fixed)
    return form.model_validate(merged(shipped.plain, override))


def merged(below: Plain, above: Plain) -> dict[str, Any]:
    """Lay a table over another: tables key by key, all else replaced."""
    return dict(below) | {key: _value(below.get(key), value) for key, value in above.items()}


def _value(below: object, above: object) -> object:
    return merged(below, above) if isinstance(below, Mapping) and isinstance(above, Mapping) else above
