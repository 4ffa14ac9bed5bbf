"""Sandboxes that are hostile from the start; they use no fixture, because only one may run in a process."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from apigw_sandbox import FaultKind, Hostile, RemoteSandbox, Sandbox, SandboxProcess
from apigw_sandbox.__main__ import main
from tests.sandbox.wire import raw

ALWAYS_RESET = Hostile(seed=7, share=1.0, kinds=frozenset({FaultKind.RESET}))


def test_a_sandbox_is_hostile_from_its_first_call_and_after_reset(caplog: pytest.LogCaptureFixture) -> None:
    """The seed is logged once."""
    with caplog.at_level(logging.WARNING, "apigw_sandbox.faults"), Sandbox(hostile=ALWAYS_RESET) as sandbox:
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                raw(sandbox.endpoint_url, "GET", "/restapis")
            assert [one.kind for one in sandbox.faults.fired] == ["reset"]
            sandbox.faults.clear()
            assert raw(sandbox.endpoint_url, "GET", "/restapis").status == 200
            sandbox.reset()
    assert [record.getMessage() for record in caplog.records] == [f"the sandbox's faults: {ALWAYS_RESET}"]


def test_a_process_is_hostile_from_its_first_call_and_after_reset() -> None:
    """``--faults hostile``: the seed as asked for."""
    options = ("--faults", "hostile", "--fault-seed", "7", "--fault-share", "1")
    with SandboxProcess(options) as process:
        assert process.faults.preset == Hostile(seed=7, share=1.0)
        process.faults.clear()
        process.reset()
        assert process.faults.preset == Hostile(seed=7, share=1.0)
        assert process.faults.calls == 0


def test_a_process_prints_its_seed() -> None:
    """On standard error; standard output is the environment's."""
    child = subprocess.Popen(
        [sys.executable, "-m", "apigw_sandbox", "--faults", "hostile"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line)
        if line.startswith("# serving"):
            break
    seed = RemoteSandbox(lines[-1].split()[2].rstrip(";")).faults.preset
    child.terminate()
    _, errors = child.communicate(timeout=60)
    assert errors == f"the sandbox's faults: {seed}\n"
    assert all(line.startswith(("export ", "# ")) for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--faults", "friendly"],
        ["--fault-seed", "7"],
        ["--faults", "hostile", "--fault-seed", "-1"],
        ["--faults", "hostile", "--fault-seed", "seven"],
        ["--faults", "hostile", "--fault-share", "2"],
    ],
)
def test_bad_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and nothing on standard output."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""
