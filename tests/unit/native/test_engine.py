"""Lines to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.native.engine import INFO, WARNING, EngineLog
from tests.native.fake_engine import FakeEngine, fake_engine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def engine() -> Iterator[tuple[FakeEngine, str]]:
    """An engine and its address."""
    with fake_engine() as running:
        yield running


def test_a_line_reaches_the_resource_it_is_about_once(engine: tuple[FakeEngine, str]) -> None:
    """A refresh asks for the same difference again; two resources may say the same."""
    fake, address = engine
    log = EngineLog()
    log.connect(address)
    for _ in range(2):
        log.sayer("urn:a", WARNING)("due")
    log.sayer("urn:b", INFO)("due")
    assert fake.lines == [(WARNING, "urn:a", "due"), (INFO, "urn:b", "due")]


def test_progress_is_shown_as_often_as_it_is_told_and_never_kept(
    engine: tuple[FakeEngine, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same wait may come twice; without an engine nobody misses it."""
    fake, address = engine
    log = EngineLog()
    log.progress("urn:a")("waiting")
    log.connect(address)
    for _ in range(2):
        log.progress("urn:a")("waiting")
    assert (fake.progress, fake.lines) == ([("urn:a", "waiting")] * 2, [])
    assert capsys.readouterr() == ("", "")


def test_without_an_engine_a_line_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """Never to stdout, which belongs to the port number."""
    EngineLog().sayer("urn:a", WARNING)("due")
    assert capsys.readouterr() == ("", "due\n")


def test_an_engine_that_is_gone_ends_no_step(
    engine: tuple[FakeEngine, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Killing the CLI leaves the plugin alive (docs/pulumi.md §3.1)."""
    log = EngineLog()
    log.connect("127.0.0.1:1")
    log.sayer("urn:a", WARNING)("due")
    assert capsys.readouterr().err == "due\n"
    assert engine[0].lines == []
