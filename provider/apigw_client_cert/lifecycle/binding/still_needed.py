"""What a stage may have to present again: noted by its read, so that the run which knows does not delete it.

The certificate is updated before its bindings and knows none of their states; with ``--refresh`` it is updated after
their reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.binding.act import stage_of
from apigw_client_cert.lifecycle.binding.outputs import known_generations, place_to_go_back_to, taken_over
from apigw_client_cert.lifecycle.binding.verify_inputs import asked_for
from apigw_client_cert.lifecycle.engine_run import NEEDED
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.state import undamaged
from apigw_client_cert.rotation.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping


def note_still_needed(state: Mapping[str, Any]) -> None:
    """Note the certificates that the stage of this state may go back to, while its switch is open or its run was red.

    The inputs in this state are those of the last update that succeeded, and may know nothing of what is presented.
    """
    presented = state.get("presentedClientCertificateId")
    is_open = asked_for(state) and presented is not None and presented != state.get("verifiedClientCertificateId")
    if not (is_open or FAILED_STEP in state):
        return
    why = "whose switch is not confirmed" if is_open else "whose last run was red"
    for certificate_id in _places(state, presented):
        NEEDED.note(certificate_id, f"kept for the way back of stage {stage_of(state)}, {why}")


def _places(state: Mapping[str, Any], presented: str | None) -> set[str]:
    """What was confirmed or set last, and what was taken over; where there is no such, what was active before."""
    known = {one for one in (place_to_go_back_to(state), taken_over(state, presented)) if one} - {presented}
    return known or _before(state, presented)


@undamaged()
def _before(state: Mapping[str, Any], presented: str | None) -> set[str]:
    """The generation before what is presented; of a stage that was to move on it is not the way back."""
    generations = known_generations(state)
    if presented is None or presented != state.get("clientCertificateId") or presented not in generations:
        return set()
    number = generations[presented]["number"]
    older = {
        one["number"]: certificate_id
        for certificate_id, one in generations.items()
        if one.get("role") == Role.PREVIOUS.value and one["number"] < number
    }
    return {older[max(older)]} if older else set()
