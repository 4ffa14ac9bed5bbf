"""Wrong versions of what a run says before harm comes: a lagging binding, a last day, a window that opened already."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_LAGGING = "tests/lifecycle/test_lagging.py::"
_LAST_DAYS = "tests/lifecycle/test_last_days.py::"

WRONG_ALARMS = (
    Mutant(
        name="lagging-binding-is-green",
        invariant=8,
        wrong="A binding whose inputs stand still keeps its stage on the old certificate, and the run is green.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            "        guard_followed(stage_of(news), news, state, now)\n",
            "        pass\n",
        ),
        killed_by=(_LAGGING + "test_a_lagging_binding_is_red_in_each_run",),
    ),
    Mutant(
        name="lag-before-repair",
        invariant=13,
        wrong="A binding whose inputs stand still leaves its stage unbound, because the error comes first.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            "        state = switch.perform()\n",
            "        guard_followed(stage_of(news), news, olds, now)\n        state = switch.perform()\n",
        ),
        killed_by=(_LAGGING + "test_an_unbound_stage_is_bound_although_its_inputs_lag",),
    ),
    Mutant(
        name="stale-inputs-are-believed",
        invariant=8,
        wrong="Inputs that all stand still call the old certificate active, until it is refused.",
        edits=Edit(
            "rotation/lag.py",
            "        return now >= self.not_after - (",
            "        return now >= self.not_after + (",
        ),
        killed_by=(_LAGGING + "test_all_inputs_that_stand_still_are_red_before_the_end",),
    ),
    Mutant(
        name="last-day-unsaid",
        invariant=3,
        wrong="A stage of somebody else's presents a certificate of ours until it is refused, and no run says so.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "(*decision.findings, *last_days(rotation, policy, now))",
            "decision.findings",
        ),
        killed_by=(_LAST_DAYS + "test_each_run_of_the_last_days_says_it_and_goes_on_saying_it",),
    ),
    Mutant(
        name="found-late-and-unsaid",
        invariant=3,
        wrong="A look in the last days that finds a presenter leaves it to the next run to say so.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            '        say_findings(str(news["name"]), last_days(after, policy, now), environment)\n',
            "        pass\n",
        ),
        killed_by=(_LAST_DAYS + "test_a_stage_that_presents_it_only_now_is_said_by_the_look_that_finds_it",),
    ),
    Mutant(
        name="window-opened-in-the-past",
        invariant=1,
        wrong="In an hour that the clocks repeat a window opens in its first pass, which is over: the stage moves now.",
        edits=Edit("rotation/windows.py", "if instant > now and self.is_open(instant)", "if self.is_open(instant)"),
        killed_by=(
            "tests/property/test_windows.py::test_a_window_is_open_when_the_wall_says_so_and_opens_next_after_now",
        ),
    ),
)
