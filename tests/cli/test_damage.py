"""Whatever a hand or a bug wrote into a state: a row, a finding or a line says so, and no traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.cli.formats import FORMATS
from apigw_client_cert.cli.live import asking
from apigw_client_cert.cli.live.region import Region
from apigw_client_cert.cli.shapes import wrong_properties
from apigw_client_cert.gateway.interface import Usage
from tests.cli import scenarios
from tests.cli.conftest import Command
from tests.cli.exports import edited
from tests.cli.test_status import GOLDEN_STATES
from tests.doubles.fake_gateway import FakeGateway

if TYPE_CHECKING:
    from apigw_client_cert.cli.reach import Reach

STATES = [json.loads(content) for content in (*scenarios.busy(), scenarios.verified())]
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2027-02-30T00:00:00Z", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "30d", "cert01", ""]),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.none(), max_size=2),
)
FORECAST = ("forecast", "--until", "2027-07-15")
#: Every command that reads states, in each of its formats; what is JSON is parsed.
CALLS = (
    *(("status", "--format", form) for form in FORMATS),
    ("check",),
    ("check", "--json"),
    ("matrix", "--stale", "1d"),
    FORECAST,
    (*FORECAST, "--json"),
    ("explain", "orders"),
    ("explain", "orders", "--json"),
    *(("history", "--format", form) for form in ("table", "json", "markdown")),
    ("sweep", "--these-are-all-states"),
    ("sweep", "--these-are-all-states", "--json"),
    ("iam-policy", "--for", "rotate"),
)
JSON = ("json", "--json", "matrix", "iam-policy")


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, one in parts for way in [(*at, key), *places(one, (*at, key))]]


PLACES = [(number, way) for number, state in enumerate(STATES) for way in places(state)]


def look(_reach: Reach, name: str | None, *, with_quota: bool) -> Region:
    """A region without a certificate."""
    usage, quota = Usage(users={}), 60 if with_quota else None
    gateway = FakeGateway()
    return Region(name=name or "here", account_id=None, gateway=gateway, certificates={}, usage=usage, quota=quota)


def no_number(told: str) -> None:
    """``NaN`` and ``Infinity`` are no JSON, whatever Python's own parser says."""
    raise AssertionError(told)


@given(st.sampled_from(PLACES), WRONG, st.booleans(), st.sampled_from(CALLS))
def test_any_part_of_a_state_may_be_anything(
    place: tuple[int, tuple[Any, ...]],
    wrong: Any,
    gone: bool,  # noqa: FBT001 - Hypothesis draws it
    call: tuple[str, ...],
) -> None:
    """One part of one of the busy fleet's states is replaced, or gone; a command says what it can of the rest."""
    number, (*above, last) = place
    told = json.loads(json.dumps(STATES[number]))
    holder = told
    for key in above:
        holder = holder[key]
    if gone:
        del holder[last]
    else:
        holder[last] = wrong
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        command = Command(Path(folder), patch)
        patch.setattr(asking, "look", look)
        command.at(scenarios.day(scenarios.BUSY_DAY))
        answer = command(*call, command.file(json.dumps(told).encode()))
    assert answer.code in {0, 2, 3, 4}
    if answer.out and {*JSON} & {*call}:
        json.loads(answer.out, parse_constant=no_number)


DAMAGE = [
    ("RotatingClientCertificate", "outputs", {"generations": {"a": 1}}, "outputs.generations is an object, and has"),
    ("RotatingClientCertificate", "outputs", {"generations": None}, "generations is missing"),
    ("RotatingClientCertificate", "outputs", {"retirementBlockedBy": [["a"]]}, "outputs.retirementBlockedBy[0] is a"),
    ("RotatingClientCertificate", "outputs", {"highestGeneration": float("nan")}, "outputs.highestGeneration is nan"),
    ("RotatingClientCertificate", "outputs", {"tags": {"a": None}}, "outputs.tags.a is nothing, and has to be somet"),
    ("TrustBundle", "outputs", {"entries": 5}, "outputs.entries is a number, and has to be a list"),
    ("TrustBundle", "outputs", {"readFor": "cert01"}, "outputs.readFor is a text, and has to be a list"),
    ("TrustBundle", "inputs", {"rotations": [7]}, "inputs.rotations[0] is a number, and has to be an object"),
    ("StageBinding", "inputs", {"apiId": 12}, "inputs.apiId is a number, and has to be a text"),
    ("StageBinding", "outputs", {"presentedSince": True}, "outputs.presentedSince is true or false, and has to be a t"),
    ("StageBinding", "outputs", {"unheardOf": [float("inf")]}, "outputs.unheardOf[0] is inf, which is no number"),
]


@pytest.mark.parametrize(("kind", "side", "wrong", "why"), DAMAGE)
def test_a_property_of_another_type_is_named_with_its_resource(
    command: Command, kind: str, side: str, wrong: dict[str, Any], why: str
) -> None:
    """By every command, with exit status 4 where nothing else needs a person; the stack beside it is read."""
    files = command.files(edited(scenarios.steady(), kind, side, wrong), scenarios.published())
    command.at(scenarios.day(1))
    answer = command("status", "--json", *files)
    told = json.loads(answer.out, parse_constant=no_number)
    unread = [one["why"] for one in told["unread"]]
    names = {"RotatingClientCertificate": "orders", "TrustBundle": "orders-trust", "StageBinding": "orders-dev"}
    assert unread
    assert unread[0].startswith(f"{names[kind]}: {why}")
    assert answer.code == 4
    assert "invoices/prod" in [row["stack"] for row in told["rotations"]]
    for call in (FORECAST, ("explain", "orders"), ("check",), ("history",), ("matrix",)):
        answer = command(*call, *files)
        assert answer.code == 4, call
        assert why.split(maxsplit=1)[0] in " ".join((answer.out + answer.err).split()), call


def test_what_is_damaged_and_not_needed_is_left_out_and_the_rest_shown(command: Command) -> None:
    """A number that is none, in evidence: the row is there, without it."""
    confirmed = {"clientCertificateId": "cert02", "evidence": {"testInvoke": {"status": float("nan")}}}
    file = command.file(edited(scenarios.verified(), "StageBinding", "outputs", {"lastConfirmed": confirmed}))
    answer = command("history", "--json", file)
    told = json.loads(answer.out, parse_constant=no_number)
    assert (answer.code, len(told["rotations"][0]["history"])) == (4, 5)
    assert {one["why"].partition(": it was")[0] for one in told["unread"]} == {
        f"orders-{stage}: outputs.lastConfirmed.evidence.testInvoke.status is nan, which is no number"
        for stage in ("dev", "prod")
    }


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            {"resources": [{"type": 5, "urn": "urn:pulumi:a::b::c::d"}]},
            "resources[0].type is a number, and has to be a",
        ),
        ({"resources": [{"type": "c", "urn": ["a"]}]}, "resources[0].urn is a list, and has to be a text"),
        ({"manifest": {"time": 5}}, "manifest.time is a number, and has to be a text"),
    ],
)
def test_the_engine_s_own_parts_may_be_damaged(command: Command, told: dict[str, Any], why: str) -> None:
    """Then nothing can be said of the stack, and which part it is."""
    answer = command("check", command.file(json.dumps({"deployment": told}).encode()))
    assert answer.code == 4
    assert why in answer.out


@pytest.mark.parametrize("file", GOLDEN_STATES, ids=lambda file: str(file.stem))
def test_what_releases_have_written_is_of_the_schema_s_types(file: Path) -> None:
    """Each property of each golden state (invariant 11): none of them is taken for damaged."""
    kinds = {"certificate": "RotatingClientCertificate", "bundle": "TrustBundle"}
    for saved in json.loads(file.read_text()).values():
        for side, told in (("outputs", saved["state"]), ("inputs", saved["inputs"])):
            for name, properties in told.items():
                assert wrong_properties(kinds.get(name, "StageBinding"), side, properties) == {}
