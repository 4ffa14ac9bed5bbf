"""Wrong versions of the command: a sweep that looks less, an alarm that is silent, a matrix that forgets a stack."""

from __future__ import annotations

from acceptance.mutants.mutant import Edit, Mutant

_BAD_LUCK = "tests/cli/test_bad_luck.py::"
_FORECAST = "tests/cli/test_forecast.py::"
_RED_RUNS = "tests/cli/test_red_runs.py::"
_STATUS = "tests/cli/test_status.py::"
_SWEEP = "tests/cli/test_sweep.py::"

WRONG_COMMAND = (
    Mutant(
        name="sweep-deletes-by-the-first-look",
        invariant=3,
        wrong="What the first look found unused is deleted, whoever presents it by now.",
        edits=(
            Edit(
                "cli/live/sweeping.py",
                "    kept = why_kept(found, words=words, usage=usage, listed=listed, now=now)\n",
                "    kept = None\n",
            ),
        ),
        killed_by=(_SWEEP + "test_what_becomes_presented_after_the_first_look_is_kept",),
    ),
    Mutant(
        name="sweep-scans-no-stage",
        invariant=3,
        wrong="Nobody looks at who presents what, neither first nor before a deletion.",
        edits=(
            Edit("cli/live/region.py", "usage = gateway.scan()", "usage = Usage(users={}, gaps=())"),
            Edit("cli/live/sweeping.py", "usage = region.gateway.scan()", "usage = region.usage"),
        ),
        killed_by=(_SWEEP + "test_orphans_alone_are_deleted_and_each_reason_is_said",),
    ),
    Mutant(
        name="sweep-without-a-state",
        invariant=4,
        wrong="A stack that could not be read is passed over: its certificates are in no state, and are deleted.",
        edits=(
            Edit(
                "cli/live/sweeping.py",
                'stage could be read"] if unread else []),',
                'stage could be read"] if seen.unread else []),',
            ),
        ),
        killed_by=(_SWEEP + "test_it_is_refused_where_not_all_was_read",),
    ),
    Mutant(
        name="grace-from-the-last-run",
        invariant=1,
        wrong="What is due counts from when the state was written: a run that fails each day is never overdue.",
        edits=(
            Edit(
                "cli/findings/dates.py",
                "    return last_written(stack, now) if happened is None else min(now, happened)\n",
                "    return last_written(stack, now)\n",
            ),
        ),
        killed_by=(
            _RED_RUNS + "test_daily_runs_that_publish_nothing_need_a_person_in_days",
            _RED_RUNS + "test_a_consumer_whose_daily_runs_follow_nothing_is_overdue",
        ),
    ),
    Mutant(
        name="failed-export-is-fine",
        invariant=1,
        wrong="A stack whose export fails is as fine as one in which nothing is due, and check is silent about it.",
        edits=(
            Edit(
                "cli/pulumi_cli.py",
                '        return Unread(stack.removeprefix("organization/"), answer)\n',
                "        return state_of(b'{\"deployment\": {}}', source=stack)\n",
            ),
        ),
        killed_by=(_BAD_LUCK + "test_pulumi_that_is_not_on_path_is_said",),
    ),
    Mutant(
        name="unread-hides-a-person",
        invariant=1,
        wrong="The exit status of what could not be read outranks that of what nobody but a person can mend.",
        edits=(
            Edit(
                "cli/exit_status.py",
                "(ExitStatus.PERSON, ExitStatus.UNREAD, ExitStatus.DUE, ExitStatus.FINE)",
                "(ExitStatus.UNREAD, ExitStatus.PERSON, ExitStatus.DUE, ExitStatus.FINE)",
            ),
        ),
        killed_by=(_BAD_LUCK + "test_a_person_comes_before_what_cannot_be_read_and_that_before_what_is_due",),
    ),
    Mutant(
        name="matrix-drops-a-consumer",
        invariant=1,
        wrong="Of each rotation the most urgent finding alone makes a job: a stack that only follows is never run.",
        edits=(Edit("cli/matrix.py", "in row.findings if finding.run)", "in row.findings[:1] if finding.run)"),),
        killed_by=(_STATUS + "test_the_output_is_the_golden_one",),
    ),
    Mutant(
        name="forecast-without-consumers",
        invariant=1,
        wrong="The stages of other stacks are not in the forecast: nobody is told that they move too late.",
        edits=(
            Edit(
                "cli/forecasts.py",
                "            for one in _in_order(group.bindings, owner)\n",
                "            for one in _in_order(group.bindings, owner)\n            if one.stack is owner.stack\n",
            ),
        ),
        killed_by=(_FORECAST + "test_a_consumer_moves_in_the_run_of_its_owner",),
    ),
)
