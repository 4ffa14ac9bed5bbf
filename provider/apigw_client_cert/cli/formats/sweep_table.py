"""What a sweep found, for people: a line for each certificate with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from apigw_client_cert.cli.formats.terminal import plain_table, printed
from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from apigw_client_cert.cli.live.sweeping import Sweep


def render(sweep: Sweep) -> str:
    """The table, why it was refused, and how it stands."""
    return printed(_parts(sweep))


def _parts(sweep: Sweep) -> Iterator[RenderableType]:
    for label, why in told(sweep.unread):
        yield Text(printable(f"unread  {label}: {why}"))
    if sweep.certificates:
        table = plain_table("CERTIFICATE", "REGION", "VERDICT", "WHY")
        for each in sweep.certificates:
            cells = (each.certificate.id, each.region, each.verdict, f"{each.reason}: {each.message}")
            table.add_row(*map(Text, map(printable, cells)))
        yield table
    for why in sweep.refused:
        yield Text(printable(f"refused: {why}."))
    yield Text(_sum(sweep))


def _sum(sweep: Sweep) -> str:
    verdicts = [one.verdict for one in sweep.certificates]
    if sweep.refused and not verdicts:
        return "Nothing was judged."
    if sweep.applying:
        # Whether a deletion that failed took effect its own message says.
        return f"Deleted: {verdicts.count('deleted')}, failed: {verdicts.count('failed')}."
    if "delete" in verdicts:
        return f"A dry run: --apply would delete {verdicts.count('delete')}, each after another look."
    return "Nothing is left behind."
