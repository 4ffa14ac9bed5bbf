"""What is said where the packages that the sandbox is made of are not installed: a clone has it on its path without."""

from __future__ import annotations

import sys

_OURS = "apigw_sandbox"


def explained(missing: ModuleNotFoundError) -> BaseException:
    """The error to raise in its place: one line for ``python -m apigw_sandbox``, an ImportError for an importer."""
    if missing.name is None or missing.name.partition(".")[0] == _OURS:
        return missing
    said = (
        f"apigw_sandbox needs the package {missing.name}: install apigw-client-cert-sandbox, which brings it; in a"
        " clone of apigw-client-cert that is pip install ./sandbox"
    )
    # What sys.argv begins with while Python looks for the module to run.
    if sys.argv[:1] == ["-m"] and _OURS in sys.orig_argv:
        return SystemExit(said)
    return ModuleNotFoundError(said, name=missing.name)
