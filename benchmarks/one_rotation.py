"""A stack with one rotation over so many stages, ten to an API, and its days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from acceptance.pulumi_stack import PulumiStack
from benchmarks.account import STAGES_PER_API, START
from tests.native.plugin_folder import plugin_entry
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from apigw_sandbox import Sandbox

DAYS: Final = {"create": 0, "issue": 336, "activate": 337, "confirm": 338, "retire": 342}


def stack_of(sandbox: Sandbox, folder: Path, size: int, host: str = "dynamic") -> PulumiStack:
    """A stack that was not run yet, by the dynamic resources or by the plugin; its APIs are made."""
    stack = PulumiStack(folder, "rotation", folder / "backend")
    stack.write_project((ROOT / "benchmarks" / "programs" / "one_rotation.py").read_text(encoding="utf-8"), "rotation")
    if host == "plugin":
        project = folder / "Pulumi.yaml"
        project.write_text(f"{project.read_text()}plugins: {plugin_entry(folder)}\n")
    stack.init()
    places: list[str] = []
    for first in range(0, size, STAGES_PER_API):
        names = [f"s{number}" for number in range(first, min(first + STAGES_PER_API, size))]
        api = sandbox.console.create_rest_api(f"api-{first}", stages=names)
        places += [f"{api}/{name}" for name in names]
    stack.configure({"endpointUrl": sandbox.endpoint_url, "stages": ",".join(places), "host": host})
    stack.env |= {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
    return stack


def begin_day(sandbox: Sandbox, stack: PulumiStack, step: str) -> None:
    """Set AWS's clock and the stack's to the day of a step."""
    now = START + timedelta(days=DAYS[step])
    sandbox.clock.set(now)
    stack.env["APIGW_CLIENT_CERT_NOW"] = f"{now:%Y-%m-%dT%H:%M:%SZ}"
