"""The rules of the program: what its owner may ask for differently."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acceptance.model.simulation import POLICIES, STACKS
from acceptance.model.steps import Judged, a_stack, a_stage, recorded

BAD_INPUTS: dict[str, dict[str, Any]] = {
    "clash": {"rotateBefore": "1d"},
    "duration": {"overlap": "soon"},
    "pin": {"pinGeneration": 99},
    "region": {"region": "eu-west-1"},
    "tags": {"tags": {"aws:owner": "me"}},
}
# What an interrupted run was about may not be due any more once one of these has changed.
_PLAN = {"rotationTrigger", "pinGeneration", *POLICIES[1]}


class Programs(Judged):
    """Another policy, trigger, pin, target, binding or option; the next run is the first to see it."""

    @rule(stack=a_stack, policy=st.integers(0, len(POLICIES) - 1))
    @recorded
    def change_policy(self, stack: str, policy: int) -> None:
        """Other thresholds."""
        self._set(stack, {**dict.fromkeys(POLICIES[1]), **POLICIES[policy]})

    @rule(stack=a_stack, description=st.sampled_from((None, "ours")), tags=st.sampled_from((None, "a", "b")))
    @recorded
    def describe(self, stack: str, description: str | None, tags: str | None) -> None:
        """Another description, other tags."""
        self._set(stack, {"description": description, "tags": None if tags is None else {"team": tags}})

    @rule(stack=a_stack, trigger=st.sampled_from((None, "a", "b")))
    @recorded
    def pull_trigger(self, stack: str, trigger: str | None) -> None:
        """``rotation_trigger`` is set, changed or unset."""
        self._set(stack, {"rotationTrigger": trigger})

    @rule(stack=a_stack, runs=st.integers(2, 7))
    @recorded
    def trigger_that_never_rests(self, stack: str, runs: int) -> None:
        """A commit id as trigger: another one with every scheduled run."""
        for number in range(runs):
            self._set(stack, {"rotationTrigger": f"commit {number} of {len(self.tally.script)}"})
            self.simulation.run(stack, refresh=True)
            self.simulation.forward_to_next(stack)

    @rule(stack=a_stack, back=st.sampled_from((None, 0, 1, 2)))
    @recorded
    def pin(self, stack: str, back: int | None) -> None:
        """``pin_generation``: unset, the newest, or an older one."""
        own = len(self.simulation.own(stack))
        listed = self.simulation.engines[stack].output("generations") or []
        number = None if back is None or back >= own else int(listed[-1 - back]["number"])
        self._set(stack, {"pinGeneration": number})

    @rule(stack=a_stack, file=st.booleans(), ssm=st.booleans())
    @recorded
    def change_targets(self, stack: str, file: bool, ssm: bool) -> None:  # noqa: FBT001 - drawn by name
        """Publish targets come and go."""
        chosen = [*([self.simulation.file_target(stack)] * file), *([self.simulation.ssm_target(stack)] * ssm)]
        self.simulation.engines[stack].program.targets = chosen
        self.simulation.engines[stack].program.published_by = None

    @rule(stack=a_stack, stage=a_stage, key=st.sampled_from(("one", "two", "three")))
    @recorded
    def declare_binding(self, stack: str, stage: str, key: str) -> None:
        """A stage is bound under a key: a new binding, another stage for an old key, or a renamed one."""
        bindings = {name: one for name, one in self._bindings(stack).items() if one["stageName"] != stage}
        self.simulation.engines[stack].program.bindings = {**bindings, key: self.simulation.places[stage]}

    @rule(stack=a_stack, stage=a_stage)
    @recorded
    def remove_binding(self, stack: str, stage: str) -> None:
        """A stage leaves the program."""
        bindings = {name: one for name, one in self._bindings(stack).items() if one["stageName"] != stage}
        self.simulation.engines[stack].program.bindings = bindings

    @rule(stack=a_stack, take_over=st.booleans(), keep=st.booleans(), trust=st.booleans())
    @recorded
    def change_options(self, stack: str, take_over: bool, keep: bool, trust: bool) -> None:  # noqa: FBT001 - drawn by name
        """``take_over``, ``on_delete``, and whether the foreign certificate is trusted too."""
        program = self.simulation.engines[stack].program
        program.binding = {"takeOver": take_over, "onDelete": "keep" if keep else "clear"}
        pem = self.simulation.oracle.record.known[self.simulation.foreign].pem
        program.bundle = {"takeOver": take_over, "alsoTrust": [pem] if trust else None}

    @rule(stack=a_stack, verified=st.booleans())
    @recorded
    def verify(self, stack: str, verified: bool) -> None:  # noqa: FBT001 - drawn by name
        """``verify``: from the next run on a stage is tried before it moves, or it is not."""
        self.simulation.engines[stack].program.verified = verified

    @rule(stack=a_stack, confirmed=st.booleans())
    @recorded
    def confirm(self, stack: str, confirmed: bool) -> None:  # noqa: FBT001 - drawn by name
        """``confirm``: from the next run on a stage is asked after it moved, or it is not."""
        self.simulation.engines[stack].program.confirmed = confirmed

    @rule(stack=a_stack, what=st.sampled_from(("foreign", "oldest", "newest", None)))
    @recorded
    def adopt(self, stack: str, what: str | None) -> None:
        """``adopt_client_certificate_id``: at creation, or later, where it is done in place or refused."""
        other = self.simulation.own(STACKS[0] if stack == STACKS[1] else STACKS[1])
        ids = {"oldest": other[0].id, "newest": other[-1].id} if other else {}
        self._set(stack, {"adoptClientCertificateId": {**ids, "foreign": self.simulation.foreign}.get(what or "")})

    @rule(stack=a_stack, what=st.sampled_from(sorted(BAD_INPUTS)))
    @recorded
    def bad_input(self, stack: str, what: str) -> None:
        """A run with bad input changes nothing (invariant 10)."""
        if what in {"pin", "region"} and not self.simulation.exists(stack):
            return
        program = self.simulation.engines[stack].program
        sound = dict(program.certificate)
        program.certificate = {**sound, **BAD_INPUTS[what]}
        before = self.simulation.snapshot()
        green = self.simulation.run(stack)
        program.certificate = sound
        assert not green, f"invariant 10: {what} was accepted"
        assert self.simulation.snapshot().targets == before.targets
        assert not [one for one in self.simulation.cloud.calls(before.mark) if one.mutates], f"invariant 10: {what}"

    def _set(self, stack: str, values: dict[str, Any]) -> None:
        program = self.simulation.engines[stack].program
        merged = {**program.certificate, **values}
        program.certificate = {key: value for key, value in merged.items() if value is not None}
        if values.keys() & _PLAN:
            self.simulation.oracle.plan_changed(stack)

    def _bindings(self, stack: str) -> dict[str, Any]:
        return self.simulation.engines[stack].program.bindings
