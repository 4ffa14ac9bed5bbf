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


def test_places_that_trust_nobody_are_taken_by_the_first_run(scenario: Scenario) -> None:
    """A placeholder of another tool, which cannot make an empty parameter, is no trust of anybody's."""
    places = Places(scenario.sandbox)
    places.write("placeholder")
    stack = scenario.stack(config={"name": "orders", **places.config, **scenario.stage_config("dev")})
    ok(stack.up())
    (published,) = places.read()
    (generation,) = stack.outputs("RotatingClientCertificate")["generations"]
    assert published == f"{generation['sha256']}\n"
    assert scenario.presented("dev") == generation["id"]


def test_tags_of_every_alphabet_reach_the_certificate(scenario: Scenario) -> None:
    """An address, a key of two words, an umlaut: what AWS's guide allows is neither refused nor changed."""
    tags = {"Owner": "platform@example.com", "Cost Center": "4711", "Team": "Bestellungen-K\u00f6ln"}
    ok(scenario.stack(config={**scenario.default_config(), "tags": tags}).up())
    (made,) = scenario.sandbox.certificates()
    assert {key: value for key, value in made.tags.items() if not key.startswith("apigw-client-cert:")} == tags


def test_a_retargeted_bundle_leaves_the_old_file_and_restarts_the_lead_for_the_new_one(scenario: Scenario) -> None:
    """The new file is complete, the old one stays, and stages wait until the new one was there for the lead (1, 12)."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    first, second = scenario.ids()
    old = stack.folder / "pins.txt"
    content = old.read_text()

    scenario.at(336.5)
    before = scenario.mark()
    stack.configure({"publish[0].file": "elsewhere.txt"})
    ok(stack.up())
    assert old.read_text() == content
    assert (stack.folder / "elsewhere.txt").read_text() == content

    scenario.at(337)
    text = ok(stack.up())
    assert f"stage {scenario.api}/dev keeps {first} until 2027-02-02T19:36" in text
    assert scenario.actions(before) == []

    scenario.at(337.5)
    ok(stack.up())
    assert sorted(scenario.moves(before)) == [("dev", second), ("prod", second)]


def test_a_target_added_and_one_removed_change_neither_stages_nor_the_removed_file(scenario: Scenario) -> None:
    """Trust is withdrawn only by retirement or expiry (invariant 12)."""
    stack = scenario.stack()
    ok(stack.up())
    before = scenario.mark()
    stack.configure({"publish[1].file": "second.txt"})
    ok(stack.up())
    pins = (stack.folder / "pins.txt").read_text()
    assert "BEGIN CERTIFICATE" in (stack.folder / "second.txt").read_text()

    stack.unset("publish[0]")
    ok(stack.up())
    assert (stack.folder / "pins.txt").read_text() == pins
    stack.unset("publish")
    text = ok(stack.up())
    assert "left as it is, to be removed" in text
    assert "second.txt" in text
    assert (stack.folder / "second.txt").exists()
    assert scenario.actions(before) == []
    ok(stack.preview("--expect-no-changes"))


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
