"""Mode connectivity: identities of lines, renumberings, curves and averages, and the explorable against Python."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.mode_connectivity import (
    averaging,
    curves,
    explorable as twin,
    limits,
    lines,
    matching,
    nets,
    tasks,
    temperature,
)
from training_dynamics.mode_connectivity.normalised import NormalisedShape
from training_dynamics.toolbox.nets import flat_parameters, mlp, set_flat_parameters
from training_dynamics.toolbox.seeds import torch_generator

SMALL = Shape((5, 7, 6, 3))
torch.set_num_threads(1)  # two threads wait for each other on busy cores
QUICK = nets.Recipe(epochs=2, batch_size=100)


def networks(count, shape=SMALL, seed=0):
    theta = shape.initial([torch_generator(seed, "test", i) for i in range(count)]).double()
    return theta + 0.1 * torch.randn(theta.shape, generator=torch_generator(seed, "biases"), dtype=torch.float64)


def images(n, shape=SMALL, seed=0):
    x = torch.randn(n, shape.sizes[0], generator=torch_generator(seed, "x"), dtype=torch.float64)
    return x, torch.randint(shape.sizes[-1], (n,), generator=torch_generator(seed, "y"))


def test_a_row_of_parameters_is_the_toolbox_network():
    model = mlp(SMALL.sizes, torch_generator(0), dtype=torch.float64)
    theta, (x, y) = networks(3), images(20)
    for row, outputs, loss in zip(theta, SMALL.logits(theta, x), nets.score(SMALL, theta, x, y).loss):
        set_flat_parameters(model, row)
        assert torch.allclose(outputs, model(x), atol=1e-12)
        assert float(loss) == pytest.approx(cross_entropy(model(x), y).item(), abs=1e-12)
    assert torch.equal(SMALL.flat(SMALL.layers(theta)), theta)
    assert SMALL.count == flat_parameters(model).numel()


@pytest.mark.parametrize("sizes", [(3, 4), (5, 7, 2), (4, 6, 5, 3)])
def test_the_gradient_by_hand_is_autograd_s(sizes):
    shape = Shape(sizes)
    theta = networks(3, shape).requires_grad_()
    x, y = (torch.stack(part) for part in zip(*(images(11, shape, seed) for seed in range(3))))
    (wanted,) = torch.autograd.grad(cross_entropies(shape.logits(theta, x), y).sum(), theta)
    assert torch.allclose(shape.gradient(theta, x, y), wanted, atol=1e-14, rtol=1e-12)


@pytest.mark.parametrize("kind", curves.KINDS)
def test_the_gradient_in_the_bend_is_that_of_the_mean_loss_on_the_curve(kind):
    a, bend, b = networks(3)
    bend.requires_grad_()
    corners, shares = torch.stack([a, bend, b]), curves.KINDS[kind](torch.tensor([0.1, 0.45, 0.8]).double())
    x, y = (torch.stack(part) for part in zip(*(images(7, seed=seed) for seed in range(3))))
    (wanted,) = torch.autograd.grad(cross_entropies(SMALL.logits(shares @ corners, x), y).mean(), bend)
    assert torch.allclose(curves.bend_gradient(SMALL, corners, shares, x, y), wanted, atol=1e-14, rtol=1e-12)


def test_wrong_shapes_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"must have shape \(m, 111\)"):
        SMALL.layers(torch.zeros(2, 5))
    with pytest.raises(ValueError, match="at least 3"):
        lines.line(torch.zeros(2), torch.ones(2), 2)
    with pytest.raises(ValueError, match="lengths"):
        matching.permute(SMALL, networks(1)[0], (torch.arange(7),))
    with pytest.raises(ValueError, match="matching must be"):
        lines.Pair(0, SMALL, None, None, None, (), (), ()).second("magic")
    with pytest.raises(ValueError, match="kind must be"):
        curves.train_bend(SMALL, *networks(2), None, "spline", 0)
    with pytest.raises(ValueError, match="shared steps must be between 0 and the 20"):
        averaging.spawned(0, QUICK, 21)
    with pytest.raises(ValueError, match="scale must be > 0"):
        limits.bad_minimum(0, scale=0.0)


def test_networks_trained_side_by_side_equal_networks_trained_with_the_toolbox():
    split, shape, recipe = nets.digits(0), nets.mlp_shape(8), nets.Recipe(epochs=1, batch_size=50, cosine=False)
    start = shape.initial([torch_generator(0, "side", i) for i in range(2)])
    orders = torch.stack([nets.data_order(20, 1000, 50, 0, i) for i in range(2)], dim=1)
    together, kept = nets.train(shape, start, split.x_train, split.y_train, orders, recipe, keep=(0, 20))
    assert torch.equal(kept[0], start) and torch.equal(kept[1], together)
    model = mlp(shape.sizes, torch_generator(0))
    set_flat_parameters(model, start[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=recipe.learning_rate, momentum=recipe.momentum)
    for index in orders[:, 1]:
        optimizer.zero_grad()
        cross_entropy(model(split.x_train[index]), split.y_train[index]).backward()
        optimizer.step()
    assert torch.allclose(flat_parameters(model), together[1], atol=1e-5)


def test_the_barrier_of_a_known_curve():
    times = torch.linspace(0, 1, 5, dtype=torch.float64)
    found = lines.Profile(
        times, torch.tensor([1.0, 2, 5, 4, 3]), torch.tensor([0.3, 0.2, 0.1, 0.1, 0.1]), torch.empty(0)
    )
    assert found.barrier == pytest.approx(3.0)
    assert found.error_barrier == 0


def test_renumbering_leaves_the_function_and_can_be_undone():
    theta, (x, _) = networks(1)[0], images(30)
    order = matching.random_permutations(SMALL, torch_generator(1))
    moved = matching.permute(SMALL, theta, order)
    assert not torch.equal(moved, theta)
    assert torch.allclose(SMALL.logits(moved[None], x), SMALL.logits(theta[None], x), atol=1e-12)
    back = tuple(torch.argsort(p) for p in order)
    assert torch.equal(matching.permute(SMALL, moved, back), theta)
    assert torch.equal(matching.permute(SMALL, theta, matching.identity(SMALL)), theta)


def test_one_hidden_layer_is_matched_as_well_as_by_trying_every_order():
    shape = Shape((3, 5, 2))
    a, b = networks(2, shape)
    found, history = matching.match_weights(shape, a, b, torch_generator(0))
    tried = [matching.permute(shape, b, (torch.tensor(p),)) for p in itertools.permutations(range(5))]
    assert history[-1] == pytest.approx(max(float(a @ other) for other in tried), abs=1e-12)
    assert torch.equal(matching.permute(shape, b, found), max(tried, key=lambda other: float(a @ other)))


@pytest.mark.parametrize("seed", range(5))
def test_weight_matching_never_gets_worse_and_finds_what_was_planted(seed):
    a, b = networks(2, seed=seed)
    found, history = matching.match_weights(SMALL, a, b, torch_generator(seed))
    assert all(later >= earlier - 1e-12 for earlier, later in zip(history, history[1:]))
    assert history[-1] == pytest.approx(float(a @ matching.permute(SMALL, b, found)))
    planted = matching.random_permutations(SMALL, torch_generator(seed, "planted"))
    copy = matching.permute(SMALL, a, planted)
    by_activations = matching.match_activations(SMALL, a, copy, images(200)[0])
    assert torch.equal(matching.permute(SMALL, copy, by_activations), a)


def test_displacement_matching_finds_what_was_planted_under_fresh_noise():
    """What training changed is renumbered, the starts have nothing in common and are large: weights are misled, changes not."""
    shape = Shape((6, 9, 8, 3))
    moved, start_a, start_b = networks(3, shape)
    planted = matching.random_permutations(shape, torch_generator(4, "planted"))
    a, b = 30 * start_a + moved, 30 * start_b + matching.permute(shape, moved, planted)
    found = matching.match_displacements(shape, a, 30 * start_a, b, 30 * start_b, torch_generator(0))
    assert matching.agreement(found, [torch.argsort(p) for p in planted]) == 1
    misled, _ = matching.match_weights(shape, a, b, torch_generator(0))
    assert matching.agreement(misled, [torch.argsort(p) for p in planted]) < 1


@pytest.mark.parametrize("seed", range(2))
def test_the_best_temperature_is_best_and_leaves_what_mistakes_cost(seed):
    recipe = nets.Recipe(epochs=2)
    found = temperature.sharpened(seed, 16, "none", recipe)
    pair = lines.pair(seed, 16, recipe)
    logits = pair.shape.logits(((pair.a + pair.b) / 2)[None], pair.split.x_train).double()
    tried = [float(cross_entropies(k * logits, pair.split.y_train).mean()) for k in (0, 0.5, 1, 2, 4, found.factor)]
    assert tried[-1] == pytest.approx(found.sharpened) and found.sharpened <= min(tried) + 1e-9
    assert tried[2] == pytest.approx(found.loss, rel=1e-6)
    assert 0 < found.floor <= found.sharpened


def test_rescaling_leaves_the_function_and_can_be_undone():
    theta, (x, _) = networks(1)[0], images(30)
    factors = [torch.tensor([0.5, 4.0] * 3 + [2.0]).double(), torch.full((6,), 0.25).double()]
    moved = matching.rescale(SMALL, theta, factors)
    assert torch.allclose(SMALL.logits(moved[None], x), SMALL.logits(theta[None], x), atol=1e-12)
    assert float((moved - theta).norm()) > 1
    assert torch.allclose(matching.rescale(SMALL, moved, [1 / c for c in factors]), theta, atol=1e-14)
    with pytest.raises(ValueError, match="factors must be positive"):
        matching.rescale(SMALL, theta, [-factors[0], factors[1]])


def test_the_start_of_a_network_is_where_its_training_began():
    still = nets.Recipe(epochs=1, batch_size=500, learning_rate=0.0)
    assert torch.equal(nets.trained(0, 8, 2, still)[1], nets.start_of(0, 8, 1))


def test_curves_end_exactly_at_their_ends_and_polychains_pass_through_the_bend():
    a, bend, b = networks(3)
    for kind in curves.KINDS:
        points = curves.path(a.float(), bend.float(), b.float(), kind)
        assert torch.equal(points[0], a.float()) and torch.equal(points[-1], b.float())
        times = torch.linspace(0, 1, 33)
        assert torch.allclose(curves.KINDS[kind](times).sum(1), torch.ones(33), atol=1e-6)
        middle = points[8]
    assert torch.equal(middle, bend.float())


def test_repair_gives_the_middle_the_means_and_spreads_of_its_ends():
    a, b = networks(2)
    x, _ = images(100)
    half = (a + b) / 2
    mended = lines.repair(SMALL, half, a, b, x)
    for layer in range(2):
        ends = SMALL.activations(torch.stack([a, b]), x)[layer]
        now = SMALL.activations(mended[None], x)[layer][0]
        assert torch.allclose(now.mean(0), ends.mean(1).mean(0), atol=1e-10)
        assert torch.allclose(now.std(0), ends.std(1).mean(0), atol=1e-10)


def test_a_line_in_one_layer_changes_no_other_and_in_the_last_has_no_wall():
    found = lines.pair(0, 8, QUICK)
    for layer in range(3):
        there = found.shape.layers(found.b[None])
        path = lines.one_layer(0, 8, layer, QUICK)
        mixed = found.shape.layers(found.a[None])
        mixed[layer] = there[layer]
        end = nets.score(found.shape, found.shape.flat(mixed), found.split.x_train, found.split.y_train)
        assert float(path.loss[-1]) == pytest.approx(float(end.loss), abs=1e-6)
    assert lines.one_layer(0, 8, 2, QUICK).inside <= 1e-6  # convex in the last layer


def test_normalised_units_have_the_mean_and_spread_that_the_layer_says():
    shape = NormalisedShape(SMALL.sizes)
    theta, (x, _) = networks(2, shape), images(40)
    hidden = shape.activations(theta, x)[0]
    bias = shape.layers(theta)[0][1]
    assert torch.allclose(hidden.mean(1), bias, atol=1e-12)
    assert torch.allclose(hidden.std(1), torch.ones_like(bias), atol=1e-3)
    scaled = [(w * 3, b) for w, b in shape.layers(theta)[:-1]] + shape.layers(theta)[-1:]
    assert torch.allclose(shape.logits(shape.flat(scaled), x), shape.logits(theta, x), atol=1e-3)
    z, statistics = shape.measured(theta, x)
    again, _ = shape.measured(theta, x[:7], statistics)
    assert torch.allclose(again[-1], z[-1][:, :7], atol=1e-12)


def test_the_gradient_through_the_norm_is_a_difference_quotient():
    shape = NormalisedShape(SMALL.sizes)
    theta, (x, y) = networks(1, shape), images(15)
    slope = shape.gradient(theta, x[None], y[None])[0]
    direction = torch.randn(shape.count, generator=torch_generator(3), dtype=torch.float64)
    up, down = (cross_entropies(shape.logits(theta + h * direction, x), y) for h in (1e-5, -1e-5))
    assert float(slope @ direction) == pytest.approx(float(up - down) / 2e-5, rel=1e-5)


def test_where_nothing_was_learned_every_sum_of_changes_is_the_network_before():
    still = nets.Recipe(epochs=1, batch_size=500, learning_rate=0.0)
    found = tasks.added(0, 8, still)  # nothing learned: every sum is the network before
    assert torch.allclose(found.sums, torch.full_like(found.sums, found.before)) and found.joint == found.before


def test_copies_that_share_every_step_are_one_network():
    one, two = averaging.spawned(0, QUICK, 20)
    assert torch.equal(one, two)
    apart = averaging.spawned(0, QUICK, 0)
    assert not torch.equal(apart[0], apart[1])


def test_a_crowd_of_one_network_agrees_with_itself():
    theta = nets.mlp_shape(8).initial([torch_generator(0, "crowd")]).expand(3, -1)
    found = averaging.crowd(nets.mlp_shape(8), theta, nets.digits(0))
    assert found.disagreement == 0
    assert found.ensemble == found.average == float(found.members[0])


@pytest.mark.parametrize("decay", [0.95, 0.3, 0.0, -0.7])
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_averaging_gain_is_the_mean_of_the_correlation_matrix(decay, count):
    i = np.arange(count)
    matrix = np.where(i[:, None] == i, 1.0, np.power(decay, np.abs(i[:, None] - i)))
    assert averaging.averaging_gain(decay, count) == pytest.approx(matrix.mean(), abs=1e-12)


def test_averaging_gain_refuses_noise_that_does_not_settle():
    with pytest.raises(ValueError, match="got 1"):
        averaging.averaging_gain(1.0, 3)
    with pytest.raises(ValueError, match="got 0"):
        averaging.averaging_gain(0.5, 0)


def test_the_second_task_is_the_first_turned_by_a_quarter():
    split = nets.digits(0)
    other = tasks.turned(split)
    assert torch.equal(other.x_train[0].view(8, 8), torch.rot90(split.x_train[0].view(8, 8)))
    assert torch.equal(other.y_test, split.y_test)
    assert torch.equal(tasks.turned(other, 3).x_test, split.x_test)


@pytest.fixture(scope="module")
def page(explorable):
    """What the page holds, as Python's :class:`Picture`: decoded by Python from the committed file."""
    import base64

    data = explorable("mode_connectivity").data

    def unpacked(text, columns):
        return torch.tensor(np.frombuffer(base64.b64decode(text), dtype=np.int8).copy()).view(-1, columns)

    whole = torch.cat([unpacked(text, nets.mlp_shape(data["width"]).count) for text in data["networks"]])
    orders = tuple(torch.tensor(p) for p in data["permutations"])
    return twin.Picture(
        data["width"], data["step"], whole, orders, unpacked(data["images"], 64), torch.tensor(data["labels"])
    )


@pytest.mark.parametrize("corner", ["renumbered", "bend"])
def test_the_explorable_computes_what_python_computes(explorable, page, corner):
    script = explorable("mode_connectivity")
    places = torch.tensor([[0, 0], [1, 0], [0, 1], [0.5, 0], [0.2, 0.7], [-0.3, 1.2]], dtype=torch.float64)
    drawn = [script(f"loss({p}, {q}, '{corner}')") for p, q in places.tolist()]
    assert drawn == pytest.approx(page.losses(corner, places).tolist(), abs=1e-9)
    frame = script(f"frame('{corner}')")
    found = page.corners()
    assert frame["base"] == pytest.approx(float((found["b"] - found["a"]).norm()), rel=1e-12)
    assert np.hypot(frame["along"], frame["across"]) == pytest.approx(
        float((found[corner] - found["a"]).norm()), rel=1e-12
    )


@pytest.mark.processor
def test_the_page_holds_what_python_makes(page):
    made = twin.picture()
    assert torch.equal(made.images, page.images) and torch.equal(made.labels, page.labels)
    assert all(torch.equal(p, q) for p, q in zip(made.permutations, page.permutations))
    assert made.step == pytest.approx(page.step, rel=1e-3)
    assert int((made.networks.int() - page.networks.int()).abs().max()) <= 2  # rounding differs between processors


def test_the_path_over_the_trained_bend_is_low_and_the_chord_is_not(explorable):
    script = explorable("mode_connectivity")
    frame = script("frame('bend')")
    end = [frame["base"], 0]
    straight, bent = (
        script(f"barrier(TD.mode_connectivity.along({control}, {end}, 'bend', 21))")
        for control in ([frame["base"] / 2, 0], [frame["along"], frame["across"]])
    )
    assert straight > 0.5 > 0.1 > bent
