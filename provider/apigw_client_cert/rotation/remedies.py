"""What a person has to do about a finding: a sentence, and the commands that docs/runbook.md performs. Pure.

The commands are those of the stack program; where a program of one's own declares the resources, its arguments have
the same names. A test holds each of them to the page.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apigw_client_cert.rotation.model import Rotation

UP: Final = "pulumi up --refresh"
_UNPIN: Final = "pulumi config rm pinGeneration"
_PIN: Final = "pulumi config set pinGeneration <number>"
_WHOSE: Final = "aws apigateway get-rest-api --rest-api-id <api>"
_FREE: Final = (
    "aws apigateway update-stage --rest-api-id <api> --stage-name <stage>"
    " --patch-operations op=replace,path=/clientCertificateId,value=<new>"
)
_SOCKETS: Final = "aws apigatewayv2 get-stages --api-id <api>"
_WEBSOCKET: Final = "@websocket"
_SWEEP: Final = "apigw-client-cert sweep --all-stacks"
_INVENTORY: Final = "apigw-client-cert status --live --no-state"
_DELETE: Final = "aws apigateway delete-client-certificate --client-certificate-id <unused>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What to do, with which commands in this order, and the section of the runbook that shows it."""

    text: str
    commands: tuple[str, ...] = ()
    section: str = ""


_RUN: Final = Remedy(text="A run has to come; find out why none has, such as a schedule that fails.", commands=(UP,))
_UNFINISHED: Final = Remedy(
    text="The runs of this stack do not come to their end, or an input is ignored (ignore_changes): look at what the"
    " last one said.",
    commands=(UP,),
)
_NO_PIN: Final = Remedy(
    text="Remove the pin, or pin a generation that lives.", commands=(_UNPIN, UP), section="roll-back"
)
_FREED: Final = Remedy(
    text="Find whose stage it is, and let it present the active certificate, or bind it in this program. The next looks"
    " find it free, and what it presented is deleted an overlap later.",
    commands=(_WHOSE, _FREE, UP),
    section="a-certificate-that-nobody-dares-to-delete",
)

#: Reason of a finding -> what to do; one that is missing here is mended by the next run, or says itself what to do.
REMEDIES: Final[dict[str, Remedy]] = {
    "blocked": _FREED,
    "kept": _FREED,
    "presented-to-the-end": _FREED,
    "pin-gone": _NO_PIN,
    "pin-expiring": _NO_PIN,
    "not-looked-for": _NO_PIN,
    "overdue": _RUN,
    "stale": _RUN,
    "follow": Remedy(text="The stack that uses the certificate has to run after the one that owns it.", commands=(UP,)),
    "unbound": Remedy(text="Run now: the next update lets the stage present its certificate.", commands=(UP,)),
    "not-held": Remedy(
        text="Run now: the next update writes the target again; then let backends read it: reload them.", commands=(UP,)
    ),
    "active-gone": Remedy(text="Run now; nothing else has to be done.", commands=(UP,)),
    "active-expired": Remedy(
        text="Run now, and then let backends read what is published: reload them.",
        commands=(UP,),
        section="everything-has-expired",
    ),
    "unconfirmed": Remedy(
        text="Each run tries to confirm the switch again. Look at the backend; to go back to the former generation"
        " while it lives, pin it.",
        commands=(UP, _PIN, UP),
        section="roll-back",
    ),
    "not-followed": Remedy(
        text='Take ignore_changes of "clientCertificateId", "generations", "publishedSince" or "*" off the binding, or'
        " run the stack that owns the certificate and then this one.",
        commands=(UP,),
    ),
    "failed-step": Remedy(text="The message says what to mend; the next run tries again.", commands=(UP,)),
}
#: The same for a failed step of this name.
FAILED: Final[dict[str, Remedy]] = {
    "issue": Remedy(
        text="The message says what to mend. Where the quota is used up: sweep what rotations have left behind, look"
        " who presents what, and delete what no stage presents and no stack keeps.",
        commands=(_SWEEP, _INVENTORY, _DELETE, UP),
        section="the-quota-is-full",
    ),
}


def remedy_for(
    reason: str, rotation: Rotation | None, stages: Iterable[str], *, failed: str | None = None, here: bool = False
) -> Remedy | None:
    """What to do about a finding; None where nothing is to be done, or the finding says it.

    Args:
        reason: The finding's stable word.
        rotation: What it is about, where its owner was read.
        stages: Who presents what is kept, as a look names them, and is moved by no binding that was read.
        failed: The step that failed, where it is a finding of one.
        here: Whether it is about the stack that owns the certificate.
    """
    found = REMEDIES.get(reason)
    if found is None:
        return None
    if reason == "failed-step":
        return FAILED.get(failed or "", found)
    if reason == "follow" and here:
        return _UNFINISHED
    new = rotation.active.id if rotation is not None and rotation.active is not None else "<new>"
    former = max((one.number for one in rotation.previous), default=None) if rotation is not None else None
    if found is _FREED:
        stages = tuple(stages)
        if not stages:
            return None
        return replace(found, commands=tuple(_freeing(stages, new)))
    commands = [one for one in found.commands if one is not _PIN or former is not None]
    return replace(found, commands=tuple(one.replace("<number>", str(former)) for one in commands))


def _freeing(stages: Iterable[str], new: str) -> Iterator[str]:
    """The commands for each stage; what a look could not see has no name, and its permission is to be granted."""
    for stage in stages:
        api, slash, name = stage.partition("/")
        if not slash or " " in api:
            continue
        if name.endswith(_WEBSOCKET):
            yield _SOCKETS.replace("<api>", shlex.quote(api))
            continue
        for template in (_WHOSE, _FREE):
            filled = template.replace("<api>", shlex.quote(api)).replace("<stage>", shlex.quote(name))
            yield filled.replace("<new>", new)
    yield UP
