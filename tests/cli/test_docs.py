"""docs/fleet.md: its commands parse, its YAML is YAML, its alerts name series that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from apigw_client_cert.cli.commands import program
from tests.cli.golden.__main__ import FOLDER

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "fleet.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
_NAMES = "|".join(program.list_commands(click.Context(program)))
CALLS = sorted(set(re.findall(rf"apigw-client-cert ((?:{_NAMES})\b[^\n|>)#]*)", PAGE)))
METRIC = re.compile(r"apigw_client_cert_\w+")


@pytest.mark.parametrize("call", CALLS)
def test_each_call_of_the_page_parses(call: str) -> None:
    """With the options that there are."""
    name, *arguments = shlex.split(call)
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.make_context(name, [*arguments]).params


def test_the_page_calls_every_command() -> None:
    """The list above is not empty by accident."""
    assert {call.split()[0] for call in CALLS} == set(program.list_commands(click.Context(program)))


def test_the_yaml_of_the_page_is_yaml_and_its_matrix_is_the_command_s() -> None:
    """As far as syntax can be checked here."""
    parsed = [yaml.safe_load(text) for language, text in BLOCKS if language == "yaml"]
    github = next(one for one in parsed if "jobs" in one)
    used = set(re.findall(r"matrix\.(\w+)", str(github["jobs"]["rotate"]))) - {"outputs"}
    assert used <= {"stack", "project", "name", "reasons", "since"}
    assert github["jobs"]["rotate"]["needs"] in github["jobs"]


def test_the_alerts_and_the_table_name_the_series_that_there_are() -> None:
    """No other, and the table has all of them."""
    written = set(METRIC.findall((FOLDER / "status.prom").read_text()))
    table = PAGE.partition("| Metric |")[2].partition("\n\n")[0]
    assert set(METRIC.findall(table)) == written
    rules = next(one for text in BLOCKS if text[0] == "yaml" and "groups" in (one := yaml.safe_load(text[1])))
    named = {name for rule in rules["groups"][0]["rules"] for name in METRIC.findall(rule["expr"])}
    assert named
    assert named <= written
