"""Dropout on handwritten digits: images and strangers, networks side by side, and how a network predicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.dropout.calibration import auroc, calibration_error, likelihood_loss, split_entropy
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.stack import normal_weights, preactivations
from training_dynamics.lab.training import minimize
from training_dynamics.toolbox.data import digits, with_label_noise
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

SEEN = 8
WIDTH = 64
RATE = 0.3
EPOCHS = 40
EXAMPLES = 400
BATCH = 100
SAMPLES = 30


@dataclass(frozen=True)
class Images:
    """Training images of classes 0 to 7, test images of the same classes, and three kinds of strangers; pixels in [0, 1]."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    strangers: dict[str, Tensor]


@cache
def images(seed: int, train: int = EXAMPLES, wrong: float = 0.0) -> Images:
    """``train`` images of 0 to 7; strangers are the unseen 8s and 9s, uniform noise, and test images with shuffled pixels.

    A fraction ``wrong`` of the training labels, never of the test labels, is changed to another class.
    """
    split = digits(seed, train=1000)
    seen = split.y_train < SEEN
    keep = split.y_test < SEEN
    x_test = split.x_test[keep]
    generator = torch_generator(seed, "strangers")
    shuffled = torch.stack([row[torch.randperm(64, generator=generator)] for row in x_test[:400]])
    strangers = {
        "unseen": torch.cat([split.x_train[~seen], split.x_test[~keep]]),
        "noise": torch.rand((400, 64), generator=generator),
        "shuffled": shuffled,
    }
    labels = with_label_noise(split.y_train[seen][:train], wrong, torch_generator(seed, "dropout wrong labels"), SEEN)
    return Images(split.x_train[seen][:train], labels, x_test, split.y_test[keep], strangers)


class Networks:
    """``m`` ReLU networks 64 -> h -> h -> 8 side by side, each with its own dropout rate on both hidden layers."""

    def __init__(self, rates: Sequence[float], seed: int, width: int = WIDTH) -> None:
        self.keep = 1 - torch.tensor(rates)[:, None, None]
        sizes, m = (64, width, width, SEEN), len(rates)
        self.weights = normal_weights(sizes, torch_generator(seed, "dropout digits start"), m)
        self.biases = [torch.zeros(m, 1, o) for o in sizes[1:]]
        for part in self.parameters:
            part.requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        """All parameters, each ``(m, ...)``."""
        return [*self.weights, *self.biases]

    def __call__(
        self, x: Tensor, generator: torch.Generator | None = None, keep: Tensor | float | None = None
    ) -> Float[Tensor, "m n 8"]:
        """Logits for ``x``, ``(n, 64)`` for all networks or ``(m, n, 64)``: with dropout off, or fresh masks of ``generator``.

        ``keep`` replaces the networks' own probability to keep a unit.
        """
        kept = self.keep if keep is None else keep

        def drop(_: int, h: Tensor) -> Tensor:
            return h * (torch.rand(h.shape, generator=generator) < kept) / kept

        layers = list(zip(self.weights, self.biases))
        return preactivations(layers, x, after=drop if generator is not None else None)[-1]


def train(
    rates: Sequence[float],
    seed: int,
    epochs: int = EPOCHS,
    width: int = WIDTH,
    wrong: float = 0.0,
    examples: int = EXAMPLES,
    after: Callable[[int, Networks], None] | None = None,
) -> Networks:
    """Adam at the constant rate 0.005, cross-entropy; all see the same batches, each has its own start and masks.

    ``after(epoch, networks)`` runs after every epoch.
    """
    data, nets = images(seed, examples, wrong), Networks(rates, seed, width)
    per_epoch = len(data.x_train) // BATCH
    batches = minibatches(len(data.x_train), BATCH, torch_generator(seed, "dropout digits batches"))
    masks = torch_generator(seed, "dropout digits masks") if any(rates) else None
    optimizer = torch.optim.Adam(nets.parameters, lr=0.005, fused=True)

    def losses() -> Tensor:
        index = next(batches)
        return cross_entropies(nets(data.x_train[index], masks), data.y_train[index])

    for epoch in range(1, epochs + 1):
        minimize(losses, optimizer, per_epoch)
        if after is not None:
            after(epoch, nets)
    return nets


@dataclass(frozen=True)
class Predictor:
    """A way to predict: probabilities of its ``s`` networks or masks on the test set and on strangers, ``(s, n, 8)`` each."""

    test: Float[ndarray, "s n 8"]
    strangers: dict[str, Float[ndarray, "s n 8"]]

    @property
    def mean(self) -> Float[ndarray, "n 8"]:
        """Predicted probabilities on the test set."""
        return self.test.mean(0)

    def detection(self, kind: str, score: str = "entropy") -> float:
        """AUROC of telling strangers from test images by entropy, or by mutual information (``score="information"``)."""
        found = [split_entropy(p) for p in (self.test, self.strangers[kind])]
        known, strange = [part.total if score == "entropy" else part.epistemic for part in found]
        return auroc(known, strange)


@dataclass(frozen=True)
class Scores:
    """Error rate, negative log-likelihood (nats), ECE and mean confidence on the test set."""

    error: float
    loss: float
    ece: float
    confidence: float

    @property
    def excess(self) -> float:
        """Confidence minus accuracy: above 0 for a network that is too sure of itself."""
        return self.confidence - (1 - self.error)


def scores(p: Float[ndarray, "n 8"], labels: ndarray) -> Scores:
    """Score predicted probabilities."""
    wrong = float((p.argmax(1) != labels).mean())
    return Scores(wrong, likelihood_loss(p, labels), calibration_error(p, labels), float(p.max(1).mean()))


@torch.no_grad()
def probabilities(
    nets: Networks, x: Tensor, samples: int = 0, generator: torch.Generator | None = None
) -> Float[ndarray, "s m n 8"]:
    """Class probabilities of every network: with dropout off (one row), or under ``samples`` draws of masks."""
    rows = [nets(x, generator if samples else None) for _ in range(max(1, samples))]
    return torch.stack(rows).double().softmax(-1).numpy()
