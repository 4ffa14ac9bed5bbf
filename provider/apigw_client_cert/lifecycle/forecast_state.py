"""What a forecast is told of a bundle and of a binding: read from their inputs and their state. No rule in here.

``news`` are the inputs of the last run, ``olds`` the state that it left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert.gateway.acm import is_acm
from apigw_client_cert.lifecycle.binding.act import stage_of
from apigw_client_cert.lifecycle.binding.outputs import binding_policy, known_generations
from apigw_client_cert.lifecycle.binding.verify_inputs import asked_for
from apigw_client_cert.lifecycle.binding.waves_inputs import predecessors, soak_of
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import instant_or_none, text, undamaged
from apigw_client_cert.lifecycle.trust_bundle.outputs import LACKED, load_entries, texts_of
from apigw_client_cert.rotation.binding import Presented, Presents
from apigw_client_cert.rotation.forecast_binding import Bound
from apigw_client_cert.rotation.forecast_bundle import Publishing
from apigw_client_cert.rotation.windows import next_opening, parse_window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation


@undamaged()
def publishing_of(name: str, news: Mapping[str, Any], olds: Mapping[str, Any], rotation: Rotation) -> Publishing:
    """What a bundle holds of one rotation, and what else; what a target was seen without counts from its mending."""
    lacked, rotation_id = texts_of(olds, LACKED), rotation.rotation_id
    entries = [replace(one, since=None) if one.sha256 in lacked else one for one in load_entries(olds)]
    also = {pem.strip() for pem in known(news, "alsoTrust") or () if isinstance(pem, str)}
    return Publishing(
        name=name,
        entries=tuple(entry for entry in entries if entry.rotation_id == rotation_id),
        read_for=frozenset(texts_of(olds, "readFor")),
        others=frozenset(entry.sha256 for entry in entries if entry.rotation_id != rotation_id),
        targets=bool(known(news, "targets")),
        also=tuple(one for one in rotation.generations if one.pem.strip() in also),
    )


@undamaged()
def bound_of(name: str, news: Mapping[str, Any], olds: Mapping[str, Any], rotation: Rotation, stack: str = "") -> Bound:
    """One binding; ``stack`` goes before its name, and before those of the wave before it."""
    windows = tuple(parse_window(text) for text in news.get("windows") or ())

    def opens_at(instant: datetime) -> datetime | None:
        return next_opening(windows, instant)

    return Bound(
        name=f"{stack}{name}",
        stage=str(stage_of(news)),
        presented=_presented(olds, rotation),
        since=instant_or_none(olds.get("presentedSince")),
        policy=binding_policy(news),
        after=tuple(replace(one, name=f"{stack}{one.name}") for one in predecessors(news)),
        soak=soak_of(news),
        opens_at=opens_at,
        verifies=asked_for(news),
        take_over=bool(news.get("takeOver")),
        by_bundle=known(news, "publishedSince") is not None,
        failed=FAILED_STEP in olds,
        waiting_for=olds.get("waitingFor"),
        waiting_until=instant_or_none(olds.get("waitingUntil")),
    )


def _presented(olds: Mapping[str, Any], rotation: Rotation) -> Presented:
    """What the stage presents, as far as state knows: whether a foreign certificate lives, only AWS could say."""
    presented = olds.get("presentedClientCertificateId")
    if presented is None:
        return Presented(kind=Presents.NOTHING)
    if is_acm(presented):
        return Presented(kind=Presents.ACM, id=presented)
    for one in rotation.generations:
        if one.id == presented:
            return Presented(kind=Presents.OURS, id=one.id, not_after=one.not_after, sha256=one.sha256)
    told = known_generations(olds).get(presented)
    if told is not None:
        # The certificate's state does not know it any more: it was deleted.
        return Presented(kind=Presents.GONE, id=presented)
    return Presented(kind=Presents.FOREIGN, id=text(presented))
