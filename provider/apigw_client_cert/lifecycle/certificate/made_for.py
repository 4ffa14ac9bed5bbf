"""What a new certificate is made for, looked at before anything is made: its stages, and the targets of its bundle.

A creation that is refused here leaves nothing behind, neither in AWS nor in state: every remedy is still open.
"""

from __future__ import annotations

import contextlib
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import is_acm
from apigw_client_cert.gateway.interface import StageKind
from apigw_client_cert.lifecycle.binding.act import stage_of
from apigw_client_cert.lifecycle.binding.messages import refusal_error
from apigw_client_cert.lifecycle.existence import sought
from apigw_client_cert.lifecycle.failed_step import Unfinished
from apigw_client_cert.lifecycle.inputs import API_ID, CONNECTION, STAGE_NAME, UNKNOWN, known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID, facts_of, issued_generation
from apigw_client_cert.lifecycle.state import dump_generation
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.lifecycle.trust_bundle.presenters import UNMADE
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.publish.specs import spec_findings
from apigw_client_cert.rotation.binding import (
    BindingPolicy,
    Move,
    Presented,
    Presents,
    Publication,
    Refusal,
    decide_binding,
)
from apigw_client_cert.rotation.model import Generation, Role
from apigw_client_cert.trust.x509 import read_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import StageRef
    from apigw_client_cert.lifecycle.certificate.adopt import Origin
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.inputs import Failures
    from apigw_client_cert.lifecycle.looks import LookedAtGateway
    from apigw_client_cert.publish.interface import Target

MADE_FOR = "madeFor"
_SHAPES: Mapping[str, tuple[type, str]] = {
    "stages": (list, "a list of stages"),
    "targets": (list, "a list of targets"),
    "alsoTrust": (list, "a list of PEM certificates"),
    "takeOver": (bool, "True or False"),
}
_THE_NEW_ONE = "the certificate to be made"


def stages_of(props: Mapping[str, Any]) -> tuple[str, ...]:
    """The stages that it is for, as words, as far as they are known: a certificate alone may be told of none."""
    made_for = known(props, MADE_FOR)
    stages = made_for.get("stages") if isinstance(made_for, dict) else None
    return tuple(str(stage_of(one)) for one in stages if _is_stage(one)) if isinstance(stages, list) else ()


def check_made_for(made_for: object, failures: Failures) -> None:
    """Validate the shape; an entry is a binding's or a bundle's, whose own check says better what is wrong with it."""
    if made_for is None or made_for == UNKNOWN:
        return
    if not isinstance(made_for, dict):
        failures.add(MADE_FOR, f"made_for must be stages and targets, not {errors.safe_repr(made_for)}")
        return
    for key, value in made_for.items():
        wanted, text = _SHAPES.get(key, (None, ""))
        if wanted is None:
            failures.add(MADE_FOR, f"made_for has no {errors.safe_repr(key)}; it takes {', '.join(_SHAPES)}")
        elif value not in (None, UNKNOWN) and not isinstance(value, wanted):
            failures.add(MADE_FOR, f"{key} of made_for must be {text}, not {errors.safe_repr(value)}")


def _is_stage(one: object) -> bool:
    if not isinstance(one, dict) or one.get("apiKind") not in (None, *(kind.value for kind in StageKind)):
        return False
    return all(form.fullmatch(str(one.get(key))) for key, form in _NAMES.items())


# Checked before they go into a URL.
_NAMES = {"apiId": API_ID, "stageName": STAGE_NAME}
_ENTRIES: Mapping[str, Callable[[object], bool]] = {
    "stages": _is_stage,
    "targets": lambda one: isinstance(one, dict) and spec_findings(one) is None,
    "alsoTrust": lambda one: isinstance(one, str),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The look of one creation; changes nothing.

    Attributes:
        props: The certificate's inputs.
        origin: What is taken over, and which certificates there are.
    """

    props: Mapping[str, Any]
    origin: Origin
    gateway: LookedAtGateway
    environment: Environment
    now: datetime

    def guard(self) -> None:
        """Refuse a creation whose stages could not be bound, or whose targets could not be published to.

        Raises ``StageNotFound``, ``StageTaken`` and ``TargetTaken`` in the words of the binding and of the bundle.
        """
        made_for = known(self.props, MADE_FOR) or {}
        for key, is_one in _ENTRIES.items():
            for one in made_for.get(key) or ():
                if not is_one(one):
                    raise _no_such_entry(key, one)
        for stage in made_for.get("stages") or ():
            self._guard_stage(stage, made_for)
        if made_for.get("targets"):
            self._guard_targets(made_for)

    def _guard_stage(self, properties: Mapping[str, Any], made_for: Mapping[str, Any]) -> None:
        stage = stage_of(properties)
        presented = self._presented(stage)
        trusted = None
        if made_for.get("targets") or made_for.get("alsoTrust") is not None:
            trusted = {read_certificate(pem).sha256 for pem in made_for.get("alsoTrust") or ()}
        desired = _THE_NEW_ONE if self._first is None else self._first
        decision = decide_binding(
            desired=desired,
            presented=presented,
            # It will be published before anything is bound, and who presents a live one will wait.
            publication=Publication(since=self.now, trusted=trusted),
            policy=BindingPolicy(),
            take_over=bool(made_for.get("takeOver")),
            now=self.now,
        )
        if decision.move is Move.REFUSE:
            raise refusal_error(decision.refusal or Refusal.FOREIGN, stage, presented, desired)

    @property
    def _first(self) -> str | None:
        chosen = self.origin.named or self.origin.lost
        return None if chosen is None else chosen.id

    def _presented(self, stage: StageRef) -> Presented:
        presented = self.gateway.seen(stage)
        if presented is None:
            return Presented(kind=Presents.NOTHING)
        if is_acm(presented):
            return Presented(kind=Presents.ACM, id=presented)
        listed = {one.id: one for one in self.origin.listed}
        found = listed.get(presented) or sought(self.gateway, presented)
        if found is None:
            return Presented(kind=Presents.GONE, id=presented)
        facts = facts_of(found)
        if found.id in {one.id for one in self.origin.taken.values()}:
            kind = Presents.OURS
        else:
            kind = Presents.OTHER_ROTATION if ROTATION_ID in found.tags else Presents.FOREIGN
        not_after = min(facts.not_after, found.expiration_date)
        return Presented(kind=kind, id=presented, not_after=not_after, sha256=facts.sha256)

    def _guard_targets(self, made_for: Mapping[str, Any]) -> None:
        """Let the bundle's own creation begin: its first write, which ends it here, comes after all of its refusals."""
        taken = [issued_generation(one, number) for number, one in self.origin.taken.items()]
        # Those are recognised in a target, and not published again.
        earlier = [
            replace(issued_generation(one, number), trusted=False)
            for number, one in enumerate(self.origin.earlier, start=1)
        ]
        to_be_made = [dump_generation(one) for one in taken or [_made_up(self.now)]]
        rotations = [
            {"rotationId": "to be made", UNMADE: True, "generations": to_be_made},
            {"rotationId": "made before", UNMADE: True, "generations": [dump_generation(one) for one in earlier]},
        ]
        inputs = {
            "name": self.props["name"],
            "rotations": rotations,
            **{key: made_for.get(key) for key in ("targets", "alsoTrust", "takeOver")},
            **{key: self.props.get(key) for key in CONNECTION},
        }
        unread: list[errors.RotationError] = []
        dry_run = replace(
            self.environment,
            target=lambda spec, connection: _ReadOnly(self.environment.target(spec, connection), unread),
            say=lambda _line: None,
        )
        with contextlib.suppress(_Written, Unfinished):
            trust_bundle.create(without_none(inputs), dry_run)
        if unread:
            # The bundle leaves it to the next run where others are written; before the certificate is made it is early.
            raise unread[0]


class _Written(Exception):  # noqa: N818 - no error: everything was read, and nothing stood in the way
    """The rehearsed bundle came to its first write."""


@dataclass(frozen=True, slots=True)
class _ReadOnly:
    """A target that is read as it is, and never written; why it could not be read is noted."""

    target: Target
    unread: list[errors.RotationError]

    @property
    def address(self) -> str:
        return self.target.address

    def read(self) -> str | None:
        try:
            return self.target.read()
        except errors.RotationError as error:
            self.unread.append(error)
            raise

    def write(self, _content: str) -> None:
        raise _Written


def _made_up(now: datetime) -> Generation:
    """Stands for the certificate that is not made yet: no target can hold it."""
    text = "not made yet"
    return Generation(
        number=1,
        id=text,
        role=Role.ACTIVE,
        created_date=now,
        not_after=now + timedelta(days=365),
        serial=text,
        sha256=text,
        sha1=text,
        spki_sha256=text,
        pem=f"-----BEGIN CERTIFICATE-----\n{b64encode(text.encode()).decode()}\n-----END CERTIFICATE-----\n",
    )


def _no_such_entry(key: str, one: object) -> errors.BadInput:
    finding = spec_findings(one) if key == "targets" and isinstance(one, dict) else None
    return errors.BadInput(
        f"made_for holds {errors.safe_repr(one)} among its {key}" + (f": {finding}" if finding else ""),
        means="No stage, target or certificate is like that; nothing was changed.",
        remedy="Correct the entry.",
        subject=MADE_FOR,
    )
