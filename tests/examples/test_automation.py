"""examples/automation: a script that a scheduler starts, over a whole rotation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.examples.conftest import EXAMPLES, trusted, unharmed
from tools.toolchain import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_a_script_rotates_by_the_automation_api(scenario: Scenario, tmp_path: Path) -> None:
    """Its first run binds; the runs of a rotation end with one certificate, and a red one with our message."""
    script = shutil.copy(EXAMPLES / "automation" / "run.py", tmp_path / "run.py")
    backend = tmp_path / "backend"
    backend.mkdir()
    env = {
        **environment(tmp_path / "home", backend),
        **scenario.sandbox.environment,
        "REST_API_ID": scenario.api,
        "AWS_REGION": scenario.sandbox.region,
    }

    def run(day: float) -> subprocess.CompletedProcess[str]:
        scenario.at(day)
        now = {"APIGW_CLIENT_CERT_NOW": f"{scenario.now:%Y-%m-%dT%H:%M:%SZ}"}
        return subprocess.run(
            [sys.executable, script], env=env | now, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    first = run(0)
    assert first.returncode == 0, first.stdout + first.stderr
    assert [scenario.presented("prod")] == scenario.ids()
    for day in (336, 337, 338, 341):
        done = run(day)
        assert done.returncode == 0, done.stdout + done.stderr
    assert [scenario.presented("prod")] == scenario.ids()
    assert trusted(scenario) == 1
    unharmed(scenario)

    scenario.sandbox.console.delete_stage(scenario.api, "prod")
    red = run(342)
    assert red.returncode != 0
    assert "has no stage 'prod'" in red.stderr
