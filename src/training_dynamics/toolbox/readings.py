"""The numbers that one reads off a run, before one says what is wrong with it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.runlog import FIRST, RunLog, Series

BESIDE = 12  # steps whose median is what a loss is compared with
JUMP = 0.7  # of the loss at chance: what follows the first such jump is its consequence


@dataclass(frozen=True)
class Readings:
    """What rules may use.  Losses are in units of the loss at chance; a reading that the log does not hold is nan.

    Losses: ``start``, the first; ``end``, the median of the last tenth; ``peak``, the largest finite one; ``lost``, the step of
    the first that is not finite, or -1; ``rise``, the first step up by more than 0.7 above the median of the 12 losses before
    (else the largest step up), with ``rise_at`` and ``rise_from``; ``period``, the correlation of a loss with that one epoch
    later, trends taken out; ``fresh``, on the batches of the second half of the first epoch, never seen before.
    Evaluations: ``early_train``, ``early_val`` the first after the first epoch and before the second ends; ``train``, ``val``
    the last, ``best`` the least validation loss.
    Gradients and steps: ``skipped``, share of steps that the optimizer did not take; ``decay``, norm of the first layer's
    gradient over the last layer's at the start; ``held``, share of steps at which the gradient was cut to one and the same
    norm; ``cut``, by which factor, in the median; ``update``, change over weight in the layer that moves most, median;
    ``leap``, the largest in the first steps; ``reach``, ``update`` times steps: how far the run can come.  In shares and
    medians a measured step stands for all steps up to the next measured one.
    Units: ``dead_start``, ``dead_end``, share of dead units in the worst layer; ``silent_start``, ``silent_end``, the same for
    each hidden layer (what enters the second watched module, the third, ...); ``thin``, the size of what enters the last
    layer over that of the data, at the start.  ``layers``, the names of the watched modules, if they are known.
    """

    start: float
    end: float
    peak: float
    lost: int
    rise: float
    rise_at: int
    rise_from: float
    period: float
    fresh: float
    early_train: float
    early_val: float
    train: float
    val: float
    best: float
    skipped: float
    decay: float
    held: float
    cut: float
    update: float
    leap: float
    reach: float
    dead_start: float
    dead_end: float
    silent_start: tuple[float, ...]
    silent_end: tuple[float, ...]
    thin: float
    layers: tuple[str, ...]

    def hidden(self, number: int) -> str:
        """What to call a hidden layer, counted from 1."""
        name = f" (its units enter module {self.layers[number]})" if number < len(self.layers) else ""
        return f"hidden layer {number}{name}"


def read(log: RunLog) -> Readings:
    """The readings of a log.  Raises ValueError without a loss."""
    return readings_of(log.series(), log.chance, log.epoch, log.layers)


def readings_of(
    series: Series, chance: float | None = None, epoch: int | None = None, layers: tuple[str, ...] = ()
) -> Readings:
    """The readings of what was measured; ``chance``, ``epoch`` and ``layers`` as in ``RunLog``."""
    if not len(series.loss):
        raise ValueError("the log holds no loss: call log.loss(loss) once for every step")
    chance = chance or float(series.loss[0])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of medians over nothing: they are nan, as they should be
        return Readings(
            **_losses(series.loss / chance, epoch),
            **_evaluations(series, chance, epoch),
            **_steps(series),
            **_units(series),
            layers=layers,
        )


def _losses(loss: Float[ndarray, " s"], epoch: int | None) -> dict:
    finite = np.isfinite(loss)
    rises = [(loss[t] - median(loss[t - BESIDE : t]), t) for t in range(BESIDE, len(loss)) if finite[t]]
    jumps = [(r, t) for r, t in rises if r > JUMP]
    rise, at = jumps[0] if jumps else max(((r, t) for r, t in rises if np.isfinite(r)), default=(np.nan, -1))
    return {
        "start": loss[0],
        "end": median(loss[-max(1, len(loss) // 10) :]),
        "peak": loss[finite].max() if finite.any() else np.nan,
        "lost": -1 if finite.all() else int(np.argmin(finite)),
        "rise": rise,
        "rise_at": at,
        "rise_from": median(loss[at - BESIDE : at]) if at >= 0 else np.nan,
        "period": period(loss, epoch),
        "fresh": median(loss[epoch // 2 : epoch]) if epoch and 1 < epoch <= len(loss) else np.nan,
    }


def period(loss: Float[ndarray, " s"], epoch: int | None) -> float:
    """How much a batch's loss says about that of the same place in the next epoch; nan for fewer than three epochs."""
    if not epoch or epoch < 4 or len(loss) < 3 * epoch or not np.isfinite(loss).all():
        return np.nan
    half = epoch // 2
    logs = np.log(np.maximum(loss, 1e-12))
    rest = np.array([logs[t] - np.median(logs[t - half : t + half + 1]) for t in range(half, len(logs) - half)])
    early, late = rest[:-epoch], rest[epoch:]
    return float(np.corrcoef(early, late)[0, 1]) if len(early) > 2 and early.std() * late.std() > 0 else np.nan


def _evaluations(series: Series, chance: float, epoch: int | None) -> dict:
    train, val = series.train / chance, series.val / chance
    if not len(val):
        return dict.fromkeys(("early_train", "early_val", "train", "val", "best"), np.nan)
    first = min(int(np.searchsorted(series.evaluated, epoch or 1)), len(val) - 1)
    early = not epoch or epoch <= series.evaluated[first] <= 2 * epoch
    return {
        "early_train": train[first] if early else np.nan,
        "early_val": val[first] if early else np.nan,
        "train": train[-1],
        "val": val[-1],
        "best": np.nanmin(val) if np.isfinite(val).any() else np.nan,
    }


def _steps(series: Series) -> dict:
    ratio = series.updates / series.weights  # infinite for a layer that begins at zero, and after an overflow
    moved = np.nanmax(np.where(np.isfinite(ratio), ratio, np.nan), axis=1) if len(series.at) else np.array([])
    learning = series.layers[0][np.isfinite(series.layers[0])] if len(series.at) else np.array([])  # not those frozen
    first = moved[series.at < FIRST]
    stands_for = np.diff(series.at, append=len(series.loss))
    cut = series.gradient / series.raw
    usual = weighted_median(series.gradient, stands_for)
    held = (cut < 0.99) & (np.abs(series.gradient / usual - 1) < 1e-3)
    update, known = weighted_median(moved, stands_for), np.isfinite(cut)
    return {
        "skipped": 1 - series.taken / len(series.loss),
        "decay": learning[0] / learning[-1] if len(learning) > 1 else np.nan,
        "held": float(np.average(held[known], weights=stands_for[known])) if known.any() else np.nan,
        "cut": weighted_median(cut, stands_for),
        "update": update,
        "leap": np.nanmax(first) if np.isfinite(first).any() else np.nan,
        "reach": update * len(series.loss),
    }


def _units(series: Series) -> dict:
    if not len(series.at) or series.sizes.shape[1] < 2:
        return {**dict.fromkeys(("dead_start", "dead_end", "thin"), np.nan), "silent_start": (), "silent_end": ()}
    start, end = series.dead[0, 1:], series.dead[-1, 1:]
    return {
        "dead_start": np.nanmax(start),
        "dead_end": np.nanmax(end),
        "silent_start": tuple(start.tolist()),
        "silent_end": tuple(end.tolist()),
        "thin": series.sizes[0, -1] / series.sizes[0, 0],
    }


def median(values: Float[ndarray, " n"]) -> float:
    """The median of the finite values, nan without any."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else float("nan")


def weighted_median(values: Float[ndarray, " n"], weights: Float[ndarray, " n"]) -> float:
    """The least value with at least half of the finite values' weight up to it, nan without any."""
    finite = np.isfinite(values)
    values, weights = values[finite], weights[finite]
    order = np.argsort(values, kind="stable")
    reached = 2 * np.cumsum(weights[order]) >= weights.sum()
    return float(values[order][np.argmax(reached)]) if len(values) else float("nan")
