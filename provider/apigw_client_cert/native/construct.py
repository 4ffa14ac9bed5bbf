"""Construct: the component for programs in every language, registered with the engine by Pulumi's own SDK.

The SDK's component server is asynchronous and this plugin is not: each call gets an event loop of its own, in the
thread that gRPC gave it. The SDK keeps what belongs to one call (monitor, stack, preview) in context variables, so
components that are constructed at the same time do not meet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.inputs import CONNECTION, snake
from apigw_client_cert.native import committed
from apigw_client_cert.native.children import NativeRotation
from apigw_client_cert.native.failures import AbortError
from apigw_client_cert.native.kinds import COMPONENT, COMPONENT_INPUTS, COMPONENT_OUTPUTS, PACKAGE, strangers
from apigw_client_cert.places import Aws, RestStage, WebSocketStage

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi
    from pulumi.runtime.proto import provider_pb2

    from apigw_client_cert.places import Stage


def construct(
    request: provider_pb2.ConstructRequest, engine_address: str, own_reference: str
) -> provider_pb2.ConstructResponse:
    """Register the component and its children; returns its URN and outputs.

    Args:
        request: The engine's.
        engine_address: Where the engine is.
        own_reference: The provider that this process is, ``urn::id``. Without it the engine may start a second process
            for the children, because it was asked for the component by another version.

    Raises ``AbortError`` for a bad input, with its name and the remedy, before anything is registered, and ``BadInput``
    for a component of another release.
    """
    if request.type != COMPONENT:
        raise errors.BadInput(
            f"The plugin has no component {errors.shown(request.type)}",
            means="Nothing was registered.",
            remedy=f"It has {COMPONENT}.",
        )
    if own_reference and PACKAGE not in request.providers:
        request.providers[PACKAGE] = own_reference
    server = ProviderServicer(_Components(committed.version()), [], engine_address)
    return asyncio.run(server.Construct(request, _Context()))


class _Components(Provider):
    """The one component of this package."""

    def construct(
        self,
        name: str,
        resource_type: str,  # noqa: ARG002 - there is one
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        given = arguments(inputs)
        try:
            made = NativeRotation(name, opts=options, **given)
        except errors.BadInput as error:
            raise _refused({_camel(error.subject): f"{error.what}. {error.remedy}"}) from error
        return ConstructResult(urn=made.urn, state={key: getattr(made, snake(key)) for key in COMPONENT_OUTPUTS})


@dataclass(frozen=True, slots=True)
class _WrittenTarget:
    """A target as the program wrote it; the bundle's ``check`` validates it."""

    written: Any

    def properties(self) -> Any:  # noqa: ANN401 - any JSON value
        return self.written


def arguments(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of the component, from the inputs that the SDK has read off the wire.

    Raises ``InputPropertiesError`` with everything that is wrong.
    """
    failures = strangers(COMPONENT.rpartition(":")[2], inputs, COMPONENT_INPUTS)
    if "stages" not in inputs:
        failures["stages"] = "stages is required: a map of keys to stages"
    stages = {}
    for key, text in (("stages", "a map of keys to stages"), ("publish", "a list of targets")):
        wanted: type = dict if key == "stages" else list
        if key in inputs and not isinstance(inputs[key], wanted):
            failures[key] = (
                f"{key} must be {text} whose keys and number are known when the program runs; what is in them may be"
                " outputs of other resources"
            )
    if isinstance(inputs.get("stages"), dict):
        # A map on the wire has no order; two runs must say the same.
        for key, written in sorted(inputs["stages"].items()):
            stages[key] = _stage(key, written, failures)
    if failures:
        raise _refused(failures)
    given = {snake(key): inputs[key] for key in COMPONENT_INPUTS if key in inputs}
    given |= {
        "stages": stages,
        "publish": [_WrittenTarget(one) for one in inputs.get("publish") or ()] or None,
        "aws": Aws(**{snake(key): given.pop(snake(key), None) for key in CONNECTION}),
    }
    return given


def _stage(key: str, written: Any, failures: dict[str, str]) -> Stage | None:  # noqa: ANN401 - whatever a program wrote
    where = f"stages[{key!r}]"
    if not isinstance(written, dict) or "stageName" not in written:
        failures[where] = f"{where} must be an object with stageName, and restApiId or webSocketApiId"
        return None
    match sorted(set(written) - {"stageName"}):
        case ["restApiId"]:
            return RestStage(rest_api_id=written["restApiId"], stage_name=written["stageName"])
        case ["webSocketApiId"]:
            return WebSocketStage(api_id=written["webSocketApiId"], stage_name=written["stageName"])
        case others:
            failures[where] = (
                f"{where} has {', '.join(others) or 'no API'} beside stageName; give restApiId or webSocketApiId"
            )
            return None


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _refused(failures: Mapping[str, str]) -> InputPropertiesError:
    return InputPropertiesError(
        "Nothing was registered.",
        [{"property_path": key, "reason": reason} for key, reason in failures.items()],
    )


class _Context:
    """What the SDK's server asks of an asynchronous context."""

    async def abort_with_status(self, status: Any) -> NoReturn:  # noqa: ANN401 - grpc.Status, which has no types
        raise AbortError(status)
