"""One pickle on every Python: it is in state, and a colleague's or CI's interpreter must not show a change."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apigw_client_cert import resources

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "unit" / "golden"
PROVIDERS = ("RotatingClientCertificateProvider", "TrustBundleProvider", "StageBindingProvider")
OTHERS = [minor for minor in range(10, 15) if minor != sys.version_info.minor]
PICKLES = """
import sys
from pulumi.dynamic.dynamic import serialize_provider
from apigw_client_cert import resources
for name in sys.argv[1:]:
    print(name, serialize_provider(getattr(resources, name)()))
"""


def _interpreter(minor: int) -> str:
    """Its path; skips the test where there is none that runs (a version manager's shim may only say so)."""
    found = shutil.which(f"python3.{minor}")
    works = found and subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if not found or not works or works.returncode != 0:
        pytest.skip(f"python3.{minor} is not installed")
    return found


def _pinned(package: str) -> str:
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{package}==\S+", lock, re.MULTILINE)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("minor", OTHERS, ids=lambda minor: f"3.{minor}")
def test_the_pickle_is_the_committed_one(minor: int, tmp_path: Path) -> None:
    """With the same Pulumi SDK; the provider's module and class go by name, so no bytecode is in it."""
    interpreter = _interpreter(minor)
    subprocess.run([interpreter, "-m", "venv", tmp_path / "venv"], check=True, capture_output=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _pinned("pulumi")],
        check=True,
        capture_output=True,
    )
    package = Path(resources.__file__).parents[1]
    done = subprocess.run(
        [python, "-c", f"import sys; sys.path.insert(0, {str(package)!r})\n{PICKLES}", *PROVIDERS],
        check=True,
        capture_output=True,
        text=True,
    )
    made = dict(line.split() for line in done.stdout.splitlines())
    assert made == {name: (GOLDEN / f"{name}.pickle.txt").read_text(encoding="utf-8").strip() for name in PROVIDERS}
