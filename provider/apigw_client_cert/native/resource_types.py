"""Which resource is which: type tokens, the lifecycle behind each, and what Check fills in from the URN."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import act as binding_steps
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.binding import outputs as binding_state
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.certificate import outputs as certificate_state
from apigw_client_cert.lifecycle.failed_step import DECLARING
from apigw_client_cert.lifecycle.inputs import CONNECTION, snake
from apigw_client_cert.lifecycle.ownership import NAMES
from apigw_client_cert.lifecycle.trust_bundle import crud as bundle
from apigw_client_cert.lifecycle.trust_bundle import outputs as bundle_state

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from apigw_client_cert.lifecycle.results import Lifecycle

PACKAGE: Final = "apigw-client-cert"
COMPONENT: Final = f"{PACKAGE}:index:ClientCertificateRotation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One resource type.

    ``inputs`` and ``outputs`` are names on the wire; ``required`` are those that ``check`` refuses to miss.
    ``filled`` names the inputs that Check takes from the URN where the program leaves them out, as the Python
    declarations do for the dynamic form. ``identified`` is the id that a creation from these inputs returns.
    ``repeats`` names the outputs that say again what an input says: where that one is a secret, so are they.
    ``creation_only`` names the inputs that a creation reads and no state keeps, ``declaring`` those that say who
    declares it and how, which no state keeps either. ``following`` names what a resource needs of its certificate to
    follow the rotation; Python's declarations hand it on by themselves.
    """

    name: str
    lifecycle: Lifecycle
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    required: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    identified: Callable[[Mapping[str, Any]], str]
    repeats: Mapping[str, tuple[str, ...]]
    creation_only: tuple[str, ...] = ()
    declaring: tuple[str, ...] = DECLARING
    following: tuple[str, ...] = ()

    @property
    def unkept(self) -> frozenset[str]:
        """The inputs that no state keeps: what only a creation reads, and who declares it."""
        return frozenset({*self.creation_only, *self.declaring})

    @property
    def token(self) -> str:
        """``apigw-client-cert:index:StageBinding``."""
        return f"{PACKAGE}:index:{self.name}"


def _by_name(props: Mapping[str, Any]) -> str:
    return str(props["name"])


CERTIFICATE: Final = Kind(
    name="RotatingClientCertificate",
    lifecycle=certificate,
    inputs=certificate.INPUTS,
    outputs=certificate_state.OUTPUTS,
    filled=(*NAMES, "owner"),
    identified=_by_name,
    repeats={
        "adoptClientCertificateId": (
            "adoptedClientCertificateId",
            "clientCertificateId",
            "generations",
            "history",
            "previousClientCertificateIds",
            "adoptedElsewhereClientCertificateIds",
            "untaggedClientCertificateIds",
        )
    },
    creation_only=certificate_state.CREATION_ONLY,
)
BUNDLE: Final = Kind(
    name="TrustBundle",
    lifecycle=bundle,
    inputs=bundle.INPUTS,
    outputs=bundle_state.OUTPUTS,
    required=("rotations", "targets"),
    filled=("name", "owner"),
    identified=_by_name,
    repeats={
        "alsoTrust": ("entries", "keptFor", "lacked", "trustBundlePem", "withdrawn", "withdrawnBesides"),
        "rotations": (
            *("entries", "failedStep", "formerRotations", "keptFor", "lacked", "readFor", "trustBundlePem"),
            *("withdrawn", "withdrawnBesides"),
        ),
        "targets": ("digests", "driftedTargets", "failedStep", "foundDigests", "formerDigests", "unreadTargets"),
    },
)
# What of a binding's state names certificates, and what holds what a trial or a probe was answered.
_NAMING: Final = (
    *("failedStep", "lackedAt", "lastConfirmed", "lastRefused", "presentedClientCertificateId"),
    *("setClientCertificateId", "takenOverClientCertificateId"),
)
_ANSWERED: Final = ("evidence", "failedStep", "lastConfirmed", "lastRefused")
BINDING: Final = Kind(
    name="StageBinding",
    lifecycle=binding,
    inputs=binding.INPUTS,
    outputs=binding_state.OUTPUTS,
    required=("apiId", "clientCertificateId", "stageName"),
    filled=("owner",),
    following=("generations", "rotationId"),
    identified=lambda props: str(binding_steps.stage_of(props)),
    repeats={
        "clientCertificateId": (*_NAMING, "waitingFor"),
        "confirm": _ANSWERED,
        "generations": _NAMING,
        "publishedTo": ("failedStep",),
        "verify": _ANSWERED,
    },
)
# The component's keywords for its certificate, all that it takes, and what it gives.
COMPONENT_POLICY: Final = tuple(
    key
    for key in certificate.INPUTS
    if key not in {*NAMES, *CONNECTION, *CERTIFICATE.creation_only, *CERTIFICATE.declaring}
)
COMPONENT_INPUTS: Final = (
    "stages",
    "waves",
    "publish",
    "alsoTrust",
    "withdraw",
    "takeOver",
    "onDelete",
    "redeploy",
    "verify",
    "windows",
    *COMPONENT_POLICY,
    *CONNECTION,
)
COMPONENT_OUTPUTS: Final = (
    "clientCertificateId",
    "expirationDate",
    "generation",
    "nextAction",
    "nextActionAt",
    "phase",
    "retirementBlockedBy",
    "trustBundlePem",
    "trustedFingerprintsSha256",
)
KINDS: Final = {kind.token: kind for kind in (CERTIFICATE, BUNDLE, BINDING)}


def kind_of(urn: str) -> Kind:
    """The kind that a URN names; raises ``BadInput`` for a type of another release."""
    token = _parts(urn)[2].rpartition("$")[2]
    if token not in KINDS:
        raise errors.BadInput(
            f"{PACKAGE} has no resource type {token}",
            means="Nothing was looked at.",
            remedy=f"It has {', '.join(KINDS)}: correct the type, or use the release of the plugin that has it.",
            subject=token,
        )
    return KINDS[token]


def filled(kind: Kind, urn: str, news: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs, with what the URN says of those that were left out."""
    named = {**names_of(urn), "owner": urn}
    return {**{key: named[key] for key in kind.filled if named.get(key) is not None}, **news}


def strangers(name: str, news: Iterable[str], inputs: Collection[str], outputs: Collection[str] = ()) -> dict[str, str]:
    """The properties that no release of ours reads: a misspelt duration must not be ignored (invariant 10).

    An output among the inputs is let through, and so is what the engine adds: state that came from the dynamic form
    has both.
    """
    unread = [key for key in news if key not in inputs and key not in outputs and not key.startswith("__")]
    return {key: _stranger(name, key, inputs) for key in unread}


def _stranger(name: str, key: str, inputs: Collection[str]) -> str:
    close = difflib.get_close_matches(key, inputs, n=1)
    meant = f"did you mean {close[0]} ({snake(close[0])} in Python)?" if close else f"it has {', '.join(inputs)}"
    return f"{name} has no property {errors.safe_repr(key)}; {meant}"


def unfollowed(kind: Kind, news: Mapping[str, Any]) -> dict[str, str]:
    """The properties without which a resource works until its certificate's first successor, and never after.

    A stage that is bound without them looks right for eleven months. Then no run knows that the presented certificate
    is of the same rotation, or since when the successor is trusted, and the stage presents the old one past its end.
    """
    return {
        key: f"{key} is missing, and without it this {kind.name} cannot follow the certificate's rotation: give"
        f" {key} of the certificate that clientCertificateId is of"
        for key in kind.following
        if news.get(key) is None
    }


def names_of(urn: str) -> dict[str, str | None]:
    """Name, project, stack and the parent's type, None for the stack itself as parent.

    ``urn:pulumi:dev::orders::pkg:index:Parent$pkg:index:Child::name``; only the name may hold ``::``.
    """
    stack, project, types, name = _parts(urn)
    above = types.split("$")[:-1]
    return {"name": name, "project": project, "stack": stack, "parent": above[-1] if above else None}


def _parts(urn: str) -> tuple[str, str, str, str]:
    stack, project, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    return stack, project, types, name
