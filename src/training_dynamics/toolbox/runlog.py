"""What a training run leaves behind: a context manager that watches a torch module and its optimizer."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

FIRST = 4  # steps at the start that are all measured: what a start does is over soon


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
    """One measured step, filled by the hooks; tensors stay on their device until they are read."""

    at: int
    raw: dict[int, Tensor] = field(default_factory=dict)
    inputs: dict[int, Tensor] = field(default_factory=dict)
    before: list[Tensor] = field(default_factory=list)
    gradient: Tensor | None = None
    layers: Tensor | None = None
    weights: Tensor | None = None
    updates: Tensor | None = None


class RunLog:
    """Watch the training of ``model`` by ``optimizer``::

        with RunLog(model, optimizer, epoch=len(loader)) as log:
            for x, y in batches:
                loss = criterion(model(x), y)
                optimizer.zero_grad(); loss.backward(); optimizer.step()
                log.loss(loss)                      # once for every step, after it, taken or not
                ...
                log.evaluate(train_loss, val_loss)  # now and then: losses on whole sets

    Losses are kept at every step, all else at the first four and at every ``every``-th, by hooks that leave again with the
    block.  ``epoch`` is the number of steps in one pass over the data, if there are passes; ``chance`` the loss of knowing
    only how frequent the answers are, ``log(classes)`` for equal classes, by default the first loss.  Watched are modules
    with a weight matrix of their own, in the order in which they were defined, and one optimizer that is called without a
    closure; what enters the modules is read, so activations may be modules or functions.  Where gradients of several
    batches are added up, note one loss for all of them.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        every: int = 10,
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
        self._watched = [m for m in model.modules() if _has_matrix(m)]
        if not self._watched:
            raise ValueError("the model has no module with a weight matrix: there is nothing to watch")
        self._matrices = [m.get_parameter("weight") for m in self._watched]
        self._losses: list[Tensor | float] = []
        self._evaluations: list[tuple[int, float, float]] = []
        self._steps: list[_Step] = []
        self._now: _Step | None = None
        self._handles: list[Any] = []
        self._taken = 0

    def __enter__(self) -> RunLog:
        if self._handles:
            raise RuntimeError("this RunLog is watching already: one with-block at a time")
        for number, module in enumerate(self._watched):
            self._handles.append(module.register_forward_pre_hook(self._entering(number)))
        for number, parameter in enumerate(p for p in self._model.parameters() if p.requires_grad and p.is_leaf):
            self._handles.append(parameter.register_post_accumulate_grad_hook(self._arrived(number)))
        self._handles.append(self._optimizer.register_step_pre_hook(self._before_step))
        self._handles.append(self._optimizer.register_step_post_hook(self._after_step))
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles, self._now = [], None

    def loss(self, value: Tensor | float) -> None:
        """Note the loss of this step's batch, and go on to the next step."""
        if not self._handles:
            raise RuntimeError("not watching: write `with RunLog(model, optimizer) as log:` around the loop")
        self._losses.append(value.detach() if isinstance(value, Tensor) else float(value))
        if self._now is not None:
            self._steps.append(self._now)
        self._open()

    def evaluate(self, train: Tensor | float, val: Tensor | float) -> None:
        """Note the losses on a large part of the training set and on the validation set, after the steps so far."""
        self._evaluations.append((len(self._losses), float(train), float(val)))

    def _open(self) -> None:
        step = len(self._losses)
        self._now = _Step(step) if step < FIRST or step % self.every == 0 else None

    def _entering(self, number: int) -> Any:
        def hook(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            now = self._now
            if now is None or number in now.inputs or not (self._model.training and torch.is_grad_enabled()):
                return  # an evaluation is not the step's batch
            if _readable(inputs):
                now.inputs[number] = _entering_statistics(inputs[0], module)

        return hook

    def _arrived(self, number: int) -> Any:
        def hook(parameter: Tensor) -> None:
            if self._now is not None and parameter.grad is not None:
                self._now.raw[number] = _norm(parameter.grad)

        return hook

    def _before_step(self, *_: Any) -> None:
        self._taken += 1
        if self._now is None:
            return
        norms = [_norm(p.grad) for p in self._model.parameters() if p.grad is not None]
        self._now.gradient = _length(norms)
        self._now.layers = _together([_norm(w.grad) for w in self._matrices])
        self._now.weights = _together([_norm(w) for w in self._matrices])
        self._now.before = [w.detach().clone() for w in self._matrices]

    def _after_step(self, *_: Any) -> None:
        if self._now is not None and self._now.before:
            changes = [_norm(w.detach() - old) for w, old in zip(self._matrices, self._now.before)]
            self._now.updates, self._now.before = _together(changes), []

    def series(self) -> Series:
        """All that was measured, as numpy arrays in float64."""
        layers, steps = len(self._watched), self._steps
        entering = np.array([[_numbers(s.inputs.get(i), 2) for i in range(layers)] for s in steps]).reshape(
            -1, layers, 2
        )
        evaluated = np.array(self._evaluations, dtype=float).reshape(-1, 3)
        return Series(
            loss=np.array([float(value) for value in self._losses]),
            at=np.array([s.at for s in steps], dtype=int),
            raw=np.array([float(_length(list(s.raw.values()))) for s in steps]),
            gradient=np.array([float(_numbers(s.gradient, 1)[0]) for s in steps]),
            layers=np.array([_numbers(s.layers, layers) for s in steps]).reshape(-1, layers),
            weights=np.array([_numbers(s.weights, layers) for s in steps]).reshape(-1, layers),
            updates=np.array([_numbers(s.updates, layers) for s in steps]).reshape(-1, layers),
            sizes=entering[..., 0],
            dead=entering[..., 1],
            evaluated=evaluated[:, 0].astype(int),
            train=evaluated[:, 1],
            val=evaluated[:, 2],
            taken=self._taken,
        )


def _has_matrix(module: nn.Module) -> bool:
    weight = module._parameters.get("weight")
    return weight is not None and weight.ndim >= 2 and not isinstance(module, nn.Embedding)


def _entering_statistics(h: Tensor, module: nn.Module) -> Tensor:
    """Root mean square of a layer's input, and the share of its units that are the same for every example (nan for one)."""
    h = h.detach().float()  # squares overflow in half precision
    channels = 1 if isinstance(module, nn.modules.conv._ConvNd) else h.ndim - 1
    flat = h.movedim(channels, -1).reshape(-1, h.shape[channels])
    same = (flat == flat[:1]).all(0).to(flat.dtype).mean() if len(flat) > 1 else flat.new_tensor(float("nan"))
    return torch.stack([flat.square().mean().sqrt(), same])


def _readable(inputs: tuple[Any, ...]) -> bool:
    """Whether what enters a module is a batch of numbers."""
    h = inputs[0] if inputs else None
    return isinstance(h, Tensor) and h.is_floating_point() and h.ndim > 1 and h.numel() > 0


def _norm(values: Tensor | None) -> Tensor:
    """The length of a tensor, in single precision or better; nan where there is none."""
    if values is None:
        return torch.tensor(float("nan"))
    return (values.detach().float() if values.dtype.itemsize < 4 else values.detach()).norm()


def _together(norms: list[Tensor]) -> Tensor:
    """Numbers that may lie on several devices."""
    return torch.stack([one.to(norms[-1].device) for one in norms])


def _length(norms: list[Tensor]) -> Tensor:
    return _together(norms).norm() if norms else torch.tensor(float("nan"))


def _numbers(values: Tensor | None, count: int) -> np.ndarray:
    return np.full(count, np.nan) if values is None else values.detach().cpu().double().numpy().reshape(-1)
