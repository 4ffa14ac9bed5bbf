"""The schema as it is committed beside this module."""

from __future__ import annotations

import functools
import json
from importlib import resources


@functools.cache
def text() -> str:
    """``schema.json``, which ``python -m apigw_client_cert.native.schema.build`` writes."""
    return resources.files(__package__).joinpath("schema.json").read_text(encoding="utf-8")


def version() -> str:
    """The plugin's version."""
    return str(json.loads(text())["version"])
