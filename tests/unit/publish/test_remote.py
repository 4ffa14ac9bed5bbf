"""SSM, S3 and Secrets Manager at the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.publish.s3 import S3Target
from apigw_client_cert.publish.secretsmanager import SecretsManagerTarget
from apigw_client_cert.publish.ssm import SsmTarget

if TYPE_CHECKING:
    from tests.doubles.stubbed_aws import StubbedAws

XML = {"Content-Type": "application/xml"}


def s3_error(code: str, message: str = "no") -> str:
    """S3's error body."""
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"


def ssm(aws: StubbedAws) -> SsmTarget:
    """A parameter."""
    return SsmTarget("/orders/pins", lambda: aws.client)


def s3(aws: StubbedAws, owner: str | None = "123456789012") -> S3Target:
    """An object."""
    return S3Target("trust", "orders/pins.pem", lambda: aws.client, owner)


def secret(aws: StubbedAws, secret_id: str = "orders/pins") -> SecretsManagerTarget:  # noqa: S107 - a name, not a password
    """A secret."""
    return SecretsManagerTarget(secret_id, lambda: aws.client)


def test_addresses_read_as_a_user_writes_them(aws: StubbedAws) -> None:
    """They stand in messages."""
    found = [ssm(aws).address, s3(aws).address, secret(aws).address]
    assert found == ["ssm /orders/pins", "s3 trust/orders/pins.pem", "secretsmanager orders/pins"]


def test_a_parameter_is_read_and_none_where_there_is_none(aws: StubbedAws) -> None:
    """ParameterNotFound is the only answer that means missing."""
    aws.answers({"Parameter": {"Value": "pins"}}).refuses("ParameterNotFound", 400)
    aws.refuses("AccessDeniedException", 400)
    assert ssm(aws).read() == "pins"
    assert ssm(aws).read() is None
    with pytest.raises(errors.AccessDenied, match="ssm:GetParameter"):
        ssm(aws).read()


@pytest.mark.parametrize(
    ("size", "tier"), [(1, "Standard"), (4096, "Standard"), (4097, "Advanced"), (8192, "Advanced")]
)
def test_the_tier_is_the_cheapest_that_holds_the_text(aws: StubbedAws, size: int, tier: str) -> None:
    """4 KB are free."""
    aws.answers({"Parameter": {"Value": "pins"}}).answers({})
    ssm(aws).write("x" * size)
    assert aws.requests[1].body == {
        "Name": "/orders/pins",
        "Value": "x" * size,
        "Type": "String",
        "Overwrite": True,
        "Tier": tier,
    }


def test_an_advanced_parameter_stays_advanced(aws: StubbedAws) -> None:
    """AWS refuses the way back, also after the text has become small again."""
    aws.answers({"Parameter": {"Value": "pins"}}).refuses("ValidationException", 400).answers({})
    ssm(aws).write("x")
    assert [request.body["Tier"] for request in aws.requests[1:]] == ["Standard", "Advanced"]


@pytest.mark.parametrize("size", [1, 4097], ids=["standard", "advanced"])
def test_a_parameter_of_another_type_is_refused_with_a_remedy(aws: StubbedAws, size: int) -> None:
    """AWS's model: a SecureString does not become a String; in either tier."""
    aws.answers({"Parameter": {"Value": "ciphertext"}}).refuses("HierarchyTypeMismatchException", 400)
    with pytest.raises(errors.TargetTaken, match=r"another type, no String.*Publish under another name"):
        ssm(aws).write("x" * size)
    assert aws.unused == 0


@pytest.mark.parametrize("kind", ["SecureString", "StringList"])
def test_the_type_of_a_parameter_is_named_when_it_is_looked_at(aws: StubbedAws, kind: str) -> None:
    """Before anybody is advised to take it over, which does not work."""
    aws.answers({"Parameter": {"Value": "ciphertext", "Type": kind}})
    with pytest.raises(errors.TargetTaken, match=rf"is a {kind}, no String.*take_over does not apply to it"):
        ssm(aws).read()


@pytest.mark.parametrize("content", ["", "x" * 8193, "ü" * 4097])
def test_a_text_that_fits_no_parameter_is_refused_with_a_remedy(aws: StubbedAws, content: str) -> None:
    """Bytes count, not characters."""
    with pytest.raises(errors.BadInput, match="fingerprints"):
        ssm(aws).write(content)
    assert aws.requests == []


def test_too_many_updates_of_a_parameter_are_waited_out(aws: StubbedAws) -> None:
    """SSM's own word for a concurrent modification, and a look between."""
    old = {"Parameter": {"Value": "pins"}}
    aws.answers(old).refuses("TooManyUpdates", 400).answers(old).answers({})
    ssm(aws).write("x")
    assert aws.unused == 0


def test_a_denied_object_names_the_list_permission(aws: StubbedAws) -> None:
    """Without it S3 calls a missing key forbidden."""
    aws.answers(s3_error("AccessDenied"), status=403, headers=XML)
    with pytest.raises(errors.AccessDenied, match="s3:ListBucket"):
        s3(aws).read()


def test_an_object_that_a_bucket_policy_denies_says_so(aws: StubbedAws) -> None:
    """S3's own words; whoever reads them is not told to allow what he has allowed."""
    words = (
        "User: arn:aws:sts::123456789012:assumed-role/rotation/ci is not authorized to perform: s3:PutObject on"
        " resource: arn:aws:s3:::trust/orders/pins.pem with an explicit deny in a resource-based policy"
    )
    aws.answers("old").answers(s3_error("AccessDenied", words), status=403, headers=XML)
    with pytest.raises(errors.AccessDenied) as refused:
        s3(aws).write("pins")
    assert words in str(refused.value)
    assert "Allow s3" not in str(refused.value)
    assert "lack a permission" not in str(refused.value)


def owners(aws: StubbedAws) -> list[str | None]:
    """Whose bucket each request to S3 expects."""
    asked = [one for one in aws.requests if "s3" in one.url]
    return [one.headers.get("x-amz-expected-bucket-owner") for one in asked]


def test_every_call_expects_the_owner_that_is_named_and_else_the_account_of_the_credentials(aws: StubbedAws) -> None:
    """Reads and writes; what a program without the input wrote before is looked for in its own account."""
    aws.answers("old").answers("")
    s3(aws, "999999999999").write("pins")
    identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    aws.answers(
        f"{identity}</GetCallerIdentityResult></GetCallerIdentityResponse>", headers={"Content-Type": "text/xml"}
    )
    aws.answers("old").answers("")
    s3(aws, None).write("pins")
    assert owners(aws) == ["999999999999"] * 2 + ["123456789012"] * 2


def test_a_denied_look_between_two_tries_says_once_whose_bucket_is_expected(aws: StubbedAws) -> None:
    """The look belongs to the write, and each of them meets the refusal."""
    aws.answers("old").answers(s3_error("SlowDown"), status=503, headers=XML)
    aws.answers(s3_error("AccessDenied"), status=403, headers=XML)
    with pytest.raises(errors.RotationError) as refused:
        s3(aws).write("pins")
    assert str(refused.value).count("expected_bucket_owner") == 1


def test_where_sts_does_not_say_whose_the_credentials_are_nothing_is_expected(aws: StubbedAws) -> None:
    """As before there was a condition; whoever names the owner has it all the same."""
    denied = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
    aws.answers(denied, status=403, headers={"Content-Type": "text/xml"}).answers("old")
    assert s3(aws, None).read() == "old"
    aws.answers("old")
    s3(aws).read()
    assert owners(aws) == [None, "123456789012"]


def test_a_secret_is_read_and_none_where_there_is_none(aws: StubbedAws) -> None:
    """A binary one is read, and equals nothing that we wrote."""
    aws.answers({"SecretString": "pins"}).refuses("ResourceNotFoundException", 400).answers({"SecretBinary": "//4="})
    assert secret(aws).read() == "pins"
    assert secret(aws).read() is None
    assert secret(aws).read() not in {None, "", "pins"}


def test_a_missing_secret_by_arn_cannot_be_made(aws: StubbedAws) -> None:
    """AWS chooses the end of the ARN."""
    aws.refuses("ResourceNotFoundException", 400).refuses("ResourceNotFoundException", 400)
    with pytest.raises(errors.BadInput, match="no secret arn:"):
        secret(aws, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pins-AbCdEf").write("pins")


@pytest.mark.parametrize("content", ["", "x" * 65_537])
def test_a_text_that_fits_no_secret_is_refused_with_a_remedy(aws: StubbedAws, content: str) -> None:
    """64 KB."""
    with pytest.raises(errors.BadInput, match="65536"):
        secret(aws).write(content)


def test_a_secret_that_is_being_deleted_asks_for_the_operator(aws: StubbedAws) -> None:
    """For reading, writing and making."""
    aws.refuses("InvalidRequestException", 400, message="scheduled for deletion")
    aws.answers({"SecretString": "old"}).refuses("InvalidRequestException", 400, message="scheduled for deletion")
    for code in ("ResourceNotFoundException", "ResourceNotFoundException", "InvalidRequestException"):
        aws.refuses(code, 400)
    with pytest.raises(errors.NeedsOperator, match="scheduled for deletion"):
        secret(aws).read()
    with pytest.raises(errors.NeedsOperator, match="restore-secret"):
        secret(aws).write("pins")
    with pytest.raises(errors.NeedsOperator):
        secret(aws).write("pins")
