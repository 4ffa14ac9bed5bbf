"""Stages that pulumi-aws manages, kept from undoing what a binding did."""

from __future__ import annotations

from typing import Final

import pulumi

# A stage whose certificate is not among its program's inputs is unbound by its own next update
# (docs/aws.md §7); so is one whose program names an older certificate.
IGNORED: Final = "clientCertificateId"
STAGES: Final = frozenset({"aws:apigateway/stage:Stage", "aws:apigatewayv2/stage:Stage"})


def protect_stages() -> None:
    """Give every ``aws.apigateway.Stage`` and ``aws.apigatewayv2.Stage`` of the program ``ignore_changes``.

    Call it once, before the first stage is declared: it registers a transform of the whole stack, which adds
    ``clientCertificateId`` to what these resources ignore and changes nothing else. Stages that other stacks or other
    tools manage are not reached.
    """
    pulumi.runtime.register_resource_transform(ignoring)


def ignoring(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """The transform: a stage ignores its certificate, beside what it ignores already; all else is left alone."""
    if args.type_ not in STAGES or IGNORED in (args.opts.ignore_changes or ()):
        return None
    added = pulumi.ResourceOptions(ignore_changes=[IGNORED])
    return pulumi.ResourceTransformResult(props=args.props, opts=pulumi.ResourceOptions.merge(args.opts, added))
