"""Tags on certificate, stage and API ARNs, with AWS's limits (docs/aws.md §1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.sandbox.wire import certificate_arn, raw, refused

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox


@pytest.fixture
def arn(rest: Any) -> str:
    """A certificate with one tag."""
    return certificate_arn(rest.generate_client_certificate(tags={"a": "1"})["clientCertificateId"])


def test_tag_adds_and_replaces_with_204(rest: Any, arn: str) -> None:
    """Other tags stay; GetTags and GetClientCertificate agree."""
    answer = rest.tag_resource(resourceArn=arn, tags={"a": "2", "b": "3"})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert rest.get_tags(resourceArn=arn)["tags"] == {"a": "2", "b": "3"}
    certificate = rest.get_client_certificate(clientCertificateId=arn.rsplit("/", 1)[1])
    assert certificate["tags"] == {"a": "2", "b": "3"}


def test_untag_removes_the_named_keys_with_204(rest: Any, arn: str) -> None:
    """A key that is not there is no error; the last tag gone, the member is absent."""
    rest.tag_resource(resourceArn=arn, tags={"b": "3"})
    answer = rest.untag_resource(resourceArn=arn, tagKeys=["a", "b", "c"])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert rest.get_tags(resourceArn=arn)["tags"] == {}
    assert "tags" not in rest.get_client_certificate(clientCertificateId=arn.rsplit("/", 1)[1])


def test_untag_without_keys_is_refused(rest: Any, arn: str) -> None:
    """An empty list reaches the wire as no key at all, and without one the model knows no such call."""
    with refused("UnknownOperationException", 404):
        rest.untag_resource(resourceArn=arn, tagKeys=[])


def test_a_percent_encoded_arn_and_a_plain_one_mean_the_same(sandbox: Sandbox, rest: Any, arn: str) -> None:
    """Go's SDK encodes every character, boto3 too; the answer of a tagging call has no body."""
    reply = raw(sandbox.endpoint_url, "PUT", f"/tags/{quote(arn, safe='')}", {"tags": {"x": "y"}})
    assert (reply.status, reply.body) == (204, b"")
    reply = raw(sandbox.endpoint_url, "GET", f"/tags/{quote(arn, safe='')}")
    assert reply.json() == {"tags": {"a": "1", "x": "y"}}
    assert rest.get_tags(resourceArn=arn)["tags"] == {"a": "1", "x": "y"}


@pytest.mark.parametrize(
    "tags",
    [
        {"k" * 129: "v"},
        {"": "v"},
        {"k": "v" * 257},
        {"aws:k": "v"},
        {"AWS:k": "v"},
        {"k,k": "v"},
        {"k": "v\nv"},
        {"k": "v*"},
        {"k": "\u20ac"},
        {f"k{number}": "v" for number in range(51)},
    ],
    ids=["long-key", "no-key", "long-value", "aws", "AWS", "comma-key", "line-break", "star", "euro", "too-many"],
)
def test_a_tag_beyond_the_limits_is_refused_by_tag_and_by_generate(
    sandbox: Sandbox, rest: Any, arn: str, tags: dict[str, str]
) -> None:
    """400, and nothing was tagged or made."""
    with refused("BadRequestException", 400):
        rest.tag_resource(resourceArn=arn, tags=tags)
    with refused("BadRequestException", 400):
        rest.generate_client_certificate(tags=tags)
    assert rest.get_tags(resourceArn=arn)["tags"] == {"a": "1"}
    assert len(sandbox.certificates()) == 1


def test_the_longest_tags_and_50_of_them_are_taken(rest: Any) -> None:
    """128 and 256 characters; an empty value is a value."""
    tags = {f"{number:0128}": "v" * 256 for number in range(49)} | {"a+-=._:/Z09": ""}
    made = rest.generate_client_certificate(tags=tags)
    assert made["tags"] == tags
    with refused("BadRequestException", 400):
        rest.tag_resource(resourceArn=certificate_arn(made["clientCertificateId"]), tags={"one-more": "x"})


@pytest.mark.parametrize(
    ("arn", "code", "status"),
    [
        ("arn:aws:apigateway:us-east-1::/clientcertificates/nobody", "NotFoundException", 404),
        ("arn:aws:apigateway:eu-west-1::/clientcertificates/nobody", "NotFoundException", 404),
        ("arn:aws:apigateway:us-east-1::/restapis/nobody/stages/dev", "NotFoundException", 404),
        ("arn:aws:apigateway:us-east-1::/restapis/nobody", "NotFoundException", 404),
        ("arn:aws:apigateway:us-east-1:123456789012:/clientcertificates/nobody", "BadRequestException", 400),
        ("arn:aws:apigateway:us-east-1::clientcertificates/nobody", "BadRequestException", 400),
        ("arn:aws:s3:::bucket", "BadRequestException", 400),
        ("nobody", "BadRequestException", 400),
    ],
)
def test_an_arn_of_nothing_is_refused(rest: Any, arn: str, code: str, status: int) -> None:
    """404 for a resource that is not there, 400 for what is no API Gateway ARN."""
    with refused(code, status):
        rest.get_tags(resourceArn=arn)
    with refused(code, status):
        rest.tag_resource(resourceArn=arn, tags={"a": "b"})


def test_get_tags_has_no_pages(rest: Any, arn: str) -> None:
    """AWS documents position and limit as not supported."""
    with refused("BadRequestException", 400):
        rest.get_tags(resourceArn=arn, limit=5)


def test_stages_and_apis_take_tags_too(sandbox: Sandbox, rest: Any) -> None:
    """On their own ARNs; GetStage shows them."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    base = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    rest.tag_resource(resourceArn=base, tags={"of": "api"})
    rest.tag_resource(resourceArn=f"{base}/stages/dev", tags={"of": "stage"})
    assert rest.get_tags(resourceArn=base)["tags"] == {"of": "api"}
    assert rest.get_stage(restApiId=api, stageName="dev")["tags"] == {"of": "stage"}
    rest.untag_resource(resourceArn=f"{base}/stages/dev", tagKeys=["of"])
    assert "tags" not in rest.get_stage(restApiId=api, stageName="dev")
    assert rest.get_rest_api(restApiId=api)["tags"] == {"of": "api"}


def test_tags_of_the_developer_guides_character_set_are_kept(rest: Any, arn: str) -> None:
    """An address, a key of two words and an umlaut, by generate and by tag."""
    tags = {"Owner": "platform@example.com", "Cost Center": "4711", "Team": "Bestellungen-K\u00f6ln"}
    rest.tag_resource(resourceArn=arn, tags=tags)
    assert rest.get_tags(resourceArn=arn)["tags"] == {"a": "1", **tags}
    assert rest.generate_client_certificate(tags=tags)["tags"] == tags
