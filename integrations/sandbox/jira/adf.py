"""Text in version 3 of the API: the document format, to and from plain text."""

from __future__ import annotations

from typing import Any


def document(text: str) -> dict[str, Any] | None:
    """Wrap text as a document, a paragraph a line; None for none."""
    if not text:
        return None
    lines = [[{"type": "text", "text": line}] if line else [] for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": line} for line in lines]}


def plain(value: Any) -> str:
    """Take the text out of a document. ValueError if it is not one."""
    if not isinstance(value, dict) or value.get("type") != "doc":
        raise ValueError("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
    return "\n".join(_text(block) for block in value.get("content", []))


def _text(node: dict[str, Any]) -> str:
    if node.get("type") == "hardBreak":
        return "\n"
    return str(node.get("text", "")) + "".join(_text(inner) for inner in node.get("content", []))
