"""Where STS is out of reach and nothing of ours is found, nothing says that this is the account (invariants 1, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID, issued_generation
from apigw_client_cert.lifecycle.state import dump_generation
from tests.doubles.fake_gateway import FakeGateway

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

OURS, THEIRS = "123456789012", "210987654321"
# What was recorded at creation, and what STS says in the other account's shell.
UNPROVEN = [(None, THEIRS), (OURS, None), (None, None)]
CHANGES = ("generate", "delete", "tag", "untag", "bind", "unbind")
unproven = pytest.mark.parametrize(("recorded", "there"), UNPROVEN, ids=["never-recorded", "silent", "no-sts"])


def elsewhere(run: FakeRun, account: str | None) -> FakeGateway:
    """From now on the shell is in another account, which holds nothing of ours; returns our own."""
    ours, run.gateway = run.gateway, FakeGateway(account=account, clock=lambda: run.now)
    run.begin()
    return ours


def back(run: FakeRun, ours: FakeGateway, account: str | None = OURS) -> None:
    """The right shell again."""
    assert run.gateway.called(*CHANGES) == []
    assert run.gateway.certificates == {}
    run.gateway, ours.account = ours, account
    run.begin()


def pins(run: FakeRun) -> str | None:
    """What backends read."""
    return run.targets["pins.txt"].content


def kept(run: FakeRun, name: str = "certificate") -> dict[str, Any]:
    """A state without what is said of the run."""
    return {key: value for key, value in run.state[name].items() if key != "failedStep"}


@unproven
def test_a_shell_of_another_account_loses_and_makes_nothing(
    run: FakeRun, recorded: str | None, there: str | None
) -> None:
    """State and targets stay, the run is red, and in the right account the next ones are green and quiet."""
    run.gateway.account = recorded
    run.up()
    before, published = {name: kept(run, name) for name in run.state}, pins(run)
    ours = elsewhere(run, there)
    run.at(1)
    run.refresh()
    looked = [name for name, state in run.state.items() if state.get("failedStep", {}).get("step") == "look"]
    assert looked == ["certificate", "dev", "prod"]
    with pytest.raises(errors.NotProven, match="Whether certificate cert01 is gone cannot be told"):
        run.up()
    assert {name: kept(run, name) for name in run.state} == before
    assert pins(run) == published
    back(run, ours)
    run.lines.clear()
    run.refresh()
    run.up()
    assert run.state["certificate"]["accountId"] == OURS
    assert run.state["certificate"]["clientCertificateId"] == "cert01"
    assert {"failedStep"}.isdisjoint({key for state in run.state.values() for key in state})
    assert not any("deleted" in line for line in run.lines)
    assert not run.due()


@unproven
@pytest.mark.parametrize(
    ("day", "phase"), [(336, "steady"), (337, "published"), (338, "overlapping"), (341, "overlapping")]
)
def test_no_step_is_taken_in_another_account(
    run: FakeRun, recorded: str | None, there: str | None, day: int, phase: str
) -> None:
    """Not the issue, not the switch, no look that would count as clean, and no retirement of what is not found."""
    run.gateway.account = recorded
    for earlier in (0, 336, 337, 338):
        if earlier < day:
            run.at(earlier)
            run.up()
    assert run.state["certificate"]["phase"] == phase
    before, published = kept(run), pins(run)
    ours = elsewhere(run, there)
    run.at(day)
    with pytest.raises(errors.NotProven):
        run.up()
    assert kept(run)["generations"] == before["generations"]
    assert run.state["certificate"].get("accountId") == before.get("accountId")
    assert pins(run) == published
    back(run, ours)
    run.up()
    assert run.state["certificate"]["generations"] != before["generations"]


@unproven
def test_what_has_expired_is_renewed_in_no_other_account(run: FakeRun, recorded: str | None, there: str | None) -> None:
    """Whatever it costs: nobody presents a certificate of another account."""
    run.gateway.account = recorded
    run.up()
    before = run.state["certificate"]
    ours = elsewhere(run, there)
    run.at(366)
    with pytest.raises(errors.NotProven):
        certificate.update(before, run.inputs["certificate"], run.environment)
    back(run, ours)
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == run.presented("dev") == "cert02"


def test_a_whole_rotation_goes_through_without_sts(run: FakeRun) -> None:
    """A private runner: what is found proves where this is; the account is never recorded, and nothing is ever said."""
    run.gateway.account = None
    for day in (0, 336, 337, 338, 341):
        run.at(day)
        if run.state:
            run.begin()
            run.refresh()
        run.up()
    assert run.state["certificate"]["phase"] == "steady"
    assert list(run.gateway.certificates) == ["cert02"]
    assert run.presented("dev") == run.presented("prod") == "cert02"
    assert "accountId" not in run.state["certificate"]
    assert not any("cannot be told" in line for line in run.lines)


def test_one_that_is_gone_beside_one_that_is_found_is_lost_without_sts(run: FakeRun) -> None:
    """The other one proves the account."""
    run.gateway.account = None
    run.rotate_to("published")
    del run.gateway.certificates["cert02"]
    run.begin()
    run.refresh()
    run.up()
    assert "orders: generation 2 was deleted by somebody else" in run.lines
    assert [one["id"] for one in run.state["certificate"]["generations"]] == ["cert01", "cert03"]


@pytest.mark.parametrize("recorded", [OURS, None])
def test_where_all_was_deleted_and_sts_is_silent_a_named_certificate_leads_on(
    run: FakeRun, recorded: str | None
) -> None:
    """Red until somebody says so: the certificate that the text asks for is adopted, and the stages move to it."""
    run.gateway.account = recorded
    run.up()
    run.gateway.certificates.clear()
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = None
    run.gateway.account = None
    run.begin()
    run.refresh()
    with pytest.raises(errors.NotProven, match=r"generate a certificate.*name it in adopt_client_certificate_id"):
        run.up()
    run.config["adoptClientCertificateId"] = named = run.gateway.add_certificate().id
    run.up()
    assert run.presented("dev") == run.presented("prod") == named
    run.begin()
    run.refresh()
    run.up()
    assert "failedStep" not in run.state["certificate"]
    assert not run.due()


def test_where_all_was_deleted_and_sts_answers_again_the_run_recovers(run: FakeRun) -> None:
    """The other remedy."""
    run.up()
    run.gateway.certificates.clear()
    run.gateway.account = None
    run.begin()
    run.refresh()
    with pytest.raises(errors.NotProven, match=r"let the runner reach STS \(sts:GetCallerIdentity\)"):
        run.up()
    run.gateway.account = OURS
    run.up()
    assert run.presented("dev") == run.presented("prod") == run.state["certificate"]["clientCertificateId"] == "cert02"


@unproven
def test_what_is_not_found_is_not_forgotten_by_a_destroy(run: FakeRun, recorded: str | None, there: str | None) -> None:
    """Stages would go on presenting what nobody renews any more; in the right account the destroy does what it says."""
    run.gateway.account = recorded
    run.up()
    ours = elsewhere(run, there)
    for name, module in (("dev", binding), ("prod", binding), ("certificate", certificate)):
        with pytest.raises(errors.NotProven, match="pulumi state delete"):
            module.delete(run.state[name], run.environment)
    back(run, ours)
    for name, module in (("dev", binding), ("prod", binding), ("certificate", certificate)):
        module.delete(run.state[name], run.environment)
    assert run.gateway.certificates == {}


@pytest.mark.parametrize("account", [OURS, None])
def test_a_stage_that_is_gone_is_forgotten_where_the_account_is_proven(run: FakeRun, account: str | None) -> None:
    """By STS, or by the certificate that is still there."""
    run.gateway.account = account
    run.up()
    run.gateway.stages.clear()
    run.begin()
    run.refresh()
    assert {"dev", "prod"}.isdisjoint(run.state)


def test_a_stage_that_is_not_found_proves_no_account(run: FakeRun) -> None:
    """A creation in the wrong shell: its failed state must not tie the stage to that account."""
    run.certificate()
    run.stages = ("dev",)
    run.bundle()
    ours = elsewhere(run, THEIRS)
    with pytest.raises(errors.StageNotFound):
        run.binding("dev")
    assert "accountId" not in run.state["dev"]
    back(run, ours)
    run.binding("dev")
    assert run.presented("dev") == "cert01"
    assert run.state["dev"]["accountId"] == OURS


@unproven
def test_names_that_could_not_be_written_are_still_to_be_written(
    run: FakeRun, recorded: str | None, there: str | None
) -> None:
    """Tags that an update found nothing to write to are not remembered as written."""
    run.gateway.account = recorded
    run.up()
    ours = elsewhere(run, there)
    run.config["tags"] = {"team": "payments"}
    with pytest.raises(errors.NotProven):
        run.up()
    back(run, ours)
    run.up()
    assert run.gateway.certificates["cert01"].tags["team"] == "payments"


@unproven
def test_a_bundle_keeps_what_it_cannot_look_up(run: FakeRun, recorded: str | None, there: str | None) -> None:
    """Another team's stack, in its own account: what leaves its inputs stays for the stage that may present it."""
    run.gateway.account = recorded
    run.certificate()
    other = run.gateway.add_certificate(tags={ROTATION_ID: "other", GENERATION: "1"})
    way = {} if recorded is None else {"connection": {"accountId": recorded}}
    made = run.state["certificate"]
    rotations: list[dict[str, Any]] = [
        {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")},
        {"rotationId": "other", "generations": [dump_generation(issued_generation(other, 1))]},
    ]
    run.bundle_config["rotations"] = [{**one, **way} for one in rotations]
    run.bundle()
    published = pins(run)
    ours = elsewhere(run, there)
    run.bundle_config["rotations"] = run.bundle_config["rotations"][:1]
    run.bundle()
    assert pins(run) == published
    assert "cannot be told" in str(run.state["bundle"]["keptFor"])
    back(run, ours)
    run.at(1)
    run.bundle()
    assert other.pem not in str(pins(run))
    assert not run.state["bundle"]["keptFor"]


def test_one_rotation_that_is_seen_does_not_prove_where_another_lives(run: FakeRun) -> None:
    """Where no account was ever recorded, two that are reached in the same way may live in two."""
    run.gateway.account = None
    run.certificate()
    made = run.state["certificate"]
    elsewhere_made = FakeGateway(clock=lambda: run.now)
    elsewhere_made.add_certificate()
    theirs = elsewhere_made.add_certificate()
    run.bundle_config["rotations"] = [
        {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")},
        {"rotationId": "theirs", "generations": [dump_generation(issued_generation(theirs, 1))], "shared": True},
    ]
    run.bundle()
    published = pins(run)
    run.bundle_config["rotations"] = run.bundle_config["rotations"][:1]
    run.begin()
    run.bundle()
    assert pins(run) == published


@pytest.fixture
def parameter(run: FakeRun) -> dict[str, Any]:
    """Publish to a parameter: in another account's shell the same name is another place."""
    target = {"type": "ssm", "name": "/pins"}
    run.bundle_config["targets"] = [target]
    return target


@unproven
def test_the_parameter_of_another_account_is_not_written(
    run: FakeRun, parameter: dict[str, Any], recorded: str | None, there: str | None
) -> None:
    """It is not there, which is no reason to write it; nor to date anew what the right one holds."""
    run.gateway.account = recorded
    run.up()
    before, held = kept(run, "bundle"), run.targets.pop(parameter["name"])
    ours = elsewhere(run, there)
    run.config["tags"] = {"team": "payments"}
    extra = ours.add_certificate()
    run.bundle_config["alsoTrust"] = [extra.pem]
    with pytest.raises(errors.NotProven, match="what this bundle published"):
        run.bundle()
    assert run.targets["/pins"].content is None
    assert run.state["bundle"]["publishedSince"] == before["publishedSince"]
    assert run.state["bundle"].get("accountId") == before.get("accountId")
    back(run, ours)
    run.targets["/pins"] = held
    run.bundle()
    assert extra.pem in str(held.content)
    assert run.state["bundle"]["accountId"] == OURS


@pytest.mark.parametrize("recorded", [OURS, None])
def test_a_parameter_that_was_deleted_is_written_again_without_sts(
    run: FakeRun, parameter: dict[str, Any], recorded: str | None
) -> None:
    """The certificates are reached in the same way, and found."""
    run.gateway.account = recorded
    run.up()
    run.gateway.account = None
    run.targets[parameter["name"]].content = None
    run.begin()
    run.refresh()
    run.up()
    assert run.targets["/pins"].content == run.state["certificate"]["trustBundlePem"]


def test_what_only_publishes_another_stacks_certificates_is_created_anew(
    run: FakeRun, parameter: dict[str, Any]
) -> None:
    """A parameter that is gone, without STS and without a certificate to see: the remedy that the text names."""
    run.gateway.account = None
    run.certificate()
    made = run.state["certificate"]
    shared = {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")} | {"shared": True}
    run.bundle_config["rotations"] = [shared]
    run.bundle()
    run.targets[parameter["name"]].content = None
    run.begin()
    run.refresh()
    with pytest.raises(errors.NotProven, match="pulumi up --replace"):
        run.bundle()
    del run.state["bundle"]
    run.bundle()
    assert run.targets["/pins"].content == made["trustBundlePem"]


def test_a_list_that_is_behind_the_times_stops_no_step(run: FakeRun) -> None:
    """Without STS the certificate that is asked for by its id is proof as well."""
    run.gateway.account = None
    run.up()
    run.at(336)
    run.begin()
    kept_back = run.gateway.list_certificates
    run.gateway.list_certificates = tuple  # type: ignore[method-assign]
    run.certificate()
    run.gateway.list_certificates = kept_back  # type: ignore[method-assign]
    assert run.state["certificate"]["pendingClientCertificateId"] == "cert02"
