"""Everything that is said and kept in a stack's life holds no credential, no key and no whole PEM.

``audit.py`` is the rule; ``test_provoked_errors.py`` applies it to each class of error.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import logging
import pkgutil
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import apigw_client_cert
from apigw_client_cert import Aws
from apigw_client_cert.gateway.interface import IssuedCertificate
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.inputs import CONNECTION
from apigw_client_cert.lifecycle.results import Checked
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.rotation.model import Generation, Role, TrustedCertificate
from apigw_client_cert.rotation.publication import Entry
from apigw_client_cert.trust.x509 import CertificateFacts, read_certificate
from apigw_sandbox import Sandbox
from tests.contract.whole_stack import WholeStack
from tests.hostile.audit import (
    ACCESS_KEY,
    PROFILE_TEXT,
    SECRET_KEY,
    SESSION_TOKEN,
    audited,
    audited_state,
)
from tests.hostile.odd import CERTIFICATE, PRIVATE_KEY

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    import pytest

START = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)


def _stack(sandbox: Sandbox, folder: Path, patch: pytest.MonkeyPatch) -> WholeStack:
    """One certificate, its bundle at four places and two bindings, reached with planted credentials."""
    api = sandbox.console.create_rest_api("orders", ["dev", "prod"])
    sandbox.client("s3").create_bucket(
        Bucket="orders-trust", CreateBucketConfiguration={"LocationConstraint": sandbox.region}
    )
    published_to = [
        {"type": "file", "path": str(folder / "pins.pem")},
        {"type": "ssm", "name": "/orders/pins", "content": "nginx"},
        {"type": "s3", "bucket": "orders-trust", "key": "pins", "content": "json"},
        {"type": "secretsmanager", "secretId": "orders/pins", "content": "sha256"},
    ]
    stages = [{"apiId": api, "stageName": name} for name in ("dev", "prod")]
    also = {"bundle": {"alsoTrust": [CERTIFICATE]}}
    return WholeStack(sandbox, stages, published_to, patch, inputs=also, connection={"profile": "planted"})


def test_a_year_says_and_keeps_nothing_that_is_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line, every state, every published text and every log record of a whole rotation with hand edits."""
    caplog.set_level(logging.DEBUG, logger="apigw_client_cert")
    with Sandbox(region="eu-west-1") as sandbox:
        stack = _stack(sandbox, tmp_path, monkeypatch)
        for day in (0, 1, 336, 337, 338, 341, 342):
            stack.at(day)
        phases = {state["phase"] for state in stack.states.values() if "phase" in state}
        sandbox.console.bind(stack.stages[0]["apiId"], "dev", None)
        (tmp_path / "pins.pem").write_bytes(b"\xff" + PRIVATE_KEY.encode())
        stack.refresh(342)
        stack.at(343)
        sandbox.console.delete_certificate(stack.states["certificate"]["clientCertificateId"])
        stack.refresh(343)
        stack.at(344)
        for state in stack.states.values():
            audited_state(state)
        stack.destroy(344)
        published = (tmp_path / "pins.pem").read_text() + str(sandbox.client("ssm").get_parameter(Name="/orders/pins"))
    assert phases == {"steady"}
    assert len(stack.lines) > 8
    for line in [*stack.lines, *(record.getMessage() for record in caplog.records)]:
        audited(line)
    for secret in (SECRET_KEY, SESSION_TOKEN, PROFILE_TEXT, ACCESS_KEY, "PRIVATE KEY"):
        assert secret not in published


def test_no_input_takes_a_secret() -> None:
    """Credentials are named, never given: a profile, a role and a place are all that state learns of them."""
    assert {field.name for field in dataclasses.fields(Aws)} == {"region", "profile", "assume_role_arn", "endpoint_url"}
    assert set(Aws().properties()) == set(CONNECTION)
    inputs = {*certificate.INPUTS, *trust_bundle.INPUTS, *binding.INPUTS}
    assert [key for key in inputs if any(word in key.lower() for word in ("secret", "token", "password", "key"))] == []


# What a traceback or a log may print of our own records.


def _records() -> list[object]:
    facts = read_certificate(CERTIFICATE)
    digests: dict[str, Any] = {"sha256": facts.sha256, "sha1": facts.sha1, "spki_sha256": facts.spki_sha256}
    trusted: dict[str, Any] = {**digests, "pem": CERTIFICATE, "not_after": facts.not_after}
    generation = Generation(**trusted, number=1, id="cert01", role=Role.ACTIVE, created_date=START, serial="1")
    issued = IssuedCertificate(id="cert01", pem=CERTIFICATE, created_date=START, expiration_date=facts.not_after)
    checked = Checked({"alsoTrust": [CERTIFICATE]}, {})
    return [facts, TrustedCertificate(**trusted), Entry(**trusted, rotation_id=None), generation, issued, checked]


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(apigw_client_cert.__path__, "apigw_client_cert.")
    return [importlib.import_module(one.name) for one in found if not one.name.endswith("__main__")]


def test_a_record_that_holds_a_certificate_does_not_print_it() -> None:
    """``repr`` is what tracebacks, assertion messages and loggers show."""
    for record in _records():
        audited(repr(record))
        assert "pem=" not in repr(record)


def test_every_record_with_a_pem_is_among_these() -> None:
    """A new one has to hide it too."""
    classes = {
        one
        for module in _modules()
        for _, one in inspect.getmembers(module, inspect.isclass)
        if dataclasses.is_dataclass(one) and one.__module__.startswith("apigw_client_cert")
    }
    with_pem = {one for one in classes if any("pem" in field.name for field in dataclasses.fields(one))}
    assert with_pem == {type(record) for record in _records()} - {Checked}
    assert {CertificateFacts, Generation} <= with_pem
