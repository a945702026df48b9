"""Random ReLU features and least squares on the digits: width sweeps, sample sweeps, ridge, early stopping, spoiled labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.double_descent.paths import Spectral, spectral
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import Split, digits, one_hot, with_label_noise
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator

WIDTHS = (10, 30, 60, 100, 150, 200, 250, 280, 300, 320, 350, 400, 600, 1000, 3000)
SAMPLES = (50, 100, 150, 200, 250, 280, 300, 320, 350, 400, 500, 700, 1000)
LAMBDAS = tuple(np.logspace(-4, 1.5, 12))  # half a decade apart
IMAGES, NOISE = 300, 0.4  # training images, and the fraction of wrong labels in the second of two label sets
DESCENT_STEPS = (100, 1000, 10_000)


@dataclass(frozen=True)
class Sweep:
    """Test results along a sweep; axis 0 is clean labels and spoiled ones, axis 1 the width or sample size.

    ``mse`` sums the squared differences to the one-hot label over the ten outputs and averages over test images;
    ``error`` is the fraction misclassified.  Test labels are never spoiled.
    """

    sizes: tuple[int, ...]
    mse: Float[ndarray, "2 s"]
    error: Float[ndarray, "2 s"]
    smallest_singular_value: Float[ndarray, " s"]
    norm: Float[ndarray, "2 s"]
    ridge_mse: Float[ndarray, "2 s l"]
    ridge_error: Float[ndarray, "2 s l"]
    loo: Float[ndarray, "2 s l"]
    descent_mse: Float[ndarray, "2 s steps"]

    @property
    def best_ridge_mse(self) -> Float[ndarray, "2 s"]:
        """Test MSE at the penalty that is best in hindsight, for each size."""
        return self.ridge_mse.min(-1)

    @property
    def chosen_ridge_mse(self) -> Float[ndarray, "2 s"]:
        """Test MSE at the penalty that leave-one-out chooses from the training set alone."""
        return np.take_along_axis(self.ridge_mse, self.loo.argmin(-1)[..., None], -1)[..., 0]

    @property
    def chosen_ridge_error(self) -> Float[ndarray, "2 s"]:
        """Test error at the penalty that leave-one-out chooses."""
        return np.take_along_axis(self.ridge_error, self.loo.argmin(-1)[..., None], -1)[..., 0]


def relu_features(x: Float[ndarray, "n d"], weights: Float[ndarray, "d p"]) -> Float[ndarray, "n p"]:
    r"""Random features :math:`\max(0, xW)/\sqrt p`: a two-layer ReLU network whose first layer is never trained."""
    return np.maximum(x @ weights, 0) / np.sqrt(weights.shape[1])


def tanh_features(x: Float[ndarray, "n d"], weights: Float[ndarray, "d p"]) -> Float[ndarray, "n p"]:
    r"""Smooth random features in place of those with a kink, :math:`\tanh(xW)/\sqrt p`."""
    return np.tanh(x @ weights) / np.sqrt(weights.shape[1])


ACTIVATIONS = {"relu": relu_features, "tanh": tanh_features}


def _measure(fit: Spectral, truth: ndarray) -> dict[str, ndarray | float]:
    """The entries of :class:`Sweep` for one size, for the two label sets that stand side by side in ``fit.targets``."""
    classes = truth.shape[1]

    def score(g: ndarray) -> tuple[list[float], list[float]]:
        outputs = np.split(fit.predict(g), [classes], axis=1)
        labels = truth.argmax(1)
        mse = [float(np.square(out - truth).sum(1).mean()) for out in outputs]
        return mse, [float((out.argmax(1) != labels).mean()) for out in outputs]

    mse, error = score(fit.ridgeless())
    ridge = np.array([score(fit.ridge(lam)) for lam in LAMBDAS])  # (l, 2, 2)
    halves = [Spectral(fit.squares, fit.left, fit.reach, fit.answers, t) for t in np.split(fit.targets, 2, axis=1)]
    answers = np.split(fit.answers, 2, axis=1)
    return {
        "mse": np.array(mse),
        "error": np.array(error),
        "smallest_singular_value": np.sqrt(fit.squares.min()),
        "norm": np.array([_norm(fit, a) for a in answers]),
        "ridge_mse": ridge[:, 0].T,
        "ridge_error": ridge[:, 1].T,
        "loo": np.array([[half.leave_one_out(lam) for lam in LAMBDAS] for half in halves]),
        "descent_mse": np.array([score(fit.descent(t))[0] for t in DESCENT_STEPS]).T,
    }


def _norm(fit: Spectral, answers: ndarray) -> float:
    # answers is diag(s) U'Y in the primal form and U'Y in the dual one; the norm of the solution is |U'Y / s| in both
    rotated = answers / np.sqrt(fit.squares)[:, None] if fit.squares.size < len(fit.left) else answers
    return float(np.sqrt(np.square(rotated / np.sqrt(fit.squares)[:, None]).sum()))


def _stack(sizes: Sequence[int], measured: list[dict]) -> Sweep:
    columns = {key: np.stack([m[key] for m in measured], axis=-1) for key in measured[0]}
    for key in ("ridge_mse", "ridge_error", "loo", "descent_mse"):
        columns[key] = np.moveaxis(columns[key], -1, 1)
    return Sweep(tuple(sizes), **columns)


def widths_for(n: int) -> tuple[int, ...]:
    """``WIDTHS`` at the same places relative to ``n`` images."""
    return tuple(round(width * n / IMAGES) for width in WIDTHS)


@once
def width_sweep(
    seed: int,
    n: int = IMAGES,
    noise: float = NOISE,
    widths: tuple[int, ...] | None = None,
    test: int = 1000,
    activation: str = "relu",
) -> Sweep:
    """Least squares on ``p`` random features of ``n`` digits, for every ``p`` of ``widths``; clean and spoiled labels.

    ``activation``: one of ACTIVATIONS.
    """
    features = ACTIVATIONS[activation]
    split, widths = digits(seed, train=n), widths_for(n) if widths is None else widths
    x, x_test = _centred(split, test)
    y, truth = _targets(seed, split.y_train, noise), one_hot(split.y_test[:test]).double().numpy()
    weights = numpy_generator(seed, "features").standard_normal((x.shape[1], max(widths)))
    measured = []
    for p in widths:
        fit = spectral(features(x, weights[:, :p]), y, features(x_test, weights[:, :p]))
        measured.append(_measure(fit, truth))
    return _stack(widths, measured)


@once
def sample_sweep(
    seed: int,
    p: int = 300,
    noise: float = NOISE,
    samples: tuple[int, ...] = SAMPLES,
    test: int = 700,
    activation: str = "relu",
) -> Sweep:
    """The same features, ``p`` of them, and ever more digits: the first ``n`` of one order, for every ``n`` of ``samples``."""
    split = digits(seed, train=max(samples))
    weights = numpy_generator(seed, "features").standard_normal((split.x_train.shape[1], p))
    features, new = (ACTIVATIONS[activation](x, weights) for x in _centred(split, test))
    y, truth = _targets(seed, split.y_train, noise), one_hot(split.y_test[:test]).double().numpy()
    return _stack(samples, [_measure(spectral(features[:n], y[:n], new), truth) for n in samples])


def _centred(split: Split, test: int) -> tuple[Float[ndarray, "n d"], Float[ndarray, "m d"]]:
    """Images minus the mean training image.  On raw pixels, all of one sign, many ReLU features are zero on every image."""
    x, new = split.x_train.double().numpy(), split.x_test[:test].double().numpy()
    return x - x.mean(0), new - x.mean(0)


def _targets(seed: int, labels: Tensor, noise: float) -> Float[ndarray, "n 20"]:
    """One-hot labels, clean in columns 0-9 and with the fraction ``noise`` of them wrong in columns 10-19."""
    columns = [with_label_noise(labels, f, torch_generator(seed, "label noise")) for f in (0.0, noise)]
    return np.concatenate([one_hot(c).double().numpy() for c in columns], axis=1)
