"""What a failure prints runs as it stands."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from acceptance.model import replay
from acceptance.model.cloud import Cloud
from acceptance.model.machine import RotationMachine
from apigw_client_cert.rotation import binding, decide

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PASTED = """\
E       Failing test case: <state machine>
E       state = RotationMachine()
E       state.up(refresh=False, stack='orders')
E       state.teardown()
"""
# The certificate's own wait is served before the bundle's: the parameter could not be written for most of it.
PUBLISHED_LATE = """\
state = RotationMachine()
state.change_targets(stack='orders', file=False, ssm=True)
state.up(stack='orders', refresh=False)
state.publish_late(stack='orders', refresh=True, hours=23, later=7)
state.teardown()
"""
# Nobody had read the callable's place before it was the one to read, whatever the file held.
FILE_BECOMES_CALLABLE = """\
state = RotationMachine()
state.up(stack='orders', refresh=False)
state.time_passes_until_due(stack='orders', early=False)
state.up(stack='orders', refresh=True)
state.time_passes(hours=23)
state.publish_by_callable(stack='orders')
state.time_passes(hours=1)
state.up(stack='orders', refresh=True)
state.teardown()
"""
# The stages could not be switched, the file was put back by hand, and a run without a refresh tries again.
MOVED_LATE = """\
state = RotationMachine()
state.account(in_use='allowed', crlf=False, runs=2)
state.move_late(stack='orders', how='first')
state.teardown()
"""


@pytest.fixture
def _cloud() -> Iterator[None]:
    yield
    Cloud.stop()


def _found() -> pytest.ExceptionInfo[AssertionError]:
    profile = settings(
        max_examples=40,
        stateful_step_count=15,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        verbosity=Verbosity.normal,
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises(AssertionError, match="invariant 1") as caught:
        run_state_machine_as_test(seed(5)(RotationMachine), settings=profile)
    return caught


@pytest.mark.usefixtures("_cloud")
def test_a_failure_of_a_broken_lifecycle_is_played_again_as_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hypothesis's words and our own script fail alike while the lifecycle is broken, and not once it is mended."""
    with monkeypatch.context() as broken:
        for module in (binding, decide):
            broken.setattr(module, "served", lambda *_wait: timedelta(seconds=1))
        caught = _found()
        own = "\n".join(RotationMachine.tally.script)
        # Python 3.10 has no notes on exceptions: there Hypothesis prints.
        said = "\n".join([capsys.readouterr().out, *getattr(caught.value, "__notes__", ())])
        assert replay.script(said) == replay.script(own)
        with pytest.raises(AssertionError, match="invariant 1"):
            replay.simulation(said)
    replay.simulation(own)


@pytest.mark.usefixtures("_cloud")
@pytest.mark.parametrize(
    "example",
    [PUBLISHED_LATE, FILE_BECOMES_CALLABLE, MOVED_LATE],
    ids=["published late", "a file becomes a callable", "moved late"],
)
def test_what_once_went_wrong_goes_right(example: str) -> None:
    """Each is as small as a failure becomes, or shows what a wrong version of the package does."""
    replay.simulation(example)


def test_a_pasted_example_runs_from_a_file(tmp_path: Path) -> None:
    """With pytest's margin and all: the statements are what counts."""
    file = tmp_path / "pasted.txt"
    file.write_text(PASTED)
    done = subprocess.run(
        [sys.executable, "-m", "acceptance.model.replay", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "the example does not fail\n"), done.stderr


def test_a_text_without_an_example_is_refused() -> None:
    """An error that says what is missing."""
    with pytest.raises(ValueError, match="state = RotationMachine"):
        replay.script("nothing to see here")
