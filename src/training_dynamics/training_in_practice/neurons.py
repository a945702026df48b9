"""Neuron, layer and network of scalars, and the cross-entropy: what torch does with arrays, spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training_dynamics.training_in_practice.network import CharMLP
from training_dynamics.training_in_practice.value import Value, total


@dataclass(frozen=True)
class Neuron:
    """``activation(w . x + b)``; ``activation`` is the name of a method of :class:`Value`, or empty for none."""

    weights: list[Value]
    bias: Value
    activation: str = ""

    def __call__(self, x: Sequence[Value]) -> Value:
        """One number from as many as there are weights."""
        z = total([w * v for w, v in zip(self.weights, x, strict=True)]) + self.bias
        return getattr(z, self.activation)() if self.activation else z


@dataclass(frozen=True)
class Layer:
    """Neurons that see the same inputs."""

    neurons: list[Neuron]

    def __call__(self, x: Sequence[Value]) -> list[Value]:
        """One number a neuron."""
        return [neuron(x) for neuron in self.neurons]


@dataclass(frozen=True)
class CharNetwork:
    """The character model in scalars: a row of numbers for each character, and layers on top of them."""

    embedding: list[list[Value]]
    layers: list[Layer]

    def __call__(self, context: Sequence[int]) -> list[Value]:
        """The logits of the next character after ``context``."""
        h = [v for character in context for v in self.embedding[character]]
        for layer in self.layers:
            h = layer(h)
        return h

    def parameters(self) -> list[Value]:
        """All numbers that are learned, in the order of ``CharMLP.parameters()``."""
        found = [v for row in self.embedding for v in row]
        for layer in self.layers:
            found += [w for neuron in layer.neurons for w in neuron.weights]
            found += [neuron.bias for neuron in layer.neurons]
        return found


def in_scalars(model: CharMLP) -> CharNetwork:
    """The network of :class:`Value` with the numbers of a torch model."""
    layers = []
    for place, linear in enumerate(model.layers):
        name = model.shape.activation if place < len(model.layers) - 1 else ""
        rows = zip(linear.weight.tolist(), linear.bias.tolist())
        layers.append(Layer([Neuron([Value(w) for w in row], Value(b), name) for row, b in rows]))
    return CharNetwork([[Value(v) for v in row] for row in model.embedding.tolist()], layers)


def cross_entropy(logits: Sequence[Value], target: int) -> Value:
    """``log(sum_k exp(z_k)) - z_target`` in nats, with the largest logit taken out first, so that nothing overflows."""
    top = max(z.data for z in logits)
    return total([(z - top).exp() for z in logits]).log() + top - logits[target]


def mean_loss(network: CharNetwork, contexts: Sequence[Sequence[int]], targets: Sequence[int]) -> Value:
    """The mean cross-entropy over a batch."""
    losses = [cross_entropy(network(context), target) for context, target in zip(contexts, targets, strict=True)]
    return total(losses) * (1 / len(losses))
