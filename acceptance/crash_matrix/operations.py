"""Which method of the lifecycle makes which call, by listening at its doors."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apigw_sandbox.faults import Faults

_MODULES = (certificate, trust_bundle, binding)
_METHODS = ("check", "diff", "create", "read", "update", "delete")


@contextlib.contextmanager
def watched(faults: Faults) -> Iterator[dict[int, str]]:
    """The number of each call meanwhile, since the faults were armed -> ``certificate.update`` and the like."""
    made: dict[int, str] = {}
    with contextlib.ExitStack() as undo:
        for module in _MODULES:
            for method in _METHODS:
                original = getattr(module, method)
                name = f"{module.__name__.rpartition('.')[2]}.{method}"
                undo.callback(setattr, module, method, original)
                setattr(module, method, _noting(original, name, faults, made))
        yield made


def _noting(original: Callable[..., Any], name: str, faults: Faults, made: dict[int, str]) -> Callable[..., Any]:
    @functools.wraps(original)
    def noting(*arguments: Any) -> Any:  # noqa: ANN401 - any method of the lifecycle
        before = faults.calls
        try:
            return original(*arguments)
        finally:
            made.update(dict.fromkeys(range(before + 1, faults.calls + 1), name))

    return noting
