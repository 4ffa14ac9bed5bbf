"""Wrong versions of what happens when a step fails, and of triggers that never rest."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_FAILED = "tests/lifecycle/test_failed_steps.py::"
_RED = "tests/lifecycle/test_red_bindings.py::"
_END = "tests/unit/program/test_end_of_a_program.py::"
_DENIED = "tests/lifecycle/test_denied_looks.py::"
_TRIGGER = "tests/unit/rotation/test_trigger.py::"
_RESTLESS = "tests/property/rotation/test_restless.py::"
_LEFTOVERS = "tests/lifecycle/test_leftovers.py::"

WRONG_FAILURES = (
    Mutant(
        name="issue-before-a-ripe-retirement",
        invariant=5,
        wrong="An issue that finds no room ends the run, and with it the retirement that would make some.",
        edits=Edit(
            "rotation/decide.py",
            "return frozenset({Step.ISSUE} if nothing_made else {Step.ISSUE, Step.RETIRE})",
            "return frozenset(Step)",
        ),
        killed_by=(
            _FAILED + "test_a_ripe_retirement_makes_the_room_in_the_run_whose_issue_found_none",
            _RESTLESS + "test_an_account_that_was_full_is_used_again_when_a_foreign_stage_lets_go",
        ),
    ),
    Mutant(
        name="failed-step-hides-repairs",
        invariant=13,
        wrong="A step that cannot be taken fails the update, and nothing that depends on it is looked after.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            "                if not can_wait(rotation, self.now):\n                    raise\n",
            "                if self.now is not None:\n                    raise\n",
        ),
        killed_by=(_FAILED + "test_the_dependents_are_looked_after_in_the_run_whose_issue_finds_no_room",),
    ),
    Mutant(
        name="failed-step-is-green",
        invariant=13,
        wrong="The plugin takes an update that could not do its step for a success, whoever declares the certificate.",
        edits=Edit(
            "native/servicer.py",
            "            state = left.in_run(self._log.address)\n            if not news.get(DEFER):\n",
            "            state = left.in_run(self._log.address)\n            if news.get('never'):\n",
        ),
        killed_by=("tests/native/test_failed_step.py::test_by_itself_the_plugin_fails_and_saves_what_was_done",),
    ),
    Mutant(
        name="failed-binding-hides-repairs",
        invariant=13,
        wrong="A binding that fails fails in the engine, and no wave behind it is rolled back, repaired or moved.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            "        raise failure.seen(error, gateway, switch.progress) from error\n",
            "        raise\n",
        ),
        killed_by=(_RED + "test_a_creation_that_fails_keeps_nobody_from_the_next_stage",),
    ),
    Mutant(
        name="failed-binding-counts-as-moved",
        invariant=1,
        wrong="A wave that failed lets the next one move, if its stage was seen to present the certificate.",
        edits=Edit("lifecycle/binding/waves_inputs.py", 'failed=bool(one.get("failedSince"))', "failed=False"),
        killed_by=(_RED + "test_what_a_wave_presented_while_it_failed_is_no_soak",),
    ),
    Mutant(
        name="failed-switch-counts-as-set",
        invariant=9,
        wrong="What a stage is seen to present after a failure counts as set by its binding, whoever set it.",
        edits=Edit(
            "lifecycle/binding/failure.py",
            "        return self.beside(error, as_presented(before, presented, self.now))\n",
            "        seen = as_presented(before, presented, self.now)\n"
            '        return self.beside(error, {**seen, "setClientCertificateId": presented})\n',
        ),
        killed_by=(
            _RED + "test_a_deletion_clears_nothing_that_a_failed_creation_did_not_set",
            _RED + "test_a_switch_that_fails_leaves_what_the_stage_presents_and_sets_nothing",
        ),
    ),
    Mutant(
        name="a-program-ends-with-the-first-failure",
        invariant=13,
        wrong="A program ends with the first that could not do all: what is declared later is not looked after.",
        edits=Edit(
            "program/failed_steps.py",
            "            while known < len(self._declared):\n",
            "            while known < len(self._declared) and not failed:\n",
        ),
        killed_by=(_END + "test_what_is_declared_in_a_callback_is_waited_for",),
    ),
    Mutant(
        name="no-credentials-hide-repairs",
        invariant=13,
        wrong="What keeps a run from asking AWS keeps it from its files, too.",
        edits=Edit("lifecycle/trust_bundle/targets.py", '        if spec["type"] == "file"\n', "        if not spec\n"),
        killed_by=(_DENIED + "test_without_credentials_a_file_is_mended_and_nothing_in_aws_is_believed",),
    ),
    Mutant(
        name="written-in-an-unknown-account",
        invariant=9,
        wrong="A parameter is written in a run that cannot tell whose account it is in.",
        edits=Edit("lifecycle/trust_bundle/targets.py", '        if spec["type"] == "file"\n', "        if spec\n"),
        killed_by=(_DENIED + "test_without_credentials_a_file_is_mended_and_nothing_in_aws_is_believed",),
    ),
    Mutant(
        name="failed-step-is-forgotten",
        invariant=7,
        wrong="What failed stays in state when nothing is due any more: the program is red for ever.",
        edits=Edit("lifecycle/certificate/crud.py", " or FAILED_STEP in olds\n", "\n"),
        killed_by=(_FAILED + "test_what_failed_is_a_change_until_it_is_done_or_asked_for_no_more",),
    ),
    Mutant(
        name="deletes-beside-an-unknown-issue",
        invariant=2,
        wrong="A run whose issue got no answer deletes what is ripe: it may have generated.",
        edits=Edit("rotation/decide.py", "{Step.ISSUE} if nothing_made else {Step.ISSUE, Step.RETIRE}", "{Step.ISSUE}"),
        killed_by=(
            _FAILED + "test_where_a_certificate_may_have_been_made_nothing_is_deleted_in_that_run",
            _TRIGGER + "test_an_issue_that_failed_keeps_nothing_else_from_its_turn",
        ),
    ),
    Mutant(
        name="trigger-interrupts-a-rotation",
        invariant=5,
        wrong="A trigger issues at once: one that changes with every run fills the account, and nothing is retired.",
        edits=Edit(
            "rotation/decide.py",
            "if trigger_pulled(rotation, policy) and waits_for(rotation, pinned, now) is None:",
            "if trigger_pulled(rotation, policy):",
        ),
        killed_by=(
            _TRIGGER + "test_during_a_rotation_a_trigger_waits_and_says_for_what",
            _RESTLESS + "test_a_trigger_that_never_rests_goes_round_with_two_certificates",
        ),
    ),
    Mutant(
        name="triggers-without-a-bound",
        invariant=5,
        wrong="Triggers go on making certificates however many are presented by somebody.",
        edits=Edit("rotation/trigger.py", "if live >= MOST_LIVE:", "if live >= 60:"),
        killed_by=(_TRIGGER + "test_triggers_make_no_more_than_so_many_live_ones",),
    ),
    Mutant(
        name="a-twin-is-named-for-deletion",
        invariant=4,
        wrong="What another stack of the same names has pending is named as left behind, though it is at work.",
        edits=Edit(
            "lifecycle/certificate/leftovers.py",
            "at_work = {one.tags[ROTATION_ID] for one in others if usage.of(one.id)}",
            "at_work: set[str] = set()",
        ),
        killed_by=(_LEFTOVERS + "test_a_twin_stack_that_is_at_work_is_not_named",),
    ),
)
