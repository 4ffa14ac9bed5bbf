"""docs/state-machine.md says what the table says."""

from __future__ import annotations

from apigw_client_cert.rotation.transitions import TABLE
from tools.state_diagram import TARGET, render


def test_the_committed_diagram_is_the_one_that_the_table_renders() -> None:
    """After a change of the table: ``python tools/state_diagram.py``."""
    assert TARGET.read_text(encoding="utf-8") == render()


def test_every_row_and_every_end_of_a_row_is_in_the_document() -> None:
    """Nothing is lost in the grouping of arrows."""
    text = render()
    arrows = [line.strip() for line in text.splitlines() if "-->" in line]
    for row in TABLE:
        assert row.meaning in text
        for after in row.after:
            arrow = next(line for line in arrows if line.startswith(f"{row.before.value} --> {after.value}:"))
            assert row.step.value in arrow.split(": ")[1].split(" / ")
