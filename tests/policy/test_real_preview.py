"""`pulumi preview --policy-pack policy` on real stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Sandbox
from tests.e2e.conftest import ok, refused
from tests.policy.conftest import require_environment
from tests.policy.real_preview import PackedScenario, Said, said
from tests.policy.test_programs import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.e2e

STAGES = ("overdue", "takes-id", "ignores", "replaced", "published", "read")
PROGRAMS = tuple(policy.replace("-", "_") for policy in BROKEN)
CERTIFICATES = ("ignores", "overdue", "published", "read", "replaced", "takesid")


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[PackedScenario]:
    """A fresh account with one more API, which has a stage for each program, and the pack."""
    require_environment()
    with Sandbox() as sandbox:
        made = PackedScenario(sandbox, tmp_path)
        made.api = sandbox.console.create_rest_api("judged", stages=list(STAGES))
        made.install()
        yield made


def test_each_policy_judges_its_two_programs(scenario: PackedScenario) -> None:
    """All that keep the policies go up without a word; of all that break them, each policy names its own."""
    stack = scenario.judged(*PROGRAMS)
    scenario.with_aws(stack)
    assert said(ok(stack.up(*scenario.flags))) == []

    scenario.programs(stack, *PROGRAMS, broken=True)
    output = refused(stack.preview(*scenario.flags))
    # No certificate is overdue on its first day.
    broken = {policy: found for policy, found in BROKEN.items() if policy != "certificate-overdue"}
    assert said(output) == sorted(
        Said(policy, resource, level)
        for policy, (resources, level, _remedy) in broken.items()
        for resource in resources
    )
    assert all(remedy in output for _resources, _level, remedy in broken.values())

    scenario.at(340)
    output = stack.run("policy", "analyze", *scenario.flags, expect=0).output
    assert said(output) == [Said("certificate-overdue", name, "advisory") for name in CERTIFICATES]
    assert "The issue step of certificate 'overdue' has been due since" in output


def test_a_pin_that_keeps_a_certificate_to_its_last_days_is_told(scenario: PackedScenario) -> None:
    """The preview changes nothing and says why that is no good news."""
    stack = scenario.judged("certificate_overdue", broken=True)
    ok(stack.up())
    scenario.at(336)
    assert said(ok(stack.up(*scenario.flags))) == []
    scenario.at(359)
    output = ok(stack.preview(*scenario.flags, "--expect-no-changes"))
    assert said(output) == [Said("certificate-overdue", "overdue", "advisory")]
    assert "pin_generation=1 holds it: remove the pin" in output


def test_the_plugins_resources_are_judged_alike(scenario: PackedScenario) -> None:
    """Same policies, same words; a step that this run takes is not overdue, one that none took is."""
    stack = scenario.native(stages="read")
    assert said(ok(stack.up(*scenario.flags))) == []
    scenario.at(340)
    output = stack.run("policy", "analyze", *scenario.flags, expect=0).output
    assert said(output) == [Said("certificate-overdue", "orders", "advisory")]
    stack.configure(
        {
            "bundle.targets": [{"type": "file", "path": "pins.txt", "backend": "nginx"}],
            "binding.clientCertificateId": "orders",
        }
    )
    assert said(refused(stack.preview(*scenario.flags))) == [
        Said("binding-takes-id", "orders-read", "mandatory"),
        Said("openssl-family-pem", "orders-trust", "mandatory"),
    ]


def test_the_language_host_on_path_starts_the_pack(scenario: PackedScenario) -> None:
    """Without any help of the tests'. A host that cannot start the smallest of packs is no judge of ours."""
    stack = scenario.judged("openssl_family_pem", broken=True)
    del stack.env["PULUMI_PYTHON_CMD"]
    if not stack.preview("--policy-pack", str(scenario.smallest_pack())).succeeded:
        pytest.skip("pulumi-language-python on PATH is too old to start policy packs")
    output = refused(stack.preview(*scenario.flags))
    assert said(output) == [Said("openssl-family-pem", "read-trust", "mandatory")]
