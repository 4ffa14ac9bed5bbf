"""A switch is measured against the greater of its two floors, and refusals are no calls that were let in."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from apigw_sandbox.journal import JournalEntry
from benchmarks.figures import report_of
from benchmarks.limit import Switch, counted, told
from benchmarks.page import written


def switch(*, noop: float = 20.0, calls: int = 2_000, failed: int = 0) -> Switch:
    """One of a thousand stages that took 245 seconds."""
    return Switch(noop=noop, wall=245.0, first=9.0, last=240.0, calls=calls, refused=700, failed=failed)


def entry(service: str, status: int) -> JournalEntry:
    """A call."""
    now = datetime(2027, 3, 2, tzinfo=timezone.utc)
    return JournalEntry(
        number=1, at=now, wall=now, service=service, action="GetStage", resource="", status=status, mutates=False
    )


def test_the_floor_is_the_limit_or_a_run_that_calls_nobody() -> None:
    """Whichever takes longer; the burst is let in at once."""
    assert switch().bucket == 196
    assert switch().ratio == pytest.approx(1.25)
    assert switch(noop=245.0).ratio == 1
    assert switch(calls=40).bucket == 0


def test_a_refusal_is_a_retry_and_no_call() -> None:
    """The account's limit is API Gateway's: what STS is asked does not count."""
    calls = [entry("apigateway", 200), entry("apigateway", 429), entry("apigatewayv2", 404), entry("sts", 200)]
    admitted, refused = counted(calls)
    assert ([one.status for one in admitted], refused) == ([200, 404], 1)


@pytest.mark.parametrize(("failed", "ok"), [(0, True), (1, False)])
def test_the_page_has_a_row_for_each_host(failed: int, *, ok: bool) -> None:
    """And names a resource that failed among what is missed."""
    figures = [*told("limit.plugin.1000", switch(failed=failed)), *told("limit.dynamic.1000", switch())]
    page = written(report_of(figures, {"commit": "", "date": "", "machine": ""}, quick=False))
    assert "\n| dynamic | 1,000 | 2,000 | 196 | 20.00 | 245 | 1.25 | 0 | 700 | 9.00 | 240 |\n" in page
    assert page.index("\n| dynamic | 1,000 |") < page.index("\n| plugin | 1,000 |")
    assert ("- `limit.plugin.1000.failed`" in page) is not ok
