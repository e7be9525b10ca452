"""How many steps a regular expression takes: a backtracking matcher that counts, in place of a clock.

It tries what CPython's engine tries, in the same order, without that engine's shortcuts: it never counts too few.
"""

import re
from itertools import product
from re import _constants as code
from re import _parser as parser

MOST = 60_000
"""Steps after which a text is given up."""


class TooMany(Exception):
    """The matcher took more steps than anything linear does."""


class Counting:
    """One pattern, and the steps it took."""

    def __init__(self, pattern):
        self.flags = pattern.flags
        self.tree = parser.parse(pattern.pattern, pattern.flags)
        self.steps = 0
        self.groups = {}
        self.match = self._sequence(list(self.tree), lambda _text, at: at)

    def search(self, text):
        """Look for the pattern everywhere, as finditer does; return the steps it took."""
        self.steps, at = 0, 0
        while at <= len(text):
            end = self._from(text, at)
            at = end if end is not None and end > at else at + 1
        return self.steps

    def begin(self, text):
        """Look for the pattern at the start, as match does; return the steps it took."""
        self.steps = 0
        self._from(text, 0)
        return self.steps

    def _from(self, text, at):
        self.groups = {}
        return self.match(text, at)

    def _step(self):
        self.steps += 1
        if self.steps > MOST:
            raise TooMany

    def _sequence(self, items, then):
        for op, value in reversed(items):
            then = self._one(op, value, then)
        return then

    def _one(self, op, value, then):  # noqa: PLR0911 - one line a kind
        if op in {code.LITERAL, code.NOT_LITERAL, code.ANY, code.IN}:
            return self._char(re.compile(_source(op, value), self.flags & (re.I | re.S | re.A)), then)
        if op in {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}:
            return self._repeat(op, *value, then)
        if op is code.SUBPATTERN:
            return self._group(value, then)
        if op is code.ATOMIC_GROUP:
            return self._atomic(value, then)
        if op is code.BRANCH:
            ways = [self._sequence(list(way), then) for way in value[1]]
            return lambda text, at: next((end for way in ways if (end := way(text, at)) is not None), None)
        if op in {code.ASSERT, code.ASSERT_NOT}:
            return self._look(op, *value, then)
        if op is code.AT:
            return self._at(value, then)
        assert op is code.GROUPREF, op
        return self._same(value, then)

    def _char(self, one, then):
        known = {}

        def step(text, at):
            self._step()
            if at >= len(text):
                return None
            char = text[at]
            if char not in known:
                known[char] = one.fullmatch(char) is not None
            return then(text, at + 1) if known[char] else None

        return step

    def _repeat(self, op, least, most, items, then):
        if op is code.POSSESSIVE_REPEAT:
            return self._atomic([(code.MAX_REPEAT, (least, most, items))], then)

        bodies, endless, begun = {}, most == code.MAXREPEAT, []

        def body_of(count):
            """Return the body as it is the so-many-th time, made once."""

            def again(text, end):
                at = begun.pop()
                found = (
                    ready(text, end, min(count + 1, least) if endless else count + 1)
                    if end > at or count < least
                    else None
                )
                begun.append(at)
                return found

            if count not in bodies:
                bodies[count] = self._sequence(list(items), again)
            inner = bodies[count]

            def begin(text, at):
                begun.append(at)
                end = inner(text, at)
                begun.pop()
                return end

            return begin

        def ready(text, at, count):
            body = body_of(count) if count < most else None
            ways = [body, then] if op is code.MAX_REPEAT else [then, body]
            for way in ways:
                self._step()
                if way is not None and (way is body or count >= least):
                    end = way(text, at)
                    if end is not None:
                        return end
            return None

        return lambda text, at: ready(text, at, 0)

    def _group(self, value, then):
        number, _, _, items = value
        begun = []

        def close(text, at):
            self.groups[number] = text[begun[-1] : at]
            return then(text, at)

        inner = self._sequence(list(items), close)

        def begin(text, at):
            begun.append(at)
            end = inner(text, at)
            begun.pop()
            return end

        return begin

    def _atomic(self, items, then):
        inner = self._sequence(list(items), lambda _text, at: at)
        return lambda text, at: None if (end := inner(text, at)) is None else then(text, end)

    def _look(self, op, direction, items, then):
        inner = self._sequence(list(items), lambda _text, at: at)
        width = items.getwidth()[0] if direction < 0 else 0

        def look(text, at):
            self._step()
            found = at - width >= 0 and inner(text, at - width) is not None
            return then(text, at) if found is (op is code.ASSERT) else None

        return look

    def _at(self, where, then):
        names = {code.AT_BEGINNING: "^", code.AT_BEGINNING_STRING: r"\A", code.AT_END: "$", code.AT_END_STRING: r"\Z"}
        names |= {code.AT_BOUNDARY: r"\b", code.AT_NON_BOUNDARY: r"\B"}
        one = re.compile(names[where], self.flags & (re.M | re.A))

        def step(text, at):
            self._step()
            return then(text, at) if one.match(text, at) else None

        return step

    def _same(self, number, then):
        def step(text, at):
            self._step()
            said = self.groups.get(number, "")
            return then(text, at + len(said)) if text.startswith(said, at) else None

        return step


def _source(op, value):
    """Write a set of characters as a pattern."""
    if op is code.ANY:
        return "."
    if op in {code.LITERAL, code.NOT_LITERAL}:
        return f"[{'^' * (op is code.NOT_LITERAL)}{_escaped(value)}]"
    out = ""
    for kind, inner in value:
        if kind is code.NEGATE:
            out += "^"
        elif kind is code.LITERAL:
            out += _escaped(inner)
        elif kind is code.RANGE:
            out += f"{_escaped(inner[0])}-{_escaped(inner[1])}"
        else:
            names = {code.CATEGORY_WORD: r"\w", code.CATEGORY_NOT_WORD: r"\W", code.CATEGORY_SPACE: r"\s"}
            names |= {code.CATEGORY_NOT_SPACE: r"\S", code.CATEGORY_DIGIT: r"\d", code.CATEGORY_NOT_DIGIT: r"\D"}
            out += names[inner]
    return f"[{out}]"


def _escaped(char):
    return f"\\U{char:08x}"


def letters(tree):
    """Return a few characters that tell the sets of a pattern apart, and texts that it asks for word by word."""
    found, words = [], [""]
    for op, value in tree:
        if op in {code.LITERAL, code.NOT_LITERAL}:
            found.append(chr(value))
            words[-1] += chr(value) if op is code.LITERAL else ""
        elif op is code.IN:
            found += [char for char in "aA0_ \n-./:#*`'\"@{[(<>|=,;" if re.fullmatch(_source(op, value), char)][:3]
            words.append("")
        elif op is code.BRANCH:
            for way in value[1]:
                inner, more = letters(way)
                found, words = found + inner, [*words, *more]
        elif op in {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}:
            inner, more = letters(value[2])
            found, words = found + inner, [*words, *more]
        elif op is code.SUBPATTERN:
            inner, more = letters(value[3])
            found, words = found + inner, [*words, *more]
    return found, [word for word in words if word]


def attacks(pattern, size):
    """Yield texts of about a size that make a matcher of a pattern go back: its own parts again and again."""
    found, words = letters(parser.parse(pattern.pattern, pattern.flags))
    atoms = list(dict.fromkeys([*found, "a", " ", "0"]))[:7]
    pumps = [*atoms, *list(dict.fromkeys(words))[:3]]
    pumps += [first + second for first, second in product(atoms[:3], repeat=2) if first != second]
    heads = ["", *list(dict.fromkeys(words))[:1]]
    for pump in pumps:
        for head in heads:
            yield head + pump * (size // len(pump)) + "\u2022"


def growth(pattern, *, anywhere, size=90):
    """Return by how much the steps grow when a text is twice as long: 2 is linear, 4 quadratic; 99 if it never ends."""
    counting = Counting(pattern)
    count = counting.search if anywhere else counting.begin
    worst = 0.0
    for short, long in zip(attacks(pattern, size), attacks(pattern, 2 * size), strict=True):
        try:
            steps = count(short)
            if steps > 6 * size:
                worst = max(worst, count(long) / steps)
        except TooMany:
            return 99.0
    return worst
