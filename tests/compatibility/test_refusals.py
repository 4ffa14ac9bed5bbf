"""A refusal is one message on every SDK: the oldest that is declared, the last that gRPC worded, and today's newest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Sandbox
from tests.e2e.conftest import Scene, ok, refused
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.pulumi_stack import PulumiStack

pytestmark = pytest.mark.e2e

# Until 3.259 gRPC words what the host lets through, later the host itself does; without a version pip chooses.
SDKS = ("pulumi==3.216.0", "pulumi==3.259.0", "pulumi")
MOST_LINES = 6
UNREACHABLE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is published."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, ROOT], check=True, capture_output=True)
    (made,) = folder.glob("apigw_client_cert-*.whl")
    return made


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A fresh account and a fresh backend."""
    with Sandbox() as sandbox:
        yield Scene(sandbox, tmp_path)


@pytest.mark.parametrize("sdk", SDKS)
def test_a_refusal_is_one_message(sdk: str, wheel: Path, scene: Scene) -> None:
    """Said by us and said because of botocore: the row and the diagnostics show our words, and none of a traceback."""
    python = _environment(scene.folder / "venv", sdk, str(wheel))
    stack = scene.stack(config={**scene.default_config(), **scene.stage_config("ghost")})
    stack.env.update({"PULUMI_PYTHON_CMD": str(python), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"})
    _shows(
        stack,
        f"REST API {scene.api} has no stage 'ghost', or no such API is in this account and region. Nothing was changed."
        " Correct the API id and the stage name, or remove the binding; check region and credentials.",
    )
    stack.configure({"endpointUrl": UNREACHABLE})
    _shows(
        stack,
        "GetClientCertificates could not be sent: no connection to the apigateway endpoint. Nothing was changed."
        " Check `region`, `endpoint_url`, the network and proxy settings, then run again.",
    )
    stack.configure({"endpointUrl": scene.sandbox.endpoint_url})
    scene.sandbox.by_hand.create_stage(scene.api, "ghost")
    ok(stack.up())
    assert [scene.presented(stage) for stage in ("dev", "ghost", "prod")] == scene.ids() * 3


def _environment(folder: Path, *requirements: str) -> Path:
    """The interpreter of a virtual environment that holds these and what they need, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *requirements], check=True, capture_output=True)
    return python


def _shows(stack: PulumiStack, message: str) -> None:
    output = refused(stack.up())
    lines = [line.strip() for line in _diagnostics(output)]
    assert len(lines) <= MOST_LINES, output
    said = [re.sub(r"^error: (Exception calling application: )?", "", line) for line in lines]
    assert message in said, output
    rows = [line for line in output.partition("Diagnostics:")[0].splitlines() if "**creating failed** error:" in line]
    assert rows
    assert all(row.endswith(message) for row in rows), output
    assert "Traceback" not in output


def _diagnostics(output: str) -> list[str]:
    """The lines below this heading, without the empty ones."""
    below = output.partition("\nDiagnostics:\n")[2]
    section = re.split(r"^(?:Outputs|Resources):", below, maxsplit=1, flags=re.MULTILINE)
    return [line for line in section[0].splitlines() if line.strip()]
