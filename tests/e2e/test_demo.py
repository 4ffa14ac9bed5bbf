"""`make demo` as a user runs it: what it prints, what it reports, and that nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.toolchain import ROOT

pytestmark = pytest.mark.e2e

COMMAND = [sys.executable, "-m", "acceptance.demo"]
TIMEOUT_SECONDS = 600
SAID = [
    "(generation 1) expires 2027-03-02, in 29 days; this update generates generation 2 and publishes it",
    "error: no changes were expected",
    "left as it is, to be removed when no backend reads it: file pins.conf, ssm /orders/client-cert-pins",
    "day 341, retire",
    "* apigateway DeleteClientCertificate",
    "The story held",
]
NOT_SAID = ["BEGIN CERTIFICATE", "\x1b"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A caller with an empty home and an empty place for temporary files, somewhere outside the clone."""
    for name in ("home", "tmp", "cwd"):
        (tmp_path / name).mkdir()
    return {**os.environ, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(ROOT)}


def test_the_demo_can_be_interrupted_and_holds_its_story_the_next_time(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """From any folder, and without a process or a file outside the clone afterwards.

    One test, because two would share `.demo/`.
    """
    status, output = interrupted(tmp_path / "cwd", environment)
    assert status == 128 + signal.SIGINT
    assert "stopped from outside" in output
    assert "Traceback" not in output
    assert processes(environment) == []

    done = subprocess.run(
        COMMAND,
        cwd=tmp_path / "cwd",
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [phrase for phrase in SAID if phrase not in done.stdout] == []
    assert [phrase for phrase in NOT_SAID if phrase in done.stdout] == []
    assert list(tmp_path.glob("*/*")) == []
    assert processes(environment) == []


def interrupted(cwd: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit status and last output of a demo that gets Ctrl-C in the middle of its first update."""
    with subprocess.Popen(
        COMMAND, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        assert any(line.startswith("Updating (demo)") for line in demo.stdout)
        demo.send_signal(signal.SIGINT)
        output, _ = demo.communicate(timeout=TIMEOUT_SECONDS)
    return demo.returncode, output


def processes(environment: dict[str, str]) -> list[str]:
    """The command lines of what still runs with this test's home; empty where the system has no /proc."""
    home = f"HOME={environment['HOME']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end while we look, and those of other users are closed to us.
        with contextlib.suppress(OSError):
            if home in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
