"""``python -m apigw_sandbox``, and running it as a child."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
import pytest

from apigw_sandbox import SandboxProcess
from apigw_sandbox.__main__ import main
from apigw_sandbox.remote import stop_process

if TYPE_CHECKING:
    from pathlib import Path


def test_it_prints_the_environment_seeds_sets_the_clock_and_stops() -> None:
    """Options together; afterwards nothing listens."""
    options = (
        "--now",
        "2030-01-01T00:00:00Z",
        "--throttle",
        "--seed-api",
        "my-orders:dev,prod",
        "--region",
        "eu-west-1",
    )
    with SandboxProcess(options) as process:
        api = process.environment["APIGW_SANDBOX_API_MY_ORDERS"]
        assert process.now() >= datetime(2030, 1, 1, tzinfo=timezone.utc)
        assert process.view("behaviour")["throttle"] is True
        assert [(one["api_id"], one["stage_name"]) for one in process.view("stages")["stages"]] == [
            (api, "dev"),
            (api, "prod"),
        ]
        client = boto3.client(
            "apigateway",
            endpoint_url=process.endpoint_url,
            region_name=process.environment["AWS_REGION"],
            aws_access_key_id="x",
            aws_secret_access_key=process.environment["AWS_SECRET_ACCESS_KEY"],
        )
        assert client.get_stages(restApiId=api)["item"][0]["stageName"] == "dev"
        assert [entry.action for entry in process.journal() if not entry.console] == ["GetStages"]
        location = urlsplit(process.endpoint_url)
    assert process.returncode == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((location.hostname or "", location.port or 0), timeout=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_in_order(number: signal.Signals) -> None:
    """Status 0, no traceback."""
    child = subprocess.Popen(
        [sys.executable, "-m", "apigw_sandbox"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line)
        if line.startswith("# serving"):
            break
    child.send_signal(number)
    _, errors = child.communicate(timeout=60)
    assert (child.returncode, errors) == (0, "")
    assert all(line.startswith(("export ", "# ")) for line in lines)
    assert any(line.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:") for line in lines)


def test_it_ends_with_its_parent() -> None:
    """The pipe that a dead parent leaves closed stops the child."""
    child = subprocess.Popen(
        [sys.executable, "-m", "apigw_sandbox", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    child.stdin.close()
    child.stdin = None
    child.communicate(timeout=60)
    assert child.returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--host", "0.0.0.0"],  # noqa: S104 - refused
        ["--now", "tomorrow"],
        ["--seed-api", "orders"],
        ["--seed-api", "orders:"],
        ["--seed-api", ":dev"],
        ["--seed-api", "orders:dev,,prod"],
        ["--nonsense"],
    ],
)
def test_bad_arguments_are_refused_before_anything_is_served(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and nothing on standard output."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_child_that_does_not_listen_is_killed() -> None:
    """No process may stay."""
    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "deaf\n"
    assert stop_process(child, wait_limit_seconds=0.1) == -signal.SIGKILL


def test_a_child_that_ends_at_once_is_an_error_with_its_status() -> None:
    """Never a wait for ever."""
    process = SandboxProcess(["--nonsense"])
    with pytest.raises(RuntimeError, match="status 2"), process:
        pass
    assert process.returncode == 2


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (["-m", "apigw_sandbox"], ""),
        (["-c", "import apigw_sandbox"], "ModuleNotFoundError: "),
    ],
)
def test_without_what_it_needs_it_names_its_distribution(program: list[str], says: str, tmp_path: Path) -> None:
    """One line for a person; an importer keeps its ImportError."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['moto'] = None\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, *program], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"{says}apigw_sandbox needs the package moto")
    assert last.endswith("pip install ./sandbox")
    assert says or done.stderr.count("\n") == 1
