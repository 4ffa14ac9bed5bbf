"""Nothing live leaves a target without a look at who presents it (invariant 12), over a fake account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import StageRef
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID, issued_generation
from apigw_client_cert.lifecycle.state import dump_generation
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.trust.contents import fingerprints_in, render
from apigw_client_cert.trust.x509 import trusted_certificate
from tests.doubles.aws_shaped import issue_pem
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget
from tests.lifecycle.conftest import API, START, wire

if TYPE_CHECKING:
    from pathlib import Path

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import IssuedCertificate
    from tests.lifecycle.conftest import FakeRun


@pytest.fixture(autouse=True)
def _publish_pins(run: FakeRun) -> None:
    run.bundle_config["targets"] = [{"type": "file", "path": "pins.txt", "content": "sha256"}]


def pins(run: FakeRun) -> list[str]:
    """The lines of the target."""
    return (run.targets["pins.txt"].content or "").splitlines()


def pin(run: FakeRun, certificate_id: str) -> str:
    """The fingerprint of a certificate of the account."""
    (found,) = [one for one in fingerprints_in(run.gateway.certificates[certificate_id].pem) if len(one) == 64]
    return found


def foreign(run: FakeRun, **tags: str) -> IssuedCertificate:
    """A certificate that somebody else made."""
    return run.gateway.add_certificate(tags={f"apigw-client-cert:{key}": value for key, value in tags.items()})


def due(run: FakeRun) -> bool:
    """Whether the bundle has something to do."""
    return trust_bundle.diff(run.state["bundle"], run.inputs["bundle"], run.environment).changes


def test_what_is_no_longer_asked_for_is_kept_for_the_stage_that_presents_it(run: FakeRun) -> None:
    """Said once, an output, looked at again each day, and gone once nobody presents it."""
    other = foreign(run)
    run.bundle_config["alsoTrust"] = [other.pem]
    run.up()
    run.gateway.add_stage("zzzzzz", "live", other.id)
    del run.bundle_config["alsoTrust"]
    run.at(1)
    run.up()
    kept = pin(run, other.id)
    assert kept in pins(run)
    assert run.state["bundle"]["keptFor"] == {kept: ["zzzzzz/live"]}
    said = [line for line in run.lines if "stays trusted" in line]
    why = "stays trusted, because it is presented by zzzzzz/live; looked at again after 2026-03-04T08:48:00Z"
    assert said == [f"orders-trust: certificate {other.id} {why}"]

    run.at(1.9)
    assert not due(run)
    run.at(2)
    run.up()
    assert kept in pins(run)
    assert [line for line in run.lines if "stays trusted" in line] == said
    run.gateway.unbind(next(ref for ref in run.gateway.stages if ref.api_id == "zzzzzz"))
    run.at(3)
    run.up()
    assert pins(run) == [pin(run, "cert02")]
    assert run.state["bundle"]["keptFor"] == {}
    assert not due(run)


def test_what_publish_is_not_given_any_more_is_red_until_it_is_put_back(run: FakeRun) -> None:
    """Others have written before the look; what cannot be seen counts as presented."""
    other = foreign(run)
    run.bundle_config = {"targets": [], "publishedBy": ["push 1"], "alsoTrust": [other.pem]}
    run.up()
    run.gateway.add_stage("zzzzzz", "live", other.id)
    for gaps, who in (((), "zzzzzz/live"), (("REST API x",), "unknown: REST API x, zzzzzz/live")):
        run.bundle_config["alsoTrust"] = []
        run.gateway.gaps = gaps
        for day in (1, 2):
            run.at(day)
            with pytest.raises(errors.NotPublished, match=f"any more, which is presented by {who}") as refusal:
                run.up()
            assert "Put its PEM back into also_trust" in refusal.value.remedy
        run.bundle_config["alsoTrust"] = [other.pem]
        run.up()
        assert run.state["bundle"]["keptFor"] == {}
        assert not due(run)


def test_what_no_list_has_stays_until_it_is_said_to_go(run: FakeRun) -> None:
    """Another region's certificate looks like this, and a partner's that API Gateway did not make does not."""
    partner = trustme.CA().cert_pem.bytes().decode()
    elsewhere, _key = issue_pem(START)
    kept = trusted_certificate(elsewhere).sha256
    run.bundle_config["alsoTrust"] = [elsewhere, partner]
    run.up()
    del run.bundle_config["alsoTrust"]
    run.up()
    assert pins(run)[0] == kept
    assert len(pins(run)) == 2
    (line,) = [one for one in run.lines if "a stage of another region or account may present it" in one]
    assert f"certificate {kept[:16]}… stays trusted" in line
    assert "withdraw=[its PEM] lets it go" in line
    assert not due(run)
    run.bundle_config["withdraw"] = [elsewhere]
    run.up()
    assert kept not in pins(run)
    assert run.state["bundle"]["keptFor"] == {}
    assert not due(run)


def test_what_is_said_to_go_stays_for_a_stage_that_is_seen(run: FakeRun) -> None:
    """An input is a wish."""
    other = foreign(run)
    run.gateway.add_stage("zzzzzz", "live", other.id)
    run.bundle_config["alsoTrust"] = [other.pem]
    run.up()
    run.bundle_config = {"targets": run.bundle_config["targets"], "withdraw": [other.pem]}
    run.up()
    assert pin(run, other.id) in pins(run)
    assert run.state["bundle"]["keptFor"] == {pin(run, other.id): ["zzzzzz/live"]}


def test_what_publish_is_not_given_and_no_list_has_is_red_until_it_is_said_to_go(run: FakeRun) -> None:
    """The remedy for one that was deleted, or of which its user knows that nobody presents it."""
    elsewhere, _key = issue_pem(START)
    run.bundle_config = {"targets": [], "publishedBy": ["push 1"], "alsoTrust": [elsewhere]}
    run.up()
    run.bundle_config["alsoTrust"] = []
    with pytest.raises(errors.NotPublished, match="any more, which is presented by unknown: API Gateway") as refusal:
        run.up()
    assert "or into withdraw" in refusal.value.remedy
    run.bundle_config["withdraw"] = [elsewhere]
    run.up()
    assert not due(run)


def test_what_is_asked_for_and_said_to_go_is_refused(run: FakeRun) -> None:
    """Two wishes that exclude each other, before anything changes."""
    other = foreign(run)
    run.bundle_config |= {"alsoTrust": [other.pem], "withdraw": [other.pem]}
    news = {"name": "trust", "rotations": UNKNOWN, **run.bundle_config}
    checked = trust_bundle.check({}, news)
    assert checked.failures == {"withdraw": "withdraw, entry 1 is in also_trust, too; remove it from one of them"}
    checked = trust_bundle.check({}, {**news, "withdraw": ["no PEM"]})
    assert checked.failures == {"withdraw": "withdraw, entry 1 holds 0 certificates; give one each"}
    # What an earlier run accepted is not judged again, and a state that says nonsense is no reason to raise.
    assert trust_bundle.check({"withdraw": [""]}, {**news, "withdraw": [""]}).failures == {}
    assert "alsoTrust" in trust_bundle.check({"alsoTrust": " "}, {**news, "alsoTrust": [None]}).failures


def test_a_clock_that_is_months_ahead_empties_nothing_unless_aws_answers(run: FakeRun) -> None:
    """A file asks nobody; AWS refuses the signatures of such a clock."""
    run.up()
    held = pins(run)
    run.at(400)
    run.gateway.fail_next("list_certificates", errors.NoCredentials("AWS refuses the clock", means="", remedy=""))
    inputs = run.inputs["bundle"]
    state = trust_bundle.update(run.state["bundle"], inputs, run.environment)
    assert pins(run) == held
    assert [line for line in run.lines if "stays until a run that AWS answers" in line]
    run.begin()
    trust_bundle.update(state, inputs, run.environment)
    assert pins(run) == []


def test_what_the_look_could_not_see_stays(run: FakeRun) -> None:
    """A stage that was not read may present it; so may one of an account whose list cannot be read."""
    other = foreign(run)
    run.bundle_config["alsoTrust"] = [other.pem]
    run.up()
    del run.bundle_config["alsoTrust"]
    run.gateway.gaps = ("REST API x",)
    run.up()
    assert run.state["bundle"]["keptFor"] == {pin(run, other.id): ["unknown: REST API x"]}
    run.gateway.gaps = ()
    run.at(1)
    run.gateway.fail_next("list_certificates", errors.AccessDenied("No right to list", means="", remedy=""))
    run.up()
    assert run.state["bundle"]["keptFor"] == {pin(run, other.id): ["unknown: No right to list"]}
    run.at(2)
    run.up()
    assert len(pins(run)) == 1


def test_a_list_that_is_behind_the_times_hides_no_presenter(run: FakeRun) -> None:
    """An id that a stage presents and the list lacks is asked for by itself."""
    other = foreign(run)
    run.bundle_config["alsoTrust"] = [other.pem]
    run.gateway.add_stage("zzzzzz", "live", other.id)
    run.up()
    del run.bundle_config["alsoTrust"]
    listed = run.gateway.list_certificates
    run.gateway.list_certificates = lambda: tuple(one for one in listed() if one.id != other.id)  # type: ignore[method-assign]
    run.up()
    assert pin(run, other.id) in pins(run)


def test_what_the_certificate_lost_stays_for_those_who_present_it(run: FakeRun) -> None:
    """State without the generation that both stages present: the file keeps it, and they wait for the lead."""
    run.up()
    (first,) = pins(run)
    lost = {**run.state["certificate"], "generations": []}
    run.state["certificate"] = {key: one for key, one in lost.items() if key != "clientCertificateId"}
    run.up()
    assert first in pins(run)
    assert run.presented("dev") == "cert01"


def test_state_that_was_put_back_withdraws_nothing_that_is_presented(run: FakeRun) -> None:
    """The file holds what the bundle has never heard of, and it is its own rotation's: kept, then withdrawn."""
    run.config["rotationTrigger"] = "a"
    run.up()
    before = {name: dict(state) for name, state in run.state.items()}
    run.config["rotationTrigger"] = "b"
    run.up()
    run.at(1)
    run.up()
    assert run.presented("dev") == "cert02"
    first, second = pins(run)
    run.state, run.config["rotationTrigger"] = before, "a"
    run.inputs["certificate"]["rotationTrigger"] = "a"
    # Else the certificate's own refresh knows it again.
    run.gateway.fail_next("list_certificates", errors.AccessDenied("denied", means="No.", remedy="Allow it."))
    run.refresh()
    run.up()
    assert pins(run) == [first, second]
    assert run.state["bundle"]["keptFor"] == {second: [f"{API}/dev", f"{API}/prod"]}
    run.at(3)
    run.refresh()
    run.up()
    run.at(4)
    run.up()
    assert pins(run) == [first]
    assert run.presented("dev") == run.presented("prod") == "cert01"


@pytest.mark.parametrize("take_over", [False, True])
@pytest.mark.parametrize("presented", [False, True])
def test_another_rotations_trust_in_our_target_is_never_written_over(
    run: FakeRun,
    take_over: bool,  # noqa: FBT001 - a parametrised case
    presented: bool,  # noqa: FBT001 - a parametrised case
) -> None:
    """Two bundles on one target would swap whose stage is trusted for ever."""
    run.up()
    other = foreign(run, **{"rotation-id": "theirs", "generation": "1"})
    if presented:
        run.gateway.add_stage("zzzzzz", "live", other.id)
    run.targets["pins.txt"].content = pin(run, other.id) + "\n"
    run.bundle_config["takeOver"] = take_over
    run.refresh()
    with pytest.raises(errors.TargetTaken, match=f"holds certificate {other.id}, which is ") as caught:
        run.up()
    assert pins(run) == [pin(run, other.id)]
    assert ("zzzzzz/live" in str(caught.value)) is presented
    assert "TrustBundle(certificates=[a, b])" in str(caught.value)


@pytest.mark.parametrize("remedy", ["also_trust", "by hand"])
def test_each_way_out_of_foreign_trust_in_a_target_leads_out(run: FakeRun, remedy: str) -> None:
    """What the refusal names is performed to its end."""
    run.up()
    mine = pins(run)
    other = foreign(run, **{"rotation-id": "theirs"})
    run.targets["pins.txt"].content = pin(run, other.id) + "\n"
    run.refresh()
    with pytest.raises(errors.TargetTaken):
        run.up()
    if remedy == "also_trust":
        run.bundle_config["alsoTrust"] = [other.pem]
    else:
        run.targets["pins.txt"].content = ""
    run.up()
    assert set(pins(run)) == {*mine, *([pin(run, other.id)] if remedy == "also_trust" else [])}


def test_one_bundle_for_both_certificates_ends_the_quarrel(run: FakeRun) -> None:
    """The remedy that the refusal names first."""
    run.up()
    other = foreign(run, **{"rotation-id": "theirs", "generation": "1"})
    listed = dict(run.inputs["bundle"]["rotations"][0])
    generation = {**listed["generations"][0], "id": other.id, "pem": other.pem, "sha256": pin(run, other.id)}
    theirs = {"rotationId": "theirs", "clientCertificateId": other.id, "generations": [generation]}
    run.targets["pins.txt"].content = pin(run, other.id) + "\n"
    news = wire({**run.inputs["bundle"], "rotations": [listed, theirs]})
    run.begin()
    trust_bundle.update(run.state["bundle"], news, run.environment)
    assert set(pins(run)) == {pin(run, "cert01"), pin(run, other.id)}


def test_take_over_replaces_what_nobody_presents_and_no_rotation_owns(run: FakeRun) -> None:
    """Without it, trust that this bundle did not write is refused, in a target that is ours as well."""
    run.up()
    stranger = foreign(run)
    for content in (pin(run, stranger.id), "ab" * 32):
        run.targets["pins.txt"].content = f"{pins(run)[0]}\n{content}\n"
        run.bundle_config["takeOver"] = None
        run.refresh()
        with pytest.raises(errors.TargetTaken, match=r"file pins\.txt was changed by somebody else: it holds"):
            run.up()
        run.bundle_config["takeOver"] = True
        run.up()
        assert pins(run) == [pin(run, "cert01")]


@pytest.mark.parametrize(
    "content",
    ["", "\n", "# to be published\n", "placeholder", *(render(one, []) for one in ("nginx", "apache", "node", "json"))],
)
def test_what_trusts_nobody_is_free_to_take(run: FakeRun, content: str) -> None:
    """A server does not start without its file, and SSM has no empty parameter: neither is anybody's trust."""
    run.targets["pins.txt"] = FakeTarget("file pins.txt", content)
    run.up()
    assert pins(run) == [pin(run, "cert01")]


@pytest.mark.parametrize("content", ["10.0.0.1\n", "partner\n", "default 1;\n"])
def test_what_may_mean_somebody_is_not(run: FakeRun, content: str) -> None:
    """Although it holds no fingerprint and no PEM."""
    run.targets["pins.txt"] = FakeTarget("file pins.txt", content)
    with pytest.raises(errors.TargetTaken, match=r"file pins\.txt already holds something"):
        run.up()
    assert run.targets["pins.txt"].content == content


def test_take_over_cuts_off_no_stage(run: FakeRun) -> None:
    """also_trust for one of two, and the other one presented: refused, with its stages."""
    one, other = foreign(run), foreign(run)
    run.gateway.add_stage("zzzzzz", "live", one.id)
    run.targets["pins.txt"] = FakeTarget("file pins.txt", f"{pin(run, one.id)}\n{pin(run, other.id)}\n")
    run.bundle_config |= {"takeOver": True, "alsoTrust": [other.pem]}
    with pytest.raises(errors.TargetTaken, match=f"{one.id}, which is presented by zzzzzz/live"):
        run.up()
    assert pins(run) == [pin(run, one.id), pin(run, other.id)]
    run.bundle_config["alsoTrust"] = [other.pem, one.pem]
    run.up()
    assert len(pins(run)) == 3


def test_an_old_copy_of_our_own_file_is_written_over(run: FakeRun) -> None:
    """What this bundle withdrew itself is no stranger's; a target that was taken out and added again is its own."""
    run.rotate_to("overlapping")
    old = run.targets["pins.txt"].content
    for day in (338, 341, 342):
        run.at(day)
        run.up()
    assert run.state["certificate"]["phase"] == "steady"
    run.targets["pins.txt"].content = old
    run.refresh()
    run.up()
    assert pins(run) == [pin(run, "cert02")]

    here = run.bundle_config["targets"]
    run.bundle_config["targets"] = [{"type": "file", "path": "new.txt", "content": "sha256"}]
    run.up()
    run.targets["pins.txt"].content = "a heading that no release writes\n"
    run.bundle_config["targets"] = here
    with pytest.raises(errors.TargetTaken):
        run.up()
    run.targets["pins.txt"].content = pin(run, "cert02") + "\n"
    run.up()
    assert run.state["bundle"]["digests"].keys() == {"file pins.txt"}


def test_what_this_bundle_withdrew_is_looked_for_before_it_is_written_over(run: FakeRun) -> None:
    """A stage presents it by now, and somebody put it back into the file: it was ours once, and is in use."""
    other = foreign(run)
    run.bundle_config["alsoTrust"] = [other.pem]
    run.up()
    old = run.targets["pins.txt"].content
    del run.bundle_config["alsoTrust"]
    run.up()
    assert pin(run, other.id) not in pins(run)
    run.targets["pins.txt"].content = old
    stage = run.gateway.add_stage("zzzzzz", "live", other.id)
    run.refresh()
    with pytest.raises(errors.TargetTaken, match="which is presented by zzzzzz/live"):
        run.up()
    assert pin(run, other.id) in pins(run)
    run.gateway.unbind(stage)
    # Its stage may be one that nobody here sees: it is not a copy of what was there, but all of it and something more.
    with pytest.raises(errors.TargetTaken, match="was changed by somebody else") as refusal:
        run.up()
    assert "remove it from the place by hand" in refusal.value.remedy
    assert pin(run, other.id) in pins(run)
    run.targets["pins.txt"].content = pin(run, run.state["certificate"]["clientCertificateId"]) + "\n"
    run.up()
    assert pins(run) == [pin(run, run.state["certificate"]["clientCertificateId"])]


def test_an_old_copy_that_lacks_what_is_published_is_written_over(run: FakeRun) -> None:
    """What was asked to be trusted is in it, and was withdrawn since: requests fail until it is mended."""
    other = foreign(run)
    run.bundle_config["alsoTrust"], run.config["rotationTrigger"] = [other.pem], "a"
    run.up()
    old = run.targets["pins.txt"].content
    del run.bundle_config["alsoTrust"]
    run.config["rotationTrigger"] = "b"
    run.up()
    run.targets["pins.txt"].content = old
    run.refresh()
    run.up()
    assert pins(run) == [pin(run, one) for one in ("cert02", "cert03")]


def test_the_certificates_account_is_looked_at_and_not_the_targets(run: FakeRun) -> None:
    """The bundle may be published into another account, by another role (scan with the certificate's connection)."""
    run.up()
    seen: list[str | None] = []
    gateway = run._gateway  # noqa: SLF001 - the run's own account

    def asked(connection: Connection) -> FakeGateway:
        seen.append(connection.assume_role_arn)
        return gateway(connection)

    run._gateway = asked  # type: ignore[method-assign]  # noqa: SLF001 - see above
    pem, _key = issue_pem(START)
    rotation = {**run.inputs["bundle"]["rotations"][0], "connection": {"assumeRoleArn": "certificates"}}
    news = {**run.inputs["bundle"], "rotations": [rotation], "assumeRoleArn": "targets"}
    state = trust_bundle.update(run.state["bundle"], wire({**news, "alsoTrust": [pem]}), run.environment)
    run.begin()
    trust_bundle.update(wire(state), wire(news), run.environment)
    assert set(seen) == {"certificates"}


def in_another_region(run: FakeRun) -> tuple[FakeGateway, IssuedCertificate]:
    """A rotation of another region among the bundle's, removed from it while a stage there presents its certificate."""
    there = FakeGateway(region_name="eu-north-1")
    here = run._gateway  # noqa: SLF001 - the run's own region
    run._gateway = lambda connection: there if connection.region == "eu-north-1" else here(connection)  # type: ignore[method-assign]  # noqa: SLF001 - see above
    # AWS's ids are random, the doubles' are counted.
    there.add_certificate()
    other = there.add_certificate(tags={ROTATION_ID: "bbbb", GENERATION: "1"})
    there.add_stage("zzzzzz", "live", other.id)
    run.up()
    far = {
        "rotationId": "bbbb",
        "clientCertificateId": other.id,
        "generations": [dump_generation(issued_generation(other, 1))],
        "connection": {"region": "eu-north-1"},
    }
    news = run.inputs["bundle"]
    both = trust_bundle.update(
        run.state["bundle"], wire({**news, "rotations": [*news["rotations"], far]}), run.environment
    )
    run.begin()
    run.state["bundle"] = trust_bundle.update(wire(both), wire(news), run.environment)
    return there, other


def test_a_rotation_that_left_is_looked_at_where_it_lives_for_as_long_as_it_is_kept(run: FakeRun) -> None:
    """In each later look, too: neither inputs nor the last state name its region any more."""
    there, other = in_another_region(run)
    sha256 = trusted_certificate(other.pem).sha256
    for day in range(1, 5):
        run.at(day)
        run.begin()
        run.state["bundle"] = trust_bundle.update(
            wire(run.state["bundle"]), wire(run.inputs["bundle"]), run.environment
        )
        assert run.state["bundle"]["keptFor"].get(sha256) == ["zzzzzz/live"]
        assert sha256 in pins(run)
    there.unbind(StageRef("zzzzzz", "live"))
    run.at(6)
    run.begin()
    run.state["bundle"] = trust_bundle.update(wire(run.state["bundle"]), wire(run.inputs["bundle"]), run.environment)
    assert sha256 not in pins(run)
    assert "formerRotations" not in run.state["bundle"]


def test_where_nothing_says_in_which_region_a_rotation_lived_its_trust_is_kept(run: FakeRun) -> None:
    """A state of before: what cannot be seen counts."""
    _there, other = in_another_region(run)
    sha256 = trusted_certificate(other.pem).sha256
    run.state["bundle"].pop("formerRotations", None)
    run.at(2)
    run.begin()
    state = trust_bundle.update(wire(run.state["bundle"]), wire(run.inputs["bundle"]), run.environment)
    assert state["keptFor"].get(sha256) == ["unknown: where rotation bbbb lives is not known here"]
    assert sha256 in pins(run)


@pytest.mark.parametrize("anew", [False, True])
def test_take_over_takes_nothing_over_that_could_not_be_looked_up(
    run: FakeRun,
    anew: bool,  # noqa: FBT001 - a parametrised case
) -> None:
    """Whose certificate the file holds is not known while the list cannot be read; whether it is said anew or left."""
    other = foreign(run)
    run.bundle_config["takeOver"] = not anew
    run.up()
    run.bundle_config["takeOver"] = True
    held = f"{run.targets['pins.txt'].content}{pin(run, other.id)}\n"
    run.targets["pins.txt"].content = held
    run.gateway.add_stage("zzzzzz", "live", other.id)
    run.refresh()
    run.gateway.fail_next("list_certificates", errors.AccessDenied("denied", means="No.", remedy="Allow it."))
    with pytest.raises(errors.TargetTaken, match="whose they are could not be seen"):
        run.up()
    assert run.targets["pins.txt"].content == held


def test_another_account_than_a_rotations_keeps_its_trust_and_publishes_on(run: FakeRun) -> None:
    """A stack that publishes another account's certificate to its own backends cannot look there."""
    run.up()
    kept = pins(run)
    news = wire(run.inputs["bundle"])
    other, _key = issue_pem(START)
    (rotation,) = news["rotations"]
    gone = {**rotation, "connection": {"accountId": "999999999999"}, "shared": True, "generations": []}
    run.begin()
    state = trust_bundle.update(
        run.state["bundle"], {**news, "rotations": [gone], "alsoTrust": [other]}, run.environment
    )
    assert set(pins(run)) == {*kept, trusted_certificate(other).sha256}
    assert "belong to account" in str(state["keptFor"])


def test_a_shared_rotation_does_not_say_where_this_bundle_publishes(run: FakeRun) -> None:
    """Its account is the other stack's."""
    run.up()
    news = wire(run.inputs["bundle"])
    (rotation,) = news["rotations"]
    shared = {**rotation, "connection": {"accountId": "999999999999"}, "shared": True}
    targets = [{"type": "ssm", "name": "/theirs"}]
    _id, state = trust_bundle.create({**news, "rotations": [shared], "targets": targets}, run.environment)
    assert state["accountId"] == "123456789012"
    with pytest.raises(errors.Refused, match="belong to account"):
        trust_bundle.create({**news, "rotations": [{**shared, "shared": False}], "targets": targets}, run.environment)


def test_a_place_that_is_spelled_and_formatted_anew_is_still_ours(run: FakeRun) -> None:
    """What it holds was written there by this bundle."""
    run.up()
    run.bundle_config["targets"] = [{"type": "file", "path": "./pins.txt", "content": "json"}]
    run.targets["./pins.txt"] = run.targets["pins.txt"]
    run.up()
    assert (run.targets["./pins.txt"].content or "").startswith("{")


def test_a_bundle_acts_in_no_other_account(run: FakeRun) -> None:
    """The same parameter name in another account is another place (invariants 6, 12)."""
    run.bundle_config["targets"] = [{"type": "ssm", "name": "/pins"}]
    run.up()
    assert run.state["bundle"]["accountId"] == "123456789012"
    written = run.targets["/pins"].content
    run.gateway.account = "999999999999"
    run.begin()
    pem, _key = issue_pem(START)
    news = wire({**run.inputs["bundle"], "alsoTrust": [pem]})
    with pytest.raises(errors.Refused, match="belong to account 999999999999, but this resource lives in account 1234"):
        trust_bundle.update(run.state["bundle"], news, run.environment)
    with pytest.raises(errors.Refused, match="belong to account 999999999999"):
        trust_bundle.read("orders-trust", run.state["bundle"], run.environment)
    old = {key: one for key, one in run.state["bundle"].items() if key != "accountId"}
    news["rotations"][0]["connection"] = {"accountId": "123456789012"}
    with pytest.raises(errors.Refused, match="belong to account 999999999999"):
        trust_bundle.update(old, news, run.environment)
    assert run.targets["/pins"].content == written


def test_two_of_a_program_that_claim_one_place_are_refused_at_preview(run: FakeRun, tmp_path: Path) -> None:
    """Two bundles with one target in any spelling, two bindings of one stage; the same one twice is itself."""
    run.up()
    run.begin()
    (tmp_path / "pins.txt").touch()
    (tmp_path / "link.txt").symlink_to("pins.txt")
    spellings = [tmp_path / "pins.txt", tmp_path / "x" / ".." / "pins.txt", tmp_path / "link.txt"]
    (tmp_path / "x").mkdir()
    for number, path in enumerate(spellings):
        news = {**run.inputs["bundle"], "owner": f"urn:{number}", "targets": [{"type": "file", "path": str(path)}]}
        for _again in range(2):
            failures = trust_bundle.check({}, news).failures
            assert bool(failures) is bool(number)
        assert not number or "written by another bundle of this program" in failures["targets"]
    both = [{"type": "file", "path": str(path)} for path in spellings[:2]]
    assert "same place" in trust_bundle.check({}, {**run.inputs["bundle"], "targets": both}).failures["targets"]

    assert binding.check({}, {**run.inputs["dev"], "owner": "urn:a"}).failures == {}
    assert binding.check({}, {**run.inputs["dev"], "owner": "urn:a"}).failures == {}
    second = binding.check({}, {**run.inputs["dev"], "owner": "urn:b", "endpointUrl": "http://localhost:1"}).failures
    assert "has another binding in this program ('urn:a')" in second["stageName"]
    engine_run.forget()
    assert binding.check({}, {**run.inputs["dev"], "owner": "urn:b"}).failures == {}


def test_a_secret_by_name_and_by_arn_is_one_place(run: FakeRun) -> None:
    """AWS adds a hyphen and six characters to the name."""
    run.up()
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/pins-AbCdEf"
    targets = [{"type": "secretsmanager", "secretId": one} for one in ("orders/pins", arn)]
    failures = trust_bundle.check({}, {**run.inputs["bundle"], "targets": targets}).failures
    assert "same place" in failures.get("targets", "")


def test_a_quiet_bundle_asks_nobody(run: FakeRun) -> None:
    """The look is taken only where something would leave: call floors stay."""
    run.rotate_to("overlapping")
    run.refresh()
    before = len(run.gateway.calls)
    assert not due(run)
    run.begin()
    run.bundle()
    assert [one.method for one in run.gateway.calls[before:] if one.method in {"scan", "list_certificates"}] == []
    assert {GENERATION, ROTATION_ID} <= set(run.gateway.certificates["cert01"].tags)
