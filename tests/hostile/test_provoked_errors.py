"""Each class of error, provoked as far outside as possible, holds no credential and no certificate.

The message, the traceback and the chain of causes, as the Pulumi host prints them; ``audit.py`` is the rule.
"""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import HTTPClientError

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import StageRef, TrialAnswer
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.publish.file import FileTarget
from apigw_client_cert.trust.x509 import read_certificate
from apigw_sandbox import Sandbox
from tests.by_itself import by_itself
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget
from tests.doubles.stubbed_aws import NO_ANSWER, NO_CONNECTION, StubbedAws
from tests.hostile.audit import PROFILE_TEXT, SESSION_TOKEN, audited_error
from tests.hostile.odd import CERTIFICATE, PRIVATE_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

START = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
STAGE = StageRef("a1b2c3d4e5", "prod")


def _props(**more: Any) -> dict[str, Any]:
    return {"name": "orders", "project": "p", "stack": "dev", **more}


def _environment(gateway: Any, target: FakeTarget | None = None) -> Environment:
    return Environment(
        now=lambda: START,
        gateway=lambda _connection: gateway,
        target=lambda _spec, _connection: target or FakeTarget(),
        say=lambda _line: None,
        token=lambda: "r1",
    )


def _refusing(code: str, status: int, message: str = "no") -> Callable[[Path], object]:
    """A creation whose every call is answered with this code; the message quotes what AWS should not have seen."""

    def provoke(_folder: Path) -> None:
        aws = StubbedAws()
        for _ in range(40):
            aws.refuses(code, status, message=f"{message} {CERTIFICATE}")
        ApiGateway(aws.client).bind(STAGE, "cert01")

    return provoke


def _unanswered(failure: Exception) -> Callable[[Path], object]:
    def provoke(_folder: Path) -> object:
        aws = StubbedAws()
        for _ in range(5):
            aws.fails(failure)
        return ApiGateway(aws.client).generate(description="x", tags={})

    return provoke


def _foreign(_folder: Path) -> object:
    gateway = FakeGateway(clock=lambda: START)
    foreign = gateway.add_certificate()
    gateway.add_stage("a1b2c3d4e5", "prod", foreign.id)
    props = {"apiId": "a1b2c3d4e5", "stageName": "prod", "clientCertificateId": "cert09", "rotationId": "r1"}
    return by_itself(binding.create, props, _environment(gateway))


def _namesake(_folder: Path) -> object:
    gateway = FakeGateway(clock=lambda: START)
    _id, state = certificate.create(_props(), _environment(gateway))
    gateway.add_stage("a1b2c3d4e5", "prod", state["clientCertificateId"])
    return certificate.create(_props(), _environment(gateway))


def _in_use(_folder: Path) -> None:
    gateway = FakeGateway(clock=lambda: START)
    _id, state = certificate.create(_props(), _environment(gateway))
    gateway.add_stage("a1b2c3d4e5", "prod", state["clientCertificateId"])
    certificate.delete(state, _environment(gateway))


def _quota(_folder: Path) -> object:
    return certificate.create(_props(), _environment(FakeGateway(quota=0)))


def _taken(_folder: Path) -> object:
    gateway = FakeGateway(clock=lambda: START)
    _id, made = certificate.create(_props(), _environment(gateway))
    rotation = {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")}
    props = {"name": "t", "rotations": [rotation], "targets": [{"type": "file", "path": "x"}]}
    return trust_bundle.create(props, _environment(gateway, FakeTarget(content=CERTIFICATE + PRIVATE_KEY)))


def _not_published(_folder: Path) -> object:
    gateway = FakeGateway(clock=lambda: START, validity=timedelta(days=2))
    old, new = (gateway.add_certificate(tags={"apigw-client-cert:rotation-id": "r1"}) for _ in range(2))
    gateway.add_stage("a1b2c3d4e5", "prod", old.id)
    wired = {"clientCertificateId": new.id, "rotationId": "r1", "publishedSince": {}, "generations": []}
    return by_itself(binding.create, {"apiId": "a1b2c3d4e5", "stageName": "prod", **wired}, _environment(gateway))


def _not_followed(_folder: Path) -> object:
    gateway = FakeGateway(clock=lambda: START)
    old, new = (gateway.add_certificate(tags={"apigw-client-cert:rotation-id": "r1"}) for _ in range(2))
    gateway.add_stage("a1b2c3d4e5", "prod", old.id)
    told = [{"id": old.id, "role": "previous", "pem": PRIVATE_KEY}, {"id": new.id, "role": "active"}]
    wired = {"clientCertificateId": old.id, "rotationId": "r1", "generations": told}
    return by_itself(binding.create, {"apiId": "a1b2c3d4e5", "stageName": "prod", **wired}, _environment(gateway))


def _unverified(**wired: object) -> Callable[[Path], object]:
    """A backend that answers with a certificate and a key, to a trial whose headers hold a key."""

    def provoke(_folder: Path) -> object:
        gateway = FakeGateway(clock=lambda: START)
        old, new = (gateway.add_certificate(tags={"apigw-client-cert:rotation-id": "r1"}) for _ in range(2))
        gateway.add_stage("a1b2c3d4e5", "prod", old.id)
        gateway.backend = lambda *_what: TrialAnswer(status=500, headers={"x": (SESSION_TOKEN,)}, body=PRIVATE_KEY)
        generations = [{"id": new.id, "sha256": "ab" * 32, "pendingSince": "2020-01-01T00:00:00Z"}]
        props = {"clientCertificateId": new.id, "rotationId": "r1", "generations": generations, **wired}
        return by_itself(binding.create, {"apiId": "a1b2c3d4e5", "stageName": "prod", **props}, _environment(gateway))

    return provoke


def _another_account(_folder: Path) -> object:
    gateway = FakeGateway(clock=lambda: START, account="999999999999")
    _id, state = certificate.create(_props(), _environment(gateway))
    return certificate.read("orders", {**state, "accountId": "123456789012"}, _environment(gateway))


def _not_proven(_folder: Path) -> None:
    _id, state = certificate.create(_props(), _environment(FakeGateway(clock=lambda: START)))
    elsewhere = _environment(FakeGateway(clock=lambda: START, account=None))
    certificate.delete(state, elsewhere)


def _no_folder(folder: Path) -> None:
    FileTarget(str(folder / "nowhere" / "pins.pem")).write("x")


def _not_a_certificate(_folder: Path) -> object:
    return read_certificate(CERTIFICATE.replace("A", "B") + PRIVATE_KEY)


def _token_with_line_break(_folder: Path) -> object:
    """http.client refuses the header and quotes it, over a real socket."""
    with pytest.MonkeyPatch.context() as patch, Sandbox(region="eu-west-1") as sandbox:
        patch.setenv("AWS_SESSION_TOKEN", f"{SESSION_TOKEN}\n")
        connection = Connection(region="eu-west-1", endpoint_url=sandbox.endpoint_url)
        return ApiGateway(Client(connection, sleep=lambda _seconds: None)).list_certificates()


@contextmanager
def _credentials_file(folder: Path, text: str) -> Iterator[None]:
    (folder / "credentials").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.delenv(name)
        for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
            patch.setenv(name, str(folder / "credentials"))
        yield


def _listing(text: str) -> Callable[[Path], object]:
    def provoke(folder: Path) -> object:
        with _credentials_file(folder, text):
            return ApiGateway(Client(Connection(region="eu-west-1"))).list_certificates()

    return provoke


PROVOKED: dict[str, tuple[type[errors.RotationError], Callable[[Path], object]]] = {
    "throttled": (errors.Throttled, _refusing("TooManyRequestsException", 429)),
    "conflict": (errors.ConcurrentModification, _refusing("ConflictException", 409)),
    "server error": (errors.Unavailable, _refusing("InternalFailure", 500)),
    "denied": (errors.AccessDenied, _refusing("AccessDeniedException", 403)),
    "expired": (errors.NoCredentials, _refusing("ExpiredTokenException", 403)),
    "limit": (errors.QuotaExhausted, _refusing("LimitExceededException", 429)),
    "validation": (errors.BadInput, _refusing("ValidationException", 400)),
    "no stage": (errors.StageNotFound, _refusing("NotFoundException", 404)),
    "unknown code": (errors.NeedsOperator, _refusing("TeapotException", 418, message=f"{PRIVATE_KEY}")),
    "no answer": (errors.OutcomeUnknown, _unanswered(NO_ANSWER)),
    "no connection": (errors.EndpointUnreachable, _unanswered(NO_CONNECTION)),
    "odd failure": (errors.OutcomeUnknown, _unanswered(HTTPClientError(error=OSError(SESSION_TOKEN)))),
    "foreign stage": (errors.StageTaken, _foreign),
    "namesake": (errors.NotOurs, _namesake),
    "in use": (errors.StillInUse, _in_use),
    "quota": (errors.QuotaExhausted, _quota),
    "taken": (errors.TargetTaken, _taken),
    "not followed": (errors.NotFollowed, _not_followed),
    "not published": (errors.NotPublished, _not_published),
    "not verified": (
        errors.NotVerified,
        _unverified(verify={"resource": "/", "headers": {"x-api-key": SESSION_TOKEN}, "body": PRIVATE_KEY}),
    ),
    "probe without a way": (
        errors.ProbeUnreachable,
        _unverified(confirm={"url": f"https://no-such-host.invalid/?key={SESSION_TOKEN}", "timeout": "5s"}),
    ),
    "another account": (errors.Refused, _another_account),
    "no account": (errors.NotProven, _not_proven),
    "no folder": (errors.BadInput, _no_folder),
    "no certificate": (errors.BadInput, _not_a_certificate),
    "token with a line break": (errors.NoCredentials, _token_with_line_break),
    "no section": (errors.NeedsOperator, _listing(f"aws_secret_access_key = {PROFILE_TEXT}\n")),
    "no equals sign": (errors.NeedsOperator, _listing(f"[default]\naws_secret_access_key {PROFILE_TEXT}\n")),
    "half a key": (errors.NoCredentials, _listing(f"[default]\naws_access_key_id = {PROFILE_TEXT}\n")),
    "process that fails": (
        errors.NoCredentials,
        _listing(f"[default]\ncredential_process = sh -c 'echo {PROFILE_TEXT} >&2; exit 1'\n"),
    ),
    "process without JSON": (errors.NoCredentials, _listing(f"[default]\ncredential_process = echo {PROFILE_TEXT}\n")),
}


@pytest.mark.parametrize("name", PROVOKED)
def test_an_error_shows_no_secret_and_no_certificate_down_to_its_last_cause(name: str, tmp_path: Path) -> None:
    """As the host prints it: the message, the traceback, the chain of causes."""
    kind, provoke = PROVOKED[name]
    with pytest.raises(errors.RotationError) as caught:
        provoke(tmp_path)
    audited_error(caught.value)
    assert type(caught.value) is kind


def test_every_class_of_error_was_provoked() -> None:
    """A new class has to be shown here once; those between it and the root are never raised themselves."""
    every = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.RotationError)}
    assert every - {kind for kind, _ in PROVOKED.values()} == {errors.RotationError, errors.Retryable}
