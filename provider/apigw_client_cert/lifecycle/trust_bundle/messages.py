"""What a bundle says: of what it keeps and cannot see, and where a target holds what it may not write over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from apigw_client_cert.lifecycle.trust_bundle.presenters import Issued
    from apigw_client_cert.lifecycle.trust_bundle.targets import Place
    from apigw_client_cert.rotation.publication import Entry


#: In the place of a stage: a certificate that leaves also_trust, and of which nobody knows where it lives.
UNLISTED = "unknown: API Gateway made it, and no list of certificates that was looked at has it"


def kept(name: str, entry: Entry, ids: Sequence[str]) -> str:
    """For whom a certificate stays that no input asks for."""
    certificate = ", ".join(ids) or f"{entry.sha256[:16]}…"
    if UNLISTED in entry.kept_for:
        return (
            f"{name}: certificate {certificate} stays trusted, though also_trust does not name it any more: API Gateway"
            " made it, and no list of certificates that was looked at has it, so a stage of another region or account"
            " may present it. If none does, withdraw=[its PEM] lets it go"
        )
    by = f"it is presented by {errors.joined(entry.kept_for)}"
    again = "" if entry.look_again_at is None else f"; looked at again after {format_instant(entry.look_again_at)}"
    return f"{name}: certificate {certificate} stays trusted, because {by}{again}"


def not_handed_on(name: str, entries: Sequence[Entry], ids: Mapping[str, str]) -> errors.NotPublished:
    """The error for what stages present, or may, and what publish= is not given: the inputs list it no more.

    What publishes has its inputs before any look, so nothing can be kept there but by them.
    """
    users = dict.fromkeys(user for one in entries for user in one.kept_for)
    or_withdraw = ", or into withdraw, if no stage of another region or account does" if UNLISTED in users else ""
    return errors.NotPublished(
        f"{name}: what publish= is given does not hold {_named(entries, ids)} any more, which is presented by"
        f" {errors.joined(users)}",
        means="Backends that read only what it publishes refuse that.",
        remedy=f"Put its PEM back into also_trust, until no stage presents it{or_withdraw}.",
        subject=name,
    )


def stays_expired(name: str, entries: Sequence[Entry], ids: Mapping[str, str]) -> str:
    """What is over by this machine's clock alone."""
    return (
        f"{name}: {_named(entries, ids)} has expired by the clock of this machine, and stays until a run that AWS"
        " answers: it refuses a clock that is wrong"
    )


def not_published_yet(name: str, ids: Sequence[str], published_by: Sequence[str]) -> str:
    """What the program's own resources do not hold, by their outputs: they did not run, or were not told."""
    # A name, and a digest of where it publishes.
    names = errors.joined(one.rpartition(" ")[0] or one for one in published_by)
    return f"{name}: {errors.joined(ids)} is not in what {names} holds: its wait begins when it is"


def not_looked_up(address: str, gaps: Sequence[str]) -> errors.TargetTaken:
    """The error for a target that holds what somebody wrote, while it could not be seen who presents it."""
    return errors.TargetTaken(
        f"{address} holds certificates that this bundle did not write there, and whose they are could not be seen"
        f" ({errors.joined(gaps, '; ')})",
        means="A stage may present one of them; nothing was written there. take_over does not apply to it.",
        remedy="Allow what is named above, or run again when AWS answers.",
        subject=address,
    )


def taken(address: str) -> errors.TargetTaken:
    """The error for a target that holds something else, and nothing that is known to be trust in use."""
    return errors.TargetTaken(
        f"{address} already holds something that this bundle did not write",
        means="Backends may rely on it; nothing was written there.",
        remedy="If this bundle was renamed or moved in the program, give it (or the component around it) an alias of"
        " its former name. Else choose another place, as you must where another stack publishes to this one; or set"
        " take_over=True to replace the content, with also_trust=[…] for every certificate in it that must stay"
        " trusted.",
        subject=address,
    )


def intruded(address: str, strange: Collection[str]) -> errors.TargetTaken:
    """The error for a target that was this bundle's, and in which somebody else trusts what it knows nothing of."""
    pins = errors.joined(f"{pin[:16]}…" for pin in sorted(strange))
    return errors.TargetTaken(
        f"{address} was changed by somebody else: it holds certificates that this bundle did not write there, and that"
        f" neither its rotations nor also_trust name ({pins})",
        means="Backends may rely on them; nothing was written there. take_over replaces what a place holds when this"
        " bundle first takes it, and nothing that appears there later.",
        remedy="If another stack publishes there: two that write to one place undo each other. Give each a place of its"
        " own, and let the backend read both; or let one stack publish both certificates, in one TrustBundle. What"
        " has to stay trusted there goes into also_trust, by its PEM. What is to go: remove it from the place by hand,"
        " or run with take_over=True; where that is set already, run once without it first.",
        subject=address,
    )


def holds_trust(address: str, one: Issued, users: Sequence[str]) -> errors.TargetTaken:
    """The error for a target that holds live trust of somebody else's."""
    by = f"which is presented by {errors.joined(users)}" if users else "which is alive"
    return errors.TargetTaken(
        f"{address} holds certificate {one.id}, {by}, and this bundle did not write it there",
        means="Writing over it would cut its stages off, now or at their next switch; nothing was written there."
        " take_over does not apply to it.",
        remedy="Two bundles that write to one place undo each other: publish both certificates with one"
        " TrustBundle(certificates=[a, b]), or give each its own place. If nobody publishes that certificate there any"
        " more, add its PEM to also_trust, or remove it from the place by hand once nobody presents it.",
        subject=address,
    )


def left_undone(
    places: Sequence[Place], entries: Sequence[Entry], ids: Mapping[str, str], staying: Sequence[Entry]
) -> errors.RotationError:
    """The error for the targets that a pass could not bring to what they should hold; it names each.

    Args:
        places: All of the pass; one at least has a failure.
        entries: What each should hold.
        ids: SHA-256 -> the certificate's id, as far as it is known.
        staying: What would have left every target, if all could have been looked at.
    """
    failed = [(place, place.failure) for place in places if place.failure is not None]
    names = [place.address for place in places if place.failure is None]
    more = [f"{errors.joined(names)} holds what it should."] if names else []
    if staying:
        more.append(f"Until then nothing is withdrawn from any target: {_named(staying, ids)} stays trusted.")
    kinds = {type(failure) for _place, failure in failed}
    kind = kinds.pop() if len(kinds) == 1 else errors.NotPublished
    return kind(
        "; ".join(_what(place, failure) for place, failure in failed),
        means=" ".join([*(_means(place, failure, entries, ids) for place, failure in failed), *more]),
        remedy=" ".join(dict.fromkeys(failure.remedy for _place, failure in failed)),
        subject=", ".join(place.address for place, _failure in failed),
    )


def _what(place: Place, failure: errors.RotationError) -> str:
    return failure.what if place.address in failure.what else f"{place.address}: {failure.what}"


def _means(place: Place, failure: errors.RotationError, entries: Sequence[Entry], ids: Mapping[str, str]) -> str:
    return f"{failure.means} {_seen(place, entries, ids)}".strip()


def _seen(place: Place, entries: Sequence[Entry], ids: Mapping[str, str]) -> str:
    """What backends trust there, as seen last."""
    if place.unread is not None:
        return f"What backends that read {place.address} trust now is not known."
    held = [one for one in entries if place.has(one)]
    lacking = [one for one in entries if not place.has(one)]
    if not lacking:
        return f"As seen in this run, {place.address} holds {_named(held, ids)}, and something else."
    none = "does not exist:" if place.holds is None else "holds none of the certificates that it should:"
    there = f"holds {_named(held, ids)}, and" if held else none
    return f"As seen in this run, {place.address} {there} backends that read it do not trust {_named(lacking, ids)}."


def _named(entries: Sequence[Entry], ids: Mapping[str, str]) -> str:
    return errors.joined(ids.get(one.sha256, f"{one.sha256[:16]}\u2026") for one in entries)
