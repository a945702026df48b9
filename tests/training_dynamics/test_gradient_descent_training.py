"""The networks of the chapter: batched runs equal single ones, and each measurement equals its definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training_dynamics.gradient_descent import (
    batches,
    curvature,
    digits,
    flow,
    generalisation,
    networks,
    phases,
    remedies,
    simplicity,
    surface,
    teacher,
)


@pytest.fixture(scope="module")
def small():
    task = digits.task_of(0, 30, dtype=torch.float64)
    return task, digits.copies(0, 1, 6, dtype=torch.float64)


def test_runs_side_by_side_are_the_runs_alone():
    task = digits.task_of(0, 40, dtype=torch.float64)
    both = networks.start([1, 2], (64, 5, 10), dtype=torch.float64)
    together = networks.train(both, task, [0.1, 0.3], 7, batch=8, seeds=[1, 2], momentum=0.5)
    for run, rate in ((0, 0.1), (1, 0.3)):
        alone = networks.train(networks.one_run(both, run), task, rate, 7, batch=8, seeds=[run + 1], momentum=0.5)
        assert networks.flat(alone)[0].numpy() == pytest.approx(networks.flat(together)[run].numpy(), abs=1e-12)


def test_training_without_momentum_is_the_step_of_the_definition(small):
    task, params = small
    moved = networks.train(params, task, 0.2, 1)
    assert all(torch.allclose(m, p - 0.2 * g, atol=1e-14) for m, p, g in zip(moved, params, task.gradient(params)))


@pytest.mark.parametrize("loss", networks.LOSSES)
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("own", [False, True])
def test_the_gradient_by_hand_is_that_of_autograd(loss, activation, own):
    rng = torch.Generator().manual_seed(3)
    x = torch.randn((2, 7, 4) if own else (7, 4), generator=rng, dtype=torch.float64)
    y = torch.rand((2, 7, 3) if own else (7, 3), generator=rng, dtype=torch.float64)
    task = networks.Task(x, y / y.sum(-1, keepdim=True), loss, activation)
    leaves = [p.requires_grad_() for p in networks.start([0, 1], (4, 5, 6, 3), dtype=torch.float64)]
    exact = torch.autograd.grad(task.losses(leaves).sum(), leaves)
    assert all(torch.allclose(mine, theirs, atol=1e-14) for mine, theirs in zip(task.gradient(leaves), exact))


def test_heavy_ball_momentum_adds_a_share_of_the_last_step(small):
    task, params = small
    first, second = (networks.train(params, task, 0.2, steps, momentum=0.7) for steps in (1, 2))
    for p, q, r, g in zip(params, first, second, task.gradient(first)):
        assert torch.allclose(r, q - 0.2 * g + 0.7 * (q - p), atol=1e-14)


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="loss must be one of cross-entropy, squared, got 'hinge'"):
        networks.Task(torch.ones(1, 1), torch.ones(1, 1), "hinge")


def test_each_batch_of_an_epoch_is_seen_once_and_their_gradients_average_to_the_full_one(small):
    task, params = small
    order = torch.randperm(30, generator=torch.Generator().manual_seed(0)).reshape(1, 5, 6)
    parts = [task.batch(order[:, i]).gradient(params) for i in range(5)]
    for i, whole in enumerate(task.gradient(params)):
        assert torch.allclose(torch.stack([p[i] for p in parts]).mean(0), whole, atol=1e-14)


def test_batches_without_seeds_are_refused(small):
    with pytest.raises(ValueError, match="seeds must name one stream for each of the 1 runs, got 0"):
        networks.train(small[1], small[0], 0.1, 1, batch=5)


def test_flat_and_unflat_are_inverses(small):
    back = networks.unflat(networks.flat(small[1]), small[1])
    assert all(torch.equal(a, b) for a, b in zip(back, small[1]))


def test_the_mean_of_the_examples_gradients_is_the_gradient(small):
    task, params = small
    slope = networks.flat(task.gradient(params))[0]
    assert batches.example_gradients(task, params).mean(0) == pytest.approx(slope.numpy(), abs=1e-13)
    assert batches.noise_scale(np.array([[1.0, 2.0], [3.0, 2.0]])) == pytest.approx(1 / 8)


def test_the_sharpness_is_the_largest_curvature_of_all_directions(small):
    task, params = small
    hessian = torch.func.hessian(lambda theta: task.losses(networks.unflat(theta, params))[0])
    exact = hessian(networks.flat(params)).squeeze()
    top, direction = curvature.sharpest(task, params)
    assert top == pytest.approx(float(torch.linalg.eigvalsh(exact)[-1]), rel=1e-5)
    assert float(direction @ exact @ direction) == pytest.approx(top, rel=1e-5)
    slope = networks.flat(task.gradient(params))
    assert torch.allclose(curvature.hessian_products(task, params, slope), slope @ exact, rtol=1e-7, atol=1e-9)
    assert float(curvature.along(task, params, slope)[0]) < top


def test_a_run_that_has_diverged_has_no_sharpness(small):
    task, params = small
    with pytest.raises(ValueError, match="the loss must be finite where its curvature is asked for, got (nan|inf)"):
        curvature.sharpness(task, [p * float("inf") for p in params])


@pytest.mark.parametrize("loss", networks.LOSSES)
def test_a_run_at_half_the_threshold_of_its_start_goes_down_whatever_the_loss(loss):
    task, end = surface.trained(0, 6, loss, 20)
    assert float(task.losses(end)[0]) < 0.9 * float(task.losses(digits.copies(0, 1, 6))[0])


def test_the_quadratic_model_of_a_step_is_exact_to_second_order():
    wide, narrow = (digits.one_step(0, 8, rate) for rate in (0.2, 0.02))
    errors = [abs(found.predicted - found.actual) for found in (wide, narrow)]
    assert errors[0] / errors[1] == pytest.approx(1000, rel=0.35)


def test_the_modified_flow_is_of_second_order_where_the_flow_is_of_first():
    far, near = (flow.gap(0, rate, time=1.0, width=4) for rate in (0.2, 0.1))
    assert far.plain / near.plain == pytest.approx(2, rel=0.1)
    assert far.modified / near.modified == pytest.approx(4, rel=0.2)


def test_runge_kutta_integrates_an_exponential():
    found = flow.integrate(lambda x: -x, torch.ones(1, dtype=torch.float64), 1.0, 20)
    assert float(found) == pytest.approx(np.exp(-1), abs=1e-6)


def test_silent_units_leave_the_function_as_it_was():
    task = teacher.lesson(0)
    params = networks.start([0, 1], (6, 4, 1), 1.0, torch.float64)
    wider = teacher.widened(params, 5, 0)
    assert wider[0].shape == (2, 6, 9)
    assert torch.equal(task.losses(wider), task.losses(params))


def test_an_unknown_way_out_is_refused():
    with pytest.raises(ValueError, match="kind must be 'batch', 'none' or 'wide', got 'luck'"):
        teacher.escapes(0, "luck")


def test_the_teacher_has_no_loss():
    assert teacher.lesson(3).y.var(correction=0).item() == pytest.approx(1)


def test_half_times_are_first_passages_and_infinite_without_one():
    found = phases.Spectrum(np.array([0, 10, 20]), np.array([[0.1, 0.0], [0.6, 0.1], [0.4, 0.2]])).half_times
    assert found.tolist() == [10.0, np.inf]


def test_a_stopped_course_keeps_the_error_where_validation_is_least():
    line = np.arange(3.0)
    found = generalisation.Course(line, np.array([0.5, 0.2, 0.3]), np.array([0.4, 0.3, 0.2]), line)
    assert found.stopped == 0.3
    assert found.lost == pytest.approx(0.1)


def test_the_largest_rate_is_the_last_before_the_first_failure():
    found = digits.Sweep(np.array([0.1, 1.0, 2.0, 3.0]), 1.0, 1.0, np.array([0.9, 0.1, np.inf, 0.2]))
    assert found.largest == 1.0
    assert found.best == 1.0


def test_information_is_a_bit_for_a_copy_nothing_for_a_coin_and_what_is_known_already_is_not_given_again():
    y = np.array([0, 1] * 500)
    coin = np.array([0, 0, 1, 1] * 250)
    assert simplicity.information(y, y) == pytest.approx(1.0) == simplicity.information(1 - y, y)
    assert simplicity.information(coin, y) == pytest.approx(0.0, abs=1e-12)
    assert simplicity.information_given(y, y, y) == pytest.approx(0.0, abs=1e-12)
    assert simplicity.information_given(y, y, coin) == pytest.approx(1.0)
    assert simplicity.information_given(coin, y, y ^ coin) == pytest.approx(
        1.0
    )  # together they tell all, alone nothing


def test_a_shifted_image_lies_one_pixel_farther_and_what_comes_in_is_empty():
    x = torch.arange(64.0)[None]
    down, up, right, left = (moved.reshape(8, 8) for moved in remedies.shifted(x))
    image = x.reshape(8, 8)
    assert torch.equal(down[1:], image[:-1]) and torch.equal(up[:-1], image[1:])
    assert torch.equal(right[:, 1:], image[:, :-1]) and torch.equal(left[:, :-1], image[:, 1:])
    assert all(float(edge.abs().max()) == 0 for edge in (down[0], up[-1], right[:, 0], left[:, -1]))
