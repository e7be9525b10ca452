"""Error signatures: what an error of the same kind shows again, on whatever machine and whenever it happened.

A signature is a short text with its kind in front: "x:" an exception's name, "m:" a message without what varies,
"f:" a frame of our own code, "s:" the first three such frames together, "c:" an error code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MOST = 40
"""Signatures of one ticket."""
MOST_LINES = 600
LONGEST_LINE = 400
TOP_FRAMES = 6

NAME = r"[A-Za-z_$][\w$]{1,80}"
EXCEPTION = re.compile(
    r"(?<![\w$])(?:[a-z_][\w$]{0,40}\.){0,8}(?P<name>[A-Z][\w$]{1,60}(?:Exception|Error|Fault))(?![\w$])"
)
MESSAGE = re.compile(
    r"(?:(?<![\w$])[\w$.]{0,120}(?:Exception|Error|Fault)"
    r"|(?<!\w)(?:[Ee]rror|ERROR|[Ff]atal|FATAL|[Pp]anic|[Ff]ailure|reason|abort))"
    r"(?:\[\w{1,12}\])?(?: [a-z]{1,20}){0,3}\s{0,3}[:=]\s{0,3}(?P<said>\S[^\n]{3,300})"
)
FAILED = re.compile(
    r"(?:[Aa]ssert(?:ion)?(?: failed)?|panicked at|failed at|INTERNAL ERROR|undefined reference to|[Uu]ncaught)"
    r"\s{0,3}:?\s{0,3}(?P<said>[^\n]{4,300})"
)
CODE = re.compile(
    r"(?<![\w-])(?P<code>(?:ORA|TNS|PLS|CVE|SQLSTATE)-[0-9]{3,6}|0x8[0-9A-Fa-f]{7}|SIG(?:SEGV|ABRT|BUS|ILL|FPE|TRAP|SYS)"
    r"|E(?:NOENT|ACCES|PERM|EXIST|AGAIN|PIPE|INVAL|NOMEM|NOSPC|CONN[A-Z]{4,9}|ADDRINUSE|TIMEDOUT|HOSTUNREACH|BUSY|MFILE)"
    r"|(?:TS|CS|LNK|MSB|NU|BC|E|C)[0-9]{4})(?![\w-])"
)
PREFIX = re.compile(
    r"^[\s|>]{0,20}(?:(?:\[[^\]\n]{1,60}\]|\d[\d:.,TZ/+-]{4,40}|[VDIWEF]/[^()\n]{1,60}\(\s{0,6}\d{1,7}\)"
    r"|[VDIWEF]/[\w.]{1,60}|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|TRACE)[:\s]{0,8}){1,8}(?=\S)"
)
"""What loggers put in front of a line: times, levels, tags, process numbers."""
SENTENCES = (
    ("segfault", re.compile(r"segmentation fault|segfault|access violation|null dereference", re.IGNORECASE)),
    ("stack overflow", re.compile(r"stack ?overflow|out of stack space", re.IGNORECASE)),
    ("out of memory", re.compile(r"out ?of ?memory|cannot allocate memory", re.IGNORECASE)),
    ("deadlock", re.compile(r"dead ?lock", re.IGNORECASE)),
)
FRAMES = (
    # Java, .NET, JavaScript: "at com.acme.Shop.pay(Shop.java:12)"
    re.compile(rf"^\s{{0,20}}at (?:[\w.$/@-]{{0,60}}//?)?(?P<where>(?:{NAME}[.]){{1,12}}[\w$<>]{{1,80}})\s?\("),
    # Python
    re.compile(r'^\s{0,20}File "(?P<file>[^"\n]{1,200})", line \d{1,7}, in (?P<in>[\w<>.]{1,80})'),
    # gdb, Rust: "#3 0x00007f in middle::check (", " 4: 0x7f - core::fmt"
    re.compile(
        r"^\s{0,20}#?\d{1,3}:?\s{1,6}(?:0x[0-9a-f]{1,16}\s)?(?:- |in )?"
        rf"(?P<where>{NAME}(?:(?:::|\.)[\w$<>{{}}]{{1,100}}){{0,12}})\s{{0,2}}(?:\(|$)"
    ),
    # macOS: the number, the library, the address, and then -[Cart pay:]
    re.compile(
        r"^\s{0,20}\d{1,3}\s{1,6}[\w.-]{1,60}\s{1,30}0x[0-9a-f]{1,16} "
        rf"(?P<where>[-+]\[[\w ():]{{1,120}}\]|{NAME}(?:::{NAME}){{0,6}})"
    ),
    # Ruby, PHP, Go
    re.compile(r"^\s{0,20}(?:from )?(?P<file>[\w./-]{1,200}\.rb):\d{1,7}:in [`'](?P<in>[\w ?!<>#:.]{1,80})'"),
    re.compile(r"^\s{0,20}#\d{1,3} (?P<file>[\w./-]{1,200}\.php)\(\d{1,7}\): (?P<in>[\w\\>:-]{1,100})"),
    re.compile(r"^(?P<where>[\w./-]{1,100}\.(?:\([*]?\w{1,60}\)\.)?\w{1,80})\((?:0x|\.\.\.\))"),
)
GENERIC = re.compile(
    r"(?:^|\b)(?:java|javax|sun|jdk|kotlin|scala|android\.(?:os|app|view)|com\.android|dalvik|system|microsoft|std|core"
    r"|alloc|__libc|libc|pthread|runtime|rt|node|internal|objc|nsexception|unittest|pytest|junit|threading|subprocess"
    r"|asyncio|logging|logger|log4j|slf4j|concurrent|reflect|main|_start|start|clone|raise|abort|exit|kill|panic|fail"
    r"|unwind|__\w{1,60}|_ns\w{1,60}|[-+]\[ns\w{1,60} [^\]]{1,100}\]|upcall|begin_unwind|backtrace|morestack|malloc"
    r"|free|memcpy|invoke|run|call|apply|dispatch|execute|_?\w{0,20}_main|\w{1,30}_wrapper)(?=[.:_]|$)",
    re.IGNORECASE,
)
"""Frames that stand on top of many traces and say nothing of what failed: runtimes, loggers, wrappers."""

HASH = re.compile(r"::_?h?[0-9a-f]{8,20}$|\d{3,}$|\$\d{1,6}$|\$\$[\w$]{1,60}$")
QUOTED = re.compile(r"'[^'\n]{0,120}'|\"[^\"\n]{0,120}\"|`[^`'\n]{0,120}[`']|<[^<>\n]{1,80}>")
PATHS = re.compile(r"(?:[A-Za-z]:)?(?:[\w.~@+-]{0,80}[/\\]){1,30}(?P<base>[\w.+-]{0,80})")
VARIES = re.compile(r"0x[0-9a-fA-F]{1,16}|\b[0-9a-fA-F]{8,40}\b|\b\d{1,20}(?:\.\d{1,20}){0,5}\b|[#@]\w{1,40}")
SPOKEN = re.compile(r"[^\W\d_][\w.:'-]{0,60}|\*")


def signatures_of(text: str) -> tuple[str, ...]:
    """Return the signatures of the errors that a text shows, each once, the most telling first."""
    lines = [PREFIX.sub("", line[:LONGEST_LINE]) for line in text.split("\n", MOST_LINES)[:MOST_LINES]]
    found = dict.fromkeys(islice((one for line in lines for one in _of_line(line)), 4 * MOST))
    frames = tuple(islice((frame for line in lines if (frame := _frame(line))), TOP_FRAMES))
    if len(frames) >= 2:
        found["s:" + " ".join(frames[:3])] = None
    found.update(dict.fromkeys("f:" + frame for frame in frames))
    for name, pattern in SENTENCES:
        if pattern.search(text):
            found["x:" + name] = None
    return tuple(sorted(found, key=lambda each: "smxcf".index(each[0])))[:MOST]


def _of_line(line: str) -> Iterator[str]:
    for found in EXCEPTION.finditer(line):
        yield "x:" + found["name"].lower()
    for pattern in (MESSAGE, FAILED):
        told = pattern.search(line)
        message = normal(told["said"]) if told else ""
        if message:
            yield "m:" + message
    for code in CODE.finditer(line):
        yield "c:" + code["code"].lower()


def normal(message: str) -> str:
    """Return a message without what varies from one time to the next; "" if too little is left to know it again."""
    bare = VARIES.sub(
        " * ", PATHS.sub(lambda m: f" {m['base']} ", QUOTED.sub(" * ", _unquoted(message[:LONGEST_LINE])))
    )
    spoken = [word.strip(".:'-").lower() for word in SPOKEN.findall(bare)]
    kept = [word for at, word in enumerate(spoken) if word and not (word == "*" and spoken[at - 1 : at] == ["*"])]
    told = kept[:12]
    return " ".join(told) if sum(word != "*" for word in told) >= 2 else ""


def _unquoted(message: str) -> str:
    """Return what a message that begins with a quotation quotes: a panic's words, an assertion's condition."""
    if message[:1] not in ("'", '"', "`"):
        return message
    inner = message[1:].partition("'" if message[0] == "`" else message[0])[0]
    return inner if len(inner) >= 4 else message[1:]


def _frame(line: str) -> str:
    """Return the place in the code that a line of a trace names, "" if it names none of anybody's own."""
    for pattern in FRAMES:
        found = pattern.match(line)
        if not found:
            continue
        groups = found.groupdict()
        where = groups.get("where") or f"{PATHS.sub(lambda m: m['base'], groups['file'])}:{groups['in']}"
        where = HASH.sub("", HASH.sub("", where)).lower()
        return "" if GENERIC.match(where) or len(where) < 4 else where
    return ""
