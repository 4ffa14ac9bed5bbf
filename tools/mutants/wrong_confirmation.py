"""Wrong versions of the way back: what was confirmed last is lost, and proofs that will not come hold a stage."""

from __future__ import annotations

from tools.mutants.mutant import Edit, Mutant

_BACK = "tests/lifecycle/test_confirmation.py::"
_TABLE = "tests/unit/rotation/test_verdict.py::"
_SWITCH = "lifecycle/verification_steps.py"

WRONG_CONFIRMATION = (
    Mutant(
        name="refresh-drops-last-confirmed",
        invariant=13,
        wrong="A refresh that finds another certificate forgets what was confirmed last: there is no way back.",
        edits=(
            Edit(
                "lifecycle/binding.py",
                "    return resource_id, as_presented(props, presented, world.now())\n",
                '    forgotten = () if presented == before else ("lastConfirmed", "setClientCertificateId")\n'
                "    seen = as_presented(props, presented, world.now())\n"
                "    return resource_id, {key: value for key, value in seen.items() if key not in forgotten}\n",
            ),
        ),
        killed_by=(
            _BACK + "test_what_was_confirmed_last_is_in_state_with_its_evidence_and_no_refresh_drops_it",
            _BACK + "test_a_switch_that_nobody_confirmed_goes_back_in_the_next_run",
        ),
    ),
    Mutant(
        name="rollback-held-by-the-probe",
        invariant=13,
        wrong="A rollback waits for a probe that fails already.",
        edits=(
            Edit(
                _SWITCH,
                "        if outcome(why, known, Standing.LATER) is not Outcome.STAY:\n",
                "        if outcome(Why.ROTATION, known, Standing.LATER) is not Outcome.STAY:\n",
            ),
        ),
        killed_by=(_BACK + "test_a_rollback_is_not_held_by_a_probe_that_fails_already",),
    ),
    Mutant(
        name="not-proven-counts-as-refused",
        invariant=13,
        wrong="An answer that names no certificate holds a stage as a refusal does, and where a refusal would not.",
        edits=(
            Edit(
                "rotation/verdict.py",
                "_NOTHING_TO_LOSE = (_STAY, _MOVE, _MOVE, _MOVE, _MOVE, _MOVE)\n"
                "_UNLESS_REFUSED = (_STAY, _MOVE, _STAY, _MOVE, _MOVE, _MOVE)\n",
                "_NOTHING_TO_LOSE = (_STAY, _MOVE, _MOVE, _STAY, _MOVE, _MOVE)\n"
                "_UNLESS_REFUSED = (_STAY, _MOVE, _STAY, _STAY, _MOVE, _MOVE)\n",
            ),
        ),
        killed_by=(
            _TABLE + "test_no_row_holds_a_stage_on_what_is_refused_while_what_is_to_come_is_not",
            _TABLE + "test_not_proven_never_holds_harder_than_refused",
            _BACK + "test_not_proven_binds_where_nothing_alive_is_presented",
        ),
    ),
    Mutant(
        name="way-back-denied-is-silent",
        invariant=13,
        wrong="The error after a way back that AWS refused says that the stage went back.",
        edits=(
            Edit(
                _SWITCH,
                "            return wording.way_back_failed(to, error, self._presents())\n",
                "            return wording.went_back(to) if error else self._presents()\n",
            ),
        ),
        killed_by=(_BACK + "test_a_way_back_that_is_refused_once_is_taken_by_the_next_run",),
    ),
    Mutant(
        name="rolled-forward-by-a-probe",
        invariant=13,
        wrong="A rollback that a broken probe does not confirm goes forward again to what was confirmed last.",
        edits=(Edit(_SWITCH, "            and not last.left\n", ""),),
        killed_by=(_BACK + "test_a_rollback_is_not_held_by_a_probe_that_fails_already",),
    ),
)
