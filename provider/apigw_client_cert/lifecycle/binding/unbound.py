"""What a stage that presents nothing alive may be bound to beside its certificate: what was active before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding.look import look_at_certificate, look_at_targets
from apigw_client_cert.lifecycle.binding.outputs import binding_policy, known_generations, trusted_since
from apigw_client_cert.rotation.model import Role
from apigw_client_cert.rotation.unbound import Before, bound_instead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.binding.look import Held
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.rotation.binding import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbound:
    """One stage with nothing to lose, in one create or update."""

    gateway: Gateway
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    environment: Environment
    now: datetime

    def instead_of(self, desired: str, publication: Publication, held: Held | None) -> str | None:
        """The certificate that it is bound to instead, which exists; None for the desired one."""
        found = bound_instead(
            desired=desired,
            publication=publication,
            held=held,
            before=self._before(desired, publication),
            policy=binding_policy(self.news),
            now=self.now,
        )
        return None if found is None else found.presented.id

    def _before(self, desired: str, publication: Publication) -> Iterator[Before]:
        """Newest first; one that cannot be looked at is none."""
        generations = known_generations(self.news)
        newest = int(generations.get(desired, {}).get("number") or 0)
        for certificate_id, told in reversed(generations.items()):
            if told.get("role") != Role.PREVIOUS.value or int(told.get("number") or 0) >= newest:
                continue
            try:
                if self.gateway.get(certificate_id) is None:
                    continue
                seen = look_at_certificate(self.gateway, certificate_id, self.olds, self.news)
                held = look_at_targets(self.gateway, seen, desired, self.news, self.environment)
            except errors.RotationError:
                continue
            dated = replace(publication, presented_since=trusted_since(self.news, certificate_id))
            yield Before(presented=seen.presented, publication=dated, held=held)
