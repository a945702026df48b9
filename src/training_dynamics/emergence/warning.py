r"""Early-warning statistics and alarms, on the smallest network that has a transition: a chain of two weights.

The loss is :math:`\tfrac12(1-ab)^2+\tfrac\lambda2(a^2+b^2)`.  While the decay :math:`\lambda` exceeds 1 the only minimum is
:math:`a=b=0`; below 1 it is :math:`ab=1-\lambda`.  Gradients are noisy, the decay is lowered slowly, and the order parameter
is :math:`u=(a+b)/\sqrt2`, whose curvature at zero is :math:`h=\lambda-1`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import binomtest

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

RATE, NOISE = 0.05, 0.02
SIGNALS = ("variance", "autocorrelation", "size", "loss slope", "gradient norm")


@dataclass(frozen=True)
class Runs:
    """Many runs side by side: the order parameter, the loss on a noisy target, the length of the noisy gradient."""

    order: Float[ndarray, "runs steps"]
    loss: Float[ndarray, "runs steps"]
    gradient: Float[ndarray, "runs steps"]

    def onset(self, level: float = 0.3) -> Float[ndarray, " runs"]:
        """The first step at which the order parameter is beyond ``level``; infinite when it never is."""
        beyond = np.abs(self.order) > level
        return np.where(beyond.any(1), beyond.argmax(1), np.inf)


def ramp(
    seed: int, name: str, runs: int, steps: int, first: float, last: float, noise: float = NOISE, cut: int | None = None
) -> Runs:
    """Noisy descent while the decay goes linearly from ``first`` to ``last``; from step ``cut`` at a tenth of the rate.

    ``name`` names the random stream, so that runs to calibrate on and runs to judge differ.
    """
    rng = numpy_generator(seed, "emergence noisy ramp", name)
    a, b = np.zeros(runs), np.zeros(runs)
    seen = np.empty((3, runs, steps))
    for t, decay in enumerate(np.linspace(first, last, steps)):
        e = 1 - a * b
        ga, gb = (-e * other + decay * own + noise * rng.standard_normal(runs) for own, other in ((a, b), (b, a)))
        loss = 0.5 * (e + noise * rng.standard_normal(runs)) ** 2
        seen[:, :, t] = (a + b) / 2**0.5, loss, np.hypot(ga, gb)
        rate = RATE if cut is None or t < cut else RATE / 10
        a, b = a - rate * ga, b - rate * gb
    return Runs(*seen)


def stationary(decay: float, noise: float = NOISE, rate: float = RATE) -> tuple[float, float]:
    """Variance and lag-1 autocorrelation of the order parameter at a decay above 1: eta s^2/(h(2-eta h)) and 1-eta h."""
    h = decay - 1
    if not 0 < rate * h < 2:
        raise ValueError(f"decay must be above 1 and rate * (decay - 1) below 2, got {decay} and {rate}")
    return rate * noise**2 / (h * (2 - rate * h)), 1 - rate * h


def settled(seed: int, decay: float, noise: float = NOISE, runs: int = 200, steps: int = 6000) -> tuple[float, float]:
    """The same two measured: from runs at a constant decay, after their first third."""
    u = ramp(seed, "settled", runs, steps, decay, decay, noise).order[:, steps // 3 :]
    return float((u**2).mean()), float((u[:, 1:] * u[:, :-1]).mean() / (u[:, :-1] ** 2).mean())


def windows(x: Float[ndarray, "runs steps"], width: int, stride: int) -> Float[ndarray, "runs k width"]:
    """Windows of ``width`` values, ``stride`` apart, each without its straight line of best fit."""
    cut = sliding_window_view(x, width, axis=1)[:, ::stride]
    t = np.arange(width) - (width - 1) / 2
    flat = cut - cut.mean(-1, keepdims=True)
    return flat - (flat @ t)[..., None] * t / (t @ t)


def signal(runs: Runs, name: str, width: int = 400, stride: int = 20) -> Float[ndarray, "runs k"]:
    """A statistic of the last ``width`` steps, every ``stride`` steps; alarms are raised when it is high.

    Raises ValueError for a name that is not one of ``SIGNALS``.
    """
    if name in ("variance", "autocorrelation"):
        w = windows(runs.order, width, stride)
        power = (w**2).mean(-1)
        return power if name == "variance" else (w[..., 1:] * w[..., :-1]).mean(-1) / power
    if name == "size":
        return sliding_window_view(np.abs(runs.order), width, axis=1)[:, ::stride].mean(-1)
    half = width // 2
    if name == "loss slope":
        cut = sliding_window_view(runs.loss, width, axis=1)[:, ::stride]
        return cut[..., :half].mean(-1) - cut[..., half:].mean(-1)
    if name == "gradient norm":
        return sliding_window_view(runs.gradient, width, axis=1)[:, ::stride].mean(-1)
    raise ValueError(f"name must be one of {', '.join(SIGNALS)}, got {name!r}")


def threshold(quiet: Float[ndarray, "runs k"], false_alarms: float = 0.05) -> float:
    """The level that the highest value of a run exceeds in a share ``false_alarms`` of the runs without a transition."""
    return float(np.quantile(quiet.max(1), 1 - false_alarms))


def alarms(
    values: Float[ndarray, "runs k"], level: float, width: int = 400, stride: int = 20
) -> Float[ndarray, " runs"]:
    """The step at which each run's statistic first exceeds the level, known at the window's end; infinite when never."""
    above = values > level
    return np.where(above.any(1), above.argmax(1) * stride + width - 1, np.inf)


@dataclass(frozen=True)
class Trial:
    """On runs that nobody calibrated on: which quiet runs set off the alarm, and the lead at each transition.

    A lead is the steps from alarm to onset: 0 or less where the alarm came too late, minus infinity where it never came.
    """

    alarmed: Bool[ndarray, " runs"]
    leads: Float[ndarray, " runs"]

    @property
    def false_alarms(self) -> float:
        """The share of quiet runs that set off the alarm."""
        return float(self.alarmed.mean())

    @property
    def told(self) -> float:
        """The share of transitions with an alarm before the onset."""
        return float((self.leads > 0).mean())

    @property
    def lead(self) -> float:
        """The median lead over all transitions."""
        return float(np.median(self.leads))


def share_interval(hits: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a probability of which ``hits`` in ``trials`` were seen."""
    found = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


@once
def trial(
    seed: int, name: str, noise: float = NOISE, steps: int = 3000, runs: int = 100, calm: float = 1.4, width: int = 400
) -> Trial:
    """Calibrate on half of the runs whose ramp ends at 1.4, judge on the other half and on runs that go through to 0.5.

    ``calm`` is where the ramp of the runs to calibrate on ends; those to judge false alarms on always end at 1.4.
    """
    quiet = _ramp(seed, "calibrate", runs, steps, calm, noise)
    held, through = _ramp(seed, "held out", runs, steps, 1.4, noise), _ramp(seed, "through", runs, steps, 0.5, noise)
    level = threshold(signal(quiet, name, width))
    alarmed = np.isfinite(alarms(signal(held, name, width), level, width))
    alarm = alarms(signal(through, name, width), level, width)
    raised = np.isfinite(alarm)
    leads = np.subtract(through.onset(), alarm, out=np.full(runs, -np.inf), where=raised)
    return Trial(alarmed, leads)


@once
def _ramp(seed: int, name: str, runs: int, steps: int, last: float, noise: float) -> Runs:
    return ramp(seed, name, runs, steps, 2.0, last, noise)


@dataclass(frozen=True)
class Cut:
    """A loss that drops because the rate is cut: by what factor, and the share of runs with an alarm in the steps before."""

    drop: float
    told: float


@once
def rate_cut(seed: int, noise: float = NOISE, steps: int = 3000, runs: int = 100, decay: float = 1.5) -> Cut:
    """Runs at a constant decay whose rate falls to a tenth half way; the alarm is calibrated on runs without the cut."""
    half = steps // 2
    quiet = ramp(seed, "uncut", runs, half, decay, decay, noise)
    cut = ramp(seed, "cut", runs, steps, decay, decay, noise, half)
    level = threshold(signal(quiet, "variance"))
    before = Runs(cut.order[:, :half], cut.loss[:, :half], cut.gradient[:, :half])
    told = np.isfinite(alarms(signal(before, "variance"), level)).mean()
    spread = (cut.order[:, half // 3 : half] ** 2).mean() / (cut.order[:, -half // 3 :] ** 2).mean()
    return Cut(float(spread), float(told))
