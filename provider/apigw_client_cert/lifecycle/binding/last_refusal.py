"""What a binding's state keeps of a refusal on live traffic: that it is not asked for again, run after run."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.lifecycle.binding.look import PUBLISHED_TO
from apigw_client_cert.lifecycle.binding.outputs import LAST_REFUSED, binding_policy, known_generations
from apigw_client_cert.lifecycle.binding.verify_inputs import INPUTS
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import text, undamaged
from apigw_client_cert.rotation.last_refusal import LastRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# They may be secret, and a digest of what is easily guessed tells it.
_SECRET = frozenset({"headers", "body", "query", "stageVariables"})


@undamaged()
def load_last_refusal(olds: Mapping[str, Any], news: Mapping[str, Any]) -> LastRefusal | None:
    """The refusal that state keeps, None where there is none."""
    told = olds.get(LAST_REFUSED)
    if not told:
        return None
    return LastRefusal(
        certificate_id=text(told["clientCertificateId"]),
        at=parse_instant(told["at"]),
        asked=text(told["asked"]),
        lead=binding_policy(news).publish_lead,
        times=int(told["times"]),
    )


def refusal_in_force(
    olds: Mapping[str, Any], news: Mapping[str, Any], coming: str, now: datetime
) -> LastRefusal | None:
    """The refusal that keeps this certificate from being tried again, None where it may be."""
    last = load_last_refusal(olds, news)
    return last if last is not None and last.holds(coming, _asked(news, coming), now) else None


def with_refusal(
    state: Mapping[str, Any],
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    error: errors.RotationError,
    now: datetime,
) -> dict[str, Any]:
    """The state, with the refusal that an error tells of; the state as it is where it tells of none."""
    if not isinstance(error, errors.NotVerified) or not error.refused:
        return dict(state)
    last, asked = load_last_refusal(olds, news), _asked(news, error.refused)
    refused = {
        "clientCertificateId": error.refused,
        "at": format_instant(now),
        "because": error.what,
        "times": 1 if last is None else last.times_now(error.refused, asked),
        "asked": asked,
    }
    return {**state, LAST_REFUSED: refused}


def refusal_outputs(olds: Mapping[str, Any], news: Mapping[str, Any], presented: str | None) -> dict[str, Any]:
    """What a completed update keeps of it: until the stage presents that certificate, or the certificate is gone."""
    told = olds.get(LAST_REFUSED) or {}
    kept = told.get("clientCertificateId") in known_generations(news).keys() - {presented}
    return {LAST_REFUSED: told if kept and any(news.get(key) for key in INPUTS) else None}


@undamaged()
def _asked(news: Mapping[str, Any], coming: str) -> str:
    """What an answer depends on, as far as this program knows it: another one is a reason to ask again."""
    published_to, since = known(news, PUBLISHED_TO) or {}, known(news, "publishedSince") or {}
    asked = {
        **{key: _open(known(news, key)) for key in INPUTS},
        "redeploy": news.get("redeploy"),
        "since": since.get(known_generations(news).get(coming, {}).get("sha256")),
        "targets": published_to.get("targets"),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _open(spec: Mapping[str, Any] | None) -> dict[str, Any]:
    told = {key: value for key, value in (spec or {}).items() if key not in _SECRET}
    # As no message has it: a key may stand in a query, too.
    return {**told, "url": str(told["url"]).partition("?")[0]} if "url" in told else told
