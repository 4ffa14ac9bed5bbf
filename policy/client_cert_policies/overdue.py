"""certificate-overdue: a due step that no run takes, or an active certificate close to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from .agreed import Kind
from .declared import Declared, Violation, of_kind
from .instants import in_words, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitLimit:
    """How long a due step may wait, and how much life the active certificate must have left.

    Two days are twice a daily schedule. Seven days are the default ``publish_lead + activate_by + overlap``, for which
    ``rotate_before`` leaves room: a rotation that runs has switched long before.
    """

    due_step_may_wait: timedelta = timedelta(days=2)
    expires_within: timedelta = timedelta(days=7)


def overdue(resources: Iterable[Declared], now: datetime, wait_limit: WaitLimit) -> Iterator[Violation]:
    """The certificates that this run leaves overdue; says nothing where an update leaves their dates unknown.

    A dynamic certificate that is due shows only its inputs at preview: the run that would report it is the one that
    mends it. What is seen is a state that no run renews, a run that leaves the certificate out, and a pinned one.
    """
    for certificate in of_kind(resources, Kind.CERTIFICATE):
        for message in (*_waiting(certificate, now, wait_limit), *_ending(certificate, now, wait_limit)):
            yield Violation(certificate.urn, message)


def _waiting(certificate: Declared, now: datetime, wait_limit: WaitLimit) -> Iterator[str]:
    due = _instant(certificate, "nextActionAt")
    if due is None or now - due <= wait_limit.due_step_may_wait:
        return
    step = certificate.text("nextAction") or "next"
    yield (
        f"The {step} step of certificate {certificate.name!r} has been due since {certificate.text('nextActionAt')},"
        f" for {in_words(now - due)}: no run"
        " takes it, so the rotation stands still while the certificate runs out."
        " Run `pulumi up --refresh` on this stack, without --target, and see why its schedule does not."
    )


def _ending(certificate: Declared, now: datetime, wait_limit: WaitLimit) -> Iterator[str]:
    end = _instant(certificate, "expirationDate")
    if end is None or end - now > wait_limit.expires_within:
        return
    at = certificate.text("expirationDate")
    ends = f"expires {at}, in {in_words(end - now)}" if end > now else f"expired {at}"
    yield (
        f"Certificate {certificate.text('clientCertificateId')} of {certificate.name!r} {ends}, and this run does not"
        f" replace it: backends reject a stage that presents an expired certificate. {_remedy(certificate)}"
    )


def _instant(certificate: Declared, key: str) -> datetime | None:
    """A date of its state; None while it is unknown, and for a damaged one, which the provider itself refuses."""
    text = certificate.text(key)
    try:
        return None if text is None else parse_instant(text)
    except ValueError:
        return None


def _remedy(certificate: Declared) -> str:
    pin = certificate.props.get("pinGeneration")
    if isinstance(pin, int | float):
        return f"pin_generation={pin:.0f} holds it: remove the pin and run `pulumi up --refresh`."
    return "Run `pulumi up --refresh` on this stack, without --target."
