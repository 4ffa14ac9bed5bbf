"""What may be read in a message, and in everything that the Pulumi host prints around it.

The dynamic host shows the traceback of an exception with its chain of causes (docs/pulumi.md §1.6), and
every line that is said.
"""

from __future__ import annotations

import re
import traceback
from typing import Any

from apigw_client_cert.errors import RotationError
from apigw_client_cert.lifecycle.inputs import snake

ACCESS_KEY = "AKIAHOSTILE7EXAMPLE0"
SECRET_KEY = "planted/secret+key/0123456789abcdefghijkl"  # noqa: S105 - made up, to be searched for
SESSION_TOKEN = "planted-session-token"  # noqa: S105 - made up, to be searched for
PROFILE_TEXT = "planted-profile-text"
#: A person reads a message on a terminal. The longest has a quotation of AWS, or ten stages, in it.
LONGEST = 1200
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def audited(text: str, longest: int = LONGEST) -> str:
    """The text, which holds no credential, no PEM, no control character, and is no longer than this."""
    withheld = [one for one in (SECRET_KEY, SESSION_TOKEN, PROFILE_TEXT, ACCESS_KEY, "-----BEGIN") if one in text]
    assert not withheld, f"{withheld} in {text[:2000]!r}"
    assert not _CONTROL.search(text), repr(text[:2000])
    assert len(text) <= longest, f"{len(text)} characters: {text[:2000]!r}"
    return text


def audited_error(error: BaseException) -> RotationError:
    """The error, which is one of ours, says all three things, and has a chain of causes that may be shown."""
    assert isinstance(error, RotationError), f"{type(error).__name__}: {error}"
    for part in (error.what, error.means, error.remedy):
        assert part.strip()
    audited(str(error))
    audited(repr(error))
    # The source lines of the traceback are ours and botocore's, and may be many.
    audited("".join(traceback.format_exception(error)), longest=60_000)
    seen: BaseException | None = error
    while seen is not None:
        audited(str(seen))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return error


def audited_failures(failures: dict[str, str]) -> dict[str, str]:
    """Failures of ``check``: each is about its own property and may be shown."""
    for key, reason in failures.items():
        audited(reason)
        named = {key, snake(key), _WORDED.get(key, key)}
        assert any(name in reason for name in named), f"{key}: {reason}"
    return failures


def audited_state(state: dict[str, Any]) -> None:
    """State may hold certificates, and nothing else that is in a PEM."""
    text = repr(state)
    for secret in (SECRET_KEY, SESSION_TOKEN, PROFILE_TEXT, ACCESS_KEY, "PRIVATE KEY"):
        assert secret not in text


# What a program calls the inputs that the declarations wire.
_WORDED = {"rotations": "certificate", "alsoTrust": "also_trust", "tags": "tag", "publish": "target"}
