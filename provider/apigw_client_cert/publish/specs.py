"""What a publish target looks like on the wire, and what can be wrong with it; no boto3, no I/O.

::

    {"type": "file", "path": "pins.pem"}
    {"type": "ssm", "name": "/orders/client-cert-pins"}
    {"type": "s3", "bucket": "orders-trust", "key": "client-cert.pem", "expectedBucketOwner": "123456789012"}
    {"type": "secretsmanager", "secretId": "orders/client-cert"}

Keys that say what to write rather than where (``content``, ``backend``) are the caller's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import safe_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

#: Type -> the keys that say where.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "file": ("path",),
    "ssm": ("name",),
    "s3": ("bucket", "key"),
    "secretsmanager": ("secretId",),
}
#: Type -> the keys that may say more of the place, and may be missing.
OPTIONAL: Final[dict[str, tuple[str, ...]]] = {"s3": ("expectedBucketOwner",)}
#: Type -> the most bytes of a text; a file and an object hold what anybody publishes.
MOST_BYTES: Final = {"ssm": 8192, "secretsmanager": 65_536}
CONTENT_KEYS: Final = frozenset({"content", "backend"})

# A line break in a name would forge a line of the log. Surrogates (Cs) have no UTF-8.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Linux's PATH_MAX (linux/limits.h); the file system's own limits are found when the file is read.
_PATH_BYTES: Final = 4096
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html, "Name".
_SSM_NAME: Final = re.compile(r"(?:/[A-Za-z0-9_.-]+)+|[A-Za-z0-9_.-]+")
_SSM_NAME_LENGTH: Final = 1011
_SSM_LEVELS: Final = 15
# botocore's rule (``handlers.VALID_BUCKET``): today's names have 3 to 63 characters and no upper case, those made in
# us-east-1 before 2018 are buckets all the same. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET: Final = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{3,255}")
# An access point, also of several regions, of Object Lambda or of an Outpost, where a bucket's name may stand
# (``handlers.VALID_S3_ARN``).
_ACCESS_POINT: Final = re.compile(
    r"arn:aws[a-z0-9-]*:(?:s3|s3-object-lambda):[a-z0-9-]*:\d{12}:accesspoint[/:][A-Za-z0-9.-]{1,63}"
    r"|arn:aws[a-z0-9-]*:s3-outposts:[a-z0-9-]+:\d{12}:outpost[/:][A-Za-z0-9-]{1,63}[/:]accesspoint[/:][A-Za-z0-9-]{1,63}",
    re.ASCII,
)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_IP_ADDRESS: Final = re.compile(r"\d+\.\d+\.\d+\.\d+")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
_KEY_BYTES: Final = 1024
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, "Name".
_SECRET_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_SECRET_ARN: Final = re.compile(r"arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+")


def spec_findings(spec: Mapping[str, Any], other_keys: Collection[str] = CONTENT_KEYS) -> str | None:
    """What is wrong with a spec, in a sentence without a full stop; None for nothing.

    Args:
        spec: The target as on the wire; every value known (no Pulumi unknown).
        other_keys: Keys that are allowed and checked elsewhere.

    Does not check that the place exists or may be written.
    """
    kind = spec.get("type")
    if not isinstance(kind, str) or kind not in KEYS:
        return f"a publish target's `type` is one of {', '.join(KEYS)}, not {safe_repr(kind)}"
    optional = OPTIONAL.get(kind, ())
    unknown = sorted(set(spec) - {"type", *KEYS[kind], *optional, *other_keys})
    if unknown:
        taken = ", ".join((*KEYS[kind], *optional))
        return f"a publish target of type {kind} has no key {safe_repr(unknown[0])}; it takes {taken}"
    for key in (*KEYS[kind], *(key for key in optional if spec.get(key) is not None)):
        value = spec.get(key)
        if not isinstance(value, str) or not value.strip():
            return f"a publish target of type {kind} needs `{key}`, a text that is not empty"
        if _CONTROL.search(value):
            return f"`{key}` {safe_repr(value)} holds a NUL or another control character"
        finding = _FINDINGS[kind, key](value)
        if finding is not None:
            return finding
    return None


def _path(path: str) -> str | None:
    length = len(path.encode())
    if length > _PATH_BYTES:
        return f"`path` is {length} bytes long; a file system takes {_PATH_BYTES} at most"
    return f"`path` {safe_repr(path)} is a folder, not a file" if path.endswith("/") else None


def _ssm_name(name: str) -> str | None:
    if not _SSM_NAME.fullmatch(name):
        return f"SSM parameter name {safe_repr(name)} is not letters, digits and _ . - between slashes, the first one in front"
    if len(name) > _SSM_NAME_LENGTH:
        return f"the SSM parameter name is {len(name)} characters long; AWS takes {_SSM_NAME_LENGTH}"
    if name.count("/") > _SSM_LEVELS:
        return f"SSM parameter name {safe_repr(name)} has more than {_SSM_LEVELS} levels"
    if name.lstrip("/").lower().startswith(("aws", "ssm")):
        return f"SSM parameter name {safe_repr(name)} begins with aws or ssm, which AWS keeps for itself"
    return None


def _bucket(bucket: str) -> str | None:
    if _ACCESS_POINT.fullmatch(bucket):
        return None
    if not _BUCKET.fullmatch(bucket):
        return (
            f"S3 bucket {safe_repr(bucket)} is neither a bucket's name (3 or more letters, digits and . _ -) nor the ARN of"
            " an access point"
        )
    return f"S3 bucket name {safe_repr(bucket)} looks like an IP address" if _IP_ADDRESS.fullmatch(bucket) else None


def _key(key: str) -> str | None:
    length = len(key.encode())
    if length > _KEY_BYTES:
        return f"the S3 key is {length} bytes long; AWS takes {_KEY_BYTES}"
    depth = 0
    for segment in key.split("/"):
        depth += -1 if segment == ".." else segment not in {"", "."}
        if depth < 0:
            return f"S3 key {safe_repr(key)} climbs out of the bucket with `..`"
    return None


def _account(account: str) -> str | None:
    if _ACCOUNT.fullmatch(account):
        return None
    return f"`expectedBucketOwner` {safe_repr(account)} is no account id, which has 12 digits"


def _secret_id(secret_id: str) -> str | None:
    if _SECRET_NAME.fullmatch(secret_id) or _SECRET_ARN.fullmatch(secret_id):
        return None
    return f"{safe_repr(secret_id)} is neither a secret's name (letters, digits and / _ + = . @ -, at most 512) nor its ARN"


_FINDINGS: Final[dict[tuple[str, str], Callable[[str], str | None]]] = {
    ("file", "path"): _path,
    ("ssm", "name"): _ssm_name,
    ("s3", "bucket"): _bucket,
    ("s3", "key"): _key,
    ("s3", "expectedBucketOwner"): _account,
    ("secretsmanager", "secretId"): _secret_id,
}
