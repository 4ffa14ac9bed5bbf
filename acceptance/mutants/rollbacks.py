"""Wrong versions of going back: held although nothing is lost by it, and gone although a backend is."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_ROLLBACK = "tests/lifecycle/test_rolling_back.py::"
_UNREAD = "tests/lifecycle/confirming/test_beside_unread_targets.py::"
_NEW = "tests/lifecycle/confirming/test_new_bindings.py::"
_KEPT = "tests/lifecycle/confirming/test_kept_ways_back.py::"
_RULE = "tests/unit/rotation/test_binding.py::"
_BINDING, _STEPS, _PLACES = "rotation/binding.py", "lifecycle/binding/act.py", "lifecycle/binding/ways_back.py"

WRONG_ROLLBACKS = (
    Mutant(
        name="way-back-is-retired",
        invariant=13,
        wrong="A certificate that an open switch goes back to is deleted by a run whose reads saw that it is open.",
        edits=(
            Edit(
                "lifecycle/certificate/act.py",
                "found = {one.number: (*usage.of(one.id), *self._needed(one)) for",
                "found = {one.number: usage.of(one.id) for",
            ),
        ),
        killed_by=(
            _KEPT + "test_what_an_open_switch_goes_back_to_is_kept_until_it_has_gone_back",
            _KEPT + "test_what_moved_before_anybody_asked_is_kept_while_its_binding_is_red",
        ),
    ),
    Mutant(
        name="last-trusted-is-retired",
        invariant=12,
        wrong="A refresh sees that a target holds the former certificate alone, and the same run deletes it.",
        edits=(Edit("lifecycle/trust_bundle/drift.py", "        note_still_needed(state, place)\n", ""),),
        killed_by=(_KEPT + "test_the_only_one_that_a_target_holds_is_kept_until_the_target_is_mended",),
    ),
    Mutant(
        name="rollback-held-by-every-lead",
        invariant=13,
        wrong="A rollback waits a day for what was published anew together with what the stage presents.",
        edits=Edit(
            _BINDING,
            "        return since is None or since > self.presented_since\n",
            "        return since is None or since >= self.presented_since\n",
        ),
        killed_by=(
            _ROLLBACK + "test_what_is_published_anew_together_is_gone_back_to_at_once",
            _RULE + "test_a_rollback_waits_for_a_lead_only_behind_what_is_published_longer",
        ),
    ),
    Mutant(
        name="rollback-held-by-no-lead",
        invariant=1,
        wrong="A rollback leaves what backends trust for what they had no time to load again.",
        edits=Edit(
            _BINDING,
            "        return since is None or since > self.presented_since\n",
            "        return since is None\n",
        ),
        killed_by=(_ROLLBACK + "test_a_lead_holds_a_rollback_to_what_was_published_after_what_is_presented",),
    ),
    Mutant(
        name="undated-counts-as-unpublished",
        invariant=1,
        wrong="A rollback leaves what no bundle dates although the targets hold it, before backends know the other.",
        edits=Edit(
            _BINDING,
            "            return since is not None and held is not None and held.presented\n",
            "            return False\n",
        ),
        killed_by=(_RULE + "test_what_no_bundle_dates_and_the_targets_hold_may_be_trusted_for_longer",),
    ),
    Mutant(
        name="rollback-held-by-a-target-with-neither",
        invariant=13,
        wrong="A target that holds neither certificate holds a rollback and a way back.",
        edits=Edit(
            _BINDING,
            "        return self.worse or (not self.desired and self.presented)\n",
            "        return self.worse or not self.desired\n",
        ),
        killed_by=(
            _ROLLBACK + "test_a_target_that_somebody_else_has_written_holds_no_rollback_and_the_run_is_red",
            _UNREAD + "test_a_refused_switch_goes_back",
        ),
    ),
    Mutant(
        name="rollback-loses-a-backend",
        invariant=1,
        wrong="A rollback goes to what a target does not hold that holds what the stage presents.",
        edits=Edit(_BINDING, "    if held.against:\n        return _NOT_HELD\n", ""),
        killed_by=(
            _ROLLBACK + "test_a_target_that_holds_what_is_presented_alone_holds_a_rollback",
            _RULE + "test_a_rollback_stays_where_a_target_holds_what_is_presented_alone",
        ),
    ),
    Mutant(
        name="one-target-speaks-for-all",
        invariant=1,
        wrong="Targets are counted together: that another one holds neither lets a stage leave the one it would lose.",
        edits=Edit(
            "lifecycle/binding/look.py",
            "        and (not {*lacking[0]} <= {*lacking[1]} or (unread is not None",
            "        and (not bool(lacking[0]) <= bool(lacking[1]) or (unread is not None",
        ),
        killed_by=(_ROLLBACK + "test_each_target_is_looked_at_by_itself",),
    ),
    Mutant(
        name="rollback-held-by-an-unread-target",
        invariant=13,
        wrong="A target that cannot be read holds a rollback, as it does a move forward.",
        edits=Edit(
            _BINDING,
            "    if decision.move is Move.WAIT and held.unseen:\n",
            "    if held.unseen:\n",
        ),
        killed_by=(_ROLLBACK + "test_a_target_that_cannot_be_read_holds_no_rollback_and_the_run_is_red",),
    ),
    Mutant(
        name="unread-target-was-left-with-nothing",
        invariant=1,
        wrong="What the bundle left in a target that cannot be read is forgotten on the way back.",
        edits=Edit(
            "lifecycle/binding/look.py",
            "    return not shown.isdisjoint(published) and marks.isdisjoint(published)\n",
            "    return shown.isdisjoint(published) and marks.isdisjoint(published)\n",
        ),
        killed_by=(
            _ROLLBACK + "test_a_target_that_cannot_be_read_was_left_without_what_no_bundle_dates",
            _UNREAD + "test_a_target_that_holds_what_is_presented_alone_is_in_the_way",
        ),
    ),
    Mutant(
        name="rollback-date-is-withheld",
        invariant=13,
        wrong="While a target cannot be read, a generation that was active before is told to nobody as published.",
        edits=Edit("lifecycle/trust_bundle/outputs.py", " - _gone_back_to(news, read_for)\n", "\n"),
        killed_by=(_ROLLBACK + "test_a_target_that_cannot_be_read_holds_no_rollback_and_the_run_is_red",),
    ),
    Mutant(
        name="rollback-is-green-beside-a-lost-target",
        invariant=13,
        wrong="A rollback to what a target does not hold is green.",
        edits=Edit(
            _STEPS,
            "            self.progress.unfinished = rolled_back_unheld",
            "            _ = rolled_back_unheld",
        ),
        killed_by=(_ROLLBACK + "test_a_target_that_somebody_else_has_written_holds_no_rollback_and_the_run_is_red",),
    ),
    Mutant(
        name="open-switch-waits-for-a-target",
        invariant=13,
        wrong="An open switch is not asked about while a target cannot be read, or does not hold what is presented.",
        edits=Edit(
            _STEPS,
            "        if keeps:\n            verified = self._confirmation.of",
            "        if red is not None:\n            raise red\n"
            "        if keeps:\n            verified = self._confirmation.of",
        ),
        killed_by=(
            _UNREAD + "test_a_refused_switch_goes_back",
            _UNREAD + "test_a_switch_that_is_open_while_the_next_one_cannot_be_made_is_tried",
        ),
    ),
    Mutant(
        name="red-run-confirms-nothing",
        invariant=13,
        wrong="A switch that is proven beside a target that cannot be read stays open, and is asked about for ever.",
        edits=Edit(
            _STEPS,
            "        if red is not None and nothing_new and not made:\n",
            "        if red is not None:\n",
        ),
        killed_by=(_UNREAD + "test_a_good_switch_is_confirmed_and_the_run_is_red",),
    ),
    Mutant(
        name="new-binding-has-no-way-back",
        invariant=13,
        wrong="A stage that was made again, or whose binding was renamed, stays on what its backend refuses.",
        edits=Edit(_PLACES, " or self._before(coming)\n", "\n"),
        killed_by=(
            _NEW + "test_a_stage_that_was_made_again_goes_back_from_what_is_refused",
            _NEW + "test_a_renamed_binding_whose_way_back_was_denied_takes_it_in_the_next_run",
        ),
    ),
    Mutant(
        name="new-binding-goes-back-for-nothing",
        invariant=13,
        wrong="A new binding leaves the active generation for one that nobody has seen work here, without a refusal.",
        edits=Edit(
            _PLACES,
            "                    standing=Standing.UNPROVEN,\n",
            "                    standing=Standing.LATER,\n",
        ),
        killed_by=(_NEW + "test_what_nobody_has_seen_work_here_is_gone_back_to_from_a_refusal_alone",),
    ),
    Mutant(
        name="new-binding-goes-back-to-the-unpublished",
        invariant=1,
        wrong="A new binding goes back to a generation that no bundle publishes.",
        edits=Edit(
            _PLACES,
            '            handed_on = published is None or told.get("sha256") in published\n',
            "            handed_on = True\n",
        ),
        killed_by=(_NEW + "test_what_nobody_has_seen_work_here_is_gone_back_to_from_a_refusal_alone",),
    ),
    Mutant(
        name="lack-is-forgotten-by-a-confirmation",
        invariant=1,
        wrong="What a target was seen to lack is not remembered where an open switch was confirmed in the same run.",
        edits=Edit(
            _STEPS,
            "            **lacked_outputs(self._lacked(), str(",
            "            **lacked_outputs(self.olds, str(",
        ),
        killed_by=(
            _UNREAD + "test_what_the_targets_were_seen_to_lack_is_remembered_although_the_switch_was_confirmed",
        ),
    ),
)
