"""A pytest plugin that writes down how each test ended and where the package under test came from.

Loaded by ``trial.py`` with ``-p acceptance.mutants.pytest_plugin``; the report goes to the file that ``MUTANTS_REPORT`` names.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

VARIABLE = "MUTANTS_REPORT"
PASSED, ASSERTION = "passed", "assertion"

_ended: dict[str, str] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember the worst of set-up, call and tear-down: only an assertion of the test itself counts as one."""
    report = yield
    if report.failed:
        error = call.excinfo.value if call.excinfo else None
        asserted = report.when == "call" and isinstance(error, AssertionError | pytest.fail.Exception)
        _ended[item.nodeid] = ASSERTION if asserted else f"{report.when}: {type(error).__name__}"
    elif report.skipped:
        _ended.setdefault(item.nodeid, "skipped")
    elif report.when == "call":
        _ended.setdefault(item.nodeid, PASSED)
    return report


def pytest_sessionfinish() -> None:
    """Write the report, with the file of every module of the package that was imported."""
    modules = {
        name: str(getattr(module, "__file__", None))
        for name, module in list(sys.modules.items())
        if name.split(".")[0] == "apigw_client_cert"
    }
    Path(os.environ[VARIABLE]).write_text(json.dumps({"ended": _ended, "modules": modules}), encoding="utf-8")
