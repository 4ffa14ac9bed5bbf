"""What Pulumi's dynamic host tells of an error of ours: its message, and nothing else.

Up to SDK 3.259 the host let gRPC put ``Exception calling application: `` before the message. Since 3.260 it answers
with ``traceback.format_exc()``: the whole chain of causes, botocore's among them, of which the engine shows the first
line in the resource's row and all of it in the diagnostics. Neither door of that function is ours: a second
``context.abort`` overrides the first, and what is no ``Exception`` leaves the engine without an answer. What is left is
the host's own name ``traceback``.
"""

from __future__ import annotations

import sys
import traceback
from types import ModuleType
from typing import Any, Final

from apigw_client_cert.errors import RotationError

_HOST: Final = "pulumi.dynamic.__main__"


class Wording(ModuleType):
    """The module ``traceback`` as the host uses it: an error of ours is its message, everything else is as ever."""

    def __init__(self) -> None:
        super().__init__(traceback.__name__, traceback.__doc__)

    def format_exc(self, *limits: Any, **options: Any) -> str:  # noqa: ANN401 - handed on as they are
        """What the host answers for the exception that it handles; a bug keeps its traceback."""
        error = sys.exc_info()[1]
        return str(error) if isinstance(error, RotationError) else traceback.format_exc(*limits, **options)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(traceback, name)


def say_messages_only() -> None:
    """Do so where this process is the dynamic host, and its SDK one that answers with tracebacks.

    An SDK that words its answers in a third way is left alone; tests/compatibility notices it.
    """
    host = sys.modules.get("__main__")
    spec = getattr(host, "__spec__", None)
    if getattr(spec, "name", "") == _HOST and getattr(host, "traceback", None) is traceback:
        vars(host)["traceback"] = Wording()
