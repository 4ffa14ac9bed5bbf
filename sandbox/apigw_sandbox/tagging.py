"""Tags: their limits, and the ARNs that carry them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_sandbox.api_errors import BadRequest, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

# UNVERIFIED: AWS's pages differ (docs/aws.md §1.3). botocore's model documents [a-zA-Z+-=._:/] for TagResource, the
# developer guide letters, numbers, spaces and + - = . _ : / @, and an answer of AWS was recorded that holds an @.
# The wider set is taken here: letters, separators and numbers by their Unicode categories, and these signs.
_SIGNS = frozenset("+-=._:/@")
MAX_KEY = 128
MAX_VALUE = 256
MAX_TAGS = 50

_ARN = re.compile(
    r"arn:aws(?:-[a-z]+)*:apigateway:(?P<region>[a-z0-9-]+)::/(?:"
    r"clientcertificates/(?P<certificate>[^/]+)"
    r"|restapis/(?P<api>[^/]+)(?:/stages/(?P<stage>[^/]+))?"
    r")"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taggable:
    """What an ARN names: a certificate, a REST API, or (api and stage) a stage."""

    certificate_id: str | None = None
    api_id: str | None = None
    stage_name: str | None = None


def parse_arn(arn: str, *, region: str) -> Taggable:
    """The resource that an API Gateway ARN names.

    Raises:
        BadRequest: not an ARN of a resource that the sandbox can tag.
        NotFound: an ARN of another region.
    """
    match = _ARN.fullmatch(arn)
    if match is None:
        raise BadRequest(f"Invalid ARN specified in the request: {arn}")
    if match["region"] != region:
        raise NotFound(f"{arn} is not in {region}")
    return Taggable(certificate_id=match["certificate"], api_id=match["api"], stage_name=match["stage"])


def short_name(arn: str) -> str:
    """The certificate id, API id or ``api/stage`` in an ARN; the ARN itself where it names none of these."""
    match = _ARN.fullmatch(arn)
    if match is None:
        return arn
    return match["certificate"] or (f"{match['api']}/{match['stage']}" if match["stage"] else match["api"])


def checked(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags, if AWS would take them; raises ``BadRequest``."""
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_KEY:
            raise BadRequest(f"A tag key has 1 to {MAX_KEY} characters, not {len(key)}")
        if len(value) > MAX_VALUE:
            raise BadRequest(f"The value of tag {key} has {len(value)} characters, more than {MAX_VALUE}")
        if key.lower().startswith("aws:"):
            raise BadRequest(f"Tag keys that start with aws: are reserved: {key}")
        for text in (key, value):
            if not all(one in _SIGNS or unicodedata.category(one).startswith(("L", "Z", "N")) for one in text):
                raise BadRequest(f"Tag {key!r} has a character that is no letter, number, space or + - = . _ : / @")
    return dict(tags)


def merged(present: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """Both, the added ones winning; raises ``BadRequest`` for a bad tag or for more than 50."""
    tags = {**present, **checked(added)}
    if len(tags) > MAX_TAGS:
        raise BadRequest(f"A resource takes at most {MAX_TAGS} tags, not {len(tags)}")
    return tags
