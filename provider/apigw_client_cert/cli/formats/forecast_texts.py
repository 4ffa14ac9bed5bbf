"""What a run will do to a rotation, in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.errors import joined
from apigw_client_cert.rotation.forecast import Milestone
from apigw_client_cert.rotation.forecast_bundle import Published
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apigw_client_cert.cli.forecasts import Coming
    from apigw_client_cert.rotation.forecast_binding import Moved
    from apigw_client_cert.rotation.waves import Hold


def what(coming: Coming) -> str:
    """``generation 2; trusted: 1, 2``, and the like."""
    event = coming.event
    if isinstance(event, Milestone):
        return _step(event, coming)
    return _published(event) if isinstance(event, Published) else _moved(event)


def _step(event: Milestone, coming: Coming) -> str:
    generation = f"generation {event.generation}"
    if event.kept:
        again = f"; {coming.times - 1} more until {minute(coming.last_at)}" if coming.times > 1 else ""
        gone = "" if event.step is Step.CONFIRM or event.generation in event.kept else f"{generation} is deleted; "
        return f"{gone}generation {_numbers(event.kept)} is presented by {joined(event.kept_for)}, and kept{again}"
    match event.step:
        case Step.ISSUE:
            return f"{generation}, trusted beside {_others(event)}"
        case Step.CONFIRM:
            return f"nobody presents {generation}"
        case Step.RETIRE:
            return f"{generation} is deleted"
        case Step.WITHDRAW:
            return f"{generation} has expired, and leaves the trust bundle"
        case _:
            return f"{generation} is the one to present"


def _others(event: Milestone) -> str:
    return ", ".join(str(number) for number in event.trusted if number != event.generation) or "none"


def _published(event: Published) -> str:
    added = f"adds generation {_numbers(event.added)}" if event.added else ""
    withdrawn = f"withdraws generation {_numbers(event.withdrawn)}" if event.withdrawn else ""
    return "; ".join(one for one in (added, withdrawn) if one)


def _moved(event: Moved) -> str:
    if event.refusal is not None:
        return f"{event.stage} may not move to generation {event.generation}: {event.refusal.value}"
    left = "nothing of ours" if event.former is None else f"generation {event.former}"
    waited = f", after it waited for its {_holds(event.waited_for)}" if event.waited_for else ""
    overruled = f", although its {_holds(event.overruled)} would hold it" if event.overruled else ""
    verified = ", verified" if event.verified else ""
    return f"{event.stage} from {left} to generation {event.generation}{verified}{overruled or waited}"


def _holds(holds: Iterable[Hold]) -> str:
    return " and ".join(hold.value for hold in holds)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
