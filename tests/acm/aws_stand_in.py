"""A stand-in for the ``aws`` command: the commands of docs/acm.md, parsed by botocore's own service models.

API Gateway's go to ``AWS_ENDPOINT_URL``. The sandbox serves no ACM, so those are answered from ``STAND_IN_ANSWERS``;
that operation and options exist is checked all the same. Wrong usage ends with 252, as it does there.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import jmespath  # type: ignore[import-untyped]  # what botocore brings has no stubs
from botocore import xform_name

USAGE = 252
OUTPUT = ("--query", "--output")


def main(arguments: list[str]) -> str:
    """What the command prints."""
    service, command, *rest = arguments
    model = botocore.session.get_session().get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if command not in operations:
        raise SystemExit(USAGE)
    shape: Any = model.operation_model(operations[command]).input_shape
    options: dict[str, Any] = {f"--{xform_name(name, '-')}": (name, member) for name, member in shape.members.items()}
    values = _values(rest)
    if set(values) - set(options) - set(OUTPUT):
        raise SystemExit(USAGE)
    given = {options[flag][0]: _parsed(options[flag][1], texts) for flag, texts in values.items() if flag in options}
    if missing := set(shape.required_members) - set(given):
        raise SystemExit(f"missing: {missing}")
    answer = _answer(service, operations[command], given)
    if query := values.get("--query"):
        answer = jmespath.search(query[0], answer)
    return str(answer) if values.get("--output") == ["text"] else json.dumps(answer, default=str)


def _values(arguments: list[str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for argument in arguments:
        if argument.startswith("--"):
            values[flag := argument] = []
        else:
            values[flag].append(argument)
    return values


def _parsed(member: Any, texts: list[str]) -> Any:
    """Text, or the shorthand ``key=value,key=value`` of structures and maps."""
    if member.type_name == "string":
        (text,) = texts
        return text
    pairs = [dict(pair.split("=", 1) for pair in text.split(",")) for text in texts]
    return pairs if member.type_name == "list" else pairs[0]


def _answer(service: str, operation: str, given: dict[str, Any]) -> Any:
    if service != "apigateway":
        return json.loads(Path(os.environ["STAND_IN_ANSWERS"]).read_text())[operation]
    return getattr(boto3.client("apigateway"), xform_name(operation))(**given)


if __name__ == "__main__":
    print(main(sys.argv[1:]))  # noqa: T201 - a command
