"""Play again what a failure printed: ``python -m acceptance.model.replay FILE``, or the text on standard input.

The text is Hypothesis's example or this package's script, as printed, in the repository's folder; lines that are
neither statements of the example nor imports are passed over.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from acceptance.model.machine import RotationMachine

HEADER = "from acceptance.model.machine import RotationMachine\n"
_STATEMENT = re.compile(r"\s*(?:E\s+|\|\s*)?(state = RotationMachine\(\)|state\.\w+\(.*\))\s*$")


def script(text: str) -> str:
    """The statements of the last example in a text."""
    statements = [match[1] for line in text.splitlines() if (match := _STATEMENT.match(line))]
    starts = [number for number, line in enumerate(statements) if line.startswith("state =")]
    if not starts:
        raise ValueError("there is no `state = RotationMachine()` in the text")
    return "\n".join(statements[starts[-1] :]) + "\n"


def simulation(text: str) -> None:
    """Run the example; raises what it fails with."""
    exec(compile(script(text), "<example>", "exec"), {"RotationMachine": RotationMachine})  # noqa: S102 - the user's own text


if __name__ == "__main__":
    simulation(Path(sys.argv[1]).read_text() if sys.argv[1:] else sys.stdin.read())
    print("the example does not fail")  # noqa: T201 - a command line tool
