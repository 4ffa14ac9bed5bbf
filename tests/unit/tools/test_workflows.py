"""The workflows of this repository ask make for nothing that it does not have."""

from __future__ import annotations

import re

import pytest
import yaml

from tools.toolchain import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: str(file.stem))
def test_every_target_exists(file: object) -> None:
    """A matrix of targets counts, too."""
    text = (ROOT / str(file)).read_text()
    assert yaml.safe_load(text)["jobs"]
    named = {*re.findall(r"make ([a-z-]+)", text)}
    matrix = re.search(r"target: \[(.+)\]", text)
    named |= set(matrix[1].split(", ")) if matrix else set()
    assert named <= TARGETS
    assert named or ".ci/run" in text
