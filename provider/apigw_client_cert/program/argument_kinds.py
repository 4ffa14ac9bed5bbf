"""What each argument of the Python API takes, as a program writes it, and what in a value is of another kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

import pulumi
from pulumi.output import Unknown

from apigw_client_cert.errors import safe_repr

#: Where in a value something of another kind is, and what it is; None where all of it fits.
_Finding = tuple[str, object] | None
_Finder = Callable[[object], _Finding]


class AsWritten:
    """What the plugin read off the wire: its resource's ``check`` judges it."""

    __slots__ = ()


class Kind(NamedTuple):
    """What an argument takes.

    Attributes:
        form: The argument as a program writes it.
        find: What in a value is of another kind.
        withheld: Whether a value may hold a secret, and is not repeated.
    """

    form: str
    find: _Finder
    withheld: bool = False


def _one(*kinds: type) -> _Finder:
    def find(value: object) -> _Finding:
        fits = isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)
        return None if fits else ("", value)

    return find


def _ours(*names: str) -> _Finder:
    """By name: this module lies below all that it speaks of."""

    def find(value: object) -> _Finding:
        ours = {base.__name__ for base in type(value).__mro__ if base.__module__.startswith(f"{__package__}.")}
        return None if ours.intersection(names) or isinstance(value, AsWritten) else ("", value)

    return find


def _many(inner: _Finder) -> _Finder:
    def find(value: object) -> _Finding:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            return "", value
        return _first((f"[{number}]", inner(one)) for number, one in enumerate(value))

    return find


def _keyed(inner: _Finder) -> _Finder:
    def find(value: object) -> _Finding:
        if not isinstance(value, Mapping):
            return "", value
        strangers = [key for key in value if not isinstance(key, str)]
        if strangers:
            return " (a key)", strangers[0]
        return _first((f"[{safe_repr(key)}]", inner(one)) for key, one in value.items())

    return find


def _first(found: Any) -> _Finding:  # noqa: ANN401 - pairs of a place and what is wrong there
    return next(((f"{place}{wrong[0]}", wrong[1]) for place, wrong in found if wrong is not None), None)


def _later(inner: _Finder) -> _Finder:
    """Pulumi's ``Input``: the value, a promise of it, or what the plugin reads where it is not known yet."""
    return lambda value: None if isinstance(value, pulumi.Output | Awaitable | Unknown) else inner(value)


def _either(inner: _Finder, fits: Callable[[object], bool]) -> _Finder:
    return lambda value: None if fits(value) else inner(value)


_TEXT: Final = _later(_one(str))
_NUMBER: Final = _later(_one(int, float))
_DURATION: Final = _later(_one(str, timedelta))
_FLAG: Final = _later(_one(bool))
_TEXTS: Final = _later(_many(_TEXT))
_PAIRS: Final = _later(_keyed(_TEXT))
_STAGE: Final = _ours("RestStage", "WebSocketStage")
_TARGET: Final = _ours("_Target")
_CERTIFICATE: Final = _ours("CertificateDeclaration", "SharedCertificate")
_OWN: Final = _ours("CertificateDeclaration")
_BUNDLE: Final = _ours("BundleDeclaration")
_RESOURCE: Final = _one(pulumi.Resource)

_STAGE_FORM: Final = 'RestStage(rest_api_id=api.id, stage_name="prod"), or RestStage.of(stage) of a pulumi_aws stage'
_TARGET_FORM: Final = 'SsmParameter("/orders/client-cert-pins", content="nginx")'


def _has(*names: str) -> _Finder:
    """A resource of pulumi-aws, which need not be installed."""
    return lambda value: None if all(hasattr(value, name) for name in names) else ("", value)


#: By argument, or by what takes it and argument where a name means two things.
KINDS: Final[Mapping[str, Kind]] = {
    "resource_name": Kind('"orders" as the first argument', _one(str)),
    "name": Kind('"orders" as the first argument', _one(str)),
    "opts": Kind("opts=pulumi.ResourceOptions(…)", _one(pulumi.ResourceOptions)),
    "aws": Kind('aws=Aws(region="eu-west-1")', _ours("Aws")),
    "stages": Kind(f'stages={{"prod": {_STAGE_FORM}}}', _keyed(_STAGE)),
    "waves": Kind(f'waves=[Wave({{"prod": {_STAGE_FORM}}})]', _many(_ours("Wave"))),
    "publish": Kind(
        f"publish=[{_TARGET_FORM}], or a function of (trust_bundle_pem, fingerprints) that returns resources",
        _either(_many(_TARGET), callable),
    ),
    "certificate": Kind(
        "certificate=certificate, the RotatingClientCertificate itself or a SharedCertificate, no output of it",
        _CERTIFICATE,
    ),
    "certificates": Kind("certificates=[certificate], the resources themselves", _many(_CERTIFICATE)),
    "also_trust": Kind("also_trust=[partner_pem], one PEM each", _TEXTS, withheld=True),
    "withdraw": Kind("withdraw=[partner_pem], one PEM each", _TEXTS, withheld=True),
    "take_over": Kind("take_over=True", _FLAG),
    "on_delete": Kind('on_delete="keep"', _TEXT),
    "redeploy": Kind('redeploy="same-deployment"', _TEXT),
    "look": Kind('look="no"', _one(str)),
    "verify": Kind('verify=TestInvoke(resource="/health", backend="nginx")', _ours("TestInvoke")),
    "confirm": Kind('confirm=HttpProbe("https://api.example.com/health")', _ours("HttpProbe")),
    "windows": Kind('windows=["Mon-Thu 09:00-16:00 Europe/Berlin"]', _TEXTS),
    "rotate_before": Kind('rotate_before="30d"', _DURATION),
    "publish_lead": Kind('publish_lead="24h"', _DURATION),
    "overlap": Kind('overlap="72h"', _DURATION),
    "activate_by": Kind('activate_by="3d"', _DURATION),
    "jitter": Kind('jitter="12h"', _DURATION),
    "soak": Kind('soak="24h"', _DURATION),
    "interval": Kind('interval="1s"', _DURATION),
    "timeout": Kind('timeout="10s"', _DURATION),
    "rotation_trigger": Kind('rotation_trigger="2027-03-01"', _TEXT),
    "pin_generation": Kind("pin_generation=2", _NUMBER),
    "adopt_client_certificate_id": Kind('adopt_client_certificate_id="a1b2c3"', _TEXT),
    "description": Kind('description="for orders.example.com"', _TEXT),
    "tags": Kind('tags={"Team": "payments"}', _PAIRS),
    "made_for": Kind('made_for=MadeFor(stages=[stage], targets=[File("pins.txt")])', _ours("MadeFor")),
    "stage": Kind(f"stage={_STAGE_FORM}", _STAGE),
    "trust_bundle": Kind("trust_bundle=bundle, the TrustBundle itself", _BUNDLE),
    "after": Kind("after=[binding], the bindings of the wave before", _many(_ours("BindingDeclaration"))),
    "targets": Kind(f"targets=[{_TARGET_FORM}]", _many(_TARGET)),
    "published_by": Kind("published_by=[resource]", _many(_RESOURCE)),
    # What is no shared certificate is told what to export, when it is known.
    "output": Kind('SharedCertificate(stack_reference.require_output("certificate"))', lambda _: None),
    "region": Kind('region="eu-west-1"', _TEXT),
    "profile": Kind('profile="production"', _TEXT),
    "assume_role_arn": Kind('assume_role_arn="arn:aws:iam::123456789012:role/rotation"', _TEXT),
    "endpoint_url": Kind('endpoint_url="http://127.0.0.1:4566"', _TEXT, withheld=True),
    "rest_api_id": Kind("rest_api_id=api.id", _TEXT),
    "api_id": Kind("api_id=api.id", _TEXT),
    "stage_name": Kind('stage_name="prod"', _TEXT),
    "resource": Kind('resource="/health"', _TEXT),
    "content": Kind('content="nginx"', _TEXT),
    "backend": Kind('backend="nginx"', _TEXT),
    "path": Kind('path="/orders/42"', _TEXT),
    "bucket": Kind('S3Object("bucket", "orders/client-cert.pem")', _TEXT),
    "key": Kind('S3Object("bucket", "orders/client-cert.pem")', _TEXT),
    "expected_bucket_owner": Kind('expected_bucket_owner="123456789012"', _TEXT),
    "secret_id": Kind('SecretsManagerSecret("orders/client-cert")', _TEXT),
    "method": Kind('method="GET"', _TEXT),
    "query": Kind('query={"deep": "true"}', _PAIRS, withheld=True),
    "headers": Kind('headers={"x-probe": "rotation"}', _PAIRS, withheld=True),
    "stage_variables": Kind('stage_variables={"backend": "blue"}', _PAIRS, withheld=True),
    "body": Kind("body='{}'", _TEXT, withheld=True),
    "expect_status": Kind("expect_status=200", _NUMBER),
    "proof": Kind('proof="fingerprint"', _TEXT),
    "url": Kind('HttpProbe("https://api.example.com/health")', _TEXT, withheld=True),
    "sightings": Kind("sightings=3", _NUMBER),
    "attempts": Kind("attempts=60", _NUMBER),
    "File.path": Kind('File("/etc/nginx/client-cert-pins.map", content="nginx")', _TEXT),
    "SsmParameter.name": Kind(_TARGET_FORM, _TEXT),
    "ClientCertificateRotation.certificate": Kind(
        "certificate=certificate, a RotatingClientCertificate of this program; a SharedCertificate is what"
        " StageBinding(…, certificate=shared) takes, one for each stage",
        _OWN,
    ),
    "MadeFor.stages": Kind(f"MadeFor(stages=[{_STAGE_FORM}])", _many(_STAGE)),
    "RestStage.resource": Kind("resource=stage, the resource itself", _RESOURCE),
    "WebSocketStage.resource": Kind("resource=stage, the resource itself", _RESOURCE),
    "RestStage.of.stage": Kind("RestStage.of(stage), an aws.apigateway.Stage", _has("rest_api", "stage_name")),
    "WebSocketStage.of.stage": Kind("WebSocketStage.of(stage), an aws.apigatewayv2.Stage", _has("api_id", "name")),
}

#: What is called, as a program writes it.
CALLS: Final[Mapping[str, str]] = {
    "Aws": 'Aws(region="eu-west-1")',
    "ClientCertificateRotation": f'ClientCertificateRotation("orders", stages={{…}}, publish=[{_TARGET_FORM}])',
    "File": 'File("/etc/nginx/client-cert-pins.map", content="nginx")',
    "HttpProbe": 'HttpProbe("https://api.example.com/health")',
    "MadeFor": 'MadeFor(stages=[stage], targets=[File("pins.txt")])',
    "RestStage": 'RestStage(rest_api_id=api.id, stage_name="prod")',
    "RestStage.of": "RestStage.of(stage)",
    "RotatingClientCertificate": 'RotatingClientCertificate("orders")',
    "RotatingClientCertificate.shared": "certificate.shared(trust_bundle)",
    "S3Object": 'S3Object("bucket", "orders/client-cert.pem", content="pem")',
    "SecretsManagerSecret": 'SecretsManagerSecret("orders/client-cert", content="pem")',
    "SharedCertificate": 'SharedCertificate(stack_reference.require_output("certificate"))',
    "SsmParameter": _TARGET_FORM,
    "StageBinding": 'StageBinding("prod", certificate=certificate, stage=stage, trust_bundle=bundle)',
    "TestInvoke": 'TestInvoke(resource="/health")',
    "TrustBundle": f'TrustBundle("trust", certificates=[certificate], targets=[{_TARGET_FORM}])',
    "Wave": 'Wave({"prod": stage}, soak="24h")',
    "WebSocketStage": 'WebSocketStage(api_id=api.id, stage_name="live")',
    "WebSocketStage.of": "WebSocketStage.of(stage)",
}

REGISTERED: Final = frozenset({"ClientCertificateRotation", "RotatingClientCertificate", "StageBinding", "TrustBundle"})
#: Where an argument is looked for that belongs elsewhere.
TAKEN_BY: Final[Mapping[str, str]] = {
    "confirm": 'RestStage takes it: RestStage(…, confirm=HttpProbe("https://api.example.com/health"))',
    "content": f"a target takes it: {_TARGET_FORM}",
    "soak": 'Wave takes it: Wave({"prod": stage}, soak="24h")',
    **dict.fromkeys(
        ("region", "profile", "assume_role_arn", "endpoint_url"), 'Aws takes it: aws=Aws(region="eu-west-1")'
    ),
}
