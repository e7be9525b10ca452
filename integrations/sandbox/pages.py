"""A page for people: every source's tickets, with what was said and done on them, so that one sees what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from integrations.sandbox.page_style import CSS
from integrations.sandbox.rendering import Markup, render
from integrations.sandbox.shown import Checked, Happened, Said, Shown, Summary, Thread
from integrations.sandbox.wire import Request, Response

__all__ = ["Happened", "Said", "Shown", "Summary", "Thread", "pages"]

ROWS = 100
MARKS = {"success": "&#10003;", "failure": "&#10007;", "error": "&#10007;"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def pages(sources: Sequence[Shown]) -> Callable[[Request], Response | None]:
    """Return what answers a browser for these sources: `Sandbox(..., pages=pages(sources))`."""

    def answer(request: Request) -> Response | None:
        if request.method not in {"GET", "HEAD"} or "authorization" in request.headers:
            return None  # a program's, for a face without a prefix
        if request.path == "/":
            return _html("Tickets", _list(sources, request.query))
        if request.path == "/ticket":
            return _thread(sources, request.query.get("source", ""), request.query.get("key", ""))
        for source in sources:
            key = source.find(request.path)
            if key is not None:
                return _thread(sources, source.name, key)
        return None

    return answer


def _html(title: str, body: str, status: int = 200) -> Response:
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body>"
    )
    return Response(
        status=status,
        body=f"{head}{body}</body></html>\n".encode(errors="replace"),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
    )


# -- the list -----------------------------------------------------------------------------------------------------
def _list(sources: Sequence[Shown], query: Mapping[str, str]) -> str:
    asked = query.get("source", "")
    everything = [
        ticket
        for source in sources
        if asked in {"", source.name}
        for ticket in source.tickets()
        if _wanted(ticket, query)
    ]
    everything.sort(key=lambda ticket: (ticket.updated_at, ticket.key), reverse=True)
    text = query.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    start = (max(page, 1) - 1) * ROWS
    rows = "".join(map(_row, everything[start : start + ROWS])) or "<li class=dim>Nothing matches.</li>"
    turn = [("newer", page - 1)] if page > 1 else []
    turn += [("older", page + 1)] if start + ROWS < len(everything) else []
    links = "".join(f'<a href="/?{escape(urlencode({**query, "page": number}))}">{name}</a>' for name, number in turn)
    count = f"<p class=dim>{len(everything)} ticket{'' if len(everything) == 1 else 's'}</p>"
    return f"<h1>Tickets</h1>{_form(sources, query)}{count}<ol class=tickets>{rows}</ol><nav>{links}</nav>"


def _wanted(ticket: Summary, query: Mapping[str, str]) -> bool:
    text, label, state = (query.get(name, "").strip().lower() for name in ("text", "label", "state"))
    return (
        (not text or text in f"{ticket.key} {ticket.title}".lower())
        and (not label or label in {name.lower() for name in ticket.labels})
        and (state in {"", ticket.state.lower(), "open" if ticket.open else "closed"})
        and (query.get("touched") != "1" or ticket.touched)
    )


def _form(sources: Sequence[Shown], query: Mapping[str, str]) -> str:
    def choice(value: str, text: str, name: str) -> str:
        chosen = " selected" if query.get(name, "") == value else ""
        return f'<option value="{escape(value)}"{chosen}>{escape(text)}</option>'

    names = choice("", "all sources", "source") + "".join(choice(each.name, each.name, "source") for each in sources)
    states = choice("", "any state", "state") + choice("open", "open", "state") + choice("closed", "closed", "state")
    ticked = " checked" if query.get("touched") == "1" else ""
    return (
        f'<form><select name="source" aria-label="source">{names}</select>'
        f'<select name="state" aria-label="state">{states}</select>'
        f'<input name="label" placeholder="label" size="14" value="{escape(query.get("label", ""))}">'
        f'<input type="search" name="text" placeholder="key or title" value="{escape(query.get("text", ""))}">'
        f'<label><input type="checkbox" name="touched" value="1"{ticked}> written on by kaizend</label>'
        "<button>Show</button></form>"
    )


def _row(ticket: Summary) -> str:
    address = escape("/ticket?" + urlencode({"source": ticket.source, "key": ticket.key}))
    notes = f"{ticket.comments} comment{'' if ticket.comments == 1 else 's'}"
    return (
        f'<li class="{"touched" if ticket.touched else ""}">{_state(ticket)} '
        f'<a class=title href="{address}"><bdi>{escape(ticket.title)}</bdi></a> '
        f"{_chips(ticket.labels)}{_mark(ticket.checked)}"
        f"<div class=dim>{escape(ticket.key)} by {escape(ticket.author)}, {_people(ticket)}, "
        f"updated {_time(ticket.updated_at)}, {notes}</div></li>"
    )


def _state(ticket: Summary) -> str:
    return f'<span class="state {"open" if ticket.open else "closed"}">{escape(ticket.state)}</span>'


def _mark(state: str) -> str:
    return f' <span class="check {escape(state)}">{MARKS.get(state, "&#9679;")} {escape(state)}</span>' if state else ""


def _chips(labels: Iterable[str]) -> str:
    return "".join(f"<span class=chip><bdi>{escape(name)}</bdi></span>" for name in labels)


def _people(ticket: Summary) -> str:
    return f"assigned to {escape(', '.join(ticket.assignees))}" if ticket.assignees else "nobody assigned"


def _time(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f'<time datetime="{there.isoformat()}">{there:%Y-%m-%d %H:%M}</time>'


# -- one ticket ---------------------------------------------------------------------------------------------------
def _thread(sources: Sequence[Shown], name: str, key: str) -> Response:
    for source in sources:
        thread = source.ticket(key) if source.name == name else None
        if thread is not None:
            return _html(f"{key}: {thread.summary.title}", _whole(thread, source.markup))
    return _html("Not found", "<h1>No such ticket</h1><p><a href='/'>All tickets</a></p>", 404)


def _whole(thread: Thread, markup: Markup) -> str:
    ticket = thread.summary
    facts = "".join(f"<br>{escape(name)}: <strong>{escape(value)}</strong>" for name, value in thread.facts)
    first = Said(author=ticket.author, at=ticket.updated_at, text=thread.text)
    said = "".join(_said(each, markup) for each in thread.said)
    happened = "".join(
        f"<li class=dim>{_time(each.at)} {escape(each.actor)}: <bdi>{escape(each.what)}</bdi></li>"
        for each in thread.happened
    )
    return (
        f'<nav><a href="/">All tickets</a><a href="/?touched=1">Written on by kaizend</a></nav>'
        f"<h1><bdi>{escape(ticket.title)}</bdi> <span class=dim>{escape(ticket.key)}</span></h1>"
        f"<p>{_state(ticket)} {_chips(ticket.labels)}<br><span class=dim>{_people(ticket)}{facts}</span></p>"
        f"<article><header><strong>{escape(first.author)}</strong></header>"
        f"<div dir=auto>{render(first.text, markup)}</div></article>"
        f"{_checks(thread.checks)}<h2>Comments</h2>{said or '<p class=dim>None.</p>'}"
        f"<h2>History</h2><ul class=events>{happened}</ul>"
    )


def _checks(checks: Iterable[Checked]) -> str:
    """Return the statuses of a change's head."""
    rows = "".join(
        f"<li>{_mark(each.state)} <strong>{escape(each.context)}</strong> <bdi>{_linked(each)}</bdi>"
        f" <span class=dim>{escape(each.author)}, {_time(each.at)}</span></li>"
        for each in checks
    )
    return f"<h2>Checks</h2><ul class=events>{rows}</ul>" if rows else ""


def _linked(check: Checked) -> str:
    text = escape(check.description)
    safe = check.url.startswith(("http://", "https://"))
    return f'<a href="{escape(check.url)}" rel="noreferrer">{text}</a>' if safe else text


def _said(said: Said, markup: Markup) -> str:
    signs = "".join(f"<span class=chip>{escape(sign)}</span>" for sign in said.signs)
    return (
        f'<article class="{"ours" if said.ours else ""}"><header><strong>{escape(said.author)}</strong> '
        f"<span class=dim>{_time(said.at)}</span>{signs}</header>"
        f"<div dir=auto>{render(said.text, markup)}</div></article>"
    )
