"""docs/fleet.md: its commands parse, its YAML is YAML, its alerts name series that exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import click
import pytest
import yaml

from apigw_client_cert.cli.commands import program
from tests.cli.golden.__main__ import FOLDER
from tests.pages import HEADING, PROMPT, console, page, section
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = page("fleet.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
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


def recipe(heading: str, folder: Path, status: int) -> subprocess.CompletedProcess[str]:
    """The script below this heading under ``sh``, where the command ends so, and AWS's only notes what it is told."""
    script = PAGE.partition(f"### {heading}\n")[2].partition("```sh\n")[2].partition("```")[0]
    for name, text in (("apigw-client-cert", f"echo told\nexit {status}\n"), ("aws", f'echo "$@" >{folder}/aws.log\n')):
        (folder / name).write_text(f"#!/bin/sh\n{text}")
        (folder / name).chmod(0o755)
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TOPIC": "arn:topic"}
    return subprocess.run(["/bin/sh", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("status", "whole"), [(0, True), (2, True), (3, True), (4, False), (130, False)])
def test_evidence_that_is_not_whole_is_red(tmp_path: Path, status: int, *, whole: bool) -> None:
    """What is due or needs a person is part of it; what could not be read is not."""
    done = recipe("Evidence for an audit", tmp_path, status)
    files = ["history.json", "history.md", "presented.md"]
    assert sorted(one.name for one in tmp_path.iterdir() if one.name not in {"apigw-client-cert", "aws"}) == files
    assert (done.returncode == 0) is whole
    assert ("not whole: presented.md history.md history.json" in done.stderr) is not whole


@pytest.mark.parametrize("status", [0, 3])
def test_a_topic_hears_of_what_a_person_has_to_do_alone(tmp_path: Path, status: int) -> None:
    """With the lines of the check."""
    recipe("EventBridge and SNS, from your own schedule", tmp_path, status)
    log = tmp_path / "aws.log"
    assert log.exists() is (status != 0)
    assert not log.exists() or log.read_text().startswith("sns publish --topic-arn arn:topic")


def test_the_dashboard_shows_series_that_there_are_and_all_of_them() -> None:
    """In the same words as the table of the page; that Grafana takes it nobody has tried here."""
    dashboard = json.loads(page("fleet-dashboard.json"))
    shown = {name for panel in dashboard["panels"] for one in panel["targets"] for name in METRIC.findall(one["expr"])}
    assert shown == set(METRIC.findall((FOLDER / "status.prom").read_text()))
    assert "fleet-dashboard.json" in PAGE


def test_the_table_of_the_readme_is_one_that_the_command_prints() -> None:
    """Some rows of the golden one, and what is said of the first of them."""
    shown = README.partition("$ apigw-client-cert status --all-stacks\n")[2].partition("```")[0].splitlines()
    assert len(shown) > 5
    assert set(shown) <= set((FOLDER / "status-80.txt").read_text().splitlines())


def test_each_recipe_of_the_runbook_begins_with_the_command_that_finds_the_trouble() -> None:
    """With words that it knows; nothing is wrong where somebody only wants a rotation now."""
    runbook = page("runbook.md")
    for heading in {*HEADING.findall(runbook)} - {"Rotate now"}:
        call, _hash, comment = console(section(runbook, heading))[0].partition("#")
        program_name, name, *arguments = shlex.split(call.removeprefix(PROMPT))
        assert program_name == "apigw-client-cert", heading
        command = program.get_command(click.Context(program), name)
        assert command is not None
        assert command.make_context(name, arguments).params
        for reason in set(re.findall(r"\b[a-z]+-[a-z]+\b", comment)):
            assert f"`{reason}`" in PAGE, heading


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
