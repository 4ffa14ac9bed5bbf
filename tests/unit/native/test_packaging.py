"""What makes the plugin folder and the wheel installable."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import apigw_client_cert

PACKAGE = Path(apigw_client_cert.__file__).parent


def test_the_plugin_folder_needs_what_the_wheel_needs() -> None:
    """A host that makes the folder's virtual environment gets the same versions."""
    lines = (PACKAGE.parent / "requirements.txt").read_text().splitlines()
    wanted = metadata.requires("apigw-client-cert") or []
    here = {_parts(line) for line in lines if not line.startswith("#")}
    assert here == {_parts(one) for one in wanted if "extra ==" not in one}


def test_installing_the_package_makes_no_program_download_a_plugin() -> None:
    """Programs with the dynamic resources need none; ``"resource": true`` would make the engine look for one."""
    assert json.loads((PACKAGE / "pulumi-plugin.json").read_text()) == {"resource": False, "name": "apigw-client-cert"}


def _parts(requirement: str) -> frozenset[str]:
    name = requirement.partition("<")[0].partition(">")[0]
    return frozenset({name, *requirement.removeprefix(name).split(",")})
