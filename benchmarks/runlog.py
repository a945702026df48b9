"""CPU time of training under ``RunLog`` over that of the same training without, in turns within one process.

    .venv/bin/python benchmarks/runlog.py [ROUNDS]

Each round trains one network three times, without, with and again without the log, in blocks of steps that take turns.
Printed are the medians over rounds of the ratio to the mean of the two without and, as a check of the machine, of those two.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import torch  # noqa: E402
from torch import nn  # noqa: E402

from training_dynamics.toolbox.nets import mlp  # noqa: E402
from training_dynamics.toolbox.runlog import RunLog  # noqa: E402
from training_dynamics.toolbox.seeds import torch_generator  # noqa: E402

BAR = "at most a few per cent"
BLOCK = 50  # steps of one arm, then of the next: what else the machine does meets all alike


@dataclass(frozen=True)
class Case:
    """A network, what enters it, its optimizer, and the steps of one round."""

    name: str
    model: Callable[[], nn.Module]
    shape: tuple[int, ...]
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    steps: int
    classes: int = 10


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    """SGD with momentum, as the chapter's runs use it."""
    return torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=True)


def adam(model: nn.Module) -> torch.optim.Optimizer:
    """Adam in its default form."""
    return torch.optim.Adam(model.parameters(), lr=1e-4)


def network(*sizes: int) -> Callable[[], nn.Module]:
    """A ReLU network of these sizes."""
    return lambda: mlp(sizes, torch_generator(0, "benchmark runlog"))


def convolutions() -> nn.Module:
    """Two convolutions and a linear layer."""
    layers = [nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(16 * 12 * 12, 10))


CASES = (
    Case("8-8-8-3, batch 32", network(8, 8, 8, 3), (32, 8), sgd, 2000, 3),
    Case("64-32-32-10, batch 32", network(64, 32, 32, 10), (32, 64), sgd, 2000),
    Case("64-32-32-10, batch 32, Adam", network(64, 32, 32, 10), (32, 64), adam, 2000),
    Case("64, 8 times 64, 10, batch 64", network(64, *[64] * 8, 10), (64, 64), sgd, 1000),
    Case("784-256-256-10, batch 128", network(784, 256, 256, 10), (128, 784), sgd, 500),
    Case("two convolutions, batch 32", convolutions, (32, 1, 28, 28), sgd, 500),
)


class Arm:
    """One training of a case, with or without a log, that goes on block by block."""

    def __init__(self, case: Case, log: bool) -> None:
        draw = torch_generator(0, "benchmark batches")
        torch.manual_seed(0)
        self.model = case.model()
        self.optimizer = case.optimizer(self.model)
        self.x = torch.randn(16, *case.shape, generator=draw)
        self.y = torch.randint(0, case.classes, (16, case.shape[0]), generator=draw)
        self.log = RunLog(self.model, self.optimizer).__enter__() if log else None
        self.seconds = 0.0

    def train(self, steps: int) -> None:
        """Train on; without a log nothing is kept."""
        start = time.process_time()
        for step in range(steps):
            loss = nn.functional.cross_entropy(self.model(self.x[step % 16]), self.y[step % 16])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if self.log is not None:
                self.log.loss(loss)
        self.seconds += time.process_time() - start


def measure(case: Case, rounds: int) -> tuple[float, float, float]:
    """Logged over plain, the spread of two plain ones, microseconds of a plain step; the arms take turns in blocks."""
    logged, same, plain = [], [], []
    for _ in range(rounds):
        arms = [Arm(case, False), Arm(case, True), Arm(case, False)]
        for arm in arms:
            arm.train(BLOCK)  # warm
            arm.seconds = 0.0
        for block in range(case.steps // BLOCK):
            for arm in arms if block % 2 else reversed(arms):
                arm.train(BLOCK)
        first, watched, second = (arm.seconds for arm in arms)
        logged.append(2 * watched / (first + second))
        same.append(first / second)
        plain.append((first + second) / 2 / (case.steps // BLOCK * BLOCK) * 1e6)
    return statistics.median(logged), statistics.median(same), statistics.median(plain)


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'network':32}{'step, µs':>10}{'RunLog':>10}{'no log':>10}   bar: {BAR}")
    for case in CASES:
        logged, same, plain = measure(case, rounds)
        print(f"{case.name:32}{plain:10.0f}{logged - 1:+10.1%}{same - 1:+10.1%}", flush=True)


if __name__ == "__main__":
    main()
