"""StageBinding over a fake world: what check refuses, what diff announces, what delete leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.ownership import ROTATION_ID
from tests.lifecycle.conftest import wire

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-123456789012"


def present(run: FakeRun, certificate_id: str | None) -> None:
    """Both stages present this, whoever did it."""
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = certificate_id


def test_delete_clears_what_it_set(run: FakeRun) -> None:
    """Nothing else is needed to destroy the certificate. Another stack may bind the stage: said in one line."""
    run.up()
    engine_run.forget()
    run.lines.clear()
    binding.delete(run.state["dev"], run.environment)
    assert run.presented("dev") is None
    (line,) = run.lines
    assert "a1b2c3d4e5/dev presents nothing now; it presented cert01 of this rotation" in line
    binding.delete(run.state["dev"], run.environment)
    assert len(run.lines) == 1


def test_delete_clears_a_newer_generation_of_the_same_rotation(run: FakeRun) -> None:
    """The switch's answer was lost, so state names the one before."""
    run.up()
    newer = run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id})
    present(run, newer.id)
    engine_run.forget()
    binding.delete(run.state["dev"], run.environment)
    assert run.presented("dev") is None


@pytest.mark.parametrize("foreign", ["foreign", ACM])
def test_delete_leaves_what_somebody_else_set(run: FakeRun, foreign: str) -> None:
    """A binding clears only what it set (invariant 9)."""
    run.up()
    value = foreign if foreign == ACM else run.gateway.add_certificate().id
    present(run, value)
    engine_run.forget()
    binding.delete(run.state["dev"], run.environment)
    assert run.presented("dev") == value


def test_delete_looks_twice_for_whose_certificate_it_clears(run: FakeRun) -> None:
    """What this binding set was adopted by another rotation, and one answer of AWS does not find it (invariant 9)."""
    run.up()
    run.gateway.tag("cert01", {ROTATION_ID: "adopter"})
    run.gateway.unfound = {"cert01"}
    engine_run.forget()
    binding.delete(run.state["dev"], run.environment)
    assert run.presented("dev") == "cert01"


def test_delete_with_keep_touches_nothing(run: FakeRun) -> None:
    """Not even a GET."""
    run.binding_config["onDelete"] = "keep"
    run.up()
    before = len(run.gateway.calls)
    engine_run.forget()
    binding.delete(run.state["dev"], run.environment)
    assert len(run.gateway.calls) == before


def test_delete_leaves_a_stage_that_another_binding_asserts_in_this_run(run: FakeRun) -> None:
    """Renamed, re-parented, replaced: the successor was checked before the deletion (invariant 9)."""
    run.up()
    binding.delete(run.state["dev"], run.environment)
    assert run.presented("dev") == "cert01"


def test_delete_of_a_gone_or_empty_stage_is_success(run: FakeRun) -> None:
    """It is as it should be."""
    run.up()
    engine_run.forget()
    present(run, None)
    binding.delete(run.state["dev"], run.environment)
    run.gateway.stages.clear()
    binding.delete(run.state["dev"], run.environment)
    assert run.gateway.called("unbind") == []


def test_another_stage_means_another_binding(run: FakeRun) -> None:
    """The engine replaces it: the new stage is bound before the old one is cleared."""
    run.up()
    news = {**run.inputs["dev"], "stageName": "blue"}
    difference = binding.diff(run.state["dev"], wire(news), run.environment)
    assert difference.changes
    assert difference.replaces == ("stageName",)


def test_only_what_concerns_the_stage_is_a_change(run: FakeRun) -> None:
    """The generations' bookkeeping goes by unnoticed; an option of the binding does not."""
    run.up()
    quiet = {**run.inputs["dev"], "generations": [], "publishedSince": {}}
    assert not binding.diff(run.state["dev"], quiet, run.environment).changes
    assert binding.diff(run.state["dev"], {**quiet, "redeploy": "same-deployment"}, run.environment).changes


def test_an_unknown_certificate_is_a_change_at_preview(run: FakeRun) -> None:
    """It may become another one."""
    run.up()
    news = {**run.inputs["dev"], "clientCertificateId": UNKNOWN}
    assert binding.diff(run.state["dev"], news, run.environment).changes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"apiId": "A/B"}, "api_id is 'A/B'; expected something like"),
        ({"apiId": None}, "api_id is required"),
        ({"stageName": "a b"}, "stage_name is 'a b'; expected something like \"prod\", of letters, digits, - and _"),
        ({"apiKind": "HTTP"}, "api_kind is 'HTTP'; expected one of REST, WEBSOCKET"),
        ({"onDelete": "drop"}, "on_delete is 'drop'; expected one of clear, keep"),
        ({"redeploy": "always"}, "redeploy is 'always'; expected one of never, same-deployment"),
        ({"takeOver": "yes"}, "take_over must be True or False"),
        ({"clientCertificateId": "orders-cert"}, "never certificate.id"),
        ({"clientCertificateId": ACM}, "ACM renews its certificates itself"),
        ({"clientCertificateId": ""}, "must be a non-empty string"),
        ({"publishLead": "1 day"}, "publish_lead: '1 day' is not a duration"),
        ({"region": "Frankfurt"}, "region is 'Frankfurt'"),
        ({"assumeRoleArn": "role/x"}, "assume_role_arn is 'role/x'"),
        ({"endpointUrl": "localhost:1"}, "expected a URL"),
        ({"profile": 3}, "profile must be a non-empty string"),
    ],
)
def test_bad_input_is_refused_by_property(run: FakeRun, change: dict[str, object], message: str) -> None:
    """One failure, on the property at fault, naming the remedy (invariant 10)."""
    run.up()
    checked = binding.check({}, wire({**run.inputs["dev"], **change}))
    assert list(checked.failures) == list(change)
    assert message in next(iter(checked.failures.values()))


def test_unknowns_in_every_input_pass_check(run: FakeRun) -> None:
    """At preview nothing may be known."""
    run.up()
    news = dict.fromkeys(binding.INPUTS, UNKNOWN)
    assert binding.check({}, news).failures == {}
