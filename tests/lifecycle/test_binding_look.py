"""A binding looks at the targets before its stage moves: what they hold at this moment, not what state remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID
from apigw_client_cert.program.shared import identified
from apigw_client_cert.trust.contents import CONTENTS
from tests.lifecycle.conftest import API, FakeRun

if TYPE_CHECKING:
    from tests.doubles.fake_target import FakeTarget

DENIED = errors.AccessDenied("GetParameter is denied", means="Nothing.", remedy="Allow ssm:GetParameter.")


def pins(run: FakeRun) -> FakeTarget:
    """The bundle's one target."""
    return run.targets["pins.txt"]


def pem(run: FakeRun, number: int) -> str:
    """The certificate of one generation."""
    (found,) = [str(one["pem"]) for one in run.state["certificate"]["generations"] if one["number"] == number]
    return found


def again(run: FakeRun, *stages: str) -> None:
    """Another plain run, without a refresh, that gets no further than these stages."""
    run.begin()
    run.certificate()
    run.bundle()
    for stage in stages:
        run.binding(stage)


def half_moved(run: FakeRun) -> None:
    """The day of the activation: dev has moved, prod has not."""
    run.rotate_to("published")
    run.at(337)
    again(run, "dev")
    assert (run.presented("dev"), run.presented("prod")) == ("cert02", "cert01")


def test_a_stage_does_not_follow_when_the_file_was_put_back(run: FakeRun) -> None:
    """State says published, the file says no (invariant 1). The remedy that the error names repairs it."""
    half_moved(run)
    pins(run).content = pem(run, 1)
    says = r"a1b2c3d4e5/prod should present cert02, but file pins.txt does not hold it\. The stage keeps cert01, which"
    with pytest.raises(errors.NotPublished, match=f"{says} the targets hold.*pulumi up --refresh"):
        again(run, "prod")
    assert run.presented("prod") == "cert01"
    run.refresh()
    run.up()
    assert pem(run, 2) in str(pins(run).content)
    assert (run.presented("dev"), run.presented("prod")) == ("cert02", "cert01")
    run.at(338)
    run.up()
    assert run.presented("prod") == "cert02"


def test_what_was_seen_counts_for_one_run_only(run: FakeRun) -> None:
    """The same process may serve another run: it looks again."""
    half_moved(run)
    pins(run).calls.clear()
    again(run, "prod")
    assert pins(run).calls == ["read"]


def test_all_bindings_of_a_run_share_one_look_and_the_bundles_write(run: FakeRun) -> None:
    """Two stages that move, and a bundle that was read before: one read."""
    run.rotate_to("published")
    run.at(337)
    pins(run).calls.clear()
    run.up()
    assert (run.presented("dev"), run.presented("prod")) == ("cert02", "cert02")
    assert pins(run).calls == ["read"]


def test_a_quiet_run_looks_at_nothing(run: FakeRun) -> None:
    """The look belongs to an update."""
    run.up()
    pins(run).calls.clear()
    run.at(100)
    run.up()
    assert pins(run).calls == []


def test_a_stage_that_loses_traffic_moves_at_once_and_says_so(run: FakeRun) -> None:
    """The file holds the successor alone; the wave before has not even moved."""
    half_moved(run)
    run.binding_config["after"] = [{"name": "canary", "clientCertificateId": "cert01"}]
    pins(run).content = pem(run, 2)
    again(run, "prod")
    assert run.presented("prod") == "cert02"
    (line,) = [line for line in run.lines if "at once" in line]
    assert "file pins.txt does not hold cert01, and the stage is losing traffic already" in line


def test_a_stage_whose_targets_lost_both_is_red(run: FakeRun) -> None:
    """The error says that what it keeps is refused (invariant 13)."""
    half_moved(run)
    pins(run).content = None
    with pytest.raises(
        errors.NotPublished, match=r"keeps cert01, which file pins.txt does not hold: it is refused there"
    ):
        again(run, "prod")
    assert run.presented("prod") == "cert01"


def test_a_wait_is_looked_at_as_well(run: FakeRun) -> None:
    """Not published yet, and what it presents is lost meanwhile: no green run says that it waits."""
    half_moved(run)
    run.state["bundle"]["publishedSince"] = {}
    again(run, "prod")
    assert run.state["prod"]["waitingBecause"] == "lead"
    pins(run).content = "pins of somebody else"
    run.at(338)
    run.begin()
    with pytest.raises(errors.RotationError, match=r"which file pins.txt does not hold"):
        run.binding("prod")


def test_a_stage_is_red_for_as_long_as_the_targets_do_not_hold_what_it_presents(run: FakeRun) -> None:
    """It presents what it should, and nobody accepts it (invariant 13)."""
    run.up()
    pins(run).content = ""
    run.binding_config["redeploy"] = "same-deployment"
    with pytest.raises(errors.NotPublished, match=r"prod presents cert01, and file pins.txt does not hold"):
        again(run, "prod")


def test_a_stage_with_nothing_to_lose_is_bound_and_the_run_is_red(run: FakeRun) -> None:
    """Unbound by hand, and the file emptied: bound as always, and no success. The named remedy ends it."""
    run.up()
    next(iter(run.gateway.stages.values())).client_certificate_id = None
    run.state["dev"].pop("presentedClientCertificateId")
    pins(run).content = ""
    with pytest.raises(errors.NotPublished, match=r"dev presents cert01 now, and file pins.txt does not hold"):
        again(run, "dev")
    assert run.presented("dev") == "cert01"
    run.refresh()
    run.up()
    assert pem(run, 1) == pins(run).content


def test_a_target_that_cannot_be_read_keeps_the_stage_where_it_is(run: FakeRun) -> None:
    """What the look cannot see counts as harm; the error has the permission, and the way of who may not read it."""
    half_moved(run)
    pins(run).fail_next("read", DENIED)
    with pytest.raises(errors.RotationError, match="ssm:GetParameter") as caught:
        again(run, "prod")
    assert 'look="no"' in caught.value.remedy
    assert run.presented("prod") == "cert01"


def test_a_target_that_cannot_be_read_keeps_no_stage_unbound(run: FakeRun) -> None:
    """Nothing alive is presented: bound, and said."""
    run.up()
    run.gateway.add_stage(API, "new")
    pins(run).fail_next("read", DENIED)
    again(run, "new")
    assert run.presented("new") == "cert01"
    assert any("new is bound although a target could not be read" in line for line in run.lines)


def test_a_foreign_certificate_is_refused_as_such_whatever_the_targets_do(run: FakeRun) -> None:
    """The nearer reason is said."""
    run.up()
    foreign = run.gateway.add_certificate()
    run.gateway.add_stage(API, "new", foreign.id)
    pins(run).fail_next("read", DENIED)
    with pytest.raises(errors.StageTaken):
        again(run, "new")


def test_targets_of_another_account_are_not_read(run: FakeRun) -> None:
    """A parameter of the same name there would be believed."""
    half_moved(run)
    told = {"targets": [{"type": "ssm", "name": "/pins"}], "accountId": "999999999999"}
    run.binding_config["publishedTo"] = told
    with pytest.raises(errors.Refused, match=r"belong to account 123456789012, but .* lives in account 999999999999"):
        again(run, "prod")
    assert run.presented("prod") == "cert01"


@pytest.mark.parametrize("content", CONTENTS)
def test_a_generation_without_its_pem_is_recognised_in_every_content(run: FakeRun, content: str) -> None:
    """A binding's state keeps no PEM; no call asks AWS for it."""
    run.bundle_config["targets"] = [{"type": "file", "path": "pins.txt", "content": content}]
    run.rotate_to("published")
    run.at(337)
    run.begin()
    run.certificate()
    run.bundle()
    run.binding_config["generations"] = identified(run.state["certificate"]["generations"])
    before = len(run.gateway.calls)
    run.binding("prod")
    assert run.presented("prod") == "cert02"
    assert [call.method for call in run.gateway.calls[before:]] == ["account_id", "presented", "bind"]


def test_a_generation_that_only_its_tag_knows_is_recognised(run: FakeRun) -> None:
    """State was put back: the certificate is asked for once."""
    run.up()
    lost = run.gateway.add_certificate(tags={ROTATION_ID: run.rotation_id, GENERATION: "2"})
    run.gateway.add_stage(API, "new", lost.id)
    pins(run).content = f"{pins(run).content}{lost.pem}"
    before = len(run.gateway.calls)
    again(run, "new")
    assert run.state["new"]["waitingBecause"] == "lead"
    assert [call.method for call in run.gateway.calls[before:] if call.method == "get"] == ["get"]


@pytest.mark.parametrize(("number", "moves"), [("2", True), ("0", False), ("", False)])
def test_a_newer_generation_that_state_does_not_know_is_gone_back_from(
    run: FakeRun, number: str, *, moves: bool
) -> None:
    """State was put back to before a rotation: the way back waits for no wave."""
    run.up()
    tags = {ROTATION_ID: run.rotation_id, GENERATION: number}
    lost = run.gateway.add_certificate(tags=tags)
    run.gateway.add_stage(API, "new", lost.id)
    pins(run).content = f"{pins(run).content}{lost.pem}"
    run.at(2)
    run.binding_config["after"] = [{"name": "canary", "clientCertificateId": lost.id}]
    again(run, "new")
    assert run.presented("new") == ("cert01" if moves else lost.id)


def test_without_targets_there_is_nothing_to_look_at(run: FakeRun) -> None:
    """A bundle that dates what others publish: its lead counts, and it does not know what else is trusted."""
    run.bundle_config = {"targets": [], "publishedBy": ["pipeline"]}
    foreign = run.gateway.add_certificate()
    for stage in run.gateway.stages.values():
        stage.client_certificate_id = foreign.id
    run.binding_config["takeOver"] = True
    run.up()
    assert run.state["dev"]["waitingBecause"] == "lead"
    run.at(1)
    run.up()
    assert run.presented("dev") == "cert02"
    assert run.targets == {}


def test_what_other_resources_do_not_hold_has_no_date_and_what_is_presented_must_be_held(run: FakeRun) -> None:
    """They did not run, or lost it: the wait has not begun, and a stage that presents it is red (invariants 1, 13)."""
    run.bundle_config = {"targets": [], "publishedBy": ["push 1"]}
    run.rotate_to("published")
    first, second = (one["sha256"] for one in run.state["certificate"]["generations"])
    run.bundle_config["unpublished"] = [second]
    run.at(337)
    run.up()
    assert run.presented("dev") == "cert01"
    assert list(run.state["bundle"]["publishedSince"]) == [first]
    assert any("cert02 is not in what push holds" in line for line in run.lines)
    del run.bundle_config["unpublished"]
    run.at(338)
    run.up()
    assert run.state["dev"]["waitingBecause"] == "lead"
    run.bundle_config["unpublished"] = [first]
    with pytest.raises(errors.NotPublished, match="presents cert01, which what publish= returned does not hold"):
        run.up()
    del run.bundle_config["unpublished"]
    run.at(340)
    run.up()
    assert run.presented("dev") == "cert02"


def test_another_place_of_what_publishes_begins_the_wait_anew(run: FakeRun) -> None:
    """Its readers have been told nothing yet."""
    run.bundle_config = {"targets": [], "publishedBy": ["push 1"]}
    run.rotate_to("published")
    run.bundle_config["publishedBy"] = ["push 2"]
    run.at(337)
    run.up()
    assert run.presented("dev") == "cert01"
    run.at(338)
    run.up()
    assert run.presented("dev") == "cert02"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("pins.txt", "must have a list of targets"),
        ({"targets": "pins.txt"}, "must have a list of targets"),
        ({"targets": ["pins.txt"]}, "expected a target"),
        ({"targets": [{"type": "file"}]}, "needs `path`"),
        ({"targets": [], "region": 1}, "region must be a text"),
    ],
)
def test_what_names_no_targets_is_refused_in_check(run: FakeRun, told: object, says: str) -> None:
    """Before anything is read."""
    run.up()
    failures = binding.check({}, {**run.inputs["dev"], "publishedTo": told}).failures
    assert says in failures["publishedTo"]


def test_where_the_targets_are_is_kept_and_never_a_change(run: FakeRun) -> None:
    """A program of this release over a state of an older one shows nothing (invariant 11)."""
    run.looking = False
    run.up()
    assert "publishedTo" not in run.state["dev"]
    run.looking = True
    told: list[dict[str, Any]] = [{"type": "file", "path": "elsewhere.txt"}]
    for value in (None, {"targets": told}, run.bundle_config):
        news = {**run.inputs["dev"], "publishedTo": value}
        assert not binding.diff(run.state["dev"], news, run.environment).changes
    news = {**run.inputs["dev"], "publishedTo": run.bundle_config}
    kept = binding.update(run.state["dev"], news, run.environment)
    assert kept["publishedTo"] == run.bundle_config
    assert not binding.diff(kept, run.inputs["dev"], run.environment).changes


@pytest.mark.parametrize("former", [None, "http://127.0.0.1:5000"])
def test_another_way_to_a_stage_is_an_update_that_changes_nothing(run: FakeRun, former: str | None) -> None:
    """An endpoint is a way, not a place: nothing is replaced, so nothing is unbound. A region is a place."""
    run.binding_config["endpointUrl"] = former
    run.up()
    run.gateway.calls.clear()
    for way in ("http://localhost:5000", None):
        news = {key: value for key, value in {**run.inputs["dev"], "endpointUrl": way}.items() if value is not None}
        difference = binding.diff(run.state["dev"], news, run.environment)
        assert (difference.changes, difference.replaces) == (way != former, ())
        binding.update(run.state["dev"], news, run.environment)
    assert {call.method for call in run.gateway.calls} == {"account_id", "presented"}
    assert binding.diff(run.state["dev"], {**run.inputs["dev"], "region": "us-east-1"}, run.environment).replaces == (
        "region",
    )
