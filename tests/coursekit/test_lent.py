"""What tells whether something that was lent has changed: equal values have equal digests, and every change shows."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from coursekit.lent import DEEPEST, digest, is_flat

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | st.binary(max_size=3)
)
NESTED = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
)  # fmt: skip
ARRAYS = st.builds(np.full, st.just(2), st.floats(allow_nan=False)) | st.builds(np.float64, st.floats(allow_nan=False))


@settings(max_examples=200, deadline=None)
@given(st.lists(NESTED | ARRAYS, max_size=4))
def test_equal_values_have_equal_digests_whoever_else_knows_their_parts(value):
    assert digest(value) == digest(copy.deepcopy(value)) == digest(list(copy.copy(value)))


@settings(max_examples=200, deadline=None)
@given(st.lists(NESTED, min_size=1, max_size=4), st.data())
def test_a_part_that_is_changed_shows_whether_an_array_lies_beside_it_or_not(value, data):
    at = data.draw(st.integers(0, len(value) - 1))
    new = data.draw(NESTED.filter(lambda other: (type(other), repr(other)) != (type(value[at]), repr(value[at]))))
    for beside in ([], [np.zeros(2)]):
        before = [*value, *beside]
        after = [*value[:at], new, *value[at + 1 :], *beside]
        assert digest(before) != digest(after)


@pytest.mark.parametrize(
    "one, other",
    [
        (1, True), (1, 1.0), (0.0, -0.0), ([], ()), ("a", b"a"), (1.0, np.float64(1.0)), (1.0, 1.0 + 0j), ({}, []),
        (np.zeros(4), np.zeros((2, 2))), (np.zeros(1), b"\0" * 8), (np.zeros(1), torch.zeros(1)), ([[1], [2]], [[1, 2]]),
    ],
    ids=repr,
)  # fmt: skip
def test_what_differs_by_type_or_form_alone_differs(one, other):
    assert digest([one]) != digest([other]) and digest({"k": one}) != digest({"k": other})


def test_lists_that_share_lists_and_lists_that_hold_themselves_come_to_an_end():
    twice, around = [0], [1]
    for _ in range(60):
        twice = [twice, twice]
    around.append(around)
    assert not is_flat(twice) and not is_flat(around) and digest(twice) and digest(around)
    deep = [0]
    for _ in range(DEEPEST + 1):
        deep = [deep]
    assert not is_flat(deep) and is_flat([[0] * 1000, {"a": (1, "b")}]) and not is_flat([[np.zeros(1)]])
