"""What the component and the functions take and give, in words and as types; the rest is in ``definitions.py``."""

from __future__ import annotations

from typing import Final

from apigw_client_cert.native import resource_types
from apigw_client_cert.native.functions import BACKEND_CONFIG, FORECAST, MOST_STEPS, STEPS
from apigw_client_cert.native.schema.properties import (
    BINDING_INPUTS,
    BUNDLE_INPUTS,
    CERTIFICATE_INPUTS,
    CERTIFICATE_OUTPUTS,
    CONNECTION,
    DURATION,
    FLAG,
    TEXTS,
    WHOLE,
    Property,
    list_of,
    type_of,
)
from apigw_client_cert.trust.servers import BACKENDS

STAGE: Final = {
    "restApiId": Property("The id of a REST API; this or `webSocketApiId`."),
    "webSocketApiId": Property("The id of a WebSocket API; this or `restApiId`."),
    "stageName": Property("The name of the stage."),
    "verify": BINDING_INPUTS["verify"],
    "confirm": BINDING_INPUTS["confirm"],
}
WAVE: Final = {
    "stages": Property(
        "Key -> stage, as in `stages` of the rotation.", {"type": "object", "additionalProperties": type_of("Stage")}
    ),
    "soak": Property("How long the wave before must have presented the new certificate. A duration."),
}
_METHOD: Final = Property("The HTTP method; `GET` by default.")
_HEADERS: Final = Property("Headers of the call. A key among them should be a secret.", TEXTS)
_STATUS: Final = Property("What a good answer has; 200 by default.", WHOLE)
_PROOF: Final = Property(
    "`fingerprint` (the default): the answer names the SHA-256 of the certificate that the backend saw, in a header or"
    " in the body, in any case, with or without colons. `status`: the status is proof enough, because the backend"
    " refuses what it does not trust.",
    type_of("Proof"),
)
TEST_INVOKE: Final = {
    "resource": Property("The path of a resource that the API has now, such as `/health`. The backend is called."),
    "path": Property("What to call where the resource has parameters: `/orders/42` for `/orders/{id}`."),
    "method": _METHOD,
    "query": Property("Query of the call.", TEXTS),
    "headers": _HEADERS,
    "stageVariables": Property("Stage variables; they overrule the stage's own.", TEXTS),
    "body": Property("Body of the call."),
    "expectStatus": _STATUS,
    "proof": _PROOF,
    "backend": Property("Which server it is (`nginx`, `apache`, `haproxy`, …): a refusal then says how to mend it."),
}
HTTP_PROBE: Final = {
    "url": Property("Where callers reach the stage; asked from the machine that runs Pulumi."),
    "method": _METHOD,
    "headers": _HEADERS,
    "expectStatus": _STATUS,
    "proof": _PROOF,
    "sightings": Property("How many good answers in a row confirm the switch; 3 by default.", WHOLE),
    "attempts": Property("How many requests there may be in all; 60 by default.", WHOLE),
    "interval": Property("Between two requests. A duration; `1s` by default."),
    "timeout": Property("Of one request. A duration; `10s` by default."),
}
PREDECESSOR: Final = {
    "name": Property("Its name, for messages."),
    "clientCertificateId": Property("Its `presentedClientCertificateId`."),
    "presentedSince": Property("Its `presentedSince`."),
    "verifiedClientCertificateId": Property("Its `verifiedClientCertificateId`."),
    "verifies": Property("Whether it has `verify` or `confirm`.", FLAG),
    "failedSince": Property("`since` of its `failedStep`: this stage then waits."),
}
LAST_CONFIRMED: Final = {
    "clientCertificateId": Property("Which certificate."),
    "since": Property("Since when; RFC 3339."),
    "evidence": Property("What proved it.", type_of("Evidence")),
}
LAST_REFUSED: Final = {
    "clientCertificateId": Property("Which certificate."),
    "at": Property("When; RFC 3339."),
    "because": Property("What was seen."),
    "times": Property("How often in a row it was refused so.", WHOLE),
    "asked": Property("A digest of what was published and how it was asked about: another one is a reason to try."),
}
EVIDENCE: Final = {
    "testInvoke": Property("The trial.", type_of("TrialEvidence")),
    "probe": Property("The probe.", type_of("ProbeEvidence")),
}
TRIAL_EVIDENCE: Final = {
    "status": Property("The status of the answer to the certificate.", WHOLE),
    "proof": Property("Whether its fingerprint was named, or the status had to do.", type_of("Proof")),
}
PROBE_EVIDENCE: Final = {
    "url": Property("What was asked, without its query."),
    "sightings": Property("How many answers in a row saw the certificate.", WHOLE),
}
FORECAST_STEP: Final = {
    "at": Property("When a run takes it; RFC 3339."),
    "action": Property("The step, such as `issue`, `activate`, `confirm` or `retire`."),
    "generation": Property("The number of the generation that it is about.", WHOLE),
    "phase": Property("Where the rotation stands after it.", type_of("Phase")),
    "presented": Property("The number of the generation that stages present after it.", WHOLE),
    "trusted": Property("The numbers of the generations that backends trust after it.", list_of(WHOLE)),
}
INPUTS: Final = {
    "stages": Property(
        "Key -> stage. The keys name the bindings, so their order may change freely.",
        {"type": "object", "additionalProperties": type_of("Stage")},
    ),
    "waves": Property("Instead of `stages`: groups of stages that move one after the other.", list_of(type_of("Wave"))),
    "verify": Property("How a switch of a REST stage is tried first, unless the stage says so.", type_of("TestInvoke")),
    "windows": BINDING_INPUTS["windows"],
    "publish": Property("Where to publish what backends must trust, and in which form.", list_of(type_of("Target"))),
    "alsoTrust": BUNDLE_INPUTS["alsoTrust"],
    "withdraw": BUNDLE_INPUTS["withdraw"],
    "takeOver": Property("Replace live certificates and target contents that are not ours; `false` by default.", FLAG),
    **{key: BINDING_INPUTS[key] for key in ("onDelete", "redeploy")},
    **{key: CERTIFICATE_INPUTS[key] for key in resource_types.COMPONENT_POLICY},
    **CONNECTION,
}
OUTPUTS: Final = {key: CERTIFICATE_OUTPUTS[key] for key in resource_types.COMPONENT_OUTPUTS}
_GIVEN: Final = {"generations": Property("`generations` of a certificate.", list_of(type_of("Generation")))}
FUNCTIONS: Final = {
    FORECAST: (
        "What scheduled runs will do, and when: told from a policy and a certificate, with no call to AWS.",
        {
            **DURATION,
            "at": Property("From when on; RFC 3339. Now by default."),
            "generations": Property(
                "`generations` of a certificate; without them, of one that is generated then.",
                list_of(type_of("Generation")),
            ),
            "runEvery": Property("How far apart the runs are. A duration; `24h` by default."),
            "steps": Property(f"How many steps to tell: 1 to {MOST_STEPS}, {STEPS} by default.", WHOLE),
        },
        {"steps": Property("The next steps, one a run.", list_of(type_of("ForecastStep")))},
        (),
    ),
    BACKEND_CONFIG: (
        "How one kind of server is told to accept exactly the given certificates, with no call to AWS.",
        {
            "kind": Property(f"The server: {', '.join(f'`{one}`' for one in BACKENDS)}."),
            **_GIVEN,
            "path": Property("Where the published file is on the server; a usual place by default."),
        },
        {
            "setup": Property("The lines that a person writes once into the server's configuration."),
            "place": Property("Where these lines belong."),
            "path": Property("Where the published file is on the server."),
            "published": Property("What a target with this `content` holds."),
        },
        ("kind",),
    ),
}
OBJECTS: Final = {
    "Stage": (STAGE, ("stageName",)),
    "Wave": (WAVE, ("stages",)),
    "TestInvoke": (TEST_INVOKE, ("resource",)),
    "HttpProbe": (HTTP_PROBE, ("url",)),
    "Predecessor": (PREDECESSOR, ("name",)),
    "Evidence": (EVIDENCE, ()),
    "LastConfirmed": (LAST_CONFIRMED, ("clientCertificateId",)),
    "LastRefused": (LAST_REFUSED, ("clientCertificateId", "at", "because", "times", "asked")),
    "TrialEvidence": (TRIAL_EVIDENCE, ("status", "proof")),
    "ProbeEvidence": (PROBE_EVIDENCE, ("url", "sightings")),
    "ForecastStep": (FORECAST_STEP, ("at", "action", "generation", "phase", "trusted")),
}
