"""``status``: what it says of a fleet, in each format and at each width."""

from __future__ import annotations

import copy
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

import apigw_client_cert.cli
from apigw_client_cert.cli.states import state_of
from tests.cli import scenarios
from tests.cli.exports import DYNAMIC, PLUGIN, exported
from tests.cli.golden.__main__ import FOLDER, OUTPUTS, states

if TYPE_CHECKING:
    from tests.cli.conftest import Command

SCHEMAS = Path(str(apigw_client_cert.cli.__file__)).parent
GOLDEN_STATES = sorted((Path(__file__).parents[1] / "lifecycle" / "golden").glob("state-v*.json"))


def described(name: str) -> Draft202012Validator:
    """The schema, with nothing allowed that it does not describe: the program has no property without a description."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)

    def closed(part: Any) -> Any:
        if isinstance(part, list):
            return [closed(one) for one in part]
        if not isinstance(part, dict):
            return part
        whole = {key: closed(one) for key, one in part.items()}
        return {**whole, "additionalProperties": False} if "properties" in part else whole

    return Draft202012Validator(closed(copy.deepcopy(schema)))


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_output_is_the_golden_one(command: Command, name: str) -> None:
    """``python -m tests.cli.golden`` writes them anew."""
    arguments, width = OUTPUTS[name]
    command.at(scenarios.day(scenarios.BUSY_DAY))
    command.columns(width)
    assert command(*arguments, *command.files(*states(name))).out == (FOLDER / name).read_text()


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", ["status", "live", "inventory", "forecast"])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """And none is coloured where nobody sees it."""
    text = (FOLDER / f"{name}-{width}.txt").read_text()
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_the_json_is_what_the_schema_describes() -> None:
    """Every property of it."""
    described("status").validate(json.loads((FOLDER / "status.json").read_text()))
    described("matrix").validate(json.loads((FOLDER / "matrix.json").read_text()))


def test_every_line_for_prometheus_is_a_sample_of_a_declared_gauge() -> None:
    """As the text format has it; no metric stands in two places, and no series comes twice."""
    lines = (FOLDER / "status.prom").read_text().splitlines()
    declared = re.findall(r"^# TYPE (\S+) gauge$", "\n".join(lines), re.MULTILINE)
    samples = [line for line in lines if not line.startswith("#")]
    assert len(declared) == len(set(declared))
    label = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
    form = re.compile(rf"({'|'.join(declared)})(?:{{{label}(?:,{label})*}})? \d+")
    assert [line for line in samples if not form.fullmatch(line)] == []
    assert len({line.rpartition(" ")[0] for line in samples}) == len(samples)


@pytest.mark.parametrize("host", [DYNAMIC, PLUGIN])
def test_a_rotation_under_way_is_fine_in_either_host(command: Command, host: str) -> None:
    """Nothing is due while the successor's lead passes, whichever host wrote the state."""
    command.at(scenarios.day(336))
    answer = command("status", "--json", command.file(scenarios.published(host)))
    (row,) = json.loads(answer.out)["rotations"]
    assert (answer.code, row["phase"], row["findings"]) == (0, "published", [])
    assert (row["active"]["id"], row["pending"]["id"]) == ("cert01", "cert02")
    assert row["next"] == {"step": "activate", "at": "2027-02-02T08:48:00Z", "due": False}
    assert [(one["stage"], one["presented"]) for one in row["stages"]] == [
        ("a1b2c3d4e5/dev", "cert01"),
        ("a1b2c3d4e5/prod", "cert01"),
    ]


@pytest.mark.parametrize("file", GOLDEN_STATES, ids=lambda file: str(file.stem))
def test_the_states_of_every_release_are_read(command: Command, file: Path) -> None:
    """Those of the golden states too (invariant 11), in each phase."""
    for phase, saved in json.loads(file.read_text()).items():
        run = scenarios.new_run("orders", "dev")
        run.state, run.inputs, run.now = saved["state"], saved["inputs"], scenarios.day(saved["day"])
        command.at(run.now)
        answer = json.loads(command("status", "--json", command.file(exported(run))).out)
        described("status").validate(answer)
        (row,) = answer["rotations"]
        assert (row["phase"], answer["unread"]) == (phase, [])
        assert row["next"]["step"] == run.state["certificate"]["nextAction"]


def test_a_step_that_is_due_is_2_and_one_that_no_run_takes_is_3(command: Command) -> None:
    """Half of ``activate_by`` is the grace, unless another one is given."""
    file = command.file(scenarios.stopped())
    codes = []
    for number in (335, 336, 337):
        command.at(scenarios.day(number))
        codes.append(command("status", file).code)
    assert codes == [2, 2, 3]
    assert command("status", "--grace", "10d", file).code == 2
    assert command("check", "--person", "--grace", "10d", file) == (0, "", "")
    assert command("check", "--person", file).code == 3
    command.at(scenarios.day(334))
    assert command("status", file).code == 0


def test_what_is_kept_of_a_large_state_is_ours() -> None:
    """Two hundred of them are read at once, and most of a state is other people's resources."""
    told = json.loads(scenarios.steady())
    urn = "urn:pulumi:prod::orders::aws:s3/bucketObject:BucketObject::page"
    told["deployment"]["resources"].append({"urn": urn, "type": "aws:s3/bucketObject:BucketObject", "outputs": {}})
    told["deployment"]["resources"][-1]["outputs"]["content"] = "x" * 1_000_000
    content = json.dumps(told).encode()
    tracemalloc.start()
    try:
        kept = [state_of(content, source=str(number)) for number in range(20)]
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == 20
    assert held < 20 * 200_000


def test_check_has_the_document_of_status(command: Command) -> None:
    """Whether all is fine or not."""
    command.at(scenarios.day(340))
    for content in (scenarios.steady(), scenarios.stopped()):
        file = command.file(content)
        assert command("check", "--json", file) == command("status", "--json", file)


def test_a_matrix_has_a_limit_and_says_what_is_left(command: Command) -> None:
    """Those first in which something has been due for longest."""
    command.at(scenarios.day(scenarios.BUSY_DAY))
    answer = command("matrix", "--limit", "2", *command.files(*scenarios.busy()[:-1]))
    assert answer.code == 0
    assert [entry["project"] for entry in json.loads(answer.out)["include"]] == ["audit", "billing"]
    assert answer.err == "4 more stacks are due: the next matrix has them\n"


def test_stacks_of_two_organizations_with_one_name_are_two(command: Command) -> None:
    """Their exports do not say whose they are: the file does, in each row, each job and each entry."""
    run = scenarios.ran(scenarios.new_run("of another", "prod"), 0)
    files = command.files(scenarios.stopped(), exported(run, project="billing"), scenarios.steady())
    command.at(scenarios.day(336))
    rows = json.loads(command("status", "--json", *files).out)["rotations"]
    labels = [f"billing/prod ({file})" for file in files[:2]]
    assert [row["stack"] for row in rows] == sorted([*labels, "orders/prod"])
    matrix = json.loads(command("matrix", *files).out)
    described("matrix").validate(matrix)
    assert [entry.get("source") for entry in matrix["include"]] == [*files[:2], None]
    jobs = json.loads(command("matrix", "--format", "gitlab", *files).out)
    assert {f"rotate {label}" for label in labels} < {*jobs}


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_wants_none(
    command: Command, environment: dict[str, str], *, coloured: bool
) -> None:
    """As wide as it is: the pseudo-terminal has 100 columns."""
    command.at(scenarios.day(340))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR"}}
    call = [sys.executable, "-c", "from apigw_client_cert.cli.program import main; main()", "status"]
    done = subprocess.run(
        [*call, command.file(scenarios.stopped())],
        stdout=theirs,
        env={**env, "TERM": "xterm", **environment},
        check=False,
    )
    os.close(theirs)
    out = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 3
    assert ("\x1b[1;31mperson" in out) is coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()
    assert 80 < max(map(len, plain)) <= 100
