"""The picture of a run: what is on it, that it stays small, and that the same run draws the same picture."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from acceptance.load.aggregates import DOTS_DRAWN_SINGLY, OTHER, Dot, failure_dots, lanes, marks, rates, shapes
from acceptance.load.observed import NEW, OLD, Event, Run
from acceptance.load.picture import COLOURS, FAILED, rotation_figure
from tests.acceptance.load.synthetic import REFUSED, START, control_run, one_way_run, rotation_run

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Every text of the picture."""
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own


def dots_drawn(svg: str) -> int:
    """Red marks among the failures, the legend left out."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("id", "").startswith("failed-")]  # noqa: S314 - our own
    return sum(FAILED in use.get("style", "") for group in groups for use in group.iter(f"{SVG}use"))


def with_failures(count: int) -> Run:
    """A small rotation of which the first ``count`` requests failed."""
    run = rotation_run(requests=1_000, seconds=20.0)
    run.requests[:count] = [replace(request, failure=REFUSED) for request in run.requests[:count]]
    return run


def test_clean_run_says_its_counts_and_draws_no_failure() -> None:
    """Requests and failures are in the title, and nothing is red."""
    svg = rotation_figure(rotation_run(requests=1_000, seconds=20.0))

    assert "1,000 requests, 0 failed" in texts(svg)
    assert "no request failed" in texts(svg)
    assert dots_drawn(svg) == 0
    assert FAILED not in svg


@pytest.mark.parametrize("count", [1, 7, DOTS_DRAWN_SINGLY])
def test_few_failures_are_one_dot_each(count: int) -> None:
    """Up to the limit nothing is aggregated."""
    svg = rotation_figure(with_failures(count))

    assert dots_drawn(svg) == count
    assert f"1,000 requests, {count:,} failed" in texts(svg)
    assert "no request failed" not in texts(svg)


def test_many_failures_are_fewer_dots_whose_counts_add_up() -> None:
    """Thousands of failures stay a few hundred marks, and none is lost."""
    run = control_run()
    dots = failure_dots(run)

    assert sum(dot.count for dot in dots) == len(run.failed) > DOTS_DRAWN_SINGLY
    assert dots_drawn(rotation_figure(run)) == len(dots) < len(run.failed)
    assert {dot.shape for dot in dots} == {"new", "keepalive", "resumed", "long"}


def test_failure_that_the_data_plane_never_saw_is_drawn() -> None:
    """A request without a shape has a row of its own."""
    run = with_failures(0)
    run.requests[10] = replace(run.requests[10], shape="", certificate="", failure="no answer: reset")

    assert failure_dots(run) == [Dot(run.requests[10].sent - START, "unrecorded", 1)]
    assert shapes(run)[-1] == "unrecorded"
    assert "unrecorded" in texts(rotation_figure(run))


def test_rates_add_up_to_the_requests_of_each_certificate() -> None:
    """The area under each colour is its number of requests; names that are neither old nor new share one."""
    run = rotation_run(requests=1_000, seconds=20.0)
    run.requests[0] = replace(run.requests[0], certificate="abc123")
    edges, series = rates(run)
    width = edges[1] - edges[0]

    for name, counted in (
        (OLD, sum(request.certificate == OLD for request in run.requests)),
        (NEW, sum(request.certificate == NEW for request in run.requests)),
        (OTHER, 1),
    ):
        assert sum(series[name]) * width == pytest.approx(counted)
    assert len(edges) == 41
    assert edges[-1] == pytest.approx(run.requests[-1].sent - START)


def test_certificates_have_their_colours_and_absent_ones_no_legend() -> None:
    """Blue, orange, grey: only what was presented."""
    rotated, one_way = rotation_figure(rotation_run(requests=1_000)), rotation_figure(one_way_run())

    assert COLOURS[OLD] in rotated
    assert COLOURS[NEW] in rotated
    assert COLOURS[OTHER] not in rotated
    assert OTHER in texts(one_way)
    assert "old certificate" not in texts(one_way)


def test_phases_calls_and_steps_are_named() -> None:
    """Everything that was done has its label, and every phase its band."""
    found = texts(rotation_figure(rotation_run(requests=1_000)))

    assert [text for text in found if text in {"steady", "published", "overlapping"}] == [
        "steady",
        "published",
        "overlapping",
        "steady",
    ]
    for label in ("generate: new", "publish: trust", "reload: old + new", "PATCH: dev, prod", "DELETE: old"):
        assert label in found
    assert [text for text in found if text.startswith("pulumi up: ")] == [
        "pulumi up: issue",
        "pulumi up: activate",
        "pulumi up: confirm",
        "pulumi up: retire",
    ]


def test_window_of_a_control_is_named() -> None:
    """A control's band says where failures may be."""
    assert "window" in texts(rotation_figure(control_run(requests=500)))


def test_labels_within_a_second_take_different_lanes() -> None:
    """Three things at once: the first one's label is the highest, and no line runs through another label."""
    assert lanes([(10.0, 6.0), (10.3, 6.0), (10.6, 6.0)]) == [2, 1, 0]
    assert lanes([(0.0, 1.0), (5.0, 1.0)]) == [0, 0]
    assert lanes([]) == []


def test_no_label_touches_another_one_or_a_line() -> None:
    """Whatever happens when, however long the labels are."""
    chance = random.Random(4)  # noqa: S311 - cases to try, the same every time
    for _ in range(200):
        flags = [(chance.uniform(0, 100), chance.uniform(1, 12)) for _ in range(chance.randint(1, 12))]
        flags.sort()
        placed = list(zip(flags, lanes(flags), strict=True))
        for (start, width), lane in placed:
            crossed = [other for (line, _), other in placed if start < line <= start + width and other >= lane]
            assert not crossed


def test_same_calls_close_together_share_a_label_and_keep_their_marks() -> None:
    """Two PATCHes are one label with both names; with too much to say it is their number."""
    run = rotation_run(requests=1_000, seconds=20.0)
    run.events = [
        Event(kind="PATCH", label=label, start=START + at, end=START + at)
        for at, label in ((5.0, "dev"), (5.2, "prod"), (9.0, "a-stage-with-a-long-name"), (9.1, "another-long-name"))
    ]

    assert [(mark.text, len(mark.at)) for mark in marks(run)] == [("PATCH: dev, prod", 2), ("PATCH, 2 times", 2)]


def test_what_was_done_before_the_load_is_left_out() -> None:
    """The first certificate is made before the first request."""
    run = rotation_run(requests=1_000, seconds=20.0)
    run.events = [Event(kind="generate", label=OLD, start=START - 30, end=START - 30)]

    assert marks(run) == []
    assert "generate: old" not in texts(rotation_figure(run))


@pytest.mark.parametrize("whole_proof", [False, True])
def test_incomplete_run_is_loud_and_claims_no_absence_of_failures(*, whole_proof: bool) -> None:
    """By its own complaint, or because the proof that it belongs to is incomplete."""
    run = rotation_run(requests=1_000)
    run.complaints = [] if whole_proof else ["the load generator ended before it was told to"]
    svg = rotation_figure(run, incomplete=whole_proof)

    assert "INCOMPLETE, proves nothing: 1,000 requests" in texts(svg)
    assert all(complaint in texts(svg) for complaint in run.complaints)
    assert "0 failed" not in svg
    assert "no request failed" not in svg


def test_failures_of_an_incomplete_run_are_told_and_drawn() -> None:
    """Incomplete hides nothing."""
    svg = rotation_figure(with_failures(7), incomplete=True)

    assert "INCOMPLETE, proves nothing: 1,000 requests, 7 failed" in texts(svg)
    assert dots_drawn(svg) == 7


def test_run_without_a_request_is_a_picture_that_says_so() -> None:
    """The load generator may die at once."""
    run = Run(name="nginx", backend="nginx", planned_requests=10, rate=1.0, complaints=["nothing was sent"])

    assert "no request" in texts(rotation_figure(run))
    assert "0 failed" not in rotation_figure(run)


def test_same_run_gives_the_same_text_without_a_date() -> None:
    """A picture in a repository changes with the run only."""
    first = rotation_figure(control_run(requests=500))

    assert first == rotation_figure(control_run(requests=500))
    assert not re.search(r"dc:date|Matplotlib v", first)


@pytest.mark.parametrize("share_failed", [0, 2, 1])
def test_picture_of_15000_requests_stays_below_300_kilobytes(share_failed: int) -> None:
    """With no failure, with every second request failed, and with all of them failed."""
    run = rotation_run(requests=15_000)
    if share_failed:
        run.requests = [
            replace(request, failure=REFUSED) if place % share_failed == 0 else request
            for place, request in enumerate(run.requests)
        ]

    assert len(rotation_figure(run).encode()) < 300_000


def test_foreign_text_cannot_break_the_picture() -> None:
    """Markup, control characters and what matplotlib reads as mathematics are plain text."""
    run = rotation_run(backend='<b>"&</b> $x_1$', requests=500, seconds=20.0)
    run.events = [Event(kind="publish", label="</text>\x00$\\frac$", start=START + 5, end=START + 5)]
    run.complaints = ["line one\nline two \x1b[31m"]
    found = texts(rotation_figure(run))

    assert '<b>"&</b> $x_1$' in found
    assert "publish: </text> $\\frac$" in found
    assert "line one line two [31m" in found


def test_picture_loads_nothing() -> None:
    """The only addresses are names of XML namespaces."""
    bare = re.sub(r'xmlns(:\w+)?="[^"]*"', "", rotation_figure(control_run(requests=500)))

    assert not re.search(r"https?:|<image|<!DOCTYPE", bare)
