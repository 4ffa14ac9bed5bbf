"""A rollback by pin in an incident: it is held only where going would lose a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from tests.lifecycle.test_binding_look import DENIED, pem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lifecycle.conftest import FakeRun

FIRST, SECOND = ({"type": "file", "path": path} for path in ("pins.txt", "more.txt"))


def rotated(run: FakeRun, *paths: str) -> None:
    """Day 337: both stages have moved, in a run that wrote to these targets."""
    run.bundle_config["targets"] = [{"type": "file", "path": path} for path in paths]
    run.rotate_to("published")
    run.at(337)
    run.up()
    assert presents(run) == ["cert02", "cert02"]
    run.at(337.2)


def presents(run: FakeRun) -> list[str | None]:
    """What the two stages present."""
    return [run.presented(stage) for stage in ("dev", "prod")]


def pinned(run: FakeRun) -> str:
    """The runbook's run, and the error that it ends with, "" where it succeeds."""
    run.config["pinGeneration"] = 1
    run.refresh()
    try:
        run.up()
    except errors.RotationError as error:
        return str(error)
    return ""


def add_a_target(run: FakeRun) -> None:
    """In the incident's morning."""
    run.bundle_config["targets"] = [FIRST, SECOND]


def empty_the_file(run: FakeRun) -> None:
    """And let the same day's run mend it."""
    run.targets["pins.txt"].content = ""
    run.refresh()
    run.up()


@pytest.mark.parametrize("happens", [add_a_target, empty_the_file])
def test_what_is_published_anew_together_is_gone_back_to_at_once(
    run: FakeRun, happens: Callable[[FakeRun], None]
) -> None:
    """The lead protects what is presented: both have had the same time, so there is nothing to protect."""
    rotated(run, "pins.txt")
    happens(run)
    run.up()
    assert pinned(run) == ""
    assert len(set(run.state["bundle"]["publishedSince"].values())) == 1
    assert presents(run) == ["cert01", "cert01"]


def test_a_lead_holds_a_rollback_to_what_was_published_after_what_is_presented(run: FakeRun) -> None:
    """Somebody took the old one out of the file for a moment: backends may not have loaded it again."""
    rotated(run, "pins.txt")
    run.targets["pins.txt"].content = pem(run, 2)
    run.refresh()
    run.up()
    assert pinned(run) == ""
    assert presents(run) == ["cert02", "cert02"]
    assert run.state["prod"]["waitingBecause"] == "lead"
    run.at(338.2)
    run.up()
    assert presents(run) == ["cert01", "cert01"]


def test_a_target_that_cannot_be_read_holds_no_rollback_and_the_run_is_red(run: FakeRun) -> None:
    """It was left with both; each run says that it cannot be seen, and nothing says that it was not published."""
    rotated(run, "pins.txt", "more.txt")
    run.targets["more.txt"].fail_next("read", DENIED, times=99)
    assert "ssm:GetParameter" in pinned(run)
    assert presents(run) == ["cert01", "cert01"]
    said = run.state["prod"]["failedStep"]["message"]
    assert "prod was rolled back from cert02 to cert01, although what a target holds could not be seen" in said
    assert said.endswith("Allow ssm:GetParameter.")
    assert run.state["prod"]["setClientCertificateId"] == "cert01"
    run.at(338.2)
    assert "ssm:GetParameter" in pinned(run)
    assert not [line for line in run.lines if "is not told" in line]
    run.targets["more.txt"]._faults.clear()  # noqa: SLF001 - the permission is there
    assert pinned(run) == ""
    assert "failedStep" not in run.state["prod"]


def test_a_target_that_somebody_else_has_written_holds_no_rollback_and_the_run_is_red(run: FakeRun) -> None:
    """Neither certificate is held there, and going is no loss; the file that the other backends read holds both."""
    rotated(run, "pins.txt", "more.txt")
    run.targets["more.txt"].content = "ab" * 32
    assert "more.txt" in pinned(run)
    assert presents(run) == ["cert01", "cert01"]
    said = run.state["prod"]["failedStep"]["message"]
    assert "rolled back from cert02 to cert01, and file more.txt does not hold that certificate" in said
    assert "It does not hold cert02 either" in said
    run.at(337.8)
    assert "more.txt" in pinned(run)
    run.targets["more.txt"].content = ""
    assert pinned(run) == ""
    assert pem(run, 1) in str(run.targets["more.txt"].content)
    assert presents(run) == ["cert01", "cert01"]


def test_a_target_that_holds_what_is_presented_alone_holds_a_rollback(run: FakeRun) -> None:
    """Backends that read it would be lost."""
    rotated(run, "pins.txt", "more.txt")
    run.bundle()
    run.config["pinGeneration"] = 1
    run.begin()
    run.certificate()
    run.targets["more.txt"].content = pem(run, 2)
    with pytest.raises(errors.RotationError, match=r"should present cert01, but file more.txt does not hold it"):
        run.binding("prod")
    assert run.presented("prod") == "cert02"


def test_a_target_that_cannot_be_read_was_left_without_what_no_bundle_dates(run: FakeRun) -> None:
    """The bundle has published what is presented there, and never the older one: it counts as it was left."""
    rotated(run, "pins.txt", "more.txt")
    run.config["pinGeneration"] = 1
    run.begin()
    run.certificate()
    first = run.state["certificate"]["generations"][0]["sha256"]
    del run.state["bundle"]["publishedSince"][first]
    run.targets["more.txt"].fail_next("read", DENIED)
    with pytest.raises(errors.RotationError, match=r"present cert01, which is not published, and a target.*GetP"):
        run.binding("prod")
    assert run.presented("prod") == "cert02"


def test_a_move_forward_stays_as_strict_as_it_is(run: FakeRun) -> None:
    """After the rollback, with a target that cannot be read: what is not seen counts as harm."""
    rotated(run, "pins.txt", "more.txt")
    assert pinned(run) == ""
    del run.config["pinGeneration"]
    run.targets["more.txt"].fail_next("read", DENIED, times=9)
    run.refresh()
    with pytest.raises(errors.AccessDenied):
        run.up()
    assert presents(run) == ["cert01", "cert01"]


def test_each_target_is_looked_at_by_itself(run: FakeRun) -> None:
    """One holds neither, which is no loss, and another what is presented alone, which would be one."""
    rotated(run, "pins.txt", "more.txt")
    run.config["pinGeneration"] = 1
    run.begin()
    run.certificate()
    run.targets["pins.txt"].content = ""
    run.targets["more.txt"].content = pem(run, 2)
    with pytest.raises(errors.RotationError, match=r"should present cert01, but file pins.txt, file more.txt does not"):
        run.binding("prod")
    assert run.presented("prod") == "cert02"
