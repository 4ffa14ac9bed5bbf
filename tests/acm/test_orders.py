"""The order of docs/acm.md matters: the right one loses no request, and each wrong one that the page names does."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.environment import Environment
from tests.acm import page
from tests.acm.conftest import Callers, Shell
from tests.sandbox.data_plane.backend import Backend
from tests.sandbox.data_plane.conftest import ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from apigw_sandbox import Sandbox
    from tests.acm.conftest import PrivateCa

PROPAGATION_SECONDS = 3600


@dataclass
class Move:
    """One stage on its way from the certificate ``old`` to ACM's."""

    sandbox: Sandbox
    backend: Backend
    ca: PrivateCa
    api: str
    old: str

    def old_pem(self) -> str:
        """Of the generated certificate."""
        return next(one.pem for one in self.sandbox.certificates() if one.id == self.old)

    def trust_both(self) -> None:
        """Step 2."""
        self.backend.trust((self.old_pem(), self.ca.pem))

    def trust_ca_alone(self) -> None:
        """Step 6."""
        self.backend.trust((self.ca.pem,))

    def move(self) -> None:
        """Step 4."""
        self.sandbox.console.bind(self.api, "prod", self.ca.arn or self.ca.issue())

    def leave_the_program(self) -> None:
        """Step 5, as the engine deletes a binding that the program no longer declares."""
        props = {
            "apiId": self.api,
            "stageName": "prod",
            "setClientCertificateId": self.old,
            "endpointUrl": self.sandbox.endpoint_url,
            "region": self.sandbox.region,
            "stateVersion": 1,
        }
        engine_run.forget()
        binding.delete(props, Environment())

    def statuses(self, requests: int = 8) -> set[int]:
        """What callers get over new connections; kept ones and resumed sessions show it later."""
        url = self.sandbox.invoke_url(self.api, "prod")
        return {ask(url, x_sandbox_shape="new").status for _ in range(requests)}

    def statuses_by_bound(self) -> dict[str | None, set[int]]:
        """The same by what the gateway took the stage to present; without the nothing of before its first binding."""
        self.statuses(1)
        last = list(self.sandbox.requests.entries())[-1].request
        self.statuses(40)
        met: dict[str | None, set[int]] = {}
        for record in self.sandbox.requests.entries():
            if record.request > last and record.bound:
                met.setdefault(record.bound, set()).add(record.status)
        return met


@pytest.fixture
def move(sandbox: Sandbox, backend: Backend, ca: PrivateCa, monkeypatch: pytest.MonkeyPatch) -> Move:
    """The stage presents the old certificate, which its backend trusts."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    old = sandbox.console.generate_certificate()
    api = sandbox.console.create_rest_api("orders", ["prod"], backend_url=backend.url, proxy=True)
    sandbox.console.bind(api, "prod", old)
    made = Move(sandbox, backend, ca, api, old)
    backend.trust((made.old_pem(),))
    assert made.statuses() == {200}
    return made


def test_in_the_right_order_and_back_no_call_fails(move: Move) -> None:
    """With calls on new, kept and resumed connections at every moment."""
    with Callers(move.sandbox.invoke_url(move.api, "prod")) as callers:
        forth = (move.trust_both, move.move, move.leave_the_program, move.trust_ca_alone, move.ca.issue)
        back = (
            move.trust_both,
            lambda: move.sandbox.console.bind(move.api, "prod", move.old),
            lambda: move.backend.trust((move.old_pem(),)),
        )
        for step in (*forth, *back):
            callers.go_on()
            step()
        callers.go_on()
    assert (callers.failed, callers.statuses.total() > 200) == (0, True)
    assert move.sandbox.presented(move.api, "prod") == move.old


def moved_before_trust(move: Move) -> None:
    """Step 4 before step 2."""
    move.move()
    assert move.statuses() == {500}
    move.trust_both()


def withdrawn_before_move(move: Move) -> None:
    """Step 6 before step 4."""
    move.trust_both()
    move.trust_ca_alone()
    assert move.statuses() == {500}
    move.move()


def withdrawn_while_propagating(move: Move) -> None:
    """Step 6 right behind step 4, on an AWS that takes its time."""
    move.sandbox.change(propagation_seconds=PROPAGATION_SECONDS)
    move.trust_both()
    move.move()
    assert move.statuses_by_bound() == {move.old: {200}, move.ca.arn: {200}}
    move.trust_ca_alone()
    assert move.statuses_by_bound() == {move.old: {500}, move.ca.arn: {200}}
    move.sandbox.change(propagation_seconds=0)


def left_before_move(move: Move) -> None:
    """Step 5 before step 4."""
    move.trust_both()
    move.leave_the_program()
    assert move.sandbox.presented(move.api, "prod") is None
    assert move.statuses() == {500}
    move.move()


def pinned(move: Move) -> None:
    """Steps 2 and 6 with the certificate itself in place of its CA."""
    move.ca.issue()
    move.backend.trust((move.old_pem(), move.ca.leaf))
    move.move()
    assert move.statuses() == {200}
    move.ca.issue()
    assert move.statuses() == {500}
    move.trust_ca_alone()


WRONG: dict[str, Callable[[Move], None]] = {
    "the stage moves before its backend trusts the CA": moved_before_trust,
    "trust in the old certificate is withdrawn before the stage moves": withdrawn_before_move,
    "trust in the old certificate is withdrawn while the move still propagates": withdrawn_while_propagating,
    "the stage leaves the program before it moves": left_before_move,
    "the backend trusts ACM's certificate itself in place of the CA": pinned,
}


@pytest.mark.parametrize("order", page.wrong_orders())
def test_each_wrong_order_that_the_page_names_fails_calls_until_it_is_put_right(move: Move, order: str) -> None:
    """So the order is the reason, and nothing else."""
    WRONG[order](move)
    assert move.statuses() == {200}


def test_one_patch_moves_certificate_and_host_together(
    move: Move, sandbox: Sandbox, ca: PrivateCa, tmp_path: Path
) -> None:
    """For servers that compare fingerprints: each host trusts one of the two alone, and no call meets the other."""
    with contextlib.ExitStack() as ends:
        theirs = ends.enter_context(Backend(sandbox.issue_server_certificate, trusted=(ca.pem,)))
        api = sandbox.console.create_rest_api("two", backend_url="https://${stageVariables.backendHost}/", proxy=True)
        sandbox.console.create_stage(api, "prod", variables={"backendHost": f"localhost:{move.backend.port}"})
        sandbox.console.bind(api, "prod", move.old)
        callers = ends.enter_context(Callers(sandbox.invoke_url(api, "prod")))
        callers.go_on()
        shell = Shell(tmp_path, dict(sandbox.environment))
        shell.set(API=api, ARN=ca.issue(), ACM_HOST=f"localhost:{theirs.port}")
        shell.run(page.both_at_once())
        callers.go_on()
    assert callers.failed == 0
    assert theirs.seen
    assert sandbox.presented(api, "prod") == ca.arn
