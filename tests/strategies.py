"""Hypothesis strategies for the values of ``rotation/``: arbitrary, but valid by their own constructors.

Instants cluster around ``PIVOT``, at the distances that the rules compare with, so that boundaries are hit often;
one in five is anywhere between 1971 and 8999.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import product
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from apigw_client_cert.rotation.binding import Presented, Presents, Publication
from apigw_client_cert.rotation.durations import served
from apigw_client_cert.rotation.model import Generation, Role, Rotation, TrustedCertificate
from apigw_client_cert.rotation.policy import LONGEST_ROTATE_BEFORE, Policy
from apigw_client_cert.rotation.publication import Entry, Offer
from apigw_client_cert.rotation.waves import Predecessor, WaveOrder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

PIVOT = datetime(2027, 2, 1, 12, tzinfo=timezone.utc)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
# API Gateway's own lifetime, to the second (docs/aws.md §2).
LIFE = timedelta(days=365)

_LANDMARKS = [
    timedelta(0),
    timedelta(hours=18),
    served(timedelta(hours=24)),
    timedelta(hours=24),
    served(timedelta(hours=72)),
    timedelta(days=3),
    timedelta(days=30),
    timedelta(days=180),
    LIFE,
]
_TRIGGERS = st.none() | st.none() | st.sampled_from(["", "a", "b"])


_NEAR = [
    PIVOT + sign * mark + beside * SECOND for mark in _LANDMARKS for sign in (-1, 1) for beside in (-2, -1, 0, 1, 2)
]
_FIRST, _LATEST = datetime(1971, 1, 1, tzinfo=timezone.utc), datetime(8999, 12, 31, tzinfo=timezone.utc)


def _at(seconds: int) -> datetime:
    return _FIRST + seconds * SECOND


_PIVOT_SECONDS, _LATEST_SECONDS = (int((one - _FIRST).total_seconds()) for one in (PIVOT, _LATEST))
_YEAR_SECONDS = int(LIFE.total_seconds())
_INSTANTS = (
    st.just(PIVOT)
    | st.sampled_from(_NEAR)
    | st.sampled_from(_NEAR)
    | st.integers(_PIVOT_SECONDS - _YEAR_SECONDS, _PIVOT_SECONDS + _YEAR_SECONDS).map(_at)
    | st.integers(0, _LATEST_SECONDS).map(_at)
)
_MAYBE_INSTANTS = st.none() | _INSTANTS
_NOWS = st.just(PIVOT) | st.just(PIVOT) | st.sampled_from(_NEAR) | _INSTANTS
# A live certificate's end, and a wait's beginning, as seen from PIVOT: arbitrary dates alone seldom make a rotation
# in which a step is due for the ordinary reason.
_ENDS = st.sampled_from([PIVOT + days * DAY for days in (2, 3, 20, 31, 200, 340)])
_BEGINNINGS = st.integers(0, 30).map(lambda hours: PIVOT - timedelta(hours=hours))


def instants() -> SearchStrategy[datetime]:
    """An aware UTC instant in whole seconds; one in five jumps anywhere."""
    return _INSTANTS


def nows() -> SearchStrategy[datetime]:
    """When a question is asked: mostly at PIVOT, from which the other dates are drawn."""
    return _NOWS


@st.composite
def policies(draw: DrawFn) -> Policy:
    """A valid policy: the defaults, or any durations that pass the arithmetic, with trigger and pin."""
    trigger, pin = draw(_TRIGGERS), draw(st.none() | st.none() | st.integers(1, 6))
    if draw(st.booleans()):
        return Policy(trigger=trigger, pin=pin)
    longest = int(LONGEST_ROTATE_BEFORE.total_seconds())
    rotate_before = draw(st.integers(4, longest))
    lead = draw(st.integers(1, rotate_before - 3))
    overlap = draw(st.integers(1, rotate_before - lead - 2))
    activate_by = draw(st.integers(1, min(rotate_before - lead - overlap - 1, rotate_before * 2 // 3)))
    return Policy(
        rotate_before=rotate_before * SECOND,
        publish_lead=lead * SECOND,
        overlap=overlap * SECOND,
        activate_by=activate_by * SECOND,
        jitter=draw(st.integers(0, longest - rotate_before)) * SECOND,
        trigger=trigger,
        pin=pin,
    )


_LIVES = st.just(LIFE) | st.integers(60, 400 * 86400).map(lambda seconds: seconds * SECOND)


def lives() -> SearchStrategy[timedelta]:
    """How long a certificate lives: AWS's year, or something short that a sandbox mints."""
    return _LIVES


@st.composite
def generations(draw: DrawFn, number: int, role: Role, *, lifelike: bool) -> Generation:
    """One generation: alive at PIVOT, or with arbitrary dates, contradictory ones included."""
    created = draw(_ENDS) - LIFE if lifelike else draw(_INSTANTS)
    return Generation(
        number=number,
        id=f"gen{number}",
        role=role,
        serial=str(number),
        created_date=created,
        not_after=created + LIFE if lifelike else draw(_INSTANTS),
        sha256=f"{number:064x}",
        sha1=f"{number:040x}",
        spki_sha256=f"{number + 2**200:064x}",
        pem=f"certificate {number}",
        pending_since=draw(_BEGINNINGS if lifelike else _MAYBE_INSTANTS),
        unused_since=draw(_MAYBE_INSTANTS),
        scanned_at=draw(_BEGINNINGS if lifelike else _MAYBE_INSTANTS),
        trusted=draw(st.booleans()),
    )


def _shapes() -> SearchStrategy[tuple[Role, ...]]:
    """Every order of roles that four generations may have; each phase has its share."""
    every = [shape for length in range(5) for shape in product(Role, repeat=length)]
    valid = [one for one in every if max(one.count(Role.ACTIVE), one.count(Role.PENDING)) <= 1]
    lost = [one for one in valid if Role.ACTIVE not in one]
    published = [one for one in valid if Role.ACTIVE in one and Role.PENDING in one]
    overlapping = [one for one in valid if one not in lost and one not in published]
    return st.one_of([st.sampled_from(one) for one in (overlapping, published, published, [(Role.ACTIVE,)], lost)])


_SHAPES = _shapes()


@st.composite
def rotations(draw: DrawFn) -> Rotation:
    """Up to four generations in any roles: every kind of state that the constructor accepts, reachable or not."""
    shape = draw(_SHAPES)
    skipped, lifelike = draw(st.integers(0, 2)), draw(st.integers(0, 3)) > 0
    held = tuple(draw(generations(number, role, lifelike=lifelike)) for number, role in enumerate(shape, 1 + skipped))
    return Rotation(
        rotation_id="r1",
        generations=held,
        highest_number=skipped + len(shape) + draw(st.integers(1, 2)),
        trigger=draw(_TRIGGERS),
        retirement_blocked_by=draw(st.sampled_from([(), ("a/dev",), ("a/dev", "a/prod")])),
    )


@st.composite
def certificates(draw: DrawFn, serials: SearchStrategy[int] | None = None) -> TrustedCertificate:
    """A certificate from a small world, so that bundles and offers meet; its expiry follows from its serial."""
    serial = draw(serials or st.integers(1, 6))
    return TrustedCertificate(
        sha256=f"{serial:064x}",
        sha1=f"{serial:040x}",
        spki_sha256=f"{serial:064x}",
        pem=f"certificate {serial}",
        not_after=PIVOT + (serial - 3) * 30 * DAY,
    )


@st.composite
def entries(draw: DrawFn) -> tuple[Entry, ...]:
    """What some bundle holds: distinct certificates, of any owner, published at any instant or never."""
    held = draw(st.lists(certificates(), unique_by=lambda one: one.sha256, max_size=6))
    owners = st.sampled_from([None, "r1", "r2", "gone"])
    return tuple(
        Entry(
            sha256=one.sha256,
            sha1=one.sha1,
            spki_sha256=one.spki_sha256,
            pem=one.pem,
            not_after=one.not_after,
            rotation_id=draw(owners),
            since=draw(st.none() | instants()),
        )
        for one in held
    )


def offers() -> SearchStrategy[Sequence[Offer]]:
    """What up to two rotations ask to be trusted."""
    one = st.builds(
        Offer,
        rotation_id=st.sampled_from(["r1", "r2"]),
        trusted=st.lists(certificates(), max_size=4).map(tuple),
        active_id=st.none() | st.sampled_from(["gen1", "gen2"]),
    )
    return st.lists(one, max_size=2, unique_by=lambda offer: offer.rotation_id)


def presented() -> SearchStrategy[Presented]:
    """What a stage may be found to present."""
    return st.builds(
        Presented,
        kind=st.just(Presents.OURS) | st.sampled_from(Presents),
        id=st.none() | st.sampled_from(["gen1", "gen2", "gen3"]),
        not_after=st.none() | _ENDS | _ENDS | _INSTANTS,
        sha256=st.none() | certificates().map(lambda one: one.sha256),
    )


def publications() -> SearchStrategy[Publication]:
    """What may be known of the trust that backends were given."""
    trusted = st.none() | st.lists(certificates().map(lambda one: one.sha256), max_size=3)
    since = st.none() | _BEGINNINGS | _INSTANTS
    return st.builds(Publication, since=since, trusted=trusted, presented_since=since)


def turns() -> SearchStrategy[WaveOrder]:
    """Whose turn it may be: up to three bindings before, any soak, a window that opens at any instant."""
    predecessor = st.builds(
        Predecessor,
        name=st.just("dev"),
        presented=st.none() | st.sampled_from(["gen3", "gen4", "gen5"]),
        since=st.none() | _BEGINNINGS | _INSTANTS,
        verified=st.just(value=True) | st.booleans(),
        failed=st.just(value=False) | st.booleans(),
    )
    return st.builds(
        WaveOrder,
        predecessors=st.lists(predecessor, max_size=3).map(tuple),
        soak=st.just(timedelta(0)) | st.timedeltas(timedelta(seconds=1), timedelta(days=9)),
        opens_at=st.none() | _BEGINNINGS | _INSTANTS,
        going_back=st.integers(0, 3).map(lambda draw: draw == 0),
    )
