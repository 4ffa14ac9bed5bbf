"""``apigw-client-cert iam-policy``: what IAM has to allow, for the stages and targets that states declare."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import click

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.cli.iam import Use, document, policy
from apigw_client_cert.cli.options import reading_if_named
from apigw_client_cert.cli.output import say
from apigw_client_cert.errors import joined, page, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from apigw_client_cert.cli.sources import Sources

_USES: Final = {
    "preview": {Use.PREVIEW},
    "rotate": {Use.ROTATE},
    "adopt": {Use.ROTATE, Use.ADOPT},
    "verify": {Use.ROTATE, Use.VERIFY},
    "status": {Use.STATUS},
    "sweep": {Use.SWEEP},
}


@click.command("iam-policy")
@reading_if_named
@click.option(
    "--for",
    "purposes",
    multiple=True,
    type=click.Choice(list(_USES)),
    default=["rotate"],
    show_default=True,
    help=f"Who is to be allowed to do what; repeatable. {page('iam')} says what each is.",
)
def command(*, sources: Sources, purposes: Sequence[str]) -> int:
    """Print the IAM policy for these states; without any, the one with words in capitals to replace."""
    uses = {use for one in purposes for use in _USES[one]}
    if not sources.named:
        _print(policy(uses))
        return ExitStatus.FINE
    from apigw_client_cert.cli.fleet import fleet_of  # noqa: PLC0415 - the words alone need no state
    from apigw_client_cert.cli.iam_names import Names  # noqa: PLC0415 - as above

    fleet = fleet_of(sources.read())
    if fleet.unread or not fleet.groups:
        for label, why in told(fleet.unread):
            sys.stderr.write(f"unread  {printable(label)}: {printable(why)}\n")
        sys.stderr.write("apigw-client-cert: a policy for what was not read would deny it. Nothing was printed.\n")
        return ExitStatus.UNREAD
    _print(document(Names.of(fleet).statements(uses)))
    return ExitStatus.FINE


def _print(printed: Mapping[str, Any]) -> None:
    from apigw_client_cert.cli.iam_names import WORD  # noqa: PLC0415 - loads the lifecycle, which the page does not need

    say(json.dumps(printed, indent=2) + "\n")
    resources = (one["Resource"] for one in printed["Statement"])
    texts = [text for one in resources for text in ([one] if isinstance(one, str) else one)]
    words = sorted({word for text in texts for word in WORD.findall(text)})
    if words:
        sys.stderr.write(f"apigw-client-cert: replace {joined(words)} by your own: {page('iam')}.\n")
