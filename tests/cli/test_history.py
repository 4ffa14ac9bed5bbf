"""``history``: what states remember of every rotation, over all stacks, and what they do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.clock import VARIABLE
from apigw_client_cert.rotation.transitions import Step
from tests.cli import scenarios
from tests.cli.exports import DYNAMIC, PLUGIN, SECRET, SIGNATURE, edited, exported, secret
from tests.cli.golden.__main__ import FOLDER
from tests.cli.test_status import GOLDEN_STATES, described
from tests.doubles.fake_gateway import FakeGateway
from tests.lifecycle.conftest import API
from tests.lifecycle.verified import CONFIRM, VERIFY, Backend, ProbedRun

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Answer, Command

CERTIFICATE = "RotatingClientCertificate"
ENTRY: dict[str, Any] = {
    "at": "2027-02-01T10:00:00Z",
    "step": "issue",
    "generation": 2,
    "clientCertificateId": "cert02",
    "sha256": "ab" * 32,
    "role": "pending",
}


def remembering(*entries: Any) -> bytes:
    """A state whose certificate has these entries."""
    return edited(scenarios.steady(), CERTIFICATE, "outputs", {"history": list(entries)})


def on_one_line(answer: Answer) -> str:
    """What was said, however it was folded."""
    return " ".join(answer.out.split())


def test_the_json_is_what_the_schema_describes() -> None:
    """Every property of it."""
    described("history").validate(json.loads((FOLDER / "history.json").read_text()))


@pytest.mark.parametrize("width", [80, 160])
def test_the_newest_is_last_over_all_stacks_and_no_line_is_wider_than_the_terminal(width: int) -> None:
    """One list."""
    lines = (FOLDER / f"history-{width}.txt").read_text().splitlines()
    assert max(map(len, lines)) <= width
    instants = [line[:17] for line in lines if line.startswith("20")]
    assert len(instants) > 10
    assert instants == sorted(instants)


@pytest.mark.parametrize("host", [DYNAMIC, PLUGIN])
def test_either_host_s_state_is_shown(command: Command, host: str) -> None:
    """With who called, in full."""
    answer = command("history", "--json", command.file(scenarios.published(host)))
    (one,) = json.loads(answer.out)["rotations"]
    assert (answer.code, one["stack"], one["name"], one["verified"]) == (0, "invoices/prod", "orders", [])
    assert [(each["step"], each["clientCertificateId"]) for each in one["history"]] == [
        ("create", "cert01"),
        ("issue", "cert02"),
    ]
    assert {each["caller"] for each in one["history"]} == {"arn:aws:sts::123456789012:assumed-role/rotation/daily"}


@pytest.mark.parametrize("asked", ["orders", "catalog/prod orders", "catalog", "cert02", "cert01", "a1b2c3d4e5/dev"])
def test_a_rotation_is_found_by_what_people_call_it_and_by_a_certificate_that_is_gone(
    command: Command, asked: str
) -> None:
    """The name may stand before the file or after it."""
    file = command.file(scenarios.verified())
    for arguments in ((asked, file), (file, asked)):
        answer = command("history", "--json", *arguments)
        (one,) = json.loads(answer.out)["rotations"]
        assert (answer.code, one["name"]) == (0, "orders")
        assert [each["step"] for each in one["history"]] == ["create", "issue", "activate", "confirm", "retire"]


def test_several_names_are_shown_and_one_that_nobody_has_is_4(command: Command) -> None:
    """With the names that there are; a mistyped file is one."""
    files = command.files(scenarios.verified(), scenarios.published(), scenarios.steady())
    answer = command("history", "--json", "catalog", "invoices", "no/such.json", *files)
    told = json.loads(answer.out)
    described("history").validate(told)
    assert [one["rotationId"] for one in told["rotations"]] == ["catalog", "invoices"]
    assert (answer.code, told["missing"]) == (4, ["no/such.json"])
    answer = command("history", "no/such.json", files[0])
    assert answer.code == 4
    assert "is called 'no/such.json', and it is no file. There are orders." in on_one_line(answer)


def test_standard_input_is_a_file_and_a_folder_is_none(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program's folder often has its rotation's name."""
    (tmp_path / "orders").mkdir()
    monkeypatch.chdir(tmp_path)
    answer = command("history", "--json", "-", "orders", stdin=scenarios.steady())
    assert (answer.code, len(json.loads(answer.out)["rotations"])) == (0, 1)


@pytest.mark.parametrize(("arguments", "said"), [((), "Say what to read"), (("orders",), "'orders' is no file")])
def test_without_anything_to_read_it_is_called_wrongly(command: Command, arguments: tuple[str, ...], said: str) -> None:
    """Nothing was looked at."""
    answer = command("history", *arguments)
    assert answer.code == 4
    assert said in " ".join(answer.err.split())


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_state_without_a_history_says_so(command: Command, form: str) -> None:
    """It is fine: the next step begins one."""
    answer = command("history", "--format", form, command.file(scenarios.without_history()))
    assert answer.code == 0
    assert "orders/prod orders: no history in its state: the next step that a run takes begins it" in on_one_line(
        answer
    )
    assert "create" not in answer.out


@pytest.mark.parametrize("file", GOLDEN_STATES, ids=lambda file: str(file.stem))
def test_the_states_of_every_release_are_shown(command: Command, file: Path) -> None:
    """What they have of it."""
    for saved in json.loads(file.read_text()).values():
        run = scenarios.new_run("orders", "dev")
        run.state, run.inputs = saved["state"], saved["inputs"]
        answer = command("history", "--json", command.file(exported(run)))
        told = json.loads(answer.out)
        described("history").validate(told)
        assert answer.code == 0
        assert len(told["rotations"][0]["history"]) == len(run.state["certificate"].get("history", []))


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
@pytest.mark.parametrize("width", [80, 160])
def test_what_a_hand_has_written_is_text(command: Command, form: str, width: int) -> None:
    """Escapes of a terminal, a line break, markup."""
    nasty = "\x1b[2J\nx | <b>\u202e"
    keys = ("step", "clientCertificateId", "sha256", "caller")
    entry = {**ENTRY, **dict.fromkeys(keys, nasty), "inUseBy": [nasty]}
    command.columns(width)
    contents = [remembering(entry), remembering({**entry, "step": "confirm"})]
    answer = command("history", "--format", form, *command.files(*contents))
    assert answer.code == 0
    for sign in ("\x1b", "\u202e"):
        assert sign not in answer.out
    if form == "markdown":
        assert "<b>" not in answer.out
        # The title, and two tables of two rows.
        assert len(answer.out.splitlines()) == 13


@pytest.mark.parametrize(
    ("entries", "lost"),
    [
        (["x", ENTRY], "1 of what its history holds cannot be read"),
        ([{**ENTRY, "at": 5}, {**ENTRY, "generation": None}, ENTRY], "2 of what its history holds cannot be read"),
    ],
)
def test_what_cannot_be_read_of_it_is_said_and_the_rest_is_shown(
    command: Command, entries: list[Any], lost: str
) -> None:
    """Evidence with a hole must not look whole."""
    answer = command("history", "--json", command.file(remembering(*entries)))
    told = json.loads(answer.out)
    assert (answer.code, [one["step"] for one in told["rotations"][0]["history"]]) == (4, ["issue"])
    assert lost in told["unread"][0]["why"]


@pytest.mark.parametrize("kept", ["text", {"a": 1}, 5])
def test_a_history_that_is_none_is_said(command: Command, kept: Any) -> None:
    """As one that cannot be read."""
    spoilt = edited(scenarios.steady(), CERTIFICATE, "outputs", {"history": kept})
    answer = command("history", command.file(spoilt))
    assert answer.code == 4
    assert "orders/prod: orders: 1 of what its history holds cannot be read" in on_one_line(answer)


def test_one_that_is_encrypted_is_said_and_show_secrets_shows_it(command: Command) -> None:
    """As with any other property."""
    answer = command("history", command.file(secret(scenarios.steady(), CERTIFICATE, "history")))
    assert answer.code == 4
    assert "history is encrypted in this state; export it with --show-secrets" in on_one_line(answer)
    shown = command("history", "--json", command.file(secret(scenarios.steady(), CERTIFICATE, "history", shown=True)))
    assert shown.code == 0
    assert len(json.loads(shown.out)["rotations"][0]["history"]) == 1


def test_what_is_published_and_presented_since_when_and_until_when_each_expires(command: Command) -> None:
    """What an auditor asks: of each certificate that there is, over all stacks that were read."""
    files = command.files(*scenarios.two_stacks())
    command.columns(160)
    (rotation,) = json.loads(command("history", "--json", *files).out)["rotations"]
    first, second = rotation["certificates"]
    stage = {"stack": "team/prod", "name": "orders-shared", "stage": "a1b2c3d4e5/shared"}
    bundle = {"stack": "platform/prod", "name": "orders-trust"}
    told = (first["clientCertificateId"], first["role"], first["expirationDate"])
    assert told == ("cert01", "previous", "2027-03-02T10:00:00Z")
    assert first["published"] == [{**bundle, "since": "2026-03-02T10:00:00Z"}]
    assert first["presentedBy"] == [{**stage, "since": "2026-03-02T10:00:00Z"}]
    assert (second["published"], second["presentedBy"]) == ([{**bundle, "since": "2027-02-01T10:00:00Z"}], [])
    for form, row in (
        ("table", "cert01 (1) platform/prod orders 2027-03-02 2026-03-02T10:00Z a1b2c3d4e5/shared (team/prod) 2026-"),
        (
            "markdown",
            "2027-03-02T10:00:00Z | 2026-03-02T10:00:00Z | a1b2c3d4e5/shared (team/prod) 2026-03-02T10:00:00Z |",
        ),
    ):
        assert row in on_one_line(command("history", "--format", form, *files))


def test_stages_that_present_another_certificate_or_none_are_shown_with_it(command: Command) -> None:
    """Nothing is made up of it; and what no target is known to hold has no date."""
    told = json.loads(scenarios.steady())
    _root, _certificate, bundle, *bindings = told["deployment"]["resources"]
    del bindings[0]["outputs"]["presentedClientCertificateId"]
    bindings[1]["outputs"]["presentedClientCertificateId"] = "foreign"
    del bundle["outputs"]["entries"][0]["publishedSince"]
    file = command.file(json.dumps(told).encode())
    document = json.loads(command("history", "--json", file).out)
    described("history").validate(document)
    (own, nothing, foreign) = document["rotations"][0]["certificates"]
    assert [one["since"] for one in own["published"]] == [None]
    assert (nothing["clientCertificateId"], [one["since"] for one in nothing["presentedBy"]]) == (None, [None])
    assert (foreign["clientCertificateId"], foreign["generation"], foreign["expirationDate"]) == ("foreign", None, None)
    for form in ("table", "markdown"):
        out = command("history", "--format", form, file).out
        assert "not known" in out
        assert "nothing" in out


def test_a_part_that_is_encrypted_is_said_and_the_rest_is_shown(command: Command) -> None:
    """No mark of the engine's stands for it."""
    shut = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    told = json.loads(scenarios.verified())
    for one in told["deployment"]["resources"]:
        if one["type"].endswith(CERTIFICATE):
            one["outputs"]["history"][0]["caller"] = shut
        if one["type"].endswith("StageBinding"):
            one["outputs"]["lastConfirmed"]["evidence"] = {"testInvoke": shut}
    answer = command("history", "--json", command.file(json.dumps(told).encode()))
    document = json.loads(answer.out)
    described("history").validate(document)
    rotation = document["rotations"][0]
    assert (answer.code, len(rotation["history"]), len(rotation["verified"])) == (4, 5, 2)
    assert [one["why"].partition(" in this state")[0] for one in document["unread"]] == [
        "orders: history is encrypted",
        "orders-dev: lastConfirmed is encrypted",
        "orders-prod: lastConfirmed is encrypted",
    ]
    assert rotation["history"][0]["caller"] == "(encrypted)"
    assert rotation["verified"][0]["evidence"] == {"testInvoke": "(encrypted)"}


def test_a_consumer_s_confirmations_stand_with_its_owner_s_history(command: Command) -> None:
    """Alone, it is told of no step."""
    owner, consumer = scenarios.two_stacks()
    confirmed = {"clientCertificateId": "cert01", "since": "2026-03-02T10:00:00Z", "evidence": {}}
    told = edited(consumer, "StageBinding", "outputs", {"lastConfirmed": confirmed})
    answer = command("history", "--json", *command.files(owner, told))
    (one,) = json.loads(answer.out)["rotations"]
    assert (answer.code, one["stack"]) == (0, "platform/prod")
    assert one["verified"] == [
        {"stack": "team/prod", "name": "orders-shared", "stage": "a1b2c3d4e5/shared", **confirmed}
    ]
    alone = command("history", command.file(consumer))
    assert alone.code == 4
    assert "the stack that owns the certificate was not read" in on_one_line(alone)
    damaged = edited(consumer, "StageBinding", "outputs", {"lastConfirmed": {"clientCertificateId": 5}})
    answer = command("history", "--json", *command.files(owner, damaged))
    assert answer.code == 4
    assert len(json.loads(answer.out)["rotations"][0]["history"]) == 3


def test_what_a_probe_saw_is_evidence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the trial, as the binding kept both."""
    monkeypatch.delenv(VARIABLE)  # with a made-up clock a run may change this machine alone
    gateway = FakeGateway()
    gateway.add_stage(API, "prod")
    run = ProbedRun(gateway, stages=("prod",), binding_config={"verify": VERIFY, "confirm": CONFIRM})
    gateway.backend = Backend(run).answer
    run.up()
    command.at(run.now)
    command.columns(400)
    answer = command("history", command.file(exported(run)))
    assert (
        "stage a1b2c3d4e5/prod: a trial call was answered 200, which named its fingerprint; 3 answers in a row through"
        " the stage saw it (https://orders.example.com/health)"
    ) in answer.out


def test_a_number_that_a_hand_has_made_huge_is_shown(command: Command) -> None:
    """And no other stack's history is lost for it."""
    confirmed = {"clientCertificateId": "cert01", "evidence": {"testInvoke": {"status": 10**400}}}
    damaged = edited(scenarios.busy()[0], "StageBinding", "outputs", {"lastConfirmed": confirmed})
    answer = command("history", command.file(damaged))
    assert answer.code == 0
    assert "was answered 1000" in on_one_line(answer)


def test_a_state_that_is_nested_too_deeply_is_unread_and_the_others_are_shown(command: Command) -> None:
    """By every command, as all of them read states alike."""
    nested: dict[str, Any] = {}
    for _level in range(800):
        nested = {"deeper": nested}
    owner = scenarios.remembered()[0]
    answer = command("history", *command.files(edited(owner, "StageBinding", "outputs", {"evidence": nested}), owner))
    assert answer.code == 4
    assert "RecursionError" in answer.out
    assert "orders/prod orders: no history in its state" in on_one_line(answer)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"step": "retire", "role": None, "inUseBy": []}, "presented by nobody, and deleted"),
        ({"step": "retire", "role": None}, "nobody looked, and deleted"),
        ({"step": "lose", "role": None}, "was deleted by somebody else"),
        ({"step": "withdraw", "role": "previous"}, "expired, and left the trust bundle"),
        ({"step": "pin", "role": "active"}, "the one to present"),
        ({"step": "resume", "role": "previous"}, "kept until nobody presents it"),
        ({"step": "later", "role": None}, "gone"),
        (
            {"createdDate": "2027-01-31T09:30:00Z"},
            "trusted, to be presented later, generated 2027-01-31T09:30Z",
        ),
        ({"step": "confirm", "inUseBy": ["a/b"], "times": 2, "lastAt": ENTRY["at"]}, "; 1 more look until 2027-02-01"),
        ({"step": "confirm", "inUseBy": ["a/b", "c/d"], "inUseByMore": 7}, "in use: a/b, c/d, and 7 more"),
    ],
)
def test_each_step_is_said_in_words(command: Command, entry: dict[str, Any], said: str) -> None:
    """Those of every kind."""
    command.columns(200)
    assert said in command("history", command.file(remembering({**ENTRY, **entry}))).out


def test_the_words_of_the_schema_are_the_steps() -> None:
    """All that a history can hold."""
    schema = described("history").schema
    told = schema["$defs"]["entry"]["properties"]["step"]["description"]
    assert all(one.value in told for one in Step if one is not Step.NONE)
