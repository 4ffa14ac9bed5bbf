"""Whether AWS still knows a certificate: asked for by its id and, before it counts as gone, looked for in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate
    from apigw_client_cert.lifecycle.proof import Proof
    from apigw_client_cert.rotation.model import Generation


class Missing(NamedTuple):
    """Generation numbers: what neither answer knows, and what the two answers contradict each other about.

    ``found`` has what was found by its id.
    """

    gone: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()
    found: tuple[IssuedCertificate, ...] = ()


def missing(proof: Proof, generations: Sequence[Generation], name: str, say: Callable[[str], None]) -> Missing:
    """The generations that AWS does not find by their id, looked for twice; a contradiction is said.

    One stale NotFound would otherwise forget what stages present: its fingerprint would leave every target. Raises
    ``NotProven`` where all of them may be in another account.
    """
    gateway = proof.gateway
    answers = {one.id: gateway.get(one.id) for one in generations}
    found = tuple(one for one in answers.values() if one is not None)
    unfound = [one for one in generations if answers[one.id] is None]
    proof.shown(found)
    if not unfound:
        return Missing(found=found)
    answer = gateway.list_certificates()
    listed = {one.id for one in answer}
    gone = [one for one in unfound if one.id not in listed]
    doubtful = [one for one in unfound if one.id in listed]
    proof.guard(answer)
    for one in gone:
        say(f"{name}: generation {one.number} was deleted by somebody else")
    if doubtful:
        ids = errors.joined(one.id for one in doubtful)
        say(
            f"{name}: AWS does not find {ids} by its id, but lists it: nothing is taken for lost; the next run"
            " looks again"
        )
    return Missing(tuple(one.number for one in gone), tuple(one.number for one in doubtful), found)


def sought(gateway: Gateway, certificate_id: str) -> IssuedCertificate | None:
    """The certificate by its id, else out of the list; None only where neither knows it."""
    found = gateway.get(certificate_id)
    if found is not None:
        return found
    return next((one for one in gateway.list_certificates() if one.id == certificate_id), None)
