"""Targets that do not hold what they should: what a refresh sees, what a failed update leaves, and how both are said.

Changed by somebody else is only what was read and holds neither what was written nor what this bundle writes.
"""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import changed, connection_of
from apigw_client_cert.lifecycle.state import text, undamaged
from apigw_client_cert.lifecycle.trust_bundle.outputs import (
    LACKED,
    digest_of,
    digests_of,
    generations_of,
    load_entries,
    offers_of,
    texts_of,
)
from apigw_client_cert.lifecycle.trust_bundle.still_needed import note_still_needed
from apigw_client_cert.lifecycle.trust_bundle.targets import look_at
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.rotation.publication import Look, next_entries, unwanted
from apigw_client_cert.trust.contents import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.looks import LookedAtTarget
    from apigw_client_cert.lifecycle.trust_bundle.targets import Place
    from apigw_client_cert.rotation.model import TrustedCertificate

DRIFTED: Final = "driftedTargets"
FOUND: Final = "foundDigests"
UNREAD: Final = "unreadTargets"
# Of what comes to a bundle or leaves it, how much is tried in every combination: a preview is to be quick.
_MOST_MOVED: Final = 6
# In place of a digest, where the target does not exist.
_NOTHING: Final = "none"


def drift_seen(state: Mapping[str, Any], targets: Sequence[LookedAtTarget], environment: Environment) -> dict[str, Any]:
    """The state after a refresh: which targets do not hold what they should, or cannot be read, and what was seen.

    One that cannot be read must not end the refresh, and with it the steps that do not need it.
    """
    drifted = []
    for place in (look_at(*one) for one in zip(targets, state["targets"], strict=True)):
        note_still_needed(state, place)
        if place.failure is not None:
            environment.say(str(place.failure))
        if place.failure is not None or digest_of(place.found) != _expected(state, place):
            drifted.append(place)
    before = {key: value for key, value in state.items() if key not in {FOUND, UNREAD}}
    # A run may write it again, and end before that is in state: what was seen missing is remembered until then.
    missing = {one.sha256 for one in load_entries(state) for place in drifted if place.lacked(one)}
    lacked = sorted({*texts_of(state, LACKED), *missing})
    return {**before, **drift_of(drifted), **without_none({LACKED: lacked or None})}


def drift_of(places: Sequence[Place]) -> dict[str, Any]:
    """The outputs that say so of these places: what they hold as seen last, or why that is not known."""
    found = {place.address: digest_of(place.holds) or _NOTHING for place in places if place.unread is None}
    unread = {place.address: place.unread for place in places if place.unread is not None}
    drift = {DRIFTED: [place.address for place in places], FOUND: found or None, UNREAD: unread or None}
    return without_none(drift)


def drift_lines(
    olds: Mapping[str, Any], news: Mapping[str, Any], also: Sequence[TrustedCertificate], environment: Environment
) -> list[str]:
    """What ``diff`` says of them, a line for each thing that happened."""
    drifted, said = texts_of(olds, DRIFTED), dict[str, list[str]]()
    if not drifted:
        return []
    found, unread = digests_of(olds, FOUND), digests_of(olds, UNREAD)
    ours = _written_by_this_bundle(olds, news, also, environment.now())
    asked_for = _addresses(news, environment) if changed(olds, news, ["targets"]) else drifted
    for address in drifted:
        why = _reason(address, found.get(address), unread.get(address), olds, ours)
        if address not in asked_for:
            why = f"is a target no more: this update leaves it as it is, and publishes to {errors.joined(asked_for)}"
        said.setdefault(why, []).append(address)
    return [f"{news['name']}: {errors.joined(addresses)} {why}" for why, addresses in said.items()]


def _addresses(news: Mapping[str, Any], environment: Environment) -> Sequence[str]:
    connection = connection_of(news)
    return [environment.target(spec, connection).address for spec in news["targets"]] or ["what publish= returned"]


def _reason(address: str, found: str | None, unread: str | None, olds: Mapping[str, Any], ours: frozenset[str]) -> str:
    written = digests_of(olds, "digests").get(address)
    then = "this update tries again" if FAILED_STEP in olds else "this update writes it again"
    if unread is not None:
        return f"could not be read: {errors.printable(unread)}; this update looks again"
    if found is None:  # an older release looked
        return f"does not hold what was written to it; {then}"
    if found == _NOTHING:
        return f"{'is not written yet' if written is None else 'does not exist any more'}; {then}"
    if found == written:
        return f"is not written yet, and holds what was written there before; {then}"
    if found in ours:
        return "holds what an update of this bundle wrote that did not end; this update goes on from there"
    what = "is not written yet, and holds something else" if written is None else "was changed by somebody else"
    return f"{what}; {then}"


@undamaged()
def _written_by_this_bundle(
    olds: Mapping[str, Any], news: Mapping[str, Any], also: Sequence[TrustedCertificate], now: datetime
) -> frozenset[str]:
    """Digests of all that this bundle writes by now, and of what an update did whose state was not saved.

    Such an update wrote what it was asked for then. What has been in the bundle throughout it wrote, too; of the rest,
    any part.
    """
    published, offers = load_entries(olds), offers_of(news)
    leaving = {one.sha256: () for one in unwanted(published, offers, also, now)}
    looks = (None, Look(presenters=leaving, again_at=now))
    bundles = [published, *(next_entries(published, offers, also, now, look) for look in looks)]
    known = {one.sha256: one for one in (*chain(*bundles), *generations_of(news))}
    stayed = frozenset[str].intersection(*(frozenset(one.sha256 for one in bundle) for bundle in bundles))
    moved = [sha256 for sha256 in known if sha256 not in stayed][:_MOST_MOVED]
    parts = chain(*(combinations(moved, count) for count in range(len(moved) + 1)))
    written = [[one for one in known.values() if one.sha256 not in part] for part in map(frozenset, parts)]
    contents = {text(spec.get("content") or "pem") for spec in (*news["targets"], *olds["targets"])}
    return frozenset(str(digest_of(render(content, entries))) for content in contents for entries in written)


def _expected(state: Mapping[str, Any], place: Place) -> str | None:
    """What a target should hold: as it was written, or as an update that failed was to write it."""
    if FAILED_STEP in state:
        return digest_of(render(place.content, load_entries(state)))
    return digests_of(state, "digests").get(place.address)
