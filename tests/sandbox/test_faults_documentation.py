"""docs/sandbox.md says of faults what is true."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apigw_sandbox import Fault, FaultKind, FiredFault, Moment, SeenCall
from apigw_sandbox.__main__ import _parser

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_example_works(sandbox: Sandbox) -> None:
    """As it stands on the page."""
    (example,) = re.findall(r"```python3\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own page
    names["an_answer_is_lost"](sandbox)
    assert [entry.fault for entry in sandbox.journal.calls()] == ["lost-answer"]


def test_every_kind_and_its_effect_is_in_the_table() -> None:
    """Nothing can be added without a word about it."""
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([a-z(]+)[^|]*\|", PAGE, flags=re.MULTILINE)
    effects = {kind: word for kind, word in rows if kind in {one.value for one in FaultKind}}
    assert effects == {
        kind.value: "(a" if kind is FaultKind.STALE else "yes" if _takes_effect(kind) else "no" for kind in FaultKind
    }


def _takes_effect(kind: FaultKind) -> bool:
    return Fault(kind=kind, callback=print if kind is FaultKind.CALL_BACK else None).takes_effect


def test_every_member_and_option_is_named() -> None:
    """Of faults, of what is remembered of them, and of the command line."""
    named = " ".join(re.findall(r"`([^`\n]+)`", PAGE))
    members = {one.name for kind in (Fault, SeenCall, Moment) for one in dataclasses.fields(kind)}
    assert {member for member in members if not re.search(rf"\b{member}\b", named)} <= {"kind"}
    assert {one.name for one in dataclasses.fields(FiredFault)} - members == {"hostile"}
    options = {option for action in _parser()._actions for option in action.option_strings if "fault" in option}  # noqa: SLF001 - argparse shows its options nowhere else
    assert {option for option in options if option not in named} == set()
