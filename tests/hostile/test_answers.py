"""Answers with missing, added and wrongly typed fields: understood, or refused in our own words; nothing is deleted."""

from __future__ import annotations

import functools
import json
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import IssuedCertificate, StageKind, StageRef, Usage
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.publish.s3 import S3Target
from apigw_client_cert.publish.secretsmanager import SecretsManagerTarget
from apigw_client_cert.publish.specs import spec_findings
from apigw_client_cert.publish.ssm import SsmTarget
from tests.by_itself import by_itself
from tests.hostile.answering import API, ID, SOCKET, SOUND, WHOLE, AnsweringAws, spoiled, written
from tests.hostile.audit import audited, audited_error, audited_state
from tests.hostile.odd import CERTIFICATE, TEXTS, fewer, steady, texts

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
REST, LIVE = StageRef(API, "prod"), StageRef(SOCKET, "prod", StageKind.WEBSOCKET)


@functools.cache
def aws() -> AnsweringAws:
    """One client for all examples."""
    return AnsweringAws()


CALLS: dict[str, Callable[[ApiGateway], object]] = {
    "generate": lambda gateway: gateway.generate(description="x", tags={"a": "b"}),
    "get": lambda gateway: gateway.get(ID),
    "list": lambda gateway: gateway.list_certificates(),
    "delete": lambda gateway: gateway.delete(ID),
    "tag": lambda gateway: gateway.tag(ID, {"a": "b"}),
    "untag": lambda gateway: gateway.untag(ID, ["a"]),
    "presented": lambda gateway: gateway.presented(REST),
    "presented-live": lambda gateway: gateway.presented(LIVE),
    "bind": lambda gateway: gateway.bind(REST, ID),
    "bind-live": lambda gateway: gateway.bind(LIVE, ID),
    "unbind": lambda gateway: gateway.unbind(REST),
    "scan": lambda gateway: gateway.scan(),
    "account": lambda gateway: gateway.account_id(),
}
# The classes of every answer, by call: None is an answer too where a thing may be gone.
_TYPES = (type(None), str, tuple, IssuedCertificate, Usage)


@pytest.mark.parametrize("name", CALLS)
def test_any_answer_is_understood_or_refused_in_our_words(name: str) -> None:
    """Every operation that the call makes answers something that AWS would not."""
    aws().answering({})
    CALLS[name](ApiGateway(aws().client))
    used = [key for key in SOUND if key in aws().matched]
    assert used

    @fewer
    @given(st.fixed_dictionaries({}, optional={key: spoiled(SOUND[key]) for key in used}))
    def holds(instead: dict[str, str]) -> None:
        gateway = ApiGateway(aws().answering(instead).client)
        try:
            assert isinstance(CALLS[name](gateway), _TYPES)
        except errors.RotationError as error:
            audited_error(error)

    holds()


@pytest.mark.parametrize("name", CALLS)
def test_a_body_that_is_no_answer_is_refused_in_our_words(name: str) -> None:
    """The page of a proxy, nothing at all, a nest of brackets."""
    for body in WHOLE:
        gateway = ApiGateway(aws().answering(dict.fromkeys(SOUND, body)).client)
        try:
            found = CALLS[name](gateway)
        except errors.RotationError as error:
            audited_error(error)
        else:
            assert isinstance(found, _TYPES)


@steady
@given(
    st.fixed_dictionaries(
        {},
        optional={
            key: spoiled(SOUND[key], keep=frozenset({"item", "items", "clientCertificateId", "protocolType", 0}))
            for key in SOUND
            if re.search(r"/restapis$|/apis$|/stages$", key)
        },
    )
)
def test_a_scan_finds_every_user_or_has_gaps(instead: dict[str, str]) -> None:
    """Invariant 3: as long as the stages' certificate ids arrive, no spoiled field makes a scan come out clean."""
    try:
        usage = ApiGateway(aws().answering(instead).client).scan()
    except errors.RotationError as error:
        audited_error(error)
    else:
        assert len(usage.users.get(ID, ())) == 2 or usage.gaps
        for gap in usage.gaps:
            audited(gap)


def environment() -> tuple[Environment, list[str]]:
    """The real gateway at these answers, and what it says."""
    lines: list[str] = []
    gateway = ApiGateway(aws().client)
    return Environment(
        now=lambda: NOW, gateway=lambda _connection: gateway, say=lines.append, token=lambda: "r2"
    ), lines


_CREATION = r"/clientcertificates|sts|\) apigateway /restapis/"


@steady
@given(st.fixed_dictionaries({}, optional={key: spoiled(SOUND[key]) for key in SOUND if re.search(_CREATION, key)}))
def test_a_creation_works_or_fails_in_our_words(instead: dict[str, str]) -> None:
    """The certificate, then the binding to what it says; no answer makes it delete anything."""
    aws().answering(instead)
    outside, lines = environment()
    try:
        _id, state = certificate.create({"name": "orders", "project": "p", "stack": "dev"}, outside)
        json.dumps(state)
        audited_state(state)
        certificate.read("orders", state, outside)
        wired = {key: state[key] for key in ("clientCertificateId", "rotationId", "generations")}
        _id, bound = by_itself(binding.create, {"apiId": API, "stageName": "prod", **wired}, outside)
        binding.read("x", bound, outside)
        binding.delete(bound, outside)
    except errors.RotationError as error:
        audited_error(error)
    assert aws().sent("DELETE") == []
    for line in lines:
        audited(line)


def _no_certificate(text: str) -> bool:
    return text != CERTIFICATE


@fewer
@given(st.sampled_from(["pem", "not base64", "", "-----BEGIN CERTIFICATE-----"]) | texts.filter(_no_certificate))
def test_a_certificate_that_cannot_be_read_is_named_by_its_id(pem: str) -> None:
    """The user gave no PEM; the remedy must not ask for one."""
    item = {**SOUND[r"GET apigateway /clientcertificates/[^/]+"], "pemEncodedCertificate": pem}
    item["tags"] = {}
    aws().answering({r"POST apigateway /clientcertificates": written(item)})
    aws().instead[r"GET apigateway /clientcertificates"] = '{"item": []}'
    # A text without any PEM is what another emulator gives, which is told by its endpoint.
    named = f"AWS's answer for client certificate {ID} cannot be read|has no client certificates of API Gateway"
    with pytest.raises(errors.RotationError, match=named) as caught:
        certificate.create({"name": "orders", "project": "p", "stack": "dev"}, environment()[0])
    audited_error(caught.value)


@pytest.mark.parametrize("number", ["9" * 200, "٣", "-1", "1e3", "", "0x1", " 1"])
def test_a_generation_number_set_by_a_hand_counts_as_none(number: str) -> None:
    """State carries numbers as floats: a longer one would come back as another."""
    tags = {"apigw-client-cert:rotation-id": "r1", "apigw-client-cert:generation": number}
    item = {**SOUND[r"GET apigateway /clientcertificates/[^/]+"], "tags": tags}
    aws().answering(
        {
            r"GET apigateway /clientcertificates": written({"item": [item]}),
            r"GET apigateway /clientcertificates/[^/]+": written(item),
        }
    )
    props = {"name": "orders", "project": "p", "stack": "dev", "adoptClientCertificateId": ID}
    _id, state = certificate.create(props, environment()[0])
    assert state["generation"] == 1


TARGETS: dict[str, Callable[[Any], Any]] = {
    "ssm": lambda client: SsmTarget("/x", client),
    "s3": lambda client: S3Target("orders", "x", client, "123456789012"),
    "secretsmanager": lambda client: SecretsManagerTarget("x", client),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_a_place_that_answers_nonsense_is_read_or_refused_in_our_words(kind: str) -> None:
    """A parameter without a value, a secret of another type, a body that is no text."""

    @fewer
    @given(st.fixed_dictionaries({}, optional={key: spoiled(SOUND[key]) for key in SOUND if kind in key}))
    def holds(instead: dict[str, str]) -> None:
        target = TARGETS[kind](lambda: aws().answering(instead).client)
        try:
            assert isinstance(target.read(), str | None)
            target.write("pins")
        except errors.RotationError as error:
            audited_error(error)

    holds()


@fewer
@given(text=st.sampled_from(TEXTS).filter(bool) | texts.filter(bool))
def test_an_odd_id_stays_in_its_place_of_the_url(text: str) -> None:
    """Even where no check came first: a slash or a question mark in an id addresses nothing else."""
    gateway = ApiGateway(aws().answering({}).client)
    if len(text) > 1000:
        return
    gateway.get(text)
    gateway.presented(StageRef(text, text))
    (first, second) = aws().requests
    assert unquote(first.path) == f"/clientcertificates/{text}"
    assert second.path.count("/") == 4
    assert "?" not in first.url + second.url


@fewer
@given(text=st.sampled_from(TEXTS) | texts)
def test_an_odd_key_stays_in_its_bucket(text: str) -> None:
    """What check lets pass, read by a server that resolves dots."""
    if spec_findings({"type": "s3", "bucket": "orders", "key": text}) is not None:
        return
    S3Target("orders", text, lambda: aws().answering({}).client, "123456789012").read()
    (request,) = aws().requests
    assert request.url.startswith("https://orders.s3.eu-west-1.amazonaws.com/")
    depth = 0
    for segment in unquote(request.path).split("/")[1:]:
        depth += {"..": -1, ".": 0, "": 0}.get(segment, 1)
        assert depth >= 0
