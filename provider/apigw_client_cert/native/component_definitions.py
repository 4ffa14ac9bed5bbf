"""What the component and the functions take and give, in words and as types; the rest is in ``definitions.py``."""

from __future__ import annotations

from typing import Final

from apigw_client_cert.backends import BACKENDS
from apigw_client_cert.native import kinds
from apigw_client_cert.native.definitions import (
    BINDING_INPUTS,
    BUNDLE_INPUTS,
    CERTIFICATE_INPUTS,
    CERTIFICATE_OUTPUTS,
    CONNECTION,
    DURATION,
    FLAG,
    WHOLE,
    Property,
    list_of,
    type_of,
)
from apigw_client_cert.native.functions import BACKEND_CONFIG, FORECAST, MOST_STEPS, STEPS

STAGE: Final = {
    "restApiId": Property("The id of a REST API; this or `webSocketApiId`."),
    "webSocketApiId": Property("The id of a WebSocket API; this or `restApiId`."),
    "stageName": Property("The name of the stage."),
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
    "publish": Property("Where to publish what backends must trust, and in which form.", list_of(type_of("Target"))),
    "alsoTrust": BUNDLE_INPUTS["alsoTrust"],
    "takeOver": Property("Replace live certificates and target contents that are not ours; `false` by default.", FLAG),
    **{key: BINDING_INPUTS[key] for key in ("onDelete", "redeploy")},
    **{key: CERTIFICATE_INPUTS[key] for key in kinds.COMPONENT_POLICY},
    **CONNECTION,
}
OUTPUTS: Final = {key: CERTIFICATE_OUTPUTS[key] for key in kinds.COMPONENT_OUTPUTS}
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
    "ForecastStep": (FORECAST_STEP, ("at", "action", "generation", "phase", "trusted")),
}
