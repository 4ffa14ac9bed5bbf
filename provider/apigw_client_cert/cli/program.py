"""The program ``apigw-client-cert``: how every call of it ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from apigw_client_cert import errors
from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.output import complain, forget

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED: Final = 130
_EXTRA: Final = ("click", "cronsim", "rich")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; ends the process with an ``ExitStatus``, and never with a traceback for what can be expected."""
    try:
        status = _ended(arguments)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        complain(
            f"{missing} is not installed. Nothing was read. Install the extra: pip install 'apigw-client-cert[cli]'"
        )
        status = ExitStatus.UNREAD
    except errors.RotationError as error:
        complain(str(error))
        status = ExitStatus.UNREAD
    except OSError as error:
        # Where something is read, that it cannot be is a line of the answer; so this is the answer.
        forget()
        complain(f"what there is to say cannot be written: {error.strerror or error}. Not all of it was said.")
        status = ExitStatus.UNREAD
    sys.exit(status)


def _ended(arguments: Sequence[str] | None) -> int:
    import click  # noqa: PLC0415 - the extra may not be installed

    from apigw_client_cert.cli.commands import program  # noqa: PLC0415 - needs click

    try:
        status = program.main(args=arguments, prog_name="apigw-client-cert", standalone_mode=False)
    except click.ClickException as error:
        # click's own status for wrong usage is 2, which says here that something is due.
        error.show()
        return ExitStatus.UNREAD
    except click.Abort:
        return _INTERRUPTED
    return int(status or ExitStatus.FINE)
