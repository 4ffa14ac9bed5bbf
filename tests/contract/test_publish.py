"""Publish targets over boto3 at the sandbox's SSM, S3 and Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.publish.targets import target_for

if TYPE_CHECKING:
    from apigw_client_cert.publish.interface import Target
    from tests.doubles.aws_environments import SandboxEnvironment

SPECS = [
    {"type": "ssm", "name": "/orders/pins"},
    {"type": "s3", "bucket": "trust", "key": "orders/pins.pem"},
    {"type": "secretsmanager", "secretId": "orders/pins"},
]


def target(environment: SandboxEnvironment, spec: dict[str, str]) -> Target:
    """As the lifecycle makes it."""
    sandbox = environment.sandbox
    return target_for(spec, Connection(region=sandbox.region, endpoint_url=sandbox.endpoint_url))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["type"])
def test_what_is_written_is_what_is_read(real: SandboxEnvironment, spec: dict[str, str]) -> None:
    """Missing, first version, second version, somebody else's."""
    real.sandbox.client("s3").create_bucket(
        Bucket="trust", CreateBucketConfiguration={"LocationConstraint": real.sandbox.region}
    )
    place = target(real, spec)
    seen = [place.read()]
    for content in ("first\n", "second\r\nüber"):
        place.write(content)
        seen.append(place.read())
    assert seen == [None, "first\n", "second\r\nüber"]


def test_a_parameter_grows_into_the_advanced_tier(real: SandboxEnvironment) -> None:
    """And is written again after it has shrunk."""
    place = target(real, SPECS[0])
    for size in (4096, 8192, 10):
        place.write("x" * size)
        assert place.read() == "x" * size


def test_a_bucket_that_is_not_there_is_named(real: SandboxEnvironment) -> None:
    """For reading and for writing."""
    place = target(real, {"type": "s3", "bucket": "nowhere", "key": "k"})
    with pytest.raises(errors.BadInput, match="no S3 bucket nowhere"):
        place.read()
    with pytest.raises(errors.BadInput, match="no S3 bucket nowhere"):
        place.write("x")


@pytest.mark.parametrize("act", ["read", "write"])
def test_a_bucket_of_another_account_is_refused_unless_it_is_named(real: SandboxEnvironment, act: str) -> None:
    """Whoever was there first with its name would say whom backends trust, or read and change what is published."""
    real.sandbox.console.create_bucket("trust", account_id="999999999999")
    real.sandbox.journal.clear()
    place = target(real, SPECS[1])
    with pytest.raises(errors.AccessDenied, match="does not belong to account 123456789012") as refused:
        place.read() if act == "read" else place.write("pins")
    assert "expected_bucket_owner" in refused.value.remedy
    assert real.sandbox.journal.calls("PutObject", succeeded=True) == ()
    theirs = target(real, {**SPECS[1], "expectedBucketOwner": "999999999999"})
    theirs.write("pins")
    assert theirs.read() == "pins"


def test_a_secret_by_arn_is_written(real: SandboxEnvironment) -> None:
    """Not only by name."""
    made = real.sandbox.client("secretsmanager").create_secret(Name="orders/pins", SecretString="old")
    place = target(real, {"type": "secretsmanager", "secretId": made["ARN"]})
    assert place.read() == "old"
    place.write("new")
    assert place.read() == "new"


def test_a_secure_string_is_refused_and_both_remedies_work(real: SandboxEnvironment) -> None:
    """Another name, or the parameter deleted first (docs/resources.md); never decrypted, and never written over."""
    parameters = real.sandbox.client("ssm")
    parameters.put_parameter(Name="/orders/pins", Value="secret", Type="SecureString")
    place = target(real, SPECS[0])
    for act in (place.read, lambda: place.write("pins")):
        with pytest.raises(errors.TargetTaken, match=r"is a SecureString, no String.*another name; or delete"):
            act()
    found = parameters.get_parameter(Name="/orders/pins", WithDecryption=True)["Parameter"]
    assert (found["Type"], found["Value"]) == ("SecureString", "secret")
    other = target(real, {**SPECS[0], "name": "/orders/other"})
    other.write("pins")
    assert other.read() == "pins"
    parameters.delete_parameter(Name="/orders/pins")
    place.write("pins")
    found = parameters.get_parameter(Name="/orders/pins")["Parameter"]
    assert (found["Type"], found["Value"]) == ("String", "pins")
