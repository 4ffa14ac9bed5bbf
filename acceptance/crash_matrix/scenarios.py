"""What is disturbed in the first layer: each scenario is one run, with what leads up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.crash_matrix import preparations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from acceptance.model.simulation import Simulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One CLI call and the way to it; ``prepare`` is of ``preparations.py``.

    ``red``: the undisturbed run is. ``afterwards``: what happens after the disturbed run, before the next ones.
    ``asked_for``: part of a complaint of the oracle about what this scenario's program asks for in so many words.
    """

    name: str
    prepare: Callable[[Simulation], None]
    kind: str = "up"
    refresh: bool = False
    red: bool = False
    afterwards: Callable[[Simulation], None] = preparations.nothing
    asked_for: str = ""

    def violations(self, complaints: Iterable[str]) -> list[str]:
        """The oracle's complaints, without what the program asks for."""
        return [one for one in complaints if not self.asked_for or self.asked_for not in one]


_ROTATING = (
    Scenario(name="create", prepare=preparations.on(0)),
    Scenario(name="nothing-due", prepare=preparations.on(100), refresh=True),
    Scenario(name="refresh", prepare=preparations.on(preparations.ACTIVATE), kind="refresh"),
    Scenario(name="issue", prepare=preparations.on(preparations.ISSUE), refresh=True),
    Scenario(name="activate", prepare=preparations.on(preparations.ACTIVATE), refresh=True),
    Scenario(
        name="activate-and-redeploy",
        prepare=preparations.on(preparations.ACTIVATE, preparations.program(binding={"redeploy": "same-deployment"})),
        asked_for="it patched ['/clientCertificateId', '/deploymentId']",
    ),
    Scenario(
        name="verify-what-is-presented",
        prepare=preparations.on(100, preparations.program(verified=True)),
        refresh=True,
    ),
    Scenario(
        name="verify-and-activate",
        prepare=preparations.first(preparations.program(verified=True), preparations.ACTIVATE, preparations.nothing),
        refresh=True,
    ),
    Scenario(
        name="activate-and-confirm",
        prepare=preparations.first(preparations.program(confirmed=True), preparations.ACTIVATE, preparations.nothing),
        refresh=True,
    ),
    Scenario(
        name="take-the-way-back",
        prepare=preparations.killed_while_switching,
        red=True,
        afterwards=preparations.one_more_run_then_mended,
    ),
    Scenario(name="confirm", prepare=preparations.on(preparations.CONFIRM), refresh=True),
    Scenario(name="retire", prepare=preparations.on(preparations.RETIRE), refresh=True),
    Scenario(
        name="retire-with-an-orphan", prepare=preparations.on(preparations.RETIRE, preparations.twin_of_the_first)
    ),
    Scenario(name="withdraw", prepare=preparations.old_keeps_the_first),
    Scenario(
        name="recover", prepare=preparations.on(preparations.ACTIVATE, preparations.deleted_by_hand), refresh=True
    ),
    Scenario(name="regenerate", prepare=preparations.on(100, preparations.deleted_by_hand), refresh=True),
    Scenario(
        name="trigger",
        prepare=preparations.first(
            preparations.certificate(rotationTrigger="a"), 100, preparations.certificate(rotationTrigger="b")
        ),
    ),
    Scenario(name="pin", prepare=preparations.on(preparations.CONFIRM, preparations.certificate(pinGeneration=1))),
    Scenario(
        name="retag",
        prepare=preparations.first(
            preparations.certificate(tags={"team": "a", "old": "1"}),
            preparations.ACTIVATE - 0.5,
            preparations.certificate(tags={"team": "b"}),
        ),
    ),
)

_ADOPTING = (
    Scenario(name="create-after-a-killed-creation", prepare=preparations.killed_while_generating(0)),
    Scenario(name="issue-after-a-killed-issue", prepare=preparations.killed_while_generating(preparations.ISSUE)),
    Scenario(name="adopt", prepare=preparations.foreign_to_adopt),
    Scenario(name="adopt-in-place", prepare=preparations.on(100, preparations.adopted_later)),
    Scenario(name="adopt-a-former-rotation", prepare=preparations.former_rotation_to_adopt),
    Scenario(name="create-beside-a-foreign-certificate", prepare=preparations.foreign_on_dev),
    Scenario(name="take-over", prepare=preparations.foreign_has_waited),
    Scenario(name="take-over-from-acm", prepare=preparations.acm_on_dev),
)

_CHANGING = (
    Scenario(
        name="publish-to-one-more",
        prepare=preparations.first(preparations.targets("file"), 100, preparations.targets("file", "ssm")),
    ),
    Scenario(
        name="publish-elsewhere",
        prepare=preparations.first(preparations.targets("file"), 100, preparations.targets("ssm")),
    ),
    Scenario(name="publish-in-another-form", prepare=preparations.on(100, preparations.forms_swapped)),
    Scenario(name="trust-one-more", prepare=preparations.on(100, preparations.also_trust)),
    Scenario(
        name="trust-one-less", prepare=preparations.first(preparations.also_trust, 100, preparations.trusted_no_more)
    ),
    Scenario(
        name="keep-trust-for-a-stage",
        prepare=preparations.first(preparations.also_trust, 100, preparations.trusted_no_more_while_shown),
    ),
    Scenario(name="forget-what-is-presented", prepare=preparations.on(100, preparations.generation_lost)),
    Scenario(name="repair-targets", prepare=preparations.on(100, preparations.targets_by_hand), refresh=True),
    Scenario(
        name="repair-a-stage",
        prepare=preparations.on(100, lambda simulation: preparations.bind_by_hand(simulation, "prod", None)),
        refresh=True,
    ),
    Scenario(
        name="bind-one-more",
        prepare=preparations.on(100, preparations.bindings(dev="dev", prod="prod", live="live", old="old")),
    ),
    Scenario(name="unbind", prepare=preparations.on(100, preparations.bindings(dev="dev"))),
    Scenario(
        name="rename-a-binding",
        prepare=preparations.on(100, preparations.bindings(dev="dev", production="prod", live="live")),
    ),
    Scenario(
        name="move-a-binding", prepare=preparations.on(100, preparations.bindings(dev="dev", prod="old", live="live"))
    ),
)

_ENDING = (
    Scenario(name="destroy", prepare=preparations.on(100), kind="destroy"),
    Scenario(name="destroy-while-overlapping", prepare=preparations.on(preparations.CONFIRM), kind="destroy"),
)

SCENARIOS = (*_ROTATING, *_ADOPTING, *_CHANGING, *_ENDING)
