"""What AWS says of one rotation that its state does not: a stage that somebody switched, a certificate that is gone.

A state is judged by what the credentials of its own account show, and by nothing else: in another account everything
of it reads as deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert import errors
from apigw_client_cert.cli.findings.finding import StatusFinding, Urgency
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.gateway.acm import is_acm, named
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.proof import Proof
from apigw_client_cert.rotation.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.live.region import Region
    from apigw_client_cert.cli.resources import Binding
    from apigw_client_cert.cli.states import StackState

Said = StatusFinding | Unread
_OWN: Final = "which is another one of this rotation: a run may be under way, and the next one looks at the stage"


def has_place(group: Group) -> bool:
    """Whether it has a certificate or a stage: where a bundle alone was read, its place is its targets'."""
    return group.certificate is not None or bool(group.bindings)


def place_of(group: Group) -> tuple[str | None, str | None]:
    """Account and region of the certificate and its stages, as state has them; None for what it does not say."""
    own = None if group.certificate is None else group.certificate.resource
    resource = own or (group.bindings or group.bundles)[0].resource
    both = {**resource.inputs, **resource.outputs}
    account, region = known(both, "accountId"), known(both, "region")
    return (None if account is None else str(account)), (None if region is None else str(region))


def live_findings(group: Group, region: Region) -> Iterator[Said]:
    """All that a look at the rotation's own account and region adds; why nothing could be told, where that is so."""
    strange = _strange(group, region)
    if strange is not None:
        yield strange
        return
    yield from _gone(group, region)
    for one in group.bindings:
        yield from _stage(group, one, region)


def _strange(group: Group, region: Region) -> Unread | None:
    """Why what was seen says nothing of this rotation."""
    account, _region = place_of(group)
    if account is not None and region.account_id is not None and account != region.account_id:
        why = (
            f"{group.name} lives in account {errors.printable(account)}, and these credentials are of account"
            f" {region.account_id}: AWS was not asked about it. Give --profile or --assume-role, or narrow what is read"
        )
        return Unread(group.stack.label, why)
    proof = Proof(
        gateway=region.gateway,
        account_id=account,
        rotation_ids=[] if group.rotation_id is None else [group.rotation_id],
        ids=_ids(group),
    )
    try:
        proof.guard((region.certificates or {}).values(), missing=f"what {group.name} has")
    except errors.RotationError as error:
        return Unread(group.stack.label, str(error), group.name)
    return None


def _ids(group: Group) -> list[str]:
    if group.certificate is not None:
        return [one.id for one in group.certificate.rotation.generations]
    return list(dict.fromkeys(one.told for one in group.bindings if not is_acm(one.told)))


def _gone(group: Group, region: Region) -> Iterator[Said]:
    if region.certificates is None:
        return
    for one in _ids(group):
        if one in region.certificates:
            continue
        try:
            # A list may be behind the times.
            if region.gateway.get(one) is not None:
                continue
        except errors.RotationError as error:
            yield Unread(group.stack.label, f"whether certificate {one} is there: {error}", group.name)
            continue
        users = region.presenters(one)
        seen = f"still presented by {errors.joined(users)}" if users else "presented by no stage that was seen"
        previous = group.certificate is not None and any(
            each.id == one and each.role is Role.PREVIOUS for each in group.certificate.rotation.generations
        )
        yield _person(
            group.stack,
            "gone",
            f"certificate {one} is in state and not in {region.label}: somebody deleted it; {seen}. `pulumi up"
            " --refresh` replaces what is needed",
            Urgency.NOTE if previous and not users else Urgency.PERSON,
        )


def _stage(group: Group, one: Binding, region: Region) -> Iterator[Said]:
    """Judged by a second look where the first does not agree with state: a run may be under way."""
    rotation = None if group.certificate is None else group.certificate.rotation
    desired = one.told if rotation is None or rotation.active is None else rotation.active.id
    expected = {one.presented, desired}
    presented = region.presented(one.stage)
    if presented is not None and presented in expected:
        return
    try:
        presented = region.gateway.presented(one.stage)
    except errors.StageNotFound as error:
        yield _person(one.stack, "stage-gone", f"{error.what}, and a binding is to have it present {desired}")
        return
    except errors.RotationError as error:
        yield Unread(one.stack.label, f"what stage {one.stage} presents: {error}")
        return
    if presented in expected:
        return
    should = f"state says {one.presented or 'nothing'}, and it is to present {desired}"
    if presented is None:
        yield _person(one.stack, "unbound", f"stage {one.stage} presents no certificate; {should}")
        return
    kind = _kind(group, presented, region)
    message = f"stage {one.stage} presents {named(presented)}, {kind}; {should}"
    # What the rotation made is trusted as long as it lives, and a run that is under way may have put it there.
    yield _person(one.stack, "switched", message, Urgency.DUE if kind == _OWN else Urgency.PERSON)


def _kind(group: Group, presented: str, region: Region) -> str:
    """Whose certificate it is, as far as can be told."""
    if is_acm(presented):
        return "which no rotation replaces"
    found = (region.certificates or {}).get(presented)
    if found is None:
        return "of which nothing could be read" if region.certificates is None else "which was not there"
    owner = found.tags.get(ROTATION_ID_TAG)
    if owner is None:
        return "which no rotation made"
    return "which another rotation owns" if owner != group.rotation_id else _OWN


def _person(stack: StackState, reason: str, message: str, urgency: Urgency = Urgency.PERSON) -> StatusFinding:
    return StatusFinding(stack=stack, reason=reason, urgency=urgency, message=message)
