"""The tables: everything the database holds. Moments are microseconds since 1970 in UTC, days are ISO dates."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, Table, Text, text

HEAD = "0007"
"""The newest migration; a database that says anything the code does not know is refused."""

METADATA = MetaData()


def _key(*names: str) -> list[Column[str]]:
    return [Column(name, Text, primary_key=True) for name in names]


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


def _moments(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False, server_default=text("0")) for name in names]


def _texts_or_none(*names: str) -> list[Column[str]]:
    return [Column(name, Text) for name in names]


def _moments_or_none(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger) for name in names]


# -- the mirror: what the trackers said last ------------------------------------------------------------------------

TICKETS = Table(
    "tickets",
    METADATA,
    *_key("uid"),
    *_moments("revision", "seen"),  # revision: number of the save that changed it last; see counters
    *_texts_or_none("card_due"),
    *_moments_or_none("buried"),
    Column("buried_why", Text, nullable=False, server_default=text("''")),
    *_texts("source", "key", "ref", "url", "title"),
    *_moments("created", "updated"),
    *_texts("phase", "status", "type", "resolution", "labels", "components", "milestone", "assignees"),
    *_texts("reporter", "priority"),
    *_texts_or_none("due"),
    *_moments_or_none("closed"),
    *_numbers("comments", "locked", "blocked"),
    Column("sprint", Text, nullable=False, server_default=text("''")),
    Column("duplicates", Text, nullable=False, server_default=text("'[]'")),
    Column("fields", Text, nullable=False, server_default=text("'[]'")),
    *_texts("body"),  # last: a scan of the rest need not read it
)
Index("tickets_revision", TICKETS.c.revision)

CHANGES = Table(
    "changes",
    METADATA,
    *_key("uid"),
    *_texts("source", "key", "ref", "url", "title"),
    *_moments("created", "updated"),
    *_texts("state"),
    *_numbers("draft"),
    *_texts("labels", "author", "base", "head_sha", "merge_sha"),
    *_moments_or_none("merged", "closed"),
    *_texts("body"),
)
COMMENTS = Table(
    "comments",
    METADATA,
    *_key("uid"),
    Column("unread", Integer, nullable=False, server_default=text("1")),  # 1: not yet looked at for commands
    *_texts("source", "ref", "ticket", "author"),
    *_moments("created", "updated"),
    *_texts("op", "mac", "state", "body"),
)
Index("comments_ticket", COMMENTS.c.ticket)
Index(
    "comments_unread",
    COMMENTS.c.created,
    sqlite_where=text("unread = 1"),
)
MENTIONS = Table("mentions", METADATA, *_key("change", "key"))  # key: of the ticket it names, lower case
Index("mentions_key", MENTIONS.c.key)
DEPLOYMENTS = Table(
    "deployments",
    METADATA,
    *_key("uid"),
    *_texts("source", "ref", "sha", "environment", "state"),
    *_moments("created", "updated"),
)
RELEASES = Table(
    "releases",
    METADATA,
    *_key("uid"),
    *_texts("source", "ref", "name", "url"),
    *_moments_or_none("created", "released"),
    *_numbers("prerelease"),
)
EVENTS = Table(
    "events",
    METADATA,
    *_key("uid"),
    *_texts("source", "ticket"),
    *_moments("at"),
    *_texts("actor", "what", "before", "after"),
)
Index("events_ticket", EVENTS.c.ticket)

CURSORS = Table("cursors", METADATA, *_key("source", "stream"), *_texts("cursor"), *_moments("saved"))
READS = Table("reads", METADATA, *_key("source"), *_moments("began"), *_moments_or_none("ended"), *_texts("error"))
COUNTERS = Table("counters", METADATA, *_key("name"), *_moments("value"))
SETTLED = Table("settled", METADATA, *_key("policy"), *_texts("day"), *_moments("revision"))

INPUTS = Table(
    "inputs",
    METADATA,
    *_key("name"),
    *_moments_or_none("at"),  # of the newest thing it brought; none: nothing yet
    *_texts("said", "url"),  # what it says, in a line, and where it stands
    *_moments("read"),
    *_texts("error"),  # why the last read failed, "" if it did not
)

SIGNALS = Table(
    "signals",
    METADATA,
    *_key("name", "subject"),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
)
SIGNAL_READS = Table(
    "signal_reads",
    METADATA,
    *_key("name"),
    *_moments("read"),
    *_moments_or_none("filled"),  # there is no gap in what is kept up to then; none: its past is not filled yet
    *_texts("asked", "error", "refused"),  # what it was asked, why the last read failed, and what of it was no number
)

INPUT_TIMES = Table(
    "input_times",
    METADATA,
    *_key("name"),
    Column("at", BigInteger, primary_key=True, autoincrement=False),  # of the newest thing it brought at some time
    *_moments("until"),  # when it was last read and this was still the newest
)
INPUT_WATCHES = Table(
    "input_watches",
    METADATA,
    *_key("name"),
    *_texts("asked"),  # how old its newest may be, in seconds; "" where it is not configured
    *_moments("since"),  # when it began to be asked for so
)

# -- the ledger: what we did, and what people did about it ----------------------------------------------------------

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    *_texts("verb", "policy"),
    *_moments("began"),
    *_moments_or_none("ended"),
    *_texts("outcome", "counts"),
    Column("troubles", Text, nullable=False, server_default=text("'[]'")),  # why it was not whole: kind and words
)
OPS = Table(
    "ops",
    METADATA,
    *_key("id"),
    Column("run", Integer, nullable=False),
    *_texts("state", "uid", "rule", "verb", "value", "op"),  # op: the whole op as JSON; value: its effect's
    *_numbers("episode", "standing", "attempts", "looks"),
    *_moments("intended", "changed"),
    *_moments_or_none("not_before", "first_look", "sent"),
    *_texts("why", "receipt"),
)
Index("ops_uid", OPS.c.uid)
Index(
    "ops_open",
    OPS.c.state,
    sqlite_where=text("state in ('intent', 'sending', 'doubt')"),
)
Index("ops_changed", OPS.c.changed)

EPISODES = Table(
    "episodes",
    METADATA,
    *_key("uid", "rule"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_moments("began"),
    *_moments_or_none("ended"),
    *_moments_or_none("baseline"),  # when a baseline was taken in which it held
)
PAUSES = Table(
    "pauses",
    METADATA,
    *_key("uid"),
    Column("began", BigInteger, primary_key=True, autoincrement=False),
    *_moments_or_none("ended"),
    *_texts_or_none("due"),  # the due date that stood when it began
)
PUT_OFFS = Table(
    "put_offs",
    METADATA,
    *_key("uid", "way", "value"),
    Column("began", BigInteger, primary_key=True, autoincrement=False),
    *_moments_or_none("ended"),
    *_texts("before"),
)
PROMISES = Table("promises", METADATA, *_key("uid"), *_texts("due"))
RELATIONS = Table(
    "relations",
    METADATA,
    *_key("uid", "other"),  # the ticket something was filed from, and what was filed
    *_texts("what"),  # what it was filed as: a kind, or "twin"
    *_moments("at"),
)
Index("relations_other", RELATIONS.c.other)
CLAIMS = Table(
    "claims",
    METADATA,
    *_key("uid", "key"),  # who says that the ticket of a key (lower case) is its twin
    *_texts_or_none("other"),  # that ticket's uid, once it is known
    *_moments("at"),
)
LEADS = Table(
    "leads",
    METADATA,
    *_key("uid", "field"),
    *_texts("value"),  # what the ticket that leads it said last in the field
    *_numbers("number", "settled"),
    *_moments("at"),
)
SAMENESSES = Table(
    "samenesses",
    METADATA,
    *_key("uid", "key", "signal"),  # who is said to be the same as the ticket of a key (lower case), and by what
    *_texts_or_none("other"),  # that ticket's uid, once it is known
    *_texts("evidence", "person"),
    *_moments("at"),
)
FINGERPRINTS = Table("fingerprints", METADATA, *_key("uid", "value"), *_texts("evidence"))
Index("fingerprints_value", FINGERPRINTS.c.value)
RECURRENCES = Table(
    "recurrences",
    METADATA,
    *_key("uid"),  # the report
    *_texts("other", "root", "tier", "signal", "evidence"),  # other: what came back; root: the first of its kind
    *_numbers("again"),  # 1: what came back was fixed by then
    *_moments("at"),
    *_numbers("ahead"),  # so many more comments people wrote on the report
)
Index("recurrences_other", RECURRENCES.c.other)
Index("recurrences_root", RECURRENCES.c.root)
OBJECTIONS = Table(
    "objections",
    METADATA,
    *_key("uid", "other"),  # two tickets that are not the same, the report first
    *_texts("why", "person"),
    *_moments("at"),
)
Index("objections_other", OBJECTIONS.c.other)
FIXES = Table(
    "fixes",
    METADATA,
    *_key("uid"),
    *_moments_or_none("at"),  # when its fix took effect; none: not yet
    *_texts("how"),
)
LIKENESSES = Table(
    "likenesses",
    METADATA,
    *_key("uid", "other"),  # a report, and an earlier ticket that may be the same by its text
    *_numbers("rank", "shadow", "reopens"),  # reopens: it opens again what was fixed; decided when it was found
    Column("probability", Double, nullable=False),
    *_texts("tier", "signatures", "words"),  # signatures and words as JSON lists
    *_moments("at"),
)
Index("likenesses_other", LIKENESSES.c.other)
JUDGED = Table(
    "judged",
    METADATA,
    *_key("uid"),  # a report that was compared with those before it, once
    *_texts("source"),
    Column("top", Double, nullable=False),  # the probability of the best of them
    *_moments("at"),
)
VERDICTS = Table(
    "verdicts",
    METADATA,
    *_key("uid", "other"),  # the likeness that people judged by what they did
    *_texts("tier", "signature", "why", "person"),
    *_numbers("correct", "acted"),  # acted: we had done something about it, else it was in shadow
    *_moments("at"),
)
OUTCOMES = Table(
    "outcomes",
    METADATA,
    *_key("uid", "stated"),
    *_texts(
        "before", "after", "judgement", "said", "problem", "person"
    ),  # before, after: measures as JSON, "" for none
    *_moments_or_none("frozen", "after_ends", "judged"),
)
REVERSALS = Table("reversals", METADATA, *_key("uid", "rule", "verb", "value"), *_moments("at"), *_texts("person"))
IGNORES = Table(
    "ignores",
    METADATA,
    *_key("uid", "rule"),
    *_texts("person"),
    *_moments("at"),
    *_texts_or_none("until"),
    *_texts("because"),
)
ANSWERS = Table(
    "answers", METADATA, *_key("uid", "comment"), *_texts("command", "person"), *_moments("at"), *_texts("reply")
)
STATEMENTS = Table(
    "statements",
    METADATA,
    *_key("uid", "comment"),
    *_texts("what", "value", "person"),
    *_moments("at"),
    *_texts("because"),
)
TOUCHES = Table("touches", METADATA, *_key("uid"), *_moments("at", "ours"))
RECOGNISED = Table("recognised", METADATA, *_key("op"), *_texts("uid", "receipt"), *_moments("at"))
Index("recognised_uid", RECOGNISED.c.uid)
CARDS = Table("cards", METADATA, *_key("uid"), *_texts("ref", "essence"), *_moments("at"), *_numbers("gone"))
SLOTS = Table("slots", METADATA, *_key("name"), *_moments("claimed"), *_moments_or_none("done"))
HOLDS = Table(
    "holds",
    METADATA,
    Column("run", Integer, primary_key=True, autoincrement=False),
    *_key("what"),
    *_moments("at"),
    *_numbers("ceiling", "wanted"),
    *_texts("rules"),
)

GATES = Table(
    "gates",
    METADATA,
    *_key("gate", "subject"),
    *_numbers("closed", "number", "waiting"),
    *_texts("because", "blocking", "unsure"),  # because and blocking as JSON lists
    *_texts("page", "url"),  # the ticket of its last closing, by uid and address
    *_moments("since", "looked"),
)
WAIVERS = Table(
    "waivers",
    METADATA,
    *_key("comment", "gate", "subject"),
    *_texts("target", "until", "because", "person"),
    *_texts("place", "source"),  # what it was said on, by uid, and where that is
    *_moments("at", "looked"),  # looked: when its comment was last seen to be there
    *_moments_or_none("withdrawn"),
)
STATUSES = Table(
    "statuses",
    METADATA,
    *_key("uid"),  # of an open change
    *_texts("source", "sha", "state", "description", "url"),  # the newest status of ours, or what stands in its place
    *_numbers("ours"),
    *_moments("at"),
)
DEPLOYING = Table("deploying", METADATA, *_key("source"), *_texts("waiting"), *_moments("at"))

# -- the audit trail, the budgets, the lock -------------------------------------------------------------------------

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    *_moments("at"),
    *_texts("kind", "body", "previous", "hash"),
)
AUDIT_HEAD = Table("audit_head", METADATA, *_key("name"), *_moments("seq"), *_texts("hash", "mac"))
SPENDINGS = Table("spendings", METADATA, Column("id", Integer, primary_key=True), *_texts("bucket"), *_moments("at"))
Index("spendings_bucket", SPENDINGS.c.bucket, SPENDINGS.c.at)
BUCKETS = Table("buckets", METADATA, *_key("bucket"), *_moments("paused_until"))
LEASES = Table(
    "leases",
    METADATA,
    *_key("name"),
    *_texts("owner", "host", "space", "started"),
    *_numbers("pid"),
    *_moments("since", "expires", "fence"),
)
