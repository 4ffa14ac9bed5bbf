"""The data plane's own port, as callers of all kinds use it."""

from __future__ import annotations

import http.client
import logging
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from apigw_sandbox.data_plane.listener import Listener
from tests.sandbox.data_plane.conftest import Environment, ask

if TYPE_CHECKING:
    from collections.abc import Iterator


def talk(environment: Environment, words: bytes) -> bytes:
    """Everything that the port answers to these bytes, then to the end of what the caller has to say."""
    location = urlsplit(environment.sandbox.invoke_url(environment.api, "dev"))
    with socket.create_connection((location.hostname or "", location.port or 0), timeout=60) as sock:
        sock.sendall(words)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def head(environment: Environment, method: str, *lines: str) -> bytes:
    """A request's head."""
    path = f"/restapis/{environment.api}/dev/_user_request_/x"
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: h", *lines, "", ""]).encode()


def test_a_callers_connection_stays_open(environment: Environment) -> None:
    """Three requests, one connection."""
    location = urlsplit(environment.sandbox.invoke_url(environment.api, "dev"))
    connection = http.client.HTTPConnection(location.hostname or "", location.port, timeout=60)
    connection.connect()
    port = connection.sock.getsockname()[1]
    for _ in range(3):
        connection.request("GET", location.path)
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    assert connection.sock.getsockname()[1] == port
    connection.close()


def test_a_chunked_body_is_taken_whole(environment: Environment) -> None:
    """And is sent on with its length."""
    body = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    answer = talk(environment, head(environment, "POST", "Transfer-Encoding: chunked", "Connection: close") + body)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert (environment.backend.seen[0]["body"], environment.backend.seen[0]["headers"]["content-length"]) == (
        "abcde",
        "5",
    )


@pytest.mark.parametrize(
    ("lines", "body", "status"),
    [
        (["Content-Length: -1"], b"", b"400"),
        (["Content-Length: x"], b"", b"400"),
        (["Content-Length: 10"], b"short", b"400"),
        (["Transfer-Encoding: chunked"], b"nonsense\r\n", b""),
    ],
)
def test_a_body_that_makes_no_sense_is_not_forwarded(
    environment: Environment, lines: list[str], body: bytes, status: bytes
) -> None:
    """400, or the end of the connection."""
    answer = talk(environment, head(environment, "POST", *lines) + body)
    assert answer.startswith(b"HTTP/1.1 " + status if status else b"")
    assert environment.backend.seen == []
    assert len(environment.sandbox.requests) == 0


def test_other_paths_are_not_served_here(environment: Environment) -> None:
    """The control plane has a port of its own."""
    base = environment.sandbox._plane.data_plane.url  # noqa: SLF001 - the port itself
    assert ask(f"{base}/restapis").status == 404
    assert ask(f"{base}/restapis/{environment.api}/dev/_user_request_").status == 200


def test_a_streamed_head_has_no_body(environment: Environment) -> None:
    """HEAD with shape long."""
    reply = ask(environment.sandbox.invoke_url(environment.api, "dev", "/x"), "HEAD", x_sandbox_shape="long")
    assert (reply.status, reply.body) == (200, b"")
    assert environment.last.reason == ""


class FailingPlane:
    """A data plane with a bug."""

    url = ""

    def invoke(self, _invocation: Any) -> Any:
        """Fail."""
        raise ZeroDivisionError


@pytest.fixture
def failing() -> Iterator[FailingPlane]:
    """A bug behind a port."""
    plane: Any = FailingPlane()
    listener = Listener(plane, "127.0.0.1")
    listener.start()
    yield plane
    listener.stop()
    listener.stop()


def test_a_bug_ends_the_callers_connection_and_is_logged(
    failing: FailingPlane, caplog: pytest.LogCaptureFixture
) -> None:
    """The port serves on."""
    for _ in range(2):
        with pytest.raises((http.client.HTTPException, OSError)), caplog.at_level(logging.ERROR):
            ask(f"{failing.url}/restapis/a/dev/_user_request_/")
    assert "ZeroDivisionError" in caplog.text


def test_ipv6_loopback_is_shown_in_brackets() -> None:
    """As in a URL."""
    plane: Any = FailingPlane()
    try:
        listener = Listener(plane, "::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    listener.stop()
    assert plane.url.startswith("http://[::1]:")
