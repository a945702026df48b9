"""Random streams: explicit, independent, the same on every machine."""

from __future__ import annotations

import hashlib

import numpy as np
import torch


def derived_seed(seed: int, *names: object) -> int:
    """A 63-bit seed for the stream called ``names`` of experiment ``seed``: different names give unrelated streams."""
    if seed < 0:
        raise ValueError(f"seed must be >= 0, got {seed}")
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def torch_generator(seed: int, *names: object) -> torch.Generator:
    """A torch generator (CPU) for the stream called ``names`` of experiment ``seed``."""
    return torch.Generator().manual_seed(derived_seed(seed, *names))


def numpy_generator(seed: int, *names: object) -> np.random.Generator:
    """A numpy generator for the stream called ``names`` of experiment ``seed``."""
    return np.random.default_rng(derived_seed(seed, *names))
