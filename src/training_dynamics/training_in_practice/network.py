"""The character model in torch: the last characters, a vector for each, hidden layers, a logit for each next character."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from training_dynamics.toolbox.names import ALPHABET, END, decode

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": torch.relu}
GAINS = {"tanh": 1.0, "relu": 2**0.5}  # Xavier's and He's, in the forward direction


@dataclass(frozen=True)
class Shape:
    """The sizes of a character model; ``depth`` counts hidden layers.  Raises ValueError for an unknown activation."""

    context: int = 4
    embedding: int = 10
    hidden: int = 64
    depth: int = 1
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {self.activation!r}")

    @property
    def sizes(self) -> list[int]:
        """Units of every layer, the input first."""
        return [self.context * self.embedding, *[self.hidden] * self.depth, len(ALPHABET)]


DEFAULT = Shape()


class CharMLP(nn.Module):
    """``p(next | last characters)``: forward ``(n, context) -> (n, 27)`` logits (Bengio et al. 2003, without direct links).

    Embeddings are standard normal, hidden weights ``N(0, gain^2 / fan_in)``, biases zero; output weights are a tenth of
    that, so that the first predictions are nearly uniform.
    """

    def __init__(
        self,
        shape: Shape,
        generator: torch.Generator,
        gain: float | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.randn(len(ALPHABET), shape.embedding, generator=generator, dtype=dtype))
        pairs = list(zip(shape.sizes[:-1], shape.sizes[1:]))
        self._layers = nn.ModuleList(nn.utils.skip_init(nn.Linear, i, o, dtype=dtype) for i, o in pairs)
        scale = GAINS[shape.activation] if gain is None else gain
        with torch.no_grad():
            for linear in self.layers:
                last = linear is self.layers[-1]
                linear.weight.normal_(0, (0.1 if last else scale) / linear.in_features**0.5, generator=generator)
                linear.bias.zero_()

    @property
    def layers(self) -> list[nn.Linear]:
        """The linear maps, the first one first."""
        return [layer for layer in self._layers if isinstance(layer, nn.Linear)]

    def forward(self, contexts: Int[Tensor, "n c"]) -> Float[Tensor, "n 27"]:
        """The logits of the next character."""
        h = self.embedding[contexts].flatten(1)
        for linear in self.layers[:-1]:
            h = ACTIVATIONS[self.shape.activation](linear(h))
        return self.layers[-1](h)


@torch.no_grad()
def loss_on(model: nn.Module, data: tuple[Tensor, Tensor]) -> float:
    """Mean cross-entropy (nats a character) of a model on inputs and targets; its exponential is the perplexity."""
    logits = model(data[0])
    return cross_entropy(logits.flatten(0, -2), data[1].flatten()).item()


@torch.no_grad()
def sample(model: CharMLP, count: int, generator: torch.Generator, longest: int = 15) -> list[str]:
    """Names drawn from the model, character by character, until it draws the end mark."""
    contexts = torch.full((count, model.shape.context), END)
    drawn = torch.empty(count, 0, dtype=torch.long)
    for _ in range(longest):
        following = torch.multinomial(model(contexts).softmax(-1), 1, generator=generator)
        contexts, drawn = torch.cat([contexts[:, 1:], following], 1), torch.cat([drawn, following], 1)
    return [decode(row) for row in drawn.tolist()]
