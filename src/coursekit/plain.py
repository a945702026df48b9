"""Values as plain data: what a check may compare, with exact types only, and as text that gives back the same bits."""

from __future__ import annotations

import base64
import json
import sys
import zlib
from collections import OrderedDict, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from coursekit import figures

SCALARS = (bool, int, float, complex, str, bytes)
DICTS = (dict, OrderedDict, defaultdict)
EXACT = (Fraction, Decimal)
MAX_DEPTH = 12
SINGLE = 1e-5  # relative error of right answers in single precision: not much more than the type's own


# said sooner than torch's types are found
NO_TENSORS = frozenset({type(None), *SCALARS, list, tuple, dict, np.ndarray})


class NotPlain(Exception):
    """A value that cannot be compared; the text says why, in words for a student."""


def is_tensor(value: object) -> bool:
    """Whether ``value`` is exactly a torch tensor or parameter; torch is not imported to find out."""
    if type(value) in NO_TENSORS:
        return False
    torch = sys.modules.get("torch")
    return torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter)


def plain(value: object, depth: int = 0) -> Any:
    """``value`` as None, a Python scalar, a string, a list, a dict or a numpy array; tensors become arrays.

    Types are matched exactly and no method of an unknown type is called, so that a value cannot lie about itself.
    A tuple with names (``np.linalg.eigh`` gives one) is a tuple; a fraction or a decimal number is a float.
    Raises ``NotPlain`` for anything else, and for nesting deeper than ``MAX_DEPTH``.
    """
    if depth > MAX_DEPTH:
        raise NotPlain(f"is nested more than {MAX_DEPTH} levels deep")
    kind = type(value)
    if value is None or value is Ellipsis or kind in SCALARS:
        return value
    if kind is list or issubclass(kind, tuple):
        return [plain(item, depth + 1) for item in items_of(value)]
    if kind in DICTS:
        pairs: Any = dict.items(value)  # type: ignore[arg-type]
        return {_key(key): plain(item, depth + 1) for key, item in pairs}
    if kind in EXACT:
        return float_of(value)
    if is_tensor(value):
        return array_of(value)
    if kind in (np.ndarray, np.matrix) or (isinstance(value, np.generic) and kind.__module__ == "numpy"):
        array = _checked(np.array(value))
        return array.tolist() if array.dtype.kind == "U" else array  # labels are strings to any reader
    raise NotPlain(f"is {described(value)}, where a number, string, list, dict, array or tensor is wanted")


def usable(value: Any, depth: int = 0) -> Any:
    """An answer's value as a check can compute with it, the same object where nothing stands in the way.

    Tensors are detached, complex numbers without an imaginary part are real, exact and extended numbers are floats, figures
    are what they show.
    """
    kind = type(value)
    if kind in (list, tuple, dict) and depth <= MAX_DEPTH:
        items = [usable(item, depth + 1) for item in (dict.values(value) if kind is dict else value)]
        same = all(new is old for new, old in zip(items, dict.values(value) if kind is dict else value))
        return value if same else dict(zip(value, items)) if kind is dict else kind(items)
    if kind in EXACT:
        return float_of(value)
    if kind is complex:
        return value.real if value.imag == 0 else value
    if is_tensor(value):
        return _usable_tensor(value)
    if figures.is_figure(value):
        return figures.read(value)
    return _usable_array(value) if kind is np.ndarray or issubclass(kind, np.inexact) else value


def _usable_tensor(value: Any) -> Any:
    value = value.detach() if value.requires_grad else value
    return value.real if value.is_complex() and not bool((value.imag != 0).any()) else value


def _usable_array(value: Any) -> Any:
    if value.dtype in (np.longdouble, np.clongdouble) and value.dtype not in (np.float64, np.complex128):
        value = value.astype(np.float64 if value.dtype.kind == "f" else np.complex128)
    return value.real.copy() if value.dtype.kind == "c" and not np.any(value.imag != 0) else value


def items_of(value: Any) -> list[Any]:
    """The items of a list or of a tuple of any kind, by their own methods and not by those of a subclass."""
    return list(value if type(value) is list else tuple.__iter__(value))


def float_of(value: Any) -> float:
    """A fraction or a decimal number as a float; infinite where it is beyond the range of floats."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except ValueError:  # a decimal number's signalling NaN
        return float("nan")


def _key(key: object) -> object:
    if type(key) not in (*SCALARS, tuple) and key is not None:
        raise NotPlain(f"has a dict key that is {described(key)}")
    return key


def array_of(tensor: Any) -> np.ndarray:
    """A numpy copy of a torch tensor on any device; types that numpy lacks (bfloat16) become float32."""
    torch = sys.modules["torch"]
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.dtype in (torch.bfloat16,):
        tensor = tensor.to(torch.float32)
    return _checked(np.array(tensor.resolve_conj().resolve_neg().cpu().numpy()))


def _checked(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "biufcSU":
        raise NotPlain(
            f"is a numpy array of dtype {array.dtype}, where numbers are wanted (are its rows of equal length?)"
        )
    return array


def precision(value: object) -> float:
    """The relative tolerance that the number type of ``value`` calls for: 0 for double precision and integers.

    Whoever answers chooses the type, so that half precision, whose own errors are wrong answers, calls for none.
    """
    dtype = str(getattr(value, "dtype", "")) if is_tensor(value) or type(value).__module__ == "numpy" else ""
    if type(value) is list or type(value) in DICTS or issubclass(type(value), tuple):
        items = list(dict.values(value)) if type(value) in DICTS else items_of(value)  # type: ignore[arg-type]
        return max((precision(item) for item in items[:64]), default=0.0)
    return SINGLE if dtype.endswith(("float32", "complex64")) else 0.0


def truth(value: object) -> bool | None:
    """The truth of a condition, which is a bool in any library's form; None for anything else."""
    if type(value) is bool or type(value) is np.bool_:
        return bool(value)
    if (type(value) is np.ndarray or is_tensor(value)) and value.shape == ():  # type: ignore[attr-defined]
        return bool(value)
    return None


def described(value: object) -> str:
    """What a value is, in words: ``a float``, ``an array of shape (2, 3)``, ``None``."""
    kind = type(value)
    if value is None or value is Ellipsis:
        return "None" if value is None else "`...`, so not answered yet"
    if kind is np.ndarray:
        return f"an array of shape {value.shape} and dtype {value.dtype}"  # type: ignore[attr-defined]
    if is_tensor(value):
        return f"a tensor of shape {tuple(value.shape)} and dtype {value.dtype}"  # type: ignore[attr-defined]
    if kind in (list, tuple, dict, str, bytes):
        return f"a {kind.__name__} of length {len(value)}"  # type: ignore[arg-type]
    if any("__next__" in vars(parent) for parent in type.__dict__["__mro__"].__get__(kind)):
        return "an iterator (is `list(…)` around it missing?)"
    if kind is type or callable(value):
        return "a function or class itself (is a call with parentheses missing?)"
    name = str(kind.__name__)[:60]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def to_json(value: Any) -> Any:
    """Plain data as JSON-ready data that ``from_json`` turns back into exactly the same numbers, types and shapes."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.ndim == 0 and array.dtype in (np.float64, np.int64, np.bool_, np.complex128):
            return to_json(array.item())
        if array.size <= 24 and array.dtype.kind in "biuf":
            return {"array": to_json(array.tolist()), "dtype": str(array.dtype), "shape": list(array.shape)}
        packed = base64.b85encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 9)).decode()
        return {"packed": packed, "dtype": array.dtype.str, "shape": list(array.shape)}
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, complex):
        return {"complex": [to_json(value.real), to_json(value.imag)]}
    if isinstance(value, bytes):
        return {"bytes": base64.b85encode(value).decode()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {
            "dict": [
                [to_json(key if not isinstance(key, tuple) else list(key)), to_json(item)]
                for key, item in value.items()
            ]
        }
    return value


def from_json(value: Any) -> Any:
    """The inverse of ``to_json``."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return np.array(from_json(value["array"]), dtype=value["dtype"]).reshape(value["shape"])
    if "packed" in value:
        data = zlib.decompress(base64.b85decode(value["packed"]))
        return np.frombuffer(data, dtype=np.dtype(value["dtype"])).reshape(value["shape"])
    if "float" in value:
        return float(value["float"])
    if "complex" in value:
        return complex(*from_json(value["complex"]))
    if "bytes" in value:
        return base64.b85decode(value["bytes"])
    pairs = [(from_json(key), from_json(item)) for key, item in value["dict"]]
    return {tuple(key) if isinstance(key, list) else key: item for key, item in pairs}


def pack(data: Any) -> str:
    """JSON-ready data as one compact line."""
    return base64.b85encode(zlib.compress(json.dumps(data, sort_keys=True).encode(), 9)).decode()


def unpack(text: str) -> Any:
    """The inverse of ``pack``."""
    return json.loads(zlib.decompress(base64.b85decode(text)))
