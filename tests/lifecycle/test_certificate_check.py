"""RotatingClientCertificate's check: one failure per property, before anything is looked at (invariant 10)."""

from __future__ import annotations

import pytest

from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from tests.lifecycle.conftest import wire

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"
GOOD = {"name": "orders", "project": "p", "stack": "dev"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "name must be a non-empty string"),
        ({"rotateBefore": "30 days"}, "rotate_before: '30 days' is not a duration"),
        ({"rotateBefore": "-3d"}, "rotate_before: '-3d' is not a duration"),
        ({"rotateBefore": "2d"}, "rotate_before is 2d, but publish_lead + activate_by + overlap already take 7d"),
        ({"rotateBefore": "365d"}, "give 180d or less"),
        ({"publishLead": "0s"}, "publish_lead: '0s' is not a positive number"),
        ({"overlap": "h"}, "overlap: 'h' is not a duration"),
        ({"activateBy": 3}, "activate_by: 3.0 is not a duration"),
        ({"jitter": "170d"}, "rotate_before + jitter is 200d"),
        ({"jitter": "soon"}, "jitter: 'soon' is not a duration"),
        ({"pinGeneration": 0}, "pin_generation must be a generation number such as 2"),
        ({"pinGeneration": 1.5}, "pin_generation must be a generation number"),
        ({"pinGeneration": "two"}, "pin_generation must be a generation number"),
        ({"pinGeneration": True}, "pin_generation must be a generation number"),
        ({"adoptClientCertificateId": "arn:x"}, "adopt_client_certificate_id is 'arn:x'"),
        ({"adoptClientCertificateId": ACM}, f"adopt_client_certificate_id is the ACM certificate {ACM}: ACM renews"),
        ({"region": "moon"}, "region is 'moon'; expected something like"),
        ({"tags": ["a"]}, "tags must be a mapping"),
        ({"tags": {"aws:x": "y"}}, "reserved; give it another key"),
        ({"tags": {"AWS:x": "y"}}, "reserved; give it another key"),
        ({"tags": {"Apigw-Client-Cert:rotation-id": "y"}}, "reserved; give it another key"),
        ({"tags": {"apigw-client-cert:rotation-id": "y"}}, "reserved"),
        ({"tags": {"a,b": "y"}}, "only letters, digits, spaces and _ . : / = + - @"),
        ({"tags": {"a": "x\ny"}}, "only letters, digits"),
        ({"tags": {"k" * 129: "y"}}, "up to 256; shorten it"),
        ({"tags": {f"k{number}": "v" for number in range(46)}}, "at most 45 fit beside ours: remove 1"),
        ({"rotationTrigger": 7}, "rotation_trigger must be a non-empty string"),
    ],
)
def test_bad_input_is_refused_by_property(change: dict[str, object], message: str) -> None:
    """One failure, on the property at fault, naming the remedy."""
    checked = certificate.check({}, wire({**GOOD, **change}))
    assert list(checked.failures) == list(change)
    assert message in next(iter(checked.failures.values()))


def test_several_properties_at_fault_are_all_named() -> None:
    """A user mends them in one go."""
    checked = certificate.check({}, {"rotateBefore": "x", "region": "x", "overlap": "y"})
    assert sorted(checked.failures) == ["name", "overlap", "region", "rotateBefore"]


def test_where_a_certificate_lives_cannot_change() -> None:
    """The remedy is in the text: set it back, or another resource beside this one."""
    checked = certificate.check({**GOOD, "region": "eu-west-1"}, {**GOOD, "region": "us-east-1"})
    assert "region is fixed at creation" in checked.failures["region"]


@pytest.mark.parametrize("after", [{}, {"endpointUrl": "https://apigateway-fips.eu-west-1.amazonaws.com"}])
def test_the_way_to_a_certificate_may_change(after: dict[str, str]) -> None:
    """A FIPS or VPC endpoint leads to the same account and region; so does none."""
    before = {"endpointUrl": "https://apigateway.eu-west-1.amazonaws.com"}
    assert certificate.check({**GOOD, **before}, {**GOOD, **after}).failures == {}


def test_a_trigger_that_changes_with_the_commit_that_pins_is_no_clash() -> None:
    """In the incident nobody can set a commit id back: the trigger waits for the pin to be removed."""
    pinning = {**GOOD, "rotationTrigger": "b", "pinGeneration": 1}
    assert certificate.check({**GOOD, "rotationTrigger": "a"}, pinning).failures == {}


def test_unknowns_in_every_input_pass() -> None:
    """At preview nothing may be known; a tag's value neither."""
    assert certificate.check({}, dict.fromkeys(certificate.INPUTS, UNKNOWN)).failures == {}
    assert certificate.check({}, {**GOOD, "tags": {"a": UNKNOWN}}).failures == {}


def test_the_inputs_come_back_unchanged() -> None:
    """Check fills no defaults: a default that changes in a later release must not show as a change (invariant 11)."""
    assert certificate.check({}, GOOD).inputs == GOOD
