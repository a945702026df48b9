"""A small transformer of attention layers only, one head a layer, trained on sequences that repeat themselves.

A head scores position s from position t by ``x_t Q x_s / sqrt(width)`` and a learned number for each distance t - s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy

from training_dynamics.emergence.copying import Copying, foreseeable, prefix_matching, previous_token
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

TASK = Copying()


@dataclass(frozen=True)
class Head:
    """Where a head looks (``match``, and ``distance`` for each distance) and what it carries over (``carry``)."""

    match: Float[Tensor, "d d"]
    distance: Float[Tensor, " t"]
    carry: Float[Tensor, "d d"]


@dataclass(frozen=True)
class Network:
    """Embedding, heads one after the other, and the map to the vocabulary."""

    embed: Float[Tensor, "v d"]
    heads: tuple[Head, ...]
    unembed: Float[Tensor, "d v"]

    def __call__(
        self, tokens: Int[Tensor, "n t"], without_previous: bool = False
    ) -> tuple[Float[Tensor, "n t v"], list[Float[Tensor, "n t t"]]]:
        """Logits of the next token at every position, and each head's attention.

        ``without_previous`` takes the first head's attention to the token before away.
        """
        x, seen = self.embed[tokens], []
        t = torch.arange(tokens.shape[1])
        apart, later = (t[:, None] - t).clamp(min=0), t[:, None] < t
        for layer, head in enumerate(self.heads):
            scores = (x @ head.match) @ x.mT / x.shape[-1] ** 0.5 + head.distance[apart]
            attention = scores.masked_fill(later, -torch.inf).softmax(-1)
            if without_previous and layer == 0:
                attention = attention.masked_fill(t[:, None] - t == 1, 0.0)
            x = x + attention @ (x @ head.carry)
            seen.append(attention)
        return x @ self.unembed, seen


@dataclass(frozen=True)
class Formation:
    """Recorded at ``steps`` on sequences never trained on: accuracy and loss (nats) where the next token can be foreseen,
    the last head's prefix-matching score, the first head's attention to the token before; and the network at the end."""

    steps: Float[ndarray, " k"]
    accuracy: Float[ndarray, " k"]
    loss: Float[ndarray, " k"]
    prefix: Float[ndarray, " k"]
    previous: Float[ndarray, " k"]
    network: Network

    def reached(self, curve: str, level: float) -> float:
        """The first recorded step at which a curve is at ``level`` or above; infinite when it never is."""
        hits = np.flatnonzero(getattr(self, curve) >= level)
        return float(self.steps[hits[0]]) if len(hits) else np.inf

    def risen(self, curve: str, share: float = 0.5) -> float:
        """The first recorded step at which a curve has done this share of its whole rise."""
        values = getattr(self, curve)
        return self.reached(curve, values[0] + share * (values.max() - values[0]))


def start(seed: int, task: Copying, width: int, layers: int) -> Network:
    """Normal embeddings; all maps small (0.3 of the usual); no preference for any distance."""
    generator = torch_generator(seed, "emergence weights of attention", task.vocabulary, width)

    def small(rows: int, columns: int) -> Tensor:
        return 0.3 * torch.randn(rows, columns, generator=generator) / width**0.5

    embed, unembed = torch.randn(task.vocabulary, width, generator=generator), small(width, task.vocabulary)
    heads = [Head(small(width, width), torch.zeros(task.context), small(width, width)) for _ in range(layers)]
    return Network(embed, tuple(heads), unembed)


@once
def learn(
    seed: int,
    task: Copying = TASK,
    layers: int = 2,
    width: int = 32,
    rate: float = 3e-3,
    steps: int = 200,
    until: float = 1.1,
    batch: int = 32,
    every: int = 5,
) -> Formation:
    """Adam on fresh sequences at ``rate`` (ten times that for the distances), until accuracy is at ``until`` or time is up."""
    network = start(seed, task, width, layers)
    distances = [head.distance for head in network.heads]
    maps = [network.embed, network.unembed, *(m for head in network.heads for m in (head.match, head.carry))]
    for weights in maps + distances:
        weights.requires_grad_()
    optimizer = torch.optim.Adam([{"params": maps, "lr": rate}, {"params": distances, "lr": 10 * rate}])
    unseen = unseen_sequences(seed, task)
    generator, records = torch_generator(seed, "emergence sequences to copy"), []
    for step in range(steps + 1):
        if step % every == 0:
            records.append((step, *judge(network, *unseen)))
            if records[-1][1] >= until:
                break
        tokens, _ = task.draw(batch, generator)
        logits, _ = network(tokens)
        optimizer.zero_grad()
        cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten()).backward()
        optimizer.step()
    for weights in maps + distances:
        weights.requires_grad_(False)
    when, accuracy, loss, prefix, previous = np.array(records, dtype=float).T
    return Formation(when, accuracy, loss, prefix, previous, network)


def unseen_sequences(seed: int, task: Copying, n: int = 64) -> tuple[Int[Tensor, "n t"], Int[Tensor, "n 1"]]:
    """Sequences to judge a network by: of the task, and all of them repeated."""
    return replace(task, repeated=1.0).draw(n, torch_generator(seed, "emergence sequences to judge by"))


@torch.no_grad()
def judge(
    network: Network, tokens: Int[Tensor, "n t"], period: Int[Tensor, "n 1"], without_previous: bool = False
) -> tuple[float, float, float, float]:
    """Accuracy and loss where the next token can be foreseen, prefix-matching score, attention to the token before."""
    logits, attention = network(tokens, without_previous)
    known = foreseeable(tokens, period)
    asked, right = logits[:, :-1][known], tokens[:, 1:][known]
    return (
        float((asked.argmax(-1) == right).float().mean()),
        float(cross_entropy(asked, right)),
        prefix_matching(attention[-1], tokens),
        previous_token(attention[0]),
    )
