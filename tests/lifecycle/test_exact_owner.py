"""Who made a certificate is told exactly, and what is taken over gets an id of its own (invariants 4 and 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.ownership import OWNER, ROTATION_ID, owner_digest
from tests.lifecycle.conftest import START

if TYPE_CHECKING:
    from typing import Any

    from tests.lifecycle.conftest import FakeRun

FLATTENED = pytest.mark.parametrize(("one", "other"), [("café", "cafè"), ("orders eu", "orders-eu")])


def second(run: FakeRun, **config: object) -> dict[str, Any]:
    """Another resource of the same account: the first one's state, put aside; the run then has the second's."""
    first = run.state.pop("certificate")
    del run.inputs["certificate"]
    run.config.update(config)
    run.certificate()
    return first


@FLATTENED
def test_names_that_tags_flatten_are_two_owners(run: FakeRun, one: str, other: str) -> None:
    """Made in one run: the second is no lost first generation of the first, and removing one keeps the other's."""
    run.config["name"] = one
    run.certificate()
    first = second(run, name=other)
    assert run.state["certificate"]["clientCertificateId"] != first["clientCertificateId"]
    certificate.delete(first, run.environment)
    assert list(run.gateway.certificates) == [run.state["certificate"]["clientCertificateId"]]


@FLATTENED
def test_a_presented_certificate_of_a_name_that_tags_flatten_stops_nobody(run: FakeRun, one: str, other: str) -> None:
    """It is another owner's, for certain; the same name, moved into a component, is still refused."""
    run.config["name"] = one
    run.up()
    second(run, name=other)
    assert len(run.gateway.certificates) == 2
    with pytest.raises(errors.NotOurs, match="alias of its former name"):
        second(run, name=one, parent="shop:index:Orders")


def test_the_digest_tells_every_name_apart() -> None:
    """What is absent is not what is empty, and no name runs into the next."""
    owners: list[dict[str, str]] = [
        {"project": "p", "stack": "dev", "name": "orders"},
        {"project": "p", "stack": "dev", "parent": "", "name": "orders"},
        {"project": "p", "stack": "de", "parent": "v", "name": "orders"},
        {"project": "p", "stack": "dev", "parent": "orders"},
        {"project": "P", "stack": "dev", "name": "orders"},
    ]
    digests = {owner_digest(one) for one in owners}
    assert len(digests) == len(owners)
    assert {len(one) for one in digests} == {32 + 1 + 32}


def test_the_digest_tells_what_is_above_the_parent_and_not_the_host() -> None:
    """One component at the top and one of its name below a team; the plugin's type is another for the same resource."""
    names = {"project": "p", "stack": "dev", "parent": "a:b:Rotation", "name": "orders"}
    top, below, plugin = (
        owner_digest({**names, "owner": f"urn:pulumi:dev::p::{types}::orders"})
        for types in ("a:b:Rotation$own:x:Type", "t:t:Team$a:b:Rotation$own:x:Type", "a:b:Rotation$other:y:Type")
    )
    assert top == plugin == owner_digest(names)
    assert (top.partition(".")[0], top == below) == (below.partition(".")[0], False)


def test_a_replacement_within_the_hour_keeps_what_it_takes_over(run: FakeRun) -> None:
    """``--replace``: the new resource is made first, then the old one is deleted, and finds nothing of its own."""
    run.certificate()
    old = second(run)
    certificate.delete(old, run.environment)
    assert list(run.gateway.certificates) == ["cert01"]
    assert run.state["certificate"]["clientCertificateId"] == "cert01"
    assert run.rotation_id == run.gateway.certificates["cert01"].tags[ROTATION_ID] != old["rotationId"]


def test_two_same_named_stacks_on_two_backends_do_not_delete_each_others(run: FakeRun) -> None:
    """The one that came first has lost its certificate to the other: it goes on, and its end harms nobody."""
    run.certificate()
    former = second(run)
    kept, inputs = dict(run.state), dict(run.inputs)
    run.state, run.inputs = {"certificate": former}, {"certificate": inputs["certificate"]}
    run.at(336)
    run.certificate()
    run.begin()
    certificate.delete(run.state["certificate"], run.environment)
    assert list(run.gateway.certificates) == ["cert01"]
    run.state, run.inputs = kept, inputs
    run.up()
    assert run.state["certificate"]["clientCertificateId"] == "cert01"


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_take_over_interrupted_at_its_tags_is_found_again(run: FakeRun, *, after_effect: bool) -> None:
    """Before or after they were written, and once more before state was saved: one certificate, and no orphan."""
    run.certificate()
    run.lose_state()
    lost = errors.OutcomeUnknown("no answer", means="It may have happened.", remedy="Run again.")
    run.gateway.fail_next("tag", lost, after_effect=after_effect)
    with pytest.raises(errors.OutcomeUnknown):
        run.certificate()
    run.certificate()
    run.lose_state()
    run.now = START + timedelta(minutes=59)
    run.up()
    assert list(run.gateway.certificates) == ["cert01"]
    assert run.gateway.certificates["cert01"].tags[ROTATION_ID] == run.rotation_id


@pytest.mark.parametrize(("name", "count"), [("orders", 1), ("café", 2), ("n" * 257, 2)])
def test_what_an_older_release_left_is_taken_over_where_its_tags_are_exact(run: FakeRun, name: str, count: int) -> None:
    """It has no digest: readable tags that lost nothing are as good, any other prove nothing."""
    run.config["name"] = name
    run.certificate()
    run.gateway.untag("cert01", [OWNER])
    run.lose_state()
    run.certificate()
    assert len(run.gateway.certificates) == count


def test_an_older_releases_certificate_gets_the_digest_with_other_tags_or_with_its_successor(run: FakeRun) -> None:
    """A quiet upgrade: nothing is due before that, and nothing is called."""
    run.up()
    run.gateway.untag("cert01", [OWNER])
    calls = len(run.gateway.calls)
    run.at(100)
    assert not run.due()
    assert len(run.gateway.calls) == calls
    run.at(336)
    run.up()
    assert OWNER not in run.gateway.certificates["cert01"].tags
    assert OWNER in run.gateway.certificates["cert02"].tags
    run.config["tags"] = {"team": "a"}
    run.up()
    assert OWNER in run.gateway.certificates["cert01"].tags


def test_a_renamed_stack_is_the_owner_from_then_on(run: FakeRun) -> None:
    """The digest follows the names: a creation of the new name finds it, one of the former name does not."""
    run.certificate()
    run.config["stack"] = "prod"
    run.certificate()
    tags = run.gateway.certificates["cert01"].tags
    assert tags[OWNER] == owner_digest({"project": "p", "stack": "prod", "name": "orders"})
    run.lose_state()
    run.config["stack"] = "dev"
    run.certificate()
    assert len(run.gateway.certificates) == 2


def test_as_many_user_tags_as_were_ever_taken_leave_room_for_what_ownership_rests_on(run: FakeRun) -> None:
    """AWS takes 50: names for people go where there is no room, and before the new ones come."""
    run.config.update(parent="shop:index:Orders", tags={f"k{number}": "v" for number in range(45)})
    run.certificate()
    (tags,) = [one.tags for one in run.gateway.certificates.values()]
    assert len(tags) == 50
    assert {ROTATION_ID, OWNER, "apigw-client-cert:parent", "apigw-client-cert:name"} < tags.keys()
    run.gateway.untag("cert01", [OWNER])
    run.gateway.tag("cert01", {"apigw-client-cert:stack": "dev"})
    run.config["tags"] = {f"other{number}": "v" for number in range(45)}
    run.gateway.calls.clear()
    run.certificate()
    (tags,) = [one.tags for one in run.gateway.certificates.values()]
    assert len(tags) == 50
    assert [call.method for call in run.gateway.called("tag", "untag")] == ["untag", "tag"]
