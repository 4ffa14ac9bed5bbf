"""Credentials that must never be seen again, and nothing of the machine's own AWS configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doubles.stubbed_aws import keep_to_ourselves
from tests.hostile.audit import ACCESS_KEY, PROFILE_TEXT, SECRET_KEY, SESSION_TOKEN

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration file with a profile."""
    file = tmp_path_factory.mktemp("aws") / "config"
    file.write_text(
        f"# {PROFILE_TEXT}\n[profile planted]\naws_access_key_id = {ACCESS_KEY}\n"
        f"aws_secret_access_key = {SECRET_KEY}\naws_session_token = {SESSION_TOKEN}\n"
    )
    return file


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch, configuration: Path) -> None:
    """Keys in the environment, and more in a file."""
    keep_to_ourselves(monkeypatch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(configuration))
