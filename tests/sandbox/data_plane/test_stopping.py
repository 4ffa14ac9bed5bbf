"""The end: of a sandbox in mid-request, and of a caller's patience. Each test starts a sandbox of its own."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from urllib.parse import urlsplit

import pytest

from apigw_sandbox import Sandbox
from apigw_sandbox.data_plane import failures
from apigw_sandbox.data_plane.in_flight import InFlight
from tests.sandbox.data_plane.backend import Backend
from tests.sandbox.data_plane.conftest import ask

SHAPES = ("new", "keepalive", "resumed", "long")


@pytest.mark.parametrize("own_port", [True, False])
def test_a_caller_that_leaves_a_stream_is_recorded_and_the_backend_is_left_too(*, own_port: bool) -> None:
    """The backend's connection ends once the record is there."""
    with Sandbox() as sandbox, Backend(sandbox.issue_server_certificate) as backend:
        api = sandbox.console.create_rest_api("orders", ["dev"], backend_url=backend.url, proxy=True)
        location = urlsplit(sandbox.invoke_url(api, "dev", "/forever"))
        port = location.port if own_port else urlsplit(sandbox.endpoint_url).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", location.path, headers={"x-sandbox-shape": "long"})
        answer = connection.getresponse()
        assert answer.read1(5)
        answer.close()
        connection.close()
        assert backend.left.wait(60)
        (record,) = sandbox.requests.entries()
        assert (record.status, record.reason) == (200, "caller-gone")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_sandbox_stopped_in_mid_request_ends_cleanly(shape: str) -> None:
    """The request is broken off and recorded, the caller's connection ends, no thread is left, the next one starts."""
    before = set(threading.enumerate())
    with Sandbox() as sandbox, Backend(sandbox.issue_server_certificate) as backend:
        api = sandbox.console.create_rest_api("orders", ["dev"], backend_url=backend.url, proxy=True)
        url = sandbox.invoke_url(api, "dev", "/chunked" if shape == "long" else "/slow")
        caught: list[BaseException] = []

        def call() -> None:
            try:
                ask(url, x_sandbox_shape=shape)
            except (OSError, http.client.HTTPException) as error:
                caught.append(error)

        caller = threading.Thread(target=call)
        caller.start()
        backend.arrived.acquire()
        sandbox.stop()
        caller.join()
        (record,) = sandbox.requests.entries()
        assert record.reason in {"stopped", "caller-gone"}
        assert len(caught) == 1
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=60)
    assert set(threading.enumerate()) - before == set()
    with Sandbox() as following:
        assert len(following.requests) == 0


def test_what_comes_after_the_stop_is_not_forwarded() -> None:
    """And a stop gives up on what does not end."""
    in_flight = InFlight()
    with in_flight.request():
        assert not in_flight.stop(0)
    assert in_flight.stop(0)
    with (
        socket.socket() as sock,
        pytest.raises(failures.NotForwardedError, match="stopped"),
        in_flight.waiting_for(sock),
    ):
        pass
    in_flight.go_on()
    with socket.socket() as sock, in_flight.waiting_for(sock):
        assert not in_flight.stop(0) or in_flight.stopping


def test_a_stop_that_cannot_wait_any_longer_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log."""
    plane = Sandbox()._plane.data_plane  # noqa: SLF001 - the part under test
    monkeypatch.setattr("apigw_sandbox.data_plane.plane.STOP_SECONDS", 0)
    with plane._in_flight.request(), caplog.at_level(logging.WARNING, logger="apigw_sandbox.data_plane"):  # noqa: SLF001 - same
        plane.stop()
    assert "still in flight" in caplog.text
