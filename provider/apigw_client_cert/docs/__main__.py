"""``python -m apigw_client_cert.docs PAGE`` prints a page that a message names; without one, which there are."""

from __future__ import annotations

import sys

from apigw_client_cert import docs
from apigw_client_cert.cli.output import say


def main(pages: list[str]) -> int:
    """Print, and return the exit status: 1 for a page that is not there."""
    try:
        said = "".join(map(docs.text, pages)) or "".join(f"{name}\n" for name in docs.NAMES)
    except LookupError as error:
        sys.stderr.write(f"{error.args[0]}\n")
        return 1
    say(said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
