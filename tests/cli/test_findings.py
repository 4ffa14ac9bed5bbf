"""Each reason of ``docs/fleet.md``, from the state of a run that led there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.gateway.interface import TrialAnswer
from tests.cli import scenarios
from tests.cli.exports import edited, exported, secret
from tests.lifecycle.conftest import API

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Command
    from tests.cli.scenarios import OwnRun

ROOT = Path(__file__).resolve().parents[2]
# What the plugin keeps as secret where ``verify`` is one (native/resource_types.py).
ANSWERED = ("evidence", "failedStep", "lastConfirmed", "lastRefused")
VERIFY = {"verify": {"resource": "/health", "proof": "status"}}


@dataclass(frozen=True)
class Case:
    """A state, when it is looked at, and what is found: reasons and the exit status."""

    state: Callable[[], bytes]
    day: float
    found: set[str]
    code: int
    says: str = ""


def run_over(*stages: str, days: tuple[float, ...] = (0, 336, 337), **config: Any) -> OwnRun:
    """A run with such a certificate, on these days."""
    run = scenarios.new_run("orders", *stages)
    run.config = config
    return scenarios.ran(run, *days)


def waiting_wave() -> bytes:
    """The wave before has not moved."""
    run = scenarios.new_run("orders", "prod")
    run.binding_config = {"after": [{"name": "first", "verifies": False}], "soak": "1h"}
    return exported(scenarios.ran(run, 0, 336, 337))


def unbound() -> bytes:
    """Another tool took the certificate off the stage, and a refresh has seen it."""
    run = run_over("prod", days=(0,))
    run.gateway.unbind(next(iter(run.gateway.stages)))
    run.refresh()
    return exported(run)


def verifying() -> OwnRun:
    """A first run that was verified."""
    run = scenarios.new_run("orders", "prod")
    run.gateway.backend = lambda *_what: TrialAnswer(status=200)
    run.binding_config = VERIFY
    return scenarios.ran(run, 0)


def verified() -> bytes:
    """The same."""
    return exported(verifying())


def reverted() -> bytes:
    """Somebody took a verified certificate off its stage and put it back: nobody has confirmed that switch."""
    run = verifying()
    (stage,) = run.gateway.stages
    for presented in (None, "cert01"):
        run.gateway.stages[stage].client_certificate_id = presented
        run.begin()
        run.refresh()
    return exported(run)


def switched() -> bytes:
    """Somebody let the stage present another certificate, and refreshes have seen it day by day."""
    run = run_over("prod", days=(0,))
    (stage,) = run.gateway.stages
    run.gateway.stages[stage].client_certificate_id = run.gateway.add_certificate().id
    for day in (1, 2, 3):
        run.at(day)
        run.refresh()
    return exported(run)


def drifted(content: str) -> bytes:
    """Somebody wrote into the target, and a refresh has seen it."""
    run = run_over("prod", days=(0,))
    target = run.targets["pins.txt"]
    target.content = content.format(target.content)
    run.refresh()
    return exported(run)


def kept(end: float) -> bytes:
    """A certificate that no input lists any more is presented by somebody's stage."""
    run = scenarios.new_run("orders", "prod")
    other = run.gateway.add_certificate()
    run.bundle_config["alsoTrust"] = [other.pem]
    scenarios.ran(run, 0)
    run.gateway.add_stage("zzzzzz", "live", other.id)
    del run.bundle_config["alsoTrust"]
    return exported(scenarios.ran(run, end))


def damaged() -> bytes:
    """An editor's hand was in it."""
    return edited(run_exported("prod"), "StageBinding", "inputs", {"publishLead": "soon"})


def run_exported(*stages: str) -> bytes:
    """A first run over these stages."""
    return exported(run_over(*stages, days=(0,)))


def pinned() -> bytes:
    """A pin back to generation 1 that no run has taken up: it is due at any instant."""
    return edited(exported(run_over("prod")), "RotatingClientCertificate", "inputs", {"pinGeneration": 1})


def triggered() -> bytes:
    """``rotation_trigger`` changed in the middle of a rotation."""
    run = run_over("prod", rotationTrigger="a")
    run.config = {"rotationTrigger": "b"}
    return exported(scenarios.ran(run, 338))


def no_bundle() -> bytes:
    """Nobody publishes."""
    run = scenarios.new_run("orders", "prod")
    run.with_bundle = False
    return exported(scenarios.ran(run, 0))


CASES = {
    "steady": Case(scenarios.steady, 1, set(), 0),
    "issue": Case(scenarios.stopped, 336, {"issue"}, 2, "expires 2027-03-02, in 29 days; the next update generates"),
    "activate": Case(scenarios.published, 337, {"activate"}, 2, "the one to present, and a1b2c3d4e5/dev"),
    "confirm": Case(lambda: exported(run_over("prod")), 338, {"confirm"}, 2, "whether any stage still presents"),
    "retire": Case(lambda: exported(run_over("prod", days=(0, 336, 337, 338))), 341, {"retire"}, 2, "deletes what is"),
    "overdue": Case(scenarios.stopped, 340, {"overdue"}, 3, "5 days ago, and no run has taken it: certificate cert01"),
    "active-expired": Case(scenarios.stopped, 366, {"active-expired", "publish"}, 3, "AT ONCE"),
    "failed-step": Case(scenarios.full, 337, {"failed-step", "issue"}, 3, "since 2027-02-01T10:00Z, 1 day ago"),
    "blocked": Case(scenarios.blocked, 342, {"blocked"}, 0, "in use (a1b2c3d4e5/legacy)"),
    "presented-to-the-end": Case(scenarios.foreign, 363, {"blocked", "presented-to-the-end"}, 3, "refuse the stages"),
    "waiting": Case(waiting_wave, 337, {"waiting", "confirm"}, 2, "keeps cert01 until 2027-02-27T10:00Z, in 25 days"),
    "bind": Case(switched, 1.2, {"bind"}, 2, "presents cert02 and should present cert01"),
    "bind overdue": Case(switched, 3, {"overdue"}, 3, "due since 2026-03-03T10:00Z, 2 days ago"),
    "unbound": Case(unbound, 0, {"unbound"}, 3, "presents no certificate and should present cert01"),
    "unconfirmed": Case(reverted, 0, {"unconfirmed"}, 2, "presents cert01, which has not been verified"),
    "publish": Case(
        lambda: drifted("{}# ours"),
        0,
        {"publish"},
        2,
        "pins.txt was changed by somebody else; the next update writes it",
    ),
    "not-held": Case(
        lambda: drifted("something else"),
        0,
        {"not-held"},
        3,
        "a target lacks cert01, which stages present: its backends",
    ),
    "kept": Case(lambda: kept(1), 1, {"kept"}, 0, "for zzzzzz/live alone; runs look again from"),
    "kept to the end": Case(lambda: kept(362), 362, {"kept", "presented-to-the-end", "activate"}, 3, "zzzzzz/live"),
    "no-publish": Case(no_bundle, 0, {"no-publish"}, 0),
    "damaged": Case(damaged, 0, {"damaged"}, 3, "The state of this resource cannot be read"),
    "pin-expiring": Case(
        lambda: exported(run_over("prod", days=(0, 336), pinGeneration=1)), 363, {"pin-expiring", "activate"}, 3
    ),
    "encrypted": Case(
        lambda: secret(run_exported("prod"), "Bundle", "targets", "digests"), 0, {"encrypted"}, 0, "targets"
    ),
    "encrypted verify": Case(lambda: secret(verified(), "Binding", "verify", *ANSWERED), 1, set(), 0),
    "encrypted failure": Case(
        lambda: secret(scenarios.full(), "Certificate", "failedStep"), 337, {"failed-step", "issue"}, 3
    ),
    "pin": Case(pinned, 338, {"pin"}, 2, "activation and retirement stand still while the pin is set"),
    "pin overdue": Case(pinned, 339, {"overdue"}, 3, "due since 2027-02-02T10:00Z, 2 days ago"),
    "trigger-waits": Case(triggered, 338, {"trigger-waits"}, 0, "begins when certificate cert01"),
    "withdraw": Case(
        scenarios.foreign, 366, {"withdraw", "publish", "blocked", "presented-to-the-end"}, 3, "has expired"
    ),
    "not-followed": Case(
        scenarios.consumer, 364, {"not-followed"}, 3, "is told to present cert01, which is refused from"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_state_says(command: Command, name: str) -> None:
    """Reasons, words and exit status."""
    case = CASES[name]
    file = command.file(case.state())
    command.at(scenarios.day(case.day))
    answer = command("status", "--json", file)
    (row,) = json.loads(answer.out)["rotations"]
    reasons = [one["reason"] for one in row["findings"]]
    assert set(reasons) == case.found, answer.out
    assert answer.code == case.code
    assert case.says in " ".join(one["message"] for one in row["findings"])
    urgencies = [one["urgency"] for one in row["findings"]]
    assert urgencies == sorted(urgencies, key=["person", "due", "note"].index)


def test_a_consumer_stack_stands_beside_the_rotation_that_it_follows(command: Command) -> None:
    """Its stage and what is due there are the owner's row; alone it is a row that says so."""
    owner, consumer = scenarios.two_stacks()
    command.at(scenarios.day(337))
    (row,) = json.loads(command("status", "--json", *command.files(owner, consumer)).out)["rotations"]
    assert row["stack"] == "platform/prod"
    (stage,) = row["stages"]
    assert (stage["stack"], stage["stage"]) == ("team/prod", f"{API}/shared")
    assert (stage["presented"], stage["desired"]) == ("cert01", "cert02")
    follow = next(one for one in row["findings"] if one["reason"] == "follow")
    assert (follow["stack"], follow["urgency"]) == ("team/prod", "due")

    alone = command("status", "--json", command.file(consumer))
    (row,) = json.loads(alone.out)["rotations"]
    assert (alone.code, row["ownedElsewhere"], row["phase"], row["next"]) == (0, True, None, None)
    assert row["active"] == {"id": "cert01", "generation": 1, "expirationDate": "2027-03-02T10:00:00Z", "daysLeft": 28}


def test_a_bundle_of_another_stack_publishes_what_its_owner_has_issued_since(command: Command) -> None:
    """Where the team publishes a shared certificate itself."""
    run = run_over("prod", days=(0,))
    team = exported(run, project="team", only=("bundle", "prod"))
    platform = exported(scenarios.ran(run, 336), project="platform", only=("certificate",))
    command.at(scenarios.day(336))
    answer = command("check", *command.files(platform, team))
    assert answer.code == 2
    said = "orders-trust does not hold cert02 yet; the next update publishes it\n"
    assert answer.out == f"due: platform/prod orders in team/prod: follow: {said}"
    command.at(scenarios.day(338))
    late = command("check", *command.files(platform, team)).out
    assert f"overdue: due since 2027-02-01T10:00Z, 2 days ago, and no run has taken it: {said}" in late
    command.at(scenarios.day(336))
    assert command("check", *command.files(platform, exported(run, project="team", only=("bundle", "prod")))).out == ""


def test_a_bundle_of_two_rotations_says_what_is_its_own_once(command: Command) -> None:
    """In the row of its first one; each says what of its own the bundle lacks."""
    run = run_over("prod", days=(0,))
    told = json.loads(drifted("something else"))
    (bundle,) = [one for one in told["deployment"]["resources"] if one["type"].endswith("TrustBundle")]
    other = json.loads(exported(run, project="other", only=("certificate",)).replace(b'"orders"', b'"second"'))
    (second,) = other["deployment"]["resources"][1:]
    second["outputs"]["rotationId"] = "second"
    generations = second["outputs"]["generations"]
    bundle["inputs"]["rotations"].append(
        {"rotationId": "second", "clientCertificateId": "x", "generations": generations}
    )
    files = command.files(json.dumps(told).encode(), json.dumps(other).encode())
    rows = {one["rotationId"]: one for one in json.loads(command("status", "--json", *files).out)["rotations"]}
    assert [one["reason"] for one in rows.pop("orders")["findings"]] == ["not-held"]
    assert [one["reason"] for one in rows.pop("second")["findings"]] == ["follow"]
    assert not rows
    alone = json.loads(command("status", "--json", files[0]).out)["rotations"]
    assert {(one["rotationId"], one["ownedElsewhere"]) for one in alone} == {("orders", False), ("second", True)}


def test_a_copied_state_is_a_row_of_its_own_with_its_own_stages(command: Command) -> None:
    """Two stacks with one rotation id: neither takes the other's bindings."""
    run = run_over("prod", days=(0,))
    files = command.files(exported(run), exported(run, project="copy"))
    rows = json.loads(command("status", "--json", *files).out)["rotations"]
    assert [(row["stack"], [one["stack"] for one in row["stages"]]) for row in rows] == [
        ("copy/prod", ["copy/prod"]),
        ("orders/prod", ["orders/prod"]),
    ]


def test_a_state_that_nothing_has_written_is_stale_where_that_is_asked(command: Command) -> None:
    """By the state's own time."""
    file = command.file(scenarios.steady())
    command.at(scenarios.day(3))
    assert command("check", file).code == 0
    answer = command("check", "--stale", "2d", file)
    assert answer.code == 3
    assert answer.out == (
        "person: orders/prod orders: stale: no run has written the state of orders/prod since 2026-03-02T10:00Z, 3 days"
        " ago\n"
    )


def test_every_reason_is_documented_and_nothing_else(command: Command) -> None:
    """The table of docs/fleet.md names each word that a program may meet."""
    page = (ROOT / "docs" / "fleet.md").read_text()
    table = page.partition("| Reason |")[2].partition("\n\n")[0]
    documented = {word for line in table.splitlines()[2:] for word in re.findall(r"`([a-z-]+)`", line.split("|")[1])}
    met = {"follow", "stale"}
    for case in CASES.values():
        command.at(scenarios.day(case.day))
        answer = json.loads(command("status", "--json", command.file(case.state())).out)
        met |= {one["reason"] for row in answer["rotations"] for one in row["findings"]}
    assert met <= documented
    assert documented - met == {
        *("active-gone", "not-looked-for", "pin-gone"),
    }
