"""What an update of a bundle did, in the past tense: said once, after what ``bundle_drift`` said before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.trust_bundle.drift import DRIFTED
from apigw_client_cert.lifecycle.trust_bundle.outputs import digest_of, digests_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from apigw_client_cert.lifecycle.trust_bundle.targets import Place
    from apigw_client_cert.rotation.publication import Entry


def done(
    name: str, olds: Mapping[str, Any], places: Sequence[Place], added: Sequence[Entry], ids: Mapping[str, str]
) -> str | None:
    """The line for what became of the targets; None for a creation, and where nothing happened.

    Args:
        name: The bundle's.
        olds: Its state before.
        places: Its targets, written; of those that failed the error tells.
        added: What is trusted now and was not before.
        ids: SHA-256 -> the certificate's id, as far as it is known.
    """
    well = [place for place in places if place.failure is None]
    if not olds or not well:
        return None
    drifted, digests, told = texts_of(olds, DRIFTED), digests_of(olds, "digests"), dict[str, list[str]]()
    for place in well:
        became = _became(place, drifted, digests)
        if became is not None:
            told.setdefault(became, []).append(place.address)
    lines = [f"{errors.joined(addresses)} {became}" for became, addresses in told.items()]
    if added:
        named = errors.joined(ids.get(one.sha256, f"{one.sha256[:16]}…") for one in added)
        lines.append(f"certificate {named} was published to {errors.joined(place.address for place in well)}")
    return f"{name}: {'; '.join(lines)}" if lines else None


def _became(place: Place, drifted: Collection[str], digests: Mapping[str, str]) -> str | None:
    changed, before, announced = place.found != place.holds, digests.get(place.address), place.address in drifted
    if not changed:
        return "was looked at again, and holds what it should" if announced else None
    if before is None:
        return "was written"
    if announced:
        return "was written again"
    return None if before == digest_of(place.found) else "held what state does not know, and was written again"
