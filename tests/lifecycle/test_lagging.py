"""Bindings whose inputs the engine was told to ignore: old values in the place of new ones, run after run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.failed_step import Unfinished

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lifecycle.conftest import FakeRun


def ignoring(run: FakeRun, stage: str, *keys: str) -> dict[str, Any]:
    """A binding's inputs as the engine hands them on: the old ones of what is ignored, all for ``*``."""
    before = run.inputs[stage]
    made = run.state["certificate"]
    told: Mapping[str, Any] = {
        **before,
        "clientCertificateId": made["clientCertificateId"],
        "generations": made["generations"],
        "publishedSince": run.state["bundle"]["publishedSince"],
    }
    return dict(before) if "*" in keys else {**told, **{key: before[key] for key in keys}}


def up(run: FakeRun, day: float, *keys: str) -> list[str]:
    """One run in which only dev's binding ignores something: what its diff says."""
    run.at(day)
    run.stages = ("prod",)
    run.up()
    news = ignoring(run, "dev", *keys)
    assert binding.check(run.inputs["dev"], news).failures == {}
    seen = len(run.lines)
    if binding.diff(run.state["dev"], news, run.environment).changes:
        try:
            run.state["dev"] = binding.update(run.state["dev"], news, run.environment)
        except Unfinished as left:
            run.state["dev"] = left.state
            raise left.error from left
    return run.lines[seen:]


def test_a_quiet_binding_stays_quiet_before_the_switch(run: FakeRun) -> None:
    """The lead of the successor is nobody's lag."""
    run.up()
    assert up(run, 336, "clientCertificateId") == []


@pytest.mark.parametrize("day", [337, 350, 364])
def test_a_lagging_binding_is_red_in_each_run(run: FakeRun, day: float) -> None:
    """With the certificate that the stage presents, until when it serves, which one is active, and the remedy."""
    run.up()
    up(run, 336, "clientCertificateId")
    for one in {337, day}:
        with pytest.raises(errors.NotFollowed) as refused:
            up(run, one, "clientCertificateId")
    text = str(refused.value)
    assert "/dev is told to present cert01, which is refused from 2027-03-02T10:00Z on, but cert02 is" in text
    assert "It presents cert01, and no run moves it on" in text
    assert 'ignore_changes of "clientCertificateId", "generations", "publishedSince" or "*" off this binding' in text
    assert run.presented("dev") == "cert01"
    assert run.presented("prod") == "cert02"


def test_a_preview_says_it_and_shows_an_update(run: FakeRun) -> None:
    """Without a call to AWS."""
    run.up()
    up(run, 336, "clientCertificateId")
    with pytest.raises(errors.NotFollowed):
        up(run, 337, "clientCertificateId")
    calls = len(run.gateway.calls)
    assert binding.diff(run.state["dev"], ignoring(run, "dev", "clientCertificateId"), run.environment).changes
    assert "but cert02 is the active one" in run.lines[-1]
    assert len(run.gateway.calls) == calls


def test_what_a_pin_holds_back_lags_behind_nothing(run: FakeRun) -> None:
    """The remedy that the text names for who wants the older generation; the pin lets go before its end."""
    run.up()
    up(run, 336, "clientCertificateId")
    with pytest.raises(errors.NotFollowed):
        up(run, 337, "clientCertificateId")
    run.config["pinGeneration"] = 1
    assert up(run, 338, "clientCertificateId") == []
    assert run.presented("prod") == "cert01"
    with pytest.raises(errors.NotFollowed):
        up(run, 362.5, "clientCertificateId")


def test_all_inputs_that_stand_still_are_red_before_the_end(run: FakeRun) -> None:
    """They call the old one active: its end is what tells."""
    run.up()
    for day in (336, 337, 350, 361):
        assert up(run, day, "*") == []
    with pytest.raises(errors.NotFollowed, match=r"refused from 2027-03-02T10:00Z on, and of no successor"):
        up(run, 362.5, "*")


def test_a_binding_that_is_followed_again_moves(run: FakeRun) -> None:
    """The option is gone: the next run moves the stage and is green."""
    run.up()
    up(run, 336, "clientCertificateId")
    with pytest.raises(errors.NotFollowed):
        up(run, 337, "clientCertificateId")
    run.stages = ("dev", "prod")
    run.up()
    assert run.presented("dev") == "cert02"


def test_an_unbound_stage_is_bound_although_its_inputs_lag(run: FakeRun) -> None:
    """What is wrong with the inputs keeps nobody from a repair."""
    run.up()
    up(run, 336, "clientCertificateId")
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = None
    run.refresh()
    with pytest.raises(errors.NotFollowed, match="It presents cert01"):
        up(run, 337, "clientCertificateId")
    assert run.presented("dev") == "cert01"


def test_what_is_not_known_at_preview_lags_behind_nothing(run: FakeRun) -> None:
    """The certificate's own update is still to come."""
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    run.up()
    news = {**run.inputs["dev"], "generations": unknown}
    assert not binding.diff(run.state["dev"], news, run.environment).changes


def test_a_binding_that_is_not_told_what_is_published_is_red_in_each_run(run: FakeRun) -> None:
    """It would wait for a lead that never begins, until the end is near; without the option the stage moves."""
    run.up()
    assert up(run, 336, "publishedSince") == []
    up(run, 337, "publishedSince")
    assert run.state["dev"]["waitingBecause"] == "lead"
    for day in (338, 338.1, 350, 361):
        with pytest.raises(errors.NotFollowed) as refused:
            up(run, day, "publishedSince")
        assert "dev is not told since when all targets hold cert02, which was issued at 2027-02-01T10:00Z" in str(
            refused.value
        )
        assert "It presents cert01" in str(refused.value)
    assert '"publishedSince" or "*" off this binding' in str(refused.value)
    run.stages = ("dev", "prod")
    run.up()
    assert run.presented("dev") == "cert02"


def test_a_pinned_rotation_whose_successor_is_not_told_as_published_is_red(run: FakeRun) -> None:
    """A pin holds nothing back from being published."""
    run.config["pinGeneration"] = 1
    run.up()
    assert up(run, 336, "publishedSince") == []
    with pytest.raises(errors.NotFollowed, match="is not told since when all targets hold cert02"):
        up(run, 338, "publishedSince")


@pytest.mark.parametrize("publisher", ["others, who did not run", "nobody", "a run that left the bundle out"])
def test_what_legitimately_has_no_date_lags_behind_nothing(run: FakeRun, publisher: str) -> None:
    """The bundle says so itself; where nobody publishes, the certificate's own date counts."""
    if publisher == "others, who did not run":
        run.bundle_config = {"targets": [], "publishedBy": ["push"]}
    if publisher == "nobody":
        run.with_bundle = False
    run.up()
    for day in (336, 337, 338, 340):
        run.at(day)
        if publisher == "others, who did not run":
            generations = run.state["certificate"]["generations"]
            run.bundle_config["unpublished"] = [one["sha256"] for one in generations[1:]]
        if publisher == "a run that left the bundle out" and day < 338:
            run.begin()
            run.certificate()
            for stage in run.stages:
                run.binding(stage)
        else:
            run.up()
    assert not [line for line in run.lines if "is not told" in line]
    assert run.presented("dev") == ("cert01" if publisher == "others, who did not run" else "cert02")
