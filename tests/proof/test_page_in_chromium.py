"""The page of a proof as a browser draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from tests.backends.backend import ToolMissingError
from tests.backends.missing import tools_wanted
from tests.proof.synthetic import control_run, report, rotation_run
from tools.proof.observed import NEW, OLD
from tools.proof.page import page
from tools.proof.picture import COLOURS, FAILED
from tools.proof.screenshot import ChromiumMissingError, find_chromium, screenshot

if TYPE_CHECKING:
    from pathlib import Path

    from tools.proof.observed import Run

WIDTH = 1280


@pytest.fixture(autouse=True)
def _chromium() -> None:
    with tools_wanted():
        try:
            find_chromium()
        except ChromiumMissingError as error:
            raise ToolMissingError("chromium") from error


def drawn(folder: Path, runs: list[Run], controls: list[Run]) -> Any:
    """The pixels of a proof's page, rows of columns of (red, green, blue) from 0 to 1; the console has to be empty."""
    source, target = folder / "proof.html", folder / "proof.png"
    source.write_text(page(report(runs, controls), runs, controls), encoding="utf-8")
    assert screenshot(source, target, WIDTH) == []
    return imread(target)[:, :, :3]


def columns(pixels: Any, colour: str) -> Any:
    """The x of every pixel of exactly this colour."""
    return (abs(pixels - to_rgb(colour)).max(axis=2) < 1 / 255).nonzero()[1]


def test_failures_are_red_on_the_screen_in_their_window_and_nowhere_in_a_clean_proof(tmp_path: Path) -> None:
    """The clean page has not one pixel of that red; in the control's picture all of them are in the window.

    The control fails from 40 % to 70.5 % of its time; the axis goes from where blue starts to where orange ends.
    """
    clean = drawn(tmp_path, [rotation_run(requests=2_000)], [])
    assert len(columns(clean, FAILED)) == 0

    control = drawn(tmp_path, [], [control_run(requests=2_000)])
    red = columns(control, FAILED)
    assert len(red) > 500
    # The few that may lie elsewhere are the legend's dots.
    left, right = columns(control, COLOURS[OLD]).min(), columns(control, COLOURS[NEW]).max()
    inside = (red > left + 0.39 * (right - left)) & (red < left + 0.73 * (right - left))
    assert inside.mean() > 0.95


def test_old_certificate_is_left_and_new_one_right_of_the_switch(tmp_path: Path) -> None:
    """The colours change at 45 % of the axis, and cover most of the picture."""
    pixels = drawn(tmp_path, [rotation_run(requests=2_000)], [])
    old, new = columns(pixels, COLOURS[OLD]), columns(pixels, COLOURS[NEW])
    left, right = old.min(), new.max()

    assert right - left > 0.75 * WIDTH
    switch = left + 0.46 * (right - left)
    assert (old < switch).mean() > 0.98
    assert (new > switch).mean() > 0.98


def test_colours_are_stacked_while_both_certificates_are_presented(tmp_path: Path) -> None:
    """At a constant rate both together are as high as one alone."""
    pixels = drawn(tmp_path, [rotation_run(requests=4_000, spread=30.0)], [])
    old, new = (np.bincount(columns(pixels, COLOURS[name]), minlength=WIDTH) for name in (OLD, NEW))
    height = old.max()
    left, right = old.nonzero()[0].min(), new.nonzero()[0].max()
    mixed = slice(int(left + 0.52 * (right - left)), int(left + 0.7 * (right - left)))

    assert np.median(old[mixed]) > 0.2 * height
    assert np.median(new[mixed]) > 0.2 * height
    assert np.median((old + new)[mixed]) > 0.95 * height


def test_screenshot_is_as_high_as_the_page(tmp_path: Path) -> None:
    """More runs make a higher picture of the same width, and its last line is the page's end."""
    one = drawn(tmp_path, [rotation_run(requests=500)], [])
    three = drawn(tmp_path, [rotation_run(requests=500)] * 3, [])

    assert one.shape[1] == three.shape[1] == WIDTH
    assert three.shape[0] > one.shape[0] + 2 * 400


def test_what_a_page_says_on_its_console_is_returned(tmp_path: Path) -> None:
    """An empty list from the other tests means something: a blocked image and a script's error are in it."""
    source = tmp_path / "faulty.html"
    source.write_text(
        "<!DOCTYPE html><html><head><meta http-equiv='Content-Security-Policy' content=\"img-src 'none'\"></head>"
        "<body><img src='picture.png'><script>console.error('one\\ntwo'); missing();</script></body></html>"
    )
    said = screenshot(source, tmp_path / "faulty.png")

    assert [message for message in said if "violates the following Content Security Policy" in message]
    assert [message for message in said if "one\ntwo" in message]
    assert [message for message in said if "missing is not defined" in message]


def test_without_chromium_the_error_names_what_was_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every program that would have done."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ChromiumMissingError, match="chromium, chromium-browser, google-chrome"):
        screenshot(tmp_path / "page.html", tmp_path / "page.png")
