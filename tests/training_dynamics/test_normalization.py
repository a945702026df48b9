"""Normalisation: identities of gradients and lengths, networks side by side against torch, and the explorable against Python."""

import numpy as np
import pytest
import torch

from training_dynamics.normalization import (
    batches,
    blocks,
    explorable as twin,
    landscape,
    layers as norms,
    nets,
    rates,
    scale,
    shift,
)
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator

torch.set_num_threads(1)  # two threads wait for each other on busy cores


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("kind", ["batch", "layer", "rms"])
def test_backward_is_the_slope_of_forward(kind):
    z, g, move, h = numbers(6, 5), numbers(6, 5, seed=1), numbers(6, 5, seed=2), 1e-6
    there, here = (np.sum(g * norms.normalize(kind, z + s * h * move)[0]) for s in (1, -1))
    slope = (there - here) / (2 * h)
    assert np.sum(norms.normalize_backward(kind, z, g) * move) == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize("kind", ["batch", "layer", "rms"])
def test_the_gradient_is_orthogonal_to_what_the_norm_removes(kind):
    z, g = numbers(7, 4), numbers(7, 4, seed=1)
    back, axis = norms.normalize_backward(kind, z, g, eps=0.0), norms.AXES[kind]
    z_hat, _ = norms.normalize(kind, z, eps=0.0)
    assert np.abs((back * z_hat).sum(axis)).max() < 1e-12
    assert kind == "rms" or np.abs(back.sum(axis)).max() < 1e-12


def test_weight_norm_backward_is_autograd():
    v, gain, g = numbers(3, 4), numbers(3, seed=1), numbers(3, 4, seed=2)
    leaf, scale_leaf = torch.tensor(v, requires_grad=True), torch.tensor(gain, requires_grad=True)
    w = scale_leaf[:, None] * leaf / leaf.norm(dim=1, keepdim=True)
    exact = torch.autograd.grad((w * torch.tensor(g)).sum(), [leaf, scale_leaf])
    for mine, theirs in zip(norms.weight_norm_backward(v, gain, g), exact):
        assert mine == pytest.approx(theirs.numpy(), abs=1e-13)


@pytest.mark.parametrize("kind, module", [("batch", torch.nn.BatchNorm1d(5)), ("layer", torch.nn.LayerNorm(5))])
def test_the_stacked_norms_are_torchs(kind, module):
    z = torch.tensor(numbers(3, 8, 5)).float()
    stacked = nets.Net(kind, 1, width=5).normalize(z)
    for mine, row in zip(stacked, z):
        assert torch.allclose(mine, module(row), atol=1e-5)


def test_a_stack_of_plain_networks_trains_like_one_with_the_toolbox():
    net, split = nets.Net("none", 2, width=8), rates.images(0)
    model = mlp((64, 8, 8, 10), torch_generator(0))
    start = [p.detach()[None] if p.ndim == 2 else p.detach()[None, None] for p in model.parameters()]
    stacked = [p.repeat(2, 1, 1) for p in start]
    order = rates.order(0, 5)
    _, losses = nets.train(net, stacked, split.x_train, split.y_train, order, torch.tensor([0.1, 0.3]))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    for index, mine in zip(order, losses[:, 1]):
        loss = torch.nn.functional.cross_entropy(model(split.x_train[index]), split.y_train[index])
        assert float(mine) == pytest.approx(loss.item(), abs=1e-5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_a_network_that_diverges_leaves_the_others_alone():
    both = rates.sweep(0, "none", 2, rates=(0.25, 1e6), steps=20)
    alone = rates.sweep(0, "none", 2, rates=(0.25,), steps=20)
    assert not np.isfinite(both.losses[-1, 1])
    assert both.losses[:, 0] == pytest.approx(alone.losses[:, 0], abs=1e-4)
    assert both.largest_rate <= 0.25


def test_a_norm_does_not_notice_the_unit_of_the_inputs_and_a_plain_network_does():
    losses = {
        kind: [rates.sweep(0, kind, 1, units=u, rates=(0.5,), steps=1).losses for u in (1.0, 4.0)]
        for kind in ("batch", "none")
    }
    assert losses["batch"][0] == pytest.approx(losses["batch"][1], abs=1e-4)
    assert np.abs(losses["none"][0] - losses["none"][1]).max() > 0.1


def test_weights_without_a_norm_are_not_scale_invariant():
    found = scale.identities(0, "none")
    assert found.outputs > 1 and found.radial > 1e-3


def test_the_length_settles_where_the_closed_form_says():
    path = norms.length_path(5.0, 0.5, 0.1, 2.0, 400)
    assert path[-1] == pytest.approx(norms.equilibrium_length(0.5, 0.1, 2.0), rel=1e-12)
    turn = np.arctan2(0.5 * 2.0 / path[-1], 0.95 * path[-1])
    assert turn == pytest.approx(norms.equilibrium_angle(0.5, 0.1), rel=1e-10)


def test_turns_and_lengths_tell_the_decay():
    run = scale.lengths(0, (0.4,), (0.05,), 60)
    assert run.law < 1e-12
    log_shrink = np.log(run.length[-1, 0] / run.length[0, 0]) / 59 + np.log(np.cos(run.turn[:-1, 0])).mean()
    assert (1 - np.exp(log_shrink)) / 0.4 == pytest.approx(0.05, rel=1e-9)


def test_noise_is_fresh_in_every_call_and_the_same_for_all_networks():
    hook, z = shift.noise(torch_generator(0)), torch.zeros(3, 5, 4)
    one, two = hook(0, z), hook(0, z)
    assert torch.equal(one[0], one[2]) and not torch.allclose(one, two)


def test_probing_along_relative_steps_does_not_see_the_length_but_plain_probing_does():
    relative = [landscape.rescaled(1, f, relative=True, depth=2)[0] for f in (0.3, 3.0)]
    plain = [landscape.rescaled(1, f, depth=2)[2] for f in (0.3, 3.0)]
    assert relative[0] == pytest.approx(relative[1], rel=1e-9)
    assert plain[0] > 1.5 * plain[1]


def test_running_statistics_are_torchs():
    net, module = nets.Net("batch", 1, width=6), torch.nn.BatchNorm1d(6)
    running = batches.Running(net)
    for seed in range(3):
        z = torch.tensor(numbers(1, 9, 6, seed=seed)).float()
        assert torch.allclose(running.train(0, z)[0], module(z[0]), atol=1e-5)
    module.eval()
    assert torch.allclose(running.evaluate(0, z)[0], module(z[0]), atol=1e-5)


def test_post_norm_holds_the_stream_at_one():
    assert blocks.at_start(0, "post", 4).stream == pytest.approx(np.ones(4), abs=1e-3)


def test_bad_values_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="kind must be one of batch, layer, rms"):
        norms.normalize("group", np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"shape \(examples, units\)"):
        norms.normalize("batch", np.zeros(3))
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        norms.equilibrium_angle(2.0, 0.6)
    with pytest.raises(ValueError, match="depth counts hidden layers"):
        nets.Net("batch", 0)
    with pytest.raises(ValueError, match="one run each"):
        scale.lengths(0, (0.1, 0.2), (0.1,), 1)
    with pytest.raises(ValueError, match="place must be"):
        blocks.forward(torch.zeros(1, 1, blocks.WIDTH), [], "middle")


@pytest.fixture(scope="module")
def script(explorable):
    return explorable("normalization")


@pytest.fixture(scope="module")
def charted(explorable):
    return explorable("normalization_map")


@pytest.mark.parametrize(
    "rate, decay, slope, start", [(0.5, 0.02, 1.0, 3.0), (2.0, 0.3, 0.4, 0.1), (0.01, 1e-3, 5.0, 10.0)]
)
def test_the_explorable_computes_what_python_computes(script, rate, decay, slope, start):
    drawn = script(f"lengthPath({start}, {rate}, {decay}, {slope}, 300)")
    assert drawn == pytest.approx(norms.length_path(start, rate, decay, slope, 300), rel=1e-9)
    assert script(f"angle({rate}, {decay})") == pytest.approx(norms.equilibrium_angle(rate, decay), rel=1e-9)
    settled = norms.equilibrium_length(rate, decay, slope)
    assert script(f"settled({rate}, {decay}, {slope})") == pytest.approx(settled, rel=1e-9)


def trained_nearby(kind, depth, start):
    """How many of the five networks train at every rate of a rate and its two neighbours, and how many at one of them at least."""
    padded = np.array([np.pad(t, 1, mode="edge") for t in twin.trained(kind, depth, twin.GAINS[start])])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)  # (seeds, rates, 3)
    return windows.all(-1).sum(0), windows.any(-1).sum(0)


@pytest.mark.processor
@pytest.mark.parametrize("kind, depth, start", [("layer", 1, "he"), ("none", 2, "small"), ("batch", 8, "large")])
def test_the_map_is_what_python_computes(charted, kind, depth, start):
    """At the edge of stability rounding decides for a network, so each one's edge is known to one step of the grid."""
    saved = np.array(charted.data["counts"][start][kind][twin.DEPTHS.index(depth)])
    surely, perhaps = trained_nearby(kind, depth, start)
    assert (surely <= saved).all() and (saved <= perhaps).all()
    assert (surely == perhaps).sum() >= len(saved) / 2  # a map of the edge alone would say nothing


def test_the_map_has_every_depth_rate_start_and_norm(charted):
    data = charted.data
    assert data["rates"] == list(rates.RATES) and tuple(data["depths"]) == twin.DEPTHS
    assert {start: set(kinds) for start, kinds in data["counts"].items()} == dict.fromkeys(twin.GAINS, set(nets.KINDS))
    cells = charted("cells('he', 'batch')")
    assert len(cells) == len(rates.RATES) * len(twin.DEPTHS)


def test_the_explorable_refuses_what_python_refuses(script):
    from py_mini_racer import JSEvalException

    with pytest.raises(JSEvalException, match="rate \\* decay must lie between 0 and 1"):
        script("angle(2, 0.6)")


def test_a_team_is_its_members_trained_alone():
    run = rates.team(1, "batch", 2)[3]
    net, split = nets.Net("batch", 2), rates.images(1)
    start = net.initial(rates.derived_seed(1, "team", 3))
    rate = torch.tensor([run.rates[2]], dtype=torch.float32)
    _, losses = nets.train(net, start, split.x_train, split.y_train, rates.order(1, 20), rate)
    assert run.losses[:20, 2] == pytest.approx(losses[:, 0].double().numpy(), rel=1e-3)


def test_the_shift_of_gradients_is_what_its_definition_says():
    net, split, rate = nets.Net("batch", 3), rates.images(2), 0.3
    index = rates.order(2, 1)[0]
    x, y = split.x_train[index], split.y_train[index]
    old = net.initial(2)
    _, g = nets.gradients(net, old, x, y)
    new, changes = nets.sgd(old, g, torch.tensor([rate])), []
    for layer in (1, 2, 3):
        place = layer * net.per_layer
        _, there = nets.gradients(net, new[:place] + old[place:], x, y)
        changes.append(float((there[place] - g[place]).norm() / g[place].norm()))
    assert shift.gradient_shift(2, "batch", 3, rate, steps=1)[0] == pytest.approx(np.median(changes), rel=1e-4)


@pytest.mark.parametrize("kind", ["batch", "layer", "rms"])
def test_epsilon_is_added_to_the_variance_inside_the_root(kind):
    z, eps = numbers(6, 5), 0.3
    axis = norms.AXES[kind]
    centred = z if kind == "rms" else z - z.mean(axis, keepdims=True)
    told = centred / np.sqrt((centred**2).mean(axis, keepdims=True) + eps)
    assert norms.normalize(kind, z, eps)[0] == pytest.approx(told, rel=1e-12)
    assert nets.Net(kind, 1, width=5, eps=eps).normalize(torch.tensor(z)[None])[0].numpy() == pytest.approx(told)


def test_pre_norm_blocks_read_normalised_inputs_and_add_to_the_stream():
    generator = torch_generator(0)
    weights = blocks.xavier_weights(1, generator)
    weights[0]["down"] = torch.zeros_like(weights[0]["down"])  # attention alone
    x = 5 * torch.randn(2, 3, blocks.WIDTH, generator=generator)
    _, (pre,) = blocks.forward(x, weights, "pre")
    _, (pre_larger,) = blocks.forward(3 * x, weights, "pre")
    assert torch.allclose(pre_larger - 3 * x, pre - x, atol=1e-3)  # a branch does not notice the stream's size
    _, (post,) = blocks.forward(x, weights, "post")
    assert float(post.detach().square().mean()) == pytest.approx(1, abs=1e-3)


def test_weight_norms_rows_are_directions():
    net = nets.Net("weight", 1, width=4)
    parameters = net.initial(0, dtype=torch.float64)
    x = torch.tensor(numbers(3, 64))
    plain = nets.Net("none", 1, width=4).initial(0, dtype=torch.float64)
    longer = [7 * parameters[0], *parameters[1:]]
    assert torch.allclose(net.logits(parameters, x), nets.Net("none", 1, width=4).logits(plain, x))
    assert torch.allclose(net.logits(longer, x), net.logits(parameters, x))
