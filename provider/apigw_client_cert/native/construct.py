"""Construct: the component for programs in every language, registered with the engine by Pulumi's own SDK.

The SDK's component server is asynchronous and this plugin is not: each call gets an event loop of its own, in the
thread that gRPC gave it. The SDK keeps what belongs to one call (monitor, stack, preview) in context variables, so
components that are constructed at the same time do not meet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.failed_step import of_another_run, red
from apigw_client_cert.lifecycle.inputs import CONNECTION, snake
from apigw_client_cert.native.children import NativeRotation
from apigw_client_cert.native.failures import AbortError
from apigw_client_cert.native.resource_types import COMPONENT, COMPONENT_INPUTS, COMPONENT_OUTPUTS, PACKAGE, strangers
from apigw_client_cert.native.schema import committed
from apigw_client_cert.native.under_way import UNDER_WAY
from apigw_client_cert.program.argument_kinds import AsWritten
from apigw_client_cert.program.places import Aws, RestStage, Wave, WebSocketStage
from apigw_client_cert.program.wire import camel

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from pulumi.runtime.proto import provider_pb2

    from apigw_client_cert.program.places import Stage


def construct(
    request: provider_pb2.ConstructRequest, engine_address: str, own_reference: str, stop: threading.Event
) -> provider_pb2.ConstructResponse:
    """Register the component and its children; returns its URN and outputs.

    Args:
        request: The engine's.
        engine_address: Where the engine is.
        own_reference: The provider that this process is, ``urn::id``. Without it the engine may start a second process
            for the children, because it was asked for the component by another version.
        stop: Set when the run is cancelled.

    Raises ``AbortError`` for a bad input, with its name and the remedy, before anything is registered, ``BadInput``
    for a component of another release, and in the end ``NeedsOperator`` for what the children could not do.
    """
    if request.type != COMPONENT:
        raise errors.BadInput(
            f"The plugin has no component {errors.safe_repr(request.type)}",
            means="It was not registered.",
            remedy=f"It has {COMPONENT}.",
        )
    if own_reference and PACKAGE not in request.providers:
        request.providers[PACKAGE] = own_reference
    with UNDER_WAY.one_more():
        response, made, found = asyncio.run(_constructed(request, engine_address))
    failed = [one for one in found if not of_another_run(one[1], engine_address)]
    if failed:
        UNDER_WAY.wait_for_others(stop)
        raise red(failed, _rest(made))
    return response


def _rest(made: NativeRotation | None) -> str:
    """What became of everything else: the engine hands no output of a component on that failed."""
    looked_after = "The rest of this component was looked after all the same; what takes its outputs did not run"
    if made is None or made.trust_bundle is not None:
        return f"{looked_after}."
    return (
        f"{looked_after}. It publishes nothing itself (no publish), and stages move by the clock: if a resource of"
        " yours publishes trustBundlePem, publish it by hand now, or pin the generation that is presented until this is"
        " mended (pinGeneration)."
    )


_Failed = list[tuple[str, "Mapping[str, Any]"]]


async def _constructed(
    request: provider_pb2.ConstructRequest, engine_address: str
) -> tuple[provider_pb2.ConstructResponse, NativeRotation | None, _Failed]:
    """The response, which is there when all children are registered, and so repaired; and what they could not do."""
    components = _Components(request)
    response = await ProviderServicer(components, [], engine_address).Construct(request, _Context())
    if components.made is None or request.dryRun:
        return response, components.made, []
    made = components.made
    bundles = [] if made.trust_bundle is None else [made.trust_bundle]
    children = [made.certificate, *bundles, *made.bindings.values()]
    steps = [(child.pulumi_resource_name, await child.failed_step.future()) for child in children]
    return response, made, [(name, step) for name, step in steps if step]


class _Components(Provider):
    """The one component of this package."""

    def __init__(self, request: provider_pb2.ConstructRequest) -> None:
        super().__init__(committed.version())
        self.made: NativeRotation | None = None
        self._timeouts = {field.name: value for field, value in request.customTimeouts.ListFields()}

    def construct(
        self,
        name: str,
        resource_type: str,  # noqa: ARG002 - there is one
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        if options is not None and self._timeouts:
            # The SDK reads them off the wire and forgets them (pulumi 3.259, provider/server.py).
            options.custom_timeouts = pulumi.CustomTimeouts(**self._timeouts)
        try:
            self.made = made = NativeRotation(name, opts=options, **arguments(inputs))
        except errors.BadInput as error:
            raise _refused({camel(error.subject): f"{error.what}. {error.remedy}"}) from error
        return ConstructResult(urn=made.urn, state={key: getattr(made, snake(key)) for key in COMPONENT_OUTPUTS})


# What names or counts children, and what it has to be.
_SHAPES: Final[dict[str, tuple[type, str]]] = {
    "stages": (dict, "a map of keys to stages"),
    "waves": (list, "a list of waves"),
    "publish": (list, "a list of targets"),
}


@dataclass(frozen=True, slots=True)
class _Written(AsWritten):
    """A target, or a verification, as the program wrote it; the child's ``check`` validates it."""

    written: Any

    def properties(self) -> Any:  # noqa: ANN401 - any JSON value
        return self.written


def _written(spec: Any) -> Any:  # noqa: ANN401 - any JSON value
    return None if spec is None else _Written(spec)


def arguments(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of the component, from the inputs that the SDK has read off the wire.

    Raises ``InputPropertiesError`` with everything that is wrong.
    """
    failures = strangers(COMPONENT.rpartition(":")[2], inputs, COMPONENT_INPUTS)
    for key, (wanted, text) in _SHAPES.items():
        if key in inputs and not isinstance(inputs[key], wanted):
            failures[key] = (
                f"{key} must be {text} whose keys and number are known when the program runs; what is in them may be"
                " outputs of other resources"
            )
    stages = None if "stages" in failures else _stages("stages", inputs.get("stages"), failures)
    waves = None if "waves" in failures else _waves(inputs.get("waves"), failures)
    if failures:
        raise _refused(failures)
    given = {snake(key): inputs[key] for key in COMPONENT_INPUTS if key in inputs}
    given |= {
        "stages": stages,
        "waves": waves,
        "publish": [_Written(one) for one in inputs.get("publish") or ()] or None,
        "verify": _written(inputs.get("verify")),
        "aws": Aws(**{snake(key): given.pop(snake(key), None) for key in CONNECTION}),
    }
    return {key: value for key, value in given.items() if value is not None}


def _waves(written: list[Any] | None, failures: dict[str, str]) -> list[Wave] | None:
    if written is None:
        return None
    found = []
    for number, wave in enumerate(written):
        where = f"waves[{number}]"
        inside = wave.get("stages") if isinstance(wave, dict) else None
        if not isinstance(inside, dict) or set(wave) - {"stages", "soak"}:
            failures[where] = f"{where} must be an object with stages, a map of keys to stages, and perhaps soak"
            continue
        found.append(Wave(_stages(f"{where}.stages", inside, failures) or {}, wave.get("soak")))
    return found


def _stages(where: str, written: Mapping[str, Any] | None, failures: dict[str, str]) -> dict[str, Any] | None:
    if written is None:
        return None
    # A map on the wire has no order; two runs must say the same.
    found = {key: _stage(f"{where}[{key!r}]", one, failures) for key, one in sorted(written.items())}
    return {key: stage for key, stage in found.items() if stage is not None}


def _stage(where: str, written: Any, failures: dict[str, str]) -> Stage | None:  # noqa: ANN401 - whatever a program wrote
    if not isinstance(written, dict) or "stageName" not in written:
        failures[where] = f"{where} must be an object with stageName, and restApiId or webSocketApiId"
        return None
    how = {key: _written(written.get(key)) for key in ("verify", "confirm")}
    match sorted(set(written) - {"stageName", *how}):
        case ["restApiId"]:
            return RestStage(rest_api_id=written["restApiId"], stage_name=written["stageName"], **how)
        case ["webSocketApiId"] if any(how.values()):
            failures[where] = f"{where} has verify or confirm, which are for REST stages"
            return None
        case ["webSocketApiId"]:
            return WebSocketStage(api_id=written["webSocketApiId"], stage_name=written["stageName"])
        case others:
            failures[where] = (
                f"{where} has {', '.join(others) or 'no API'} beside stageName; give restApiId or webSocketApiId"
            )
            return None


def _refused(failures: Mapping[str, str]) -> InputPropertiesError:
    return InputPropertiesError(
        "This ClientCertificateRotation was not registered.",
        [{"property_path": key, "reason": reason} for key, reason in failures.items()],
    )


class _Context:
    """What the SDK's server asks of an asynchronous context."""

    async def abort_with_status(self, status: Any) -> NoReturn:  # noqa: ANN401 - grpc.Status, which has no types
        raise AbortError(status)
