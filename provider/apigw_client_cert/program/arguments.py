"""The one message for an argument that is not of the kind that it takes (``argument_kinds``).

A program that gives something of another kind is stopped there, with the argument's name and the form that it has; what
it declared before stays declared. What a value of the right kind says is the lifecycle's to check: it sees it known.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pulumi

from apigw_client_cert.errors import BadInput, safe_repr
from apigw_client_cert.program.argument_kinds import CALLS, KINDS, REGISTERED, TAKEN_BY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Class = TypeVar("_Class", bound=type)


class BadArgument(BadInput, pulumi.RunError):
    """A refusal while the program runs: Pulumi shows a ``RunError`` as its message, everything else as a traceback."""


def takes(owner: str, more: Collection[str] = ()) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Let a function refuse arguments of the wrong kind; ``more`` names what its ``**keywords`` may be.

    Raises ``BadArgument``, and before the function does anything.
    """

    def decorated(function: Callable[_P, _R]) -> Callable[_P, _R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as error:
                raise _miscalled(owner, error, signature, set(kwargs), more) from None
            _check(owner, signature, bound, more)
            return function(*args, **kwargs)

        return checked

    return decorated


def made_of_kinds(owner: str, more: Collection[str] = ()) -> Callable[[_Class], _Class]:
    """Let a class refuse arguments of the wrong kind when it is made."""

    def decorated(made: _Class) -> _Class:
        made.__init__ = takes(owner, more)(made.__init__)  # type: ignore[misc]  # of any class
        return made

    return decorated


def _check(owner: str, signature: inspect.Signature, bound: inspect.BoundArguments, more: Collection[str]) -> None:
    for name, value in list(bound.arguments.items())[1:]:
        parameter = signature.parameters[name]
        if parameter.kind is not parameter.VAR_KEYWORD:
            if value is not None or parameter.default is not None:
                _fit(owner, name, value)
            continue
        for keyword, one in value.items():
            if keyword not in more:
                raise _stranger(owner, keyword, signature, more)
            if one is not None:
                _fit(owner, keyword, one)


def _fit(owner: str, name: str, value: object) -> None:
    kind = KINDS.get(f"{owner}.{name}") or KINDS[name]
    found = kind.find(value)
    if found is not None:
        place, wrong = found
        raise _refusal(owner, name, f"{name}{place} of {owner} is {_named(wrong, withheld=kind.withheld)}", kind.form)


def _miscalled(
    owner: str, error: TypeError, signature: inspect.Signature, given: set[str], more: Collection[str]
) -> BadArgument:
    """What a call was refused for by Python itself: a misspelt name, or the wrong number of arguments."""
    strangers = sorted(given.difference(_accepted(signature, more)))
    if strangers:
        return _stranger(owner, strangers[0], signature, more)
    return _refusal(owner, owner, f"{owner} was called with something else: {error}", CALLS[owner])


def _stranger(owner: str, keyword: str, signature: inspect.Signature, more: Collection[str]) -> BadArgument:
    from difflib import get_close_matches  # noqa: PLC0415 - for what is refused alone

    accepted = _accepted(signature, more)
    meant = [f"did you mean {one}" for one in get_close_matches(keyword, accepted, n=1)]
    hint = TAKEN_BY.get(keyword) or next(iter(meant), "")
    what = f"{owner} has no argument {safe_repr(keyword)}{hint and '; '}{hint}"
    return _refusal(owner, keyword, what, f"{CALLS[owner]}; its arguments are {', '.join(accepted)}")


def _accepted(signature: inspect.Signature, more: Collection[str]) -> list[str]:
    """The names that a call takes, its own in their order and then the others."""
    own = [name for name, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD]
    return [*own[1:], *sorted(more)]


def _refusal(owner: str, subject: str, what: str, form: str) -> BadArgument:
    return BadArgument(what, means=left_out(owner), remedy=f"Write {form}.", subject=subject)


def left_out(owner: str) -> str:
    """What a refusal means for the run: of what the program declared before, this package knows nothing."""
    made, _, method = owner.partition(".")
    if method == "shared":
        return "No SharedCertificate was made."
    return f"This {made} was not {'registered' if made in REGISTERED else 'made'}."


def _named(value: object, *, withheld: bool) -> str:
    if isinstance(value, pulumi.Output):
        return "an Output"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    plain = value is None or isinstance(value, str | int | float | list | tuple | dict)
    return safe_repr(value) if plain and not withheld else f"of type {type(value).__name__}"
