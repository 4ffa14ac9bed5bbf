"""What a verification that left doubts says: what was asked, what came back, what it means, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import named
from apigw_client_cert.rotation.binding import Presents
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.verdict import Standing, Why
from apigw_client_cert.rotation.verification import Proof, Sighting
from apigw_client_cert.trust.contents import BACKENDS, OPENSSL_FAMILY, setup_lines

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.lifecycle.binding.verify import Look, Unseen, Verifier
    from apigw_client_cert.rotation.binding import Presented
    from apigw_client_cert.rotation.verification import Expected, Trial

_TRAP = (
    " This is what the same-subject trap looks like: a server on OpenSSL or BoringSSL that reads the certificates as a"
    " plain CA file accepts only the first of one subject."
)
_ECHO = (
    "Let the backend demand a client certificate and answer with the SHA-256 fingerprint that it saw, in a header or in"
    ' the body; or set proof="status" where it refuses every certificate that it does not trust.'
)

LATER_TRY = "Requests are no trial: the runs to come do not repeat this at once, and say when they do."


def gate_refusal(verifier: Verifier, presented: Presented, coming: Presented, look: Look) -> errors.NotVerified:
    """Why the stage may not move."""
    what, remedy = _refused(verifier, presented, coming, look)
    trapped = look.coming is Standing.REFUSED and look.presented is not Standing.REFUSED
    trap = _TRAP if trapped and _may_be_trapped(verifier, presented) else ""
    unharmed = "Traffic is unharmed: the" if look.presented is Standing.ACCEPTED else "The"
    return errors.NotVerified(
        f"The backend of stage {verifier.stage} {what} ({_asked(verifier)})",
        means=f"{unharmed} stage keeps {_name(presented)}.{trap}",
        remedy=f"{remedy} Then run again.",
        subject=str(verifier.stage),
    )


def _refused(verifier: Verifier, presented: Presented, coming: Presented, look: Look) -> tuple[str, str]:
    """What the backend said of both, and what mends it."""
    desired, before = look.coming_trial, look.presented_trial
    answers = f"answers {_status(desired)} to {_name(coming)}"
    if look.coming is Standing.REFUSED:
        if before is None:
            return f"{answers}, and TestInvokeMethod takes no ACM certificate to compare", _mend(verifier)
        if look.presented is Standing.REFUSED:
            return (
                f"{answers} and {_status(before)} to {_name(presented)}",
                f"See why not {_expected(verifier)}: it may be down, or the trial may ask the wrong thing.",
            )
        return (
            f"answers {_status(before)} to {_name(presented)}, but {_status(desired)} to {_name(coming)}",
            _mend(verifier),
        )
    if desired is not None and coming.sha256 in desired.seen:
        return (
            f"says that it saw {_seen(before)} when {_name(presented)} was presented to it, so its echo proves nothing",
            "It does not echo the certificate of each connection. " + _ECHO,
        )
    if desired is not None and desired.seen:
        return (
            f"{answers}, but says that it saw {_seen(desired)}",
            "It echoes something else than the certificate of this connection. " + _ECHO,
        )
    return f"{answers}, but names no certificate: one-way TLS, or no echo", _ECHO


def gate_warning(verifier: Verifier, presented: Presented, coming: Presented, look: Look, why: Why) -> str:
    """What is said where the stage moves although not everything is well."""
    stage, name = verifier.stage, _name(presented)
    if look.coming is Standing.ACCEPTED:
        return (
            f"stage {stage} moves to {_name(coming)}, which its backend accepts;"
            f" {name} is refused already ({_status(look.presented_trial)}, {_asked(verifier)})"
        )
    if look.unasked is not None:
        what = f"it cannot be tried: {look.unasked.what}"
    elif look.coming is Standing.REFUSED:
        what = f"its backend answers {_status(look.coming_trial)} ({_asked(verifier)})"
    else:
        what = f"its backend {_refused(verifier, presented, coming, look)[0]} ({_asked(verifier)})"
    if verifier.lost(presented):
        because = f"the stage presents {name}, which serves nobody"
    elif look.presented is Standing.REFUSED:
        because = f"its backend refuses {name} already ({_status(look.presented_trial)})"
    elif why is Why.ROLLBACK:
        because = "a rollback is held only by a proof that the older certificate is refused"
    else:
        because = f"{name} ends soon, or is not what the targets hold"
    # A probe asks right after the move; where none does, nothing has been proven yet.
    then = "" if verifier.probe_spec is not None else ". The next run verifies it"
    mend = "" if look.unasked is None else f". {look.unasked.remedy.rstrip('.')}"
    return f"stage {stage} is bound to {_name(coming)} although {what}: {because}{mend}{then}"


def coming_is_dead(verifier: Verifier, presented: Presented, coming: Presented) -> errors.NotVerified:
    """The certificate to come is gone or has expired: no backend would accept it."""
    return errors.NotVerified(
        f"Stage {verifier.stage} should present {_name(coming)}, which is gone or has expired",
        means=f"The stage keeps {_name(presented)}.",
        remedy="Run pulumi up --refresh where the certificate is declared, which finds out what lives.",
        subject=str(verifier.stage),
    )


def refused_before(
    verifier: Verifier, presented: Presented, coming: Presented, at: datetime, again: datetime
) -> errors.NotVerified:
    """A run before saw it refused through the stage, and went back; nothing has changed since."""
    return errors.NotVerified(
        f"The backend of stage {verifier.stage} refused {_name(coming)} on {minute(at)}, when the stage presented it,"
        " and the switch was taken back",
        means=f"The stage keeps {_name(presented)}. Requests are no trial: the next try is that of the first run from"
        f" {minute(again)} on.",
        remedy="See what the backend answers, and whether it loaded what is published. To try at once when that is"
        " mended, change confirm= or verify= of this stage, such as confirm's attempts; verify=TestInvoke(…) asks the"
        " backend before the stage moves.",
        subject=str(verifier.stage),
    )


def presented_unproven(verifier: Verifier, coming: Presented, look: Look, presents: str) -> errors.RotationError:
    """What the stage was seen to present is refused, or nothing says that it is seen, or nobody could ask."""
    if look.unasked is not None:
        return type(look.unasked)(
            f"{look.unasked.what}, and whether its backend accepts {_name(coming)} is not proven",
            means=presents,
            remedy=look.unasked.remedy,
            subject=look.unasked.subject,
        )
    trial = look.coming_trial
    if look.coming is Standing.REFUSED:
        what, remedy = f"answers {_status(trial)} to {_name(coming)}, which the stage presents", _mend(verifier)
    else:
        named_it = (
            f"says that it saw {_seen(trial)}" if trial and trial.seen else "does not say which certificate it saw"
        )
        what, remedy = f"answers {_status(trial)} to {_name(coming)}, but {named_it}", _ECHO
    return errors.NotVerified(
        f"The backend of stage {verifier.stage} {what} ({_asked(verifier)})",
        means=presents,
        remedy=f"{remedy} Then run again.",
        subject=str(verifier.stage),
    )


def presents(certificate_id: str | None) -> str:
    """What the stage was seen to present, after something failed."""
    return f"The stage presents {named(certificate_id)} now."


def presents_unseen() -> str:
    """Nobody could look."""
    return "What the stage presents now could not be seen."


def went_back(to: Presented) -> str:
    """The way back was taken."""
    return f"The stage was told to present {_name(to)} again."


def way_back_failed(to: Presented, error: errors.RotationError, presents: str) -> str:
    """The way back was tried, and AWS did not take it."""
    return (
        f"It should have gone back to {_name(to)}, and that failed ({error.what}). {presents} The next run goes back."
    )


def probe_fails_already(verifier: Verifier, presented: Presented, trial: Trial | None) -> errors.NotVerified:
    """The probe fails while the stage still presents what it presented."""
    return errors.NotVerified(
        f"The probe {_call(verifier)} answers {_status(trial)} while stage {verifier.stage} still presents"
        f" {_name(presented)}",
        means=f"It could not tell whether a switch went well. The stage keeps {_name(presented)}.",
        remedy="Mend confirm=HttpProbe(…), or what it asks for. Then run again.",
        subject=str(verifier.stage),
    )


def probe_unreachable(presented: Presented, error: errors.ProbeUnreachable) -> errors.ProbeUnreachable:
    """The same before the switch."""
    return errors.ProbeUnreachable(
        error.what,
        means=f"{error.means} The stage keeps {_name(presented)}.",
        remedy=error.remedy,
        subject=error.subject,
    )


def not_confirmed(
    verifier: Verifier, coming: Presented, unseen: Unseen, presents: str, again: str = "The next run tries again."
) -> errors.NotVerified | errors.ProbeUnreachable:
    """The probe did not see the certificate, or did not get through; ``presents`` is what became of the stage.

    ``again`` says what the runs to come do, where ``presents`` does not.
    """
    failure = unseen.failure
    if isinstance(failure, errors.ProbeUnreachable):
        return errors.ProbeUnreachable(
            f"{failure.what}, after stage {verifier.stage} was told to present {_name(coming)}",
            means=f"{failure.means} {presents}",
            remedy=f"{failure.remedy} {again}".rstrip(),
            subject=failure.subject,
        )
    return errors.NotVerified(
        f"The probe {_call(verifier)} did not see {_name(coming)} at stage {verifier.stage}: {failure}",
        means=presents,
        remedy=f"See what the backend answers, and whether it loaded what is published. {again}".rstrip(),
        subject=str(verifier.stage),
    )


def rollback_unconfirmed(verifier: Verifier, coming: Presented, unseen: Unseen) -> errors.NotVerified:
    """A rollback that the probe, which failed before it as well, does not confirm: the stage stays all the same."""
    what = unseen.failure.what if isinstance(unseen.failure, errors.ProbeUnreachable) else unseen.failure
    return errors.NotVerified(
        f"Stage {verifier.stage} was rolled back to {_name(coming)}, which the probe {_call(verifier)} does not"
        f" confirm: {what}",
        means="It failed before, too, and the stage stays there.",
        remedy="See what the backend answers. The next run asks again, and fails until it is confirmed.",
        subject=str(verifier.stage),
    )


def sighted(what: Sighting, trial: Trial, expected: Expected) -> str:
    """What the last request met, as the end of a sentence."""
    if what is Sighting.REFUSED:
        return f"it answers {trial.status} instead of {expected.status}"
    if what is Sighting.FORMER:
        return "it still sees the former certificate"
    if what is Sighting.UNPROVEN:
        return f"it sees {_seen(trial)}" if trial.seen else "no answer says which certificate was seen"
    return "not often enough in a row"


def _mend(verifier: Verifier) -> str:
    spec = verifier.test_invoke
    kind = spec.backend if spec is not None else None
    if kind is None:
        return (
            "If it reads a plain CA file, publish content= with its own name (nginx, apache, haproxy, node, python) and"
            f" use its setup lines ({errors.page('backends')}). If it has not loaded what is published, reload it."
        )
    if kind in BACKENDS:
        lines = setup_lines(kind).strip()
        return (
            f'Publish content="{kind}", let it have these lines ({errors.page("backends")}), and reload it:\n{lines}\n'
            "If it has them already, it has not loaded what is published: reload it."
        )
    return f"It has no setting that accepts two certificates of one subject: {errors.page('backends')}."


def _may_be_trapped(verifier: Verifier, presented: Presented) -> bool:
    """It takes two certificates of API Gateway; ACM's have a subject of their own."""
    if presented.id is None or presented.kind is Presents.ACM:
        return False
    kind = verifier.test_invoke.backend if verifier.test_invoke else None
    return kind is None or kind in OPENSSL_FAMILY


def _call(verifier: Verifier) -> str:
    return str(verifier.probe_spec.call) if verifier.probe_spec else ""


def _asked(verifier: Verifier) -> str:
    spec = verifier.test_invoke
    return f"{spec.call.method} {spec.call.path or spec.call.resource} by TestInvokeMethod" if spec else ""


def _expected(verifier: Verifier) -> str:
    spec = verifier.test_invoke
    if spec is None:
        return ""
    proof = " with the fingerprint" if spec.expected.proof is Proof.FINGERPRINT else ""
    return f"{spec.expected.status}{proof}"


def _name(presented: Presented) -> str:
    return named(presented.id)


def _status(trial: Trial | None) -> str:
    return str(trial.status) if trial is not None else "nothing"


def _seen(trial: Trial | None) -> str:
    seen = sorted(trial.seen) if trial is not None else []
    return errors.joined([f"{one[:16]}…" for one in seen]) or "none"
