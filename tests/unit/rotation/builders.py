"""Rotations in one line, for tests that state a scenario."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from apigw_client_cert.rotation.model import Generation, Role, Rotation, TrustedCertificate

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2027, 2, 1, 12, 0, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)

ACTIVE, PENDING, PREVIOUS = Role.ACTIVE, Role.PENDING, Role.PREVIOUS


def certificate(serial: int, *, left: timedelta = 300 * DAY, now: datetime = NOW) -> TrustedCertificate:
    """A certificate with this much life left; its fingerprints follow from its serial."""
    return TrustedCertificate(
        sha256=f"{serial:064x}",
        sha1=f"{serial:040x}",
        spki_sha256=f"{serial + 2**200:064x}",
        pem=f"certificate {serial}",
        not_after=now + left,
    )


def generation(
    number: int,
    role: Role = ACTIVE,
    *,
    left: timedelta = 300 * DAY,
    life: timedelta = YEAR,
    now: datetime = NOW,
    **facts: Any,
) -> Generation:
    """Generation ``number`` with this much of its life left at ``now``."""
    base = Generation(
        number=number,
        id=f"gen{number}",
        role=role,
        serial=str(number),
        created_date=now + left - life,
        not_after=now + left,
        sha256=f"{number:064x}",
        sha1=f"{number:040x}",
        spki_sha256=f"{number + 2**200:064x}",
        pem=f"certificate {number}",
    )
    return replace(base, **facts)


def rotation(
    *generations: Generation,
    highest_number: int | None = None,
    trigger: str | None = None,
    blocked_by: Iterable[str] = (),
) -> Rotation:
    """A rotation with these generations, in the order of their numbers."""
    ordered = tuple(sorted(generations, key=lambda one: one.number))
    numbers = [one.number for one in ordered]
    return Rotation(
        rotation_id="r1",
        generations=ordered,
        highest_number=max(numbers, default=1) if highest_number is None else highest_number,
        trigger=trigger,
        retirement_blocked_by=tuple(blocked_by),
    )


def roles(of: Rotation) -> dict[int, str]:
    """Each generation's number and the word of its role."""
    return {one.number: one.role.value for one in of.generations}
