"""A place where STS cannot be reached, and a shell of another account: nothing says whose certificates are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox.remote import SandboxProcess
from tests.harm.conftest import LAST_DAY, ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

NOWHERE = "http://127.0.0.1:9"


def shell(stack: PulumiStack, endpoint_url: str, *, sts: bool) -> None:
    """Whose account the next runs are in, and whether it says so."""
    stack.env["AWS_ENDPOINT_URL"] = endpoint_url
    stack.env["AWS_ENDPOINT_URL_STS"] = endpoint_url if sts else NOWHERE


@pytest.mark.parametrize("recorded", [False, True], ids=["made-without-sts", "run-without-sts"])
def test_a_run_in_another_accounts_shell_changes_nothing_anywhere(scenario: Scenario, *, recorded: bool) -> None:
    """A refresh, an update and a destroy; the account is never recorded, or not to be asked. Then a run at home."""
    scenario.at(LAST_DAY - 10)
    stack = scenario.orders(endpointUrl=None)
    shell(stack, scenario.sandbox.endpoint_url, sts=recorded)
    ok(stack.up())
    held, made, mark = scenario.held(), scenario.ids(), scenario.mark()
    with SandboxProcess(["--account", "210987654321"]) as there, scenario.traffic() as traffic:
        shell(stack, there.endpoint_url, sts=not recorded)
        assert "cannot be told" in refused(stack.up("--refresh"))
        refused(stack.up())
        assert "pulumi state delete" in refused(stack.destroy())
        traffic.go_on()
        assert [one for one in there.journal() if one.mutates] == []
        assert (scenario.held(), scenario.ids(), scenario.changes(mark)) == (held, made, [])

        # At home nobody has to be asked: what is found is proof enough.
        shell(stack, scenario.sandbox.endpoint_url, sts=False)
        ok(stack.up("--refresh"))
        ok(stack.preview("--refresh", "--expect-no-changes"))
        assert (scenario.held(), scenario.ids()) == (held, made)
        traffic.go_on()
    assert traffic.failed() == []
    ok(stack.destroy())
    assert scenario.ids() == []
