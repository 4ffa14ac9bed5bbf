"""What an engine run has seen, shared by all of its resources: who presents what, and what the targets hold.

A move, a withdrawal and a deletion are each preceded by a look at what they could harm (invariants 1, 3 and 12).
The look is taken once per run and is never older than the run's last write to what it looked at.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NoReturn

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import Redeploy, Usage
from apigw_client_cert.lifecycle.stage_lists import StageLists

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import (
        Gateway,
        IssuedCertificate,
        StageKind,
        StageRef,
        TrialAnswer,
        TrialCall,
    )
    from apigw_client_cert.publish.interface import Target


class Looks:
    """The looks of one engine run. Thread-safe: the engine calls from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._scans: dict[Connection, Usage] = {}
        self._memories: dict[Hashable, _Memory] = {}
        self.stages = StageLists()

    def forget(self) -> None:
        """Begin another run in this process: nothing that was seen counts any more."""
        with self._lock:
            self._scans.clear()
            self._memories.clear()
        self.stages.forget()

    def gateway(self, connection: Connection, gateway: Gateway) -> LookedAtGateway:
        """The same gateway, whose scan and lists of stages all resources of the run share."""
        # One resource names the region, and another has it from boto3's default chain.
        return LookedAtGateway(gateway, self, replace(connection, region=gateway.region))

    def target(self, place: Hashable, target: Target) -> LookedAtTarget:
        """The same target, with what the run has seen of its place.

        Args:
            place: Where it is and as whom it is read; equal for equal places.
            target: How this call reaches it.
        """
        with self._lock:
            return LookedAtTarget(target, self._memories.setdefault(place, _Memory()))

    def usage(self, connection: Connection, scan: Callable[[], Usage]) -> Usage:
        """Who presents what, scanned once; whoever comes meanwhile waits for it."""
        with self._lock:
            if connection not in self._scans:
                self._scans[connection] = scan()
            return self._scans[connection]

    def moved(self, stage: StageRef, certificate_id: str | None) -> None:
        """Take a switch of this run into every look: API ids are random, so the stage is the same in each."""
        with self._lock:
            self._scans = {key: _with(usage, stage, certificate_id) for key, usage in self._scans.items()}
        self.stages.moved(stage, certificate_id)

    def lost_sight(self) -> None:
        """A switch of unknown outcome: who presents what has to be looked at anew."""
        with self._lock:
            self._scans.clear()
        self.stages.forget()


#: One process serves one run at a time.
LOOKS: Final = Looks()


@dataclass(slots=True)
class _Memory:
    """What the run has seen of one place; ``error`` where the last look failed."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    known: bool = False
    content: str | None = field(default=None, repr=False)
    error: errors.RotationError | None = None


class LookedAtTarget:
    """A target that remembers what it was seen to hold; the contract of ``publish.interface.Target``, and ``seen``."""

    def __init__(self, target: Target, memory: _Memory) -> None:
        self._target = target
        self._memory = memory

    @property
    def address(self) -> str:
        """The target's own."""
        return self._target.address

    def read(self) -> str | None:
        """What it holds at this moment."""
        memory = self._memory
        with memory.lock:
            memory.known, memory.error = True, None
            try:
                memory.content = self._target.read()
            except errors.RotationError as error:
                memory.error = error
                raise
            return memory.content

    def write(self, content: str) -> None:
        """Replace the whole content."""
        memory = self._memory
        with memory.lock:
            memory.known = False
            self._target.write(content)
            memory.known, memory.content, memory.error = True, content, None

    def seen(self) -> str | None:
        """What it held when this run last looked at it or wrote to it; looks now where it did neither.

        Raises what that look raised: forty bindings do not each wait for a place that does not answer.
        """
        with self._memory.lock:
            if not self._memory.known:
                return self.read()
            if self._memory.error is not None:
                raise self._memory.error
            return self._memory.content


@dataclass(frozen=True, slots=True)
class UnreachedTarget:
    """A target that nobody can reach; the contract of ``publish.interface.Target``."""

    address: str
    error: errors.RotationError

    def read(self) -> NoReturn:
        """Raises why it is not reached."""
        raise self.error

    def write(self, _content: str) -> NoReturn:
        """The same."""
        raise self.error


class LookedAtGateway:
    """A gateway whose scan and lists are the run's; everything else is its own. Contracts: ``interface.Gateway``."""

    def __init__(self, gateway: Gateway, looks: Looks, connection: Connection) -> None:
        self._gateway = gateway
        self._looks = looks
        self._connection = connection

    @property
    def region(self) -> str:
        """The region."""
        return self._gateway.region

    def account_id(self) -> str | None:
        """The account."""
        return self._gateway.account_id()

    def caller(self) -> str | None:
        """Who calls."""
        return self._gateway.caller()

    def generate(self, *, description: str, tags: Mapping[str, str]) -> IssuedCertificate:
        """One new certificate."""
        return self._gateway.generate(description=description, tags=tags)

    def get(self, certificate_id: str) -> IssuedCertificate | None:
        """The certificate, or None when it is gone."""
        return self._gateway.get(certificate_id)

    def list_certificates(self) -> tuple[IssuedCertificate, ...]:
        """All certificates."""
        return self._gateway.list_certificates()

    def delete(self, certificate_id: str) -> None:
        """Delete it; gone already is success."""
        self._gateway.delete(certificate_id)

    def tag(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""
        self._gateway.tag(certificate_id, tags)

    def untag(self, certificate_id: str, keys: Collection[str]) -> None:
        """Remove tags."""
        self._gateway.untag(certificate_id, keys)

    def presented(self, stage: StageRef) -> str | None:
        """What the stage presents at this moment."""
        return self._gateway.presented(stage)

    def list_presented(self, api_id: str, kind: StageKind) -> Mapping[StageRef, str | None]:
        """What each stage of an API presents at this moment."""
        return self._gateway.list_presented(api_id, kind)

    def seen(self, stage: StageRef) -> str | None:
        """What the stage presented when this run listed its API; looks now where it is not in that list.

        For what harms nobody where it is minutes old. Raises ``StageNotFound``, which only a look of its own may say.
        """
        listed = self._looks.stages.of(self._connection, stage, self._gateway)
        return listed[stage] if stage in listed else self._gateway.presented(stage)

    def bind(self, stage: StageRef, certificate_id: str, redeploy: Redeploy = Redeploy.NEVER) -> None:
        """Make the stage present this certificate."""
        try:
            self._gateway.bind(stage, certificate_id, redeploy)
        except errors.RotationError:
            self._looks.lost_sight()
            raise
        self._looks.moved(stage, certificate_id)

    def unbind(self, stage: StageRef) -> None:
        """Make the stage present nothing."""
        try:
            self._gateway.unbind(stage)
        except errors.RotationError:
            self._looks.lost_sight()
            raise
        self._looks.moved(stage, None)

    def try_certificates(
        self, stage: StageRef, trial: TrialCall, certificate_ids: Sequence[str | None]
    ) -> tuple[TrialAnswer, ...]:
        """What a method answers with each of these certificates."""
        return self._gateway.try_certificates(stage, trial, certificate_ids)

    def scan(self) -> Usage:
        """Who presents what, as the run has seen it."""
        return self._looks.usage(self._connection, self._gateway.scan)


def _with(usage: Usage, stage: StageRef, certificate_id: str | None) -> Usage:
    others = {
        presented: kept
        for presented, stages in usage.users.items()
        if (kept := tuple(one for one in stages if one != stage))
    }
    if certificate_id is not None:
        others[certificate_id] = tuple(sorted([*others.get(certificate_id, ()), stage]))
    return replace(usage, users=others)
