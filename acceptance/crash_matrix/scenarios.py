"""What is disturbed in the first layer: each scenario is one run, with what leads up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.crash_matrix import preparations as eves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from acceptance.model.simulation import Simulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One CLI call and the way to it; ``prepare`` is of ``eves.py``, ``kind`` and ``refresh`` are ``Simulation.run``'s.

    ``red``: the undisturbed run is. ``afterwards``: what happens after the disturbed run, before the next ones.
    ``asked_for``: part of a complaint of the oracle about what this scenario's program asks for in so many words.
    """

    name: str
    prepare: Callable[[Simulation], None]
    kind: str = "up"
    refresh: bool = False
    red: bool = False
    afterwards: Callable[[Simulation], None] = eves.nothing
    asked_for: str = ""

    def violations(self, complaints: Iterable[str]) -> list[str]:
        """The oracle's complaints, without what the program asks for."""
        return [one for one in complaints if not self.asked_for or self.asked_for not in one]


_ROTATING = (
    Scenario(name="create", prepare=eves.on(0)),
    Scenario(name="nothing-due", prepare=eves.on(100), refresh=True),
    Scenario(name="refresh", prepare=eves.on(eves.ACTIVATE), kind="refresh"),
    Scenario(name="issue", prepare=eves.on(eves.ISSUE), refresh=True),
    Scenario(name="activate", prepare=eves.on(eves.ACTIVATE), refresh=True),
    Scenario(
        name="activate-and-redeploy",
        prepare=eves.on(eves.ACTIVATE, eves.program(binding={"redeploy": "same-deployment"})),
        asked_for="it patched ['/clientCertificateId', '/deploymentId']",
    ),
    Scenario(
        name="verify-what-is-presented",
        prepare=eves.on(100, eves.program(verified=True)),
        refresh=True,
    ),
    Scenario(
        name="verify-and-activate",
        prepare=eves.first(eves.program(verified=True), eves.ACTIVATE, eves.nothing),
        refresh=True,
    ),
    Scenario(
        name="activate-and-confirm",
        prepare=eves.first(eves.program(confirmed=True), eves.ACTIVATE, eves.nothing),
        refresh=True,
    ),
    Scenario(
        name="take-the-way-back",
        prepare=eves.killed_while_switching,
        red=True,
        afterwards=eves.one_more_run_then_mended,
    ),
    Scenario(name="confirm", prepare=eves.on(eves.CONFIRM), refresh=True),
    Scenario(name="retire", prepare=eves.on(eves.RETIRE), refresh=True),
    Scenario(name="retire-with-an-orphan", prepare=eves.on(eves.RETIRE, eves.twin_of_the_first)),
    Scenario(name="withdraw", prepare=eves.old_keeps_the_first),
    Scenario(name="recover", prepare=eves.on(eves.ACTIVATE, eves.deleted_by_hand), refresh=True),
    Scenario(name="regenerate", prepare=eves.on(100, eves.deleted_by_hand), refresh=True),
    Scenario(
        name="trigger",
        prepare=eves.first(eves.certificate(rotationTrigger="a"), 100, eves.certificate(rotationTrigger="b")),
    ),
    Scenario(name="pin", prepare=eves.on(eves.CONFIRM, eves.certificate(pinGeneration=1))),
    Scenario(
        name="retag",
        prepare=eves.first(
            eves.certificate(tags={"team": "a", "old": "1"}), eves.ACTIVATE - 0.5, eves.certificate(tags={"team": "b"})
        ),
    ),
)

_ADOPTING = (
    Scenario(name="create-after-a-killed-creation", prepare=eves.killed_while_generating(0)),
    Scenario(name="issue-after-a-killed-issue", prepare=eves.killed_while_generating(eves.ISSUE)),
    Scenario(name="adopt", prepare=eves.foreign_to_adopt),
    Scenario(name="adopt-in-place", prepare=eves.on(100, eves.adopted_later)),
    Scenario(name="adopt-a-former-rotation", prepare=eves.former_rotation_to_adopt),
    Scenario(name="create-beside-a-foreign-certificate", prepare=eves.foreign_on_dev),
    Scenario(name="take-over", prepare=eves.foreign_has_waited),
    Scenario(name="take-over-from-acm", prepare=eves.acm_on_dev),
)

_CHANGING = (
    Scenario(name="publish-to-one-more", prepare=eves.first(eves.targets("file"), 100, eves.targets("file", "ssm"))),
    Scenario(name="publish-elsewhere", prepare=eves.first(eves.targets("file"), 100, eves.targets("ssm"))),
    Scenario(name="publish-in-another-form", prepare=eves.on(100, eves.forms_swapped)),
    Scenario(name="trust-one-more", prepare=eves.on(100, eves.also_trust)),
    Scenario(name="trust-one-less", prepare=eves.first(eves.also_trust, 100, eves.trusted_no_more)),
    Scenario(name="keep-trust-for-a-stage", prepare=eves.first(eves.also_trust, 100, eves.trusted_no_more_while_shown)),
    Scenario(name="forget-what-is-presented", prepare=eves.on(100, eves.generation_lost)),
    Scenario(name="repair-targets", prepare=eves.on(100, eves.targets_by_hand), refresh=True),
    Scenario(
        name="repair-a-stage",
        prepare=eves.on(100, lambda simulation: eves.bind_by_hand(simulation, "prod", None)),
        refresh=True,
    ),
    Scenario(name="bind-one-more", prepare=eves.on(100, eves.bindings(dev="dev", prod="prod", live="live", old="old"))),
    Scenario(name="unbind", prepare=eves.on(100, eves.bindings(dev="dev"))),
    Scenario(name="rename-a-binding", prepare=eves.on(100, eves.bindings(dev="dev", production="prod", live="live"))),
    Scenario(name="move-a-binding", prepare=eves.on(100, eves.bindings(dev="dev", prod="old", live="live"))),
)

_ENDING = (
    Scenario(name="destroy", prepare=eves.on(100), kind="destroy"),
    Scenario(name="destroy-while-overlapping", prepare=eves.on(eves.CONFIRM), kind="destroy"),
)

SCENARIOS = (*_ROTATING, *_ADOPTING, *_CHANGING, *_ENDING)
