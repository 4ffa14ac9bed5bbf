"""What a verification that left doubts says: what was asked, what came back, what it means, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import named
from apigw_client_cert.rotation.binding import Presents
from apigw_client_cert.rotation.verification import Proof, Sighting, Verdict
from apigw_client_cert.trust import BACKENDS, OPENSSL_FAMILY, setup_lines

if TYPE_CHECKING:
    from apigw_client_cert.lifecycle.verification import Verifier
    from apigw_client_cert.rotation.binding import Presented
    from apigw_client_cert.rotation.verification import Expected, Trial

_STAYS = "Traffic is unharmed: the stage keeps {presented}."
_TRAP = (
    " This is what the same-subject trap looks like: a server on OpenSSL or BoringSSL that reads the certificates as a"
    " plain CA file accepts only the first of one subject."
)
_ECHO = (
    "Let the backend demand a client certificate and answer with the SHA-256 fingerprint that it saw, in a header or in"
    ' the body; or set proof="status" where it refuses every certificate that it does not trust.'
)


def gate_refusal(
    verifier: Verifier, presented: Presented, verdict: Verdict, desired: Trial, before: Trial | None
) -> errors.NotVerified:
    """Why the stage may not move."""
    asked = _asked(verifier)
    stays = _STAYS.format(presented=_name(presented))
    what, remedy = {
        Verdict.REFUSED_ALONE: (
            f"answers {_status(before)} to {_name(presented)}, but {desired.status} to {verifier.desired}",
            _mend(verifier),
        ),
        Verdict.REFUSED_WITH_PRESENTED: (
            f"answers {desired.status} to {verifier.desired} and {_status(before)} to {_name(presented)}",
            f"See why it does not answer {_expected(verifier)}: it may be down, or the trial may ask the wrong thing.",
        ),
        Verdict.REFUSED_UNTRIED: (
            f"answers {desired.status} to {verifier.desired}, and TestInvokeMethod takes no ACM certificate to compare",
            _mend(verifier),
        ),
        Verdict.NO_PROOF: (
            f"answers {desired.status} to {verifier.desired}, but names no certificate: one-way TLS, or no echo",
            _ECHO,
        ),
        Verdict.OTHER_PROOF: (
            f"answers {desired.status} to {verifier.desired}, but says that it saw {_seen(desired)}",
            "It echoes something else than the certificate of this connection. " + _ECHO,
        ),
        Verdict.CONSTANT_ECHO: (
            f"says that it saw {_seen(before)} when {_name(presented)} was presented to it, so its echo proves nothing",
            "It does not echo the certificate of each connection. " + _ECHO,
        ),
    }[verdict]
    trap = _TRAP if verdict is Verdict.REFUSED_ALONE and _may_be_trapped(verifier, presented) else ""
    return errors.NotVerified(
        f"The backend of stage {verifier.stage} {what} ({asked})",
        means=f"{stays}{trap}",
        remedy=f"{remedy} Then run again.",
        subject=str(verifier.stage),
    )


def gate_warning(
    verifier: Verifier, presented: Presented, verdict: Verdict, desired: Trial, before: Trial | None
) -> str:
    """What is said where the stage moves although not everything is well."""
    if verdict is Verdict.PRESENTED_REFUSED:
        return (
            f"stage {verifier.stage} moves to {verifier.desired}, which its backend accepts;"
            f" {_name(presented)} is refused already ({_status(before)}, {_asked(verifier)})"
        )
    return (
        f"stage {verifier.stage} is bound to {verifier.desired} although its backend answers {desired.status}"
        f" ({_asked(verifier)}): it presents {_name(presented)}, which serves nobody. The next run verifies it"
    )


def presented_unproven(verifier: Verifier, trial: Trial) -> errors.NotVerified:
    """What the stage presents already is refused, or nothing says that it is seen."""
    if verifier.test_invoke is not None and not trial.accepted(verifier.test_invoke.expected):
        what, remedy = f"answers {trial.status} to {verifier.desired}, which the stage presents", _mend(verifier)
    else:
        named = f"says that it saw {_seen(trial)}" if trial.seen else "does not say which certificate it saw"
        what, remedy = f"answers {trial.status} to {verifier.desired}, but {named}", _ECHO
    return errors.NotVerified(
        f"The backend of stage {verifier.stage} {what} ({_asked(verifier)})",
        means="The stage presents it; nothing was changed, and later waves wait.",
        remedy=f"{remedy} Then run again.",
        subject=str(verifier.stage),
    )


def probe_fails_already(verifier: Verifier, presented: Presented, trial: Trial) -> errors.NotVerified:
    """The probe fails while the stage still presents what it presented."""
    call = verifier.probe_spec.call if verifier.probe_spec else ""
    return errors.NotVerified(
        f"The probe {call} answers {trial.status} while stage {verifier.stage} still presents {_name(presented)}",
        means=f"It could not tell whether a switch went well. {_STAYS.format(presented=_name(presented))}",
        remedy="Mend confirm=HttpProbe(…), or what it asks for. Then run again.",
        subject=str(verifier.stage),
    )


def probe_unreachable(presented: Presented, error: errors.ProbeUnreachable) -> errors.ProbeUnreachable:
    """The same before the switch, when nothing has been changed."""
    return errors.ProbeUnreachable(
        error.what,
        means=f"{error.means} {_STAYS.format(presented=_name(presented))}",
        remedy=error.remedy,
        subject=error.subject,
    )


def not_confirmed(
    verifier: Verifier, presented: Presented | None, failure: str | errors.ProbeUnreachable, *, went_back: bool
) -> errors.NotVerified | errors.ProbeUnreachable:
    """The probe did not see the desired certificate after the switch, or did not get through any more."""
    call = verifier.probe_spec.call if verifier.probe_spec else ""
    if went_back and presented is not None:
        means = f"The stage was told to present {_name(presented)} again."
    else:
        means = f"The stage presents {verifier.desired}, and later waves wait: there is nothing to go back to."
    if isinstance(failure, errors.ProbeUnreachable):
        return errors.ProbeUnreachable(
            f"{failure.what}, after stage {verifier.stage} was told to present {verifier.desired}",
            means=f"{failure.means} {means}",
            remedy=f"{failure.remedy} The next run tries again.",
            subject=failure.subject,
        )
    return errors.NotVerified(
        f"The probe {call} did not see {verifier.desired} at stage {verifier.stage}: {failure}",
        means=means,
        remedy="See what the backend answers, and whether it loaded what is published. The next run tries again.",
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
            " use its setup lines (docs/backends.md). If it has not loaded what is published, reload it."
        )
    if kind in BACKENDS:
        lines = setup_lines(kind).strip()
        return (
            f'Publish content="{kind}", let it have these lines (docs/backends.md), and reload it:\n{lines}\n'
            "If it has them already, it has not loaded what is published: reload it."
        )
    return "It has no setting that accepts two certificates of one subject: docs/backends.md says what to do instead."


def _may_be_trapped(verifier: Verifier, presented: Presented) -> bool:
    """It takes two certificates of API Gateway; ACM's have a subject of their own."""
    if presented.id is None or presented.kind is Presents.ACM:
        return False
    kind = verifier.test_invoke.backend if verifier.test_invoke else None
    return kind is None or kind in OPENSSL_FAMILY


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
    return errors.listed([f"{one[:16]}…" for one in seen]) or "none"
