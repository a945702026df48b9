"""What the chapter on double descent asserts about trained networks and about training time."""

from __future__ import annotations

import copy

import numpy as np
import torch

from coursekit.claim import Measured, claim
from training_dynamics.double_descent import epochs, networks, paths
from training_dynamics.lab.modules import train_side_by_side
from training_dynamics.lab.once import once
from training_dynamics.toolbox.nets import flat_parameters

TIMES = np.unique(np.geomspace(1, 30_000, 80).round())
SETS = 200
STEPS, NOISE, IMAGES = 1000, 0.4, 200
TRAINED: dict[str, tuple[object, ...]] = {"steps": (STEPS, 2000), "noise": (0.2, NOISE)}


def along_width(seed: int, steps: int, noise: float) -> networks.WidthRun:
    """The networks of every width after so many steps on digits with that share of wrong labels."""
    return networks.width_run(seed, IMAGES, noise, steps=steps)


@once
def simulated(seed: int, slow: int = 5, slow_signal: float = 0.4) -> np.ndarray:
    """The mean excess risk along the times, over the training sets, with groups of other sizes or signals."""
    problem = epochs.TwoScales(slow=slow, slow_signal=slow_signal)
    return epochs.simulated_epochwise(seed, TIMES, problem, SETS).mean(0)


@claim(
    "double_descent.mlp_peak",
    "Trained two-layer networks show a peak in test MSE along their width.",
    source="nakkiran2021deep",
    verdict="holds-if",
    condition="labels are noisy (40 % here; at 20 % the peak is lower) and squared error is driven down for many steps",
    vary=TRAINED,
)
def mlp_peak(seed: int, steps: int = STEPS, noise: float = NOISE) -> Measured:
    """Test MSE at its peak over the larger of the MSEs at the least and at the largest width."""
    run = along_width(seed, steps, noise)
    return Measured(float(run.mse.max() / max(run.mse[0], run.mse[-1])), "times", at_least=1.15)


@claim(
    "double_descent.mlp_peak_place",
    "The peak of a trained network is at as many parameters as data points.",
    source="nakkiran2021deep",
    verdict="fails",
    instead="It comes at several times as many, and no count of ours says at how many.",
    vary=TRAINED,
)
def mlp_peak_place(seed: int, steps: int = STEPS, noise: float = NOISE) -> Measured:
    """Parameters at the peak of the test MSE, divided by the number of examples."""
    run = along_width(seed, steps, noise)
    return Measured(networks.parameters_of(run.peak) / IMAGES, "parameters per example", at_least=2)


@claim(
    "double_descent.mlp_early",
    "Where the peak stands, and how high, is a property of the architecture and the data.",
    source="nakkiran2021deep",
    verdict="fails",
    instead="It is made during training: after a tenth of the steps the peak is a fraction of what it becomes.",
    vary=TRAINED,
)
def mlp_early(seed: int, steps: int = STEPS, noise: float = NOISE) -> Measured:
    """Largest test MSE along the width at the end over the largest after a tenth of the steps."""
    run = along_width(seed, steps, noise)
    return Measured(float(run.mse.max() / run.early_mse.max()), "times", at_least=1.3)


def rise(values: np.ndarray, place: int) -> float:
    """How far ``values[place]`` is above the least at a smaller width, the very smallest left out (it learns too little)."""
    return float(values[place] / values[1 : place + 1].min() - 1)


@claim(
    "double_descent.mlp_error",
    "A peak in test MSE is as much of a peak in test error.",
    source="",
    verdict="fails",
    instead="The error often has a peak there too, but a small one: it rises by less than half of what the MSE does.",
    vary=TRAINED,
)
def mlp_error(seed: int, steps: int = STEPS, noise: float = NOISE) -> Measured:
    """At the MSE's peak, above the least value of narrower networks (6 units or more): rise of the error over the MSE's."""
    run = along_width(seed, steps, noise)
    place = int(run.mse.argmax())
    return Measured(rise(run.error, place) / rise(run.mse, place), "of the rise of the MSE", at_most=0.5)


@claim(
    "double_descent.no_epoch_wise",
    "Train longer and the test error comes down again.",
    said_by="nakkiran2021deep",
    source="",
    verdict="fails",
    instead="In this small network it rises after its minimum and is still up at the end of the budget.",
    vary={"steps": (2000, 4000), "hidden": (64, 128)},
)
def no_epoch_wise(seed: int, steps: int = 2000, hidden: int = 64) -> Measured:
    """Test error at the last step minus the least before; cross-entropy, 300 digits, 20 % wrong labels."""
    error = networks.time_run(seed, hidden=hidden, steps=steps).error
    return Measured(100 * float(error[-1] - error.min()), "points", at_least=5)


@claim(
    "double_descent.epoch_formula",
    "With two groups of features the risk along training follows the sum of two U-shaped curves.",
    source="heckel2021early",
    verdict="holds",
)
def epoch_formula(seed: int) -> Measured:
    """Largest relative difference over 80 times between formula and the mean of 200 training sets with Gaussian inputs."""
    problem = epochs.TwoScales()
    exact = epochs.epochwise_risk(TIMES, problem.scales, problem.theta, problem.noise, problem.n, problem.rate)
    return Measured(100 * float(np.abs(simulated(seed) / exact - 1).max()), "%", at_most=9)


@claim(
    "double_descent.epoch_second_descent",
    "The second descent in time ends below the first minimum.",
    source="heckel2021early",
    verdict="holds-if",
    condition="slow features carry enough signal and little noise",
)
def epoch_second_descent(seed: int) -> Measured:
    """How much lower the least simulated risk after the peak is than the least before it (200 training sets)."""
    risk = simulated(seed)
    peak = 5 + int(risk[5:].argmax())
    return Measured(100 * float(1 - risk[peak:].min() / risk[:peak].min()), "% lower", at_least=12)


@claim(
    "double_descent.equal_speeds",
    "Equal speeds for all coordinates leave one minimum, and it is lower than both.",
    source="heckel2021early",
    verdict="fails",
    instead="One is left, but where a noisy group with little signal has to keep step it is above the first of the two.",
    seeds=None,
    vary={"slow": (40, 80), "slow_signal": (0.1, 0.05)},
)
def equal_speeds(slow: int = 40, slow_signal: float = 0.1) -> Measured:
    """Least risk at equal speeds against the first minimum at one rate: 40 fast features, 40 slow ones with less signal."""
    problem = epochs.TwoScales(slow=slow, slow_signal=slow_signal)
    risk = epochs.epochwise_risk(TIMES, problem.scales, problem.theta, problem.noise, problem.n, problem.rate)
    return Measured(100 * (epochs.least_at_equal_speeds(problem.parts) / risk.min() - 1), "% higher", at_least=1.5)


@claim(
    "double_descent.own_best_times",
    "When every coordinate reaches its own best time at the same step, one minimum is left, lower than both.",
    source="heckel2021early",
    verdict="holds",
)
def own_best_times(seed: int) -> Measured:
    """That least value against the least simulated risk with one rate for all, in both problems of the text (200 sets each)."""
    lower = []
    for problem in (epochs.TwoScales(), epochs.TwoScales(slow=40, slow_signal=0.1)):
        least = simulated(seed, problem.slow, problem.slow_signal).min()
        lower.append(100 * (1 - epochs.least_risk(problem.parts) / least))
    return Measured(float(min(lower)), "% lower", at_least=3)


@claim(
    "double_descent.vmap",
    "Networks trained side by side with vmap take the steps that each would take alone.",
    source="",
    verdict="holds",
)
def vmap(seed: int) -> Measured:
    """Largest difference between parameters after 30 steps of Adam: four networks at once, and one after the other."""
    models, x, y = paths.small_networks(seed, 4, torch.float64)
    alone = paths.train_one_by_one(copy.deepcopy(models), x, y, 30, 0.01)
    together, _ = train_side_by_side(models, x, y, 30, 0.01)
    pairs = zip(alone, together)
    return Measured(
        max((flat_parameters(a) - flat_parameters(b)).abs().max().item() for a, b in pairs), "", at_most=1e-10
    )
