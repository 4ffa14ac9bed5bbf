"""TrustBundle: check, diff, create, read, update, delete. What it holds is decided in rotation/publication.py."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.engine_run import CLAIMS
from apigw_client_cert.lifecycle.failed_step import DECLARING, DEFER, FAILED_STEP
from apigw_client_cert.lifecycle.findings import say_findings
from apigw_client_cert.lifecycle.inputs import (
    CONNECTION,
    UNKNOWN,
    Failures,
    changed,
    check_connection,
    connection_of,
    has_unknown,
    known,
    snake,
)
from apigw_client_cert.lifecycle.results import Checked, Difference
from apigw_client_cert.lifecycle.state import guard_version
from apigw_client_cert.lifecycle.trust_bundle.account import targets_account
from apigw_client_cert.lifecycle.trust_bundle.act import Publication
from apigw_client_cert.lifecycle.trust_bundle.drift import drift_lines, drift_seen
from apigw_client_cert.lifecycle.trust_bundle.outputs import (
    LACKED,
    certificates_of,
    digests_of,
    load_entries,
    offers_of,
    texts_of,
)
from apigw_client_cert.lifecycle.trust_bundle.room import short_of_room
from apigw_client_cert.lifecycle.trust_bundle.targets import files_alone, targets_of
from apigw_client_cert.publish.places import place_of
from apigw_client_cert.publish.specs import spec_findings
from apigw_client_cert.rotation.last_days import last_days_of_kept
from apigw_client_cert.rotation.publication import bundle_due
from apigw_client_cert.trust.contents import BACKENDS, CONTENTS, OPENSSL_FAMILY
from apigw_client_cert.trust.pem import split_pem
from apigw_client_cert.trust.x509 import read_certificate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.trust_bundle.account import TargetsAccount

INPUTS = (
    *DECLARING,
    "name",
    "rotations",
    "alsoTrust",
    "withdraw",
    "targets",
    "publishedBy",
    "unpublished",
    "takeOver",
    *CONNECTION,
)
# What decides; the others say who and how.
_DECIDING = ("name", "rotations", "alsoTrust", "withdraw", "targets", "takeOver", *CONNECTION)
_COMPARED = (
    "name",
    "alsoTrust",
    "withdraw",
    "targets",
    "publishedBy",
    "unpublished",
    "takeOver",
    "profile",
    "assumeRoleArn",
    "endpointUrl",
)


def check(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
    """Validate the inputs without looking at AWS or at the targets; values unknown at preview pass."""
    failures = Failures()
    failures.text(news, "name", required=True)
    failures.text(news, "owner")
    failures.flag(news, "takeOver")
    failures.flag(news, DEFER)
    check_connection(olds, news, failures)
    _check_rotations(news.get("rotations"), failures)
    _check_targets(news, failures)
    for key in ("alsoTrust", "withdraw"):
        _check_pems(key, known(olds, key), known(news, key), failures)
    _check_one_wish(news, failures)
    if not failures.found and _fills_more(olds, news):
        _check_room(news, failures)
    return Checked(dict(news), failures.found)


def diff(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> Difference:
    """Whether something is to be published, withdrawn, read again or repaired; from state, inputs and the clock."""
    guard_version(olds)
    if has_unknown({key: news.get(key) for key in _DECIDING}):
        return Difference(changes=True)
    entries = load_entries(olds)
    # What the user asked to trust as well is compared as text: parsing it would load cryptography at each preview.
    # One that is kept for its presenters is asked for no more.
    also = [entry for entry in entries if entry.rotation_id is None and entry.look_again_at is None]
    now = environment.now()
    due = bundle_due(entries, offers_of(news), also, texts_of(olds, "readFor"), now)
    say_findings(str(news["name"]), last_days_of_kept(entries, now), environment)
    lines = drift_lines(olds, news, also, environment)
    for line in lines:
        environment.say(line)
    undone = bool(lines) or bool(texts_of(olds, LACKED)) or FAILED_STEP in olds
    changes = due is not None or undone or bool(changed(olds, news, _COMPARED))
    return Difference(changes=changes, line="; ".join(lines) or None)


def create(props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]]:
    """Publish to every target and read it back; a target that holds something else is refused without take_over.

    Raises ``Unfinished``, with the complete state, where some could not be read or written.
    """
    failures = Failures()
    _check_room(props, failures)
    for reason in failures.found.values():
        raise errors.BadInput(
            f"{props['name']}: {reason}",
            means="The first rotation could not be published; nothing was written anywhere.",
            remedy="Change `publish`, and run again.",
            subject="targets",
        )
    return str(props["name"]), _publish({}, props, environment)


def read(resource_id: str, props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]]:
    """Notice targets that no longer hold what was written; they are repaired by the next update."""
    guard_version(props)
    connection, gateway = connection_of(props), None
    if props.get("accountId") and not files_alone(props):
        # In another account the same names are other places.
        gateway = environment.reached_gateway(connection, props["accountId"])
    return resource_id, drift_seen(props, targets_of(props, connection, gateway, environment), environment)


def update(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """Read every target again, write what is missing, and restart the time that was lost by it.

    Raises ``Unfinished``, with the complete state, where that could not be done for all of them.
    """
    guard_version(olds)
    return _publish(olds, news, environment)


def delete(props: Mapping[str, Any], environment: Environment) -> None:
    """Leave every target as it is: trust is withdrawn only by retirement or expiry (invariant 12)."""
    guard_version(props)
    addresses = errors.joined(sorted(digests_of(props, "digests")))
    if addresses:
        environment.say(f"{props['name']}: left as it is, to be removed when no backend reads it: {addresses}")


def _publish(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    connection = connection_of({**news, "region": known(news, "region") or olds.get("region")})
    environment.guard_clock(connection)
    account: TargetsAccount | None = None
    gateway: Gateway | errors.RotationError | None = None
    if not files_alone(news):
        # Both are recorded: other credentials, or a changed AWS_REGION, must not publish where other backends read.
        reached = targets_account(olds, news, connection, environment)
        if isinstance(reached, errors.RotationError):
            gateway = reached
        else:
            account, gateway = reached, reached.gateway
            connection = replace(connection, region=gateway.region)
    return Publication(
        olds=olds,
        news={**news, "region": connection.region},
        targets=targets_of(news, connection, gateway, environment),
        also=certificates_of(news, "alsoTrust"),
        account=account,
        environment=environment,
    ).perform()


def _check_pems(key: str, before: object, given: object, failures: Failures) -> None:
    name, accepted = snake(key), before if isinstance(before, list) else ()
    if given is not None and not isinstance(given, list):
        failures.add(key, f"{name} must be a list of PEM certificates, not {errors.safe_repr(given)}")
        return
    for position, pem in enumerate(given or (), start=1):
        if pem == UNKNOWN or pem in accepted:
            continue
        if not isinstance(pem, str):
            failures.add(key, f"{name}, entry {position} must be one PEM, not {errors.safe_repr(pem)}")
            continue
        try:
            count = len(split_pem(pem))
            if count == 1:
                read_certificate(pem)
        except errors.BadInput as error:
            failures.add(key, f"{name}, entry {position}: {error.what}; {error.remedy}")
        else:
            if count != 1:
                failures.add(key, f"{name}, entry {position} holds {count} certificates; give one each")


def _check_one_wish(news: Mapping[str, Any], failures: Failures) -> None:
    if failures.found or has_unknown({key: news.get(key) for key in ("alsoTrust", "withdraw")}):
        return
    if not news.get("withdraw"):
        return
    asked = set(_read(news.get("alsoTrust") or ()).values())
    for position, sha256 in _read(news["withdraw"]).items():
        if sha256 in asked:
            failures.add("withdraw", f"withdraw, entry {position} is in also_trust, too; remove it from one of them")


def _read(pems: Sequence[object]) -> dict[int, str]:
    """Position -> SHA-256, of those that are certificates: what an earlier run accepted is not judged again."""
    found = {}
    for position, pem in enumerate(pems, start=1):
        with suppress(errors.BadInput):
            if isinstance(pem, str):
                found[position] = read_certificate(pem).sha256
    return found


def _check_rotations(rotations: object, failures: Failures) -> None:
    if rotations == UNKNOWN:
        return
    if not isinstance(rotations, list) or not rotations:
        failures.add("rotations", "certificates must name at least one RotatingClientCertificate")
        return
    for one in rotations:
        if one != UNKNOWN and not _is_rotation(one):
            failures.add("rotations", "each certificate is given by its rotation id and its generations")


def _is_rotation(one: object) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("rotationId"), str) or not one["rotationId"]:
        return False
    return isinstance(one.get("generations"), list) or one.get("generations") == UNKNOWN


def _check_targets(news: Mapping[str, Any], failures: Failures) -> None:
    targets = news.get("targets")
    if targets == UNKNOWN:
        return
    if not isinstance(targets, list) or not (targets or news.get("publishedBy")):
        failures.add("targets", "targets must name at least one file, parameter, object or secret")
        return
    seen: set[str] = set()
    for position, spec in enumerate(targets, start=1):
        if has_unknown(spec):
            continue
        reason = _spec_failure(spec) or _place_failure(spec, news, seen)
        if reason:
            failures.add("targets", f"targets, entry {position}: {reason}")


def _fills_more(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether this is new or grows: one that is full already must still be able to retire, and to be mended."""
    if not olds or changed(olds, news, ("alsoTrust", "targets")):
        return True
    before, after = known(olds, "rotations") or (), known(news, "rotations") or ()
    return len(after) > len(before)


def _check_room(news: Mapping[str, Any], failures: Failures) -> None:
    rotations, targets = news.get("rotations"), news.get("targets")
    if UNKNOWN in (rotations, targets):
        return
    for position, spec in enumerate(targets or (), start=1):
        if not has_unknown(spec):
            reason = short_of_room(spec, rotations or (), known(news, "alsoTrust") or ())
            if reason:
                failures.add("targets", f"targets, entry {position}: {reason}{_made(rotations or ())}")


def _made(rotations: Sequence[object]) -> str:
    """That the certificates came before: whoever reads a refusal of the bundle's believes that there is nothing."""
    found = [one.get("clientCertificateId") for one in rotations if isinstance(one, dict)]
    ids = errors.joined(errors.safe_repr(one) for one in found if one not in {None, UNKNOWN})
    return (
        f". Certificates {ids} exist and stay; no binding that waits for this bundle moves a stage to one"
        if ids
        else ""
    )


def _place_failure(spec: Mapping[str, Any], news: Mapping[str, Any], seen: set[str]) -> str | None:
    """Two texts in one place would replace each other in every run, and each cut off the other's readers."""
    place = place_of(spec, connection_of(news))
    if place in seen:
        return "is the same place as another target"
    seen.add(place)
    owner = known(news, "owner")
    other = CLAIMS.claim(place, owner if isinstance(owner, str) else "")
    if other is None:
        return None
    return (
        f"is written by another bundle of this program, too ({errors.safe_repr(other)}); publish both certificates with"
        " one TrustBundle(certificates=[a, b]), or give each its own place"
    )


def _spec_failure(spec: object) -> str | None:
    if not isinstance(spec, dict):
        return f"expected a target such as SsmParameter(…), not {errors.safe_repr(spec)}"
    content, backend = spec.get("content", "pem"), spec.get("backend")
    if content not in CONTENTS:
        return f"content is {errors.safe_repr(content)}; expected one of {', '.join(CONTENTS)}"
    readers = sorted({*BACKENDS, *OPENSSL_FAMILY})
    if backend is not None and backend not in readers:
        return f"backend is {errors.safe_repr(backend)}; expected one of {', '.join(readers)}"
    return spec_findings(spec)
