"""Networks of different widths side by side: blocks of one wide layer, which a stack of equal sizes cannot hold."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn


class WidthStack(nn.Module):
    """Two-layer ReLU networks ``d -> h_i -> k`` as one: forward ``(n, d) -> (networks, n, k)``.

    ``models``: networks as ``toolbox.nets.mlp([d, h, k], ...)`` makes them; their parameters are copied.
    """

    def __init__(self, models: Sequence[nn.Sequential]) -> None:
        super().__init__()
        weights = [
            [p.detach() for p in m.parameters()] for m in models
        ]  # [w1 (h, d), b1 (h,), w2 (k, h), b2 (k,)] each
        self.sizes = [len(w[1]) for w in weights]
        self.w1 = nn.Parameter(torch.cat([w[0] for w in weights]).T.contiguous())
        self.b1 = nn.Parameter(torch.cat([w[1] for w in weights]))
        self.w2 = nn.Parameter(torch.cat([w[2].T for w in weights]).contiguous())
        self.b2 = nn.Parameter(torch.stack([w[3] for w in weights]))

    def forward(self, x: Float[Tensor, "n d"]) -> Float[Tensor, "w n k"]:
        """The outputs of every network."""
        active = torch.relu(x @ self.w1 + self.b1).split(self.sizes, dim=1)
        out = torch.stack([h @ w for h, w in zip(active, self.w2.split(self.sizes))])
        return out + self.b2[:, None]
