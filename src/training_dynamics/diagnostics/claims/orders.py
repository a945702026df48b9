"""What the chapter on diagnostics asserts about the order of its rules and the place of their limits."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.diagnostics.judged import faulty, healthy
from training_dynamics.diagnostics.orders import shuffled, strayed

RUNS: dict[str, tuple[object, ...]] = {"steps": (100, 150), "batch": (32, 48)}


@claim(
    "diagnostics.order_matters",
    "In a random order the same rules give many faulty runs a wrong name.",
    verdict="holds",
    vary=RUNS,
)
def order_matters(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of the held-out faulty runs that are misnamed, mean over fifty orders; in our order it is at most a tenth."""
    return Measured(shuffled(faulty(seed, steps, batch), seed), "of the faulty runs", at_least=0.15)


@claim(
    "diagnostics.limits_stray",
    "The limits have to be set exactly.",
    verdict="fails",
    instead="With each named one off by its own factor, up to 5/4, at most one faulty run in five is misnamed; few healthy are.",
    vary=RUNS,
)
def limits_stray(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of the held-out faulty runs that are misnamed, mean over fifty draws of all fields of ``Limits``."""
    return Measured(strayed(faulty(seed, steps, batch), seed, 1.25), "of the faulty runs", at_most=0.2)


@claim(
    "diagnostics.stray_alarms",
    "With every named limit off by its own factor, up to 5/4, at most one healthy run of ten is given a failure.",
    verdict="holds",
    judge="mean",
    vary=RUNS,
)
def stray_alarms(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of 16 held-out healthy runs in which a failure is named, mean over fifty draws of all of ``Limits``."""
    return Measured(strayed(healthy(seed, steps, batch), seed, 1.25), "false alarms", at_most=0.1)
