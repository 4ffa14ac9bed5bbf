"""A trust bundle's state: what is published where and since when, and every input echoed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.lifecycle.failed_step import DECLARING, FAILED_STEP
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import STATE_VERSION, instant_or_none, load_generation, text, undamaged
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.rotation.model import Role
from apigw_client_cert.rotation.publication import Entry, Offer
from apigw_client_cert.trust.contents import trust_bundle
from apigw_client_cert.trust.x509 import trusted_certificate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from apigw_client_cert.rotation.model import Generation, TrustedCertificate

# Fingerprints of what a refresh saw missing from a target, until an update has dated it anew.
LACKED = "lacked"
OUTPUTS = (
    "accountId",
    "digests",
    "driftedTargets",
    "entries",
    FAILED_STEP,
    "fingerprintsSha256",
    "formerDigests",
    "formerRotations",
    "foundDigests",
    "keptFor",
    LACKED,
    "publishedSince",
    "readFor",
    "stateVersion",
    "trustBundlePem",
    "unreadTargets",
    "withdrawn",
    "withdrawnBesides",
)
# By its id a certificate is found among what stages present; the others are what the schema's type asks for.
_SOUGHT_BY = ("number", "id", "sha256", "expirationDate")


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
            kept_for=tuple(text(stage) for stage in one.get("keptFor") or ()),
            look_again_at=instant_or_none(one.get("lookAgainAt")),
        )
        for one in state.get("entries") or ()
    )


@undamaged()
def texts_of(state: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts of state; empty where there is none."""
    return tuple(text(one) for one in state.get(key) or ())


@undamaged()
def digests_of(state: Mapping[str, Any], key: str) -> dict[str, str]:
    """Address -> SHA-256 of what was written there; empty where state has no such property."""
    return {text(address): text(digest) for address, digest in (state.get(key) or {}).items()}


@undamaged()
def ids_of(rotations: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """SHA-256 -> the ids that these rotations, of inputs or of state, know of that certificate."""
    found: dict[str, set[str]] = {}
    for one in (state for rotation in rotations for state in rotation.get("generations") or ()):
        found.setdefault(text(one["sha256"]), set()).add(text(one["id"]))
    return found


@undamaged()
def former_rotations(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rotations that were once among the inputs and whose certificates are kept; as ``reach_of`` wrote them."""
    return [dict(one) for one in state.get("formerRotations") or ()]


@undamaged()
def reach_of(rotation: Mapping[str, Any]) -> dict[str, Any]:
    """What of a rotation tells who presents its certificates: where it lives, and the ids of its generations."""
    generations = [{key: one[key] for key in _SOUGHT_BY if key in one} for one in rotation["generations"]]
    told = {"rotationId": rotation["rotationId"], "connection": known(rotation, "connection")}
    return without_none({**told, "generations": generations})


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


@undamaged()
def generations_of(props: Mapping[str, Any]) -> list[Generation]:
    """Every generation among the inputs, trusted or not."""
    return [load_generation(state) for one in props["rotations"] for state in one["generations"]]


def certificates_of(props: Mapping[str, Any], key: str) -> tuple[TrustedCertificate, ...]:
    """The foreign certificates that an input names by their PEMs: to be trusted as well, or to be withdrawn."""
    return tuple(trusted_certificate(pem) for pem in known(props, key) or ())


def bundle_outputs(
    news: Mapping[str, Any],
    entries: Sequence[Entry],
    digests: Mapping[str, str],
    read_for: Collection[str],
    remembered: Mapping[str, Any],
) -> dict[str, Any]:
    """The complete state after a pass over the targets.

    Args:
        news: The inputs, echoed.
        entries: What is published now.
        digests: Address -> SHA-256 of what was written there last.
        read_for: The active certificates for which every target was read.
        remembered: The account, what this bundle wrote before (``withdrawn`` and ``formerDigests``), and what failed.
    """
    unkept = {*OUTPUTS, *DECLARING}
    echoed = {key: value for key, value in news.items() if key not in unkept and not key.startswith("__")}
    return without_none(
        {
            **echoed,
            "driftedTargets": [],
            **remembered,
            "entries": [_dump(entry) for entry in entries],
            "publishedSince": _published_since(news, entries, read_for),
            "trustBundlePem": trust_bundle(entries),
            "fingerprintsSha256": [entry.sha256 for entry in entries],
            "digests": dict(digests),
            "keptFor": {entry.sha256: list(entry.kept_for) for entry in entries if entry.kept_for},
            "readFor": sorted(read_for),
            "stateVersion": STATE_VERSION,
        }
    )


def _published_since(news: Mapping[str, Any], entries: Sequence[Entry], read_for: Collection[str]) -> dict[str, str]:
    """What dependents are told: nothing of a certificate that became active, until every target was read for it.

    A binding that looks at no target goes by this alone. The entry keeps its date, so that no lead begins anew. What is
    gone back to was read for when it was active before: a target that cannot be read counts as it was left.
    """
    unread = {offer.active_id for offer in offers_of(news)} - set(read_for) - _gone_back_to(news, read_for)
    withheld = {one.sha256 for one in generations_of(news) if one.id in unread}
    told = [entry for entry in entries if entry.sha256 not in withheld]
    return {entry.sha256: format_instant(entry.since) for entry in told if entry.since is not None}


@undamaged()
def _gone_back_to(news: Mapping[str, Any], read_for: Collection[str]) -> set[str]:
    """The active generations that a later one was active after: a pin leads back."""
    found = set()
    for one in news["rotations"]:
        generations = [load_generation(state) for state in one["generations"]]
        before = max((each.number for each in generations if each.id in read_for), default=0)
        found |= {each.id for each in generations if each.role is Role.ACTIVE and each.number < before}
    return found


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
            "keptFor": list(entry.kept_for) or None,
            "lookAgainAt": None if entry.look_again_at is None else format_instant(entry.look_again_at),
        }
    )


def digest_of(content: str | None) -> str | None:
    """SHA-256 of a target's text; None for a target that does not exist."""
    return None if content is None else hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest()
