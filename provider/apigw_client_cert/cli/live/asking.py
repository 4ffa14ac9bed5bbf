"""AWS asked about a whole fleet: each region once, each rotation by its own account's credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_client_cert.cli.live.account import Account, Scope, account_of
from apigw_client_cert.cli.live.known import names_in
from apigw_client_cert.cli.live.region import Region, look
from apigw_client_cert.cli.live.rotations import Said, has_place, live_findings, place_of
from apigw_client_cert.cli.states import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Fleet, Group
    from apigw_client_cert.cli.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What AWS showed, by region; what it did not, and the regions of which it showed nothing at all."""

    regions: dict[str, Region] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def of(self, group: Group) -> Iterator[Said]:
        """What it says of one rotation."""
        if not has_place(group):
            return
        _account, region = place_of(group)
        found = self.regions.get(region or "")
        if found is None and region is None and len(self.regions) == 1:
            found = next(iter(self.regions.values()))
        if found is not None:
            yield from live_findings(group, found)
        elif region not in self.silent:
            yield Unread(group.stack.label, f"AWS was not asked about it: it lives in {region or 'an unknown region'}")

    def accounts(self, fleet: Fleet, scope: Scope, now: datetime) -> tuple[Account, ...]:
        """What the regions hold, whoever owns it."""
        names = names_in(fleet)
        # What could not be read may be the state that names a certificate.
        scope = Scope.SOME if scope is Scope.ALL and fleet.unread else scope
        return tuple(account_of(one, names, scope, now) for one in self.regions.values())


def ask(fleet: Fleet, reach: Reach, *, with_quota: bool = True) -> Seen:
    """Look at every region: those that were named, else those of the states, else boto3's default."""
    named = sorted({region for group in fleet.groups if has_place(group) and (region := place_of(group)[1])})
    wanted: Sequence[str | None] = reach.regions or named or (None,)
    seen = Seen()
    for name in wanted:
        found = look(reach, name, with_quota=with_quota)
        if isinstance(found, Unread):
            seen.unread.append(found)
            seen.silent.add(name or "")
        else:
            seen.regions[found.name] = found
            seen.unread.extend(found.unread)
    return seen
