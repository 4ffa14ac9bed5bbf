"""The policies: which rule, at which level unless configured otherwise, and what may be configured besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_policy import EnforcementLevel, PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy

from . import arguments
from .instants import DURATION_PATTERN, now, parse_duration
from .overdue import WaitLimit, overdue
from .publishing import unpublished
from .replacement import deleted_first
from .same_subject import read_as_plain_pem
from .stages import without_ignore_changes
from .takes_id import takes_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_policy import Policy, ReportViolation, ResourceValidationArgs, StackValidationArgs

    from .declared import Declared, Violation


def _resource_policy(
    name: str, description: str, rule: Callable[[Declared], Iterable[str]]
) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for message in rule(arguments.resource(args)):
            report(message, args.urn)

    return ResourceValidationPolicy(name, description, validate, EnforcementLevel.MANDATORY)


def _stack_policy(
    name: str,
    description: str,
    rule: Callable[[list[Declared], Mapping[str, Any]], Iterable[Violation]],
    level: EnforcementLevel = EnforcementLevel.MANDATORY,
    properties: dict[str, dict[str, Any]] | None = None,
) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for violation in rule(arguments.stack(args), args.get_config()):
            # Always with a URN: CLIs before 3.252 panic at a violation of the stack itself.
            report(violation.message, violation.urn)

    schema = PolicyConfigSchema(properties) if properties else None
    return StackValidationPolicy(name, description, validate, level, schema)


def _overdue(resources: Iterable[Declared], config: Mapping[str, Any]) -> Iterable[Violation]:
    given = {
        field: parse_duration(config[key])
        for key, field in (("dueStepMayWait", "due_step_may_wait"), ("expiresWithin", "expires_within"))
        if key in config
    }
    return overdue(resources, now(), WaitLimit(**given))


_DURATION: Final = {"type": "string", "pattern": DURATION_PATTERN}

POLICIES: Final[list[Policy]] = [
    _stack_policy(
        "certificate-overdue",
        "Every certificate is renewed in time.",
        _overdue,
        # Mandatory, it would stop the very run that renews the stack's other certificates.
        EnforcementLevel.ADVISORY,
        {"dueStepMayWait": _DURATION, "expiresWithin": _DURATION},
    ),
    _stack_policy(
        "binding-takes-id",
        "A stage is given a client certificate's id, not the id of the resource that rotates it.",
        lambda resources, _config: takes_id(resources),
    ),
    _stack_policy(
        "stage-without-ignore-changes",
        "A stage that a binding binds leaves clientCertificateId alone.",
        lambda resources, _config: without_ignore_changes(resources),
    ),
    _resource_policy(
        "no-delete-before-replace",
        "A certificate, its trust and its bindings are never deleted before their successor exists.",
        deleted_first,
    ),
    _stack_policy(
        "rotation-without-publish",
        "Backends are told of each certificate before a stage presents it.",
        lambda resources, config: unpublished(resources, config.get("publishedElsewhere", ())),
        # They may well be told by something outside the program.
        EnforcementLevel.ADVISORY,
        {"publishedElsewhere": {"type": "array", "items": {"type": "string"}}},
    ),
    _resource_policy(
        "openssl-family-pem",
        "A backend gets its trust in a form of which it accepts every certificate.",
        read_as_plain_pem,
    ),
]
