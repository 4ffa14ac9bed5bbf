"""How a picture is written: its look, the room that its texts take, and SVG that is the same for the same picture."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING, Any

from matplotlib import style
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from matplotlib.figure import Figure

FONT_SIZE = 9.0
INK, FAINT = "#22272b", "#6b747c"
# Any: releases type the keys differently.
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "apigw-client-cert",
    # Text stays text: a third of the size, and a reader can search it. Widths are DejaVu's, the widest of these.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
    "font.size": FONT_SIZE,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


def drawing() -> AbstractContextManager[None]:
    """Matplotlib's own defaults and the look of these pictures, whatever the user has configured."""
    return style.context(["default", _STYLE])


def width_of(text: str, size: float = FONT_SIZE, weight: str = "normal") -> float:
    """Points, in the widest of the fonts that may be used; inside ``drawing``."""
    if not text.strip():
        return 0.0
    return float(TextPath((0, 0), text, size=size, prop=FontProperties(weight=weight)).get_extents().x1)


def written(figure: Figure, label: str) -> str:
    """Without date, version and document type: the text can stand in a page, and changes only with the run."""
    document = io.StringIO()
    figure.savefig(document, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = document.getvalue()
    return text[text.index("<svg ") :].replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
