"""A binding's create or update that failed: the state that is true then, so that what depends on it goes on.

It is the state of before with what the stage is seen to present: nothing counts as set or confirmed but by a call that
succeeded. A switch that is open stays open by that, as what was confirmed last is not what is presented; and a deletion
clears nothing that this binding did not set, by tag or by state, and nothing that the program says it should keep.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.lifecycle.binding.act import Progress, stage_of
from apigw_client_cert.lifecycle.binding.gone_stage import guard_gone
from apigw_client_cert.lifecycle.binding.last_refusal import with_refusal
from apigw_client_cert.lifecycle.binding.outputs import LACKED_AT, WAIT, as_presented, binding_outputs
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP, Failure, Unfinished, recorded
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.unset import without_none

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway

_STEP = "bind"


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingFailure:
    """What one create (without ``olds``) or update of one binding leaves behind."""

    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    now: datetime

    def unseen(self, error: errors.RotationError) -> Unfinished:
        """Where nobody could look: the state of before; of a creation its inputs, and nothing presented."""
        return self.beside(error, self._before(Progress()))

    def seen(self, error: errors.RotationError, gateway: Gateway, progress: Progress) -> Unfinished:
        """With a look at the stage after the failure, beside the one that the switch had before it."""
        before = self._before(progress)
        if progress.lacked:
            # Whoever writes it there may be killed before he can save that the lead begins anew.
            before[LACKED_AT] = {progress.lacked: format_instant(self.now)}
        if not self.olds:
            # Where no stage was seen nothing says whose account it is.
            account = gateway.account_id if progress.looked else lambda: None
            with contextlib.suppress(errors.RotationError):
                before |= without_none({"region": gateway.region, "accountId": account()})
        if progress.looked:
            before = as_presented(before, progress.presented, self.now)
        try:
            presented = self._presented(gateway)
        except errors.RotationError:
            return self.beside(error, before)
        return self.beside(error, as_presented(before, presented, self.now))

    def _presented(self, gateway: Gateway) -> str | None:
        try:
            return gateway.presented(stage_of(self.news))
        except errors.StageNotFound:
            if self.olds:
                guard_gone(gateway, self.olds, stage_of(self.news))
            return None

    def beside(self, error: errors.RotationError, state: Mapping[str, Any]) -> Unfinished:
        """With a state that is complete already."""
        failed = {**state, FAILED_STEP: recorded(self.olds, [Failure(_STEP, error)], self.now)}
        return Unfinished(with_refusal(failed, self.olds, self.news, error, self.now), error)

    def _before(self, progress: Progress) -> dict[str, Any]:
        if self.olds:
            # It waits for nothing now but the end of what went wrong.
            before = {key: value for key, value in self.olds.items() if key not in WAIT}
        else:
            before = binding_outputs({}, self.news, None, self.now, {})
        return without_none({**before, "onDelete": self._on_delete(progress)})

    def _on_delete(self, progress: Progress) -> str | None:
        """What the program wants; but what this binding never set may be another stack's, of the same rotation."""
        never_set = not progress.began and not self.olds.get("setClientCertificateId")
        if never_set and self.olds.get("onDelete", "keep") == "keep":
            return "keep"
        wanted: str | None = known(self.news, "onDelete")
        return wanted
