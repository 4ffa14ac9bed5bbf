"""What goes wrong is a row or a line, the rest goes on, and nobody sees a traceback."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cli import scenarios
from tests.cli.exports import SECRET, SIGNATURE, deployment, edited, exported, secret

if TYPE_CHECKING:
    from tests.cli.conftest import Command

HOSTILE = '\x1b[31mred\u202e <script>alert(1)</script> a|b `c` [d](http://e) *f*\r\nperson: forged "g" \\ ${h} \udcff'
PROGRAM = "from apigw_client_cert.cli.program import main; main()"


def renamed(export: bytes, name: str) -> bytes:
    """The state with this text in every name that somebody may choose."""
    told = json.loads(export)
    for one in told["deployment"]["resources"]:
        head, _, _name = one["urn"].rpartition("::")
        one["urn"] = f"{head}::{name}".replace("::orders::", f"::{name.replace('::', '')}::")
        if one["type"].endswith("RotatingClientCertificate"):
            one["outputs"]["retirementBlockedBy"] = [name]
    return json.dumps(told).encode()


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"error: no stack selected", "it is not JSON"),
    "bytes": (b"\xff\xfe\x00", "it is not JSON"),
    "cut off": (scenarios.steady()[:-20], "it is not JSON"),
    "a broken archive": (gzip.compress(scenarios.steady())[:100], "it is not JSON"),
    "deep": (b"[" * 100_000, "it is not JSON"),
    "another document": (b'{"version": 3}', "it is no exported state"),
    "a list": (b"[]", "it is no exported state"),
    "resources without a type": (b'{"deployment": {"resources": [{"urn": "urn:pulumi:a::b::c::d"}]}}', "no exported"),
    "a newer state": (scenarios.newer(), "A newer release wrote it"),
    "an encrypted one": (secret(scenarios.steady(), "Certificate", "generations"), "generations is encrypted in this"),
    "a damaged one": (
        edited(scenarios.steady(), "RotatingClientCertificate", "outputs", {"generations": 7}),
        "edited or",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_one_that_cannot_be_read_says_so_and_the_others_go_on(command: Command, name: str) -> None:
    """Exit status 4, and the row of the one beside it."""
    content, why = UNREADABLE[name]
    command.at(scenarios.day(1))
    answer = command("status", "--json", *command.files(content, scenarios.published()))
    told = json.loads(answer.out)
    assert (answer.code, told["exitStatus"], answer.err) == (4, 4, "")
    assert why in told["unread"][0]["why"]
    assert "invoices/prod" in [row["stack"] for row in told["rotations"]]
    for form in ("table", "markdown", "prometheus"):
        assert command("status", "--format", form, *command.files(content, scenarios.published())).code == 4


def test_a_person_comes_before_what_cannot_be_read_and_that_before_what_is_due(command: Command) -> None:
    """3 before 4 before 2."""
    file, stopped = command.file(b"nothing"), command.file(scenarios.stopped())
    command.at(scenarios.day(336))
    assert [command("check", stopped).code, command("check", stopped, file).code] == [2, 4]
    command.at(scenarios.day(340))
    assert command("check", stopped, file).code == 3


def test_a_file_that_is_not_there(command: Command) -> None:
    """And one that is a folder."""
    answer = command("check", "nowhere.json", "/")
    assert answer.code == 4
    assert answer.out == (
        "unread: nowhere.json: the file cannot be read: No such file or directory\n"
        "unread: /: the file cannot be read: Is a directory\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        deployment([], written_at=scenarios.day(0)),
        b'{"version": 3, "deployment": {"manifest": {"time": "0001-01-01T00:00:00Z"}}}',
        b'{"version": 3, "deployment": null}',
        b'{"version": 3, "checkpoint": {"stack": "organization/a/b", "latest": null}}',
    ],
    ids=["a stack without ours", "an empty one", "a new one", "a new checkpoint"],
)
def test_a_state_without_our_resources_is_fine(command: Command, content: bytes) -> None:
    """And nothing is made up."""
    file = command.file(content)
    assert command("status", file) == (0, "No rotation in what was read.\n", "")
    assert command("check", file) == (0, "", "")
    assert command("matrix", file) == (0, '{"include": []}\n', "")


def test_a_checkpoint_and_a_compressed_one_are_read_like_an_export(command: Command) -> None:
    """As a file backend keeps them."""
    export = scenarios.steady()
    latest = json.loads(export)["deployment"]
    checkpoint = json.dumps({"version": 3, "checkpoint": {"stack": "organization/orders/prod", "latest": latest}})
    said = command("status", command.file(export)).out
    assert command("status", command.file(checkpoint.encode())).out == said
    assert command("status", command.file(gzip.compress(checkpoint.encode()), "prod.json.gz")).out == said
    assert command("status", "-", stdin=export).out == said


def test_a_secret_that_nothing_depends_on_hides_nothing(command: Command) -> None:
    """Nor do those that were exported with --show-secrets."""
    command.at(scenarios.day(336))
    said = command("status", "--json", command.file(scenarios.published())).out
    described = edited(scenarios.published(), "RotatingClientCertificate", "inputs", {"description": "x"})
    assert command("status", "--json", command.file(secret(described, "Certificate", "description"))).out == said
    shown = secret(scenarios.published(), "", "generations", "clientCertificateId", "rotations", shown=True)
    assert command("status", "--json", command.file(shown)).out == said


def test_what_a_replacement_left_behind_is_no_row(command: Command) -> None:
    """It only waits to be deleted."""
    told = json.loads(scenarios.steady())
    for one in told["deployment"]["resources"]:
        one["delete"] = True
    assert command("status", command.file(json.dumps(told).encode())).out == "No rotation in what was read.\n"


def test_hostile_names_are_text_on_a_terminal(command: Command) -> None:
    """No escape, no forged line."""
    file = command.file(renamed(scenarios.blocked(), HOSTILE))
    command.at(scenarios.day(363))
    for arguments in (
        ("status",),
        ("check",),
        ("status", "--format", "markdown"),
        ("status", "--format", "prometheus"),
    ):
        out = command(*arguments, file).out
        assert all(sign.isprintable() or sign == "\n" for sign in out), arguments
        assert not [line for line in out.splitlines() if line.startswith("person: forged")]
    assert "\\x1b[31mred\\u202e" in command("check", file).out.replace("\n", "")


def test_hostile_names_are_text_in_markdown(command: Command) -> None:
    """No HTML, no cell too many, no link."""
    command.at(scenarios.day(363))
    out = command("status", "--format", "markdown", command.file(renamed(scenarios.blocked(), HOSTILE))).out
    table = [line for line in out.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {9}
    assert "<script" not in out
    assert "[d](http" not in out
    assert "&lt;script&gt;" in out


def test_hostile_names_are_text_in_json_and_for_ci(command: Command) -> None:
    """Whole again once they are parsed; GitLab puts no variable in."""
    file = command.file(renamed(scenarios.stopped(), HOSTILE))
    command.at(scenarios.day(340))
    assert json.loads(command("status", "--json", file).out)["rotations"][0]["name"] == HOSTILE
    (_include, job) = yaml.safe_load(command("matrix", "--format", "gitlab", file).out).items()
    assert job[0].isprintable()
    assert job[1]["variables"]["ROTATE_STACK"] == "prod"
    hostile_stack = scenarios.stopped().replace(b"urn:pulumi:prod", b"urn:pulumi:${HOME}")
    (_include, job) = yaml.safe_load(command("matrix", "--format", "gitlab", command.file(hostile_stack)).out).items()
    assert job[1]["variables"]["ROTATE_STACK"] == "$${HOME}"


def test_a_label_for_prometheus_is_quoted(command: Command) -> None:
    """Backslash and quotation mark; a line break comes escaped already."""
    command.at(scenarios.day(363))
    out = command("status", "--format", "prometheus", command.file(renamed(scenarios.blocked(), 'a"b\\c\nd'))).out
    assert 'name="a\\"b\\\\c\\\\nd"' in out


def test_a_reader_that_has_enough_sees_no_traceback(command: Command) -> None:
    """``| head -1``: the pipe is closed before anything is written, and the exit status is the true one."""
    files = command.files(*[scenarios.stopped()] * 30)
    for arguments in (["status"], ["status", "--json"], ["check"], ["matrix"]):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments, *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in {0, 3}


@pytest.mark.parametrize("arguments", [("status", "--json"), ("history",), ("--help",)], ids=" ".join)
def test_an_output_that_takes_nothing_is_said_in_one_line(command: Command, arguments: tuple[str, ...]) -> None:
    """A full disk; and nothing is said once more when the interpreter ends."""
    files = [] if arguments == ("--help",) else [command.file(scenarios.stopped())]
    with Path("/dev/full").open("w") as full:
        call = [sys.executable, "-c", PROGRAM, *arguments, *files]
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == (
        "apigw-client-cert: what there is to say cannot be written: No space left on device. Not all of it was said.\n"
    )


@pytest.mark.parametrize(
    ("connected", "code", "said"),
    [
        (">&-", 4, "what there is to say cannot be written: Bad file descriptor"),
        (">/dev/full 2>&1", 4, ""),
        ("- <&-", 3, "standard input: the file cannot be read: Bad file descriptor"),
    ],
)
def test_a_channel_that_is_closed_is_said(command: Command, connected: str, code: int, said: str) -> None:
    """As a shell may connect them; where nobody can be told, the exit status is 4 all the same."""
    command.at(scenarios.day(340))
    call = ["/bin/sh", "-c", f'exec "$0" -c "$1" check "$2" {connected}', sys.executable, PROGRAM]
    done = subprocess.run([*call, command.file(scenarios.stopped())], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_many_that_cannot_be_read_are_one_line_for_each_stack(command: Command) -> None:
    """With their number and the first names; JSON has each."""
    stages = [f"s{number:02}" for number in range(30)]
    wide = exported(scenarios.ran(scenarios.new_run("wide", *stages), 0))
    file = command.file(secret(wide, "StageBinding", "apiId"))
    command.columns(400)
    line = (
        "orders/prod: 30 things in it cannot be read, of orders-s00, orders-s01, orders-s02, and 27 more. The first:"
        " orders-s00: apiId is encrypted in this state; export it with --show-secrets and give the file"
    )
    for call in (("check",), ("status",), ("history",), ("forecast", "--until", "2026-05-01"), ("explain", "orders")):
        answer = command(*call, file)
        assert answer.code == 4
        assert answer.out.count("be read") == 1
        assert line in answer.out
    assert command("matrix", file).err == f"unread: {line}\n"
    assert line in command("iam-policy", file).err
    assert len(json.loads(command("status", "--json", file).out)["unread"]) == 30
    assert "unread 30\n" in command("status", "--format", "prometheus", file).out


def test_a_property_that_is_encrypted_and_would_be_told_is_missed(command: Command) -> None:
    """That nobody is seen to hold a retirement up is no good news then; the row is there all the same."""
    command.at(scenarios.day(342))
    blocked = scenarios.blocked()
    whole = secret(blocked, "Certificate", "retirementBlockedBy")
    stage = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    part = edited(blocked, "RotatingClientCertificate", "outputs", {"retirementBlockedBy": [stage]})
    answer = command("status", "--json", command.file(whole))
    told = json.loads(answer.out)
    assert (answer.code, len(told["rotations"])) == (4, 1)
    assert json.loads(command("status", "--json", command.file(part)).out) == told
    assert told["unread"][0]["why"].startswith("orders: retirementBlockedBy is encrypted in this state; export it with")


def test_a_name_that_is_too_long_for_a_file_is_a_rotation_s(command: Command) -> None:
    """The operating system refuses to look for it."""
    answer = command("history", "a" * 300, command.file(scenarios.steady()))
    assert answer.code == 4
    assert "and it is no file" in " ".join(answer.out.split())


def test_pulumi_that_is_not_on_path_is_said(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do instead."""
    monkeypatch.setenv("PATH", "/nowhere")
    for arguments in (["--stack", "dev"], ["--all-stacks"]):
        answer = command("check", *arguments)
        assert answer.code == 4
        assert "the Pulumi CLI is not on PATH: install it, or give files" in answer.out


def test_a_backend_with_fewer_rotations_than_expected_is_no_good_news(command: Command) -> None:
    """Nothing found is silence, unless somebody says how many there are."""
    file = command.file(scenarios.steady())
    assert command("check", "--at-least", "1", file) == (0, "", "")
    answer = command("check", "--at-least", "2", file)
    assert answer.code == 4
    assert answer.out == "unread: all that was read: it has 1 rotations, and is to have --at-least 2\n"


def test_a_rotation_whose_owner_was_not_read_is_not_counted(command: Command) -> None:
    """A stack that only uses it says nothing of the one that renews it."""
    file = command.file(scenarios.consumer())
    assert command("check", "--at-least", "1", file).code == 4


def test_a_state_that_is_given_twice_is_read_once(command: Command) -> None:
    """One series and one row for each; a state of another time is another one."""
    file = command.file(scenarios.steady())
    out = command("status", "--format", "prometheus", file).out
    assert command("status", "--format", "prometheus", file, file).out == out
    later = exported(scenarios.ran(scenarios.new_run(scenarios.STEADY, "dev", "prod"), 0), written_at=scenarios.day(1))
    rows = json.loads(command("status", "--json", file, command.file(later)).out)["rotations"]
    assert len(rows) == 2


def test_the_document_of_a_check_has_the_exit_status_of_the_process(command: Command) -> None:
    """With ``--person`` without what the next run does by itself."""
    file = command.file(scenarios.stopped())
    command.at(scenarios.day(336))
    for option, code in (((), 2), (("--person",), 0)):
        answer = command("check", "--json", *option, file)
        document = json.loads(answer.out)
        assert (answer.code, document["exitStatus"]) == (code, code)
        assert bool(document["rotations"][0]["findings"]) is (code == 2)


@pytest.mark.parametrize(("writes", "status", "kept"), [("new", 3, "new"), ("new", 4, "new"), ("", 4, "old")])
def test_the_prometheus_recipe_keeps_the_old_file_where_a_call_says_nothing(
    tmp_path: Path, writes: str, status: int, kept: str
) -> None:
    """Under ``sh -e``, and in the place of the command a program that ends so."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "fleet.md").read_text()
    recipe = page.partition("### Prometheus")[2].partition("```sh\n")[2].partition("```")[0]
    fake = tmp_path / "apigw-client-cert"
    fake.write_text(f"#!/bin/sh\nprintf '{writes}'\nexit {status}\n")
    fake.chmod(0o755)
    (tmp_path / "client_certs.prom").write_text("old")
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "DIR": str(tmp_path)}
    subprocess.run(["/bin/sh", "-e", "-c", recipe], env=env, check=True)
    assert (tmp_path / "client_certs.prom").read_text() == kept


@pytest.mark.parametrize("answer", ["Welcome!", "[1]", "{}"])
def test_a_pulumi_that_answers_something_else_is_said(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    """A fake program of that name: a wrapper with a banner, or a release to come."""
    fake = tmp_path / "pulumi"
    fake.write_text(f"#!/bin/sh\necho '{answer}'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    listed, named = command("check", "--all-stacks"), command("check", "--stack", "organization/orders/prod")
    assert (listed.code, named.code) == (4, 4)
    assert listed.out.startswith("unread: pulumi stack ls: its answer is no list of stacks")
    assert named.out.startswith("unread: organization/orders/prod: it is no")
    fake.write_text("#!/nowhere/sh\n")
    assert "`pulumi` could not be started" in command("check", "--stack", "dev").out


def test_the_filters_are_those_of_the_listing(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A fake program that answers with no stack, and keeps what it was asked."""
    fake = tmp_path / "pulumi"
    fake.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\necho "[]"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    filters = ("--project", "orders", "--tag", "team=payments", "--tag", "tier=1")
    assert command("status", "--all-stacks", *filters) == (0, "No rotation in what was read.\n", "")
    assert (tmp_path / "asked").read_text() == f"stack ls --all --json {' '.join(filters)} --non-interactive\n"


def test_a_terminal_is_told_how_many_stacks_are_read() -> None:
    """On its error channel, and the line is gone in the end."""
    ours, theirs = pty.openpty()
    call = [sys.executable, "-c", PROGRAM, "check", "--stack", "a", "--stack", "b", "--stack", "c"]
    env = {**os.environ, "PATH": "/nowhere"}
    done = subprocess.run(call, stdout=subprocess.PIPE, stderr=theirs, env=env, text=True, check=False)
    os.close(theirs)
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert (done.returncode, done.stdout.count("unread: ")) == (4, 3)
    assert "read 1 of 3 stacks\rread 2 of 3 stacks\rread 3 of 3 stacks\r\x1b[K" in said


@pytest.mark.parametrize(("missing", "as_json"), [("click", 4), ("rich", 0)])
def test_the_extra_is_named_where_it_is_missing(command: Command, missing: str, as_json: int) -> None:
    """Without a traceback; rich is missed by the table alone."""
    file = command.file(scenarios.steady())
    program = f"import sys; sys.modules[{missing!r}] = None; {PROGRAM}"
    call = [sys.executable, "-c", program, "status", file]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"apigw-client-cert: {missing} is not installed. Nothing was read. Install the extra: pip install"
        " 'apigw-client-cert[cli]'\n"
    )
    assert subprocess.run([*call, "--json"], capture_output=True, check=False).returncode == as_json


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status"], "Say what to read"),
        (["stattus"], "No such command"),
        (["status", "--grace", "soon", "-"], "is not a duration"),
        (["check", "--project", "a", "-"], "--project and --tag narrow --all-stacks"),
    ],
)
def test_wrong_usage_is_not_taken_for_something_due(command: Command, arguments: list[str], said: str) -> None:
    """The status that click itself has for it is 2."""
    answer = command(*arguments)
    assert (answer.code, answer.out) == (4, "")
    assert said in answer.err


def test_a_clock_that_cannot_be_read_is_said(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that sets it."""
    monkeypatch.setenv("APIGW_CLIENT_CERT_NOW", "tomorrow")
    answer = command("status", command.file(scenarios.steady()))
    assert answer.code == 4
    assert answer.err.startswith("apigw-client-cert: APIGW_CLIENT_CERT_NOW='tomorrow' is not an instant.")


def test_a_command_loads_nothing_heavy() -> None:
    """Neither the engine's SDK nor AWS's nor X.509; --help imports no command."""
    file = "import sys, io; sys.stdin = io.TextIOWrapper(io.BytesIO(b'{\"deployment\": null}'))"
    probe = f"""{file}
from apigw_client_cert.cli.program import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(sorted(sys.modules), file=sys.stderr)
"""
    heavy = {"boto3", "botocore", "cryptography", "pulumi", "grpc", "asyncio", "subprocess", "ssl", "http.client"}
    loaded: dict[str, Any] = {}
    for arguments in (("--help",), ("status", "--json", "-"), ("status", "-"), ("check", "-"), ("matrix", "-")):
        done = subprocess.run([sys.executable, "-c", probe, *arguments], capture_output=True, text=True, check=True)
        modules = set(yaml.safe_load(done.stderr))
        assert not modules & heavy, arguments
        loaded[arguments[0] + arguments[-1]] = modules
    assert not [name for name in loaded["--help--help"] if name.startswith("apigw_client_cert.lifecycle")]
    assert "rich" not in loaded["check-"]


def test_the_shell_completes_commands_and_options(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through click."""
    for words, number, offered in (
        ("apigw-client-cert m", 1, "matrix"),
        ("apigw-client-cert check --st", 2, "--stale"),
    ):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(number))
        monkeypatch.setenv("_APIGW_CLIENT_CERT_COMPLETE", "bash_complete")
        assert offered in command().out


def test_an_export_of_a_run_is_what_the_tests_take_it_for() -> None:
    """The helper above does edit what it should: an encrypted property is in the text."""
    assert b"ciphertext" in secret(exported(scenarios.ran(scenarios.new_run("a", "dev"), 0)), "Binding", "generations")
