"""Learning-rate schedules as functions of the step, with a warm-up before any of them."""

from __future__ import annotations

import math

SCHEDULES = ("constant", "step", "linear", "cosine", "wsd")


def factor(kind: str, step: int, steps: int, warmup: int = 0) -> float:
    """The rate of ``step`` (0 to ``steps - 1``) as a part of the peak rate, in (0, 1].

    During ``warmup`` steps it rises linearly and is ``(step + 1) / warmup``.  Of what remains, with ``u`` the part that has
    passed: ``constant`` is 1; ``step`` is 1, 1/10 from the half and 1/100 from three quarters; ``linear`` is ``1 - u``;
    ``cosine`` is ``(1 + cos(pi u)) / 2``; ``wsd`` is 1 for four fifths and then linear.  Raises ValueError for another kind,
    and unless ``0 <= warmup < steps``.
    """
    if kind not in SCHEDULES:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}, got {kind!r}")
    if not 0 <= warmup < steps:
        raise ValueError(f"warmup must be at least 0 and less than the {steps} steps, got {warmup}")
    if step < warmup:
        return (step + 1) / warmup
    u = (step - warmup) / (steps - warmup)
    if kind == "step":
        return 1.0 if u < 0.5 else 0.1 if u < 0.75 else 0.01
    falling = {
        "constant": 1.0,
        "linear": 1 - u,
        "cosine": 0.5 * (1 + math.cos(math.pi * u)),
        "wsd": min(1.0, 5 * (1 - u)),
    }
    return falling[kind]
