"""``python -m acceptance.mutants``: every wrong version of the package must be noticed by the tests that name it.

``--score`` lets mutmut change ``rotation/`` at random besides. Ends with status 1 if a mutant survives, an edit does
not apply, or the score is below the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from acceptance.mutants.catalogue import MUTANTS
from acceptance.mutants.mutant import ROOT
from acceptance.mutants.score import GOAL, measure
from acceptance.mutants.trial import baseline, judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.mutants.trial import Verdict

REPORT = ROOT / "reports" / "mutants.json"


def main() -> int:
    """Judge all mutants, or those whose names are given; write the report of a whole run."""
    arguments = argparse.ArgumentParser(prog="python -m acceptance.mutants", description=__doc__)
    arguments.add_argument("names", nargs="*", help="only these mutants, without a report")
    arguments.add_argument("--score", action="store_true", help="measure the mutation score of rotation/ as well")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many tests run at once")
    chosen = arguments.parse_args()
    unknown = sorted(set(chosen.names) - {mutant.name for mutant in MUTANTS})
    if unknown:
        arguments.error(f"no such mutant: {', '.join(unknown)}")
    mutants = [mutant for mutant in MUTANTS if not chosen.names or mutant.name in chosen.names]
    failures = baseline(mutants)
    for failure in failures:
        print(f"unmutated: {failure}", file=sys.stderr)
    if failures:
        return 1
    with ThreadPoolExecutor(chosen.jobs) as pool:
        verdicts = list(pool.map(judge, mutants))
    survivors = _say(verdicts)
    score = measure() if chosen.score else None
    if not chosen.names:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(_report(verdicts, score), indent=2) + "\n", encoding="utf-8")
    too_low = score is not None and score["score"] < GOAL
    return 1 if survivors or too_low else 0


def _say(verdicts: list[Verdict]) -> int:
    survivors = [verdict for verdict in verdicts if verdict.survived]
    for verdict in survivors:
        print(f"SURVIVED {verdict.name}: {verdict.survived}", file=sys.stderr)
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} mutants killed by the tests that name them")
    return len(survivors)


def _report(verdicts: list[Verdict], score: Mapping[str, Any] | None) -> dict[str, Any]:
    by_name = {mutant.name: mutant for mutant in MUTANTS}
    killed = [verdict for verdict in verdicts if not verdict.survived]
    return {
        "mutants": len(verdicts),
        "killed": len(killed),
        "survivors": [verdict.name for verdict in verdicts if verdict.survived],
        "by_name": {
            verdict.name: {
                "invariant": by_name[verdict.name].invariant,
                "wrong": by_name[verdict.name].wrong,
                "killed_by": list(by_name[verdict.name].killed_by) if verdict in killed else [],
                "seconds": verdict.seconds,
            }
            for verdict in verdicts
        },
        "mutation_score": score,
    }


if __name__ == "__main__":
    sys.exit(main())
