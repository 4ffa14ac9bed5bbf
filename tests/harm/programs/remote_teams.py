"""Teams as the configuration says, from a component provider of the user's own: ``team_provider.py``."""

from __future__ import annotations

from typing import Any

import pulumi


class Team(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, name: str, props: dict[str, Any]) -> None:
        super().__init__("teams:index:Team", name, props, remote=True)


for name, entry in pulumi.Config().require_object("teams").items():
    Team(name, entry)
