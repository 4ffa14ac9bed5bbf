"""The five client certificate operations through boto3."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.wire import refused, replace

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"


def _status(answer: Any) -> int:
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def test_get_answers_what_generate_did(rest: Any) -> None:
    """Nothing is lost and nothing is added; the id is six lower-case alphanumerics."""
    made = rest.generate_client_certificate(description="d", tags={"a": "b"})
    found = rest.get_client_certificate(clientCertificateId=made["clientCertificateId"])
    assert (_status(made), _status(found)) == (201, 200)
    assert re.fullmatch(r"[a-z0-9]{6}", found["clientCertificateId"])
    assert (found["description"], found["tags"]) == ("d", {"a": "b"})
    assert {**made, "ResponseMetadata": 0} == {**found, "ResponseMetadata": 0}


def test_update_changes_the_description_only(rest: Any) -> None:
    """The PEM stays."""
    made = rest.generate_client_certificate(description="old")
    changed = rest.update_client_certificate(
        clientCertificateId=made["clientCertificateId"], patchOperations=[replace("/description", "new")]
    )
    assert changed["description"] == "new"
    assert changed["pemEncodedCertificate"] == made["pemEncodedCertificate"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/tags/a", "value": "b"},
        {"op": "replace", "path": "/pemEncodedCertificate", "value": "x"},
        {"op": "remove", "path": "/description"},
        {"op": "add", "path": "/description", "value": "x"},
        {"op": "copy", "path": "/description", "from": "/clientCertificateId"},
        {"op": "replace", "path": "/description"},
        {"op": "replace", "path": "/description", "value": "x", "from": "/y"},
        {"op": "replace"},
    ],
)
def test_update_refuses_every_other_patch(rest: Any, operation: dict[str, str]) -> None:
    """400, and the description stays."""
    made = rest.generate_client_certificate(description="kept")["clientCertificateId"]
    with refused("BadRequestException", 400):
        rest.update_client_certificate(
            clientCertificateId=made, patchOperations=[replace("/description", "lost"), operation]
        )
    assert rest.get_client_certificate(clientCertificateId=made)["description"] == "kept"


def test_update_without_operations_changes_nothing(rest: Any) -> None:
    """An empty PATCH is answered with the certificate."""
    made = rest.generate_client_certificate(description="d")
    assert rest.update_client_certificate(clientCertificateId=made["clientCertificateId"])["description"] == "d"


def test_delete_answers_202_and_the_certificate_is_gone(rest: Any) -> None:
    """A second delete is 404."""
    made = rest.generate_client_certificate()["clientCertificateId"]
    assert _status(rest.delete_client_certificate(clientCertificateId=made)) == 202
    with refused("NotFoundException", 404):
        rest.delete_client_certificate(clientCertificateId=made)


@pytest.mark.parametrize(
    "operation", ["get_client_certificate", "delete_client_certificate", "update_client_certificate"]
)
def test_an_acm_arn_is_not_found(rest: Any, operation: str) -> None:
    """ACM's certificates are not API Gateway's (docs/aws.md §1.6)."""
    with refused("NotFoundException", 404):
        getattr(rest, operation)(clientCertificateId=ACM_ARN)


def test_ids_are_never_given_twice(sandbox: Sandbox, rest: Any) -> None:
    """A deleted id stays deleted: twelve mints, twelve ids."""
    sandbox.change(certificate_quota=1)
    ids = set()
    for _ in range(12):
        made = rest.generate_client_certificate()["clientCertificateId"]
        rest.delete_client_certificate(clientCertificateId=made)
        ids.add(made)
    assert len(ids) == 12


def test_a_pattern_of_pages_covers_every_certificate_once(sandbox: Sandbox, rest: Any) -> None:
    """63 certificates in pages of 25 (the default), of 7, and all at once, always oldest first."""
    sandbox.change(certificate_quota=70)
    made = [sandbox.console.generate_certificate() for _ in range(63)]
    first = rest.get_client_certificates()
    assert [one["clientCertificateId"] for one in first["items"]] == made[:25]
    paginator = rest.get_paginator("get_client_certificates")
    for size in (None, 7, 63, 500):
        pages = list(paginator.paginate(PaginationConfig={"PageSize": size} if size else {}))
        assert [one["clientCertificateId"] for page in pages for one in page["items"]] == made
        assert len(pages) == {None: 3, 7: 9, 63: 1, 500: 1}[size]
    assert "position" not in rest.get_client_certificates(limit=63)


def test_a_certificate_deleted_between_two_pages_hides_no_other(sandbox: Sandbox, rest: Any) -> None:
    """The position names a place, not an offset."""
    made = [sandbox.console.generate_certificate() for _ in range(4)]
    first = rest.get_client_certificates(limit=2)
    rest.delete_client_certificate(clientCertificateId=made[0])
    rest.delete_client_certificate(clientCertificateId=made[1])
    second = rest.get_client_certificates(limit=2, position=first["position"])
    assert [one["clientCertificateId"] for one in second["items"]] == made[2:]


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_limit_outside_1_to_500_is_refused(rest: Any, limit: int) -> None:
    """400."""
    with refused("BadRequestException", 400):
        rest.get_client_certificates(limit=limit)


@pytest.mark.parametrize("position", ["", "x", "YWZ0ZXI6eA==", "/////w==", "\u00e9"])
def test_a_position_that_was_never_given_is_refused(rest: Any, position: str) -> None:
    """400, whatever garbage it is."""
    with refused("BadRequestException", 400):
        rest.get_client_certificates(position=position)


def test_no_certificates_is_an_empty_page(rest: Any) -> None:
    """With items, without position."""
    answer = rest.get_client_certificates()
    assert answer["items"] == []
    assert "position" not in answer


def test_the_quota_is_60_and_frees_with_a_delete(sandbox: Sandbox, rest: Any) -> None:
    """The 61st is LimitExceededException 429; nothing was made."""
    made = [sandbox.console.generate_certificate() for _ in range(60)]
    with refused("LimitExceededException", 429):
        rest.generate_client_certificate()
    assert len(sandbox.certificates()) == 60
    rest.delete_client_certificate(clientCertificateId=made[0])
    assert _status(rest.generate_client_certificate()) == 201


def test_regions_share_nothing(sandbox: Sandbox, rest: Any) -> None:
    """A certificate of one region is unknown in another."""
    made = rest.generate_client_certificate()["clientCertificateId"]
    elsewhere = sandbox.client("apigateway", region_name="eu-west-1")
    assert elsewhere.get_client_certificates()["items"] == []
    with refused("NotFoundException", 404):
        elsewhere.get_client_certificate(clientCertificateId=made)
