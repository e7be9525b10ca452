"""What is committed keeps the promises that no compiler checks."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.audit import verdict
from tests.licences import EXCEPTIONS, is_allowed, pinned

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ("requirements.txt", "requirements-charts.txt", "requirements-dev.txt")
FORBIDDEN = {
    "the address of a package registry": re.compile(
        r"py[p]i\.(org|python)|python[h]osted|npm[j]s\.(com|org)|crate[s]\.io"
    ),
    "an option that names an index": re.compile(r"(?<!no-emit-)(?:inde[x]-url|find-lin[k]s|trusted-hos[t])"),
    "a path of somebody's machine": re.compile(r"(?<![\w./-])/(?:wor[k]|hom[e]|roo[t]|User[s])/\w"),
}
LONGEST_FILE = 400  # lines


def committed():
    """Return the committed files, by path."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S603  # fixed
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path):
    """Return a text file's text, "" for other files."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_repository_speaks_of_itself_alone(what):
    """No file names a registry, an index or a folder of the machine it was written on."""
    pattern = FORBIDDEN[what]
    files = committed()
    assert len(files) > 20
    assert [str(path.relative_to(ROOT)) for path in files if pattern.search(text_of(path))] == []


def test_no_secret_and_no_database_is_committed():
    """Only the example config is."""
    names = {path.name for path in committed()}
    assert not names & {"config.toml", ".env", "kaizend.key", "kaizend.db"}


def test_files_stay_small_enough_to_read():
    """No file of the three packages has more than 400 lines."""
    ours = [path for path in committed() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests"]
    lengths = {str(path.relative_to(ROOT)): text_of(path).count("\n") for path in ours}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_pin_has_hashes_and_nothing_else(name):
    """A requirement is a name, a version and sha256 hashes: no address, no marker, no option."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    form = re.compile(r"[a-z0-9][a-z0-9.-]*(\[[a-z,]+\])?==[\w.+!-]+( +--hash=sha256:[0-9a-f]{64})+ *")
    assert lines
    assert [line.split(" ")[0] for line in lines if not form.fullmatch(line)] == []


def test_all_dependencies_are_pinned():
    """What pyproject asks for is in a requirements file, so that a clean clone needs no resolver."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for file, wanted in (
        ("requirements.txt", [*project["dependencies"], *extras["postgres"]]),
        ("requirements-charts.txt", extras["charts"]),
    ):
        names = {re.match(r"[\w.-]+", line)[0].lower() for line in wanted}
        assert names - set(pinned((ROOT / file).read_text(encoding="utf-8"))) == set()


def test_the_image_is_small_and_unprivileged():
    """Hash-pinned, built in a stage of its own, not root, one volume, `kaizend run`."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    final = steps[max(number for number, step in enumerate(steps) if step[0] == "FROM") :]
    assert next(step for step in steps if step[0] == "FROM")[1].endswith(" AS build")
    assert any("--require-hashes -r requirements.txt" in step[1] for step in steps if step[0] == "RUN")
    assert [step[1] for step in final if step[0] in {"USER", "VOLUME", "ENTRYPOINT", "CMD"}] == [
        "10001:10001",
        "/var/lib/kaizend",
        '["kaizend"]',
        '["run"]',
    ]
    assert not any("pip install" in step[1] for step in final)
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1] == "*"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR (MIT AND Apache-2.0)", True),
        ("(GPL-3.0-only OR MPL-2.0) AND MIT", False),
        ("none", False),
        ("", False),
        ("(MIT", False),
        ("MIT MIT", False),
    ],
)
def test_licence_expressions_are_judged(expression, expected):
    """One side of an OR is enough, both of an AND are needed, and what cannot be read is refused."""
    assert is_allowed(expression) is expected


def test_exceptions_have_a_reason():
    """Each licence that is not on the list is named with why it is fine."""
    assert [name for name, (licence, reason) in EXCEPTIONS.items() if is_allowed(licence) or len(reason) < 10] == []


@pytest.mark.parametrize(
    ("out", "err", "if_reachable", "expected"),
    [
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "", True, 0),
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X-1"}]}]}', "", True, 1),
        ('{"dependencies": [{"name": "a", "skip_reason": "unknown"}]}', "", True, 1),
        ('{"dependencies": []}', "", True, 1),
        ("", "requests.exceptions.ConnectionError: no route", True, 0),
        ("", "requests.exceptions.ConnectionError: no route", False, 1),
        ("", "KeyError: 'x'", True, 1),
        ("", "", True, 1),
    ],
)
def test_an_audit_without_an_answer_is_never_taken_for_a_clean_one(out, err, if_reachable, expected):
    """Only a service that cannot be reached is skipped, and only where that was asked for; it is said either way."""
    code, text = verdict(1, out, err, if_reachable=if_reachable)
    assert code == expected
    assert text.startswith("vulnerability audit: ") or "\nvulnerability audit: " in text


def test_the_walks_lead_through_files_that_exist():
    """Each path that CONTRIBUTING names is there; the tracker that nobody has written yet is not."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:rules|worker|integrations|tests)/[\w./]*|[\w.]+\.(?:toml|md|in))`", text))
    bare = {"config.py", "payloads.py", "client.py"}
    missing = {name for name in named - bare if not (ROOT / name).exists()}
    assert len(named) > 20
    assert missing == {"integrations/gitlab/"}


LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")


def headings(text):
    """Return the anchors of a page's headings, as trackers make them."""
    return {re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-") for line in text.splitlines()}


def test_links_between_pages_lead_somewhere():
    """Each link of a page within the repository names a file, and a heading in it if it says so."""
    pages = [path for path in committed() if path.suffix == ".md"]
    linked = [(page, *found) for page in pages for found in LINK.findall(text_of(page))]
    assert len(linked) > 20
    targets = [(page, (page.parent / name) if name else page, anchor) for page, name, anchor in linked]
    broken = [
        (page.name, str(target), anchor)
        for page, target, anchor in targets
        if not target.exists() or (anchor and anchor not in headings(text_of(target)))
    ]
    assert broken == []


def test_what_the_threat_model_names_is_there():
    """Each test that SECURITY.md names for a promise."""
    named = set(re.findall(r"`(tests/[\w./]+\.py)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
