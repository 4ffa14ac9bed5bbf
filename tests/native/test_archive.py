"""The plugin as an archive: what is in it, how it starts, and that the engine runs it from where it was installed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok
from tests.native.conftest import PACKAGE, PROGRAM, resource
from tools.languages import WHEELS
from tools.plugin.__main__ import version, write
from tools.plugin.launcher.prepare import PreparationError, prepare
from tools.toolchain import ROOT, VENV, bin_dir

if TYPE_CHECKING:
    from pathlib import Path

    from tests.native.conftest import NativeScenario

LAUNCHER = f"pulumi-resource-{PACKAGE}"
# Far more than making the environment takes: nothing here waits for it unless something hangs.
WAIT_LIMIT = 300
MAKING = "making the plugin's Python environment"


def test_the_same_sources_give_the_same_bytes_and_nothing_superfluous(tmp_path: Path) -> None:
    """An executable at the top, as the engine wants it; no PulumiPlugin.yaml and nothing that Python cached."""
    one, other = write(tmp_path / "one"), write(tmp_path / "other")
    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as archive:
        modes = {entry.name: entry.mode for entry in archive}
    assert [name for name, mode in modes.items() if mode & 0o111] == [LAUNCHER, f"{LAUNCHER}.cmd"]
    assert {
        "__main__.py",
        "requirements.txt",
        "requirements.lock",
        "apigw_client_cert/native/schema/schema.json",
        "apigw_client_cert/docs/backends.md",
    } <= set(modes)
    assert not [name for name in modes if "__pycache__" in name or name.endswith(("PulumiPlugin.yaml", ".pyc"))]


def test_an_interpreter_that_the_user_names_starts_it_isolated(tmp_path: Path) -> None:
    """No environment is made; what the program's PYTHONPATH offers is not imported."""
    folder = _unpacked(tmp_path)
    (tmp_path / "boto3.py").write_text("raise AssertionError")
    (tmp_path / "grpc.py").write_text("raise AssertionError")
    env = {**os.environ, "APIGW_CLIENT_CERT_PYTHON": str(VENV / "bin" / "python"), "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen([folder / LAUNCHER], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as plugin:
        assert plugin.stdout is not None
        assert int(plugin.stdout.readline()) > 0
        plugin.send_signal(signal.SIGTERM)
        assert plugin.communicate(timeout=WAIT_LIMIT) == (b"", b"")
    assert not (folder / ".venv").exists()


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    """On stderr, which the engine shows when a plugin does not start."""
    folder, bare = _unpacked(tmp_path), tmp_path / "bin"
    bare.mkdir()
    (bare / "dirname").symlink_to(shutil.which("dirname") or "")
    done = _start(folder, {"PATH": str(bare)})
    assert (done.returncode, done.stdout) == (1, "")
    assert "install python3 and python3-venv" in done.stderr


def test_a_folder_that_cannot_be_written_to_is_named_with_the_two_ways_out(tmp_path: Path) -> None:
    """Somebody else prepares it, or the packages are somewhere already."""
    folder = _unpacked(tmp_path)
    (folder / ".lock").mkdir()
    done = _start(folder, {"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stdout) == (1, "")
    assert f"cannot be made in {folder}" in done.stderr
    assert f"{LAUNCHER} --prepare" in done.stderr
    assert "APIGW_CLIENT_CERT_PYTHON" in done.stderr


def test_a_killed_start_keeps_the_others_waiting_until_its_pip_has_ended(tmp_path: Path) -> None:
    """Two of them would write into one environment."""
    gate, lock = tmp_path / "gate", tmp_path / ".lock"
    os.mkfifo(gate)
    open_gate = os.open(gate, os.O_RDWR)
    pip = [sys.executable, "-c", f"gate = open({str(gate)!r}); print('running', flush=True); gate.read()"]
    program = f"""
from pathlib import Path
from tools.plugin.launcher.prepare import run, turn
with turn(Path({str(lock)!r})) as lock:
    run({pip!r}, lock)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True) as start:
        assert start.stderr is not None
        assert start.stderr.readline() == "running\n"
        start.kill()
    with lock.open("w") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(open_gate)
        fcntl.flock(other, fcntl.LOCK_EX)


def test_a_package_that_is_not_the_locked_one_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip runs with the user's credentials: an index that serves another wheel of the same version gets nowhere."""
    wheel = tmp_path / "harmless-1.0-py3-none-any.whl"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    folder = tmp_path / "plugin"
    folder.mkdir()
    _write_wheel(wheel, "print('harmless')")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "requirements.lock").write_text(f"harmless==1.0 --hash=sha256:{digest}\n")
    _write_wheel(wheel, "print('not at all')")
    with pytest.raises(PreparationError):
        prepare(folder)
    assert not (folder / ".venv" / ".ready").exists()
    assert list((folder / ".venv").rglob("harmless*")) == []
    _write_wheel(wheel, "print('harmless')")
    prepare(folder)
    assert (folder / ".venv" / ".ready").exists()


@pytest.mark.e2e
def test_an_installed_archive_makes_its_environment_once_and_serves_the_engine(scenario: NativeScenario) -> None:
    """A first start that failed half way, then two at once: one makes it, both end well; then a real ``pulumi up``."""
    stack = scenario.stack(program=PROGRAM, config={"api": scenario.api, "stages": "dev"})
    # As on a user's machine: neither our console script nor our package is there.
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != str(VENV / "bin")]
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_COMPILE": "1", "PATH": os.pathsep.join([str(bin_dir()), *path])}
    stack.env.update({**offline, "PIP_FIND_LINKS": str(_wheels())})
    ok(stack.run("plugin", "install", "resource", PACKAGE, version(), "-f", str(write(scenario.folder))))
    (folder,) = (stack.backend / "home" / "plugins").glob(f"resource-{PACKAGE}-v{version()}")

    failed = _start(folder, {**offline, "PIP_FIND_LINKS": str(scenario.folder)})
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "The next start tries again" in failed.stderr
    with _preparing(folder, stack.env) as one, _preparing(folder, stack.env) as other:
        said = [running.communicate(timeout=WAIT_LIMIT) for running in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0]
    assert [out for out, _ in said] == ["", ""]
    assert sorted(MAKING in err for _, err in said) == [False, True]

    ok(stack.up())
    assert resource(stack, "orders-dev")["outputs"]["presentedClientCertificateId"] == scenario.presented("dev")
    assert scenario.presented("dev") == scenario.ids()[0]


def _write_wheel(file: Path, text: str) -> None:
    about = "harmless-1.0.dist-info"
    members = {
        "harmless.py": text,
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: harmless\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def _unpacked(folder: Path) -> Path:
    target = folder / "plugin"
    with tarfile.open(write(folder)) as archive:
        archive.extractall(target, filter="data")
    return target


def _start(folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(folder / LAUNCHER), "--prepare"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=WAIT_LIMIT, check=False)


def _preparing(folder: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    command = [str(folder / LAUNCHER), "--prepare"]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wheels() -> Path:
    if not (WHEELS / ".ready").is_file():
        reason = "the plugin's wheels are not fetched: python -m tools.setup languages"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return WHEELS
