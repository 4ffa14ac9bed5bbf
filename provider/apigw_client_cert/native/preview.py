"""What an update will make of the state, told without AWS: the values that a preview shows.

The lifecycle's own code runs in an imagined world in which AWS is as state says. It runs twice: an hour apart, with
different certificates where one would be generated, and with nobody or somebody presenting the former ones. What both
runs agree on is known; the rest is unknown at preview. So no rule is repeated here.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import IssuedCertificate, StageRef, Usage
from apigw_client_cert.lifecycle.binding.look import PUBLISHED_TO
from apigw_client_cert.lifecycle.certificate import adopt_in_place as adoption_in_place
from apigw_client_cert.lifecycle.certificate.act import Actor
from apigw_client_cert.lifecycle.certificate.outputs import certificate_outputs
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.failed_step import Unfinished
from apigw_client_cert.lifecycle.inputs import UNKNOWN, has_unknown, policy_of
from apigw_client_cert.lifecycle.ownership import ROTATION_ID
from apigw_client_cert.lifecycle.proof import proof_of
from apigw_client_cert.lifecycle.state import load_rotation
from apigw_client_cert.lifecycle.trust_bundle.outputs import load_entries
from apigw_client_cert.native.resource_types import BINDING, CERTIFICATE
from apigw_client_cert.rotation.history import signed
from apigw_client_cert.rotation.model import Generation, Role, Rotation
from apigw_client_cert.trust.contents import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.looks import LookedAtGateway
    from apigw_client_cert.native.resource_types import Kind
    from apigw_client_cert.publish.interface import Target

_APART: Final = timedelta(hours=1)
# No update changes them (docs/pulumi.md §2.3: neither does one change the id).
_FIXED: Final = ("rotationId", "accountId", "region", "stateVersion")


class _Unforeseeable(Exception):  # noqa: N818 - no error: the values are unknown, that is all
    """The answer depends on what only AWS knows."""


def after_create(kind: Kind, news: Mapping[str, Any]) -> dict[str, Any]:
    """The state after a creation: every output is unknown, and so is a region that the default chain names."""
    resolved = [key for key in ("region",) if key in kind.inputs]
    return {**dict.fromkeys((*kind.outputs, *resolved), UNKNOWN), **_kept(kind, news)}


def after_update(
    kind: Kind, olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment
) -> dict[str, Any]:
    """The state after an update, with ``UNKNOWN`` for what cannot be told."""
    where = {PUBLISHED_TO: news[PUBLISHED_TO]} if has_unknown(news.get(PUBLISHED_TO)) else {}
    # Where the targets are says nothing of what they hold; the update looks.
    news = {key: value for key, value in news.items() if key not in where}
    return {**_foreseen(kind, olds, news, environment), **where}


def _foreseen(kind: Kind, olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    news = _kept(kind, news)
    if has_unknown(news):
        return _unknown(kind, olds, news)
    try:
        one, other = (_imagined(kind, olds, news, environment, again=again) for again in (False, True))
    except (_Unforeseeable, errors.RotationError, Unfinished):
        # A refusal is the update's to say, after it has looked.
        return _unknown(kind, olds, news)
    return {key: _agreed(one.get(key, UNKNOWN), other.get(key, UNKNOWN)) for key in {**one, **other}}


def _kept(kind: Kind, news: Mapping[str, Any]) -> dict[str, Any]:
    # What no state keeps is no change either.
    return {key: value for key, value in news.items() if key not in {*kind.creation_only, *kind.declaring}}


def _unknown(kind: Kind, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    fixed = {key: olds[key] for key in _FIXED if key in olds}
    return {**dict.fromkeys(kind.outputs, UNKNOWN), **fixed, **news}


def _imagined(
    kind: Kind, olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment, *, again: bool
) -> dict[str, Any]:
    now = environment.now() + (_APART if again else timedelta(0))
    gateway = cast("Gateway", _AsStateSays(olds, again=again))
    if kind is CERTIFICATE:
        return _imagined_certificate(gateway, olds, news, now)

    def target(spec: Mapping[str, Any], connection: Connection) -> Target:
        if kind is BINDING:
            return _AsWritten("imagined", "\n".join(news.get("publishedSince") or ()))
        return _imagined_target(olds, spec, environment.target(spec, connection))

    imagined = _ImaginedEnvironment(
        now=lambda: now,
        gateway=lambda _connection: gateway,
        target=target,
        say=_silent,
        token=environment.token,
        probe=_unforeseeable,
        pause=_unforeseeable,
    )
    return kind.lifecycle.update(olds, news, imagined)


def _imagined_certificate(
    gateway: Gateway, olds: Mapping[str, Any], news: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    rotation, policy = load_rotation(olds), policy_of(news)
    if adoption_in_place.wanted(olds, news, rotation) is not None:
        raise _Unforeseeable
    adopted = {adoption_in_place.MEMORY: adoption_in_place.remembered(olds)}
    placed = {**news, "region": olds.get("region"), "accountId": olds.get("accountId"), **adopted}
    proof = proof_of(gateway, olds, rotation)
    # Whose account it is, is the update's to find out.
    proof.seen = True
    actor = _ImaginedActor(gateway=gateway, proof=proof, properties=news, policy=policy, now=now, say=_silent)
    performed = actor.perform(rotation)
    if performed.failures:
        raise _Unforeseeable
    # Who will call, nobody knows; another name each time, so that it is not foreseen.
    after = signed(performed.rotation, f"imagined-{now.timestamp():.0f}", rotation.history)
    return certificate_outputs(placed, after, policy, now)


def _unforeseeable(_what: object) -> NoReturn:
    raise _Unforeseeable


def _silent(_line: str) -> None:
    """The update itself says it."""


class _ImaginedEnvironment(Environment):
    """A made-up clock may change everything here."""

    def guard_clock(self, connection: Connection) -> None:
        """Nothing real can be changed."""

    def observing_gateway(self, connection: Connection, account_id: str | None = None) -> LookedAtGateway:  # noqa: ARG002
        """Whose account it is, is the update's to find out."""
        return self.looks.gateway(connection, self.gateway(connection))


class _ImaginedActor(Actor):
    """Issues a certificate of which only the number is known."""

    def _issue(self, rotation: Rotation) -> Generation:
        made_up = f"imagined-{self.now.timestamp():.0f}"
        return Generation(
            number=rotation.highest_number + 1,
            id=made_up,
            role=Role.PENDING,
            created_date=self.now,
            not_after=self.now + timedelta(days=365),
            serial=made_up,
            sha256=made_up,
            sha1=made_up,
            spki_sha256=made_up,
            pem=f"-----BEGIN CERTIFICATE-----\n{b64encode(made_up.encode()).decode()}\n-----END CERTIFICATE-----\n",
        )


@dataclass(frozen=True, slots=True)
class _AsStateSays:
    """API Gateway as far as state knows it; ``again`` says whether somebody presents the former certificates."""

    olds: Mapping[str, Any]
    again: bool

    @property
    def region(self) -> str:
        return str(self.olds.get("region") or UNKNOWN)

    def account_id(self) -> str | None:
        return self.olds.get("accountId")

    def get(self, certificate_id: str) -> IssuedCertificate:
        for one in load_rotation(self.olds).generations if "highestGeneration" in self.olds else ():
            if one.id == certificate_id:
                return IssuedCertificate(
                    id=one.id,
                    pem=one.pem,
                    created_date=one.created_date,
                    expiration_date=one.not_after,
                    tags={ROTATION_ID: str(self.olds["rotationId"])},
                )
        raise _Unforeseeable

    def list_certificates(self) -> tuple[IssuedCertificate, ...]:
        if "highestGeneration" not in self.olds:
            # Whether a bundle may withdraw what it holds is seen in AWS only.
            raise _Unforeseeable
        return ()

    def scan(self) -> Usage:
        # A gap counts as a user of whatever is asked for.
        return Usage(users={}, gaps=("imagined",) if self.again else ())

    def delete(self, certificate_id: str) -> None:
        """As it would succeed."""

    def try_certificates(self, *_what: object) -> NoReturn:
        raise _Unforeseeable

    def presented(self, _stage: StageRef) -> str | None:
        return self.olds.get("presentedClientCertificateId")

    def bind(self, *_what: object) -> None:
        """As it would succeed."""


@dataclass(slots=True)
class _AsWritten:
    """A target that holds what was written to it, or nothing."""

    address: str
    content: str | None = field(repr=False)

    def read(self) -> str | None:
        return self.content

    def write(self, content: str) -> None:
        self.content = content


def _imagined_target(olds: Mapping[str, Any], spec: Mapping[str, Any], real: Target) -> Target:
    written = real.address in (olds.get("digests") or {})
    content = render(str(spec.get("content") or "pem"), load_entries(olds)) if written else None
    return _AsWritten(real.address, content)


def _agreed(one: Any, other: Any) -> Any:  # noqa: ANN401 - any two JSON values
    """What two runs have in common; UNKNOWN where they differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _agreed(one.get(key, UNKNOWN), other.get(key, UNKNOWN)) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_agreed(*pair) for pair in zip(one, other, strict=True)]
    return one if one == other else UNKNOWN
