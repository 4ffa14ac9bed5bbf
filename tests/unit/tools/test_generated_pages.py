"""docs/state-machine.md and docs/rollout.md say what the tables of rotation/ say."""

from __future__ import annotations

from apigw_client_cert.rotation.transitions import TABLE
from apigw_client_cert.rotation.verdict import COMING, PRESENTED
from tools import rollout_table, state_diagram


def test_the_committed_diagram_is_the_one_that_the_table_renders() -> None:
    """After a change of the table: ``python tools/state_diagram.py``."""
    assert state_diagram.TARGET.read_text(encoding="utf-8") == state_diagram.render()


def test_every_row_and_every_end_of_a_row_is_in_the_document() -> None:
    """Nothing is lost in the grouping of arrows."""
    text = state_diagram.render()
    arrows = [line.strip() for line in text.splitlines() if "-->" in line]
    for row in TABLE:
        assert row.meaning in text
        for after in row.after:
            arrow = next(line for line in arrows if line.startswith(f"{row.before.value} --> {after.value}:"))
            assert row.step.value in arrow.split(": ")[1].split(" / ")


def test_the_table_of_gate_confirmation_and_rollback_is_in_the_page() -> None:
    """After a change of the table: ``python -m tools.rollout_table``."""
    text = rollout_table.TARGET.read_text(encoding="utf-8")
    assert rollout_table.written(text) == text
    for standing in {*PRESENTED, *COMING}:
        assert f"{standing.value}" in text
