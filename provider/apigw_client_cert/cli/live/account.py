"""What an account's region holds, whoever owns it: each certificate, and what there is to say of those in no state."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from apigw_client_cert import errors
from apigw_client_cert.cli.exit_status import ExitStatus, worst, worst_first
from apigw_client_cert.cli.findings.finding import Urgency
from apigw_client_cert.cli.live.known import is_named
from apigw_client_cert.gateway.acm import is_acm
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.gateway.quota import DEFAULT_QUOTA
from apigw_client_cert.lifecycle.ownership import INFORMATION
from apigw_client_cert.rotation.messages import date, distance
from apigw_client_cert.rotation.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from apigw_client_cert.cli.live.region import Region
    from apigw_client_cert.gateway.interface import IssuedCertificate

#: When a rotation would have begun to replace it.
NEAR_ITS_END: Final = Policy().rotate_before


class Scope(enum.Enum):
    """Which states were read: what is in none of them is nobody's only where they are all."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFinding:
    """One thing to say that belongs to no rotation that was read; ``reason`` is a stable word."""

    reason: str
    urgency: Urgency
    message: str
    certificate: str | None = None

    @property
    def exit_status(self) -> ExitStatus:
        """That of its urgency."""
        return self.urgency.exit_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One certificate of the account.

    ``in_state`` None: no state was asked for. There may be more in ``presented_by`` unless ``all_seen``.
    """

    id: str
    created: datetime
    expires: datetime
    presented_by: tuple[str, ...]
    tags: Mapping[str, str]
    in_state: bool | None
    all_seen: bool

    @property
    def rotation_id(self) -> str | None:
        """Whose tag of ours it carries."""
        return self.tags.get(ROTATION_ID_TAG)

    @property
    def managed_by(self) -> str | None:
        """``project/stack name`` of a rotation, else the tags that others gave it; None where it has neither."""
        if self.rotation_id is not None:
            return f"apigw-client-cert {rotation_by_tags(self.tags)}"
        return ", ".join(f"{key}={value}" for key, value in sorted(self.tags.items())) or None


def rotation_by_tags(tags: Mapping[str, str]) -> str:
    """``project/stack name`` as the tags say, which are information only; the rotation's id where they say nothing."""
    project, stack, name = (tags.get(INFORMATION[key], "") for key in ("project", "stack", "name"))
    place = "/".join(filter(None, (project, stack)))
    return " ".join(filter(None, (place, name))) or f"rotation {tags.get(ROTATION_ID_TAG, 'unknown')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A region of an account; ``certificates`` None: they could not be listed. ``quota_read`` False: it is AWS's 60."""

    account_id: str | None
    region: str
    certificates: tuple[Listed, ...] | None
    all_seen: bool
    quota: int
    quota_read: bool
    findings: tuple[AccountFinding, ...]
    label: str

    @property
    def exit_status(self) -> ExitStatus:
        """The worst of its findings."""
        return worst(one.exit_status for one in self.findings)


def account_of(region: Region, names: frozenset[str], scope: Scope, now: datetime) -> Account:
    """What this region holds, with its findings, the worst first."""
    certificates = None
    if region.certificates is not None:
        listed = [_listed(one, region, names, scope) for one in region.certificates.values()]
        certificates = tuple(sorted(listed, key=lambda one: (one.expires, one.id)))
    quota = DEFAULT_QUOTA if region.quota is None else region.quota
    found = [
        *(finding for one in certificates or () if (finding := _unmanaged(one, scope, now)) is not None),
        *_presented_and_gone(region, names),
        *_quota(region, certificates, quota),
    ]
    return Account(
        account_id=region.account_id,
        region=region.name,
        certificates=certificates,
        all_seen=not region.usage.gaps,
        quota=quota,
        quota_read=region.quota is not None,
        findings=worst_first(found),
        label=region.label,
    )


def _listed(one: IssuedCertificate, region: Region, names: frozenset[str], scope: Scope) -> Listed:
    return Listed(
        id=one.id,
        created=one.created_date,
        expires=one.expiration_date,
        presented_by=region.presenters(one.id),
        tags=one.tags,
        in_state=None if scope is Scope.NONE else is_named(one, names),
        all_seen=not region.usage.gaps,
    )


def _unmanaged(one: Listed, scope: Scope, now: datetime) -> AccountFinding | None:
    """What there is to say of a certificate that no state names."""
    ours = one.rotation_id is not None
    # Of a stack that was not read: its own state says what is due.
    nobodys = not ours or scope is Scope.ALL
    users = f"presented by {errors.joined(one.presented_by) or 'no stage'}{'' if one.all_seen else ' that was seen'}"
    if one.in_state:
        return None
    if nobodys and one.presented_by and one.expires - now < NEAR_ITS_END:
        message = (
            f"certificate {one.id} {'expired' if one.expires <= now else 'expires'} {date(one.expires)},"
            f" {distance(one.expires - now)}, is {users}, and no rotation"
            f"{' whose state was read' if ours else ''} replaces it"
        )
        return AccountFinding(reason="expires-unmanaged", urgency=Urgency.PERSON, message=message, certificate=one.id)
    if scope is Scope.NONE:
        return None
    ends = f"expires {date(one.expires)}"
    if not ours:
        tags = f", with the tags {one.managed_by}" if one.managed_by else ""
        message = f"certificate {one.id} is of no rotation{tags}: {users}, {ends}"
        return AccountFinding(reason="foreign", urgency=Urgency.NOTE, message=message, certificate=one.id)
    message = f"certificate {one.id} of {rotation_by_tags(one.tags)}, as its tags say, is in no state that was read"
    reason = "orphan" if scope is Scope.ALL else "of-another-stack"
    return AccountFinding(
        reason=reason, urgency=Urgency.NOTE, message=f"{message}: {users}, {ends}", certificate=one.id
    )


def _presented_and_gone(region: Region, names: frozenset[str]) -> Iterator[AccountFinding]:
    """Stages that name what no longer exists; those of a rotation that was read are said there."""
    if region.certificates is None:
        return
    for one in region.usage.users:
        if one in region.certificates or one in names or is_acm(one):
            continue
        try:
            # It may have been made since the list.
            found = region.gateway.get(one)
        except errors.RotationError:
            continue
        if found is None:
            message = f"{errors.joined(region.presenters(one))} presents {one}, which is not there any more"
            yield AccountFinding(reason="presents-gone", urgency=Urgency.PERSON, message=message, certificate=one)


def _quota(region: Region, certificates: tuple[Listed, ...] | None, quota: int) -> Iterator[AccountFinding]:
    if certificates is None or len(certificates) < quota:
        return
    known = "" if region.quota is not None else " (AWS's default: Service Quotas could not be read)"
    message = f"{len(certificates)} certificates of a quota of {quota}{known}: no successor can be issued"
    yield AccountFinding(
        reason="quota",
        # An account that was granted more may be far from full.
        urgency=Urgency.PERSON if region.quota is not None else Urgency.NOTE,
        message=message,
    )
