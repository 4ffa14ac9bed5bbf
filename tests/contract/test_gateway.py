"""The fake and the real gateway give the same answers.

Every test runs twice: against ``FakeGateway`` and against boto3 at the sandbox. A test that passes once and fails once
has found a lie in a double.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import IssuedCertificate, Redeploy, StageKind, StageRef

if TYPE_CHECKING:
    from tests.doubles.aws_environments import Environment

TAGS = {"apigw-client-cert:rotation-id": "r1", "apigw-client-cert:generation": "1"}
ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
KINDS = pytest.mark.parametrize("kind", list(StageKind))


def generate(environment: Environment) -> IssuedCertificate:
    """One certificate with our tags."""
    return environment.gateway.generate(description="orders", tags=TAGS)


def test_an_empty_account_holds_nothing_and_has_an_id(environment: Environment) -> None:
    """Nothing there is no error."""
    gateway = environment.gateway
    assert gateway.list_certificates() == ()
    assert gateway.get("zzzzzz") is None
    gateway.delete("zzzzzz")
    assert gateway.account_id() == "123456789012"
    assert re.match("arn:aws:(iam|sts)::123456789012:", gateway.caller() or "")
    assert gateway.region


def test_a_generated_certificate_is_read_back_alike(environment: Environment) -> None:
    """From generate, get and list: the same record."""
    issued = generate(environment)
    assert environment.gateway.get(issued.id) == issued
    assert environment.gateway.list_certificates() == (issued,)
    assert (issued.description, issued.tags) == ("orders", TAGS)


def test_two_certificates_differ_and_are_both_listed(environment: Environment) -> None:
    """Each generate makes one more."""
    first, second = generate(environment), generate(environment)
    assert first.id != second.id
    assert first.pem != second.pem
    assert {each.id for each in environment.gateway.list_certificates()} == {first.id, second.id}


def test_the_certificate_has_the_shape_that_aws_issues(environment: Environment) -> None:
    """docs/aws.md §2; the dates beside it are those inside it."""
    issued = generate(environment)
    inside = x509.load_pem_x509_certificate(issued.pem.encode())
    assert inside.subject == inside.issuer
    assert inside.subject.rfc4514_string() == "CN=ApiGateway,L=Seattle,C=US"
    assert list(inside.extensions) == []
    assert inside.serial_number.bit_length() <= 64
    assert inside.not_valid_after_utc - inside.not_valid_before_utc == timedelta(days=365)
    assert inside.not_valid_after_utc == issued.expiration_date
    assert inside.not_valid_before_utc == issued.created_date


def test_tags_are_added_overwritten_and_removed(environment: Environment) -> None:
    """What was not named stays."""
    certificate_id = generate(environment).id
    environment.gateway.tag(certificate_id, {"apigw-client-cert:generation": "2", "team": "orders"})
    environment.gateway.untag(certificate_id, ["apigw-client-cert:rotation-id", "never-there"])
    found = environment.gateway.get(certificate_id)
    assert found is not None
    assert found.tags == {"apigw-client-cert:generation": "2", "team": "orders"}


def test_tagging_what_is_gone_is_refused_and_untagging_it_is_not(environment: Environment) -> None:
    """The certificate is named."""
    with pytest.raises(errors.BadInput) as caught:
        environment.gateway.tag("zzzzzz", {"a": "b"})
    assert caught.value.subject == "zzzzzz"
    environment.gateway.untag("zzzzzz", ["a"])


@KINDS
def test_a_stage_presents_what_it_is_bound_to(environment: Environment, kind: StageKind) -> None:
    """Nothing, one, another, nothing again."""
    stage = environment.new_stage(kind)
    first, second = generate(environment), generate(environment)
    seen = [environment.gateway.presented(stage)]
    for redeploy, issued in ((Redeploy.NEVER, first), (Redeploy.SAME_DEPLOYMENT, second)):
        environment.gateway.bind(stage, issued.id, redeploy)
        seen.append(environment.gateway.presented(stage))
        assert environment.gateway.list_presented(stage.api_id, kind)[stage] == seen[-1]
    assert environment.gateway.list_presented("zzzzzzzzzz", kind) == {}
    environment.gateway.unbind(stage)
    environment.gateway.unbind(stage)
    seen.append(environment.gateway.presented(stage))
    assert seen == [None, first.id, second.id, None]


@KINDS
def test_binding_a_certificate_that_is_not_there_changes_nothing(environment: Environment, kind: StageKind) -> None:
    """The certificate is the subject, not the stage."""
    stage = environment.new_stage(kind)
    issued = generate(environment)
    environment.gateway.bind(stage, issued.id)
    with pytest.raises(errors.BadInput) as caught:
        environment.gateway.bind(stage, "zzzzzz")
    assert caught.value.subject == "zzzzzz"
    assert environment.gateway.presented(stage) == issued.id


@KINDS
@pytest.mark.parametrize("missing", ["stage", "api"])
def test_a_stage_that_is_not_there_is_named_and_unbinding_it_is_success(
    environment: Environment, kind: StageKind, missing: str
) -> None:
    """Reading and binding refuse, clearing has nothing to do."""
    real = environment.new_stage(kind)
    stage = StageRef(real.api_id, "nowhere", kind) if missing == "stage" else StageRef("nowhere", "prod", kind)
    issued = generate(environment)
    with pytest.raises(errors.StageNotFound) as caught:
        environment.gateway.presented(stage)
    assert caught.value.subject == str(stage)
    for redeploy in Redeploy:
        with pytest.raises(errors.StageNotFound) as caught:
            environment.gateway.bind(stage, issued.id, redeploy)
        assert caught.value.subject == str(stage)
    environment.gateway.unbind(stage)


@KINDS
def test_a_stage_is_found_in_its_own_family_only(environment: Environment, kind: StageKind) -> None:
    """A REST API's id is no WebSocket API's."""
    stage = environment.new_stage(kind)
    other = StageKind.REST if kind is StageKind.WEBSOCKET else StageKind.WEBSOCKET
    with pytest.raises(errors.StageNotFound):
        environment.gateway.presented(StageRef(stage.api_id, stage.stage_name, other))


@KINDS
def test_a_certificate_in_use_is_not_deleted(environment: Environment, kind: StageKind) -> None:
    """Until the last stage has let go."""
    stage = environment.new_stage(kind)
    issued = generate(environment)
    environment.gateway.bind(stage, issued.id)
    with pytest.raises(errors.StillInUse) as caught:
        environment.gateway.delete(issued.id)
    assert caught.value.subject == issued.id
    assert environment.gateway.get(issued.id) == issued
    environment.gateway.unbind(stage)
    environment.gateway.delete(issued.id)
    environment.gateway.delete(issued.id)
    assert environment.gateway.get(issued.id) is None


def test_a_deleted_stage_frees_its_certificate(environment: Environment) -> None:
    """The binding goes with the stage."""
    stage = environment.new_stage()
    issued = generate(environment)
    environment.gateway.bind(stage, issued.id)
    environment.drop_stage(stage)
    assert environment.gateway.scan().users == {}
    environment.gateway.delete(issued.id)
    assert environment.gateway.list_certificates() == ()


def test_a_full_quota_refuses_with_the_same_words(environment: Environment) -> None:
    """Count, our own ids, and the quota's code."""
    ours = generate(environment)
    foreign = environment.gateway.generate(description="", tags={})
    environment.set_quota(2)
    with pytest.raises(errors.QuotaExhausted) as caught:
        generate(environment)
    assert f"holds 2 client certificates, 1 of them with the tag apigw-client-cert:rotation-id ({ours.id})" in str(
        caught.value
    )
    assert foreign.id not in str(caught.value)
    assert "L-824C9E42" in str(caught.value)
    environment.gateway.delete(foreign.id)
    assert generate(environment).id != ours.id


def test_a_scan_finds_users_in_both_families(environment: Environment) -> None:
    """Every id that is presented is a key, with its stages in order."""
    issued, other = generate(environment), generate(environment)
    generate(environment)
    rest = [environment.new_stage(), environment.new_stage()]
    socket = environment.new_stage(StageKind.WEBSOCKET)
    environment.new_stage()
    for stage in (*rest, socket):
        environment.gateway.bind(stage, issued.id)
    environment.gateway.bind(rest[0], other.id)
    usage = environment.gateway.scan()
    assert usage.users == {issued.id: tuple(sorted([rest[1], socket])), other.id: (rest[0],)}
    assert {stage: stage.kind for stage in usage.users[issued.id]} == {rest[1]: rest[1].kind, socket: socket.kind}
    assert usage.gaps == ()


def test_a_stage_may_name_a_certificate_that_is_gone(environment: Environment) -> None:
    """Deleted by hand from under it: the stage still says the id, and the scan still finds it."""
    stage = environment.new_stage()
    issued = generate(environment)
    environment.gateway.bind(stage, issued.id)
    environment.drop_certificate(issued.id)
    assert environment.gateway.get(issued.id) is None
    assert environment.gateway.presented(stage) == issued.id
    assert environment.gateway.scan().users == {issued.id: (stage,)}


def test_an_acm_arn_is_presented_and_found_and_is_no_certificate_of_api_gateway(environment: Environment) -> None:
    """docs/aws.md §1.6."""
    stage = environment.new_stage()
    environment.gateway.bind(stage, ACM)
    assert environment.gateway.presented(stage) == ACM
    assert environment.gateway.scan().users == {ACM: (stage,)}
    assert environment.gateway.get(ACM) is None
    assert environment.gateway.list_certificates() == ()
