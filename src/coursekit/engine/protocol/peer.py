"""One end of the talk between checker and student: handles for what does not cross, arrays and lists that both see change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from coursekit.engine.protocol.arrays import SCALAR_TYPES
from coursekit.engine.protocol.errors import CannotCross, FrameError
from coursekit.engine.protocol.frames import Handle, Kinded, Shared, decode, encode
from coursekit.engine.protocol.kinds import built, parts_of
from coursekit.engine.protocol.wire import Wire
from coursekit.lent import DEEPEST, Digest, alike, can_change, copy_of, digest, is_array, take_over, trains
from coursekit.plain import SCALARS

MOST_HANDLES = 100_000
ALONE = 2  # references that Python counts for what a table holds and nobody else


class Peer:
    """Encodes and decodes with a table of handed-out objects and one of shared arrays.

    The checker hands its arrays, tensors, lists and dicts over as shared: the student's copy is one object for as long as the
    question lasts, changes made in place on either side travel with the next message, and what comes back is the same object.

    With ``guarded`` the checker's own arrays stay as they are whatever the student's code does with its copies, so that a check
    that goes on computing with them is not led astray.  What comes back is then the student's version, another object.
    """

    trusted = False  # whether this side decides what is shared
    guarded = False
    more = False  # whether more kinds of values cross, by their parts
    changed = False  # whether a value of ours became what the other side made of it
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
        self.held: dict[int, int] = {}  # how often lists and dicts that nobody else knows hold an array, a list, a dict
        self.inside: dict[int, list[int]] = {}  # which ones each of those holds
        self.keys: dict[int, int] = {}
        self.theirs: dict[int, tuple[Any, Digest]] = {}  # the student's version, the digest of ours when it came

    def pack(self, body: tuple[Any, ...]) -> bytes:
        """A message: its body, and the shared arrays that changed since the other side last saw them."""
        shown = self.show(body) if self.trusted or self.keys else body
        watched = sorted(self.watched)
        changed = [self._news(key) for key in watched if self._changed(key)]
        for key in reversed(watched):  # what holds others came after them
            if self._alone(key):
                self._let_go(key)
        return encode((shown, changed), self.foreign, wider=self.parts if self.more else None)

    def parts(self, value: Any) -> Kinded | None:
        """The value by its parts, where it is of a kind that crosses so.  Raises CannotCross."""
        return parts_of(value)

    def unpack(self, payload: bytes) -> tuple[Any, ...]:
        """The body of a message, after taking over the changes of shared arrays.  Raises FrameError."""
        known = len(self.theirs)
        message = decode(payload, self.resolve)
        if len(self.theirs) != known:  # changes come last in a message: read it again with them
            message = decode(payload, self.resolve)
        if type(message) is not tuple or len(message) != 2 or type(message[0]) is not tuple:
            raise FrameError("a message is a body and a list of changes")
        return message[0]

    def show(self, value: Any, depth: int = 0, changed: bool = False) -> Any:
        """``value`` with its arrays, tensors, lists and dicts replaced by what the other side knows them as.

        With ``changed``, of a list that the other side has to hear of again: what cannot cross is left out, by its type.
        """
        if can_change(value) and self._known(value):
            return Shared(self.keys[id(value)])
        if is_array(value):
            return self._share(value, value)
        if depth > DEEPEST:
            return "…" if changed else value
        if type(value) is tuple:
            return tuple(self.show(item, depth + 1, changed) for item in value)
        if type(value) in (list, dict):
            return self._share(value, self._inside(value, depth, changed))
        return value if not changed or crosses(value) or self.lends(value) else _named(value)

    def _inside(self, value: Any, depth: int, changed: bool) -> Any:
        if type(value) is list:
            return [self.show(item, depth + 1, changed) for item in value]
        names = {key: key if not changed or crosses(key) else _named(key) for key in value}
        return {names[key]: self.show(item, depth + 1, changed) for key, item in value.items()}

    def _known(self, value: Any) -> bool:
        return id(value) in self.keys and self.shared[self.keys[id(value)]] is value

    def _share(self, value: Any, shown: Any) -> Any:
        if not self.trusted:
            return shown
        key = len(self.shared) + 1
        self.shared[key], self.keys[id(value)], self.digests[key] = value, key, digest(value)
        self.watched.add(key)
        return Shared(key, shown)

    def _news(self, key: int) -> Shared:
        """What the other side has to hear of a shared value that changed."""
        value = self._current(key)
        return Shared(key, value if is_array(value) else self._inside(value, 0, True))

    def lends(self, value: object) -> bool:
        """Whether it is no plain data, but something of the other side's or for the other side's use."""
        return False

    def _alone(self, key: int) -> bool:
        """Whether nobody but this table knows an array, so that it stays as it is until it crosses again."""
        if sys.getrefcount(self.shared[key]) > ALONE + self.held.get(key, 0) or not is_own(self.shared[key]):
            return False
        return key not in self.theirs or (sys.getrefcount(self.theirs[key][0]) <= ALONE and is_own(self.theirs[key][0]))

    def _let_go(self, key: int) -> None:
        """Look no longer at what nobody else knows.  What it holds is known to nobody by that."""
        self.watched.discard(key)
        if type(self.shared[key]) in (list, dict) and key not in self.theirs:
            self.inside[key] = [self.keys[id(item)] for item in _items(self.shared[key]) if self._known(item)]
            for item in self.inside[key]:
                self.held[item] = self.held.get(item, 0) + 1

    def _watch(self, key: int) -> None:
        """Look at it again, and at all that it holds."""
        self.watched.add(key)
        for item in self.inside.pop(key, ()):
            self.held[item] -= 1
            self._watch(item)

    def _current(self, key: int) -> Any:
        """What the other side should have under this key."""
        return self.theirs[key][0] if key in self.theirs else self.shared[key]

    def _changed(self, key: int) -> bool:
        if self.theirs and key in self.theirs and digest(self.shared[key]) != self.theirs[key][1]:
            del self.theirs[key]  # the check has changed its array: that counts
        value = self._current(key)
        if not can_change(value):
            return False  # the student has made it something else; ours stays
        now = digest(value)
        if now == self.digests[key]:
            return False
        self.digests[key] = now
        return True

    def resolve(self, thing: Handle | Shared | Kinded) -> Any:
        """What a handle or a shared array stands for on this side.  Raises FrameError for what was never handed out."""
        if isinstance(thing, Kinded):
            if not self.more:
                raise FrameError(f"a {thing.kind[:40]} does not cross here")
            return built(thing)
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
        elif self.guards(self.shared[thing.key]):
            if thing.value is not None:
                self._set_aside(thing.key, thing.value)
            elif self.lending and thing.key not in self.theirs:
                self._set_aside(thing.key, copy_of(self.shared[thing.key]))
        elif thing.value is not None:
            self.changed |= not trains(self.shared[thing.key])
            take_over(self.shared[thing.key], thing.value)
        self.digests[thing.key] = digest(self._current(thing.key))
        self._watch(thing.key)
        return self._current(thing.key)

    def guards(self, value: Any) -> bool:
        """Whether this value of ours stays as it is, whatever the other side does with its copy."""
        return self.guarded

    def _set_aside(self, key: int, value: Any) -> None:
        ours = self.shared[key]
        if key in self.theirs and alike(self.theirs[key][0], value):
            take_over(self.theirs[key][0], value)
        elif type(value) is type(ours):
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


def is_own(value: object) -> bool:
    """Whether it is a list, a dict, or an array with memory of its own: no other looks into that unless it keeps this one."""
    return type(value) in (list, dict) or (type(value) is np.ndarray and value.base is None)


def _items(value: Any) -> Iterator[Any]:
    """What a list or a dict holds, also in tuples that nothing else holds."""
    for place in list(value) if type(value) is dict else range(len(value)):
        if type(value[place]) is tuple and sys.getrefcount(value[place]) <= ALONE:
            yield from _items(value[place])
        else:
            yield value[place]


def crosses(value: object) -> bool:
    """Whether it is plain data without parts, which goes to the other side as it is."""
    return value is None or type(value) in SCALARS or type(value) in SCALAR_TYPES


def _named(value: object) -> str:
    return f"<{type(value).__name__[:60]}>"
