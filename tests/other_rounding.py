"""As on another processor: with COURSE_ROUNDING=1, 2, ... every product and sum of torch is rounded in another way.

Instruction sets differ in the last digits of a product, and training magnifies that.  A test that passes under some of these
passes on a machine that is not here.  Gradients are taken through as if the numbers were not touched.  With COURSE_ROUNDING=0
nothing is changed; it says that this run is another processor's, as where ATEN_CPU_CAPABILITY=default is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

ROUNDED = {
    "matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "mv", "addmm", "baddbmm", "dot", "linear", "einsum", "conv2d",
    "sum", "mean", "logsumexp", "log_softmax", "softmax", "cross_entropy", "layer_norm", "norm",
}  # fmt: skip
SIZE = {torch.float32: 2e-7, torch.float64: 4e-16}  # of the change, as a part of the number: about two of its last bits


class OtherRounding(TorchFunctionMode):
    """Changes results by a part of SIZE that hangs on the number itself, so equal numbers stay equal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def __torch_function__(self, function: Callable, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """The function's result, rounded in another way."""
        result = function(*args, **(kwargs or {}))
        if getattr(function, "__name__", "") not in ROUNDED or not isinstance(result, torch.Tensor):
            return result
        size = SIZE.get(result.dtype)
        if size is None:
            return result
        there = result.detach()
        change = torch.nan_to_num(torch.sin(1e5 * there + self.number))  # infinite ones stay as they are
        return result * (1 + size * change)


def asked() -> int:
    """The number of the rounding that was asked for; 0 for the processor's own."""
    return int(os.environ.get("COURSE_ROUNDING") or 0)


def begin() -> None:
    """Round in another way from here on, where that was asked for."""
    if number := asked():
        OtherRounding(number).__enter__()
