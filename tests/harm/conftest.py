"""Requests that flow while ``pulumi up`` runs: the real engine, both hosts, real TLS, and a backend that reads files.

Judged from what the sandbox's journal says, what stages present, what targets hold, what became of requests, and exit
codes. None of our own outputs is believed.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.faulty_proxy import FaultyProxy
from acceptance.pulumi_stack import PulumiStack
from apigw_sandbox import Fault, FaultKind, Sandbox
from apigw_sandbox.clock import wall_now
from tests.e2e.conftest import Account, ok, refused
from tests.harm.reader import Nightly, Reader
from tests.harm.traffic import Traffic
from tests.native.conftest import plugin_entry

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["Scenario", "ok", "refused"]

PROGRAMS = Path(__file__).parent / "programs"
STAGES = ("dev", "prod")
TRUSTED = "trusted.pem"
# TLS servers look at the machine's clock: every certificate of a test was made before now, and lives.
LAST_DAY = 355
BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class Scenario(Account):
    """An account, an API with the stages dev and prod, a backend behind it, one clock, and stacks of one host."""

    def __init__(self, sandbox: Sandbox, folder: Path, host: str) -> None:
        super().__init__(sandbox)
        self.folder, self.host = folder, host
        midnight = wall_now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.start = midnight - timedelta(days=LAST_DAY)
        self.trusted = folder / "dev" / TRUSTED
        self.reader = Reader(sandbox, folder / "reader", self.published)
        self.api = sandbox.console.create_rest_api("orders", STAGES, backend_url=self.reader.url, proxy=True)
        self.at(0)

    def published(self) -> str:
        """What the target holds now."""
        return self.trusted.read_text(encoding="ascii") if self.trusted.exists() else ""

    def edit(self, text: str) -> None:
        """Somebody gives the target another content, as an editor or a deployment does: at once."""
        new = self.folder / "edited"
        new.write_text(text, encoding="ascii")
        new.replace(self.trusted)

    def traffic(self, *stages: str) -> Traffic:
        """Requests to these stages of the API, or to both."""
        return Traffic({stage: self.sandbox.invoke_url(self.api, stage) for stage in stages or STAGES})

    def rotation(self, **props: Any) -> dict[str, Any]:
        """The inputs of a component over both stages that publishes the file which the backend reads; None drops."""
        whole = {
            "stages": {stage: self.place(stage) for stage in STAGES},
            "publish": [{"type": "file", "path": TRUSTED, "content": "python"}],
            "endpointUrl": self.sandbox.endpoint_url,
            **props,
        }
        return {key: value for key, value in whole.items() if value is not None}

    def nightly(self) -> Nightly:
        """From now on the backend reads the target only when it is told to."""
        self.reader.read = nightly = Nightly(self.published)
        return nightly

    def place(self, stage: str) -> dict[str, str]:
        """A stage of the API."""
        return {"restApiId": self.api, "stageName": stage}

    def stack(
        self, name: str = "dev", *, program: str = "component", folder: str = "", backend: str = "backend"
    ) -> PulumiStack:
        """A new stack with one of the programs beside this file; nothing is configured but the host."""
        stack = PulumiStack(self.folder / (folder or name), name, self.folder / backend)
        self.write(stack, (PROGRAMS / f"{program}.py").read_text())
        stack.init()
        stack.configure({"host": self.host, "endpointUrl": self.sandbox.endpoint_url})
        self.follow(stack)
        return stack

    def orders(self, **props: Any) -> PulumiStack:
        """A stack with the rotation ``orders``, not yet run."""
        stack = self.stack()
        self.declare(stack, **props)
        return stack

    def declare(self, stack: PulumiStack, name: str = "orders", **props: Any) -> None:
        """Let the program declare this rotation and no other: ``rotation``'s inputs, and these."""
        self.configure(stack, "rotations", {name: self.rotation(**props)})

    def configure(self, stack: PulumiStack, key: str, value: object) -> None:
        """Replace one configuration value, whatever it held."""
        stack.configure({key: value})

    def write(self, stack: PulumiStack, program: str) -> None:
        """Give a stack's project this program, with the plugin at hand for those that use it."""
        stack.write_project(program, "harm")
        project = stack.folder / "Pulumi.yaml"
        project.write_text(f"{project.read_text()}plugins: {plugin_entry(self.folder)}\n")

    def at(self, day: float) -> None:
        """Set both clocks to so many days after the start."""
        assert day <= LAST_DAY, "a backend would refuse what is made then: not yet valid"
        self.set_clocks(self.start + timedelta(days=day), frozen=True)

    def held(self) -> list[str | None]:
        """The certificates that the target holds, by id, in its order; None for one that the account does not know."""
        known = {sha256(one.pem): one.id for one in self.sandbox.certificates()}
        return [known.get(sha256(pem)) for pem in BLOCK.findall(self.published())]

    def pem(self, certificate_id: str) -> str:
        """A certificate."""
        return next(one.pem for one in self.sandbox.certificates() if one.id == certificate_id)

    def trusted_everywhere(self) -> bool:
        """Whether the target holds what each stage presents."""
        return {self.presented(stage) for stage in STAGES} <= set(self.held())

    def watch(self) -> list[str]:
        """What a request can miss: who presented, when a stage was about to move, what the target did not hold.

        The list fills while runs go on; ``faults.clear`` ends it.
        """
        untrusted: list[str] = []

        def look(_moment: object) -> None:
            held = self.held()
            presented = {stage: self.presented(stage) for stage in STAGES}
            untrusted.extend(stage for stage, found in presented.items() if found is not None and found not in held)

        self.sandbox.faults.add(
            Fault(kind=FaultKind.CALL_BACK, action="UpdateStage", after_effect=False, callback=look)
        )
        return untrusted

    def urn(self, stack: PulumiStack, kind: str, name: str = "") -> str:
        """The URN of the stack's only resource of this kind whose name ends so."""
        found = [one["urn"] for one in stack.export()["deployment"]["resources"]]
        (urn,) = [one for one in found if one.split("::")[2].endswith(f":{kind}") and one.endswith(name)]
        return str(urn)


def sha256(pem: str) -> str:
    """A certificate's fingerprint, by the standard library alone."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


@pytest.fixture(params=["dynamic", "plugin"])
def host(request: pytest.FixtureRequest) -> str:
    """The Python package's dynamic resources, or the plugin."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def scenario(tmp_path: Path, host: str) -> Iterator[Scenario]:
    """A fresh account, a backend that listens, and no stack."""
    with Sandbox() as sandbox:
        made = Scenario(sandbox, tmp_path, host)
        with made.reader:
            yield made


@pytest.fixture
def proxy(scenario: Scenario) -> Iterator[FaultyProxy]:
    """What stands between the provider and the sandbox, where a stack is given its URL."""
    with FaultyProxy(scenario.sandbox.endpoint_url) as made:
        yield made
