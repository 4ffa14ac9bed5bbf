"""The mutants that ``make mutants`` judges: all of them still apply, and a few are judged here."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from acceptance.mutants.catalogue import MUTANTS
from acceptance.mutants.mutant import PACKAGE, DoesNotApply, Edit, Mutant
from acceptance.mutants.trial import baseline, judge
from tools.invariants import INVARIANTS, all_tests

if TYPE_CHECKING:
    from pathlib import Path

# Another seed draws other mutants: MUTANTS_SEED=7 make test. The contract tests start a sandbox and take longer.
SEED = int(os.environ.get("MUTANTS_SEED", "1"))
QUICK = [mutant for mutant in MUTANTS if not any(test.startswith("tests/contract") for test in mutant.killed_by)]
DRAWN = random.Random(SEED).sample(QUICK, 4)  # noqa: S311 - a sample, no secret

ANNOUNCE = "rotation/messages.py"
QUIET = "tests/unit/rotation/test_messages.py::test_nothing_at_all_is_said_when_nothing_is_due"


def harmless(old: str, new: str, *, killed_by: str = QUIET) -> Mutant:
    """A mutant of the line that a preview prints."""
    return Mutant(name="x", invariant=1, wrong="", edits=(Edit(ANNOUNCE, old, new),), killed_by=(killed_by,))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_edit_applies_to_the_package_as_it_is(mutant: Mutant, tmp_path: Path) -> None:
    """A mutant that the code has left behind would prove nothing; it changes every file that it names."""
    copy = mutant.write(tmp_path)
    for edit in mutant.all_edits:
        assert (copy / edit.file).read_text() != (PACKAGE / edit.file).read_text()


def test_names_are_distinct_and_what_they_name_exists() -> None:
    """Each breaks an invariant that there is, and names tests that there are."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.invariant for mutant in MUTANTS} <= set(INVARIANTS)
    assert {test for mutant in MUTANTS for test in mutant.killed_by} <= set(all_tests())
    assert all(mutant.killed_by and mutant.wrong.endswith(".") for mutant in MUTANTS)


@pytest.mark.parametrize("mutant", DRAWN, ids=lambda mutant: mutant.name)
def test_a_drawn_mutant_is_killed_by_the_tests_that_name_it(mutant: Mutant) -> None:
    """By an assertion, in the copy."""
    assert judge(mutant).survived == ""


def test_a_mutant_that_no_test_notices_survives() -> None:
    """The judge says which test let it pass."""
    verdict = judge(harmless('return f"{instant:%Y-%m-%d}"', 'return f"{instant:%Y-%m-%d }"'))
    assert verdict.survived == f"{QUIET} ended with: passed"


def test_a_mutant_that_breaks_the_import_is_not_killed() -> None:
    """Any error would do to fail a test; it proves nothing about the assertion."""
    verdict = judge(harmless("_SENTENCES = {\n", "_SENTENCES = {\n    1 / 0: 0,\n"))
    assert verdict.survived


def test_an_error_in_a_test_is_no_assertion() -> None:
    """The test did not notice, it stumbled."""
    verdict = judge(
        harmless("if decision.step not in _SENTENCES:", "if decision.step not in _SENTENCES and _SENTENCES[0]:")
    )
    assert verdict.survived == f"{QUIET} ended with: call: KeyError"


def test_tests_that_never_import_what_is_wrong_prove_nothing() -> None:
    """The judge looks where the modules came from."""
    mutant = Mutant(
        name="x",
        invariant=1,
        wrong="",
        edits=(Edit("gateway/in_use_scan.py", "            self._stages(kind, api_id)\n", "            pass\n"),),
        killed_by=(QUIET,),
    )
    assert judge(mutant).survived == "the tests never imported apigw_client_cert.gateway.in_use_scan"


def test_a_named_test_that_does_not_exist_or_pass_is_said_before_any_mutant_runs() -> None:
    """A killer must be green on the package as it is."""
    missing = QUIET + "_ever"
    found = baseline([harmless("x", "y", killed_by=missing)])
    assert found
    assert all("not" in failure for failure in found)


@pytest.mark.parametrize(
    ("old", "complaint"),
    [("no such text", "holds this text 0 times"), ("text", "holds this text"), ("_SENTENCES = {\n", "is no Python")],
)
def test_an_edit_that_does_not_fit_is_refused_with_the_reason(old: str, complaint: str, tmp_path: Path) -> None:
    """Gone, ambiguous, or broken."""
    with pytest.raises(DoesNotApply, match=complaint):
        harmless(old, "_SENTENCES = }\n").write(tmp_path)
