"""Whether the calls of an answer leave their arguments as they were; what was changed, in words for a student."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.lent import can_change, digest

Look = Callable[[Any], Any]


@dataclass
class CallWatch:
    """Over the calls of answers: ``names`` says what the arguments of each are called, ``changed`` what was changed first."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changed: str = ""
    inside: int = 0  # watched calls that have not come back: what answers give each other is their own affair

    def begin(self) -> None:
        """Forget what was changed before."""
        self.changed = ""

    @contextmanager
    def over(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], look: Look) -> Iterator[None]:
        """Look at what the call of an answer in the body has changed; ``look`` gives values as the answer left them."""
        places: dict[int | str, Any] = dict(enumerate(args))
        places.update(kwargs)
        given = {place: value for place, value in places.items() if holds_memory(value)}
        if self.inside or self.changed or not given:
            yield
            return
        before = [digest([value]) for value in given.values()]
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
        after = look(tuple(given.values()))
        for (place, value), was, now in zip(given.items(), before, after, strict=True):
            if digest([now]) != was:
                self.changed = self._words(name, place, value)
                return

    def _words(self, name: str, place: int | str, value: Any) -> str:
        names = self.names.get(name, ())
        called = place if isinstance(place, str) else names[place] if place < len(names) else ""
        what = f"`{called}`" if called else f"argument number {int(place) + 1}"
        own = f"`{called or 'x'} = {copying(called or 'x', value)}`"
        return f"{what} was changed by the call; it must stay as it was given: work on a copy, {own}"


def watch_of(space: dict[str, Any], answers: Iterable[str]) -> CallWatch:
    """A watch that calls arguments as the functions in ``space`` do."""
    return CallWatch({name: parameters(space[name]) for name in answers if callable(space.get(name))})


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's arguments; none where Python does not know them."""
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def holds_memory(value: Any) -> bool:
    """Whether an answer could change it, or something in it, in place."""
    return can_change(value) or (type(value) is tuple and any(map(holds_memory, value)))


def copying(name: str, value: Any) -> str:
    """The code that makes a copy which shares nothing with the value of that name."""
    if type(value) is np.ndarray:
        return f"{name}.copy()"
    if type(value) in (list, dict, tuple):
        items = value.values() if type(value) is dict else value
        return f"copy.deepcopy({name})" if any(map(holds_memory, items)) else f"{type(value).__name__}({name})"
    return f"{name}.clone()"
