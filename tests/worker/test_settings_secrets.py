"""Secrets come from the environment and from files, and are never shown."""

import logging
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from worker.settings import SettingsError, load_settings

CANARY = "c4nary-s3cret-value"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n"
HEAD = "[kinds]\nimprovement = ['open']\n[sources.shop]\nkind = 'github'\nrepository = 'acme/shop'\n"


@pytest.fixture
def load(tmp_path):
    """Write a config of one source with more lines, and load it."""

    def write_and_load(lines, env=None):
        path = tmp_path / "config.toml"
        path.write_text(HEAD + lines)
        return load_settings(path, env or {})

    return write_and_load


def credential_problems(settings):
    """Return the lines that building the adapters' configs fails with."""
    with pytest.raises(SettingsError) as caught:
        settings.source_configs()
    return list(caught.value.problems)


def secret_file(path, text, mode=0o600):
    """Write a file of a mode."""
    path.write_text(text)
    path.chmod(mode)


def test_a_token_file_is_relative_to_the_config_and_loses_its_last_newline(load, tmp_path):
    """What `echo token > file` writes is the token."""
    secret_file(tmp_path / "token", CANARY + "\r\n")
    settings = load("token_file = 'token'\n")
    assert settings.source_configs()[0].token == CANARY
    assert settings.warnings == ()


def test_a_file_that_others_may_read_is_warned_of(load, tmp_path):
    """Modes looser than 0640 are told, once, and used all the same."""
    secret_file(tmp_path / "token", CANARY, 0o644)
    settings = load("token_file = 'token'\n")
    assert settings.source_configs()[0].token == CANARY
    assert settings.warnings == (
        "config.toml: line 6, column 1: [sources.shop]: 'token_file': token is open to too many: chmod 600 it",
    )


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
def test_a_file_for_the_owner_and_the_group_is_fine(load, tmp_path, mode):
    """0640 and stricter say nothing."""
    secret_file(tmp_path / "token", CANARY, mode)
    assert load("token_file = 'token'\n").warnings == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "",
            (
                "line 3, column 1: [sources.shop]: no credential: set KAIZEND_SOURCES__SHOP__TOKEN in the environment, "
                "or 'token_file', or 'app' here"
            ),
        ),
        ("token_file = 'none'\n", "line 6, column 1: [sources.shop]: 'token_file': none: no such file"),
        ("token_file = 'empty'\n", "line 6, column 1: [sources.shop]: 'token_file': empty: is empty"),
        ("token_file = '.'\n", "line 6, column 1: [sources.shop]: 'token_file': .: is not a file"),
        (
            f"token = '{CANARY}'\ntoken_file = 'empty'\n",
            "line 3, column 1: [sources.shop]: 'token' and 'token_file' are given: choose one",
        ),
        (
            f"token = '{CANARY} {CANARY}'\n",
            "line 6, column 1: [sources.shop]: 'token' must be one word, without spaces",
        ),
        (
            f"app = {{ id = 1, installation = 2, private_key = '{CANARY}' }}\n",
            (
                "line 6, column 35: [sources.shop.app]: 'private_key' must be a PEM file: "
                "'-----BEGIN RSA PRIVATE KEY-----' ..."
            ),
        ),
        (
            "app = { id = 1, installation = 2 }\n",
            "line 6, column 1: [sources.shop.app]: 'private_key' and 'private_key_file': neither is given",
        ),
    ],
)
def test_a_credential_that_cannot_be_used_is_one_line(load, tmp_path, lines, expected):
    """The line says which, where, and never what; rules can still be checked without it."""
    secret_file(tmp_path / "empty", "\n")
    settings = load(lines)
    assert settings.policy_tables()["sources"].keys() == {"shop"}
    assert credential_problems(settings) == [f"config.toml: {expected}"]


def test_the_environment_puts_the_files_ways_aside(load):
    """A token in a variable wins over the file's token_file and App."""
    settings = load(
        "app = { id = 1, installation = 2, private_key_file = 'none' }\n", {"KAIZEND_SOURCES__SHOP__TOKEN": CANARY}
    )
    (shop,) = settings.source_configs()
    assert (shop.token, shop.app) == (CANARY, None)


def test_an_apps_key_comes_from_its_file(load, tmp_path):
    """A PEM file is read as it is."""
    secret_file(tmp_path / "key.pem", PEM)
    (shop,) = load("app = { id = 1, installation = 2, private_key_file = 'key.pem' }\n").source_configs()
    assert shop.app.private_key == PEM.rstrip("\n")


def test_no_secret_is_in_any_text_of_the_settings(load, tmp_path, caplog):
    """repr, str, errors and logs of everything that holds a secret are free of it."""
    secret_file(tmp_path / "key.pem", PEM)
    lines = (
        "app = { id = 1, installation = 2, private_key_file = 'key.pem' }\n"
        "[instance]\n"
        f"database = 'postgresql://bot:{CANARY}@db/kaizend'\n"
        f"key = '{CANARY}'\n"
        "[sources.ops]\nkind = 'jira'\nproject = 'OPS'\nbase_url = 'https://jira.acme.example'\n"
        f"email = 'bot@acme.example'\ntoken = '{CANARY}'\n"
    )
    with caplog.at_level(logging.DEBUG):
        settings = load(lines)
        configs = settings.source_configs()
    texts = [
        repr(settings),
        str(settings),
        repr(settings.tables),
        repr(settings.credentials),
        repr(configs),
        caplog.text,
    ]
    assert [text for text in texts if CANARY in text] == []
    assert CANARY in settings.secrets()
    assert settings.tables.model_dump_json().count(CANARY) == 0


@pytest.mark.parametrize(
    "lines",
    [
        f"token = ['{CANARY}']\n",
        f"token = {{ x = '{CANARY}' }}\n",
        f"app = '{CANARY}'\n",
        f"app = {{ id = '{CANARY}', installation = '{CANARY}', private_key = ['{CANARY}'] }}\n",
        f"timeout = '{CANARY}'\n",
        f"due = '{CANARY}'\n",
        f"base_url = 'https://{CANARY}@x'\n",
        f"[instance]\ndatabase = 'sqlite:{CANARY}'\nkey = 5\nrules = '{CANARY}'\n",
    ],
)
def test_no_error_quotes_a_value(load, lines):
    """Whatever stands in the wrong place, an error names the key alone."""
    with pytest.raises(SettingsError) as caught:
        load(lines)
    assert caught.value.problems
    assert CANARY not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_instances_key_is_made_once_and_kept(load, tmp_path):
    """The first use writes a random key that only the owner may read; later ones find it."""
    first = load("").instance_key()
    file = tmp_path / "var" / "kaizend.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first) == 64
    assert load("").instance_key() == first
    assert [path.name for path in file.parent.iterdir()] == ["kaizend.key"]


def test_two_that_start_together_agree_on_the_key(load):
    """The key is made whole or not at all, and by one of them."""
    settings = load("")
    with ThreadPoolExecutor(8) as pool:
        keys = {key.result() for key in [pool.submit(settings.instance_key) for _ in range(32)]}
    assert len(keys) == 1
    assert keys == {settings.instance_key()}


def test_a_key_that_is_given_is_used(load, tmp_path):
    """From a file or a variable; nothing is written."""
    secret_file(tmp_path / "key", CANARY + "\n")
    assert load("[instance]\nkey_file = 'key'\n").instance_key() == CANARY.encode()
    assert load("", {"KAIZEND_INSTANCE__KEY": CANARY}).instance_key() == CANARY.encode()
    assert not (tmp_path / "var").exists()


def test_a_key_that_was_named_and_is_gone_is_never_made_anew(load):
    """Another key would make kaizend blind to its own marks."""
    settings = load("[instance]\nkey_file = 'gone'\n", {"KAIZEND_SOURCES__SHOP__TOKEN": CANARY})
    expected = "config.toml: line 7, column 1: [instance]: 'key_file': gone: no such file"
    assert credential_problems(settings) == [expected]
    with pytest.raises(SettingsError) as caught:
        settings.instance_key()
    assert caught.value.problems == (expected,)


def test_a_key_that_is_gone_from_beside_its_database_is_never_made_anew(load, tmp_path):
    """A database that has seen passes had a key: it has to be restored."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "kaizend.db").write_bytes(b"SQLite format 3")
    with pytest.raises(SettingsError, match=r"kaizend\.key: the instance's key is gone: restore it"):
        load("").instance_key()
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["kaizend.db"]


def test_a_shared_database_needs_a_shared_key(load):
    """With PostgreSQL several workers sign: a key of one machine's own would not do."""
    settings = load("[instance]\ndatabase = 'postgresql://bot@db/kaizend'\n")
    assert settings.database_url == "postgresql+psycopg://bot@db/kaizend"
    with pytest.raises(SettingsError, match="PostgreSQL needs 'key_file' or KAIZEND_INSTANCE__KEY"):
        settings.instance_key()
