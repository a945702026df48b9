"""Arguments that a check lends to an answer: whether they changed, copies of them, and changes brought back."""

from __future__ import annotations

import copy
import marshal
import sys
from itertools import chain
from typing import Any

import numpy as np

from coursekit.plain import is_tensor

DEEPEST = 40  # levels of lists in lists that are looked into
MOST = (
    200_000  # values of one argument that are looked at; lists that share lists could hold more than there is time for
)
FLAT = frozenset({type(None), bool, int, float, complex, str, bytes})  # values without parts
NESTED = frozenset({list, tuple, dict})
BY_VALUE = 2  # the version of marshal's format that says the same of equal values, whoever else knows them
Digest = tuple[object, ...]


def is_array(value: object) -> bool:
    """Whether it is exactly an array or a tensor."""
    return type(value) is np.ndarray or is_tensor(value)


def can_change(value: object) -> bool:
    """Whether an answer could change it in place: an array, a tensor, a list, a dict."""
    return type(value) in (list, dict) or is_array(value)


def trains(value: Any) -> bool:
    """Whether it is made to be changed in place, as optimizers do: a tensor that requires a gradient."""
    return is_tensor(value) and bool(value.requires_grad)


def digest(value: Any) -> Digest:
    """What tells whether values, gradient, shape or type of an array or tensor changed, or what is in a list or dict."""
    if type(value) is np.ndarray:
        return value.dtype.str, value.shape, hash(value.tobytes())
    if is_tensor(value):
        return _of_tensor(value)
    if is_flat(value):
        return type(value), marshal.dumps(value, BY_VALUE)
    left = [MOST]
    return _of_items(value, left, 0)


def is_flat(value: Any) -> bool:
    """Whether a list or a dict holds nothing but values without parts, and lists, tuples and dicts of them; not too many."""
    level, seen = [value], 0
    for _ in range(DEEPEST):
        parts = [item for item in level if type(item) not in FLAT]
        if not parts:
            return True
        seen += sum(map(len, parts)) if NESTED.issuperset(map(type, parts)) else MOST
        if seen >= MOST:
            return False
        level = list(chain.from_iterable(parts))
        level += chain.from_iterable(part.values() for part in parts if type(part) is dict)
    return False


def _of_tensor(value: Any) -> Digest:
    torch = sys.modules["torch"]
    digest: Digest = (str(value.dtype), tuple(value.shape))
    if value.layout == torch.strided and not value.is_meta and not value.is_quantized:
        dense = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
        dense = dense.view(torch.int16) if dense.dtype == torch.bfloat16 else dense
        digest += (hash(dense.numpy().tobytes()),)
    grad = value.grad if value.is_leaf else None
    return digest if grad is None else digest + _of_tensor(grad)


def _of_items(value: Any, left: list[int], depth: int) -> Digest:
    left[0] -= 1
    if is_array(value):
        return digest(value)
    if depth > DEEPEST or left[0] < 0:
        return ("…",)
    if type(value) in (list, tuple):
        return (type(value), *(_of_items(item, left, depth + 1) for item in value))
    if type(value) is dict:
        pairs = [(_of_items(k, left, depth + 1), _of_items(v, left, depth + 1)) for k, v in value.items()]
        return (dict, *pairs)
    if isinstance(value, np.generic):
        return (type(value), value.tobytes())
    known = value is None or type(value) in (bool, int, float, complex, str, bytes)
    if not known:
        return "", id(getattr(value, "__lent__", value))  # a function that we lent stands for ours
    return type(value), repr(value) if type(value) in (float, complex) else value


def copy_of(value: Any) -> Any:
    """The same values in memory of their own, also those in lists; of a tensor, a leaf with the same gradient."""
    if type(value) in (list, tuple):
        return type(value)(map(copy_of, value))
    if type(value) is dict:
        return {key: copy_of(item) for key, item in value.items()}
    if type(value) is np.ndarray:
        return value.copy()
    if is_tensor(value):
        return copy.deepcopy(value) if value.is_leaf else value.detach().clone()
    return value


def take_over(target: Any, value: Any) -> None:
    """Write what is in ``value`` into ``target``, gradients included; another type, shape or dtype is not taken over."""
    if type(target) is np.ndarray:
        if alike(target, value) and target.flags.writeable:
            target[...] = value
    elif type(target) is list and type(value) is list:
        target[:] = value
    elif type(target) is dict and type(value) is dict:
        new = dict(value)
        target.clear()
        target.update(new)
    elif is_tensor(target) and is_tensor(value) and _form(target) == _form(value):
        with sys.modules["torch"].no_grad():
            target.data.copy_(value)
        if target.is_leaf:
            target.grad = None if value.grad is None else value.grad.clone()


def alike(one: Any, other: Any) -> bool:
    """Whether one value can stand in another's place: the same type and, of arrays, the same shape and dtype."""
    return type(one) is type(other) and (not is_array(one) or _form(one) == _form(other))


def _form(array: Any) -> tuple[Any, Any]:
    return array.shape, array.dtype
