"""As many resources that do nothing as ``rotating.py`` has, which depend on each other in the same way."""

from __future__ import annotations

import pulumi

from benchmarks.programs.nothing import Nothing

for place in pulumi.Config().require("stages").split(","):
    name = place.replace("/", "-")
    certificate = Nothing(f"{name}-certificate")
    bundle = Nothing(f"{name}-bundle", certificate.name)
    Nothing(f"{name}-binding", certificate.name, bundle.name)
