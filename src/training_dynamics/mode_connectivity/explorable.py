"""The networks and images of the chapter's explorable, small enough to travel with the page.

``python -m training_dynamics.mode_connectivity.explorable`` prints the text of ``book/_static/mode_connectivity_data.js``.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.flat import Shape
from training_dynamics.mode_connectivity.curves import bend_between
from training_dynamics.mode_connectivity.lines import pair
from training_dynamics.mode_connectivity.matching import Permutations, permute
from training_dynamics.mode_connectivity.nets import mlp_shape, score

WIDTH = 32
IMAGES = 128


@dataclass(frozen=True)
class Picture:
    """Three networks in whole numbers times a step, the renumbering of the second, and images with their labels.

    ``networks``: A, B and the trained bend between them, int8 of shape ``(3, P)``; ``images``: 0 to 16, shape ``(n, 64)``.
    """

    width: int
    step: float
    networks: Tensor
    permutations: Permutations
    images: Tensor
    labels: Tensor

    @property
    def shape(self) -> Shape:
        """The shape of the networks."""
        return mlp_shape(self.width)

    def corners(self) -> dict[str, Float[Tensor, " P"]]:
        """The networks that the planes go through, float64: ``a``, ``b``, ``renumbered`` and ``bend``."""
        a, b, bend = self.networks.double() * self.step
        return {"a": a, "b": b, "renumbered": permute(self.shape, b, self.permutations), "bend": bend}

    def losses(self, corner: str, places: Float[Tensor, "k 2"]) -> Float[Tensor, " k"]:
        """Loss (nats) at ``A + p (B - A) + q (C - A)`` for rows ``(p, q)``, where C is the named corner."""
        found = self.corners()
        ends = torch.stack([found["b"] - found["a"], found[corner] - found["a"]])
        return score(self.shape, found["a"] + places @ ends, self.images.double() / 16, self.labels).loss


def picture(seed: int = 0) -> Picture:
    """The pair of networks of ``seed`` at width 32, rounded to 8 bits, and the first training images."""
    found = pair(seed, WIDTH)
    networks = torch.stack([found.a, found.b, bend_between(seed, WIDTH, "bezier")])
    step = float(networks.abs().max()) / 127
    images = (found.split.x_train[:IMAGES] * 16).round().to(torch.int8)
    whole = (networks / step).round().to(torch.int8)
    return Picture(WIDTH, step, whole, found.by_activations, images, found.split.y_train[:IMAGES])


def as_javascript(found: Picture) -> str:
    """The picture as a script that sets ``TD.mode_connectivity_data``; bytes are in base64."""

    def packed(values: Tensor) -> str:
        return base64.b64encode(values.to(torch.int8).numpy().tobytes()).decode()

    data = {
        "width": found.width,
        "step": found.step,
        "networks": [packed(row) for row in found.networks],
        "permutations": [p.tolist() for p in found.permutations],
        "images": packed(found.images),
        "labels": found.labels.tolist(),
    }
    head = "/* Made by training_dynamics.mode_connectivity.explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    return f"{head}TD.mode_connectivity_data = {json.dumps(data)};\n"


if __name__ == "__main__":
    print(as_javascript(picture()), end="")
