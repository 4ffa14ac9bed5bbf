"""Every Python that the package is said to run on: one pickle, and the core tests with the oldest and the newest.

The pickle is in state: a colleague's or CI's interpreter must not show a change.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import resources
from tests.compatibility.conftest import MINORS, interpreter, made

if TYPE_CHECKING:
    from tests.compatibility.conftest import Wheels

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "unit" / "golden"
PROVIDERS = ("RotatingClientCertificateProvider", "TrustBundleProvider", "StageBindingProvider")
OTHERS = [minor for minor in MINORS if minor != sys.version_info.minor]
# The lower bounds of pyproject.toml, and no bounds: what pip takes today.
MINIMA = ("boto3==1.34.0", "pulumi==3.216.0", "cryptography==42.0.0")
ENVIRONMENTS = {"the declared minima": (MINORS[0], MINIMA), "the newest": (MINORS[-1], ())}
# What talks to the three of them, and what everything goes through.
CORE = (
    "tests/lifecycle/test_golden_state.py",
    "tests/unit/gateway",
    "tests/unit/publish",
    "tests/unit/trust/test_x509.py",
    "tests/unit/test_dynamic_host.py",
    "tests/unit/test_resources.py",
    "tests/unit/trust/test_contents.py",
    "tests/contract/test_gateway.py",
    "tests/contract/test_publish.py",
)
FEWEST = 250
# An outer run's options, paths and measurements are not this run's.
INHERITED_NOT = re.compile(r"(PYTEST|PYTHON|COV|COVERAGE)_|PYTHONPATH$")
PICKLES = """
import sys
from pulumi.dynamic.dynamic import serialize_provider
from apigw_client_cert import resources
for name in sys.argv[1:]:
    print(name, serialize_provider(getattr(resources, name)()))
"""


def _pinned(package: str) -> str:
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{package}==\S+", lock, re.MULTILINE)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("minor", OTHERS, ids=lambda minor: f"3.{minor}")
def test_the_pickle_is_the_committed_one(minor: int, tmp_path: Path) -> None:
    """With the same Pulumi SDK; the provider's module and class go by name, so no bytecode is in it."""
    python = made(tmp_path / "venv", interpreter(minor), _pinned("pulumi"))
    package = Path(resources.__file__).parents[1]
    done = subprocess.run(
        [python, "-c", f"import sys; sys.path.insert(0, {str(package)!r})\n{PICKLES}", *PROVIDERS],
        check=True,
        capture_output=True,
        text=True,
    )
    pickled = dict(line.split() for line in done.stdout.splitlines())
    assert pickled == {name: (GOLDEN / f"{name}.pickle.txt").read_text(encoding="utf-8").strip() for name in PROVIDERS}


def test_the_minima_are_the_declared_ones() -> None:
    """What the tests below install is what pip may choose at the least."""
    declared = re.search(
        r"^dependencies = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert declared is not None
    bounds = dict(re.findall(r'"(\w+)>=([\d.]+)', declared[1]))
    pinned = dict(one.split("==") for one in MINIMA)
    assert bounds.keys() == pinned.keys()
    for name, version in pinned.items():
        assert f"{version}.".startswith(f"{bounds[name]}."), name


@pytest.mark.always
@pytest.mark.parametrize("which", ENVIRONMENTS)
def test_the_core_tests_pass_with_what_is_declared_and_with_what_is_new(
    which: str, wheels: Wheels, tmp_path: Path
) -> None:
    """Python 3.10 with the oldest of each dependency, the newest Python with the newest; from the wheels."""
    minor, pins = ENVIRONMENTS[which]
    python = made(tmp_path / "venv", interpreter(minor), *wheels, "pytest", "hypothesis", *pins)
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", tmp_path / "runs", *CORE],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not INHERITED_NOT.match(name)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    counted = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert counted is not None
    assert int(counted[1]) > FEWEST, done.stdout
