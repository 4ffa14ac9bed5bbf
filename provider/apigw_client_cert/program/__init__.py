"""The three resources as a Pulumi program declares them: inputs in snake case, outputs typed."""
