"""Every error as a clean abort: one line, no traceback, no PEM; with what was achieved where AWS was changed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from pulumi.runtime.proto import provider_pb2, status_pb2

from apigw_client_cert import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # protobuf ships no types

_Servicer = TypeVar("_Servicer")
_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class HalfDone(Exception):  # noqa: N818 - it carries a state, and the error as its cause
    """A create or an update failed after AWS was changed: the state that is true now, and the inputs, on the wire."""

    def __init__(self, resource_id: str, state: Struct, inputs: Struct) -> None:
        super().__init__(resource_id)
        self.resource_id = resource_id
        self.state = state
        self.inputs = inputs


def raise_alone(error: errors.RotationError, half: HalfDone, *, saved: bool) -> NoReturn:
    """Fail where nobody raises it later; ``saved`` says that the state is to be kept with the error beside it."""
    if saved:
        raise half from error
    raise error


class AbortError(Exception):
    """A call that is to end with this status, a ``grpc.Status``, as it is."""

    def __init__(self, status: Any) -> None:  # noqa: ANN401 - grpcio ships no types
        super().__init__("abort")
        self.status = status


def clean(
    method: Callable[[_Servicer, _Request, grpc.ServicerContext], _Response],
) -> Callable[[_Servicer, _Request, grpc.ServicerContext], _Response]:
    """Turn every exception of a servicer's method into an abort that a user can read."""

    @functools.wraps(method)
    def answer(servicer: _Servicer, request: _Request, context: grpc.ServicerContext) -> _Response:
        try:
            return method(servicer, request, context)
        except AbortError as abort:
            context.abort_with_status(abort.status)
            raise AssertionError("abort raises") from abort
        except HalfDone as half:
            reason = reason_of(half.__cause__ or half)
            _keep(context, half, reason)
        except Exception as error:  # noqa: BLE001 - gRPC would show it as "Exception calling application"
            reason = reason_of(error)
        _abort(context, reason)

    return answer


def reason_of(error: BaseException) -> str:
    """What the user reads."""
    if isinstance(error, errors.RotationError):
        return str(error)
    return (
        f"The plugin met an error that it does not know ({type(error).__name__}: {errors.safe_repr(str(error))})."
        " What was done in AWS will be found by its tags; run again, and please report it if it comes back."
    )


def _abort(context: grpc.ServicerContext, reason: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, reason)
    raise AssertionError("abort raises")


def _keep(context: grpc.ServicerContext, half: HalfDone, reason: str) -> None:
    """The engine saves these properties with ``initErrors`` and updates again (docs/pulumi.md §3.4)."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=half.resource_id, properties=half.state, inputs=half.inputs, reasons=[reason]
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
