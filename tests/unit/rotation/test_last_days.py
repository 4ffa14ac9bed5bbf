"""What somebody else's stages present until its last day: said from ``activate_by`` before its end on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.rotation.last_days import last_days, last_days_of_kept
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.publication import Entry
from tests.unit.rotation.builders import ACTIVE, DAY, HOUR, NOW, PREVIOUS, SECOND, generation, rotation

if TYPE_CHECKING:
    from datetime import timedelta

USED = "zzzzzz/legacy"


def findings(left: timedelta, *, policy: Policy | None = None, with_active: bool = True, **facts: Any) -> list[str]:
    """The messages while generation 1 is previous, in use by the look of an hour ago, and has so long to live."""
    looked = {"scanned_at": NOW - HOUR, **facts}
    generations = [generation(1, PREVIOUS, left=left, **looked)]
    if with_active:
        generations.append(generation(2, ACTIVE))
    known = rotation(*generations, highest_number=2, blocked_by=[USED])
    found = last_days(known, policy or Policy(), NOW)
    assert len({one.reason for one in found}) <= 1
    return [one.message for one in found]


@pytest.mark.parametrize("left", [300 * DAY, 3 * DAY + SECOND])
def test_nothing_is_said_while_there_is_time(left: timedelta) -> None:
    """The look says once whom a retirement waits for; that is enough."""
    assert findings(left) == []


def test_the_last_days_name_stage_date_and_remedy() -> None:
    """And when the stage was seen: it may have moved since."""
    assert findings(3 * DAY) == [
        (
            "certificate gen1 (generation 1) expires 2027-02-04T12:00Z, in 3 days, and backends refuse the stages that"
            " present it from then on; by the look of 2027-02-01T11:00Z it is in use: zzzzzz/legacy. Present gen2"
            " there, or let this program bind the stage; a stage that a binding here moves needs nothing"
        )
    ]


def test_it_goes_on_after_the_end() -> None:
    """The stage is refused then, and nobody else says so."""
    (said,) = findings(-DAY)
    assert "expired 2027-01-31T12:00Z, 1 day ago: backends refuse the stages that present it; by the look" in said


def test_without_an_active_one_any_that_lives_will_do() -> None:
    """The recovery says the rest."""
    (said,) = findings(DAY, with_active=False)
    assert "Present a certificate that lives there" in said


def test_an_unused_one_and_one_that_this_run_looks_for_are_not_said() -> None:
    """A clean look proves that nobody is harmed; one that is due comes first."""
    assert findings(DAY, unused_since=NOW - DAY) == []
    assert findings(DAY, scanned_at=None) == []


def test_a_pin_that_holds_the_looks_back_is_named() -> None:
    """Whoever presents the certificate is then not known."""
    (said,) = findings(DAY, scanned_at=None, policy=Policy(pin=2))
    assert "nobody has looked which stages present it: pin_generation=2 holds the looks back" in said


@pytest.mark.parametrize(
    ("left", "kept_for", "says"),
    [
        (3 * DAY + SECOND, (USED,), None),
        (3 * DAY, (), None),
        (3 * DAY, (USED,), "expires 2027-02-04T12:00Z, in 3 days"),
        (-SECOND, (USED,), "expired 2027-02-01T11:59Z, 1 second ago: backends refuse"),
    ],
)
def test_what_a_bundle_keeps_for_a_presenter_is_said_too(
    left: timedelta, kept_for: tuple[str, ...], says: str | None
) -> None:
    """By its fingerprint: a bundle knows no ids."""
    one = generation(1, left=left)
    facts = {key: getattr(one, key) for key in ("sha256", "sha1", "spki_sha256", "pem", "not_after")}
    found = [each.message for each in last_days_of_kept([Entry(**facts, rotation_id="r1", kept_for=kept_for)], NOW)]
    assert len(found) == (says is not None)
    for message in found:
        assert says is not None
        assert says in message
        assert f"kept for {USED} alone" in message
        assert one.sha256[:16] in message
