"""A stack of many from the state of one: what ``pulumi up`` would leave after hours is there in seconds.

Every resource that is called after the one stage is repeated, with names and ids of the same length. A preview asks
nobody, so that nothing of them need exist. What else there is, the provider with the stack's configuration, is told of
all stages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.account import STAGES_PER_API

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DIGITS: Final = 4
_OWN: Final = ("rotationId", "clientCertificateId")


def places_of(api: str, stage: str, count: int) -> list[tuple[str, str]]:
    """So many stages, ten to an API, with names as long as those of the one."""
    return [(_numbered(api, number // STAGES_PER_API), _numbered(stage, number)) for number in range(count)]


def multiplied(state: Mapping[str, Any], api: str, stage: str, count: int) -> dict[str, Any]:
    """The state of a stack with so many of what the given one has one of."""
    deployment = state["deployment"]
    resources, places = deployment["resources"], places_of(api, stage, count)
    everywhere = {configured([(api, stage)]): configured(places)}
    shared = [_with(one, everywhere) for one in resources if stage not in one["urn"]]
    repeated = [one for one in resources if stage in one["urn"]]
    own = sorted({value for one in repeated for value in _own(one)})
    copies = []
    for number, (its_api, its_stage) in enumerate(places):
        words = {api: its_api, stage: its_stage, **{value: _numbered(value, number) for value in own}}
        copies += [_with(one, words) for one in repeated]
    return {**state, "deployment": {**deployment, "resources": [*shared, *copies]}}


def configured(places: Iterable[tuple[str, str]]) -> str:
    """What the stack's configuration says of the stages."""
    return ",".join(f"{api}/{stage}" for api, stage in places)


def _own(resource: Mapping[str, Any]) -> Iterator[str]:
    """The ids that one certificate has and no other."""
    outputs = resource.get("outputs", {})
    yield from (str(outputs[key]) for key in _OWN if outputs.get(key))


def _with(resource: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    text = json.dumps(resource)
    for word, other in words.items():
        text = text.replace(word, other)
    changed: dict[str, Any] = json.loads(text)
    return changed


def _numbered(word: str, number: int) -> str:
    return f"{word[:-_DIGITS]}{number:0{_DIGITS}}"
