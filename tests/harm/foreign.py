"""What somebody did by hand before us: a certificate of their own, bound and trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.harm.conftest import Scene


def bound_and_trusted(scene: Scene, *stages: str) -> str:
    """The id of somebody else's certificate, presented by these stages and written to the target by hand."""
    certificate = scene.sandbox.by_hand.generate_certificate()
    for stage in stages:
        scene.sandbox.by_hand.bind(scene.api, stage, certificate)
    scene.trusted.parent.mkdir(exist_ok=True)
    scene.trusted.write_text(scene.published() + scene.pem(certificate) + "\n", encoding="ascii")
    return certificate
