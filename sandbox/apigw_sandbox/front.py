"""The WSGI application in front of everything: recognise, admit, perform, record, answer."""

from __future__ import annotations

import http
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Request

from apigw_sandbox import management
from apigw_sandbox.api_errors import ApiError, BadRequest
from apigw_sandbox.control_plane import ControlPlane, Outcome
from apigw_sandbox.data_plane import trial_invocation, user_requests
from apigw_sandbox.faults.connection import Caller
from apigw_sandbox.faults.inflict import inflict
from apigw_sandbox.faults.kinds import FaultKind
from apigw_sandbox.loopback import page_behind
from apigw_sandbox.messages import NO_ANSWER, Answer, Call, error_answer
from apigw_sandbox.moto_extension import serving
from apigw_sandbox.subjects import patch_of, resource_of

if TYPE_CHECKING:
    from apigw_sandbox.data_plane.replies import Reply
    from apigw_sandbox.faults.kinds import Fault
    from apigw_sandbox.faults.plan import Struck

# The server's own, and what would let a web page read the answer: moto's server sends it to everybody.
_NOT_PASSED_ON = frozenset({"content-length", "connection", "access-control-allow-origin"})

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Front:
    """Serves one control plane over WSGI; calls take effect one at a time."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        request = Request(environ)
        body = request.get_data(cache=False, parse_form_data=False)
        _replace_body(environ, body)
        if (reason := page_behind(environ)) is not None:
            return _send(environ, self._unrecognised(environ, BadRequest(reason)), start_response)
        if (invocation := user_requests.by_wsgi(environ, body)) is not None:
            return _pass_on(environ, self._plane.data_plane.invoke(invocation), start_response)
        if request.path.startswith(management.PREFIX):
            answer = management.serve(self._plane, request, body)
        else:
            answer = self._serve(environ, body)
        return _send(environ, answer, start_response)

    def _serve(self, environ: dict[str, Any], body: bytes) -> Answer:
        try:
            call = serving.recognise(environ, body)
        except ApiError as error:
            return self._unrecognised(environ, error)
        struck = self._plane.faults.strike(call)
        handling = _Handling(self._plane, call)
        if struck.fault is None:
            return handling.carry_out()
        if struck.fault.kind is FaultKind.STALE:
            return handling.look_back(struck, struck.fault)
        self._plane.faults.note(struck)
        return inflict(struck, struck.fault, Caller(environ), handling)

    def _unrecognised(self, environ: dict[str, Any], error: ApiError) -> Answer:
        answer = error_answer(error)
        self._plane.record(
            Outcome(
                service="unknown",
                action=f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}",
                resource="",
                status=answer.status,
                region="",
                error=error.code,
            )
        )
        return answer


class _Handling:
    """One call: what can be done with it, each with its line in the journal. The caller holds no lock."""

    def __init__(self, plane: ControlPlane, call: Call) -> None:
        self._plane = plane
        self._call = call

    def carry_out(self, fault: str = "") -> Answer:
        """Let it take effect, and answer."""
        if trial_invocation.is_trial(self._call):
            # It waits for a backend, which nobody else must wait for.
            answer = _answered(lambda: trial_invocation.perform(self._plane, self._call))
            self._record(answer, fault)
            return answer
        with self._plane.lock:
            answer = _answered(self._perform)
            self._record(answer, fault)
        return answer

    def outlived(self, struck: Struck) -> bool:
        """Whether the account was reset, or the sandbox stopped, since the call came."""
        return self._plane.faults.outlived(struck)

    def refuse(self, fault: str, answer: Answer | None, code: str) -> None:
        """Let it have no effect; None: nor an answer."""
        self._record(answer or NO_ANSWER, fault, code)

    def look_back(self, struck: Struck, fault: Fault) -> Answer:
        """Answer from an earlier state; from the present one, and without a word of a fault, where none is known."""
        with self._plane.lock:
            state = self._plane.earlier.before(fault.behind, at_most_seconds=fault.delay)
            if state is None:
                return self.carry_out()
            self._plane.faults.note(struck)
            with self._plane.earlier.in_place(state):
                return self.carry_out(fault.kind.value)

    def _perform(self) -> Answer:
        self._plane.admit(self._call.service)
        return serving.perform(self._plane, self._call)

    def _record(self, answer: Answer, fault: str, code: str = "") -> None:
        self._plane.record(
            Outcome(
                service=self._call.service,
                action=self._call.action,
                resource=resource_of(self._call, answer),
                status=answer.status,
                region=self._call.region,
                error=code or answer.header("x-amzn-ErrorType"),
                patch=patch_of(self._call),
                fault=fault,
            )
        )


def _answered(perform: Callable[[], Answer]) -> Answer:
    try:
        return perform()
    except ApiError as error:
        return error_answer(error)


def _replace_body(environ: dict[str, Any], body: bytes) -> None:
    """Give the body, now read, to whoever reads next, as one piece of known length."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _pass_on(environ: dict[str, Any], reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    if reply.stream is None:
        return _send(environ, Answer(status=reply.status, body=reply.body, headers=reply.headers), start_response)
    start_response(_status_line(reply.status), list(reply.headers))
    return reply.stream


def _status_line(status: int) -> str:
    return f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown')}"


def _send(environ: dict[str, Any], answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _NOT_PASSED_ON]
    length = answer.header("content-length") if environ["REQUEST_METHOD"] == "HEAD" else str(len(answer.body))
    if answer.status != http.HTTPStatus.NO_CONTENT and length:
        headers.append(("Content-Length", length))
    start_response(_status_line(answer.status), headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]
