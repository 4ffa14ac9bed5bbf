"""One sandbox per process with one real boto3 client: what all examples run against, and what they look at."""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.ssm.models import ssm_backends

from acceptance.model.engine import KilledError
from acceptance.model.seen import ROTATION_TAG, Certificate, Snapshot, Write, fingerprint
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection
from apigw_sandbox import Sandbox, minting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric import rsa

    from apigw_sandbox.journal import JournalEntry

OTHER_ACCOUNT = "210987654321"
START = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
_SERVICES = ("apigateway", "apigatewayv2", "ssm", "sts")
# An RSA key costs 0.1 s, as much as three steps; each certificate has a serial of its own all the same.
_KEYS = 16


@dataclass(frozen=True, kw_only=True)
class Kill:
    """When a run is killed: before or after the effect of its ``number``-th call; only ``changes`` count, or all.

    The write of a file is such a change.
    """

    changes: bool = False
    number: int = 1
    after: bool = True


class Tripwire:
    """Counts the calls and file writes of a run, and kills it at one of them."""

    def __init__(self) -> None:
        self._kill: Kill | None = None
        self._count = 0
        self.overlooks = 0

    def set(self, kill: Kill | None) -> None:
        """From here on count anew; None kills nothing."""
        self._kill = kill
        self._count = 0

    def overlook(self, **_event: Any) -> object:
        """GetClientCertificate: so many answers are NotFound, whatever there is; None lets the call be sent."""
        if not self.overlooks:
            return None
        self.overlooks -= 1
        error = {"Code": "NotFoundException", "Message": "Invalid Client Certificate identifier specified"}
        return AWSResponse("", 404, HTTPHeaders(), None), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 404}}

    def before(self, model: Any = None, **_event: Any) -> None:
        """A call is about to be sent."""
        if self._kill is not None and (_changes(model) or not self._kill.changes):
            self._count += 1
            self._pull(self._kill, after=False)

    def after(self, model: Any = None, **_event: Any) -> None:
        """A call was answered."""
        if self._kill is not None and (_changes(model) or not self._kill.changes):
            self._pull(self._kill, after=True)

    def _pull(self, kill: Kill, *, after: bool) -> None:
        if self._count > kill.number or (self._count == kill.number and kill.after is after):
            raise KilledError


def _changes(model: Any) -> bool:
    return model is None or not str(model.name).startswith("Get")


class Cloud:
    """The sandbox, reset for each example, and the package's client, which never sleeps."""

    _running: ClassVar[Cloud | None] = None

    def __init__(self) -> None:
        self._ending = contextlib.ExitStack()
        self.sandbox = self._ending.enter_context(Sandbox())
        self._environ = {name: os.environ.get(name) for name in self.sandbox.environment}
        os.environ.update(self.sandbox.environment)
        keys = deque(minting._new_key() for _ in range(_KEYS))  # noqa: SLF001 - the pool makes each key once
        self._keys = keys
        minting._new_key = self._next_key  # noqa: SLF001 - see _KEYS
        self.folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory(prefix="model-")))
        self.tripwire = Tripwire()
        self.connection = {"endpointUrl": self.sandbox.endpoint_url, "region": self.sandbox.region}
        place = Connection(region=self.sandbox.region, endpoint_url=self.sandbox.endpoint_url)
        self.client = Client(place, sleep=lambda _seconds: None, jitter=lambda: 1.0)
        for name in _SERVICES:
            events = self.client.service(name).meta.events
            events.register("before-call", self.tripwire.before)
            events.register("after-call", self.tripwire.after)
        events = self.client.service("apigateway").meta.events
        events.register("before-call.api-gateway.GetClientCertificate", self.tripwire.overlook)
        self.ssm = self.sandbox.client("ssm")
        self.writes: list[Write] = []
        self.closed: set[str] = set()

    @classmethod
    def running(cls) -> Cloud:
        """The process's one, started when it is first needed and stopped at the end at the latest."""
        if cls._running is None:
            cls._running = cls()
            atexit.register(cls.stop)
        return cls._running

    @classmethod
    def stop(cls) -> None:
        """Let other tests of this process have a sandbox."""
        running, cls._running = cls._running, None
        if running is not None:
            running.close()

    def close(self) -> None:
        """Stop the sandbox and give the environment back."""
        for name, value in self._environ.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        self._ending.close()

    def fresh(self) -> None:
        """An empty account at the start of time, and no files."""
        self.sandbox.reset()
        self.sandbox.faults.clear()
        self.sandbox.clock.set(START, frozen=True)
        self.tripwire.set(None)
        self.closed.clear()
        for file in self.folder.iterdir():
            file.unlink()

    def now(self) -> datetime:
        """The account's time, which is the runs' time."""
        return self.sandbox.clock.now().replace(microsecond=0)

    def forward(self, by: timedelta) -> None:
        """Time passes."""
        self.sandbox.clock.set(self.sandbox.clock.now() + by, frozen=True)

    def calls(self, since: int) -> tuple[JournalEntry, ...]:
        """What came over the API since a mark."""
        return self.sandbox.journal.calls(since=since)

    def snapshot(self, addresses: tuple[str, ...]) -> Snapshot:
        """Look, without a call that the journal would show."""
        return Snapshot(
            now=self.now(),
            mark=self.sandbox.journal.last_number,
            certificates={one.id: _certificate(one) for one in self.sandbox.certificates()},
            presents={str(stage): stage.client_certificate_id for stage in self.sandbox.stages()},
            targets={address: self.content(address) for address in addresses},
        )

    def content(self, address: str) -> str | None:
        """What a target holds."""
        kind, _, name = address.partition(" ")
        if kind == "file":
            file = Path(name)
            return file.read_text() if file.exists() else None
        parameter = ssm_backends[self.sandbox.account_id][self.sandbox.region].get_parameter(name)
        return None if parameter is None else str(parameter.value)

    def write(self, address: str, content: str | None) -> None:
        """Somebody else writes a target, or removes it."""
        kind, _, name = address.partition(" ")
        if kind == "file":
            if content is None:
                Path(name).unlink(missing_ok=True)
            else:
                Path(name).write_text(content)
        elif content is None:
            self.ssm.delete_parameters(Names=[name])
        else:
            self.ssm.put_parameter(Name=name, Value=content, Type="String", Overwrite=True)

    @contextlib.contextmanager
    def noting_write(self, address: str) -> Iterator[None]:
        """A run writes a target meanwhile, and may die of it."""
        mark, before = self.sandbox.journal.last_number, self.content(address)
        try:
            yield
        finally:
            self.writes.append(Write(mark=mark, address=address, before=before, after=self.content(address)))

    @contextlib.contextmanager
    def other_account(self) -> Iterator[None]:
        """The credentials are another account's meanwhile, which has everything under the same names."""
        self.client._account = (OTHER_ACCOUNT,)  # noqa: SLF001 - the sandbox has one account
        try:
            yield
        finally:
            self.client._account = None  # noqa: SLF001 - as above

    def _next_key(self) -> rsa.RSAPrivateKey:
        self._keys.rotate()
        return self._keys[0]


def _certificate(one: Any) -> Certificate:
    return Certificate(
        id=one.id,
        expires=one.expiration_date,
        created=one.created_date,
        sha256=fingerprint(one.pem),
        rotation=one.tags.get(ROTATION_TAG),
        pem=one.pem,
    )
