"""The policies of ``iam`` for what states declare: their regions, stages and targets in the place of the words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.iam import STATEMENTS, Statement, Use
from apigw_client_cert.gateway.interface import StageKind
from apigw_client_cert.lifecycle.inputs import known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from apigw_client_cert.cli.fleet import Fleet, Group
    from apigw_client_cert.cli.resources import Binding
    from apigw_client_cert.cli.states import Resource

#: A word that stands for a name; what is left of them only a person knows.
WORD: Final = re.compile("REGION|ACCOUNT|API|STAGE|RESOURCE|METHOD|NAME|BUCKET|KEY")
_PARTITIONS: Final = {"cn-": "arn:aws-cn:", "us-gov-": "arn:aws-us-gov:", "us-iso": "arn:aws-iso:"}
_TARGETS: Final = {"ssm": Use.SSM, "s3": Use.S3, "secretsmanager": Use.SECRETS_MANAGER}
# Neither reads a target.
_WRITERS: Final = frozenset({Use.ROTATE, Use.ADOPT, Use.VERIFY})
_OF_THE_ACCOUNT: Final = frozenset({Use.STATUS, Use.SWEEP})
# What IAM reads as a wildcard or as a variable, as the characters that they are.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
_SPECIAL: Final = re.compile(r"[*?$]")


@dataclass(frozen=True, slots=True)
class Names:
    """What states declare, each as the words that it stands for.

    ``stages`` are by family, ``targets`` by type; a target that is named by an ARN has it as ``ARN``.
    """

    regions: tuple[Mapping[str, str], ...]
    stages: Mapping[str, tuple[Mapping[str, str], ...]]
    targets: Mapping[Use, tuple[Mapping[str, str], ...]]

    @classmethod
    def of(cls, fleet: Fleet) -> Names:
        """The names in these states; what is encrypted or missing there keeps its word."""
        stages = {
            family: _distinct(_stage(one) for one in _bindings(fleet) if one.stage.kind is kind)
            for family, kind in (("/restapis/API/", StageKind.REST), ("/apis/API/", StageKind.WEBSOCKET))
        }
        targets = {
            use: _distinct(_target(spec, where) for spec, where in _specs(fleet) if spec.get("type") == kind)
            for kind, use in _TARGETS.items()
        }
        regions = _distinct(_where(resource) for group in fleet.groups for resource in _owners(group))
        return cls(regions, stages, targets)

    def statements(self, uses: Collection[Use]) -> list[Statement]:
        """The statements for these uses and for the declared targets, without those that nothing needs here.

        Who writes nothing gets of the targets' statements those that look, and who only asks about the account none.
        """
        targets = () if set(uses) <= _OF_THE_ACCOUNT else (use for use, found in self.targets.items() if found)
        wanted = {*uses, *targets}
        writes = not _WRITERS.isdisjoint(uses)
        found = []
        for one in STATEMENTS:
            of_targets = not one.uses.isdisjoint(_TARGETS.values())
            if one.uses.isdisjoint(wanted) or (of_targets and not writes and not one.reads):
                continue
            resources = tuple(dict.fromkeys(self._resources(one)))
            if resources:
                found.append(replace(one, resources=resources))
        return found

    def _resources(self, statement: Statement) -> Iterator[str]:
        for resource in statement.resources:
            for words in self._rows(resource, statement):
                yield _filled(_by_arn(resource, words["ARN"]) if "ARN" in words else resource, words)

    def _rows(self, resource: str, statement: Statement) -> Iterable[Mapping[str, str]]:
        for family, stages in self.stages.items():
            if family in resource:
                return stages
        for use in statement.uses & set(_TARGETS.values()):
            return self.targets[use]
        return self.regions or ({},)


def _bindings(fleet: Fleet) -> Iterator[Binding]:
    for group in fleet.groups:
        yield from group.bindings


def _owners(group: Group) -> list[Resource]:
    """Whose account and region the calls about certificates and stages go to."""
    own = [group.certificate.resource] if group.certificate is not None else []
    return [*own, *(one.resource for one in group.bindings)]


def _where(resource: Resource) -> dict[str, str]:
    both = {**resource.inputs, **resource.outputs}
    found = {"REGION": known(both, "region"), "ACCOUNT": known(both, "accountId")}
    return {word: str(value) for word, value in found.items() if value}


def _stage(binding: Binding) -> dict[str, str]:
    verify = known(binding.resource.given, "verify")
    tried = {"METHOD": str(verify.get("method") or "GET")} if isinstance(verify, dict) else {}
    return {**_where(binding.resource), "API": binding.stage.api_id, "STAGE": binding.stage.stage_name, **tried}


def _specs(fleet: Fleet) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    """Each target, and where it is: as its bundle says, else where its certificates are."""
    for group in fleet.groups:
        near = next((_where(one) for one in _owners(group)), {})
        for bundle in group.bundles:
            targets = known(bundle.resource.given, "targets") or ()
            yield from ((one, {**near, **_where(bundle.resource)}) for one in targets if isinstance(one, dict))


def _target(spec: Mapping[str, Any], where: Mapping[str, str]) -> dict[str, str]:
    name = str(spec.get("secretId") or spec.get("bucket") or "")
    if name.startswith("arn:"):
        return {**where, "ARN": name, "KEY": str(spec.get("key") or "")}
    words = {
        "NAME": str(spec.get("name") or spec.get("secretId") or "").removeprefix("/"),
        "BUCKET": str(spec.get("bucket") or ""),
        "KEY": str(spec.get("key") or ""),
    }
    return {**where, **{word: value for word, value in words.items() if value}}


def _by_arn(resource: str, arn: str) -> str:
    """The ARN that names the place; of an access point, the objects behind it where a bucket's would stand.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    return f"{arn}/object/KEY" if resource.endswith("/KEY") else arn


def _filled(resource: str, words: Mapping[str, str]) -> str:
    region = words.get("REGION", "")
    partition = next((arn for begin, arn in _PARTITIONS.items() if region.startswith(begin)), "arn:aws:")
    encoded = partition.replace(":", "%3A")

    def name(match: re.Match[str]) -> str:
        return _SPECIAL.sub(r"${\g<0>}", words.get(match[0], match[0]))

    resource = resource.replace("arn:aws:", partition, 1).replace("arn%3Aaws%3A", encoded, 1)
    return WORD.sub(name, resource)


def _distinct(found: Iterable[dict[str, str]]) -> tuple[Mapping[str, str], ...]:
    return tuple({tuple(sorted(one.items())): one for one in found}.values())
