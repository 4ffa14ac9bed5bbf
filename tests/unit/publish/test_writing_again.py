"""A write that is sent again looks first: at the wire, where somebody writes to the same place meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.publish.s3 import S3Target
from apigw_client_cert.publish.secretsmanager import SecretsManagerTarget
from apigw_client_cert.publish.ssm import SsmTarget
from tests.doubles.stubbed_aws import NO_ANSWER, StubbedAws

if TYPE_CHECKING:
    from apigw_client_cert.publish.interface import Target

SERVICES = ("ssm", "s3", "secretsmanager")
MISSING = {"ssm": "ParameterNotFound", "secretsmanager": "ResourceNotFoundException"}
XML = {"Content-Type": "application/xml"}


@dataclass
class Place:
    """One target, and its service's answers."""

    aws: StubbedAws
    service: str

    @property
    def target(self) -> Target:
        """A target object that has read nothing yet."""
        if self.service == "ssm":
            return SsmTarget("/orders/pins", lambda: self.aws.client)
        if self.service == "s3":
            return S3Target("trust", "orders/pins", lambda: self.aws.client, "123456789012")
        return SecretsManagerTarget("orders/pins", lambda: self.aws.client)

    def holds(self, text: str | None) -> StubbedAws:
        """The next read finds this."""
        if text is None and self.service == "s3":
            return self.aws.answers("<Error><Code>NoSuchKey</Code></Error>", status=404, headers=XML)
        if text is None:
            return self.aws.refuses(MISSING[self.service], 400)
        shapes = {"ssm": {"Parameter": {"Value": text}}, "secretsmanager": {"SecretString": text}}
        return self.aws.answers(shapes.get(self.service, text))

    def throttles(self) -> StubbedAws:
        """The next call is throttled."""
        if self.service == "s3":
            return self.aws.answers("<Error><Code>SlowDown</Code></Error>", status=503, headers=XML)
        return self.aws.refuses("ThrottlingException", 400)

    def takes(self) -> StubbedAws:
        """The next write succeeds."""
        return self.aws.answers("" if self.service == "s3" else {})


@pytest.fixture(params=SERVICES)
def place(request: pytest.FixtureRequest, aws: StubbedAws) -> Place:
    """Each service in turn."""
    return Place(aws, request.param)


def read(place: Place, text: str | None = "old") -> Target:
    """A target that has just read this."""
    target = place.target
    place.holds(text)
    target.read()
    place.aws.requests.clear()
    return target


@pytest.mark.parametrize("theirs", ["theirs", None])
def test_what_somebody_else_did_meanwhile_is_not_overwritten(place: Place, theirs: str | None) -> None:
    """Invariant 9: another text, or the place was removed; the write was refused, so nothing was changed."""
    target = read(place)
    place.throttles()
    place.holds(theirs)
    with pytest.raises(errors.ConcurrentModification, match=target.address) as caught:
        target.write("ours")
    assert ("does not exist any more" in caught.value.what) is (theirs is None)
    assert "The tries before changed nothing." in caught.value.means
    assert len(place.aws.requests) == 2


def test_a_text_written_where_there_was_none_is_not_overwritten(place: Place) -> None:
    """An empty place is somebody's first write away from being taken."""
    target = read(place, None)
    place.throttles()
    place.holds("theirs")
    with pytest.raises(errors.ConcurrentModification):
        target.write("ours")


def test_a_write_that_was_lost_denies_nothing(place: Place) -> None:
    """It may have taken effect, and been replaced since (13)."""
    target = read(place)
    place.aws.fails(NO_ANSWER)
    place.holds("theirs")
    with pytest.raises(errors.ConcurrentModification) as caught:
        target.write("ours")
    assert "may have taken effect" in caught.value.means


def test_what_is_there_already_is_not_written_again(place: Place) -> None:
    """The lost answer hid a success."""
    target = read(place)
    place.aws.fails(NO_ANSWER)
    place.holds("ours")
    target.write("ours")
    assert (len(place.aws.requests), place.aws.unused) == (2, 0)


def test_a_place_that_is_as_it_was_is_written_again(place: Place) -> None:
    """And the next write goes out from what was written."""
    target = read(place)
    for before, content in (("old", "ours"), ("ours", "newer")):
        place.throttles()
        place.holds(before)
        place.takes()
        target.write(content)
    assert place.aws.unused == 0


def test_a_place_that_nobody_read_is_read_before_it_is_written(place: Place) -> None:
    """Else there would be nothing to hold the second look against."""
    place.holds("old")
    place.throttles()
    place.holds("theirs")
    with pytest.raises(errors.ConcurrentModification):
        place.target.write("ours")
    assert place.aws.unused == 0


def test_a_secret_that_somebody_makes_at_the_same_time_is_not_overwritten(aws: StubbedAws) -> None:
    """Making it is a write, too."""
    place = Place(aws, "secretsmanager")
    target = read(place, None)
    place.holds(None)
    place.throttles()
    place.holds("theirs")
    with pytest.raises(errors.ConcurrentModification):
        target.write("ours")
    assert aws.unused == 0


def test_a_parameter_that_needs_the_advanced_tier_is_looked_at_too(aws: StubbedAws) -> None:
    """The second call of the same write."""
    place = Place(aws, "ssm")
    target = read(place)
    aws.refuses("ValidationException", 400)
    place.throttles()
    place.holds("theirs")
    with pytest.raises(errors.ConcurrentModification):
        target.write("ours")
    assert aws.unused == 0
