"""Wrong versions of the look before trust leaves a target, and of what counts as one place."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_WITHDRAWAL = "tests/lifecycle/test_withdrawal.py::"
_FAILING = "tests/lifecycle/test_failing_targets.py::"

WRONG_WITHDRAWAL = (
    Mutant(
        name="withdrawal-without-a-scan",
        invariant=12,
        wrong="What no input lists any more leaves the targets, whoever presents it.",
        edits=Edit(
            "lifecycle/trust_bundle/act.py",
            "one.sha256: (*seen.of(one), ",
            "one.sha256: (*seen.of(one)[:0], ",
        ),
        killed_by=(
            _WITHDRAWAL + "test_what_is_no_longer_asked_for_is_kept_for_the_stage_that_presents_it",
            _WITHDRAWAL + "test_state_that_was_put_back_withdraws_nothing_that_is_presented",
        ),
    ),
    Mutant(
        name="green-while-others-hand-on-less",
        invariant=13,
        wrong="What publish= is not given any more and a stage presents is a note of the bundle's, in a green run.",
        edits=Edit("lifecycle/trust_bundle/act.py", "        if lost:\n", "        if lost[:0]:\n"),
        killed_by=(_WITHDRAWAL + "test_what_publish_is_not_given_any_more_is_red_until_it_is_put_back",),
    ),
    Mutant(
        name="unseen-is-unused",
        invariant=12,
        wrong="A stage that could not be looked at presents nothing: trust is withdrawn all the same.",
        edits=Edit(
            "lifecycle/trust_bundle/presenters.py",
            "{*seen, *self.gaps}",
            "{one for one in seen if 'unknown' not in one}",
        ),
        killed_by=(_WITHDRAWAL + "test_what_the_look_could_not_see_stays",),
    ),
    Mutant(
        name="scan-as-the-targets-are-reached",
        invariant=12,
        wrong="The bundle looks for presenters in the account of its targets, where no stage is.",
        edits=Edit(
            "lifecycle/trust_bundle/presenters.py",
            "    return (connection_of(connection), ",
            "    return (default, ",
        ),
        killed_by=(_WITHDRAWAL + "test_the_certificates_account_is_looked_at_and_not_the_targets",),
    ),
    Mutant(
        name="former-rotation-forgotten",
        invariant=12,
        wrong="Where a rotation lived that no input names any more is forgotten: the second look drops its trust.",
        edits=(
            Edit(
                "lifecycle/trust_bundle/act.py",
                'return [*self.news["rotations"], *(self.olds.get("rotations") or ()), *former_rotations(self.olds)]',
                'return [*self.news["rotations"], *(self.olds.get("rotations") or ())]',
            ),
            Edit(
                "lifecycle/trust_bundle/act.py",
                "if entry.rotation_id is None or entry.rotation_id in",
                "if True or entry.rotation_id in",
            ),
        ),
        killed_by=(
            _WITHDRAWAL + "test_a_rotation_that_left_is_looked_at_where_it_lives_for_as_long_as_it_is_kept",
            _WITHDRAWAL + "test_where_nothing_says_in_which_region_a_rotation_lived_its_trust_is_kept",
        ),
    ),
    Mutant(
        name="take-over-of-the-unseen",
        invariant=12,
        wrong="take_over replaces what nobody could look up.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "if unnamed and seen.gaps:",
            "if unnamed and not take_over and seen.gaps:",
        ),
        killed_by=(_WITHDRAWAL + "test_take_over_takes_nothing_over_that_could_not_be_looked_up",),
    ),
    Mutant(
        name="list-alone-is-believed",
        invariant=12,
        wrong="What a stage presents and the list of certificates lacks is nobody's.",
        edits=Edit("lifecycle/trust_bundle/presenters.py", "if certificate_id not in listed and", "if not listed and"),
        killed_by=(_WITHDRAWAL + "test_a_list_that_is_behind_the_times_hides_no_presenter",),
    ),
    Mutant(
        name="unlisted-is-nobodys",
        invariant=12,
        wrong="A certificate of API Gateway's that no list has leaves: another region's stage may present it.",
        edits=Edit("lifecycle/trust_bundle/act.py", "    return (UNLISTED,) if ", "    return () if "),
        killed_by=(_WITHDRAWAL + "test_what_no_list_has_stays_until_it_is_said_to_go",),
    ),
    Mutant(
        name="expired-by-this-clock-alone",
        invariant=12,
        wrong="A runner whose clock is months ahead drops what stages present, though AWS did not answer it.",
        edits=Edit("rotation/publication.py", "look is None or not look.answered:", "look is None:"),
        killed_by=(
            _WITHDRAWAL + "test_a_clock_that_is_months_ahead_empties_nothing_unless_aws_answers",
            "tests/unit/rotation/test_publication.py::test_what_has_expired_by_this_clock_alone_stays",
        ),
    ),
    Mutant(
        name="repair-by-hand-is-an-old-copy",
        invariant=12,
        wrong="What was withdrawn, and somebody put back into the place by hand, is written over.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "        return withdrawn - frozenset(",
            "        return withdrawn or frozenset(",
        ),
        killed_by=(_WITHDRAWAL + "test_what_this_bundle_withdrew_is_looked_for_before_it_is_written_over",),
    ),
    Mutant(
        name="what-was-written-last-is-somebodys",
        invariant=5,
        wrong="A target that could not be written while something left is red for ever: it holds what left.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "        if digest_of(place.found) in self._digests_of(place):\n            return withdrawn",
            "        if not place.address:\n            return withdrawn",
        ),
        killed_by=(_FAILING + "test_what_left_while_a_target_could_not_be_written_is_no_repair_by_hand",),
    ),
    Mutant(
        name="withdrawn-once-is-nobodys",
        invariant=12,
        wrong="What the bundle withdrew before is written over without a look, though a stage presents it by now.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "        return fingerprints_in(place.found) - ours\n",
            '        return fingerprints_in(place.found) - ours - set(texts_of(self.olds, "withdrawn"))\n',
        ),
        killed_by=(_WITHDRAWAL + "test_what_this_bundle_withdrew_is_looked_for_before_it_is_written_over",),
    ),
    Mutant(
        name="take-over-writes-over-live-trust",
        invariant=12,
        wrong="take_over replaces another rotation's live trust in a target.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "            if users or (one.rotation_id is not None and not ours_once):\n",
            "            if not take_over and (users or one.rotation_id is not None):\n",
        ),
        killed_by=(
            _WITHDRAWAL + "test_another_rotations_trust_in_our_target_is_never_written_over",
            _WITHDRAWAL + "test_take_over_cuts_off_no_stage",
        ),
    ),
    Mutant(
        name="no-fingerprint-is-nobodys",
        invariant=9,
        wrong="A target without a fingerprint is free to take, whatever its text may mean to its reader.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py", "or trusts_nobody(found) or", "or not fingerprints_in(found) or"
        ),
        killed_by=(_WITHDRAWAL + "test_what_may_mean_somebody_is_not",),
    ),
    Mutant(
        name="bundle-without-account",
        invariant=9,
        wrong="Other credentials publish to the same names in another account.",
        edits=Edit(
            "lifecycle/trust_bundle/account.py",
            "    gateway = environment.reached_gateway(connection, expected)\n",
            "    expected = None\n    gateway = environment.reached_gateway(connection, expected)\n",
        ),
        killed_by=(_WITHDRAWAL + "test_a_bundle_acts_in_no_other_account",),
    ),
    Mutant(
        name="places-compared-as-written",
        invariant=10,
        wrong="One file in two spellings is two targets, each with its own content.",
        edits=Edit("publish/places.py", "os.path.realpath(spec['path'])", "spec['path']"),
        killed_by=(_WITHDRAWAL + "test_two_of_a_program_that_claim_one_place_are_refused_at_preview",),
    ),
    Mutant(
        name="arn-is-another-secret",
        invariant=10,
        wrong="A secret by name and by ARN is two targets.",
        edits=Edit("publish/places.py", "{arn[1] if arn else spec['secretId']}", "{spec['secretId']}"),
        killed_by=(_WITHDRAWAL + "test_a_secret_by_name_and_by_arn_is_one_place",),
    ),
    Mutant(
        name="two-writers-of-one-place",
        invariant=10,
        wrong="Two resources of a program claim one place, and undo each other in every run.",
        edits=Edit("lifecycle/engine_run.py", "if others else None\n", "if others and not owner else None\n"),
        killed_by=(_WITHDRAWAL + "test_two_of_a_program_that_claim_one_place_are_refused_at_preview",),
    ),
    Mutant(
        name="a-scan-is-older-than-our-switch",
        invariant=3,
        wrong="The scan that the run's resources share knows nothing of the run's own switches.",
        edits=Edit("lifecycle/looks.py", "        self._looks.moved(stage, certificate_id)\n", ""),
        killed_by=("tests/lifecycle/test_looks.py::test_a_scan_knows_the_runs_own_switches",),
    ),
    Mutant(
        name="withdrawal-beside-the-unseen",
        invariant=12,
        wrong="Trust leaves the targets that could be read while another one could not be looked at.",
        edits=Edit(
            "lifecycle/trust_bundle/act.py",
            "if any(place.failure is not None for place in places):",
            "if not places:",
        ),
        killed_by=(_FAILING + "test_nothing_is_withdrawn_while_a_target_cannot_be_looked_at",),
    ),
    Mutant(
        name="failed-target-is-dated",
        invariant=1,
        wrong="What one target could not be given counts as published: its lead passes while backends do not trust it.",
        edits=Edit("rotation/publication.py", "return None if entry.sha256 in unheld else now", "return now"),
        killed_by=(
            _FAILING + "test_the_other_target_is_extended_by_the_successor",
            _FAILING + "test_the_other_target_is_repaired",
        ),
    ),
    Mutant(
        name="failed-target-stops-the-others",
        invariant=13,
        wrong="A target that fails ends the pass: the others are neither repaired nor extended.",
        edits=Edit(
            "lifecycle/trust_bundle/act.py",
            "places = [written(place, render(place.content, entries)) for place in places]",
            "failed = any(place.failure is not None for place in places)\n"
            "        places = [p if failed else written(p, render(p.content, entries)) for p in places]",
        ),
        killed_by=(
            _FAILING + "test_the_other_target_is_repaired",
            _FAILING + "test_the_other_target_is_extended_by_the_successor",
        ),
    ),
    Mutant(
        name="unread-target-is-published-to",
        invariant=1,
        wrong="What became active is told to dependents as published while a target could not be read for it.",
        edits=Edit("lifecycle/trust_bundle/act.py", "if any(place.unread is not None", "if any(place is None"),
        killed_by=(_FAILING + "test_what_became_active_is_told_to_nobody_until_every_target_was_read_for_it",),
    ),
)
