"""The pack under the real CLI: `--policy-pack` on stacks of the sandbox."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.native.conftest import NativeScenario
from tools.policy_venv import POLICY_PACK, POLICY_PYTHON, POLICY_VENV
from tools.toolchain import VENV

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack

_HERE = Path(__file__).parent
_VIOLATION = re.compile(r"^ +- \[(\w+)\] +(\S+) +\(\S+: (\S+)\)$", re.MULTILINE)
# The host of sdk/v3 v3.79.0 runs `python "" ADDRESS` for a pack: it looks for the folder in a field of the request that
# engines no longer fill. A current host finds folder and environment itself, and never leaves the first argument empty.
_STAND_IN = f"""#!/bin/sh
if [ -z "$1" ]; then
    shift
    exec '{POLICY_PYTHON}' -u -m pulumi.policy "$@" '{{pack}}'
fi
exec '{VENV}/bin/python' "$@"
"""
_SMALLEST_PACK = """
from pulumi_policy import PolicyPack, StackValidationPolicy

PolicyPack("smallest", [StackValidationPolicy("content", "Everything is well.", lambda args, report: None)])
"""


class Said(NamedTuple):
    """One violation as the CLI shows it."""

    policy: str
    resource: str
    level: str


class PackedScenario(NativeScenario):
    """A scene with a copy of the pack, installed as its README says, and with help for old language hosts."""

    @property
    def pack(self) -> Path:
        """The pack's folder, with its environment in ``venv``."""
        return self.folder / "policy"

    @property
    def flags(self) -> tuple[str, ...]:
        """What a call of the CLI needs to run the pack."""
        return ("--policy-pack", str(self.pack))

    def install(self) -> None:
        """Copy the pack, and give it an interpreter that an old language host can start it with."""
        shutil.copytree(POLICY_PACK, self.pack, ignore=shutil.ignore_patterns("venv", "__pycache__"))
        (self.pack / "venv").symlink_to(POLICY_VENV)
        self._interpreter.write_text(_STAND_IN.format(pack=self.pack))
        self._interpreter.chmod(0o755)

    def smallest_pack(self) -> Path:
        """A pack that is content with everything, in the same environment."""
        pack = self.folder / "smallest"
        pack.mkdir()
        (pack / "venv").symlink_to(POLICY_VENV)
        (pack / "PulumiPolicy.yaml").write_text("runtime: {name: python, options: {virtualenv: venv}}\n")
        (pack / "__main__.py").write_text(_SMALLEST_PACK)
        return pack

    def stack(self, name: str = "dev", **how: Any) -> PulumiStack:
        """A stack as usual, whose language host uses that interpreter."""
        stack = super().stack(name, **how)
        stack.env["PULUMI_PYTHON_CMD"] = str(self._interpreter)
        return stack

    def judged(self, *programs: str, broken: bool = False) -> PulumiStack:
        """A new stack of these programs."""
        stack = self.stack(program="", config={"restApiId": self.api})
        self.programs(stack, *programs, broken=broken)
        return stack

    @property
    def _interpreter(self) -> Path:
        return self.folder / "interpreter"

    def programs(self, stack: PulumiStack, *names: str, broken: bool) -> None:
        """Let the stack's program be these of ``programs/``, one after the other; ``broken`` ones break a policy."""
        stack.configure({"broken": broken})
        paths = [str(_HERE / "programs" / f"{name}.py") for name in names]
        text = f"import runpy\n\nfor path in {paths!r}:\n    runpy.run_path(path)\n"
        (stack.folder / "__main__.py").write_text(text)

    def with_aws(self, stack: PulumiStack) -> None:
        """Let the stack find the fake plugin."""
        folder = self.folder / "aws"
        folder.mkdir()
        executable = folder / "pulumi-resource-aws"
        executable.write_text(f"#!{sys.executable}\n{(_HERE / 'fake_aws.py').read_text()}")
        executable.chmod(0o755)
        project = stack.folder / "Pulumi.yaml"
        entry = {"providers": [{"name": "aws", "path": str(folder)}]}
        project.write_text(f"{project.read_text()}plugins: {json.dumps(entry)}\n")


def said(output: str) -> list[Said]:
    """The violations that a call printed, in order of their policies; the pack must have run."""
    assert "apigw-client-cert@v" in output, output
    return sorted(Said(policy, name, level) for level, policy, name in _VIOLATION.findall(output))
