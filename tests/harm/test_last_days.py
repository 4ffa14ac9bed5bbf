"""A stage that nobody here manages presents a certificate of ours towards its last day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


def test_each_run_of_its_last_days_names_the_stage_and_the_date(scene: Scene) -> None:
    """Twenty of them here: TLS servers look at the machine's clock. A run between two looks calls nobody."""
    stack = scene.orders(stages={"dev": scene.place("dev")}, activateBy="20d", rotateBefore="40d")
    ok(stack.up())
    (first,) = scene.ids()
    scene.sandbox.by_hand.bind(scene.api, "prod", first)
    with scene.traffic() as traffic:
        for early in (326, 327, 328):
            scene.at(early)
            assert "backends refuse" not in ok(stack.up())
        second = scene.ids()[-1]
        end = next(one.expiration_date for one in scene.sandbox.certificates() if one.id == first)
        warning = f"certificate {first} (generation 1) expires {end:%Y-%m-%dT%H:%MZ}"
        for day, quiet in ((346.0, False), (346.5, True)):
            scene.at(day)
            before = scene.mark()
            said = ok(stack.up())
            assert warning in said
            assert f"in use: {scene.api}/prod. Present {second} there" in said
            assert (scene.sandbox.journal.calls(since=before) == ()) is quiet
        scene.sandbox.by_hand.bind(scene.api, "prod", second)
        for later in (348, 352):
            scene.at(later)
            said = ok(stack.up())
        traffic.go_on()
    assert "backends refuse" not in said
    assert traffic.failed() == []
    assert scene.ids() == [second]
