"""What each property is, in words and as a type: the schema is built from these and from what ``check`` reads.

Names, enumerations and defaults come from the lifecycle and its policy; only descriptions are written here. Defaults
are told, not given: a default in a schema would be sent by every SDK, and a later release could not change it without
showing a change in every stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from apigw_client_cert.gateway.interface import Redeploy, StageKind
from apigw_client_cert.lifecycle.binding.crud import ON_DELETE
from apigw_client_cert.lifecycle.inputs import DURATIONS
from apigw_client_cert.native.resource_types import BINDING, BUNDLE, CERTIFICATE, PACKAGE
from apigw_client_cert.publish.specs import KEYS
from apigw_client_cert.rotation.durations import format_duration
from apigw_client_cert.rotation.history import MOST
from apigw_client_cert.rotation.model import Phase, Role
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.verification import Proof
from apigw_client_cert.trust.contents import CONTENTS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Property(NamedTuple):
    """A description and a schema type."""

    text: str
    type: Mapping[str, Any] = {"type": "string"}


def type_of(name: str) -> dict[str, Any]:
    """A type of this schema."""
    return {"$ref": f"#/types/{PACKAGE}:index:{name}"}


def list_of(items: Mapping[str, Any]) -> dict[str, Any]:
    """A list of one type."""
    return {"type": "array", "items": dict(items)}


TEXT: Final = {"type": "string"}
TEXTS: Final = {"type": "object", "additionalProperties": TEXT}
WHOLE: Final = {"type": "integer"}
FLAG: Final = {"type": "boolean"}

_DEFAULTS: Final = {key: format_duration(getattr(Policy(), name)) for key, name in DURATIONS.items()}

CONNECTION: Final = {
    "region": Property("The AWS region; boto3's default chain where it is left out. Fixed once the resource exists."),
    "profile": Property("The profile of the AWS configuration files; boto3's default chain where it is left out."),
    "assumeRoleArn": Property("The role to assume before every call, as `arn:aws:iam::123456789012:role/rotation`."),
    "endpointUrl": Property("Another endpoint than AWS's own, as an emulator has, or a FIPS or VPC endpoint."),
}
DURATION: Final = {
    "rotateBefore": Property(
        "A successor is issued when the newest generation has less than this to live."
        f" A duration such as `30d`, `24h`, `90m`; by default `{_DEFAULTS['rotateBefore']}`, at most `180d`."
    ),
    "publishLead": Property(
        "How long a successor is trusted before a stage may present it."
        f" A duration; by default `{_DEFAULTS['publishLead']}`."
    ),
    "overlap": Property(
        "How long nobody must have presented a previous generation before it is deleted."
        f" A duration; by default `{_DEFAULTS['overlap']}`."
    ),
    "activateBy": Property(
        "Below this remaining life of the active generation its successor waits no longer."
        f" A duration; by default `{_DEFAULTS['activateBy']}`."
    ),
}
_STATE_VERSION: Final = {"stateVersion": Property("The format of this state.", WHOLE)}
_ACCOUNT: Final = {"accountId": Property("The AWS account that the resource lives in.")}
_PEM: Final = "What backends must trust, as PEM, oldest live generation first."

_DEFERRING: Final = {
    "deferFailures": Property(
        "Whoever declares the resource raises `failedStep` by itself, once all that it declares is done, as the"
        " component does: what cannot be done then keeps nobody from looking after the rest. By default the resource"
        " fails instead.",
        FLAG,
    )
}
_DEFERRED: Final = {
    "failedStep": Property("What could not be done; absent where nothing failed.", type_of("FailedStep"))
}
_OWNER: Final = {
    "owner": Property(
        "The URN of this resource, by default. Of two resources of a run that claim one place, the second is refused; a"
        " certificate carries a digest of its owner as a tag."
    )
}
CERTIFICATE_INPUTS: Final = {
    **_OWNER,
    "name": Property("The name in the certificates' tags; by default the resource's name."),
    "project": Property("The project in the certificates' tags; by default the one of the program."),
    "stack": Property("The stack in the certificates' tags; by default the one that is updated."),
    "parent": Property("The type of the parent in the certificates' tags; by default the one of the program."),
    "description": Property("AWS's description of each generation; up to 1024 characters."),
    "tags": Property("Your own tags, beside the ones that say who owns the certificate; at most 45.", TEXTS),
    **DURATION,
    "jitter": Property(
        "Run up to this much earlier, always the same amount for one name. A duration; nothing by default."
    ),
    "rotationTrigger": Property("Any text; changing it from one value to another makes a rotation due now."),
    "pinGeneration": Property(
        "Keep this generation active: rollback, or a freeze of activation and retirement, never of publishing.", WHOLE
    ),
    "adoptClientCertificateId": Property(
        "Take over this certificate instead of generating one. Named later, it becomes the active one, provided that no"
        " stage presents one that this resource has."
    ),
    **_DEFERRING,
    "madeFor": Property(
        "What the creation looks at before it makes anything, and no later run does; a component hands on its own.",
        type_of("MadeFor"),
    ),
    **CONNECTION,
}
CERTIFICATE_OUTPUTS: Final = {
    **_ACCOUNT,
    "adoptedClientCertificateId": Property("The certificate that was adopted last."),
    "clientCertificateId": Property("The certificate that stages may present now. Dependents take this, never the id."),
    "createdDate": Property("When the active generation was made; RFC 3339."),
    "expirationDate": Property("When the active generation expires; RFC 3339."),
    **_DEFERRED,
    "generation": Property("The number of the active generation, from 1.", WHOLE),
    "generations": Property("Every generation that is still needed, by number.", list_of(type_of("Generation"))),
    "highestGeneration": Property("The highest number that was ever used.", WHOLE),
    "history": Property(
        f"The last steps, {MOST} at most, the newest last; absent until a release that keeps them has taken one."
        " A memory for people: no rule reads it.",
        list_of(type_of("HistoryEntry")),
    ),
    "nextAction": Property("The next step, such as `issue`, `activate`, `confirm` or `retire`."),
    "nextActionAt": Property("When the next step is due; RFC 3339."),
    "pemEncodedCertificate": Property("The active generation as PEM."),
    "pendingClientCertificateId": Property("The successor that is trusted but not presented yet."),
    "phase": Property("Where the rotation stands; `lost` until the next update recovers it.", type_of("Phase")),
    "previousClientCertificateIds": Property(
        "The certificates that are kept until nobody presents them.", list_of(TEXT)
    ),
    "retirementBlockedBy": Property(
        "The stages that the last scan saw presenting a previous generation.", list_of(TEXT)
    ),
    "rotateAt": Property("When the successor of the active generation is due; RFC 3339."),
    "rotationId": Property("Who owns the generations; also in their tags."),
    **_STATE_VERSION,
    "trustBundlePem": Property(_PEM),
    "trustedFingerprintsSha256": Property(
        "The same as fingerprints: lower-case hex over the DER certificate.", list_of(TEXT)
    ),
    "adoptedElsewhereClientCertificateIds": Property(
        "Those that another rotation was seen to have adopted: never tagged again, nor deleted.", list_of(TEXT)
    ),
    "untaggedClientCertificateIds": Property(
        "Those that the last refresh found without the tags of this rotation; the next update tags them again.",
        list_of(TEXT),
    ),
}
BUNDLE_INPUTS: Final = {
    **_OWNER,
    "name": Property("The name in messages; by default the resource's name."),
    "rotations": Property(
        "Whose generations to publish: outputs of certificates.", list_of(type_of("PublishedRotation"))
    ),
    "alsoTrust": Property(
        "PEMs of other certificates that the readers of the targets must keep trusting, one each.", list_of(TEXT)
    ),
    "withdraw": Property(
        "PEMs of certificates that are in `alsoTrust` no more and leave although no look finds where they live: another"
        " region's or account's, or deleted. What a stage is seen to present stays all the same.",
        list_of(TEXT),
    ),
    "targets": Property("Where to publish, and in which form.", list_of(type_of("Target"))),
    "unpublished": Property(
        "SHA-256 fingerprints that what is named by `publishedBy` does not hold yet: their wait has not begun.",
        list_of(TEXT),
    ),
    "publishedBy": Property(
        "What publishes instead, where there are no targets: names of resources that this one depends on, for people.",
        list_of(TEXT),
    ),
    "takeOver": Property(
        "Replace what a target holds when this bundle first takes it, or when this is switched on anew; `false` by"
        " default.",
        FLAG,
    ),
    **_DEFERRING,
    **CONNECTION,
}
BUNDLE_OUTPUTS: Final = {
    **_ACCOUNT,
    "digests": Property("Target -> SHA-256 of what this bundle wrote to it last.", TEXTS),
    "driftedTargets": Property(
        "The targets that do not hold what they should, or could not be read, when they were last looked at.",
        list_of(TEXT),
    ),
    **_DEFERRED,
    "entries": Property("What is published, one certificate each.", list_of(type_of("BundleEntry"))),
    "fingerprintsSha256": Property("What is published, as fingerprints.", list_of(TEXT)),
    "foundDigests": Property(
        "What was seen there: target -> SHA-256, or `none` where it does not exist; for `driftedTargets` alone.", TEXTS
    ),
    "formerDigests": Property("What this bundle wrote to targets that are no longer among its inputs.", TEXTS),
    "formerRotations": Property(
        "The rotations that are no longer among its inputs and whose certificates are kept: how to look at them again.",
        list_of(type_of("PublishedRotation")),
    ),
    "keptFor": Property(
        "Fingerprint -> the stages for which it stays trusted although no input asks for it any more.",
        {"type": "object", "additionalProperties": list_of(TEXT)},
    ),
    "lacked": Property(
        "Fingerprints that a refresh saw missing from a target: the next update dates them anew.", list_of(TEXT)
    ),
    "publishedSince": Property("Fingerprint -> since when every target holds it without a break; RFC 3339.", TEXTS),
    "readFor": Property("The active certificates for which the targets were read.", list_of(TEXT)),
    **_STATE_VERSION,
    "trustBundlePem": Property(_PEM),
    "unreadTargets": Property("Which of `driftedTargets` could not be read, and why.", TEXTS),
    "withdrawn": Property("Fingerprints of what this bundle withdrew last.", list_of(TEXT)),
    "withdrawnBesides": Property("Which of them were in `alsoTrust`, and of no rotation.", list_of(TEXT)),
}
BINDING_INPUTS: Final = {
    **_OWNER,
    "clientCertificateId": Property("What the stage should present: `clientCertificateId` of a certificate."),
    "generations": Property(
        "`generations` of the same certificate; a binding is not created without it.", list_of(type_of("Generation"))
    ),
    "publishedSince": Property(
        "`publishedSince` of the bundle; without it the generation's own `pendingSince` counts.", TEXTS
    ),
    "publishedTo": Property(
        "Where that bundle publishes: its targets are looked at before the stage moves, and by a refresh.",
        type_of("PublishedTo"),
    ),
    "apiId": Property("The id of the REST or WebSocket API."),
    "stageName": Property("The name of the stage."),
    "apiKind": Property("The family of the API; `REST` by default.", type_of("ApiKind")),
    "takeOver": Property("Replace a live certificate that is not ours; `false` by default.", FLAG),
    "onDelete": Property(
        "What becomes of the stage when this resource goes: `clear` (the default) what it set, or `keep` it.",
        type_of("OnDelete"),
    ),
    "redeploy": Property(
        "`never` (the default), or `same-deployment` to re-send the deployment id with the switch.", type_of("Redeploy")
    ),
    "publishLead": DURATION["publishLead"],
    "activateBy": DURATION["activateBy"],
    "rotateBefore": Property(
        "`rotateBefore` of the same certificate: tells whether a window opens between the lead and `activateBy`."
    ),
    "rotationId": Property("`rotationId` of the same certificate; a binding is not created without it."),
    "verify": Property("Try the certificate before the stage moves. Stages of REST APIs only.", type_of("TestInvoke")),
    "confirm": Property(
        "Look through the stage after it moved, and move back where the certificate is not seen.",
        type_of("HttpProbe"),
    ),
    "after": Property(
        "The bindings of the wave before: this stage moves when theirs have, were verified and have soaked.",
        list_of(type_of("Predecessor")),
    ),
    "soak": Property("How long the wave before must have presented the certificate. A duration; nothing by default."),
    "windows": Property(
        "When the stage may move, such as `Mon-Thu 09:00-16:00 Europe/Berlin`; any time where none is given."
        " Overruled, loudly, once what the stage presents has less than `activateBy` to live.",
        list_of(TEXT),
    ),
    **_DEFERRING,
    **CONNECTION,
    "endpointUrl": Property(
        "Another endpoint than AWS's own, as an emulator has: a way to the stage, which may change."
    ),
}
BINDING_OUTPUTS: Final = {
    **_ACCOUNT,
    **_DEFERRED,
    "lastConfirmed": Property(
        "What was confirmed last, apart from what is presented: where a stage goes back to.", type_of("LastConfirmed")
    ),
    "lackedAt": Property(
        "Certificate -> until when a target may not have held it: its lead counts from then. RFC 3339.", TEXTS
    ),
    "lastRefused": Property(
        "What was refused through the stage and taken back: it is not tried there again without a reason.",
        type_of("LastRefused"),
    ),
    "presentedClientCertificateId": Property("What the stage presented when it was last looked at."),
    "presentedSince": Property("Since when the stage has been seen presenting it, without a failed run; RFC 3339."),
    "setClientCertificateId": Property("What this binding set last."),
    **_STATE_VERSION,
    "takenOverClientCertificateId": Property(
        "While a switch is not confirmed: what the stage presented before that is not ours, where it goes back to."
    ),
    "verifiedAt": Property("When it was proven that the backend accepts what the stage presents; RFC 3339."),
    "verifiedClientCertificateId": Property("Which certificate was proven then."),
    "evidence": Property("What proved it.", type_of("Evidence")),
    "waitingBecause": Property("What the stage waits for: `lead`, `wave` or `window`."),
    "waitingFor": Property("The certificate that the stage waits for."),
    "waitingUntil": Property("Until when the stage keeps the former certificate, where it has to wait; RFC 3339."),
}
GENERATION: Final = {
    "number": Property("From 1, never used twice.", WHOLE),
    "id": Property("AWS's client certificate id."),
    # As a text: an enumeration of an output is assignable to no input in YAML, and generations are handed on.
    "role": Property(f"What it is for: {', '.join(f'`{role.value}`' for role in Role)}."),
    "createdDate": Property("When it was made; RFC 3339."),
    "expirationDate": Property("When it expires; RFC 3339."),
    "trusted": Property("Whether it is in the trust bundle.", FLAG),
    "sha256": Property("SHA-256 over the DER certificate, lower-case hex."),
    "sha1": Property("SHA-1 over the DER certificate, lower-case hex."),
    "spkiSha256": Property("SHA-256 over the DER SubjectPublicKeyInfo, lower-case hex."),
    "serial": Property("The serial number."),
    "pem": Property("The certificate as PEM."),
    "pendingSince": Property("Since when it waits, or waited, to be presented; RFC 3339."),
    "unusedSince": Property("The first of an unbroken run of scans that saw nobody present it; RFC 3339."),
    "scannedAt": Property("The last scan; RFC 3339."),
}
HISTORY_ENTRY: Final = {
    "at": Property("When; RFC 3339."),
    "step": Property(
        "What was done: `create`, or a word of the transition table, such as `issue`, `activate`, `confirm` (a look),"
        " `retire` (it was deleted)."
    ),
    "generation": Property("The number of the generation that it concerned.", WHOLE),
    "clientCertificateId": Property("AWS's client certificate id of that generation."),
    "sha256": GENERATION["sha256"],
    "role": Property("What the generation was for from then on; absent where it was gone."),
    "createdDate": Property("When the certificate was made, where the step brought it in; RFC 3339."),
    "inUseBy": Property(
        "Who presented it, or could not be seen, by the look that the step took: the first ten; empty for nobody,"
        " absent where the step does not look.",
        list_of(TEXT),
    ),
    "inUseByMore": Property("How many more did.", WHOLE),
    "times": Property("How many looks in a row found the same, where it was more than one.", WHOLE),
    "lastAt": Property("When the last of them was taken; RFC 3339."),
    "caller": Property(
        "The ARN of the credentials of that run, where STS gave it; of a look that was repeated, of the first."
    ),
}
ENTRY: Final = {
    **{key: GENERATION[key] for key in ("sha256", "sha1", "spkiSha256", "pem", "expirationDate")},
    "rotationId": Property("Whose generation it is; absent for what is trusted besides."),
    "keptFor": Property("The stages for which it is kept although no input asks for it any more.", list_of(TEXT)),
    "lookAgainAt": Property("When those stages are looked at again; RFC 3339."),
    "publishedSince": Property("Since when every target holds it without a break; RFC 3339."),
}
ROTATION: Final = {
    "rotationId": Property("`rotationId` of a certificate."),
    "clientCertificateId": Property("Its `clientCertificateId`."),
    "generations": Property("Its `generations`.", list_of(type_of("Generation"))),
    "connection": Property(
        "Where and as whom its account is looked at before trust is withdrawn; the bundle's own by default.",
        type_of("Connection"),
    ),
    "shared": Property(
        "Whether another stack made it: then its account says nothing of where this bundle publishes; `false` by"
        " default.",
        FLAG,
    ),
    "overlap": Property("Its `overlap`: how often what is kept for a stage is looked at again, a day at most."),
}
WAY: Final = {**CONNECTION, **_ACCOUNT}
PUBLISHED_TO: Final = {
    "targets": BUNDLE_INPUTS["targets"],
    "rotationIds": Property("The `rotationId` of each certificate that the bundle publishes.", list_of(TEXT)),
    **WAY,
}
TARGET: Final = {
    "type": Property("The kind of place.", type_of("TargetType")),
    **{key: Property(f"Of a target of type `{kind}`.") for kind, keys in KEYS.items() for key in keys},
    "expectedBucketOwner": Property(
        "The account that the bucket of a target of type `s3` belongs to; by default that of the credentials."
    ),
    "content": Property(f"The form: {', '.join(f'`{one}`' for one in CONTENTS)}; `pem` by default."),
    "backend": Property("Who reads a plain `pem`, for the warning of two certificates with one subject."),
}
MADE_FOR: Final = {
    "stages": Property(
        "Each must exist, and present nothing, something dead, or what may be replaced.", list_of(type_of("StagePlace"))
    ),
    "targets": Property(
        "`targets` of the bundle that publishes this certificate alone: each is read, and holds nothing of others.",
        list_of(type_of("Target")),
    ),
    "alsoTrust": BUNDLE_INPUTS["alsoTrust"],
    "takeOver": Property("`takeOver` of the bindings and of the bundle; `false` by default.", FLAG),
}
FAILED_STEP: Final = {
    "step": Property("The step, such as `issue` or `retire`; or `tag`, `publish`, `bind`."),
    "since": Property("Since when it has failed in each run; RFC 3339."),
    "message": Property("Why, what it means, and the remedy."),
    "run": Property("In which run it failed last: a digest, of use to the component alone."),
}
STAGE_PLACE: Final = {key: BINDING_INPUTS[key] for key in ("apiKind", "apiId", "stageName")}
# Type -> its properties and which of them are always there.
OBJECTS: Final[dict[str, tuple[Mapping[str, Property], tuple[str, ...]]]] = {
    "FailedStep": (FAILED_STEP, ("step", "since", "message")),
    "MadeFor": (MADE_FOR, ()),
    "StagePlace": (STAGE_PLACE, ("apiId", "stageName")),
    "Generation": (GENERATION, ("number", "id", "expirationDate")),
    "HistoryEntry": (HISTORY_ENTRY, ("at", "step", "generation", "clientCertificateId", "sha256")),
    "BundleEntry": (ENTRY, ("sha256", "sha1", "spkiSha256", "pem", "expirationDate")),
    "PublishedRotation": (ROTATION, ("rotationId", "generations")),
    "Connection": (WAY, ()),
    "PublishedTo": (PUBLISHED_TO, ("targets",)),
    "Target": (TARGET, ("type",)),
}
ENUMS: Final = {
    "ApiKind": tuple(one.value for one in StageKind),
    "OnDelete": ON_DELETE,
    "Phase": tuple(one.value for one in Phase),
    "Proof": tuple(one.value for one in Proof),
    "Redeploy": tuple(one.value for one in Redeploy),
    "TargetType": tuple(KEYS),
}
INPUTS: Final = {CERTIFICATE.token: CERTIFICATE_INPUTS, BUNDLE.token: BUNDLE_INPUTS, BINDING.token: BINDING_INPUTS}
OUTPUTS: Final = {CERTIFICATE.token: CERTIFICATE_OUTPUTS, BUNDLE.token: BUNDLE_OUTPUTS, BINDING.token: BINDING_OUTPUTS}
