"""A component provider of the user's own that is written with the Python package: red is red there, too."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from acceptance import faulty_proxy
from acceptance.faulty_proxy import update_stage
from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import PROGRAMS, ok

if TYPE_CHECKING:
    from acceptance.faulty_proxy import FaultyProxy
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
TEAMS = {"orders": ["dev"], "teams": ["eu", "us"]}


def _teams(scenario: Scenario, proxy: FaultyProxy, apis: dict[str, str]) -> PulumiStack:
    """Both teams, in one process of their provider."""
    stack = scenario.stack(program="remote_teams")
    folder = scenario.folder / "teams"
    folder.mkdir()
    executable = folder / "pulumi-resource-teams"
    executable.write_text(f"#!{sys.executable}\n{(PROGRAMS / 'team_provider.py').read_text()}")
    executable.chmod(0o755)
    project = stack.folder / "Pulumi.yaml"
    head, _, entry = project.read_text().partition("plugins: ")
    plugins = json.loads(entry)
    plugins["providers"].append({"name": "teams", "path": str(folder)})
    project.write_text(f"{head}plugins: {json.dumps(plugins)}\n")
    given = {
        team: {
            "restApiId": apis[team],
            "stageNames": stages,
            "path": str(folder / f"{team}.pem"),
            "endpointUrl": proxy.url,
        }
        for team, stages in TEAMS.items()
    }
    scenario.configure(stack, "teams", given)
    return stack


@pytest.mark.parametrize("host", ["dynamic"])
def test_a_red_team_makes_the_run_red_and_leaves_the_other_to_its_repairs(
    scenario: Scenario, proxy: FaultyProxy
) -> None:
    """All stages were unbound, and the first team's may not be switched."""
    teams = scenario.sandbox.console.create_rest_api("teams", ("eu", "us"), backend_url=scenario.reader.url, proxy=True)
    apis = {"orders": scenario.api, "teams": teams}
    places = [(apis[team], stage) for team, stages in TEAMS.items() for stage in stages]

    def presented() -> list[str | None]:
        return [scenario.sandbox.presented(*place) for place in places]

    stack = _teams(scenario, proxy, apis)
    ok(stack.up())
    bound = presented()
    assert None not in bound
    proxy.fail(update_stage("dev"), faulty_proxy.Fault.DENY, 999)
    # The other team's second stage comes when the first team has long failed.
    slow = Fault(kind=FaultKind.SLOW, action="UpdateStage", resource=f"{teams}/eu", seconds=3)
    scenario.sandbox.faults.add(slow)
    for api, stage in places:
        scenario.sandbox.console.bind(api, stage, None)
    outcome = stack.up("--refresh")
    assert presented() == [None, *bound[1:]], outcome.output
    assert outcome.code != 0, outcome.output
    assert "orders-dev: bind has failed in each run since" in outcome.output
    proxy.mend()
    ok(stack.up("--refresh"))
    assert presented() == bound
