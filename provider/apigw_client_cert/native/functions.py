"""The plugin's functions: answers from arguments and the clock, with no call to AWS."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.lifecycle.inputs import DURATIONS, Failures, check_durations, policy_of
from apigw_client_cert.lifecycle.results import Checked
from apigw_client_cert.lifecycle.state import load_generation
from apigw_client_cert.native.resource_types import PACKAGE, strangers
from apigw_client_cert.rotation.durations import parse_duration
from apigw_client_cert.rotation.forecast import forecast, imagined
from apigw_client_cert.rotation.model import Rotation
from apigw_client_cert.rotation.transitions import begin
from apigw_client_cert.trust import servers as backends

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apigw_client_cert.lifecycle.environment import Environment

FORECAST: Final = f"{PACKAGE}:index:getForecast"
BACKEND_CONFIG: Final = f"{PACKAGE}:index:getBackendConfig"
FORECAST_INPUTS: Final = (*DURATIONS, "at", "generations", "runEvery", "steps")
BACKEND_CONFIG_INPUTS: Final = ("kind", "generations", "path")
DAILY: Final = timedelta(days=1)
STEPS: Final = 5
MOST_STEPS: Final = 100
# A hundred steps ten years apart end before the year that the rules can still add to.
_YEARS: Final = range(2000, 3000)


def invoke(token: str, arguments: Mapping[str, Any], environment: Environment) -> Checked:
    """The answer of a function, or what is wrong with its arguments.

    Raises ``BadInput`` for a token of another release.
    """
    functions: dict[
        str, tuple[tuple[str, ...], Callable[[Mapping[str, Any], Environment, Failures], dict[str, Any]]]
    ] = {
        FORECAST: (FORECAST_INPUTS, _forecast),
        BACKEND_CONFIG: (BACKEND_CONFIG_INPUTS, _backend_config),
    }
    if token not in functions:
        raise errors.BadInput(
            f"The plugin has no function {errors.safe_repr(token)}",
            means="Nothing was looked at.",
            remedy=f"It has {', '.join(functions)}.",
            subject=token,
        )
    inputs, function = functions[token]
    failures = Failures(strangers(token.rpartition(":")[2], arguments, inputs))
    answer = function(arguments, environment, failures)
    return Checked({} if failures.found else answer, failures.found)


def _forecast(arguments: Mapping[str, Any], environment: Environment, failures: Failures) -> dict[str, Any]:
    check_durations(arguments, failures)
    start = _instant(arguments, failures) or environment.now()
    every = _every(arguments, failures)
    most = _count(arguments, failures)
    rotation = _rotation(arguments, start, failures)
    if failures.found:
        return {}
    steps = forecast(rotation, policy_of(arguments), start=start, every=every, most=most)
    return {
        "steps": [
            {
                "at": format_instant(one.at),
                "action": one.step.value,
                "generation": one.generation,
                "phase": one.phase.value,
                "presented": one.presented,
                "trusted": list(one.trusted),
            }
            for one in steps
        ]
    }


def _backend_config(arguments: Mapping[str, Any], environment: Environment, failures: Failures) -> dict[str, Any]:
    if "kind" not in arguments:
        failures.add("kind", "kind is required")
    if not isinstance(arguments.get("generations", []), list):
        failures.add("generations", "generations must be a list")
    failures.choice(arguments, "kind", backends.BACKENDS)
    path = failures.text(arguments, "path")
    given = _rotation(arguments, environment.now(), failures).generations if arguments.get("generations") else ()
    if failures.found:
        return {}
    kind = str(arguments["kind"])
    return {
        "setup": backends.setup_lines(kind, path=path),
        "place": backends.setup_place(kind),
        "path": path or backends.published_file(kind),
        "published": backends.published(kind, [one for one in given if one.trusted]),
    }


def _instant(arguments: Mapping[str, Any], failures: Failures) -> datetime | None:
    text = failures.text(arguments, "at")
    if text is None:
        return None
    try:
        instant = parse_instant(text)
    except ValueError as error:
        failures.add("at", f"at: {error}; write it like 2027-03-01T00:00:00Z")
        return None
    if instant.year not in _YEARS:
        failures.add("at", f"at: {errors.safe_repr(text)} lies outside the years {_YEARS.start} to {_YEARS.stop - 1}")
        return None
    return instant


def _every(arguments: Mapping[str, Any], failures: Failures) -> timedelta:
    if "runEvery" not in arguments:
        return DAILY
    try:
        return parse_duration(arguments["runEvery"])
    except ValueError as error:
        failures.add("runEvery", f"run_every: {error}")
        return DAILY


def _count(arguments: Mapping[str, Any], failures: Failures) -> int:
    count = arguments.get("steps", STEPS)
    if isinstance(count, bool) or not isinstance(count, int | float) or not 1 <= count <= MOST_STEPS or count % 1:
        failures.add("steps", f"steps must be a whole number from 1 to {MOST_STEPS}, not {errors.safe_repr(count)}")
        return STEPS
    return int(count)


def _rotation(arguments: Mapping[str, Any], now: datetime, failures: Failures) -> Rotation:
    """The rotation of the given generations; one that begins now where there are none."""
    first = begin("forecast", imagined(1, now), now)
    try:
        given = tuple(load_generation(one) for one in arguments.get("generations") or ())
        highest = max((one.number for one in given), default=0)
        return Rotation(rotation_id="forecast", generations=given, highest_number=highest) if given else first
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        failures.add(
            "generations",
            f"generations cannot be read ({type(error).__name__}: {errors.safe_repr(str(error))});"
            " pass the generations of a RotatingClientCertificate",
        )
        return first
