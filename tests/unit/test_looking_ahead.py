"""Looking ahead is no forecast (10): no page promises what only a walk through the runs until then could tell."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]
PROMISE = re.compile(r"APIGW_CLIENT_CERT_NOW=\S+ pulumi preview`? says what will be due", re.IGNORECASE)


def test_no_page_promises_a_forecast_by_a_made_up_clock() -> None:
    """A preview with it shows the one step that follows from the state of today."""
    assert [page.name for page in PAGES if PROMISE.search(page.read_text(encoding="utf-8"))] == []
    said = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert "It is no forecast" in said
