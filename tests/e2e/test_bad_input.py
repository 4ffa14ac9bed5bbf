"""What is refused before anything changes, in words that name the property or the cause and the remedy."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

# RFC 5737: an address of documentation, which nothing answers.
FAR_AWAY = "http://192.0.2.1:1"


def test_a_made_up_clock_changes_nothing_on_a_real_endpoint(scenario: Scenario) -> None:
    """It may preview, also a creation; the update is refused before the first call, which would have to time out."""
    stack = scenario.stack(config={**scenario.default_config(), "endpointUrl": FAR_AWAY})
    assert "6 to create" in ok(stack.preview())
    said = refused(stack.up())
    assert "APIGW_CLIENT_CERT_NOW is set and the endpoint is not this machine" in said
    assert "Nothing was changed: a made-up clock may preview, but not act on a real account" in said
    assert "Unset APIGW_CLIENT_CERT_NOW to run the update" in said
    assert "could not be sent" not in said


def test_there_are_no_credentials(scenario: Scenario) -> None:
    """One clear text; nothing was changed, and the same run with credentials succeeds."""
    stack = scenario.stack()
    stack.env.update({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    said = refused(stack.up())
    assert "boto3's default chain found no usable credentials" in said
    assert "This call changed nothing" in said
    assert "aws sts get-caller-identity" in said
    assert scenario.ids() == []
    del stack.env["AWS_ACCESS_KEY_ID"], stack.env["AWS_SECRET_ACCESS_KEY"]
    ok(stack.up())
    assert len(scenario.ids()) == 1


def test_the_endpoint_is_down(scenario: Scenario) -> None:
    """The text names the call and what to check; a refresh of an existing stack loses nothing of its state."""
    stack = scenario.stack()
    ok(stack.up())
    before = stack.resources("RotatingClientCertificate"), stack.resources("StageBinding")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    state = stack.export()
    _redirect(state, f"http://127.0.0.1:{port}")
    stack.import_state(state)
    stack.configure({"endpointUrl": f"http://127.0.0.1:{port}"})
    said = refused(stack.up("--refresh"))
    assert "could not be sent: no connection to the apigateway endpoint" in said
    assert "Check `region`, `endpoint_url`, the network and proxy settings" in said

    state = stack.export()
    _redirect(state, scenario.sandbox.endpoint_url)
    stack.import_state(state)
    after = stack.resources("RotatingClientCertificate"), stack.resources("StageBinding")
    # That nobody could look is recorded, and goes with the next run that can.
    seen = [[dict(one["outputs"]) for one in kind] for kind in after]
    assert [one.pop("failedStep")["step"] for kind in seen for one in kind] == ["look", "bind", "bind"]
    assert seen == [[one["outputs"] for one in kind] for kind in before]
    stack.configure({"endpointUrl": scenario.sandbox.endpoint_url})
    ok(stack.up("--refresh"))
    assert not [one for one in stack.resources("StageBinding") if "failedStep" in one["outputs"]]


def _redirect(state: dict[str, object], endpoint: str) -> None:
    """Let the whole state name another endpoint; a changed input would be refused."""
    for one in state["deployment"]["resources"]:  # type: ignore[index]  # the state's shape is Pulumi's
        for side in (one.get("inputs", {}), one.get("outputs", {})):
            if "endpointUrl" in side:
                side["endpointUrl"] = endpoint


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


def test_a_policy_that_cannot_work_is_refused(scenario: Scenario) -> None:
    """The arithmetic is said with its figures, for a window too short and for one too long."""
    stack = scenario.stack(config={**scenario.default_config(), "rotateBefore": "2d"})
    said = refused(stack.preview())
    assert "rotate_before is 2d, but publish_lead + activate_by + overlap already take 7d" in said
    assert "give more than 7d or shorten one of the three" in said
    stack.configure({"rotateBefore": "365d"})
    said = refused(stack.preview())
    assert "rotate_before is 365d, but a certificate lives 365 days" in said
    assert "give 180d or less" in said


def test_malformed_stages_are_refused_at_preview(scenario: Scenario) -> None:
    """A stage's API id and name are checked as soon as the certificate's own properties are right."""
    stack = scenario.stack(
        config={**scenario.default_config(), "stages.dev.restApiId": "https://x.example", "stages.dev.stageName": "a/b"}
    )
    said = refused(stack.preview())
    assert "api_id is 'https://x.example'; expected something like \"a1b2c3d4e5\"" in said
    assert "stage_name is 'a/b'; expected something like \"prod\"" in said
    assert scenario.sandbox.journal.calls() == ()


def test_the_endpoint_may_come_from_the_environment_under_a_made_up_clock(scenario: Scenario) -> None:
    """As the sandbox prints it: a year of it works with a program that names no endpoint."""
    stack = scenario.stack()
    stack.unset("endpointUrl")
    stack.env.update(scenario.sandbox.environment)
    ok(stack.up())
    for day in (336, 337):
        scenario.at(day)
        ok(stack.up())
    first, second = scenario.ids()
    assert [scenario.presented(stage) for stage in ("dev", "prod")] == [second, second]
    assert first != second
