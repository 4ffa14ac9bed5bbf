"""No text says that nothing was changed, or that traffic is unharmed, but where it is known (invariant 13).

A call to AWS knows of itself alone: the same update may have bound a stage, or written a target, before it.
"""

from __future__ import annotations

import ast
import re

import pytest

from acceptance.mutants.mutant import PACKAGE

CLAIM = re.compile(r"[Nn]othing was (?:changed|deleted|written anywhere|looked at)|unharmed")
#: File -> why it is known there.
KNOWN = {
    "clock.py": "the clock is the first thing that an update asks",
    "lifecycle/certificate/adopt.py": "a creation looks before it generates or tags",
    "lifecycle/certificate/adopt_in_place.py": "what is named is looked at before the update's first change",
    "lifecycle/trust_bundle/messages.py": "every target is looked at before the first is written",
    "lifecycle/binding/act.py": "the last look before the only PATCH",
    "lifecycle/certificate/crud.py": "the guards come before the update's first call",
    "lifecycle/certificate/made_for.py": "a creation's inputs are read before its first call",
    "lifecycle/ownership.py": "a deletion looks at everything before it deletes anything",
    "lifecycle/trust_bundle/crud.py": "the room is reckoned before any target is read",
    "lifecycle/state.py": "the version of state is asked before all else",
    "lifecycle/binding/verify_messages.py": "derived from the look at the stage in this run",
    "native/functions.py": "a function of its arguments alone",
    "native/resource_types.py": "the connection's inputs are read before any call",
}


def claims(program: str) -> list[str]:
    """The texts of a file that make a claim; docstrings are nobody's messages."""
    tree = ast.parse(program)
    docs = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    texts = (one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return [str(one.value) for one in texts if id(one) not in docs and CLAIM.search(str(one.value))]


CLAIMS = {
    str(path.relative_to(PACKAGE)): found
    for path in sorted(PACKAGE.rglob("*.py"))
    if (found := claims(path.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("file", CLAIMS)
def test_a_claim_is_made_only_where_it_is_known(file: str) -> None:
    """Another file has to say why, here."""
    assert file in KNOWN, CLAIMS[file]


def test_claims_are_found() -> None:
    """Or the test above says nothing."""
    assert "lifecycle/certificate/crud.py" in CLAIMS
    assert not [file for file in CLAIMS if file.startswith(("gateway/", "publish/", "rotation/"))]
