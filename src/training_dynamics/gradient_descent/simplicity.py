"""Simple first: what a network has learned early, measured against a linear classifier of the same images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from training_dynamics.gradient_descent.networks import Params, Task, outputs, start, train
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits, one_hot


@dataclass(frozen=True)
class Simplicity:
    """What a network's answers say about the labels, in bits on unseen images, and what of it a linear classifier explains.

    ``known`` is I(F;Y) of the network F along the run; ``shared`` is I(F;Y) - I(F;Y|L); ``linear`` is I(L;Y) of the line L.
    """

    steps: Float[ndarray, " times"]
    known: Float[ndarray, " times"]
    shared: Float[ndarray, " times"]
    linear: float

    @property
    def there(self) -> int:
        """The first place at which the network knows nine tenths of what the linear classifier knows."""
        return int(np.argmax(self.known >= 0.9 * self.linear))


@once
def against_a_line(
    seed: int, width: int = 64, rate: float = 0.2, steps: int = 3000, examples: int = 1000
) -> Simplicity:
    """SGD on whether a digit is odd, against a linear classifier of the same images (Kalimeris et al. 2019, section 2)."""
    data = digits(seed, examples)
    task, odd = Task(data.x_train, one_hot(data.y_train % 2, 2)), (data.y_test % 2).numpy()
    line = train(start([seed], (64, 2), name="line"), task, 0.5, 2000, momentum=0.9)
    said = outputs(line, data.x_test)[0].argmax(-1).numpy()
    seen = []

    def look(step: int, params: Params) -> None:
        if step % 20 == 0:
            answer = outputs(params, data.x_test)[0].argmax(-1).numpy()
            known = information(answer, odd)
            seen.append((step, known, known - information_given(answer, odd, said)))

    train(start([seed], (64, width, 2), name="simplicity"), task, rate, steps, batch=32, seeds=[seed], watch=look)
    times, known, shared = (np.array(column) for column in zip(*seen))
    return Simplicity(times, known, shared, information(said, odd))


def information(a: Int[ndarray, " n"], b: Int[ndarray, " n"]) -> float:
    """The mutual information of two lists of zeros and ones, in bits, from their counts."""
    joint = np.array([[np.mean((a == i) & (b == j)) for j in (0, 1)] for i in (0, 1)])
    alone = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    there = joint > 0
    return float(np.sum(joint[there] * np.log2(joint[there] / alone[there])))


def information_given(a: Int[ndarray, " n"], b: Int[ndarray, " n"], given: Int[ndarray, " n"]) -> float:
    """The same where a third list is known: the mean over its values."""
    return float(sum(np.mean(given == v) * information(a[given == v], b[given == v]) for v in np.unique(given)))
