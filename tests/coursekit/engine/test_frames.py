"""The codec between processes: plain data goes through unchanged, and no bytes whatever do more than raise FrameError."""

from __future__ import annotations

import math
import struct
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.engine.protocol.arrays import NUMERIC
from coursekit.engine.protocol.errors import CannotCross, FrameError
from coursekit.engine.protocol.frames import Handle, Limits, Shared, decode, encode

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
)
keys = st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.integers(), st.text())
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(keys, inner),
    max_leaves=20,
)


def same(a: object, b: object) -> bool:
    """Equal in type and value, where not-a-number equals itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(map(str, a)) == list(map(str, b)) and all(map(same, a.values(), b.values()))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    return struct.pack("<d", a) == struct.pack("<d", b) or math.isnan(a) if isinstance(a, float) else a == b


@given(values)
def test_plain_values_come_back_with_type_and_bits(value):
    assert same(decode(encode(value)), value)


@given(hnp.arrays(st.sampled_from(NUMERIC).map(np.dtype), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)))
def test_arrays_come_back_with_dtype_shape_and_bits(array):
    back = decode(encode(array))
    assert type(back) is np.ndarray and back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes() and back.flags.writeable


def test_an_entry_of_an_array_of_labels_is_a_string():
    label = np.array(["sign", "other"])[1]
    assert type(label) is np.str_ and same(decode(encode([label, {"is": label}])), ["other", {"is": "other"}])


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool, torch.complex64]
)
def test_tensors_come_back(dtype):
    tensor = torch.tensor([[0, 1], [2, 3]]).to(dtype)
    back = decode(encode(tensor.T))  # not contiguous
    assert back.dtype == dtype and torch.equal(back, tensor.T) and not back.requires_grad


def test_a_parameter_keeps_its_gradient_and_no_graph_crosses():
    weight = torch.nn.Parameter(torch.ones(2))
    (weight**2).sum().backward()
    back = decode(encode(weight))
    assert type(back) is torch.nn.Parameter and back.requires_grad and back.grad.tolist() == [2.0, 2.0]
    assert decode(encode(weight * 2)).grad_fn is None


def plain_or_refused(data):
    """Whether a frame is refused, or gives data so plain that it can cross again."""
    try:
        value = decode(data)
    except FrameError:
        return True
    return type(encode(value)) is bytes


@given(st.binary(max_size=400))
@settings(max_examples=500)
def test_random_bytes_raise_frame_error_or_give_plain_data(data):
    assert plain_or_refused(data)


@given(values, st.data())
@settings(max_examples=300)
def test_a_frame_with_changed_bytes_raises_frame_error_or_gives_plain_data(value, data):
    frame = bytearray(encode([value, np.arange(3.0), np.float32(2), "é", slice(1, None)]))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    assert plain_or_refused(bytes(frame))


@given(values, st.integers(0, 10_000))
def test_a_frame_cut_short_raises_frame_error(value, cut):
    frame = encode([value, 1])
    with pytest.raises(FrameError):
        decode(frame[: cut % len(frame)])


LIES = {
    "text of 4 GB": b"S" + struct.pack("<I", 2**32 - 1),
    "list of 4 billion": b"L" + struct.pack("<I", 2**32 - 1),
    "dict of 4 billion": b"M" + struct.pack("<I", 2**32 - 2),
    "array of 2^60 floats": b"A" + struct.pack("<I", 7) + b"float64" + struct.pack("<BQI", 1, 2**60, 8) + bytes(8),
    "array 2^40 by 0": b"A" + struct.pack("<I", 7) + b"float64" + struct.pack("<BQQI", 2, 2**40, 0, 0),
    "array with 200 sides": b"A" + struct.pack("<I", 4) + b"int8" + struct.pack("<B", 200) + struct.pack("<Q", 1) * 200,
    "array of objects": b"A" + struct.pack("<I", 6) + b"object" + struct.pack("<BQI", 1, 1, 8) + bytes(8),
    "boolean that is 2": b"A" + struct.pack("<I", 4) + b"bool" + struct.pack("<BQI", 1, 1, 1) + b"\x02",
    "dict with a list as key": b"M" + struct.pack("<I", 2) + b"L" + struct.pack("<I", 0) + b"N",
    "nested 5000 deep": b"L\x01\x00\x00\x00" * 5000 + b"N",
    "integer of 1 MB": b"I" + struct.pack("<I", 2**20) + bytes(2**20),
    "more after the value": b"NN",
    "handle of no kind": encode(Handle(1, True, "object", "x")).replace(b"object", b"objekt"),
    "nothing": b"",
}


@pytest.mark.parametrize("name", LIES)
def test_lies_about_lengths_cost_no_memory(name):
    tracemalloc.start()
    with pytest.raises(FrameError):
        decode(LIES[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20 + 4 * len(LIES[name])


class Number(float):
    pass


@pytest.mark.parametrize(
    "value", [Number(1), object(), np.array([None]), np.matrix([1]), {1: {2}}, lambda: 1, torch.nn.Linear(1, 1)]
)
def test_what_is_not_plain_is_not_encoded(value):
    with pytest.raises(CannotCross):
        encode(value)


def test_limits_hold_on_both_sides():
    small = Limits(bytes=1000, depth=3, values=20, int_bytes=8)
    for value in ("x" * 2000, [[[[[1]]]]], list(range(50)), 2**100, np.zeros(1000)):
        with pytest.raises(CannotCross):
            encode(value, limits=small)
        with pytest.raises(FrameError):
            decode(encode(value), limits=small)


def test_handles_and_shared_arrays_mean_what_the_receiver_says():
    frame = encode([len, (Shared(4),)], foreign=lambda value: Handle(7, True, "callable", "builtin"))
    assert decode(frame, resolve=lambda thing: (type(thing).__name__, getattr(thing, "id", None))) == [
        ("Handle", 7),
        (("Shared", None),),
    ]


def test_an_endless_list_is_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(CannotCross, match="deep"):
        encode(loop)
