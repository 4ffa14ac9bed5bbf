"""adopt_client_certificate_id, added or changed later: taken over in place where no stage presents one of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate.adopt import named_alive
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID, issued_generation, number_of, tags_of
from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import pin_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate
    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy

_INPUT = "adoptClientCertificateId"
MEMORY = "adoptedClientCertificateId"


def wanted(olds: Mapping[str, Any], news: Mapping[str, Any], rotation: Rotation) -> str | None:
    """The certificate that is named and was not adopted yet; None too where it is one of our own."""
    named: str | None = known(news, _INPUT)
    # What state echoes was adopted when it was written, or belonged to a release that read it at creation only.
    done = {None, olds.get(MEMORY), olds.get(_INPUT), *(one.id for one in rotation.generations)}
    return None if named in done else named


def remembered(olds: Mapping[str, Any]) -> str | None:
    """The certificate that was adopted last; a release that kept no memory of it echoed the input."""
    adopted: str | None = olds.get(MEMORY) or known(olds, _INPUT)
    return adopted


def announced(name: str, certificate_id: str) -> str:
    """The line that a preview says: only a look can tell what comes of it."""
    return (
        f"{name}: adopt_client_certificate_id names {certificate_id}; this update looks whether any stage presents a"
        " certificate of this rotation: where none does, the named one becomes the one to present, and else the update"
        " is refused"
    )


def guard_pin(certificate_id: str, rotation: Rotation, policy: Policy, now: datetime) -> None:
    """Refuse to adopt while a pin holds; state alone can tell."""
    pinned, _finding = pin_in_force(rotation, policy, now)
    if pinned is not None:
        raise errors.BadInput(
            f"adopt_client_certificate_id names {certificate_id} while pin_generation={policy.pin} holds: one asks for"
            " another active certificate, the other keeps it",
            means="Nothing was changed.",
            remedy="Remove pin_generation first, or set adopt_client_certificate_id back.",
            subject=_INPUT,
        )


def adopt_in_place(
    gateway: Gateway, props: Mapping[str, Any], rotation: Rotation, certificate_id: str, now: datetime
) -> Rotation:
    """Make the named certificate the active one, with what its former rotation left beside it as previous ones.

    What it replaces is previous, trusted, and retired as usual. Raises ``BadInput`` for a certificate that is dead, and
    where a stage presents a live one of this rotation: it would be moved to what its backend may not trust yet.
    """
    named = named_alive(gateway, certificate_id, now)
    listed = gateway.list_certificates()
    _refuse_presented(gateway, certificate_id, _own_alive(rotation, listed, certificate_id, now))
    family = _family(named, listed, rotation)
    numbered = dict(enumerate(family, start=rotation.highest_number + 1))
    # The named one last: until then its tag leads back to the others.
    for number, one in sorted(numbered.items(), key=lambda item: item[1].id == named.id):
        gateway.tag(one.id, tags_of(props, rotation.rotation_id, number))
    taken = [issued_generation(one, number) for number, one in numbered.items()]
    (chosen,) = [one.number for one in taken if one.id == named.id]
    return transitions.adopt(rotation, taken, chosen, now)


def _family(
    named: IssuedCertificate, listed: Sequence[IssuedCertificate], rotation: Rotation
) -> list[IssuedCertificate]:
    """The named one and what belongs to it, by number: its former rotation's, and what an interrupted try tagged."""
    former, ours = named.tags.get(ROTATION_ID), rotation.rotation_id
    in_state = {one.id for one in rotation.generations}
    beside = [
        one
        for one in listed
        if one.id not in {named.id, *in_state}
        and (
            (former not in {None, ours} and one.tags.get(ROTATION_ID) == former)
            or (one.tags.get(ROTATION_ID) == ours and number_of(one) > rotation.highest_number)
        )
    ]
    return sorted([*beside, named], key=number_of)


def _own_alive(
    rotation: Rotation, listed: Sequence[IssuedCertificate], certificate_id: str, now: datetime
) -> list[str]:
    """What lives of this rotation, also where state does not know it; an interrupted try used higher numbers."""
    in_state = [one.id for one in rotation.generations if not one.expired(now)]
    in_aws = [
        one.id
        for one in listed
        if one.tags.get(ROTATION_ID) == rotation.rotation_id
        and number_of(one) <= rotation.highest_number
        and one.expiration_date > now
    ]
    return [one for one in dict.fromkeys([*in_state, *in_aws]) if one != certificate_id]


def _refuse_presented(gateway: Gateway, certificate_id: str, live: Sequence[str]) -> None:
    if not live:
        return
    usage = gateway.scan()
    presented = {one: stages for one in live if (stages := usage.users.get(one, ()))}
    if not presented and not usage.gaps:
        return
    seen = [f"{one} by {errors.joined(stages)}" for one, stages in presented.items()]
    unseen = [f"one of them, perhaps, by a stage that could not be seen ({errors.joined(usage.gaps, '; ')})"]
    raise errors.BadInput(
        f"adopt_client_certificate_id is {certificate_id!r}, but stages present this rotation's own certificates:"
        f" {'; '.join([*seen, *(unseen if usage.gaps else [])])}",
        means="Adopting it would move them to what their backends may not trust yet; nothing was changed.",
        remedy="Leave adopt_client_certificate_id out. To bring the stages that present the other certificate to this"
        " rotation, set take_over=True, with also_trust=[its PEM] until they have moved.",
        subject=_INPUT,
    )
