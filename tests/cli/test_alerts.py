"""The alert rules of docs/fleet.md and the series that they are about, as promtool reads them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.golden.__main__ import FOLDER
from tests.cli.test_docs import BLOCKS

if TYPE_CHECKING:
    from tests.cli.accounts import Account

CASES = Path(__file__).with_name("alerts.yaml")


def promtool(*arguments: str, cwd: Path | None = None, stdin: str = "") -> str:
    """What it says, which has to be that all is well; where there is none the test is skipped, and fails in CI."""
    program = shutil.which("promtool")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is not installed, and CI=true")
        pytest.skip("promtool is not installed")
    done = subprocess.run([program, *arguments], cwd=cwd, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with the page's rules in it."""
    (text,) = (text for language, text in BLOCKS if language == "yaml" and text.startswith("groups:"))
    (tmp_path / "rules.yaml").write_text(text)
    return tmp_path


def test_each_rule_is_one(rules: Path) -> None:
    """Name, expression, duration."""
    assert "SUCCESS: 6 rules found" in promtool("check", "rules", "rules.yaml", cwd=rules)


def test_each_alert_fires_when_it_should_and_not_before(rules: Path) -> None:
    """By the hour, with the labels that a person is told."""
    shutil.copy(CASES, rules)
    assert "SUCCESS" in promtool("test", "rules", CASES.name, cwd=rules)


def test_the_series_are_named_as_prometheus_wants_them(account: Account) -> None:
    """Those of the states, and those of an account."""
    live = account.status("--no-state", "--format", "prometheus").out
    assert "account_certificates" in live
    for text in ((FOLDER / "status.prom").read_text(), live):
        assert promtool("check", "metrics", stdin=text) == ""
