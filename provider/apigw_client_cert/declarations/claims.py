"""What a program claims, told to the providers of its run: under ``--target`` the engine checks only what is named.

A binding that was renamed and is deleted by ``up --target`` of its old name would otherwise find nobody who claims its
stage, because the engine does not check the successor (invariant 9).
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi.resource import create_urn

from apigw_client_cert.gateway.interface import StageRef
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.noticeboard import Noticeboard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping


def owner_of(name: str, token: str, opts: pulumi.ResourceOptions | None) -> pulumi.Output[str]:
    """The URN that the engine will give the resource."""
    urn = create_urn(name, token, opts.parent if opts is not None else None)
    # Without its dependencies: through its parent's URN a child would depend on the component, and so on itself.
    return pulumi.Output(set(), cast("Awaitable[str]", urn.future()), urn.is_known(), urn.is_secret())


def claim_stage(props: Mapping[str, Any], owner: pulumi.Output[str]) -> None:
    """Let every provider of this run know that the program has a binding of this stage."""
    _join_the_run()
    place = pulumi.Output.all(props["apiId"], props["stageName"], owner)
    place.apply(
        lambda known: engine_run.CLAIMS.claim(engine_run.stage_place(StageRef(*known[:2])), known[2], declared=True)
    )


@functools.cache
def _join_the_run() -> None:
    """Meet the run's other processes.

    The board stays open: a provider that starts after the program has ended reads it, and takes it away.
    """
    address = engine_address()
    if address:
        engine_run.share(Noticeboard(address, pulumi.log.warn))


def engine_address() -> str:
    """Where the engine is; empty where this process is no program that Pulumi's language host started.

    Such a one is told by ``--engine`` and tells it nobody (pulumi-language-python-exec).
    """
    arguments = sys.orig_argv
    return arguments[arguments.index("--engine") + 1] if "--engine" in arguments[:-1] else ""
