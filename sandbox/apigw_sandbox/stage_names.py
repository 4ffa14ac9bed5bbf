"""Which names a stage can have."""

from __future__ import annotations

import re

from apigw_sandbox.api_errors import BadRequest

# CreateStage of either service: "Stage names can only contain alphanumeric characters, hyphens, and underscores.
# Maximum length is 128 characters." Version 2 has $default besides.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
DEFAULT = "$default"


def checked(name: str, *, default: bool = False) -> str:
    """The name; raises ``BadRequest`` where AWS has no such stage. ``default``: ``$default`` is one."""
    if _NAME.fullmatch(name) or (default and name == DEFAULT):
        return name
    raise BadRequest(f"Stage names have 1 to 128 letters, digits, hyphens and underscores: {name!r}")
