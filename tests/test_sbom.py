"""The bill of materials lists what is installed, no less and no more."""

import json
import warnings

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.licences import pinned
from tests.sbom import REQUIREMENTS, bill, main


@pytest.fixture
def written(tmp_path, capsys):
    """Write the bill as `make sbom` does."""
    file = tmp_path / "kaizend.cdx.json"
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: {len(json.loads(file.read_text())['components'])} components\n"
    return file.read_text(encoding="utf-8")


def test_it_is_what_is_pinned(written):
    """Each name and version of the requirements, with all hashes of it, and a licence."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    told = json.loads(written)["components"]
    assert [
        one for one in told if f"\n{one['name']}=={one['version']} " not in f"\n{text}".replace("[binary]", "")
    ] == []
    assert sorted(one["name"] for one in told) == sorted(pinned(text))
    assert sum(len(one["hashes"]) for one in told) == text.count("--hash=sha256:")
    assert all(found["content"] in text for one in told for found in one["hashes"])
    assert [one["name"] for one in told if not one["licenses"]] == []


def test_it_is_well_formed(written):
    """As CycloneDX 1.6 has it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the validator's own parts
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_what_is_not_pinned_is_not_in_it():
    """A pin taken out is gone from the bill, and the bill is another one."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    fewer = text.partition("annotated-doc==")[0]
    assert {one.name for one in bill(fewer).components} == {"alembic"}
    assert bill(fewer).serial_number != bill(text).serial_number == bill(text).serial_number
