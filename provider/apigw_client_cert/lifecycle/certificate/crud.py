"""RotatingClientCertificate: check, diff, create, read, update, delete. Which step is due is not decided here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import ACM_ARN
from apigw_client_cert.gateway.interface import Usage
from apigw_client_cert.lifecycle import ownership
from apigw_client_cert.lifecycle.certificate import adopt as adoption
from apigw_client_cert.lifecycle.certificate import adopt_in_place as adoption_in_place
from apigw_client_cert.lifecycle.certificate import tagging
from apigw_client_cert.lifecycle.certificate.act import Actor
from apigw_client_cert.lifecycle.certificate.leftovers import leftovers, say_leftovers
from apigw_client_cert.lifecycle.certificate.made_for import MADE_FOR, Look, check_made_for, stages_of
from apigw_client_cert.lifecycle.certificate.outputs import CREATION_ONLY, certificate_outputs
from apigw_client_cert.lifecycle.engine_run import ACTIVATIONS, READS
from apigw_client_cert.lifecycle.existence import missing
from apigw_client_cert.lifecycle.failed_step import (
    DECLARING,
    DEFER,
    FAILED_STEP,
    LOOK,
    Failure,
    Unfinished,
    can_wait,
    failed_before,
    recorded,
    unreached,
    unseen,
)
from apigw_client_cert.lifecycle.findings import say_findings
from apigw_client_cert.lifecycle.inputs import (
    CERTIFICATE_ID,
    CONNECTION,
    DURATIONS,
    SET_BACK,
    UNKNOWN,
    Failures,
    changed,
    check_connection,
    check_durations,
    connection_of,
    fixed,
    has_unknown,
    known,
    policy_of,
    settled_connection,
)
from apigw_client_cert.lifecycle.proof import FORGET, proof_of
from apigw_client_cert.lifecycle.results import Checked, Difference
from apigw_client_cert.lifecycle.state import load_rotation
from apigw_client_cert.lifecycle.trust_bundle.room import crowded
from apigw_client_cert.rotation.decide import dead_pin, decide
from apigw_client_cert.rotation.history import signed
from apigw_client_cert.rotation.last_days import last_days
from apigw_client_cert.rotation.messages import announce, date
from apigw_client_cert.rotation.report import report
from apigw_client_cert.rotation.transitions import Step, lose
from apigw_client_cert.rotation.trigger import trigger_pulled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.proof import Proof
    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy

# UNVERIFIED: AWS documents no limit for a client certificate's description; this is the one of API Gateway v2's
# descriptions (docs/aws.md §1.1).
_DESCRIPTION_LENGTH = 1024
# https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
_URN = re.compile(r"urn:pulumi:(?:.|\n)*?::(?:.|\n)*?::(?:.|\n)*?::(?:.|\n)*")
_ACM = (
    "ACM renews its certificates itself and none is ever adopted; how to move a stage to or from ACM:"
    f" {errors.page('acm')}"
)
_TAG = "tag"
_METADATA = (*ownership.NAMES, "description", "tags")
INPUTS = (
    *DECLARING,
    *_METADATA,
    *DURATIONS,
    "jitter",
    "rotationTrigger",
    "pinGeneration",
    "adoptClientCertificateId",
    MADE_FOR,
    *CONNECTION,
)
# What diff and update read.
_KEPT = tuple(key for key in INPUTS if key not in {*CREATION_ONLY, *DECLARING})
# The trigger is compared by the rules, with what was honoured; adoption with what was adopted.
_COMPARED = tuple(key for key in _KEPT if key not in {"rotationTrigger", "adoptClientCertificateId", "region"})


def check(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
    """Validate the inputs without looking at AWS; values that are unknown at preview pass."""
    READS.checked(_names(news))
    failures = Failures()
    failures.text(news, "name", required=True)
    for key in ("project", "stack", "parent", "description", "rotationTrigger"):
        failures.text(news, key)
    failures.match(news, "owner", _URN, '"urn:pulumi:dev::orders::…::name"')
    failures.flag(news, DEFER)
    check_connection(olds, news, failures)
    check_durations(news, failures)
    adopted = known(news, "adoptClientCertificateId")
    if isinstance(adopted, str) and ACM_ARN.fullmatch(adopted):
        failures.add(
            "adoptClientCertificateId", f"adopt_client_certificate_id is the ACM certificate {adopted}: {_ACM}"
        )
    failures.match(news, "adoptClientCertificateId", CERTIFICATE_ID, '"a1b2c3"')
    ownership.check_tags(known(news, "tags"), failures)
    check_made_for(news.get(MADE_FOR), failures)
    description = known(news, "description")
    if (
        isinstance(description, str)
        and len(description) > _DESCRIPTION_LENGTH
        and description != olds.get("description")
    ):
        failures.add(
            "description",
            f"description has {len(description)} characters; shorten it to {_DESCRIPTION_LENGTH} at most",
        )
    pin = known(news, "pinGeneration")
    if pin is not None and (isinstance(pin, bool) or not isinstance(pin, int | float) or not pin >= 1 or pin % 1 != 0):
        failures.add(
            "pinGeneration", f"pin_generation must be a generation number such as 2, not {errors.safe_repr(pin)}"
        )
    return Checked(dict(news), failures.found)


def diff(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> Difference:
    """Whether an update is due, from state, inputs and the clock alone; says one line when a step is due.

    Raises ``BadInput`` for a pin to a generation that cannot hold it, and for a changed region.
    """
    now = environment.now()
    rotation = load_rotation(olds)
    _guard_identity(olds, news)
    if has_unknown({key: news.get(key) for key in _KEPT}):
        return Difference(changes=True)
    policy = policy_of(news)
    _guard_pin(olds, news, rotation, policy, now)
    decision = decide(rotation, policy, now)
    name = str(news["name"])
    say_findings(name, (*decision.findings, *last_days(rotation, policy, now)), environment)
    adopting = adoption_in_place.wanted(olds, news, rotation)
    if adopting is None:
        line = announce(name, rotation, policy, decision, now, stages=stages_of(news))
    else:
        adoption_in_place.guard_pin(adopting, rotation, policy, now)
        line = adoption_in_place.announced(name, adopting)
    untagged = tagging.remembered(olds, rotation)
    again = tagging.announced(name, untagged) if untagged else None
    # A refresh does not know what the program asks for by now: a pin, or another trigger, makes another step due.
    for one in () if READS.unchecked(_names(news)) else (again, line):
        if one is not None:
            environment.say(one)
    line = line or again
    # One that asks for nothing is remembered; one that has to wait is said, and no change until its turn comes.
    to_remember = not trigger_pulled(rotation, policy) and olds.get("rotationTrigger") != news.get("rotationTrigger")
    due = line is not None or decision.step is not Step.NONE or FAILED_STEP in olds
    return Difference(changes=due or to_remember or bool(changed(olds, news, _COMPARED)), line=line)


def create(props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]]:
    """Look at what it is for, then generate or adopt the first generation; the id is the resource's name, not AWS's.

    Nothing is generated, adopted or tagged where a stage or a target stands in the way.
    """
    now = environment.now()
    gateway = environment.acting_gateway(connection_of(props))
    found = adoption.origin(gateway, props, now)
    Look(props=props, origin=found, gateway=gateway, environment=environment, now=now).guard()
    crowd = crowded(found.listed, more=0 if found.taken else 1)
    if crowd is not None:
        environment.say(f"{props['name']}: warning: {crowd}")
    rotation = adoption.first_rotation(gateway, props, found, environment.token(), now)
    # Nobody presents one of these, or the look would have ended here.
    taken = {one.id for one in found.taken.values()}
    say_leftovers(str(props["name"]), (one.id for one in found.earlier if one.id not in taken), environment.say)
    placed = {
        **props,
        "region": gateway.region,
        "accountId": gateway.account_id(),
        adoption_in_place.MEMORY: known(props, "adoptClientCertificateId"),
    }
    return str(props["name"]), certificate_outputs(placed, signed(rotation, gateway.caller()), policy_of(props), now)


def read(resource_id: str, props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]]:
    """Notice generations that are gone, looked for twice, and those that state does not know and stages present.

    The resource stays, so that owner and history stay known; so does all of its state where nobody may look.
    """
    READS.read(_names(props))
    now = environment.now()
    before = rotation = load_rotation(props)
    gateway = environment.reached_gateway(connection_of(props), props.get("accountId"))
    if isinstance(gateway, errors.RotationError):
        return resource_id, {**props, **unseen(props, gateway, now, environment.say)}
    name, told = str(props["name"]), dict[str, Any]()
    try:
        looked = missing(proof_of(gateway, props, rotation), rotation.generations, name, environment.say)
        theirs = tagging.elsewhere(props, rotation, looked.found)
        untagged = tagging.look(gateway, rotation, looked.found, name, environment.say, theirs=theirs or ())
        told = {tagging.UNTAGGED: untagged, tagging.ELSEWHERE: theirs}
        rotation = adoption.with_presented(gateway, lose(rotation, looked.gone, now), now)
    except errors.RotationError as error:
        told |= unseen(props, error, now, environment.say)
    rotation = signed(rotation, gateway.caller(), before.history)
    return resource_id, certificate_outputs({**props, **told}, rotation, policy_of(props), now)


def update(olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """Perform the step that is due, or a safer one after looking, and return the complete state.

    A certificate that the user names to be adopted comes first; the step that is due is the next run's.
    Raises ``Unfinished``, with the complete state, for what could not be done while the active certificate lives.
    """
    now = environment.now()
    rotation = load_rotation(olds)
    policy = policy_of(news)
    _guard_identity(olds, news)
    _guard_pin(olds, news, rotation, policy, now)
    adopting = adoption_in_place.wanted(olds, news, rotation)
    if adopting is not None:
        adoption_in_place.guard_pin(adopting, rotation, policy, now)
    connection = settled_connection(olds, news)
    environment.guard_clock(connection)
    gateway = environment.reached_gateway(connection, olds.get("accountId"))
    if isinstance(gateway, errors.RotationError):
        raise unreached(olds, rotation, gateway, now) from gateway
    after, history, proof = None, rotation.history, proof_of(gateway, olds, rotation)
    if adopting is not None:
        after = adoption_in_place.adopt_in_place(gateway, news, rotation, adopting, now)
        # Whoever names it says that it is here.
        proof.seen = True
    rotation, failures = _look_again(proof, olds, rotation, environment)
    failures += _retag(proof, olds, news, rotation, environment)
    # What could not be written is still to be written.
    untold = any(one.what == _TAG for one in failures)
    metadata = {key: olds.get(key) for key in (*_METADATA, tagging.UNTAGGED)} if untold else {}
    theirs, deleted = tagging.adopted_elsewhere(olds), list[int]()
    if after is None:
        actor = Actor(
            gateway=gateway,
            proof=proof,
            properties=news,
            policy=policy,
            now=now,
            say=environment.say,
            adopted_elsewhere=theirs,
        )
        after, failed = actor.perform(rotation)
        failures, deleted = [*failures, *failed], actor.deleted
    if failures and not can_wait(after, now):
        raise failures[0].error
    done = report(str(news["name"]), rotation, after, policy, deleted)
    if done is not None:
        environment.say(done)
    if after.retirement_blocked_by != rotation.retirement_blocked_by:  # else ``diff`` has said it
        say_findings(str(news["name"]), last_days(after, policy, now), environment)
    placed = {
        **news,
        **metadata,
        tagging.ELSEWHERE: tagging.still_there(theirs, after) or None,
        "region": gateway.region,
        "accountId": proof.account,
        adoption_in_place.MEMORY: adopting or adoption_in_place.remembered(olds),
        FAILED_STEP: recorded(olds, failures, now),
    }
    state = certificate_outputs(placed, signed(after, gateway.caller(), history), policy, now)
    if state["clientCertificateId"] != olds.get("clientCertificateId"):
        ACTIVATIONS.note(state["clientCertificateId"])
    if failures:
        raise Unfinished(state, failures[0].error)
    return state


def _look_again(
    proof: Proof, olds: Mapping[str, Any], rotation: Rotation, environment: Environment
) -> tuple[Rotation, list[Failure]]:
    """What a refresh could not see, seen now: the rotation without what is gone; or why it cannot be seen still.

    Tags that are lost are the next refresh's to find; here it matters only whether they can be looked at. A refresh
    that could not look writes over no other failure, so it may have been so after any.
    """
    if failed_before(olds) is None:
        return rotation, []
    name = str(olds.get("name"))
    try:
        looked = missing(proof, rotation.generations, name, environment.say)
        tagging.look(
            proof.gateway, rotation, looked.found, name, environment.say, theirs=tagging.adopted_elsewhere(olds)
        )
    except errors.RotationError as error:
        return rotation, [Failure(LOOK, error)]
    return lose(rotation, looked.gone, environment.now()), []


def _retag(
    proof: Proof, olds: Mapping[str, Any], news: Mapping[str, Any], rotation: Rotation, environment: Environment
) -> list[Failure]:
    if not changed(olds, news, _METADATA) and not tagging.remembered(olds, rotation):
        return []
    try:
        again = tagging.retag(proof, olds, news, rotation)
    except errors.RotationError as error:
        return [Failure(_TAG, error)]
    if again:
        environment.say(tagging.done(str(news["name"]), again))
    return []


def delete(props: Mapping[str, Any], environment: Environment) -> None:
    """Delete every generation of this rotation, orphans included; refuse while any stage presents one.

    Raises ``StillInUse`` naming the stages, and for a scan that could not see everything. Raises ``NotProven`` where
    all of it may be in another account: stages would go on presenting what nobody renews.
    """
    rotation = load_rotation(props)
    gateway = environment.acting_gateway(connection_of(props), props.get("accountId"))
    listed = gateway.list_certificates()
    proof_of(gateway, props, rotation).guard(listed, otherwise=FORGET)
    ids = ownership.owned_ids(listed, rotation)
    usage = gateway.scan() if ids else Usage(users={})
    ownership.guard_unused(usage, ids)
    say_leftovers(str(props["name"]), leftovers(listed, rotation.rotation_id, usage), environment.say)
    for certificate_id in ids:
        gateway.delete(certificate_id)


def _names(props: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(props.get(key)) for key in ownership.NAMES)


def _guard_identity(olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    """Where a certificate lives is only in state once the default chain resolved it: ``check`` cannot see it."""
    before, after = olds.get("region"), news.get("region")
    if after not in {None, UNKNOWN} and before is not None and before != after:
        raise errors.BadInput(
            f"{news.get('name')}: {fixed('region', before, after)}",
            means="Nothing was changed.",
            remedy=f"{SET_BACK.capitalize()}.",
            subject="region",
        )


def _guard_pin(
    olds: Mapping[str, Any], news: Mapping[str, Any], rotation: Rotation, policy: Policy, now: datetime
) -> None:
    """Refuse a new pin that could not hold; one that held and died later is only a warning."""
    if not changed(olds, news, ["pinGeneration"]):
        return
    why = dead_pin(rotation, policy, now)
    if why is None:
        return
    alive = ", ".join(f"{one.number} (expires {date(one.not_after)})" for one in rotation.generations)
    raise errors.BadInput(
        f"pin_generation={policy.pin} cannot hold: {why[1]}",
        means="Nothing was changed.",
        remedy=f"Pin one of the generations {alive or '(none is left)'}, or remove pin_generation."
        " To keep a generation to its last hours, lower activate_by.",
        subject="pinGeneration",
    )
