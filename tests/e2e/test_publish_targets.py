"""Where trust goes: SSM, S3, Secrets Manager and files; taken, changed by others, moved and removed."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.e2e.conftest import ok, patient_client, quiet, refused

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


class Places:
    """One target of each kind in the sandbox, as backends read them and as somebody else writes them."""

    config: ClassVar[dict[str, object]] = {
        "publish[0].ssm": "/orders/pins",
        "publish[0].content": "sha256",
        "publish[1].bucket": "trust",
        "publish[1].key": "orders.txt",
        "publish[1].content": "sha256",
        "publish[2].secret": "orders-pins",
        "publish[2].content": "sha256",
    }

    def __init__(self, sandbox: Sandbox) -> None:
        self._ssm, self._s3, self._secrets = (patient_client(sandbox, one) for one in ("ssm", "s3", "secretsmanager"))
        self._s3.create_bucket(Bucket="trust")
        self._secrets.create_secret(Name="orders-pins")

    def write(self, text: str) -> None:
        """Replace what all three hold."""
        self._ssm.put_parameter(Name="/orders/pins", Value=text, Type="String", Overwrite=True)
        self._s3.put_object(Bucket="trust", Key="orders.txt", Body=text.encode())
        self._secrets.put_secret_value(SecretId="orders-pins", SecretString=text)

    def read(self) -> set[str]:
        """What the three hold: one text where they agree."""
        return {
            self._ssm.get_parameter(Name="/orders/pins")["Parameter"]["Value"],
            self._s3.get_object(Bucket="trust", Key="orders.txt")["Body"].read().decode(),
            self._secrets.get_secret_value(SecretId="orders-pins")["SecretString"],
        }


def test_targets_of_aws_are_refused_when_taken_written_repaired_and_kept(scenario: Scenario) -> None:
    """What somebody else wrote is not overwritten unasked; what changed ours is, and is seen by refresh (9, 12)."""
    places = Places(scenario.sandbox)
    places.write("somebody else's")
    stack = scenario.stack(config={"name": "orders", **places.config, **scenario.stage_config("dev")})
    text = refused(stack.up())
    assert "already holds something that this bundle did not write" in text
    assert "take_over=True" in text
    assert places.read() == {"somebody else's"}
    assert scenario.presented("dev") is None
    assert scenario.ids() == []

    stack.configure({"takeOver": True})
    ok(stack.up())
    stack.unset("takeOver")
    (published,) = places.read()
    (generation,) = stack.outputs("RotatingClientCertificate")["generations"]
    assert generation["sha256"] in published.lower()

    places.write("edited")
    ok(stack.refresh())
    text = ok(stack.up())
    assert "was changed by somebody else; this update writes it again" in text
    assert all(name in text for name in ("/orders/pins", "trust/orders.txt", "orders-pins"))
    assert places.read() == {published}
    ok(stack.preview("--refresh", "--expect-no-changes"))

    ok(stack.destroy())
    assert places.read() == {published}


def test_the_changelogs_command_brings_a_mended_text_to_what_a_former_release_wrote(scenario: Scenario) -> None:
    """A refresh alone sees no change and a replacement is refused; the command writes it, and moves nothing."""
    pages_file, kind = "/etc/apache2/apigw-client-certs.conf", "apache"
    stack = scenario.stack(
        config={**scenario.default_config(), "publish[0].file": "pins.conf", "publish[0].content": kind}
    )
    ok(stack.up())
    place = stack.folder / "pins.conf"
    mended = place.read_text()
    former = re.sub(r" *<IfModule mod_alias(.|\n)*</IfModule>\n", "", mended)
    assert former != mended
    place.write_text(former)
    state = stack.export()
    (bundle,) = [one for one in state["deployment"]["resources"] if one["type"].endswith("TrustBundle")]
    bundle["outputs"]["digests"] = dict.fromkeys(
        bundle["outputs"]["digests"], hashlib.sha256(former.encode()).hexdigest()
    )
    stack.import_state(state)
    ok(stack.up("--refresh"))
    assert place.read_text() == former
    refused(stack.up("--replace", bundle["urn"]))
    assert place.read_text() == former

    before, since = scenario.mark(), stack.outputs("TrustBundle")["publishedSince"]
    (command,) = re.findall(r"`([^`]*) && pulumi up --refresh`", CHANGELOG.read_text(encoding="utf-8"))
    subprocess.run(command.replace(pages_file, str(place)), shell=True, check=True)  # noqa: S602 - the page's own words
    ok(stack.up("--refresh"))
    assert place.read_text() == mended
    assert (scenario.actions(before), stack.outputs("TrustBundle")["publishedSince"]) == ([], since)
    quiet(stack)
