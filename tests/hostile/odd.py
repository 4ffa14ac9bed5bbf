"""Values that nobody sane writes, and some that people do write."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

# Committed, because a certificate made on the spot would change what Hypothesis does with it.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBFzCBvaADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCkFwaUdhdGV3
YXkwHhcNMjYwMzAxMDAwMDAwWhcNMjcwMzAxMDAwMDAwWjAVMRMwEQYDVQQDDApB
cGlHYXRld2F5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEW5ecLDTbUFbhXR0L
X8pr5NY1bsziZsURHDNY28lC8dqHO1TQbjgSEYgYxb4SWp+MjpWU+Q9NjCp27kAk
VINrJjAKBggqhkjOPQQDAgNJADBGAiEAuy6ZZPkE9wQjUjLIrYVgssELxOx+EUy7
djLlJSluoT4CIQDrLAMSii7hKa1Dr7Bsmj17iV4r0nEGqzhjbxjYKrQHyg==
-----END CERTIFICATE-----
"""
OTHER = """\
-----BEGIN CERTIFICATE-----
MIIBFzCBvaADAgECAgECMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCkFwaUdhdGV3
YXkwHhcNMjYwMzAyMDAwMDAwWhcNMjcwMzAyMDAwMDAwWjAVMRMwEQYDVQQDDApB
cGlHYXRld2F5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBAfqHEgSyWfysGyz
QbcPT9YFFuwojoNeeElYSWNJu8gwl6C3jx0AoQSobsmauRtokuSu/tPG5gSOhhHi
5Es8rjAKBggqhkjOPQQDAgNJADBGAiEA+sFakNSN64r5oJz4Zsqbct0GukQRl+JD
BJmxTX8pSrICIQDpdSBZl5t2bDlYVAMGVvtdajL/L+f6Z01YxoSbADc09g==
-----END CERTIFICATE-----
"""
# Not a key: what matters is what it looks like.
PRIVATE_KEY = f"-----BEGIN PRIVATE KEY-----\n{'bm8ga2V5' * 8}\n-----END PRIVATE KEY-----\n"

#: The same examples on every run, whatever the profile: these tests share the machine with others.
steady = settings(derandomize=True, database=None)
fewer = settings(steady, max_examples=50)

TEXTS = (
    "",
    " ",
    ".",
    "..",
    "../../etc/passwd",
    "a/../../b",
    "/",
    "//",
    "a/b",
    "a%2Fb",
    "%",
    "%00",
    "a\0b",
    "a\nb",
    "\r\n",
    "\x1b[2J",
    "a b",
    "a?b=c&d",
    "a#b",
    "a;b",
    "$(id)",
    "`id`",
    "{name}",
    "%(name)s",
    "${name}",
    "'; DROP TABLE",
    "ü",
    "\u202e\u2066",
    "\u0661",
    "日本",
    "\N{PILE OF POO}",
    "arn:aws:apigateway:eu-west-1::/restapis/a",
    "http://[",
    "http://user:password@host",
    "http://host:99999",
    "http://host:0",
    "-",
    "--help",
    "~",
    "~root/x",
    "null",
    "a" * 64,
    "a" * 300,
    "a" * 5000,
    "/" * 5000,
    "9" * 5000,
    "ü" * 5000,
    CERTIFICATE,
    PRIVATE_KEY,
    PRIVATE_KEY.replace("\n", ""),
)

texts = st.sampled_from(TEXTS) | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
_leaves = (
    texts | st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.sampled_from([1e300, -0.0])
)
json_values: st.SearchStrategy[Any] = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
