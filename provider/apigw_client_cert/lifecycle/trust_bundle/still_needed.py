"""What the readers of a target accept and nothing else of its rotation: noted by a read, not deleted by that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.engine_run import NEEDED
from apigw_client_cert.lifecycle.state import load_generation, undamaged
from apigw_client_cert.trust.contents import holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.lifecycle.trust_bundle.targets import Place


@undamaged()
def note_still_needed(state: Mapping[str, Any], place: Place) -> None:
    """Note what a target holds of the generations before the one to present, while it does not hold that one.

    A rollback is then the only way in which its readers accept anything.
    """
    found = place.found
    if found is None:
        return
    for rotation in state.get("rotations") or ():
        generations = [load_generation(one) for one in rotation["generations"]]
        active = next((one for one in generations if one.id == rotation.get("clientCertificateId")), None)
        if active is None or holds(found, active):
            continue
        why = f"kept for the backends that read {place.address}, which does not hold {active.id}"
        for one in generations:
            if one.number < active.number and holds(found, one):
                NEEDED.note(one.id, why)
