"""A target is mended by hand, or by a run that is killed before it saves: the lead begins anew (invariant 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors

if TYPE_CHECKING:
    from tests.doubles.fake_target import FakeTarget
    from tests.lifecycle.conftest import FakeRun


def published(run: FakeRun) -> tuple[FakeTarget, str | None, str | None]:
    """A successor is published: the target, what it held before, and what it should hold now."""
    run.up()
    target = run.target(run.bundle_config["targets"][0])
    before = target.content
    run.at(336)
    run.up()
    return target, before, target.content


def test_what_a_binding_saw_missing_counts_from_then(run: FakeRun) -> None:
    """The red run says so in state; the lead begins with the first run that sees the certificate there again."""
    target, before, after = published(run)
    run.at(337.5)
    denied = errors.AccessDenied("denied", means="", remedy="")
    run.gateway.fail_next("bind", denied, times=2)
    with pytest.raises(errors.AccessDenied):
        run.up()
    target.content = before
    run.at(337.6)
    with pytest.raises(errors.NotPublished, match="does not hold"):
        run.up()
    desired = run.state["certificate"]["clientCertificateId"]
    assert run.state["prod"]["lackedAt"] == {desired: "2027-02-03T00:24:00Z"}
    run.at(340)
    target.content = after
    for day in (340, 340.4, 340.8):
        run.at(day)
        run.up()
        assert {run.presented(stage) for stage in run.stages} == {"cert01"}, day
        run.refresh()
    run.at(340.9)
    run.up()
    assert {run.presented(stage) for stage in run.stages} == {desired}
    assert "lackedAt" not in run.state["prod"]


def test_what_a_refresh_saw_missing_is_dated_anew_though_it_is_there_again(run: FakeRun) -> None:
    """Its own update was killed after the write: the next refresh sees nothing, and the bundle remembers."""
    target, before, after = published(run)
    target.content = before
    run.at(336.9)
    run.refresh()
    target.content = after
    run.at(337.5)
    run.refresh()
    run.up()
    desired = run.state["certificate"]["clientCertificateId"]
    assert {run.presented(stage) for stage in run.stages} == {"cert01"}
    assert "lacked" not in run.state["bundle"]
    (sha256,) = [one["sha256"] for one in run.state["certificate"]["generations"] if one["id"] == desired]
    assert run.state["bundle"]["publishedSince"][sha256] == "2027-02-02T22:00:00Z"
    run.at(338.5)
    run.up()
    assert {run.presented(stage) for stage in run.stages} == {desired}


def test_a_new_place_that_holds_everything_already_is_dated_from_now(run: FakeRun) -> None:
    """A run wrote it and was killed before it was in state: its readers may have had a minute."""
    _target, _before, after = published(run)
    spec = {**run.bundle_config["targets"][0], "path": "other.txt"}
    run.bundle_config["targets"] = [spec]
    run.target(spec).content = after
    run.at(337.5)
    run.up()
    assert {run.presented(stage) for stage in run.stages} == {"cert01"}
    run.at(338.4)
    run.up()
    assert {run.presented(stage) for stage in run.stages} == {run.state["certificate"]["clientCertificateId"]}


def test_a_new_place_that_may_not_be_read_takes_no_date_from_the_others(run: FakeRun) -> None:
    """It was never written: what the others hold is published as it was."""
    published(run)
    dates = run.state["bundle"]["publishedSince"]
    parameter = {"type": "ssm", "name": "/pins", "content": "sha256"}
    run.bundle_config["targets"] = [*run.bundle_config["targets"], parameter]
    run.target(parameter).fail_next("read", errors.AccessDenied("denied", means="", remedy=""))
    run.at(336.5)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert run.state["bundle"]["publishedSince"] == dates


def test_another_spelling_of_a_place_is_no_new_one(run: FakeRun) -> None:
    """The dates stay."""
    target, _before, _after = published(run)
    dates = run.state["bundle"]["publishedSince"]
    spelled = {**run.bundle_config["targets"][0], "path": "./pins.txt"}
    run.bundle_config["targets"] = [spelled]
    run.target(spelled).content = target.content
    run.at(336.5)
    run.up()
    assert run.state["bundle"]["publishedSince"] == dates
