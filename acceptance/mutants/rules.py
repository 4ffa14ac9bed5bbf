"""Wrong versions of ``rotation/``: the rules decide too early, too late, or for the wrong generation."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_ACTIVATION = "tests/unit/rotation/test_decide_activation.py::"
_BINDING = "tests/unit/rotation/test_binding.py::"
_BINDING_LOOK = "tests/lifecycle/test_binding_look.py::"
_FAILING = "tests/lifecycle/test_failing_targets.py::"
_BUNDLE = "tests/lifecycle/test_trust_bundle_lifecycle.py::"
_PUBLICATION = "tests/unit/rotation/test_publication.py::"
_MENDED = "tests/lifecycle/test_mended_behind_the_state.py::"
_REPLAY = "tests/acceptance/model/test_replay.py::"
_STAGES = "tests/lifecycle/test_binding_lifecycle.py::"
_TRANSITIONS = "tests/unit/rotation/test_transitions.py::"

WRONG_RULES = (
    Mutant(
        name="activate-before-the-lead",
        invariant=1,
        wrong="The pending generation is activated in the next run, whatever the lead.",
        edits=Edit(
            "rotation/decide.py",
            "pending.pending_since + served(policy.publish_lead)",
            "pending.pending_since",
        ),
        killed_by=(_ACTIVATION + "test_the_pending_one_is_activated_after_95_per_cent_of_its_lead",),
    ),
    Mutant(
        name="a-pin-keeps-what-is-over",
        invariant=5,
        wrong="What has expired under a pin is kept, and takes the room of the successor in a full account.",
        edits=Edit("rotation/decide.py", "max(at, generation.not_after))", "datetime.max.replace(tzinfo=at.tzinfo))"),
        killed_by=(_ACTIVATION + "test_a_pin_keeps_nothing_that_is_over",),
    ),
    Mutant(
        name="a-fifth-of-the-lead",
        invariant=1,
        wrong="A stage moves when a fifth of its lead is served; where publication is late, nothing else holds it.",
        edits=Edit(
            "rotation/binding.py",
            "PUBLISHED_LONG_ENOUGH = Fraction(90, 100)\n",
            "PUBLISHED_LONG_ENOUGH = Fraction(20, 100)\n",
        ),
        killed_by=(_REPLAY + "test_what_once_went_wrong_goes_right",),
    ),
    Mutant(
        name="callable-inherits-the-dates",
        invariant=1,
        wrong="Where publish becomes a callable, what its resources never wrote counts as published since long ago.",
        edits=Edit("lifecycle/trust_bundle/act.py", "if unseen or one.sha256 in lacked", "if one.sha256 in lacked"),
        killed_by=(_REPLAY + "test_what_once_went_wrong_goes_right",),
    ),
    Mutant(
        name="mended-behind-the-binding",
        invariant=1,
        wrong="A target that was seen without the certificate and is mended meanwhile counts as published all along.",
        edits=Edit("rotation/binding.py", "return max(self.since, self.lacked_at)", "return self.since"),
        killed_by=(_MENDED + "test_what_a_binding_saw_missing_counts_from_then",),
    ),
    Mutant(
        name="mended-when-last-seen-missing",
        invariant=1,
        wrong="The lead counts from the run that saw the certificate missing, however much later it was put back.",
        edits=Edit(
            "lifecycle/binding/act.py",
            "        self.progress.lacked = desired\n        return self.now\n",
            "        return told\n",
        ),
        killed_by=(_MENDED + "test_what_a_binding_saw_missing_counts_from_then",),
    ),
    Mutant(
        name="new-place-keeps-the-date",
        invariant=1,
        wrong="What a killed run wrote to a new target a minute ago counts as published there all along.",
        edits=Edit("lifecycle/trust_bundle/act.py", "self._ownership.is_new(place) for", "False for"),
        killed_by=(_MENDED + "test_a_new_place_that_holds_everything_already_is_dated_from_now",),
    ),
    Mutant(
        name="denied-new-place-takes-the-dates",
        invariant=13,
        wrong="A new target that may not be read takes the dates of all that the others hold.",
        edits=Edit("lifecycle/trust_bundle/act.py", "place.failure is None and self._ownership", "self._ownership"),
        killed_by=(_MENDED + "test_a_new_place_that_may_not_be_read_takes_no_date_from_the_others",),
    ),
    Mutant(
        name="new-place-by-its-spelling",
        invariant=12,
        wrong="Another spelling of a target is a new one, and every lead begins anew.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "bool(self.olds) and not self._digests_of(place)",
            'bool(self.olds) and place.address not in digests_of(self.olds, "digests")',
        ),
        killed_by=(_MENDED + "test_another_spelling_of_a_place_is_no_new_one",),
    ),
    Mutant(
        name="mended-behind-the-bundle",
        invariant=1,
        wrong="What a refresh saw missing from a target keeps its date where it is there again at the update.",
        edits=Edit("lifecycle/trust_bundle/act.py", "or one.sha256 in lacked", "or one.sha256 in ()"),
        killed_by=(_MENDED + "test_what_a_refresh_saw_missing_is_dated_anew_though_it_is_there_again",),
    ),
    Mutant(
        name="lead-from-created-date",
        invariant=1,
        wrong="The lead counts from AWS's createdDate: an adopted orphan is presented though nobody published it.",
        edits=Edit(
            "rotation/decide.py",
            "pending.pending_since + served(policy.publish_lead)",
            "pending.created_date + served(policy.publish_lead)",
        ),
        killed_by=(_ACTIVATION + "test_the_lead_counts_from_pending_since_not_from_aws_creation_date",),
    ),
    Mutant(
        name="activation-waits-for-ever",
        invariant=1,
        wrong="A pending generation waits for its whole lead though the active one expires meanwhile.",
        edits=Edit(
            "rotation/decide.py", "at = latest if waited is None else min(waited, latest)", "at = waited or latest"
        ),
        killed_by=(_ACTIVATION + "test_within_activate_by_the_wait_is_over",),
    ),
    Mutant(
        name="issue-before-activate",
        invariant=1,
        wrong="Issuing is more urgent than activating: what backends trust is replaced while the active one runs out.",
        edits=Edit(
            "rotation/transitions.py",
            '    ACTIVATE = "activate"\n    ISSUE = "issue"\n',
            '    ISSUE = "issue"\n    ACTIVATE = "activate"\n',
        ),
        killed_by=(_ACTIVATION + "test_a_nearly_due_pending_one_is_activated_when_the_active_one_runs_out",),
    ),
    Mutant(
        name="bind-without-a-lead",
        invariant=1,
        wrong="A stage moves as soon as the bundle holds the new certificate, before backends have read it.",
        edits=Edit(
            "rotation/binding.py",
            "    lead = served(policy.publish_lead, PUBLISHED_LONG_ENOUGH)\n",
            "    lead = timedelta(0)\n",
        ),
        killed_by=(
            _BINDING + "test_a_stage_leaves_a_live_one_after_90_per_cent_of_the_lead",
            _BUNDLE + "test_a_target_reverted_during_the_lead_is_repaired_and_the_wait_starts_anew",
        ),
    ),
    Mutant(
        name="bind-the-unpublished-near-expiry",
        invariant=1,
        wrong="Near the expiry a stage moves to a certificate that the bundle does not hold.",
        edits=Edit(
            "rotation/binding.py",
            "return BindingDecision(move=Move.REFUSE, refusal=Refusal.NOT_PUBLISHED)",
            "return BindingDecision(move=Move.BIND)",
        ),
        killed_by=(_BINDING + "test_near_the_expiry_a_stage_still_never_moves_to_what_is_not_published",),
    ),
    Mutant(
        name="callable-dated-by-the-run",
        invariant=1,
        wrong="What a callable's resources do not hold is dated all the same: they did not run.",
        edits=Edit("lifecycle/trust_bundle/act.py", "unpublished=self._unpublished(entries)", "unpublished=()"),
        killed_by=(
            _BINDING_LOOK + "test_what_other_resources_do_not_hold_has_no_date_and_what_is_presented_must_be_held",
        ),
    ),
    Mutant(
        name="repair-keeps-the-date",
        invariant=1,
        wrong="What was missing from a target keeps its date: stages move before backends have read the repaired text.",
        edits=Edit("rotation/publication.py", " or entry.sha256 in missing:\n", ":\n"),
        killed_by=(
            _PUBLICATION + "test_what_was_missing_from_a_target_is_published_from_now",
            _BUNDLE + "test_a_target_reverted_during_the_lead_is_repaired_and_the_wait_starts_anew",
        ),
    ),
    Mutant(
        name="bundle-not-read-before-the-switch",
        invariant=1,
        wrong="The targets are not read again in the run that activates: a reverted one goes unnoticed.",
        edits=Edit("rotation/publication.py", '        return "read-again"\n', "        return None\n"),
        killed_by=(
            _PUBLICATION + "test_before_a_stage_may_move_the_targets_are_read_again",
            _FAILING + "test_what_became_active_is_told_to_nobody_until_every_target_was_read_for_it",
        ),
    ),
    Mutant(
        name="first-text-in-the-order-of-the-inputs",
        invariant=1,
        wrong="What is taken over comes second in the first text: a backend that tries only the first match rejects it"
        " before its stages have moved.",
        edits=Edit("rotation/publication.py", "        added.sort(", "        sorted(added, "),
        killed_by=(
            _PUBLICATION + "test_a_first_text_puts_what_a_stage_may_present_already_before_the_certificate_made_for_it",
        ),
    ),
    Mutant(
        name="bundle-re-sorted-at-activation",
        invariant=1,
        wrong="The active certificate goes to the top: a backend that tries only the first match rejects the stages"
        " that have not moved yet.",
        edits=Edit(
            "rotation/publication.py",
            "    return (*kept, *added)\n",
            "    active = {offer.active_id for offer in offers}\n"
            "    shown = {one.sha256 for offer in offers for one in offer.trusted"
            ' if getattr(one, "id", None) in active}\n'
            "    return tuple(sorted((*kept, *added), key=lambda one: one.sha256 not in shown))\n",
        ),
        killed_by=(_BUNDLE + "test_oldest_first_through_a_whole_rotation",),
    ),
    Mutant(
        name="overlap-from-activation",
        invariant=3,
        wrong="The overlap counts from the activation, not from the first scan that found nobody.",
        edits=Edit(
            "rotation/transitions.py",
            "_change(generations, [former.number], role=role)",
            "_change(generations, [former.number], role=role, unused_since=now)",
        ),
        killed_by=("tests/lifecycle/test_retirement.py::test_the_overlap_counts_from_the_first_clean_look",),
    ),
    Mutant(
        name="overlap-survives-a-user",
        invariant=3,
        wrong="A scan that finds a user does not restart the overlap.",
        edits=Edit(
            "rotation/transitions.py",
            "unused = None if in_use.get(generation.number) else unbroken",
            "unused = None if in_use.get(generation.number) and since is None else unbroken",
        ),
        killed_by=(_TRANSITIONS + "test_a_scan_that_finds_a_user_clears_the_unused_time_and_names_the_stages",),
    ),
    Mutant(
        name="acm-overwritten",
        invariant=4,
        wrong="An ACM ARN is replaced like one of ours.",
        edits=Edit("rotation/binding.py", "return None if take_over else Refusal.ACM", "return None"),
        killed_by=(
            _BINDING + "test_an_acm_certificate_is_never_overwritten_without_take_over",
            _STAGES + "test_an_acm_certificate_is_refused_without_take_over_and_never_looked_up",
        ),
    ),
    Mutant(
        name="bind-over-a-foreign-value",
        invariant=9,
        wrong="A live certificate that somebody else bound is replaced without take_over.",
        edits=Edit(
            "rotation/binding.py",
            "        if not take_over:\n            return Refusal.FOREIGN\n",
            "",
        ),
        killed_by=(
            _BINDING + "test_a_live_foreign_certificate_is_refused_without_take_over",
            _STAGES + "test_a_live_foreign_certificate_is_refused_and_named",
        ),
    ),
    Mutant(
        name="removed-rotation-loses-trust",
        invariant=12,
        wrong="What a removed rotation published leaves the bundle while it lives.",
        edits=Edit(
            "rotation/publication.py",
            "        if entry.expired(now):\n            if look is None",
            "        if entry.rotation_id not in {*offering, None}:\n"
            "            continue\n"
            "        if entry.expired(now):\n            if look is None",
        ),
        killed_by=(_PUBLICATION + "test_a_rotation_that_is_no_longer_an_input_has_retired_nothing",),
    ),
)
