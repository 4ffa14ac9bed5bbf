"""stage-without-ignore-changes: a stage whose own resource undoes what a binding does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from .agreed import Kind
from .declared import UNKNOWN, Violation, of_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .declared import Declared


class _Form(NamedTuple):
    """How a type of pulumi-aws names a stage, and what a binding calls its API."""

    api_kind: str
    api: str
    stage: str


_FORMS: Final = {
    "aws:apigateway/stage:Stage": _Form("REST", "restApi", "stageName"),
    "aws:apigatewayv2/stage:Stage": _Form("WEBSOCKET", "apiId", "name"),
}
STAGE_TYPES: Final = tuple(_FORMS)
# In place of an id: a certificate of ACM, which renews it.
_ARN: Final = "arn:"
_IGNORED: Final = ("clientCertificateId", "*")


def without_ignore_changes(resources: Sequence[Declared]) -> Iterator[Violation]:
    """The stages of pulumi-aws that a binding of this stack binds and that still manage the certificate themselves.

    Where it cannot be told at preview whether two resources mean one stage, it says nothing: the harm comes with a
    later update of the stage, and by then its ids are known.
    """
    bindings = list(of_kind(resources, Kind.BINDING))
    for stage in resources:
        form = _FORMS.get(stage.type)
        if form is None or any(one in _IGNORED for one in stage.ignore_changes):
            continue
        for binding in bindings:
            if _same(binding, stage, form):
                yield Violation(stage.urn, _message(stage, binding))
                break


def _same(binding: Declared, stage: Declared, form: _Form) -> bool:
    if (binding.props.get("apiKind") or "REST") not in (form.api_kind, UNKNOWN):
        return False
    pairs = (("apiId", form.api), ("stageName", form.stage))
    return all(_alike(binding, ours, stage, theirs) for ours, theirs in pairs)


def _alike(binding: Declared, ours: str, stage: Declared, theirs: str) -> bool:
    one, other = binding.props.get(ours), stage.props.get(theirs)
    if UNKNOWN not in (one, other):
        return one is not None and one == other
    # Not known yet: the same when computed from the stage itself, or both from the very same resources.
    sources = binding.sources_of(ours)
    return stage.urn in sources or (bool(sources) and sources == stage.sources_of(theirs))


def _message(stage: Declared, binding: Declared) -> str:
    presents = stage.text("clientCertificateId") or ""
    if presents.startswith(_ARN):
        return (
            f"Stage {stage.name!r} presents the ACM certificate {presents} by its own resource and is bound by"
            f" {binding.name!r} too: the binding refuses to replace it, or with take_over each undoes the other."
            " Leave the stage to ACM and remove the binding; or take clientCertificateId out of the stage and give it"
            ' ignore_changes=["clientCertificateId"] (`python -m apigw_client_cert.docs acm`).'
        )
    return (
        f"Stage {stage.name!r} is bound by {binding.name!r} and manages clientCertificateId itself: its own next update"
        " sets back or clears what the binding set, and the backend rejects the stage."
        ' Give it ignore_changes=["clientCertificateId"] (ignoreChanges) among its resource options.'
    )
