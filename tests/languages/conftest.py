"""The examples in each language as stacks against the sandbox, with the SDKs that are generated for them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from acceptance.pulumi_stack import PulumiStack
from apigw_sandbox import Sandbox
from tests.native.conftest import PACKAGE, NativeScenario
from tools import languages
from tools.sdks import install
from tools.toolchain import BUILT_BIN, ROOT, VENV, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


PARAMETER = "/orders/client-cert-pins"


@dataclass(frozen=True, slots=True)
class Example:
    """A folder of examples/, and what gives a copy of it its SDK; that returns more environment."""

    folder: str
    prepare: Callable[[Path], dict[str, str]]


def _python(program: Path) -> dict[str, str]:
    # Pulumi.yaml names the environment that `pulumi install` would make.
    (program / "venv").symlink_to(VENV)
    return {"PYTHONPATH": str(install.python())}


def _typescript(program: Path) -> dict[str, str]:
    (program / "node_modules").symlink_to(install.nodejs())
    return {}


def _go(program: Path) -> dict[str, str]:
    install.go(program)
    return {"GOPROXY": "off"}


EXAMPLES = {
    "python": Example("python-plugin", _python),
    "typescript": Example("typescript", _typescript),
    "yaml": Example("yaml", lambda _program: {}),
    "go": Example("go", _go),
}


def wanted(language: str) -> Example:
    """The example in this language; where a tool for it is missing, the test is skipped by its name; it fails in CI."""
    if lacks := languages.missing(language):
        reason = f"{lacks} is missing: `python -m tools.setup languages` provides it, or says what to install"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return EXAMPLES[language]


def copied(language: str, folder: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the example, ready to run, and the environment it needs besides."""
    example = wanted(language)
    program = folder / example.folder
    shutil.copytree(ROOT / "examples" / example.folder, program)
    return program, example.prepare(program)


class ExampleScenario(NativeScenario):
    """A scene whose stacks are the examples."""

    def example(self, language: str) -> PulumiStack:
        """A stack of the example over both stages, configured as its README says, with the sandbox as endpoint."""
        program, env = copied(language, self.folder)
        stack = PulumiStack(program, "dev", self.folder / "backend", env)
        path = environment(self.folder, self.folder)["PATH"]
        stack.env["PATH"] = os.pathsep.join([path, str(BUILT_BIN)])
        self.use_plugin(stack)
        stack.init()
        stack.configure(
            {f"stages.{one}.{key}": value for one in ("dev", "prod") for key, value in self._place(one).items()}
        )
        stack.run("config", "set", f"{PACKAGE}:endpointUrl", self.sandbox.endpoint_url, expect=0)
        self.follow(stack)
        return stack

    def parameter(self) -> str:
        """What the parameter holds that the backends read."""
        found = self.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]
        return str(found["Value"])

    def _place(self, stage: str) -> dict[str, str]:
        return {"restApiId": self.api, "stageName": stage}


def outputs(stack: PulumiStack) -> dict[str, object]:
    """What the program exports."""
    found: dict[str, object] = json.loads(stack.run("stack", "output", "--json", expect=0).output)
    return found


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[ExampleScenario]:
    """A fresh account and a fresh backend."""
    with Sandbox() as sandbox:
        yield ExampleScenario(sandbox, tmp_path)
