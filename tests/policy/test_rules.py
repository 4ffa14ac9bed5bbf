"""The rules where programs do not easily lead: unknown values, near misses, names that look like ids."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from policy.client_cert_policies.agreed import COMPONENT, DYNAMIC, Kind
from policy.client_cert_policies.declared import UNKNOWN, Declared
from policy.client_cert_policies.overdue import WaitLimit, overdue
from policy.client_cert_policies.publishing import unpublished
from policy.client_cert_policies.replacement import deleted_first
from policy.client_cert_policies.same_subject import read_as_plain_pem
from policy.client_cert_policies.stages import without_ignore_changes
from policy.client_cert_policies.takes_id import takes_id

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2027, 2, 24, 10, tzinfo=timezone.utc)
REST, WEBSOCKET = "aws:apigateway/stage:Stage", "aws:apigatewayv2/stage:Stage"


def resource(
    type_: str | Kind, name: str, props: Mapping[str, Any] | None = None, uses: dict[str, str] | None = None, **how: Any
) -> Declared:
    """A resource whose URN is its name; ``uses``: input -> names of resources, separated by spaces."""
    token = f"{DYNAMIC}{type_.value}" if isinstance(type_, Kind) else type_
    used = {key: frozenset(names.split()) for key, names in (uses or {}).items()}
    return Declared(urn=name, type=token, name=name, props=props or {}, uses=used, **how)


def certificate(**props: Any) -> Declared:
    """A certificate named orders."""
    return resource(Kind.CERTIFICATE, "orders", {"name": "orders", **props})


def binding(props: Mapping[str, Any] | None = None, **uses: str) -> Declared:
    """A binding of the certificate orders to the stage prod of a REST API."""
    whole = {"apiKind": "REST", "apiId": "a1", "stageName": "prod", **(props or {})}
    return resource(Kind.BINDING, "orders-prod", whole, {"clientCertificateId": "orders", **uses})


@pytest.mark.parametrize(
    ("props", "words"),
    [
        ({"nextAction": "issue", "nextActionAt": "2027-02-22T09:59:59Z"}, ["The issue step", "for 2 days"]),
        ({"nextActionAt": "2027-02-22T10:00:00Z"}, []),
        ({"nextActionAt": UNKNOWN, "expirationDate": UNKNOWN}, []),
        ({"nextActionAt": "soon", "expirationDate": "later"}, []),
        ({"expirationDate": "2027-03-03T10:00:00+00:00"}, ["in 7 days", "pulumi up --refresh"]),
        ({"expirationDate": "2027-03-03T10:00:01Z"}, []),
        ({"expirationDate": "2027-02-25T12:00:00Z"}, ["in 26 hours"]),
        ({"expirationDate": "2027-02-24T10:10:00Z"}, ["in less than an hour"]),
        ({"expirationDate": "2027-02-24T10:00:00Z"}, ["expired 2027-02-24T10:00:00Z, and"]),
        ({"expirationDate": "2027-03-01T10:00:00Z", "pinGeneration": 2.0}, ["pin_generation=2 holds it"]),
    ],
)
def test_a_certificate_is_overdue_to_the_second(props: dict[str, Any], words: list[str]) -> None:
    """What is unknown, or no date, is left to others."""
    wait_limit = WaitLimit(due_step_may_wait=timedelta(days=2), expires_within=timedelta(days=7))
    messages = [one.message for one in overdue([certificate(**props)], NOW, wait_limit)]
    assert len(messages) == bool(words)
    assert all(word in messages[0] for word in words)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("orders", True),
        ("a1b2c3", False),
        (UNKNOWN, False),
        (None, False),
        ("arn:aws:acm:eu-west-1:123456789012:certificate/orders", False),
    ],
)
def test_a_resource_takes_an_id_if_it_is_the_certificates(value: object, *, told: bool) -> None:
    """A foreign certificate's id and an ACM ARN are somebody's own choice."""
    found = list(takes_id([certificate(), resource(REST, "prod", {"clientCertificateId": value})]))
    assert [one.urn for one in found] == ["prod"] * told


def test_a_certificate_takes_nothing() -> None:
    """What AWS called it may be another one's name."""
    other = resource(Kind.CERTIFICATE, "other", {"name": "other", "clientCertificateId": "orders"})
    assert list(takes_id([certificate(), other])) == []


def test_a_certificate_whose_name_is_also_an_id_of_its_own_is_believed() -> None:
    """Somebody imported it, or named it so."""
    named = certificate(clientCertificateId="a1b2c3", generations=[{"id": "a1b2c3"}, {"id": "orders"}])
    assert list(takes_id([named, binding({"clientCertificateId": "orders"})])) == []


@pytest.mark.parametrize(
    ("stage", "bound", "told"),
    [
        (resource(REST, "s", {"restApi": "a1", "stageName": "prod"}), binding(), True),
        (resource(REST, "s", {"restApi": "a1", "stageName": "dev"}), binding(), False),
        (resource(REST, "s", {"restApi": "b2", "stageName": "prod"}), binding(), False),
        (resource(REST, "s", {"restApi": "a1", "stageName": "prod"}, ignore_changes=("tags",)), binding(), True),
        (resource(REST, "s", {"restApi": "a1", "stageName": "prod"}, ignore_changes=("*",)), binding(), False),
        (resource(WEBSOCKET, "s", {"apiId": "a1", "name": "prod"}), binding(), False),
        (resource(WEBSOCKET, "s", {"apiId": "a1", "name": "prod"}), binding({"apiKind": "WEBSOCKET"}), True),
        # At a first preview: an API that this program makes too, a stage taken as it is, and one of another API.
        (
            resource(REST, "s", {"restApi": UNKNOWN, "stageName": "prod"}, {"restApi": "api"}),
            binding({"apiId": UNKNOWN}, apiId="api"),
            True,
        ),
        (
            resource(REST, "s", {"restApi": UNKNOWN, "stageName": "prod"}, {"restApi": "api"}),
            binding({"apiId": UNKNOWN, "stageName": UNKNOWN}, apiId="s", stageName="s"),
            True,
        ),
        (
            resource(REST, "s", {"restApi": UNKNOWN, "stageName": "prod"}, {"restApi": "other"}),
            binding({"apiId": UNKNOWN}, apiId="api"),
            False,
        ),
        (
            resource(REST, "s", {"restApi": UNKNOWN, "stageName": "dev"}, {"restApi": "api"}),
            binding({"apiId": UNKNOWN}, apiId="api"),
            False,
        ),
        # Neither value nor source is known: nothing can be told.
        (resource(REST, "s", {"restApi": UNKNOWN, "stageName": "prod"}), binding({"apiId": UNKNOWN}), False),
        (resource(REST, "s", {}), resource(Kind.BINDING, "b", {}), False),
    ],
)
def test_a_stage_is_told_of_when_a_binding_binds_it(stage: Declared, bound: Declared, *, told: bool) -> None:
    """By values where they are known, by what they are computed from where not."""
    assert [one.urn for one in without_ignore_changes([bound, stage])] == ["s"] * told


def test_a_stage_that_gives_itself_an_acm_certificate_is_told_which_of_the_two_has_to_go() -> None:
    """``ignore_changes`` alone would leave a binding that refuses in every run."""
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c"
    stage = resource(REST, "s", {"restApi": "a1", "stageName": "prod", "clientCertificateId": arn})
    (told,) = without_ignore_changes([binding(), stage])
    assert f"presents the ACM certificate {arn} by its own resource" in told.message
    assert "remove the binding" in told.message


def test_a_stage_with_two_bindings_is_told_of_once() -> None:
    """One option mends both."""
    stage = resource(REST, "s", {"restApi": "a1", "stageName": "prod"})
    assert len(list(without_ignore_changes([binding(), binding(), stage]))) == 1


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (resource(Kind.BUNDLE, "b", {}, {"rotations": "orders"}), False),
        (resource(Kind.BUNDLE, "b", {}, {"rotations": "another"}), True),
        (resource("aws:ssm/parameter:Parameter", "p", {"value": "PEM"}, {"value": "orders"}), False),
        (resource("aws:ssm/parameter:Parameter", "p", {"value": "PEM"}, {"value": "another"}), True),
        # At a first preview.
        (resource("aws:ssm/parameter:Parameter", "p", {"value": UNKNOWN}, {"value": "orders"}), False),
        # It says which certificate, or until when, and not what to trust.
        (resource("aws:ssm/parameter:Parameter", "p", {"value": "a1b2c3"}, {"value": "orders"}), True),
        (resource("aws:ssm/parameter:Parameter", "p", {"value": "2027-03-02"}, {"value": "orders"}), True),
        (resource(REST, "s", {"clientCertificateId": UNKNOWN}, {"clientCertificateId": "orders"}), True),
    ],
)
def test_a_rotation_is_published_by_what_takes_more_than_its_name(other: Declared, *, told: bool) -> None:
    """A bundle of ours, or any resource that is fed by the certificate."""
    rotating = certificate(clientCertificateId="a1b2c3", expirationDate="2027-03-02", trustBundlePem="PEM")
    assert [one.urn for one in unpublished([rotating, binding(), other])] == ["orders"] * told


def test_what_takes_the_bundle_of_a_component_publishes_its_certificate() -> None:
    """Through the plugin a program sees the component's outputs, not the certificate inside; a parent is no source."""
    component = resource(COMPONENT, "component")
    other = resource("team:index:Platform", "platform")
    parameter = resource("aws:ssm/parameter:Parameter", "p", {"value": "PEM"}, {"value": "component platform"})
    for above, published in ((component, True), (other, False)):
        inside = dataclasses.replace(certificate(), parent=above.urn)
        assert bool(list(unpublished([component, other, inside, binding(), parameter]))) is not published


def test_a_certificate_that_no_binding_presents_need_not_be_published() -> None:
    """Nothing moves to its successors; a binding to a certificate of another stack has none here."""
    assert list(unpublished([certificate()])) == []
    assert list(unpublished([binding()])) == []


@pytest.mark.parametrize("kind", Kind)
def test_only_our_resources_are_kept_from_being_deleted_first(kind: Kind) -> None:
    """What others do with theirs is not ours to say."""
    (message,) = deleted_first(resource(kind, "one", delete_before_replace=True))
    assert message.startswith(f"{kind.value} 'one' has delete_before_replace")
    assert list(deleted_first(resource(kind, "one"))) == []
    assert list(deleted_first(resource(REST, "one", delete_before_replace=True))) == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"type": "file", "path": "a", "content": "pem", "backend": "nginx"}, ['(file a) of "b"', 'content="nginx"']),
        ({"type": "ssm", "name": "/a", "backend": "stunnel"}, ["(ssm /a)", "its own listener"]),
        ({"type": "s3", "bucket": "b", "key": "k", "content": "go", "backend": "node"}, ["(s3 k)", 'content="node"']),
        ({"type": "secretsmanager", "secretId": UNKNOWN, "backend": "envoy"}, ["(secretsmanager)"]),
        ({"type": "file", "content": UNKNOWN, "backend": "nginx"}, []),
        ({"type": "file", "backend": UNKNOWN}, []),
        (UNKNOWN, []),
    ],
)
def test_a_target_is_told_by_its_place_and_its_remedy(target: object, words: list[str]) -> None:
    """Unknown content or reader: nothing can be told."""
    messages = list(read_as_plain_pem(resource(Kind.BUNDLE, "b", {"targets": [target]})))
    assert len(messages) == bool(words)
    assert all(word.replace('"b"', "'b'") in messages[0] for word in words)


def test_targets_that_are_unknown_as_a_whole_are_left_alone() -> None:
    """And so is a property of that name elsewhere."""
    assert list(read_as_plain_pem(resource(Kind.BUNDLE, "b", {"targets": UNKNOWN}))) == []
    assert list(read_as_plain_pem(resource(REST, "s", {"targets": [{"backend": "nginx"}]}))) == []
