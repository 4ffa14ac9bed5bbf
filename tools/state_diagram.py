"""Write docs/state-machine.md from the transition table: ``python tools/state_diagram.py``."""

from __future__ import annotations

from pathlib import Path

from apigw_client_cert.rotation.model import Phase
from apigw_client_cert.rotation.transitions import TABLE, UNDECIDED, Step

TARGET = Path(__file__).resolve().parent.parent / "docs" / "state-machine.md"

_PHASES = {
    Phase.STEADY: "one active generation, nothing else",
    Phase.PUBLISHED: "a pending generation is trusted beside the active one and waits for its lead to pass",
    Phase.OVERLAPPING: "an active generation, and previous ones that are still trusted, presented or not yet deleted",
    Phase.LOST: "no generation is active: somebody deleted it",
}

_HEAD = """\
# The state machine of a rotation

Generated from `TABLE` in `provider/apigw_client_cert/rotation/transitions.py` by `python tools/state_diagram.py`;
a test compares the two. Every change of a role passes through this table: a step that would lead elsewhere raises
`IllegalTransition` and changes nothing.
"""


def render() -> str:
    """The whole document, with a final newline."""
    return f"{_HEAD}\n{_diagram()}\n{_phases()}\n{_steps()}\n{_urgency()}"


def _diagram() -> str:
    arrows: dict[tuple[Phase, Phase], list[str]] = {}
    for row in TABLE:
        for after in row.after:
            arrows.setdefault((row.before, after), []).append(row.step.value)
    lines = [
        f"    {before.value} --> {after.value}: {' / '.join(sorted(steps, key=_rank))}"
        for (before, after), steps in arrows.items()
    ]
    body = ["stateDiagram-v2", "    [*] --> steady: create", *lines]
    return "\n".join(["```mermaid", *body, "```", ""])


def _phases() -> str:
    rows = [f"| `{phase.value}` | {_PHASES[phase]} |" for phase in Phase]
    return "\n".join(["## Phases", "", "| phase | means |", "|---|---|", *rows, ""])


def _steps() -> str:
    rows = [
        f"| {row.step.value} | `{row.before.value}` | {', '.join(f'`{after.value}`' for after in row.after)}"
        f" | {row.meaning} |"
        for row in TABLE
    ]
    intro = (
        "`lose` and `resume` are observed, not decided: the table cannot forbid that somebody deletes a generation, or"
        " that a state knows less than AWS. `adopt` is asked for, by `adopt_client_certificate_id`."
    )
    return "\n".join(
        ["## Steps", "", intro, "", "| step | in | leads to | what happens |", "|---|---|---|---|", *rows, ""]
    )


def _urgency() -> str:
    decided = [step for step in Step if step in {row.step for row in TABLE} and step not in UNDECIDED]
    lines = [f"{place}. {step.value}" for place, step in enumerate(decided, 1)]
    intro = "A run takes one step. When several are due, it takes the first of these; the next run takes the next."
    return "\n".join(["## Which step goes first", "", intro, "", *lines, ""])


def _rank(step: str) -> int:
    return [one.value for one in Step].index(step)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET}")
