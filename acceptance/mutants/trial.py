"""Runs named tests against a copy of the package, and judges whether they noticed what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.mutants.mutant import ROOT, DoesNotApply, copy_of_package
from acceptance.mutants.pytest_plugin import ASSERTION, PASSED, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from acceptance.mutants.mutant import Mutant

_TIMEOUT_SECONDS = 180
# What a surrounding test run would otherwise pass on: its coverage measurement, its workers, its options.
_NOT_INHERITED = ("COV", "PYTEST", "HYPOTHESIS", "APIGW_CLIENT_CERT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one mutant; ``survived`` says why it counts as not killed, "" when it was killed."""

    name: str
    survived: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Session:
    """One run of pytest: how each test ended (node id -> word), and the file of each module of the package."""

    ended: dict[str, str]
    modules: dict[str, str]

    def of(self, test: str) -> list[str]:
        """How the cases of a test ended; a node id with parameters belongs to the one without."""
        return [end for node, end in self.ended.items() if node == test or node.startswith(f"{test}[")]


def baseline(mutants: Iterable[Mutant]) -> list[str]:
    """What is wrong with the named tests on the unchanged package: each must exist and pass."""
    tests = sorted({test for mutant in mutants for test in mutant.killed_by})
    with tempfile.TemporaryDirectory(prefix="unmutated-") as folder:
        package = copy_of_package(Path(folder))
        session = _run(tests, package)
    if session is None:
        return ["the named tests did not run to their end on the unchanged package"]
    strangers = _strangers(session, package)
    if strangers:
        return strangers
    return [
        f"{test} does not pass on the unchanged package: {', '.join(sorted(set(session.of(test)))) or 'not found'}"
        for test in tests
        if set(session.of(test)) != {PASSED}
    ]


def judge(mutant: Mutant) -> Verdict:
    """Run the tests that name this mutant; each must fail by an assertion in at least one of its cases."""
    start = time.monotonic()
    return Verdict(name=mutant.name, survived=_reason(mutant), seconds=round(time.monotonic() - start, 2))


def _reason(mutant: Mutant) -> str:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        try:
            package = mutant.write(Path(folder))
        except DoesNotApply as error:
            return f"does not apply: {error}"
        session = _run(mutant.killed_by, package)
        if session is None:
            return "the tests did not run to their end"
        missing = sorted(mutant.modules - set(session.modules))
        if missing:
            return f"the tests never imported {', '.join(missing)}"
        wrong = [
            *_strangers(session, package),
            *(
                f"{test} ended with: {', '.join(sorted(set(session.of(test)))) or 'nothing'}"
                for test in mutant.killed_by
                if ASSERTION not in session.of(test)
            ),
        ]
    return "; ".join(wrong)


def _strangers(session: Session, package: Path) -> list[str]:
    """Modules that did not come from the copy: their tests would prove nothing about it."""
    return [
        f"{name} came from {file}, not from the copy"
        for name, file in session.modules.items()
        if not Path(file).is_relative_to(package)
    ] or ([] if session.modules else ["the tests did not import the package"])


def _run(tests: Collection[str], package: Path) -> Session | None:
    """None when pytest was not done in time, or could not collect the tests."""
    report = package.parent / "witness.json"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}
    path = [str(package.parent), str(ROOT), *filter(None, [inherited.get("PYTHONPATH")])]
    environment = {
        **inherited,
        "PYTHONPATH": os.pathsep.join(path),
        "HYPOTHESIS_PROFILE": "ci",
        VARIABLE: str(report),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "acceptance.mutants.pytest_plugin",
        "-p",
        "no:cacheprovider",
        *tests,
    ]
    try:
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    if not report.is_file():
        return None
    return Session(**json.loads(report.read_text(encoding="utf-8")))
