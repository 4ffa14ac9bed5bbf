"""The looks that the resources of one run share: once, and never older than the run's last write."""

from __future__ import annotations

from functools import partial

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.lifecycle.looks import Looks
from tests.doubles.fake_gateway import FakeGateway
from tests.doubles.fake_target import FakeTarget

HERE = Connection(profile="here")


def test_a_scan_knows_the_runs_own_switches() -> None:
    """One scan per run; what is bound or cleared after it is taken in (invariant 3)."""
    fake = FakeGateway()
    one, other = (fake.add_certificate().id for _ in range(2))
    stage, idle = fake.add_stage("aaaaaa", "dev", one), fake.add_stage("aaaaaa", "prod")
    looks = Looks()
    gateway, again = looks.gateway(HERE, fake), looks.gateway(Connection(profile="here", region=fake.region), fake)
    assert gateway.scan().users == {one: (stage,)}
    gateway.bind(stage, other)
    gateway.bind(idle, one)
    assert again.scan().users == {other: (stage,), one: (idle,)}
    gateway.unbind(idle)
    assert again.scan().users == {other: (stage,)}
    assert len(fake.called("scan")) == 1
    looks.forget()
    assert again.scan().users == {other: (stage,)}
    assert len(fake.called("scan")) == 2


@pytest.mark.parametrize("change", ["bind", "unbind"])
def test_a_switch_of_unknown_outcome_is_looked_for(change: str) -> None:
    """It may have taken effect: the next one who asks scans again."""
    fake = FakeGateway()
    certificate = fake.add_certificate().id
    stage = fake.add_stage("aaaaaa", "dev", certificate if change == "unbind" else None)
    gateway = Looks().gateway(HERE, fake)
    before = gateway.scan().users
    fake.fail_next(change, errors.OutcomeUnknown("no answer", means="", remedy=""), after_effect=True)
    switch = {"bind": partial(gateway.bind, stage, certificate), "unbind": partial(gateway.unbind, stage)}[change]
    with pytest.raises(errors.OutcomeUnknown):
        switch()
    assert gateway.scan().users == ({certificate: (stage,)} if change == "bind" else {}) != before


def test_the_stages_of_an_api_are_listed_once_for_all_of_its_bindings() -> None:
    """With the run's own switches; what is not in the list is asked for by itself, and says that it is gone."""
    fake = FakeGateway()
    one, other = (fake.add_certificate().id for _ in range(2))
    dev, prod = fake.add_stage("aaaaaa", "dev", one), fake.add_stage("aaaaaa", "prod")
    live = fake.add_stage("bbbbbb", "live", one, kind=StageKind.WEBSOCKET)
    looks = Looks()
    gateway, again = (looks.gateway(HERE, fake) for _ in range(2))
    assert [gateway.seen(dev), again.seen(prod), again.seen(live)] == [one, None, one]
    gateway.bind(prod, other)
    assert again.seen(prod) == other
    assert [call.subject for call in fake.called("list_presented", "presented")] == ["aaaaaa", "bbbbbb"]
    with pytest.raises(errors.StageNotFound):
        gateway.seen(StageRef("aaaaaa", "gone"))
    fake.stages[dev].client_certificate_id = None
    looks.forget()
    assert gateway.seen(dev) is None


def test_where_stages_may_not_be_listed_each_is_asked_for() -> None:
    """The list is tried once, not for each of them; a switch of unknown outcome lets it be tried again."""
    fake = FakeGateway()
    stages = [fake.add_stage("aaaaaa", name) for name in ("dev", "prod")]
    fake.fail_next("list_presented", errors.AccessDenied("denied", means="", remedy=""))
    gateway = Looks().gateway(HERE, fake)
    assert [gateway.seen(one) for one in stages] == [None, None]
    assert [call.method for call in fake.calls] == ["list_presented", "presented", "presented"]
    fake.fail_next("unbind", errors.OutcomeUnknown("no answer", means="", remedy=""))
    with pytest.raises(errors.OutcomeUnknown):
        gateway.unbind(stages[0])
    fake.calls.clear()
    assert gateway.seen(stages[0]) is None
    assert [call.method for call in fake.calls] == ["list_presented"]


def test_a_target_is_read_once_for_all_who_ask_what_it_holds() -> None:
    """By whichever object; a write is known, a failed look is not repeated, and a fresh look is one."""
    fake, looks = FakeTarget(content="old"), Looks()
    first, second = looks.target("place", fake), looks.target("place", fake)
    assert (first.seen(), second.seen(), fake.calls) == ("old", "old", ["read"])
    fake.content = "somebody's"
    assert second.seen() == "old"
    assert (first.read(), second.seen()) == ("somebody's", "somebody's")
    first.write("ours")
    assert (second.seen(), fake.calls) == ("ours", ["read", "read", "write"])
    fake.fail_next("write", errors.AccessDenied("no", means="", remedy=""))
    with pytest.raises(errors.AccessDenied):
        first.write("again")
    fake.fail_next("read", errors.AccessDenied("denied", means="", remedy=""))
    for _ in range(2):
        with pytest.raises(errors.AccessDenied, match="denied"):
            second.seen()
    assert fake.calls == ["read", "read", "write", "write", "read"]
    assert first.read() == "ours"
