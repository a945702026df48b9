"""What the chapter on double descent asserts about Gaussian features, where the theory is exact."""

from __future__ import annotations

from functools import cache

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.double_descent import gaussian as linear

N, DRAWS, SIGNAL, NOISE = 100, 600, 1.0, 0.25
AWAY = (20, 40, 60, 75, 150, 200, 300, 500)  # p at n = 100, away from the peak
SUBSET_N, FEATURES, SIGMA2 = 40, 240, 0.04
UNDER = (2, 4, 6, 8, 10, 14, 20, 28)  # widths below n = 40


@cache
def _errors(seed: int) -> list[tuple[float, float]]:
    """For each width of ``AWAY`` the difference of mean and formula, relative and in standard errors."""
    found = []
    for p in AWAY:
        risks = linear.simulated_risks(seed, N, p, SIGNAL, NOISE, DRAWS)
        exact = linear.ridgeless_risk(N, p, SIGNAL, NOISE)
        found.append((risks.mean() / exact - 1, (risks.mean() - exact) / (risks.std() / np.sqrt(DRAWS))))
    return found


@claim(
    "double_descent.formula",
    "Away from p = n, the mean excess risk of minimum-norm least squares is the finite-n formula.",
    source="belkin2020two, breiman1983many",
    verdict="holds",
)
def formula(seed: int) -> Measured:
    """Largest relative difference over eight widths, each with 600 training sets of 100 examples."""
    return Measured(100 * max(abs(relative) for relative, _ in _errors(seed)), "%", at_most=6)


@claim(
    "double_descent.formula_noise",
    "What separates simulation and formula is sampling noise.",
    source="belkin2020two",
    verdict="holds",
    judge="mean",
)
def formula_noise(seed: int) -> Measured:
    """Root mean square over eight widths of the difference in standard errors; 1 is what chance alone gives."""
    return Measured(float(np.sqrt(np.mean([z**2 for _, z in _errors(seed)]))), "standard errors", at_most=1.7)


@claim(
    "double_descent.infinite_mean",
    "At p = n the mean risk is finite, if large: average enough runs.",
    source="belkin2020two, edelman1988eigenvalues",
    verdict="fails",
    instead="The noise part has a tail t^(-1/2), whose mean is infinite: ten times rarer is a hundred times larger.",
)
def infinite_mean(seed: int) -> Measured:
    """Ratio of the 99.5 % and the 95 % quantile of the noise part at n = p = 30 (a finite mean: below 10)."""
    noise = np.square(1 / linear.singular_values(seed, 30, 30, 10_000)).sum(1)
    return Measured(float(np.quantile(noise, 0.995) / np.quantile(noise, 0.95)), "", at_least=25)


@claim(
    "double_descent.smallest_scale",
    "The smallest singular value of a square Gaussian matrix is about 0.545/√n in the median.",
    source="edelman1988eigenvalues",
    verdict="holds",
)
def smallest_scale(seed: int) -> Measured:
    """Median of sqrt(n) times the smallest singular value, n = 40, relative to the limit sqrt(1 + 2 log 2) - 1."""
    smallest = linear.singular_values(seed, 40, 40, 3000)[:, -1]
    limit = np.sqrt(1 + 2 * np.log(2)) - 1
    return Measured(100 * abs(np.sqrt(40) * float(np.median(smallest)) / limit - 1), "%", at_most=12)


@claim(
    "double_descent.smallest_share",
    "At p = n one direction, the one of the smallest singular value, carries most of the noise part of the risk.",
    source="",
    verdict="holds",
)
def smallest_share(seed: int) -> Measured:
    """Share of the largest term in the sum of 1/s^2, in the median over 3000 draws at n = p = 40."""
    terms = np.square(1 / linear.singular_values(seed, 40, 40, 3000))
    return Measured(100 * float(np.median(terms[:, -1] / terms.sum(1))), "%", at_least=50)


@claim(
    "double_descent.ridge_theory",
    "At the best ridge the excess risk of 100 examples is the large-n limit, through the interpolation point and beyond.",
    source="hastie2022surprises",
    verdict="holds",
)
def ridge_theory(seed: int) -> Measured:
    """Largest relative difference at p/n = 0.5, 0.9, 1, 1.1 and 2; 60 training sets, each mean over the noise exact."""
    worst = 0.0
    for p in (50, 90, 100, 110, 200):
        lam = linear.best_ridge(p, SIGNAL, NOISE)
        risk = linear.risk_given_inputs(linear.singular_values(seed, N, p, 60), p, SIGNAL, NOISE, lam).mean()
        worst = max(worst, abs(risk / linear.ridge_risk_limit(p / N, lam / N, SIGNAL, NOISE) - 1))
    return Measured(100 * worst, "%", at_most=3)


FITTED = (4, 20, 40, 60, 100, 160, FEATURES)


@claim(
    "double_descent.ridge_monotone",
    "With the best ridge there is no peak: more features never hurt.",
    source="nakkiran2021optimal, simon2024more",
    verdict="holds-if",
    condition="every feature matters equally a priori, so that ridge is the best rule linear in the targets",
    vary={"sigma2": (SIGMA2, 0.25)},
)
def ridge_monotone(seed: int, sigma2: float = SIGMA2) -> Measured:
    """Largest step of the mean test error of fitted ridge from one of seven widths to the next, 400 training sets."""
    curve = linear.simulated_ridge_curve(seed, SUBSET_N, FITTED, FEATURES, sigma2, 400).mean(0)
    return Measured(linear.largest_rise(curve), "%", at_most=0, scale=0.3)


@claim(
    "double_descent.ridge_prescient",
    "Tuned ridge makes more features harmless.",
    source="",
    verdict="fails",
    instead="When the early features are the important ones, ridge treats all alike and the useless ones cost something.",
)
def ridge_prescient(seed: int) -> Measured:
    """Error with all 240 features over error with the first 10, each at its own best penalty; truth falls as 1/j^2 in squares."""
    few, all_ = (_tuned(seed, width) for width in (10, FEATURES))
    return Measured(all_ / few, "times", at_least=1.5)


def _tuned(seed: int, width: int) -> float:
    squares = linear.truth(FEATURES, 2.0)
    errors = [
        linear.simulated_subset_curves(seed, SUBSET_N, [width], squares, SIGMA2, 60, lam).mean()
        for lam in np.geomspace(0.1, 300, 12)
    ]
    return min(errors)


def _subset(seed: int, decay: float) -> tuple[float, float]:
    """Mean error over 200 training sets at the best width below n (predicting zero included), and with all features."""
    squares = linear.truth(FEATURES, decay)
    curve = linear.simulated_subset_curves(seed, SUBSET_N, [*UNDER, FEATURES], squares, SIGMA2, 200).mean(0)
    return min(curve[:-1].min(), 1 + SIGMA2), curve[-1]


@claim(
    "double_descent.uniform",
    "Over-parameterisation beats the classical optimum.",
    source="belkin2020two",
    verdict="holds-if",
    condition="the truth is spread evenly over the features and the noise is small",
)
def uniform(seed: int) -> Measured:
    """How much lower the error is with all 240 features than at the best width below n = 40."""
    classical, modern = _subset(seed, 0.0)
    return Measured(100 * (1 - modern / classical), "% lower", at_least=9)


@claim(
    "double_descent.prescient",
    "Over-parameterisation beats the classical optimum.",
    said_by="belkin2019reconciling",
    source="belkin2020two",
    verdict="fails",
    instead="When the features come in order of importance, the best width is small and the second descent stays far above it.",
)
def prescient(seed: int) -> Measured:
    """Error with all 240 features over error at the best width below n = 40; squared coefficients fall as 1/j^2."""
    classical, modern = _subset(seed, 2.0)
    return Measured(modern / classical, "times", at_least=2.5)


@claim(
    "double_descent.copies",
    "Counting features tells where the peak is.",
    source="",
    verdict="fails",
    instead="When every feature stands twice the peak is at p = 2n: what counts is how many features differ.",
)
def copies(seed: int) -> Measured:
    """Width with the largest median excess risk over n = 20; 60 features, each twice, 60 training sets."""
    widths = (6, 10, 14, 18, 20, 22, 26, 30, 34, 38, 40, 42, 46, 54, 70, 120)
    medians = np.median(linear.copied_curve(seed, 20, widths, 60, 0.25, 60), axis=0)
    return Measured(widths[int(medians.argmax())] / 20, "p/n", at_least=1.8, at_most=2.2)
