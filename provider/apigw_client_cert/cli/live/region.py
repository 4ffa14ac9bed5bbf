"""One account and region as AWS shows it: its certificates, who presents them, and how many there may be."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.gateway.interface import Usage
from apigw_client_cert.gateway.wait_limit import WaitLimit, with_wait_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apigw_client_cert.cli.reach import Reach
    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate, StageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What was seen.

    ``certificates`` are None where they could not be listed, ``quota`` None where Service Quotas does not say.
    ``usage`` has what could not be seen as gaps: who presents nothing by it may present anything then.
    """

    name: str
    account_id: str | None
    gateway: Gateway
    certificates: Mapping[str, IssuedCertificate] | None
    usage: Usage
    quota: int | None
    unread: tuple[Unread, ...] = ()

    @property
    def label(self) -> str:
        """What messages call it."""
        return _label(self.account_id, self.name)

    def presenters(self, certificate_id: str) -> tuple[str, ...]:
        """The stages that were seen to present it."""
        return tuple(str(one) for one in self.usage.users.get(certificate_id, ()))

    def presented(self, stage: StageRef) -> str | None:
        """What the scan saw the stage present; None for nothing, and where it saw no such stage."""
        return next((one for one, stages in self.usage.users.items() if stage in stages), None)


def _label(account_id: str | None, region: str) -> str:
    return f"{account_id or 'account unknown'}/{region}"


def look(reach: Reach, name: str | None, *, with_quota: bool) -> Region | Unread:
    """Ask AWS: the account, every certificate, every stage. Calls wait and are sent again as in a run."""
    from apigw_client_cert.gateway.client import client_for, gateway_for  # noqa: PLC0415 - states alone need no boto3
    from apigw_client_cert.gateway.pacing import keep_pace  # noqa: PLC0415 - as above
    from apigw_client_cert.gateway.quota import certificate_quota  # noqa: PLC0415 - as above

    connection = reach.connection(name)
    with progress(name or "AWS"):
        try:
            gateway, client = gateway_for(connection), client_for(connection)
            keep_pace(client)
            account_id = gateway.account_id()
        except errors.RotationError as error:
            return Unread(name or "AWS", str(error))
        label = _label(account_id, gateway.region)
        unread = []
        certificates: dict[str, IssuedCertificate] | None = None
        try:
            certificates = {one.id: one for one in gateway.list_certificates()}
        except errors.RotationError as error:
            unread.append(Unread(label, f"its client certificates: {error}"))
        try:
            usage = gateway.scan()
        except errors.RotationError as error:
            usage = Usage(users={}, gaps=(str(error),))
        if usage.gaps:
            unread.append(Unread(label, f"who presents what: {errors.joined(usage.gaps, '; ')}"))
        return Region(
            name=gateway.region,
            account_id=account_id,
            gateway=gateway,
            certificates=certificates,
            usage=usage,
            quota=certificate_quota(client) if with_quota else None,
            unread=tuple(unread),
        )


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Says on a terminal what is waited for or looked at meanwhile: hundreds of APIs take a minute."""
    if not sys.stderr.isatty():
        yield
        return

    def say(line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{errors.printable(f'{what}: {line}')}")
        sys.stderr.flush()

    try:
        with with_wait_limit(WaitLimit(say=say)):
            yield
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
