"""Sandboxes start clean, one at a time, and are gone when they end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from apigw_sandbox import Behaviour, Sandbox
from apigw_sandbox.server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _address(url: str) -> tuple[str, int]:
    location = urlsplit(url)
    return location.hostname or "", location.port or 0


def test_the_next_sandbox_starts_clean() -> None:
    """Moto's state belongs to the process; nothing of the first is left."""
    with Sandbox() as first:
        first.console.create_rest_api("orders", ["dev"])
        first.client("apigateway").generate_client_certificate()
        first.client("ssm").put_parameter(Name="/a", Value="x", Type="String")
        first.clock.freeze()
    with Sandbox() as second:
        assert (second.certificates(), second.stages(), second.journal.entries()) == ((), (), ())
        assert second.client("ssm").get_parameters(Names=["/a"])["Parameters"] == []
        assert not second.clock.frozen
    assert first.journal.actions() == ("GenerateClientCertificate", "PutParameter")


def test_behaviour_given_at_the_start_returns_with_reset() -> None:
    """Reset goes back to the start, not to the factory."""
    with Sandbox(behaviour=Behaviour(certificate_quota=5)) as sandbox:
        sandbox.change(certificate_quota=7)
        sandbox.reset()
        assert sandbox.behaviour.certificate_quota == 5


def test_account_and_region_can_be_chosen() -> None:
    """STS names the account; clients and hands work in the region."""
    with Sandbox(account_id="210987654321", region="eu-central-1") as sandbox:
        assert sandbox.client("sts").get_caller_identity()["Account"] == "210987654321"
        rest = sandbox.client("apigateway")
        api = sandbox.console.create_rest_api("orders", ["dev"])
        assert rest.get_stage(restApiId=api, stageName="dev")["stageName"] == "dev"
        made = rest.generate_client_certificate(tags={"a": "b"})["clientCertificateId"]
        arn = f"arn:aws:apigateway:eu-central-1::/clientcertificates/{made}"
        assert rest.get_tags(resourceArn=arn)["tags"] == {"a": "b"}
        assert sandbox.environment["AWS_REGION"] == "eu-central-1"


def test_two_at_once_are_refused_and_the_first_lives_on() -> None:
    """They would share moto's state."""
    with Sandbox() as first:
        with pytest.raises(RuntimeError, match="another Sandbox runs"), Sandbox():
            pass
        assert first.client("apigateway").get_rest_apis()["items"] == []


def test_after_the_end_nothing_listens_and_no_thread_is_left() -> None:
    """Also a connection that was opened before is closed; stop may be repeated."""
    before = set(threading.enumerate())
    with Sandbox() as sandbox:
        sandbox.client("apigateway").generate_client_certificate()
        address = _address(sandbox.endpoint_url)
        idle = socket.create_connection(address, timeout=60)
        sandbox.client("sts").get_caller_identity()
    sandbox.stop()
    assert idle.recv(1) == b""
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=60)
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=60)
    assert set(threading.enumerate()) - before == set()


def test_an_exception_in_the_block_stops_it_too() -> None:
    """The next one can start."""
    with pytest.raises(ZeroDivisionError), Sandbox():
        raise ZeroDivisionError
    with Sandbox() as sandbox:
        assert sandbox.endpoint_url


def test_not_running_it_has_no_endpoint() -> None:
    """Before and after."""
    sandbox = Sandbox()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not running"):
            _ = sandbox.endpoint_url
        sandbox.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104 - refused
def test_only_loopback_is_served(host: str) -> None:
    """And a refused start leaves the way free for the next."""
    with pytest.raises(ValueError, match="loopback only"), Sandbox(host=host):
        pass
    with Sandbox(host="127.0.0.2") as sandbox:
        assert sandbox.endpoint_url.startswith("http://127.0.0.2:")


def test_a_port_that_is_taken_is_an_error_at_the_start() -> None:
    """Not a hang, and not another port."""
    with Sandbox() as first:
        port = _address(first.endpoint_url)[1]
    with socket.create_server(("127.0.0.1", port)), pytest.raises((OSError, SystemExit)), Sandbox(port=port):
        pass


@pytest.mark.parametrize("status", ["500 Not Well", None])
def test_a_server_that_is_not_well_is_stopped(status: str | None) -> None:
    """``start`` looks before it returns: a bad status, or no answer at all."""

    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        if status is None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        start_response(status, [("Content-Length", "0")])
        return [b""]

    server = LoopbackServer(application)
    with pytest.raises(RuntimeError, match=r"is not well|does not answer"):
        server.start()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(_address(server.url), timeout=60)


def test_a_server_that_never_started_can_be_stopped() -> None:
    """Its port is free again."""
    server = LoopbackServer(lambda _environ, _start_response: [])
    server.stop()
    with socket.create_server(_address(server.url)) as taken:
        assert taken.getsockname()[1] == _address(server.url)[1]


def test_clients_do_not_look_at_the_users_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist would stop boto3; one that does would bring real credentials."""
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Sandbox() as sandbox:
        assert sandbox.client("apigateway").get_rest_apis()["items"] == []


def test_the_environment_points_an_sdk_here_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child with nothing but these variables talks to the sandbox; an inherited proxy exception survives."""
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    with Sandbox() as sandbox:
        environment = sandbox.environment
        program = "import boto3; print(boto3.client('apigateway').generate_client_certificate()['clientCertificateId'])"
        child = subprocess.run(
            [sys.executable, "-c", program],
            env={"PATH": os.environ["PATH"], "HTTP_PROXY": "http://127.0.0.1:9", **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert [one.id for one in sandbox.certificates()] == [child.stdout.strip()]
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,127.0.0.1,localhost,::1"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"


def test_importing_the_sandbox_never_loads_the_product() -> None:
    """A shared bug could hide in both (docs/sandbox.md)."""
    program = "import sys, apigw_sandbox; print([name for name in sys.modules if name.startswith('apigw_client_cert')])"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
