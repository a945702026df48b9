"""One end of the talk between checker and student: handles for what does not cross, and arrays that both sides see change."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from coursekit.engine.protocol.arrays import array_parts, is_tensor, tensor_parts, with_gradient
from coursekit.engine.protocol.errors import CannotCross, FrameError
from coursekit.engine.protocol.frames import Handle, Shared, decode, encode
from coursekit.engine.protocol.wire import Wire

MOST_HANDLES = 100_000
ALONE = 2  # references that Python counts for what a table holds and nobody else
Digest = tuple[object, ...]


class Peer:
    """Encodes and decodes with a table of handed-out objects and one of shared arrays.

    The checker hands its arrays and tensors over as shared: the student's copy is one object for as long as the question
    lasts, changes made in place on either side travel with the next message, and an array that comes back is the same object.

    With ``guarded`` the checker's own arrays stay as they are whatever the student's code does with its copies, so that a check
    that goes on computing with them is not led astray.  What comes back is then the student's version, another object.
    """

    trusted = False  # whether this side decides what is shared
    guarded = False
    lending = False  # whether what is being read goes to a function of ours, which may write into it

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.forget()

    def forget(self) -> None:
        """Drop all handles and shared arrays, at the start of a question."""
        self.objects: dict[int, Any] = {}
        self.shared: dict[int, Any] = {}
        self.digests: dict[int, Digest] = {}
        self.watched: set[int] = set()  # keys of arrays that may change: somebody but this table knows them
        self.keys: dict[int, int] = {}
        self.theirs: dict[int, tuple[Any, Digest]] = {}  # the student's version, the digest of ours when it came

    def pack(self, body: tuple[Any, ...]) -> bytes:
        """A message: its body, and the shared arrays that changed since the other side last saw them."""
        shown = self.show(body) if self.trusted or self.keys else body
        changed = [Shared(key, self._current(key)) for key in sorted(self.watched) if self._changed(key)]
        self.watched -= {key for key in self.watched if self._alone(key)}
        return encode((shown, changed), self.foreign)

    def unpack(self, payload: bytes) -> tuple[Any, ...]:
        """The body of a message, after taking over the changes of shared arrays.  Raises FrameError."""
        known = len(self.theirs)
        message = decode(payload, self.resolve)
        if len(self.theirs) != known:  # changes come last in a message: read it again with them
            message = decode(payload, self.resolve)
        if type(message) is not tuple or len(message) != 2 or type(message[0]) is not tuple:
            raise FrameError("a message is a body and a list of changes")
        return message[0]

    def show(self, value: Any, depth: int = 0) -> Any:
        """``value`` with its arrays and tensors replaced by what the other side knows them as."""
        if is_array(value):
            return self._share(value)
        if depth > 60:
            return value
        if type(value) in (list, tuple):
            return type(value)(self.show(item, depth + 1) for item in value)
        if type(value) is dict:
            return {key: self.show(item, depth + 1) for key, item in value.items()}
        return value

    def _share(self, value: Any) -> Any:
        key = self.keys.get(id(value))
        if key is not None and self.shared[key] is value:
            return Shared(key)
        if not self.trusted:
            return value
        key = len(self.shared) + 1
        self.shared[key], self.keys[id(value)], self.digests[key] = value, key, digest(value)
        self.watched.add(key)
        return Shared(key, value)

    def _alone(self, key: int) -> bool:
        """Whether nobody but this table knows an array, so that it stays as it is until it crosses again."""
        if sys.getrefcount(self.shared[key]) > ALONE or not is_own(self.shared[key]):
            return False
        return key not in self.theirs or (sys.getrefcount(self.theirs[key][0]) <= ALONE and is_own(self.theirs[key][0]))

    def _current(self, key: int) -> Any:
        """What the other side should have under this key."""
        return self.theirs[key][0] if key in self.theirs else self.shared[key]

    def _changed(self, key: int) -> bool:
        if key in self.theirs and digest(self.shared[key]) != self.theirs[key][1]:
            del self.theirs[key]  # the check has changed its array: that counts
        if not is_array(self._current(key)):
            return False  # the student has made it something else; ours stays
        now = digest(self._current(key))
        if now == self.digests[key]:
            return False
        self.digests[key] = now
        return True

    def resolve(self, thing: Handle | Shared) -> Any:
        """What a handle or a shared array stands for on this side.  Raises FrameError for what was never handed out."""
        if isinstance(thing, Shared):
            return self._shared(thing)
        if thing.mine:
            return self.remote(thing)
        if thing.id not in self.objects:
            raise FrameError(f"handle {thing.id} was never given out")
        return self.objects[thing.id]

    def _shared(self, thing: Shared) -> Any:
        if thing.key not in self.shared:
            if self.trusted or thing.value is None:
                raise FrameError(f"shared array {thing.key} is not known")
            self.shared[thing.key], self.keys[id(thing.value)] = thing.value, thing.key
        elif thing.value is not None and self.guarded:
            self._set_aside(thing.key, thing.value)
        elif self.lending and thing.key not in self.theirs:
            self._set_aside(thing.key, copy_of(self.shared[thing.key]))
        elif thing.value is not None:
            take_over(self.shared[thing.key], thing.value)
        self.digests[thing.key] = digest(self._current(thing.key))
        self.watched.add(thing.key)
        return self._current(thing.key)

    def _set_aside(self, key: int, value: Any) -> None:
        ours = self.shared[key]
        if key in self.theirs:
            take_over(self.theirs[key][0], value)
        elif type(value) is type(ours) and (value.shape, value.dtype) == (ours.shape, ours.dtype):
            self.theirs[key] = value, digest(ours)

    def keep(self, value: Any, kind: str) -> Handle:
        """Hand out ``value`` under a new number."""
        if len(self.objects) >= MOST_HANDLES:
            raise CannotCross(f"more than {MOST_HANDLES} objects in one question")
        number = len(self.objects) + 1
        self.objects[number] = value
        return Handle(number, True, kind, type(value).__name__)

    def foreign(self, value: Any) -> Any:
        """What crosses in place of something that is not plain."""
        raise NotImplementedError

    def remote(self, handle: Handle) -> Any:
        """What stands here for an object of the other side."""
        raise NotImplementedError


def is_array(value: object) -> bool:
    """Whether it is exactly an array or a tensor."""
    return type(value) is np.ndarray or is_tensor(value)


def is_own(value: object) -> bool:
    """Whether it is an array with memory of its own, into which no other array looks unless it keeps this one."""
    return type(value) is np.ndarray and value.base is None


def copy_of(value: Any) -> Any:
    """The same values in memory of their own; of a tensor, a leaf with the same gradient."""
    if not is_tensor(value):
        return value.copy()
    grad = value.grad if value.is_leaf else None
    parameter = "Parameter" in type(value).__name__
    return with_gradient(
        value.detach().clone(), value.requires_grad, parameter, grad.clone() if grad is not None else None
    )


def digest(value: Any) -> Digest:
    """What tells whether an array's or tensor's values, gradient, shape or dtype have changed."""
    if not is_tensor(value):
        return _short(*array_parts(value))
    grad = value.grad if value.is_leaf else None
    return _short(*tensor_parts(value)) + (_short(*tensor_parts(grad)) if grad is not None else ())


def _short(name: str, shape: tuple[int, ...], data: bytes) -> Digest:
    return name, shape, hash(data)


def take_over(target: Any, value: Any) -> None:
    """Write the values (and the gradient) of ``value`` into ``target``; a changed shape or dtype is not taken over."""
    if type(target) is np.ndarray:
        if (
            type(value) is np.ndarray
            and (target.shape, target.dtype) == (value.shape, value.dtype)
            and target.flags.writeable
        ):
            target[...] = value
        return
    if not is_tensor(value) or target.shape != value.shape or target.dtype != value.dtype:
        return
    with sys.modules["torch"].no_grad():
        target.data.copy_(value)
    if target.is_leaf:
        target.grad = None if value.grad is None else value.grad.clone()
