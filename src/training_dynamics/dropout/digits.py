"""Dropout on handwritten digits: calibration, unseen classes, and the rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.dropout.calibration import auroc, calibration_error, likelihood_loss, split_entropy
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.stack import normal_weights, preactivations
from training_dynamics.lab.training import falling, minimize
from training_dynamics.toolbox.data import digits, with_label_noise
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

SEEN = 8
WIDTH = 100
SAMPLES = 50


@dataclass(frozen=True)
class Images:
    """Training images of classes 0 to 7, test images of the same classes, and three kinds of strangers; pixels in [0, 1]."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    strangers: dict[str, Tensor]


@cache
def images(seed: int, train: int = 400, wrong: float = 0.0) -> Images:
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

    def __call__(self, x: Tensor, generator: torch.Generator | None) -> Float[Tensor, "m n 8"]:
        """Logits for ``x (m, n, 64)``: with fresh masks from ``generator``, or with dropout off."""

        def drop(_: int, h: Tensor) -> Tensor:
            return h * (torch.rand(h.shape, generator=generator) < self.keep) / self.keep

        return preactivations(list(zip(self.weights, self.biases)), x, after=drop if generator is not None else None)[
            -1
        ]


def train(
    rates: Sequence[float], seed: int, epochs: int = 60, batch: int = 50, width: int = WIDTH, wrong: float = 0.0
) -> Networks:
    """Adam at 0.002 falling to 0, cross-entropy; every network sees the same batches but has its own start and masks."""
    data, nets = images(seed, wrong=wrong), Networks(rates, seed, width)
    per_epoch = len(data.x_train) // batch
    batches = minibatches(len(data.x_train), batch, torch_generator(seed, "dropout digits batches"))
    masks = torch_generator(seed, "dropout digits masks") if any(rates) else None
    optimizer = torch.optim.Adam(nets.parameters, lr=0.002, fused=True)
    total = epochs * per_epoch

    def losses() -> Tensor:
        index = next(batches)
        return cross_entropies(nets(data.x_train[index].expand(len(rates), -1, -1), masks), data.y_train[index])

    minimize(losses, optimizer, total, falling(optimizer, total))
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
    """Error rate, negative log-likelihood (nats) and ECE on the test set."""

    error: float
    loss: float
    ece: float


def scores(predictor: Predictor, labels: ndarray) -> Scores:
    """Score a predictor's mean probabilities."""
    p = predictor.mean
    return Scores(float((p.argmax(1) != labels).mean()), likelihood_loss(p, labels), calibration_error(p, labels))


@dataclass(frozen=True)
class Trial:
    """The predictors of one seed by name (``single``, ``off``, ``mc``, ``ensemble``), labels, and norms by dropout rate."""

    predictors: dict[str, Predictor]
    labels: ndarray

    def scores(self, name: str) -> Scores:
        """Scores of the named predictor."""
        return scores(self.predictors[name], self.labels)


RATE = 0.3
MEMBERS = 5


@cache
def trial(seed: int) -> Trial:
    """Five networks without dropout (an ensemble; the first is ``single``) and one with rate 0.3, off and sampled 50 times."""
    data = images(seed)
    plain, dropped = train([0.0] * MEMBERS, seed), train([RATE], seed)
    crowd = predict(plain, data)
    first = Predictor(crowd.test[:1], {k: v[:1] for k, v in crowd.strangers.items()})
    sampled = predict(dropped, data, SAMPLES, torch_generator(seed, "dropout digits samples"))
    found = {"single": first, "off": predict(dropped, data), "mc": sampled, "ensemble": crowd}
    return Trial(found, data.y_test.numpy())


@torch.no_grad()
def predict(nets: Networks, data: Images, samples: int = 0, generator: torch.Generator | None = None) -> Predictor:
    """Probabilities on all images: one row a network, or ``samples`` rows of masks of a single network."""
    copies = samples or len(nets.keep)

    def run(x: Tensor) -> ndarray:
        rows = [nets(x.expand(len(nets.keep), -1, -1), generator) for _ in range(copies if samples else 1)]
        return torch.cat(rows).double().softmax(-1).numpy()

    return Predictor(run(data.x_test), {kind: run(x) for kind, x in data.strangers.items()})


RATES = (0.0, 0.1, 0.3, 0.5, 0.7)


@dataclass(frozen=True)
class Sweep:
    """By dropout rate, dropout off: the norm of all weights, how far they moved, the size of a logit, and the test error."""

    norm: Float[ndarray, " r"]
    moved: Float[ndarray, " r"]
    logit: Float[ndarray, " r"]
    error: Float[ndarray, " r"]


@cache
def sweep(seed: int, epochs: int = 60, width: int = WIDTH) -> Sweep:
    """Networks at all ``RATES`` from one seed; logits are centred over classes before their root mean square."""
    data, nets = images(seed), train(RATES, seed, epochs, width=width)
    start = Networks(RATES, seed, width).weights
    with torch.no_grad():
        out = nets(data.x_test.expand(len(RATES), -1, -1), None)
        norm, moved = _norms(nets.weights), _norms([w - w0 for w, w0 in zip(nets.weights, start)])
        logit = (out - out.mean(-1, keepdim=True)).pow(2).mean((1, 2)).sqrt()
        error = (out.argmax(-1) != data.y_test).double().mean(1)
    return Sweep(norm.numpy(), moved.numpy(), logit.numpy(), error.numpy())


def _norms(parts: Sequence[Tensor]) -> Float[Tensor, " m"]:
    """The Euclidean norm of all entries of each network."""
    return torch.cat([part.flatten(1) for part in parts], dim=1).norm(dim=1)
