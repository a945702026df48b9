"""Where to put the norm in a residual network: pre- and post-norm transformer blocks at initialisation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, layer_norm

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

PLACES = ("pre", "post")
WIDTH = 32
TOKENS = 8
BATCH = 16
CLASSES = 10


@dataclass(frozen=True)
class AtStart:
    """A transformer before its first step, per block, shape ``(depth,)``.

    ``gradient``: length of the gradient of the block's last matrix.  ``stream``: mean square of the residual stream after it.
    """

    gradient: np.ndarray
    stream: np.ndarray


def xavier_weights(depth: int, generator: torch.Generator, width: int = WIDTH) -> list[dict[str, Tensor]]:
    """Xavier-normal matrices: std sqrt(2 / (fan_in + fan_out))."""
    shapes = {name: (width, width) for name in "qkvo"} | {"up": (width, 4 * width), "down": (4 * width, width)}
    return [
        {
            name: torch.randn(*size, generator=generator).mul((2 / sum(size)) ** 0.5).requires_grad_()
            for name, size in shapes.items()
        }
        for _ in range(depth)
    ]


def attention(x: Tensor, w: dict[str, Tensor]) -> Tensor:
    """Self-attention with one head; ``x``: (B, T, d)."""
    scores = (x @ w["q"]) @ (x @ w["k"]).mT / x.shape[-1] ** 0.5
    return scores.softmax(-1) @ (x @ w["v"]) @ w["o"]


def attention_logits(seed: int, factor: float = 1.0, normalised: bool = False) -> Tensor:
    """``q.k / sqrt(d)`` of random tokens, shape ``(B, T, T)``, with the query and key matrices times ``factor``.

    ``normalised``: queries and keys go through a norm first, which bounds every logit by ``sqrt(d)`` (Henry et al. 2020).
    """
    generator = torch_generator(seed, "attention logits")
    w, x = xavier_weights(1, generator)[0], torch.randn(BATCH, TOKENS, WIDTH, generator=generator)
    q, k = (factor * (x @ w[name].detach()) for name in "qk")
    if normalised:
        q, k = _norm(q), _norm(k)
    return q @ k.mT / WIDTH**0.5


def attention_entropy(logits: Tensor) -> float:
    """Mean entropy of the attention of each token over that of looking at all tokens alike: 1 for even, 0 for one-hot."""
    share = logits.double().softmax(-1)
    return float(-(share * (share + 1e-300).log()).sum(-1).mean() / math.log(logits.shape[-1]))


def feed_forward(x: Tensor, w: dict[str, Tensor]) -> Tensor:
    """Two layers with a ReLU, four times as wide inside."""
    return torch.relu(x @ w["up"]) @ w["down"]


def _norm(x: Tensor) -> Tensor:
    return layer_norm(x, (x.shape[-1],))


def forward(x: Tensor, weights: list[dict[str, Tensor]], place: str) -> tuple[Tensor, list[Tensor]]:
    """The last output, shape ``(B, T, d)``, and the residual stream after each block.

    Post-norm: x <- norm(x + f(x)).  Pre-norm: x <- x + f(norm(x)), with one more norm at the end.
    """
    if place not in PLACES:
        raise ValueError(f"place must be one of {', '.join(PLACES)}, got {place!r}")
    stream = []
    for w in weights:
        for part in (attention, feed_forward):
            x = x + part(_norm(x), w) if place == "pre" else _norm(x + part(x, w))
        stream.append(x)
    return (_norm(x) if place == "pre" else x), stream


@once
def at_start(seed: int, place: str, depth: int, draw: int = 0, width: int = WIDTH, alone: bool = False) -> AtStart:
    """Gradients of a classification loss on random tokens, for one draw of weights and tokens.

    ``alone``: queries and keys are ten times the token itself, so that a normalised token looks at no other.
    Source: Xiong et al. 2020 (arXiv:2002.04745), section 3.
    """
    generator = torch_generator(seed, "blocks", depth, draw)
    weights = xavier_weights(depth, generator, width)
    if alone:
        weights = [w | dict.fromkeys("qk", 10 * torch.eye(width)) for w in weights]
    x = torch.randn(BATCH, TOKENS, width, generator=generator)
    y = torch.randint(CLASSES, (BATCH,), generator=generator)
    head = torch.randn(width, CLASSES, generator=generator) / width**0.5
    out, stream = forward(x, weights, place)
    loss = cross_entropy(out.mean(1) @ head, y)
    grads = torch.autograd.grad(loss, [w["down"] for w in weights])
    return AtStart(
        np.array([float(g.norm()) for g in grads]), np.array([float(s.detach().square().mean()) for s in stream])
    )


def typical_start(
    seed: int, place: str, depth: int, draws: int = 8, width: int = WIDTH, alone: bool = False
) -> AtStart:
    """Means over several draws of weights and tokens: single draws scatter."""
    runs = [at_start(seed, place, depth, draw, width, alone) for draw in range(draws)]
    return AtStart(np.mean([run.gradient for run in runs], axis=0), np.mean([run.stream for run in runs], axis=0))
