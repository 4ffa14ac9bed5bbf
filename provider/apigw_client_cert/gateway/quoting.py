"""What a message may repeat of AWS's words and of botocore's errors: no certificate, no credential, one short line."""

from __future__ import annotations

from typing import Final

from apigw_client_cert.gateway.answers import is_unsent

#: Who, what, on what and because of which policy: a denial of AWS's needs that much.
_LONGEST_QUOTE: Final = 500
#: A proxy's page may be megabytes.
_LONGEST_READ: Final = 10_000


def speakable(error: Exception) -> Exception:
    """The error, fit to be seen: the dynamic host prints the whole chain of causes (docs/pulumi.md §1.6).

    botocore quotes what it choked on: a session token with a line break in it, what a ``credential_process`` printed,
    the value that AWS refused. What lies below is cut off, except where no connection was made and it says why.
    """
    from botocore import exceptions as boto  # noqa: PLC0415 - loaded on first need

    if is_unsent(error):
        return error
    error.__cause__ = error.__context__ = None
    quotes = boto.CredentialRetrievalError | boto.TokenRetrievalError | boto.MetadataRetrievalError
    if type(error) is boto.HTTPClientError or isinstance(error, quotes):
        error.args = ("(withheld: it may quote a credential)",)
    else:
        error.args = (quoted(str(error)),)
    return error


def quoted(text: str) -> str:
    """AWS's words: their first line, cut short, and withheld where they repeat a certificate.

    API Gateway goes on after a refused signature with the request as it has to be signed, session token included.
    """
    lines = text[:_LONGEST_READ].strip().splitlines() or [""]
    flat = "".join(one if one.isprintable() else "?" for one in " ".join(lines[0].split()))
    return "(withheld: it repeats a PEM)" if "-----BEGIN" in flat else flat[:_LONGEST_QUOTE]
