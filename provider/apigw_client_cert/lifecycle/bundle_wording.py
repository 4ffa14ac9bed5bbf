"""What a bundle says: of what it keeps and cannot see, and where a target holds what it may not write over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.lifecycle.presenters import Issued
    from apigw_client_cert.rotation.publication import Entry


def kept(name: str, entry: Entry, ids: Sequence[str], *, handed_on: bool) -> str:
    """For whom a certificate stays that no input asks for; ``handed_on`` False: targets are written by others."""
    certificate = ", ".join(ids) or f"{entry.sha256[:16]}…"
    by = f"it is presented by {errors.listed(entry.kept_for)}"
    if not handed_on:
        return (
            f"{name}: certificate {certificate} is not what publish= is given any more, but {by}: also_trust keeps it"
        )
    again = "" if entry.look_again_at is None else f"; looked at again after {format_instant(entry.look_again_at)}"
    return f"{name}: certificate {certificate} stays trusted, because {by}{again}"


def not_published_yet(name: str, ids: Sequence[str], published_by: Sequence[str]) -> str:
    """What the program's own resources do not hold, by their outputs: they did not run, or were not told."""
    # A name, and a digest of where it publishes.
    names = errors.listed(one.rpartition(" ")[0] or one for one in published_by)
    return f"{name}: {errors.listed(ids)} is not in what {names} holds: its wait begins when it is"


def not_looked_up(address: str, gaps: Sequence[str]) -> errors.TargetTaken:
    """The error for a target that holds what somebody wrote, while it could not be seen who presents it."""
    return errors.TargetTaken(
        f"{address} holds certificates that this bundle did not write there, and whose they are could not be seen"
        f" ({errors.listed(gaps, '; ')})",
        means="A stage may present one of them; nothing was written anywhere. take_over does not apply to it.",
        remedy="Allow what is named above, or run again when AWS answers.",
        subject=address,
    )


def taken(address: str) -> errors.TargetTaken:
    """The error for a target that holds something else, and nothing that is known to be trust in use."""
    return errors.TargetTaken(
        f"{address} already holds something that this bundle did not write",
        means="Backends may rely on it; nothing was written anywhere.",
        remedy="If this bundle was renamed or moved in the program, give it (or the component around it) an alias of"
        " its former name. Else choose another place, or set take_over=True to replace the content, with also_trust=[…]"
        " for every certificate in it that must stay trusted.",
        subject=address,
    )


def holds_trust(address: str, one: Issued, users: Sequence[str]) -> errors.TargetTaken:
    """The error for a target that holds live trust of somebody else's."""
    by = f"which is presented by {errors.listed(users)}" if users else "which is alive"
    return errors.TargetTaken(
        f"{address} holds certificate {one.id}, {by}, and this bundle did not write it there",
        means="Writing over it would cut its stages off, now or at their next switch; nothing was written anywhere."
        " take_over does not apply to it.",
        remedy="Two bundles that write to one place undo each other: publish both certificates with one"
        " TrustBundle(certificates=[a, b]), or give each its own place. If nobody publishes that certificate there any"
        " more, add its PEM to also_trust, or remove it from the place by hand once nobody presents it.",
        subject=address,
    )
