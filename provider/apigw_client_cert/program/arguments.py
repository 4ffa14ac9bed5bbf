"""What each argument of the Python API takes, and the one message for everything else.

A program that gives something of another kind is stopped there, with the argument's name and the form that it has; what
it declared before stays declared. What a value of the right kind says is the lifecycle's to check: it sees it known.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

import pulumi
from pulumi.output import Unknown

from apigw_client_cert.errors import BadInput, safe_repr

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Class = TypeVar("_Class", bound=type)
#: Where in a value something of another kind is, and what it is; None where all of it fits.
_Finding = tuple[str, object] | None
_Finder = Callable[[object], _Finding]


class BadArgument(BadInput, pulumi.RunError):
    """A refusal while the program runs: Pulumi shows a ``RunError`` as its message, everything else as a traceback."""


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

_REGISTERED: Final = frozenset(
    {"ClientCertificateRotation", "RotatingClientCertificate", "StageBinding", "TrustBundle"}
)
#: Where an argument is looked for that belongs elsewhere.
_TAKEN_BY: Final[Mapping[str, str]] = {
    "confirm": 'RestStage takes it: RestStage(…, confirm=HttpProbe("https://api.example.com/health"))',
    "content": f"a target takes it: {_TARGET_FORM}",
    "soak": 'Wave takes it: Wave({"prod": stage}, soak="24h")',
    **dict.fromkeys(
        ("region", "profile", "assume_role_arn", "endpoint_url"), 'Aws takes it: aws=Aws(region="eu-west-1")'
    ),
}


def takes(owner: str, more: Collection[str] = ()) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Let a function refuse arguments of the wrong kind; ``more`` names what its ``**keywords`` may be.

    Raises ``BadArgument``, and before the function does anything.
    """

    def decorated(function: Callable[_P, _R]) -> Callable[_P, _R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as error:
                raise _miscalled(owner, error, signature, set(kwargs), more) from None
            _check(owner, signature, bound, more)
            return function(*args, **kwargs)

        return checked

    return decorated


def made_of_kinds(owner: str, more: Collection[str] = ()) -> Callable[[_Class], _Class]:
    """Let a class refuse arguments of the wrong kind when it is made."""

    def decorated(made: _Class) -> _Class:
        made.__init__ = takes(owner, more)(made.__init__)  # type: ignore[misc]  # of any class
        return made

    return decorated


def _check(owner: str, signature: inspect.Signature, bound: inspect.BoundArguments, more: Collection[str]) -> None:
    for name, value in list(bound.arguments.items())[1:]:
        parameter = signature.parameters[name]
        if parameter.kind is not parameter.VAR_KEYWORD:
            if value is not None or parameter.default is not None:
                _fit(owner, name, value)
            continue
        for keyword, one in value.items():
            if keyword not in more:
                raise _stranger(owner, keyword, signature, more)
            if one is not None:
                _fit(owner, keyword, one)


def _fit(owner: str, name: str, value: object) -> None:
    kind = KINDS.get(f"{owner}.{name}") or KINDS[name]
    found = kind.find(value)
    if found is not None:
        place, wrong = found
        raise _refusal(owner, name, f"{name}{place} of {owner} is {_named(wrong, withheld=kind.withheld)}", kind.form)


def _miscalled(
    owner: str, error: TypeError, signature: inspect.Signature, given: set[str], more: Collection[str]
) -> BadArgument:
    """What a call was refused for by Python itself: a misspelt name, or the wrong number of arguments."""
    strangers = sorted(given.difference(_accepted(signature, more)))
    if strangers:
        return _stranger(owner, strangers[0], signature, more)
    return _refusal(owner, owner, f"{owner} was called with something else: {error}", CALLS[owner])


def _stranger(owner: str, keyword: str, signature: inspect.Signature, more: Collection[str]) -> BadArgument:
    from difflib import get_close_matches  # noqa: PLC0415 - for what is refused alone

    accepted = _accepted(signature, more)
    meant = [f"did you mean {one}" for one in get_close_matches(keyword, accepted, n=1)]
    hint = _TAKEN_BY.get(keyword) or next(iter(meant), "")
    what = f"{owner} has no argument {safe_repr(keyword)}{hint and '; '}{hint}"
    return _refusal(owner, keyword, what, f"{CALLS[owner]}; its arguments are {', '.join(accepted)}")


def _accepted(signature: inspect.Signature, more: Collection[str]) -> list[str]:
    """The names that a call takes, its own in their order and then the others."""
    own = [name for name, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD]
    return [*own[1:], *sorted(more)]


def _refusal(owner: str, subject: str, what: str, form: str) -> BadArgument:
    return BadArgument(what, means=left_out(owner), remedy=f"Write {form}.", subject=subject)


def left_out(owner: str) -> str:
    """What a refusal means for the run: of what the program declared before, this package knows nothing."""
    made, _, method = owner.partition(".")
    if method == "shared":
        return "No SharedCertificate was made."
    return f"This {made} was not {'registered' if made in _REGISTERED else 'made'}."


def _named(value: object, *, withheld: bool) -> str:
    if isinstance(value, pulumi.Output):
        return "an Output"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    plain = value is None or isinstance(value, str | int | float | list | tuple | dict)
    return safe_repr(value) if plain and not withheld else f"of type {type(value).__name__}"
