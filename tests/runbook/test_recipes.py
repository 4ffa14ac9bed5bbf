"""docs/runbook.md, performed: every recipe on the real engine, with the messages that the page promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet, refused
from tests.runbook.page import recipes, unread

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario
    from tests.runbook.page import Recipe

pytestmark = pytest.mark.e2e

QUOTA = 60


def names(scenario: Scenario) -> dict[str, str]:
    """What the page's placeholders stand for: the oldest certificate, the newest one, the API."""
    ids = scenario.ids()
    return {"old": ids[0], "new": ids[-1], "api": scenario.api}


def test_every_recipe_is_performed() -> None:
    """By a test of its own, which fails where the page shows a line that no run says."""
    performed = [
        mark.args[0]
        for test in globals().values()
        for mark in getattr(test, "pytestmark", [])
        if getattr(mark, "name", "") == "recipe"
    ]
    assert performed == recipes()


def test_every_block_is_read_by_a_recipe() -> None:
    """A block that is no console's, or stands above the first recipe, would promise what nothing compares."""
    assert unread() == []


@pytest.mark.recipe("Roll back")
def test_roll_back_by_pin(scenario: Scenario, recipe: Recipe) -> None:
    """To the old one in one run, and on again in one."""
    stack = scenario.overlapping()
    first, second = scenario.ids()
    scenario.at(337.2)
    stack.configure({"pinGeneration": 1})
    recipe.shows(ok(stack.preview()), names(scenario))
    # The refresh before it knows of no pin, and would announce the step of the inputs of the last run.
    assert "this update looks" not in ok(stack.up("--refresh"))
    assert scenario.presented("dev") == scenario.presented("prod") == first
    stack.unset("pinGeneration")
    recipe.shows(ok(stack.up("--refresh")), names(scenario))
    assert scenario.presented("dev") == scenario.presented("prod") == second
    stack.configure({"pinGeneration": 7})
    recipe.shows(refused(stack.preview()), names(scenario))


@pytest.mark.recipe("Rotate now")
def test_rotate_now_by_trigger(scenario: Scenario, recipe: Recipe) -> None:
    """The first trigger rotates nothing; the second does; a shorter lead hurries it."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(100)
    stack.configure({"rotationTrigger": "incident-1"})
    ok(stack.up("--refresh"))
    assert len(scenario.ids()) == 1
    stack.configure({"rotationTrigger": "incident-2"})
    recipe.shows(ok(stack.up("--refresh")), names(scenario))
    first, second = scenario.ids()
    assert scenario.presented("prod") == first
    stack.configure({"publishLead": "1h"})
    scenario.at(100.05)
    recipe.shows(ok(stack.up("--refresh")), names(scenario))
    assert scenario.presented("dev") == scenario.presented("prod") == second


@pytest.mark.recipe("After a suspicion")
def test_after_a_suspicion(scenario: Scenario, recipe: Recipe) -> None:
    """The old one leaves what is published; tests/backends/test_withdrawal.py performs the restart that follows."""
    stack = scenario.stack(config={**scenario.default_config(), "rotationTrigger": "incident-1"})
    ok(stack.up())
    scenario.at(100)
    stack.configure({"overlap": "1h", "rotationTrigger": "suspicion-1"})
    recipe.shows(ok(stack.up("--refresh")), names(scenario))
    first, second = scenario.ids()
    shown, both = names(scenario), (stack.folder / "pins.txt").read_text().split()
    for day in (101, 101.001, 101.05):
        scenario.at(day)
        said = ok(stack.up("--refresh"))
    recipe.shows(said, shown | {"time": r"[-\dT:]+Z"})
    assert scenario.ids() == [second] != [first]
    assert (stack.folder / "pins.txt").read_text().split() == both[1:]


@pytest.mark.recipe("Everything has expired")
def test_everything_has_expired(scenario: Scenario, recipe: Recipe) -> None:
    """One run generates, publishes and binds; later ones clean up."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(366)
    said = ok(stack.up("--refresh"))
    recipe.shows(said, names(scenario))
    _, second = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == second
    assert certificate(stack)["trustedFingerprintsSha256"][0] in (stack.folder / "pins.txt").read_text()
    for day in (367, 371):
        scenario.at(day)
        ok(stack.up("--refresh"))
    assert scenario.ids() == [second]


@pytest.mark.recipe("A backend has lost its trust")
def test_a_backend_has_lost_its_trust(scenario: Scenario, recipe: Recipe) -> None:
    """What was published is published again; nothing else happens."""
    stack = scenario.stack()
    ok(stack.up())
    file = stack.folder / "pins.txt"
    published = file.read_text()
    file.write_text("")
    quiet(stack)
    looked = stack.run("refresh", "--preview-only", "--non-interactive", "--color", "never")
    recipe.shows(ok(looked), names(scenario))
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert file.read_text() == published
    assert scenario.actions(before) == []


@pytest.mark.recipe("A certificate that nobody dares to delete")
def test_a_certificate_that_nobody_dares_to_delete(scenario: Scenario, recipe: Recipe) -> None:
    """It is kept for the stage that is named, and retired after that has moved."""
    scenario.sandbox.console.create_stage(scenario.api, "legacy")
    stack = scenario.stack()
    ok(stack.up())
    scenario.sandbox.console.bind(scenario.api, "legacy", scenario.ids()[0])
    for day in (336, 337, 338):
        scenario.at(day)
        ok(stack.up("--refresh"))
    scenario.at(342)
    recipe.shows(ok(stack.preview()), names(scenario))
    recipe.shows(stack.run("stack", "output", "phase", expect=0).output, names(scenario))
    assert certificate(stack)["retirementBlockedBy"] == [f"{scenario.api}/legacy"]
    first, second = scenario.ids()
    scenario.client("apigateway").update_stage(
        restApiId=scenario.api,
        stageName="legacy",
        patchOperations=[{"op": "replace", "path": "/clientCertificateId", "value": second}],
    )
    shown = names(scenario)
    for day in (343, 346):
        scenario.at(day)
        said = ok(stack.up("--refresh"))
    recipe.shows(said, shown)
    assert scenario.ids() == [second] != [first]


@pytest.mark.recipe("The quota is full")
def test_the_quota_is_full(scenario: Scenario, recipe: Recipe) -> None:
    """Nothing changes until there is room; then the run goes on as if nothing had been."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(336)
    others = [scenario.sandbox.console.generate_certificate() for _ in range(QUOTA - 1)]
    before = scenario.mark()
    recipe.shows(refused(stack.up("--refresh")), names(scenario))
    assert scenario.actions(before) == []
    scenario.client("apigateway").delete_client_certificate(clientCertificateId=others[0])
    recipe.shows(ok(stack.up("--refresh")), names(scenario))
    assert numbers(stack) == {1: "active", 2: "pending"}


@pytest.mark.recipe("The stack's state is lost")
def test_the_stacks_state_is_lost(scenario: Scenario, recipe: Recipe) -> None:
    """Under the same names the certificate is adopted, untouched; under another it is not taken, but may be adopted."""
    former = scenario.stack()
    ok(former.up())
    scenario.at(50)
    file = former.folder / "pins.txt"
    stack = scenario.stack(folder="again", backend="new")
    (stack.folder / "pins.txt").write_text(file.read_text())
    recipe.shows(refused(stack.up()), names(scenario))
    (first,) = scenario.ids()
    stack.configure({"adoptClientCertificateId": first})
    before = scenario.mark()
    ok(stack.up())
    assert scenario.actions(before) == ["TagResource"]
    assert stack.run("stack", "output", "client_certificate_id", expect=0).output.strip() == first
    quiet(stack)

    other = scenario.stack(folder="other", backend="third")
    (other.folder / "pins.txt").write_text(file.read_text())
    other.configure({"name": "invoices"})
    recipe.shows(refused(other.up()), names(scenario))
    assert scenario.presented("dev") == scenario.presented("prod") == first
    adopting = scenario.stack(folder="adopting", backend="fourth")
    (adopting.folder / "pins.txt").write_text(file.read_text())
    adopting.configure({"name": "bills", "adoptClientCertificateId": first})
    before = scenario.mark()
    ok(adopting.up())
    assert scenario.actions(before) == ["TagResource"]
    quiet(adopting)

    scenario.at(366)
    late = scenario.stack(folder="late", backend="fifth")
    (late.folder / "pins.txt").write_text(file.read_text())
    late.configure({"takeOver": True})
    ok(late.up())
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[-1] != first
