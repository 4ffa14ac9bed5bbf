"""The page about a proof: its figures in words, loud when it proves nothing, and complete in itself."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.proof.synthetic import REFUSED, control_run, report, rotation_run
from tools.proof.page import page

if TYPE_CHECKING:
    from tools.proof.observed import Run


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Two clean rotations."""
    return [rotation_run(backend=name, requests=1_000, seed=seed) for seed, name in enumerate(("nginx", "go"))]


@pytest.fixture(scope="module")
def controls() -> list[Run]:
    """One control."""
    return [control_run(requests=500)]


def read(html: str) -> ET.Element:
    """The page as XML; what is not well-formed raises."""
    return ET.fromstring(html.removeprefix("<!DOCTYPE html>"))  # noqa: S314 - our own


def words(html: str) -> str:
    """What a reader sees, the pictures included."""
    root = read(html)
    return " ".join(" ".join(text.split()) for text in root.itertext() if text.strip())


def table_rows(html: str, number: int) -> list[list[str]]:
    """The cells of a table's body."""
    body = list(read(html).iter("tbody"))[number]
    return [["".join(cell.itertext()) for cell in row] for row in body]


def test_complete_proof_says_how_many_requests_and_that_none_failed(runs: list[Run], controls: list[Run]) -> None:
    """Title, headline, a row and a picture per backend."""
    html = page(report(runs, controls), runs, controls)

    assert "2,000 requests through 2 rotations, 0 failed" in words(html)
    assert [row[:3] for row in table_rows(html, 0)] == [["nginx", "1,000", "0"], ["go", "1,000", "0"]]
    assert [figure.get("id") for figure in read(html).iter("figure")] == ["rotation-1", "rotation-2", "control-1"]
    assert "INCOMPLETE" not in html
    assert "10 requests per second" in words(html)


def test_controls_are_told_with_reasons_and_baseline(runs: list[Run], controls: list[Run]) -> None:
    """A control's row: name, backend, requests, failed, why, what was expected, how long, and the baseline."""
    html = page(report(runs, controls), runs, controls)
    (row,) = table_rows(html, 3)
    failed = len(controls[0].failed)

    assert row[0].startswith("switch-before-publishing")
    assert row[1:4] == ["nginxour configuration", "500", str(failed)]
    assert row[4:6] == [f"{REFUSED} ({failed})", REFUSED]
    assert row[7] == "0"
    assert "1 of 1 controls that fail as they must" in words(html)


def test_control_that_saw_nothing_is_loud(runs: list[Run], controls: list[Run]) -> None:
    """It is not counted among those that fail as they must."""
    made = report(runs, controls)
    made["controls"][0].update(failed=0, reasons={})
    html = page(made, runs, controls)

    assert "none: it saw nothing" in table_rows(html, 3)[0]
    assert '<strong class="loud">0 of 1</strong>' in html


@pytest.mark.parametrize(
    "changed",
    [
        {"incomplete": True},
        {"failed": None},
        {"complaints": ["nginx: 900 of 1000 planned requests were sent"]},
    ],
)
def test_incomplete_proof_is_loud_and_never_stands_beside_0_failed(
    runs: list[Run], controls: list[Run], changed: dict[str, Any]
) -> None:
    """Before the title, at every picture, and instead of every zero; one sign of it is enough."""
    made = {**report(runs, controls), **changed}
    html = page(made, runs, controls)
    shown = words(html)

    alert = next(element for element in read(html).iter("div") if element.get("role") == "alert")
    assert "".join(alert.itertext()).startswith("INCOMPLETE")
    assert shown.index("This run proves nothing") < shown.index("through its whole rotation")
    assert not re.search(r"\b0 failed|failed:? 0\b|no request failed", shown)
    assert [row[2] for row in table_rows(html, 0)] == ["not proven", "not proven"]
    assert table_rows(html, 3)[0][7] == "not proven"
    captions = ["".join(one.itertext()) for one in read(html).iter("figcaption")]
    assert captions == ["Part of an incomplete proof."] * 3
    for complaint in made["complaints"]:
        assert complaint in shown


def test_complaint_of_a_run_alone_makes_the_page_incomplete(runs: list[Run]) -> None:
    """Even if the report forgot it."""
    complaining = replace(runs[0], complaints=["the load generator ended before it was told to"])
    html = page(report(runs), [complaining, runs[1]], [])

    assert "INCOMPLETE" in html
    assert "0 failed" not in words(html)


def test_failures_are_the_title(runs: list[Run]) -> None:
    """One failed request is the news."""
    failing = replace(runs[0], requests=[replace(runs[0].requests[0], failure=REFUSED), *runs[0].requests[1:]])
    html = page(report([failing, runs[1]]), [failing, runs[1]], [])

    assert "1 of 2,000 requests failed" in words(html)
    assert '<strong class="loud">1</strong> failed' in html
    assert "0 failed</h1>" not in html


def test_every_id_is_there_once_and_every_reference_has_its_target(runs: list[Run], controls: list[Run]) -> None:
    """Pictures in one document share a name space."""
    html = page(report(runs, controls), runs, controls)
    ids = Counter(re.findall(r'\bid="([^"]+)"', html))

    assert set(ids.values()) == {1}
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', html)) <= set(ids)


def test_page_loads_nothing_and_runs_nothing(runs: list[Run], controls: list[Run]) -> None:
    """No address but the names of XML namespaces, no script, and a policy that would forbid both."""
    html = page(report(runs, controls), runs, controls)
    bare = re.sub(r'xmlns(:\w+)?="[^"]*"', "", html)

    assert not re.search(r"https?:|//\w|<script|<link|<img|@import|\bsrc=", bare)
    assert "default-src 'none'" in html


def test_foreign_text_cannot_break_the_page(runs: list[Run], controls: list[Run]) -> None:
    """Whatever a backend or Pulumi said is text, on one line."""
    evil = "<script>alert('1')</script> & \x00\x1b[31m\nsecond line"
    made = report(runs, controls)
    made["incomplete"], made["complaints"] = True, [evil]
    made["backends"][0]["name"] = evil
    made["controls"][0].update(name=evil, reasons={evil: 3}, expected=[evil], says=evil)
    made["machine"]["python"] = evil
    html = page(made, runs, controls)

    # The complaint, Python's version, the control's four, and the backend in its six rows.
    assert words(html).count("<script>alert('1')</script> & [31m second line") == 12
    assert "<script" not in html


def test_shapes_certificates_and_counts_are_there_to_unfold(runs: list[Run]) -> None:
    """Without a script."""
    html = page(report(runs), runs, [])
    by_shape, counted = table_rows(html, 1), table_rows(html, 2)

    assert [row[1] for row in by_shape[:4]] == ["keepalive", "long", "new", "resumed"]
    assert sum(int(row[2]) for row in by_shape[:4]) == 1_000
    assert counted[0][-3:] == ["1,000", "1,000", "1,000"]
    assert len(list(read(html).iter("details"))) == 1


def test_too_few_requests_near_a_boundary_are_loud(runs: list[Run]) -> None:
    """The cell names the shape that has the fewest."""
    made = report(runs)
    made["backends"][1]["fewest_near"]["resumed"] = 12
    html = page(made, runs, [])

    assert '<td class="number loud">12 (resumed; 50 wanted)</td>' in html
    assert html.count('class="number loud"') == 1


def test_report_of_nothing_is_a_page() -> None:
    """No backend could be started."""
    made = {**report([]), "failed": None, "incomplete": True, "complaints": ["nginx: ToolMissingError: nginx"]}
    shown = words(page(made, [], []))

    assert "nginx: ToolMissingError: nginx" in shown
    assert "0 failed" not in shown
