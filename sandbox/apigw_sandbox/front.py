"""The WSGI application in front of everything: recognise, admit, perform, record, answer."""

from __future__ import annotations

import http
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Request

from apigw_sandbox import management
from apigw_sandbox.api_errors import ApiError
from apigw_sandbox.control_plane import ControlPlane, Outcome
from apigw_sandbox.data_plane import trial_invocation, user_requests
from apigw_sandbox.messages import Answer, Call, error_answer
from apigw_sandbox.moto_extension import serving
from apigw_sandbox.subjects import patch_of, resource_of

if TYPE_CHECKING:
    from apigw_sandbox.data_plane.replies import Reply

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
        # Faults hook in here: the call is known, nothing has happened and nobody waits for a lock.
        if trial_invocation.is_trial(call):
            # It waits for a backend, which nobody else must wait for.
            answer = self._answered(lambda: trial_invocation.perform(self._plane, call))
            self._record(call, answer)
            return answer
        with self._plane.lock:
            answer = self._answered(lambda: self._perform(call))
            self._record(call, answer)
        return answer

    def _perform(self, call: Call) -> Answer:
        self._plane.admit(call.service)
        return serving.perform(self._plane, call)

    def _answered(self, perform: Callable[[], Answer]) -> Answer:
        try:
            return perform()
        except ApiError as error:
            return error_answer(error)

    def _record(self, call: Call, answer: Answer) -> None:
        self._plane.record(
            Outcome(
                service=call.service,
                action=call.action,
                resource=resource_of(call, answer),
                status=answer.status,
                region=call.region,
                error=answer.header("x-amzn-ErrorType"),
                patch=patch_of(call),
            )
        )


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
    headers = [(name, value) for name, value in answer.headers if name.lower() not in {"content-length", "connection"}]
    length = answer.header("content-length") if environ["REQUEST_METHOD"] == "HEAD" else str(len(answer.body))
    if answer.status != http.HTTPStatus.NO_CONTENT and length:
        headers.append(("Content-Length", length))
    start_response(_status_line(answer.status), headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]
