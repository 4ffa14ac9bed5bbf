"""The Pulumi dynamic hosts. THIS MODULE PATH AND THE PROVIDER CLASS NAMES ARE RECORDED IN STATE: never move them.

The engine stores a pickle that names module and class (docs/pulumi.md §1.3). The provider classes hold
no attributes: an attribute would be frozen into state, and a set, client or lock would make every pickle differ.
Everything they do is in ``lifecycle/``; what goes in and what comes out is declared in ``program/``.
"""

from __future__ import annotations

import atexit
import functools
import sys
import traceback
from pathlib import PurePath
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime.rpc import UNKNOWN

from apigw_client_cert.errors import RotationError
from apigw_client_cert.lifecycle.failed_step import Unfinished

if TYPE_CHECKING:
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.results import Checked, Difference, Lifecycle

Properties = dict[str, Any]
# Where the dynamic host keeps the pickle, in inputs and outputs (docs/pulumi.md §1.3).
PROVIDER_KEY = "__provider"

# The program that Pulumi starts for dynamic providers.
_HOST: Final = "pulumi.dynamic.__main__"


class Wording(ModuleType):
    """``traceback`` as the dynamic host uses it: an error of ours is its message, everything else is as ever.

    Up to SDK 3.259 the host let gRPC put ``Exception calling application: `` before the message. Since 3.260 it answers
    with ``traceback.format_exc()``: the whole chain of causes, botocore's among them, of which the engine shows the
    first line in the resource's row and all of it in the diagnostics. Nothing else in that function can be changed from
    here: a second ``context.abort`` overrides the first, and what is no ``Exception`` leaves the engine without an
    answer. What is left is the host's own name ``traceback``.
    """

    def __init__(self) -> None:
        super().__init__(traceback.__name__, traceback.__doc__)

    def format_exc(self, *limits: Any, **options: Any) -> str:  # noqa: ANN401 - handed on as they are
        """What the host answers for the exception that it handles; a bug keeps its traceback."""
        error = sys.exc_info()[1]
        return str(error) if isinstance(error, RotationError) else traceback.format_exc(*limits, **options)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(traceback, name)


def say_messages_only() -> None:
    """Do so where this process is the dynamic host, and its SDK one that answers with tracebacks.

    An SDK that words its answers in a third way is left alone; tests/compatibility notices it.
    """
    host = sys.modules.get("__main__")
    spec = getattr(host, "__spec__", None)
    if getattr(spec, "name", "") == _HOST and getattr(host, "traceback", None) is traceback:
        vars(host)["traceback"] = Wording()


say_messages_only()


class RotatingClientCertificateProvider(ResourceProvider):
    """One logical certificate; the engine's host to ``lifecycle/certificate/crud.py``."""

    serialize_as_secret_always = False

    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """Validate the inputs."""
        _join_the_run()
        return _checked(_certificate().check(_plain(olds), _plain(news)))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Say whether a step is due."""
        return _difference(olds, _certificate().diff(_plain(olds), _plain(news), _environment()))

    def create(self, props: Properties) -> CreateResult:
        """Generate or adopt the first generation."""
        return CreateResult(*_certificate().create(props, _environment()))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Notice what others did."""
        return _read(_certificate().read(id_, props, _environment()))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Perform the step that is due; what could not be done is raised by the program, after the dependents."""
        try:
            return UpdateResult(_certificate().update(olds, news, _environment()))
        except Unfinished as left:
            return UpdateResult(_left(left))

    def delete(self, _id: str, props: Properties) -> None:
        """Delete all generations, or refuse."""
        _certificate().delete(props, _environment())


class TrustBundleProvider(ResourceProvider):
    """What backends trust; the engine's host to ``lifecycle/trust_bundle/crud.py``."""

    serialize_as_secret_always = False

    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """Validate the inputs."""
        _join_the_run()
        return _checked(_trust_bundle().check(_plain(olds), _plain(news)))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Say whether the targets are to be written."""
        return _difference(olds, _trust_bundle().diff(_plain(olds), _plain(news), _environment()))

    def create(self, props: Properties) -> CreateResult:
        """Publish for the first time; as with an update, the program raises what could not be done."""
        try:
            return CreateResult(*_trust_bundle().create(props, _environment()))
        except Unfinished as left:
            return CreateResult(str(props["name"]), _left(left))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Notice changed targets."""
        return _read(_trust_bundle().read(id_, props, _environment()))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Publish, repair, withdraw what is retired."""
        try:
            return UpdateResult(_trust_bundle().update(olds, news, _environment()))
        except Unfinished as left:
            return UpdateResult(_left(left))

    def delete(self, _id: str, props: Properties) -> None:
        """Leave the targets as they are."""
        _trust_bundle().delete(props, _environment())


class StageBindingProvider(ResourceProvider):
    """One stage; the engine's host to ``lifecycle/binding/crud.py``."""

    serialize_as_secret_always = False

    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """Validate the inputs."""
        _join_the_run()
        return _checked(_binding().check(_plain(olds), _plain(news)))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Say whether the stage should move."""
        return _difference(olds, _binding().diff(_plain(olds), _plain(news), _environment()))

    def create(self, props: Properties) -> CreateResult:
        """Bind the stage; as with an update, the program raises what could not be done."""
        try:
            resource_id, state = _binding().create(props, _environment())
        except Unfinished as left:
            resource_id, state = _stage_of(props), _left(left)
        return CreateResult(resource_id, _owned(state, props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Notice what the stage presents; a gone stage has no id (``None`` as outputs would crash the host)."""
        return _read(_binding().read(id_, props, _environment()))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Move the stage, or let it wait."""
        try:
            state = _binding().update(olds, news, _environment())
        except Unfinished as left:
            state = _left(left)
        return UpdateResult(_owned(state, news))

    def delete(self, _id: str, props: Properties) -> None:
        """Clear what this binding set."""
        _join_the_run()
        _binding().delete(props, _environment())


# A program declares resources and calls nothing of theirs, and a preview calls what its stack has: each lifecycle is
# imported by its first call (docs/performance.md).
def _certificate() -> Lifecycle:
    from apigw_client_cert.lifecycle.certificate import crud  # noqa: PLC0415 - see above

    return crud


def _trust_bundle() -> Lifecycle:
    from apigw_client_cert.lifecycle.trust_bundle import crud  # noqa: PLC0415 - see above

    return crud


def _binding() -> Lifecycle:
    from apigw_client_cert.lifecycle.binding import crud  # noqa: PLC0415 - see above

    return crud


def _stage_of(props: Properties) -> str:
    from apigw_client_cert.lifecycle.binding.act import stage_of  # noqa: PLC0415 - see above

    return str(stage_of(props))


def _read(found: tuple[str, Properties] | None) -> ReadResult:
    return ReadResult(None, {}) if found is None else ReadResult(*found)


def _left(left: Unfinished) -> Properties:
    """The state of what could not do all; the program raises it at its end, and one line says so now."""
    _environment().say(left.line)
    return left.in_run(_engine_address())


def _owned(state: Properties, props: Properties) -> Properties:
    """The state with the URN, if it is known: ``delete`` is told nothing else."""
    return {**state, "owner": props["owner"]} if props.get("owner") else state


def _environment() -> Environment:
    from apigw_client_cert.lifecycle.environment import Environment  # noqa: PLC0415 - see above
    from apigw_client_cert.lifecycle.looks import LOOKS  # noqa: PLC0415 - see above

    return Environment(looks=LOOKS)


@functools.cache
def _join_the_run() -> None:
    """Know what the plugin's processes assert, and let them know: a binding may move from one form to the other."""
    from apigw_client_cert.lifecycle import engine_run  # noqa: PLC0415 - see above
    from apigw_client_cert.lifecycle.asserted_stages import AssertedStages  # noqa: PLC0415 - see above

    address = _engine_address()
    if address:
        board = AssertedStages(address, _environment().say)
        engine_run.share(board)
        atexit.register(board.close)


def _engine_address() -> str:
    """Empty where it is not known: the engine starts the host as ``python -m pulumi.dynamic ADDRESS``."""
    return sys.argv[-1] if PurePath(sys.argv[0]).parts[-2:] == ("dynamic", "__main__.py") else ""


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value, and what the SDK puts for an unknown one
    """The properties with the wire's sentinel for what is unknown at preview, whatever object the SDK put there."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _checked(checked: Checked) -> CheckResult:
    return CheckResult(checked.inputs, [CheckFailure(key, reason) for key, reason in checked.failures.items()])


def _difference(olds: Properties, difference: Difference) -> DiffResult:
    # State that the plugin wrote lacks the pickled provider, without which the host can neither read nor delete.
    changes = difference.changes or PROVIDER_KEY not in olds
    # An explicit True or False: None would make the engine compare inputs, pickled provider included.
    return DiffResult(changes=changes, replaces=list(difference.replaces))
