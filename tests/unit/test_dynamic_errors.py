"""What the dynamic host's answer holds: an error of ours is its message, a bug keeps its traceback."""

from __future__ import annotations

import sys
import traceback
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

from apigw_client_cert.errors import Throttled
from apigw_client_cert.resources import say_messages_only


def process(name: str, **names: object) -> Any:
    """A main module that was started by this name."""
    module = ModuleType("__main__")
    module.__spec__ = ModuleSpec(name, None)
    vars(module).update(names)
    return module


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The dynamic host of an SDK that answers with tracebacks."""
    made = process("pulumi.dynamic.__main__", traceback=traceback)
    monkeypatch.setitem(sys.modules, "__main__", made)
    say_messages_only()
    return made


def answer(host: Any, error: Exception) -> str:
    """What the host answers for this error, raised from another library's."""
    try:
        raise error from KeyError("botocore's own words")  # noqa: TRY301 - what is caught is the point
    except Exception:  # noqa: BLE001 - as the host does
        text: str = host.traceback.format_exc()
        return text


def test_an_error_of_ours_is_its_message(host: Any) -> None:
    """Nothing of what it was raised from."""
    error = Throttled("AWS kept answering 429", means="Nothing was changed.", remedy="Run again.")
    assert answer(host, error) == "AWS kept answering 429. Nothing was changed. Run again."


def test_a_bug_keeps_its_traceback(host: Any) -> None:
    """Whoever has to mend it needs the line."""
    said = answer(host, ValueError("a bug"))
    assert "Traceback (most recent call last):" in said
    assert said.endswith("ValueError: a bug\n")
    assert host.traceback.format_tb is traceback.format_tb


@pytest.mark.parametrize(
    "main",
    [
        process("pulumi.dynamic.__main__"),
        process("pulumi.dynamic.__main__", traceback="something else"),
        process("program", traceback=traceback),
    ],
    ids=["an SDK that does not answer with tracebacks", "one that has its own", "a program"],
)
def test_every_other_process_is_left_alone(monkeypatch: pytest.MonkeyPatch, main: Any) -> None:
    """A program's own tracebacks, and a host that works otherwise."""
    before = dict(vars(main))
    monkeypatch.setitem(sys.modules, "__main__", main)
    say_messages_only()
    assert vars(main) == before
