"""What a binding or a bundle has not heard of its certificate: in another stack, or where its own run ended before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.cli.findings.dates import untold_since
from apigw_client_cert.cli.findings.finding import StatusFinding, Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.cli.resources import Certificate
    from apigw_client_cert.cli.states import StackState


def follow(
    owner: Certificate, stack: StackState, line: str, *, happened: datetime | None, now: datetime
) -> StatusFinding:
    """That the next update of ``stack`` does it; ``happened`` None: nothing dates what the owner did.

    Then a stack that was written since has not followed, and nobody knows for how long.
    """
    if happened is None and _written_since(owner.stack, stack):
        line = f"{line}; nothing was done about it since the certificate's own run"
        return StatusFinding(stack=stack, reason="not-followed", urgency=Urgency.PERSON, message=line, run=True)
    since = untold_since(stack, happened, now)
    return StatusFinding(stack=stack, reason="follow", urgency=Urgency.DUE, message=line, since=since, run=True)


def _written_since(owner: StackState, stack: StackState) -> bool:
    if owner is stack:
        return True
    return owner.written_at is not None and stack.written_at is not None and stack.written_at >= owner.written_at
