"""One place in two spellings is one place (issue 11, fault 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import TRUSTED, ok, refused, sha256

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

BY_PLUGIN = pytest.mark.parametrize("host", ["plugin"])


def _file(path: str, content: str = "python") -> dict[str, str]:
    return {"type": "file", "path": path, "content": content}


def _spellings(folder: Path) -> dict[str, str]:
    """Other ways to write the file that backends read, for a program in this folder; links are made."""
    (folder / "link.pem").symlink_to(TRUSTED)
    (folder / "there").symlink_to(folder, target_is_directory=True)
    return {
        "with a dot": f"./{TRUSTED}",
        "absolute": str(folder / TRUSTED),
        "by a parent": f"../{folder.name}/{TRUSTED}",
        "a link to a file": "link.pem",
        "below a link to a folder": f"there/{TRUSTED}",
    }


def test_a_file_that_is_named_twice_is_refused_in_every_spelling(scenario: Scenario) -> None:
    """Two contents in one file: whatever was written last would be what backends read."""
    stack = scenario.stack()
    for how, path in _spellings(stack.folder).items():
        scenario.declare(stack, publish=[_file(TRUSTED), _file(path, "sha256")])
        outcome = stack.preview()
        assert not outcome.succeeded, how
        assert path in outcome.output, how
    assert scenario.changes() == []
    refused(stack.up())
    assert scenario.published() == ""


def test_two_rotations_on_a_file_in_two_spellings_are_refused(scenario: Scenario) -> None:
    """The border between two bundles of a program is as tight as the one within a bundle."""
    stack = scenario.stack()
    for how, path in _spellings(stack.folder).items():
        each = {"eu": ("dev", TRUSTED), "us": ("prod", path)}
        rotations = {
            name: scenario.rotation(stages={stage: scenario.place(stage)}, publish=[_file(file)])
            for name, (stage, file) in each.items()
        }
        scenario.configure(stack, "rotations", rotations)
        assert not stack.preview().succeeded, how
    assert scenario.changes() == []


@BY_PLUGIN
def test_a_secret_by_name_and_by_arn_is_refused(scenario: Scenario) -> None:
    """AWS takes either; before anything is made."""
    secrets = scenario.sandbox.client("secretsmanager")
    arn = secrets.create_secret(Name="orders/pins")["ARN"]
    target = {"type": "secretsmanager"}
    stack = scenario.orders(
        publish=[
            {**target, "secretId": "orders/pins", "content": "sha256"},
            {**target, "secretId": arn, "content": "pem"},
        ]
    )
    before = scenario.mark()
    assert "orders/pins" in refused(stack.preview())
    assert scenario.changes(before) == []


@BY_PLUGIN
def test_a_parameter_with_and_without_the_slash_in_front_is_two(scenario: Scenario) -> None:
    """SSM holds ``pins`` and ``/pins`` apart: not every likeness is one place."""
    target = {"type": "ssm", "content": "sha256"}
    stack = scenario.orders(publish=[{**target, "name": name} for name in ("pins", "/pins")])
    ok(stack.up())
    parameters = scenario.sandbox.client("ssm")
    values = {parameters.get_parameter(Name=name)["Parameter"]["Value"] for name in ("pins", "/pins")}
    assert len(values) == 1


@pytest.mark.parametrize("how", ["with a dot", "absolute", "a link to a file"])
def test_another_spelling_of_a_target_neither_rewrites_it_nor_restarts_the_lead(scenario: Scenario, how: str) -> None:
    """A place is not the way to it: in the middle of a lead nothing changes but the words."""
    stack = scenario.orders()
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    _first, second = scenario.ids()
    held = scenario.published()
    scenario.at(336.5)
    scenario.declare(stack, publish=[_file(_spellings(stack.folder)[how])])
    ok(stack.up())
    assert scenario.published() == held
    scenario.at(337)
    before = scenario.mark()
    with scenario.traffic() as traffic:
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert sorted(scenario.moves(before)) == [("dev", second), ("prod", second)]


def test_a_file_that_becomes_a_link_to_another_target_does_not_change_what_backends_read(scenario: Scenario) -> None:
    """Two places became one behind our back: the run says so, and the backend's file stays in its own form."""
    stack = scenario.orders(publish=[_file(TRUSTED), _file("pins.txt", "sha256")])
    ok(stack.up())
    pins = stack.folder / "pins.txt"
    pins.unlink()
    pins.symlink_to(TRUSTED)
    scenario.at(1)
    with scenario.traffic() as traffic:
        for _ in range(2):
            said = refused(stack.up("--refresh"))
            assert "pins.txt" in said
            traffic.go_on()
        pins.unlink()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.trusted_everywhere()
    (certificate,) = scenario.ids()
    assert sha256(scenario.pem(certificate)) in pins.read_text()
