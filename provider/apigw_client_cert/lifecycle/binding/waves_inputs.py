"""What a binding is told of its turn: the wave before, its soak, and maintenance windows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apigw_client_cert.errors import safe_repr
from apigw_client_cert.lifecycle.inputs import UNKNOWN, known, snake
from apigw_client_cert.lifecycle.state import instant_or_none, undamaged
from apigw_client_cert.rotation.durations import format_duration, parse_duration
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.waves import Predecessor, WaveOrder
from apigw_client_cert.rotation.windows import longest_closed, next_opening, parse_window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.lifecycle.inputs import Failures
    from apigw_client_cert.rotation.windows import Window

INPUTS = ("after", "soak", "windows")
PREDECESSOR = (
    "name",
    "clientCertificateId",
    "presentedSince",
    "verifiedClientCertificateId",
    "verifies",
    "failedSince",
)
_POLICY = {"rotateBefore": "rotate_before", "publishLead": "publish_lead", "activateBy": "activate_by"}


def check_wave_order(news: Mapping[str, Any], failures: Failures) -> None:
    """Validate the wave before, the soak and the windows, and that a window opens in time at all."""
    after = known(news, "after")
    if after is not None and not (isinstance(after, list) and all(_is_predecessor(one) for one in after)):
        failures.add("after", "after must be a list of bindings of the wave before, each with a name")
    soak = known(news, "soak")
    if soak is not None:
        try:
            parse_duration(soak)
        except ValueError as error:
            failures.add("soak", f"soak: {error}")
    windows = known(news, "windows")
    if windows is None:
        return
    if not isinstance(windows, list):
        failures.add("windows", f"windows must be a list of texts, not {safe_repr(windows)}")
        return
    parsed: list[Window] = []
    for position, text in enumerate(windows, start=1):
        if text == UNKNOWN:
            return
        try:
            parsed.append(parse_window(text))
        except ValueError as error:
            failures.add("windows", f"windows, entry {position}: {error}")
            return
    _check_room(news, parsed, failures)


def wave_order_of(news: Mapping[str, Any], now: datetime, *, going_back: bool) -> WaveOrder:
    """The turn that checked inputs describe."""
    return WaveOrder(
        predecessors=predecessors(news),
        soak=soak_of(news),
        opens_at=next_opening([parse_window(text) for text in news.get("windows") or ()], now),
        going_back=going_back,
    )


def soak_of(news: Mapping[str, Any]) -> timedelta:
    """How long the wave before must have presented the certificate; nothing where nobody said."""
    soak = news.get("soak")
    return parse_duration(soak) if soak else timedelta(0)


def _check_room(news: Mapping[str, Any], windows: list[Window], failures: Failures) -> None:
    """A stage moves between the end of the lead and ``activate_by``: a window has to open in that time."""
    try:
        policy = Policy()
        durations = {
            name: parse_duration(news[key]) if known(news, key) is not None else getattr(policy, name)
            for key, name in _POLICY.items()
        }
    except ValueError:
        return  # said by its own property
    room = durations["rotate_before"] - durations["publish_lead"] - durations["activate_by"]
    closed = longest_closed(windows)
    if closed >= room:
        made_of = ", ".join(f"{snake(key)} {format_duration(durations[name])}" for key, name in _POLICY.items())
        failures.add(
            "windows",
            f"windows are closed for up to {_rough(closed)}, and a stage has only {_rough(room)} to move: rotate_before"
            f" less publish_lead and activate_by ({made_of}); open more often, or rotate earlier",
        )


def _rough(span: timedelta) -> str:
    hours = int(span // timedelta(hours=1))
    return f"{hours // 24} days {hours % 24} hours" if hours >= 24 else f"{hours} hours"  # noqa: PLR2004 - a day


def _is_predecessor(one: object) -> bool:
    return one == UNKNOWN or (isinstance(one, dict) and isinstance(one.get("name"), str) and bool(one["name"]))


@undamaged()
def predecessors(news: Mapping[str, Any]) -> tuple[Predecessor, ...]:
    """The bindings of the wave before, as this one was told of them."""
    return tuple(
        Predecessor(
            name=str(one["name"]),
            presented=one.get("clientCertificateId"),
            since=instant_or_none(one.get("presentedSince")),
            verified=not one.get("verifies")
            or one.get("verifiedClientCertificateId") == one.get("clientCertificateId"),
            failed=bool(one.get("failedSince")),
        )
        for one in news.get("after") or ()
    )
