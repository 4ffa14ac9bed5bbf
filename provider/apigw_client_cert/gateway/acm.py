"""Certificates of ACM where a stage names one: its ``clientCertificateId`` is then an ARN (docs/aws.md §1.6).

They are somebody else's: ACM renews them, and API Gateway's own operations know none of them.
"""

from __future__ import annotations

import re
from typing import Final

ACM_ARN: Final = re.compile(r"arn:aws[a-z0-9-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+")


def is_acm(presented: str) -> bool:
    """Whether what a stage presents is ACM's.

    Any ARN counts. API Gateway's own ids have no colon, and an ARN of a form that nobody has seen yet must not be
    looked up as an id, found missing, and taken for a certificate that is gone.
    """
    return presented.startswith("arn:")


def named(presented: str | None) -> str:
    """What a stage presents, as messages call it."""
    if not presented:
        return "no certificate"
    return f"the ACM certificate {presented}" if is_acm(presented) else presented
