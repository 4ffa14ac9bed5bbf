"""What a REST stage presents, AWS's patch rules, and deployments that keep a stage's settings."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from apigw_sandbox import InUseDeletion, Sandbox, UnknownCertificate
from apigw_sandbox.api_errors import BadRequest
from tests.sandbox.wire import refused, replace

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def api(sandbox: Sandbox) -> str:
    """An API with the stages dev and prod."""
    return sandbox.console.create_rest_api("orders", ["dev", "prod"])


@pytest.fixture
def certificate(rest: Any) -> str:
    """A certificate's id."""
    return str(rest.generate_client_certificate()["clientCertificateId"])


def _patch(rest: Any, api: str, *operations: dict[str, str], stage: str = "dev") -> Any:
    return rest.update_stage(restApiId=api, stageName=stage, patchOperations=list(operations))


def test_a_stage_presents_what_it_was_given(sandbox: Sandbox, rest: Any, api: str, certificate: str) -> None:
    """UpdateStage, GetStage and GetStages agree; the other stage is untouched."""
    answer = _patch(rest, api, replace("/clientCertificateId", certificate))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["clientCertificateId"] == certificate
    assert rest.get_stage(restApiId=api, stageName="dev")["clientCertificateId"] == certificate
    stages = {stage["stageName"]: stage.get("clientCertificateId") for stage in rest.get_stages(restApiId=api)["item"]}
    assert stages == {"dev": certificate, "prod": None}
    assert (sandbox.presented(api, "dev"), sandbox.presented(api, "prod")) == (certificate, None)


def test_an_empty_value_clears_and_the_member_is_absent(rest: Any, api: str, certificate: str) -> None:
    """As Terraform does it (docs/aws.md §1.2)."""
    _patch(rest, api, replace("/clientCertificateId", certificate))
    assert "clientCertificateId" not in _patch(rest, api, replace("/clientCertificateId", ""))
    assert "clientCertificateId" not in rest.get_stage(restApiId=api, stageName="dev")


@pytest.mark.parametrize("op", ["add", "remove", "copy", "move", "test", "none"])
def test_only_replace_is_taken(sandbox: Sandbox, rest: Any, api: str, certificate: str, op: str) -> None:
    """400, and the binding stays."""
    _patch(rest, api, replace("/clientCertificateId", certificate))
    with refused("BadRequestException", 400):
        _patch(rest, api, {"op": op, "path": "/clientCertificateId", "value": ""})
    assert sandbox.presented(api, "dev") == certificate


@pytest.mark.parametrize(
    "path",
    [
        "/clientCertificateID",
        "clientCertificateId",
        "/clientCertificateId/",
        "/tags/tag1",
        "/nonsense",
        "",
        "/canarySettings/percentTraffic",
        "/variables/",
        "/variables/a b",
        "/a/b/c",
    ],
)
def test_an_unknown_path_is_refused_and_lists_the_known_ones(rest: Any, api: str, path: str) -> None:
    """The text that AWS was recorded to answer with (docs/aws.md §1.2)."""
    with refused("BadRequestException", 400) as caught:
        _patch(rest, api, replace(path, "x"))
    assert f"Invalid method setting path: {path}. Must be one of: [/deploymentId, " in str(caught[0])


def test_a_patch_is_one_step(sandbox: Sandbox, rest: Any, api: str, certificate: str) -> None:
    """A bad operation behind good ones undoes them all; good ones together all happen."""
    good = (replace("/clientCertificateId", certificate), replace("/variables/backendHost", "green.example.com"))
    for bad in (replace("/nonsense", "x"), replace("/deploymentId", "nobody")):
        with refused("BadRequestException", 400):
            _patch(rest, api, *good, bad)
        assert sandbox.presented(api, "dev") is None
        assert rest.get_stage(restApiId=api, stageName="dev")["variables"] == {}
    answer = _patch(rest, api, *good)
    assert answer["clientCertificateId"] == certificate
    assert answer["variables"] == {"backendHost": "green.example.com"}


def test_a_replace_without_value_is_refused(sandbox: Sandbox, rest: Any, api: str, certificate: str) -> None:
    """Nobody knows what AWS would do, so nobody may rely on it."""
    _patch(rest, api, replace("/clientCertificateId", certificate))
    with refused("BadRequestException", 400):
        _patch(rest, api, {"op": "replace", "path": "/clientCertificateId"})
    assert sandbox.presented(api, "dev") == certificate


def test_an_unknown_certificate_is_not_found_or_by_switch_a_bad_request(sandbox: Sandbox, rest: Any, api: str) -> None:
    """Both answers that AWS may give (docs/aws.md §3.2)."""
    with refused("NotFoundException", 404):
        _patch(rest, api, replace("/clientCertificateId", "nobody"))
    sandbox.change(unknown_certificate=UnknownCertificate.BAD_REQUEST)
    with refused("BadRequestException", 400):
        _patch(rest, api, replace("/clientCertificateId", "nobody"))
    assert sandbox.presented(api, "dev") is None


@pytest.mark.parametrize("arn", [ACM_ARN, ACM_ARN.replace("arn:aws:", "arn:aws-us-gov:")])
def test_an_acm_arn_is_taken_and_comes_back(rest: Any, api: str, arn: str) -> None:
    """The same field holds both kinds (docs/aws.md §1.6)."""
    assert _patch(rest, api, replace("/clientCertificateId", arn))["clientCertificateId"] == arn


@pytest.mark.parametrize("value", ["arn:aws:acm:us-east-1:1:certificate/x", "arn:aws:iam::123456789012:role/x"])
def test_an_arn_that_is_not_acms_is_an_unknown_certificate(rest: Any, api: str, value: str) -> None:
    """404."""
    with refused("NotFoundException", 404):
        _patch(rest, api, replace("/clientCertificateId", value))


@pytest.mark.parametrize(("api_id", "stage"), [(None, "nobody"), ("nobody", "dev")])
def test_a_stage_that_is_not_there_is_not_found(rest: Any, api: str, api_id: str | None, stage: str) -> None:
    """GetStage and UpdateStage: 404 for a foreign stage as for a foreign API."""
    with refused("NotFoundException", 404):
        rest.get_stage(restApiId=api_id or api, stageName=stage)
    with refused("NotFoundException", 404):
        _patch(rest, api_id or api, replace("/description", "x"), stage=stage)


def test_a_deleted_stage_takes_its_binding_along(sandbox: Sandbox, rest: Any, api: str, certificate: str) -> None:
    """A stage made again under the name presents nothing, and the certificate can be deleted."""
    _patch(rest, api, replace("/clientCertificateId", certificate))
    rest.delete_stage(restApiId=api, stageName="dev")
    sandbox.console.create_stage(api, "dev")
    assert sandbox.presented(api, "dev") is None
    assert rest.delete_client_certificate(clientCertificateId=certificate)


def test_a_certificate_in_use_is_not_deleted(sandbox: Sandbox, rest: Any, api: str, certificate: str) -> None:
    """400 at first, 409 by switch; the message names the stage; then allowed by switch, leaving the stage dangling."""
    _patch(rest, api, replace("/clientCertificateId", certificate))
    with refused("BadRequestException", 400) as caught:
        rest.delete_client_certificate(clientCertificateId=certificate)
    assert f"{api}/dev" in str(caught[0])
    sandbox.change(in_use_deletion=InUseDeletion.CONFLICT)
    with refused("ConflictException", 409):
        rest.delete_client_certificate(clientCertificateId=certificate)
    assert len(sandbox.certificates()) == 1
    sandbox.change(in_use_deletion=InUseDeletion.ALLOWED)
    rest.delete_client_certificate(clientCertificateId=certificate)
    assert sandbox.certificates() == ()
    assert sandbox.presented(api, "dev") == certificate


def test_a_deployment_to_an_existing_stage_keeps_its_settings(
    sandbox: Sandbox, rest: Any, api: str, certificate: str
) -> None:
    """Moto alone puts a bare stage there (docs/aws.md §8); only the deployment may move."""
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/dev"
    rest.tag_resource(resourceArn=arn, tags={"kept": "yes"})
    _patch(
        rest,
        api,
        replace("/clientCertificateId", certificate),
        replace("/description", "kept"),
        replace("/variables/a", "1"),
        replace("/*/*/throttling/burstLimit", "7"),
    )
    before = rest.get_stage(restApiId=api, stageName="dev")
    answer = rest.create_deployment(restApiId=api, stageName="dev")
    after = rest.get_stage(restApiId=api, stageName="dev")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert after["deploymentId"] == answer["id"] != before["deploymentId"]
    changing = {"deploymentId", "lastUpdatedDate", "ResponseMetadata"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert (after["clientCertificateId"], after["tags"]) == (certificate, {"kept": "yes"})
    assert sandbox.presented(api, "dev") == certificate


def test_a_deployment_may_bring_variables_or_a_new_stage_or_none(rest: Any, api: str) -> None:
    """Given variables replace the stage's; a new name makes a stage; no name makes neither."""
    rest.create_deployment(restApiId=api, stageName="dev", variables={"b": "2"})
    assert rest.get_stage(restApiId=api, stageName="dev")["variables"] == {"b": "2"}
    rest.create_deployment(restApiId=api, stageName="new")
    assert rest.get_stage(restApiId=api, stageName="new")["createdDate"]
    rest.create_deployment(restApiId=api)
    assert len(rest.get_stages(restApiId=api)["item"]) == 3


def test_stages_can_be_chosen_by_deployment(rest: Any, api: str) -> None:
    """GetStages?deploymentId, which moto ignores."""
    new = rest.create_deployment(restApiId=api, stageName="dev")["id"]
    assert [stage["stageName"] for stage in rest.get_stages(restApiId=api, deploymentId=new)["item"]] == ["dev"]
    assert rest.get_stages(restApiId=api, deploymentId="nobody")["item"] == []


def test_create_stage_makes_a_stage_on_an_existing_deployment(rest: Any, api: str) -> None:
    """201, with dates; a second of the name is 409; an unknown deployment or API is refused."""
    deployment = rest.get_stage(restApiId=api, stageName="dev")["deploymentId"]
    made = rest.create_stage(restApiId=api, stageName="new", deploymentId=deployment, tags={"a": "b"})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["stageName"], made["tags"]) == ("new", {"a": "b"})
    assert "clientCertificateId" not in made
    with refused("ConflictException", 409):
        rest.create_stage(restApiId=api, stageName="new", deploymentId=deployment)
    with refused("BadRequestException", 400):
        rest.create_stage(restApiId=api, stageName="other", deploymentId="nobody")
    with refused("NotFoundException", 404):
        rest.create_stage(restApiId="nobody", stageName="other", deploymentId=deployment)


@pytest.mark.parametrize("name", ["a b", "a.b", "a/b", "\u00fc", "$default", "", "x" * 129])
def test_a_name_that_no_rest_stage_has_is_refused(sandbox: Sandbox, rest: Any, api: str, name: str) -> None:
    """By every way to make a stage; one of "a b" could not even be deleted, and would stop every scan."""
    deployment = rest.get_stage(restApiId=api, stageName="dev")["deploymentId"]
    with refused("BadRequestException", 400):
        rest.create_stage(restApiId=api, stageName=name, deploymentId=deployment)
    if name:
        with refused("BadRequestException", 400):
            rest.create_deployment(restApiId=api, stageName=name)
    with pytest.raises(BadRequest):
        sandbox.console.create_stage(api, name)
    assert [stage["stageName"] for stage in rest.get_stages(restApiId=api)["item"]] == ["dev", "prod"]


def test_a_rest_stages_name_may_have_letters_digits_hyphens_and_underscores(rest: Any, api: str) -> None:
    """128 of them."""
    name = ("Dev-1_" * 22)[:128]
    deployment = rest.get_stage(restApiId=api, stageName="dev")["deploymentId"]
    assert rest.create_stage(restApiId=api, stageName=name, deploymentId=deployment)["stageName"] == name


def test_what_moto_would_drop_is_refused(rest: Any, api: str) -> None:
    """A setting that would be lost in silence is worse than a refusal."""
    deployment = rest.get_stage(restApiId=api, stageName="dev")["deploymentId"]
    with refused("BadRequestException", 400):
        rest.create_stage(restApiId=api, stageName="new", deploymentId=deployment, documentationVersion="1")
    with refused("BadRequestException", 400):
        rest.create_deployment(restApiId=api, stageName="dev", tracingEnabled=True)


def test_other_settings_still_work(rest: Any, api: str) -> None:
    """What moto models of a stage goes on: logs, removal of variables, tracing."""
    _patch(
        rest,
        api,
        replace("/accessLogSettings/format", "f"),
        replace("/variables/a", "1"),
        replace("/tracingEnabled", "true"),
        replace("/{proxy+}/GET/logging/loglevel", "INFO"),
    )
    stage = rest.get_stage(restApiId=api, stageName="dev")
    assert (stage["accessLogSettings"], stage["tracingEnabled"]) == ({"format": "f"}, True)
    assert stage["methodSettings"]["{proxy+}/GET"]["loggingLevel"] == "INFO"
    _patch(rest, api, {"op": "remove", "path": "/accessLogSettings"}, {"op": "remove", "path": "/variables/a"})
    stage = rest.get_stage(restApiId=api, stageName="dev")
    assert "accessLogSettings" not in stage
    assert stage["variables"] == {}


def test_a_stage_is_dated_by_the_sandboxs_clock(sandbox: Sandbox, rest: Any, certificate: str) -> None:
    """CreatedDate stays, lastUpdatedDate moves."""
    sandbox.clock.freeze()
    start = datetime(2028, 1, 1, tzinfo=timezone.utc)
    sandbox.clock.set(start)
    api = sandbox.console.create_rest_api("later", ["dev"])
    sandbox.clock.advance(timedelta(days=3))
    stage = _patch(rest, api, replace("/clientCertificateId", certificate))
    assert (stage["createdDate"], stage["lastUpdatedDate"]) == (start, start + timedelta(days=3))


def test_apis_come_in_pages(sandbox: Sandbox, rest: Any) -> None:
    """GetRestApis, which moto does not page: 25 at a time, an API deleted in between hides no other."""
    made = [sandbox.console.create_rest_api(f"api{number}") for number in range(30)]
    pages = list(rest.get_paginator("get_rest_apis").paginate())
    assert [len(page["items"]) for page in pages] == [25, 5]
    assert [api["id"] for page in pages for api in page["items"]] == made
    first = rest.get_rest_apis(limit=10)
    sandbox.console.delete_api(made[0])
    rest_of_them = rest.get_rest_apis(limit=500, position=first["position"])
    assert [api["id"] for api in rest_of_them["items"]] == made[10:]
