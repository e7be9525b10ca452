"""The wire: one request and one answer, as the sandbox's faces see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. Header names are lower case."""

    method: str
    path: str  # decoded, without the face's prefix: "/repos/acme/shop/issues"
    query: Mapping[str, str] = field(default_factory=dict)  # the last of each
    pairs: tuple[tuple[str, str], ...] = ()  # the whole query in order: fields=a&fields=b is allowed
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = ""  # "http://127.0.0.1:8080/api/v3": what absolute URLs in answers start with


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer. `json` is encoded unless `body` is given."""

    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json; charset=utf-8"


class Face(Protocol):
    """One pretended tracker. Its state changes only in `answer`, which the server calls under one lock."""

    name: str  # "github", "jira-cloud", "jira-dc"
    prefix: str  # "/api/v3", "/jira"; "" for none

    def answer(self, request: Request) -> Response:
        """Answer a request, with its effect."""


@runtime_checkable
class Accompanied(Protocol):
    """A face that answers at other prefixes too, by faces it brings along (GitHub's GraphQL stands beside /api/v3)."""

    companions: tuple[Face, ...]
