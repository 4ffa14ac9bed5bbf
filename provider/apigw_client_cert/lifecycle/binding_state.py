"""A binding's state: what was presented, set, waited for and verified, and every input echoed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.clock import format_instant
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import STATE_VERSION, undamaged, without_none

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.rotation.binding import BindingDecision

OUTPUTS = (
    "accountId",
    "evidence",
    "presentedClientCertificateId",
    "presentedSince",
    "setClientCertificateId",
    "stateVersion",
    "verifiedAt",
    "verifiedClientCertificateId",
    "waitingBecause",
    "waitingFor",
    "waitingUntil",
)
# What is said anew in each run, and would be a change in state whenever the program says it in other words.
NOT_ECHOED = frozenset({*OUTPUTS, "owner", "publishedTo"})
# What a verification left in state: it belongs to what was presented then.
VERIFIED = ("verifiedAt", "verifiedClientCertificateId", "evidence")


def binding_outputs(
    olds: Mapping[str, Any], news: Mapping[str, Any], presented: str | None, now: datetime, told: Mapping[str, Any]
) -> dict[str, Any]:
    """The complete state after a look or a step; ``told`` are the outputs that only the step knows."""
    unchanged = presented is not None and presented == olds.get("presentedClientCertificateId")
    since = olds.get("presentedSince") if unchanged else format_instant(now)
    return without_none(
        {
            **{key: value for key, value in news.items() if key not in NOT_ECHOED and not key.startswith("__")},
            "presentedClientCertificateId": presented,
            "presentedSince": since if presented else None,
            **told,
            "stateVersion": STATE_VERSION,
        }
    )


def waiting_outputs(news: Mapping[str, Any], decision: BindingDecision | None, now: datetime) -> dict[str, Any]:
    """Until when and why the stage keeps what it presents; nothing where it waits for nothing."""
    if decision is None:
        return {}
    return {
        "waitingFor": news["clientCertificateId"],
        "waitingUntil": format_instant(decision.until or now),
        "waitingBecause": decision.hold.value if decision.hold else None,
    }


def verified_outputs(
    olds: Mapping[str, Any], presented: str | None, evidence: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    """What was proven, and when; what was proven before stays for as long as it is presented."""
    before = {key: olds.get(key) for key in VERIFIED}
    same = presented is not None and presented == before["verifiedClientCertificateId"]
    if same and (evidence is None or evidence == before["evidence"]):
        return before
    if not evidence:
        return {}
    return {"verifiedAt": format_instant(now), "verifiedClientCertificateId": presented, "evidence": dict(evidence)}


@undamaged()
def known_generations(props: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The generations among the inputs, by certificate id."""
    return {one["id"]: one for one in known(props, "generations") or ()}
