"""What dropout does to a trained network, rate by rate: how far weights move, the outputs, the penalty, the test error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.dropout.digits import EPOCHS, WIDTH, Images, Networks, images, train
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.toolbox.seeds import torch_generator

RATES = (0.0, 0.1, 0.3, 0.5, 0.7)
COPIES = 3
PROBE = 0.5
DRAWS = 10


@dataclass(frozen=True)
class Sweep:
    """By dropout rate, means over ``COPIES`` networks, dropout off.

    ``moved``: distance of the weights from their start; ``logit``: root mean square of the centred logits on test images;
    ``error``: test error; ``penalty``: what masks of rate ``PROBE`` add to the training loss, in nats, whatever the own rate.
    """

    moved: Float[ndarray, " r"]
    logit: Float[ndarray, " r"]
    error: Float[ndarray, " r"]
    penalty: Float[ndarray, " r"]


@cache
def sweep(
    seed: int, epochs: int = EPOCHS, width: int = WIDTH, wrong: float = 0.0, rates: tuple[float, ...] = RATES
) -> Sweep:
    """Networks at all ``rates`` from one seed, trained on labels of which the fraction ``wrong`` was changed."""
    data, each = images(seed, wrong=wrong), [rate for rate in rates for _ in range(COPIES)]
    nets, start = train(each, seed, epochs, width, wrong), Networks(each, seed, width).weights
    with torch.no_grad():
        out = nets(data.x_test)
        moved = _norms([w - w0 for w, w0 in zip(nets.weights, start)])
        logit = (out - out.mean(-1, keepdim=True)).pow(2).mean((1, 2)).sqrt()
        error = (out.argmax(-1) != data.y_test).double().mean(1)
        penalty = _penalty(nets, data, seed)
    return Sweep(*[v.view(len(rates), COPIES).mean(1).numpy() for v in (moved, logit, error, penalty)])


def _penalty(nets: Networks, data: Images, seed: int) -> Float[Tensor, " m"]:
    masks = torch_generator(seed, "dropout penalty")
    noisy = [cross_entropies(nets(data.x_train, masks, keep=1 - PROBE), data.y_train) for _ in range(DRAWS)]
    return torch.stack(noisy).mean(0) - cross_entropies(nets(data.x_train), data.y_train)


def _norms(parts: Sequence[Tensor]) -> Float[Tensor, " m"]:
    """The Euclidean norm of all entries of each network."""
    return torch.cat([part.flatten(1) for part in parts], dim=1).norm(dim=1)
