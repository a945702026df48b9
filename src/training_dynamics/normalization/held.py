"""After a step that is too long: sharpness on the way of training, and networks whose weights may not lengthen."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.curvature import lanczos
from training_dynamics.lab.once import once
from training_dynamics.normalization.nets import Net, Parameters, gradients, sgd
from training_dynamics.normalization.rates import RATES, STEPS, WIDTH, Sweep, images, order

DEPTH = 8
PROBED = (0, 1, 2, 3, 5, 10, 20, 40)
IMAGES = 256
LANCZOS = 15


def put_back(net: Net, parameters: Parameters, start: Parameters) -> Parameters:
    """Every row of every hidden matrix at its length in ``start``; no such row's length matters to BatchNorm."""
    hidden = range(0, net.depth * net.per_layer, net.per_layer)
    return [
        p * (start[i].norm(dim=2, keepdim=True) / p.norm(dim=2, keepdim=True)) if i in hidden else p
        for i, p in enumerate(parameters)
    ]


@once
def held_sweep(seed: int, depth: int = DEPTH, steps: int = STEPS, width: int = WIDTH) -> Sweep:
    """BatchNorm at every rate of the grid, the rows of its hidden matrices put back to their first length after each step."""
    net, split = Net("batch", depth, width), images(seed)
    start, grid = net.initial(seed, len(RATES)), torch.tensor(RATES)
    parameters, rows = start, []
    for index in order(seed, steps):
        losses, g = gradients(net, parameters, split.x_train[index], split.y_train[index])
        parameters = put_back(net, sgd(parameters, g, grid), start)
        rows.append(losses)
    return Sweep(np.array(RATES), torch.stack(rows).double().numpy())


def sharpness(net: Net, parameters: Parameters, x: Tensor, y: Tensor) -> float:
    """The largest eigenvalue of the Hessian of one network's loss on ``x``, in float64; infinite past float32."""
    leaves = [p.detach().double().requires_grad_() for p in parameters]
    loss = net.losses(leaves, x.double(), y).sum()
    slopes = torch.autograd.grad(loss, leaves, create_graph=True)
    flat = torch.cat([g.flatten() for g in slopes])
    if not bool(flat.float().isfinite().all()):  # past what the network's own numbers can hold
        return float("inf")

    def product(v: Float[np.ndarray, "1 P"]) -> Float[np.ndarray, "1 P"]:
        along = torch.as_tensor(v[0], dtype=flat.dtype)
        found = torch.autograd.grad(flat @ along, leaves, retain_graph=True)
        return torch.cat([h.flatten() for h in found]).double().numpy()[None]

    start = np.random.default_rng(0).standard_normal((1, flat.numel()))
    return float(lanczos(product, start, LANCZOS)[0][0, -1])


@once
def sharpness_path(
    seed: int, kind: str, rate: float, held: bool = False, width: int = WIDTH, probed: tuple[int, ...] = PROBED
) -> Float[np.ndarray, " probes"]:
    """Rate times sharpness of eight layers before each step in ``probed``, on IMAGES fixed images."""
    net, split, eta = Net(kind, DEPTH, width), images(seed), torch.tensor([rate])
    start = net.initial(seed)
    parameters, found = start, []
    for step, index in enumerate(order(seed, probed[-1] + 1)):
        if step in probed:
            found.append(rate * sharpness(net, parameters, split.x_train[:IMAGES], split.y_train[:IMAGES]))
        _, g = gradients(net, parameters, split.x_train[index], split.y_train[index])
        parameters = sgd(parameters, g, eta)
        parameters = put_back(net, parameters, start) if held else parameters
    return np.array(found)
