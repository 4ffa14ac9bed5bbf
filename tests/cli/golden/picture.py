"""Draw README.md's picture of the page: ``python -m tests.cli.golden.picture`` writes docs/fleet.webp by Chromium."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import tempfile
from pathlib import Path
from typing import Final

from apigw_client_cert.cli.program import main
from apigw_client_cert.clock import VARIABLE, format_instant
from tests.cli import scenarios
from tests.cli.chromium import chromium

PICTURE: Final = Path(__file__).resolve().parents[3] / "docs" / "fleet.webp"
_WIDTH: Final = 1200


def draw() -> None:
    """Five rotations, with the timeline of the one that is under way open."""
    fleet = scenarios.varied()[:5]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        files = [folder / f"{number}.json" for number in range(len(fleet))]
        for file, content in zip(files, fleet, strict=True):
            file.write_bytes(content)
        os.environ[VARIABLE] = format_instant(scenarios.day(scenarios.BUSY_DAY))
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            main(["status", "--format", "html", *map(str, files)])
        page = folder / "page.html"
        page.write_text(said.getvalue())
        with chromium(folder / "profile") as browser:
            browser.call(
                "Emulation.setDeviceMetricsOverride", width=_WIDTH, height=800, deviceScaleFactor=1, mobile=False
            )
            browser.open(page)
            browser.evaluate("document.querySelectorAll('details')[3].open = true")
            height = browser.evaluate("document.body.scrollHeight - 30")
            clip = {"x": 0, "y": 0, "width": _WIDTH, "height": height, "scale": 1}
            shot = browser.call(
                "Page.captureScreenshot", format="webp", quality=75, clip=clip, captureBeyondViewport=True
            )
    PICTURE.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    draw()
