"""Arrays that checker and student both see change, whoever still holds them and however."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from coursekit.engine.protocol.peer import Peer
from coursekit.engine.protocol.wire import Wire


@pytest.fixture
def ends():
    """The checker's end and the student's; what they say is carried by hand."""
    return joined()


def joined() -> tuple[Peer, Peer]:
    wire = Wire(os.devnull, os.devnull)  # type: ignore[arg-type]
    ours, theirs = Peer(wire), Peer(wire)
    ours.trusted = True
    return ours, theirs


def sent(sender: Peer, receiver: Peer, *body: object) -> tuple:
    return receiver.unpack(sender.pack(body))


HOLDERS = {
    "itself": lambda array: array,
    "a view": lambda array: array[1:],
    "a transpose": lambda array: array.T,
    "a tensor over it": torch.from_numpy,
    "a buffer": memoryview,
    "an attribute": lambda array: type("Thing", (), {"kept": array})(),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_an_array_is_watched_as_long_as_anything_holds_it(ends, holder):
    ours, theirs = ends
    array = np.zeros(3)
    seen = sent(ours, theirs, array)[0]
    held, known = HOLDERS[holder](array), id(array)
    for _ in range(3):
        sent(ours, theirs, "nothing new")
    array[2] = 7.0
    del array
    sent(ours, theirs, "a change in place")
    assert seen[2] == 7.0 and known in ours.keys and held is not None


def test_what_nobody_holds_is_not_looked_at_until_it_comes_back(ends):
    ours, theirs = ends
    kept = [sent(ours, theirs, np.full(2, float(number)))[0] for number in range(50)]
    sent(ours, theirs, "so that it can let go")
    assert not ours.watched
    kept[7][0] = -1.0
    back = sent(theirs, ours, kept[7])[0]
    assert back.tolist() == [-1.0, 7.0] and ours.watched == {8}
    back[1] = -2.0
    sent(ours, theirs, "changed here")
    assert kept[7].tolist() == [-1.0, -2.0]


HOLDING = {
    "a list": lambda arrays: arrays,
    "a dict": lambda arrays: dict(enumerate(arrays)),
    "tuples": lambda arrays: [tuple(arrays)],
    "lists": lambda arrays: [[array] for array in arrays],
}


@pytest.mark.parametrize("holding", HOLDING)
def test_what_only_a_lost_list_holds_is_not_looked_at_either(ends, holding):
    ours, theirs = ends
    kept = sent(ours, theirs, HOLDING[holding]([np.zeros(2), np.ones(2)]))[0]
    sent(ours, theirs, "so that it can let go")
    assert not ours.watched
    back = sent(theirs, ours, kept)[0]
    first = next(array for array in leaves(back))
    for _ in range(3):
        sent(ours, theirs, "it is held again, and so is what it holds")
    first[1] = -2.0
    sent(ours, theirs, "changed here")
    assert next(leaves(kept)).tolist() == [0.0, -2.0]


def test_what_a_lost_list_holds_is_looked_at_while_another_holds_it(ends):
    ours, theirs = ends
    array = np.zeros(2)
    kept = sent(ours, theirs, [array, (array,)])[0]
    for _ in range(3):
        sent(ours, theirs, "the list is lost")
    array[0] = 5.0
    sent(ours, theirs, "the array is not")
    assert kept[0].tolist() == [5.0, 0.0]


def test_a_tuple_that_another_holds_keeps_what_is_in_it_watched(ends):
    ours, theirs = ends
    pair = (np.zeros(2), np.ones(2))
    kept = sent(ours, theirs, [pair])[0]
    for _ in range(3):
        sent(ours, theirs, "the list is lost")
    pair[1][0] = 7.0
    sent(ours, theirs, "what it held is not")
    assert kept[0][1].tolist() == [7.0, 1.0]


def leaves(value):
    """The arrays in it, one after the other."""
    if isinstance(value, np.ndarray):
        yield value
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)


def test_a_view_changes_with_what_it_looks_into(ends):
    ours, theirs = ends
    whole = np.zeros(4)
    seen = sent(ours, theirs, whole[2:])[0]
    for _ in range(3):
        sent(ours, theirs, "nobody holds the view itself")
    whole[3] = 5.0
    sent(ours, theirs, "a change under it")
    assert seen.tolist() == [0.0, 5.0]


def test_a_change_just_before_letting_go_is_told(ends):
    ours, theirs = ends
    array = np.zeros(2)
    seen = sent(ours, theirs, array)[0]
    array[0] = 1.0
    del array
    sent(ours, theirs, "last words")
    assert seen[0] == 1.0


STEP = st.tuples(st.sampled_from(["new", "write", "drop", "send", "return"]), st.booleans(), st.integers(0, 5))


@given(st.lists(STEP, max_size=60))
@settings(max_examples=150, deadline=None)
def test_both_sides_agree_after_every_message(steps):
    ours, theirs = joined()
    here: dict[int, np.ndarray] = {}
    there: dict[int, np.ndarray] = {}
    for count, (what, on_ours, place) in enumerate(steps):
        side = here if on_ours else there
        if what == "new":
            here[place] = np.full(3, float(count))
            there[place] = sent(ours, theirs, here[place])[0]
        elif what == "write" and place in side:
            side[place][count % 3] = -count
            sender, receiver = (ours, theirs) if on_ours else (theirs, ours)
            sent(sender, receiver, "told at once: at most one side speaks at a time")
        elif what == "drop":
            side.pop(place, None)
        elif what == "return" and place in there:
            here[place] = sent(theirs, ours, there[place])[0]
        else:
            sent(ours, theirs, "nothing")
        for key in here.keys() & there.keys():
            assert np.array_equal(here[key], there[key])
