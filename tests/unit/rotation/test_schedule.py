"""When runs come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.rotation.schedule import runs_at, runs_every
from tests.unit.rotation.builders import HOUR, NOW, SECOND


@given(seconds=st.integers(-(10**6), 10**7), every=st.integers(1, 10**6))
def test_a_fixed_interval_is_the_list_of_its_instants(seconds: int, every: int) -> None:
    """The first at or after an instant."""
    found = runs_every(NOW, every * SECOND)(NOW + seconds * SECOND)
    assert found is not None
    assert found >= max(NOW, NOW + seconds * SECOND)
    assert (found - NOW) % (every * SECOND) == 0 * SECOND
    assert found == NOW or found - every * SECOND < NOW + seconds * SECOND


def test_a_list_ends() -> None:
    """None comes after the last; the order of the list is not asked for."""
    runs = runs_at([NOW + HOUR, NOW])
    assert [runs(NOW + shift * HOUR) for shift in (-1, 0, 0.5, 1, 2)] == [NOW, NOW, NOW + HOUR, NOW + HOUR, None]
