"""The plugin on the real engine, against the sandbox."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Sandbox
from tests.e2e.conftest import Scenario
from tests.lifecycle.conftest import FakeRun, run
from tests.native.plugin_client import PluginClient, plugin
from tests.native.plugin_folder import EXECUTABLE, PACKAGE, plugin_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.pulumi_stack import PulumiStack

# ``run``: the account that the plugin is asked about where no engine is needed.
__all__ = ["EXECUTABLE", "PACKAGE", "plugin_entry", "run"]

PROGRAMS = Path(__file__).parent / "programs"
PROGRAM = (PROGRAMS / "raw.py").read_text()
DYNAMIC = (PROGRAMS / "dynamic.py").read_text()


class NativeScenario(Scenario):
    """A scene whose stacks use the plugin instead of the dynamic resources."""

    def native(self, name: str = "dev", *, program: str = PROGRAM, **config: object) -> PulumiStack:
        """A stack of the raw program over both stages, publishing a file; ``config`` adds or replaces."""
        whole = {"api": self.api, "stages": "dev,prod", **config}
        stack = self.stack(name, program=program, config=whole)
        self.use_plugin(stack)
        return stack

    def use_plugin(self, stack: PulumiStack) -> None:
        """Name the plugin in the project, as somebody does whose language host knows no plugin folders."""
        project = stack.folder / "Pulumi.yaml"
        project.write_text(f"{project.read_text()}plugins: {plugin_entry(self.folder)}\n")


def resource(stack: PulumiStack, name: str) -> dict[str, Any]:
    """One of our resources as in state, by its name."""
    found = stack.export()["deployment"].get("resources", [])
    (one,) = [one for one in found if one["type"].startswith(f"{PACKAGE}:") and one["urn"].endswith(f"::{name}")]
    state: dict[str, Any] = one
    return state


def imported(shown: str) -> int:
    """How many resources a run has imported, in the CLI's own words."""
    return sum(int(number) for number in re.findall(r"^ +[=~] (\d+) imported", shown, re.MULTILINE))


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[NativeScenario]:
    """A fresh account and a fresh backend."""
    with Sandbox() as sandbox:
        yield NativeScenario(sandbox, tmp_path)


@pytest.fixture
def client(run: FakeRun) -> Iterator[PluginClient]:
    """The plugin in that world."""
    with plugin(run.environment) as client:
        yield client
