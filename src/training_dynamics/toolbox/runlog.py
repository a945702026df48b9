"""What a training run leaves behind: a context manager that watches a torch module and its optimizer."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

FIRST = 4  # steps at the start that are all measured: what a start does is over soon
EARLY, OFTEN = 100, 10  # before step 100 every tenth is measured at least: there most things happen, and they are few
NAN = math.nan


@dataclass(frozen=True)
class Series:
    """What was measured, as arrays: ``s`` steps with a loss, ``k`` measured ones, ``e`` evaluations, ``l`` weight layers.

    ``loss`` (s,); ``at`` (k,) the measured steps; ``raw`` and ``gradient`` (k,), the whole gradient's norm after backward and
    when the optimizer used it; ``layers``, ``weights``, ``updates`` (k, l): norms of each layer's gradient, weights and
    change, first layer first; ``sizes`` and ``dead`` (k, l): root mean square of what enters a layer, and the share of its
    units that are the same for every example; ``evaluated`` (e,), ``train`` and ``val`` (e,): losses on whole sets.  A step
    that the optimizer did not take has nan in what it would have given.
    """

    loss: np.ndarray
    at: np.ndarray
    raw: np.ndarray
    gradient: np.ndarray
    layers: np.ndarray
    weights: np.ndarray
    updates: np.ndarray
    sizes: np.ndarray
    dead: np.ndarray
    evaluated: np.ndarray
    train: np.ndarray
    val: np.ndarray
    taken: int


@dataclass
class _Step:
    """One measured step.  The hooks put tensors of one number here; when the step is over they are read at once.

    ``raw`` and ``gradient`` go by a parameter's place in the model; ``inputs`` by layer: norm, equal units, entries, units.
    """

    at: int
    handles: list[Any] = field(default_factory=list)
    raw: dict[int, Any] = field(default_factory=dict)
    gradient: dict[int, Any] = field(default_factory=dict)
    inputs: dict[int, tuple[Any, Any, int, int]] = field(default_factory=dict)
    weights: list[Any] = field(default_factory=list)
    updates: list[Any] = field(default_factory=list)
    before: list[Tensor] = field(default_factory=list)

    def close(self) -> None:
        """Take the hooks away and put numbers in the place of tensors: one transfer from the device for all."""
        for handle in self.handles:
            handle.remove()
        self.handles, self.before = [], []
        entering = (one for found in self.inputs.values() for one in found[:2])
        tensors = [*self.raw.values(), *self.gradient.values(), *self.weights, *self.updates, *entering]
        numbers = iter(_numbers(tensors))
        self.raw, self.gradient = ({n: next(numbers) for n in norms} for norms in (self.raw, self.gradient))
        self.weights, self.updates = ([next(numbers) for _ in norms] for norms in (self.weights, self.updates))
        self.inputs = {
            n: (next(numbers), next(numbers), entries, units) for n, (*_, entries, units) in self.inputs.items()
        }

    def entering(self, layer: int) -> tuple[float, float]:
        """Root mean square of what entered a layer, and the share of its units that were the same for every example."""
        norm, same, entries, units = self.inputs.get(layer, (NAN, NAN, 1, 1))
        return norm / math.sqrt(entries), same / units if entries > units else NAN  # one example tells nothing


class RunLog:
    """Watch the training of ``model`` by ``optimizer``::

        with RunLog(model, optimizer, epoch=len(loader)) as log:
            for x, y in batches:
                loss = criterion(model(x), y)
                optimizer.zero_grad(); loss.backward(); optimizer.step()
                log.loss(loss)                      # once for every step, after it, taken or not
                ...
                log.evaluate(train_loss, val_loss)  # now and then: losses on whole sets

    Losses are kept at every step, all else at the first four, at every tenth of the first hundred and at every
    ``every``-th.  Hooks are there at those steps only, but for one that counts the optimizer's steps; all leave again with
    the block.  Numbers are read once for each measured step.  ``every`` sets the price: ``benchmarks/runlog.py`` prints it.

    ``epoch`` is the number of steps in one pass over the data, if there are passes; ``chance`` the loss of knowing only how
    frequent the answers are, ``log(classes)`` for equal classes, by default the first loss.  Watched are modules with a
    weight matrix of their own, in the order in which they were defined (``layers`` has their names), and one optimizer that
    is called without a closure; what enters the modules is read, so activations may be modules or functions.  Where
    gradients of several batches are added up, note one loss for all of them.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        every: int = 100,
        epoch: int | None = None,
        chance: float | None = None,
    ) -> None:
        for name, value in (("every", every), ("epoch", epoch)):
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1 step, got {value}")
        if chance is not None and not chance > 0:
            raise ValueError(f"chance must be a loss > 0, such as log(classes), got {chance}")
        self.every, self.epoch, self.chance = every, epoch, chance
        self._model, self._optimizer = model, optimizer
        watched = {name: m for name, m in model.named_modules() if _has_matrix(m)}
        self.layers, self._watched = tuple(watched), list(watched.values())
        if not self._watched:
            raise ValueError("the model has no module with a weight matrix: there is nothing to watch")
        self._matrices = [m.get_parameter("weight") for m in self._watched]
        self._losses: list[Tensor | float] = []
        self._evaluations: list[tuple[int, float, float]] = []
        self._steps: list[_Step] = []
        self._now: _Step | None = None
        self._counter: Any = None
        self._taken = self._read = 0

    def __enter__(self) -> RunLog:
        if self._counter is not None:
            raise RuntimeError("this RunLog is watching already: one with-block at a time")
        self._parameters = list(self._model.parameters())
        places = {id(parameter): number for number, parameter in enumerate(self._parameters)}
        self._places = [places[id(matrix)] for matrix in self._matrices]
        self._counter = self._optimizer.register_step_post_hook(self._count)
        self._due = _next(len(self._losses) - 1, self.every)
        if self._due == len(self._losses):
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in [self._counter, *(self._now.handles if self._now else [])]:
            handle.remove()
        self._counter = self._now = None

    def loss(self, value: Tensor | float) -> None:
        """Note the loss of this step's batch, and go on to the next step."""
        if self._counter is None:
            raise RuntimeError("not watching: write `with RunLog(model, optimizer) as log:` around the loop")
        self._losses.append(value.item() if isinstance(value, Tensor) and value.is_cpu else _noted(value))
        if self._now is not None:
            self._now.close()
            self._steps.append(self._now)
            self._losses[self._read :] = [float(one) for one in self._losses[self._read :]]
            self._read = len(self._losses)
            self._now = None
        if len(self._losses) >= self._due:
            self._open()

    def evaluate(self, train: Tensor | float, val: Tensor | float) -> None:
        """Note the losses on a large part of the training set and on the validation set, after the steps so far."""
        self._evaluations.append((len(self._losses), float(train), float(val)))

    def _open(self) -> None:
        """Put the hooks of a step that is to be measured."""
        step = len(self._losses)
        self._due = _next(step, self.every)
        self._now = now = _Step(step)
        now.handles.append(self._optimizer.register_step_pre_hook(self._before_step))
        now.handles.append(self._optimizer.register_step_post_hook(self._after_step))
        for number, module in enumerate(self._watched):
            now.handles.append(module.register_forward_pre_hook(self._entering(now, number)))
        for number, parameter in enumerate(self._parameters):
            if parameter.requires_grad and parameter.is_leaf:
                now.handles.append(parameter.register_post_accumulate_grad_hook(_arrived(now, number)))

    def _entering(self, now: _Step, number: int) -> Any:
        def hook(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            if number in now.inputs or not (self._model.training and torch.is_grad_enabled()):
                return  # an evaluation is not the step's batch
            if _readable(inputs):
                now.inputs[number] = _entering_statistics(inputs[0].detach(), module)

        return hook

    def _before_step(self, *_: Any) -> None:
        now = self._now
        if now is not None:
            gradients = {n: p.grad for n, p in enumerate(self._parameters) if p.grad is not None}
            now.gradient = dict(zip(gradients, _norms(list(gradients.values()))))
            now.before = [w.detach().clone() for w in self._matrices]
            now.weights = _norms(now.before)

    def _count(self, *_: Any) -> None:
        self._taken += 1

    def _after_step(self, *_: Any) -> None:
        now = self._now
        if now is not None and now.before:
            now.updates = _norms(torch._foreach_sub(now.before, [w.detach() for w in self._matrices]))
            now.before = []

    def series(self) -> Series:
        """All that was measured, as numpy arrays in float64."""
        layers, steps = range(len(self._watched)), self._steps
        evaluated = np.array(self._evaluations, dtype=float).reshape(-1, 3)
        entering = np.array([[s.entering(n) for n in layers] for s in steps]).reshape(-1, len(layers), 2)

        def by_layer(rows: list[list[float]]) -> np.ndarray:
            return np.array([row or [NAN] * len(layers) for row in rows]).reshape(-1, len(layers))

        return Series(
            loss=np.array([float(value) for value in self._losses]),
            at=np.array([s.at for s in steps], dtype=int),
            raw=np.array([_length(s.raw) for s in steps]),
            gradient=np.array([_length(s.gradient) for s in steps]),
            layers=by_layer([[s.gradient.get(place, NAN) for place in self._places] for s in steps]),
            weights=by_layer([s.weights for s in steps]),
            updates=by_layer([s.updates for s in steps]),
            sizes=entering[..., 0],
            dead=entering[..., 1],
            evaluated=evaluated[:, 0].astype(int),
            train=evaluated[:, 1],
            val=evaluated[:, 2],
            taken=self._taken,
        )


def _next(step: int, every: int) -> int:
    """The first step after ``step`` that is measured."""
    if step + 1 < FIRST:
        return step + 1
    often = step - step % OFTEN + OFTEN
    return min(step - step % every + every, often if often < EARLY else sys.maxsize)


def _has_matrix(module: nn.Module) -> bool:
    weight = module._parameters.get("weight")
    return weight is not None and weight.ndim >= 2 and not isinstance(module, nn.Embedding)


def _entering_statistics(h: Tensor, module: nn.Module) -> tuple[Tensor, Tensor, int, int]:
    """A layer's input: its norm, how many of its units are the same for every example, its entries, its units."""
    channels = 1 if isinstance(module, nn.modules.conv._ConvNd) else h.ndim - 1
    others = tuple(d for d in range(h.ndim) if d != channels)
    same = torch.eq(torch.amin(h, others), torch.amax(h, others))
    return _norms([h])[0], same.sum(), h.numel(), h.shape[channels]


def _arrived(now: _Step, number: int) -> Any:
    """A hook that measures a gradient when backward has just left it."""

    def hook(parameter: Tensor) -> None:
        if parameter.grad is not None:
            (now.raw[number],) = _norms([parameter.grad])

    return hook


def _readable(inputs: tuple[Any, ...]) -> bool:
    """Whether what enters a module is a batch of numbers."""
    h = inputs[0] if inputs else None
    return isinstance(h, Tensor) and h.is_floating_point() and h.ndim > 1 and h.numel() > 0


def _norms(tensors: Sequence[Tensor]) -> list[Tensor]:
    """The lengths of tensors, in single precision or better."""
    if any(one.layout != torch.strided or one.dtype.itemsize < 4 for one in tensors):
        tensors = [one.coalesce().values() if one.is_sparse else one for one in tensors]
        tensors = [one.float() if one.dtype.itemsize < 4 else one for one in tensors]
    return list(torch._foreach_norm(list(tensors))) if tensors else []


def _noted(loss: Tensor | float) -> Tensor | float:
    """A loss as a number; if it lies on a device that one would have to wait for, without its graph, to be read later."""
    return loss.detach() if isinstance(loss, Tensor) else float(loss)


def _length(norms: dict[int, float]) -> float:
    return math.hypot(*norms.values()) if norms else NAN


def _numbers(scalars: list[Tensor]) -> list[float]:
    """Numbers that may lie on several devices."""
    if len({one.device for one in scalars}) == 1 and not scalars[0].is_cpu:
        return torch.stack(scalars).tolist()  # one transfer
    return [one.item() for one in scalars]
