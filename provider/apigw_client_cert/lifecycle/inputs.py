"""Reading inputs off the wire: what ``check`` validates, and what every later method may then rely on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from apigw_client_cert.errors import safe_repr
from apigw_client_cert.gateway.connection import Connection, is_plain
from apigw_client_cert.rotation.durations import parse_duration
from apigw_client_cert.rotation.policy import Policy, draw_jitter, policy_clashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What the engine sends in place of a value that is not known at preview: the Python SDK's rpc.UNKNOWN,
# whatever the value's type (docs/pulumi.md §2.2).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

DURATIONS = {
    "rotateBefore": "rotate_before",
    "publishLead": "publish_lead",
    "overlap": "overlap",
    "activateBy": "activate_by",
}
CONNECTION = ("region", "profile", "assumeRoleArn", "endpointUrl")

# The form of every region of every partition in botocore's data (a test asks them all), and of those to come: Secrets
# Manager's RegionType, without the FIPS endpoints' names, which are a way to a region and none.
_REGION = re.compile(r"(?!fips-)(?=.{1,63}$)([a-z]+-)+\d+", re.ASCII)
_ROLE_ARN = re.compile(r"arn:aws[a-z0-9-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
CERTIFICATE_ID = re.compile(r"[A-Za-z0-9]{1,64}")
# AWS generates API ids; the documented shape is lower-case alphanumerics (ten of them in every sample).
API_ID = re.compile(r"[a-z0-9]{1,64}")
# API Gateway: "Stage names can only contain alphanumeric characters, hyphens, and underscores"; 128 at most.
STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}|\$default")

Properties = dict[str, Any]


@dataclass(slots=True)
class Failures:
    """The first thing wrong with each property, for ``CheckFailure``."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, reason: str) -> None:
        """Note a failure; a property keeps its first one."""
        self.found.setdefault(key, reason)

    def text(self, news: Mapping[str, Any], key: str, *, required: bool = False) -> str | None:
        """The property when it is a non-empty string and known; notes anything else as a failure."""
        value = news.get(key)
        if value is None:
            if required:
                self.add(key, f"{snake(key)} is required")
            return None
        if value == UNKNOWN:
            return None
        if not isinstance(value, str) or not value.strip():
            self.add(key, f"{snake(key)} must be a non-empty string, not {safe_repr(value)}")
            return None
        return value

    def match(self, news: Mapping[str, Any], key: str, form: re.Pattern[str], example: str, **how: bool) -> None:
        """Note a failure unless the property is absent, unknown, or of this form."""
        value = self.text(news, key, **how)
        if value is not None and form.fullmatch(value) is None:
            self.add(key, f"{snake(key)} is {safe_repr(value)}; expected something like {example}")

    def choice(self, news: Mapping[str, Any], key: str, choices: Iterable[str]) -> None:
        """Note a failure unless the property is absent, unknown, or one of these words."""
        value = news.get(key)
        if value not in (None, UNKNOWN, *choices):
            self.add(key, f"{snake(key)} is {safe_repr(value)}; expected one of {', '.join(choices)}")

    def flag(self, news: Mapping[str, Any], key: str) -> None:
        """Note a failure unless the property is absent, unknown, or a boolean."""
        value = news.get(key)
        if value not in (None, UNKNOWN) and not isinstance(value, bool):
            self.add(key, f"{snake(key)} must be True or False, not {safe_repr(value)}")


def snake(key: str) -> str:
    """The Python name of a property: ``rotateBefore`` -> ``rotate_before``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), key)


def known(properties: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - a property has any JSON type
    """The property, or None where it is absent or not known at preview."""
    value = properties.get(key)
    return None if value == UNKNOWN else value


def has_unknown(value: object) -> bool:
    """Whether anything inside is not known at preview."""
    if isinstance(value, dict):
        return any(has_unknown(one) for one in value.values())
    if isinstance(value, list):
        return any(has_unknown(one) for one in value)
    return bool(value == UNKNOWN)


def check_connection(olds: Mapping[str, Any], news: Mapping[str, Any], failures: Failures) -> None:
    """Validate where and as whom to connect; the region is fixed once a resource exists, the way there is not."""
    failures.match(news, "region", _REGION, '"eu-central-1"')
    failures.match(news, "assumeRoleArn", _ROLE_ARN, '"arn:aws:iam::123456789012:role/rotation"')
    profile = failures.text(news, "profile")
    if profile is not None and not profile.isprintable():
        failures.add(
            "profile", f"profile is {safe_repr(profile)}, with a line break or another control character in it"
        )
    endpoint = failures.text(news, "endpointUrl")
    if endpoint is not None:
        if "@" in endpoint:
            # Not shown: it would be a secret in the log, as it would be in state.
            failures.add("endpointUrl", "endpoint_url holds a user name or password; give credentials by profile")
        elif not is_url(endpoint):
            failures.add(
                "endpointUrl", f'endpoint_url is {safe_repr(endpoint)}; expected a URL like "http://127.0.0.1:4566"'
            )
        elif is_plain(endpoint):
            failures.add(
                "endpointUrl",
                f"endpoint_url is {safe_repr(endpoint)}: without TLS anybody on the way to another machine may answer"
                " in AWS's place; use https://",
            )
    before, after = known(olds, "region"), known(news, "region")
    if before is not None and news.get("region") != UNKNOWN and before != after:
        failures.add("region", f"{fixed('region', before, after)}; {SET_BACK}")


def is_url(text: str) -> bool:
    """Whether it is an http or https URL, which names a host and can stand in a log and on a terminal as it is.

    A URL is ASCII (RFC 3986): a host that looks like another one has to be written as it is asked for (xn--…).
    """
    if not all(sign.isprintable() and sign.isascii() and not sign.isspace() for sign in text):
        # urlsplit drops line breaks, and lets the others pass.
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


SET_BACK = "set it back, or create another resource beside this one and move the stages to it"


def fixed(key: str, before: object, after: object) -> str:
    """What is wrong with a changed identity; the remedy is ``SET_BACK``."""
    return f"{snake(key)} is fixed at creation: it is {safe_repr(before)} and cannot become {safe_repr(after)}"


def check_durations(news: Mapping[str, Any], failures: Failures, keys: Iterable[str] = DURATIONS) -> None:
    """Validate each duration alone, then the arithmetic of the policy where all of them are known."""
    parsed: dict[str, timedelta] = {}
    keys = tuple(keys)
    for key in (*keys, "jitter"):
        value = news.get(key)
        if value is None or value == UNKNOWN:
            continue
        try:
            parsed[key] = parse_duration(value)
        except ValueError as error:
            failures.add(key, f"{snake(key)}: {error}")
    if any(news.get(key) == UNKNOWN or key in failures.found for key in (*keys, "jitter")):
        return
    if set(keys) != set(DURATIONS):
        return
    default = Policy()
    values = {name: parsed.get(key, getattr(default, name)) for key, name in DURATIONS.items()}
    on_the_wire = {name: key for key, name in DURATIONS.items()}
    for name, message in policy_clashes(**values, jitter=parsed.get("jitter", timedelta(0))).items():
        failures.add(on_the_wire.get(name, name), message)


def policy_of(properties: Mapping[str, Any]) -> Policy:
    """The policy of checked inputs; what is unset has the default."""
    durations = {
        name: parse_duration(properties[key]) for key, name in DURATIONS.items() if known(properties, key) is not None
    }
    jitter = known(properties, "jitter")
    pin = known(properties, "pinGeneration")
    return Policy(
        **durations,
        jitter=draw_jitter(parse_duration(jitter), str(properties.get("name", ""))) if jitter else timedelta(0),
        trigger=known(properties, "rotationTrigger"),
        pin=None if pin is None else int(pin),
    )


def connection_of(properties: Mapping[str, Any]) -> Connection:
    """The connection of checked inputs or of state."""
    return Connection(
        region=known(properties, "region"),
        profile=known(properties, "profile"),
        assume_role_arn=known(properties, "assumeRoleArn"),
        endpoint_url=known(properties, "endpointUrl"),
    )


def settled_connection(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Connection:
    """Credentials from the program, place from state: a changed AWS_REGION must not move a certificate."""
    return connection_of({**{key: news.get(key) for key in CONNECTION}, "region": known(olds, "region")})


def changed(olds: Mapping[str, Any], news: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The properties whose value differs; absent and None are the same, 1 and 1.0 as well."""
    return [key for key in keys if _set_in(olds.get(key)) != _set_in(news.get(key))]


def _set_in(value: object) -> object:
    """The value without what is unset in it: the dynamic host keeps such a None, the plugin does not."""
    if isinstance(value, dict):
        return {key: _set_in(one) for key, one in value.items() if one is not None}
    return [_set_in(one) for one in value] if isinstance(value, list) else value
