"""What a person is told to do is what the runbook performs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apigw_client_cert.rotation.remedies import FAILED, REMEDIES, Remedy, remedy_for
from tests.unit.rotation.builders import PREVIOUS, generation, rotation

RUNBOOK = (Path(__file__).resolve().parents[3] / "docs" / "runbook.md").read_text()
TITLES = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
SECTIONS = {re.sub(r"[^a-z -]", "", one.lower()).replace(" ", "-") for one in TITLES}
ALL = [*REMEDIES.items(), *FAILED.items()]
ROTATED = rotation(generation(1, PREVIOUS), generation(2))


@pytest.mark.parametrize(("reason", "remedy"), ALL, ids=[reason for reason, _remedy in ALL])
def test_each_command_is_performed_by_the_runbook(reason: str, remedy: Remedy) -> None:
    """With its placeholders, and in a section that there is."""
    page = RUNBOOK.replace("--stage-name legacy", "--stage-name <stage>")
    page = page.replace("pinGeneration 1", "pinGeneration <number>")
    assert [one for one in remedy.commands if one not in page] == [], reason
    assert remedy.section in {"", *SECTIONS}


def test_the_names_are_filled_in_and_quoted() -> None:
    """What a look could not see has no command, and a shell takes nothing in a name for its own."""
    stages = ["a1b2c3d4e5/legacy", "f6/$(reboot)", "w1/live@websocket", "unknown: API x1 (AccessDenied)"]
    found = remedy_for("blocked", ROTATED, stages)
    assert found is not None
    patch = " --patch-operations op=replace,path=/clientCertificateId,value=gen2"
    assert [one.replace(patch, " …") for one in found.commands] == [
        "aws apigateway get-rest-api --rest-api-id a1b2c3d4e5",
        "aws apigateway update-stage --rest-api-id a1b2c3d4e5 --stage-name legacy …",
        "aws apigateway get-rest-api --rest-api-id f6",
        "aws apigateway update-stage --rest-api-id f6 --stage-name '$(reboot)' …",
        "aws apigatewayv2 get-stages --api-id w1",
        "pulumi up --refresh",
    ]


def test_a_stage_that_a_binding_moves_needs_nobody() -> None:
    """Nobody else blocks."""
    assert remedy_for("blocked", ROTATED, ()) is None


def test_the_way_back_is_told_while_there_is_one() -> None:
    """The former generation's number; without one there is nothing to pin."""
    back, none = (remedy_for("unconfirmed", one, ()) for one in (ROTATED, rotation(generation(2))))
    assert back is not None
    assert none is not None
    assert "pulumi config set pinGeneration 1" in back.commands
    assert set(none.commands) == {"pulumi up --refresh"}


def test_a_failed_issue_may_be_the_quota() -> None:
    """Any other failed step says what to mend."""
    assert remedy_for("failed-step", ROTATED, (), failed="issue") == FAILED["issue"]
    assert remedy_for("failed-step", ROTATED, (), failed="publish") == REMEDIES["failed-step"]
    assert remedy_for("follow", ROTATED, (), here=True) != remedy_for("follow", ROTATED, ())
    assert remedy_for("waiting", ROTATED, ()) is None
