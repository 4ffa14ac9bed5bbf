"""Bad luck between gateway and backend: a request is sent once, answered with a 5xx, recorded with its reason."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from apigw_sandbox.data_plane import failures
from apigw_sandbox.data_plane.connections import Connection, Facts
from apigw_sandbox.data_plane.exchange import BackendRequest
from apigw_sandbox.data_plane.exchange import ask as ask_on
from tests.sandbox.data_plane.conftest import Environment, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.data_plane.backend import Backend

SHAPES = ("new", "keepalive", "resumed", "long")


def test_a_backend_that_is_down_is_a_network_error(environment: Environment, caplog: pytest.LogCaptureFixture) -> None:
    """Refused; also in the log."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    api = environment.sandbox.console.create_rest_api("o", ["dev"], backend_url=f"https://localhost:{port}/")
    with caplog.at_level(logging.WARNING, logger="apigw_sandbox.data_plane"):
        reply = ask(environment.sandbox.invoke_url(api, "dev"))
    assert (reply.status, reply.headers["x-amzn-errortype"]) == (504, "InternalServerErrorException")
    assert (environment.last.reason, environment.last.backend, environment.last.status) == (
        "refused",
        f"localhost:{port}",
        504,
    )
    assert f"{api}/dev: refused" in caplog.text


def test_a_backend_whose_name_is_unknown_is_unresolved(environment: Environment) -> None:
    """``.invalid`` never resolves (RFC 6761 §6.4)."""
    api = environment.sandbox.console.create_rest_api("o", ["dev"], backend_url="https://nowhere.invalid/")
    assert ask(environment.sandbox.invoke_url(api, "dev")).status == 504
    assert environment.last.reason == "unresolved"


@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize("path", ["/slow", "/dripping"])
def test_a_backend_that_is_slow_is_timed_out_with_504(environment: Environment, path: str, shape: str) -> None:
    """In all, not per byte; a connection that was timed out is not used again."""
    environment.sandbox.change(integration_timeout_seconds=0.3)
    reply = environment.travel(shape, path=path)
    assert (reply.status, environment.last.reason) == (504, "timeout")
    assert reply.body == b'{"message": "Endpoint request timed out"}'
    environment.sandbox.change(integration_timeout_seconds=29)
    assert environment.travel(shape).status == 200
    assert environment.backend.connections == 2


def test_an_integrations_own_timeout_counts(environment: Environment) -> None:
    """``timeoutInMillis``, below AWS's greatest."""
    rest = environment.sandbox.client("apigateway")
    root = next(one for one in rest.get_resources(restApiId=environment.api)["items"] if one["path"] == "/")
    rest.put_integration(
        restApiId=environment.api,
        resourceId=root["id"],
        httpMethod="GET",
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri=f"{environment.backend.url}slow",
        timeoutInMillis=200,
    )
    assert (environment.travel("new").status, environment.last.reason) == (504, "timeout")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("path", "status", "reasons"),
    [
        ("/silent", 504, {"closed"}),
        ("/resetting", 504, {"reset", "closed"}),
        ("/garbage", 502, {"malformed"}),
    ],
)
def test_a_backend_that_breaks_off_before_its_answer_is_asked_once(
    environment: Environment, path: str, status: int, reasons: set[str], shape: str
) -> None:
    """Also on a pooled connection, where libraries like to try again: the backend has seen it exactly once."""
    environment.travel(shape)
    assert environment.travel(shape, path=path).status == status
    assert environment.last.reason in reasons
    assert [seen["path"] for seen in environment.backend.seen] == ["/", path]


def test_an_answer_that_is_cut_off_is_a_failure(environment: Environment) -> None:
    """It had promised more."""
    assert environment.travel("new", path="/cut").status == 504
    assert (environment.last.reason, environment.last.certificate) == ("closed", environment.old)


def test_an_answer_that_is_too_large_is_a_failure(environment: Environment) -> None:
    """API Gateway takes 10 MB."""
    assert (environment.travel("new", path="/endless").status, environment.last.reason) == (502, "malformed")


@pytest.mark.parametrize("own_port", [True, False])
def test_a_streamed_answer_that_is_cut_off_ends_the_callers_connection(
    environment: Environment, *, own_port: bool
) -> None:
    """The status has been sent; the missing end is what the caller sees."""
    url = environment.sandbox.invoke_url(environment.api, "dev", "/cut")
    if not own_port:
        url = environment.sandbox.endpoint_url + urlsplit(url).path
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(url, x_sandbox_shape="long")
    assert (environment.last.status, environment.last.backend_status, environment.last.reason) == (200, 200, "closed")


def test_a_pooled_connection_that_closes_under_the_request_loses_it_visibly(environment: Environment) -> None:
    """The race that a retry would hide: the connection looks alive and the backend closes instead of answering."""
    environment.travel("keepalive")
    assert environment.travel("keepalive", path="/silent").status == 504
    assert (environment.last.reused, environment.last.reason, environment.backend.connections) == (True, "closed", 1)


def test_no_request_is_repeated_and_none_is_lost_in_two_thousand(environment: Environment) -> None:
    """Counts at caller, data plane and backend are equal, whatever the shape, also with failures among them."""
    hostile = {f"/{name}" for name in ("silent", "resetting", "cut", "garbage")}
    paths = ["/fine", "/fine", "/fine", "/fine", *sorted(hostile)] * 250
    with ThreadPoolExecutor(8) as callers:
        statuses = list(callers.map(lambda path: (path, environment.call(path).status), paths))
    records = list(environment.sandbox.requests.entries())
    assert len(statuses) == len(records) == len(environment.backend.seen) == 2000
    assert Counter(seen["path"] for seen in environment.backend.seen) == Counter(paths)
    assert {seen["headers"]["x-sandbox-request"] for seen in environment.backend.seen} == {
        str(record.request) for record in records
    }
    assert all((status == 200) is (path not in hostile) for path, status in statuses)
    assert Counter(record.status for record in records) == Counter(status for _, status in statuses)
    assert {record.shape for record in records} == {"new", "keepalive", "resumed"}
    assert environment.backend.refused == 0


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(113, "No route to host"), "network"),
        (OSError(), "network"),
        (ValueError("what"), "configuration"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "tls"),
        (http.client.LineTooLong("header line"), "malformed"),
    ],
)
def test_every_exception_has_a_reason(error: Exception, reason: str) -> None:
    """And a 5xx."""
    found = failures.failure(error)
    assert (found.kind.reason, found.kind.status >= 500, bool(found.detail)) == (reason, True, True)
    assert failures.failure(found) is found


def test_a_backend_that_speaks_no_tls_is_a_tls_failure(
    environment: Environment, make_backend: Callable[..., Backend]
) -> None:
    """Its words are no handshake."""
    backend = make_backend(issue=None)
    url = backend.url.replace("http:", "https:")
    api = environment.sandbox.console.create_rest_api("o", ["dev"], backend_url=url)
    assert ask(environment.sandbox.invoke_url(api, "dev")).status in {500, 504}
    assert environment.last.reason in {"tls", "closed", "reset"}


class FakeStream:
    """A socket whose peer has gone before the request was written, and that has words to read or none."""

    def __init__(self, words: Exception | None) -> None:
        self._words = words

    def sendall(self, _data: bytes) -> None:
        """Fail."""
        raise BrokenPipeError

    def recv_into(self, _buffer: bytearray) -> int:
        """The words, or the end."""
        if self._words is not None:
            raise self._words
        return 0


@pytest.mark.parametrize("words", [ssl.SSLError(1, "alert"), None])
def test_a_refusal_that_overtakes_the_request_is_still_heard(words: Exception | None) -> None:
    """TLS 1.3 servers refuse after the client's handshake; without words the broken pipe is what is known."""
    stream: Any = FakeStream(words)
    http_connection: Any = http.client.HTTPConnection("localhost")
    http_connection.auto_open, http_connection.sock = 0, stream
    connection = Connection(sock=socket.socket(), stream=stream, http=http_connection, facts=Facts())
    with pytest.raises(BrokenPipeError if words is None else ssl.SSLError):
        ask_on(connection, BackendRequest("GET", "localhost", "/", ()))
    connection.close()
    connection.close()
