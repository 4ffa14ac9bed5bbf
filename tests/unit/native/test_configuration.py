"""The provider's configuration."""

from __future__ import annotations

from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.native.configuration import check_configuration, configured
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE


def test_configuration_fills_what_the_program_left_out() -> None:
    """Each kind takes what it has an input for."""
    configuration = {"region": "eu-west-1", "publishLead": "48h", "overlap": "4d"}
    assert configured(CERTIFICATE, {"overlap": "5d"}, configuration) == {
        "region": "eu-west-1",
        "publishLead": "48h",
        "overlap": "5d",
    }
    assert configured(BINDING, {}, configuration) == {"region": "eu-west-1", "publishLead": "48h"}
    assert configured(BUNDLE, {}, configuration) == {"region": "eu-west-1"}


def test_configuration_fills_the_connections_within_an_input() -> None:
    """How a binding reaches the bundle's targets, and a bundle the certificates; what the program says of them wins."""
    configuration = {"region": "eu-west-1", "endpointUrl": "http://127.0.0.1:4566", "overlap": "4d"}
    told = {"targets": [], "region": "eu-north-1"}
    filled = configured(BINDING, {"publishedTo": told}, configuration)
    assert filled["publishedTo"] == {**told, "endpointUrl": "http://127.0.0.1:4566"}
    rotations = [{"rotationId": "a"}, {"rotationId": "b", "connection": {"region": "eu-north-1"}}, UNKNOWN]
    assert configured(BUNDLE, {"rotations": rotations}, configuration)["rotations"] == [
        {"rotationId": "a"},
        {"rotationId": "b", "connection": {"region": "eu-north-1", "endpointUrl": "http://127.0.0.1:4566"}},
        UNKNOWN,
    ]
    assert configured(BINDING, {"publishedTo": UNKNOWN}, configuration)["publishedTo"] == UNKNOWN


def test_bad_configuration_is_refused_with_the_property() -> None:
    """A wrong form, and durations that clash with each other."""
    assert set(check_configuration({"region": "Frankfurt", "rotateBefore": "3 weeks"}).failures) == {
        "region",
        "rotateBefore",
    }
    assert "rotateBefore" in check_configuration({"rotateBefore": "2d"}).failures


def test_configuration_that_is_unknown_at_preview_passes() -> None:
    """An explicit provider may take its region from a resource."""
    news = {"region": UNKNOWN, "rotateBefore": UNKNOWN}
    checked = check_configuration(news)
    assert (checked.failures, checked.inputs) == ({}, news)
