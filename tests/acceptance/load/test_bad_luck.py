"""What may happen to a proof: none of it ends as "0 failed"."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from acceptance.load import clock as wall
from acceptance.load.console import RotationByHand
from acceptance.load.join import ONE_WAY
from acceptance.load.observed import OLD, Run
from acceptance.load.plan import Plan
from acceptance.load.report import Wanted, proves, report
from acceptance.load.site import Site
from acceptance.load.tally import reasons
from acceptance.servers.backend import Backend, ReloadError, Setup
from acceptance.servers.nginx import Nginx
from acceptance.servers.python import Python
from tests.backends.missing import tools_wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAN = Plan(requests=20, rate=40, steady=0.5, lead=0.5, overlap=1, tail=0.5, lifetime=0.5, propagation=0, slow=0.5)
AWHILE = 0.7

pytestmark = pytest.mark.usefixtures("vegeta")


@contextlib.contextmanager
def under_load(folder: Path, kind: type[Backend] = Python, setup: Setup = Setup.OURS) -> Iterator[RotationByHand]:
    """A steady load on one backend that trusts what is presented."""
    with tools_wanted(), Site("run", folder / "run", kind, setup, PLAN) as site:
        hand = RotationByHand(site)
        hand.begin()
        yield hand


def judged(run: Run) -> dict[str, object]:
    """The report on this run as the only rotation, without controls."""
    return report([run], {}, Wanted(PLAN.requests, 0), seconds=1)


def test_a_backend_that_is_down_fails_requests(tmp_path: Path) -> None:
    """Each as refused; what the backend answered before and after still adds up."""
    with under_load(tmp_path) as hand:
        hand.site.backend.stop()
        wall.wait(AWHILE)
        hand.site.backend.start(hand.published)
        wall.wait(AWHILE)
        run = hand.site.finish()
    assert any(reason.startswith("refused: ") for reason in reasons(run))
    assert run.sent == run.recorded
    assert run.answered == run.sent - len(run.failed)
    assert judged(run)["failed"] == len(run.failed) > 0


def test_a_backend_that_is_too_slow_fails_requests(tmp_path: Path) -> None:
    """Slower than the integration's time-out: the gateway's 504."""
    with under_load(tmp_path) as hand:
        hand.site.sandbox.change(integration_timeout_seconds=0.001, long_timeout_seconds=0.1)
        wall.wait(AWHILE)
        run = hand.site.finish()
    assert any(reason.startswith("timeout: ") for reason in reasons(run))
    assert not proves(judged(run))


def test_a_failed_reload_ends_the_run_and_harms_no_request(tmp_path: Path) -> None:
    """The server goes on with what it had; the run is no proof, since a step is missing."""
    with under_load(tmp_path, Nginx) as hand:
        hand.published.write_text("not nginx's language {", encoding="utf-8")
        with pytest.raises(ReloadError):
            hand.reload()
        wall.wait(AWHILE)
        run = hand.site.finish()
    assert reasons(run) == {}
    made = judged(run)
    assert (made["incomplete"], made["failed"]) == (True, None)


def test_a_backend_that_asks_for_no_certificate_is_a_finding(tmp_path: Path) -> None:
    """One-way TLS answers every request with 200, and each counts as failed."""
    with under_load(tmp_path, setup=Setup.ONE_WAY) as hand:
        run = hand.site.finish()
    assert reasons(run) == {ONE_WAY: len(run.requests)}
    assert len(run.requests) > 0
    assert not proves(judged(run))


def test_a_killed_load_generator_makes_the_proof_incomplete(tmp_path: Path) -> None:
    """What it sent before may all have succeeded: nobody knows what it would have seen."""
    with under_load(tmp_path) as hand:
        hand.site.load.kill()
        run = hand.site.finish()
    assert "the load generator ended before it was told to" in run.complaints
    made = judged(run)
    assert (made["incomplete"], made["failed"]) != (False, 0)
    assert not proves(made)


def test_a_sandbox_that_stops_makes_the_proof_incomplete(tmp_path: Path) -> None:
    """Requests after it have no answer and no record."""
    with under_load(tmp_path) as hand:
        hand.site.sandbox.stop()
        wall.wait(AWHILE)
        run = hand.site.finish()
    assert any(reason.startswith("no answer: ") for reason in reasons(run))
    made = judged(run)
    assert made["incomplete"] is True
    assert made["failed"] == len(run.failed) > 0


def test_requests_that_presented_the_old_certificate_are_called_old(tmp_path: Path) -> None:
    """A clean run before any rotation: one name, three equal counts."""
    with under_load(tmp_path) as hand:
        run = hand.site.finish()
    assert reasons(run) == {}
    assert {(request.certificate, request.seen) for request in run.requests} == {(OLD, OLD)}
    assert run.sent == run.recorded == run.answered > 0
