"""The world outside, as the lifecycle reaches it: a clock, API Gateway, publish targets, and a line to the user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apigw_client_cert import clock, errors
from apigw_client_cert.lifecycle.looks import Looks, UnreachedTarget
from apigw_client_cert.lifecycle.proof import account_as_recorded
from apigw_client_cert.publish.places import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.http_probe import ProbeCall
    from apigw_client_cert.gateway.interface import Gateway, TrialAnswer
    from apigw_client_cert.lifecycle.looks import LookedAtGateway, LookedAtTarget
    from apigw_client_cert.publish.interface import Target


def _gateway(connection: Connection) -> Gateway:
    from apigw_client_cert.gateway.client import gateway_for  # noqa: PLC0415 - a preview must not load boto3

    return gateway_for(connection)


def _target(spec: Mapping[str, Any], connection: Connection) -> Target:
    from apigw_client_cert.publish.targets import target_for  # noqa: PLC0415 - a preview must not load boto3

    return target_for(spec, connection)


def _probe(call: ProbeCall) -> TrialAnswer:
    from apigw_client_cert.gateway.http_probe import probe  # noqa: PLC0415 - few bindings are confirmed by one

    return probe(call)


def _stays_here(connection: Connection) -> bool:
    from apigw_client_cert.gateway.reach import stays_on_this_machine  # noqa: PLC0415 - a preview must not load boto3

    return stays_on_this_machine(connection)


def _pause(seconds: float) -> None:
    from apigw_client_cert.gateway.client import pause  # noqa: PLC0415 - the one place that waits

    pause(seconds)


_said: set[str] = set()


def _say(line: str) -> None:
    # A refresh asks for the same difference once more in the same process; saying it twice reads as two steps.
    if line in _said:
        return
    _said.add(line)
    # The dynamic host shows what the plugin process prints under the stack's diagnostics
    # (docs/pulumi.md §1.4); flushed, because that process is killed at the end of the run.
    print(line, flush=True)  # noqa: T201


def _token() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Everything that is not a value; the defaults are the real ones.

    ``looks`` is what this engine run has seen; a host gives all resources of a run the same one.
    """

    now: Callable[[], datetime] = clock.now
    gateway: Callable[[Connection], Gateway] = _gateway
    target: Callable[[Mapping[str, Any], Connection], Target] = _target
    say: Callable[[str], None] = _say
    token: Callable[[], str] = _token
    probe: Callable[[ProbeCall], TrialAnswer] = _probe
    pause: Callable[[float], None] = _pause
    stays_here: Callable[[Connection], bool] = _stays_here
    looks: Looks = field(default_factory=Looks)

    def guard_clock(self, connection: Connection) -> None:
        """Refuse to change anything on a made-up clock, except on this machine."""
        if clock.is_made_up():
            clock.guard_made_up_clock(loopback=self.stays_here(connection))

    def acting_gateway(self, connection: Connection, account_id: str | None = None) -> LookedAtGateway:
        """The gateway for a method that changes something.

        Raises ``Refused`` on a made-up clock, and where the credentials are not those of ``account_id``.
        """
        self.guard_clock(connection)
        return self.observing_gateway(connection, account_id)

    def observing_gateway(self, connection: Connection, account_id: str | None = None) -> LookedAtGateway:
        """The gateway for a method that only looks; raises ``Refused`` for the wrong account.

        In another account every certificate of ours is "not found", which would read as "deleted by hand".
        """
        gateway = self.looks.gateway(connection, self.gateway(connection))
        here = gateway.account_id() if account_id else None
        if here and here != account_id:
            there = account_as_recorded(account_id)
            raise errors.Refused(
                f"The credentials belong to account {here}, but this resource lives in account {there}",
                means="Credentials of another account look at nothing and change nothing.",
                remedy=f"Use credentials of account {there}; to move, create a new resource in the other account.",
                subject=there,
            )
        return gateway

    def reached_gateway(
        self, connection: Connection, account_id: str | None = None
    ) -> LookedAtGateway | errors.RotationError:
        """The same; or why AWS cannot be asked, without credentials for one, where something can be done without it."""
        try:
            return self.observing_gateway(connection, account_id)
        except errors.Refused:
            raise
        except errors.RotationError as error:
            return error

    def looked_at_target(self, spec: Mapping[str, Any], connection: Connection) -> LookedAtTarget:
        """The run's one target of a place; what it holds is read once per run, unless it has to be fresh."""
        return self.looks.target((place_of(spec, connection), connection), self.target(spec, connection))

    def unreached_target(
        self, spec: Mapping[str, Any], connection: Connection, error: errors.RotationError
    ) -> LookedAtTarget:
        """The same target where its account cannot be looked at: nothing is read or written there in this run."""
        place, address = (place_of(spec, connection), connection), self.target(spec, connection).address
        return self.looks.target(place, UnreachedTarget(address, error))
