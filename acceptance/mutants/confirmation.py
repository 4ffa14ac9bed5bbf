"""Wrong versions of the way back: what was confirmed last is lost, and proofs that will not come hold a stage."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_BACK = "tests/lifecycle/confirming/test_confirmation.py::"
_TABLE = "tests/unit/rotation/test_verdict.py::"
_TAKEN = "tests/lifecycle/confirming/test_taken_over.py::"
_BEFORE = "tests/lifecycle/confirming/test_refused_before.py::"
_PLACES = "tests/lifecycle/confirming/test_no_strange_places.py::"
_DENIED = "tests/lifecycle/test_denied_looks.py::"
_SWITCH = "lifecycle/binding/verify_steps.py"

WRONG_CONFIRMATION = (
    Mutant(
        name="refresh-drops-last-confirmed",
        invariant=13,
        wrong="A refresh that finds another certificate forgets what was confirmed last: there is no way back.",
        edits=(
            Edit(
                "lifecycle/binding/crud.py",
                "    state = as_presented(props, presented, environment.now())\n",
                '    forgotten = () if presented == before else ("lastConfirmed", "setClientCertificateId")\n'
                "    seen = as_presented(props, presented, environment.now())\n"
                "    state = {key: value for key, value in seen.items() if key not in forgotten}\n",
            ),
        ),
        killed_by=(
            _BACK + "test_what_was_confirmed_last_is_in_state_with_its_evidence_and_no_refresh_drops_it",
            _BACK + "test_an_open_switch_is_tried_while_the_next_one_waits",
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
                "_NOTHING_TO_LOSE = (_STAY, _MOVE, _MOVE, _MOVE, _MOVE, _MOVE, _MOVE)\n"
                "_UNLESS_REFUSED = (_STAY, _MOVE, _STAY, _MOVE, _MOVE, _MOVE, _MOVE)\n",
                "_NOTHING_TO_LOSE = (_STAY, _MOVE, _MOVE, _STAY, _MOVE, _MOVE, _MOVE)\n"
                "_UNLESS_REFUSED = (_STAY, _MOVE, _STAY, _STAY, _MOVE, _MOVE, _MOVE)\n",
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
                "            return verify_messages.way_back_failed(to, error, self._presents()), False\n",
                "            return verify_messages.went_back(to) if error else self._presents(), False\n",
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
    Mutant(
        name="refresh-drops-what-was-taken-over",
        invariant=13,
        wrong="A refresh after a killed take-over forgets what the stage presented: there is no way back.",
        edits=(
            Edit(
                "lifecycle/binding/outputs.py",
                "        TAKEN_OVER: taken_over(olds, presented),\n    }\n    return without_none({**{key",
                "        TAKEN_OVER: None,\n    }\n    return without_none({**{key",
            ),
            Edit(
                "lifecycle/binding/ways_back.py",
                "        if not trusted or not self.guess",
                "        if trusted is not None or not self.guess",
            ),
        ),
        killed_by=(_TAKEN + "test_a_killed_take_over_goes_back_to_what_the_stage_presented",),
    ),
    Mutant(
        name="killed-creation-has-no-way-back",
        invariant=13,
        wrong="A take-over that was killed in its creation stays on what its backend refuses: no state names another.",
        edits=(
            Edit(
                "lifecycle/binding/ways_back.py",
                "        if len(found) == 1:\n            yield from found\n",
                "        if len(found) > len(others):\n            yield from found\n",
            ),
        ),
        killed_by=(_TAKEN + "test_a_killed_creation_goes_back_to_the_only_other_certificate_that_the_bundle_trusts",),
    ),
    Mutant(
        name="taken-over-without-a-look",
        invariant=13,
        wrong="A stage goes back to a foreign certificate that is in no target any more.",
        edits=(
            Edit(
                "lifecycle/binding/ways_back.py",
                "        return held is None or not held.against\n",
                "        return True\n",
            ),
        ),
        killed_by=(
            _TAKEN + "test_what_does_not_live_or_is_in_no_target_is_no_place_to_go_back_to",
            _BACK + "test_a_stage_does_not_go_back_to_what_is_gone_or_in_no_target",
        ),
    ),
    Mutant(
        name="refusal-is-forgotten",
        invariant=8,
        wrong="Each run moves the stage again to what the run before saw refused, and costs its callers requests.",
        edits=(
            Edit(
                _SWITCH,
                "        if self.before is not None and look.coming is not Standing.REFUSED:\n",
                "        if self.before is not None and look.coming is Standing.DEAD:\n",
            ),
        ),
        killed_by=(
            _BEFORE + "test_a_day_of_runs_costs_no_further_request",
            _BEFORE + "test_the_pause_doubles_and_ends_near_the_end_of_what_is_presented",
        ),
    ),
    Mutant(
        name="refusal-holds-for-ever",
        invariant=13,
        wrong="What was refused once is not tried again, whatever was published or asked since.",
        edits=(
            Edit(
                "rotation/last_refusal.py",
                "        return self._same(certificate_id, asked) and self.at <= now < self.at + served(self.pause)\n",
                "        return self.certificate_id == certificate_id and self.at <= now and bool(asked)\n",
            ),
        ),
        killed_by=(
            _BEFORE + "test_what_changes_the_question_or_the_answer_is_tried_at_once",
            "tests/unit/rotation/test_last_refusal.py::test_a_daily_schedule_tries_again_the_day_after",
        ),
    ),
    Mutant(
        name="back-to-a-strangers",
        invariant=9,
        wrong="A backend that is down sends a confirmed stage to the foreign certificate that the bundle trusts, too.",
        edits=(Edit("lifecycle/binding/ways_back.py", " or place_to_go_back_to(self.olds) is not None:\n", ":\n"),),
        killed_by=(_PLACES + "test_a_backend_that_is_down_sends_no_stage_to_what_it_never_presented",),
    ),
    Mutant(
        name="failed-creation-clears",
        invariant=9,
        wrong="The deletion of a binding that never bound its stage clears what another stack's binding has bound.",
        edits=(Edit("lifecycle/binding/failure.py", "        if never_set and ", "        if not never_set and "),),
        killed_by=(_PLACES + "test_a_creation_that_failed_clears_no_stage_that_another_stack_has_bound",),
    ),
    Mutant(
        name="a-lead-that-never-begins",
        invariant=13,
        wrong="A binding that is not told what is published waits green, run after run.",
        edits=(
            Edit(
                "lifecycle/binding/lagging.py",
                "            return _unpublished(stage, desired, told, news, now)\n",
                "            return None\n",
            ),
        ),
        killed_by=(
            "tests/lifecycle/test_lagging.py::test_a_binding_that_is_not_told_what_is_published_is_red_in_each_run",
        ),
    ),
    Mutant(
        name="a-denied-look-is-green",
        invariant=13,
        wrong="A refresh that may not look at the certificate says so once, and no run is red for it.",
        edits=(
            Edit(
                "lifecycle/certificate/crud.py",
                "    if failed_before(olds) is None:\n",
                "    if failed_before(olds) in {None, LOOK}:\n",
            ),
        ),
        killed_by=(_DENIED + "test_a_certificate_that_may_not_be_looked_at_keeps_nobody_from_a_repair",),
    ),
)
