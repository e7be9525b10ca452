"""Check that everything kaizend installs may be used with it: `python -m tests.licences`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ("requirements.txt", "requirements-charts.txt")
ALLOWED = {"Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0"}
ALLOWED |= {"CC0-1.0", "Zlib"}
EXCEPTIONS = {
    "certifi": ("MPL-2.0", "a list of certificates, unmodified: the licence asks for its own files only"),
    "orjson": ("MPL-2.0 AND (Apache-2.0 OR MIT)", "used unmodified: the MPL part asks for its own files only"),
    "pathspec": ("MPL-2.0", "builds the wheel, is no part of it"),
    "psycopg": ("LGPL-3.0-only", "optional, imported as a library, unmodified and replaceable"),
    "psycopg-binary": ("LGPL-3.0-only", "optional, imported as a library, unmodified and replaceable"),
    "pygithub": ("LGPL", "imported as a library, unmodified and replaceable"),
}
"""Distribution -> the licence it has, and why it may be used all the same."""
SPELLINGS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""How older metadata spell a licence -> its name in the list above."""
WORD = re.compile(r"\(|\)|[\w.+-]+")


def pinned(requirements: str) -> list[str]:
    """Return the names of the distributions that a requirements file pins."""
    return re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", requirements, re.MULTILINE)


def licence_of(found: Distribution) -> str:
    """Return a distribution's licence as an expression: the declared one, else its classifiers, else the free text."""
    declared = found.metadata.get("License-Expression")
    if declared:
        return declared
    prefix = "License :: OSI Approved :: "
    classifiers = [line for line in found.metadata.get_all("Classifier") or [] if line.startswith(prefix)]
    if classifiers:
        return " AND ".join(_name(line.removeprefix(prefix)) for line in sorted(classifiers))
    return _name((found.metadata.get("License") or "none").strip().splitlines()[0])


def _name(spelling: str) -> str:
    return SPELLINGS.get(spelling, spelling)


def is_allowed(expression: str) -> bool:
    """Judge an SPDX expression: one side of an OR is enough, both sides of an AND are needed."""
    words = WORD.findall(expression)
    verdict = _either(words)
    return verdict and not words


def _either(words: list[str]) -> bool:
    verdict = _both(words)
    while words and words[0] == "OR":
        words.pop(0)
        verdict = _both(words) or verdict
    return verdict


def _both(words: list[str]) -> bool:
    verdict = _one(words)
    while words and words[0] == "AND":
        words.pop(0)
        verdict = _one(words) and verdict
    return verdict


def _one(words: list[str]) -> bool:
    if not words:
        return False
    word = words.pop(0)
    if word != "(":
        return word in ALLOWED
    verdict = _either(words)
    return bool(words) and words.pop(0) == ")" and verdict


def problem_with(name: str) -> str | None:
    """Say why a distribution may not be used; None if it may."""
    try:
        licence = licence_of(distribution(name))
    except PackageNotFoundError:
        return f"{name}: is pinned but not installed"
    expected, _ = EXCEPTIONS.get(name, ("", ""))
    if licence == expected or (not expected and is_allowed(licence)):
        return None
    return f"{name}: has the licence '{licence}'" + (f", not '{expected}' any more" if expected else "")


def main() -> int:
    """Print what is wrong, one line each; return the exit code."""
    names = list(dict.fromkeys(name for file in REQUIREMENTS for name in pinned((ROOT / file).read_text("utf-8"))))
    problems = [problem for name in names if (problem := problem_with(name))]
    problems += [f"{name}: is an exception that nothing needs" for name in EXCEPTIONS if name not in names]
    problems += [] if names else ["nothing is pinned"]
    for problem in problems:
        sys.stderr.write(f"licences: {problem}\n")
    sys.stdout.write(f"licences: {len(names)} distributions, {len(problems)} problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
