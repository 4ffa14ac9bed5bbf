"""A stage that nobody here manages presents one of ours until its last day: said in each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle.certificate import crud as certificate
from tests.lifecycle.conftest import API

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import StageRef
    from tests.lifecycle.conftest import FakeRun


def with_another_stacks_stage(run: FakeRun) -> StageRef:
    """Overlapping, and generation 1 is presented by a stage that no binding knows."""
    run.up()
    run.gateway.add_stage(API, "legacy", "cert01")
    for day in (336, 337, 338):
        run.at(day)
        run.up()
    (stage,) = [ref for ref in run.gateway.stages if ref.stage_name == "legacy"]
    return stage


def said(run: FakeRun, day: float) -> list[str]:
    """The warnings of one run."""
    run.at(day)
    seen = len(run.lines)
    run.up()
    return [line for line in run.lines[seen:] if "warning" in line]


def test_each_run_of_the_last_days_says_it_and_goes_on_saying_it(run: FakeRun) -> None:
    """Stage and date; a run in between two looks calls nobody for it and shows no change."""
    with_another_stacks_stage(run)
    assert said(run, 361.9) == []
    for day in (362.2, 363.2, 364.2):
        lines = said(run, day)
        assert len(lines) == 1
        (line,) = lines
        assert "cert01 (generation 1) expires 2027-03-02T10:00Z" in line
        assert f"it is in use: {API}/legacy" in line
    run.at(364.3)
    calls = len(run.gateway.calls)
    seen = len(run.lines)
    assert not certificate.diff(run.state["certificate"], run.inputs["certificate"], run.environment).changes
    assert f"{API}/legacy" in run.lines[seen:][-1]
    assert len(run.gateway.calls) == calls
    for day in (365.5, 367, 380):
        assert any("expired 2027-03-02T10:00Z" in line and f"{API}/legacy" in line for line in said(run, day))


def test_a_stage_that_presents_it_only_now_is_said_by_the_look_that_finds_it(run: FakeRun) -> None:
    """The run in which it is seen first is one of the last."""
    run.rotate_to("overlapping")
    run.at(362.5)
    run.gateway.add_stage(API, "legacy", "cert01")
    assert any(f"in use: {API}/legacy" in line for line in said(run, 362.5))


@pytest.mark.parametrize("remedy", ["present the active one", "bind the stage"])
def test_what_the_warning_asks_for_ends_it(run: FakeRun, remedy: str) -> None:
    """The stage presents the active one: the next look says nothing, and the certificate is retired."""
    stage = with_another_stacks_stage(run)
    assert said(run, 362.2) != []
    if remedy == "bind the stage":
        run.stages = ("dev", "prod", "legacy")
    else:
        run.gateway.stages[stage].client_certificate_id = "cert02"
    said(run, 363.2)
    assert run.presented("legacy") == "cert02"
    said(run, 364.3)
    assert said(run, 364.4) == []
    for day in (370, 371):
        said(run, day)
    assert list(run.gateway.certificates) == ["cert02"]


def test_what_a_bundle_keeps_is_said_in_its_last_days(run: FakeRun) -> None:
    """No certificate of this program lists it any more; the run that drops it says so, too."""
    other = run.gateway.add_certificate()
    run.bundle_config["alsoTrust"] = [other.pem]
    run.up()
    run.gateway.add_stage("zzzzzz", "live", other.id)
    del run.bundle_config["alsoTrust"]
    assert said(run, 1) == []
    assert any("kept for zzzzzz/live alone" in line for line in said(run, 363))
    assert any("expired" in line and "kept for zzzzzz/live alone" in line for line in said(run, 366))
    assert run.state["bundle"]["keptFor"] == {}
