"""What docs/proof.md and docs/rollout.md say was measured, out of docs/measured.json. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.marks import between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BEGIN = "<!-- measured: python -m acceptance.measured -->"
END = "<!-- measured: end -->"


def proof_figures(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the page needs of ``reports/proof.json`` besides its totals."""
    return {
        "by_shape": report["by_shape"],
        "servers": [
            {
                "name": one["name"],
                "requests": one["requests"],
                "failed": one["failed"],
                "old": one["by_certificate"]["old"],
                "new": one["by_certificate"]["new"],
                "fewest_near": min(one["fewest_near"].values()),
                "p50_ms": one["p50_ms"],
                "p99_ms": one["p99_ms"],
            }
            for one in report["backends"]
        ],
        "controls": [
            {key: one[key] for key in ("name", "requests", "failed", "reasons", "baseline_failed")}
            for one in report["controls"]
        ],
    }


def rollout_figures(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the page needs of ``reports/rollout.json`` besides its totals."""
    kept = ("name", "requests", "failed", "failed_before_a_run", "updates", "gate_refusals", "rollbacks")
    shown = [*report["scenarios"], report["control"]]
    return {
        "rate": max(one["rate"] for one in report["scenarios"]),
        "scenarios": [
            {**{key: one[key] for key in kept}, "failed": one["failed"] - one["failed_before_a_run"]} for one in shown
        ],
    }


def proof_page(one: Mapping[str, Any]) -> str:
    """The measured part of docs/proof.md."""
    shapes = one["by_shape"]
    said = (
        f"One `make proof` on {one['machine']} (load generator, gateway, Pulumi and backend on the same machine) at"
        f" commit {one['commit']}, {one['date']}, {one['seconds']} seconds: **{one['requests']:,} requests,"
        f" {one['failed']} failed**.\n"
        f"{shapes['new']:,} over a connection of their own, {shapes['keepalive']:,} over kept ones,"
        f" {shapes['resumed']:,} over resumed sessions, {shapes['long']:,} long ones. Generator, data plane and backend"
        " counted the same on every server."
    )
    servers = _table(
        "Server | requests | failed | old / new certificate | fewest of a shape near any boundary | p50 ms | p99 ms",
        [
            f"{it['name']} | {it['requests']:,} | {it['failed']} | {it['old']:,} / {it['new']:,} | {it['fewest_near']}"
            f" | {it['p50_ms']} | {it['p99_ms']}"
            for it in one["servers"]
        ],
    )
    controls = _table(
        "Control | requests | failed | failed in the right order | reason",
        [
            f"`{it['name']}` | {it['requests']} | {it['failed']} | {it['baseline_failed']} | {', '.join(it['reasons'])}"
            for it in one["controls"]
        ],
    )
    return f"{said}\n\n{servers}\n\n{controls}"


def rollout_page(one: Mapping[str, Any]) -> str:
    """The measured part of docs/rollout.md; its last row is the control, which has no gate."""
    said = (
        f"Seen on {one['machine']}, at {one['rate']:g} requests a second, in {one['seconds']} s, on {one['date']} at"
        f" commit {one['commit']}:"
    )
    rollouts = _table(
        "Scenario | requests | failed | before a run could know | updates | refused by the gate | rolled back",
        [
            f"{it['name']} | {it['requests']:,} | {it['failed']} | {it['failed_before_a_run']} | {it['updates']}"
            f" | {it['gate_refusals']} | {it['rollbacks']}"
            for it in one["scenarios"]
        ],
    )
    return f"{said}\n\n{rollouts}"


def _table(head: str, rows: Sequence[str]) -> str:
    """In Markdown, with numbers to the right of the first column."""
    marks = " | ".join(["---", *["--:"] * head.count("|")])
    return "\n".join(f"| {row} |" for row in (head, marks, *rows))


def between_marks(text: str, generated: str) -> str:
    """``text`` with its measured part replaced; raises ``ValueError`` where it has no marks for one."""
    return between(text, BEGIN, END, f"\n\n{generated}\n\n")
