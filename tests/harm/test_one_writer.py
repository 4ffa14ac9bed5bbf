"""Two writers of one place: two bundles on one target, two rotations on one stage (issue 11, fault 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_sandbox.remote import SandboxProcess
from tests.harm.conftest import PROGRAMS, STAGES, TRUSTED, ok, refused
from tests.harm.traffic import Traffic

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

OWNERS = dict(zip(("eu", "us"), STAGES, strict=True))


def _declare(scenario: Scenario, stack: PulumiStack, **props: dict[str, object]) -> None:
    """Two rotations, eu for dev and us for prod; ``props`` are more of either's inputs."""
    for_each = {
        name: scenario.rotation(stages={stage: scenario.place(stage)}, **props.get(name, {}))
        for name, stage in OWNERS.items()
    }
    scenario.configure(stack, "rotations", for_each)


def _trusted(scenario: Scenario) -> bool:
    """Whether the target holds what each stage presents that presents anything."""
    return {one for one in map(scenario.presented, STAGES) if one} <= set(scenario.held())


def test_two_rotations_on_one_file_are_refused_before_anything_is_made(scenario: Scenario) -> None:
    """At preview: both would write, and the last one would win every day."""
    stack = scenario.stack()
    _declare(scenario, stack)
    said = refused(stack.preview())
    assert TRUSTED in said
    assert "TrustBundle" in said
    assert scenario.changes() == []
    assert scenario.published() == ""


def test_the_remedy_one_bundle_over_both_rotates_both_without_a_failed_request(scenario: Scenario) -> None:
    """``TrustBundle(certificates=[a, b])``, after the refusal and with the same names, to the end of a rotation."""
    stack = scenario.stack()
    _declare(scenario, stack)
    refused(stack.preview())
    scenario.write(stack, (PROGRAMS / "wired.py").read_text())
    target = {"type": "file", "path": TRUSTED, "content": "python"}
    scenario.configure(stack, "certificates", {name: {} for name in OWNERS})
    scenario.configure(stack, "bundles", {"trust": {"certificates": [*OWNERS], "targets": [target]}})
    bindings = {
        f"{name}-{stage}": {"certificate": name, "bundle": "trust", **scenario.place(stage)}
        for name, stage in OWNERS.items()
    }
    scenario.configure(stack, "bindings", bindings)
    ok(stack.up())
    first = scenario.ids()
    with scenario.traffic() as traffic:
        for day in (336, 337, 338, 341):
            scenario.at(day)
            ok(stack.up("--refresh"))
            assert _trusted(scenario)
        traffic.go_on()
    assert traffic.failed() == []
    assert set(scenario.ids()).isdisjoint(first)
    assert set(map(scenario.presented, STAGES)) == set(scenario.ids()) == set(scenario.held())


def test_a_second_stacks_bundle_on_the_file_is_refused_and_nothing_is_made(scenario: Scenario) -> None:
    """It would drop what the first one's stage presents; its own certificate must not exist for nothing either."""
    mine = scenario.orders(stages={"dev": scenario.place("dev")})
    ok(mine.up())
    before, held = scenario.mark(), scenario.published()
    theirs = scenario.stack("theirs")
    shared = [{"type": "file", "path": str(scenario.trusted), "content": "python"}]
    scenario.declare(theirs, "invoices", stages={"prod": scenario.place("prod")}, publish=shared)
    assert TRUSTED in refused(theirs.up())
    assert scenario.changes(before) == []
    assert scenario.published() == held

    # A place of its own is a way out: what is refused must not have cost anything.
    scenario.declare(theirs, "invoices", stages={"prod": scenario.place("prod")})
    ok(theirs.up())
    assert scenario.held() == [scenario.presented("dev")]


def test_a_second_stack_that_insists_never_takes_the_first_ones_trust_away(scenario: Scenario) -> None:
    """With take_over and also_trust, day after day and through an issue: both stages are trusted after every run.

    Two that write one file cannot both be content: as long as the text changes from run to run, one of them is red.
    """
    mine = scenario.orders(stages={"dev": scenario.place("dev")})
    ok(mine.up())
    (first,) = scenario.ids()
    theirs = scenario.stack("theirs")
    scenario.declare(
        theirs,
        "invoices",
        stages={"prod": scenario.place("prod")},
        publish=[{"type": "file", "path": str(scenario.trusted), "content": "python"}],
        takeOver=True,
        alsoTrust=[scenario.pem(first)],
    )
    with scenario.traffic("dev") as traffic:
        theirs.up()
        assert _trusted(scenario)
        for day in (1, 336, 337):
            scenario.at(day)
            texts, green = {scenario.published()}, True
            for stack in (mine, theirs):
                green = stack.up("--refresh").succeeded and green
                texts.add(scenario.published())
                assert _trusted(scenario), f"day {day}, after {stack.name}"
            settled = len(texts) == 1 or day == 336
            assert settled or not green
        traffic.go_on()
    assert traffic.failed() == []


def test_two_stacks_of_two_accounts_in_one_file_lose_no_request_and_find_the_way_out(scenario: Scenario) -> None:
    """As the refusals say, take_over and also_trust, and both left on: the other's *next* pin is not written over.

    Neither sees who presents the other's certificate. A file of its own, which the backend reads beside the first one,
    ends it.
    """
    with SandboxProcess(["--account", "210987654321"]) as there:
        shown = {"name": "invoices", "stages": ["live"], "backend_url": scenario.reader.url, "proxy": True}
        api = there.do("create-rest-api", **shown, insecure_skip_verification=True)["apiId"]
        there.set_clock(scenario.now)
        asking = scenario.sandbox.client("apigateway", endpoint_url=there.endpoint_url)
        file = {"type": "file", "path": str(scenario.trusted), "content": "python"}
        late: dict[str, Any] = {"rotateBefore": "60d", "activateBy": "24d"}
        mine = {"stages": {"dev": scenario.place("dev")}, **late}
        theirs: dict[str, Any] = {
            "stages": {"live": {"restApiId": api, "stageName": "live"}},
            "endpointUrl": there.endpoint_url,
            "publish": [file],
            **late,
        }
        eu, us = scenario.stack(), scenario.stack("us")
        scenario.declare(eu, **mine)
        ok(eu.up())
        (first,) = scenario.ids()
        scenario.declare(us, "us", **theirs)
        assert "take_over" in refused(us.up())
        theirs |= {"takeOver": True, "alsoTrust": [scenario.pem(first)]}
        scenario.declare(us, "us", **theirs)
        ok(us.up())
        (other,) = asking.get_client_certificates()["items"]
        scenario.declare(eu, **mine, takeOver=True, alsoTrust=[other["pemEncodedCertificate"]])
        ok(eu.up("--refresh"))

        def at(day: float) -> None:
            scenario.at(day)
            there.set_clock(scenario.now)

        urls = {"eu": scenario.sandbox.invoke_url(scenario.api, "dev"), "us": there.invoke_url(api, "live")}
        with Traffic(urls) as traffic:
            for day in (306, 307.1):
                at(day)
                ok(eu.up("--refresh"))
                traffic.go_on()
                held = scenario.published()
                assert "place of its own" in refused(us.up("--refresh"))
                assert scenario.published() == held
                traffic.go_on()
            assert scenario.presented("dev") != first
            own = scenario.folder / "us" / "us.pem"
            scenario.reader.read = lambda: scenario.published() + (own.read_text() if own.exists() else "")
            scenario.declare(us, "us", **{**theirs, "publish": [{**file, "path": str(own)}]})
            for day in (308.2, 309.3):
                at(day)
                ok(us.up("--refresh"))
                ok(eu.up("--refresh"))
                traffic.go_on()
        assert traffic.failed() == []
        presented = asking.get_stage(restApiId=api, stageName="live")["clientCertificateId"]
        assert presented != other["clientCertificateId"]


def test_two_rotations_on_one_stage_are_refused_before_anything_is_made(scenario: Scenario) -> None:
    """At preview; the stage is named. An update without one makes a certificate for it, and moves nothing."""
    stack = scenario.stack()
    elsewhere = {"type": "file", "path": "us.pem", "content": "python"}
    scenario.configure(
        stack,
        "rotations",
        {
            "eu": scenario.rotation(stages={"dev": scenario.place("dev")}),
            "us": scenario.rotation(stages={"live": scenario.place("dev")}, publish=[elsewhere]),
        },
    )
    assert f"{scenario.api}/dev" in refused(stack.preview())
    assert scenario.changes() == []
    assert f"{scenario.api}/dev" in refused(stack.up())
    assert len(scenario.moves()) <= 1


def test_a_second_rotation_on_the_stage_of_a_running_one_changes_nothing(scenario: Scenario) -> None:
    """Added months later: refused at preview, and the running one keeps stage and trust."""
    stack = scenario.orders(stages={"dev": scenario.place("dev")})
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.at(100)
    before = scenario.mark()
    elsewhere = {"type": "file", "path": "us.pem", "content": "python"}
    scenario.configure(
        stack,
        "rotations",
        {
            "orders": scenario.rotation(stages={"dev": scenario.place("dev")}),
            "us": scenario.rotation(stages={"live": scenario.place("dev")}, publish=[elsewhere], takeOver=True),
        },
    )
    assert f"{scenario.api}/dev" in refused(stack.preview())
    refused(stack.up())
    assert scenario.changes(before) == []
    assert scenario.held() == [scenario.presented("dev")] == [first]


def test_two_rotations_on_one_parameter_are_refused_however_their_way_to_it_is_written(scenario: Scenario) -> None:
    """A place is not the way to it: the endpoint of one is written as localhost."""
    stack = scenario.stack()
    pins = [{"type": "ssm", "name": "/orders/pins", "content": "sha256"}]
    there = scenario.sandbox.endpoint_url.replace("127.0.0.1", "localhost")
    _declare(scenario, stack, eu={"publish": pins}, us={"publish": pins, "endpointUrl": there})
    assert "/orders/pins" in refused(stack.preview())
    assert scenario.changes() == []


@pytest.mark.parametrize("insist", [False, True], ids=["modest", "take-over"])
def test_two_stacks_on_one_stage_do_not_take_it_from_each_other(scenario: Scenario, insist: bool) -> None:  # noqa: FBT001
    """The second one is red, names the stage, and makes nothing; the first one's next run has nothing to mend."""
    mine = scenario.orders(stages={"dev": scenario.place("dev")}, takeOver=insist or None)
    ok(mine.up())
    (first,) = scenario.ids()
    before = scenario.mark()
    theirs = scenario.stack("theirs")
    scenario.declare(
        theirs,
        "invoices",
        stages={"live": scenario.place("dev")},
        takeOver=insist or None,
        alsoTrust=[scenario.pem(first)] if insist else None,
    )
    assert f"{scenario.api}/dev" in refused(theirs.up())
    assert scenario.changes(before) == []
    scenario.at(2)
    refused(theirs.up("--refresh"))
    ok(mine.up("--refresh"))
    assert scenario.changes(before) == []
    assert scenario.presented("dev") == first


def test_the_remedy_for_a_stage_of_a_lost_rotation(scenario: Scenario) -> None:
    """Its tag is removed, as the refusal says: nobody's then, it is taken over with a lead like any foreign one."""
    lost = scenario.stack("lost")
    target = {"type": "file", "path": "lost.pem", "content": "python"}
    scenario.declare(lost, "lost", stages={"dev": scenario.place("dev")}, publish=[target])
    ok(lost.up())
    theirs = str(scenario.presented("dev"))
    lost.run("stack", "rm", "--force", "--yes", expect=0)
    scenario.at(5)
    stack = scenario.orders(stages={"prod": scenario.place("prod")})
    ok(stack.up())
    # The backend behind both stages still reads both files.
    scenario.reader.read = lambda: scenario.published() + (lost.folder / "lost.pem").read_text(encoding="ascii")
    with scenario.traffic() as traffic:
        scenario.declare(stack)
        said = refused(stack.up("--refresh"))
        assert f"{scenario.api}/dev" in said
        assert ROTATION_ID_TAG in said
        arn = f"arn:aws:apigateway:{scenario.sandbox.region}::/clientcertificates/{theirs}"
        scenario.sandbox.client("apigateway").untag_resource(resourceArn=arn, tagKeys=[ROTATION_ID_TAG])
        before = scenario.mark()
        insisting: dict[str, Any] = {"takeOver": True, "alsoTrust": [scenario.pem(theirs)]}
        scenario.declare(stack, **insisting)
        ok(stack.up("--refresh"))
        traffic.go_on()
        assert scenario.moves(before) == []
        assert scenario.trusted_everywhere()
        # From here on what this rotation publishes is all that the backend has.
        scenario.reader.read = scenario.published
        for day, props in ((6.1, insisting), (7.2, {}), (8.3, {})):
            scenario.at(day)
            scenario.declare(stack, **props)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scenario.trusted_everywhere()
    assert traffic.failed() == []
    assert scenario.held() == [scenario.presented("dev")] == [scenario.presented("prod")]
    assert theirs in scenario.ids()
    ok(stack.preview("--expect-no-changes"))
