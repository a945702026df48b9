r"""What a perceptron can store, and when examples leave one answer: Cover's count, and students with weights of size 1."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import linprog
from scipy.special import entr, gammaln, logsumexp, xlogy
from scipy.stats import binom

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


def separable_share(points: int, dimensions: int) -> float:
    """Share of the labellings of points in general position that a hyperplane through the origin separates (Cover 1965).

    :math:`2^{1-P}\\sum_{k<N}\\binom{P-1}{k}`: the chance of fewer than N heads in P - 1 throws of a coin.
    """
    if points < 1 or dimensions < 1:
        raise ValueError(f"points and dimensions must be >= 1, got {points} and {dimensions}")
    return float(binom.cdf(dimensions - 1, points - 1, 0.5))


def separable(x: Float[ndarray, "p n"], labels: Float[ndarray, " p"]) -> bool:
    """Whether some w has labels * (x w) >= 1 in every row, by linear programming."""
    found = linprog(np.zeros(x.shape[1]), -labels[:, None] * x, -np.ones(len(x)), bounds=(None, None), method="highs")
    return found.status == 0


@once
def stored_share(seed: int, points: int, dimensions: int, trials: int = 60) -> float:
    """Share of random labellings of random points that linear programming separates."""
    rng = numpy_generator(seed, "phase_transitions random labels", points, dimensions)
    draws = ((rng.standard_normal((points, dimensions)), rng.choice([-1.0, 1.0], points)) for _ in range(trials))
    return float(np.mean([separable(x, labels) for x, labels in draws]))


def hebb_error(load: float) -> float:
    """Error of the sum of examples times labels for many inputs: arccos(sqrt(2a / (2a + pi))) / pi at a = examples / inputs."""
    if not load > 0:
        raise ValueError(f"load must be > 0, got {load}")
    return float(np.arccos((2 * load / (2 * load + np.pi)) ** 0.5) / np.pi)


@once
def hebb_errors(seed: int, inputs: int, load: float, runs: int = 20) -> Float[ndarray, " runs"]:
    """The same of ``runs`` such sums: the angle between student and teacher over pi."""
    rng = numpy_generator(seed, "phase_transitions sums of examples", inputs)
    overlap, length = np.empty(runs), np.empty(runs)
    for run in range(runs):
        x = rng.standard_normal((round(load * inputs), inputs))  # the teacher is the first unit vector
        student = np.sign(x[:, 0]) @ x
        overlap[run], length[run] = student[0], np.linalg.norm(student)
    return np.arccos(overlap / length) / np.pi


def log_counts(n: int, examples: int) -> Float[ndarray, " n"]:
    """Logarithms of the expected numbers of students that differ in k = 1..n of n binary weights and pass all examples.

    Such a student has overlap R = 1 - 2k/n and agrees with the teacher on a normal input with
    probability 1 - arccos(R)/pi.
    """
    k = np.arange(1, n + 1)
    agree = 1 - np.arccos(1 - 2 * k / n) / np.pi
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(examples, np.maximum(agree, 0.0))


def log_wrong_students(n: int, examples: int) -> float:
    """Logarithm of the expected number of wrong students left; far below 0 the teacher is the only one."""
    return float(logsumexp(log_counts(n, examples)))


def growth(overlap: Float[ndarray, " k"], load: float) -> Float[ndarray, " k"]:
    """Growth of the logarithm of that number a weight, for many weights: entropy + load * ln(1 - arccos(R)/pi)."""
    return entr((1 + overlap) / 2) + entr((1 - overlap) / 2) + load * np.log(1 - np.arccos(overlap) / np.pi)


def last_rivals(n: int) -> tuple[float, float]:
    """The load (examples a weight) at which one wrong student is expected, and the share of weights in which it differs."""
    low, high = 0, 4 * n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if log_counts(n, middle).max() > 0 else (low, middle)
    return high / n, float(np.argmax(log_counts(n, high)) + 1) / n


@once
def survivors(seed: int, n: int, examples: int, teachers: int = 40) -> tuple[float, float]:
    """Mean number of wrong students that random examples leave, and mean error of a student drawn from all left.

    All 2^n students are tried.
    """
    rng = numpy_generator(seed, "phase_transitions binary students", n, examples)
    students = (2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1).astype(np.float32)
    wrong, errors = [], []
    for _ in range(teachers):
        teacher = rng.choice(students)
        x = rng.standard_normal((examples, n)).astype(np.float32)
        left = students
        for row, answer in zip(x, np.sign(x @ teacher), strict=True):
            left = left[left @ row * answer > 0]
        overlaps = np.clip(left @ teacher / n, -1, 1)
        wrong.append(len(left) - 1)
        errors.append(float(np.mean(np.arccos(overlaps) / np.pi)))
    return float(np.mean(wrong)), float(np.mean(errors))
