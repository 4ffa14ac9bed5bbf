"""A refresh that may not look at one thing keeps its state, says so, and lets the run go on: red at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.failed_step import Unfinished

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

DENIED = errors.AccessDenied("GetClientCertificate was denied", means="No permission.", remedy="Grant it.")
THROTTLED = errors.Throttled("GetStage was throttled", means="Nothing is known.", remedy="Run again later.")


NOBODY = errors.NoCredentials("no usable credentials", means="Nothing was asked.", remedy="Log in.")


def damaged(run: FakeRun) -> None:
    """A stack that is in order, but for a stage that was unbound and a target that was emptied since."""
    run.up()
    run.begin()
    (ref,) = [one for one in run.gateway.stages if one.stage_name == "prod"]
    run.gateway.stages[ref].client_certificate_id = None
    run.targets["pins.txt"].content = None


@pytest.mark.parametrize("error", [DENIED, THROTTLED])
def test_a_certificate_that_may_not_be_looked_at_keeps_nobody_from_a_repair(
    run: FakeRun, error: errors.RotationError
) -> None:
    """Stage and target are mended in the same run, whose error says what could not be seen; the next one is green."""
    damaged(run)
    before = run.state["certificate"]
    run.gateway.fail_next("get", error, times=2)
    run.refresh()
    after = run.state["certificate"]
    assert after["failedStep"]["step"] == "look"
    assert {key: after[key] for key in before} == before
    assert any(f"{error.what}" in line and "stays as it is" in line for line in run.lines)
    with pytest.raises(type(error), match=error.what):
        run.up()
    assert run.presented("prod") == run.presented("dev") == before["clientCertificateId"]
    assert run.targets["pins.txt"].content
    assert run.state["certificate"]["failedStep"]["step"] == "look"
    run.refresh()
    run.up()
    assert "failedStep" not in run.state["certificate"]
    assert not run.due()


@pytest.mark.parametrize("error", [DENIED, THROTTLED])
def test_a_stage_that_may_not_be_looked_at_keeps_nobody_from_a_repair(
    run: FakeRun, error: errors.RotationError
) -> None:
    """The state of its binding stays, and its update looks again."""
    damaged(run)
    before = run.state["dev"]
    run.gateway.fail_next("list_presented", error)
    run.gateway.fail_next("presented", error)
    run.state = {name: run.state[name] for name in ("dev", "certificate", "bundle", "prod")}
    run.refresh()
    assert run.state["dev"]["failedStep"]["step"] == "look"
    assert {key: run.state["dev"][key] for key in before} == before
    assert binding.diff(run.state["dev"], run.inputs["dev"], run.environment).changes
    run.gateway.fail_next("presented", error)
    run.stages = ("dev", "prod")
    with pytest.raises(type(error)):
        run.up()
    assert run.presented("prod") == before["presentedClientCertificateId"]
    assert run.targets["pins.txt"].content
    run.up()
    assert "failedStep" not in run.state["dev"]


def test_what_had_failed_before_is_still_what_failed(run: FakeRun) -> None:
    """A look that is denied does not hide a step that is."""
    run.up()
    failed = {"step": "issue", "since": "2027-01-02T10:00:00Z", "message": "The quota is used up."}
    for name in ("certificate", "dev"):
        run.state[name]["failedStep"] = failed
    run.gateway.fail_next("get", DENIED)
    run.gateway.fail_next("presented", DENIED)
    run.refresh()
    assert run.state["certificate"]["failedStep"] == run.state["dev"]["failedStep"] == failed


def test_a_switch_by_hand_is_said_although_its_certificate_may_not_be_looked_at(run: FakeRun) -> None:
    """What the stage presents was seen."""
    run.up()
    foreign = run.gateway.add_certificate()
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = foreign.id
    run.gateway.fail_next("get", DENIED, times=2)
    found = binding.read("dev", run.state["dev"], run.environment)
    assert found is not None
    assert found[1]["presentedClientCertificateId"] == foreign.id
    assert (
        "by hand, by another tool, or by a run whose answer was lost (GetClientCertificate was denied)"
        in (run.lines[-1])
    )


def test_another_account_ends_the_refresh(run: FakeRun) -> None:
    """There every certificate and every stage would be gone."""
    run.up()
    run.gateway.account = "210987654321"
    for module, name in ((certificate, "certificate"), (binding, "dev")):
        with pytest.raises(errors.Refused, match=r"credentials belong to account 210987654321.*account 123456789012"):
            module.read(name, run.state[name], run.environment)


def test_where_no_live_certificate_is_active_the_step_is_taken_all_the_same(run: FakeRun) -> None:
    """A look that is denied must not keep the stages on what has expired; the run is red."""
    run.up()
    run.gateway.fail_next("get", DENIED, times=2)
    run.refresh()
    run.at(366)
    with pytest.raises(Unfinished, match="GetClientCertificate") as left:
        certificate.update(run.state["certificate"], run.inputs["certificate"], run.environment)
    assert left.value.state["failedStep"]["step"] == "look"
    assert left.value.state["clientCertificateId"] == "cert02"


def test_what_an_update_sees_gone_that_a_refresh_could_not_is_left_at_once(run: FakeRun) -> None:
    """The list alone was denied to the refresh: no green run leaves the stages on a certificate that is deleted."""
    run.rotate_to("overlapping")
    run.at(337.5)
    del run.gateway.certificates["cert02"]
    run.gateway.fail_next("list_certificates", DENIED)
    run.refresh()
    assert run.state["certificate"]["failedStep"]["step"] == "look"
    run.begin()
    run.up()
    assert run.state["certificate"]["clientCertificateId"] != "cert02"
    assert {run.presented(stage) for stage in run.stages} == {run.state["certificate"]["clientCertificateId"]}


def test_without_credentials_a_file_is_mended_and_nothing_in_aws_is_believed(
    run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose account the parameter is in nobody can tell then; each resource keeps its state, and is red for itself."""
    run.bundle_config["targets"] = [{"type": "file", "path": "pins.txt"}, {"type": "ssm", "name": "/pins"}]
    damaged(run)
    before = {name: dict(state) for name, state in run.state.items()}
    pem, run.targets["/pins"].content = run.targets["/pins"].content, None

    def without(_gateway: object = None) -> None:
        raise NOBODY

    with monkeypatch.context() as logged_out:
        logged_out.setattr(run.gateway, "account_id", without)
        run.refresh()
        assert [name for name in run.state if "failedStep" in run.state[name]] == ["certificate", "dev", "prod"]
        with pytest.raises(errors.NoCredentials):
            run.up()
    assert (run.targets["pins.txt"].content, run.targets["/pins"].content) == (pem, None)
    assert run.presented("prod") is None
    assert {state["failedStep"]["step"] for state in run.state.values()} == {"look", "publish", "bind"}
    for name in ("certificate", "dev", "prod"):
        assert {key: run.state[name].get(key) for key in before[name]} == before[name]
    run.up()
    assert run.targets["/pins"].content == pem
    assert run.presented("prod") == before["prod"]["presentedClientCertificateId"]
    assert not any("failedStep" in state for state in run.state.values())
