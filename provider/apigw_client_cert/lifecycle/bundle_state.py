"""A trust bundle's state, and the one pass over its targets that writes, reads back and dates them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.certificate import trusted_certificate
from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import (
    STATE_VERSION,
    instant_or_none,
    load_generation,
    text,
    undamaged,
    without_none,
)
from apigw_client_cert.rotation.publication import Entry, Offer, next_entries, restart
from apigw_client_cert.trust import holds, render, same_subject_finding, trust_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apigw_client_cert.lifecycle.world import World
    from apigw_client_cert.publish.interface import Target
    from apigw_client_cert.rotation.model import Generation, TrustedCertificate

OUTPUTS = (
    "digests",
    "driftedTargets",
    "entries",
    "fingerprintsSha256",
    "publishedSince",
    "readFor",
    "stateVersion",
    "trustBundlePem",
)


@undamaged()
def load_entries(state: Mapping[str, Any]) -> tuple[Entry, ...]:
    """What the bundle published, in its order."""
    return tuple(
        Entry(
            sha256=text(one["sha256"]),
            sha1=text(one["sha1"]),
            spki_sha256=text(one["spkiSha256"]),
            pem=text(one["pem"]),
            not_after=parse_instant(one["expirationDate"]),
            rotation_id=one.get("rotationId"),
            since=instant_or_none(one.get("publishedSince")),
        )
        for one in state.get("entries") or ()
    )


@undamaged()
def offers_of(props: Mapping[str, Any]) -> tuple[Offer, ...]:
    """What each certificate among the inputs wants trusted."""
    return tuple(
        Offer(
            rotation_id=one["rotationId"],
            trusted=tuple(generation for state in one["generations"] if (generation := load_generation(state)).trusted),
            active_id=one.get("clientCertificateId"),
        )
        for one in props["rotations"]
    )


def also_trusted(props: Mapping[str, Any]) -> tuple[TrustedCertificate, ...]:
    """The foreign certificates that the user asked to trust as well."""
    return tuple(trusted_certificate(pem) for pem in known(props, "alsoTrust") or ())


def drifted(state: Mapping[str, Any], targets: Sequence[Target], world: World) -> list[str]:
    """The targets that do not hold what was written to them, or cannot be read.

    One that cannot be read must not end the refresh, and with it the steps that do not need it: the update that has
    to write there looks again, and fails before any stage moves.
    """
    digests = state.get("digests") or {}
    return [target.address for target in targets if not _as_written(target, digests.get(target.address), world)]


def _as_written(target: Target, digest: str | None, world: World) -> bool:
    try:
        return _digest(target.read()) == digest
    except errors.RotationError as error:
        world.say(str(error))
        return False


def republish(
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    targets: Sequence[Target],
    also: Sequence[TrustedCertificate],
    world: World,
) -> dict[str, Any]:
    """Bring every target to the bundle's next content; returns the complete state.

    A target without a digest in state is new to us: unless it is empty or holds what only this bundle can have written,
    it is refused (``TargetTaken``) before any target is written.
    """
    now = world.now()
    published = load_entries(olds)
    entries = next_entries(published, offers_of(news), also, now)
    contents = [render(str(spec.get("content") or "pem"), entries) for spec in news["targets"]]
    found = [target.read() for target in targets]
    digests = olds.get("digests") or {}
    recognised: dict[str, TrustedCertificate] = {one.sha256: one for one in (*published, *_generations(news), *entries)}
    for target, spec, content, current in zip(targets, news["targets"], contents, found, strict=True):
        ours = current in {None, content} or target.address in digests or _is_own(current, spec, recognised.values())
        if not ours and not news.get("takeOver"):
            raise _taken(target)
    for target, content, current in zip(targets, contents, found, strict=True):
        if current != content:
            target.write(content)
    missing = {entry.sha256 for entry in entries for current in found if current is None or not holds(current, entry)}
    entries = restart(entries, missing, now)
    for spec in news["targets"]:
        finding = same_subject_finding(str(spec.get("content") or "pem"), spec.get("backend"), entries)
        if finding is not None:
            world.say(f"{news['name']}: {finding.severity.value}: {finding.message}")
    written = {target.address: _digest(content) for target, content in zip(targets, contents, strict=True)}
    return _state(news, entries, written)


def _is_own(current: str, spec: Mapping[str, Any], known: Iterable[TrustedCertificate]) -> bool:
    """Whether a text is, to the letter, what this bundle writes of some of its own certificates.

    A run that ended after a write and before its state was saved left such a text; a rotation that went on meanwhile
    must not find it "taken" (invariant 5).
    """
    held = [one for one in known if holds(current, one)]
    return bool(held) and render(str(spec.get("content") or "pem"), held) == current


def _generations(props: Mapping[str, Any]) -> list[Generation]:
    return [load_generation(state) for one in props["rotations"] for state in one["generations"]]


def _state(news: Mapping[str, Any], entries: Sequence[Entry], digests: Mapping[str, str | None]) -> dict[str, Any]:
    echoed = {key: value for key, value in news.items() if key not in {*OUTPUTS, "owner"} and not key.startswith("__")}
    return without_none(
        {
            **echoed,
            "entries": [_dump(entry) for entry in entries],
            "publishedSince": {entry.sha256: format_instant(entry.since) for entry in entries if entry.since},
            "trustBundlePem": trust_bundle(entries),
            "fingerprintsSha256": [entry.sha256 for entry in entries],
            "digests": dict(digests),
            "driftedTargets": [],
            "readFor": sorted(offer.active_id for offer in offers_of(news) if offer.active_id),
            "stateVersion": STATE_VERSION,
        }
    )


def _dump(entry: Entry) -> dict[str, Any]:
    return without_none(
        {
            "sha256": entry.sha256,
            "sha1": entry.sha1,
            "spkiSha256": entry.spki_sha256,
            "pem": entry.pem,
            "expirationDate": format_instant(entry.not_after),
            "rotationId": entry.rotation_id,
            "publishedSince": None if entry.since is None else format_instant(entry.since),
        }
    )


def _digest(content: str | None) -> str | None:
    return None if content is None else hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest()


def _taken(target: Target) -> errors.TargetTaken:
    return errors.TargetTaken(
        f"{target.address} already holds something that this bundle did not write",
        means="Backends may rely on it; nothing was written anywhere.",
        remedy="If this bundle was renamed or moved in the program, give it (or the component around it) an alias of"
        " its former name. Else choose another place, or set take_over=True to replace the content, with also_trust=[…]"
        " for every certificate in it that must stay trusted.",
        subject=target.address,
    )
