"""Write the table of docs/rollout.md from the rule's own: ``python -m tools.rollout_table``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.rotation.verdict import COMING, PRESENTED, TABLE, Why
from tools.marks import between
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from apigw_client_cert.rotation.verdict import Standing

TARGET = ROOT / "docs" / "rollout.md"
BEGIN = "<!-- table: python -m tools.rollout_table -->"
END = "<!-- table: end -->"

_MEANINGS = {
    Why.ROTATION: "A stage leaves what it presents for its successor.",
    Why.ROLLBACK: "A stage leaves a newer generation for the older one that is pinned.",
    Why.REPAIR: "What the stage presents is nothing, dead, within `activate_by` of its end, or not in the targets.",
    Why.WAY_BACK: (
        "A switch is not confirmed: *presented* is what it left there, *to come* what was confirmed last,"
        " or what the stage presented just before."
    ),
}


def written(text: str) -> str:
    """The page with the table in its place."""
    return between(text, BEGIN, END, f"\n{_render()}")


def _render() -> str:
    return "\n".join(line for why in Why for line in _part(why))


def _part(why: Why) -> list[str]:
    """One reason: rows that are alike are one."""
    alike: dict[tuple[str, ...], list[Standing]] = {}
    for presented in PRESENTED:
        alike.setdefault(tuple(one.value for one in TABLE[why][presented]), []).append(presented)
    head = " | ".join(one.value for one in COMING)
    rows = [
        f"| {', '.join(one.value for one in several)} | {' | '.join(outcomes)} |" for outcomes, several in alike.items()
    ]
    return [
        f"**{why.value}**: {_MEANINGS[why]}",
        "",
        f"| presented | {head} |",
        f"|---{'|---' * len(COMING)}|",
        *rows,
        "",
    ]


if __name__ == "__main__":
    TARGET.write_text(written(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {TARGET}")
