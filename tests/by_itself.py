"""A lifecycle method as the plugin calls it for a resource whose failure nobody raises later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.failed_step import Unfinished

if TYPE_CHECKING:
    from collections.abc import Callable


def by_itself(method: Callable[..., Any], *arguments: Any) -> Any:
    """What the method returns; raises the error where it could not do all, as if it had left no state."""
    try:
        return method(*arguments)
    except Unfinished as left:
        error = left.error
    # Out here: raised from what carries it, it would be a cause of its own.
    raise error
