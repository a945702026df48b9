"""Many small networks trained side by side, with gradients by hand: one batched product a layer does for all runs at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from training_dynamics.toolbox.seeds import torch_generator

Params = list[Tensor]  # W1 (R, d, h), b1 (R, 1, h), W2, b2, …: a leading axis for the runs
Schedule = Callable[[int], float]
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}
LOSSES = ("cross-entropy", "squared")


def start(
    seeds: Sequence[int],
    sizes: Sequence[int],
    gain: float = 1.0,
    dtype: torch.dtype = torch.float32,
    name: str = "start",
) -> Params:
    """Weights from N(0, gain^2 / fan_in) and zero biases, one run a seed; a repeated seed repeats its weights."""
    found: Params = []
    draws = [torch_generator(seed, "gradient descent", name) for seed in seeds]
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        layers = [torch.randn(fan_in, fan_out, generator=rng, dtype=torch.float64) for rng in draws]
        found.append((torch.stack(layers) * gain / math.sqrt(fan_in)).to(dtype))
        found.append(torch.zeros(len(seeds), 1, fan_out, dtype=dtype))
    return found


def layers(params: Params, x: Tensor, activation: str = "tanh") -> list[Tensor]:
    """Inputs ``x``, hidden activations and outputs (R, n, k) of all runs; ``x`` is (n, d), the same for all, or (R, n, d)."""
    found = [x]
    for i in range(0, len(params), 2):
        z = found[-1] @ params[i] + params[i + 1]
        found.append(ACTIVATIONS[activation](z) if i + 2 < len(params) else z)
    return found


def outputs(params: Params, x: Tensor, activation: str = "tanh") -> Float[Tensor, "R n k"]:
    """The outputs of all runs; see :func:`layers` for the shapes of ``x``."""
    return layers(params, x, activation)[-1]


@dataclass(frozen=True)
class Task:
    """Inputs (n, d) or (R, n, d), targets (n, k) or (R, n, k), and what to minimise.

    ``loss``: ``"cross-entropy"`` for probabilities of classes, or ``"squared"``, half the squared error summed over outputs;
    both are means over the examples.  ``activation``: ``"tanh"`` or ``"relu"``.
    """

    x: Tensor
    y: Tensor
    loss: str = "cross-entropy"
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {self.loss!r}")

    def losses_of(self, out: Float[Tensor, "R n k"]) -> Float[Tensor, " R"]:
        """The loss of each run with these outputs."""
        if self.loss == "squared":
            return ((out - self.y) ** 2).sum(-1).mean(-1) / 2
        return -(self.y * torch.log_softmax(out, -1)).sum(-1).mean(-1)

    def losses(self, params: Params) -> Float[Tensor, " R"]:
        """The loss of each run on all examples."""
        return self.losses_of(outputs(params, self.x, self.activation))

    @torch.no_grad()
    def gradient(self, params: Params) -> Params:
        """The gradient of each run's loss, by backpropagation: for both losses it begins with prediction minus target."""
        h = layers(params, self.x, self.activation)
        delta = (h[-1] if self.loss == "squared" else torch.softmax(h[-1], -1)) - self.y
        delta /= self.x.shape[-2]
        found: Params = []
        for i in range(len(params) - 2, -1, -2):
            below = h[i // 2]
            found = [below.transpose(-1, -2) @ delta, delta.sum(-2, keepdim=True), *found]
            if i:
                slope = 1 - below * below if self.activation == "tanh" else below > 0
                delta = (delta @ params[i].transpose(-1, -2)) * slope
        return found

    def batch(self, index: Int[Tensor, "R b"]) -> Task:
        """The task on a batch of examples of each run's own."""
        runs = torch.arange(len(index))[:, None]
        x, y = (v[index] if v.dim() == 2 else v[runs, index] for v in (self.x, self.y))
        return Task(x, y, self.loss, self.activation)

    def of_run(self, run: int) -> Task:
        """The task of one run."""
        x, y = (v if v.dim() == 2 else v[run] for v in (self.x, self.y))
        return Task(x, y, self.loss, self.activation)


def train(
    params: Params,
    task: Task,
    rate: Sequence[float] | float,
    steps: int,
    *,
    momentum: float = 0.0,
    batch: int | None = None,
    seeds: Sequence[int] = (),
    schedule: Schedule | None = None,
    watch: Callable[[int, Params], None] | None = None,
) -> Params:
    """Gradient descent, or SGD on batches drawn without replacement (one stream a seed), with heavy-ball momentum.

    ``rate``: one number or one a run.  ``schedule(step)`` multiplies it.  ``watch(step, params)`` sees every point of the
    path, in tensors that the next step overwrites.  Raises ValueError when batches lack their seeds.
    """
    if batch is not None and len(seeds) != len(params[0]):
        raise ValueError(f"seeds must name one stream for each of the {len(params[0])} runs, got {len(seeds)}")
    params = [p.clone() for p in params]
    rates = torch.as_tensor(rate, dtype=params[0].dtype).reshape(-1, 1, 1)
    speed: Params = []
    index = batches(task.x.shape[-2], batch, seeds) if batch is not None else None
    for step in range(steps):
        if watch is not None:
            watch(step, params)
        slopes = (task if index is None else task.batch(next(index))).gradient(params)
        speed = [s.mul_(momentum).add_(g) for s, g in zip(speed, slopes)] if momentum and speed else slopes
        now = rates if schedule is None else schedule(step) * rates
        for p, s in zip(params, speed):
            p.sub_(now * s)
    if watch is not None:
        watch(steps, params)
    return params


def batches(n: int, size: int, seeds: Sequence[int]) -> Iterator[Int[Tensor, "R b"]]:
    """Endless batches for each run: epochs in an order of the run's own, an incomplete last batch left out."""
    draws = [torch_generator(seed, "gradient descent batches", size) for seed in seeds]
    while True:
        order = torch.stack([torch.randperm(n, generator=rng) for rng in draws])
        yield from order[:, : n - n % size].split(size, 1)


@torch.no_grad()
def error_rates(params: Params, x: Tensor, y: Int[Tensor, " n"]) -> Float[Tensor, " R"]:
    """The share of examples that each run of tanh networks puts in a wrong class."""
    return (outputs(params, x).argmax(-1) != y).double().mean(-1)


def one_run(params: Params, run: int) -> Params:
    """The parameters of one run, still with the leading axis."""
    return [p[run : run + 1] for p in params]


def flat(params: Params) -> Float[Tensor, "R p"]:
    """All parameters of each run as one row."""
    return torch.cat([p.reshape(len(p), -1) for p in params], 1)


def unflat(rows: Float[Tensor, "R p"], like: Params) -> Params:
    """The inverse of ``flat``, with the shapes of ``like``."""
    sizes = [p[0].numel() for p in like]
    return [part.reshape(len(rows), *p.shape[1:]) for part, p in zip(rows.split(sizes, 1), like)]
