"""What the engine calls: each method unpacks, asks the lifecycle, and packs. No rule lives here."""

# ruff: noqa: N802 - the methods have the names of the protocol
from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from apigw_client_cert import errors
from apigw_client_cert.gateway.wait_limit import WaitLimit
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.asserted_stages import AssertedStages
from apigw_client_cert.lifecycle.binding.outputs import LACKED_AT
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.failed_step import DEFER, Unfinished
from apigw_client_cert.lifecycle.inputs import changed
from apigw_client_cert.lifecycle.looks import LOOKS
from apigw_client_cert.native import preview
from apigw_client_cert.native.configuration import CONFIGURATION, check_configuration, configured
from apigw_client_cert.native.difference import detailed_diff
from apigw_client_cert.native.engine import INFO, WARNING, EngineLog
from apigw_client_cert.native.failures import HalfDone, clean, raise_alone
from apigw_client_cert.native.guard import Guard
from apigw_client_cert.native.imports import imported
from apigw_client_cert.native.resource_types import (
    CERTIFICATE,
    PACKAGE,
    filled,
    kind_of,
    strangers,
    unfollowed,
)
from apigw_client_cert.native.schema import committed
from apigw_client_cert.native.structs import plain, struct_of
from apigw_client_cert.native.under_way import UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import grpc  # type: ignore[import-untyped]  # grpcio ships no types
    from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # protobuf ships no types

    from apigw_client_cert.lifecycle.results import Checked
    from apigw_client_cert.native.resource_types import Kind

    _Acting = (
        provider_pb2.CreateRequest | provider_pb2.ReadRequest | provider_pb2.UpdateRequest | provider_pb2.DeleteRequest
    )

_DiffResponse = provider_pb2.DiffResponse


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """The resource provider of one process. Thread-safe: between calls it holds configuration only.

    ``DiffConfig`` is left unimplemented: any answer would keep a changed configuration from ``Configure``
    (docs/pulumi.md §3.2).

    Args:
        environment: The world outside; tests give a fake one.
        log: Where lines for the user go.
    """

    def __init__(self, environment: Environment | None = None, log: EngineLog | None = None) -> None:
        self._environment = environment or Environment(looks=LOOKS)
        self._log = log or EngineLog()
        self._configuration: dict[str, Any] = {}
        self._own_reference = ""
        self._stop = threading.Event()
        self._board: AssertedStages | None = None
        if self._log.address:
            self._join_the_run()

    def close(self) -> None:
        """Leave the run of the engine."""
        if self._board is not None:
            self._board.close()

    def cancel(self) -> None:
        """Begin no further call to AWS; the ones in flight end by themselves."""
        self._stop.set()

    @clean
    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Learn where the engine is."""
        if request.engine_address and request.engine_address != self._log.address:
            self._log.connect(request.engine_address)
            self._join_the_run()
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_outputs=True)

    @clean
    def Attach(self, request: plugin_pb2.PluginAttach, _context: grpc.ServicerContext) -> Empty:
        """Serve one more run of the engine in a process that a debugger started."""
        self._log.connect(request.address)
        self._join_the_run()
        return Empty()

    @clean
    def GetPluginInfo(self, _request: Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version, as the schema has it."""
        return plugin_pb2.PluginInfo(version=committed.version())

    @clean
    def GetSchema(
        self, _request: provider_pb2.GetSchemaRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """The committed schema."""
        return provider_pb2.GetSchemaResponse(schema=committed.text())

    @clean
    def CheckConfig(
        self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Validate the provider's configuration."""
        return _checked(check_configuration(plain(request.news)), request.news)

    @clean
    def Configure(
        self, request: provider_pb2.ConfigureRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Remember the configuration; no connection is made yet."""
        self._configuration = _configuration(request)
        self._own_reference = f"{request.urn}::{request.id}" if request.urn and request.id else ""
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptSecrets=True, acceptOutputs=True)

    @clean
    def Check(self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Validate the inputs of one resource."""
        kind = kind_of(request.urn)
        news = filled(kind, request.urn, configured(kind, plain(request.news), self._configuration))
        olds = plain(request.olds)
        checked = kind.lifecycle.check(olds, news)
        failures = {**strangers(kind.name, news, kind.inputs, kind.outputs), **checked.failures}
        unfollowing = unfollowed(kind, news)
        if olds:
            # What an older release accepted is not refused before it harms: it is said in each run.
            for line in unfollowing.values():
                self._log.sayer(request.urn, WARNING)(line)
        elif not failures:
            failures = unfollowing
        return _checked(replace(checked, failures=failures), request.news)

    @clean
    def Diff(self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Say whether a step is due, and what it will change."""
        kind, olds, news = kind_of(request.urn), plain(request.olds), plain(request.news)
        environment = replace(self._environment, say=self._log.sayer(request.urn, WARNING))
        difference = kind.lifecycle.diff(olds, news, environment)
        if not difference.changes:
            return _DiffResponse(changes=_DiffResponse.DIFF_NONE)
        if difference.replaces:
            after = {**olds, **{key: value for key, value in news.items() if key not in kind.unkept}}
        else:
            after = preview.after_update(kind, olds, news, self._environment)
        detail = detailed_diff(olds, after, kind.inputs, difference.replaces)
        return _DiffResponse(
            changes=_DiffResponse.DIFF_SOME,
            replaces=list(difference.replaces),
            diffs=list(detail),
            detailedDiff=detail,
            hasDetailedDiff=bool(detail),
        )

    @clean
    def Create(
        self, request: provider_pb2.CreateRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Make it, or at preview say what is known of it."""
        kind, news, like = kind_of(request.urn), plain(request.properties), [request.properties]
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=struct_of(preview.after_create(kind, news), like, kind.repeats)
            )
        guard = self._guard(request)
        try:
            resource_id, state = kind.lifecycle.create(news, guard.over(self._environment, self._say(request.urn)))
        except Unfinished as left:
            resource_id, state = kind.identified(news), left.in_run(self._log.address)
            if not news.get(DEFER):
                half = HalfDone(resource_id, struct_of(state, like, kind.repeats), request.properties)
                raise_alone(left.error, half, saved=guard.changed)
            self._say(request.urn)(left.line)
        except Exception as error:
            resource_id = kind.identified(news)
            seen = self._observed(kind, resource_id, news, guard) if guard.changed else None
            if seen is None:
                raise
            raise HalfDone(resource_id, struct_of(seen, like, kind.repeats), request.properties) from error
        return provider_pb2.CreateResponse(id=resource_id, properties=struct_of(state, like, kind.repeats))

    @clean
    def Read(self, request: provider_pb2.ReadRequest, _context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Notice what others did; or import, which the engine asks for with nothing but an id."""
        kind, state = kind_of(request.urn), plain(request.properties)
        environment = self._guard(request).over(self._environment, self._say(request.urn))
        if not state:
            inputs = filled(kind, request.urn, configured(kind, {}, self._configuration))
            made = imported(kind, request.id, inputs, environment)
            return provider_pb2.ReadResponse(
                id=request.id, inputs=struct_of(made.inputs), properties=struct_of(made.state)
            )
        found = kind.lifecycle.read(request.id, state, environment)
        if found is None:
            return provider_pb2.ReadResponse()
        state = struct_of(found[1], [request.properties], kind.repeats)
        return provider_pb2.ReadResponse(id=found[0], inputs=request.inputs, properties=state)

    @clean
    def Update(
        self, request: provider_pb2.UpdateRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Perform the step that is due, or at preview say what it will change."""
        kind, olds, news, like = kind_of(request.urn), plain(request.olds), plain(request.news), [request.news]
        if request.preview:
            foreseen = preview.after_update(kind, olds, news, self._environment)
            return provider_pb2.UpdateResponse(properties=struct_of(foreseen, like, kind.repeats))
        guard = self._guard(request)
        try:
            state = kind.lifecycle.update(olds, news, guard.over(self._environment, self._say(request.urn)))
        except Unfinished as left:
            state = left.in_run(self._log.address)
            if not news.get(DEFER):
                half = HalfDone(request.id, struct_of(state, like, kind.repeats), request.news)
                # What an update saw is kept, too: a scan is a certificate's step, and a lead begins with what lacked.
                # So is that take_over was off: it is said anew by the run that switches it on.
                learnt = kind is CERTIFICATE or bool(changed(olds, state, (LACKED_AT, "takeOver")))
                raise_alone(left.error, half, saved=guard.changed or learnt)
            self._say(request.urn)(left.line)
        except Exception as error:
            if not guard.changed:
                raise
            seen = self._observed(kind, request.id, olds, guard)
            kept = request.olds if seen is None else struct_of(seen, [request.olds], kind.repeats)
            raise HalfDone(request.id, kept, request.old_inputs) from error
        return provider_pb2.UpdateResponse(properties=struct_of(state, like, kind.repeats))

    @clean
    def Delete(self, request: provider_pb2.DeleteRequest, _context: grpc.ServicerContext) -> Empty:
        """Remove it, or refuse."""
        environment = self._guard(request).over(self._environment, self._log.sayer(request.urn, INFO))
        kind_of(request.urn).lifecycle.delete({**plain(request.properties), "owner": request.urn}, environment)
        return Empty()

    @clean
    def Construct(
        self, request: provider_pb2.ConstructRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """The component: registers certificate, bundle and bindings with the engine."""
        from apigw_client_cert.native.construct import construct  # noqa: PLC0415 - few runs construct anything

        return construct(request, self._log.address, self._own_reference, self._stop)

    @clean
    def Invoke(
        self, request: provider_pb2.InvokeRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """A function: an answer from its arguments and the clock alone."""
        from apigw_client_cert.native.functions import invoke  # noqa: PLC0415 - few runs ask for anything

        checked = invoke(request.tok, plain(request.args), self._environment)
        # ``return`` is a word of Python.
        return provider_pb2.InvokeResponse(
            failures=_failures(checked.failures), **{"return": struct_of(checked.inputs)}
        )

    def Cancel(self, _request: Empty, _context: grpc.ServicerContext) -> Empty:
        """Ctrl-C, and the end of every run."""
        self.cancel()
        return Empty()

    def _join_the_run(self) -> None:
        """A run that this process knows nothing of yet; its other plugin processes assert stages, too."""
        self.close()
        engine_run.forget()
        self._board = AssertedStages(self._log.address, self._log.sayer("", WARNING))
        engine_run.share(self._board)
        UNDER_WAY.share(self._board)

    def _say(self, urn: str) -> Any:  # noqa: ANN401 - World's callable
        return self._log.sayer(urn, WARNING)

    def _guard(self, request: _Acting) -> Guard:
        """For one call of the engine, whose ``timeout`` is the resource's customTimeout, 0 where it has none."""
        return Guard(self._stop, WaitLimit.until(request.timeout, self._log.progress(request.urn)))

    def _observed(self, kind: Kind, resource_id: str, state: Mapping[str, Any], failed: Guard) -> dict[str, Any] | None:
        """What is there after a call that failed half way; None where it cannot be told. Looks in spite of Cancel."""
        looking = Guard(threading.Event(), failed.wait_limit).over(self._environment, lambda _line: None)
        try:
            found = kind.lifecycle.read(resource_id, state, looking)
        except errors.RotationError:
            return None
        return None if found is None else found[1]


def _checked(checked: Checked, news: Struct) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(
        inputs=struct_of(checked.inputs, [news]),
        failures=_failures(checked.failures),
    )


def _failures(found: Mapping[str, str]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in found.items()]


def _configuration(request: provider_pb2.ConfigureRequest) -> dict[str, Any]:
    found = plain(request.args)
    if not found:
        prefix = f"{PACKAGE}:config:"
        found = {key.removeprefix(prefix): value for key, value in request.variables.items()}
    return {key: found[key] for key in CONFIGURATION if key in found}
