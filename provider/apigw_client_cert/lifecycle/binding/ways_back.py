"""Where a stage may go back to, when what it presents is not confirmed: what lives, and costs no backend its trust.

The first that there is of four: what was confirmed last, or what a completed update left; what the stage was seen to
present before that is not ours; what a take-over must have replaced, where nobody has seen it; and where a binding has
never confirmed anything, being new or not asked to until now, the generation that was active before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import is_acm
from apigw_client_cert.lifecycle.binding.look import look_at_certificate, look_at_targets
from apigw_client_cert.lifecycle.binding.outputs import (
    binding_policy,
    confirmed_last,
    known_generations,
    place_to_go_back_to,
    taken_over,
)
from apigw_client_cert.lifecycle.binding.verify_steps import Last
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID, facts_of
from apigw_client_cert.rotation.binding import Presented, Presents
from apigw_client_cert.rotation.model import Role
from apigw_client_cert.rotation.verdict import Standing, leads_to_the_one_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.binding.look import Seen
    from apigw_client_cert.lifecycle.environment import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of one binding, in one create or update; looked for only where a switch is not confirmed.

    ``guess``: the stage presents already what it should, and nobody knows what it presented before.
    """

    gateway: Gateway
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    environment: Environment
    now: datetime
    guess: bool = False

    def last(self, coming: Seen) -> Last | None:
        """Where a stage that presents ``coming`` may go back to; None for nowhere.

        A certificate that cannot be looked at is no place. A target that cannot be read speaks against none.
        """
        try:
            return self._ours(coming) or self._not_ours(coming) or self._before(coming)
        except errors.RotationError:
            return None

    def known_by_fingerprint(self, certificate: Presented) -> Presented:
        """A program may hand on generations without fingerprints; a certificate without one would be believed."""
        if certificate.sha256 is not None or certificate.id is None:
            return certificate
        found = self.gateway.get(certificate.id)
        if found is None:
            return replace(certificate, kind=Presents.GONE)
        return replace(certificate, sha256=facts_of(found).sha256)

    def _ours(self, coming: Seen) -> Last | None:
        certificate_id = place_to_go_back_to(self.olds)
        if certificate_id is None or certificate_id == coming.presented.id:
            return None
        seen = look_at_certificate(self.gateway, certificate_id, self.olds, self.news)
        if seen.presented.kind is not Presents.OURS or not self._is_good(seen.presented, coming):
            return None
        left = self._is_ending(seen.presented) or seen.number > coming.number
        return Last(certificate=self.known_by_fingerprint(seen.presented), left=left)

    def _not_ours(self, coming: Seen) -> Last | None:
        """What was taken over, from nobody or from another rotation; nothing where the program takes nothing over.

        This rotation has confirmed nothing of it: only a refusal, or a proof, leads back.
        """
        if not self.news.get("takeOver"):
            return None
        remembered = (taken_over(self.olds, coming.presented.id), place_to_go_back_to(self.olds))
        others = (one for one in remembered if one and one != coming.presented.id)
        found = (self._left_behind(one, coming) for one in chain(others, self._trusted_besides()))
        return next(filter(None, found), None)

    def _before(self, coming: Seen) -> Last | None:
        """The generation that was active before, where this binding has confirmed nothing.

        Its memory is new, as its stage was made again or the program calls it by another name; or it made the switch
        before anybody asked for a confirmation. Nobody has seen the certificate work here, so only a refusal, or a
        proof, leads to it.
        """
        here = str(coming.presented.id)
        if not leads_to_the_one_before(
            presented=here, confirmed=confirmed_last(self.olds), left=place_to_go_back_to(self.olds)
        ):
            return None
        published = known(self.news, "publishedSince")
        for certificate_id, told in reversed(known_generations(self.news).items()):
            seen = look_at_certificate(self.gateway, certificate_id, self.olds, self.news)
            before = told.get("role") == Role.PREVIOUS.value and seen.number < coming.number
            handed_on = published is None or told.get("sha256") in published
            if before and handed_on and seen.presented.kind is Presents.OURS and self._is_good(seen.presented, coming):
                return Last(
                    certificate=self.known_by_fingerprint(seen.presented),
                    left=self._is_ending(seen.presented),
                    standing=Standing.UNPROVEN,
                )
        return None

    def _left_behind(self, certificate_id: str, coming: Seen) -> Last | None:
        if is_acm(certificate_id):
            # No target names it, and nobody here knows its end.
            found = Presented(kind=Presents.ACM, id=certificate_id)
        else:
            found = look_at_certificate(self.gateway, certificate_id, self.olds, self.news).presented
            # Ours is no take-over: it was the way here, and may be what was refused just now.
            if found.kind is Presents.OURS or not self._is_good(found, coming):
                return None
        return Last(certificate=found, left=self._is_ending(found), standing=Standing.UNPROVEN)

    def _trusted_besides(self) -> Iterator[str]:
        """The certificate that a take-over must have replaced: the one that the bundle trusts and that is not ours.

        Whoever takes over a live one has it in the bundle. A creation that was killed left no state that names it;
        where this binding has set or confirmed anything, state knows better. Of several nobody can say which one the
        stage presented.
        """
        trusted = known(self.news, "publishedSince")
        if not trusted or not self.guess or place_to_go_back_to(self.olds) is not None:
            return
        ours = known_generations(self.news)
        others = [
            one
            for one in self.gateway.list_certificates()
            if one.id not in ours and one.tags.get(ROTATION_ID) != self.news.get("rotationId", "")
        ]
        found = [one.id for one in others if facts_of(one).sha256 in trusted]
        if len(found) == 1:
            yield from found

    def _is_good(self, certificate: Presented, coming: Seen) -> bool:
        """Whether it lives, and no target holds what is presented without it."""
        if not certificate.alive(self.now):
            return False
        held = look_at_targets(self.gateway, coming, str(certificate.id), self.news, self.environment)
        return held is None or not held.against

    def _is_ending(self, certificate: Presented) -> bool:
        return certificate.ends_within(binding_policy(self.news).activate_by, self.now)
