"""Import: inputs and state of what exists in AWS, found by its id. Nothing is changed by it (invariant 6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.gateway.acm import ACM_ARN, is_acm, named
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.lifecycle.certificate.outputs import certificate_outputs
from apigw_client_cert.lifecycle.inputs import CERTIFICATE_ID, connection_of, policy_of
from apigw_client_cert.lifecycle.ownership import GENERATION as GENERATION_TAG
from apigw_client_cert.lifecycle.ownership import INFORMATION, OWNER, ROTATION_ID, issued_generation, number_of
from apigw_client_cert.lifecycle.state import STATE_VERSION
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.native.resource_types import BINDING, CERTIFICATE
from apigw_client_cert.rotation.history import signed
from apigw_client_cert.rotation.transitions import resume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.native.resource_types import Kind

_STAGE: Final = re.compile(r"([a-z0-9]{1,64})/([A-Za-z0-9_-]{1,128}|\$default)(@websocket)?")
_OURS: Final = frozenset({ROTATION_ID, GENERATION_TAG, OWNER, *INFORMATION.values()})


class Imported(NamedTuple):
    """What Read answers for something that is in no state yet."""

    inputs: dict[str, Any]
    state: dict[str, Any]


def imported(kind: Kind, resource_id: str, inputs: Mapping[str, Any], environment: Environment) -> Imported:
    """Look something up in AWS by its id.

    Args:
        kind: The resource type.
        resource_id: A certificate's id; ``api/stage`` or ``api/stage@websocket`` of a binding.
        inputs: What URN and provider configuration say.
        environment: The world outside.

    Raises ``Refused`` and ``BadInput`` with the way that leads there instead.
    """
    if kind is CERTIFICATE:
        return _certificate(resource_id, inputs, environment)
    if kind is BINDING:
        return _binding(resource_id, inputs, environment)
    raise _no(
        "A TrustBundle cannot be imported: what its targets hold does not say since when backends trust it",
        "Declare it. It recognises a target that holds what it would write, and take_over replaces any other.",
        resource_id,
    )


def _certificate(certificate_id: str, inputs: Mapping[str, Any], environment: Environment) -> Imported:
    if ACM_ARN.fullmatch(certificate_id):
        raise _no(
            f"{certificate_id} is an ACM certificate",
            "ACM renews it itself: bind it with aws.apigateway.Stage.",
            certificate_id,
        )
    if not CERTIFICATE_ID.fullmatch(certificate_id):
        raise _no(
            f"{errors.safe_repr(certificate_id)} is no client certificate id",
            "Import by AWS's id, such as a1b2c3 (aws apigateway get-client-certificates lists them).",
            certificate_id,
        )
    now, gateway = environment.now(), environment.observing_gateway(connection_of(inputs))
    found = gateway.get(certificate_id)
    if found is None or found.expiration_date <= now:
        state = "does not exist" if found is None else f"expired at {format_instant(found.expiration_date)}"
        raise _no(
            f"Client certificate {certificate_id} {state} in {gateway.region}",
            "Name a live certificate of this account and region, or declare the resource to generate one.",
            certificate_id,
        )
    rotation_id = found.tags.get(ROTATION_ID)
    if rotation_id is None:
        raise _no(
            f"Client certificate {certificate_id} was not made by this package, and to own it means to tag it,"
            " which an import must not do",
            f"Declare the resource with adoptClientCertificateId: {certificate_id} instead of importing it.",
            certificate_id,
        )
    family = [one for one in gateway.list_certificates() if one.tags.get(ROTATION_ID) == rotation_id]
    by_number = {max(number_of(one), 1): one for one in [*family, found]}
    generations = [issued_generation(one, number) for number, one in sorted(by_number.items())]
    rotation = resume(rotation_id, generations, [max(number_of(found), 1)], now)
    kept = {**inputs, **_written_by_the_user(found, inputs)}
    placed = {**kept, "region": gateway.region, "accountId": gateway.account_id()}
    return Imported(kept, certificate_outputs(placed, signed(rotation, gateway.caller()), policy_of(kept), now))


def _written_by_the_user(found: IssuedCertificate, inputs: Mapping[str, Any]) -> dict[str, Any]:
    tags = {key: value for key, value in found.tags.items() if key not in _OURS}
    generated = f"{inputs.get('name')}, generation {number_of(found)}"
    description = None if found.description in {"", generated} else found.description
    return without_none({"description": description, "tags": tags or None})


def _binding(stage_id: str, inputs: Mapping[str, Any], environment: Environment) -> Imported:
    match = _STAGE.fullmatch(stage_id)
    if match is None:
        raise _no(
            f"{errors.safe_repr(stage_id)} names no stage",
            "Import a REST stage as a1b2c3d4e5/prod, a WebSocket stage as a1b2c3d4e5/prod@websocket.",
            stage_id,
        )
    stage = StageRef(match[1], match[2], StageKind.WEBSOCKET if match[3] else StageKind.REST)
    gateway = environment.observing_gateway(connection_of(inputs))
    presented = gateway.presented(stage)
    rotation_id = _rotation_presented(gateway, stage, presented)
    place = {"apiKind": stage.kind.value, "apiId": stage.api_id, "stageName": stage.stage_name}
    kept = {**inputs, **place, "clientCertificateId": presented, "rotationId": rotation_id}
    state = {
        **kept,
        "region": gateway.region,
        "accountId": gateway.account_id(),
        "presentedClientCertificateId": presented,
        "presentedSince": format_instant(environment.now()),
        "setClientCertificateId": presented,
        "stateVersion": STATE_VERSION,
    }
    return Imported(kept, without_none(state))


def _rotation_presented(gateway: Gateway, stage: StageRef, presented: str | None) -> str:
    if presented is None:
        raise _no(
            f"Stage {stage} presents no certificate", "Declare the binding: creating it binds at once.", str(stage)
        )
    if is_acm(presented):
        raise _no(
            f"Stage {stage} presents {named(presented)}",
            "Leave the stage to ACM, or declare the binding with takeOver: true to replace it.",
            str(stage),
        )
    found = gateway.get(presented)
    if found is None:
        raise _no(
            f"Stage {stage} presents {presented}, which does not exist any more",
            "Declare the binding: creating it binds at once.",
            str(stage),
        )
    rotation_id = found.tags.get(ROTATION_ID)
    if rotation_id is None:
        raise _no(
            f"Stage {stage} presents {presented}, which was not made by this package",
            f"Declare a RotatingClientCertificate with adoptClientCertificateId: {presented}, and the binding with it.",
            str(stage),
        )
    return rotation_id


def _no(what: str, remedy: str, subject: str) -> errors.Refused:
    return errors.Refused(what, means="Nothing was imported.", remedy=remedy, subject=subject)
