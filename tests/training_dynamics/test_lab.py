"""What topics share: each fast form against the slow, obvious one, and against torch where torch has it."""

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from torch.nn.functional import cross_entropy

from training_dynamics.lab.curvature import slope_and_spectrum
from training_dynamics.lab.losses import cross_entropies, squared_errors
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, Moments, adam, momentum, zero_moments
from training_dynamics.lab.stack import linear, normal_weights, preactivations, residual_outputs
from training_dynamics.lab.training import falling, minimize
from training_dynamics.lab.two_layers import gradients, outputs
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator

KINDS = {"arrays": np.asarray, "tensors": lambda values: torch.tensor(values, dtype=torch.float64)}


def normal(*shape, name="x"):
    return torch.randn(shape, generator=torch_generator(0, name), dtype=torch.float64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("settings", [AdamSettings(), AdamSettings(0.5, 0.9, 0.1), AdamSettings(beta1=0.0)])
def test_adam_takes_the_steps_of_torch(kind, settings):
    trace, w0 = normal(40, 6).numpy(), normal(6, name="start").numpy()
    theirs = torch.tensor(w0, requires_grad=True)
    optimizer = torch.optim.Adam([theirs], 0.02, (settings.beta1, settings.beta2), settings.eps)
    mine = KINDS[kind](w0)
    moments = zero_moments(mine)
    for g in trace:
        theirs.grad = torch.tensor(g)
        optimizer.step()
        moments, direction = adam(moments, KINDS[kind](g), settings)
        mine = mine - 0.02 * direction
    assert np.abs(np.asarray(mine) - theirs.detach().numpy()).max() < 1e-13
    assert moments.t == 40 and type(mine) is type(direction) is type(KINDS[kind](w0))


@pytest.mark.parametrize("kind", KINDS)
def test_momentum_takes_the_steps_of_torch(kind):
    trace, theirs = normal(30, 4).numpy(), torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theirs], 0.1, momentum=0.9)
    mine = velocity = KINDS[kind](np.zeros(4))
    for g in trace:
        theirs.grad = torch.tensor(g)
        optimizer.step()
        velocity = momentum(velocity, KINDS[kind](g), 0.9)
        mine = mine - 0.1 * velocity
    assert np.abs(np.asarray(mine) - theirs.detach().numpy()).max() < 1e-13


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.booleans())
def test_arrays_and_tensors_move_alike_and_arguments_stay_as_they_are(gradients, corrected):
    settings = AdamSettings(0.8, 0.95, 0.0, corrected)
    found = []
    for make in KINDS.values():
        moments = zero_moments(make([0.0]))
        for g in gradients:
            before = (float(moments.m[0]), float(moments.v[0]))
            after, direction = adam(moments, make([g]), settings)
            assert (float(moments.m[0]), float(moments.v[0])) == before
            moments = after
        found.append(float(direction[0]))
    assert found[0] == pytest.approx(found[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_over_nothing_is_nothing_and_a_diverged_network_stays_so(kind):
    make = KINDS[kind]
    exact = AdamSettings(eps=0.0)
    _, direction = adam(zero_moments(make([0.0, 0.0])), make([0.0, float("nan")]), exact)
    assert float(direction[0]) == 0 and np.isnan(float(direction[1]))
    _, stale = adam(Moments(make([1.0]), make([0.0]), 3), make([0.0]), AdamSettings(0.9, 0.0, 0.0))
    assert float(stale[0]) == 0


def test_settings_out_of_range_are_named():
    for bad, text in (({"beta1": 1.0}, "got 1.0"), ({"beta2": -0.1}, "got -0.1"), ({"eps": -1.0}, "got -1.0")):
        with pytest.raises(ValueError, match=text):
            AdamSettings(**bad)


@pytest.mark.parametrize("shared", [True, False])
def test_a_stack_computes_what_each_network_computes_alone(shared):
    models = [mlp((5, 7, 6, 3), torch_generator(i), torch.nn.Tanh, dtype=torch.float64) for i in range(4)]
    with torch.no_grad():
        for parameter in (p for model in models for p in model.parameters()):
            parameter.add_(normal(*parameter.shape, name="shift"))
    layers = [
        (torch.stack([m[k].weight.T for m in models]), torch.stack([m[k].bias[None] for m in models]))
        for k in (0, 2, 4)
    ]
    x = normal(9, 5) if shared else normal(4, 9, 5)
    for fused in (True, False):
        found = preactivations(layers, x, torch.tanh, fused=fused)
        assert [tuple(z.shape) for z in found] == [(4, 9, 7), (4, 9, 6), (4, 9, 3)]
        for i, model in enumerate(models):
            assert torch.allclose(found[-1][i], model(x if shared else x[i]), atol=1e-12)
            assert torch.allclose(found[0][i], model[0](x if shared else x[i]), atol=1e-12)


def test_changes_stand_before_and_after_the_activation_of_hidden_layers_only():
    layers = [(normal(2, 3, 4), None), (normal(2, 4, 4, name="w2"), None), (normal(2, 4, 2, name="w3"), None)]
    x, seen = normal(5, 3), []

    def before(l, z):
        seen.append(("before", l, z.shape))
        return z - 1

    def after(l, h):
        seen.append(("after", l, h.shape))
        return 2 * h

    found = preactivations(layers, x, before=before, after=after)[-1]
    h = x.expand(2, 5, 3)
    for weight, _ in layers[:-1]:
        h = 2 * torch.relu(h @ weight - 1)
    assert torch.allclose(found, h @ layers[-1][0], atol=1e-12)
    assert [s[:2] for s in seen] == [("before", 0), ("after", 0), ("before", 1), ("after", 1)]


def test_weights_have_the_variance_that_was_asked_for():
    first, second = normal_weights((100, 200, 50), torch_generator(0), networks=3, variance=0.5)
    assert first.shape == (3, 100, 200) and second.shape == (3, 200, 50)
    assert float(first.var()) == pytest.approx(0.5 / 100, rel=0.05)
    assert float(second.var()) == pytest.approx(0.5 / 200, rel=0.05)


def test_a_product_without_a_bias_is_the_product():
    h, w, b = normal(2, 3, 4), normal(2, 4, 5, name="w"), normal(2, 1, 5, name="b")
    assert torch.equal(linear(h, w, None), torch.bmm(h, w))
    assert torch.allclose(linear(h, w, b), linear(h, w, b, fused=False), atol=1e-12)


def test_residual_networks_of_a_stack_give_what_each_gives_alone():
    first, blocks, last, x = normal(3, 5, 4), normal(3, 6, 4, 4, name="w"), normal(3, 4, 2, name="v"), normal(7, 5)
    found = residual_outputs([first, blocks, last], x, 0.3)
    for i in range(3):
        h = x @ first[i]
        for w in blocks[i]:
            h = h + 0.3 * h.clamp(min=0) @ w
        assert torch.allclose(found[i], h @ last[i], rtol=0, atol=1e-12)


@pytest.mark.parametrize("shared", [True, False], ids=["one set of inputs", "each its own"])
def test_the_derivative_of_two_layers_by_hand_is_that_of_torch(shared):
    w, a = normal(3, 6, 4).requires_grad_(), normal(3, 6, name="a").requires_grad_()
    x, push = normal(*(() if shared else (3,)), 5, 4, name="in"), normal(3, 5, name="push")
    out = (torch.relu(x @ w.mT) * a[:, None]).sum(2)
    expected = torch.autograd.grad((out * push).sum(), (w, a))
    arrays = [v.detach().numpy() for v in (w, a, x)]
    hidden, mine = outputs(*arrays)
    assert np.abs(mine - out.detach().numpy()).max() < 1e-13
    for found, theirs in zip(gradients(arrays[1], arrays[2], hidden, push.numpy()), expected):
        assert np.abs(found - theirs.numpy()).max() < 1e-13


def test_losses_are_one_number_a_network():
    outputs, y = normal(3, 8, 4), torch.arange(8) % 4
    alone = [float(cross_entropy(out, y)) for out in outputs]
    assert cross_entropies(outputs, y).tolist() == pytest.approx(alone, abs=1e-14)
    assert cross_entropies(outputs, y.expand(3, -1)).tolist() == pytest.approx(alone, abs=1e-14)
    goal = normal(8, 4, name="goal")
    slow = [sum(float((out[i] - goal[i]) @ (out[i] - goal[i])) for i in range(8)) / 8 for out in outputs]
    assert squared_errors(outputs, goal).tolist() == pytest.approx(slow, abs=1e-13)


def test_each_of_a_stack_takes_the_steps_it_would_take_alone():
    goals, watched = torch.tensor([1.0, -3.0], dtype=torch.float64), []

    def trained(which):
        w = torch.zeros(len(goals[which]), dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([w], 0.1)
        history = minimize(lambda: (w - goals[which]) ** 2, optimizer, 20, falling(optimizer, 20), watch=watched.append)
        return w.detach(), history

    (both, history), (alone, _) = trained(slice(None)), trained(slice(1, None))
    assert torch.allclose(both[1:], alone, atol=1e-14)
    assert history.shape == (20, 2) and history[0].tolist() == [1.0, 9.0] and bool((history[-1] < history[0]).all())
    assert watched == [*range(20), *range(20)]


def test_a_falling_rate_reaches_zero_when_the_steps_are_over():
    w = torch.zeros(1, requires_grad=True)
    optimizer, rates = torch.optim.SGD([w], 0.5), []
    scheduler = falling(optimizer, 4)
    minimize(lambda: w.sum(), optimizer, 4, scheduler, lambda _: rates.append(optimizer.param_groups[0]["lr"]))
    assert rates == pytest.approx([0.5, 0.375, 0.25, 0.125]) and scheduler.get_last_lr() == [0.0]


def test_the_spectrum_of_a_quadratic_is_that_of_its_matrix():
    root = normal(4, 4)
    matrix, theta = root @ root.T, normal(4, name="theta")
    slope, eigenvalues = slope_and_spectrum(lambda t: t @ matrix @ t / 2, theta)
    assert slope == pytest.approx(float((matrix @ theta).norm()), rel=1e-12)
    assert eigenvalues.tolist() == pytest.approx(np.linalg.eigvalsh(matrix.numpy()).tolist(), abs=1e-10)


def test_an_experiment_is_run_once_however_its_arguments_are_spelled():
    runs = []

    @once
    def experiment(seed, width=8):
        """What it says."""
        runs.append((seed, width))
        return runs

    assert experiment(1) is experiment(1, 8) is experiment(seed=1, width=8)
    experiment(1, 9)
    assert runs == [(1, 8), (1, 9)]
    assert experiment.__doc__ == "What it says."
