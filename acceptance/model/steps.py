"""What all rules share: each is counted, noted for the replay, and judged."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from acceptance.model.settling import Settling
from acceptance.model.simulation import STACKS, Simulation

if TYPE_CHECKING:
    from collections.abc import Callable

Step = TypeVar("Step", bound="Callable[..., None]")

a_stack = st.sampled_from(STACKS)
a_stage = st.sampled_from(("dev", "prod", "live", "old"))


@dataclass(kw_only=True)
class Tally:
    """What was done so far in this process; ``script`` is the latest example."""

    steps: int = 0
    examples: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    script: list[str] = field(default_factory=list)


def recorded(step: Step) -> Step:
    """Count the step, note it for the replay, and let the oracle speak after it."""

    @functools.wraps(step)
    def wrapper(self: Judged, **arguments: Any) -> None:
        said = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        self.tally.script.append(f"state.{step.__name__}({said})")
        self.tally.steps += 1
        step(self, **arguments)
        self.listen()

    return wrapper  # type: ignore[return-value]  # the same signature, as functools.wraps says


class Judged(RuleBasedStateMachine):
    """One example: a play, and the oracle's word after every step."""

    tally: ClassVar[Tally] = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.tally.examples += 1
        self.tally.script = ["state = RotationMachine()"]
        self.simulation = Simulation()

    def listen(self) -> None:
        """Raise what the oracle found."""
        assert not self.simulation.oracle.complaints, "\n".join(
            [*self.simulation.oracle.complaints, *self.simulation.said[-6:]]
        )

    def teardown(self) -> None:
        """After the last step everything comes to rest."""
        self.tally.script.append("state.teardown()")
        self.tally.happened += self.simulation.oracle.happened
        if not self.simulation.oracle.complaints:
            Settling(self.simulation).perform()
            self.listen()
