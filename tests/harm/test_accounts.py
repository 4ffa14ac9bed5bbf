"""Two accounts with one parameter name, and a shell with the other one's credentials (issue 11, fault 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox.remote import SandboxProcess
from tests.harm.conftest import LAST_DAY, STAGES, TRUSTED, ok, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

PINS = "/orders/pins"
STAGING = "staging's pins"


class Accounts:
    """Production, where the scene is, and staging, with a parameter of the same name; a shell is in one of them."""

    def __init__(self, scenario: Scenario, staging: SandboxProcess) -> None:
        self.scenario, self.staging = scenario, staging
        scenario.at(LAST_DAY)
        self._there("put_parameter", Name=PINS, Value=STAGING, Type="String")

    def orders(self, **props: object) -> PulumiStack:
        """Production's stack, which leaves the endpoint to the shell, in production's shell."""
        stack = self.scenario.stack()
        # On a made-up clock nothing is changed where the program names no endpoint of this machine.
        del stack.env["APIGW_CLIENT_CERT_NOW"]
        self.declare(stack, **props)
        self.shell(stack, self.scenario.sandbox.endpoint_url)
        return stack

    def declare(self, stack: PulumiStack, **props: object) -> None:
        """The rotation, publishing the parameter."""
        publish = [{"type": "ssm", "name": PINS, "content": "sha256"}]
        self.scenario.declare(stack, "orders", **{"publish": publish, "endpointUrl": None, **props})

    def shell(self, stack: PulumiStack, endpoint_url: str) -> None:
        """Whose credentials the next run has."""
        stack.env["AWS_ENDPOINT_URL"] = endpoint_url

    def held(self) -> str:
        """Production's pins."""
        return str(self.scenario.sandbox.client("ssm").get_parameter(Name=PINS)["Parameter"]["Value"])

    def staging_unharmed(self) -> bool:
        """Whether staging's parameter is what it was."""
        return bool(self._there("get_parameter", Name=PINS)["Parameter"]["Value"] == STAGING)

    def _there(self, operation: str, **arguments: object) -> dict[str, dict[str, str]]:
        client = self.scenario.sandbox.client("ssm", endpoint_url=self.staging.endpoint_url)
        answer: dict[str, dict[str, str]] = getattr(client, operation)(**arguments)
        return answer


@pytest.fixture
def accounts(scenario: Scenario) -> Iterator[Accounts]:
    """Both, and staging's parameter."""
    with SandboxProcess(["--account", "210987654321"]) as staging:
        yield Accounts(scenario, staging)


@pytest.mark.parametrize("command", [("up",), ("up", "--refresh"), ("refresh",)], ids=" ".join)
def test_a_run_in_the_other_accounts_shell_writes_nothing(accounts: Accounts, command: tuple[str, ...]) -> None:
    """Refused with both accounts' numbers; in production's shell the same program then does what was asked."""
    scenario = accounts.scenario
    stack = accounts.orders()
    ok(stack.up())
    held = accounts.held()
    other = scenario.sandbox.console.generate_certificate()
    accounts.declare(stack, alsoTrust=[scenario.pem(other)])
    accounts.shell(stack, accounts.staging.endpoint_url)
    verb, *flags = command
    said = refused(getattr(stack, verb)(*flags))
    assert "210987654321" in said
    assert scenario.sandbox.account_id in said
    assert accounts.staging_unharmed()

    accounts.shell(stack, scenario.sandbox.endpoint_url)
    ok(stack.up("--refresh"))
    assert held.split()[0] in accounts.held()
    assert len(accounts.held().split()) == 2
    ok(stack.preview("--refresh", "--expect-no-changes"))


def test_taking_over_is_no_leave_to_write_in_another_account(accounts: Accounts) -> None:
    """With take_over in the program from the start, the edit of also_trust still stays at home."""
    scenario = accounts.scenario
    stack = accounts.orders(takeOver=True)
    ok(stack.up())
    other = scenario.sandbox.console.generate_certificate()
    accounts.declare(stack, takeOver=True, alsoTrust=[scenario.pem(other)])
    accounts.shell(stack, accounts.staging.endpoint_url)
    refused(stack.up())
    assert accounts.staging_unharmed()


def test_a_bundle_that_is_replaced_in_the_other_accounts_shell_writes_nothing(accounts: Accounts) -> None:
    """``--replace`` creates it anew; the certificate that it is for lives elsewhere."""
    stack = accounts.orders(takeOver=True)
    ok(stack.up())
    found = [str(one["urn"]) for one in stack.export()["deployment"]["resources"]]
    (bundle,) = [one for one in found if one.endswith("TrustBundle::orders-trust")]
    accounts.shell(stack, accounts.staging.endpoint_url)
    refused(stack.up("--replace", bundle))
    assert accounts.staging_unharmed()


def test_a_target_added_in_the_other_accounts_shell_is_not_written_there(accounts: Accounts) -> None:
    """A second parameter, which neither account has: it must not appear where no backend of ours reads it."""
    stack = accounts.orders()
    ok(stack.up())
    publish = [{"type": "ssm", "name": name, "content": "sha256"} for name in (PINS, "/orders/more")]
    accounts.declare(stack, publish=publish)
    accounts.shell(stack, accounts.staging.endpoint_url)
    refused(stack.up())
    written = [one.resource for one in accounts.staging.journal() if one.mutates and one.service == "ssm"]
    assert "/orders/more" not in written
    assert accounts.staging_unharmed()


@pytest.mark.parametrize("kind", ["file", "ssm"])
def test_a_backend_teams_stack_publishes_from_an_account_of_its_own(scenario: Scenario, kind: str) -> None:
    """It cannot look who presents what the owner retired, and keeps that; what comes next it publishes in time."""
    owner = scenario.stack(program="wired")
    target = {"type": "file", "path": "own.pem", "content": "python"}
    scenario.configure(owner, "bundles", {"trust": {"certificates": ["orders"], "targets": [target]}})
    scenario.configure(owner, "exports", {"orders": {"certificate": "orders", "bundle": "trust"}})
    bindings = {stage: {"certificate": "orders", "bundle": "trust", **scenario.place(stage)} for stage in STAGES}
    scenario.configure(owner, "bindings", bindings)
    scenario.trusted = scenario.folder / "team" / TRUSTED

    def run(day: float, trigger: str | None = None) -> None:
        scenario.at(day)
        scenario.configure(owner, "certificates", {"orders": {"rotationTrigger": trigger} if trigger else {}})
        for stack in (owner, team):
            ok(stack.up("--refresh"))
        if kind == "ssm":
            scenario.edit(parameters.get_parameter(Name=PINS)["Parameter"]["Value"])
        assert scenario.trusted_everywhere()

    with SandboxProcess(["--account", "210987654321"]) as there:
        parameters = scenario.sandbox.client("ssm", endpoint_url=there.endpoint_url)
        team = scenario.stack("team", program="wired")
        team.configure({"endpointUrl": there.endpoint_url})
        scenario.configure(team, "references", {"orders": {"stack": "organization/harm/dev", "output": "orders"}})
        place = {"type": "file", "path": TRUSTED} if kind == "file" else {"type": "ssm", "name": PINS}
        bundle = {"certificates": ["orders"], "targets": [{**place, "content": "python"}]}
        scenario.configure(team, "bundles", {"trust": bundle})
        run(0, "as made")
        with scenario.traffic() as traffic:
            for day in (336.0, 337.0, 338.0, 341.0):
                run(day, "as made")
                traffic.go_on()
            assert len(scenario.ids()) == 1
            for day in (344.0, 345.1):
                run(day, "leaked")
                traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[1]
