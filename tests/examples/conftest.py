"""The examples' own programs, as a user copies them, on the real engine against the sandbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from tests.e2e.conftest import Scenario, scenario
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack

EXAMPLES = ROOT / "examples"
PINS = "/orders/client-cert-pins"

__all__ = ["scenario"]


def example(scenario: Scenario, folder: str, **config: object) -> PulumiStack:
    """A stack of one example's program under its own project name; ``config`` is what its README has you set."""
    place = EXAMPLES / folder
    project = yaml.safe_load((place / "Pulumi.yaml").read_text())["name"]
    return scenario.stack(
        "prod",
        program=(place / "__main__.py").read_text(),
        folder=project,
        project=project,
        config={"region": scenario.sandbox.region, **config},
    )


def trusted(scenario: Scenario) -> int:
    """How many certificates the published parameter lets in: nginx compares SHA-1 fingerprints."""
    value = scenario.client("ssm").get_parameter(Name=PINS)["Parameter"]["Value"]
    return len(re.findall(r"\b[0-9a-f]{40}\b", value))


def unharmed(scenario: Scenario, since: int = 0) -> None:
    """No certificate was deleted while a stage presented it (invariant 3)."""
    presents: dict[str, str] = {}
    for entry in scenario.sandbox.journal.entries(since=since):
        if entry.bound is not None:
            presents[entry.resource] = entry.bound
        assert not (
            entry.action == "DeleteClientCertificate" and entry.succeeded and entry.resource in presents.values()
        )
