r"""What the first directions of every step contribute to the loss, and what the rest does: a trajectory taken apart.

Along a running average :math:`\bar W` of the weights a step :math:`\Delta\bar W` of a layer changes the loss by
:math:`\langle\nabla E,\Delta\bar W\rangle=\sum_is_i\,u_i^\top\nabla E\,v_i`, a sum over its singular directions.  The average is
there because single steps swing back and forth.  After Ghosh, Wu and Bietti (2025), section 4, who choose directions otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.lab.losses import squared_errors
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.scale.networks import BASE, EPS, activations, data, sizes_of, start
from training_dynamics.scale.rules import rule
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

RATES = tuple(2.0**k for k in range(-10, -5))
COPIES = {32: 8, 256: 2}  # narrow networks differ more from start to start
MEMORY = 0.8  # of the running average
PROBES = 300
ROUNDS = 3  # of the subspace iteration, begun where it last ended


@once
def losses_by_part(seed: int, width: int, count: int = 2, steps: int = 20, batch: int = 32) -> Float[ndarray, "3 r"]:
    """Loss at the end for every rate: as the first ``count`` directions of each layer leave it, as all do, and measured.

    Adam under maximal update on digits; the parts are summed from the loss at the start, means over ``COPIES`` starts.  Second
    and third row differ by what the sum over finite steps leaves out.
    """
    split, sizes = data(seed), sizes_of(width)
    made, copies = rule("mup", "adam", sizes, BASE), COPIES.get(width, 1)
    starts = [start(seed, sizes, made, copy) for copy in range(copies)]
    layers = [torch.stack(parts).repeat_interleave(len(RATES), dim=0) for parts in zip(*starts)]
    rates = torch.tensor(RATES * copies)[:, None, None]
    batches = minibatches(len(split.x_train), batch, torch_generator(seed, "scale batches"))
    x, y = split.x_train, one_hot(split.y_train)
    moments, settings = [zero_moments(w) for w in layers], AdamSettings(eps=EPS)
    average, bases = list(layers), [torch.eye(w.shape[2], count).expand(len(w), -1, -1) for w in layers]
    loss, slopes = gradients(layers, x[:PROBES], y[:PROBES])
    before, left = average, torch.stack([loss, loss])
    for t in range(1, steps + 1):
        index = next(batches)
        for i, gradient in enumerate(gradients(layers, x[index], y[index])[1]):
            moments[i], direction = adam(moments[i], gradient, settings)
            layers[i] = layers[i] - (1 - (t - 1) / steps) * made.rate[i] * rates * direction
        average = [torch.lerp(w, a, MEMORY) for w, a in zip(layers, average)]
        loss, after = gradients(average, x[:PROBES], y[:PROBES])
        for i, (new, old) in enumerate(zip(average, before)):
            change, bases[i] = parts(new - old, (slopes[i] + after[i]) / 2, bases[i])
            left = left + change
        before, slopes = average, after
    return torch.cat([left, loss[None]]).reshape(3, copies, len(RATES)).mean(1).numpy()


def gradients(
    layers: Sequence[Tensor], x: Float[Tensor, "n d"], y: Float[Tensor, "n k"]
) -> tuple[Tensor, list[Tensor]]:
    """Squared errors of a stack of networks, and their gradients by every layer."""
    leaves = [w.detach().requires_grad_() for w in layers]
    losses = squared_errors(activations(leaves, x)[-1], y)
    return losses.detach(), list(torch.autograd.grad(losses.sum(), leaves))


def parts(
    change: Float[Tensor, "c i o"], slope: Float[Tensor, "c i o"], basis: Float[Tensor, "c o k"]
) -> tuple[Float[Tensor, "2 c"], Float[Tensor, "c o k"]]:
    r"""What the first ``k`` singular directions of ``change`` and all of it do to the loss, and these directions on the right.

    They come from subspace iteration on :math:`\Delta^\top\Delta` from ``basis``.  With an orthonormal basis V of their span the
    first part is :math:`\langle\nabla E,\Delta VV^\top\rangle`.
    """
    for _ in range(ROUNDS):
        basis = torch.linalg.qr(change.mT @ (change @ basis))[0]
    first = ((change @ basis) * (slope @ basis)).sum((1, 2))
    return torch.stack([first, (change * slope).sum((1, 2))]), basis
