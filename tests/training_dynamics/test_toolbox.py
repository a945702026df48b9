"""The toolbox against slow, obvious versions and known limits."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from training_dynamics.toolbox import curvature, data, nets, seeds, train


def test_streams_are_reproducible_and_unrelated():
    assert seeds.derived_seed(3, "init") == seeds.derived_seed(3, "init")
    draws = {seeds.derived_seed(s, name) for s in range(50) for name in ("init", "data")}
    assert len(draws) == 100
    a, b = (seeds.numpy_generator(0, name).standard_normal(20_000) for name in ("a", "b"))
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / math.sqrt(20_000)
    with pytest.raises(ValueError, match="got -1"):
        seeds.torch_generator(-1)


def test_digits_split_covers_every_image_once():
    split = data.digits(0, train=1000)
    assert split.x_train.shape == (1000, 64) and split.x_test.shape == (797, 64)
    assert split.x_train.min() >= 0 and split.x_train.max() == 1
    other = data.digits(1, train=1000)
    assert not torch.equal(split.y_train, other.y_train)
    together = torch.cat([split.y_train, split.y_test]).bincount()
    assert torch.equal(together, torch.cat([other.y_train, other.y_test]).bincount())
    with pytest.raises(ValueError, match="got 0"):
        data.digits(0, train=0)


def test_label_noise_changes_exactly_the_fraction_asked_for():
    labels = torch.arange(1000) % 10
    noisy = data.with_label_noise(labels, 0.2, seeds.torch_generator(0))
    assert (noisy != labels).sum() == 200
    assert torch.equal(labels, torch.arange(1000) % 10), "the caller's labels must not change"
    with pytest.raises(ValueError, match=r"got 1\.5"):
        data.with_label_noise(labels, 1.5, seeds.torch_generator(0))


def test_mlp_keeps_the_scale_of_activations_and_flat_parameters_round_trip():
    net = nets.mlp([64, 400, 400, 10], seeds.torch_generator(0), dtype=torch.float64)
    x = torch.randn(200, 64, generator=seeds.torch_generator(1), dtype=torch.float64)
    ratio = (net[:3](x).square().mean() / (2 * x.square().mean())).item()
    assert 0.8 < ratio < 1.25
    theta = nets.flat_parameters(net)
    nets.set_flat_parameters(net, theta * 2)
    assert torch.equal(nets.flat_parameters(net), theta * 2)
    with pytest.raises(ValueError, match="must have shape"):
        nets.set_flat_parameters(net, theta[1:])
    with pytest.raises(ValueError, match="at least an input"):
        nets.mlp([3], seeds.torch_generator(0))


def test_minibatches_visit_every_example_once_an_epoch():
    stream = train.minibatches(10, 3, seeds.torch_generator(0))
    epoch = torch.cat([next(stream) for _ in range(3)])
    assert len(set(epoch.tolist())) == 9
    with pytest.raises(ValueError, match="got 11"):
        next(train.minibatches(10, 11, seeds.torch_generator(0)))


def test_training_equals_gradient_descent_written_out():
    generator = seeds.torch_generator(0)
    x, y = torch.randn(20, 3, generator=generator), torch.randn(20, 1, generator=generator)
    model = nets.mlp([3, 1], generator, bias=False)
    w = model[0].weight.detach().clone().T
    losses = train.train(model, x, y, torch.optim.SGD(model.parameters(), 0.1), 5, loss=nn.functional.mse_loss)
    for value in losses:
        assert value == pytest.approx(((x @ w - y) ** 2).mean().item(), rel=1e-5)
        w -= 0.1 * 2 / 20 * x.T @ (x @ w - y)
    with pytest.raises(ValueError, match="explicit generator"):
        train.train(model, x, y, torch.optim.SGD(model.parameters(), 0.1), 1, batch_size=4)


def test_error_rate_uses_evaluation_mode_and_restores_the_mode():
    x, y = torch.eye(4), torch.arange(4)
    model = nn.Sequential(nn.Dropout(0.999), nn.Identity())
    assert train.error_rate(model, x, y) == 0 and model.training


def test_curvature_equals_the_full_hessian():
    net = nets.mlp([3, 4, 2], seeds.torch_generator(0), activation=nn.Tanh, dtype=torch.float64)
    x = torch.randn(10, 3, generator=seeds.torch_generator(1), dtype=torch.float64)
    function = curvature.loss_of_parameters(net, lambda out: out.square().mean(), x)
    theta = nets.flat_parameters(net)
    assert function(theta).item() == pytest.approx(net(x).square().mean().item(), rel=1e-12)
    hessian = torch.func.hessian(function)(theta)
    v = torch.randn(theta.shape, generator=seeds.torch_generator(2), dtype=torch.float64)
    assert torch.allclose(curvature.hessian_vector_product(function, theta, v), hessian @ v, atol=1e-12)
    exact = torch.linalg.eigvalsh(hessian).numpy()
    assert curvature.sharpness(function, theta) == pytest.approx(exact[-1], rel=1e-9)
    assert curvature.extreme_eigenvalues(function, theta, 2, "SA") == pytest.approx(exact[1::-1], rel=1e-6, abs=1e-10)
    with pytest.raises(ValueError, match="count must be"):
        curvature.extreme_eigenvalues(function, theta, 0)
