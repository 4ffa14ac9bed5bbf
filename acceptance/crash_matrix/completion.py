"""What a point must come to: the account in the same shape as after an undisturbed run. Imports nothing of the package.

The rest of the judgement is acceptance/model/oracle.py's, which follows every call of every run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.model.seen import Certificate, fingerprints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from acceptance.model.seen import Snapshot
    from apigw_sandbox.journal import JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An account and a state without ids and dates.

    ``roles``: generation number -> role, from state. ``presents``: stage -> the number, "foreign" and so on.
    ``trusted``: target -> the same, for each certificate that it lets in. ``account``: how many of each there are.
    """

    roles: Mapping[str, str]
    presents: Mapping[str, str]
    trusted: Mapping[str, tuple[str, ...]]
    account: Mapping[str, int]


def shape_of(seen: Snapshot, known: Mapping[str, Certificate], generations: Iterable[Mapping[str, object]]) -> Shape:
    """The shape of what was seen; ``known`` are all certificates that ever were."""
    listed = list(generations)
    numbers = {str(one["id"]): f"{int(str(one['number']).partition('.')[0])}" for one in listed}
    names = {one.id: _name(one, numbers) for one in known.values()}
    by_sha256 = {one.sha256: names[one.id] for one in known.values()}
    return Shape(
        roles={numbers[str(one["id"])]: str(one["role"]) for one in listed},
        presents={stage: names.get(shown or "", shown or "nothing") for stage, shown in sorted(seen.presents.items())},
        trusted={
            address: tuple(sorted(by_sha256.get(one, one) for one in fingerprints(content)))
            for address, content in sorted(seen.targets.items())
        },
        account=dict(sorted(Counter(names[one] for one in seen.certificates).items())),
    )


def incompleteness(shape: Shape) -> list[str]:
    """What is wrong with an account at rest, whatever led to it."""
    found = []
    if "orphan" in shape.account:
        found.append(f"{shape.account['orphan']} certificates of ours are in no state")
    if shape.roles and list(shape.roles.values()).count("active") != 1:
        found.append(f"not one generation is active: {shape.roles}")
    found += [f"{stage} presents what is in no state" for stage, shown in shape.presents.items() if shown == "orphan"]
    return found


def orphans(made: Iterable[JournalEntry], seen: Snapshot, listed: Collection[str]) -> list[str]:
    """Certificates that came over the API, exist, and are in no state."""
    ids = {entry.resource for entry in made if entry.action == "GenerateClientCertificate" and entry.succeeded}
    return sorted(one for one in ids if one in seen.certificates and one not in listed)


def _name(one: Certificate, numbers: Mapping[str, str]) -> str:
    if one.id in numbers:
        return numbers[one.id]
    return "foreign" if one.rotation is None else "orphan"
