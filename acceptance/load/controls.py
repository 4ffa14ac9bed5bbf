"""Positive controls: the procedure with one step wrong, to show that the measurement can fail."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.load import clock as wall
from acceptance.load.console import RotationByHand
from acceptance.load.observed import NEW, OLD
from acceptance.load.site import STAGES, Site
from acceptance.servers.backend import Setup
from acceptance.servers.nginx import Nginx
from acceptance.servers.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.load.observed import Run
    from acceptance.load.plan import Plan
    from acceptance.servers.backend import Backend

WINDOW = "window"
BASELINE = "baseline"
# What nginx and Node say to a certificate without a published pin, and to none; and what nginx says to one that it
# cannot verify: https://nginx.org/en/docs/http/ngx_http_ssl_module.html (495 and 496, sent as 400).
NOT_PINNED = r"the backend answered 403"
NOT_VERIFIED = r"the backend answered 400"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One wrong order.

    ``expected`` is an expression that every failure must match whole. ``act`` is what happens between the steady start
    and the tail, and its docstring what is done wrong; failures may occur in its window only.
    """

    name: str
    expected: str
    act: Callable[[RotationByHand], None]
    kind: type[Backend] = Nginx
    setup: Setup = Setup.OURS

    @property
    def says(self) -> str:
        """What is done wrong."""
        return self.act.__doc__ or ""


def delete_first(hand: RotationByHand) -> None:
    """Delete, generate, publish, bind: what a replacement without create-before-delete does."""
    with hand.site.phase(WINDOW):
        hand.delete(OLD)
        hand.linger()
        hand.generate(NEW)
        hand.publish(NEW)
        hand.reload("new")
        hand.bind(NEW, *STAGES)
        hand.site.settle()


def switch_before_publishing(hand: RotationByHand) -> None:
    """The stages present what no backend has heard of."""
    hand.generate(NEW)
    with hand.site.phase(WINDOW):
        hand.bind(NEW, *STAGES)
        hand.linger()
        hand.publish(OLD, NEW)
        hand.reload("old + new")
        wall.wait(hand.plan.slow)


def append_to_ca_file(hand: RotationByHand) -> None:
    """The documented procedure on a plain CA file: the new certificate is in it, and is refused."""
    hand.introduce()
    with hand.site.phase(WINDOW):
        hand.bind(NEW, *STAGES)
        hand.site.settle()
        hand.publish(NEW)
        hand.reload("new")
        hand.site.settle()


def prepend_to_ca_file(hand: RotationByHand) -> None:
    """The new certificate goes on top of the file: the one that is presented is refused from then on."""
    hand.generate(NEW)
    with hand.site.phase(WINDOW):
        hand.publish(NEW, OLD)
        hand.reload("new + old")
        hand.linger()
        hand.bind(NEW, *STAGES)
        hand.site.settle()


def withdraw_while_pooled(hand: RotationByHand) -> None:
    """Trust ends as soon as the stages have moved: kept connections and sessions still present the old one."""
    hand.introduce()
    hand.bind(NEW, *STAGES)
    wall.wait(hand.plan.propagation)
    with hand.site.phase(WINDOW):
        hand.publish(NEW)
        hand.reload("new")
        hand.site.settle()


def retire_without_scan(hand: RotationByHand) -> None:
    """One stage was moved, the other was forgotten, nobody looked."""
    hand.introduce()
    moved, forgotten = STAGES
    hand.bind(NEW, moved)
    hand.site.settle()
    with hand.site.phase(WINDOW):
        hand.delete(OLD)
        hand.publish(NEW)
        hand.reload("new")
        hand.linger()
        hand.bind(NEW, forgotten)
        hand.site.settle()


def switch_to_expired(hand: RotationByHand) -> None:
    """The certificate that was made in time has been forgotten for a year."""
    hand.generate_expired(NEW)
    hand.publish(OLD, NEW)
    hand.reload("old + new")
    hand.linger()
    with hand.site.phase(WINDOW):
        hand.bind(NEW, *STAGES)
        hand.linger()
        hand.bind(OLD, *STAGES)
        hand.site.settle()


def right_order(hand: RotationByHand) -> None:
    """Nothing is wrong: the baseline of every control."""
    with hand.site.phase("published"):
        hand.introduce()
    with hand.site.phase("overlapping"):
        hand.bind(NEW, *STAGES)
        hand.site.settle()
        hand.publish(NEW)
        hand.reload("new")
        hand.delete(OLD)


CONTROLS = (
    Control(name="delete-first", expected=NOT_PINNED, act=delete_first),
    Control(name="switch-before-publishing", expected=NOT_PINNED, act=switch_before_publishing),
    Control(name="ca-file-append", expected=NOT_VERIFIED, act=append_to_ca_file, setup=Setup.PLAIN),
    Control(name="ca-file-prepend", expected=NOT_VERIFIED, act=prepend_to_ca_file, setup=Setup.PLAIN),
    Control(name="trust-withdrawn-while-pooled", expected=NOT_PINNED, act=withdraw_while_pooled, kind=Node),
    Control(name="retire-without-scan", expected=NOT_PINNED, act=retire_without_scan),
    Control(name="switch-to-expired", expected=NOT_VERIFIED, act=switch_to_expired),
)


def baseline(kind: type[Backend]) -> Control:
    """The control of a server without a mutation: our configuration, the right order, no failure."""
    return Control(name=f"{BASELINE}-{kind.kind}", expected="(?!)", act=right_order, kind=kind)


def perform(control: Control, folder: Path, plan: Plan) -> Run:
    """One control, from a steady start to a quiet end."""
    with Site(control.name, folder, control.kind, control.setup, plan) as site:
        hand = RotationByHand(site)
        hand.begin()
        control.act(hand)
        with contextlib.ExitStack() as quiet:
            quiet.enter_context(site.phase("steady"))
            wall.wait(plan.tail)
        return site.finish()


def misplaced(control: Control, run: Run) -> list[str]:
    """The failures of a control that were not to be."""
    return unexpected(run, control.expected)


def unexpected(run: Run, expected: str) -> list[str]:
    """The failures outside of the window, or for a reason that the expression does not match whole."""
    windows = [phase for phase in run.phases if phase.name == WINDOW]
    complaints = []
    for failed in run.failed:
        inside = any(failed.sent <= window.end and failed.answered >= window.start for window in windows)
        if not inside:
            complaints.append(f"{run.name}: a request failed outside of the window: {failed.failure}")
        elif not re.fullmatch(expected, failed.failure):
            complaints.append(f"{run.name}: a request failed for another reason: {failed.failure}")
    return sorted(set(complaints))
