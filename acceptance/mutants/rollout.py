"""Wrong versions of the rollout: gates that let all pass, waves that wait for nobody, switches nobody confirms."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_GATE = "tests/lifecycle/test_verification.py::"
_JUDGE = "tests/unit/rotation/test_verification.py::"
_RULE = "tests/unit/rotation/test_waves.py::"
_WAVES = "tests/lifecycle/test_waves.py::"
_BACK = "tests/lifecycle/confirming/test_confirmation.py::"
_STEPS, _RULES, _SWITCH = "lifecycle/binding/act.py", "rotation/verification.py", "lifecycle/binding/verify_steps.py"

WRONG_ROLLOUT = (
    Mutant(
        name="gate-left-open",
        invariant=8,
        wrong="The trial is made, and what it says is not asked.",
        edits=Edit(
            _SWITCH,
            "            if outcome(why, look.presented, look.coming) is Outcome.STAY:\n",
            "            if look.unasked is not None:\n",
        ),
        killed_by=(_GATE + "test_the_trap_is_caught_before_the_switch_and_the_error_mends_it",),
    ),
    Mutant(
        name="confirmation-is-no-proof",
        invariant=8,
        wrong="The next wave does not wait for a stage whose switch is only confirmed.",
        edits=Edit("program/binding.py", "verify is not None or confirm is not None", "verify is not None"),
        killed_by=("tests/unit/program/test_component.py::test_a_wave_waits_for_the_proof_of_a_stage_that_has_either",),
    ),
    Mutant(
        name="status-is-always-proof",
        invariant=8,
        wrong="A 200 of a backend that never saw the certificate counts as proof.",
        edits=Edit(_RULES, "expected.proof is Proof.STATUS or sha256 is None or", "True or"),
        killed_by=(
            _JUDGE + "test_a_pair_of_trials_says_one_thing_of_each",
            _GATE + "test_one_way_tls_is_no_proof_unless_the_status_is",
        ),
    ),
    Mutant(
        name="presented-not-tried",
        invariant=8,
        wrong="A constant echo of the new fingerprint passes, because nobody looks at what the old one gets.",
        edits=Edit(
            _RULES,
            "    return Standing.UNPROVEN if constant else Standing.ACCEPTED\n",
            "    return Standing.ACCEPTED if constant is not None else Standing.UNPROVEN\n",
        ),
        killed_by=(_GATE + "test_an_answer_without_an_honest_echo_is_no_proof",),
    ),
    Mutant(
        name="switched-over-somebody",
        invariant=9,
        wrong="What somebody else did between gate and PATCH is overwritten.",
        edits=Edit(_STEPS, "        if now != presented.id:\n", "        if now is None:\n"),
        killed_by=(_GATE + "test_a_switch_by_somebody_else_during_the_trial_is_seen_and_not_overwritten",),
    ),
    Mutant(
        name="unconfirmed-stays",
        invariant=8,
        wrong="A switch that the probe does not confirm is left as it is.",
        edits=Edit(
            _SWITCH,
            "            self.verifier.gateway.bind(self.verifier.stage, str(to.id), self.redeploy)\n",
            "            self.verifier.gateway.presented(self.verifier.stage)\n",
        ),
        killed_by=(_GATE + "test_an_unconfirmed_switch_is_taken_back_and_the_run_fails",),
    ),
    Mutant(
        name="one-sighting-is-enough",
        invariant=8,
        wrong="The first answer that sees the new certificate confirms a switch that is still on its way.",
        edits=Edit(
            _RULES,
            "if len(row) >= wanted and all(one is Sighting.DESIRED for one in row[-wanted:]):",
            "if row and row[-1] is Sighting.DESIRED and wanted:",
        ),
        killed_by=(_JUDGE + "test_so_many_in_a_row_confirm_and_two_refusals_in_a_row_end_it",),
    ),
    Mutant(
        name="switch-by-hand-counts-as-verified",
        invariant=8,
        wrong="What a stage presents already is taken for proven.",
        edits=Edit(
            "lifecycle/binding/confirmation.py",
            "        switch = self.switch(desired, presents_it=True)\n        return None if switch is None else",
            "        switch = None\n        return None if switch is None else",
        ),
        killed_by=(
            _GATE + "test_a_switch_by_hand_is_verified_by_the_next_run",
            _BACK + "test_a_switch_that_nobody_confirmed_goes_back_in_the_next_run",
        ),
    ),
    Mutant(
        name="waves-together",
        invariant=8,
        wrong="A wave moves although one binding of the wave before has not.",
        edits=Edit("rotation/waves.py", "        if len(known) < len(ready):\n", "        if not known and ready:\n"),
        killed_by=(_RULE + "test_one_binding_that_has_not_moved_or_was_not_verified_holds_the_next_wave",),
    ),
    Mutant(
        name="soak-of-the-fastest",
        invariant=8,
        wrong="The soak is counted from the first binding of the wave before, not from the last.",
        edits=Edit(
            "rotation/waves.py",
            "        elif known and now < max(known):\n            found.append((Hold.WAVE, max(known)))\n",
            "        elif known and now < min(known):\n            found.append((Hold.WAVE, min(known)))\n",
        ),
        killed_by=(_RULE + "test_the_slowest_of_the_wave_before_counts",),
    ),
    Mutant(
        name="wave-to-the-death",
        invariant=1,
        wrong="A wave that never moves keeps the next one on a certificate until it expires.",
        edits=Edit(
            "rotation/binding.py",
            "*((hold, ends, hurry_at) for hold, ends in wave_order.holds(desired, now)),",
            "*((hold, ends, None) for hold, ends in wave_order.holds(desired, now)),",
        ),
        killed_by=(
            _RULE + "test_near_the_expiry_waves_and_windows_are_overruled_and_it_says_which",
            _WAVES + "test_the_expiry_overrules_a_wave_that_never_moves",
        ),
    ),
    Mutant(
        name="rollback-in-waves",
        invariant=8,
        wrong="A rollback waits for waves, soak and windows.",
        edits=Edit("rotation/waves.py", "        if self.going_back:\n            return ()\n", ""),
        killed_by=(_RULE + "test_a_rollback_waits_for_nobody",),
    ),
    Mutant(
        name="window-ignored",
        invariant=10,
        wrong="Stages move at any time.",
        edits=Edit(
            "lifecycle/binding/waves_inputs.py",
            'opens_at=next_opening([parse_window(text) for text in news.get("windows") or ()], now),',
            "opens_at=None,",
        ),
        killed_by=(_WAVES + "test_a_window_keeps_moves_inside_and_runs_outside_of_it_say_when",),
    ),
)
