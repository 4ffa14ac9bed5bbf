"""Faults of the control plane: which calls go wrong, and how; what was seen and what was done, to replay it.

::

    from apigw_sandbox import Fault, FaultKind, Sandbox

    with Sandbox() as sandbox:
        faults = sandbox.faults

        # The first GenerateClientCertificate takes effect, and its answer is lost.
        faults.add(Fault(kind=FaultKind.LOST_ANSWER, action="GenerateClientCertificate", calls=(1,)))
        # The 7th call of this run, whichever it is, is throttled as often as it is repeated, beyond any patience.
        faults.add(Fault(kind=FaultKind.THROTTLE, calls=(7,), repeats=True, seconds=900))
        # Whoever patches the stage prod is killed after the patch, before its answer.
        faults.add(Fault(kind=FaultKind.CALL_BACK, action="UpdateStage", resource="*/prod",
                         callback=lambda moment: kill(moment.caller_port, moment.server_port)))
        # The same before the patch, which then never happens: after_effect=False, and the callback ends with
        # ``raise HangUpError``.
        # Whoever patches the stage prod hears that somebody is changing it, and somebody is.
        faults.add(Fault(kind=FaultKind.CONFLICT, action="UpdateStage", resource="*/prod", calls=(1,),
                         callback=lambda moment: sandbox.console.bind(api, "prod", other)))

        faults.arm()        # count anew from here: call 1 is the next one
        ...                 # one `pulumi up`
        faults.seen         # SeenCall(number, service, action, resource, mutating, occurrence) of each call
        faults.fired        # FiredFault(number, action, resource, kind, …) of each one that went wrong
        faults.clear()      # nothing goes wrong any more; what was seen and fired stays readable

        faults.hostile(seed=7)              # from now on 5 % of the calls, mixed kinds; logs the seed

The crash matrix: run once with nothing but ``arm()``, take ``seen``; then for each of them once
``Fault(kind=…, calls=(one.number,))``, or, where threads change the order,
``Fault(kind=…, service=one.service, action=one.action, resource=one.resource, calls=(one.occurrence,))``.

Each entry of the journal says with ``fault`` what its caller met; its ``status`` is what took effect.
``kinds.py`` has the kinds, ``plan.py`` decides, ``inflict.py`` carries out.
"""

from __future__ import annotations

from apigw_sandbox.faults.connection import HangUpError
from apigw_sandbox.faults.hostile import Hostile
from apigw_sandbox.faults.kinds import Fault, FaultKind
from apigw_sandbox.faults.plan import Faults
from apigw_sandbox.faults.records import FiredFault, Moment, SeenCall

__all__ = ["Fault", "FaultKind", "Faults", "FiredFault", "HangUpError", "Hostile", "Moment", "SeenCall"]
