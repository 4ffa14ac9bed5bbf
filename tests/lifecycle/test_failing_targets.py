"""A target that cannot be read or written keeps nothing else from being looked after (invariants 1, 12 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.failed_step import Unfinished
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from tests.lifecycle.conftest import wire

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

FIRST = "2026-03-02T10:00:00Z"
TWO = ("one.txt", "two.txt")
FAULTS = ("unreadable", "unwritable", "taken")
DENIED = errors.AccessDenied("permission denied", means="Nothing was published there.", remedy="Grant it.")


@pytest.fixture(autouse=True)
def _two_targets(run: FakeRun) -> None:
    run.bundle_config["targets"] = [{"type": "file", "path": path, "content": "sha256"} for path in TWO]


@pytest.fixture(params=TWO)
def bad(request: pytest.FixtureRequest) -> str:
    """The target that fails."""
    return str(request.param)


@pytest.fixture
def good(bad: str) -> str:
    """The other one."""
    return next(path for path in TWO if path != bad)


def pins(run: FakeRun, path: str) -> list[str]:
    """The lines of a target."""
    return (run.targets[path].content or "").splitlines()


def break_it(run: FakeRun, path: str, fault: str) -> None:
    """From now on it cannot be read, cannot be written, or holds what a stage of somebody else's presents."""
    if fault == "taken":
        foreign = run.gateway.add_certificate()
        run.gateway.add_stage("zzzzzz", f"live-{foreign.id}", foreign.id)
        run.targets[path].content = foreign.pem
    else:
        run.targets[path].fail_next("read" if fault == "unreadable" else "write", DENIED, times=20)


def mend(run: FakeRun, path: str, held: list[str]) -> None:
    """The fault is gone; who had taken the place put back what it held."""
    run.targets[path] = type(run.targets[path])(f"file {path}", "".join(f"{pin}\n" for pin in held))


def publish(run: FakeRun) -> errors.RotationError | None:
    """One run without bindings; what the bundle could not do, as the program raises it."""
    run.begin()
    run.certificate()
    try:
        run.bundle()
    except errors.RotationError as error:
        return error
    return None


def bundle(run: FakeRun) -> dict[str, Any]:
    """The bundle's state."""
    return run.state["bundle"]


def said(run: FakeRun) -> list[str]:
    """What diff says of the targets."""
    run.lines.clear()
    made = run.state["certificate"]
    rotation = {key: made.get(key) for key in ("rotationId", "clientCertificateId", "generations")}
    news = wire({**run.inputs["bundle"], "rotations": [rotation]})
    assert trust_bundle.diff(bundle(run), news, run.environment).changes
    return [line.removeprefix("orders-trust: ") for line in run.lines]


def after(run: FakeRun) -> list[str]:
    """What an update says that it did with the targets."""
    run.begin()
    run.certificate()
    announced = len(said(run)) if run.state["bundle"]["driftedTargets"] else 0
    run.lines.clear()
    run.bundle()
    return [line.removeprefix("orders-trust: ") for line in run.lines[announced:]]


def failed(run: FakeRun) -> dict[str, str]:
    """What state says of it."""
    found: dict[str, str] = bundle(run)["failedStep"]
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_the_other_target_is_repaired(run: FakeRun, bad: str, good: str, fault: str) -> None:
    """In the run that fails; what was missing has no date until both were seen to hold it."""
    run.up()
    held = pins(run, good)
    break_it(run, bad, fault)
    for path in (good, *([bad] if fault == "unwritable" else [])):
        run.targets[path].content = ""
    run.at(1)
    run.refresh()
    left = publish(run)
    assert left is not None
    assert pins(run, good) == held
    assert bundle(run)["publishedSince"] == {}
    assert bundle(run)["driftedTargets"] == [f"file {bad}"]
    assert (failed(run)["step"], failed(run)["since"]) == ("publish", "2026-03-03T10:00:00Z")
    run.at(2)
    assert publish(run) is not None
    assert failed(run)["since"] == "2026-03-03T10:00:00Z"
    mend(run, bad, held)
    run.at(3)
    assert publish(run) is None
    assert pins(run, bad) == held
    assert bundle(run)["publishedSince"] == {held[0]: "2026-03-05T10:00:00Z"}
    assert "failedStep" not in bundle(run)
    assert not trust_bundle.diff(bundle(run), run.inputs["bundle"], run.environment).changes


@pytest.mark.parametrize("fault", FAULTS)
def test_the_other_target_is_extended_by_the_successor(run: FakeRun, bad: str, good: str, fault: str) -> None:
    """Which is published from the run in which both hold it, and presented a lead later; what was keeps its date."""
    run.up()
    (first,) = pins(run, good)
    break_it(run, bad, fault)
    run.at(336)
    assert publish(run) is not None
    assert len(pins(run, good)) == 2
    second = pins(run, good)[1]
    # Where somebody put another text in its place, it was seen not to hold what is presented.
    assert bundle(run)["publishedSince"] == ({} if fault == "taken" else {first: FIRST})
    assert bundle(run)["fingerprintsSha256"] == [first, second]
    run.at(336.5)
    publish(run)
    mend(run, bad, [first])
    for day in (337, 337.5):  # it is active from day 337 on
        run.at(day)
        run.up()
        assert pins(run, bad) == [first, second]
        assert bundle(run)["publishedSince"][second] == "2027-02-02T10:00:00Z"
        assert run.presented("dev") == run.presented("prod") == "cert01"
    run.at(338)
    run.up()
    assert run.presented("dev") == run.presented("prod") == run.state["certificate"]["generations"][1]["id"]


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_withdrawn_while_a_target_cannot_be_looked_at(run: FakeRun, bad: str, good: str, fault: str) -> None:
    """Nor while one holds what is somebody else's; one that can only not be written was looked at (invariant 12)."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    first, second = pins(run, good)
    break_it(run, bad, fault)
    run.at(341)
    left = publish(run)
    assert "cert01" not in run.gateway.certificates
    assert left is not None
    assert pins(run, good) == ([second] if fault == "unwritable" else [first, second])
    stays = "nothing is withdrawn from any target: cert01 stays trusted"
    assert (stays in str(left)) is (fault != "unwritable")
    mend(run, bad, [first, second])
    assert publish(run) is None
    assert pins(run, good) == pins(run, bad) == [second]


def test_what_left_one_target_alone_comes_back_for_whoever_presents_it_by_then(run: FakeRun) -> None:
    """An old copy that could not be written over is looked at as anything that a target holds and state forgot."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    first, second = pins(run, "one.txt")
    retired = run.gateway.certificates["cert01"]
    run.targets["two.txt"].fail_next("write", DENIED)
    run.at(341)
    assert publish(run) is not None
    run.gateway.certificates["cert01"] = retired
    run.gateway.add_stage("zzzzzz", "live", "cert01")
    run.at(342)
    assert publish(run) is None
    assert set(pins(run, "one.txt")) == set(pins(run, "two.txt")) == {first, second}


def test_a_target_that_was_read_while_it_failed_is_still_this_bundles(run: FakeRun, bad: str) -> None:
    """What this bundle wrote there last is remembered: edited by hand meanwhile, it is repaired and not "taken"."""
    run.up()
    held = pins(run, bad)
    break_it(run, bad, "unreadable")
    run.at(336)
    assert publish(run) is not None
    mend(run, bad, ["# under repair", *held])
    run.at(337)
    assert publish(run) is None
    assert pins(run, bad)[0] == held[0]


def test_a_write_whose_answer_was_lost_was_made(run: FakeRun, bad: str) -> None:
    """The look afterwards tells."""
    run.up()
    lost = errors.OutcomeUnknown("no answer", means="It may have taken effect.", remedy="Run again.")
    run.targets[bad].fail_next("write", lost, after_effect=True)
    run.at(336)
    assert publish(run) is None
    assert len(pins(run, bad)) == len(bundle(run)["publishedSince"]) == 2


def test_a_target_that_another_writer_has_meanwhile_is_told_as_it_is_seen(run: FakeRun, bad: str) -> None:
    """Between the read and the write."""
    run.up()
    (first,) = pins(run, bad)
    target = run.targets[bad]
    target.fail_next("write", errors.ConcurrentModification("not there", means="Others write.", remedy="One writer."))
    run.at(336)
    write = target.write

    def interrupted(content: str) -> None:
        try:
            write(content)
        finally:
            target.content = "theirs\n"

    target.write = interrupted  # type: ignore[method-assign]
    left = publish(run)
    assert left is not None
    seen = (
        f"As seen in this run, file {bad} holds none of the certificates that it should: backends that read it do not"
        " trust cert01, cert02."
    )
    assert seen in str(left)
    # What it was seen to lack in the end, whatever it held before, has no date: a binding may look at no target.
    assert first not in bundle(run)["publishedSince"]


def test_what_became_active_is_told_to_nobody_until_every_target_was_read_for_it(run: FakeRun, bad: str) -> None:
    """A binding that looks at no target stays; when the target is read again, its lead was served long ago."""
    run.looking = False
    run.rotate_to("published")
    second = bundle(run)["fingerprintsSha256"][1]
    break_it(run, bad, "unreadable")
    run.at(337)
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert run.state["certificate"]["clientCertificateId"] == "cert02"
    assert second not in bundle(run)["publishedSince"]
    assert run.presented("dev") == run.presented("prod") == "cert01"
    mend(run, bad, bundle(run)["fingerprintsSha256"])
    publish(run)
    assert bundle(run)["publishedSince"][second] == "2027-02-01T10:00:00Z"
    run.at(338)
    run.up()
    assert run.presented("dev") == run.presented("prod") == "cert02"


@pytest.mark.parametrize("stage", ["presents nothing", "presents what is trusted"])
def test_a_stage_that_has_nothing_to_lose_is_bound_in_the_run_that_fails(run: FakeRun, bad: str, stage: str) -> None:
    """To what has been trusted for long: nobody sees that all targets hold the one that became active."""
    run.rotate_to("published")
    if stage == "presents nothing":
        run.gateway.unbind(next(ref for ref in run.gateway.stages if ref.stage_name == "dev"))
    break_it(run, bad, "unreadable")
    run.at(337)
    run.refresh()
    publish(run)
    for name in ("dev", "prod"):
        with pytest.raises(errors.AccessDenied):
            run.binding(name)
        assert run.presented(name) == "cert01" == run.state[name]["setClientCertificateId"]
    mend(run, bad, bundle(run)["fingerprintsSha256"])
    run.at(338)
    run.up()
    assert run.presented("dev") == run.presented("prod") == "cert02"


@pytest.mark.parametrize("fault", ["unreadable", "unwritable"])
def test_a_new_bundle_publishes_where_it_can(run: FakeRun, bad: str, good: str, fault: str) -> None:
    """And dates nothing; where it can publish nowhere it fails as it is, and nothing is kept."""
    run.up()
    news, held = run.inputs["bundle"], pins(run, good)
    for path in TWO:
        run.targets[path].content = None
    break_it(run, bad, fault)
    with pytest.raises(Unfinished) as caught:
        trust_bundle.create(news, run.environment)
    assert pins(run, good) == held
    state = caught.value.state
    assert (state["publishedSince"], list(state["digests"])) == ({}, [f"file {good}"])
    break_it(run, good, "unreadable")
    with pytest.raises(errors.AccessDenied):
        trust_bundle.create(news, run.environment)


def test_a_new_bundle_writes_nowhere_when_one_place_is_taken(run: FakeRun, bad: str, good: str) -> None:
    """Nothing is published yet that the other place could miss."""
    run.up()
    run.targets[good].content = None
    break_it(run, bad, "taken")
    with pytest.raises(errors.TargetTaken):
        trust_bundle.create(run.inputs["bundle"], run.environment)
    assert run.targets[good].content is None


def test_two_that_fail_are_one_error_that_names_each_and_what_backends_trust(run: FakeRun) -> None:
    """As seen in the run."""
    run.up()
    run.targets["one.txt"].fail_next("read", errors.Throttled("GetParameter was throttled", means="-.", remedy="Wait."))
    run.targets["two.txt"].fail_next("write", DENIED)
    run.at(336)
    left = publish(run)
    assert left is not None
    assert isinstance(left, errors.NotPublished)
    assert str(left) == (
        "file one.txt: GetParameter was throttled; file two.txt: permission denied. -. What backends that read file"
        " one.txt trust now is not known. Nothing was published there. As seen in this run, file two.txt holds cert01,"
        " and backends that read it do not trust cert02. Wait. Grant it."
    )
    assert failed(run)["message"] == str(left)


def test_diff_says_what_happened_to_a_target_and_accuses_nobody(run: FakeRun) -> None:
    """Not read, not written yet, gone, ours of an update that did not end, and somebody else's."""
    run.up()
    state = dict(bundle(run))
    run.targets["one.txt"].fail_next("read", DENIED)
    run.targets["two.txt"].content = None
    run.refresh()
    assert said(run) == [
        "file one.txt could not be read: permission denied; this update looks again",
        "file two.txt does not exist any more; this update writes it again",
    ]
    run.targets["two.txt"].content = "theirs"
    run.refresh()
    assert said(run) == ["file two.txt was changed by somebody else; this update writes it again"]

    run.targets["two.txt"].content = run.targets["one.txt"].content
    run.at(336)
    run.targets["two.txt"].fail_next("write", RuntimeError("killed"))
    with pytest.raises(RuntimeError):
        publish(run)
    run.refresh()
    assert said(run) == [
        "file one.txt holds what an update of this bundle wrote that did not end; this update goes on from there"
    ]
    assert bundle(run)["entries"] == state["entries"]

    run.targets["two.txt"].fail_next("write", DENIED)
    publish(run)
    waiting = "file two.txt is not written yet, and holds what was written there before; this update tries again"
    assert said(run) == [waiting]
    run.refresh()
    assert said(run) == [waiting]
    publish(run)
    run.refresh()
    assert bundle(run)["driftedTargets"] == []


def test_what_a_killed_update_wrote_is_not_somebody_elses_when_the_next_one_is_denied(run: FakeRun) -> None:
    """Which was to write something else by then, and the run after it something else again."""
    run.up()
    before = dict(bundle(run))
    run.at(336)
    publish(run)
    run.state["bundle"] = before
    held = run.targets["one.txt"].content
    for day, extra in ((337, run.gateway.add_certificate().pem), (338, run.gateway.add_certificate().pem)):
        run.at(day)
        run.bundle_config["alsoTrust"] = [extra]
        run.inputs["bundle"]["alsoTrust"] = [extra]
        run.refresh()
        assert not [line for line in said(run) if "somebody else" in line]
        run.targets["one.txt"].fail_next("write", DENIED)
        assert publish(run) is not None
        assert run.targets["one.txt"].content == held
        run.refresh()
        assert said(run) == [
            "file one.txt is not written yet, and holds what was written there before; this update tries again"
        ]
    run.targets["one.txt"].content = "theirs"
    run.refresh()
    assert said(run) == ["file one.txt was changed by somebody else; this update tries again"]


def test_a_new_target_that_could_not_be_written_is_not_written_yet(run: FakeRun) -> None:
    """It never held anything."""
    run.up()
    run.bundle_config["targets"].append({"type": "file", "path": "new.txt", "content": "sha256"})
    run.target({"path": "new.txt"}).fail_next("write", DENIED)
    assert publish(run) is not None
    assert said(run) == ["file new.txt is not written yet; this update tries again"]
    assert after(run) == ["file new.txt was written"]


def test_a_target_that_was_never_written_is_left_for_another(run: FakeRun) -> None:
    """What is announced is what the update does: it does not try the former one again."""
    run.up()
    run.bundle_config["targets"].append({"type": "file", "path": "taken.txt", "content": "sha256"})
    taken = run.target({"path": "taken.txt"})
    taken.content = "theirs"
    assert publish(run) is not None
    run.bundle_config["targets"][-1] = {"type": "file", "path": "free.txt", "content": "sha256"}
    run.lines.clear()
    publish(run)
    assert run.lines == [
        (
            "orders-trust: file taken.txt is a target no more: this update leaves it as it is, and publishes to"
            " file one.txt, file two.txt, file free.txt"
        ),
        "orders-trust: file free.txt was written",
    ]
    assert taken.content == "theirs"


def test_what_became_of_each_target_is_said_once(run: FakeRun) -> None:
    """Written again, found as it should be, and found otherwise without a refresh."""
    run.up()
    run.targets["one.txt"].content = "theirs"
    run.targets["two.txt"].fail_next("read", DENIED)
    run.refresh()
    assert after(run) == ["file one.txt was written again; file two.txt was looked at again, and holds what it should"]
    assert after(run) == []
    run.targets["two.txt"].content = None
    run.at(336)
    (told,) = after(run)
    assert told == (
        "file two.txt held what state does not know, and was written again; certificate cert02 was published to"
        " file one.txt, file two.txt"
    )


def test_what_an_older_release_saw_is_no_accusation(run: FakeRun) -> None:
    """It kept no more than the address."""
    run.up()
    bundle(run)["driftedTargets"] = ["file one.txt"]
    assert said(run) == ["file one.txt does not hold what was written to it; this update writes it again"]


def test_what_left_while_a_target_could_not_be_written_is_no_repair_by_hand(run: FakeRun, bad: str) -> None:
    """It holds to the letter what the bundle wrote there last: all that belongs there, and what was withdrawn since."""
    theirs = run.gateway.add_certificate()
    run.bundle_config["alsoTrust"] = [theirs.pem]
    assert publish(run) is None
    del run.bundle_config["alsoTrust"]
    run.targets[bad].fail_next("write", DENIED)
    assert isinstance(publish(run), errors.AccessDenied)
    assert len(pins(run, bad)) == 2
    assert publish(run) is None
    assert [len(pins(run, path)) for path in TWO] == [1, 1]
