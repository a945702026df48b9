"""The finite step beside its flows, against automatic derivatives and closed forms."""

import numpy as np
import pytest
import torch

from training_dynamics.implicit_regularization import modified
from training_dynamics.implicit_regularization.least_squares import Problem, problem

RNG = np.random.default_rng(3)


def test_gradient_and_hessian_are_those_of_the_loss():
    p = problem(1, 5, 7)
    x, y = torch.tensor(p.x), torch.tensor(p.y)
    theta, move = RNG.standard_normal(14), RNG.standard_normal(14)

    def loss(at):
        u, v = at.split(7)
        return ((x @ (u**2 - v**2) - y) ** 2).sum() / 2

    found, product = torch.autograd.functional.hvp(loss, torch.tensor(theta), torch.tensor(move))[1], None
    slope = torch.autograd.functional.jacobian(loss, torch.tensor(theta))
    product = modified.hessian_times(p, theta, move)
    assert np.abs(product - found.numpy()).max() < 1e-10
    assert np.abs(modified.gradient(p, theta) - slope.numpy()).max() < 1e-10


def test_the_flow_of_one_weight_is_the_closed_form():
    """With one input, v = 0 and y = 0 the flow is u' = -2 u^3."""
    p = Problem(np.ones((1, 1)), np.zeros(1), np.zeros(1))
    u = modified.flow(p, np.array([0.8, 0.0]), 1.5)[0]
    assert abs(u - 0.8 / np.sqrt(1 + 4 * 0.8**2 * 1.5)) < 1e-7


def test_the_penalty_enters_by_its_gradient():
    p = problem(2, 5, 7)
    theta = RNG.standard_normal(14) / 3

    def penalised(at):
        return np.sum(modified.gradient(p, at) ** 2)

    short = 1e-7
    moved = (modified.flow(p, theta, short, 0.3, 1) - modified.flow(p, theta, short, 0.0, 1)) / short
    slope = [(penalised(theta + 1e-6 * e) - penalised(theta - 1e-6 * e)) / 2e-6 for e in np.eye(14)]
    assert np.allclose(moved, -0.3 * np.array(slope), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("wrong", [0.5, 1.5])
def test_another_weight_of_the_penalty_leaves_an_error_of_second_order(wrong):
    p = problem(4, 5, 7)
    theta = RNG.standard_normal(14) / 3
    gaps = []
    for eta in (1e-3, 5e-4):
        step = theta - eta * modified.gradient(p, theta)
        gaps.append([np.linalg.norm(step - modified.flow(p, theta, eta, k * eta / 4)) for k in (1.0, wrong)])
    (right, other), (right_half, other_half) = gaps
    assert right / right_half > 7.5 and other / other_half < 4.5
