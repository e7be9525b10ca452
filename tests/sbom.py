"""Write what kaizend installs as a CycloneDX bill of materials: `python -m tests.sbom FILE`."""

from __future__ import annotations

import re
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tests.licences import ROOT, licence_of

REQUIREMENTS = ROOT / "requirements.txt"
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>\S+)(?P<hashes>(?:\s+--hash=sha256:\w+)+)", re.M
)


def bill(requirements: str) -> Bom:
    """Return the bill of a requirements file: each pin with the hashes of its archives and its licence.

    The same requirements make the same bill, but for its time. Raises PackageNotFoundError for what is not installed.
    """
    pins = list(PIN.finditer(requirements.replace("\\\n", " ")))
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = Bom(serial_number=uuid5(NAMESPACE_URL, requirements))
    made.metadata.timestamp = datetime.now(UTC)
    made.metadata.component = Component(
        name=ours["name"], version=version(), type=ComponentType.APPLICATION, bom_ref=ours["name"]
    )
    components = [component(pin["name"], pin["version"], pin["hashes"]) for pin in pins]
    made.components.update(components)
    made.register_dependency(made.metadata.component, components)
    return made


def version() -> str:
    """Return our own version."""
    return distribution("kaizend").version


def component(name: str, at: str, hashes: str) -> Component:
    """Return a pin as a component."""
    return Component(
        name=name,
        version=at,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", None, name, at),
        bom_ref=f"{name}=={at}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in re.findall(r"sha256:(\w+)", hashes)],
        licenses=[LicenseFactory().make_from_string(licence_of(distribution(name)))],
    )


def main(arguments: list[str]) -> int:
    """Write the file; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tests.sbom FILE\n")
        return 2
    made = bill(REQUIREMENTS.read_text(encoding="utf-8"))
    Path(arguments[0]).write_text(JsonV1Dot6(made).output_as_string(indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{arguments[0]}: {len(made.components)} components\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
