"""``Sandbox``: a local API Gateway for the length of a ``with`` block."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from typing import TYPE_CHECKING, Any

from apigw_sandbox import console
from apigw_sandbox.control_plane import DEFAULT_ACCOUNT, DEFAULT_REGION, ControlPlane
from apigw_sandbox.data_plane.listener import Listener
from apigw_sandbox.data_plane.user_requests import invocation_url
from apigw_sandbox.front import Front
from apigw_sandbox.server import LoopbackServer

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from apigw_sandbox.behaviour import Behaviour
    from apigw_sandbox.certificates import ClientCertificate
    from apigw_sandbox.clock import SandboxClock
    from apigw_sandbox.data_plane.request_log import RequestLog
    from apigw_sandbox.faults import Faults, Hostile
    from apigw_sandbox.journal import Journal
    from apigw_sandbox.moto_extension.backends import StageView

_one_at_a_time = threading.Lock()


class Sandbox:
    """A local API Gateway on loopback, control plane and data plane, with SSM, S3, Secrets Manager and STS beside it.

    One at a time per process, because moto's state belongs to the process; each starts clean.

    Args:
        account_id: The account that STS names.
        region: The region of ``console``, ``certificates`` and ``stages``, and the default of clients.
        behaviour: The switches at the start and after ``reset``.
        hostile: The preset of faults at the start and after ``reset``; its seed is logged.
        host: A loopback address.
        port: 0 for a free one.
    """

    def __init__(  # noqa: PLR0913 - each is one choice of its own
        self,
        *,
        account_id: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
        behaviour: Behaviour | None = None,
        hostile: Hostile | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._plane = ControlPlane(account_id=account_id, region=region, behaviour=behaviour, hostile=hostile)
        self._host = host
        self._port = port
        self._server: LoopbackServer | None = None
        self._ending = contextlib.ExitStack()
        self.console = console.ByHand(self._plane)

    def __enter__(self) -> Self:
        """Start; raises ``RuntimeError`` while another sandbox of this process runs."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Serve an empty account; the context manager is the better way."""
        if not _one_at_a_time.acquire(blocking=False):
            raise RuntimeError("another Sandbox runs in this process; moto's state cannot be shared")
        with contextlib.ExitStack() as ending:
            ending.callback(_one_at_a_time.release)
            console.forget_everything(self._plane)
            self._plane.faults.announce()
            ending.callback(self._plane.keys.close)
            self._plane.data_plane.start()
            ending.callback(self._plane.data_plane.stop)
            server = LoopbackServer(Front(self._plane), host=self._host, port=self._port)
            ending.callback(self._plane.faults.end_era)
            ending.callback(server.stop)
            listener = Listener(self._plane.data_plane, self._host)
            ending.callback(listener.stop)
            server.start()
            listener.start()
            self._server = server
            self._ending = ending.pop_all()

    def stop(self) -> None:
        """Stop serving; harmless when not running. Journal, requests and certificates stay readable.

        Requests that wait for a backend are broken off and recorded.
        """
        self._server = None
        self._ending.close()

    def reset(self) -> None:
        """The account as at the start, without a restart: state, journal, requests, switches, clock and faults."""
        console.forget_everything(self._plane)

    @property
    def endpoint_url(self) -> str:
        """The URL for every service; raises ``RuntimeError`` unless running."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running; use it as a context manager")
        return self._server.url

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point an AWS SDK at the sandbox, and nowhere else."""
        return environment(self.endpoint_url, self._plane.region)

    @property
    def account_id(self) -> str:
        """The account that STS names."""
        return self._plane.account_id

    @property
    def region(self) -> str:
        """The default region."""
        return self._plane.region

    @property
    def clock(self) -> SandboxClock:
        """The time that certificates and the journal are dated by."""
        return self._plane.clock

    @property
    def journal(self) -> Journal:
        """Every call in the order of its effect."""
        return self._plane.journal

    @property
    def behaviour(self) -> Behaviour:
        """The switches; assign another ``Behaviour`` to change them."""
        return self._plane.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        with self._plane.lock:
            self._plane.behaviour = behaviour

    @property
    def faults(self) -> Faults:
        """What goes wrong with which calls: see ``apigw_sandbox.faults``."""
        return self._plane.faults

    @property
    def requests(self) -> RequestLog:
        """Every request to a stage, in the order in which they ended."""
        return self._plane.data_plane.requests

    @property
    def ca_pem(self) -> str:
        """The authority that backends' certificates must come from; made for this sandbox."""
        return self._plane.data_plane.authority.pem

    def issue_server_certificate(self, *names: str) -> tuple[str, str]:
        """Certificate chain and private key (PEM) for a backend at these DNS names or IP addresses."""
        return self._plane.data_plane.authority.issue(*names)

    def invoke_url(self, api_id: str, stage_name: str, path: str = "/") -> str:
        """Where a REST stage is called; ``path``, percent-encoded, may hold a query. ``RuntimeError`` unless running.

        It is on a port of its own, which keeps connections open; ``endpoint_url`` serves the same paths.
        """
        if self._server is None:
            raise RuntimeError("the sandbox is not running; use it as a context manager")
        return invocation_url(self._plane.data_plane.url, api_id, stage_name, path)

    def change(self, **switches: object) -> None:
        """Change single switches: ``sandbox.change(throttle=True)``; raises ``ValueError``."""
        self.behaviour = self.behaviour.changed(switches)

    def certificates(self) -> tuple[ClientCertificate, ...]:
        """The certificates of the region, oldest first, private keys included."""
        return console.certificates(self._plane)

    def stages(self) -> tuple[StageView, ...]:
        """Every stage of the region with what it presents."""
        return console.stages(self._plane)

    def presented(self, api_id: str, stage_name: str) -> str | None:
        """What a stage presents, or None; raises ``KeyError`` for a stage that is not there."""
        return {(stage.api_id, stage.stage_name): stage.client_certificate_id for stage in self.stages()}[
            api_id, stage_name
        ]

    def client(self, service: str, **options: Any) -> Any:  # noqa: ANN401 - boto3 makes its client classes at run time
        """A boto3 client at this sandbox that never retries; ``options`` go to boto3."""
        from botocore.config import Config  # noqa: PLC0415 - only tests that want a client pay for boto3

        settings: dict[str, Any] = {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": "sandbox",
            "aws_secret_access_key": "sandbox",
            "config": Config(retries={"total_max_attempts": 1}, proxies={}),
        }
        return self._session.client(service, **{**settings, **options})

    @functools.cached_property
    def _session(self) -> Any:  # noqa: ANN401 - boto3 makes its client classes at run time
        """One session for all clients (it loads the service models), deaf to the user's profiles and files."""
        import boto3  # noqa: PLC0415 - only tests that want a client pay for boto3
        import botocore.session  # noqa: PLC0415 - same

        nothing = {
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
        core: Any = botocore.session.Session
        return boto3.session.Session(botocore_session=core(session_vars=nothing))


def environment(endpoint_url: str, region: str) -> dict[str, str]:
    """Variables that point an AWS SDK at a sandbox, keep it from any real account, and its calls from any proxy.

    An inherited ``AWS_PROFILE`` or ``AWS_ENDPOINT_URL_<SERVICE>`` would still win; unset them.
    """
    no_proxy = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost,::1")))
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_SESSION_TOKEN": "",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }
