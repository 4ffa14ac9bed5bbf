"""The sandbox's account as it was, to start every point from the same place without playing the years again."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import apigatewayv2_backends

from apigw_sandbox.moto_extension import backends

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from acceptance.model.cloud import Cloud
    from apigw_sandbox.certificates import ClientCertificate
    from apigw_sandbox.moto_extension.backends import Shelf


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """Clock, certificates, APIs, stages and the contents of targets; the journal goes on."""

    at: datetime
    certificates: Mapping[str, Mapping[str, ClientCertificate]]
    shelf: Shelf
    targets: Mapping[str, str | None]


def save(cloud: Cloud, addresses: tuple[str, ...]) -> SavedAccount:
    """The account as it is now, with the targets at these addresses."""
    plane = cloud.sandbox._plane  # noqa: SLF001 - a sandbox has no use for its own past but in this tool
    return SavedAccount(
        at=cloud.sandbox.clock.now(),
        certificates={region: store.copied() for region, store in plane.certificate_stores().items()},
        shelf=backends.copied(plane.account_id),
        targets={address: cloud.content(address) for address in addresses},
    )


def restore(cloud: Cloud, saved: SavedAccount) -> None:
    """Let the account be so again; what was saved stays as it is."""
    plane = cloud.sandbox._plane  # noqa: SLF001 - as above
    cloud.sandbox.faults.clear()
    with plane.lock:
        for region, store in plane.certificate_stores().items():
            kept = saved.certificates.get(region, {})
            store._certificates = {id_: replace(one, tags=dict(one.tags)) for id_, one in kept.items()}  # noqa: SLF001 - as above
        _put_back(apigateway_backends[plane.account_id], saved.shelf.rest)
        _put_back(apigatewayv2_backends[plane.account_id], saved.shelf.websocket)
    cloud.sandbox.clock.set(saved.at, frozen=True)
    for address, content in saved.targets.items():
        if cloud.content(address) != content:
            cloud.write(address, content)


def _put_back(place: Any, contents: Mapping[str, Any]) -> None:  # noqa: ANN401 - moto has no types
    place.clear()
    place.update(copy.deepcopy(dict(contents)))
