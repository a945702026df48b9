"""The tangent kernel, its linear model, balanced layers and circles against slow computations, and the explorable against its twin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad

from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks import (
    autograd,
    balanced,
    circle,
    ended,
    explorable as twin,
    images,
    kernel,
    linear,
    network,
    regimes,
    wider,
    widths,
)


@pytest.fixture
def rng():
    return numpy_generator(3, "tests of wide networks")


@pytest.mark.parametrize("angle", [0.2, 1.3, 2.9])
def test_the_angular_parts_are_the_integrals_over_gaussian_weights(angle):
    x, z = np.array([1.0, 0.0]), np.array([np.cos(angle), np.sin(angle)])

    def mean(f):
        def inside(r, phi):
            w = r * np.array([np.cos(phi), np.sin(phi)])
            return f(w @ x, w @ z) * r * np.exp(-(r**2) / 2) / (2 * np.pi)

        # both inputs are seen for directions within a right angle of both
        return dblquad(inside, angle - np.pi / 2, np.pi / 2, 0, 12, epsabs=1e-11)[0]

    zeroth, first = kernel.angular_parts(np.cos(angle))
    assert mean(lambda p, q: 1.0) == pytest.approx(zeroth / 2, abs=1e-9)
    assert mean(lambda p, q: p * q) == pytest.approx(first / 2, abs=1e-9)


def test_the_limit_is_symmetric_positive_and_as_long_as_the_inputs_on_its_diagonal(rng):
    x = rng.standard_normal((12, 4))
    found = kernel.limit_kernel(x, x)
    assert np.allclose(found, found.T, atol=1e-14)
    assert np.linalg.eigvalsh(found)[0] > 0
    assert np.diag(found) == pytest.approx(np.sum(x**2, axis=1))
    assert kernel.limit_kernel(2 * x, x) == pytest.approx(2 * found)


def test_the_two_layers_add_up_and_each_is_its_part(rng):
    x, z = rng.standard_normal((5, 3)), rng.standard_normal((4, 3))
    outer, inner = (kernel.limit_kernel(x, z, train) for train in ((True, False), (False, True)))
    assert outer + inner == pytest.approx(kernel.limit_kernel(x, z))


def test_an_input_without_direction_is_refused():
    with pytest.raises(ValueError, match="a length > 0"):
        kernel.limit_kernel(np.zeros((1, 3)), np.ones((1, 3)))


def test_one_networks_kernel_is_that_of_automatic_differentiation(rng):
    nets, x = network.draw(rng, 1, 9, 4), rng.standard_normal((6, 4))
    slow = autograd.two_layer_kernel(nets.w[0], nets.a[0], x)
    assert kernel.unit_kernels(nets.w[0], nets.a[0], x, x) == pytest.approx(slow, rel=1e-12, abs=1e-12)


def test_a_kernel_is_at_no_distance_from_its_multiples_and_aligned_with_its_own_target(rng):
    y = rng.standard_normal(5)
    k = np.outer(y, y)
    assert kernel.distance(k, 3 * k) == pytest.approx(0, abs=1e-14)
    assert kernel.relative_change(3 * k, k) == pytest.approx(2)
    assert kernel.alignment(k, y) == pytest.approx(1)


def test_the_linear_model_is_what_steps_give_and_ends_in_the_interpolant(rng):
    x, z, y = regimes.sphere(rng, 8, 3), regimes.sphere(rng, 5, 3), rng.standard_normal(8)
    k, across = kernel.limit_kernel(x, x), kernel.limit_kernel(z, x)
    assert linear.after(k, across, y, 0.7, 40) == pytest.approx(linear.stepped(k, across, y, 0.7, 40), rel=1e-10)
    assert linear.after(k, across, y, 1.0, 1e9) == pytest.approx(linear.at_the_end(k, across, y), rel=1e-6)
    assert linear.after(k, k, y, 1.0, 0) == pytest.approx(np.zeros(8))


def test_what_a_singular_kernel_cannot_see_is_never_learned():
    k, y = np.ones((2, 2)), np.array([1.0, -1.0])
    assert linear.after(k, k, y, 1.0, 100) == pytest.approx([0, 0], abs=1e-12)


def test_the_least_norm_is_the_squared_length_of_the_shortest_step(rng):
    jacobian, values = rng.standard_normal((4, 9)), rng.standard_normal(4)
    step = np.linalg.lstsq(jacobian, values, rcond=None)[0]
    assert linear.least_norm(jacobian @ jacobian.T, values) == pytest.approx(step @ step)


def test_a_step_of_training_follows_the_gradient_of_the_loss(rng):
    nets, x, y, scale, rate = network.draw(rng, 1, 6, 3), rng.standard_normal((5, 3)), rng.standard_normal(5), 0.4, 1e-3
    # After one step from the same start the output is 0 and the loss |y|^2 / (2 n scale^2): differentiate it numerically.
    found = network.train(nets, x, y, np.array(scale), rate, 1)

    def loss(w, a):
        h = network.Nets(w[None], a[None]).outputs(x)[0] - nets.outputs(x)[0]
        return np.sum((scale * h - y) ** 2) / (2 * len(x) * scale**2)

    shift = np.zeros_like(nets.w[0])
    shift[2, 1] = 1e-6
    slope = (loss(nets.w[0] + shift, nets.a[0]) - loss(nets.w[0] - shift, nets.a[0])) / 2e-6
    assert (nets.w[0] - found.end.w[0])[2, 1] == pytest.approx(rate * slope, rel=1e-6)


def test_networks_side_by_side_are_trained_as_each_would_be_alone(rng):
    nets, x, y = network.draw(rng, 3, 7, 3), rng.standard_normal((5, 3)), rng.standard_normal(5)
    scale = np.array([0.2, 1.0, 5.0])
    together = network.train(nets, x, y, scale, 0.1, 20)
    alone = network.train(network.Nets(nets.w[1:2], nets.a[1:2]), x, y, scale[1:2], 0.1, 20)
    assert together.predict(x)[1] == pytest.approx(alone.predict(x)[0], rel=1e-10)
    assert together.losses[:, 1] == pytest.approx(alone.losses[:, 0], rel=1e-10)


def test_kept_outputs_are_those_before_every_step(rng):
    nets, x, y = network.draw(rng, 2, 7, 3), rng.standard_normal((5, 3)), rng.standard_normal(5)
    long, short = (network.train(nets, x, y, np.array(2.0), 0.1, steps, keep=True) for steps in (5, 4))
    assert long.outputs[0] == pytest.approx(np.zeros((2, 5)))
    assert long.outputs[4] == pytest.approx(short.predict(x))


def test_rebalancing_leaves_the_function_and_changes_the_kernel(rng):
    nets, x = network.draw(rng, 1, 7, 3), rng.standard_normal((5, 3))
    moved = nets.rebalanced(3.0)
    assert moved.outputs(x) == pytest.approx(nets.outputs(x))
    assert kernel.relative_change(moved.kernels(x, x)[0], nets.kernels(x, x)[0]) > 1


def test_wrong_settings_are_refused_with_the_rule(rng):
    nets, x, y = network.draw(rng, 1, 7, 3), rng.standard_normal((5, 3)), rng.standard_normal(5)
    with pytest.raises(ValueError, match="scale must be > 0, got 0"):
        network.train(nets, x, y, np.array(0.0), 0.1, 1)
    with pytest.raises(ValueError, match="ratio must be > 0, got -1"):
        nets.rebalanced(-1)
    with pytest.raises(ArithmeticError, match="diverged at rate 900"), np.errstate(all="ignore"):
        network.train(nets, x, y, np.array(1.0), 900.0, 400)
    with pytest.raises(ValueError, match="kind must be one of one direction, constant, got 'noise'"):
        regimes.task(0, "noise")
    with pytest.raises(ValueError, match="limit must be 'kernel' or 'mean field', got 'wide'"):
        widths.scaling(0, "wide")
    with pytest.raises(ValueError, match="limit must be 'kernel' or 'mean field', got 'deep'"):
        wider.losses_by_width(0, "deep")
    with pytest.raises(ValueError, match="strengths must be >= 0, and > 0 at balance 0"):
        balanced.start(np.eye(2), np.eye(2), np.zeros(2), 0.0)


@pytest.mark.parametrize("size", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("balance", [-3.0, 0.0, 0.5])
def test_a_balanced_start_has_its_product_and_its_balance(rng, size, balance):
    left, right = (np.linalg.qr(rng.standard_normal((3, 3)))[0] for _ in range(2))
    strengths = size * np.array([1.0, 2.0, 0.5])
    first, second = balanced.start(left, right, strengths, balance)
    assert second @ first == pytest.approx((left * strengths) @ right.T, rel=1e-10, abs=1e-12)
    assert balanced.balance_of((first, second)) == pytest.approx(balance * np.eye(3), abs=1e-10 * (1 + size))


def test_even_digits_are_told_from_odd_ones_on_images_of_length_one():
    given, labels = images.even_or_odd(3, 50), digits(3, train=50)
    assert np.linalg.norm(np.concatenate([given.x, given.tests]), axis=1) == pytest.approx(np.ones(550))
    assert [y > 0 for y in given.y] == [label % 2 == 0 for label in labels.y_train.tolist()]
    assert [y > 0 for y in given.answers] == [label % 2 == 0 for label in labels.y_test[:500].tolist()]


@pytest.mark.parametrize("kind", ["one direction", "constant"])
def test_the_lazy_network_that_is_trained_to_the_end_is_the_one_of_the_scales(kind):
    found, scales = ended.ended(3, kind, width=20, examples=15, steps=40), regimes.SCALES
    same = regimes.scaled(3, kind, width=20, examples=15, steps=40)
    assert found.fit[0] == pytest.approx(same.fit[scales.index(ended.SCALES[0])], rel=1e-10)
    assert found.error[0] == pytest.approx(same.error[scales.index(ended.SCALES[0])], rel=1e-10)


def test_a_harm_is_not_judged_before_the_networks_have_fitted():
    assert np.isnan(ended.excess(0, starts=1, width=20, examples=15, steps=3))


@pytest.mark.parametrize("balance", [-4.0, 0.0, 2.0])
def test_the_closed_form_is_the_flow_and_keeps_its_balance(rng, balance):
    target = rng.standard_normal((3, 3))
    layers = balanced.start(np.eye(3), np.eye(3), np.array([0.3, 0.2, 0.1]), balance)
    for time in (0.0, 0.4, 1.5):
        found = balanced.exact(layers, target, balance, time)
        assert found == pytest.approx(balanced.simulated(layers, target, time) if time else found, abs=1e-8)
        assert np.trace(found[3:, 3:]) - np.trace(found[:3, :3]) == pytest.approx(3 * balance, abs=1e-9)


def test_the_kernel_of_linear_layers_is_that_of_automatic_differentiation(rng):
    import torch

    w1, w2 = (torch.tensor(rng.standard_normal((3, 3))) for _ in range(2))

    def product(theta, _):
        return (theta[9:].view(3, 3) @ theta[:9].view(3, 3)).ravel()

    slow = autograd.tangent_kernel(product, torch.cat([w1.ravel(), w2.ravel()]), torch.empty(0)).numpy()
    q = np.concatenate([w1.numpy().T, w2.numpy()])
    assert balanced.tangent_kernel(q @ q.T, 3) == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize(("limit", "scale", "factor"), [("kernel", 8**-0.5, 1), ("mean field", 1 / 8, 8)])
def test_three_linear_layers_take_the_step_of_automatic_differentiation(limit, scale, factor):
    import torch

    losses = wider.losses_by_width(4, limit, 0.1, 1, inputs=5, copies=1)[:, 0]
    rng = numpy_generator(4, "wide_networks linear weights", 8)
    layers = [torch.tensor(rng.standard_normal(s)[0], requires_grad=True) for s in ((1, 8, 5), (1, 8, 8), (1, 8))]
    beta = torch.tensor(numpy_generator(4, "wide_networks linear target").standard_normal(5))
    beta = beta / beta.norm()

    def loss():
        first, second, third = layers
        return (scale * third @ second @ first / (8 * 5) ** 0.5 - beta).square().sum()

    before = loss()
    for layer, slope in zip(layers, torch.autograd.grad(before / 2, layers)):
        layer.data -= factor * 0.1 * 5 / 3 * slope
    assert losses == pytest.approx([before.item(), loss().item()], rel=1e-10)


def test_waves_are_eigenvectors_of_the_kernel_on_a_circle():
    x, angles = circle.circle(24, True), 2 * np.pi * np.arange(24) / 24
    k, values = kernel.limit_kernel(x, x), circle.spectrum(24, True)
    for frequency in (0, 1, 3, 7):
        wave = np.cos(frequency * angles + 0.4)
        assert k @ wave / 24 == pytest.approx(values[frequency] * wave, abs=1e-12)


def test_without_biases_odd_frequencies_above_one_have_no_eigenvalue():
    values = circle.spectrum(64, False)
    assert np.abs(values[3::2]).max() < 1e-12
    assert values[1] > 0.2 and np.all(values[2:10:2] > 1e-4)


def test_half_times_are_where_half_is_learned_and_nothing_is_learned_at_eigenvalue_zero():
    times = circle.half_times(np.array([0.2, 0.01, 0.0]), 1.5)
    assert (1 - 1.5 * 0.2) ** times[0] == pytest.approx(0.5)
    assert times[2] == np.inf


@pytest.mark.parametrize(
    ("scale", "width", "kind"), [(0.1, 20, "wave"), (0.5, 60, "kink"), (3.0, 20, "kink"), (30.0, 160, "wave")]
)
def test_the_page_trains_as_python_does(explorable, scale, width, kind):
    script, python = explorable("wide_networks"), twin.picture(scale, width, kind)
    page = script(f'picture({scale}, {width}, "{kind}")')
    assert np.asarray(page["function"]) == pytest.approx(python.function, rel=1e-6, abs=1e-7)
    assert np.asarray(page["target"]) == pytest.approx(python.target, abs=1e-12)
    assert page["movement"] == pytest.approx(python.movement, rel=1e-6)
    assert page["turned"] == pytest.approx(python.turned, rel=1e-5, abs=1e-12)
    assert page["error"] == pytest.approx(python.error, rel=1e-5)
    assert np.asarray(page["sizes"]) == pytest.approx(python.sizes, rel=1e-6, abs=1e-9)


def test_the_page_refuses_what_python_refuses(explorable):
    with pytest.raises(ValueError, match="scale must be > 0"):
        twin.picture(0.0, 20, "kink")
    with pytest.raises(Exception, match="scale must be > 0, got 0"):
        explorable("wide_networks")('picture(0, 20, "kink")')
    with pytest.raises(ValueError, match="kind must be one of kink, wave, got 'step'"):
        twin.picture(1.0, 20, "step")
