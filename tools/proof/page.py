"""One self-contained page about a proof: figures, tables, and what they do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tools.proof.markup import Cell, classes, document, own_ids, table, text_of
from tools.proof.picture import caption, rotation_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.proof.observed import Run
    from tools.proof.report_shape import Backend, Control, Report, Shape


_CONTROLS = """\
<p>Each control does one step wrong and has to fail, inside its window and for no other reason than the expected one.
Its baseline is the same server under the same load in the right order. A control that does not fail would mean that
the measurement cannot see failures.</p>
"""
_LIMITS = """\
<h2>What this does not show</h2>
<ul>
<li>AWS itself. The gateway is a local one, with the stages, the integration and the certificates of API Gateway. How
long a changed stage takes to reach all of AWS's edge, and whether edge hosts agree meanwhile, only AWS shows; here
requests present the old or the new certificate at random for a set time after each switch.</li>
<li>Networks between gateway and backend: all connections are loopback.</li>
<li>Fleets: each backend is one server. With several, a certificate is published when the last of them has reloaded,
which is what <code>publish_lead</code> is for.</li>
<li>Other versions and configurations of these servers, proxies in between, and rates beyond the one above.</li>
</ul>
"""


def page(report: Mapping[str, object], runs: Sequence[Run], controls: Sequence[Run]) -> str:
    """The whole page: HTML that is also well-formed XML, with every figure inside it; it needs no script.

    An incomplete report, or one with complaints, says so first, at every figure, and nowhere claims that no request
    failed. Whether the counts in ``report`` are those of the runs is not checked.
    """
    data = cast("Report", report)
    complaining = any(run.complaints for run in (*runs, *controls))
    incomplete = data["incomplete"] or data["failed"] is None or bool(data["complaints"]) or complaining
    parts = [
        _incomplete(data) if incomplete else "",
        f"<h1>{_title(data, incomplete=incomplete)}</h1>",
        _headline(data, incomplete=incomplete),
        _measured(data, runs),
        "<h2>Rotations</h2>",
        _backends(data["backends"], runs, incomplete=incomplete),
        _details(data["backends"], incomplete=incomplete),
        _figures("rotation", runs, incomplete=incomplete),
        "<h2>Controls: the same load on a wrong order</h2>",
        _CONTROLS,
        _controls(data["controls"], controls, incomplete=incomplete),
        _figures("control", controls, incomplete=incomplete),
        _LIMITS,
    ]
    return document(_title(data, incomplete=incomplete), "\n".join(part for part in parts if part))


def _incomplete(data: Report) -> str:
    complaints = "".join(f"<li>{text_of(one)}</li>" for one in data["complaints"])
    return (
        '<div class="incomplete" role="alert"><strong>INCOMPLETE</strong><br/>'
        "This run proves nothing. What is below is for finding out why."
        f"{f'<ul>{complaints}</ul>' if complaints else ''}</div>"
    )


def _title(data: Report, *, incomplete: bool) -> str:
    if incomplete:
        return "Incomplete: no proof of rotation without a failed request"
    if data["failed"]:
        return f"{data['failed']:,} of {data['requests']:,} requests failed"
    return f"{data['requests']:,} requests through {_counted(len(data['backends']), 'rotation')}, 0 failed"


def _headline(data: Report, *, incomplete: bool) -> str:
    seen = sum(control["failed"] > 0 and control["baseline_failed"] == 0 for control in data["controls"])
    failed = _failed(data["failed"], incomplete=incomplete)
    tiles = (
        ("requests", f"{data['requests']:,}", False),
        ("failed", failed.html, failed.loud),
        ("backends", str(len(data["backends"])), False),
        ("controls that fail as they must", f"{seen} of {len(data['controls'])}", seen < len(data["controls"])),
    )
    cells = (f"<li><strong{classes(*['loud'] * loud)}>{value}</strong> {name}</li>" for name, value, loud in tiles)
    return f'<ul class="headline">{"".join(cells)}</ul>'


def _measured(data: Report, runs: Sequence[Run]) -> str:
    machine = data["machine"]
    rates = " or ".join(f"{rate:.4g}" for rate in sorted({run.rate for run in runs})) or "no"
    return (
        "<p>On each backend, a real TLS server, real <code>pulumi up</code> runs took one client certificate through"
        " its whole rotation: issued, published, switched to, retired, while two stages of a local API Gateway"
        f" forwarded {rates} requests per second at a constant rate, whether earlier ones had been answered or"
        " not."
        " Requests came over new connections, kept ones, resumed TLS sessions, and as long ones that outlast the"
        " switch; nothing in the path repeats a request."
        " One counts as failed unless it was answered with 200 by a backend that saw the very certificate that was"
        " presented, and load generator, gateway and backend have to agree on how many there were.</p>"
        f'<p class="faint">{data["seconds"]:,.0f} s in all on {_counted(machine["cpus"] or 0, "CPU")}, Python'
        f" {text_of(machine['python'])}.</p>"
    )


def _backends(backends: Iterable[Backend], runs: Sequence[Run], *, incomplete: bool) -> str:
    anchors = {run.backend: _anchor("rotation", place) for place, run in enumerate(runs, 1)}
    rows = []
    for backend in backends:
        shape, fewest = min(backend["fewest_near"].items(), key=lambda item: item[1], default=("no shape", 0))
        near = f"{fewest:,} ({text_of(shape)}; {backend['wanted_near']:,} wanted)"
        rows.append(
            [
                Cell(_linked(backend["name"], anchors)),
                *_measures(backend, incomplete=incomplete),
                Cell(near, number=True, loud=fewest < backend["wanted_near"]),
            ]
        )
    return table([*_measure_heads("backend"), "~fewest of a shape within ±2 s of a boundary"], rows) + (
        '<p class="faint">Times are what the load generator waited, without the long requests, which wait on purpose.'
        " A boundary is any publish, reload, PATCH or DELETE; the last column counts one connection shape around one"
        " boundary.</p>"
    )


def _details(backends: Sequence[Backend], *, incomplete: bool) -> str:
    shapes = [
        [Cell(text_of(backend["name"])), Cell(text_of(shape)), *_measures(counts, incomplete=incomplete)]
        for backend in backends
        for shape, counts in backend["by_shape"].items()
    ]
    certificates = list(dict.fromkeys(name for backend in backends for name in backend["by_certificate"]))
    counts = []
    for backend in backends:
        seen = [backend["sent"], backend["recorded"], backend["answered"]]
        counts.append(
            [
                Cell(text_of(backend["name"])),
                *(Cell(f"{backend['by_certificate'].get(name, 0):,}", number=True) for name in certificates),
                *(Cell(f"{one:,}", number=True, loud=len(set(seen)) > 1) for one in seen),
            ]
        )
    heads = ["backend", *(f"~{text_of(name)}" for name in certificates)]
    return (
        "<details><summary>By connection shape, by certificate, and who counted what</summary>"
        f"{table([*_measure_heads('backend', 'shape')], shapes)}"
        f"{table([*heads, '~sent by the generator', '~recorded by the gateway', '~answered by the backend'], counts)}"
        "</details>"
    )


def _controls(controls: Iterable[Control], runs: Sequence[Run], *, incomplete: bool) -> str:
    anchors = {run.name: _anchor("control", place) for place, run in enumerate(runs, 1)}
    rows = []
    for control in controls:
        reasons = "<br/>".join(f"{text_of(reason)} ({count:,})" for reason, count in control["reasons"].items())
        expected = "<br/>".join(f"<code>{text_of(one)}</code>" for one in control["expected"])
        none = not control["failed"]
        rows.append(
            [
                Cell(_linked(control["name"], anchors) + _below(control.get("says", ""))),
                Cell(text_of(control["backend"]) + _below(control.get("configuration", ""))),
                Cell(f"{control['requests']:,}", number=True),
                Cell("none: it saw nothing" if none else f"{control['failed']:,}", number=True, loud=none),
                Cell(reasons),
                Cell(expected),
                Cell(f"{control['window_seconds']:.1f} s", number=True),
                _failed(control["baseline_failed"], incomplete=incomplete),
            ]
        )
    heads = ["control", "backend", "~requests", "~failed", "reasons", "expected", "~window", "~baseline failed"]
    return table(heads, rows)


def _below(text: str) -> str:
    return f'<br/><span class="faint">{text_of(text)}</span>' if text else ""


def _figures(kind: str, runs: Iterable[Run], *, incomplete: bool) -> str:
    stamp = "<figcaption>Part of an incomplete proof.</figcaption>" if incomplete else ""
    figures = []
    for place, run in enumerate(runs, 1):
        anchor = _anchor(kind, place)
        svg = own_ids(rotation_figure(run, incomplete=incomplete), f"{anchor}-")
        figures.append(f'<figure id="{anchor}" aria-label="{text_of(caption(run))}">{stamp}{svg}</figure>')
    return "\n".join(figures)


def _measure_heads(*names: str) -> list[str]:
    return [*names, "~requests", "~failed", "~p50", "~p99"]


def _measures(counts: Shape, *, incomplete: bool) -> list[Cell]:
    return [
        Cell(f"{counts['requests']:,}", number=True),
        _failed(counts["failed"], incomplete=incomplete),
        Cell(f"{counts['p50_ms']:,.1f} ms", number=True),
        Cell(f"{counts['p99_ms']:,.1f} ms", number=True),
    ]


def _failed(count: int | None, *, incomplete: bool) -> Cell:
    """An incomplete proof names the failures that it saw, and does not say that there are none."""
    if count is None or (incomplete and not count):
        return Cell("not proven", number=True, loud=True)
    return Cell(f"{count:,}", number=True, loud=count > 0)


def _anchor(kind: str, place: int) -> str:
    return f"{kind}-{place}"


def _linked(name: str, anchors: Mapping[str, str]) -> str:
    return f'<a href="#{anchors[name]}">{text_of(name)}</a>' if name in anchors else text_of(name)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
