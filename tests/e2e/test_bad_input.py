"""What is refused before anything changes, in words that name the property or the cause and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

# RFC 5737: an address of documentation, which nothing answers.
FAR_AWAY = "https://192.0.2.1:1"


def test_a_made_up_clock_changes_nothing_on_a_real_endpoint(scenario: Scenario) -> None:
    """It may preview, also a creation; the update is refused before the first call, which would have to time out."""
    stack = scenario.stack(config={**scenario.default_config(), "endpointUrl": FAR_AWAY})
    assert "6 to create" in ok(stack.preview())
    said = refused(stack.up())
    assert "APIGW_CLIENT_CERT_NOW is set and the endpoint is not this machine" in said
    assert "Nothing was changed: a made-up clock may preview, but not act on a real account" in said
    assert "Unset APIGW_CLIENT_CERT_NOW to run the update" in said
    assert "could not be sent" not in said


def test_a_changed_region_is_refused(scenario: Scenario) -> None:
    """Invariant 10: whether the region was written down at creation or came from the environment."""
    stack = scenario.stack()
    ok(stack.up())
    before = scenario.mark()
    stack.configure({"region": "eu-west-1"})
    said = refused(stack.preview())
    assert "region is fixed at creation: it is 'us-east-1' and cannot become 'eu-west-1'" in said
    assert "Set it back, or create another resource beside this one" in said
    stack.configure({"region": "us-east-1"})
    ok(stack.up())
    stack.configure({"region": "eu-west-1"})
    assert "region is fixed at creation: it is 'us-east-1'" in refused(stack.up("--refresh"))
    assert scenario.actions(before) == []


def test_every_bad_property_is_listed_at_once(scenario: Scenario) -> None:
    """Invariant 10: one failure per property, before any call, already at preview."""
    stack = scenario.stack(
        config={
            **scenario.default_config(),
            "rotateBefore": "soon",
            "publishLead": "0h",
            "overlap": "-3h",
            "activateBy": "1.5d",
            "adoptClientCertificateId": "arn:aws:apigateway:us-east-1::/clientcertificates/a1b2c3",
            "region": "Frankfurt",
            "assumeRoleArn": "rotation",
            "pinGeneration": 0,
            "tags": {"aws:mine": "x"},
        }
    )
    said = refused(stack.preview())
    for words in (
        "rotate_before: 'soon' is not a duration; write a whole number and a unit",
        "publish_lead: '0h' is not a positive number of whole seconds",
        "overlap: '-3h' is not a duration",
        "activate_by: '1.5d' is not a duration",
        "adopt_client_certificate_id is 'arn:aws:apigateway:us-east-1::/clientcertificates/a1b2c3'; expected",
        "region is 'Frankfurt'; expected something like \"eu-central-1\"",
        "assume_role_arn is 'rotation'; expected something like",
        "pin_generation must be a generation number such as 2, not 0",
        "tag 'aws:mine': keys that begin with aws: or apigw-client-cert: are reserved",
    ):
        assert words in said
    assert scenario.sandbox.journal.calls() == ()
