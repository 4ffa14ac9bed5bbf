"""The generated SDKs: that their languages' own checkers accept them, and what a program can do wrong with them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.native.schema import committed
from tests.e2e.conftest import ok, refused
from tests.languages.conftest import copied, wanted
from tools.sdks import generate, install
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.languages.conftest import ExampleScenario

# What Pulumi's generator writes that mypy does not accept, whatever the schema says: the arguments of an invoke in one
# untyped dict, and a decorator of its utilities.
GENERATORS_OWN = re.compile(r"__args__\[|lambda _: lifted_func")
BY_HAND = ROOT / "examples" / "resources"
WRONG = ("rotate_befor", "rotateBefor", "RotateBefor")


def test_the_sdks_are_what_the_schema_says() -> None:
    """Name and version; for Go the path that `pulumi package add` tells its user to import."""
    wanted("python")
    generate.sdks()
    schema = json.loads(committed.text())
    package = json.loads((generate.SDKS / "nodejs" / "package.json").read_text())
    assert (package["name"], package["version"]) == (schema["language"]["nodejs"]["packageName"], schema["version"])
    assert f"module {install.GO_MODULE}\n" in (generate.SDKS / "go" / "go.mod").read_text()


def test_python_is_type_checked(tmp_path: Path) -> None:
    """The SDK by mypy, the example strictly; a misspelt property is found before anything runs."""
    program, env = copied("python", tmp_path)
    sdk = generate.SDKS / "python" / "pulumi_apigw_client_cert"
    complaints = [line for line in _mypy(sdk, env).splitlines() if ": error: " in line]
    assert [line for line in complaints if not GENERATORS_OWN.search(_source(line))] == []

    main = program / "__main__.py"
    assert _mypy(main, env, "--strict", "--follow-imports=silent").startswith("Success")
    shutil.copyfile(BY_HAND / "__main__.py", program / "console.py")
    assert _mypy(program / "console.py", env, "--strict", "--follow-imports=silent").startswith("Success")
    main.write_text(main.read_text().replace("    publish=", f'    {WRONG[0]}="30d",\n    publish='))
    assert WRONG[0] in _mypy(main, env, "--follow-imports=silent")


def test_typescript_is_type_checked(tmp_path: Path) -> None:
    """The SDK by tsc as it is compiled, then the example; a misspelt property is found before anything runs."""
    program, _env = copied("typescript", tmp_path)
    assert _run(["node_modules/.bin/tsc", "--noEmit"], program) == ""
    shutil.copyfile(BY_HAND / "index.ts", program / "by-hand.ts")
    assert _run(["node_modules/.bin/tsc", "--noEmit"], program) == ""
    main = program / "index.ts"
    main.write_text(main.read_text().replace("    publish:", f'    {WRONG[1]}: "30d",\n    publish:'))
    assert f"'{WRONG[1]}' does not exist" in _run(["node_modules/.bin/tsc", "--noEmit"], program)


def test_go_is_vetted(tmp_path: Path) -> None:
    """The SDK and the example; a misspelt property is found before anything runs."""
    program, env = copied("go", tmp_path)
    vet = ["go", "vet", ".", f"{install.GO_MODULE}/..."]
    assert _run(vet, program, env) == ""
    assert _run(["gofmt", "-l", "examples/go", "tools/sdks/generator"], ROOT) == ""
    main = program / "main.go"
    main.write_text(main.read_text().replace("Stages: stages,", f'Stages: stages, {WRONG[2]}: pulumi.String("30d"),'))
    assert f"unknown field {WRONG[2]}" in _run(vet, program, env)


@pytest.mark.e2e
def test_yaml_is_checked_against_the_schema(scenario: ExampleScenario) -> None:
    """It has no SDK: the language host asks the plugin; a misspelt property is found before anything runs."""
    stack = scenario.example("yaml")
    project = stack.folder / "Pulumi.yaml"
    project.write_text(project.read_text().replace("      publish:", f"      {WRONG[1]}: 30d\n      publish:"))
    assert f"{WRONG[1]} does not exist" in refused(stack.preview())
    assert scenario.ids() == []


@pytest.mark.e2e
@pytest.mark.parametrize("language", ["yaml", "python"])
def test_the_resources_wired_by_hand_make_a_stack(scenario: ExampleScenario, language: str) -> None:
    """Three of them, each from the outputs of the one before, to the first bind."""
    stack = scenario.example(language)
    project = stack.folder / "Pulumi.yaml"
    name, _, rest = project.read_text().partition("\n")
    # The scene's API has no other resource; nobody listens behind it, and the stage has nothing to lose yet.
    if language == "yaml":
        program = (BY_HAND / "Pulumi.yaml").read_text().replace("/health", "/").partition("\n")[2]
        project.write_text(f"{name}\n{program}plugins:{rest.partition('plugins:')[2]}")
    else:
        program = (BY_HAND / "__main__.py").read_text().replace("/health", "/")
        (stack.folder / "__main__.py").write_text(program)
    stack.configure({"restApiId": scenario.api})
    ok(stack.up())
    assert scenario.presented("prod") == scenario.ids()[0]


def _mypy(file: Path, env: dict[str, str], *flags: str) -> str:
    command = [sys.executable, "-m", "mypy", "--config-file=", "--cache-dir", os.devnull, *flags, str(file)]
    return _run(command, file.parent, {"MYPYPATH": env["PYTHONPATH"]})


def _source(complaint: str) -> str:
    """The line that mypy complains about."""
    file, number, _rest = complaint.split(":", 2)
    return (generate.SDKS / "python" / file).read_text().splitlines()[int(number) - 1]


def _run(command: list[str], folder: Path, env: dict[str, str] | None = None) -> str:
    """What the checker says."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr
