"""Inputs of the three resources: refused in ``check`` by property and remedy, or workable (invariant 10)."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import errors
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget
from tests.hostile.audit import audited, audited_error, audited_failures, audited_state
from tests.hostile.odd import CERTIFICATE, PRIVATE_KEY, TEXTS, fewer, json_values, steady

if TYPE_CHECKING:
    from types import ModuleType

NOW = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
API = "a1b2c3d4e5"
SOUND: dict[ModuleType, dict[str, Any]] = {
    certificate: {"name": "orders", "project": "p", "stack": "dev"},
    trust_bundle: {
        "name": "orders-trust",
        "rotations": [{"rotationId": "r1", "generations": []}],
        "targets": [{"type": "file", "path": "pins.pem"}],
    },
    binding: {"apiId": API, "stageName": "prod", "clientCertificateId": "cert01"},
}
#: The inputs that a program writes; the others are wired from outputs by the declarations.
WRITTEN = {
    certificate: certificate.INPUTS,
    trust_bundle: ("targets", "alsoTrust", "takeOver", "region", "profile", "assumeRoleArn", "endpointUrl"),
    binding: tuple(key for key in binding.INPUTS if key not in {"generations", "publishedSince", "rotationId"}),
}
MODULES = tuple(SOUND)
# What a terminal obeys, what ends a line of a log, and what turns a line around.
CONTROL = ("\x1b[2J", "\n", "\r", "\x00", "\x85", "\u2028", "\u202e")


class _Account:
    """One fake account, and what it said."""

    def __init__(self) -> None:
        self.gateway = FakeGateway(clock=lambda: NOW)
        self.gateway.add_certificate()
        self.gateway.add_stage(API, "prod")
        self.lines: list[str] = []
        self.environment = Environment(
            now=lambda: NOW,
            gateway=lambda _connection: self.gateway,
            target=lambda spec, _connection: FakeTarget(f"{spec['type']} x"),
            say=self.lines.append,
            token=lambda: "r1",
        )


@pytest.mark.parametrize("module", MODULES)
def test_check_never_raises_and_names_the_property(module: ModuleType) -> None:
    """Whatever JSON a program sends, for old inputs as well as for new ones."""
    keys = st.sampled_from([*module.INPUTS, "somethingElse"])
    anything = st.dictionaries(keys, json_values | st.just(UNKNOWN), max_size=6)

    @steady
    @given(olds=anything, news=anything)
    def holds(olds: dict[str, Any], news: dict[str, Any]) -> None:
        audited_failures(module.check(olds, {**SOUND[module], **news}).failures)

    holds()


@pytest.mark.parametrize("module", MODULES)
def test_what_check_lets_pass_can_be_acted_upon(module: ModuleType) -> None:
    """One property of a sound program is odd: check refuses it, or creation works or fails in our own words."""

    @steady
    @given(key=st.sampled_from(WRITTEN[module]), value=json_values)
    def holds(key: str, value: Any) -> None:
        account, news = _Account(), {**SOUND[module], key: value}
        if audited_failures(module.check({}, news).failures):
            return
        try:
            _id, state = module.create(news, account.environment)
            module.diff(state, news, account.environment)
            module.update(state, news, account.environment)
            module.delete(state, account.environment)
        except errors.RotationError as error:
            audited_error(error)
        else:
            # What was written itself comes back, as Pulumi's own copy of the inputs does.
            audited_state({name: one for name, one in state.items() if one != value})
        for line in account.lines:
            audited(line)

    engine_run.forget()
    holds()


@pytest.mark.parametrize(
    ("module", "key"),
    [
        (binding, "apiId"),
        (binding, "stageName"),
        (binding, "clientCertificateId"),
        (certificate, "adoptClientCertificateId"),
        (certificate, "region"),
        (certificate, "assumeRoleArn"),
    ],
)
def test_an_id_that_is_none_reaches_no_url(module: ModuleType, key: str) -> None:
    """What check lets pass is one path segment that no server takes for another."""
    passed = [
        text for text in TEXTS if key not in audited_failures(module.check({}, {**SOUND[module], key: text}).failures)
    ]
    assert [text for text in passed if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", text)] == []


@pytest.mark.parametrize(
    ("endpoint", "word"),
    [
        ("http://user:password@127.0.0.1:5000", "user name or password"),
        ("http://token@host", "user name or password"),
        ("http://[", "is 'http://['"),
        ("http://host:99999", "is 'http://host:99999'"),
        ("ftp://host", "is 'ftp://host'"),
        ("http://", "is 'http://'"),
        ("http://apigateway.example.com", "anybody on the way"),
        ("HTTP://192.0.2.1:4566/", "anybody on the way"),
        ("http://[::ffff:192.0.2.1]/", "anybody on the way"),
        ("http://127.0.0.1.example.com/", "anybody on the way"),
        ("https://\u0430pi.example.com", "expected a URL"),
        *((f"https://api.example.com/{sign}", "expected a URL") for sign in CONTROL),
    ],
)
def test_an_endpoint_that_is_no_url_or_holds_a_secret_is_refused(endpoint: str, word: str) -> None:
    """State keeps the endpoint, so it must not hold a password; the message does not repeat one."""
    failures = audited_failures(certificate.check({}, {**SOUND[certificate], "endpointUrl": endpoint}).failures)
    assert word in failures["endpointUrl"]
    assert "password@" not in failures["endpointUrl"]


@pytest.mark.parametrize(
    ("confirm", "word"),
    [
        ({"url": "http://api.example.com/", "headers": {"x-api-key": "hush"}}, "on whose way anybody reads that"),
        ({"url": "HTTP://api.example.com/", "headers": {"x-api-key": "hush"}}, "on whose way anybody reads that"),
        ({"url": "http://api.example.com/?key=hush"}, "on whose way anybody reads that"),
        ({"url": "http://127.0.0.1.example.com/", "headers": {"x-api-key": "hush"}}, "on whose way anybody reads that"),
        # The first letter is Cyrillic: one looks like the other.
        ({"url": "https://\u0430pi.example.com/", "headers": {"x-api-key": "hush"}}, "expected a URL"),
        *(({"url": f"https://api.example.com/{sign}"}, "expected a URL") for sign in CONTROL),
        *(({"url": f"https://api{sign}.example.com/"}, "expected a URL") for sign in CONTROL),
        *(({"url": "https://x.example", "headers": {"a": f"b{sign}"}}, "control character") for sign in CONTROL[:-1]),
        *(({"url": "https://x.example", "headers": {f"a{sign}": "b"}}, "control character") for sign in CONTROL[:-1]),
    ],
)
def test_a_probe_that_gives_a_key_away_or_breaks_a_terminal_is_refused(confirm: dict[str, Any], word: str) -> None:
    """Over TLS, on this machine, or without headers it passes."""
    found = audited_failures(binding.check({}, {**SOUND[binding], "confirm": confirm}).failures)["confirm"]
    assert word in found
    assert "hush" not in found
    for url in ("https://api.example.com/", "http://127.0.0.1:8080/", "http://localhost/"):
        engine_run.forget()
        news = {**SOUND[binding], "confirm": {"url": url, "headers": {"x-api-key": "hush"}}}
        assert "confirm" not in binding.check({}, news).failures


@pytest.mark.parametrize("sign", CONTROL)
def test_a_control_character_reaches_no_path_and_no_profile(sign: str) -> None:
    """Both stand in requests, errors and logs."""
    for verify in ({"resource": f"/h{sign}"}, {"resource": "/h", "path": f"/h{sign}"}):
        failures = audited_failures(binding.check({}, {**SOUND[binding], "verify": verify}).failures)
        assert "expected a path" in failures["verify"]
        engine_run.forget()
    failures = audited_failures(certificate.check({}, {**SOUND[certificate], "profile": f"p{sign}"}).failures)
    assert "control character" in failures["profile"]


def test_a_description_of_ten_megabytes_is_refused_before_anything_is_sent() -> None:
    """By property and remedy, without repeating it; what state holds already stays allowed."""
    news = {**SOUND[certificate], "description": "x" * 10_000_000}
    failures = audited_failures(certificate.check({}, news).failures)
    assert failures == {"description": "description has 10000000 characters; shorten it to 1024 at most"}
    assert certificate.check(news, news).failures == {}
    assert certificate.check({}, {**news, "description": "x" * 1024}).failures == {}


_HUGE = "9" * 1_000_000


@pytest.mark.parametrize("module", MODULES)
def test_a_huge_value_is_no_huge_message(module: ModuleType) -> None:
    """A megabyte in any property: refused in a line, or taken as the text that it is."""
    for key in module.INPUTS:
        for value in (_HUGE, [_HUGE], [{"type": "file", "path": _HUGE}], {_HUGE: _HUGE}):
            audited_failures(module.check({}, {**SOUND[module], key: value}).failures)


@pytest.mark.parametrize("module", MODULES)
def test_a_private_key_in_the_wrong_property_is_not_repeated(module: ModuleType) -> None:
    """Somebody pastes the wrong file; the message would be in the log of the CI."""
    for key in module.INPUTS:
        for value in (PRIVATE_KEY, [PRIVATE_KEY], {PRIVATE_KEY: PRIVATE_KEY}, [{"type": PRIVATE_KEY}]):
            failures = module.check({}, {**SOUND[module], key: value}).failures
            assert PRIVATE_KEY.splitlines()[1] not in str(audited_failures(failures))


@pytest.mark.parametrize("pin", [float("nan"), float("inf"), -float("inf"), 0, -1, 1.5, True, "2", [1], {}])
def test_a_pin_that_is_no_number_of_a_generation_is_refused(pin: object) -> None:
    """NaN compares with nothing, and infinity has no integer."""
    news = {**SOUND[certificate], "pinGeneration": pin}
    assert "must be a generation number" in audited_failures(certificate.check({}, news).failures)["pinGeneration"]


@pytest.mark.parametrize("key", ["apiKind", "onDelete", "redeploy", "takeOver"])
@pytest.mark.parametrize("value", [[], {}, [[]], {"a": []}])
def test_a_list_where_a_word_belongs_is_refused(key: str, value: object) -> None:
    """A list is in no set, and cannot be asked whether it is."""
    assert key in audited_failures(binding.check({}, {**SOUND[binding], key: value}).failures)


@fewer
@given(st.dictionaries(st.sampled_from(TEXTS), st.sampled_from(TEXTS) | json_values, max_size=60))
def test_tags_are_refused_or_fit_into_a_certificates_tags(tags: dict[str, Any]) -> None:
    """AWS's character set, lengths and prefixes; ours stay ours."""
    account, news = _Account(), {**SOUND[certificate], "tags": tags}
    if audited_failures(certificate.check({}, news).failures):
        return
    _id, state = certificate.create(news, account.environment)
    issued = account.gateway.certificates[state["clientCertificateId"]]
    assert {key: value for key, value in issued.tags.items() if not key.startswith("apigw-client-cert:")} == tags
    assert issued.tags["apigw-client-cert:rotation-id"] == "r1"


@fewer
@given(st.sampled_from(TEXTS))
def test_a_name_fits_into_a_tag_whatever_it_is(name: str) -> None:
    """Names are information: what AWS does not take is replaced."""
    account, news = _Account(), {**SOUND[certificate], "name": name}
    if audited_failures(certificate.check({}, news).failures):
        return
    _id, state = certificate.create(news, account.environment)
    for value in account.gateway.certificates[state["clientCertificateId"]].tags.values():
        assert len(value) <= 256
        assert value.isascii()


def test_a_certificate_among_the_inputs_stays_out_of_a_traceback() -> None:
    """``also_trust`` is whole PEMs: the record that check returns does not print them."""
    news = {**SOUND[trust_bundle], "alsoTrust": [CERTIFICATE]}
    assert "BEGIN" not in repr(trust_bundle.check({}, news))
