"""What a component refuses before it registers anything: what no resource alone could see (invariant 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pulumi

from apigw_client_cert.program.arguments import BadArgument, left_out
from apigw_client_cert.program.places import Wave
from apigw_client_cert.rotation.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.program.places import Stage

# Below it no person and no pipeline could bring a certificate to a backend by hand: without ``publish`` nothing
# in this program does.
SHORTEST_UNPUBLISHED_LEAD = timedelta(hours=1)


def waves_of(stages: Mapping[str, Stage] | None, waves: Sequence[Wave] | None) -> tuple[Wave, ...]:
    """The waves; ``stages`` alone are one. Raises ``BadInput`` for a stage or a key that is there twice, and so on."""
    if waves is None:
        if stages is None:
            raise _bad("stages", "neither stages nor waves is given", "Give stages={…}, or waves=[Wave({…}), …].")
        ordered: tuple[Wave, ...] = (Wave(stages),)
    else:
        if stages is not None:
            raise _bad("waves", "stages is given beside waves", "Put those stages into one of the waves.")
        ordered = tuple(waves)
        _guard_waves(ordered)
    _guard_stages(ordered)
    return ordered


def guard_policy(publish: object, certificate: object | None, policy: Mapping[str, object]) -> None:
    """Refuse a policy beside an existing certificate, and a lead in which nobody could publish anything."""
    given = sorted(key for key, value in policy.items() if value is not None)
    if certificate is not None and given:
        raise _bad(
            given[0],
            f"{given[0]} is given beside certificate=",
            "Set it where that RotatingClientCertificate is declared.",
        )
    lead = policy.get("publish_lead")
    if publish or not isinstance(lead, str | timedelta):
        return
    try:
        too_short = parse_duration(lead) < SHORTEST_UNPUBLISHED_LEAD
    except ValueError:
        return  # the certificate's own check says it better, with the property
    if too_short:
        raise _bad(
            "publish_lead",
            f"publish_lead is {lead!r} and nothing publishes the certificate",
            "Give publish=[…], or a lead of at least 1h in which the backends are told some other way.",
        )


def published(by: object) -> Sequence[pulumi.Resource]:
    """What a ``publish`` function returned; raises ``BadInput`` for anything but resources."""
    if isinstance(by, Sequence) and all(isinstance(one, pulumi.Resource) for one in by):
        return by
    raise BadArgument(
        f"the function publish returned something of type {type(by).__name__} that is no list of resources",
        means="The bindings would not wait for what publishes the certificate.",
        remedy="Return every resource that publishes it: return [parameter].",
        subject="publish",
    )


def _guard_waves(waves: Sequence[Wave]) -> None:
    if not waves:
        raise _bad("waves", "waves is empty", "Give at least one Wave({…}).")
    for number, wave in enumerate(waves, start=1):
        if not wave.stages:
            raise _bad("waves", f"wave {number} has no stages", "Remove it: the next wave would wait for nobody.")
    if waves[0].soak is not None:
        raise _bad(
            "waves",
            "the first wave has a soak, and no wave comes before it",
            "Give the soak to the wave that is to wait for it.",
        )


def _guard_stages(waves: Sequence[Wave]) -> None:
    keys: set[str] = set()
    places: dict[tuple[object, ...], str] = {}
    for wave in waves:
        for key, stage in wave.stages.items():
            if key in keys:
                raise _bad("waves", f"key {key!r} is in two waves", "Give the stages different keys.")
            keys.add(key)
            place = stage.properties()
            if any(isinstance(value, pulumi.Output) for value in place.values()):
                continue
            twin = places.setdefault(tuple(place.values()), key)
            if twin != key:
                raise _bad("stages", f"stages {twin!r} and {key!r} are the same stage", "Remove one of the two keys.")


def _bad(subject: str, what: str, remedy: str) -> BadArgument:
    return BadArgument(what, means=left_out("ClientCertificateRotation"), remedy=remedy, subject=subject)
