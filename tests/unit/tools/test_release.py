"""A release: what is in it, that it is of one version, and that its checksums are right."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest

from tools import release
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.0 - 2027-01-01\n\n- one\n\n### Fixed\n\n- two\n\n## 1.1.0\n"
)


def test_a_release_has_both_distributions_the_plugin_and_right_checksums(tmp_path: Path) -> None:
    """What users verify is every file that was built, the notes aside."""
    made = {file.name: file for file in release.build(tmp_path / "dist")}
    v = release.version()
    built = {
        f"apigw_client_cert-{v}-py3-none-any.whl",
        f"apigw_client_cert-{v}.tar.gz",
        f"apigw_client_cert_sandbox-{v}-py3-none-any.whl",
        f"apigw_client_cert_sandbox-{v}.tar.gz",
        f"pulumi-resource-apigw-client-cert-v{v}.tar.gz",
        "schema.json",
    }
    assert set(made) == {*built, "SHA256SUMS", "NOTES.md"}
    sums = dict(line.split("  ")[::-1] for line in made["SHA256SUMS"].read_text().splitlines())
    assert sums == {name: hashlib.sha256(made[name].read_bytes()).hexdigest() for name in built}
    with zipfile.ZipFile(made[f"apigw_client_cert-{v}-py3-none-any.whl"]) as wheel:
        folders = {name.split("/")[0] for name in wheel.namelist()}
    assert folders == {"apigw_client_cert", f"apigw_client_cert-{v}.dist-info"}


def test_the_notes_are_the_releases_part_of_the_changelog() -> None:
    """Up to the next release, with its own headings."""
    assert release.notes(CHANGELOG, "1.2.0") == "- one\n\n### Fixed\n\n- two\n"


@pytest.mark.parametrize("missing", ["1.3.0", "1.1.0", "1.2"])
def test_a_release_without_words_is_none(missing: str) -> None:
    """And a version is no prefix of another."""
    with pytest.raises(SystemExit, match=f"no words for {missing}"):
        release.notes(CHANGELOG, missing)


def test_the_changelog_has_words_for_this_release() -> None:
    """Before the tag is set, not after."""
    assert release.notes((ROOT / "CHANGELOG.md").read_text(), release.version())
