"""What a bundle says where a target holds what it may not write over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.lifecycle.presenters import Issued


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
