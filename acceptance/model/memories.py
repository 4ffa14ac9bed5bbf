"""The rules of what runs believe: a state that is not the account's, answers that are not true, other credentials."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acceptance.model.steps import Judged, a_stack, recorded


class Memories(Judged):
    """State, answers and credentials that mislead."""

    @rule(stack=a_stack)
    @recorded
    def keep_copy(self, stack: str) -> None:
        """Somebody keeps program and state, for ``put_back``."""
        self.simulation.keep_copy(stack)

    @rule(stack=a_stack, program=st.booleans(), refresh=st.booleans())
    @recorded
    def put_back(self, stack: str, program: bool, refresh: bool) -> None:  # noqa: FBT001 - drawn by name
        """Somebody puts state back, and perhaps the program; the runs carry on from there."""
        if stack in self.simulation.copies:
            self.simulation.put_back(stack, program=program)
            self.simulation.run(stack, refresh=refresh)

    @rule(stack=a_stack, nth=st.sampled_from((None, -2, -1, 0)), refresh=st.booleans())
    @recorded
    def lose_generation(self, stack: str, nth: int | None, refresh: bool) -> None:  # noqa: FBT001 - drawn by name
        """State loses a generation, or all of them."""
        if self.simulation.exists(stack):
            self.simulation.lose_generation(stack, nth)
            self.simulation.run(stack, refresh=refresh)

    @rule(stack=a_stack, answers=st.integers(1, 2), up=st.booleans())
    @recorded
    def overlook(self, stack: str, answers: int, up: bool) -> None:  # noqa: FBT001 - drawn by name
        """A refresh in which a certificate that lives is not found, and perhaps the update after it."""
        self.simulation.cloud.tripwire.overlooks = answers
        self.simulation.run(stack, "refresh", clean=False)
        self.simulation.cloud.tripwire.overlooks = 0
        if up:
            self.simulation.run(stack)

    @rule(stack=a_stack, refresh=st.booleans())
    @recorded
    def other_account(self, stack: str, refresh: bool) -> None:  # noqa: FBT001 - drawn by name
        """Somebody else's credentials, where everything has the same names: what state knows is left as it is there."""
        engine, told = self.simulation.engines[stack], self.simulation.facts(stack)
        if not engine.declared() <= set(engine.state) or told["bound"] != told["asserted"]:
            # What is new may be made in any account.
            return
        before = self.simulation.snapshot()
        with self.simulation.cloud.other_account():
            self.simulation.run(stack, refresh=refresh, clean=False)
        changes = [one.action for one in self.simulation.cloud.calls(before.mark) if one.mutates]
        assert not changes, f"invariant 4: in another account it called {changes}"

    @rule(stack=a_stack, name=st.sampled_from(("127.0.0.1", "localhost")))
    @recorded
    def respell_endpoint(self, stack: str, name: str) -> None:
        """The endpoint is spelled in another way."""
        program = self.simulation.engines[stack].program
        url = program.connection["endpointUrl"]
        program.connection = {
            **program.connection,
            "endpointUrl": url.replace("127.0.0.1", name).replace("localhost", name),
        }
