"""TrustBundle over a fake world: what is published, since when, and what is never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from tests.doubles.aws_shaped import issue_pem
from tests.doubles.fake_target import FakeTarget
from tests.lifecycle.conftest import START, wire

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


def pins(run: FakeRun, path: str = "pins.txt") -> list[str]:
    """The lines of a target."""
    return (run.targets[path].content or "").splitlines()


@pytest.fixture(autouse=True)
def _publish_pins(run: FakeRun) -> None:
    run.bundle_config["targets"] = [{"type": "file", "path": "pins.txt", "content": "sha256"}]


def test_oldest_first_through_a_whole_rotation(run: FakeRun) -> None:
    """A first-match reader keeps accepting what is presented: nothing is re-sorted at activation."""
    run.up()
    (first,) = pins(run)
    orders = []
    for day in (336, 337, 338, 341):
        run.at(day)
        run.up()
        orders.append(pins(run))
    second = orders[0][1]
    assert orders == [[first, second], [first, second], [first, second], [second]]


def test_before_the_switch_the_targets_are_read_again(run: FakeRun) -> None:
    """The run that activates reads, even where nothing is to be written."""
    run.rotate_to("published")
    run.targets["pins.txt"].calls.clear()
    run.at(337)
    run.up()
    assert run.targets["pins.txt"].calls == ["read"]


def test_a_target_reverted_during_the_lead_is_repaired_and_the_wait_starts_anew(run: FakeRun) -> None:
    """What was missing is published from now; what was there keeps its date; the stages wait (invariant 1)."""
    run.rotate_to("published")
    first, second = pins(run)
    run.targets["pins.txt"].content = first + "\n"
    run.at(337)
    run.up()
    assert pins(run) == [first, second]
    assert run.state["bundle"]["publishedSince"] == {first: "2026-03-02T10:00:00Z", second: "2027-02-02T10:00:00Z"}
    assert run.presented("dev") == "cert01"
    run.at(338)
    run.up()
    run.at(339)
    run.up()
    assert run.presented("dev") == "cert02"


def test_a_damaged_target_is_seen_by_refresh_and_written_again(run: FakeRun) -> None:
    """Refresh only looks; the next update repairs and says so."""
    run.up()
    run.targets["pins.txt"].content = None
    run.refresh()
    assert run.state["bundle"]["driftedTargets"] == ["file pins.txt"]
    assert run.targets["pins.txt"].content is None
    run.up()
    assert len(pins(run)) == 1
    assert run.lines == [
        "orders-trust: file pins.txt does not exist any more; this update writes it again",
        "orders-trust: file pins.txt was written again",
    ]


def test_a_target_that_holds_something_else_is_refused_before_any_is_written(run: FakeRun) -> None:
    """Not even the first, empty one (invariant 9)."""
    run.bundle_config["targets"].append({"type": "file", "path": "taken.txt", "content": "sha256"})
    run.targets["taken.txt"] = FakeTarget("file taken.txt", "somebody's")
    with pytest.raises(errors.TargetTaken, match=r"file taken\.txt already holds"):
        run.up()
    assert run.targets["pins.txt"].content is None
    run.bundle_config["takeOver"] = True
    run.up()
    assert pins(run, "taken.txt") == pins(run)


def test_a_write_that_fails_leaves_state_and_stages_as_they_were(run: FakeRun) -> None:
    """The next run finishes; the publication is dated by the run that succeeded."""
    run.up()
    run.at(336)
    run.targets["pins.txt"].fail_next("write", errors.AccessDenied("no", means="", remedy=""))
    with pytest.raises(errors.AccessDenied):
        run.up()
    run.at(337)
    run.up()
    assert run.state["bundle"]["publishedSince"][pins(run)[1]] == "2027-02-02T10:00:00Z"
    assert run.presented("dev") == "cert01"


def test_retargeting_leaves_the_old_place_and_completes_the_new_one(run: FakeRun) -> None:
    """Trust is never withdrawn by moving it (invariant 12)."""
    run.up()
    old = pins(run)
    run.bundle_config["targets"] = [{"type": "file", "path": "new.txt", "content": "sha256"}]
    run.up()
    assert pins(run) == pins(run, "new.txt") == old


def test_removing_the_resource_leaves_its_targets_and_says_so(run: FakeRun) -> None:
    """The reader may still need it (invariant 12)."""
    run.up()
    before = pins(run)
    trust_bundle.delete(run.state["bundle"], run.environment)
    assert pins(run) == before
    assert run.lines == ["orders-trust: left as it is, to be removed when no backend reads it: file pins.txt"]


def test_a_certificate_that_left_the_inputs_stays_trusted_until_it_expires(run: FakeRun) -> None:
    """Its own rotation has not said that it is retired."""
    run.up()
    first = pins(run)
    other, _key = issue_pem(START)
    listed = run.inputs["bundle"]["rotations"][0]
    renamed = {**listed, "rotationId": "another", "generations": [{**listed["generations"][0], "sha256": "ab" * 32}]}
    assert other
    news = wire({**run.inputs["bundle"], "rotations": [renamed]})
    run.state["bundle"] = wire(trust_bundle.update(run.state["bundle"], news, run.environment))
    assert pins(run) == [*first, "ab" * 32]
    run.at(366)
    trust_bundle.update(run.state["bundle"], news, run.environment)
    assert pins(run) == []


def test_a_plain_ca_file_for_an_openssl_backend_is_warned_of_while_two_live(run: FakeRun) -> None:
    """The same-subject trap is said before the switch, with the configuration that mends it."""
    run.bundle_config["targets"] = [{"type": "file", "path": "ca.pem", "content": "pem", "backend": "nginx"}]
    run.rotate_to("published")
    assert any("orders-trust: warning:" in line and "nginx" in line for line in run.lines)


def test_a_remote_target_remembers_the_region_that_was_in_force(run: FakeRun) -> None:
    """A changed AWS_REGION must not publish where nobody reads."""
    run.certificate()
    rotation = {key: run.state["certificate"][key] for key in ("rotationId", "clientCertificateId", "generations")}
    news = {"name": "t", "rotations": [rotation], "targets": [{"type": "ssm", "name": "/pins", "path": "x"}]}
    _id, outputs = trust_bundle.create(wire(news), run.environment)
    assert outputs["region"] == "eu-west-1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": []}, "at least one file, parameter, object or secret"),
        ({"targets": ["pins"]}, "entry 1: expected a target such as SsmParameter"),
        ({"targets": [{"type": "file", "path": "p", "content": "tar"}]}, "entry 1: content is 'tar'"),
        ({"targets": [{"type": "file", "path": "p", "backend": "iis"}]}, "entry 1: backend is 'iis'"),
        ({"targets": [{"type": "ftp"}]}, "entry 1: a publish target's `type`"),
        ({"targets": [{"type": "file", "path": "p"}, {"type": "file", "path": "p", "content": "json"}]}, "same place"),
        ({"rotations": []}, "at least one RotatingClientCertificate"),
        ({"rotations": [{"id": "x"}]}, "its rotation id and its generations"),
        ({"alsoTrust": ["hello"]}, "also_trust, entry 1"),
        ({"takeOver": 1}, "take_over must be True or False"),
        ({"name": None}, "name is required"),
    ],
)
def test_bad_input_is_refused_by_property(run: FakeRun, change: dict[str, object], message: str) -> None:
    """One failure, on the property at fault (invariant 10)."""
    run.up()
    checked = trust_bundle.check({}, wire({**run.inputs["bundle"], **change}))
    assert list(checked.failures) == list(change)
    assert message in next(iter(checked.failures.values()))


def test_two_certificates_in_one_entry_of_also_trust_are_refused(run: FakeRun) -> None:
    """One each, so that removing one is clear."""
    run.up()
    both = issue_pem(START)[0] + issue_pem(START)[0]
    checked = trust_bundle.check({}, {**run.inputs["bundle"], "alsoTrust": [both]})
    assert checked.failures == {"alsoTrust": "also_trust, entry 1 holds 2 certificates; give one each"}


def test_unknowns_pass_check_and_are_a_change(run: FakeRun) -> None:
    """At preview of a rotation everything about it is unknown."""
    run.up()
    for news in (
        {**run.inputs["bundle"], "rotations": UNKNOWN, "targets": UNKNOWN, "alsoTrust": [UNKNOWN]},
        {**run.inputs["bundle"], "rotations": [UNKNOWN], "targets": [{"type": "file", "path": UNKNOWN}]},
    ):
        assert trust_bundle.check({}, news).failures == {}
        assert trust_bundle.diff(run.state["bundle"], news, run.environment).changes


def test_a_target_that_cannot_be_read_does_not_end_the_refresh(run: FakeRun) -> None:
    """It is said and counts as changed; the update that writes there looks again."""
    run.up()
    run.targets["pins.txt"].fail_next("read", errors.AccessDenied("No right to read", means="", remedy=""))
    run.refresh()
    assert run.state["bundle"]["driftedTargets"] == ["file pins.txt"]
    assert any("No right to read" in line for line in run.lines)
    run.up()
    assert run.state["bundle"]["driftedTargets"] == []
