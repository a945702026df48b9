"""A scalar that remembers how it was computed: reverse-mode differentiation in a hundred lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

Backward = Callable[[float], tuple[float, ...]]


class Value:
    """A number ``data``, and after :meth:`backward` of a result ``out`` the derivative ``grad`` of ``out`` by it.

    ``parents`` are the values that it was computed from; ``pull(g)`` gives what a derivative ``g`` by this value adds to
    the derivatives by each of its parents.
    """

    __slots__ = ("data", "grad", "parents", "pull")

    def __init__(self, data: float, parents: tuple[Value, ...] = (), pull: Backward | None = None) -> None:
        self.data, self.grad, self.parents, self.pull = float(data), 0.0, parents, pull

    def __add__(self, other: Value | float) -> Value:
        other = _value(other)
        return Value(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other: Value | float) -> Value:
        other = _value(other)
        return Value(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __pow__(self, power: float) -> Value:
        """A fixed power; the exponent is no value."""
        return Value(self.data**power, (self,), lambda g: (g * power * self.data ** (power - 1),))

    def exp(self) -> Value:
        """The exponential function."""
        out = math.exp(self.data)
        return Value(out, (self,), lambda g: (g * out,))

    def log(self) -> Value:
        """The natural logarithm.  Raises ValueError for numbers that are not positive."""
        if self.data <= 0:
            raise ValueError(f"log needs a number > 0, got {self.data}")
        return Value(math.log(self.data), (self,), lambda g: (g / self.data,))

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        out = math.tanh(self.data)
        return Value(out, (self,), lambda g: (g * (1 - out * out),))

    def relu(self) -> Value:
        """The positive part; its derivative at 0 counts as 0, as in torch."""
        return Value(max(self.data, 0.0), (self,), lambda g: (g if self.data > 0 else 0.0,))

    def __neg__(self) -> Value:
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        return self + -_value(other)

    def __truediv__(self, other: Value | float) -> Value:
        return self * _value(other) ** -1.0

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: float) -> Value:
        return _value(other) - self

    def __rtruediv__(self, other: float) -> Value:
        return _value(other) / self

    def backward(self) -> None:
        """Add to ``grad`` of every value below this one the derivative of this one by it.

        In reverse topological order each value is visited once, after everything that used it: when it hands its
        derivative on, that derivative is complete.  Shared values add up what comes from all their uses.
        """
        order = topological(self)
        fresh = dict.fromkeys(map(id, order), 0.0)
        fresh[id(self)] = 1.0
        for value in reversed(order):
            own = fresh[id(value)]
            value.grad += own
            if value.pull is not None:
                for parent, part in zip(value.parents, value.pull(own)):
                    fresh[id(parent)] += part

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"


def _value(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)


def total(values: Iterable[Value]) -> Value:
    """The sum of values as one node, which is shallower than a chain of additions."""
    parts = tuple(values)
    return Value(math.fsum(v.data for v in parts), parts, lambda g: (g,) * len(parts))


def topological(root: Value) -> list[Value]:
    """Every value below ``root``, and ``root``, each after its parents.

    A depth-first walk with a stack of our own: Python's stack of calls would end at a depth of about a thousand.
    """
    order: list[Value] = []
    seen = {id(root)}
    stack = [(root, iter(root.parents))]
    while stack:
        value, rest = stack[-1]
        for parent in rest:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(value)
            stack.pop()
    return order


def topological_recursive(root: Value) -> list[Value]:
    """The same by recursion, as it is usually written; raises RecursionError where the graph is deep."""
    order: list[Value] = []
    seen: set[int] = set()

    def visit(value: Value) -> None:
        if id(value) not in seen:
            seen.add(id(value))
            for parent in value.parents:
                visit(parent)
            order.append(value)

    visit(root)
    return order
