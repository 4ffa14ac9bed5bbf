"""What the JSON document of every report begins and ends with; what stands between is each command's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.cli.exit_status import ExitStatus
    from apigw_client_cert.cli.states import Unread


class Framed(Protocol):
    """What every report has: as of when it is, how the command ends, and what could not be read."""

    @property
    def now(self) -> datetime:
        """As of when."""

    @property
    def exit_status(self) -> ExitStatus:
        """How the command ends."""

    @property
    def unread(self) -> Sequence[Unread]:
        """What could not be read."""


def framed(report: Framed, content: Mapping[str, Any], *, version: int, asked: Mapping[str, Any] | None = None) -> str:
    """The document as text; JSON escapes what a terminal would obey.

    Args:
        report: What it tells.
        content: What is this command's own.
        version: Of the schema, raised where a property is renamed, dropped or means something else; new ones come
            without.
        asked: What the command was asked, besides the instant.
    """
    document = {
        "schemaVersion": version,
        "asOf": format_instant(report.now),
        **(asked or {}),
        "exitStatus": int(report.exit_status),
        **content,
        "unread": [{"stack": one.label, "why": one.said} for one in report.unread],
    }
    return f"{json.dumps(document, indent=2)}\n"
