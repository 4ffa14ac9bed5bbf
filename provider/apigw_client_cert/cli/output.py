"""Standard output, whatever it is connected to."""

from __future__ import annotations

import io
import os
import sys


def say(text: str) -> None:
    """Write text, with its line ends. Whoever has read enough closes the pipe: the rest goes nowhere, and is no error.

    What the encoding of the output does not have comes out escaped.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
