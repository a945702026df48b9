"""Frames of exact plain types between processes that do not trust each other: never pickle, capped, and safe on any bytes.

A value is one tag byte and a body.  Types are matched exactly, so a subclass cannot lie about itself.  What is not plain
(functions, objects, modules, generators) is replaced by a ``Handle``, a number that means something only to its owner.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.engine.protocol import arrays
from coursekit.engine.protocol.errors import CannotCross, FrameError


@dataclass(frozen=True)
class Limits:
    """What one frame may hold: bytes in all, levels of nesting, values in all, bytes of one integer, keys of a dict."""

    bytes: int = 64 * 2**20
    depth: int = 60
    values: int = 200_000
    int_bytes: int = 4096
    pairs: int = 5_000  # of one dict: keys can be chosen so that each is compared with all others


@dataclass(frozen=True)
class Handle:
    """Something that stays with its owner.  ``mine`` says that the one who sent the frame owns it."""

    id: int
    mine: bool = True
    kind: str = ""
    type_name: str = ""


@dataclass(frozen=True)
class Shared:
    """An array or tensor that both sides know by ``key``: the receiver's copy follows the sender's."""

    key: int
    value: Any = None  # None: known already


DEFAULT = Limits()
KINDS = ("callable", "class", "iterator", "object", "module")


def encode(value: Any, foreign: Callable[[Any], Any] | None = None, limits: Limits = DEFAULT) -> bytes:
    """``value`` as one frame; ``foreign`` turns what is not plain into a Handle (or plain data).

    Raises CannotCross, with words for the author of the value, for what cannot be encoded or exceeds the limits.
    """
    return bytes(_Writer(foreign, limits).write(value, 0).out)


def decode(data: bytes, resolve: Callable[[Any], Any] | None = None, limits: Limits = DEFAULT) -> Any:
    """The value of one frame; ``resolve`` turns Handle and Shared into what they stand for.

    Raises FrameError, and nothing else, whatever the bytes are.
    """
    if len(data) > limits.bytes:
        raise FrameError(f"a frame may have {limits.bytes} bytes, got {len(data)}")
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


class _Writer:
    def __init__(self, foreign: Callable[[Any], Any] | None, limits: Limits) -> None:
        self.out, self.foreign, self.limits, self.values = bytearray(), foreign, limits, 0

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
        self.fits(0)
        return self

    def other(self, value: Any, depth: int) -> None:
        if type(value) in arrays.SCALAR_TYPES:
            self.array(b"X", arrays.array_parts(np.asarray(value)))
        elif arrays.is_tensor(value):
            self.tensor(value, depth)
        elif dtype := arrays.dtype_text(value):
            self.text(b"Y", dtype)
        elif self.foreign is None:
            raise CannotCross(f"a {type(value).__name__[:60]} cannot be passed on")
        else:
            self.write(self.foreign(value), depth)

    def blob(self, tag: bytes, data: bytes) -> None:
        self.fits(len(data))
        self.out += tag + struct.pack("<I", len(data)) + data

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
}


class _Reader:
    def __init__(self, data: bytes, resolve: Callable[[Any], Any] | None, limits: Limits) -> None:
        self.data, self.resolve, self.limits, self.at, self.values = data, resolve, limits, 0, 0

    def take(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        if len(part) != count:
            raise FrameError("a frame ends too early")
        self.at += count
        return part

    def unpack(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def blob(self) -> bytes:
        return self.take(self.unpack("<I")[0])

    def text(self) -> str:
        return self.blob().decode("utf-8", "surrogatepass")

    def read(self, depth: int) -> Any:
        self.values += 1
        if depth > self.limits.depth or self.values > self.limits.values:
            raise FrameError("a frame is nested too deep or holds too many values")
        reader = _READERS.get(self.take(1))
        if reader is None:
            raise FrameError("a frame has an unknown tag")
        return reader(self, depth)

    def integer(self, depth: int) -> int:
        data = self.blob()
        if len(data) > self.limits.int_bytes:
            raise FrameError("an integer is too long")
        return int.from_bytes(data, "little", signed=True)

    def items(self, depth: int) -> list[Any]:
        count = self.unpack("<I")[0]
        if count > len(self.data) - self.at:  # every value takes a byte at least
            raise FrameError("a frame counts more values than it has bytes")
        return [self.read(depth + 1) for _ in range(count)]

    def mapping(self, depth: int) -> dict[Any, Any]:
        parts = self.items(depth)
        if len(parts) % 2 or len(parts) > 2 * self.limits.pairs:
            raise FrameError("a dict has a key without a value, or too many keys")
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def array(self) -> tuple[str, tuple[int, ...], bytes]:
        name, dimensions = self.text(), self.unpack("<B")[0]
        return name, self.unpack(f"<{dimensions}Q"), self.blob()

    def scalar(self, depth: int) -> Any:
        name, shape, data = self.array()
        if shape != ():
            raise FrameError("a scalar has a shape")
        return arrays.array_from(name, shape, data)[()]

    def tensor(self, depth: int) -> Any:
        wants_grad, parameter = self.unpack("<BB")
        tensor = arrays.tensor_from(*self.array())
        grad = self.read(depth + 1)
        if isinstance(tensor, np.ndarray):
            return tensor
        return arrays.with_gradient(tensor, bool(wants_grad), bool(parameter), grad)

    def handle(self, depth: int) -> Any:
        mine, number = self.unpack("<BQ")
        words = self.read(depth + 1)
        if type(words) is not tuple or [type(word) for word in words] != [str, str]:
            raise FrameError("a handle is described by two words")
        if words[0] not in KINDS and mine:
            raise FrameError("a handle is of an unknown kind")
        return self.resolved(Handle(number, bool(mine), words[0], words[1][:100]))

    def shared(self, depth: int) -> Any:
        return self.resolved(Shared(self.unpack("<I")[0], self.read(depth + 1)))

    def resolved(self, value: Handle | Shared) -> Any:
        return value if self.resolve is None else self.resolve(value)


_READERS: dict[bytes, Callable[[_Reader, int], Any]] = {
    b"N": lambda r, d: None,
    b"T": lambda r, d: True,
    b"F": lambda r, d: False,
    b"I": _Reader.integer,
    b"D": lambda r, d: r.unpack("<d")[0],
    b"C": lambda r, d: complex(*r.unpack("<dd")),
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
}
