"""Puts the generated SDKs where the examples find them: what `pulumi package add` does for a user's program.

Standard library and the languages' own tools; nothing is downloaded. Made again when the schema or the generator
changed; several processes take turns.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tools.building import run, stamped
from tools.sdks import generate
from tools.toolchain import TOOLS, VENV

NODE = TOOLS / "node"
"""Where node_modules is."""

GO_MODULE = "github.com/apigw-client-cert/pulumi-apigw-client-cert/sdk/go"
"""The Go SDK's module, as the schema names it; nothing is served there."""

_NODE_PACKAGE = NODE / "node_modules" / "@apigw-client-cert" / "apigw-client-cert"
_PYTHON = TOOLS / "python-sdk"


def python() -> Path:
    """Install the Python SDK beside .venv, whose packages it uses; return the folder for PYTHONPATH."""
    generate.sdks()
    with generate.taking_turns():
        stamp = _PYTHON / ".ready"
        if not stamped(stamp, generate.definition()):
            shutil.rmtree(_PYTHON, ignore_errors=True)
            # A copy, because the build leaves its own folders beside the source.
            with tempfile.TemporaryDirectory() as folder:
                source = shutil.copytree(generate.SDKS / "python", Path(folder) / "sdk")
                pip = [
                    str(VENV / "bin" / "python"),
                    "-m",
                    "pip",
                    "--quiet",
                    "--no-input",
                    "--disable-pip-version-check",
                ]
                install = ["install", "--no-deps", "--no-build-isolation", "--target", str(_PYTHON), str(source)]
                run([*pip, *install])
            stamp.write_text(generate.definition(), encoding="utf-8")
    return _PYTHON


def nodejs() -> Path:
    """Compile the Node.js SDK into .tools/node/node_modules, as its own postinstall script would; return that folder.

    Raises:
        SetupError: tsc refuses it.
    """
    generate.sdks()
    with generate.taking_turns():
        stamp = _NODE_PACKAGE / ".ready"
        if not stamped(stamp, generate.definition()):
            shutil.rmtree(_NODE_PACKAGE, ignore_errors=True)
            shutil.copytree(generate.SDKS / "nodejs", _NODE_PACKAGE)
            tsc = NODE / "node_modules" / ".bin" / "tsc"
            run([str(tsc), "--types", "node"], cwd=_NODE_PACKAGE)
            shutil.copyfile(_NODE_PACKAGE / "package.json", _NODE_PACKAGE / "bin" / "package.json")
            stamp.write_text(generate.definition(), encoding="utf-8")
    return NODE / "node_modules"


def go(program: Path) -> None:
    """Let the Go module in a folder require the Go SDK."""
    generate.sdks()
    sdk = generate.SDKS / "go"
    run(["go", "mod", "edit", f"-require={GO_MODULE}@v0.0.0", f"-replace={GO_MODULE}={sdk}"], cwd=program)
