"""A certificate shared between stacks: what a consumer may believe, and what it looks at (issue 11, faults 15, 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import TRUSTED, ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


class Stacks:
    """An owner with certificate and bundle, and consumers that bind a stage each."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.owner = scenario.stack("dev", program="wired")
        scenario.configure(self.owner, "certificates", {"orders": {}})
        # One path for all programs, whichever folder they run in.
        target = {"type": "file", "path": str(scenario.trusted), "content": "python"}
        scenario.configure(self.owner, "bundles", {"trust": {"certificates": ["orders"], "targets": [target]}})
        self.share(bundle="trust")

    def share(self, **how: str) -> None:
        """What the owner exports."""
        self.scenario.configure(self.owner, "exports", {"orders": {"certificate": "orders", **how}})

    def consumer(self, name: str = "consumer", **options: object) -> PulumiStack:
        """A stack that binds prod to what the owner exports."""
        stack = self.scenario.stack(name, program="wired")
        reference = {"orders": {"stack": "organization/harm/dev", "output": "orders"}}
        self.scenario.configure(stack, "references", reference)
        self.bind(stack, **options)
        return stack

    def bind(self, stack: PulumiStack, **options: object) -> None:
        """Prod, with these inputs."""
        binding = {"certificate": "orders", **self.scenario.place("prod"), **options}
        self.scenario.configure(stack, "bindings", {f"{stack.name}-prod": binding})


@pytest.fixture
def stacks(scenario: Scenario) -> Stacks:
    """The owner, not yet run."""
    return Stacks(scenario)


def _block(scenario: Scenario) -> None:
    """A folder where the target's temporary file would be replaced: nobody can write there."""
    content = scenario.published()
    scenario.trusted.unlink()
    scenario.trusted.mkdir()
    (scenario.trusted / "kept").write_text(content, encoding="ascii")


def _unblock(scenario: Scenario) -> None:
    content = (scenario.trusted / "kept").read_text(encoding="ascii")
    (scenario.trusted / "kept").unlink()
    scenario.trusted.rmdir()
    scenario.trusted.write_text(content, encoding="ascii")


def test_shared_without_its_bundle_moves_nobody_before_the_lead_was_served(scenario: Scenario, stacks: Stacks) -> None:
    """Refused with the word trust_bundle, which is then given; or its lead counts from the publication."""
    stacks.share()
    outcome = stacks.owner.up()
    if not outcome.succeeded:
        assert "trust_bundle" in outcome.output
        stacks.share(bundle="trust")
        ok(stacks.owner.up())
    consumer = stacks.consumer()
    outcome = consumer.up()
    if not outcome.succeeded:
        assert "trust_bundle" in outcome.output
        assert scenario.presented("prod") is None
        stacks.share(bundle="trust")
        ok(stacks.owner.up())
        ok(consumer.up())
    first = scenario.presented("prod")
    scenario.at(336)
    _block(scenario)
    refused(stacks.owner.up())
    _unblock(scenario)
    # Published for the first time a day after it was made.
    scenario.at(337)
    with scenario.traffic("prod") as traffic:
        ok(stacks.owner.up("--refresh"))
        consumer.up("--refresh")
        traffic.go_on()
        assert scenario.presented("prod") == first
        # The lead begins anew with the first run of the consumer that sees the file mended.
        for day in (338, 338.5, 339):
            scenario.at(day)
            ok(stacks.owner.up("--refresh"))
            ok(consumer.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("prod") == scenario.ids()[1]


def test_a_consumer_looks_at_the_target_before_it_moves(scenario: Scenario, stacks: Stacks) -> None:
    """The owner published in time; then a hand put the file back, and only the consumer runs."""
    ok(stacks.owner.up())
    consumer = stacks.consumer()
    ok(consumer.up())
    first = scenario.presented("prod")
    held = scenario.published()
    for day in (336.0, 337.0):
        scenario.at(day)
        ok(stacks.owner.up("--refresh"))
    scenario.edit(held)
    with scenario.traffic("prod") as traffic:
        consumer.up()
        traffic.go_on()
        assert scenario.presented("prod") == first
        ok(stacks.owner.up("--refresh"))
        # The lead begins anew with the first run of the consumer that sees the file mended.
        for day in (338, 338.5, 339):
            scenario.at(day)
            ok(stacks.owner.up("--refresh"))
            ok(consumer.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("prod") == scenario.ids()[1]


def test_a_consumer_that_may_not_look_goes_by_the_owners_date(scenario: Scenario, stacks: Stacks) -> None:
    """``look="no"``: the target is out of its reach, and the lead still counts."""
    ok(stacks.owner.up())
    consumer = stacks.consumer(look="no")
    ok(consumer.up())
    first = scenario.presented("prod")
    scenario.at(336)
    ok(stacks.owner.up("--refresh"))
    with scenario.traffic("prod") as traffic:
        ok(consumer.up("--refresh"))
        assert scenario.presented("prod") == first
        scenario.at(337)
        ok(stacks.owner.up("--refresh"))
        ok(consumer.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("prod") == scenario.ids()[1]


def test_a_consumer_that_cannot_read_the_target_does_not_move(scenario: Scenario, stacks: Stacks) -> None:
    """What the look cannot see counts as harm: red, the target named, and ``look`` as the way without."""
    ok(stacks.owner.up())
    consumer = stacks.consumer()
    ok(consumer.up())
    first = scenario.presented("prod")
    for day in (336, 337):
        scenario.at(day)
        ok(stacks.owner.up("--refresh"))
    with scenario.traffic("prod") as traffic:
        held = scenario.published()
        _block(scenario)
        said = refused(consumer.up())
        assert TRUSTED in said
        assert 'look="no"' in said
        assert scenario.presented("prod") == first
        _unblock(scenario)
        assert scenario.published() == held
        mark = traffic.go_on()
        stacks.bind(consumer, look="no")
        ok(consumer.up())
        traffic.go_on()
    assert traffic.failed(mark) == []
    assert scenario.presented("prod") == scenario.ids()[1]


def test_a_bundle_over_a_shared_certificate_is_no_damaged_state(scenario: Scenario, stacks: Stacks) -> None:
    """It has no PEM to publish: refused at preview in words about the certificate, or published; never KeyError."""
    ok(stacks.owner.up())
    consumer = stacks.consumer()
    target = {"type": "file", "path": "mine.pem", "content": "python"}
    scenario.configure(consumer, "bundles", {"mine": {"certificates": ["orders"], "targets": [target]}})
    outcome = consumer.preview()
    for word in ("KeyError", "damaged", "Traceback"):
        assert word not in outcome.output
    if outcome.succeeded:
        ok(consumer.up())
        (certificate,) = scenario.ids()
        assert scenario.pem(certificate).splitlines()[3] in (consumer.folder / "mine.pem").read_text()
    else:
        assert "SharedCertificate" in outcome.output


def test_two_consumers_of_one_stage_and_one_goes(scenario: Scenario, stacks: Stacks) -> None:
    """The stage goes on presenting; or the run that cleared it said so, and the other one's next run mends it."""
    ok(stacks.owner.up())
    mine, theirs = stacks.consumer("mine"), stacks.consumer("theirs")
    ok(mine.up())
    first = scenario.presented("prod")
    second = theirs.up()
    outcome = mine.destroy()
    if scenario.presented("prod") != first:
        assert f"{scenario.api}/prod" in outcome.output
        assert second.succeeded
        ok(theirs.up("--refresh"))
    assert scenario.presented("prod") == first


def test_an_owner_stack_that_was_renamed_harms_no_consumer(scenario: Scenario, stacks: Stacks) -> None:
    """One plain update under the new name, as the docs say; refreshing works again after it."""
    ok(stacks.owner.up())
    consumer = stacks.consumer()
    ok(consumer.up())
    with scenario.traffic("prod") as traffic:
        stacks.owner.run("stack", "rename", "owner", expect=0)
        stacks.owner.name = "owner"
        ok(stacks.owner.up())
        reference = {"orders": {"stack": "organization/harm/owner", "output": "orders"}}
        scenario.configure(consumer, "references", reference)
        ok(consumer.up())
        ok(consumer.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
