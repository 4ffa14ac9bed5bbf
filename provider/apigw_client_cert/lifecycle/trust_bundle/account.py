"""Whose account a bundle's parameters, objects and secrets are in: the same name in another is another place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.inputs import changed, connection_of, known
from apigw_client_cert.lifecycle.proof import Proof
from apigw_client_cert.lifecycle.trust_bundle.outputs import digests_of, ids_of
from apigw_client_cert.lifecycle.trust_bundle.presenters import UNMADE
from apigw_client_cert.lifecycle.trust_bundle.targets import unlooked
from apigw_client_cert.trust.contents import fingerprints_in, known_by

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.trust_bundle.targets import Place
    from apigw_client_cert.rotation.model import TrustedCertificate

_ANEW = (
    "If they are, and somebody emptied all of it, create the bundle anew: pulumi up --replace with its URN, which"
    " publishes it there."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsAccount:
    """The account of one bundle's targets in one create or update.

    Args:
        gateway: As the targets are reached.
        proof: Where the bundle's own rotations live, if they are reached in the same way.
        recorded: What the bundle's state says; None where it does not.
        written: The addresses of what the bundle has written.
        creating: Whether the bundle is made by this run.
    """

    gateway: Gateway
    proof: Proof
    recorded: str | None
    written: Collection[str]
    creating: bool

    @property
    def account(self) -> str | None:
        """The account to record: one that only answered, and was not seen to hold anything of ours, is not."""
        proven = self.creating or self.proof.seen or self.proof.account_id is not None
        return self.recorded or (self.gateway.account_id() if proven else None)

    def guarded(self, places: Sequence[Place], certificates: Iterable[TrustedCertificate]) -> list[Place]:
        """The places; those in AWS as not looked at, where they may be another account's.

        A target that holds one of ``certificates``, which are the rotations', is proof; so are those themselves.
        """
        there = [place for place in places if place.spec["type"] != "file"]
        if not there or not (self.proof.ids or any(place.address in self.written for place in there)):
            # Nothing of it can be anywhere yet.
            return list(places)
        ours = {pin for one in certificates for pin in known_by(one)}
        if any(not ours.isdisjoint(fingerprints_in(place.found or "")) for place in there):
            self.proof.seen = True
        try:
            self.proof.guard(missing="what this bundle published", otherwise=_ANEW)
        except errors.RotationError as error:
            return [unlooked(one.target, one.spec, error) if one in there else one for one in places]
        return list(places)


def targets_account(
    olds: Mapping[str, Any], news: Mapping[str, Any], connection: Connection, environment: Environment
) -> TargetsAccount | errors.RotationError:
    """Or why AWS cannot be asked; raises ``Refused`` where STS says that it is another account."""
    recorded = known(olds, "accountId")
    alike = _reached_alike(news)
    expected = recorded or next((_way(one).get("accountId") for one in alike), None)
    gateway = environment.reached_gateway(connection, expected)
    if isinstance(gateway, errors.RotationError):
        return gateway
    ways = [way for one in alike if (way := _way(one))]
    # They may live in another region than the targets.
    seen_by = environment.reached_gateway(connection_of(ways[0]), expected) if ways else gateway
    if isinstance(seen_by, errors.RotationError):
        return seen_by
    proof = Proof(
        gateway=seen_by,
        account_id=expected,
        rotation_ids=(),
        ids={one for ids in ids_of(one for one in alike if not one.get(UNMADE)).values() for one in ids},
    )
    return TargetsAccount(
        gateway=gateway, proof=proof, recorded=recorded, written=digests_of(olds, "digests"), creating=not olds
    )


def _reached_alike(news: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rotations whose certificates live where these targets are: reached in the same way, by the same program.

    Another stack's may live anywhere, and are reached by what this stack reaches its own places by.
    """
    same = ("profile", "assumeRoleArn", "endpointUrl")
    return [one for one in news["rotations"] if not one.get("shared") and not changed(_way(one), news, same)]


def _way(rotation: Mapping[str, Any]) -> Mapping[str, Any]:
    return known(rotation, "connection") or {}
