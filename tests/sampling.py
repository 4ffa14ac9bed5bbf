"""Which of the long tests a run plays: all of them, or as many as its time allows, drawn by the date.

Long is what the last ``make test-all`` saw take ``LONG_SECONDS`` or more; ``tests/durations.json`` has each with its
time. With ``LONG_TESTS=900 SAMPLE_DATE=2027-03-02``, as ``make test`` sets them, a run plays so many seconds of them,
one of each file before a second of any, and others tomorrow. Without ``LONG_TESTS``, and for tests asked for by name,
everything is played. A new test is always played until a whole run has timed it, and so is one marked ``always``.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

LONG_SECONDS = 4.0
DURATIONS = Path(__file__).with_name("durations.json")


def drawn(durations: Mapping[str, float], seconds: float, date: str) -> set[str]:
    """The long tests of a day: their times add up to at most ``seconds``."""
    by_file: dict[str, list[str]] = {}
    for name in sorted(durations):
        by_file.setdefault(name.partition("::")[0], []).append(name)
    chance = random.Random(date)  # noqa: S311 - a draw, no secret
    for tests in by_file.values():
        chance.shuffle(tests)
    files = list(by_file.values())
    chance.shuffle(files)
    found: set[str] = set()
    for place in range(max(map(len, files), default=0)):
        for tests in files:
            if place < len(tests) and durations[tests[place]] <= seconds:
                seconds -= durations[tests[place]]
                found.add(tests[place])
    return found


class Sampling:
    """The plugin: draws at collection, says what was drawn, and times a whole run that is to be recorded."""

    def __init__(self, environment: Mapping[str, str], durations: Mapping[str, float]) -> None:
        self._seconds = environment.get("LONG_TESTS")
        self._date = environment.get("SAMPLE_DATE", "")
        self._records = "RECORD_DURATIONS" in environment
        self._known = durations
        self._seen: dict[str, float] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what was not drawn, and put what takes longest first."""
        items.sort(key=lambda item: -self._known.get(item.nodeid, 0.0))
        if self._seconds is None or any("::" in one for one in config.args):
            return
        drawable = [item.nodeid for item in items if not item.get_closest_marker("always")]
        there = {name: self._known[name] for name in drawable if name in self._known}
        left = there.keys() - drawn(there, float(self._seconds), self._date)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left])
        items[:] = [item for item in items if item.nodeid not in left]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up set-up, call and tear-down."""
        self._seen[report.nodeid] = self._seen.get(report.nodeid, 0.0) + report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What was played and how to repeat it; the record."""
        if self._seconds is not None:
            played = self._known.keys() & self._seen.keys()
            terminalreporter.write_line(
                f"{len(played)} of {len(self._known)} long tests, drawn by SAMPLE_DATE={self._date};"
                " all of them: make test-all"
            )
        if self._records:
            DURATIONS.write_text(json.dumps(recorded(self._known, self._seen), indent=0) + "\n", encoding="utf-8")


def recorded(known: Mapping[str, float], seen: Mapping[str, float]) -> dict[str, int]:
    """What is known of the long tests after a run that played these; of the others it says nothing."""
    times = {**known, **seen}
    return {name: round(seconds) for name, seconds in sorted(times.items()) if seconds >= LONG_SECONDS}


def pytest_configure(config: pytest.Config) -> None:
    """Register the draw with pytest."""
    durations = json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.is_file() else {}
    config.pluginmanager.register(Sampling(os.environ, durations), "sampling")
