"""Who we are, where the repository is by now, and which rights we lack or have too many of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.base import Identity
from integrations.errors import Incomplete, NotAllowed, NotFound, Rejected
from integrations.github.answers import Answer, limit_reset, whole_number
from integrations.github.config import GithubConfig
from integrations.github.issue_fields import IssueFields, find_fields
from integrations.github.payloads import Repository
from integrations.github.session import Session
from integrations.wording import printable

_APP_NEEDS = {
    "metadata": "read",
    "issues": "write",
    "pull_requests": "read",
    "statuses": "write",
    "deployments": "read",
}
_PROTECTING = {"actions": "read", "deployments": "write"}
"""What an App needs besides where it answers for deployments."""
_APP_MAY = {"checks": "write", "contents": "read", "organization_projects": "write", "issue_fields": "read"}
_SCOPES_MAY = frozenset(
    {"repo", "public_repo", "repo:status", "repo_deployment", "read:org", "read:project", "project"}
)
_LEVELS = ("", "read", "write", "admin")
ARCHIVED = "the repository is archived: nothing can be written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What connecting found."""

    identity: Identity
    repository: Repository
    open_count: int
    fields: IssueFields


def connect(session: Session, host: str) -> Connected:
    """Ask who we are and for the repository, following a rename; look at the canary and for the date field."""
    config = session.config
    try:
        author, asked = _author(session)
    except Rejected as refused:
        if "version" not in refused.what.lower():
            raise
        session.forget_version()
        author, asked = _author(session)
    answer = session.get("repository", f"/repos/{config.repository}")
    raw = _mapping(session, "repository", answer)
    repository = _repository(config, host, raw, session.where("repository"))
    session.closed = ARCHIVED if raw.get("archived") else ""
    fields = find_fields(session, repository, raw.get("owner") or {})
    _look_for_canary(session, repository)
    missing = [*_missing(session, raw), *_missing_field(config, fields)]
    identity = Identity(
        author=author,
        server=_server(answer, host),
        rights=frozenset(_rights(session, asked, raw)),
        missing=tuple(missing),
        excess=tuple(_excess(session, asked, raw)),
        unknown=fields.unknown,
        limit_left=_limit_left(answer),
        limit_reset=limit_reset(answer, session.clock()),
        clock_skew=(answer.date(session.clock()) - session.clock().replace(microsecond=0)).total_seconds(),
    )
    return Connected(
        identity=identity, repository=repository, open_count=int(raw.get("open_issues_count") or 0), fields=fields
    )


def _author(session: Session) -> tuple[str, Answer]:
    """Return our login as it stands on what we write, and the answer that told it."""
    if session.installation:
        number = session.config.app.installation_id if session.config.app else 0
        answer = session.as_app("App", f"/app/installations/{number}")
        return f"{_text(session, 'App', answer, 'app_slug')}[bot]", answer
    try:
        answer = session.get("user", "/user")
    except NotAllowed as refused:
        if "integration" not in refused.what:
            raise
        # The token of a workflow run is an installation's, which cannot ask who it is.
        return "github-actions[bot]", Answer(status=403, path="/user")
    return _text(session, "user", answer, "login"), answer


def _repository(config: GithubConfig, host: str, raw: Mapping[str, Any], where: str) -> Repository:
    try:
        return Repository(
            source=config.name,
            host=host,
            id=int(raw["id"]),
            full_name=str(raw["full_name"]),
            url=str(raw["html_url"]),
            component_label=config.component_label,
            priorities=frozenset(label.lower() for label in config.priority_labels.values()),
        )
    except (KeyError, TypeError, ValueError):
        raise Incomplete(where, "the answer does not look like a repository") from None


def _look_for_canary(session: Session, repository: Repository) -> None:
    number = session.config.canary
    if not number:
        return
    try:
        session.get("canary", f"/repos/{repository.full_name}/issues/{number.lstrip('#')}").json(
            session.where("canary")
        )
    except (NotFound, NotAllowed) as error:
        raise Incomplete(error.where, f"the canary, issue {number}, cannot be read: {error.what}") from None


# -- rights ---------------------------------------------------------------------------------------------------------
def _rights(session: Session, asked: Answer, raw: Mapping[str, Any]) -> Iterator[str]:
    if session.installation:
        yield from (f"{name}: {level}" for name, level in session.installation.permissions.items())
        return
    yield from _scopes(asked)
    yield from (f"repository: {name}" for name, granted in _granted(raw).items() if granted)


def _missing(session: Session, raw: Mapping[str, Any]) -> Iterator[str]:
    if raw.get("archived"):
        yield ARCHIVED
    if raw.get("has_issues") is False:
        yield "issues are switched off in the repository"
    if session.installation:
        have = session.installation.permissions
        for name, level in _needs(session).items():
            if _LEVELS.index(level) > _level(have.get(name, "")):
                yield f"{name}: {level}"
        return
    granted = _granted(raw)
    if granted and not granted.get("triage") and not granted.get("push"):
        yield "repository: triage (to label, assign and close)"
    if granted and not granted.get("push"):
        yield "repository: push (to create labels and milestones and to set statuses)"


def _missing_field(config: GithubConfig, fields: IssueFields) -> Iterator[str]:
    if config.due == "field" and fields.due is None:
        yield "an issue field 'Target date' that we may see, as due = \"field\" asks for"


def _excess(session: Session, asked: Answer, raw: Mapping[str, Any]) -> Iterator[str]:
    if session.installation:
        wanted = {**_APP_MAY, **_needs(session)}
        for name, level in session.installation.permissions.items():
            if _level(level) > _LEVELS.index(wanted.get(name, "")):
                yield f"{name}: {level}"
        return
    yield from (f"scope {scope}" for scope in _scopes(asked) if scope not in _SCOPES_MAY)
    if _granted(raw).get("admin"):
        yield "repository: admin"


def _needs(session: Session) -> Mapping[str, str]:
    return {**_APP_NEEDS, **(_PROTECTING if session.config.protect else {})}


def _level(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else len(_LEVELS)


def _scopes(asked: Answer) -> list[str]:
    """Return a classic token's scopes; other tokens tell none."""
    return [scope.strip() for scope in asked.headers.get("x-oauth-scopes", "").split(",") if scope.strip()]


def _granted(raw: Mapping[str, Any]) -> Mapping[str, bool]:
    permissions = raw.get("permissions")
    return permissions if isinstance(permissions, dict) else {}


# -- what the answers tell ------------------------------------------------------------------------------------------
def _server(answer: Answer, host: str) -> str:
    version = answer.headers.get("x-github-enterprise-version", "")
    if version:
        return f"GitHub Enterprise Server {printable(version)}"
    return "GitHub" if host == "github.com" else f"GitHub at {host}"


def _limit_left(answer: Answer) -> int | None:
    return whole_number(answer.headers.get("x-ratelimit-remaining", ""))


def _mapping(session: Session, endpoint: str, answer: Answer) -> Mapping[str, Any]:
    told = answer.json(session.where(endpoint))
    if not isinstance(told, dict):
        raise Incomplete(session.where(endpoint), f"expected an object, got {type(told).__name__}")
    return told


def _text(session: Session, endpoint: str, answer: Answer, name: str) -> str:
    value = _mapping(session, endpoint, answer).get(name)
    if not isinstance(value, str) or not value:
        raise Incomplete(session.where(endpoint), f"the answer has no {name}")
    return value
