"""A sharp score on a smooth quantity: the share of answers of L tokens that are right in every token."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import numpy_generator


def token_accuracy(scale: Float[ndarray, " k"], exponent: float) -> Float[ndarray, " k"]:
    """Accuracy a token when the loss a token is a power law, ``p = exp(-scale**-exponent)``, at scales in units of the law's."""
    return np.exp(-(np.asarray(scale, dtype=float) ** -exponent))


def exact_match(accuracy: Float[ndarray, " k"], length: int) -> Float[ndarray, " k"]:
    """The share of answers right in all ``length`` tokens when tokens err independently, ``p**length``."""
    if length < 1:
        raise ValueError(f"length must be >= 1, got {length}")
    return np.asarray(accuracy, dtype=float) ** length


def scale_at(score: float, length: int, exponent: float) -> float:
    """The scale at which exact match reaches ``score``: ``(length / ln(1 / score))**(1 / exponent)``."""
    if not 0 < score < 1:
        raise ValueError(f"score must be between 0 and 1, got {score}")
    return float((length / -np.log(score)) ** (1 / exponent))


def rise(length: int, exponent: float, low: float = 0.1, high: float = 0.9) -> float:
    """By how many natural-log units of scale exact match needs from ``low`` to ``high``; the length cancels."""
    return float(np.log(scale_at(high, length, exponent) / scale_at(low, length, exponent)))


@once
def sequence_scores(seed: int, length: int, train: int = 600, steps: int = 200) -> Float[ndarray, "steps 2"]:
    """Along the training of a softmax classifier of digits: accuracy on one image, and on ``length`` images at once.

    The second is counted, not computed: 4,000 answers of ``length`` test images drawn at random, right if all are.
    """
    split = digits(seed, train=train)
    x, y = split.x_train.numpy().astype(float), np.eye(10)[split.y_train.numpy()]
    test, labels = split.x_test.numpy().astype(float), split.y_test.numpy()
    rng = numpy_generator(seed, "emergence answers of several digits", length)
    answers = rng.integers(len(labels), size=(4000, length))
    weights, scores = np.zeros((x.shape[1], 10)), []
    for _ in range(steps):
        right = (test @ weights).argmax(1) == labels
        scores.append((right.mean(), right[answers].all(1).mean()))
        logits = x @ weights
        softmax = np.exp(logits - logits.max(1, keepdims=True))
        weights -= 0.5 * x.T @ (softmax / softmax.sum(1, keepdims=True) - y) / len(x)
    return np.array(scores)
