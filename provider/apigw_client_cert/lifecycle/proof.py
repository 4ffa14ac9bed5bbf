"""Whether what a run sees is the account that a rotation lives in.

In another account everything of ours reads as deleted. So "not found" says something only where the account is proven:
STS names the one that is recorded, or something of the rotation is seen there in the same run. STS may be out of reach
for good; then the sight alone has to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate
    from apigw_client_cert.rotation.model import Rotation

_ADOPT = (
    "If they are, and everything of it was deleted, generate a certificate (aws apigateway generate-client-certificate)"
    " and name it in adopt_client_certificate_id."
)
#: Where the resource is to go, and is not to be found.
FORGET = (
    "If they are, or if nothing of it is to be kept, let Pulumi forget it: pulumi state delete, which deletes nothing"
    " in AWS."
)


@dataclass(slots=True, kw_only=True)
class Proof:
    """Where a rotation lives, and whether it was seen there.

    Args:
        gateway: Where this run looks.
        account_id: The account that state records; None where no run could record one.
        rotation_ids: What the certificates' tags say.
        ids: What state knows by its id.
        seen: Whether a look has seen something of it in this run.
    """

    gateway: Gateway
    account_id: str | None
    rotation_ids: Collection[str]
    ids: Collection[str]
    seen: bool = False

    @property
    def account(self) -> str | None:
        """The account to record: none that only answered, and was not seen to hold anything of ours."""
        return self.account_id or (self.gateway.account_id() if self.seen else None)

    def shown(self, found: Iterable[IssuedCertificate]) -> bool:
        """Whether one of these is the rotation's, by its id or its tag."""
        self.seen = self.seen or any(
            one.id in self.ids or one.tags.get(ROTATION_ID) in self.rotation_ids for one in found
        )
        return self.seen

    def presented(self, ids: Iterable[str]) -> bool:
        """Whether a stage was seen to present one that state knows."""
        self.seen = self.seen or not set(self.ids).isdisjoint(ids)
        return self.seen

    def _by_id(self) -> Iterator[IssuedCertificate]:
        """What is found by the ids that state knows: a call each, until one is found."""
        return (found for one in sorted(self.ids) if (found := self.gateway.get(one)) is not None)

    def guard(self, found: Iterable[IssuedCertificate] = (), *, missing: str = "", otherwise: str = _ADOPT) -> None:
        """Raise ``NotProven`` where nothing says that this is the right account.

        Args:
            found: What a look has found; what state knows is asked for by its id where neither this nor STS is proof.
            missing: What was not found, as words; else the certificates.
            otherwise: What to do where it is gone indeed.
        """
        if self.seen or (self.account_id is not None and self.gateway.account_id() == self.account_id):
            return
        # A list that is behind the times must not make this a strange account.
        if not (self.shown(found) or self.shown(self._by_id())):
            raise self._not_proven(missing or self._certificates, otherwise)

    @property
    def _certificates(self) -> str:
        if not self.ids:
            return f"rotation {errors.joined(sorted(self.rotation_ids))}"
        return f"certificate {errors.joined(sorted(self.ids))}"

    def _not_proven(self, missing: str, otherwise: str) -> errors.NotProven:
        if self.account_id is None:
            unsaid, there = "in which account it lives was never recorded", "the account that it was made in"
            reach = ""
        else:
            there = f"account {account_as_recorded(self.account_id)}"
            unsaid = f"STS does not say whether these credentials belong to {there}"
            reach = ", and let the runner reach STS (sts:GetCallerIdentity)"
        return errors.NotProven(
            f"Whether {missing} is gone cannot be told: nothing of its rotation is found in {self.gateway.region}, and"
            f" {unsaid}",
            means="In another account everything of ours reads as deleted, so nothing is taken for lost.",
            remedy=f"Run with the credentials of {there}{reach}. {otherwise}",
            subject=missing,
        )


def account_as_recorded(account_id: object) -> str:
    """An account out of state, which a hand may have edited, for a message."""
    return str(account_id) if re.fullmatch(r"[0-9]{12}", str(account_id), re.ASCII) else errors.safe_repr(account_id)


def proof_of(gateway: Gateway, props: Mapping[str, Any], rotation: Rotation) -> Proof:
    """For one rotation and its state."""
    return Proof(
        gateway=gateway,
        account_id=known(props, "accountId"),
        rotation_ids=(rotation.rotation_id,),
        ids=[one.id for one in rotation.generations],
    )
