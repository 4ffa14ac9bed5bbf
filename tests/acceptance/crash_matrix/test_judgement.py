"""The matrix finds what is wrong: planted journals, planted defects of the package, planted leftovers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.crash_matrix.completion import incompleteness, orphans, shape_of
from acceptance.crash_matrix.in_process import DryRun
from acceptance.crash_matrix.kinds import Kind
from acceptance.crash_matrix.points import sampled
from acceptance.crash_matrix.report import report
from acceptance.crash_matrix.scenarios import SCENARIOS
from acceptance.model.oracle import Oracle
from acceptance.model.record import Run
from acceptance.model.seen import Certificate, Snapshot
from apigw_client_cert.lifecycle import ownership
from apigw_client_cert.lifecycle.certificate import adopt as adoption
from apigw_sandbox.journal import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2027, 3, 1, 10, tzinfo=timezone.utc)
STAGE = "a1b2c3d4e5/prod"
TARGET = "file pins.txt"
UP = Run(
    stack="orders",
    kind="up",
    refreshed=True,
    green=True,
    clean=True,
    lead=timedelta(hours=24),
    activate_by=timedelta(days=3),
    killed=False,
    take_over=False,
    takes_targets=False,
    keeps=False,
    asserted=frozenset({STAGE}),
    bound=frozenset({STAGE}),
    targets=(TARGET,),
    written=frozenset({TARGET}),
    adopts=None,
    listed=(frozenset({"one", "two"}), frozenset({"one", "two"})),
    active=("two", "two"),
    trusted_too=frozenset(),
    phase="overlapping",
)


def certificate(name: str, rotation: str | None = "ours", days: int = 100) -> Certificate:
    """A certificate that lives so many days more."""
    sha256 = name.encode().hex().ljust(64, "0")
    expires = NOW + timedelta(days=days)
    return Certificate(id=name, expires=expires, created=NOW, sha256=sha256, rotation=rotation, pem="")


def account(*certificates: Certificate, presents: str | None = "one", trusts: str = "") -> Snapshot:
    """An account with one stage and one target; ``trusts`` names certificates."""
    lines = "\n".join(certificate(name).sha256 for name in trusts.split())
    known = {one.id: one for one in certificates}
    return Snapshot(now=NOW, mark=0, certificates=known, presents={STAGE: presents}, targets={TARGET: lines})


def call(action: str, resource: str, **more: Any) -> JournalEntry:
    """One call that took effect."""
    return JournalEntry(
        number=1,
        at=NOW,
        wall=NOW,
        service="apigateway",
        action=action,
        resource=resource,
        status=200,
        mutates=True,
        **more,
    )


ONE, TWO, FOREIGN = certificate("one"), certificate("two"), certificate("foreign", None)
BOTH = account(ONE, TWO, presents="two", trusts="one two")


def judged(run: Run, before: Snapshot, after: Snapshot, *calls: JournalEntry) -> str:
    """The complaints about one run of the stack that owns the rotation ``ours``."""
    oracle = Oracle()
    oracle.record.rotations["orders"].add("ours")
    oracle.record.had["orders"] |= run.listed[0]
    oracle.listed["orders"] = run.listed[0]
    oracle.look(before)
    oracle.judge(run, before, calls, after)
    return "\n".join(oracle.complaints)


def test_an_ordinary_run_is_no_violation() -> None:
    """A retirement as it should be."""
    retired = replace(UP, listed=(UP.listed[0], frozenset({"two"})))
    assert (
        judged(retired, BOTH, account(TWO, presents="two", trusts="two"), call("DeleteClientCertificate", "one")) == ""
    )


@pytest.mark.parametrize(
    ("invariant", "run", "before", "after", "calls"),
    [
        pytest.param(
            1,
            UP,
            account(ONE, TWO, presents="one", trusts="one"),
            account(ONE, TWO, presents="two", trusts="one two"),
            [call("UpdateStage", STAGE, patch={"/clientCertificateId": "two"})],
            id="a stage moves to what was not published first",
        ),
        pytest.param(
            2,
            UP,
            BOTH,
            account(TWO, certificate("three"), presents="two", trusts="two three"),
            [call("GenerateClientCertificate", "three"), call("DeleteClientCertificate", "one")],
            id="the run that generates deletes",
        ),
        pytest.param(
            3,
            UP,
            account(ONE, TWO, presents="one", trusts="one two"),
            account(TWO, presents="one", trusts="one two"),
            [call("DeleteClientCertificate", "one")],
            id="a bound certificate is deleted",
        ),
        pytest.param(
            4,
            UP,
            account(ONE, TWO, FOREIGN, presents="two", trusts="one two"),
            BOTH,
            [call("DeleteClientCertificate", "foreign")],
            id="a foreign certificate is deleted",
        ),
        pytest.param(
            5,
            UP,
            BOTH,
            account(ONE, TWO, certificate("x"), certificate("y"), presents="two", trusts="one two"),
            [],
            id="two certificates are in no state",
        ),
        pytest.param(
            6,
            replace(UP, kind="refresh"),
            BOTH,
            BOTH,
            [call("TagResource", "one")],
            id="a refresh changes something",
        ),
        pytest.param(
            9,
            UP,
            account(ONE, TWO, FOREIGN, presents="foreign", trusts="one two"),
            account(ONE, TWO, FOREIGN, presents="two", trusts="one two"),
            [call("UpdateStage", STAGE, patch={"/clientCertificateId": "two"})],
            id="a foreign certificate is replaced without take_over",
        ),
        pytest.param(
            12, UP, BOTH, account(ONE, TWO, presents="two", trusts="two"), [], id="a live certificate leaves a target"
        ),
    ],
)
def test_a_planted_violation_is_found(
    invariant: int, run: Run, before: Snapshot, after: Snapshot, calls: list[JournalEntry]
) -> None:
    """Each complaint begins with the number of what was broken."""
    assert f"invariant {invariant}:" in judged(run, before, after, *calls)


def test_a_planted_orphan_is_found() -> None:
    """By the journal and the state, whatever its tags say, and by the shape of the account."""
    seen = account(ONE, TWO, presents="two", trusts="one two")
    made = [call("GenerateClientCertificate", one) for one in ("one", "two", "gone")]
    assert orphans(made, seen, {"two"}) == ["one"]
    generations = [{"id": "two", "number": 2.0, "role": "active"}]
    assert incompleteness(shape_of(seen, seen.certificates, generations)) == ["1 certificates of ours are in no state"]
    complete = account(TWO, FOREIGN, presents="two", trusts="two")
    assert incompleteness(shape_of(complete, complete.certificates, generations)) == []


def _dry_run(name: str) -> DryRun:
    return DryRun(next(one for one in SCENARIOS if one.name == name))


def _generates_again(gateway: Any, props: Any, tags: Any, **_more: Any) -> Any:
    """The list is asked for, and what an interrupted run left behind is overlooked."""
    gateway.list_certificates()
    return gateway.generate(description=props["name"], tags=tags)


@pytest.mark.parametrize(
    ("scenario", "plant"),
    [
        ("issue", lambda patch: patch.setattr(adoption, "adopt_or_generate", _generates_again)),
        ("retire-with-an-orphan", lambda patch: patch.setattr(ownership, "number_of", lambda _one: 99)),
    ],
)
def test_a_defect_of_the_package_is_found(
    scenario: str, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 5: a run that was killed after it generated leaves an orphan, or a retirement overlooks one."""
    dry_run = _dry_run(scenario)
    plant(monkeypatch)
    point = next(
        one
        for one in dry_run.points
        if one.kind is Kind.KILLED and one.call.seen.action in {"GenerateClientCertificate", "GetApis"}
    )
    verdict = dry_run.judge(point)
    assert not verdict.passed
    assert not verdict.trouble
    found = report([(point, verdict)])
    assert (found["points"], len(found["failures"])) == (1, 1)


def test_a_sample_is_the_seeds_and_of_its_size() -> None:
    """The same seed chooses the same points, another one others, about as many as asked for."""
    points = _dry_run("create").points
    chosen = sampled(points, 0.5, 1)
    assert chosen == sampled(points, 0.5, 1) != sampled(points, 0.5, 2)
    assert len(points) / 4 < len(chosen) < len(points) * 3 / 4
    assert sampled(points, 1, 1) == points
    assert len({point.id for point in points}) == len(points)
