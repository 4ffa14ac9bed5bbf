"""A page as headless Chromium draws it, and what it says on its console."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from html import escape
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_SECONDS = 120
_FIRST_HEIGHT = 800

# Flags: https://peter.sh/experiments/chromium-command-line-switches/
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--enable-logging=stderr",
)
# The same for every level: [14020:14020:1124/021236.174306:INFO:CONSOLE:1] "text", source: file:///page.html (1)
_CONSOLE = re.compile(r'^\[[^\]\n]*:CONSOLE[:(]\d+\)?\] (".*?", source: .*? \(\d+\))$', re.MULTILINE | re.DOTALL)
_HEIGHT = re.compile(r"<title>(\d+)</title>")


class ChromiumMissingError(Exception):
    """No Chromium is on PATH; the message says which programs were looked for."""


class ScreenshotError(Exception):
    """Chromium drew nothing; the message is what it said."""


def find_chromium() -> str:
    """The path of the first of ``PROGRAMS`` that is on PATH.

    Raises:
        ChromiumMissingError: None of them is.
    """
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise ChromiumMissingError(f"no Chromium on PATH; looked for {', '.join(PROGRAMS)}")


def screenshot(html_path: Path, png_path: Path, width: int = 1280) -> list[str]:
    """Draw the whole height of the page in a window of this width, in CSS pixels, and write it as PNG.

    Returns:
        What the page said on its console, errors of the browser about it included; empty for a page without fault.

    Raises:
        ChromiumMissingError: No Chromium is on PATH.
        ScreenshotError: It ended without a picture, or not within ``TIMEOUT_SECONDS``.
    """
    program, address = find_chromium(), html_path.resolve().as_uri()
    png_path.unlink(missing_ok=True)
    # Chromium can keep files open for a moment after its main process ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        frame = Path(folder) / "frame.html"
        frame.write_text(_frame(address, width), encoding="utf-8")
        measured = _chromium(
            program,
            folder,
            # Makes a frame's document readable from the file around it.
            "--allow-file-access-from-files",
            f"--window-size={width},{_FIRST_HEIGHT}",
            "--dump-dom",
            frame.as_uri(),
        )
        height = _HEIGHT.search(measured.stdout)
        if height is None:
            raise ScreenshotError(f"{program} did not say how high {html_path} is:\n{measured.stderr}")
        drawn = _chromium(
            program, folder, f"--window-size={width},{height[1]}", f"--screenshot={png_path.resolve()}", address
        )
    if not png_path.exists():
        raise ScreenshotError(f"{program} wrote no {png_path}:\n{drawn.stderr}")
    return [found[1] for found in _CONSOLE.finditer(drawn.stderr)]


def _frame(address: str, width: int) -> str:
    """A page that shows the other one in this width, and whose title becomes the other one's height."""
    return (
        "<!DOCTYPE html><title></title>"
        f'<iframe style="border:0;width:{width}px" src="{escape(address)}"'
        ' onload="document.title = this.contentDocument.documentElement.scrollHeight"></iframe>'
    )


def _chromium(program: str, folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # As root Chromium refuses to start with its sandbox; the page has no script and loads nothing.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        return subprocess.run(
            [program, *_FLAGS, *root, f"--user-data-dir={folder}/profile", *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ScreenshotError(f"{program} did not end within {TIMEOUT_SECONDS} s") from error
