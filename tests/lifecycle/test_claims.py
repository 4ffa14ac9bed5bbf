"""What another process of the same run asserts counts like what this one does (invariant 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


class FakeBoard:
    """A board in memory."""

    def __init__(self) -> None:
        self.entries: set[str] = set()

    def note(self, entry: str) -> None:
        """Keep it."""
        self.entries.add(entry)

    def noted(self) -> frozenset[str]:
        """All that was kept."""
        return frozenset(self.entries)


class FakeLostBoard(FakeBoard):
    """A board that nobody can read."""

    def noted(self) -> None:  # type: ignore[override]  # what is a board to the code under test has this answer, too
        """It cannot be told."""


@pytest.mark.parametrize("shared", [True, False])
def test_delete_leaves_a_stage_that_another_process_asserts(run: FakeRun, shared: bool) -> None:  # noqa: FBT001 - a parametrised case
    """The successor was checked there; without a board nobody here knows of it."""
    board = FakeBoard()
    run.up()
    for _process in range(2):
        engine_run.forget()
        if shared:
            engine_run.share(board)
        if _process == 0:
            binding.check({}, run.inputs["prod"])
    binding.delete(run.state["prod"], run.environment)
    binding.delete(run.state["dev"], run.environment)
    engine_run.forget()
    assert (run.presented("prod") is not None, run.presented("dev")) == (shared, None)
    assert len(board.entries) == shared


def test_delete_keeps_a_stage_where_it_cannot_be_told_who_asserts_it(run: FakeRun) -> None:
    """A neighbour who makes the folder first must not have a stage cleared that another process has bound."""
    run.up()
    engine_run.forget()
    engine_run.share(FakeLostBoard())
    binding.delete(run.state["prod"], run.environment)
    engine_run.forget()
    assert run.presented("prod") is not None


@pytest.mark.parametrize(
    ("by", "checked", "cleared"), [("dev", False, True), ("dev", True, False), ("new", False, False)]
)
def test_what_a_program_declares_holds_its_own_deletion_only_where_it_was_checked(
    run: FakeRun, by: str, *, checked: bool, cleared: bool
) -> None:
    """A destroy that runs the program; a replacement in place; and ``--target`` of a former name."""
    run.up()
    run.begin()
    (place,) = [
        engine_run.stage_place(one.api_id, one.stage_name) for one in run.gateway.stages if one.stage_name == "dev"
    ]
    assert engine_run.CLAIMS.claim(place, by, declared=True) is None
    if checked:
        assert engine_run.CLAIMS.claim(place, by) is None
    binding.delete({**run.state["dev"], "owner": "dev"}, run.environment)
    assert (run.presented("dev") is None) is cleared
    assert engine_run.CLAIMS.claim(place, by) is None
    assert engine_run.CLAIMS.claim(place, "another") == by
