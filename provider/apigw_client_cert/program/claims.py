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

from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.asserted_stages import AssertedStages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping


def owner_of(name: str, token: str, opts: pulumi.ResourceOptions | None) -> pulumi.Input[str]:
    """The URN that the engine will give the resource."""
    parent = opts.parent if opts is not None else None
    if parent is None:
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{token}::{name}"
    urn = create_urn(name, token, parent)
    # Without its dependencies: through its parent's URN a child would depend on the component, and so on itself.
    return pulumi.Output(set(), cast("Awaitable[str]", urn.future()), urn.is_known(), urn.is_secret())


def claim_stage(props: Mapping[str, Any], owner: pulumi.Input[str]) -> None:
    """Let every provider of this run know that the program has a binding of this stage."""
    _join_the_run()
    api_id, stage_name = props.get("apiId"), props.get("stageName")
    if isinstance(api_id, str) and isinstance(stage_name, str) and isinstance(owner, str):
        _claim(api_id, stage_name, owner)
    else:
        pulumi.Output.all(api_id, stage_name, owner).apply(lambda known: _claim(*known))


def _claim(api_id: str, stage_name: str, owner: str) -> None:
    engine_run.CLAIMS.claim(engine_run.stage_place(api_id, stage_name), owner, declared=True)


@functools.cache
def _join_the_run() -> None:
    """Meet the run's other processes.

    The board stays open: a provider that starts after the program has ended reads it, and takes it away.
    """
    address = engine_address()
    if address:
        engine_run.share(AssertedStages(address, pulumi.log.warn))


def engine_address() -> str:
    """Where the engine is; empty where this process is no program that Pulumi's language host started.

    Such a one is told by ``--engine`` and tells it nobody (pulumi-language-python-exec).
    """
    arguments = sys.orig_argv
    return arguments[arguments.index("--engine") + 1] if "--engine" in arguments[:-1] else ""


def former_urns(name: str, type_: str, opts: pulumi.ResourceOptions) -> list[tuple[str, pulumi.Output[str] | str]]:
    """The names and URNs that a resource had, by its aliases; what is known at run time only is left out."""
    found: list[tuple[str, pulumi.Output[str] | str]] = []
    for alias in opts.aliases or ():
        if isinstance(alias, str):
            found.append((alias.rpartition("::")[2], alias))
        elif isinstance(alias, pulumi.Alias):
            # The SDK's types do not have the `...` of what was left out.
            given: dict[str, Any] = {key: one for key, one in vars(alias).items() if one is not ...}
            former, kind = given.get("name", name), given.get("type_", type_)
            at = given.get("parent", opts.parent), given.get("project"), given.get("stack")
            if {type(former), type(kind), type(at[1]), type(at[2])} <= {str, type(None)}:
                # No URN has the stack among its types, though in Construct it is a parent like others.
                urn = pulumi.create_urn(former, kind, *at).apply(
                    lambda one: one.replace("::pulumi:pulumi:Stack$", "::")
                )
                found.append((former, urn))
    return found
