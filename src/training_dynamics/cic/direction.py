"""A positive control of the test of direction: a network that does climb F, and the images on which the test could say yes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from training_dynamics.cic import nets
from training_dynamics.cic.climb import COMBINATIONS, differentiable, explained, run, slopes
from training_dynamics.cic.preregistration import PROXIES
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments

SURENESS = PROXIES.index("h_pred")


@once
def climber_share(seed: int, hidden: int = 24, steps: int = 100) -> float:
    """A climb of F on the training images: the share of F's squared gradient that F's terms span on held-out images.

    Adam up ``tc - h_rep + cka``, as in ``climb.maximised``; the median of six checkpoints, as in ``climb.share``.  On the
    training images the share is one by definition.
    """
    data, net, theta = nets.problem(seed, 100), nets.shape(hidden), nets.start(seed, hidden)
    chosen, signs = list(COMBINATIONS[0]), torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    moments, shares = zero_moments(theta), []
    for step in range(steps + 1):
        leaf = theta.detach().requires_grad_()
        gradient = torch.autograd.grad(differentiable(net, leaf, data.x)[0, chosen] @ signs, leaf)[0]
        if step % (steps // 5) == 0:
            shares.append(explained(slopes(net, theta[0], data.held_out)[chosen], gradient[0]))
        moments, direction = adam(moments, gradient)
        theta = theta + nets.RATES["adam"] * direction
    return float(torch.tensor(shares).median())


@dataclass(frozen=True)
class OnTraining:
    """``climb.share``, read on the training images, where a climber's share is one.

    ``representation``: the best of the choices without predictive entropy, within the hidden weights, since none of these
    proxies sees the readout; median of six checkpoints.  ``sureness``: what the gradient of predictive entropy holds alone,
    of all weights, at the last of them.
    """

    representation: float
    sureness: float


@once
def on_training(seed: int, hidden: int = 24, steps: int = 200) -> OnTraining:
    """The explained share of the loss's squared gradient along a run."""
    data, net, ran = nets.problem(seed, 100), nets.shape(hidden), run(seed, hidden, steps)
    choices, table, alone = [list(c) for c in COMBINATIONS if SURENESS not in c], [], 0.0
    below = net.count - sum(part[0].numel() for part in net.layers(ran.theta[:1])[-1])  # the readout comes last
    for theta in ran.theta[::4]:
        g = net.gradient(theta[None], data.x[None], data.y[None])[0]
        found = slopes(net, theta, data.x)
        table.append([explained(found[c][:, :below], g[:below]) for c in choices])
        alone = explained(found[[SURENESS]], g)
    return OnTraining(float(torch.tensor(table).median(0).values.max()), alone)
