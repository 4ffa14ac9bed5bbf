"""docs/backends.md tells users the very lines that the servers here were configured with."""

from __future__ import annotations

from pathlib import Path

import pytest

from apigw_client_cert.backends import published_file
from apigw_client_cert.trust import BACKENDS, setup_lines

PAGE = (Path(__file__).parents[2] / "docs" / "backends.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", BACKENDS)
def test_page_shows_the_setup_lines_of_every_backend(kind: str) -> None:
    """Word for word, in the section of that content, with the path that the lines name."""
    section = PAGE.partition(f'(`content="{kind}"`)\n')[2].partition("\n## ")[0]
    assert f"\n{setup_lines(kind)}```\n" in section
    assert published_file(kind) in section
