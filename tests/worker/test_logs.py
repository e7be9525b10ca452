"""Logs are structured, quiet and free of secrets."""

import io
import json
import logging
import warnings

import pytest
import structlog

from worker.logs import HIDDEN, Redactor, log, set_up_logs

CANARY = "c4nary-s3cret/value"


@pytest.fixture
def written():
    """Set the logs up in a style, and return what is written; afterwards the process is as before."""
    root, loggers = logging.getLogger(), logging.Logger.manager.loggerDict
    handlers, level = root.handlers, root.level
    levels = {name: one.level for name, one in loggers.items() if isinstance(one, logging.Logger)}
    stream = io.StringIO()

    def start(style, secrets=(CANARY,)):
        set_up_logs(style=style, secrets=secrets, env={}, stream=stream)
        return stream

    yield start
    logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)
    for name, one in loggers.items():
        if isinstance(one, logging.Logger):
            one.setLevel(levels.get(name, logging.NOTSET))
    structlog.reset_defaults()


def fail():
    """Raise an error that quotes a secret, out of another that does."""
    try:
        {}[CANARY]
    except KeyError as error:
        raise ValueError(f"refused: {CANARY}") from error


def test_json_lines_hold_what_was_said(written):
    """One line an event, keys in order, the time in UTC."""
    out = written("json")
    log(source="shop").info("read", pages=3, done=True)
    line = json.loads(out.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "read", "level": "info", "source": "shop", "pages": 3, "done": True}


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_secret_reaches_the_log(written, style):
    """Not in an event, a value, a key, a nested value, an exception or what a library says."""
    out = written(style)
    log(token=CANARY).info(f"sent {CANARY}", nested={"deep": [CANARY, {CANARY: 1}]}, error=ValueError(CANARY))
    for logger in (log(), logging.getLogger("urllib3.connectionpool"), logging.getLogger("elsewhere")):
        try:
            fail()
        except ValueError:
            logger.exception("failed")
    logging.getLogger("elsewhere").warning("heard %s", CANARY)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(CANARY, stacklevel=1)
    text = out.getvalue()
    assert "c4nary" not in text
    assert text.count(HIDDEN) > 10


def test_libraries_are_heard_only_when_they_warn(written):
    """What a library says at its lower levels may hold headers."""
    out = written("text")
    for name in ("urllib3.connectionpool", "github.Requester", "jira", "alembic.runtime.migration"):
        logging.getLogger(name).info("chatter")
    log().debug("detail")
    assert out.getvalue() == ""


def test_foreign_text_cannot_forge_a_log_line(written):
    """Line breaks and terminal codes of a title are shown, not obeyed."""
    out = written("text")
    log().warning("title: a\n2026-11-23T00:00:00Z [info] all is well \x1b[2J")
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "a" * 36,
        "github_pat_" + "a" * 30,
        "Authorization: Basic Ym90QGFjbWU6dG9rZW4xMjM0",
        "{'Authorization': 'Bearer abcdefghijklmnopqrstuvwxyz'}",
        "token 0123456789abcdef0123456789abcdef01234567",
        "postgresql://bot:hunter22@db/kaizend",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl",
        "ATATT3xFfGF0" + "b" * 20,
    ],
)
def test_what_looks_like_a_secret_is_hidden_unknown_or_not(text):
    """A credential that is none of the config's is hidden by its shape."""
    assert HIDDEN in Redactor(()).text(text)
    assert text[-20:-4] not in Redactor(()).text(text).replace(HIDDEN, "")


@pytest.mark.parametrize(
    "text", ["a token bucket", "basic auth failed", "https://github.com/acme/shop", "acme/shop#12"]
)
def test_plain_words_stay(text):
    """Nothing is hidden that a reader needs."""
    assert Redactor(("", "ab")).text(text) == text


def test_a_secret_in_an_address_is_hidden_too():
    """Percent-encoded, a secret is a secret."""
    assert Redactor((CANARY,)).text("/x?key=c4nary-s3cret%2Fvalue") == f"/x?key={HIDDEN}"
