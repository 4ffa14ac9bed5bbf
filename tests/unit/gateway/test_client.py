"""Sessions, clients, credentials and the account, at the wire."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.errors import AccessDenied, BadInput, NoCredentials
from apigw_client_cert.gateway.client import Client, client_for, gateway_for
from apigw_client_cert.gateway.connection import Connection
from tests.doubles.stubbed_aws import NO_CONNECTION, SERVICES, StubbedAws

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/rotator"


def test_importing_every_module_of_both_edges_loads_no_boto3() -> None:
    """A preview with nothing due imports these and must not pay for boto3."""
    program = (
        "import sys, apigw_client_cert.gateway.client, apigw_client_cert.publish.targets;"
        "print([name for name in ('boto3', 'botocore', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_region_anywhere_is_refused_naming_the_property() -> None:
    """The user learns which property to set."""
    with pytest.raises(BadInput, match="`region`"):
        Client(Connection())


def test_the_region_comes_from_the_default_chain_when_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_DEFAULT_REGION is what boto3's own chain reads."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert Client(Connection()).region == "eu-central-1"
    assert Client(Connection(region="us-east-1")).region == "us-east-1"


def test_an_unknown_profile_is_refused_naming_the_property() -> None:
    """ProfileNotFound is the user's input, not a fault of AWS."""
    with pytest.raises(BadInput, match="`profile`"):
        Client(Connection(region="eu-west-1", profile="nobody"))


def test_an_endpoint_that_is_no_url_is_refused_naming_the_property() -> None:
    """Botocore raises a bare ValueError for it."""
    with pytest.raises(BadInput, match="`endpoint_url`"):
        Client(Connection(region="eu-west-1", endpoint_url="not a url")).service("apigateway")


def test_a_region_that_is_no_name_is_refused_naming_the_property() -> None:
    """Botocore's error for it is a ValueError too, like the one for a bad endpoint."""
    with pytest.raises(BadInput, match="`region`"):
        Client(Connection(region="eu west")).call("apigateway", "GetRestApis")


def test_every_service_goes_to_the_given_endpoint() -> None:
    """One emulator stands in for all of them; buckets stay in the path, because a sub-domain would not resolve."""
    aws = StubbedAws(Connection(region="eu-west-1", endpoint_url="http://127.0.0.1:9"))
    assert {aws.client.service(name).meta.endpoint_url for name in SERVICES} == {"http://127.0.0.1:9"}
    aws.answers("pins")
    aws.client.call("s3", "GetObject", Bucket="trust", Key="pins")
    assert aws.requests[0].url == "http://127.0.0.1:9/trust/pins"


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_partition_follows_the_region(region: str, partition: str) -> None:
    """ARNs of China and GovCloud are not arn:aws."""
    assert Client(Connection(region=region)).partition == partition


def test_no_credentials_is_said_as_such(monkeypatch: pytest.MonkeyPatch, aws: StubbedAws) -> None:
    """Nothing is sent; the message names no key."""
    del aws
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    bare = StubbedAws()
    with pytest.raises(
        NoCredentials, match=r"found no usable credentials \(NoCredentialsError.*sts get-caller-identity"
    ):
        bare.client.call("apigateway", "GetRestApis")
    assert bare.requests == []


def test_half_credentials_are_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """An access key without its secret is refused while the client is made."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentials, match="PartialCredentialsError"):
        Client(Connection(region="eu-west-1")).call("apigateway", "GetRestApis")


def test_one_client_and_one_gateway_per_connection_over_many_threads() -> None:
    """The engine calls from several threads at once."""
    connection = Connection(region="eu-west-3")
    start = threading.Barrier(8)

    def ask() -> tuple[object, object, object]:
        start.wait()
        client = client_for(connection)
        return client, client.service("apigateway"), gateway_for(connection)

    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(8)]]
    assert len({tuple(map(id, trio)) for trio in found}) == 1
    assert gateway_for(Connection(region="eu-west-2")) is not found[0][2]


def test_a_client_that_could_not_be_made_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is not remembered: the user may have set the region since."""
    connection = Connection(endpoint_url="http://127.0.0.1:10")
    with pytest.raises(BadInput):
        gateway_for(connection)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert gateway_for(connection).region == "eu-west-1"


_IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        (None, False),
        ("http://localhost:5000", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1", True),
        ("http://127.example.com", False),
        ("https://apigateway.eu-west-1.amazonaws.com", False),
    ],
)
def test_only_this_machine_is_loopback(url: str | None, loopback: bool) -> None:  # noqa: FBT001 - a parametrised case
    """A made-up clock may change things here only."""
    assert Connection(endpoint_url=url).is_loopback is loopback


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_API_GATEWAY", "AWS_ENDPOINT_URL_STS"])
def test_another_machine_is_not_asked_without_tls(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Whoever answers in AWS's place says what is in use, and a role's credentials would come in clear."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv(variable, "http://user:hush@192.0.2.1:4566")
    role = "arn:aws:iam::123456789012:role/rotation"
    client = Client(Connection(region="eu-west-1", assume_role_arn=role if variable.endswith("STS") else None))
    with pytest.raises(BadInput, match=r"192\.0\.2\.1.*no TLS") as refused:
        client.call("apigateway", "GetAccount")
    assert "hush" not in str(refused.value)


def test_pausing_waits_as_long_as_it_is_told(aws: StubbedAws) -> None:
    """The only other waiting there is."""
    aws.client.pause(1.5)
    assert aws.waits == [1.5]


def test_the_account_is_asked_once(aws: StubbedAws) -> None:
    """STS is asked at most once per client, whatever it says."""
    aws.answers(_IDENTITY, headers={"Content-Type": "text/xml"})
    assert [aws.client.account_id() for _ in range(3)] == ["123456789012"] * 3
    assert len(aws.requests) == 1


_SESSION = "arn:aws-us-gov:sts::123456789012:assumed-role/rotation/jane.doe@example.com"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (_SESSION, _SESSION),
        ("arn:aws:iam::123456789012:user/ci/runner", "arn:aws:iam::123456789012:user/ci/runner"),
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
        ("", None),
        ("arn:aws:sts::123456789012:assumed-role/a\tb", None),
        (f"arn:aws:iam::123456789012:user/{'x' * 800}", None),
        ("-----BEGIN CERTIFICATE-----", None),
    ],
)
def test_the_caller_comes_with_the_account_and_costs_no_call(aws: StubbedAws, said: str, known: str | None) -> None:
    """Nobody is asked for it alone, and what is no ARN of a caller is none."""
    assert aws.client.caller is None
    aws.answers(_IDENTITY.replace("<Account>", f"<Arn>{said}</Arn><Account>"), headers={"Content-Type": "text/xml"})
    aws.client.account_id()
    assert [aws.client.caller for _ in range(2)] == [known] * 2
    assert len(aws.requests) == 1


def test_an_sts_out_of_reach_is_no_account(aws: StubbedAws) -> None:
    """A private network without an STS endpoint still rotates."""
    aws.fails(NO_CONNECTION).fails(NO_CONNECTION)
    assert aws.client.account_id() is None
    assert aws.client.account_id() is None
    assert aws.unused == 0


def test_expired_credentials_are_not_taken_for_a_silent_sts(aws: StubbedAws) -> None:
    """Without credentials nothing else works either, so it is said here."""
    aws.answers(
        "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>x</Message></Error></ErrorResponse>",
        status=400,
        headers={"Content-Type": "text/xml"},
    )
    with pytest.raises(NoCredentials, match="ExpiredTokenException"):
        aws.client.account_id()


_ASSUMED = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
    "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role</SecretAccessKey><SessionToken>token</SessionToken>"
    "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)


def test_a_role_is_assumed_once_under_our_session_name() -> None:
    """The calls after it are signed with the role's credentials."""
    aws = StubbedAws(Connection(region="eu-west-1", assume_role_arn=ROLE))
    aws.answers(_ASSUMED, headers={"Content-Type": "text/xml"}).answers({"item": []}).answers({"item": []})
    aws.client.call("apigateway", "GetRestApis")
    aws.client.call("apigateway", "GetRestApis")
    assert len(aws.requests) == 3
    assert "RoleSessionName=apigw-client-cert" in str(aws.requests[0].body)
    assert ROLE.replace(":", "%3A").replace("/", "%2F") in str(aws.requests[0].body)


def test_a_role_without_credentials_to_assume_it_with_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The role does not come from nowhere."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentials):
        Client(Connection(region="eu-west-1", assume_role_arn=ROLE)).call("apigateway", "GetRestApis")


def test_a_role_that_may_not_be_assumed_names_the_role_permission() -> None:
    """The refusal arrives inside another call, and must not be read as that call's."""
    aws = StubbedAws(Connection(region="eu-west-1", assume_role_arn=ROLE))
    aws.answers(
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>x</Message></Error></ErrorResponse>",
        status=403,
        headers={"Content-Type": "text/xml"},
    )
    with pytest.raises(AccessDenied, match="sts:AssumeRole"):
        aws.client.call("apigateway", "GetRestApis")


def test_a_profile_gives_the_region(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Profiles are boto3's own."""
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert Client(Connection(profile="work")).region == "eu-north-1"
