"""What makes the plugin folder and the wheel installable."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path

import pytest

import apigw_client_cert

PACKAGE = Path(apigw_client_cert.__file__).parent
ROOT = Path(__file__).parents[3]


def test_the_plugin_folder_needs_what_the_wheel_needs() -> None:
    """A host that makes the folder's virtual environment gets the same versions."""
    lines = (PACKAGE.parent / "requirements.txt").read_text().splitlines()
    wanted = metadata.requires("apigw-client-cert") or []
    here = {_parts(line) for line in lines if not line.startswith("#")}
    assert here == {_parts(one) for one in wanted if "extra ==" not in one}


def test_a_time_zone_database_comes_where_python_has_none() -> None:
    """Maintenance windows name zones; Linux and macOS have a database of their own."""
    assert "tzdata; sys_platform == 'win32'" in (metadata.requires("apigw-client-cert") or [])
    assert "\ntzdata==" in (PACKAGE.parent / "requirements.lock").read_text()


@pytest.mark.parametrize("lock", ["provider/requirements.lock", "requirements-dev.lock", "policy/requirements.lock"])
def test_a_lock_pins_every_package_by_hash_and_names_no_index(lock: str) -> None:
    """What is installed is what was tested, whichever index serves it."""
    text = (ROOT / lock).read_text()
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > 20
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+==\S+( ; [^\\]+)? \\\n +--hash=sha256:[0-9a-f]{64}", pin), pin[:80]
    assert "://" not in text


def test_the_plugins_lock_pins_what_it_needs_as_development_tests_it() -> None:
    """One version of each, so that the suite has run with what users get."""
    ours, tested = (set(_pins(ROOT / name)) for name in ("provider/requirements.lock", "requirements-dev.lock"))
    assert ours <= tested
    assert {"pulumi", "boto3", "cryptography"} <= {pin.partition("==")[0] for pin in ours}


def test_installing_the_package_makes_no_program_download_a_plugin() -> None:
    """Programs with the dynamic resources need none; ``"resource": true`` would make the engine look for one."""
    assert json.loads((PACKAGE / "pulumi-plugin.json").read_text()) == {"resource": False, "name": "apigw-client-cert"}


def _pins(lock: Path) -> list[str]:
    return re.findall(r"^[a-z0-9._-]+==\S+", lock.read_text(), re.MULTILINE)


def _parts(requirement: str) -> frozenset[str]:
    name = requirement.partition("<")[0].partition(">")[0]
    return frozenset({name, *requirement.removeprefix(name).split(",")})
