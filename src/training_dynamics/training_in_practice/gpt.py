"""A small GPT on the same names: attention over all characters so far, where the MLP sees a fixed window."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from training_dynamics.toolbox.names import ALPHABET


@dataclass(frozen=True)
class GPTShape:
    """Width, layers, heads, and the longest sequence.  Raises ValueError where the heads do not divide the width."""

    width: int = 32
    layers: int = 2
    heads: int = 8
    length: int = 12

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError(f"heads must divide the width {self.width}, got {self.heads}")


class Block(nn.Module):
    """Causal self-attention and a two-layer network, each behind a LayerNorm and added to what was there."""

    def __init__(self, shape: GPTShape) -> None:
        super().__init__()
        d, self.heads = shape.width, shape.heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, h: Float[Tensor, "n t d"]) -> Float[Tensor, "n t d"]:
        """The same shape; place t has seen places 0 to t."""
        n, t, d = h.shape
        q, k, v = (
            self.qkv(self.norm1(h)).view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        )  # (n, heads, t, d/heads)
        future = torch.full((t, t), -torch.inf).triu(1)
        weights = (q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5 + future).softmax(-1)  # (n, heads, t, t)
        h = h + self.out((weights @ v).transpose(1, 2).reshape(n, t, d))
        return h + self.down(torch.relu(self.up(self.norm2(h))))


class GPT(nn.Module):
    """``p(next | all before)`` at every place: forward ``(n, t) -> (n, t, 27)`` logits, ``t`` up to the shape's length."""

    def __init__(self, shape: GPTShape, generator: torch.Generator) -> None:
        super().__init__()
        self.shape = shape
        self.token, self.place = nn.Embedding(len(ALPHABET), shape.width), nn.Embedding(shape.length, shape.width)
        self.blocks = nn.Sequential(*(Block(shape) for _ in range(shape.layers)))
        self.norm, self.head = nn.LayerNorm(shape.width), nn.Linear(shape.width, len(ALPHABET), bias=False)
        self._start(generator)

    @torch.no_grad()
    def _start(self, generator: torch.Generator) -> None:
        for name, p in self.named_parameters():
            if "norm" in name:
                continue  # ones and zeros already
            if p.ndim == 1:
                p.zero_()
            else:
                p.normal_(0, 0.02 if name == "head.weight" else p.shape[1] ** -0.5, generator=generator)

    def forward(self, inputs: Int[Tensor, "n t"]) -> Float[Tensor, "n t 27"]:
        """The logits of the character that follows each place."""
        h = self.token(inputs) + self.place.weight[: inputs.shape[1]]
        return self.head(self.norm(self.blocks(h)))
