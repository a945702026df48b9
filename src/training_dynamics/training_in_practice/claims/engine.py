"""What the chapter asserts about the scalar engine and about resuming: identities, held to the last bits."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.training_in_practice import graphs, resuming, speed
from training_dynamics.training_in_practice.network import Shape

STEPS = 60


@claim(
    "training_in_practice.value_is_torch",
    "On random graphs whose nodes are used many times, the scalar engine's derivatives are torch's.",
    verdict="holds",
)
def value_is_torch(seed: int) -> Measured:
    """The largest difference over ten graphs of 60 operations, relative to the largest derivative."""
    return Measured(max(graphs.random_graph_error(10 * seed + i) for i in range(10)), "relative", at_most=1e-12)


@claim(
    "training_in_practice.same_network",
    "A character model made of scalars has the loss and the gradient of the torch model with the same numbers.",
    verdict="holds",
)
def same_network(seed: int) -> Measured:
    """The largest difference of the loss or of a gradient's entry, in float64."""
    return Measured(graphs.same_network_error(seed), "relative", at_most=1e-12)


@claim(
    "training_in_practice.recursion",
    "Topological order by recursion is good enough for a small engine.",
    said_by="karpathy2020micrograd",
    verdict="fails",
    instead="It ends at Python's limit on nested calls: a loss summed over a batch is deeper. A stack of one's own has no limit.",
    seeds=None,
)
def recursion() -> Measured:
    """Steps of the longest chain, out of six up to 100,000, whose nodes a recursive walk can order at the usual limit."""
    return Measured(float(graphs.deepest_recursion()), "steps, two nodes each", at_most=1000)


@claim(
    "training_in_practice.deep_chain",
    "With a stack of its own the engine differentiates a chain of 20,000 nodes.",
    verdict="holds",
    seeds=None,
)
def deep_chain() -> Measured:
    """Relative error of the derivative through 10,000 steps, whose exact value is 0.999 to that power."""
    start, end = graphs.chain(10_000)
    end.backward()
    return Measured(abs(start.grad / 0.999**10_000 - 1), "relative", at_most=1e-10)


@claim(
    "training_in_practice.torch_is_faster",
    "The same model with the same numbers is more than a hundred times faster in torch: arrays, not cleverness.",
    verdict="holds",
    seeds=None,
    vary={"hidden": (64, 128), "batch": (8, 16)},
)
def torch_is_faster(hidden: int = 64, batch: int = 8) -> Measured:
    """Processor time of loss and gradient by the scalar engine over that by torch, in one run, no garbage collected."""
    return Measured(speed.times_faster(Shape(hidden=hidden), batch), "times", at_least=100)


@claim(
    "training_in_practice.resumed",
    "A run that was killed at a random step and goes on from its checkpoint ends as if it had never been killed.",
    verdict="holds",
    vary={"steps": (STEPS, 150), "hidden": (16, 48)},
)
def resumed(seed: int, steps: int = STEPS, hidden: int = 16) -> Measured:
    """How many numbers differ in any bit: weights, losses, gradient norms, evaluations."""
    whole, second = resuming.resumed(seed, steps, hidden=hidden)
    return Measured(float(resuming.differences(whole, second)), "numbers that differ", at_least=0, at_most=0)


@claim(
    "training_in_practice.weights_suffice",
    "To go on with a run, its weights and the number of the step are enough.",
    verdict="fails",
    instead="The optimizer's averages decide the next steps, too: without them it is another run.",
    vary={"steps": (STEPS, 150), "hidden": (16, 48)},
)
def weights_suffice(seed: int, steps: int = STEPS, hidden: int = 16) -> Measured:
    """Distance of the final weights from those of the run that was never stopped, over how far that one came."""
    whole, second = resuming.resumed(seed, steps, "optimizer", hidden)
    start = resuming.fresh_run(seed, steps, hidden)
    return Measured(resuming.apart(whole, second, start), "of the way", at_least=0.04)
