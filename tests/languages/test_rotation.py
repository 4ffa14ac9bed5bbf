"""A whole rotation from a program in each language: the examples, the generated SDKs, the real hosts and engine."""

from __future__ import annotations

import hashlib
from ssl import PEM_cert_to_DER_cert
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok
from tests.languages.conftest import EXAMPLES, outputs

if TYPE_CHECKING:
    from tests.languages.conftest import ExampleScenario

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("language", EXAMPLES)
def test_the_example_rotates(language: str, scenario: ExampleScenario) -> None:
    """Day 0 create, quiet on day 100, then issue, activate, confirm and retire: one step a run, and no run fails."""
    stack = scenario.example(language)
    ok(stack.up())
    (first,) = scenario.ids()
    assert _presented(scenario) == {first}
    scenario.at(100)
    ok(stack.preview("--expect-no-changes"))

    scenario.at(336)
    ok(stack.up("--refresh"))
    first, second = scenario.ids()
    assert _presented(scenario) == {first}
    assert _published(scenario) == {first, second}
    assert outputs(stack)["phase"] == "published"

    for day in (337, 338):
        scenario.at(day)
        ok(stack.up("--refresh"))
        assert scenario.ids() == [first, second]
        assert _presented(scenario) == {second}
        assert _published(scenario) == {first, second}

    scenario.at(341)
    ok(stack.up("--refresh"))
    assert scenario.ids() == [second]
    assert _presented(scenario) == _published(scenario) == {second}
    exported = outputs(stack)
    assert (exported["phase"], exported["nextAction"]) == ("steady", "issue")
    assert exported["trustedFingerprints"] == [hashlib.sha256(_der(scenario)[second]).hexdigest()]


def _presented(scenario: ExampleScenario) -> set[str | None]:
    return {scenario.presented("dev"), scenario.presented("prod")}


def _published(scenario: ExampleScenario) -> set[str]:
    """The certificates whose fingerprint is in what nginx reads: SHA-1, as its ``$ssl_client_fingerprint`` is."""
    text = scenario.parameter()
    return {one for one, der in _der(scenario).items() if hashlib.sha1(der).hexdigest() in text}  # noqa: S324 - nginx's choice


def _der(scenario: ExampleScenario) -> dict[str, bytes]:
    return {one.id: PEM_cert_to_DER_cert(one.pem) for one in scenario.sandbox.certificates()}
