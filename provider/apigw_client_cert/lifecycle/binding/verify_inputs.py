"""How a binding is to be verified: ``verify`` (TestInvokeMethod) and ``confirm`` (an HTTP probe), off the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apigw_client_cert.errors import safe_repr
from apigw_client_cert.gateway.connection import is_plain
from apigw_client_cert.gateway.interface import StageKind, TrialCall
from apigw_client_cert.lifecycle.inputs import UNKNOWN, has_unknown, is_url, known, snake
from apigw_client_cert.rotation.durations import parse_duration
from apigw_client_cert.rotation.verification import Expected, Proof
from apigw_client_cert.trust.contents import BACKENDS, OPENSSL_FAMILY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.http_probe import ProbeCall
    from apigw_client_cert.lifecycle.inputs import Failures

INPUTS = ("verify", "confirm")
VERIFY = (
    "resource",
    "path",
    "method",
    "query",
    "headers",
    "stageVariables",
    "body",
    "expectStatus",
    "proof",
    "backend",
)
CONFIRM = ("url", "method", "headers", "expectStatus", "proof", "sightings", "attempts", "interval", "timeout")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
READERS = tuple(sorted({*BACKENDS, *OPENSSL_FAMILY}))

SIGHTINGS, ATTEMPTS = 3, 60
INTERVAL, TIMEOUT = timedelta(seconds=1), timedelta(seconds=10)
_MOST_ATTEMPTS = 1000
_PATH = re.compile(r"/[^\s?#]*")
_STATUSES = range(100, 600)
# Not the tab, which a header may hold (RFC 9110, 5.5).
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestInvokeSpec:
    """A trial before the switch; ``backend`` is the server's kind, None where nobody said."""

    __test__ = False  # pytest takes the name for a test

    call: TrialCall
    expected: Expected
    backend: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSpec:
    """Requests after the switch: so many good ones in a row, of at most ``attempts``, ``interval`` apart."""

    call: ProbeCall
    expected: Expected
    sightings: int
    attempts: int
    interval: timedelta


def check_verification(news: Mapping[str, Any], failures: Failures) -> None:
    """Validate both; what is unknown at preview passes."""
    verify, confirm = known(news, "verify"), known(news, "confirm")
    if verify is not None:
        found = _Checks("verify", VERIFY, verify)
        if news.get("apiKind") == StageKind.WEBSOCKET.value:
            found.wrong("is for stages of REST APIs: TestInvokeMethod knows no WebSocket API; leave it out")
        found.path("resource", required=True)
        found.path("path")
        if "{" in str(found.value("resource") or "") and "path" not in found.given:
            found.wrong("needs path: resource has a parameter, and path says what to call, such as /orders/42")
        for key in ("query", "headers", "stageVariables"):
            found.texts(key)
        found.text("body")
        found.choice("backend", READERS)
        found.answer()
        found.report(failures)
    if confirm is not None:
        found = _Checks("confirm", CONFIRM, confirm)
        found.url("url")
        found.texts("headers")
        found.readable_on_the_way("url", "headers")
        found.answer()
        sightings = found.whole("sightings", range(1, 51), SIGHTINGS)
        attempts = found.whole("attempts", range(1, _MOST_ATTEMPTS + 1), ATTEMPTS)
        if attempts < sightings:
            found.wrong(f"attempts is {attempts}, fewer than the {sightings} sightings that it has to see")
        for key in ("interval", "timeout"):
            found.duration(key)
        found.report(failures)


def asked_for(news: Mapping[str, Any]) -> bool:
    """Whether a switch has to be confirmed, one way or the other."""
    return any(news.get(key) for key in INPUTS)


def test_invoke_of(news: Mapping[str, Any]) -> TestInvokeSpec | None:
    """The trial that checked inputs ask for."""
    spec = news.get("verify")
    if not spec:
        return None
    call = TrialCall(
        resource=spec["resource"],
        method=spec.get("method", "GET"),
        path=spec.get("path"),
        query=spec.get("query") or {},
        headers=spec.get("headers") or {},
        stage_variables=spec.get("stageVariables") or {},
        body=spec.get("body"),
    )
    return TestInvokeSpec(call=call, expected=_expected(spec), backend=spec.get("backend"))


def probe_of(news: Mapping[str, Any]) -> ProbeSpec | None:
    """The probe that checked inputs ask for."""
    spec = news.get("confirm")
    if not spec:
        return None
    timeout = parse_duration(spec["timeout"]) if "timeout" in spec else TIMEOUT
    from apigw_client_cert.gateway.http_probe import ProbeCall  # noqa: PLC0415 - few bindings are confirmed by one

    call = ProbeCall(
        url=spec["url"],
        method=spec.get("method", "GET"),
        headers=spec.get("headers") or {},
        timeout_seconds=timeout.total_seconds(),
    )
    return ProbeSpec(
        call=call,
        expected=_expected(spec),
        sightings=int(spec.get("sightings", SIGHTINGS)),
        attempts=int(spec.get("attempts", ATTEMPTS)),
        interval=parse_duration(spec["interval"]) if "interval" in spec else INTERVAL,
    )


def _expected(spec: Mapping[str, Any]) -> Expected:
    return Expected(status=int(spec.get("expectStatus", 200)), proof=Proof(spec.get("proof", Proof.FINGERPRINT.value)))


class _Checks:
    """What is wrong with one of the two; the first thing is reported, on the property as a whole."""

    def __init__(self, name: str, keys: tuple[str, ...], spec: object) -> None:
        self.name = name
        self.given: Mapping[str, Any] = spec if isinstance(spec, dict) else {}
        self._wrong: list[str] = []
        if not isinstance(spec, dict):
            self.wrong(f"must be an object, not {safe_repr(spec)}")
        strangers = sorted(set(self.given) - set(keys))
        if strangers:
            self.wrong(f"has no {safe_repr(strangers[0])}; it has {', '.join(map(snake, keys))}")

    def wrong(self, what: str) -> None:
        """Note something."""
        self._wrong.append(what)

    def report(self, failures: Failures) -> None:
        """Hand the first thing on."""
        if self._wrong:
            failures.add(self.name, f"{self.name} {self._wrong[0]}")

    def value(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """What was given and is known."""
        value = self.given.get(key)
        return None if has_unknown(value) else value

    def text(self, key: str) -> str | None:
        """A text; nothing else will do."""
        value = self.value(key)
        if value is not None and not isinstance(value, str):
            self.wrong(f"has {snake(key)} {safe_repr(value)}; expected a text")
            return None
        return value

    def path(self, key: str, *, required: bool = False) -> None:
        """A path that begins with a slash, without a query."""
        value = self.text(key)
        if value is None:
            if required and self.given.get(key) is None:
                self.wrong(f'needs {snake(key)}, the path of a resource of the API such as "/health"')
        elif not _PATH.fullmatch(value) or not value.isprintable():
            self.wrong(f'has {snake(key)} {safe_repr(value)}; expected a path such as "/health", its query in query')

    def url(self, key: str) -> None:
        """An http or https URL without credentials."""
        value = self.text(key)
        if value is None:
            if self.given.get(key) is None:
                self.wrong(f"needs {key}, where callers reach the stage")
            return
        if "@" in value:
            # Not shown: it would be a secret in the log, as it would be in state.
            self.wrong(f"has a user name or password in {key}; give credentials by headers")
        elif not is_url(value):
            self.wrong(f'has {key} {safe_repr(value)}; expected a URL like "https://api.example.com/health"')

    def texts(self, key: str) -> None:
        """A mapping of text to text; the values may be secret and are not shown."""
        value = self.given.get(key)
        if value in (None, UNKNOWN):
            return
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            self.wrong(f"has {snake(key)} that are no mapping of text to text")
        elif any(_CONTROL.search(text) for pair in value.items() for text in pair):
            self.wrong(f"has a line break or another control character in {snake(key)}")

    def readable_on_the_way(self, url: str, headers: str) -> None:
        """Headers and a query may hold a key, which anybody on the way could read."""
        asked = str(self.value(url))
        what = headers if self.given.get(headers) else "a query" if "?" in asked else None
        if what and is_plain(asked):
            self.wrong(f"has {what}, and an http:// {url}, on whose way anybody reads that; use https://")

    def choice(self, key: str, choices: tuple[str, ...]) -> None:
        """One of these words."""
        value = self.value(key)
        if value is not None and value not in choices:
            self.wrong(f"has {snake(key)} {safe_repr(value)}; expected one of {', '.join(choices)}")

    def whole(self, key: str, wanted: range, default: int) -> int:
        """A whole number in a range."""
        value = self.value(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 or int(value) not in wanted:
            self.wrong(
                f"has {snake(key)} {safe_repr(value)}; expected a whole number, {wanted.start} to {wanted.stop - 1}"
            )
            return default
        return int(value)

    def duration(self, key: str) -> None:
        """A duration."""
        value = self.value(key)
        if value is None:
            return
        try:
            parse_duration(value)
        except ValueError as error:
            self.wrong(f"has {snake(key)}: {error}")

    def answer(self) -> None:
        """Method, expected status and proof."""
        self.choice("method", METHODS)
        self.choice("proof", tuple(one.value for one in Proof))
        self.whole("expectStatus", _STATUSES, 200)
