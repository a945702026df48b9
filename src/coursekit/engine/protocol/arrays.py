"""numpy arrays and CPU tensors as raw bytes with a dtype from a closed list, and back.  torch is used only where it is loaded."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from coursekit.engine.protocol.errors import CannotCross, FrameError

_NUMERIC = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128"
NUMERIC = _NUMERIC.split()
DTYPES = {name: np.dtype(name).newbyteorder("<") for name in NUMERIC}
LITTLE = {dtype.str: name for name, dtype in DTYPES.items()}  # as they are, without a change of byte order
WIDER = {np.longdouble: np.float64, np.clongdouble: np.complex128}  # what crosses of numbers with more digits
SCALAR_TYPES = frozenset(np.dtype(name).type for name in NUMERIC) | {np.longlong, np.ulonglong}
TENSOR_DTYPES = frozenset(NUMERIC) - {"uint16", "uint32", "uint64"} | {"bfloat16"}
MAX_DIMENSIONS = 16
MAX_SIDE = 2**31
MAX_EMPTY = 2**20  # sides of an array without entries, multiplied: a list of its rows has entries
MAX_TEXT = 1000  # characters in one entry of an array of strings
LAST_CODE_POINT = 0x10FFFF


def is_tensor(value: object) -> bool:
    """Whether ``value`` is exactly a tensor or a parameter of a loaded torch; subclasses are not."""
    if type(value) is np.ndarray:
        return False
    torch = sys.modules.get("torch")
    return torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter)


def dtype_named(name: str) -> np.dtype:
    """The little-endian dtype of an allowed name, ``str<k>`` for strings of k characters; FrameError for any other."""
    if name in DTYPES:
        return DTYPES[name]
    if (
        name.startswith("str")
        and name[3:].isdecimal()
        and name.isascii()
        and 0 < int(name[3:7]) <= MAX_TEXT >= len(name)
    ):
        return np.dtype(f"<U{int(name[3:7])}")
    raise FrameError(f"dtype {name[:40]!r} is not allowed")


def array_parts(array: np.ndarray) -> tuple[str, tuple[int, ...], bytes]:
    """The dtype's name, the shape and the little-endian bytes of an array.  Raises CannotCross for other dtypes."""
    if not array.size and sides(array.shape) > MAX_EMPTY:
        raise CannotCross(f"an array of shape {array.shape} cannot be passed on: it has no entries")
    if array.dtype.type in WIDER:
        array = array.astype(WIDER[array.dtype.type])
    if array.dtype.str in LITTLE:
        return LITTLE[array.dtype.str], array.shape, array.tobytes()
    name = f"str{array.dtype.itemsize // 4}" if array.dtype.kind == "U" else array.dtype.name
    if array.dtype.kind == "U" and not 0 < array.dtype.itemsize // 4 <= MAX_TEXT:
        raise CannotCross(f"an array of strings longer than {MAX_TEXT} characters cannot be passed on")
    if array.dtype.kind != "U" and name not in DTYPES:
        raise CannotCross(f"an array of dtype {name} cannot be passed on: use numbers, booleans or short strings")
    return name, array.shape, np.ascontiguousarray(array, dtype_named(name)).tobytes()


def sides(shape: tuple[int, ...]) -> int:
    """The product of all sides that are not zero."""
    return math.prod(side for side in shape if side)


def array_from(name: str, shape: tuple[int, ...], data: bytes) -> np.ndarray:
    """A writable array of exactly these bytes.  Raises FrameError when dtype, shape and bytes do not agree."""
    dtype = dtype_named(name)
    if len(shape) > MAX_DIMENSIONS or any(side > MAX_SIDE for side in shape):
        raise FrameError(f"an array may have {MAX_DIMENSIONS} dimensions of at most {MAX_SIDE}")
    if sides(shape) > (MAX_SIDE if all(shape) else MAX_EMPTY) or math.prod(shape) * dtype.itemsize != len(data):
        raise FrameError("the shape of an array and its number of bytes do not agree")
    array = np.frombuffer(data, dtype).reshape(shape).copy()
    if dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise FrameError("a boolean is neither 0 nor 1")
    if dtype.kind == "U" and array.size and np.frombuffer(data, "<u4").max() > LAST_CODE_POINT:
        raise FrameError("a string has an impossible character")
    return array if dtype.isnative else array.astype(dtype.newbyteorder("="))


def tensor_parts(tensor: Any) -> tuple[str, tuple[int, ...], bytes]:
    """Dtype, shape and bytes of a tensor, detached and on the CPU; bfloat16 travels as its 16 bits.  Raises CannotCross."""
    torch = sys.modules["torch"]
    if tensor.layout != torch.strided or tensor.is_meta or tensor.is_quantized:
        raise CannotCross("only dense tensors with values can be passed on: use .to_dense()")
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in TENSOR_DTYPES:
        raise CannotCross(f"a tensor of dtype {name} cannot be passed on")
    plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if name == "bfloat16":
        plain = plain.view(torch.int16)
    return name, tuple(plain.shape), np.ascontiguousarray(plain.numpy()).tobytes()


def tensor_from(name: str, shape: tuple[int, ...], data: bytes) -> Any:
    """A tensor of exactly these bytes; an array where torch is not loaded.  Raises FrameError like ``array_from``."""
    if name not in TENSOR_DTYPES:
        raise FrameError(f"tensor dtype {name[:40]!r} is not allowed")
    array = array_from("int16" if name == "bfloat16" else name, shape, data)
    torch = sys.modules.get("torch")
    if torch is None:
        return array
    tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if name == "bfloat16" else tensor


def with_gradient(tensor: Any, wants_grad: bool, parameter: bool, grad: Any) -> Any:
    """``tensor`` as a leaf: a parameter or not, wanting a gradient or not, with ``grad`` where it fits."""
    if parameter:
        import torch

        tensor = torch.nn.Parameter(tensor, requires_grad=False)
    if wants_grad and (tensor.is_floating_point() or tensor.is_complex()):
        tensor.requires_grad_(True)
    if is_tensor(grad) and grad.shape == tensor.shape and grad.dtype == tensor.dtype:
        tensor.grad = grad.detach()
    return tensor


def dtype_text(value: object) -> str:
    """``n:float32`` for numpy's dtype or scalar type, ``t:float32`` for torch's, empty for anything else."""
    torch = sys.modules.get("torch")
    if torch is not None and type(value) is torch.dtype:
        return f"t:{str(value).removeprefix('torch.')}"
    if type(value) is type and value in SCALAR_TYPES:
        return f"c:{np.dtype(value).name}"
    if isinstance(value, np.dtype) and type(value).__module__.startswith("numpy") and value.name in DTYPES:
        return f"n:{value.name}"
    return ""


def dtype_from(text: str) -> Any:
    """The inverse of ``dtype_text``.  Raises FrameError for a name that is not on the list."""
    kind, _, name = text.partition(":")
    torch = sys.modules.get("torch")
    if kind == "t" and name in TENSOR_DTYPES:
        return getattr(torch, name) if torch is not None else name
    if kind in ("n", "c") and name in DTYPES:
        return np.dtype(name) if kind == "n" else np.dtype(name).type
    raise FrameError(f"dtype {text[:40]!r} is not allowed")
