"""Normalisation in depth and in the long run: gradients before the first step, and how far each step turns the weights."""

import math

import numpy as np
import pytest
import torch

from training_dynamics.normalization import (
    blocks,
    equilibrium,
    explosion,
    held,
    landscape,
    nets,
    placement,
    rates,
    scale,
    shift,
)
from training_dynamics.toolbox.curvature import extreme_eigenvalues
from training_dynamics.toolbox.seeds import torch_generator

torch.set_num_threads(1)  # two threads wait for each other on busy cores


def test_the_gradients_of_the_layers_are_those_that_training_sees():
    net, split = nets.Net("batch", 4), rates.images(0)
    index = rates.order(0, 1)[0]
    start = net.initial(0, dtype=torch.float64)
    _, g = nets.gradients(net, start, split.x_train[index].double(), split.y_train[index])
    wanted = [float(g[i].norm()) for i in range(0, 4 * net.per_layer, net.per_layer)]
    assert explosion.layer_gradients(0, "batch", 4) == pytest.approx(wanted, rel=1e-10)


def test_growth_compounds_with_depth_and_skip_connections_stop_it():
    shallow, deep = (explosion.growth(3, "batch", depth) for depth in (8, 24))
    assert deep > 5 * shallow
    assert explosion.growth(3, "batch", 24, residual=True) < deep / 5


def test_plain_sgd_turns_the_weights_as_the_run_that_checks_the_length_says():
    told = scale.lengths(2, (0.5,), (0.04,), 30).turn[:, 0]
    assert equilibrium.turns(2, steps=30) == pytest.approx(told, rel=1e-6)


@pytest.mark.parametrize("optimizer", ["momentum", "adamw"])
def test_the_optimizers_are_torchs(optimizer):
    """One weight in a loss of its own: our rule and torch's walk alike, decay included."""
    start, decay, rate = torch.tensor([[[1.0, -2.0]]], dtype=torch.float64), 0.3, 0.01
    theirs = start.clone().requires_grad_()
    kinds = {
        "momentum": lambda: torch.optim.SGD([theirs], lr=rate, momentum=equilibrium.BETA, weight_decay=decay),
        "adamw": lambda: torch.optim.AdamW([theirs], lr=rate, weight_decay=decay),
    }
    torchs, mine = kinds[optimizer](), start.clone()
    direction = equilibrium.rule(optimizer, start)
    for _ in range(20):
        torchs.zero_grad()
        theirs.cos().sum().backward()
        torchs.step()
        mine = mine - rate * direction(-mine.sin(), decay * mine)
    assert torch.allclose(mine, theirs.detach(), atol=1e-9)


def test_the_predicted_turns_of_a_random_walk():
    """Independent gradients of unit size orthogonal to w, in many dimensions: no network, only the rule."""
    generator, rate, decay, size = torch_generator(0, "walk"), 0.1, 0.5, 400
    w = torch.randn(1, 1, size, generator=generator, dtype=torch.float64)
    direction, found = equilibrium.rule("momentum", w), []
    for _ in range(600):
        noise = torch.randn(1, 1, size, generator=generator, dtype=torch.float64)
        noise = noise - (noise * w).sum() / w.square().sum() * w
        after = w - rate * direction(noise / w.norm(), decay * w)
        cosine = float((w * after).sum() / (w.norm() * after.norm()))
        found.append(math.acos(min(1.0, cosine)))
        w = after
    late = np.sqrt(np.mean(np.square(found[300:])))
    assert late == pytest.approx(equilibrium.predicted_turn("momentum", rate, decay), rel=0.1)


def test_smoothing_is_a_ratio_of_medians():
    plain, batch = (landscape.landscape(1, kind, 2, 0.05, 12) for kind in ("none", "batch"))
    wanted = np.median(plain.worst) / np.median(batch.worst)
    assert landscape.smoothing(1, "worst", 2, 0.05, 12) == pytest.approx(wanted)


def test_unknown_words_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="optimizer must be one of sgd, momentum, adamw"):
        equilibrium.predicted_turn("lion", 0.1, 0.1)
    with pytest.raises(ValueError, match="loss must be one of"):
        equilibrium.turns(0, loss="hinge", steps=1)
    with pytest.raises(ValueError, match="labels must be one of"):
        equilibrium.turns(0, labels="none", steps=1)


def test_attention_logits_grow_as_the_square_of_the_weights_and_a_norm_bounds_them():
    plain, larger = (blocks.attention_logits(0, factor) for factor in (1.0, 3.0))
    assert torch.allclose(larger, 9 * plain, rtol=1e-4, atol=1e-5)
    bounded = blocks.attention_logits(0, 1000.0, normalised=True)
    assert torch.allclose(bounded, blocks.attention_logits(0, 1.0, normalised=True), rtol=1e-3, atol=1e-3)
    assert bounded.abs().max() <= blocks.WIDTH**0.5


def test_the_entropy_of_attention_is_one_when_even_and_zero_when_one_hot():
    assert blocks.attention_entropy(torch.zeros(2, 4, 8)) == pytest.approx(1)
    assert blocks.attention_entropy(1000 * torch.eye(8)[None]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("place", blocks.PLACES)
def test_the_first_step_of_a_warm_up_over_one_step_is_half_a_step(place):
    warm, half = (placement.race(0, place, 1, rate, warmup, steps=2) for rate, warmup in ((0.004, 1), (0.002, 0)))
    assert np.array_equal(warm, half)
    assert warm[1] != placement.race(0, place, 1, 0.004, steps=2)[1]


def test_the_end_of_a_run_is_compared_in_powers_of_two():
    high, low = np.full(30, 8.0), np.full(30, 2.0)
    low[:20] = 100.0
    assert placement.octaves(high, low) == pytest.approx(2) and placement.octaves(low, high) == pytest.approx(-2)


def test_rows_put_back_have_their_first_length_and_the_function_stays():
    net, split = nets.Net("batch", 3, eps=0.0), rates.images(0)
    start = net.initial(0, runs=2, dtype=torch.float64)
    moved = [p + 0.3 * torch.randn(p.shape, generator=torch_generator(1), dtype=torch.float64) for p in start]
    back, x = held.put_back(net, moved, start), split.x_train[:32].double()
    for i in (0, net.per_layer, 2 * net.per_layer):
        assert torch.allclose(back[i].norm(dim=2), start[i].norm(dim=2))
        assert not torch.allclose(moved[i].norm(dim=2), start[i].norm(dim=2))
    assert all(torch.equal(back[i], moved[i]) for i in (1, 2, -2, -1))
    assert torch.allclose(net.logits(back, x), net.logits(moved, x))


def test_the_sharpness_is_the_largest_eigenvalue():
    net, split = nets.Net("batch", 2, width=4, inputs=64), rates.images(0)
    start, x, y = net.initial(3, dtype=torch.float64), split.x_train[:64].double(), split.y_train[:64]
    sizes = [p.numel() for p in start]

    def loss(flat):
        return net.losses([part.view(p.shape) for part, p in zip(flat.split(sizes), start)], x, y)[0]

    exact = extreme_eigenvalues(loss, torch.cat([p.flatten() for p in start]))[0]
    assert held.sharpness(net, start, x, y) == pytest.approx(exact, rel=0.02)
    assert held.sharpness(net, [p * float("inf") for p in start], x, y) == math.inf


def test_the_path_of_the_sharpness_begins_alike_and_parts_where_lengths_are_put_back():
    free, back = (held.sharpness_path(1, "batch", 1.0, on, probed=(0, 3)) for on in (False, True))
    assert free[0] == back[0] and free[1] != back[1]


def test_drifting_noise_remembers_its_means_and_fresh_noise_does_not():
    zero = torch.zeros(1, 50, 8)
    drifting = shift.drifting_noise(torch_generator(3), 0.5)
    # of two draws with one variance the drift's has 4/3 of it in the end, of which half is kept: (2/3) / (1 + 4/3)
    for wanted, hook in ((0.0, shift.noise(torch_generator(3))), (2 / 7, drifting)):
        means = torch.stack([hook(0, zero).mean(1)[0] for _ in range(800)]).numpy()
        assert np.corrcoef(means[:-1].ravel(), means[1:].ravel())[0, 1] == pytest.approx(wanted, abs=0.07)


def test_a_token_that_is_alone_sees_no_other():
    generator = torch_generator(0)
    w = blocks.xavier_weights(1, generator)[0]
    w |= dict.fromkeys("qk", 10 * torch.eye(blocks.WIDTH))
    x = torch.nn.functional.layer_norm(torch.randn(2, 5, blocks.WIDTH, generator=generator), (blocks.WIDTH,))
    assert torch.allclose(blocks.attention(x, w), x @ w["v"] @ w["o"], atol=1e-6)
    free, alone = (blocks.at_start(0, "pre", 2, alone=on) for on in (False, True))
    assert alone.stream[-1] > 1.2 * free.stream[-1]  # an average of unlike tokens is shorter than they are
