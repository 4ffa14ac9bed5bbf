"""What IAM has to allow, by use: the data of docs/iam-policy*.json and of the table in docs/iam.md.

API Gateway's actions are HTTP verbs on path ARNs without an account id (docs/aws.md §5). The words in
capitals are to be replaced: ``REGION``, ``ACCOUNT``, ``API``, ``STAGE``, ``RESOURCE``, ``METHOD``, ``NAME``, ``BUCKET``
and ``KEY``. A test runs each use and compares: no call is missing, and nothing is allowed that no call needs.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_LOOKS: Final = ("GET", "Get", "List")
_GATEWAY: Final = "arn:aws:apigateway:REGION::"
# UNVERIFIED: the encoded form (docs/aws.md §5); docs/iam.md says what to do where it does not match.
_TAGS: Final = f"{_GATEWAY}/tags/arn%3Aaws%3Aapigateway%3AREGION%3A%3A%2Fclientcertificates%2F"
_STAGES: Final = (f"{_GATEWAY}/restapis/API/stages/STAGE", f"{_GATEWAY}/apis/API/stages/STAGE")
_SSM: Final = ("arn:aws:ssm:REGION:ACCOUNT:parameter/NAME",)
_S3: Final = ("arn:aws:s3:::BUCKET/KEY",)
# AWS adds a hyphen and six characters to a secret's name.
_SECRET: Final = ("arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-*",)


class Use(enum.Enum):
    """What somebody does with the package."""

    PREVIEW = "preview"
    ROTATE = "rotate"
    ADOPT = "adopt"
    VERIFY = "verify"
    STATUS = "status"
    SWEEP = "sweep"
    SSM = "ssm"
    S3 = "s3"
    SECRETS_MANAGER = "secretsmanager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; every action is needed on every resource.

    Attributes:
        purpose: What it is for, as docs/iam.md has it.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    uses: frozenset[Use]
    purpose: str
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def reads(self) -> bool:
        """Whether it allows looks only."""
        return all(action.partition(":")[2].startswith(_LOOKS) for action in self.actions)

    def json(self) -> dict[str, Any]:
        """The statement as IAM takes it."""
        condition = {"Condition": {key: dict(one) for key, one in self.condition.items()}} if self.condition else {}
        return {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": _one_or_many(self.actions),
            "Resource": _one_or_many(self.resources),
            **condition,
        }


def _statement(  # noqa: PLR0913, PLR0917 - a row of the table
    sid: str,
    uses: Collection[Use],
    actions: tuple[str, ...],
    resources: tuple[str, ...],
    purpose: str,
    condition: Mapping[str, Mapping[str, str]] | None = None,
) -> Statement:
    return Statement(
        sid=sid,
        uses=frozenset(uses),
        actions=actions,
        resources=resources,
        purpose=purpose,
        condition=condition or {},
    )


STATEMENTS: Final[tuple[Statement, ...]] = (
    _statement(
        "GenerateCertificates",
        {Use.ROTATE},
        ("apigateway:POST",),
        (f"{_GATEWAY}/clientcertificates",),
        "a new generation, with the rotation's tag on it",
        {"Null": {f"aws:RequestTag/{ROTATION_ID_TAG}": "false"}},
    ),
    _statement(
        "TagAtGeneration",
        {Use.ROTATE},
        ("apigateway:PUT",),
        # UNVERIFIED for client certificates (docs/aws.md §5). Of a REST API that is made with tags, a denial of AWS's
        # names the resource that does not exist yet with a `*` in the place of its id; `${*}` is that character, and no
        # wildcard.
        (f"{_TAGS}${{*}}",),
        "the tags of a new generation, and of none that exists: `${*}` is the character that AWS puts where the new id"
        " will be",
    ),
    _statement(
        "ReadCertificates",
        {Use.ROTATE, Use.PREVIEW, Use.STATUS, Use.SWEEP},
        ("apigateway:GET",),
        (f"{_GATEWAY}/clientcertificates", f"{_GATEWAY}/clientcertificates/*"),
        "finding the rotation's own certificates, expiry, refresh",
    ),
    _statement(
        "DeleteOwnCertificatesOnly",
        {Use.ROTATE, Use.SWEEP},
        ("apigateway:DELETE",),
        (f"{_GATEWAY}/clientcertificates/*",),
        "retirement, `pulumi destroy`, and `sweep --apply`",
        {"Null": {f"aws:ResourceTag/{ROTATION_ID_TAG}": "false"}},
    ),
    _statement(
        "ReadStages",
        {Use.ROTATE, Use.PREVIEW, Use.STATUS},
        ("apigateway:GET",),
        _STAGES,
        "what the stages present, also before a certificate is made for them. **The answer shows all variables of the"
        " stage**: keep no secret there",
    ),
    _statement(
        "SwitchStages",
        {Use.ROTATE},
        ("apigateway:PATCH",),
        _STAGES,
        "switching the stages. Without the right to redirect their access logs; the other fields of a stage (variables,"
        " deployment) cannot be fenced",
        # UNVERIFIED: that a PATCH of another field carries neither key (docs/aws.md §5).
        {
            "Null": {
                "apigateway:Request/AccessLoggingDestination": "true",
                "apigateway:Request/AccessLoggingFormat": "true",
            }
        },
    ),
    _statement(
        "FindEveryUser",
        {Use.ROTATE, Use.PREVIEW, Use.STATUS, Use.SWEEP},
        ("apigateway:GET",),
        (
            f"{_GATEWAY}/restapis",
            f"{_GATEWAY}/restapis/*/stages",
            f"{_GATEWAY}/apis",
            f"{_GATEWAY}/apis/*/stages",
        ),
        "the in-use scan before a certificate is deleted, and before its trust leaves a target; a scan that is denied"
        ' counts as "in use", so nothing would ever be retired or withdrawn. **It shows the variables of every'
        " stage of the region**",
    ),
    _statement(
        "TagExistingCertificates",
        {Use.ADOPT},
        ("apigateway:PUT", "apigateway:DELETE"),
        (f"{_TAGS}*",),
        "`adopt_client_certificate_id`; `tags`, names of stack, project or resource that changed; tags that another"
        " tool removed. Take it away after that run: with it, these credentials can put our tag on a foreign"
        " certificate and delete it then",
    ),
    _statement(
        "FindTheMethodToTry",
        {Use.VERIFY},
        ("apigateway:GET",),
        (f"{_GATEWAY}/restapis/API/resources",),
        "`verify=TestInvoke(…)`: the id of the resource that it names",
    ),
    _statement(
        "TryCertificates",
        {Use.VERIFY},
        ("apigateway:POST",),
        (f"{_GATEWAY}/restapis/API/resources/RESOURCE/methods/METHOD",),
        "`verify=TestInvoke(…)`: the method that it names, with each certificate (`RESOURCE` is the resource's id,"
        " `METHOD` is `GET`, or `ANY`)",
    ),
    _statement(
        "ReadTheQuota",
        {Use.STATUS},
        ("servicequotas:GetServiceQuota",),
        # The action knows no resource (Service Authorization Reference, Service Quotas).
        ("*",),
        "how many client certificates the account may hold; without it `status --live` reckons with AWS's 60",
    ),
    _statement("LookAtParameters", {Use.SSM}, ("ssm:GetParameter",), _SSM, "reading parameters"),
    _statement("PublishParameters", {Use.SSM}, ("ssm:PutParameter",), _SSM, "writing parameters"),
    _statement("LookAtObjects", {Use.S3}, ("s3:GetObject",), _S3, "reading objects"),
    _statement(
        "FindObjects",
        {Use.S3},
        ("s3:ListBucket",),
        ("arn:aws:s3:::BUCKET",),
        "reading objects: without it one that is missing looks forbidden",
    ),
    _statement("PublishObjects", {Use.S3}, ("s3:PutObject",), _S3, "writing objects"),
    _statement("LookAtSecrets", {Use.SECRETS_MANAGER}, ("secretsmanager:GetSecretValue",), _SECRET, "reading secrets"),
    _statement(
        "PublishSecrets",
        {Use.SECRETS_MANAGER},
        ("secretsmanager:PutSecretValue", "secretsmanager:CreateSecret"),
        _SECRET,
        "writing secrets; `CreateSecret` is not needed for one that exists",
    ),
)

#: Name -> what it allows. The targets' are added to another one.
VARIANTS: Final[dict[str, frozenset[Use]]] = {
    "rotate": frozenset({Use.ROTATE}),
    "adopt": frozenset({Use.ROTATE, Use.ADOPT}),
    "verify": frozenset({Use.ROTATE, Use.VERIFY}),
    "preview": frozenset({Use.PREVIEW}),
    "status": frozenset({Use.STATUS}),
    "sweep": frozenset({Use.SWEEP}),
    "ssm": frozenset({Use.SSM}),
    "s3": frozenset({Use.S3}),
    "secretsmanager": frozenset({Use.SECRETS_MANAGER}),
}


def policy(uses: Collection[Use]) -> dict[str, Any]:
    """The policy for some uses together, with the words in capitals still in it."""
    return document(one for one in STATEMENTS if not one.uses.isdisjoint(uses))


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": [one.json() for one in statements]}


def _one_or_many(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
