"""The dynamic hosts: what is recorded in state must never change."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown
from pulumi.runtime import rpc

from apigw_client_cert import resources
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.inputs import UNKNOWN

PROVIDERS = ("RotatingClientCertificateProvider", "TrustBundleProvider", "StageBindingProvider")
PACKAGE = Path(resources.__file__).parent
GOLDEN = Path(__file__).parent / "golden"
PICKLE = """
import sys
sys.path.insert(0, sys.argv[1])
from pulumi.dynamic.dynamic import serialize_provider
from apigw_client_cert import resources
print(serialize_provider(getattr(resources, sys.argv[2])()))
"""


def pickled(root: Path, provider: str, seed: str) -> str:
    """The pickle as another process with another hash seed makes it, from the package below a folder."""
    env = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", PICKLE, str(root), provider], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_pickle_is_small_and_the_same_as_in_every_state_ever_written(provider: str) -> None:
    """Under 300 bytes, module and class by name, equal to the committed one: state names it for ever."""
    text = serialize_provider(getattr(resources, provider)())
    assert len(text) < 300
    assert b"apigw_client_cert.resources" in base64.b64decode(text)
    assert text == (GOLDEN / f"{provider}.pickle.txt").read_text().strip()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_pickle_does_not_depend_on_the_hash_seed(provider: str) -> None:
    """Two runs of one program must not differ by chance."""
    assert pickled(PACKAGE.parent, provider, "1") == pickled(PACKAGE.parent, provider, "2")


def test_the_pickle_survives_an_edited_method_body(tmp_path: Path) -> None:
    """An upgrade of the code alone shows no change (invariant 11)."""
    copy = tmp_path / "apigw_client_cert"
    for file in PACKAGE.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            target = copy / file.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    module = copy / "resources.py"
    before = r"(        _certificate\(\)\.delete\()"
    edited = re.sub(before, r"        assert props is not None\n\1", module.read_text())
    assert edited != module.read_text()
    module.write_text("# a line above everything\n" + edited)
    for provider in PROVIDERS:
        assert pickled(tmp_path, provider, "0") == (GOLDEN / f"{provider}.pickle.txt").read_text().strip()


def test_the_providers_hold_nothing() -> None:
    """No client, no region, no set: an attribute would be frozen into state."""
    for provider in PROVIDERS:
        assert vars(getattr(resources, provider)()) == {}


def test_our_unknown_is_the_engines() -> None:
    """The sentinel is a string of the protocol; the lifecycle knows it without importing Pulumi."""
    assert UNKNOWN == rpc.UNKNOWN


def test_what_the_sdk_puts_for_an_unknown_value_reaches_the_lifecycle_as_the_sentinel() -> None:
    """Wherever it hides: check must not print an object's address at the user."""
    unknown = Unknown()  # type: ignore[no-untyped-call]
    props = {"name": unknown, "tags": {"a": unknown}, "targets": [{"path": unknown}], "stack": "dev"}
    result = resources.RotatingClientCertificateProvider().check({}, props)
    assert result.inputs == {"name": UNKNOWN, "tags": {"a": UNKNOWN}, "targets": [{"path": UNKNOWN}], "stack": "dev"}
    assert result.failures == []


def test_a_check_failure_names_property_and_reason() -> None:
    """The host's form of what the lifecycle found."""
    (failure,) = resources.RotatingClientCertificateProvider().check({}, {"name": "x", "overlap": "1"}).failures
    assert failure.property == "overlap"
    assert failure.reason.startswith("overlap: '1' is not a duration")


@pytest.mark.parametrize("loaded", ["boto3", "botocore", "cryptography"])
def test_importing_the_package_loads_neither_boto3_nor_cryptography(loaded: str) -> None:
    """A preview with nothing due needs neither, and they take most of a second."""
    code = f"import sys, apigw_client_cert; print({loaded!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_program_imports_no_lifecycle() -> None:
    """It declares resources, and every module more is waited for at each start (figures: docs/performance.md)."""
    names = "File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle"
    code = f"import sys; from apigw_client_cert import {names}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name.removeprefix("apigw_client_cert.") for name in done.stdout.split() if "apigw_client_cert." in name}
    below = {name for name in ours if not name.startswith("program")}
    assert below == {
        "clock",
        "errors",
        "lifecycle",
        "lifecycle.asserted_stages",
        "lifecycle.engine_run",
        "lifecycle.failed_step",
        "lifecycle.unset",
        "resources",
        "rotation",
        "rotation.durations",
        "trust",
        "trust.pem",
    }


def test_the_dynamic_host_tells_the_plugin_what_it_asserts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is started as ``python -m pulumi.dynamic ADDRESS``; a test or a program has no run to join (invariant 9)."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bindings = resources.StageBindingProvider()
    news = {"apiId": "a1b2c3d4e5", "stageName": "prod", "clientCertificateId": "4k11da"}
    notes = []
    for program in ("/site-packages/pulumi/dynamic/__main__.py", "/program/__main__.py"):
        resources._join_the_run.cache_clear()  # noqa: SLF001 - once per process, and this is two
        engine_run.forget()
        monkeypatch.setattr(sys, "argv", [program, "127.0.0.1:43585"])
        assert bindings.check({}, dict(news)).failures == []
        notes.append([len(path.read_text().split()) for path in tmp_path.glob("*/*")])
    engine_run.forget()
    assert notes == [[1], [1]]
