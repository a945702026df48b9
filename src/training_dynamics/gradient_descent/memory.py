"""Controls beside a whole run: which labels are learned when, how few images can say when to stop, what is chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.gradient_descent.digits import copies, task_of
from training_dynamics.gradient_descent.generalisation import until
from training_dynamics.gradient_descent.networks import Params, Task, error_rates, outputs, start, train
from training_dynamics.gradient_descent.simplicity import information, information_given
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits, one_hot, with_label_noise
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator


@dataclass(frozen=True)
class Memory:
    """The run of ``generalisation.course``, asked about its training images.

    Shares of the images with a right label that are answered with it (``fitted``), and of those with a wrong one that are
    answered with the wrong label (``memorised``) or with the true one (``seen_through``); ``wrong`` says for each unseen
    image whether it is answered wrongly.
    """

    steps: Float[ndarray, " times"]
    fitted: Float[ndarray, " times"]
    memorised: Float[ndarray, " times"]
    seen_through: Float[ndarray, " times"]
    wrong: Float[ndarray, "times images"]

    @property
    def best(self) -> int:
        """The place of the least error on the unseen images."""
        return int(self.wrong.mean(1).argmin())

    @property
    def needed(self) -> float:
        """How many validation images it takes to see the rise: the share of answers that change from there to the end, right
        to wrong or back, over the square of the rise.
        """
        change = self.wrong[-1] - self.wrong[self.best]
        return float(np.abs(change).mean() / change.mean() ** 2)

    def saved(self, images: int, draws: int = 100) -> float:
        """Of the rise of the test error to the end, the share that stopping by so many validation images saves.

        Mean over random choices of the images; the others are the test.
        """
        rng, found = numpy_generator(0, "validation images"), []
        for _ in range(draws):
            order = rng.permutation(self.wrong.shape[1])
            validation, test = self.wrong[:, order[:images]].mean(1), self.wrong[:, order[images:]].mean(1)
            found.append((test[-1] - test[validation.argmin()]) / (test[-1] - test.min()))
        return float(np.mean(found))


@once
def memory(seed: int, noise: float = 0.3, width: int = 64, examples: int = 200, steps: int = 600) -> Memory:
    """Descent with momentum on digits of which a share ``noise`` has wrong labels, as in ``generalisation.course``."""
    data = digits(seed, examples)
    labels = with_label_noise(data.y_train, noise, torch_generator(seed, "gradient descent flips"))
    task, flipped, seen = Task(data.x_train, one_hot(labels)), labels != data.y_train, []

    def look(step: int, params: Params) -> None:
        if step % (5 if step < 100 else 25) == 0:
            said = outputs(params, data.x_train)[0].argmax(-1)
            given, true = (said == labels).double(), (said == data.y_train).double()
            shares = [float(v.mean()) for v in (given[~flipped], given[flipped], true[flipped])]
            wrong = (outputs(params, data.x_test)[0].argmax(-1) != data.y_test).double().numpy()
            seen.append((step, *shares, wrong))

    train(copies(seed, 1, width), task, 0.2, steps, momentum=0.9, watch=look)
    return Memory(*(np.array(column) for column in zip(*seen)))


@once
def by_chance(
    seed: int, width: int = 64, rate: float = 0.2, examples: int = 1000, draws: int = 20
) -> tuple[float, float]:
    """The share of an early network's information that a linear classifier does not explain, and what it is by chance.

    By chance: answers that are right as often in each class, and otherwise know nothing of the linear classifier's.
    """
    data = digits(seed, examples)
    task, odd = Task(data.x_train, one_hot(data.y_train % 2, 2)), (data.y_test % 2).numpy()
    line = train(start([seed], (64, 2), name="line"), task, 0.5, 2000, momentum=0.9)
    said = outputs(line, data.x_test)[0].argmax(-1).numpy()
    goal, params = 0.9 * information(said, odd), start([seed], (64, width, 2), name="simplicity")
    found: list[ndarray] = []

    def look(step: int, params: Params) -> None:
        if step % 20 == 0 and not found:
            answer = outputs(params, data.x_test)[0].argmax(-1).numpy()
            if information(answer, odd) >= goal:
                found.append(answer)

    train(params, task, rate, 1500, batch=32, seeds=[seed], watch=look)
    (answer,) = found
    known, rng, chance = information(answer, odd), numpy_generator(seed, "answers by chance"), []
    for _ in range(draws):
        other = answer.copy()
        for label in (0, 1):
            other[odd == label] = rng.permutation(answer[odd == label])
        chance.append(information_given(other, odd, said) / known)
    return information_given(answer, odd, said) / known, float(np.mean(chance))


@once
def two_starts(seed: int, examples: int = 200, width: int = 64, goal: float = 0.02, limit: int = 600) -> float:
    """The larger over the smaller test error of two networks from random starts, stopped at the same training loss."""
    data = digits(seed, examples)
    task = Task(data.x_train, one_hot(data.y_train))
    ends = [until(copies(s, 1, width), task, goal, limit) for s in (seed, seed + 1000)]
    first, second = (float(error_rates(params, data.x_test, data.y_test)[0]) for params in ends)
    return max(first, second) / min(first, second)


@once
def late_losses(seed: int, width: int = 64, rate: float = 0.5, steps: int = 1000) -> tuple[float, float]:
    """The training loss on 200 digits with right labels after so many full-batch steps and after twice as many."""
    task = task_of(seed, 200)
    middle = train(copies(seed, 1, width), task, rate, steps)
    end = train(middle, task, rate, steps)
    return float(task.losses(middle)[0]), float(task.losses(end)[0])
