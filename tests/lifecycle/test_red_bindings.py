"""A binding that failed: its state is true, its switch stays open, and for the waves behind it has not moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.failed_step import Unfinished, red
from tests.lifecycle.test_waves import WaveRun
from tests.lifecycle.verified import VERIFY, Backend, VerifiedRun, published

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

DENIED = errors.AccessDenied("UpdateStage was denied", means="No permission.", remedy="Grant it.")
LOST = errors.OutcomeUnknown("UpdateStage got no answer", means="It may have taken effect.", remedy="Run again.")


def failing(run: FakeRun, stage: str = "dev") -> dict[str, Any]:
    """The state that a red run leaves."""
    with pytest.raises(errors.RotationError):
        run.up()
    state: dict[str, Any] = run.state[stage]
    return state


def test_a_creation_that_fails_keeps_nobody_from_the_next_stage(run: FakeRun) -> None:
    """It says what it is for, where it lives and that nothing is presented; the run that succeeds forgets it."""
    run.gateway.fail_next("bind", DENIED)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert (run.presented("dev"), run.presented("prod")) == (None, "cert01")
    state = run.state["dev"]
    assert (state["apiId"], state["stageName"], state["region"]) == ("a1b2c3d4e5", "dev", run.gateway.region)
    assert not {"presentedClientCertificateId", "presentedSince", "setClientCertificateId"} & set(state)
    assert state["failedStep"] == {"step": "bind", "since": "2026-03-02T10:00:00Z", "message": str(DENIED)}
    run.at(1)
    run.up()
    assert run.presented("dev") == "cert01" == run.state["dev"]["setClientCertificateId"]
    assert "failedStep" not in run.state["dev"]
    calls = len(run.gateway.calls)
    run.up()
    assert len(run.gateway.calls) == calls


def test_what_failed_says_since_when_and_ends_the_run_in_words(run: FakeRun) -> None:
    """The first of an unbroken row of runs; several are one error, a line each."""
    run.gateway.fail_next("bind", DENIED, times=4)
    failing(run)
    run.at(1)
    state = failing(run)
    assert state["failedStep"]["since"] == "2026-03-02T10:00:00Z"
    one = str(red([("orders-dev", state["failedStep"])]))
    assert one.startswith("orders-dev: bind has failed in each run since 2026-03-02T10:00:00Z. UpdateStage was denied.")
    both = str(red([(f"orders-{stage}", run.state[stage]["failedStep"]) for stage in ("dev", "prod")]))
    assert [line.split(":")[0].strip() for line in both.splitlines()[1:3]] == ["orders-dev", "orders-prod"]
    assert both.splitlines()[-1].strip() == "What depends on it was looked after all the same."


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_switch_that_fails_leaves_what_the_stage_presents_and_sets_nothing(
    run: FakeRun, *, after_effect: bool
) -> None:
    """Also where it took effect and the answer was lost: what is presented is seen, what was set is what was told."""
    run.rotate_to("published")
    run.at(337)
    before = run.state["dev"]
    run.gateway.fail_next("bind", LOST if after_effect else DENIED, after_effect=after_effect)
    state = failing(run)
    assert run.presented("prod") == "cert02"
    assert run.presented("dev") == state["presentedClientCertificateId"] == ("cert02" if after_effect else "cert01")
    assert state["presentedSince"] == ("2027-02-02T10:00:00Z" if after_effect else before["presentedSince"])
    assert state["setClientCertificateId"] == "cert01"
    assert binding.diff(state, run.inputs["dev"], run.environment).changes
    run.up()
    assert run.state["dev"]["setClientCertificateId"] == run.presented("dev") == "cert02"


def test_where_nobody_can_look_the_state_is_the_one_before(run: FakeRun) -> None:
    """With what failed beside it; nothing waits any more but for the end of that."""
    run.rotate_to("published")
    before = dict(run.state["dev"])
    run.state["dev"] |= {"waitingFor": "cert02", "waitingUntil": "2027-02-02T09:00:00Z", "waitingBecause": "lead"}
    run.at(337)
    run.gateway.fail_next("presented", DENIED, times=2)
    state = failing(run)
    assert state.pop("failedStep")["message"] == str(DENIED)
    assert state == before


def test_a_stage_that_is_gone_presents_nothing(run: FakeRun) -> None:
    """It is known; the next refresh takes the binding out of state, as before."""
    run.up()
    (gone,) = [one for one in run.gateway.stages if one.stage_name == "dev"]
    del run.gateway.stages[gone]
    run.binding_config["takeOver"] = True
    state = failing(run)
    assert "presentedClientCertificateId" not in state
    assert run.state["prod"]["takeOver"] is True
    run.refresh()
    assert "dev" not in run.state


def test_credentials_of_another_account_are_recorded_and_touch_nothing(run: FakeRun) -> None:
    """The binding's own; what is not known to be changed is not."""
    run.up()
    before = {**run.state["dev"], "accountId": "999999999999"}
    with pytest.raises(Unfinished) as left:
        binding.update(before, {**run.inputs["dev"], "takeOver": True}, run.environment)
    assert {key: value for key, value in left.value.state.items() if key != "failedStep"} == before


def test_a_deletion_clears_nothing_that_a_failed_creation_did_not_set(run: FakeRun) -> None:
    """A live foreign certificate stays, whatever became of the binding (invariant 9)."""
    foreign = run.gateway.add_certificate().id
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = foreign
    state = failing(run)
    assert state["presentedClientCertificateId"] == foreign
    assert "setClientCertificateId" not in state
    run.begin()
    binding.delete(state, run.environment)
    assert run.presented("dev") == foreign


def test_inputs_that_were_not_obeyed_are_not_recorded(run: FakeRun) -> None:
    """A verification that was asked for and failed is asked for again, and nothing counts as proven by it."""
    made = VerifiedRun(run.gateway, stages=("prod",))
    backend = Backend(made)
    made.gateway.backend = backend.answer
    _first, second = published(made, verify=VERIFY)
    made.binding("prod")
    backend.accepts = set()
    made.binding_config = {"verify": {"resource": "/other"}}
    for _ in range(2):
        made.begin()
        with pytest.raises(errors.NotVerified):
            made.binding("prod")
        assert made.state["prod"]["lastConfirmed"]["clientCertificateId"] == second
    backend.accepts = None
    made.binding("prod")
    assert made.state["prod"]["verify"] == {"resource": "/other"}


@pytest.fixture
def waves(run: FakeRun) -> WaveRun:
    """Dev before eu, with a soak of a day; on day 337 dev cannot be switched, in whatever run, until it is mended."""
    run.gateway.add_stage("a1b2c3d4e5", "eu")
    made = WaveRun(run.gateway, waves=(("dev",), ("eu",)))
    for day in (0, 336):
        made.at(day)
        made.up()
    made.at(337)
    made.gateway.fail_next("bind", DENIED)
    made.up()
    assert list(made.failed) == ["dev"]
    return made


def test_the_next_wave_waits_for_one_that_failed_until_the_last_days(waves: WaveRun) -> None:
    """As for one that has not moved; then it is overruled, as ever."""
    assert waves.state["eu"]["waitingBecause"] == "wave"
    waves.at(361.9)
    waves.gateway.fail_next("bind", DENIED)
    waves.up()
    assert waves.presents() == {"dev": "1", "eu": "1"}
    waves.at(362.1)
    waves.gateway.fail_next("bind", DENIED)
    waves.up()
    assert waves.presents() == {"dev": "1", "eu": "2"}
    assert list(waves.failed) == ["dev"]


def test_the_next_wave_is_repaired_beside_one_that_failed(waves: WaveRun) -> None:
    """Another tool unbound it."""
    (eu,) = [one for one in waves.gateway.stages if one.stage_name == "eu"]
    waves.gateway.stages[eu].client_certificate_id = None
    waves.refresh()
    waves.gateway.fail_next("bind", DENIED)
    waves.up()
    assert waves.presents() == {"dev": "1", "eu": "2"}
    assert list(waves.failed) == ["dev"]


def test_the_next_wave_is_rolled_back_beside_one_that_cannot_be(waves: WaveRun) -> None:
    """Both had moved when the pin came."""
    waves.up()
    waves.at(338)
    waves.up()
    assert waves.presents() == {"dev": "2", "eu": "2"}
    waves.config = {"pinGeneration": 1}
    waves.gateway.fail_next("bind", DENIED)
    waves.up()
    assert waves.presents() == {"dev": "2", "eu": "1"}
    waves.up()
    assert waves.presents() == {"dev": "1", "eu": "1"}


def test_what_a_wave_presented_while_it_failed_is_no_soak(waves: WaveRun) -> None:
    """It moved, nobody saw the answer, and it is red: the next one soaks from the run in which it succeeded."""
    waves.gateway.fail_next("bind", LOST, after_effect=True)
    waves.up()
    assert waves.presents()["dev"] == "2"
    assert waves.state["dev"]["presentedSince"] == "2027-02-02T10:00:00Z"
    waves.at(338.5)
    waves.gateway.fail_next("presented", DENIED, times=2)
    waves.up()
    assert list(waves.failed) == ["dev"]
    assert waves.presents() == {"dev": "2", "eu": "1"}
    waves.up()
    assert not waves.failed
    assert waves.state["dev"]["presentedSince"] == "2027-02-03T22:00:00Z"
    assert waves.presents() == {"dev": "2", "eu": "1"}
    waves.at(339.5)
    waves.up()
    assert waves.presents() == {"dev": "2", "eu": "2"}
