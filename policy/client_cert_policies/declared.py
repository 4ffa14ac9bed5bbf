"""Resources as the rules see them: plain values, whatever pulumi-policy wraps around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .agreed import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Unknown(Enum):
    """The one value that stands for what is not known before the update."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


class Violation(NamedTuple):
    """A resource that breaks a rule: what is wrong, what it leads to, what to do."""

    urn: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One resource of a run.

    ``props`` are the checked inputs for a rule about one resource, the outputs for a rule about the whole stack;
    anything inside may be ``UNKNOWN`` at preview. ``parent`` is a URN. ``uses`` tells for each input the URNs of the
    resources it was computed from, known or not; rules about one resource are not told.
    """

    urn: str
    type: str
    name: str
    parent: str = ""
    props: Mapping[str, Any] = field(default_factory=dict)
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool = False
    uses: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        """Which of our resources it is."""
        return KINDS.get(self.type)

    def text(self, key: str) -> str | None:
        """The property if it is a known text."""
        value = self.props.get(key)
        return value if isinstance(value, str) else None

    def sources_of(self, key: str) -> frozenset[str]:
        """The resources that this input was computed from."""
        return self.uses.get(key, frozenset())


def of_kind(resources: Iterable[Declared], kind: Kind) -> Iterator[Declared]:
    """Those of one kind, through either host."""
    return (one for one in resources if one.kind is kind)
