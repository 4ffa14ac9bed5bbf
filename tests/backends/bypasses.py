"""Every way around the check that was tried, and how docs/backends.md shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.backends.bypasses_of_programs import GO, JAVA, NODE, PYTHON
from tests.backends.bypasses_of_servers import APACHE, HAPROXY, NGINX
from tests.backends.client import ACCEPTED

if TYPE_CHECKING:
    from acceptance.servers.backend import Backend

BYPASSES = (*NGINX, *HAPROXY, *APACHE, *NODE, *PYTHON, *GO, *JAVA)


def around(backend: type[Backend]) -> str:
    """The column "around the check" of one server: how many ways are closed, and how many are not."""
    tries = [one.closed for one in BYPASSES if one.backend is backend]
    if not tries:
        return "-"
    opened = f", **{tries.count(False)} open**" if False in tries else ""
    return f"{tries.count(True)} closed{opened}"


def table() -> str:
    """Every way that was tried, for the page."""
    lines = [
        "| Server | What stands beside our lines | stranger | none |",
        "|---|---|---|---|",
        *(f"| {one.backend.kind} | {one.what} | {_cell(one.stranger)} | {_cell(one.none)} |" for one in BYPASSES),
    ]
    return "".join(f"{line}\n" for line in lines)


def _cell(verdict: str) -> str:
    return f"**{verdict}**" if verdict == ACCEPTED else verdict
