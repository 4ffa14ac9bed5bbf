"""A stage that nobody here manages presents a certificate of ours towards its last day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_each_run_of_its_last_days_names_the_stage_and_the_date(scenario: Scenario) -> None:
    """Twenty of them here: TLS servers look at the machine's clock. A run between two looks calls nobody."""
    stack = scenario.orders(stages={"dev": scenario.place("dev")}, activateBy="20d", rotateBefore="40d")
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.sandbox.console.bind(scenario.api, "prod", first)
    with scenario.traffic() as traffic:
        for early in (326, 327, 328):
            scenario.at(early)
            assert "backends refuse" not in ok(stack.up())
        second = scenario.ids()[-1]
        end = next(one.expiration_date for one in scenario.sandbox.certificates() if one.id == first)
        warning = f"certificate {first} (generation 1) expires {end:%Y-%m-%dT%H:%MZ}"
        for day, quiet in ((346.0, False), (346.5, True)):
            scenario.at(day)
            before = scenario.mark()
            said = ok(stack.up())
            assert warning in said
            assert f"in use: {scenario.api}/prod. Present {second} there" in said
            assert (scenario.sandbox.journal.calls(since=before) == ()) is quiet
        scenario.sandbox.console.bind(scenario.api, "prod", second)
        for later in (348, 352):
            scenario.at(later)
            said = ok(stack.up())
        traffic.go_on()
    assert "backends refuse" not in said
    assert traffic.failed() == []
    assert scenario.ids() == [second]
