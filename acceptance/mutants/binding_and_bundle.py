"""Wrong versions of what depends on a certificate: bindings that touch the wrong stage, bundles that lose trust."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_BINDING = "tests/lifecycle/test_binding_lifecycle.py::"
_BINDING_DELETE = "tests/lifecycle/test_binding_check_and_delete.py::"
_BUNDLE = "tests/lifecycle/test_trust_bundle_lifecycle.py::"
_LOOK = "tests/lifecycle/test_binding_look.py::"
_ROOM = "tests/lifecycle/test_room.py::"
_LOOKING = "tests/lifecycle/test_looking.py::"
_WATCHED = "tests/lifecycle/test_watched_targets.py::"
_UNBOUND, _UNBOUND_RULE = "tests/lifecycle/test_unbound.py::", "tests/unit/rotation/test_unbound.py::"
_TAKING_OVER = "tests/lifecycle/test_take_over_of_a_place.py::"

_BOUND = '        self.gateway.bind(stage, desired, Redeploy(self.news.get("redeploy") or "never"))\n'

WRONG_DEPENDENTS = (
    Mutant(
        name="only-today-must-fit",
        invariant=10,
        wrong="A place is reckoned without the successors that a rotation publishes beside what is there.",
        edits=Edit("lifecycle/trust_bundle/room.py", "sum(max(live, _AT_ONCE) for", "sum(live for"),
        killed_by=(_ROOM + "test_four_certificates_in_one_parameter_are_refused_with_both_numbers_and_the_way_out",),
    ),
    Mutant(
        name="unbound-is-bound-whatever-backends-know",
        invariant=1,
        wrong="A stage that presents nothing is bound to what no backend had time to trust, beside one that all trust.",
        edits=(
            Edit(
                "rotation/unbound.py",
                "    if published and _waited(since, lead, now):\n",
                "    if published or since is None or _waited(since, lead, now):\n",
            ),
        ),
        killed_by=(
            _UNBOUND + "test_what_was_mended_in_this_run_is_waited_for_on_the_generation_before",
            _UNBOUND + "test_what_other_resources_do_not_publish_is_not_bound_while_they_publish_the_one_before",
            _UNBOUND_RULE + "test_what_backends_had_no_time_to_learn_leaves_the_place_to_the_one_before",
        ),
    ),
    Mutant(
        name="a-consumer-sees-no-loss",
        invariant=13,
        wrong="A refresh looks at no target of another stack's: a stage that nobody accepts is green at rest.",
        edits=(
            Edit(
                "lifecycle/binding/watch.py",
                "    if held is None or held.desired:\n",
                "    if held is None or presented:\n",
            ),
        ),
        killed_by=(_WATCHED + "test_what_is_lost_is_red_until_it_is_mended",),
    ),
    Mutant(
        name="refresh-binds-again",
        invariant=6,
        wrong="A refresh of a binding repairs what another tool did.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            "    if presented != before and presented is None:\n",
            "    if presented is None and before is not None:\n"
            "        gateway.bind(stage, before)\n"
            "        presented = before\n"
            "    if presented != before and presented is None:\n",
        ),
        killed_by=(_LOOKING + "test_a_refresh_only_looks",),
    ),
    Mutant(
        name="refusal-is-green",
        invariant=8,
        wrong="A stage that may not move is left as it is, and the run is green.",
        edits=Edit(
            "lifecycle/binding/act.py",
            "                return refusal_error(refusal, stage, presented, desired)\n",
            "                return None\n",
        ),
        killed_by=(_BINDING + "test_a_bundle_that_never_held_it_makes_the_stage_wait_and_then_refuse",),
    ),
    Mutant(
        name="failed-bind-is-green",
        invariant=8,
        wrong="A switch that AWS refused is recorded as done.",
        edits=Edit(
            "lifecycle/binding/act.py",
            _BOUND,
            f"        try:\n    {_BOUND}"
            "        except errors.RotationError as error:\n"
            "            self.environment.say(str(error))\n",
        ),
        killed_by=(_BINDING + "test_a_switch_that_fails_leaves_the_stage_and_state_as_they_were",),
    ),
    Mutant(
        name="clear-an-asserted-stage",
        invariant=9,
        wrong="A renamed binding's deletion clears the stage that its successor asserts.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            ' or CLAIMS.claimed(place, known(props, "owner") or ""):\n',
            ":\n",
        ),
        killed_by=(_BINDING_DELETE + "test_delete_leaves_a_stage_that_another_binding_asserts_in_this_run",),
    ),
    Mutant(
        name="clear-what-others-set",
        invariant=9,
        wrong="A deleted binding clears whatever the stage presents.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            "    if presented is not None and ours(gateway, props, presented):\n",
            "    if presented is not None:\n",
        ),
        killed_by=(_BINDING_DELETE + "test_delete_leaves_what_somebody_else_set",),
    ),
    Mutant(
        name="target-overwritten",
        invariant=9,
        wrong="A target that holds somebody else's trust is written over without take_over.",
        edits=Edit(
            "lifecycle/trust_bundle/ownership.py",
            "take_over = self.takes_over(place)\n",
            "take_over = True\n",
        ),
        killed_by=(_BUNDLE + "test_a_target_that_holds_something_else_is_refused_before_any_is_written",),
    ),
    Mutant(
        name="take-over-is-said-for-ever",
        invariant=9,
        wrong="take_over that is left on replaces what another stack publishes there later.",
        edits=(
            Edit(
                "lifecycle/trust_bundle/ownership.py",
                'return not self.olds.get("takeOver") or not self._digests_of(place)\n',
                "return True\n",
            ),
        ),
        killed_by=(_TAKING_OVER + "test_two_stacks_in_one_place_cut_nobody_off_and_the_remedy_ends_it",),
    ),
    Mutant(
        name="bundle-drops-a-live-generation",
        invariant=12,
        wrong="The bundle holds what is active and pending only: previous generations lose trust at the activation.",
        edits=Edit(
            "lifecycle/trust_bundle/outputs.py",
            "if (generation := load_generation(state)).trusted)",
            'if (generation := load_generation(state)).trusted and generation.role.value != "previous")',
        ),
        killed_by=(_BUNDLE + "test_oldest_first_through_a_whole_rotation",),
    ),
    Mutant(
        name="trust-withdrawn-on-delete",
        invariant=12,
        wrong="Removing the bundle from the program empties its targets.",
        edits=Edit(
            "lifecycle/trust_bundle/crud.py",
            '    addresses = errors.joined(sorted(digests_of(props, "digests")))\n',
            '    for spec in props["targets"]:\n'
            '        environment.target(spec, connection_of(props)).write("")\n'
            '    addresses = errors.joined(sorted(digests_of(props, "digests")))\n',
        ),
        killed_by=(_BUNDLE + "test_removing_the_resource_leaves_its_targets_and_says_so",),
    ),
    Mutant(
        name="trust-withdrawn-on-retarget",
        invariant=12,
        wrong="Moving the bundle to another target empties the former one.",
        edits=Edit(
            "lifecycle/trust_bundle/crud.py",
            "    return Publication(\n",
            '    for spec in olds.get("targets") or ():\n'
            '        if spec not in news["targets"]:\n'
            '            environment.target(spec, connection).write("")\n'
            "    return Publication(\n",
        ),
        killed_by=(_BUNDLE + "test_retargeting_leaves_the_old_place_and_completes_the_new_one",),
    ),
    Mutant(
        name="no-look-before-a-move",
        invariant=1,
        wrong="A stage moves because state says that its certificate was published; nobody looks at the targets.",
        edits=Edit(
            "lifecycle/binding/act.py",
            "            held=held,\n",
            "            held=None,\n",
        ),
        killed_by=(
            _LOOK + "test_a_stage_does_not_follow_when_the_file_was_put_back",
            _LOOK + "test_a_stage_that_loses_traffic_moves_at_once_and_says_so",
        ),
    ),
    Mutant(
        name="look-at-activation-only",
        invariant=1,
        wrong="What a former run saw of a target, or wrote to it, is believed in every later one.",
        edits=Edit(
            "lifecycle/looks.py",
            "            self._scans.clear()\n            self._memories.clear()\n",
            "            self._scans.clear()\n",
        ),
        killed_by=(
            _LOOK + "test_a_stage_does_not_follow_when_the_file_was_put_back",
            _LOOK + "test_what_was_seen_counts_for_one_run_only",
        ),
    ),
    Mutant(
        name="unread-target-is-no-harm",
        invariant=1,
        wrong="A target that cannot be read keeps no stage from moving.",
        edits=Edit(
            "rotation/binding.py",
            "    if held.unseen and decision.move is not Move.REFUSE:\n",
            "    if held.unseen and decision.move is Move.KEEP:\n",
        ),
        killed_by=(_LOOK + "test_a_target_that_cannot_be_read_keeps_the_stage_where_it_is",),
    ),
    Mutant(
        name="wait-without-a-look",
        invariant=13,
        wrong="A stage that waits is green although its targets do not hold what it presents.",
        edits=Edit(
            "rotation/binding.py",
            "    if not held.presented and decision.move is Move.WAIT:\n        return _NOT_HELD\n",
            "",
        ),
        killed_by=(_LOOK + "test_a_wait_is_looked_at_as_well",),
    ),
    Mutant(
        name="endpoint-in-the-identity",
        invariant=1,
        wrong="Another endpoint is another stage: the binding is replaced, and its predecessor acts on the same stage.",
        edits=Edit(
            "lifecycle/binding/crud.py",
            '"apiKind", "region")',
            '"apiKind", "region", "endpointUrl")',
        ),
        killed_by=(_LOOK + "test_another_way_to_a_stage_is_an_update_that_changes_nothing",),
    ),
    Mutant(
        name="going-back-by-state-alone",
        invariant=1,
        wrong="A stage whose generation state does not know any more waits for waves on its way back.",
        edits=Edit(
            "lifecycle/binding/look.py",
            "number=number_of(found) if of_this_rotation else 0,",
            "number=0,",
        ),
        killed_by=(_LOOK + "test_a_newer_generation_that_state_does_not_know_is_gone_back_from",),
    ),
)
