"""What could not be read, for people: of a stack once, where it is much of it. JSON has each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apigw_client_cert.cli.states import Unread

# So many of one stack are a line each.
_FEW: Final = 3


def told(unread: Iterable[Unread]) -> Iterator[tuple[str, str]]:
    """Of which stack, and why; where there are many of one, how many, the first names, and why the first is."""
    by_stack: dict[str, list[Unread]] = {}
    for one in unread:
        by_stack.setdefault(one.label, []).append(one)
    for label, found in by_stack.items():
        if len(found) <= _FEW:
            yield from ((label, one.said) for one in found)
        else:
            yield label, f"{len(found)} things in it cannot be read{_names(found)}. The first: {found[0].said}"


def _names(found: Iterable[Unread]) -> str:
    names = list(dict.fromkeys(one.name for one in found if one.name))
    more = f", and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f", of {', '.join(names[:_FEW])}{more}" if names else ""
