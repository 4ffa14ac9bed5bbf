"""StageBinding: check, diff, create, read, update, delete. Whether a stage moves is decided in rotation/binding.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import ACM_ARN, named
from apigw_client_cert.gateway.interface import Redeploy, StageKind
from apigw_client_cert.lifecycle.binding import verify_inputs, waves_inputs
from apigw_client_cert.lifecycle.binding.act import StageSwitch, ours, stage_of
from apigw_client_cert.lifecycle.binding.failure import BindingFailure
from apigw_client_cert.lifecycle.binding.gone_stage import guard_gone
from apigw_client_cert.lifecycle.binding.lagging import guard_followed, lag
from apigw_client_cert.lifecycle.binding.look import PUBLISHED_TO, check_published_to, is_told_of
from apigw_client_cert.lifecycle.binding.outputs import as_presented, is_open
from apigw_client_cert.lifecycle.binding.still_needed import note_still_needed
from apigw_client_cert.lifecycle.binding.watch import is_lost, watched
from apigw_client_cert.lifecycle.engine_run import ACTIVATIONS, CLAIMS, stage_place
from apigw_client_cert.lifecycle.failed_step import DECLARING, DEFER, FAILED_STEP, unseen
from apigw_client_cert.lifecycle.inputs import (
    API_ID,
    CERTIFICATE_ID,
    CONNECTION,
    STAGE_NAME,
    UNKNOWN,
    Failures,
    changed,
    check_connection,
    check_durations,
    connection_of,
    has_unknown,
    known,
)
from apigw_client_cert.lifecycle.results import Checked, Difference
from apigw_client_cert.lifecycle.state import guard_version, instant_or_none
from apigw_client_cert.rotation.binding import binding_due

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.environment import Environment

ON_DELETE = ("clear", "keep")
# A place, not a way to it: endpoint, profile and role are how the same stage is reached.
PLACE = ("apiId", "stageName", "apiKind", "region")
_OPTIONS = (
    "takeOver",
    "onDelete",
    "redeploy",
    "publishLead",
    "activateBy",
    "rotationId",
    "profile",
    "assumeRoleArn",
    "endpointUrl",
    *verify_inputs.INPUTS,
    *waves_inputs.INPUTS,
)
INPUTS = (
    *DECLARING,
    "clientCertificateId",
    "generations",
    "publishedSince",
    PUBLISHED_TO,
    # For ``check`` alone: whether a maintenance window opens between the lead and the limit.
    "rotateBefore",
    *dict.fromkeys((*PLACE, *_OPTIONS, *CONNECTION)),
)


def check(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:  # noqa: ARG001 - the signature of every check
    """Validate the inputs without looking at AWS, and note that this run asserts the stage."""
    failures = Failures()
    failures.match(news, "apiId", API_ID, '"a1b2c3d4e5"', required=True)
    failures.match(news, "stageName", STAGE_NAME, '"prod", of letters, digits, - and _', required=True)
    failures.text(news, "owner")
    failures.choice(news, "apiKind", [kind.value for kind in StageKind])
    failures.choice(news, "onDelete", ON_DELETE)
    failures.choice(news, "redeploy", [redeploy.value for redeploy in Redeploy])
    failures.flag(news, "takeOver")
    failures.flag(news, DEFER)
    check_connection({}, news, failures)
    check_durations(news, failures, ("publishLead", "activateBy", "rotateBefore"))
    verify_inputs.check_verification(news, failures)
    waves_inputs.check_wave_order(news, failures)
    check_published_to(news, failures)
    desired = failures.text(news, "clientCertificateId", required=True)
    if desired is not None and ACM_ARN.fullmatch(desired):
        failures.add(
            "clientCertificateId",
            "client_certificate_id is an ACM ARN: ACM renews its certificates itself, so bind it with"
            " aws.apigateway.Stage and leave this resource out",
        )
    elif desired is not None and CERTIFICATE_ID.fullmatch(desired) is None:
        failures.add(
            "clientCertificateId",
            f"client_certificate_id is {errors.safe_repr(desired)}; expected something like 'a1b2c3': pass"
            " certificate.client_certificate_id, never certificate.id",
        )
    elif desired is not None:
        _check_desired(desired, news, failures)
    if not failures.found and UNKNOWN not in {news.get(key) for key in ("apiId", "stageName", "apiKind")}:
        _claim(news, failures)
    return Checked(dict(news), failures.found)


def _claim(news: Mapping[str, Any], failures: Failures) -> None:
    stage = stage_of(news)
    other = CLAIMS.claim(stage_place(stage.api_id, stage.stage_name), known(news, "owner") or "")
    if other is not None:
        failures.add(
            "stageName",
            f"stage_name: stage {stage} has another binding in this program ({errors.safe_repr(other)}), and each would"
            " undo what the other one makes the stage present; remove one of the two",
        )


def _check_desired(desired: str, news: Mapping[str, Any], failures: Failures) -> None:
    """A certificate resource's ``id`` is its name, which may look like an id of AWS: it is none of the generations."""
    generations = news.get("generations")
    if not isinstance(generations, list) or not generations or has_unknown(generations):
        return
    ids = [one.get("id") for one in generations if isinstance(one, dict)]
    if desired not in ids:
        failures.add(
            "clientCertificateId",
            f"client_certificate_id is {errors.safe_repr(desired)}, which is none of the certificate's generations"
            f" ({errors.joined(map(errors.safe_repr, ids))}): pass certificate.client_certificate_id, never"
            " certificate.id (and no ignore_changes on this binding: it keeps old inputs)",
        )


def diff(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> Difference:
    """Whether the stage should move, or this binding now means another stage; from state, inputs and clock alone."""
    guard_version(olds)
    replaces = tuple(key for key in PLACE if key in changed(olds, news, PLACE) and news.get(key) is not None)
    if replaces:
        return Difference(changes=True, replaces=replaces)
    desired = news["clientCertificateId"]
    if desired == UNKNOWN:
        return Difference(changes=True)
    presented = olds.get("presentedClientCertificateId")
    due = binding_due(
        desired=desired,
        presented=presented,
        waiting_for=olds.get("waitingFor"),
        waiting_until=instant_or_none(olds.get("waitingUntil")),
        now=environment.now(),
    )
    unverified = not due and verify_inputs.asked_for(news) and is_open(olds, desired)
    line = lagging = lag(stage_of(news), news, environment.now())
    if lagging:
        environment.say(lagging)
    if unverified:
        line = f"stage {stage_of(news)} presents {_named(presented)}, which has not been verified"
        environment.say(line)
    if due:
        line = f"stage {stage_of(news)} presents {_named(presented)} and should present {desired}"
        # The certificate has announced it, and this binding's update, which comes next, says what became of it.
        if not ACTIVATIONS.noted(desired):
            environment.say(line)
    unheld = not due and not is_told_of(news, presented)
    if unheld:
        line = f"stage {stage_of(news)} presents {_named(presented)}, which what publish= returned does not hold"
        environment.say(line)
    lost = not due and is_lost(olds, news)
    if lost:
        line = f"stage {stage_of(news)} presents {_named(presented)}, which a target was seen not to hold"
        environment.say(line)
    failed = FAILED_STEP in olds
    changes = due or unverified or unheld or lost or failed or bool(lagging) or bool(changed(olds, news, _OPTIONS))
    return Difference(changes=changes, line=line)


def create(props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]]:
    """Bind the stage, or record that it has to wait; refuse what presents somebody else's certificate.

    Raises ``Unfinished``, as an update does: a stage that is gone keeps no other one from being looked after.
    """
    return str(stage_of(props)), _switch({}, props, environment)


def read(resource_id: str, props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]] | None:
    """What the stage presents now; None when the stage is gone, which only NotFound may say.

    Where nobody may look, and where that may be another account, state stays as it is.
    """
    guard_version(props)
    note_still_needed(props)
    stage = stage_of(props)
    gateway = environment.reached_gateway(connection_of(props), props.get("accountId"))
    if isinstance(gateway, errors.RotationError):
        return resource_id, {**props, **unseen(props, gateway, environment.now(), environment.say)}
    try:
        presented = gateway.seen(stage)
    except errors.StageNotFound:
        return _gone(resource_id, props, gateway, environment)
    except errors.RotationError as error:
        return resource_id, {**props, **unseen(props, error, environment.now(), environment.say)}
    before = props.get("presentedClientCertificateId")
    if presented != before and presented is None:
        environment.say(
            f"stage {stage} was unbound by another tool. If Pulumi or Terraform manages the stage itself, give it"
            ' ignore_changes=["clientCertificateId"] (Terraform: client_certificate_id), or it will happen again'
        )
    elif presented is not None and presented != before:
        by = _by_whom(gateway, props, presented)
        environment.say(f"stage {stage} was switched from {_named(before)} to {named(presented)} by {by}")
    seen = as_presented(props, presented, environment.now())
    note_still_needed(seen)
    return resource_id, watched(gateway, seen, environment)


def _gone(
    resource_id: str, props: Mapping[str, Any], gateway: Gateway, environment: Environment
) -> tuple[str, dict[str, Any]] | None:
    try:
        guard_gone(gateway, props, stage_of(props))
    except errors.RotationError as error:
        return resource_id, {**props, **unseen(props, error, environment.now(), environment.say)}
    return None


def _by_whom(gateway: Gateway, props: Mapping[str, Any], presented: str) -> str:
    """An alarm about another tool would be false where our own PATCH took effect and its answer was lost."""
    try:
        return "hand, or by a run whose answer was lost" if ours(gateway, props, presented) else "another tool"
    except errors.RotationError as error:
        return f"hand, by another tool, or by a run whose answer was lost ({error.what})"


def update(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """Move the stage, keep it, or record a wait; the complete state comes back in every case.

    Raises ``Unfinished`` with what the stage is seen to present after whatever went wrong.
    """
    guard_version(olds)
    state = _switch(olds, news, environment)
    before, presented = (one.get("presentedClientCertificateId") for one in (olds, state))
    verified = state.get("verifiedAt") not in {None, olds.get("verifiedAt")}
    if presented != before or verified:
        proof = ", which was verified" if verified else ""
        moved = f"; it presented {_named(before)} before" if presented != before else ""
        environment.say(f"stage {stage_of(news)} presents {_named(presented)} now{proof}{moved}")
    return state


def delete(props: Mapping[str, Any], environment: Environment) -> None:
    """Clear only what this binding set, and only if nobody else asserts the stage; a gone stage is success.

    Raises ``NotProven`` for a stage that is not found where nothing says that this is its account.
    """
    guard_version(props)
    stage = stage_of(props)
    place = stage_place(stage.api_id, stage.stage_name)
    if props.get("onDelete") == "keep" or CLAIMS.claimed(place, known(props, "owner") or ""):
        return
    gateway = environment.acting_gateway(connection_of(props), props.get("accountId"))
    try:
        presented = gateway.presented(stage)
    except errors.StageNotFound:
        guard_gone(gateway, props, stage_of(props))
        return
    if presented is not None and ours(gateway, props, presented):
        gateway.unbind(stage)
        environment.say(
            f"stage {stage} presents nothing now; it presented {presented} of this rotation. If another stack binds the"
            " same stage, its next pulumi up --refresh binds it again"
        )


def _switch(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    connection = connection_of({**news, "region": olds.get("region") or known(news, "region")})
    environment.guard_clock(connection)
    now = environment.now()
    failure = BindingFailure(olds=olds, news=news, now=now)
    try:
        gateway = environment.observing_gateway(connection, olds.get("accountId"))
    except errors.RotationError as error:
        raise failure.unseen(error) from error
    switch = StageSwitch(gateway=gateway, olds=olds, news=news, environment=environment, now=now)
    try:
        state = switch.perform()
    except errors.RotationError as error:
        raise failure.seen(error, gateway, switch.progress) from error
    try:
        if switch.progress.unfinished is not None:
            raise switch.progress.unfinished
        guard_followed(stage_of(news), news, state, now)
    except errors.RotationError as error:
        raise failure.beside(error, state) from error
    return state


def _named(in_state: object) -> str:
    """What state says that a stage presented, for a line: a hand may have edited it."""
    if not in_state:
        return "no certificate"
    known_form = isinstance(in_state, str) and (CERTIFICATE_ID.fullmatch(in_state) or ACM_ARN.fullmatch(in_state))
    return named(str(in_state)) if known_form else errors.safe_repr(in_state)
