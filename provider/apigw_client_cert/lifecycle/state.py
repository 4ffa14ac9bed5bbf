"""State as a format: a rotation on the wire and back. camelCase, RFC 3339 dates, unset means absent.

What is written here is read by every later release (invariant 11): add properties, never rename or drop one
without raising ``STATE_VERSION`` and a golden state test.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.rotation.history import MOST
from apigw_client_cert.rotation.model import Generation, HistoryEntry, Role, Rotation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

STATE_VERSION = 1
HISTORY = "history"

_INSTANTS = {"pendingSince": "pending_since", "unusedSince": "unused_since", "scannedAt": "scanned_at"}
_TEXTS = {"id": "id", "sha256": "sha256", "sha1": "sha1", "spkiSha256": "spki_sha256", "serial": "serial", "pem": "pem"}
_DAMAGE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@contextlib.contextmanager
def undamaged() -> Iterator[None]:
    """Refuse what the enclosed loader trips over: nobody but an editor's hand leaves state like that."""
    try:
        yield
    except _DAMAGE as error:
        raise errors.Refused(
            f"The state of this resource cannot be read ({type(error).__name__}: {errors.safe_repr(str(error))})",
            means="It was edited or damaged.",
            remedy="Restore what it was: pulumi stack export --version=N (see pulumi stack history), then import it.",
        ) from error


@undamaged()
def guard_version(state: Mapping[str, Any]) -> None:
    """Refuse state that a newer release wrote: this one could drop what it does not know."""
    version = int(state.get("stateVersion") or STATE_VERSION)
    if version > STATE_VERSION:
        raise errors.Refused(
            f"The state has version {version}, and this release of apigw-client-cert knows up to {STATE_VERSION}",
            means="A newer release wrote it; nothing was changed.",
            remedy="Upgrade apigw-client-cert to the release that was used last.",
        )


@undamaged()
def instant_or_none(value: str | None) -> datetime | None:
    """An optional date of state."""
    return None if value is None else parse_instant(value)


def text(value: object) -> str:
    """A text of state, which goes into URLs and sets; anything else is a ``TypeError``."""
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value


def dump_generation(generation: Generation) -> dict[str, Any]:
    """One generation on the wire."""
    return without_none(
        {
            "number": generation.number,
            "role": generation.role.value,
            "createdDate": format_instant(generation.created_date),
            "expirationDate": format_instant(generation.not_after),
            "trusted": generation.trusted,
            **{key: getattr(generation, name) for key, name in _TEXTS.items()},
            **{
                key: None if getattr(generation, name) is None else format_instant(getattr(generation, name))
                for key, name in _INSTANTS.items()
            },
        }
    )


def load_generation(state: Mapping[str, Any]) -> Generation:
    """One generation off the wire; numbers arrive as floats."""
    return Generation(
        number=int(state["number"]),
        role=Role(state["role"]),
        created_date=parse_instant(state["createdDate"]),
        not_after=parse_instant(state["expirationDate"]),
        trusted=bool(state.get("trusted", True)),
        pending_since=instant_or_none(state.get("pendingSince")),
        unused_since=instant_or_none(state.get("unusedSince")),
        scanned_at=instant_or_none(state.get("scannedAt")),
        **{name: text(state[key]) for key, name in _TEXTS.items()},
    )


def dump_rotation(rotation: Rotation) -> dict[str, Any]:
    """What a rotation remembers between runs."""
    return without_none(
        {
            "rotationId": rotation.rotation_id,
            "generations": [dump_generation(generation) for generation in rotation.generations],
            "highestGeneration": rotation.highest_number,
            "rotationTrigger": rotation.trigger,
            "retirementBlockedBy": list(rotation.retirement_blocked_by),
            # A state of a release that kept none stays as it is until a step is taken.
            HISTORY: [dump_entry(entry) for entry in rotation.history] or None,
        }
    )


def dump_entry(entry: HistoryEntry) -> dict[str, Any]:
    """One entry of the history on the wire: small, because two dozen of them are in every state."""
    return without_none(
        {
            "at": format_instant(entry.at),
            "step": entry.step,
            "generation": entry.generation,
            "clientCertificateId": entry.certificate_id,
            "sha256": entry.sha256,
            "role": None if entry.role is None else entry.role.value,
            "createdDate": None if entry.created is None else format_instant(entry.created),
            "inUseBy": None if entry.in_use_by is None else list(entry.in_use_by),
            "inUseByMore": entry.in_use_by_more or None,
            "times": None if entry.times == 1 else entry.times,
            "lastAt": None if entry.last_at is None else format_instant(entry.last_at),
            "caller": entry.caller,
        }
    )


def load_entry(state: Mapping[str, Any]) -> HistoryEntry:
    """One entry of the history off the wire."""
    role, in_use_by, caller = state.get("role"), state.get("inUseBy"), state.get("caller")
    return HistoryEntry(
        at=parse_instant(state["at"]),
        step=text(state["step"]),
        generation=int(state["generation"]),
        certificate_id=text(state["clientCertificateId"]),
        sha256=text(state["sha256"]),
        role=None if role is None else Role(role),
        created=instant_or_none(state.get("createdDate")),
        in_use_by=None if in_use_by is None else tuple(map(text, in_use_by)),
        in_use_by_more=int(state.get("inUseByMore") or 0),
        times=int(state.get("times") or 1),
        last_at=instant_or_none(state.get("lastAt")),
        caller=None if caller is None else text(caller),
    )


def load_history(state: Mapping[str, Any]) -> tuple[HistoryEntry, ...]:
    """What can be read of a state's history: no rule depends on it, so what a hand has spoilt is left out."""
    told, found = state.get(HISTORY), list[HistoryEntry]()
    for one in told if isinstance(told, list) else ():
        with contextlib.suppress(errors.Refused, *_DAMAGE):
            found.append(load_entry(one))
    return tuple(found[-MOST:])


@undamaged()
def load_rotation(state: Mapping[str, Any]) -> Rotation:
    """The rotation that state holds; raises ``Refused`` for a newer state version."""
    guard_version(state)
    generations = tuple(load_generation(one) for one in state.get("generations") or ())
    return Rotation(
        rotation_id=text(state["rotationId"]),
        generations=generations,
        highest_number=int(state["highestGeneration"]),
        trigger=state.get("rotationTrigger"),
        retirement_blocked_by=tuple(state.get("retirementBlockedBy") or ()),
        history=load_history(state),
    )
