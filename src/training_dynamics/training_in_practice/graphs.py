"""Random graphs of scalars, and chains of them: what the ``Value`` engine is tried on."""

from __future__ import annotations

import sys

import numpy as np
import torch

from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator
from training_dynamics.training_in_practice.network import CharMLP, Shape
from training_dynamics.training_in_practice.neurons import in_scalars, mean_loss
from training_dynamics.training_in_practice.value import Value, topological_recursive, total

OPERATIONS = ("add", "mul", "sub", "div", "tanh", "relu", "exp", "log", "power")


SMALL = Shape(context=3, embedding=3, hidden=5)


def random_graph_error(seed: int, nodes: int = 60) -> float:
    """The largest difference between our derivatives and torch's, relative to the largest, on a graph with shared nodes.

    The end is the logarithm of a square: a tanh would flatten all derivatives to zero where the values have grown.
    """
    rng = numpy_generator(seed, "random graph", nodes)
    ours = [Value(v) for v in rng.uniform(-1, 1, 6)]
    theirs = [torch.tensor(v.data, dtype=torch.float64, requires_grad=True) for v in ours]
    inputs = list(zip(ours, theirs))
    for _ in range(nodes):
        name = OPERATIONS[rng.integers(len(OPERATIONS))]
        i, j = rng.integers(len(ours), size=2)
        ours.append(_apply(name, ours[i], ours[j]))
        theirs.append(_apply(name, theirs[i], theirs[j]))
    mean, their_mean = total(ours) * (1 / len(ours)), torch.stack(theirs).mean()
    (mean * mean + 1).log().backward()
    (their_mean * their_mean + 1).log().backward()
    gaps = [abs(value.grad - _slope(tensor)) for value, tensor in inputs]
    return max(gaps) / max(abs(_slope(tensor)) for _, tensor in inputs)


def _slope(leaf: torch.Tensor) -> float:
    return 0.0 if leaf.grad is None else leaf.grad.item()


def _apply(name, a, b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """An operation on values or tensors, kept in a range where all are defined."""
    tame = {
        "add": lambda: (a + b) * 0.5, "mul": lambda: a * b, "sub": lambda: 0.5 * (a - b), "div": lambda: a / (b * b + 1.5),
        "tanh": lambda: a.tanh(), "relu": lambda: a.relu(), "exp": lambda: (a * 0.3).exp(), "log": lambda: (a * a + 1.2).log(),
        "power": lambda: (a * a + 0.5) ** -0.5,
    }  # fmt: skip
    return tame[name]()


def chain(length: int) -> tuple[Value, Value]:
    """A number and what ``length`` steps ``x <- 0.999 x + 0.001`` make of it; the derivative is 0.999 to that power."""
    start = end = Value(0.5)
    for _ in range(length):
        end = end * 0.999 + 0.001
    return start, end


def deepest_recursion(lengths: tuple[int, ...] = (100, 300, 1000, 3000, 10_000, 100_000)) -> int:
    """The longest of these chains that a recursive walk survives at Python's usual limit of 1,000 calls; 0 for none."""
    limit, survived = sys.getrecursionlimit(), 0
    sys.setrecursionlimit(1000 + _depth())
    try:
        for length in lengths:
            topological_recursive(chain(length)[1])
            survived = length
    except RecursionError:
        pass  # this is what was asked: the chain before was the longest
    finally:
        sys.setrecursionlimit(limit)
    return survived


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def same_network_error(seed: int, shape: Shape = SMALL, batch: int = 8) -> float:
    """The largest difference of loss or gradient between the scalar network and torch's in float64, relative to the largest."""
    model = CharMLP(shape, torch_generator(seed, "same network"), dtype=torch.float64)
    contexts, targets = windows(split_names(seed, 20).train, shape.context)
    contexts, targets = contexts[:batch], targets[:batch]
    scalars = in_scalars(model)
    ours = mean_loss(scalars, contexts.tolist(), targets.tolist())
    ours.backward()
    theirs = torch.nn.functional.cross_entropy(model(contexts), targets)
    theirs.backward()
    found = np.array([v.grad for v in scalars.parameters()])
    expected = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]).numpy()
    return max(abs(ours.data - theirs.item()), float(np.abs(found - expected).max() / np.abs(expected).max()))
