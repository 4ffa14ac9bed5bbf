"""The detailed diff."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2

from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.native.difference import detailed_diff

Diff = provider_pb2.PropertyDiff


def test_added_deleted_and_changed_properties_are_told_apart() -> None:
    """Equal values, 1 and 1.0 among them, are no difference; what is unknown counts as changed."""
    before = {"same": 1, "gone": "a", "other": "a", "soon": "a"}
    after = {"same": 1.0, "new": "b", "other": "b", "soon": UNKNOWN}
    found = detailed_diff(before, after, ("other",), ())
    assert {key: one.kind for key, one in found.items()} == {
        "gone": Diff.DELETE,
        "new": Diff.ADD,
        "other": Diff.UPDATE,
        "soon": Diff.UPDATE,
    }
    assert [key for key, one in found.items() if one.inputDiff] == ["other"]


def test_what_replaces_says_so() -> None:
    """Each kind has its replacing form."""
    found = detailed_diff({"a": 1, "b": 1}, {"a": 2, "c": 1}, (), ("a", "b", "c"))
    assert [found[key].kind for key in "abc"] == [Diff.UPDATE_REPLACE, Diff.DELETE_REPLACE, Diff.ADD_REPLACE]


def test_the_pickle_of_the_dynamic_form_is_no_difference() -> None:
    """A resource that moves from one host to the other shows nothing."""
    assert detailed_diff({"__provider": "gAR9"}, {}, (), ()) == {}
