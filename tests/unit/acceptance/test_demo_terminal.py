"""What the demo shows of Pulumi's output, and how."""

from __future__ import annotations

import io

from acceptance.demo.account import Account
from acceptance.demo.terminal import Terminal, readable

UP = """\
Updating (demo):

@ updating....
 ~  pulumi:pulumi:Stack orders-demo refreshing (0s)
 ~  pulumi-python:dynamic/apigw:StageBinding orders-dev refreshing (0s)
 ~  pulumi-python:dynamic/apigw:StageBinding orders-dev refresh (0.65s)
 ~  pulumi-python:dynamic/apigw:StageBinding orders-prod refresh (0.65s) [diff: ~presented]
    pulumi:pulumi:Stack orders-demo running orders: certificate abc expires
 ~  pulumi-python:dynamic/apigw:StageBinding orders-dev updating (0s) [diff: ~clientCertificateId]
 ~  pulumi-python:dynamic/apigw:StageBinding orders-dev updated (0.02s) [diff: ~clientCertificateId]
    pulumi-python:dynamic/apigw:TrustBundle orders-trust  \x20
    pulumi:pulumi:Stack orders-demo  1 message
Diagnostics:
  pulumi:pulumi:Stack (orders-demo):
    orders: certificate abc expires

Outputs:
  ~ phase                      : "steady" => "published"
  ~ trust_bundle               :\x20
        ...
      + -----BEGIN CERTIFICATE-----
      + MIIC6TCCAdGgAwIBAgIJAPoy3G9SCgRAMA0GCSqGSIb3DQEBCwUAMDQxCzAJBgNV
      + -----END CERTIFICATE-----
  ~ trusted_fingerprints_sha256: [
        [0]: "3a6857076d04e441e1fbbd8fd7bae90cf726b0883e499f4462654ebfc8ea2213"
    ]

Resources:
    ~ 1 updated


"""
SHOWN = """\
Updating (demo):

 ~  pulumi-python:dynamic/apigw:StageBinding orders-prod refresh (0.65s) [diff: ~presented]
 ~  pulumi-python:dynamic/apigw:StageBinding orders-dev updated (0.02s) [diff: ~clientCertificateId]
Diagnostics:
  pulumi:pulumi:Stack (orders-demo):
    orders: certificate abc expires

Outputs:
  ~ phase                      : "steady" => "published"

Resources:
    ~ 1 updated

"""
FAILED = """\
 +  pulumi-python:dynamic/apigw:StageBinding orders-dev **creating failed** error: stage is not there
Diagnostics:
  pulumi-python:dynamic/apigw:StageBinding (orders-dev):
    error: Exception calling application: stage is not there

error: update failed
"""


def test_progress_and_pem_are_left_out_and_every_other_line_is_as_it_was() -> None:
    """Lines are dropped, never changed."""
    assert "\n".join(readable(UP.splitlines(keepends=True))) + "\n" == SHOWN


def test_errors_are_shown_in_full() -> None:
    """No rule takes a line of a failure away."""
    assert list(readable(FAILED.splitlines())) == FAILED.splitlines()


def test_coloured_output_is_judged_by_its_text_and_shown_with_its_colours() -> None:
    """On a terminal Pulumi colours every line."""
    done = " \x1b[1m\x1b[38;5;3m~ \x1b[0m pulumi:pulumi:Stack orders-demo \x1b[38;5;3mupdated (1s)\x1b[0m"
    begun = done.replace("updated (1s)", "updating (0s)")

    assert list(readable([begun, done])) == [done]


def test_without_colour_nothing_but_text_is_written() -> None:
    """Logs and files get no escapes."""
    plain, coloured = io.StringIO(), io.StringIO()
    for out in (plain, coloured):
        terminal = Terminal(out, colour=out is coloured)
        terminal.title("Day 0", "what to look at")
        terminal.failure("gone")

    assert "\x1b" not in plain.getvalue()
    assert "\x1b[" in coloured.getvalue()
    assert "# what to look at\n" in plain.getvalue()


def test_the_table_says_what_each_stage_presents_and_what_is_published() -> None:
    """A dash is nothing; file and parameter are told apart only where they differ."""
    out = io.StringIO()
    Terminal(out, colour=False).account("day 7", Account({"dev": "abc", "prod": None}, ("abc",), ("abc",), ("xyz",)))

    header, row = out.getvalue().splitlines()
    assert " ".join(header.split()) == "dev presents prod presents file and parameter hold in the account"
    assert " ".join(row.split()) == "day 7 abc - abc | xyz abc"
