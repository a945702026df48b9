"""Frames of exact plain types between processes that do not trust each other: never pickle, capped, and safe on any bytes.

A value is one tag byte and a body.  Types are matched exactly, so a subclass cannot lie about itself.  What is not plain
(functions, objects, modules, generators) is replaced by a ``Handle``, a number that means something only to its owner.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.engine.protocol import arrays
from coursekit.engine.protocol.errors import CannotCross, FrameError
from coursekit.engine.protocol.reading import read
from coursekit.engine.protocol.values import DEFAULT, Handle, Kinded, Limits, Shared


def encode(
    value: Any,
    foreign: Callable[[Any], Any] | None = None,
    limits: Limits = DEFAULT,
    wider: Callable[[Any], Kinded | None] | None = None,
) -> bytes:
    """``value`` as one frame; ``foreign`` turns what is not plain into a Handle (or plain data), ``wider`` some into Kinded.

    Raises CannotCross, with words for the author of the value, for what cannot be encoded or exceeds the limits.
    """
    return bytes(_Writer(foreign, limits, wider).write(value, 0).out)


def decode(data: bytes, resolve: Callable[[Any], Any] | None = None, limits: Limits = DEFAULT) -> Any:
    """The value of one frame; ``resolve`` turns Handle, Shared and Kinded into what they stand for.

    Raises FrameError, and nothing else, whatever the bytes are.
    """
    if len(data) > limits.bytes:
        raise FrameError(f"a frame may have {limits.bytes} bytes, got {len(data)}")
    return read(data, resolve, limits)


class _Writer:
    def __init__(
        self, foreign: Callable[[Any], Any] | None, limits: Limits, wider: Callable[[Any], Kinded | None] | None
    ) -> None:
        self.out, self.foreign, self.limits, self.values = bytearray(), foreign, limits, 0
        self.wider = wider

    def write(self, value: Any, depth: int) -> _Writer:
        self.values += 1
        if depth > self.limits.depth:
            raise CannotCross(f"nested more than {self.limits.depth} levels deep")
        if self.values > self.limits.values:
            raise CannotCross(f"more than {self.limits.values} values; use an array")
        writer = _WRITERS.get(type(value))
        if writer is not None:
            writer(self, value, depth)
        else:
            self.other(value, depth)
        if len(self.out) > self.limits.bytes:
            self.fits(0)
        return self

    def other(self, value: Any, depth: int) -> None:
        if type(value) in arrays.SCALAR_TYPES:
            self.array(b"X", arrays.array_parts(np.asarray(value)))
        elif arrays.is_tensor(value):
            self.tensor(value, depth)
        elif dtype := arrays.dtype_text(value):
            self.text(b"Y", dtype)
        elif (parts := self.as_kind(value)) is not None:
            _kinded(self, parts, depth)
        elif self.foreign is None:
            raise CannotCross(f"a {type(value).__name__[:60]} cannot be passed on")
        else:
            self.write(self.foreign(value), depth)

    def as_kind(self, value: Any) -> Kinded | None:
        """The value by its parts, where such values cross and it is one."""
        try:
            return self.wider(value) if self.wider is not None else None
        except CannotCross:
            return None  # it may go as something else

    def blob(self, tag: bytes, data: bytes) -> None:
        self.fits(len(data))
        self.out += tag + struct.pack("<I", len(data))
        self.out += data

    def fits(self, size: int) -> None:
        """Refuse what is too large before it is copied, so that the answer does not depend on the memory left."""
        if len(self.out) + size > self.limits.bytes:
            raise CannotCross(f"larger than {self.limits.bytes // 2**20} MB")

    def text(self, tag: bytes, value: str) -> None:
        self.fits(len(value))
        self.blob(tag, value.encode("utf-8", "surrogatepass"))

    def integer(self, value: int, depth: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > self.limits.int_bytes:
            raise CannotCross(f"an integer of more than {self.limits.int_bytes} bytes")
        self.blob(b"I", value.to_bytes(size, "little", signed=True))

    def array(self, tag: bytes, parts: tuple[str, tuple[int, ...], bytes]) -> None:
        name, shape, data = parts
        self.text(tag, name)
        self.out += struct.pack(f"<B{len(shape)}Q", len(shape), *shape)
        self.blob(b"", data)

    def ndarray(self, array: np.ndarray, depth: int) -> None:
        if array.dtype.kind in "mMS" and (parts := self.as_kind(array)) is not None:
            return _kinded(self, parts, depth)
        self.fits(array.nbytes)
        self.array(b"A", arrays.array_parts(array))

    def tensor(self, tensor: Any, depth: int) -> None:
        self.fits(tensor.numel() * tensor.element_size())
        grad = tensor.grad if tensor.is_leaf else None
        self.out += b"R" + bytes([tensor.is_leaf and tensor.requires_grad, "Parameter" in type(tensor).__name__])
        self.array(b"", arrays.tensor_parts(tensor))
        self.write(grad if arrays.is_tensor(grad) else None, depth + 1)

    def items(self, tag: bytes, values: Any, depth: int) -> None:
        self.out += tag + struct.pack("<I", len(values))
        for value in values:
            self.write(value, depth + 1)

    def mapping(self, value: dict[Any, Any], depth: int) -> None:
        if len(value) > self.limits.pairs:
            raise CannotCross(f"a dict of more than {self.limits.pairs} keys; use an array")
        self.items(b"M", [part for pair in value.items() for part in pair], depth)

    def handle(self, value: Handle, depth: int) -> None:
        self.out += b"H" + struct.pack("<BQ", value.mine, value.id)
        self.write((value.kind, value.type_name[:100]), depth + 1)

    def shared(self, value: Shared, depth: int) -> None:
        self.out += b"V" + struct.pack("<I", value.key)
        self.write(value.value, depth + 1)


def _kinded(writer: _Writer, value: Kinded, depth: int) -> None:
    writer.out += b"K"
    writer.write((value.kind, value.parts), depth + 1)


def _slice(writer: _Writer, value: slice, depth: int) -> None:
    writer.out += b"G"
    for part in (value.start, value.stop, value.step):
        writer.write(part, depth + 1)


_WRITERS: dict[type, Callable[[_Writer, Any, int], None]] = {
    type(None): lambda w, v, d: w.out.extend(b"N"),
    bool: lambda w, v, d: w.out.extend(b"T" if v else b"F"),
    int: _Writer.integer,
    float: lambda w, v, d: w.out.extend(struct.pack("<cd", b"D", v)),
    complex: lambda w, v, d: w.out.extend(struct.pack("<cdd", b"C", v.real, v.imag)),
    str: lambda w, v, d: w.text(b"S", v),
    np.str_: lambda w, v, d: w.text(b"S", str(v)),  # an entry of an array of labels: a string to any reader
    bytes: lambda w, v, d: w.blob(b"B", v),
    list: lambda w, v, d: w.items(b"L", v, d),
    tuple: lambda w, v, d: w.items(b"U", v, d),
    dict: _Writer.mapping,
    np.ndarray: _Writer.ndarray,
    type(...): lambda w, v, d: w.out.extend(b"E"),
    slice: _slice,
    Handle: _Writer.handle,
    Shared: _Writer.shared,
    Kinded: _kinded,
}
