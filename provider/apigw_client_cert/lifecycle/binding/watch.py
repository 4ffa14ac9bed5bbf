"""What a refresh sees of the targets: that they hold what a stage presents, whoever publishes there (invariant 13).

Where the bundle is another stack's, nothing else of this run would look while the stage has nothing to do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert.clock import format_instant
from apigw_client_cert.lifecycle.binding.look import PUBLISHED_TO, look_at_certificate, look_at_targets
from apigw_client_cert.lifecycle.binding.outputs import LACKED_AT, known_generations
from apigw_client_cert.lifecycle.engine_run import CLAIMS
from apigw_client_cert.lifecycle.inputs import connection_of, has_unknown, known
from apigw_client_cert.publish.places import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.environment import Environment


def watched(gateway: Gateway, state: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """The state after a look at the stage, with what its targets were seen to lack.

    A target that cannot be read says nothing here: a stage that keeps what it presents asks for no permission.
    """
    presented, now = state.get("presentedClientCertificateId"), environment.now()
    if presented not in known_generations(state):
        return dict(state)
    seen = look_at_certificate(gateway, presented, state, state)
    if not seen.presented.alive(now):
        return dict(state)
    held = look_at_targets(gateway, seen, presented, state, environment)
    if held is None or held.desired:
        return dict(state)
    return {**state, LACKED_AT: {presented: format_instant(now), **(state.get(LACKED_AT) or {})}}


def is_lost(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether a target was seen without what the stage presents, and no bundle of this run looks after all of them."""
    published_to = known(news, PUBLISHED_TO)
    if olds.get("presentedClientCertificateId") not in (olds.get(LACKED_AT) or {}):
        return False
    if not published_to or has_unknown(published_to):
        return False
    as_told = connection_of(published_to)
    # The bundle may have its region from boto3's default chain, and tells us the one that it found there.
    ways = (as_told, replace(as_told, region=None))
    return not all(any(CLAIMS.claimed(place_of(spec, way)) for way in ways) for spec in published_to["targets"])
