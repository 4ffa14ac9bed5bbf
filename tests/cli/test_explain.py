"""``explain``: every rotation of a name, and what to do about one that is stuck."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli import scenarios
from tests.cli.exports import edited, exported
from tests.cli.golden.__main__ import FOLDER
from tests.cli.test_status import described

if TYPE_CHECKING:
    from typing import Any

    from tests.cli.conftest import Command


def told(command: Command, day: float, content: bytes, asked: str = "orders") -> dict[str, Any]:
    """The only explanation, as its schema describes it."""
    command.at(scenarios.day(day))
    document = json.loads(command("explain", "--json", asked, command.file(content)).out)
    described("explain").validate(document)
    (found,) = document["rotations"]
    return dict(found)


def test_the_json_is_what_the_schema_describes() -> None:
    """Every property of it."""
    described("explain").validate(json.loads((FOLDER / "explain.json").read_text()))


@pytest.mark.parametrize("asked", ["orders", "invoices/prod orders", "invoices", "cert02", "a1b2c3d4e5/dev"])
def test_a_rotation_is_found_by_what_people_call_it(command: Command, asked: str) -> None:
    """Resource, stack and resource, rotation id, certificate, stage."""
    found = told(command, 336.5, scenarios.published(), asked)
    assert (found["next"]["step"], found["next"]["due"], found["run"]) == ("activate", False, [])


def test_a_name_that_nobody_has_is_4(command: Command) -> None:
    """With the names that there are."""
    answer = command("explain", "order", command.file(scenarios.steady()))
    assert (answer.code, answer.out) == (4, "No rotation in what was read is called 'order'. There are orders.\n")


def test_what_a_run_would_do_now_is_what_it_does(command: Command) -> None:
    """The forecast of one run, and then that run."""
    run = scenarios.ran(scenarios.new_run("invoices", "dev", "prod"), 0, 336)
    found = told(command, 337, exported(run))
    assert [(one["step"], one["resource"]) for one in found["run"]] == [
        ("activate", "orders"),
        ("move", "orders-dev"),
        ("move", "orders-prod"),
    ]
    after = told(command, 337, exported(scenarios.ran(run, 337)))
    assert after["run"] == [
        {"stack": "orders/prod", "resource": "orders", "step": "confirm", "message": "nobody presents generation 1"}
    ]


def test_a_stage_that_waits_says_for_what(command: Command) -> None:
    """Until when, as well."""
    run = scenarios.new_run("orders", "dev")
    run.binding_config = {"windows": ["Sun 01:00-05:00 UTC"]}
    scenarios.ran(run, 0, 336, 337)
    found = told(command, 337.5, exported(run))
    (waiting,) = found["waiting"]
    assert waiting.startswith("stage a1b2c3d4e5/dev waits until 2027-02-07T01:00Z, when its next maintenance window")


def test_a_stage_of_somebody_else_s_is_freed_by_these_commands(command: Command) -> None:
    """With its names, and the certificate to present."""
    found = told(command, 345, scenarios.blocked())
    (blocked,) = [one for one in found["findings"] if one["reason"] == "blocked"]
    assert blocked["remedy"]["commands"][1].endswith(
        "legacy --patch-operations op=replace,path=/clientCertificateId,value=cert02"
    )
    assert blocked["remedy"]["section"] == "a-certificate-that-nobody-dares-to-delete"


@pytest.mark.parametrize(("owner", "freed"), [("rotation-another", False), (None, True)])
def test_what_another_rotation_s_stage_presents_is_replaced_by_nobody_here(
    command: Command,
    owner: str | None,
    freed: bool,  # noqa: FBT001 - a case
) -> None:
    """One bundle holds both rotations; a certificate of neither is somebody's whom a person has to find."""
    export = scenarios.steady()
    (held,) = next(
        one["outputs"]["entries"]
        for one in json.loads(export)["deployment"]["resources"]
        if one["type"].endswith(":TrustBundle")
    )
    kept = {**held, "sha256": "0" * 64, "rotationId": owner, "keptFor": ["a1b2c3d4e5/eu"]}
    found = told(command, 1, edited(export, "TrustBundle", "outputs", {"entries": [held, kept]}))
    (finding,) = [one for one in found["findings"] if one["reason"] == "kept"]
    assert (finding["remedy"] is not None) is freed


def test_a_name_that_breaks_a_terminal_is_text(command: Command) -> None:
    """In what is said of a name that nobody has, too."""
    answer = command("explain", "\x1b[2Jorders", command.file(scenarios.steady()))
    assert "\x1b" not in answer.out


def test_a_second_wave_says_whom_it_waits_for(command: Command) -> None:
    """By name, and when it is looked at again at the latest."""
    run = scenarios.ran(scenarios.new_run("orders", "dev", "prod"), 0, 336)
    run.binding_config = {"after": [{"name": "orders-eu", "clientCertificateId": "cert01"}], "soak": "24h"}
    (one, _other) = told(command, 337, exported(scenarios.ran(run, 337)))["waiting"]
    assert one.startswith("stage a1b2c3d4e5/dev waits for the wave before it: orders-eu has to present the new")


def test_a_stage_that_waits_for_its_lead_says_until_when(command: Command) -> None:
    """The binding's own lead is longer than the certificate's."""
    run = scenarios.new_run("orders", "dev")
    run.binding_config = {"publishLead": "72h"}
    (one,) = told(command, 337, exported(scenarios.ran(run, 0, 336, 337)))["waiting"]
    assert one.startswith("stage a1b2c3d4e5/dev waits until 2027-02-04T02:48Z for its lead")


def test_a_consumer_alone_cannot_be_explained(command: Command) -> None:
    """Its owner decides."""
    answer = command("explain", "orders-shared", command.file(scenarios.consumer()))
    assert answer.code == 4
    assert "the stack that owns it was not read" in " ".join(answer.out.split())
