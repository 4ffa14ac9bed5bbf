"""The outputs of a certificate: its rotation, what follows from it, and every input echoed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.clock import format_instant
from apigw_client_cert.lifecycle.certificate.tagging import ELSEWHERE, UNTAGGED
from apigw_client_cert.lifecycle.failed_step import DECLARING, FAILED_STEP
from apigw_client_cert.lifecycle.state import HISTORY, STATE_VERSION, dump_rotation
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.rotation.decide import decide, rotate_at
from apigw_client_cert.trust.contents import trust_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy

# What certificate_outputs adds to the echoed inputs: the resource declares exactly these.
OUTPUTS = (
    "accountId",
    "adoptedClientCertificateId",
    ELSEWHERE,
    "clientCertificateId",
    "createdDate",
    "expirationDate",
    FAILED_STEP,
    "generation",
    "generations",
    "highestGeneration",
    HISTORY,
    "nextAction",
    "nextActionAt",
    "pemEncodedCertificate",
    "pendingClientCertificateId",
    "phase",
    "previousClientCertificateIds",
    "retirementBlockedBy",
    "rotateAt",
    "rotationId",
    "stateVersion",
    "trustBundlePem",
    "trustedFingerprintsSha256",
    UNTAGGED,
)

#: The inputs that a creation reads, and no state keeps.
CREATION_ONLY = ("madeFor",)


def certificate_outputs(props: Mapping[str, Any], rotation: Rotation, policy: Policy, now: datetime) -> dict[str, Any]:
    """The complete state after a step; the engine keeps nothing that is not in here."""
    active, pending = rotation.active, rotation.pending
    decision = decide(rotation, policy, now)
    trusted = [one for one in rotation.generations if one.trusted]
    unkept = {*OUTPUTS, *CREATION_ONLY, *DECLARING}
    echoed = {key: value for key, value in props.items() if key not in unkept and not key.startswith("__")}
    return without_none(
        {
            **echoed,
            "accountId": props.get("accountId"),
            "adoptedClientCertificateId": props.get("adoptedClientCertificateId"),
            FAILED_STEP: props.get(FAILED_STEP),
            **dump_rotation(rotation),
            # Without it an unset trigger would survive as an echo of the input.
            "rotationTrigger": rotation.trigger,
            "clientCertificateId": active.id if active else None,
            "pemEncodedCertificate": active.pem if active else None,
            "createdDate": format_instant(active.created_date) if active else None,
            "expirationDate": format_instant(active.not_after) if active else None,
            "generation": active.number if active else None,
            "phase": rotation.phase.value,
            "rotateAt": format_instant(rotate_at(active, policy)) if active else None,
            "nextAction": decision.next_action.value,
            "nextActionAt": format_instant(decision.next_action_at),
            "pendingClientCertificateId": pending.id if pending else None,
            "previousClientCertificateIds": [one.id for one in rotation.previous],
            "trustBundlePem": trust_bundle(trusted),
            "trustedFingerprintsSha256": [one.sha256 for one in trusted],
            "stateVersion": STATE_VERSION,
            UNTAGGED: props.get(UNTAGGED),
            ELSEWHERE: props.get(ELSEWHERE),
        }
    )
