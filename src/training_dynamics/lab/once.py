"""Experiments that several claims and figures share are run once in a process."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[P, R]) -> Callable[P, R]:
    """``functools.cache``, under one key however the arguments are spelled: by place, by name, or left at their defaults.

    The arguments have to be hashable, and nobody may change what comes back.
    """
    signature, kept = inspect.signature(function), cache(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return kept(*bound.args, **bound.kwargs)

    return call
