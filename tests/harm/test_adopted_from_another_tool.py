"""A certificate that another tool still manages: its runs remove our tags, and no retirement got past that (17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

ROTATION_ID = "apigw-client-cert:rotation-id"


def test_tags_that_another_tool_removes_are_said_written_again_and_retirement_works(scenario: Scenario) -> None:
    """Adopted from Terraform and left in its state: after each of its runs, up to the end of the rotation."""
    theirs = scenario.sandbox.console.generate_certificate()
    for stage in ("dev", "prod"):
        scenario.sandbox.console.bind(scenario.api, stage, theirs)
    stack = scenario.orders(adoptClientCertificateId=theirs)
    ok(stack.up())
    ours = _tags(scenario, theirs)
    assert ROTATION_ID in ours
    with scenario.traffic() as traffic:
        before = scenario.mark()
        for day in (10, 336, 337, 338, 341):
            scenario.at(day)
            scenario.sandbox.console.set_tags(theirs, {"managed-by": "terraform"})
            said = ok(stack.up("--refresh"))
            assert "terraform state rm" in said
            if theirs in scenario.ids():
                assert _tags(scenario, theirs) == {**ours, "managed-by": "terraform"}
        ok(stack.preview("--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed() == []
    (successor,) = scenario.ids()
    assert sorted(scenario.moves(before)) == [("dev", successor), ("prod", successor)]


def _tags(scenario: Scenario, certificate_id: str) -> dict[str, str]:
    (tags,) = [dict(one.tags) for one in scenario.sandbox.certificates() if one.id == certificate_id]
    return tags
