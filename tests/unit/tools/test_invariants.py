"""docs/invariants.md says what the tests and the mutants say."""

from __future__ import annotations

import pytest

from acceptance.mutants.catalogue import MUTANTS
from acceptance.mutants.mutant import ROOT
from tools import invariants
from tools.invariants import INVARIANTS, TARGET, all_tests, docstrings_of, holders, mentions, render


def test_the_committed_page_is_the_one_that_tests_and_mutants_render() -> None:
    """After a change of either: ``python -m tools.invariants``."""
    assert TARGET.read_text(encoding="utf-8") == render()


def test_every_invariant_has_a_line_with_tests_and_mutants() -> None:
    """None is held by words alone."""
    held, page = holders(all_tests()), render().splitlines()
    assert list(held) == list(INVARIANTS) == list(range(1, 14))
    for number in INVARIANTS:
        (line,) = [line for line in page if line.startswith(f"| {number} |")]
        killed = [mutant for mutant in MUTANTS if mutant.invariant == number]
        assert killed
        assert all(f"`{mutant.name}`" in line for mutant in killed)
        assert all(f"`{test.partition('::')[2]}`" in line for mutant in killed for test in mutant.killed_by)


def test_what_the_page_links_to_exists() -> None:
    """From docs/, where the page is."""
    links = {part.partition(")")[0] for part in render().split("](")[1:]}
    assert links
    assert [link for link in links if not (TARGET.parent / link).resolve().is_relative_to(ROOT / "tests")] == []
    assert [link for link in links if not (TARGET.parent / link).is_file()] == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Nothing else.", set()),
        ("It stays (invariant 3).", {3}),
        ("Invariants 1, 8: every run is red.", {1, 8}),
        ("As promised (invariants 2 and 7).", {2, 7}),
        ("In order (invariants 1, 2, and 3), always.", {1, 2, 3}),
        ("Invariants 1 to 4 and 12, at every call.", {1, 2, 3, 4, 12}),
        ("Invariant 4. 5 stages.", {4}),
        ("(invariant 7: a safer step)", {7}),
    ],
)
def test_the_numbers_in_a_docstring_are_read(text: str, numbers: set[int]) -> None:
    """In the forms that tests use."""
    assert mentions(text) == numbers


def test_an_invariant_that_does_not_exist_is_refused() -> None:
    """A typo would otherwise hold nothing, silently."""
    with pytest.raises(ValueError, match="no invariant 14"):
        mentions("Invariant 14.")


def test_functions_classes_and_methods_are_found_and_nothing_else() -> None:
    """By node id; a module speaks for all of its own."""
    source = '"""A."""\ndef test_b(): "B."\ndef help_c(): "C."\nclass TestD:\n  "D."\n  def test_e(self): "E."\n'
    assert dict(docstrings_of(source, "tests/x.py")) == {
        "tests/x.py": "A.",
        "tests/x.py::test_b": "B.",
        "tests/x.py::TestD": "D.",
        "tests/x.py::TestD::test_e": "E.",
    }


def test_a_killer_that_vanished_fails_the_page() -> None:
    """The page cannot name what is not there."""
    tests = all_tests()
    gone = MUTANTS[0].killed_by[0]
    del tests[gone]
    with pytest.raises(ValueError, match=gone.partition("::")[2]):
        holders(tests)


def test_an_invariant_that_no_test_holds_fails_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a promise without a proof."""
    monkeypatch.setattr(invariants, "MUTANTS", [mutant for mutant in MUTANTS if mutant.invariant != 2])
    with pytest.raises(ValueError, match="no test holds invariant 2"):
        holders({node: "" if 2 in mentions(text) else text for node, text in all_tests().items()})
