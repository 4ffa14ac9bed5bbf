"""An open switch is asked about, confirmed or taken back, whatever another target of the bundle does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from tests.lifecycle.confirming.test_confirmation import DENIED
from tests.lifecycle.test_binding_look import DENIED as UNREAD
from tests.lifecycle.verified import CONFIRM, VERIFY, published

if TYPE_CHECKING:
    from tests.lifecycle.verified import Backend, ProbedRun

BOTH = {"targets": [{"type": "file", "path": path} for path in ("pins.txt", "more.txt")]}
TROUBLE = ["unread", "taken"]


def opened(run: ProbedRun, backend: Backend, *, refused: bool) -> tuple[str, str]:
    """The day after: the switch to generation 2 was made and not confirmed, and its way back was denied."""
    run.bundle_config = BOTH
    run.binding_config = {"confirm": CONFIRM}
    first, second = published(run, confirm=CONFIRM)
    if refused:
        backend.accepts = {first}

        def denied() -> None:
            if run.presented("prod") == second:
                run.gateway.fail_next("bind", DENIED)

        run.meanwhile.append(denied)
        assert "UpdateStage was denied" in run.red()
        run.meanwhile.clear()
        run.gateway._faults.clear()  # noqa: SLF001 - the permission is back
    else:
        run.console(second)
        run.refresh()
    run.at(338.2)
    return first, second


def trouble(run: ProbedRun, kind: str) -> None:
    """What has become of the second target."""
    if kind == "unread":
        run.targets["more.txt"].fail_next("read", UNREAD, times=9)
    else:
        run.targets["more.txt"].content = "ab" * 32


@pytest.mark.parametrize("kind", TROUBLE)
def test_a_refused_switch_goes_back(run: ProbedRun, backend: Backend, kind: str) -> None:
    """The other target speaks for neither certificate."""
    first, _second = opened(run, backend, refused=True)
    trouble(run, kind)
    run.begin()
    with pytest.raises(errors.RotationError, match=f"told to present {first} again"):
        run.binding("prod")
    assert run.presented("prod") == first


@pytest.mark.parametrize("kind", TROUBLE)
def test_a_good_switch_is_confirmed_and_the_run_is_red(run: ProbedRun, backend: Backend, kind: str) -> None:
    """What was proven is in state; what cannot be read, or is not held, is said all the same, once it is proven too."""
    _first, second = opened(run, backend, refused=False)
    trouble(run, kind)
    for asked in (True, False):
        run.begin()
        backend.tried.clear()
        with pytest.raises((errors.AccessDenied, errors.NotPublished)):
            run.binding("prod")
        assert run.presented("prod") == second
        assert run.state["prod"]["lastConfirmed"]["clientCertificateId"] == second
        assert run.state["prod"]["failedStep"]["step"] == "bind"
        assert bool(backend.tried) is asked


@pytest.mark.parametrize("kind", TROUBLE)
def test_a_switch_that_is_open_while_the_next_one_cannot_be_made_is_tried(
    run: ProbedRun, backend: Backend, kind: str
) -> None:
    """Somebody put generation 1 back by hand, and its successor may not be bound while a target is not seen."""
    first, second = opened(run, backend, refused=False)
    run.binding("prod")
    assert run.state["prod"]["lastConfirmed"]["clientCertificateId"] == second
    run.console(first)
    run.refresh()
    run.binding_config = {"verify": VERIFY}
    backend.accepts = {second}
    trouble(run, kind)
    run.begin()
    with pytest.raises(errors.RotationError, match=f"told to present {second} again"):
        run.binding("prod")
    assert run.presented("prod") == second


def test_what_the_targets_were_seen_to_lack_is_remembered_although_the_switch_was_confirmed(
    run: ProbedRun, backend: Backend
) -> None:
    """Its lead begins anew, whoever writes it there."""
    first, second = opened(run, backend, refused=False)
    run.binding("prod")
    run.console(first)
    run.begin()
    run.refresh()
    trouble(run, "taken")
    run.begin()
    with pytest.raises(errors.NotPublished, match=f"should present {second}, but file more.txt does not hold it"):
        run.binding("prod")
    assert run.state["prod"]["lastConfirmed"]["clientCertificateId"] == first
    assert run.state["prod"].get("lackedAt") == {second: "2027-02-03T14:48:00Z"}


def test_a_target_that_holds_what_is_presented_alone_is_in_the_way(run: ProbedRun, backend: Backend) -> None:
    """A backend that reads it accepts the stage: it stays, red, and says what it presents."""
    first, second = opened(run, backend, refused=True)
    pem = next(one["pem"] for one in run.state["certificate"]["generations"] if one["id"] == second)
    run.targets["more.txt"].content = pem
    assert run.goes_on() == [second] * 3
    assert f"The stage presents {second} now" in run.lines[-1]
    del run.state["bundle"]["publishedSince"][run.state["certificate"]["generations"][0]["sha256"]]
    run.targets["more.txt"].fail_next("read", UNREAD)
    run.begin()
    run.red()
    assert run.presented("prod") == second
    assert first in run.gateway.certificates
