"""How much faster torch is than the scalar engine, on the same model and batch, in one run."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch.nn.functional import cross_entropy

from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice.network import DEFAULT, CharMLP, Shape
from training_dynamics.training_in_practice.neurons import in_scalars, mean_loss


def times_faster(shape: Shape = DEFAULT, batch: int = 8, repeats: int = 3) -> float:
    """Processor time of loss and gradient in scalars over that in torch; the least of runs that take turns.

    Python's collector of cycles rests meanwhile: it would go through all scalars again and again, several times the work.
    """
    model = CharMLP(shape, torch_generator(0, "speed"))
    x, y = (part[:batch] for part in windows(split_names(0, 20).train, shape.context))
    scalars, contexts, targets = in_scalars(model), x.tolist(), y.tolist()

    def in_torch() -> None:
        cross_entropy(model(x), y).backward()

    in_torch()  # the first call sets torch up
    slow, fast = [], []
    with _uncollected():
        for _ in range(repeats):
            slow.append(_seconds(lambda: mean_loss(scalars, contexts, targets).backward()))
            fast.append(_seconds(in_torch, 20))
    return min(slow) / min(fast)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage is collected, as in ``timeit``."""
    usual = gc.isenabled()
    gc.disable()
    yield
    if usual:
        gc.enable()


def _seconds(work: Callable[[], None], times: int = 1) -> float:
    """Processor seconds of this process a call."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times
