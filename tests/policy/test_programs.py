"""Every policy on a program that keeps it and one that breaks it, by pulumi-policy's own server, through both hosts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pytest
from pulumi.runtime.proto import analyzer_pb2

from policy.client_cert_policies.agreed import COMPONENT
from tests.policy.pack_process import running
from tests.policy.registered import Run, run
from tools.policy_venv import POLICY_PACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.policy.pack_process import PackProcess

# Policy -> the resources that its failing program breaks it with, its level, and what the message tells to do.
BROKEN = {
    "certificate-overdue": (["overdue"], "advisory", "remove the pin"),
    "binding-takes-id": (["takes-id"], "mandatory", "client_certificate_id"),
    "stage-without-ignore-changes": (["ignores"], "mandatory", 'ignore_changes=["clientCertificateId"]'),
    "no-delete-before-replace": (
        ["replaced", "replaced-prod", "replaced-trust"],
        "mandatory",
        "Remove the option",
    ),
    "rotation-without-publish": (["published"], "advisory", "publish=[…]"),
    "openssl-family-pem": (["read-trust"], "mandatory", 'content="nginx"'),
}
HOSTS = {"dynamic": lambda found: found, "plugin": Run.through_the_plugin}


@pytest.fixture
def configured(pack: PackProcess) -> Iterator[PackProcess]:
    """A pack to configure; afterwards it has its defaults again."""
    yield pack
    pack.configure({})


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("policy", BROKEN)
def test_a_program_that_keeps_the_policy_passes(policy: str, host: str, pack: PackProcess) -> None:
    """No policy has anything to say of it."""
    found = HOSTS[host](run(policy.replace("-", "_")))
    assert pack.judge(found.inputs, found.outputs) == []


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("policy", BROKEN)
def test_a_program_that_breaks_the_policy_fails(policy: str, host: str, pack: PackProcess) -> None:
    """That policy says so, at its level, of the resource at fault and with the remedy; no other policy does."""
    resources, level, remedy = BROKEN[policy]
    found = HOSTS[host](run(policy.replace("-", "_"), broken=True))
    verdicts = pack.judge(found.inputs, found.outputs)
    assert sorted(one.resource for one in verdicts) == resources
    assert {(one.policy, one.level) for one in verdicts} == {(policy, level)}
    assert all(remedy in one.message for one in verdicts)


@pytest.mark.parametrize("policy", BROKEN)
def test_the_first_preview_breaks_what_can_be_known_then(policy: str, pack: PackProcess) -> None:
    """Before anything exists ids and dates are unknown; no policy stumbles over that, nor guesses."""
    name = policy.replace("-", "_")
    passing, failing = (run(name, broken=broken, preview=True) for broken in (False, True))
    assert pack.judge(passing.inputs, passing.outputs) == []
    resources = [] if policy in ("certificate-overdue", "binding-takes-id") else BROKEN[policy][0]
    assert sorted(one.resource for one in pack.judge(failing.inputs, failing.outputs)) == resources


def test_a_step_that_no_run_takes_is_overdue(configured: PackProcess) -> None:
    """Two days are no news, and how many are is configured."""
    late = run("certificate_overdue", nextActionAt="2027-02-21T10:00:00Z")
    (verdict,) = configured.judge(late.inputs, late.outputs)
    assert "has been due since 2027-02-21T10:00:00Z, for 3 days" in verdict.message
    configured.configure({"certificate-overdue": ("mandatory", {"dueStepMayWait": "72h"})})
    assert configured.judge(late.inputs, late.outputs) == []
    configured.configure({"certificate-overdue": ("mandatory", {"dueStepMayWait": "71h"})})
    assert [one.level for one in configured.judge(late.inputs, late.outputs)] == ["mandatory"]


def test_how_close_to_its_end_a_certificate_may_come_is_configured(configured: PackProcess) -> None:
    """The pinned one has six days."""
    held = run("certificate_overdue", broken=True)
    configured.configure({"certificate-overdue": ("advisory", {"expiresWithin": "5d"})})
    assert configured.judge(held.inputs, held.outputs) == []


def test_a_certificate_that_is_published_elsewhere_needs_no_bundle(configured: PackProcess) -> None:
    """By the name of its resource; another one's name changes nothing."""
    alone = run("rotation_without_publish", broken=True)
    configured.configure({"rotation-without-publish": ("mandatory", {"publishedElsewhere": ["other"]})})
    assert [one.level for one in configured.judge(alone.inputs, alone.outputs)] == ["mandatory"]
    configured.configure({"rotation-without-publish": ("mandatory", {"publishedElsewhere": ["published"]})})
    assert configured.judge(alone.inputs, alone.outputs) == []


def test_what_takes_the_bundle_of_the_plugins_component_publishes_it(pack: PackProcess) -> None:
    """Such a program depends on the component: the certificate is inside the plugin."""
    alone = run("rotation_without_publish", broken=True).through_the_plugin()
    (component,) = (one.urn for one in alone.outputs if one.type == COMPONENT)
    parameter = analyzer_pb2.AnalyzerResource(urn="urn:pulumi:dev::orders::aws:ssm/parameter:Parameter::told")
    parameter.propertyDependencies["value"].urns.append(component)
    assert pack.judge(alone.inputs, [*alone.outputs, parameter]) == []


@pytest.mark.parametrize("policy", BROKEN)
def test_every_policy_can_be_disabled(policy: str, configured: PackProcess) -> None:
    """A level is configuration like any other."""
    found = run(policy.replace("-", "_"), broken=True)
    configured.configure({policy: ("disabled", {})})
    assert configured.judge(found.inputs, found.outputs) == []


def test_the_readme_lists_the_policies(pack: PackProcess) -> None:
    """With their levels, and every property that they may be configured with."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \|(.*)$", (POLICY_PACK / "README.md").read_text(), re.MULTILINE)
    told = {name: (level, sorted(re.findall(r"`(\w+)` \(", rest))) for name, level, rest in rows}
    levels = {2: "disabled", 1: "mandatory", 0: "advisory"}
    assert told == {
        one.name: (levels[one.enforcementLevel], sorted(one.configSchema.properties)) for one in pack.info().policies
    }
    assert list(told) == list(BROKEN)


@pytest.mark.usefixtures("pack")
def test_a_made_up_clock_that_is_no_instant_is_named() -> None:
    """As by the provider, and nothing is judged by another clock."""
    with running("tomorrow") as misled, pytest.raises(grpc.RpcError, match="='tomorrow' is not an instant"):
        misled.judge([], [])
