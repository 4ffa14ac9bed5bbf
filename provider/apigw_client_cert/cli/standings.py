"""How each certificate of a rotation stands by what was read: its end, since when it is published, and who presents it.

A history says what was done; an auditor also asks what holds now, and since when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.resources import Binding, Bundle
    from apigw_client_cert.rotation.model import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A bundle that publishes it; ``since`` None: not every target is known to hold it."""

    stack: str
    name: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presenter:
    """A stage that presented it when it was last looked at, and since when it was seen to, where that is told."""

    stack: str
    name: str
    stage: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One certificate. ``generation`` None: stages present it, and the rotation has none of that id.

    ``certificate_id`` None stands for the stages that present nothing.
    """

    certificate_id: str | None
    generation: Generation | None
    published: tuple[Publication, ...]
    presented_by: tuple[Presenter, ...]


def standings_of(group: Group) -> Iterator[Standing]:
    """The rotation's generations by number, then what else its stages present."""
    generations = () if group.certificate is None else group.certificate.rotation.generations
    by_certificate: dict[str | None, list[Presenter]] = {one.id: [] for one in generations}
    for binding in group.bindings:
        by_certificate.setdefault(binding.presented, []).append(_presenter(binding))
    made = {one.id: one for one in generations}
    for certificate_id, presenters in by_certificate.items():
        generation = None if certificate_id is None else made.get(certificate_id)
        yield Standing(
            certificate_id=certificate_id,
            generation=generation,
            published=() if generation is None else tuple(_published(generation, group.bundles)),
            presented_by=tuple(presenters),
        )


def _presenter(binding: Binding) -> Presenter:
    return Presenter(
        stack=binding.stack.label,
        name=binding.resource.name,
        stage=str(binding.stage),
        since=None if binding.presented is None else binding.presented_since,
    )


def _published(generation: Generation, bundles: Sequence[Bundle]) -> Iterator[Publication]:
    for bundle in bundles:
        for entry in bundle.entries:
            if entry.sha256 == generation.sha256:
                yield Publication(stack=bundle.stack.label, name=bundle.resource.name, since=entry.since)
