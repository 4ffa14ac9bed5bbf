"""How a switch of a stage is verified, as a program writes it. Values only."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from apigw_client_cert.program.arguments import made_of_kinds
from apigw_client_cert.program.wire import Duration, camel, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi


class _Spec:
    """Something that is written to the wire as the fields that were given."""

    def properties(self) -> dict[str, Any]:
        """What was given, under its names on the wire."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]  # of dataclasses only
        return {camel(name): written(value) for name, value in given.items() if value is not None}


@made_of_kinds("TestInvoke")
@dataclass(frozen=True, kw_only=True)
class TestInvoke(_Spec):
    """A trial by TestInvokeMethod before a stage moves: the desired certificate, and what it presents now.

    Attributes:
        resource: The path of a resource that the API has now, such as ``/health``; the backend is called for real.
        path: What to call where ``resource`` has parameters: ``/orders/42`` for ``/orders/{id}``.
        method: ``GET`` by default.
        query, headers: Of the call.
        stage_variables: Overrule the stage's own.
        body: Of the call.
        expect_status: What a good answer has; 200 by default.
        proof: ``fingerprint`` (the default): the answer names the SHA-256 of the certificate that the backend saw, in a
            header or in the body, in any case, with or without colons. ``status``: the status is proof enough, because
            the backend refuses what it does not trust.
        backend: Which server it is (``nginx``, ``apache``, …): a refusal then says how to mend it.
    """

    __test__ = False  # pytest takes the name for a test

    resource: pulumi.Input[str]
    path: pulumi.Input[str] | None = None
    method: pulumi.Input[str] | None = None
    query: Mapping[str, pulumi.Input[str]] | None = None
    headers: Mapping[str, pulumi.Input[str]] | None = field(default=None, repr=False)
    stage_variables: Mapping[str, pulumi.Input[str]] | None = None
    body: pulumi.Input[str] | None = field(default=None, repr=False)
    expect_status: pulumi.Input[int] | None = None
    proof: pulumi.Input[str] | None = None
    backend: pulumi.Input[str] | None = None


@made_of_kinds("HttpProbe")
@dataclass(frozen=True)
class HttpProbe(_Spec):
    """Requests to the deployed stage after it moved, until the new certificate is seen; else the stage moves back.

    Attributes:
        url: Where callers reach the stage; asked from the machine that runs ``pulumi up``.
        method, headers: Of each request; ``GET`` by default.
        expect_status, proof: As in ``TestInvoke``; the fingerprint has to come through to the caller.
        sightings: How many good answers in a row confirm the switch; 3 by default.
        attempts: How many requests there may be in all; 60 by default. Two refusals in a row end it at once.
        interval: Between two requests; "1s" by default.
        timeout: Of one request; "10s" by default.
    """

    url: pulumi.Input[str]
    _: KW_ONLY
    method: pulumi.Input[str] | None = None
    headers: Mapping[str, pulumi.Input[str]] | None = field(default=None, repr=False)
    expect_status: pulumi.Input[int] | None = None
    proof: pulumi.Input[str] | None = None
    sightings: pulumi.Input[int] | None = None
    attempts: pulumi.Input[int] | None = None
    interval: Duration | None = None
    timeout: Duration | None = None
