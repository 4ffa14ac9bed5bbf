"""An exported state, or a checkpoint as a file backend keeps it: our resources in it, and when it was written.

A state is somebody else's text: whatever is wrong with it is a value, ``Unread``, and the other stacks go on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.properties import properties_of
from apigw_client_cert.cli.shapes import named
from apigw_client_cert.clock import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

CERTIFICATE: Final = "RotatingClientCertificate"
BUNDLE: Final = "TrustBundle"
BINDING: Final = "StageBinding"
# A type of state -> what it is, whichever host keeps it.
_KINDS: Final = {
    f"{host}{kind}": kind
    for host in ("pulumi-python:dynamic/apigw:", "apigw-client-cert:index:")
    for kind in (CERTIFICATE, BUNDLE, BINDING)
}
_GZIP: Final = b"\x1f\x8b"
_EXPECTED: Final = "give what `pulumi stack export` prints, or a checkpoint of a file backend"
_LONGEST_REASON: Final = 100
_WORD: Final = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One of our resources in state.

    ``encrypted`` are the properties in which something is encrypted, ``damaged`` those that are of a wrong type, with
    what is wrong: both read as unknown, as at a preview.
    """

    kind: str
    urn: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    encrypted: frozenset[str] = frozenset()
    damaged: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The resource's Pulumi name."""
        return self.urn.split("::", 3)[-1]

    @property
    def given(self) -> Mapping[str, Any]:
        """The inputs of the last run, also where that changed nothing; without any, what the outputs echo of them."""
        return self.inputs or self.outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    """What one stack's state holds of ours.

    ``label`` is what people call the stack, ``name`` its last part, and ``selector`` what ``pulumi --stack`` takes,
    where it is known; ``source`` is where it was read. ``words`` are all that stand anywhere in it, of any resource,
    where they were asked for. ``written_at`` is the state's own time: when a run, a refresh or an import wrote it last.
    """

    label: str
    project: str = ""
    name: str = ""
    selector: str | None = None
    source: str = ""
    written_at: datetime | None = None
    resources: tuple[Resource, ...] = ()
    words: frozenset[str] = frozenset()

    @property
    def named_by_source(self) -> bool:
        """Whether another state that was read has the same name, and only the file tells the two apart."""
        return self.label == _with_source(self)


@dataclass(frozen=True, slots=True)
class Unread:
    """A stack, or something of one, that could not be read, and why; ``name`` is the resource's, where it is one."""

    label: str
    why: str
    name: str = ""

    @property
    def said(self) -> str:
        """Why, with the name before it."""
        return f"{self.name}: {self.why}" if self.name else self.why


def distinct(states: Iterable[StackState | Unread]) -> list[StackState | Unread]:
    """Each state once, and no two under one label.

    A file may be given twice, or a stack by its short name and its long one. An export does not say of which
    organization it is: where two that differ have one name, each is called after its file as well.
    """
    kept: list[StackState | Unread] = []
    read: dict[str, list[StackState]] = {}
    for state in states:
        if isinstance(state, StackState):
            same = read.setdefault(f"{state.project}/{state.name}", [])
            if any(one.written_at == state.written_at and one.resources == state.resources for one in same):
                continue
            same.append(state)
        kept.append(state)
    used = Counter(one.label for one in kept if isinstance(one, StackState))
    return [
        replace(one, label=_with_source(one))
        if isinstance(one, StackState) and one.selector is None and used[one.label] > 1
        else one
        for one in kept
    ]


def _with_source(state: StackState) -> str:
    return f"{state.project}/{state.name} ({state.source})"


def words_of(text: str) -> frozenset[str]:
    """The runs of letters and digits in a text: an id that is in it, in whatever property, is among them."""
    return frozenset(_WORD.findall(text))


def state_of(
    content: bytes, *, source: str, selector: str | None = None, with_words: bool = False
) -> StackState | Unread:
    """The state in this text.

    Args:
        content: What was exported.
        source: Where it came from, for a state that holds no resource which would name its stack.
        selector: What Pulumi calls the stack, where it was asked for by that name.
        with_words: Whether ``words`` are asked for.
    """
    try:
        text = _unpacked(content)
        told = json.loads(text)
    except (ValueError, OSError, EOFError, RecursionError) as error:
        return Unread(source, f"it is not JSON ({_short(error)}): {_EXPECTED}")
    try:
        state = _state(told, source, selector)
        return replace(state, words=words_of(text.decode())) if with_words else state
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return Unread(source, f"it is no exported state ({_short(error)}): {_EXPECTED}")


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:_LONGEST_REASON]}"


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    import gzip  # noqa: PLC0415 - few file backends compress

    return gzip.decompress(content)


def _state(told: Mapping[str, Any], source: str, selector: str | None) -> StackState:
    # An export has a deployment; a checkpoint has the same as its latest, and null where the stack is empty.
    deployment = told["deployment"] if "deployment" in told else told["checkpoint"].get("latest")
    resources = (deployment or {}).get("resources") or ()
    written_at = ((deployment or {}).get("manifest") or {}).get("time")
    for number, one in enumerate(resources):
        _guard_text(one["type"], f"resources[{number}].type")
        _guard_text(one["urn"], f"resources[{number}].urn")
    project, stack = next((_names(one["urn"]) for one in resources), ("", ""))
    called = f"{project}/{stack}" if project else source
    return StackState(
        label=called if selector is None else selector.removeprefix("organization/"),
        project=project,
        name=stack,
        selector=selector,
        source=source,
        written_at=_instant(written_at),
        resources=tuple(_ours(resources)),
    )


def _guard_text(value: object, at: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{at} is {named(value)}, and has to be a text")


def _instant(told: str | None) -> datetime | None:
    if told is not None:
        _guard_text(told, "manifest.time")
    # The engine writes the zero time where it does not know.
    return None if told is None or told.startswith("0001-") else parse_instant(told)


def _names(urn: str) -> tuple[str, str]:
    """Project and stack of ``urn:pulumi:STACK::PROJECT::…``."""
    stack, project = urn.removeprefix("urn:pulumi:").split("::", 3)[:2]
    return project, stack


def _ours(resources: Iterable[Mapping[str, Any]]) -> Iterator[Resource]:
    for one in resources:
        kind = _KINDS.get(one["type"])
        # What a replacement or an interrupted run has left for deletion speaks for nothing any more.
        if kind is None or one.get("delete") or one.get("pendingReplacement"):
            continue
        told = properties_of(kind, one)
        yield Resource(
            kind=kind,
            urn=one["urn"],
            inputs=told.inputs,
            outputs=told.outputs,
            encrypted=told.encrypted,
            damaged=told.damaged,
        )
