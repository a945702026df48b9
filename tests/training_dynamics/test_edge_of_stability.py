"""The edge of stability: thresholds, Lanczos, toys, networks and flows against independent computations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training_dynamics.edge_of_stability import adam_flows, contests, flows, rescaling, selective, swings, toys
from training_dynamics.edge_of_stability.explorable import hessian, picture
from training_dynamics.edge_of_stability.networks import Tanh, Task, chebyshev, digit_images
from training_dynamics.edge_of_stability.thresholds import averaged_threshold, heavy_ball_threshold, measured_threshold
from training_dynamics.edge_of_stability.training import Probe, Run, chebyshev_run, descend, descend_adam
from training_dynamics.edge_of_stability.warmup import surviving
from training_dynamics.lab.curvature import lanczos, product_by_differences
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("rate", [0.01, 0.5])
def test_thresholds_are_where_the_iteration_turns_unstable(rate: float, beta: float) -> None:
    assert measured_threshold(rate, beta) == pytest.approx(heavy_ball_threshold(rate, beta), rel=1e-9)
    assert measured_threshold(rate, beta, averaged=True) == pytest.approx(averaged_threshold(rate, beta), rel=1e-9)


def test_the_known_thresholds_come_out() -> None:
    assert heavy_ball_threshold(0.1) == pytest.approx(20)
    assert averaged_threshold(1.0, 0.9) == pytest.approx(38)


@pytest.mark.parametrize(("rate", "beta"), [(0.0, 0.5), (-1.0, 0.5), (0.1, 1.0), (0.1, -0.1)])
def test_thresholds_refuse_rates_and_momenta_out_of_range(rate: float, beta: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        heavy_ball_threshold(rate, beta)


def test_lanczos_finds_the_top_of_matrices_of_either_sign_side_by_side() -> None:
    rng = np.random.default_rng(0)
    matrices = rng.standard_normal((3, 40, 40))
    matrices = matrices + matrices.transpose(0, 2, 1)
    matrices[1] = -np.eye(40) * 3 + 0.01 * matrices[1]
    values, vectors = lanczos(lambda v: np.einsum("mij,mj->mi", matrices, v), rng.standard_normal((3, 40)), 40)
    exact = np.linalg.eigvalsh(matrices)
    assert values == pytest.approx(exact, abs=1e-9)
    residual = np.einsum("mij,mj->mi", matrices, vectors) - exact[:, -1:] * vectors
    assert np.abs(residual).max() < 1e-7


def test_lanczos_goes_on_where_the_start_is_an_eigenvector() -> None:
    matrix = np.diag([5.0, 3.0, 1.0, -7.0])
    start = np.array([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    values, vectors = lanczos(lambda v: v @ matrix, start, 4)
    assert values == pytest.approx(np.array([[-7.0, 1.0, 3.0, 5.0]] * 2), abs=1e-10)
    assert np.abs(vectors[:, 0]) == pytest.approx(np.ones(2))


def test_lanczos_refuses_more_steps_than_dimensions_and_starts_of_zeros() -> None:
    with pytest.raises(ValueError, match="between 1 and the 3"):
        lanczos(lambda v: v, np.ones((1, 3)), 4)
    with pytest.raises(ValueError, match="not 0"):
        lanczos(lambda v: v, np.zeros((1, 3)), 2)


def torch_loss(net: Tanh, task: Task, theta: torch.Tensor) -> torch.Tensor:
    h, k = torch.tensor(task.x), 0
    for l, (i, o) in enumerate(zip(net.sizes, net.sizes[1:])):
        h = h @ theta[k : k + i * o].view(i, o) + theta[k + i * o : k + (i + 1) * o]
        h, k = (torch.tanh(h) if l < len(net.sizes) - 2 else h), k + (i + 1) * o
    y = torch.tensor(task.y)
    if task.loss == "squared":
        return 0.5 * (h - y).square().sum() / len(y)
    return -(torch.log_softmax(h, 1) * y).sum() / len(y)


@pytest.mark.parametrize("task", [chebyshev(3, 7), digit_images(0, 12)], ids=["squared", "cross-entropy"])
def test_gradients_by_hand_are_those_of_automatic_differentiation(task: Task) -> None:
    net = Tanh((task.x.shape[1], 5, 4, task.y.shape[1]))
    theta = net.initial([0, 1]) + 0.1
    losses, gradients = net.losses_and_gradients(theta, task)
    for row in range(2):
        leaf = torch.tensor(theta[row], requires_grad=True)
        loss = torch_loss(net, task, leaf)
        loss.backward()
        assert losses[row] == pytest.approx(loss.item(), rel=1e-12)
        assert gradients[row] == pytest.approx(leaf.grad.numpy(), abs=1e-13)


def test_the_probe_finds_the_top_of_a_preconditioned_hessian() -> None:
    net, task = Tanh((1, 6, 1)), chebyshev(4)
    theta = net.initial([3])
    dense = torch.func.hessian(lambda t: torch_loss(net, task, t))(torch.tensor(theta[0])).numpy()
    weigh = np.random.default_rng(1).uniform(0.5, 2.0, theta.shape)
    probe = Probe(lambda t: net.gradients(t, task), theta)
    probe.steps = net.count
    exact = np.linalg.eigvalsh(weigh[0][:, None] * dense * weigh[0])[-1]
    assert probe(theta, weigh)[0] == pytest.approx(exact, rel=1e-7)


def test_a_product_by_differences_is_exact_on_a_quadratic() -> None:
    matrix = np.array([[2.0, 1.0], [1.0, -3.0]])
    found = product_by_differences(lambda t: t @ matrix, np.array([[0.3, 0.7]]), np.array([[0.6, 0.8]]))
    assert found == pytest.approx(np.array([[0.6, 0.8]]) @ matrix, abs=1e-9)


def test_networks_side_by_side_train_as_each_would_alone() -> None:
    net, task = Tanh((1, 6, 6, 1)), chebyshev()
    together = descend(net, task, net.initial([0, 1]), 0.1, 40)
    alone = descend(net, task, net.initial([1]), 0.1, 40)
    assert together[1].losses == pytest.approx(alone[0].losses, rel=1e-9)


def test_adam_takes_torchs_steps() -> None:
    net, task = Tanh((1, 8, 8, 1)), chebyshev()
    theta = net.initial([0])
    run = descend_adam(net, task, theta, 1e-2, 30)[0]
    leaf = torch.tensor(theta[0], requires_grad=True)
    optimizer, losses = torch.optim.Adam([leaf], lr=1e-2), []
    for _ in range(30):
        optimizer.zero_grad()
        loss = torch_loss(net, task, leaf)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert run.losses == pytest.approx(np.array(losses), rel=1e-6)


def test_a_run_knows_when_it_enters_and_what_comes_after() -> None:
    scaled = np.array([1.0, 1.5, 1.99, 2.2, 1.9, 2.0])
    run = Run(0.1, np.arange(60.0), np.arange(0, 60, 10), scaled, scaled / 0.1)
    assert run.entry() == 2
    assert run.after_entry(settle=2).tolist() == [1.9, 2.0]
    assert run.losses_after_entry()[0] == 20.0
    never = Run(0.1, np.arange(60.0), np.arange(0, 60, 10), scaled - 1, scaled)
    assert never.entry() is None
    assert len(never.after_entry()) == len(never.losses_after_entry()) == 0


@pytest.mark.processor
def test_a_network_that_reaches_the_edge_would_pass_it_under_gradient_flow() -> None:
    found = contests.contest(0, steps=150)
    assert (found.gradient.scaled[-1] > 2).all()
    assert np.abs(found.central.scaled.max(axis=0) - 2).max() < 0.05
    assert chebyshev_run(0, steps=200).entry() is None  # it needs time


def test_cycles_are_counted_from_one_upward_crossing_to_the_last() -> None:
    scaled = np.array([1.8, 1.9, 2.1, 2.2, 1.9, 2.0, 1.7, 2.3, 1.9])[:, None]
    trace = flows.Trace(scaled, scaled, scaled)
    assert contests.whole_cycles(trace, 0) == (flows.EVERY, 6 * flows.EVERY)
    with pytest.raises(ValueError, match="more steps"):
        contests.whole_cycles(flows.Trace(scaled[:4], scaled[:4], scaled[:4]), 0)


def test_rod_flow_with_one_part_multiplies_the_rod_as_a_step_of_descent_does_at_the_edge() -> None:
    rate, amplitude = 0.1, (0.4 / 0.1) ** 0.5
    assert swings.rod_on_quartic(2.4 / rate, 1.0, rate, 1, amplitude) == pytest.approx(amplitude, rel=1e-12)
    assert swings.descend_quartic(2.4 / rate, 1.0, rate, 1, amplitude) == pytest.approx(amplitude, rel=1e-12)
    assert swings.rod_on_quartic(2.4 / rate, 1.0, rate, 1, 0.1) > 0.1  # too sharp at the centre: it grows
    assert swings.rod_on_quartic(1.9 / rate, 1.0, rate, 1, 0.1) < 0.1


class Valley:
    """The loss S x²/2 along the first of thirty directions: what adam_flow asks of networks."""

    def __init__(self, curvature: float) -> None:
        self.curvature = np.eye(30)[0] * curvature

    def losses_and_gradients(self, x: np.ndarray, _task: object) -> tuple[np.ndarray, np.ndarray]:
        return (self.curvature * x**2).sum(axis=1) / 2, self.curvature * x

    def gradients(self, x: np.ndarray, _task: object) -> np.ndarray:
        return self.curvature * x


@pytest.mark.parametrize(("times", "sense"), [(1.0, 0), (0.98, 1), (1.02, -1)])
def test_a_swing_with_adam_keeps_its_length_where_the_second_moment_makes_it_the_edge(times: float, sense: int) -> None:
    rate, curvature, first = 0.01, 7.0, np.eye(30)[:1]
    length = rate / 38  # a step of rate / sqrt(v) = rate / (S length) makes the preconditioned sharpness 1 / length
    second = np.where(first == 1, (times * curvature * length) ** 2, 1.0)
    entry = adam_flows.Entry(0 * first, 0 * first, second, np.full((1, 1), 1e6), length * first)
    losses = adam_flows.adam_flow(Valley(curvature), None, entry, rate, 4).losses[:, 0]  # type: ignore[arg-type]
    change = losses[-1] / losses[0] - 1
    assert abs(change) < 1e-3 if sense == 0 else sense * change > 0.3


def test_adams_run_past_the_edge_ends_between_two_of_its_steps() -> None:
    net, task, rate = Tanh((1, 12, 12, 1)), chebyshev(), 1e-2
    entry, end = adam_flows.adam_past_the_edge(net, task, net.initial([0, 1]), rate, 7)
    theta, moments, path = net.initial([0, 1]), zero_moments(net.initial([0, 1])), []
    for _ in range(int(entry.step.max()) + 9):
        path.append(theta)
        moments, direction = adam(moments, net.gradients(theta, task))
        theta = theta - rate * direction
    for row, step in enumerate(entry.step[:, 0].astype(int)):
        assert entry.centre[row] == pytest.approx((path[step] + path[step + 1])[row] / 2, abs=1e-12)
        assert end[row] == pytest.approx((path[step + 7] + path[step + 8])[row] / 2, abs=1e-12)


def test_an_example_is_aligned_with_its_own_gradient() -> None:
    net, task = Tanh((1, 4, 1)), chebyshev(points=6)
    theta = net.initial(range(2))
    one = net.gradients(theta, Task(task.x[3:4], task.y[3:4]))
    found = selective.alignment(net, task, theta, -5 * one)
    assert found[:, 3] == pytest.approx(1.0)
    assert (found <= 1 + 1e-12).all() and (found[:, :3] < 1).all()
    assert selective.example_losses(net, task, theta).mean(axis=1) == pytest.approx(
        net.losses_and_gradients(theta, task)[0]
    )


def test_two_networks_of_two_numbers_move_as_the_catapults_two() -> None:
    n, rate = 32, 0.9
    u, v = toys.catapult_start(4, n)
    kernel = float(u @ u + v @ v) / n
    path = toys.catapult(rate, float(u @ v) / n**0.5, kernel, n, 20)
    for t in range(20):
        f = u @ v / n**0.5
        assert path.first[t] == pytest.approx(f, rel=1e-9, abs=1e-12)
        assert path.second[t] == pytest.approx((u @ u + v @ v) / n, rel=1e-9)
        u, v = u - rate * f * v / n**0.5, v - rate * f * u / n**0.5


def test_the_cubic_model_rests_at_its_fixed_point_and_averages_there_on_cycles() -> None:
    rest = toys.self_stabilise(0.1, 0.02, 1.0, 0.2, 0.0, 50)
    assert np.abs(rest.first) == pytest.approx(np.full(51, 0.2), abs=1e-12)
    swing = toys.cycles(toys.self_stabilise(0.1, 0.02, 1.0, 0.1, 0.0, 30_000))
    assert swing.mean_square == pytest.approx(0.04, rel=2e-3)
    assert swing.period == pytest.approx(2 * np.pi / (0.1 * np.sqrt(0.04)), rel=0.2)


def test_noise_lowers_the_cubic_models_rest_in_proportion_to_its_variance() -> None:
    rest = [toys.noisy_excess(0.1, 0.03, 1.0, noise, copies=64, steps=8000, seed=0) for noise in (0.4, 0.8)]
    assert rest[0] < 0
    assert rest[1] / rest[0] == pytest.approx(4, rel=0.1)
    assert toys.noisy_excess(0.1, 0.03, 1.0, 0.0, copies=1, steps=2000, seed=0) == pytest.approx(0, abs=1e-9)


def test_a_tiny_rate_loses_no_network_and_a_huge_one_loses_all() -> None:
    assert surviving(0, 0.5, 0, 1.0, steps=40, width=8) == 1.0
    assert surviving(0, 1e3, 0, 1.0, steps=40, width=8) == 0.0
    with pytest.raises(ValueError, match="below 40 steps, got 1.0 and 40"):
        surviving(0, 1.0, 40, 1.0, steps=40)


def test_averages_over_cycles_need_two_rises() -> None:
    with pytest.raises(ValueError, match="take more steps"):
        toys.cycles(toys.self_stabilise(0.1, 0.02, 1.0, 0.1, 0.0, 5))


@pytest.mark.parametrize(("x", "y"), [(2.0, 0.5), (3.0, 0.3), (0.4, 1.1), (-1.0, 2.0)])
def test_the_valleys_sharpness_is_that_of_its_loss(x: float, y: float) -> None:
    point = torch.tensor([x, y], dtype=torch.float64)
    dense = torch.func.hessian(lambda p: (1 - p[0] ** 2 * p[1] ** 2) ** 2 / 4)(point).numpy()
    assert hessian(x, y) == pytest.approx(dense, rel=1e-12)
    assert toys.valley_sharpness(x, y) == pytest.approx(np.linalg.eigvalsh(dense)[-1], rel=1e-12)


def test_points_of_the_valley_have_the_sharpness_asked_for() -> None:
    x, y = toys.valley_point(20.0)
    assert x * y == pytest.approx(1) and toys.valley_sharpness(x, y) == pytest.approx(20.0)
    with pytest.raises(ValueError, match="at least"):
        toys.valley_point(3.0)


def test_variances_are_the_least_that_hold_the_edge() -> None:
    rng = np.random.default_rng(0)
    root = rng.standard_normal((200, 2, 5))
    response, excess = np.einsum("mip,mjp->mij", root, root), rng.standard_normal((200, 2))
    z = flows.least_variances(response, excess)
    slack = np.einsum("mij,mj->mi", response, z) - excess
    assert z.min() >= 0 and slack.min() > -1e-9
    assert np.abs(z * slack).max() < 1e-9


def test_rescaling_keeps_outputs_and_relative_sharpness() -> None:
    model = mlp([64, 8, 10], torch_generator(0, "test"), dtype=torch.float64)
    task = digit_images(0, 40)
    x, y = torch.tensor(task.x), torch.tensor(task.y).argmax(1)
    before = model(x).detach(), rescaling.adaptive_sharpness(model, x, y), rescaling.plain_sharpness(model, x, y)
    rescaling.rescale(model, torch.full((8,), 30.0, dtype=torch.float64))
    assert torch.allclose(model(x), before[0], atol=1e-12)
    assert rescaling.adaptive_sharpness(model, x, y) == pytest.approx(before[1], rel=1e-8)
    assert rescaling.plain_sharpness(model, x, y) > 3 * before[2]
    with pytest.raises(ValueError, match="factors must be > 0"):
        rescaling.rescale(model, torch.zeros(8))


@pytest.mark.parametrize(("rate", "times"), [(0.1, 1.25), (0.05, 0.8), (0.2, 1.4)])
def test_the_page_walks_the_same_valley(explorable, rate: float, times: float) -> None:  # type: ignore[no-untyped-def]
    script, python = explorable("edge_of_stability"), picture(rate, 2 * times / rate, 0.02, 60)
    for name in ("x", "y", "loss", "scaled"):
        found = script.array(f"path({rate}, {2 * times / rate}, 0.02, 60).{name}")
        assert found == pytest.approx(getattr(python, name), rel=1e-6, abs=1e-9)
