"""Reading a frame: exact types, within limits, and safe on any bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.engine.protocol import arrays
from coursekit.engine.protocol.errors import FrameError
from coursekit.engine.protocol.values import KINDS, Handle, Kinded, Limits, Shared

COUNT, BYTE, FLOAT, COMPLEX = (struct.Struct(layout) for layout in ("<I", "<B", "<d", "<dd"))
TWO_BYTES, KNOWN = struct.Struct("<BB"), struct.Struct("<BQ")


def read(data: bytes, resolve: Callable[[Any], Any] | None, limits: Limits) -> Any:
    """The value of one frame.  Raises FrameError, and nothing else, whatever the bytes are."""
    reader = _Reader(data, resolve, limits)
    try:
        value = reader.read(0)
    except (
        struct.error,
        UnicodeDecodeError,
        ValueError,
        TypeError,
        OverflowError,
        MemoryError,
        RecursionError,
    ) as error:
        if isinstance(error, FrameError):
            raise
        raise FrameError(f"broken frame: {type(error).__name__}") from None
    if reader.at != len(data):
        raise FrameError("a frame goes on after its value")
    return value


class _Reader:
    def __init__(self, data: bytes, resolve: Callable[[Any], Any] | None, limits: Limits) -> None:
        self.data, self.resolve, self.limits, self.at, self.values = data, resolve, limits, 0, 0

    def take(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        if len(part) != count:
            raise FrameError("a frame ends too early")
        self.at += count
        return part

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        at = self.at
        self.at += layout.size
        return layout.unpack_from(self.data, at)

    def blob(self) -> bytes:
        return self.take(self.unpack(COUNT)[0])

    def text(self) -> str:
        return self.blob().decode("utf-8", "surrogatepass")

    def read(self, depth: int) -> Any:
        self.values += 1
        if depth > self.limits.depth or self.values > self.limits.values:
            raise FrameError("a frame is nested too deep or holds too many values")
        if self.at >= len(self.data):
            raise FrameError("a frame ends too early")
        reader = _READERS.get(self.data[self.at])
        if reader is None:
            raise FrameError("a frame has an unknown tag")
        self.at += 1
        return reader(self, depth)

    def integer(self, depth: int) -> int:
        data = self.blob()
        if len(data) > self.limits.int_bytes:
            raise FrameError("an integer is too long")
        return int.from_bytes(data, "little", signed=True)

    def items(self, depth: int) -> list[Any]:
        count = self.unpack(COUNT)[0]
        if count > len(self.data) - self.at:  # every value takes a byte at least
            raise FrameError("a frame counts more values than it has bytes")
        return [self.read(depth + 1) for _ in range(count)]

    def mapping(self, depth: int) -> dict[Any, Any]:
        parts = self.items(depth)
        if len(parts) % 2 or len(parts) > 2 * self.limits.pairs:
            raise FrameError("a dict has a key without a value, or too many keys")
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def array(self) -> tuple[str, tuple[int, ...], bytes]:
        name, dimensions = self.text(), self.unpack(BYTE)[0]
        shape = struct.unpack(f"<{dimensions}Q", self.take(8 * dimensions))
        return name, shape, self.blob()

    def scalar(self, depth: int) -> Any:
        name, shape, data = self.array()
        if shape != ():
            raise FrameError("a scalar has a shape")
        return arrays.array_from(name, shape, data)[()]

    def tensor(self, depth: int) -> Any:
        wants_grad, parameter = self.unpack(TWO_BYTES)
        tensor = arrays.tensor_from(*self.array())
        grad = self.read(depth + 1)
        if isinstance(tensor, np.ndarray):
            return tensor
        return arrays.with_gradient(tensor, bool(wants_grad), bool(parameter), grad)

    def handle(self, depth: int) -> Any:
        mine, number = self.unpack(KNOWN)
        words = self.read(depth + 1)
        if type(words) is not tuple or [type(word) for word in words] != [str, str]:
            raise FrameError("a handle is described by two words")
        if words[0] not in KINDS and mine:
            raise FrameError("a handle is of an unknown kind")
        return self.resolved(Handle(number, bool(mine), words[0], words[1][:100]))

    def shared(self, depth: int) -> Any:
        return self.resolved(Shared(self.unpack(COUNT)[0], self.read(depth + 1)))

    def kinded(self, depth: int) -> Any:
        words = self.read(depth + 1)
        if type(words) is not tuple or len(words) != 2 or type(words[0]) is not str:
            raise FrameError("a value of a kind is its kind and its parts")
        return self.resolved(Kinded(*words))

    def resolved(self, value: Handle | Shared | Kinded) -> Any:
        return value if self.resolve is None else self.resolve(value)


_BY_TAG: dict[bytes, Callable[[_Reader, int], Any]] = {
    b"N": lambda r, d: None,
    b"T": lambda r, d: True,
    b"F": lambda r, d: False,
    b"I": _Reader.integer,
    b"D": lambda r, d: r.unpack(FLOAT)[0],
    b"C": lambda r, d: complex(*r.unpack(COMPLEX)),
    b"S": lambda r, d: r.text(),
    b"B": lambda r, d: r.blob(),
    b"L": _Reader.items,
    b"U": lambda r, d: tuple(r.items(d)),
    b"M": _Reader.mapping,
    b"A": lambda r, d: arrays.array_from(*r.array()),
    b"X": _Reader.scalar,
    b"R": _Reader.tensor,
    b"Y": lambda r, d: arrays.dtype_from(r.text()),
    b"E": lambda r, d: ...,
    b"G": lambda r, d: slice(r.read(d + 1), r.read(d + 1), r.read(d + 1)),
    b"H": _Reader.handle,
    b"V": _Reader.shared,
    b"K": _Reader.kinded,
}
_READERS = {tag[0]: reader for tag, reader in _BY_TAG.items()}
