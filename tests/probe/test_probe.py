"""One request to a real server on loopback: every status is an answer, and silence has a name."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme

from apigw_client_cert import errors
from apigw_client_cert.gateway.http_probe import ProbeCall, probe

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Echo a header twice, redirect, or refuse."""
        status = {"/moved": 302, "/refused": 403}.get(self.path.partition("?")[0], 200)
        body = b"moved" if status == 302 else self.headers.get("x-ask", "").encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Seen", "aa")
        self.send_header("X-Seen", "bb")
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_what: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that runs as long as the block."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/refused", 403), ("/moved", 302)])
def test_every_status_is_an_answer(path: str, status: int) -> None:
    """A redirect is not followed: it would ask somebody else."""
    with serving() as port:
        answer = probe(ProbeCall(url=f"http://127.0.0.1:{port}{path}", headers={"x-ask": "hello"}))
    assert (answer.status, answer.headers["X-Seen"]) == (status, ("aa", "bb"))
    assert answer.body == ("moved" if status == 302 else "hello")


def test_a_refused_connection_and_an_unknown_name_are_the_probes_trouble() -> None:
    """Not the backend's; the query, which may hold a key, is not shown."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    for url, why in (
        (f"http://127.0.0.1:{port}/x?key=secret", "the connection was refused"),
        ("http://no-such-host.invalid/x?key=secret", "DNS: the name is not known"),
    ):
        with pytest.raises(errors.ProbeUnreachable, match=why) as failed:
            probe(ProbeCall(url=url))
        assert "says nothing of the backend" in str(failed.value)
        assert "secret" not in str(failed.value)


def test_a_server_that_is_not_trusted_here_is_the_probes_trouble() -> None:
    """TLS between the probe and the stage's endpoint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with serving(context) as port, pytest.raises(errors.ProbeUnreachable, match="TLS: its certificate is not trusted"):
        probe(ProbeCall(url=f"https://localhost:{port}/"))


def test_a_silent_server_ends_the_probe_by_its_timeout() -> None:
    """It does not hang the run."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(errors.ProbeUnreachable, match="timed out"):
            probe(ProbeCall(url=url, timeout_seconds=0.2))


@pytest.mark.parametrize("dripping", ["from the first byte", "its body"])
def test_an_answer_that_comes_byte_by_byte_ends_the_probe_by_its_timeout(dripping: str) -> None:
    """Each byte comes in time, and all of them would come at last: the run must not wait for that."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    at_once = len(head) if dripping == "its body" else 0
    gone = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(head[:at_once])
            for byte in (head + b"x" * 100)[at_once:]:
                connection.sendall(bytes((byte,)))
                gone.wait(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        try:
            with pytest.raises(errors.ProbeUnreachable, match="timed out"):
                probe(ProbeCall(url=f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout_seconds=1))
        finally:
            gone.set()
            thread.join()


def test_an_answer_without_an_end_is_read_to_a_limit() -> None:
    """A megabyte is plenty for a fingerprint, and what is sent compressed is not unpacked."""
    bomb = gzip.compress(bytes(10_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"

    def flood(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(head)
            while True:
                connection.sendall(bomb)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=flood, args=(listener,))
        thread.start()
        answer = probe(ProbeCall(url=f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        thread.join()
    assert 0 < len(answer.body) <= 1024 * 1024


def test_what_is_asked_on_this_machine_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its headers may hold a key, and are allowed over plain HTTP because they stay here."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving() as port:
        assert probe(ProbeCall(url=f"http://127.0.0.1:{port}/", headers={"x-ask": "key"})).body == "key"
