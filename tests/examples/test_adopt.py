"""examples/adopt: a certificate and a stage that exist and carry traffic, over two rotations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import START, numbers, ok, quiet, refused
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def _stages(scenario: Scenario, *names: str) -> dict[str, object]:
    return {f"stages.{name}": {"restApiId": scenario.api, "stageName": name} for name in names}


def test_what_exists_is_adopted_untouched_and_rotated_twice(scenario: Scenario) -> None:
    """Adoption tags and publishes, and neither generates nor binds: no request can notice it."""
    theirs = scenario.sandbox.console.generate_certificate(not_before=START - timedelta(days=100))
    scenario.sandbox.console.bind(scenario.api, "prod", theirs)
    stack = example(scenario, "adopt", clientCertificateId=theirs, **_stages(scenario, "prod"))
    ok(stack.up())
    assert sorted(scenario.actions()) == ["PutParameter", "TagResource"]
    assert scenario.presented("prod") == theirs
    assert numbers(stack) == {1: "active"}
    quiet(stack)

    # The adopted one has 265 days left.
    for number, due in ((2, 236), (3, 572)):
        former = scenario.presented("prod")
        for day, certificates in ((due, 2), (due + 1, 2), (due + 2, 2), (due + 5, 1)):
            scenario.at(day)
            ok(stack.up("--refresh"))
            assert trusted(scenario) == len(scenario.ids()) == certificates
        assert former not in scenario.ids()
        assert [scenario.presented("prod")] == scenario.ids()
        assert numbers(stack) == {number: "active"}
        quiet(stack)
    unharmed(scenario)


def test_two_certificates_on_three_stages_become_one(scenario: Scenario) -> None:
    """One is adopted, the other one stays somebody else's: trusted while it is presented, and never deleted."""
    hand, ours, theirs = scenario.sandbox.console, *(scenario.sandbox.console.generate_certificate() for _ in range(2))
    foreign = hand.create_rest_api("theirs", stages=["live"])
    hand.bind(foreign, "live", theirs)
    for stage, presented in (("dev", ours), ("prod", theirs)):
        hand.bind(scenario.api, stage, presented)
    before = scenario.mark()
    stack = example(scenario, "adopt", clientCertificateId=ours, **_stages(scenario, "dev", "prod"))
    assert f"Stage {scenario.api}/prod presents {theirs}" in refused(stack.up())
    assert scenario.changes(before) == []

    (pem,) = [one.pem for one in scenario.sandbox.certificates() if one.id == theirs]
    # As the README writes it: a PEM begins with dashes.
    ok(stack.run("config", "set", "--path", "--", "alsoTrust[0]", pem))
    ok(stack.run("config", "set", "takeOver", "true"))
    ok(stack.up())
    assert trusted(scenario) == 2
    scenario.at(1)
    ok(stack.up("--refresh"))
    assert scenario.moves(before) == [("prod", ours)]

    stack.unset("alsoTrust")
    ok(stack.up())
    assert trusted(scenario) == 2
    hand.bind(foreign, "live", "")
    scenario.at(2)
    ok(stack.up("--refresh"))
    assert trusted(scenario) == 1
    assert sorted(scenario.ids()) == sorted([ours, theirs])
    quiet(stack)
