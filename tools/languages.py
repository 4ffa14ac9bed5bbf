"""What programs in other languages than Python need: language hosts, npm packages, the generated SDKs, wheels.

Made once per clone and stamped, by set-up (so: standard library only), for the tests that run such programs. A host of
the user's own Pulumi installation is used where PATH offers one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.building import SetupError, digest, go_build, go_module, require_go, run, stamped, timed
from tools.sdks import generate, install
from tools.sdks.install import NODE
from tools.toolchain import BUILT_BIN, ROOT, TOOLS, VENV, bin_dir

if TYPE_CHECKING:
    from collections.abc import Callable


WHEELS = TOOLS / "wheels"
"""What the plugin's environment is made of, for a machine that must not download: ``PIP_FIND_LINKS``."""

NODE_MAJOR = 20
"""The oldest Node.js that the pinned @pulumi/pulumi runs on (its package.json, ``engines``)."""

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_SDK_VERSION = f"{_SDK}/go/common/version.Version"
_YAML = "github.com/pulumi/pulumi-yaml"
_MODULES = ROOT / "tools" / "pulumi"
_NPM = [ROOT / "tests" / "languages" / "npm" / name for name in ("package.json", "package-lock.json", ".npmrc")]
_GO_EXAMPLE = ROOT / "examples" / "go"
_REQUIREMENTS = ROOT / "provider" / "requirements.lock"


class Host(NamedTuple):
    """A language host: its command, the folder whose go.mod pins it, the module it is in, its version variable."""

    program: str
    folder: Path
    module: str
    package: str
    variable: str


HOSTS = {
    "typescript": Host(
        "pulumi-language-nodejs",
        _MODULES / "node-go-hosts",
        _SDK,
        f"{_SDK}/nodejs/cmd/pulumi-language-nodejs",
        _SDK_VERSION,
    ),
    "go": Host("pulumi-language-go", _MODULES / "node-go-hosts", _SDK, f"{_SDK}/go/pulumi-language-go", _SDK_VERSION),
    "yaml": Host(
        "pulumi-language-yaml",
        _MODULES / "yaml-host",
        _YAML,
        f"{_YAML}/cmd/pulumi-language-yaml",
        f"{_YAML}/pkg/version.Version",
    ),
}


def provide(*, optional: bool) -> None:
    """Make all of it; where it is `optional`, a machine without Go or npm only says so and goes without."""
    if _have(_require_go, optional=optional):
        _build_hosts()
        generate.sdks()
        _compile_go_program()
    if _have(_require_npm, optional=optional):
        _install_packages()
    # A platform without wheels for all of them lacks one test.
    _have(_fetch_wheels, optional=optional)


def _have(provider: Callable[[], None], *, optional: bool) -> bool:
    try:
        provider()
    except SetupError as error:
        if not optional:
            raise
        print(f"set-up: {error} Until then the tests that need it are skipped.", flush=True)
        return False
    return True


def missing(language: str) -> str:
    """Return what a program in this language lacks here, or nothing: `python`, `typescript`, `go` or `yaml`."""
    host = HOSTS.get(language)
    if host and not _is_there(host):
        return f"the language host {host.program}"
    if language == "typescript" and not ((NODE / "node_modules").is_dir() and shutil.which("node")):
        return "Node.js with npm packages"
    if language == "go" and not shutil.which("go"):
        return "Go"
    if language != "yaml" and not generate.up_to_date() and not shutil.which("go"):
        return "Go, which generates the SDKs"
    return ""


def _is_there(host: Host) -> bool:
    """Tell whether the engine will find it: beside the chosen CLI, on PATH, or where set-up builds it."""
    folders = [str(bin_dir()), os.environ.get("PATH", os.defpath), str(BUILT_BIN)]
    return shutil.which(host.program, path=os.pathsep.join(folders)) is not None


def _require_go() -> None:
    require_go(_MODULES / "node-go-hosts", "language hosts of Node.js, Go and YAML", "or the Pulumi CLI with all hosts")


def _build_hosts() -> None:
    for host in HOSTS.values():
        stamp = BUILT_BIN / f".{host.program}-ready"
        definition = digest([host.folder / name for name in ("go.mod", "go.sum")])
        built = BUILT_BIN / host.program
        if _on_path(host.program) or (built.is_file() and stamped(stamp, definition)):
            continue
        BUILT_BIN.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        version = go_module(host.folder, host.module, "Version")
        with timed(f"building {host.program} {version} into .tools/bin (up to a minute)"):
            go_build(host.folder, host.package, f"{host.variable}={version}")
        stamp.write_text(definition, encoding="utf-8")


def _on_path(program: str) -> bool:
    found = shutil.which(program)
    return found is not None and Path(found).parent != BUILT_BIN


def _compile_go_program() -> None:
    """Fill Go's caches with what the example in Go is made of, so that the tests neither download nor wait for it."""
    stamp, definition = BUILT_BIN / ".go-example-ready", digest([_GO_EXAMPLE / "go.mod", _GO_EXAMPLE / "go.sum"])
    if stamped(stamp, definition):
        return
    with (
        timed("compiling the example in Go (a minute the first time)"),
        tempfile.TemporaryDirectory() as folder,
    ):
        program = shutil.copytree(_GO_EXAMPLE, Path(folder) / "program")
        install.go(program)
        run(["go", "build", "-o", folder, "."], cwd=program)
        # It asks for modules that the build does without.
        run(["go", "vet", ".", f"{install.GO_MODULE}/..."], cwd=program)
    # Nothing was built where a CLI with its language hosts was on the path.
    BUILT_BIN.mkdir(parents=True, exist_ok=True)
    stamp.write_text(definition, encoding="utf-8")


def _require_npm() -> None:
    advice = f"install Node.js {NODE_MAJOR} or newer with npm."
    node = shutil.which("node")
    if not (node and shutil.which("npm")):
        raise SetupError(f"Node.js or npm is missing: {advice}")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    if not node_is_recent_enough(version):
        raise SetupError(f"Node.js {version.strip()} is too old: {advice}")


def node_is_recent_enough(version: str) -> bool:
    """Compare the output of `node --version` (`v20.20.2`) with NODE_MAJOR; False if it names no version."""
    found = re.match(r"v(\d+)\.", version)
    return found is not None and int(found[1]) >= NODE_MAJOR


def _install_packages() -> None:
    stamp, definition = NODE / ".ready", digest(_NPM)
    if stamped(stamp, definition):
        return
    NODE.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    for file in _NPM:
        shutil.copyfile(file, NODE / file.name)
    with timed("installing npm packages into .tools/node (about 20 seconds)"):
        run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=NODE)
    stamp.write_text(definition, encoding="utf-8")


def _fetch_wheels() -> None:
    python = VENV / "bin" / "python"
    stamp, definition = WHEELS / ".ready", digest([_REQUIREMENTS, VENV / "pyvenv.cfg"])
    if stamped(stamp, definition):
        return
    shutil.rmtree(WHEELS, ignore_errors=True)
    with timed("fetching the plugin's wheels into .tools/wheels (about 10 seconds)"):
        pip = [str(python), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "download"]
        run([*pip, "--require-hashes", "--only-binary", ":all:", "-d", str(WHEELS), "-r", str(_REQUIREMENTS)])
    stamp.write_text(definition, encoding="utf-8")
