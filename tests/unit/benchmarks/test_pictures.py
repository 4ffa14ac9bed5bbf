"""The pictures of docs/performance.md are those of docs/performance.json, and show what the figures say."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from benchmarks.figures import Figure, report_of
from benchmarks.page import FILE, PAGE, written
from benchmarks.pictures import PREVIEW, SPREAD, drawn

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = json.loads(FILE.read_text(encoding="utf-8"))["figures"]


def preview(*sizes: int) -> list[dict[str, object]]:
    """A report with previews of these sizes, ours at 1.5 times the floor."""
    figures = [
        Figure(name=f"preview.{size}.{what}", value=value, unit="s")
        for size in sizes
        for what, value in (("cpu_ours", 1.5 + size), ("cpu_floor", 1.0 + size / 1.5), ("cpu_ratio", 1.5))
    ]
    told: list[dict[str, object]] = report_of(figures, {}, quick=False)["figures"]
    return told


def texts(picture: str) -> list[str]:
    """What a picture says."""
    return [one.text or "" for one in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_the_pictures_are_those_of_the_report() -> None:
    """As ``python -m benchmarks.page`` writes them, and no other is shown."""
    found = {name: (PAGE.parent / name).read_text(encoding="utf-8") for name in (PREVIEW, SPREAD) if shown(name)}
    assert found == drawn(FIGURES)


def shown(name: str) -> bool:
    """Whether the page shows a picture."""
    return f"]({name})" in PAGE.read_text(encoding="utf-8")


def test_a_preview_is_drawn_for_each_size() -> None:
    """Ours and the floor, a dot each, with the ratio below; one size alone is no growth."""
    picture = drawn(preview(100, 1, 10))[PREVIEW]
    assert picture.count("<circle") == 6
    assert [one for one in texts(picture) if one.startswith("ratio")] == ["ratio 1.50"] * 3
    assert {"ours", "floor", "1", "10", "100"} <= set(texts(picture))
    assert drawn(preview(100)) == {}


def test_a_day_is_a_bar_as_high_as_its_share() -> None:
    """Beside those without jitter, below the line that the target draws."""
    figures = [
        Figure(name="spread.without_jitter.busiest_day", value=25, unit="%", series={335: 25, 336: 25}),
        Figure(name="spread.with_jitter.busiest_day", value=2, unit="%", at_most=3, series={300: 1, 301: 2, 302: 1}),
    ]
    # What a report's file holds has names for keys.
    picture = drawn(json.loads(json.dumps(report_of(figures, {}, quick=True)))["figures"])[SPREAD]
    heights = [float(one) for one in re.findall(r'<rect class="ours".* height="([0-9.]+)"', picture)]
    assert len(heights) == 3
    assert heights[0] == heights[2] < heights[1]
    assert "at most 3 %" in texts(picture)


def test_the_page_shows_a_picture_only_of_what_was_measured() -> None:
    """A run of other sections has none."""
    report = report_of(
        [Figure(name="core.decide", value=1, unit="/s")], {"commit": "", "date": "", "machine": ""}, quick=True
    )
    assert ".svg" not in written(report)
