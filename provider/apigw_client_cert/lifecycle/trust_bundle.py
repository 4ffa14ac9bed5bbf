"""TrustBundle: check, diff, create, read, update, delete. What it holds is decided in rotation/publication.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.certificate import read_certificate, split_pem
from apigw_client_cert.lifecycle.bundle_state import (
    also_trusted,
    drifted,
    load_entries,
    offers_of,
    republish,
)
from apigw_client_cert.lifecycle.inputs import (
    CONNECTION,
    UNKNOWN,
    Failures,
    changed,
    check_connection,
    connection_of,
    has_unknown,
    known,
)
from apigw_client_cert.lifecycle.results import Checked, Difference
from apigw_client_cert.lifecycle.state import guard_version
from apigw_client_cert.publish.specs import spec_findings
from apigw_client_cert.rotation.publication import bundle_due
from apigw_client_cert.trust import BACKENDS, CONTENTS, OPENSSL_FAMILY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apigw_client_cert.lifecycle.world import World

INPUTS = ("owner", "name", "rotations", "alsoTrust", "targets", "takeOver", *CONNECTION)
_COMPARED = ("name", "alsoTrust", "targets", "takeOver", "profile", "assumeRoleArn", "endpointUrl")


def check(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
    """Validate the inputs without looking at AWS or at the targets; values unknown at preview pass."""
    failures = Failures()
    failures.text(news, "name", required=True)
    failures.flag(news, "takeOver")
    check_connection(olds, news, failures)
    _check_rotations(news.get("rotations"), failures)
    _check_targets(news.get("targets"), failures)
    _check_also_trust(known(olds, "alsoTrust") or (), known(news, "alsoTrust"), failures)
    return Checked(dict(news), failures.found)


def diff(olds: Mapping[str, Any], news: Mapping[str, Any], world: World) -> Difference:
    """Whether something is to be published, withdrawn, read again or repaired; from state, inputs and the clock."""
    guard_version(olds)
    if has_unknown({key: news.get(key) for key in INPUTS}):
        return Difference(changes=True)
    entries = load_entries(olds)
    # What the user asked to trust as well is compared as text: parsing it would load cryptography at each preview.
    also = [entry for entry in entries if entry.rotation_id is None]
    due = bundle_due(entries, offers_of(news), also, olds.get("readFor") or (), world.now())
    damaged = olds.get("driftedTargets") or ()
    line = None
    if damaged:
        line = f"{news['name']}: {', '.join(damaged)} was changed by somebody else; this update writes it again"
        world.say(line)
    changes = due is not None or bool(damaged) or bool(changed(olds, news, _COMPARED))
    return Difference(changes=changes, line=line)


def create(props: Mapping[str, Any], world: World) -> tuple[str, dict[str, Any]]:
    """Publish to every target and read it back; a target that holds something else is refused without take_over."""
    return str(props["name"]), _publish({}, props, world)


def read(resource_id: str, props: Mapping[str, Any], world: World) -> tuple[str, dict[str, Any]]:
    """Notice targets that no longer hold what was written; they are repaired by the next update."""
    guard_version(props)
    connection = connection_of(props)
    damaged = drifted(props, [world.target(spec, connection) for spec in props["targets"]], world)
    return resource_id, {**props, "driftedTargets": damaged}


def update(olds: Mapping[str, Any], news: Mapping[str, Any], world: World) -> dict[str, Any]:
    """Read every target again, write what is missing, and restart the time that was lost by it."""
    guard_version(olds)
    return _publish(olds, news, world)


def delete(props: Mapping[str, Any], world: World) -> None:
    """Leave every target as it is: trust is withdrawn only by retirement or expiry (invariant 12)."""
    guard_version(props)
    addresses = ", ".join(sorted(props.get("digests") or ()))
    if addresses:
        world.say(f"{props['name']}: left as published, to be removed when no backend reads it: {addresses}")


def _publish(olds: Mapping[str, Any], news: Mapping[str, Any], world: World) -> dict[str, Any]:
    connection = connection_of({**news, "region": known(news, "region") or olds.get("region")})
    world.guard_clock(connection)
    if connection.region is None and any(spec["type"] != "file" for spec in news["targets"]):
        # Recorded, so that a changed AWS_REGION does not publish to a place that no backend reads.
        connection = replace(connection, region=world.gateway(connection).region)
    targets = [world.target(spec, connection) for spec in news["targets"]]
    return republish(olds, {**news, "region": connection.region}, targets, also_trusted(news), world)


def _check_also_trust(before: Sequence[str], also: object, failures: Failures) -> None:
    if also is not None and not isinstance(also, list):
        failures.add("alsoTrust", f"also_trust must be a list of PEM certificates, not {errors.shown(also)}")
        return
    for position, pem in enumerate(also or (), start=1):
        if pem == UNKNOWN or pem in before:
            continue
        if not isinstance(pem, str):
            failures.add("alsoTrust", f"also_trust, entry {position} must be one PEM, not {errors.shown(pem)}")
            continue
        try:
            count = len(split_pem(pem))
            if count == 1:
                read_certificate(pem)
        except errors.BadInput as error:
            failures.add("alsoTrust", f"also_trust, entry {position}: {error.what}; {error.remedy}")
        else:
            if count != 1:
                failures.add("alsoTrust", f"also_trust, entry {position} holds {count} certificates; give one each")


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


def _check_targets(targets: object, failures: Failures) -> None:
    if targets == UNKNOWN:
        return
    if not isinstance(targets, list) or not targets:
        failures.add("targets", "targets must name at least one file, parameter, object or secret")
        return
    seen: list[object] = []
    for position, spec in enumerate(targets, start=1):
        if has_unknown(spec):
            continue
        reason = _spec_failure(spec)
        place = None if reason else {key: value for key, value in spec.items() if key not in {"content", "backend"}}
        if place is not None and place in seen:
            reason = "is the same place as another target"
        seen.append(place)
        if reason:
            failures.add("targets", f"targets, entry {position}: {reason}")


def _spec_failure(spec: object) -> str | None:
    if not isinstance(spec, dict):
        return f"expected a target such as SsmParameter(…), not {errors.shown(spec)}"
    content, backend = spec.get("content", "pem"), spec.get("backend")
    if content not in CONTENTS:
        return f"content is {errors.shown(content)}; expected one of {', '.join(CONTENTS)}"
    readers = sorted({*BACKENDS, *OPENSSL_FAMILY})
    if backend is not None and backend not in readers:
        return f"backend is {errors.shown(backend)}; expected one of {', '.join(readers)}"
    return spec_findings(spec)
