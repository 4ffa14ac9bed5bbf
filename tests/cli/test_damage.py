"""Whatever a hand or a bug wrote into a state: a row, a finding or a line says so, and no traceback."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.cli.cadence import Cadence
from apigw_client_cert.cli.explanations import explanations_of
from apigw_client_cert.cli.forecasts import forecast_of
from apigw_client_cert.cli.formats import (
    FORMATS,
    explanation_document,
    explanation_text,
    forecast_document,
    forecast_table,
    history_document,
    history_markdown,
    history_table,
    rendered,
)
from apigw_client_cert.cli.histories import histories_of
from apigw_client_cert.cli.limits import Limits
from apigw_client_cert.cli.matrix import due_stacks, github
from apigw_client_cert.cli.rows import report_of
from apigw_client_cert.cli.states import state_of
from apigw_client_cert.rotation.schedule import runs_every
from tests.cli import scenarios

STATES = [json.loads(content) for content in scenarios.busy()]
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2027-02-30T00:00:00Z", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "30d", "cert01", ""]),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.none(), max_size=2),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, one in parts for way in [(*at, key), *places(one, (*at, key))]]


PLACES = [(number, way) for number, state in enumerate(STATES) for way in places(state)]


@given(st.sampled_from(PLACES), WRONG, st.booleans())
def test_any_part_of_a_state_may_be_anything(place: tuple[int, tuple[Any, ...]], wrong: Any, gone: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
    """One part of one of the busy fleet's states is replaced, or gone."""
    number, (*above, last) = place
    told = json.loads(json.dumps(STATES[number]))
    holder = told
    for key in above:
        holder = holder[key]
    if gone:
        del holder[last]
    else:
        holder[last] = wrong
    now = scenarios.day(scenarios.BUSY_DAY)
    report = report_of([state_of(json.dumps(told).encode(), source="state")], now, Limits())
    for form in FORMATS:
        assert rendered(report, form).endswith("\n")
    assert github(due_stacks(report))["include"] is not None
    state = [state_of(json.dumps(told).encode(), source="state")]
    cadence = Cadence(start=now, until=scenarios.day(500), runs=runs_every(now, timedelta(days=1)), written="daily")
    coming = forecast_of(state, cadence)
    assert forecast_table.render(coming) + forecast_document.render(coming)
    explained = explanations_of(state, "orders", now, Limits())
    assert explanation_text.render(explained) + explanation_document.render(explained)
    told = histories_of(state, ["orders"], now)
    assert history_table.render(told) + history_document.render(told) + history_markdown.render(told)
