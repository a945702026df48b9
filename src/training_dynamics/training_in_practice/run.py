"""A complete training run: settings, a step, validation, early stopping, checkpoints, and resuming to the last bit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice.dropping import dropped
from training_dynamics.training_in_practice.network import loss_on
from training_dynamics.training_in_practice.schedules import factor
from training_dynamics.training_in_practice.stopping import Patience

Data = tuple[Tensor, Tensor]
Progress = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True)
class Config:
    """All that decides a run besides model and data.  Raises ValueError for settings that mean nothing.

    ``dropout`` is the part of the hidden units that a step silences.
    ``patience`` counts evaluations without a new best loss before the run ends; None never ends it early.
    """

    steps: int = 600
    batch: int = 64
    rate: float = 0.02
    schedule: str = "linear"
    warmup: int = 0
    decay: float = 0.0
    clip: float = float("inf")
    dropout: float = 0.0
    evaluate_every: int = 50
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "rate", "clip", "evaluate_every"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be > 0, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be at least 0 and less than 1, got {self.dropout}")
        factor(self.schedule, 0, self.steps, self.warmup)  # refuses unknown schedules and warm-ups


@dataclass
class Run:
    """A model in training.  Everything that the next step depends on is in :meth:`state`, and nothing else is needed."""

    model: nn.Module
    train: Data
    valid: Data
    config: Config
    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    evaluations: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.config.batch > len(self.train[0]):
            raise ValueError(f"batch must be at most the {len(self.train[0])} examples, got {self.config.batch}")
        decay = self.config.decay
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=self.config.rate, weight_decay=decay)
        self.patience = Patience(self.config.patience)
        self.best: dict[str, Tensor] = {}

    @property
    def step(self) -> int:
        """How many steps were taken."""
        return len(self.losses)

    @property
    def finished(self) -> bool:
        """Whether all steps were taken, or patience has run out."""
        return self.step >= self.config.steps or self.patience.exhausted

    def indices(self) -> Tensor:
        """The examples of the next step: a function of seed and step, so that there is no stream of numbers to restore."""
        n, batch = len(self.train[0]), self.config.batch
        epoch, place = divmod(self.step, n // batch)
        order = torch.randperm(n, generator=torch_generator(self.config.seed, "run epoch", epoch))
        return order[place * batch : (place + 1) * batch]

    def advance(self) -> None:
        """One step: batch, gradient, clip, rate, update; and every ``evaluate_every`` steps a look at the validation loss."""
        c, index = self.config, self.indices()
        with dropped(self.model, c.dropout, torch_generator(c.seed, "run dropout", self.step)):
            logits = self.model(self.train[0][index])
        loss = cross_entropy(logits.flatten(0, -2), self.train[1][index].flatten())
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), c.clip)  # after backward, before the step
        for group in self.optimizer.param_groups:
            group["lr"] = c.rate * factor(c.schedule, self.step, c.steps, c.warmup)
        self.optimizer.step()
        self.losses.append(loss.item())
        self.norms.append(norm.item())
        if self.step % c.evaluate_every == 0 or self.step == c.steps:
            self.evaluate()

    def evaluate(self) -> None:
        """Note the validation loss, and keep the weights if it is the best so far."""
        self.evaluations.append(loss_on(self.model, self.valid))
        if self.patience.see(self.evaluations[-1]):
            self.best = _copied(self.model.state_dict())

    def state(self) -> dict[str, Any]:
        """A copy of everything that the rest of the run depends on, as plain data and tensors."""
        return {
            "config": asdict(self.config),
            "model": _copied(self.model.state_dict()),
            "optimizer": self.optimizer.state_dict(),
            "best": self.best,
            "records": {"losses": self.losses, "norms": self.norms, "evaluations": self.evaluations},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state.  Raises ValueError where it is that of a run with other settings."""
        theirs = {k: (v, asdict(self.config)[k]) for k, v in state["config"].items() if asdict(self.config)[k] != v}
        if theirs:
            told = ", ".join(f"{k} = {v} there and {own} here" for k, (v, own) in theirs.items())
            raise ValueError(f"this state is of a run with other settings ({told}): begin anew, or use its settings")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.best = state["best"]
        for name, values in state["records"].items():
            setattr(self, name, list(values))
        self.patience = Patience(self.config.patience)
        for loss in self.evaluations:
            self.patience.see(loss)


def train(run: Run, progress: Progress = iter, checkpoint: Path | None = None, every: int = 100) -> Run:
    """Take the steps that are left, and leave the model with the weights of its best validation loss.

    ``progress`` wraps the loop's iterator, as ``rich.progress.track`` or ``tqdm`` do.  With ``checkpoint``, a run that was
    stopped goes on from that file if it is there, and the file is written anew every ``every`` steps.
    """
    if checkpoint is not None and checkpoint.is_file():
        run.restore(torch.load(checkpoint, weights_only=True))
    for _ in progress(range(run.step, run.config.steps)):
        if run.finished:
            break
        run.advance()
        if checkpoint is not None and run.step % every == 0:
            save(run.state(), checkpoint)
    if run.best:
        run.model.load_state_dict(run.best)
    return run


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state beside ``path`` and then rename it: a reader sees the old file or the new one, never half of one."""
    beside = path.with_name(path.name + ".part")
    torch.save(state, beside)
    os.replace(beside, path)


def _copied(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in weights.items()}
