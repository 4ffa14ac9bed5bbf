"""No check is stricter than AWS: whatever botocore's data say that AWS takes, passes; AWS refuses what it does not."""

from __future__ import annotations

import re
import string
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import handlers
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.gateway.permissions import PERMISSIONS
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.publish.specs import spec_findings
from tests.lifecycle.conftest import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVICES = ("apigateway", "apigatewayv2", "ssm", "s3", "secretsmanager", "sts")
GOOD = {"name": "orders", "project": "p", "stack": "dev"}
SESSION: Any = botocore.session.get_session()
REGIONS = sorted(
    (partition, region)
    for partition in SESSION.get_available_partitions()
    for region in {one for service in SERVICES for one in SESSION.get_available_regions(service, partition)}
)
FORMS: dict[str, str] = {
    f"{service}.{name}": shape.metadata["pattern"]
    for service in SERVICES
    for model in [SESSION.get_service_model(service)]
    for name in model.shape_names
    if "pattern" in (shape := model.shape_for(name)).metadata
}
ROLE_ARN = re.compile(FORMS["ssm.DHMCRoleArn"], re.ASCII)


def failures(**change: object) -> dict[str, str]:
    """What a certificate's check says."""
    return dict(certificate.check({}, wire({**GOOD, **change})).failures)


def tag_text(text: str) -> dict[str, str]:
    """What it says of a tag's key and value."""
    return failures(tags={f"k{text}"[:128]: text})


def s3(bucket: str) -> str | None:
    """What is said of a bucket."""
    return spec_findings({"type": "s3", "bucket": bucket, "key": "pins"})


# Shape -> what our check says of a text of that form. Every shape with a pattern that can be part of a call of ours
# stands here or below.
CHECKED: dict[str, Callable[[str], object]] = {
    "secretsmanager.RegionType": lambda text: failures(region=text),
    "ssm.DHMCRoleArn": lambda text: failures(assumeRoleArn=text),
    "ssm.TagKey": tag_text,
    "ssm.TagValue": tag_text,
    "sts.tagKeyType": tag_text,
    "sts.tagValueType": tag_text,
}
# Its form is wider than that of a role's ARN, which ``ssm.DHMCRoleArn`` gives; the session's name is ours.
NARROWER = {"sts.arnType", "sts.roleSessionNameType"}
# Constants of ours: the quota that a live status asks for.
CONSTANT = {"service-quotas.QuotaCode", "service-quotas.ServiceCode"}
# Members that the product leaves out.
NEVER_SENT = {
    "secretsmanager.RotationTokenType",
    "ssm.ParameterKeyId",
    "sts.externalIdType",
    "sts.serialNumberType",
    "sts.sourceIdentityType",
    "sts.tokenCodeType",
    "sts.unrestrictedSessionPolicyDocumentType",
}


def shapes(shape: Any, above: tuple[str, ...] = ()) -> Iterator[Any]:
    """A shape and all that is in it."""
    if shape is None or shape.name in above:
        return
    yield shape
    inside = {"list": ("member",), "map": ("key", "value")}.get(shape.type_name, ())
    members = shape.members.values() if shape.type_name == "structure" else [getattr(shape, one) for one in inside]
    for member in members:
        yield from shapes(member, (*above, shape.name))


def test_there_are_partitions_and_regions() -> None:
    """The loops below go over something; the European sovereign cloud is among it."""
    assert ("aws-eusc", "eusc-de-east-1") in REGIONS
    assert len({partition for partition, _ in REGIONS}) > 5
    assert len(REGIONS) > 40


@pytest.mark.parametrize(("partition", "region"), REGIONS)
def test_every_region_of_every_partition_passes_as_region_and_in_arns(partition: str, region: str) -> None:
    """Of a certificate, a binding and a bundle; of a role, a secret, an access point and ACM."""
    assert failures(region=region, assumeRoleArn=f"arn:{partition}:iam::123456789012:role/path/rotation") == {}
    bound = {"apiKind": "REST", "apiId": "a1b2c3d4e5", "stageName": "dev", "name": "n", "region": region}
    assert "region" not in binding.check({}, bound).failures
    assert "region" not in trust_bundle.check({}, {"name": "n", "region": region}).failures
    assert s3(f"arn:{partition}:s3:{region}:123456789012:accesspoint/orders-trust") is None
    secret = f"arn:{partition}:secretsmanager:{region}:123456789012:secret:orders/pins-AbCdEf"
    assert spec_findings({"type": "secretsmanager", "secretId": secret}) is None
    acm = failures(adoptClientCertificateId=f"arn:{partition}:acm:{region}:123456789012:certificate/1-2-3")
    assert "is the ACM certificate" in acm["adoptClientCertificateId"]


def test_every_form_that_a_call_of_ours_may_carry_is_judged() -> None:
    """A new pattern in botocore's model asks for a decision here."""
    carried = {
        f"{service}.{shape.name}"
        for service, operation in PERMISSIONS
        for shape in shapes(SESSION.get_service_model(service).operation_model(operation).input_shape)
        if "pattern" in shape.metadata
    }
    assert carried <= CHECKED.keys() | NARROWER | CONSTANT | NEVER_SENT
    assert CHECKED.keys() <= FORMS.keys()


@given(st.from_regex(FORMS["secretsmanager.RegionType"].strip("^$"), fullmatch=True, alphabet=string.printable))
def test_every_region_of_the_models_form_passes(region: str) -> None:
    """Also one that no release of botocore knows yet. FIPS names are endpoints."""
    said = CHECKED["secretsmanager.RegionType"](region)
    assert bool(said) is (region.startswith("fips-") or len(region) > 63)


@given(
    st.from_regex(ROLE_ARN, fullmatch=True, alphabet=st.characters(max_codepoint=126)).filter(
        lambda one: len(one) < 500
    )
)
def test_every_role_of_the_models_form_passes(arn: str) -> None:
    """Partitions and paths of every kind."""
    assert CHECKED["ssm.DHMCRoleArn"](arn.rstrip("\n")) == {}


def test_every_character_of_the_models_tag_forms_passes() -> None:
    r"""Python has no \\p{L}: its letters, separators and numbers are those of the Unicode categories L, Z and N."""
    forms = {FORMS[one].strip("^$()*+") for one in CHECKED if "tag" in one.lower()}
    assert forms == {r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"}
    taken = [chr(one) for one in range(sys.maxunicode + 1) if unicodedata.category(chr(one))[0] in "LZN"]
    for start in range(0, len(taken), 256):
        assert tag_text("".join(taken[start : start + 256])) == {}
    assert tag_text("_.:/=+-@") == {}


def test_an_address_a_key_of_two_words_and_an_umlaut_are_tags() -> None:
    """What the developer guide allows, and what a recorded answer of AWS held."""
    tags = {"Owner": "platform@example.com", "Cost Center": "4711", "Team": "Bestellungen-K\u00f6ln"}
    assert failures(tags=tags) == {}


@given(st.from_regex(handlers.VALID_BUCKET, fullmatch=True))
def test_every_bucket_that_botocore_takes_passes(bucket: str) -> None:
    """Those of before 2018 too; two characters, dots alone and addresses are nobody's bucket."""
    bucket = bucket.rstrip("\n")
    nobodys = len(bucket) < 3 or not re.search("[A-Za-z0-9]", bucket) or re.fullmatch(r"\d+(\.\d+){3}", bucket)
    assert (s3(bucket) is not None) is bool(nobodys)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:eu-central-1:123456789012:accesspoint/orders-trust",
        "arn:aws:s3:eu-central-1:123456789012:accesspoint:orders-trust",
        "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
        "arn:aws-us-gov:s3-object-lambda:us-gov-west-1:123456789012:accesspoint/orders",
        "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1234/accesspoint/orders",
    ],
)
def test_every_kind_of_access_point_passes_as_a_bucket(arn: str) -> None:
    """Botocore takes the same texts."""
    assert handlers.VALID_S3_ARN.search(arn)
    assert s3(arn) is None


def test_checking_loads_no_botocore() -> None:
    """A check is quick: what botocore knows is compared here, not asked there."""
    program = (
        "import sys\n"
        "from apigw_client_cert.lifecycle.certificate import crud as certificate\n"
        "from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle\n"
        "certificate.check({}, {'name': 'n', 'region': 'eusc-de-east-1', 'tags': {'a b': '\u00fc'}})\n"
        "target = {'type': 's3', 'bucket': 'Orders_trust', 'key': 'k'}\n"
        "trust_bundle.check({}, {'name': 'n', 'rotations': [], 'targets': [target]})\n"
        "print('botocore' in sys.modules or 'boto3' in sys.modules)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
