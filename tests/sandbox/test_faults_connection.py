"""Faults between call and answer, as an SDK and as a plain socket see them, and what they leave behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from apigw_sandbox import Fault, FaultKind, HangUpError
from tests.sandbox.wire import authorization, certificate_arn, refused

if TYPE_CHECKING:
    from apigw_sandbox import JournalEntry, Moment, Sandbox

REQUEST = (
    f"POST /clientcertificates HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization('apigateway')}\r\n\r\n"
)


def _connected(sandbox: Sandbox) -> socket.socket:
    """A connection that has sent a generate."""
    location = urlsplit(sandbox.endpoint_url)
    connection = socket.create_connection((location.hostname or "", location.port or 0), timeout=60)
    connection.sendall(REQUEST.encode())
    return connection


def _journalled(sandbox: Sandbox) -> list[tuple[str, int, str, bool]]:
    return [(one.action, one.status, one.fault, one.succeeded) for one in sandbox.journal.calls()]


def test_a_reset_is_a_real_one_and_comes_before_the_effect(sandbox: Sandbox, rest: Any) -> None:
    """RST on the socket; nothing happened."""
    sandbox.faults.add(Fault(kind=FaultKind.RESET))
    with _connected(sandbox) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    with pytest.raises(ConnectionClosedError):
        rest.generate_client_certificate()
    assert sandbox.certificates() == ()
    assert _journalled(sandbox) == [("GenerateClientCertificate", 0, "reset", False)] * 2


def test_a_lost_answer_is_the_end_of_the_connection_after_the_effect(sandbox: Sandbox, rest: Any) -> None:
    """FIN, and not a byte."""
    sandbox.faults.add(Fault(kind=FaultKind.LOST_ANSWER))
    with _connected(sandbox) as connection:
        assert connection.recv(1) == b""
    with pytest.raises(ConnectionClosedError):
        rest.generate_client_certificate()
    made = [one.id for one in sandbox.certificates()]
    assert [entry.resource for entry in sandbox.journal.calls()] == made
    assert _journalled(sandbox) == [("GenerateClientCertificate", 201, "lost-answer", True)] * 2


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_time_out_is_the_callers(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    takes_effect: bool,  # noqa: FBT001 - both cases
) -> None:
    """It waits as long as it likes; the call took effect, or not: maybe only after the caller has left."""
    made = sandbox.console.generate_certificate()
    append, written = sandbox.journal.append, threading.Event()

    def appended(entry: JournalEntry) -> None:
        append(entry)
        written.set()

    monkeypatch.setattr(sandbox.journal, "append", appended)
    impatient = sandbox.client(
        "apigateway", config=Config(read_timeout=0.5, retries={"total_max_attempts": 1}, proxies={})
    )
    sandbox.faults.add(Fault(kind=FaultKind.TIMEOUT, after_effect=takes_effect))
    with pytest.raises(ReadTimeoutError):
        impatient.tag_resource(resourceArn=certificate_arn(made), tags={"a": "b"})
    assert written.wait(60)
    assert bool(sandbox.certificates()[0].tags) is takes_effect
    assert _journalled(sandbox) == [("TagResource", 204 if takes_effect else 0, "timeout", takes_effect)]


def test_a_time_out_ends_by_itself_for_callers_without_one(sandbox: Sandbox) -> None:
    """After its seconds the connection is closed."""
    sandbox.faults.add(Fault(kind=FaultKind.TIMEOUT, seconds=0.05))
    with _connected(sandbox) as connection:
        assert connection.recv(1) == b""
    assert len(sandbox.certificates()) == 1


@pytest.mark.parametrize("after_effect", [True, False])
def test_a_slow_answer_is_right_all_the_same(sandbox: Sandbox, rest: Any, after_effect: bool) -> None:  # noqa: FBT001 - both cases
    """No earlier than it should come."""
    sandbox.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.05, after_effect=after_effect))
    started = time.monotonic()
    made = rest.generate_client_certificate()["clientCertificateId"]
    assert time.monotonic() - started >= 0.05
    assert [one.id for one in sandbox.certificates()] == [made]
    assert _journalled(sandbox) == [("GenerateClientCertificate", 201, "slow", True)]


@pytest.mark.parametrize("after_effect", [True, False])
def test_a_callback_runs_between_call_and_answer(sandbox: Sandbox, rest: Any, after_effect: bool) -> None:  # noqa: FBT001 - both cases
    """It knows both ends of the connection, and may call the sandbox itself: nobody waits for a lock."""
    moments: list[tuple[Moment, int]] = []

    def look(moment: Moment) -> None:
        moments.append((moment, len(rest.get_client_certificates()["items"])))

    sandbox.faults.add(
        Fault(kind=FaultKind.CALL_BACK, action="Generate*", after_effect=after_effect, callback=look, calls=(1,))
    )
    with _connected(sandbox) as connection:
        assert connection.recv(12) == b"HTTP/1.1 201"
        ports = (connection.getsockname()[1], connection.getpeername()[1])
    ((moment, certificates),) = moments
    assert (moment.caller_port, moment.server_port) == ports
    assert (moment.call.action, moment.after_effect, certificates) == (
        "GenerateClientCertificate",
        after_effect,
        int(after_effect),
    )


@pytest.mark.parametrize("after_effect", [True, False])
def test_a_callback_may_hang_up(sandbox: Sandbox, after_effect: bool) -> None:  # noqa: FBT001 - both cases
    """A call that has not taken effect by then never does: its caller died before it arrived."""

    def die(_: Moment) -> None:
        raise HangUpError

    sandbox.faults.add(Fault(kind=FaultKind.CALL_BACK, after_effect=after_effect, callback=die))
    with _connected(sandbox) as connection:
        assert connection.recv(1) == b""
    assert len(sandbox.certificates()) == int(after_effect)
    assert [(one.fault, one.succeeded) for one in sandbox.journal.calls()] == [("call-back", after_effect)]


def test_a_call_that_outlives_its_account_has_no_effect_on_the_next(sandbox: Sandbox) -> None:
    """A delayed call is not carried out after a reset, and no entry speaks of it."""
    fault = Fault(kind=FaultKind.CALL_BACK, after_effect=False, callback=lambda _: sandbox.reset())
    sandbox.faults.add(fault)
    with _connected(sandbox) as connection:
        assert connection.recv(1) == b""
    assert (sandbox.certificates(), sandbox.journal.entries()) == ((), ())


def test_a_callback_kills_its_caller(sandbox: Sandbox) -> None:
    """The certificate is there, and nobody knows of it."""
    started: list[subprocess.Popen[bytes]] = []
    sandbox.faults.add(Fault(kind=FaultKind.CALL_BACK, callback=lambda _: started[0].kill()))
    port = urlsplit(sandbox.endpoint_url).port
    program = (
        "import socket, sys; sys.stdin.readline();"
        f" s = socket.create_connection(('127.0.0.1', {port})); s.sendall({REQUEST.encode()!r}); s.recv(1)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as child:
        started.append(child)
        child.communicate(b"go\n")
    assert child.returncode == -9
    assert len(sandbox.certificates()) == 1


@pytest.mark.parametrize("after_effect", [True, False])
def test_a_callback_that_fails_is_said_to_caller_and_log(
    sandbox: Sandbox,
    rest: Any,
    caplog: pytest.LogCaptureFixture,
    after_effect: bool,  # noqa: FBT001 - both cases
) -> None:
    """A mistake of the test is no silence."""

    def break_down(_: Moment) -> None:
        raise ZeroDivisionError

    sandbox.faults.add(Fault(kind=FaultKind.CALL_BACK, callback=break_down, after_effect=after_effect))
    with refused("InternalFailure", 500) as caught:
        rest.generate_client_certificate()
    assert len(sandbox.certificates()) == int(after_effect)
    assert _journalled(sandbox) == [
        ("GenerateClientCertificate", 201 if after_effect else 500, "call-back", after_effect)
    ]
    assert "ZeroDivisionError" in str(caught[0])
    assert "the callback at call 1 failed" in caplog.text


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (FaultKind.THROTTLE, "TooManyRequestsException", 429),
        (FaultKind.CONFLICT, "ConflictException", 409),
        (FaultKind.ACCESS_DENIED, "AccessDeniedException", 403),
        (FaultKind.SERVER_ERROR, "InternalFailure", 500),
    ],
)
def test_somebody_acts_before_a_refusal_reaches_its_caller(
    sandbox: Sandbox, rest: Any, kind: FaultKind, code: str, status: int
) -> None:
    """Whoever repeats the call finds another world; the refusal itself did nothing."""
    hand = sandbox.console
    sandbox.faults.add(Fault(kind=kind, calls=(1,), callback=lambda _moment: hand.create_rest_api("theirs")))
    with refused(code, status):
        rest.generate_client_certificate()
    assert [one["name"] for one in rest.get_rest_apis()["items"]] == ["theirs"]
    assert [(one.action, one.console) for one in sandbox.journal.entries()[:2]] == [
        ("GenerateClientCertificate", False),
        ("CreateRestApi", True),
    ]
    assert sandbox.certificates() == ()


def test_a_refusals_callback_may_hang_up_or_fail(sandbox: Sandbox, rest: Any) -> None:
    """As any other's."""

    def end(moment: Moment) -> None:
        raise HangUpError if moment.call.number == 1 else ZeroDivisionError

    sandbox.faults.add(Fault(kind=FaultKind.CONFLICT, callback=end))
    with _connected(sandbox) as connection:
        assert connection.recv(1) == b""
    with refused("InternalFailure", 500) as caught:
        rest.generate_client_certificate()
    assert "ZeroDivisionError" in str(caught[0])
    assert sandbox.certificates() == ()
