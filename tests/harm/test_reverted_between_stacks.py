"""A stage of another stack moves only to what the owner's targets hold at that moment (invariant 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
OWNER = "organization/harm/dev"


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
@pytest.mark.parametrize("look", [None, "no"], ids=["looks", "cannot look"])
def test_the_file_is_reverted_before_the_consumer_runs(scenario: Scenario, look: str | None) -> None:
    """``shared`` carries the targets. With ``look="no"`` the owner's dates are all there is: known only after its run.

    So without a look the revert is mended by the owner's run before the consumer's.
    """
    target = {"type": "file", "path": str(scenario.trusted), "content": "python"}
    owner, consumer = scenario.stack(program="parts"), scenario.stack("team", program="parts")
    owner.configure(
        {
            "certificates": {"orders": {}},
            "bundles": {"orders-trust": {"certificates": ["orders"], "targets": [target]}},
            "share": {"certificate": "orders", "bundle": "orders-trust"},
        }
    )
    options: dict[str, Any] = {} if look is None else {"look": look}
    bindings = {f"team-{stage}": {"certificate": OWNER, **scenario.place(stage), **options} for stage in STAGES}
    consumer.configure({"bindings": bindings})
    for stack in (owner, consumer):
        ok(stack.up())
    before = scenario.published()
    with scenario.traffic() as traffic:
        for day in (336.0, 337.0):
            scenario.at(day)
            ok(owner.up())
        first, second = scenario.ids()
        scenario.edit(before)
        scenario.at(337.1)
        if look == "no":
            ok(owner.up("--refresh"))
        said = consumer.up().output
        traffic.go_on()
        assert scenario.trusted_everywhere(), said
        assert scenario.presented("dev") == scenario.presented("prod") == first
        scenario.at(337.2)
        ok(owner.up("--refresh"))
        for day in (338.3, 339.4):
            scenario.at(day)
            ok(owner.up("--refresh"))
            ok(consumer.up("--refresh"))
            traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == second
