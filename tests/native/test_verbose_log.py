"""What SECURITY.md warns of: Pulumi's verbose log repeats what was given as a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok

if TYPE_CHECKING:
    from tests.native.conftest import NativeScenario

PROGRAM = """
import pulumi

class Certificate(pulumi.CustomResource):
    def __init__(self, name, **props):
        super().__init__("apigw-client-cert:index:RotatingClientCertificate", name, props)

endpoint = pulumi.Config().require("endpointUrl")
Certificate("orders", endpointUrl=endpoint, description=pulumi.Output.secret("hu" + "sh, a secret of the user's"))
"""
SECRET = "hush, a secret of the user's"  # noqa: S105 - must be found, or not
KEY = "hush/the+credentials"


@pytest.mark.e2e
def test_pulumis_verbose_log_repeats_secrets_and_no_credentials(scenario: NativeScenario) -> None:
    """A log of ``-v=9`` is to be kept like the secrets themselves; the plain output holds none."""
    stack = scenario.stack(program=PROGRAM)
    stack.env["AWS_SECRET_ACCESS_KEY"] = KEY
    scenario.use_plugin(stack)
    assert SECRET not in ok(stack.preview())
    said = ok(stack.up("--logtostderr", "-v=9"))
    assert SECRET in said
    assert KEY not in said
