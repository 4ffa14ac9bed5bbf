"""Who presents which certificate, for what a trust bundle may have to withdraw (invariant 12).

A bundle knows fingerprints, a stage knows an id. The list of certificates says which id is which fingerprint, and the
in-use scan which stage presents which id: both as the *certificates'* connection sees them, not the targets'.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import is_acm
from apigw_client_cert.lifecycle.inputs import connection_of, known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID
from apigw_client_cert.lifecycle.proof import Proof
from apigw_client_cert.lifecycle.state import undamaged
from apigw_client_cert.lifecycle.trust_bundle.outputs import ids_of
from apigw_client_cert.trust.contents import known_by
from apigw_client_cert.trust.x509 import trusted_certificate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate, Usage
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.rotation.model import TrustedCertificate


#: Marks a rotation whose certificates are about to be made: where they will be is where this looks.
UNMADE = "unmade"


class Issued(NamedTuple):
    """A certificate of API Gateway's: its id, whose it is by its tag, and what backends know of it."""

    id: str
    rotation_id: str | None
    certificate: TrustedCertificate
    known_by: frozenset[str]


@dataclass(slots=True)
class Presenters:
    """What one look saw: the certificates of every account concerned, and who presents them.

    ``ids`` are ids that state knows: SHA-256 -> ids, also of certificates that AWS no longer lists.
    """

    ids: Mapping[str, Collection[str]]
    issued: list[Issued] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def of(self, certificate: TrustedCertificate) -> tuple[str, ...]:
        """Who presents it, as words; what could not be seen counts.

        A certificate that no account lists, and that state knows no id of, is none of API Gateway's.
        """
        seen = {user for usage in self.usages for one in self._ids_of(certificate) for user in usage.of(one)}
        return tuple(sorted({*seen, *self.gaps}))

    def knows(self, certificate: TrustedCertificate) -> bool:
        """Whether a list has it, or state knows an id of it."""
        return bool(self._ids_of(certificate))

    def _ids_of(self, certificate: TrustedCertificate) -> set[str]:
        return {*self.ids.get(certificate.sha256, ()), *(one.id for one in self.named({certificate.sha256}))}

    def named(self, fingerprints: Collection[str]) -> list[Issued]:
        """The certificates that a text means by these fingerprints."""
        return [one for one in self.issued if not one.known_by.isdisjoint(fingerprints)]


def presenters(rotations: Iterable[Mapping[str, Any]], default: Connection, environment: Environment) -> Presenters:
    """Look once at every account in which one of these rotations lives.

    Args:
        rotations: As among a bundle's inputs or in its state: ``rotationId``, ``generations`` and ``connection``.
        default: For rotations that do not say how they connect.
        environment: The world outside.

    What cannot be read becomes a gap, another account's credentials included; no error of AWS's is raised.
    """
    rotations = list(rotations)
    found = Presenters(ids=ids_of(rotations))
    for way, there in _by_way(rotations, default).items():
        _look(way, there, environment, found)
    return found


def _by_way(
    rotations: Iterable[Mapping[str, Any]], default: Connection
) -> dict[tuple[Connection, str | None], list[Mapping[str, Any]]]:
    ways: dict[tuple[Connection, str | None], list[Mapping[str, Any]]] = {}
    for rotation in rotations:
        ways.setdefault(_way(rotation, default), []).append(rotation)
    return ways


@undamaged()
def _way(rotation: Mapping[str, Any], default: Connection) -> tuple[Connection, str | None]:
    connection = known(rotation, "connection")
    return (connection_of(connection), connection.get("accountId")) if connection else (default, None)


def _look(
    way: tuple[Connection, str | None],
    rotations: Sequence[Mapping[str, Any]],
    environment: Environment,
    found: Presenters,
) -> None:
    try:
        gateway = environment.observing_gateway(*way)
        listed, usage = _listed(gateway), gateway.scan()
        for proof in _proofs(gateway, way[1], rotations):
            proof.guard(listed.values())
    except errors.RotationError as error:
        found.gaps.append(f"unknown: {error.what}")
        return
    found.usages.append(usage)
    for one in listed.values():
        _identify(one, found)


def _proofs(gateway: Gateway, account_id: str | None, rotations: Sequence[Mapping[str, Any]]) -> list[Proof]:
    """One for all that live in one account; one each where that is not known."""
    made = [one for one in rotations if not one.get(UNMADE)]
    ids = {str(one["rotationId"]): set(chain.from_iterable(ids_of([one]).values())) for one in made}
    groups = [tuple(ids)] if ids and account_id is not None else [(rotation_id,) for rotation_id in ids]
    return [
        Proof(
            gateway=gateway,
            account_id=account_id,
            rotation_ids=group,
            ids={one for rotation_id in group for one in ids[rotation_id]},
        )
        for group in groups
    ]


def _identify(one: IssuedCertificate, found: Presenters) -> None:
    try:
        certificate = trusted_certificate(one.pem)
    except errors.BadInput as error:
        found.gaps.append(f"unknown: certificate {one.id}: {error.what}")
    else:
        found.issued.append(Issued(one.id, one.tags.get(ROTATION_ID), certificate, known_by(certificate)))


def _listed(gateway: Gateway) -> dict[str, IssuedCertificate]:
    listed = {one.id: one for one in gateway.list_certificates()}
    # A list that is behind the times must not make what a stage presents nobody's: ask for each such id by itself.
    for certificate_id in gateway.scan().users:
        if certificate_id not in listed and not is_acm(certificate_id):
            one = gateway.get(certificate_id)
            if one is not None:
                listed[one.id] = one
    return listed
