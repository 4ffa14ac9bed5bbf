"""Pages of which a part is generated: what stands between two marks is replaced, the rest is somebody's text."""

from __future__ import annotations


def between(text: str, begin: str, end: str, generated: str) -> str:
    """``text`` with what stands between the marks replaced.

    Raises:
        ValueError: A mark is missing.
    """
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{begin.strip()} … {end} is missing")
    return f"{before}{begin}{generated}{end}{after}"
