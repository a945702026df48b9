"""Optimizers: rare facts, blocks, signs in noise, ends of weight decay, and the rules and rivals of the character model."""

import numpy as np
import pytest
import torch

from training_dynamics.optimizers import blocks, decay, memory, norms, rivals, rules, sensing, signs
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator


def test_the_memory_s_gradient_is_the_slope_of_its_loss():
    m = memory.random_memory(0, d=4, facts=7)
    w, d = numpy_generator(0, "test memory").standard_normal((2, 4, 4))
    slope = (m.losses(w + 1e-5 * d) - m.losses(w - 1e-5 * d)) @ m.pi / 2e-5
    assert slope == pytest.approx(float(np.sum(m.gradient(w) * d)), rel=1e-6)


def test_only_sign_descent_notices_that_the_facts_are_turned():
    for rule in ("gradient", "spectral"):
        assert np.allclose(memory.balance(3, rule), memory.balance(3, rule, aligned=True), rtol=1e-6)
    assert np.ptp(memory.balance(3, "sign", aligned=True)) < 1e-9
    assert np.ptp(memory.balance(3, "sign")) > 0.5


def test_one_step_of_any_length_recalls_the_same_facts():
    m = memory.random_memory(1, d=8, facts=16)
    step = -norms.polar(m.gradient(np.zeros((8, 8))))
    assert m.recalled(step) == m.recalled(1e-3 * step) == m.recalled(100 * step)


def test_a_condition_number_does_not_depend_on_units_that_the_rates_undo():
    h = blocks.hessian(0)
    units = np.repeat(10.0 ** np.arange(6), 12)
    assert blocks.condition(h * np.outer(units, units), "block") == pytest.approx(
        blocks.condition(h, "block"), rel=1e-6
    )
    assert blocks.condition(h * np.outer(units, units), "one") > 100 * blocks.condition(h, "one")


def test_along_the_axes_a_rate_for_each_weight_leaves_nothing():
    assert blocks.condition(blocks.hessian(1, turned=False), "weight") == pytest.approx(1, rel=1e-12)


def test_momentum_helps_a_weak_signal_and_not_a_certain_one():
    assert signs.mean_sign(1e-4, beta=0.9) / signs.mean_sign(1e-4) == pytest.approx(np.sqrt(19), rel=1e-6)
    assert signs.mean_sign(50.0, beta=0.9) == signs.mean_sign(50.0) == 1


def test_the_walk_of_signs_grows_as_their_correlations_say():
    for beta in (0.5, 0.9):
        expected = signs.walk_growth(beta) * (1 - beta) / (1 + beta)
        assert signs.noise_kept(0, beta, walks=4000) == pytest.approx(expected, rel=0.1)
    assert signs.walk_growth(0.0) == 1


@pytest.mark.parametrize("rule, limit", [("spectral", decay.capped), ("lion", decay.clipped)])
def test_decoupled_decay_leaves_alone_what_lies_below_its_limit(rule, limit):
    t = decay.target(0)
    weak = 0.9 / max(np.abs(t).max(), np.linalg.norm(t, 2)) * t
    assert np.array_equal(limit(t, 1e-9), t) or np.allclose(limit(t, 1e-9), t, atol=1e-12)
    assert decay.gap(decay.end(weak, rule, 1.0, decoupled=True), weak) < 1e-3


def test_for_gradient_descent_the_two_kinds_of_decay_are_one():
    t = decay.target(1)
    assert np.allclose(decay.end(t, "gradient", 0.7, True), decay.end(t, "gradient", 0.7, False), rtol=1e-10)


def stack(seed=0, m=3, shape=(6, 4)):
    return torch.randn(m, *shape, generator=torch_generator(seed, "test rules"))


@pytest.mark.parametrize("rule", rules.RULES)
def test_a_rule_treats_each_matrix_of_a_stack_as_if_it_were_alone(rule):
    together, alone = {}, [{} for _ in range(3)]
    for t in range(1, 6):
        g = stack(t)
        found = rules.RULES[rule](together, g, t, "first")
        parts = [rules.RULES[rule](memory_, g[i : i + 1], t, "first") for i, memory_ in enumerate(alone)]
        assert torch.allclose(found, torch.cat(parts), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("rule", [r for r in rules.RULES if r not in ("SGD",)])
def test_all_rules_but_sgd_ignore_the_scale_of_the_loss(rule):
    small, large = {}, {}
    for t in range(1, 6):
        a, b = (
            rules.RULES[rule](kept, c * stack(t, shape=(5, 5)), t, "first") for kept, c in ((small, 1.0), (large, 64.0))
        )
        assert torch.allclose(a, b, rtol=2e-3, atol=2e-3)


def test_the_first_step_of_shampoo_is_the_orthogonal_factor():
    g = stack()
    step = rules.shampoo({}, g, 1, "first")
    exact = torch.stack([torch.tensor(norms.polar(x.double().numpy())) for x in g]).float()
    assert torch.allclose(step, exact, atol=0.02)


def test_blocks_share_a_rate():
    g = stack()
    unit = rules.blocks({}, g, 1, "first", "unit") / g
    token = rules.blocks({}, g, 1, "token", "unit") / g
    layer = rules.blocks({}, g, 1, "first", "layer") / g
    assert torch.allclose(unit, unit[:, :1].expand_as(unit), rtol=1e-4)
    assert torch.allclose(token, token[:, :, :1].expand_as(token), rtol=1e-4)
    assert torch.allclose(layer, layer[:, :1, :1].expand_as(layer), rtol=1e-4)


def test_the_rate_is_chosen_on_other_names_than_it_is_reported_on():
    trials = rivals.Trials((1.0, 2.0, 4.0), np.array([2.0, np.nan, 1.9]), np.array([1.5, 1.0, 1.8]))
    assert (trials.chosen, trials.loss) == (2, 1.8)


def test_every_rule_has_as_many_tries_and_all_train():
    found = rivals.rivals(0, steps=40, hidden=8, batch=32)
    assert set(found) == set(rules.RULES)
    assert {len(t.rates) for t in found.values()} == {rivals.RATES}
    assert all(t.loss < np.log(27) for t in found.values())


def test_all_networks_start_alike():
    untouched = rivals.rivals(0, steps=0, hidden=8)
    losses = np.concatenate([t.test for t in untouched.values()])
    assert np.ptp(losses) < 1e-5


def test_sensing_recovers_the_matrix_once_there_are_as_many_measurements_as_entries() -> None:
    full = sensing.recover(0, "normalised", measurements=80, rank=1, size=4)
    assert full.error < 1e-3
    assert full.directions == pytest.approx(1.0, abs=1e-2)
    few = [sensing.recover(0, rule, measurements=6, rank=1, size=4) for rule in sensing.RULES]
    assert max(one.residual for one in few) < 1e-2 < min(one.error for one in few)
    with pytest.raises(ValueError, match="'adam'"):
        sensing.recover(0, "adam")
