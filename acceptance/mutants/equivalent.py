"""Changes of mutmut that change nothing that anybody could see, with the reason: ``module: changed line`` -> why."""

from __future__ import annotations

_SOMETHING_IS_WANTED = "Some rule always wants something: _recover without an active generation, _issue with one."
_NEVER_SHOWN = "The reason of a retirement that is not due yet is never shown; the due one has its own."
_SETTLED_LATER = "_move sets trusted of every generation anew, and an active one's to True."
_RIPE = "ripe.append(Due(Step.RETIRE, at, (generation.number,), "
_ACTIVATED = "generations = _change(generations, [number], role=Role.ACTIVE, unused_since=None, scanned_at=None, "

EQUIVALENT = {
    "decide: nearest = min(wanted, key=lambda one: one.at, )": _SOMETHING_IS_WANTED,
    "decide: next_action=nearest.step if (nearest) or True else Step.NONE,": _SOMETHING_IS_WANTED,
    "decide: next_action_at=nearest.at if (nearest) or True else None,": _SOMETHING_IS_WANTED,
    f"decide: {_RIPE}None))": _NEVER_SHOWN,
    f'decide: {_RIPE}"XXunusedXX"))': _NEVER_SHOWN,
    f'decide: {_RIPE}"UNUSED"))': _NEVER_SHOWN,
    'policy: f" the expiry; give'
    ' {format_duration(timedelta(seconds=rotate_before * 2 / timedelta(seconds=3)))} or less"': (
        "format_duration cuts to whole seconds itself."
    ),
    "policy: fraction = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], ) / 2**64": (
        '"big" is the default since Python 3.11; Python 3.10 refuses the call.'
    ),
    "publication: replace(entry, since=now) if entry.since is None or entry.since >= now or entry.sha256 in missing"
    " else entry": "An entry that is published since now is replaced by its like.",
    "transitions: rolled_back = step is Step.PIN and former is not None and former.number >= number": (
        "A pin to the active generation: whatever role it gets as the former one, it is active in the end."
    ),
    f"transitions: {_ACTIVATED}trusted=None)": _SETTLED_LATER,
    f"transitions: {_ACTIVATED})": _SETTLED_LATER,
    f"transitions: {_ACTIVATED}trusted=False)": _SETTLED_LATER,
    "transitions: unbroken = since if since is not None and since < now else now": "Where since is now, both are.",
}
