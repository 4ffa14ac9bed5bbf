"""Wrong versions of the certificate's lifecycle: it touches AWS, or forgets to look, where it must not."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_CERTIFICATE = "tests/lifecycle/test_certificate_lifecycle.py::"
_EXACT_OWNER = "tests/lifecycle/test_exact_owner.py::"
_LOST = "tests/lifecycle/test_lost_generations.py::"
_LOST_TAGS = "tests/lifecycle/test_lost_tags.py::"
_LOOKS_FIRST = "tests/lifecycle/test_creation_looks_first.py::"
_IN_PLACE = "tests/lifecycle/test_adoption_in_place.py::"
_LOST = "tests/lifecycle/test_lost_generations.py::"
_LOOKING = "tests/lifecycle/test_looking.py::"
_OWNERSHIP = "tests/lifecycle/test_certificate_ownership.py::"
_RETIREMENT = "tests/lifecycle/test_retirement.py::"

_ISSUED = "                after = enter(rotation, self._issue(rotation), self.now, trigger=self.policy.trigger)\n"

WRONG_CERTIFICATE = (
    Mutant(
        name="delete-before-create",
        invariant=2,
        wrong="What the new generation replaces is deleted before it is generated.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            _ISSUED,
            "                for one in rotation.generations:\n"
            "                    self._delete(rotation, one, [])\n" + _ISSUED,
        ),
        killed_by=(_CERTIFICATE + "test_a_whole_rotation_takes_one_step_per_run",),
    ),
    Mutant(
        name="delete-in-the-run-that-recovers",
        invariant=2,
        wrong="Generations that are dead are deleted in the run that generates in their place.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            _ISSUED,
            _ISSUED + "                for one in after.previous if step is Step.REGENERATE else ():\n"
            "                    self._delete(after, one, [])\n",
        ),
        killed_by=(_RETIREMENT + "test_the_run_that_generates_deletes_nothing",),
    ),
    Mutant(
        name="no-in-use-scan",
        invariant=3,
        wrong="Nobody looks a second time before the deletion.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            "        listed = self.gateway.list_certificates()\n        usage = self.gateway.scan()\n",
            "        listed = self.gateway.list_certificates()\n        usage = type(self.gateway.scan())(users={})\n",
        ),
        killed_by=(_RETIREMENT + "test_a_stage_that_came_back_between_the_two_looks_keeps_its_certificate",),
    ),
    Mutant(
        name="incomplete-scan-is-clean",
        invariant=3,
        wrong="What a scan could not read counts as not in use.",
        edits=Edit(
            "gateway/interface.py",
            '        return stages + tuple(f"unknown: {gap}" for gap in self.gaps)\n',
            "        return stages\n",
        ),
        killed_by=(_CERTIFICATE + "test_a_scan_with_a_gap_counts_as_in_use",),
    ),
    Mutant(
        name="destroy-ignores-users",
        invariant=3,
        wrong="A destroy deletes what stages present, and what nobody could look for.",
        edits=Edit("lifecycle/certificate/crud.py", "    ownership.guard_unused(usage, ids)\n", ""),
        killed_by=(_OWNERSHIP + "test_destroy_is_refused_while_a_stage_presents_one_or_nobody_knows",),
    ),
    Mutant(
        name="delete-without-rotation-id",
        invariant=4,
        wrong="A previous generation is deleted although its rotation id is not ours any more.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            "if found.tags.get(ownership.ROTATION_ID) != rotation.rotation_id:",
            "if not found.tags:",
        ),
        killed_by=(_OWNERSHIP + "test_a_previous_one_that_another_rotation_adopted_is_reported_and_kept",),
    ),
    Mutant(
        name="sweep-foreign-certificates",
        invariant=4,
        wrong="Orphans are told by their number alone: another rotation's certificate goes with ours.",
        edits=Edit(
            "lifecycle/ownership.py",
            "        and one.tags.get(ROTATION_ID) == rotation.rotation_id\n",
            "        and ROTATION_ID in one.tags\n",
        ),
        killed_by=(_OWNERSHIP + "test_an_orphan_of_a_past_number_goes_with_the_next_retirement",),
    ),
    Mutant(
        name="lost-tags-taken-from-another",
        invariant=4,
        wrong="A certificate that lost our tags is tagged again, though another rotation has adopted it meanwhile.",
        edits=Edit("lifecycle/certificate/tagging.py", "    if ROTATION_ID in found.tags:\n        return False\n", ""),
        killed_by=(_LOST_TAGS + "test_what_another_rotation_adopted_before_the_update_is_not_tagged",),
    ),
    Mutant(
        name="lost-tags-without-a-fingerprint",
        invariant=4,
        wrong="A certificate without tags is ours by its id alone.",
        edits=Edit(
            "lifecycle/certificate/tagging.py",
            "facts_of(found).sha256 == generation.sha256",
            "bool(facts_of(found).sha256)",
        ),
        killed_by=(_LOST_TAGS + "test_another_certificate_under_our_id_is_not_ours",),
    ),
    Mutant(
        name="lossy-owner",
        invariant=4,
        wrong="The owner's digest is made of what is left of the names in tags.",
        edits=Edit(
            "lifecycle/ownership.py",
            'else f"={part}" for part in parts]',
            'else f"={_tag_value(part)}" for part in parts]',
        ),
        killed_by=(_EXACT_OWNER + "test_names_that_tags_flatten_are_two_owners",),
    ),
    Mutant(
        name="adopt-under-the-old-rotation-id",
        invariant=4,
        wrong="What a creation takes over keeps its rotation id: whoever had it before deletes it.",
        edits=Edit(
            "lifecycle/certificate/adopt.py",
            "    gateway.tag(found.lost.id, tags)\n    return begin(token, ",
            "    return begin(found.lost.tags[ROTATION_ID], ",
        ),
        killed_by=(
            _EXACT_OWNER + "test_a_replacement_within_the_hour_keeps_what_it_takes_over",
            _EXACT_OWNER + "test_two_same_named_stacks_on_two_backends_do_not_delete_each_others",
        ),
    ),
    Mutant(
        name="orphan-not-adopted",
        invariant=5,
        wrong="An interrupted run's certificate is not looked for: each try leaves another one.",
        edits=Edit(
            "lifecycle/certificate/adopt.py",
            "    if not left:\n",
            "    if left or not left:\n",
        ),
        killed_by=(_OWNERSHIP + "test_an_update_killed_after_generate_is_finished_by_adoption",),
    ),
    Mutant(
        name="forged-successor-adopted",
        invariant=4,
        wrong="Whatever carries the next generation's tags is trusted and presented, whoever made it and when.",
        edits=Edit(
            "rotation/decide.py",
            "    return created >= min(due, now) - CLOCKS_DIFFER and ",
            "    return ",
        ),
        killed_by=(_OWNERSHIP + "test_a_certificate_that_no_run_made_is_not_adopted_by_its_tags",),
    ),
    Mutant(
        name="lost-answer-generated-again",
        invariant=5,
        wrong="When no answer to a generate comes, another certificate is generated.",
        edits=Edit(
            "lifecycle/certificate/adopt.py",
            "        if not found:\n            raise\n        return found[0]\n",
            "        return found and gateway.generate(description=description, tags=tags)\n",
        ),
        killed_by=(_OWNERSHIP + "test_a_lost_answer_is_not_looked_up_among_what_was_there_before",),
    ),
    Mutant(
        name="orphan-never-swept",
        invariant=5,
        wrong="A certificate that two runs at once left behind stays for ever.",
        edits=Edit("lifecycle/certificate/act.py", "orphans = ownership.orphans(listed, rotation)", "orphans = []"),
        killed_by=(_OWNERSHIP + "test_an_orphan_of_a_past_number_goes_with_the_next_retirement",),
    ),
    Mutant(
        name="generate-before-look",
        invariant=9,
        wrong="The first certificate is made before anybody looked at the stages and targets that it is for.",
        edits=(
            Edit(
                "lifecycle/certificate/crud.py",
                "    Look(props=props, origin=found, gateway=gateway, environment=environment, now=now).guard()\n",
                "",
            ),
            Edit(
                "lifecycle/certificate/crud.py",
                "    rotation = adoption.first_rotation(gateway, props, found, environment.token(), now)\n",
                "    rotation = adoption.first_rotation(gateway, props, found, environment.token(), now)\n"
                "    Look(props=props, origin=found, gateway=gateway, environment=environment, now=now).guard()\n",
            ),
        ),
        killed_by=(
            _LOOKS_FIRST + "test_a_missing_stage_is_named_and_its_correction_goes_through",
            _LOOKS_FIRST + "test_a_taken_target_is_refused_and_can_be_taken_over",
            _LOOKS_FIRST + "test_a_live_foreign_certificate_is_refused_and_can_be_adopted",
        ),
    ),
    Mutant(
        name="adopt-in-place-without-look",
        invariant=1,
        wrong="A certificate that is named later becomes the active one although stages present one of ours.",
        edits=Edit("lifecycle/certificate/adopt_in_place.py", "    if not live:\n", "    if live or not live:\n"),
        killed_by=(
            _IN_PLACE + "test_it_is_refused_while_a_stage_presents_one_of_ours_and_the_remedy_works",
            _IN_PLACE + "test_one_of_ours_that_state_does_not_know_counts_too",
        ),
    ),
    Mutant(
        name="diff-asks-aws",
        invariant=6,
        wrong="A preview looks at AWS.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "    decision = decide(rotation, policy, now)\n",
            "    seen = environment.observing_gateway(connection_of(olds))\n"
            "    gone = [one.number for one in rotation.generations if not seen.get(one.id)]\n"
            "    rotation = lose(rotation, gone, now)\n"
            "    decision = decide(rotation, policy, now)\n",
        ),
        killed_by=(_LOOKING + "test_diff_asks_nobody",),
    ),
    Mutant(
        name="refresh-takes-the-step",
        invariant=6,
        wrong="A refresh of the certificate performs the step that is due.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "    rotation = adoption.with_presented(gateway, lose(rotation, looked.gone, now), now)\n",
            "    rotation = Actor(gateway=gateway, proof=proof_of(gateway, props, rotation), properties=props,"
            " policy=policy_of(props), now=now, say=environment.say)"
            ".perform(lose(rotation, looked.gone, now)).rotation\n",
        ),
        killed_by=(_LOOKING + "test_a_refresh_only_looks",),
    ),
    Mutant(
        name="refresh-believes-a-state-that-was-put-back",
        invariant=12,
        wrong="A refresh does not look for what stages present and state does not know: a callable drops it.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "adoption.with_presented(gateway, lose(rotation, looked.gone, now), now)",
            "lose(rotation, looked.gone, now)",
        ),
        killed_by=(_LOST + "test_a_refresh_takes_in_what_stages_present_and_state_was_put_back_over",),
    ),
    Mutant(
        name="two-steps-in-one-update",
        invariant=7,
        wrong="An update goes on with whatever is due next, which no diff has announced.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            "        after = self._act(rotation, decision)\n",
            "        after = self._act(rotation, decision)\n"
            "                after = self._act(after, decide(after, self.policy, self.now))\n",
        ),
        killed_by=(_CERTIFICATE + "test_a_whole_rotation_takes_one_step_per_run",),
    ),
    Mutant(
        name="activate-without-looking",
        invariant=7,
        wrong="A generation that was deleted meanwhile becomes the one to present.",
        edits=Edit(
            "lifecycle/certificate/act.py",
            "looked = missing(self.proof, chosen, ",
            "looked = missing(self.proof, chosen[:0], ",
        ),
        killed_by=(_CERTIFICATE + "test_a_pending_one_deleted_before_the_switch_is_not_presented",),
    ),
    Mutant(
        name="rotate-on-a-changed-threshold",
        invariant=7,
        wrong="A changed rotate_before alone issues a successor, which diff did not announce.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "    if after is None:\n        actor",
            "    from dataclasses import replace\n\n"
            "    if changed(olds, news, DURATIONS):\n"
            '        rotation, policy = replace(rotation, trigger="old"), replace(policy, trigger="new")\n'
            "    if after is None:\n        actor",
        ),
        killed_by=(_CERTIFICATE + "test_a_changed_threshold_recomputes_the_dates_and_rotates_nothing",),
    ),
    Mutant(
        name="dead-pin-accepted",
        invariant=10,
        wrong="A pin to a generation that does not exist passes, and is silently ignored.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            '    if not changed(olds, news, ["pinGeneration"]):\n',
            "    if True:\n",
        ),
        killed_by=(_CERTIFICATE + "test_a_pin_to_a_dead_generation_is_refused_in_diff",),
    ),
    Mutant(
        name="impossible-policy-accepted",
        invariant=10,
        wrong="Durations that leave no room for the procedure pass check.",
        edits=Edit("lifecycle/inputs.py", "failures.add(on_the_wire.get(name, name), message)", "pass"),
        killed_by=("tests/lifecycle/test_certificate_check.py::test_bad_input_is_refused_by_property",),
    ),
    Mutant(
        name="newer-state-accepted",
        invariant=11,
        wrong="State that a newer release wrote is read as if nothing were new in it.",
        edits=Edit("lifecycle/state.py", "    if version > STATE_VERSION:\n", "    if version < STATE_VERSION:\n"),
        killed_by=(_CERTIFICATE + "test_state_of_a_newer_release_is_refused",),
    ),
    Mutant(
        name="output-dropped",
        invariant=11,
        wrong="An update returns one output less than the state held.",
        edits=Edit(
            "lifecycle/certificate/outputs.py",
            '            "trustedFingerprintsSha256": [one.sha256 for one in trusted],\n',
            "",
        ),
        killed_by=("tests/lifecycle/test_golden_state.py::test_no_output_was_dropped_since",),
    ),
    Mutant(
        name="history-from-the-first-refresh",
        invariant=11,
        wrong="A state that has no history gets one without a step: an upgrade alone shows a change in every stack.",
        edits=(
            Edit(
                "lifecycle/state.py",
                "HISTORY: [dump_entry(entry) for entry in rotation.history] or None,",
                "HISTORY: [dump_entry(entry) for entry in rotation.history],",
            ),
        ),
        killed_by=("tests/lifecycle/test_history.py::test_a_state_of_a_release_without_it_begins_with_its_next_step",),
    ),
    Mutant(
        name="check-fills-a-default",
        invariant=11,
        wrong="A default goes into state: a release that changes it shows a change in every stack.",
        edits=Edit(
            "lifecycle/certificate/crud.py",
            "    return Checked(dict(news), failures.found)\n",
            '    return Checked({"rotateBefore": "30d", **news}, failures.found)\n',
        ),
        killed_by=("tests/lifecycle/test_certificate_check.py::test_the_inputs_come_back_unchanged",),
    ),
    Mutant(
        name="lost-after-one-not-found",
        invariant=12,
        wrong="One answer of NotFound is enough to forget a generation, which the list still has.",
        edits=Edit(
            "lifecycle/existence.py",
            "gone = [one for one in unfound if one.id not in listed]",
            "gone = list(unfound)",
        ),
        killed_by=(
            _LOST + "test_one_not_found_loses_nothing",
            _LOST + "test_what_only_one_look_misses_is_neither_forgotten_nor_switched_to",
        ),
    ),
    Mutant(
        name="generate-beside-what-lives",
        invariant=12,
        wrong="A rotation whose state knows nothing alive does not look what AWS still knows of it.",
        edits=Edit(
            "lifecycle/certificate/adopt.py",
            "    if not found:\n        return None\n    usage",
            "    if found or not found:\n        return None\n    usage",
        ),
        killed_by=(_LOST + "test_a_state_without_generations_is_filled_again_from_aws",),
    ),
    Mutant(
        name="replaced-while-presented",
        invariant=12,
        wrong="A creation does not look whether stages present a certificate of the same names: starting afresh"
        " withdraws trust from it.",
        edits=Edit("lifecycle/certificate/adopt.py", "    if alive:\n", "    if not alive:\n"),
        killed_by=(_OWNERSHIP + "test_a_creation_beside_a_namesake_that_is_presented_is_refused",),
    ),
)
