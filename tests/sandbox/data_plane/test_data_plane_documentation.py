"""docs/sandbox.md says of the data plane what is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apigw_sandbox.behaviour import Shape
from apigw_sandbox.data_plane import failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_sandbox import Sandbox
    from tests.sandbox.data_plane.backend import Backend

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_example_works(sandbox: Sandbox, make_backend: Callable[..., Backend]) -> None:
    """As it stands on the page."""
    (example,) = re.findall(r"```py\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own page
    backend = make_backend()
    names["orders_through_dev"](sandbox, backend.url)
    assert [seen["path"] for seen in backend.seen] == ["/orders?page=2"]


def test_every_reason_and_shape_is_named() -> None:
    """Nothing can be added without a word about it."""
    named = set(re.findall(r"`([^`\n]+)`", PAGE))
    kinds = [kind for kind in vars(failures).values() if isinstance(kind, failures.Kind)]
    assert {kind.reason for kind in kinds} | {failures.CALLER_GONE} <= named
    assert {shape.value for shape in Shape} <= named
