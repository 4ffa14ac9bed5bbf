"""``take_over`` is said of what a place holds when a bundle first takes it (invariant 9), and of nothing later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding.act import stage_of
from apigw_client_cert.trust.contents import fingerprints_in
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget
from tests.lifecycle.conftest import API, FakeRun

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = "pins.txt"
STRANGER = "ab" * 32
DENIED = errors.AccessDenied("PutParameter was denied", means="", remedy="")


def _spec(place: str) -> dict[str, str]:
    return {"type": "file", "path": place, "content": "sha256"}


def _held(run: FakeRun, place: str = PLACE) -> list[str]:
    return (run.targets[place].content or "").splitlines()


def _pem(run: FakeRun, certificate_id: str) -> str:
    return run.gateway.certificates[certificate_id].pem


def _pin(run: FakeRun, certificate_id: str) -> str:
    (found,) = [one for one in fingerprints_in(_pem(run, certificate_id)) if len(one) == 64]
    return found


def _trusted(run: FakeRun, place: str = PLACE) -> bool:
    return _pin(run, str(run.presented("prod"))) in _held(run, place)


def _daily(run: FakeRun) -> None:
    run.begin()
    run.refresh()
    run.up()


def _refused(run: FakeRun, place: str = PLACE) -> str:
    """A daily run that is red for what somebody else wrote, and wrote nothing."""
    before = run.targets[place].content
    with pytest.raises(errors.TargetTaken, match=rf"file {place} was changed by somebody else: it holds") as caught:
        _daily(run)
    assert run.targets[place].content == before
    return str(caught.value)


@pytest.fixture
def insisting(run: FakeRun) -> FakeRun:
    """A bundle whose first place held a stranger's pin, and that says ``take_over`` for ever."""
    run.stages = ("prod",)
    run.bundle_config = {"targets": [_spec(PLACE)], "takeOver": True}
    run.targets[PLACE] = FakeTarget(f"file {PLACE}", STRANGER)
    run.up()
    assert _held(run) == [_pin(run, "cert01")]
    return run


@pytest.fixture
def eu_and_us(run: FakeRun) -> tuple[FakeRun, FakeRun]:
    """Two stacks of two accounts in one place, as each refusal's own words lead there; ``take_over`` is left on."""
    gateway = FakeGateway(region_name="us-east-1", account="222222222222")
    gateway.add_stage(API, "prod")
    eu, us = run, FakeRun(gateway, run.targets)
    for one in (eu, us):
        one.stages, one.bundle_config = ("prod",), {"targets": [_spec(PLACE)]}
    eu.up()
    for one, other in ((us, eu), (eu, us)):
        with pytest.raises(errors.TargetTaken, match="take_over=True"):
            _daily(one)
        presented = [_pem(other, "cert01")]
        one.bundle_config |= {"takeOver": True, "alsoTrust": presented}
        _daily(one)
    assert stage_of({"apiId": API, "stageName": "prod"}) in us.gateway.stages
    assert len(_held(eu)) == 2
    return eu, us


def _also_trust(eu: FakeRun, us: FakeRun) -> None:
    us.bundle_config["alsoTrust"] = [_pem(eu, "cert01"), _pem(eu, "cert02")]


def _own_place(_eu: FakeRun, us: FakeRun) -> None:
    us.bundle_config |= {"targets": [_spec("us.txt")], "alsoTrust": None}


@pytest.mark.parametrize(("remedy", "place"), [(_also_trust, PLACE), (_own_place, "us.txt")])
def test_two_stacks_in_one_place_cut_nobody_off_and_the_remedy_ends_it(
    eu_and_us: tuple[FakeRun, FakeRun], remedy: Callable[[FakeRun, FakeRun], None], place: str
) -> None:
    """Each one's next certificate is nobody's that the other knows: not written over, whatever is left on."""
    eu, us = eu_and_us
    for one in (eu, us):
        one.at(336)
    _daily(eu)
    said = _refused(us)
    assert "place of its own" in said
    assert "also_trust" in said
    for day in (337, 338):
        eu.at(day)
        us.at(day)
        _daily(eu)
        _refused(us)
        assert _trusted(eu)
        assert _trusted(us)
    assert eu.presented("prod") == "cert02"
    remedy(eu, us)
    for day in (339, 340, 341):
        us.at(day)
        _daily(us)
        assert _trusted(us, place)
        assert _trusted(eu)
    assert us.presented("prod") == "cert02"
    # The other one is told of it in the same words, and has lost nothing.
    eu.at(341)
    if place == PLACE:
        _refused(eu)
        eu.bundle_config["alsoTrust"] = [_pem(us, "cert01"), _pem(us, "cert02")]
    _daily(eu)
    assert _trusted(eu)
    assert _trusted(us, place)


def test_what_is_really_to_go_goes_when_it_is_said_anew(insisting: FakeRun) -> None:
    """Off, a run, and on again: the words of the refusal, to their end."""
    insisting.targets[PLACE].content = f"{_held(insisting)[0]}\n{STRANGER}\n"
    assert "run once without it first" in _refused(insisting)
    _refused(insisting)
    insisting.bundle_config["takeOver"] = None
    _refused(insisting)
    insisting.bundle_config["takeOver"] = True
    _daily(insisting)
    assert _held(insisting) == [_pin(insisting, "cert01")]
    insisting.targets[PLACE].content = STRANGER
    _refused(insisting)


def test_a_place_that_is_new_is_taken_over(insisting: FakeRun) -> None:
    """The word is said of each place when it is first taken; of the others it was said already."""
    insisting.targets["new.txt"] = FakeTarget("file new.txt", STRANGER)
    insisting.bundle_config["targets"] = [_spec(PLACE), _spec("new.txt")]
    _daily(insisting)
    assert _held(insisting, "new.txt") == _held(insisting)
    insisting.targets["new.txt"].content = STRANGER
    _refused(insisting, "new.txt")


def test_what_could_not_be_taken_over_is_in_the_next_run_and_nothing_else_is(run: FakeRun) -> None:
    """One of two places was denied when the word was said: it is open there, and spent at the other."""
    run.stages = ("prod",)
    run.bundle_config = {"targets": [_spec(PLACE), _spec("other.txt")]}
    run.up()
    for target in run.targets.values():
        target.content = STRANGER
    run.bundle_config["takeOver"] = True
    for _day in range(2):
        run.targets["other.txt"].fail_next("write", DENIED)
        with pytest.raises(errors.AccessDenied):
            _daily(run)
        assert _held(run) == [_pin(run, "cert01")]
        assert _held(run, "other.txt") == [STRANGER]
    run.targets[PLACE].content = STRANGER
    _refused(run)
    assert _held(run, "other.txt") == [_pin(run, "cert01")]


@pytest.mark.parametrize("content", [None, "", "# nothing\n", "garbage\n"])
def test_what_names_nobody_is_repaired_as_ever(insisting: FakeRun, content: str | None) -> None:
    """Emptied, removed, or spoilt: there is nobody in it whom a repair could cut off."""
    insisting.targets[PLACE].content = content
    _daily(insisting)
    assert _held(insisting) == [_pin(insisting, "cert01")]


@pytest.mark.parametrize("lost", [["bundle"], ["bundle", "certificate"]])
def test_what_a_killed_run_wrote_is_recognised(insisting: FakeRun, lost: list[str]) -> None:
    """Its successor is in the place, and in no state that the bundle or the certificate has."""
    saved: dict[str, Any] = {key: insisting.state[key] for key in lost}
    insisting.at(336)
    _daily(insisting)
    insisting.state |= saved
    insisting.at(337)
    _daily(insisting)
    assert _held(insisting) == [_pin(insisting, "cert01"), _pin(insisting, "cert02")]
    reverted = _pin(insisting, "cert01")
    insisting.targets[PLACE].content = reverted
    _daily(insisting)
    assert _held(insisting) == [reverted, _pin(insisting, "cert02")]
