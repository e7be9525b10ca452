"""The watchers: after each pass, in the quiet and at the end they say what was broken. None asks kaizend."""

import re
import sqlite3
from contextlib import closing
from itertools import takewhile

from rules.model import Ticket
from tests.torture.canary import hits
from tests.torture.months import limits, lives, once
from worker.audit import verify
from worker.codec import op_from_json

LISTS = re.compile(r"/repos/[^/]+/[^/]+/(issues|pulls|issues/comments|issues/events)$|/rest/api/[^/]+/search")
NO_TICKET = re.compile(r"/labels$(?<!\d/labels)|/milestones|/reactions|/graphql|/statuses/|^/$")
TICKET = re.compile(r"/issues/(\d+)|/issue/([^/]+)")
WAITS = re.compile(r"^person .*: held back$|parked")  # what may be left to be said when all is well
PINGED = f"pings a person and week (of {limits.PINGS})"
OPEN = ("intent", "sending", "doubt")
BROKEN_OFF = {"killed", "failed"}  # passes that may not have kept what they heard
SAME = ("title", "phase", "labels", "assignees", "due")


def after_a_pass(month, made):
    """Look at one pass."""
    seen = [one for one in month.wire.seen[made.first : made.last] if one.turn == made.number]
    if made.outcome == "broken":
        month.wrong(f"pass {made.number} ended in a way that nobody foresaw: {made.why}")
    rows = ops_of(month.database, made.began) if month.database.exists() else {}
    if made.outcome == "planned" and any(one.writes for one in seen):
        month.wrong(f"pass {made.number} was to plan only and wrote")
    for what in (
        *unplanned(month.passes[made.number - 1 :], seen, rows),
        *absence(seen, rows),
        *silence(made, seen),
    ):
        month.wrong(f"pass {made.number}: {what}")


def ops_of(database, since):
    """Return the ops that were touched since then, as the table has them: {id: (op, sent since, intended before)}.

    Who is killed while the database is made leaves one without tables: that has no ops yet.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        if not connection.execute("select 1 from sqlite_master where name = 'ops'").fetchall():
            return {}
        began = int(since.timestamp() * 1_000_000)
        rows = connection.execute("select id, op, sent, intended from ops where changed >= ?", (began,)).fetchall()
    return {row[0]: (op_from_json(row[1]), (row[2] or 0) >= began, row[3] < began) for row in rows}


def unplanned(together, seen, rows):
    """Yield the writes that belong to no op, and the ops sent that no plan had: of this pass, or of one within it."""
    refs = {op.target.ref for op, _, _ in rows.values()} | {op.target.key for op, _, _ in rows.values()}
    for one in seen:
        ticket = TICKET.search(one.path)
        if one.writes and ticket and (ticket[1] or ticket[2]) not in refs and not one.path.endswith("/reactions"):
            yield f"{one.method} {one.path} belongs to no op"
    if any(other.look is None for other in together):
        return
    planned = {op.id for other in together for op in other.look.plan.ops}
    for number, (op, sent, before) in rows.items():
        if sent and not before and number not in planned and not op.rule.startswith("digest/"):
            yield f"{op.rule} {op.name} on {op.target.key} was sent and is in no plan"


def partial(seen):
    """Return the faces of which a list was not read to its end before anything was written, by each page's last try.

    What is searched for later is no ground of the plan: somebody looks whether a ticket was filed already.
    """
    last = {}
    for one in takewhile(lambda one: not one.writes, seen):
        if (one.method == "GET" and LISTS.search(one.path)) or "/search" in one.path:
            last[one.face, one.path, tuple(sorted(one.query.items())), one.body] = one
    return {one.face for one in last.values() if not one.heard}


def absence(seen, rows):
    """Yield removals at a tracker of which a list was not read wholly in the same pass."""
    blind = partial(seen)
    earlier = {op.target.ref for op, _, before in rows.values() if before}
    for one in seen:
        ticket = TICKET.search(one.path)
        if one.face in blind and removes(one) and not (ticket and (ticket[1] or ticket[2]) in earlier):
            yield f"{one.method} {one.path} though a list of {one.face} was not read wholly"


def removes(one):
    """Tell whether a request takes something away: a label, or a ticket from those that are open."""
    if one.method == "DELETE":
        return True
    if one.method == "PUT" and "/issue/" in one.path:
        return any("remove" in each for each in (one.json.get("update") or {}).get("labels", ()))
    return one.method == "PATCH" and one.json.get("state") == "closed"


def silence(made, seen):
    """Yield a pass that calls itself whole though a list was not read."""
    if made.outcome == "fine" and partial(seen):
        yield f"says that it was whole, though a list of {partial(seen)} was not read"


def quiet(month, written):
    """Look at the passes in which nothing went wrong any more: the last two write nothing.

    A ping may come as soon as the week of whom it is for has room again. What is planned is no longer given up, either.
    """
    mentions, passes = _mentions(month), month.passes[-len(written) :]
    for number in range(len(written) - 1, len(written) + 1):
        before = passes[number - 2].began
        late = [one for one in written[number - 1] if not limits.waited(one, month.wire.seen, mentions, before)]
        if told := ", ".join(f"{one.method} {one.path}" for one in late):
            month.wrong(f"quiet pass {number} still wrote: {told}")
    with closing(sqlite3.connect(month.database)) as connection:
        left = connection.execute(
            f"select state, rule, verb, why, uid from ops where state in {OPEN}"  # noqa: S608 - our own words
        ).fetchall()
        parked = connection.execute("select rule from ops where state = 'parked'").fetchall()
    month.report.counts["parked"] += len(parked)
    if left:
        month.wrong(f"ops are still open: {left}")
    last = month.passes[-1]
    for what in in_vain(last.passed):
        month.wrong(what)
    loud = [what for what in (last.passed.troubles if last.passed else (last.why,)) if not WAITS.search(what)]
    if any(rule.startswith("digest/") for (rule,) in parked):
        loud = [what for what in loud if not what.startswith("digest ")]
    if last.passed is None or loud:
        month.wrong(f"the last pass was not whole: {last.outcome} {loud}")


def in_vain(passed):
    """Yield what a pass in which all was well planned, and then did not want."""
    if passed and (dropped := passed.counts.get("dropped")):
        yield f"the last pass planned in vain: {dropped} ops were given up"


def at_the_end(month):
    """Look at the whole month."""
    seen, report = month.wire.seen, month.report
    report.counts["writes"] = sum(one.writes for one in seen)
    for name, used, limit in limits.windows(seen, month.content_limits):
        report.most[f"{name} (of {limit})"] = used
        if used > limit:
            month.wrong(f"{used} {name}, {limit} are allowed")
    for what in limits.too_early(seen, lambda why, one: _excused(month, why, one)):
        month.wrong(what)
    lost = [*_untold(month, once.posted(seen))]
    for person, count in limits.pings([one for one in seen if one not in lost], _mentions(month), month.forgot):
        report.most[PINGED] = max(count, report.most.get(PINGED, 0))
        if count > limits.PINGS:
            month.wrong(f"{person} was pinged {count} times in a week")
    for op, posts in once.posted(one for one in seen if one not in lost).items():
        if len(posts) > 1:
            where = ", ".join(f"{one.path} on {one.at:%m-%d %H:%M:%S}" for one in posts)
            month.wrong(f"op {op} was posted {len(posts)} times: {where}")
    breaks = [*month.edits, *month.forgot]
    for key, deeds, said in lives.lives(month.made):
        for what, at in (*lives.swings(deeds, said, breaks), *lives.insists(deeds, said, breaks)):
            month.wrong(f"{key}: {what}", at)
    kept(month)


def _untold(month, posted):
    """Yield what people deleted before anybody could know that it was there.

    Its answer was not heard, or not kept, and no pass read it; or the database that knew it was lost.
    """
    for op, posts in posted.items():
        deleted = month.crowd.deleted.get(op)
        if deleted is None:
            continue
        left = month.crowd.left(on_github=posts[0].face == "github")
        reads, told = _reads(month, posts[0].path), once.tells(month.crowd.told.get(op, ()), left)
        unheard = [one.at for one in posts if not one.heard or month.passes[one.turn - 1].outcome in BROKEN_OFF]
        if once.unread(unheard, deleted, reads):
            yield from [one for one in posts if one.at <= deleted]
        elif once.untold(deleted, told, month.forgot, reads):
            yield from posts[:-1]


def _reads(month, path):
    """Return when passes that read the source of a request began and ended, as they say themselves."""
    source = "shop" if path.startswith("/repos/") else "ops"
    return [(one.began, one.ended) for one in month.passes if one.look is not None and source not in one.look.unread]


def _excused(month, why, one):
    if any(why.at <= at <= one.at for at in month.forgot):
        return True
    return month.passes[why.turn - 1].outcome in BROKEN_OFF


def _mentions(month):
    found = {}
    for name in month.made.people:
        there = f"[~accountid:acc-{name}]" if month.flavour == "cloud" else f"[~{name}]"
        found[name] = {"github": mention(f"@{month.made.login(name)}"), f"jira-{month.flavour}": mention(there)}
    return found


def mention(form):
    """Return what a mention is found by, in the form that notifies a person: not escaped, nor within a word."""
    return re.compile(rf"(?<![\w&;\\]){re.escape(form)}" + (r"\b" if form[-1].isalnum() else ""))


def kept(month):
    """Look at what the worker keeps: the mirror, the trail, and whether a secret is anywhere."""
    with month.made.worker() as worker:
        trail = verify(worker.database, month.made.env["KAIZEND_INSTANCE__KEY"].encode())
        if not trail.ok:
            month.wrong(f"the audit trail is broken: {trail.why}")
        mirrored = {ticket.uid: ticket for ticket in worker.mirror.tickets()}
        there = {}
        for name, tracker in worker.trackers.items():
            tracker.connect()
            for ref in _refs(month, name):
                ticket = tracker.ticket(ref)
                there[ticket.uid] = ticket
    for what in differences(there, mirrored, month.crowd.removed):
        month.wrong(what)
    sent = "\n".join(one.body.decode("utf-8", "replace") for one in month.wire.seen)
    key = month.made.env["KAIZEND_INSTANCE__KEY"]
    for where in hits(month.folder, month.said.getvalue(), sent, known=(key,)):
        month.wrong(f"a secret stands in {where}")


def _refs(month, source):
    if source == "shop":
        return [str(number) for number, issue in month.made.github.main.issues.items() if issue.pull is None]
    return [str(issue.id) for issue in month.made.jira.issues.values() if issue.project == "OPS"]


def differences(there, mirrored, removed):
    """Yield where the mirror is not what the trackers have.

    What people removed may be kept: nobody tells of it, and it is buried when it would be written to.
    """
    for uid, ticket in there.items():
        kept: Ticket | None = mirrored.get(uid)
        if kept is None:
            yield f"the mirror has no {ticket.key}"
            continue
        for name in SAME:
            now, then = getattr(ticket, name), getattr(kept, name)
            if now != then and not (name == "due" and now is None):  # which our card may keep
                yield f"the mirror has {name} {then!r} of {ticket.key}, the tracker {now!r}"
    for uid, ticket in mirrored.items():
        if uid not in there and ticket.key not in removed:
            yield f"the mirror has {ticket.key}, the tracker has not"
