"""What `check` says of a publish target, without AWS."""

from __future__ import annotations

import pytest

from apigw_client_cert.publish.specs import KEYS, spec_findings

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/pins-AbCdEf"


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "file", "path": "pins.pem"},
        {"type": "file", "path": "/etc/nginx/pins.pem", "content": "nginx", "backend": "nginx"},
        {"type": "ssm", "name": "/orders/client-cert_pins.v1"},
        {"type": "ssm", "name": "pins"},
        {"type": "s3", "bucket": "orders-trust.eu", "key": "client cert/ü.pem"},
        {"type": "s3", "bucket": "orders", "key": "a/../b"},
        {"type": "s3", "bucket": "orders", "key": "k", "expectedBucketOwner": "123456789012"},
        {"type": "s3", "bucket": "orders", "key": "k", "expectedBucketOwner": None},
        {"type": "secretsmanager", "secretId": "orders/pins@1"},
        {"type": "secretsmanager", "secretId": ARN},
    ],
)
def test_a_good_spec_has_no_finding(spec: dict[str, str]) -> None:
    """Names that AWS takes, and keys that say what to write."""
    assert spec_findings(spec) is None


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ({}, "`type`"),
        ({"type": "ftp"}, "'ftp'"),
        ({"type": ["file"]}, "`type`"),
        ({"type": "file"}, "`path`"),
        ({"type": "file", "path": " "}, "`path`"),
        ({"type": "file", "path": 7}, "`path`"),
        ({"type": "file", "path": "folder/"}, "folder"),
        ({"type": "file", "path": "a\0b"}, "NUL"),
        ({"type": "file", "path": "a\nb"}, "control character"),
        ({"type": "file", "path": "ü" * 2049}, "4098 bytes"),
        ({"type": "file", "path": "x", "pth": "y"}, "'pth'"),
        ({"type": "ssm", "name": "orders/pins"}, "slashes"),
        ({"type": "ssm", "name": "/orders//pins"}, "slashes"),
        ({"type": "ssm", "name": "/orders/"}, "slashes"),
        ({"type": "ssm", "name": "pins!"}, "slashes"),
        ({"type": "ssm", "name": "/AWS/pins"}, "keeps for itself"),
        ({"type": "ssm", "name": "ssm-pins"}, "keeps for itself"),
        ({"type": "ssm", "name": "/a" * 16}, "15 levels"),
        ({"type": "ssm", "name": "a" * 1012}, "1011"),
        ({"type": "s3", "bucket": "ab", "key": "k"}, "3 or more"),
        ({"type": "s3", "bucket": "a" * 256, "key": "k"}, "3 or more"),
        ({"type": "s3", "bucket": "orders/trust", "key": "k"}, "nor the ARN of an access point"),
        ({"type": "s3", "bucket": "...", "key": "k"}, "3 or more"),
        ({"type": "s3", "bucket": "arn:aws:s3:::orders-trust", "key": "k"}, "nor the ARN of an access point"),
        ({"type": "s3", "bucket": "10.0.0.1", "key": "k"}, "IP address"),
        ({"type": "s3", "bucket": "orders", "key": "ü" * 513}, "1026 bytes"),
        ({"type": "s3", "bucket": "orders"}, "`key`"),
        ({"type": "s3", "bucket": "orders", "key": "k", "expectedBucketOwner": "12345678901"}, "no account id"),
        ({"type": "s3", "bucket": "orders", "key": "k", "expectedBucketOwner": "١٢٣٤٥٦٧٨٩٠١٢"}, "no account id"),
        (
            {"type": "s3", "bucket": "orders", "key": "k", "expectedBucketOwner": 123456789012},
            "needs `expectedBucketOwner`",
        ),
        ({"type": "ssm", "name": "k", "expectedBucketOwner": "123456789012"}, "has no key"),
        ({"type": "s3", "bucket": "orders", "key": "../other/k"}, "climbs out"),
        ({"type": "s3", "bucket": "orders", "key": "a/./../../k"}, "climbs out"),
        ({"type": "s3", "bucket": "orders", "key": "a\x1b[2Jb"}, "control character"),
        ({"type": "secretsmanager", "secretId": "a b"}, "neither"),
        ({"type": "secretsmanager", "secretId": "a" * 513}, "neither"),
    ],
)
def test_a_bad_spec_names_what_is_wrong(spec: dict[str, object], word: str) -> None:
    """One sentence, ready for a check failure."""
    finding = spec_findings(spec)
    assert finding is not None
    assert word in finding
    assert not finding.endswith(".")


def test_the_caller_says_which_other_keys_it_knows() -> None:
    """What to write is checked elsewhere."""
    spec = {"type": "file", "path": "x", "takeOver": True}
    assert spec_findings(spec) is not None
    assert spec_findings(spec, other_keys={"takeOver"}) is None


def test_every_type_has_its_keys_checked() -> None:
    """A new type without a check would raise here."""
    for kind, keys in KEYS.items():
        assert spec_findings({"type": kind, **dict.fromkeys(keys, "abc")}) is None
