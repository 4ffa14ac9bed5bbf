"""boto3: the only place that makes sessions and clients, sends again, and waits.

One ``Client`` per ``Connection`` and process. Pulumi's engine calls from four threads, and making a client from a
shared session is not thread-safe (https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html), so it
happens under a lock; the clients themselves are thread-safe. Importing this module loads no boto3.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import AccessDenied, EndpointUnreachable, OutcomeUnknown, Retryable
from apigw_client_cert.gateway import wait_limit
from apigw_client_cert.gateway.answers import Call
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.assumed_role import SESSION_NAME, AssumedRole
from apigw_client_cert.gateway.connection import is_plain
from apigw_client_cert.gateway.emulators import note_endpoint
from apigw_client_cert.gateway.failures import (
    bad_endpoint,
    no_answer,
    no_credentials,
    no_region,
    plain_endpoint,
    translated,
    understood,
)
from apigw_client_cert.gateway.quoting import speakable
from apigw_client_cert.gateway.sending import NothingLeft, Resend, sending
from apigw_client_cert.gateway.waiting import Retries

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.gateway.sending import Look

_CONNECT_TIMEOUT_SECONDS: Final = 5
_READ_TIMEOUT_SECONDS: Final = 30
_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
# A user, an assumed role's session, a federated user, or the account's root; a path of a user has up to 512 characters.
_CALLER: Final = re.compile(r"arn:[a-z-]+:(?:iam|sts)::[0-9]{12}:[!-~]{1,700}")


class Client:
    """AWS in one account and region: calls by operation name, errors in our words.

    Args:
        connection: Where and as whom.
        sleep: What waits; tests give one that only counts.
        jitter: Numbers in [0, 1) that spread the waits.

    Raises:
        BadInput: no region anywhere, an unknown profile, an ``endpoint_url`` that is no URL.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        sleep: Callable[[float], object] = time.sleep,  # noqa: TID251 - the one place that waits
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.connection = connection
        self._sleep = sleep
        self._resend = Resend(Retries(jitter), sleep)
        # Three locks: a call may fetch the role's credentials, under a lock of botocore's, and ask here for an STS
        # client; with one lock, account_id() in a second thread would wait for the first and be waited for.
        self._lock = threading.Lock()
        self._role_lock = threading.Lock()
        self._account_lock = threading.Lock()
        self._services: dict[str, Any] = {}
        self._account: tuple[str | None] | None = None
        #: The ARN of the credentials, from the answer that named the account; None before, and where there was none.
        self.caller: str | None = None
        with translated(Call("sts", "AssumeRole")):
            self._session = self._new_session()
        self.region: str = self._session.region_name or ""
        if not self.region:
            raise no_region()

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn``, ``aws-us-gov`` …, as botocore's endpoint data say for the region."""
        with translated(Call("apigateway", "GetClientCertificates")):
            return str(self._session.get_partition_for_region(self.region))

    def account_id(self) -> str | None:
        """The account of the credentials, asked once; None where STS is denied, silent or out of reach.

        Raises:
            NoCredentials: without credentials no other call works either.
        """
        with self._account_lock:
            if self._account is None:
                try:
                    answer = self.call("sts", "GetCallerIdentity")
                    said, arn = str(answer.get("Account")), str(answer.get("Arn"))
                    self._account = (said if _ACCOUNT_ID.fullmatch(said) else None,)
                    self.caller = arn if _CALLER.fullmatch(arn) else None
                except (AccessDenied, EndpointUnreachable, Retryable, OutcomeUnknown):
                    self._account = (None,)
            return self._account[0]

    def call(
        self,
        service: str,
        operation: str,
        *,
        subject: str = "",
        expected: Collection[str] = (),
        look_again: Look | None = None,
        **parameters: object,
    ) -> Mapping[str, Any]:
        """Perform one operation, sent again as ``retries.py`` rules.

        Args:
            service: As boto3 names it, such as ``apigatewayv2``.
            operation: As AWS names it, such as ``UpdateStage``.
            subject: The id, stage or path concerned, for error messages.
            expected: Error codes that the caller handles: raised as ``Answered``.
            look_again: For a change that could harm somebody: taken before each further try.
            parameters: The operation's input.

        Returns:
            botocore's parsed answer; nothing in it where the look found that nothing is left to do.
        """
        call = Call(service, operation, subject)
        with sending(call, look_again), translated(call, expected):
            perform = getattr(self.service(service), _method(operation))
            try:
                with understood(call):
                    return _genuine(call, perform(**parameters))
            except NothingLeft:
                return {}

    def pages(
        self,
        service: str,
        operation: str,
        *,
        page_size: int,
        expected: Collection[str] = (),
        parameters: Mapping[str, object] | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        """The pages of a listing operation that botocore has a paginator for; errors as in ``call``."""
        call = Call(service, operation)
        with translated(call, expected):
            paginator = self.service(service).get_paginator(_method(operation))
            pages = iter(paginator.paginate(PaginationConfig={"PageSize": page_size}, **(parameters or {})))
        while True:
            with translated(call, expected), understood(call):
                page = next(pages, None)
            if page is None:
                return
            yield _genuine(call, page)

    def pause(self, seconds: float) -> None:
        """Wait for something that AWS carries out a moment after its answer, or what is left of the engine's limit."""
        self._sleep(min(seconds, wait_limit.current().left()))

    def service(self, name: str) -> Any:  # noqa: ANN401 - boto3 builds client classes at run time
        """The boto3 client of one service, made once."""
        with self._lock:
            if name not in self._services:
                self._services[name] = self._prepared(name, self._new_client(name))
            return self._services[name]

    def _new_client(self, name: str) -> Any:  # noqa: ANN401 - boto3 builds client classes at run time
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - loaded on first need

        try:
            return self._session.client(name, **self._options())
        except BotoCoreError:
            # Some of these are ValueErrors too.
            raise
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError):
                raise no_credentials("credential_process printed something that is no JSON") from speakable(error)
            raise bad_endpoint(self.connection.endpoint_url or "") from speakable(error)

    def _options(self) -> dict[str, Any]:
        from botocore.config import Config  # noqa: PLC0415 - loaded on first need

        endpoint = self.connection.endpoint_url
        return {
            "endpoint_url": endpoint,
            "config": Config(
                connect_timeout=_CONNECT_TIMEOUT_SECONDS,
                read_timeout=_READ_TIMEOUT_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 1},
                user_agent_extra=SESSION_NAME,
                # A bucket name as a sub-domain resolves at AWS only.
                s3={"addressing_style": "path"} if endpoint else None,
                # What is signed for this machine goes through no proxy, which has another 127.0.0.1.
                proxies={} if self.connection.is_loopback else None,
            ),
        }

    def _new_session(self) -> Any:  # noqa: ANN401 - boto3 ships no types
        import boto3  # noqa: PLC0415 - loaded on first need
        import botocore.session  # noqa: PLC0415 - loaded on first need

        wanted = self.connection
        source: Any = boto3.Session(profile_name=wanted.profile, region_name=wanted.region)
        if wanted.assume_role_arn is None:
            return source
        core: Any = botocore.session.Session(profile=wanted.profile)
        core.register_component(
            "credential_provider", AssumedRole(source, wanted.assume_role_arn, partial(self._role_client, source))
        )
        return boto3.Session(botocore_session=core, region_name=source.region_name)

    def _role_client(self, source: Any, service: str, **credentials: Any) -> Any:  # noqa: ANN401 - botocore calls it
        """The STS client that botocore's credential fetcher asks for, from the session before the role."""
        with self._role_lock:
            client = source.client(service, **self._options(), **credentials)
        return self._prepared(service, client)

    def _prepared(self, service: str, client: Any) -> Any:  # noqa: ANN401 - boto3 builds client classes at run time
        """The client, with our rule in the place of botocore's own; none that asks another machine without TLS."""
        if is_plain(client.meta.endpoint_url):
            raise plain_endpoint(client.meta.endpoint_url)
        client.meta.events.register("after-call", note_endpoint)
        client.meta.events.register("needs-retry", partial(self._resend, service), "apigw-client-cert-retries")
        return client


def pause(seconds: float) -> None:
    """Wait between two looks at something that is on its way."""
    time.sleep(seconds)  # noqa: TID251 - the one place that waits


_clients: dict[Connection, Client] = {}
_gateways: dict[Connection, ApiGateway] = {}
_cache_lock = threading.RLock()


def client_for(connection: Connection) -> Client:
    """The process's one client of this connection; raises what ``Client`` raises and then caches nothing."""
    with _cache_lock:
        if connection not in _clients:
            _clients[connection] = Client(connection)
        return _clients[connection]


def gateway_for(connection: Connection) -> Gateway:
    """The process's one gateway of this connection; raises what ``Client`` raises and then caches nothing."""
    with _cache_lock:
        if connection not in _gateways:
            _gateways[connection] = ApiGateway(client_for(connection))
        return _gateways[connection]


def _genuine(call: Call, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, unless it is the HTML page of a proxy, which botocore reads as an answer with nothing in it.

    An in-use scan must not take such a page for "no stages". Emulators that label good answers as HTML pass.
    """
    content_type = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-type", "")
    if call.reads and "html" in content_type and set(answer) == {"ResponseMetadata"}:
        raise no_answer(call)
    return answer


def _method(operation: str) -> str:
    from botocore import xform_name  # noqa: PLC0415 - loaded on first need

    return str(xform_name(operation))
