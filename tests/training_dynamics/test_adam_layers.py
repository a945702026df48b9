"""Muon and Shampoo against slow versions, and what turning a layer is."""

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power

from training_dynamics.adam import invariance, layers

RNG = np.random.default_rng(1)
METHODS = layers.MATRIX_METHODS


def test_turning_the_layers_turns_each_by_itself():
    network, theta = invariance.setting(0)
    a = layers.layer_rotation(network, 0)
    assert np.abs(a @ a.T - np.eye(theta.size)).max() < 1e-12
    for turned, plain in zip(network.parts(a @ theta), network.parts(theta)):
        assert np.allclose(np.linalg.norm(turned), np.linalg.norm(plain))
        if plain.ndim == 2:
            assert np.allclose(np.linalg.svd(turned)[1], np.linalg.svd(plain)[1]) and not np.allclose(turned, plain)


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (4, 4)])
def test_muon_sets_all_singular_values_to_one_and_leaves_the_vectors(shape):
    g = RNG.standard_normal(shape)
    step = layers.polar(g)
    assert np.allclose(np.linalg.svd(step)[1], 1)
    assert np.isclose((step * g).sum(), np.linalg.svd(g)[1].sum())  # only U V^T reaches the nuclear norm
    flat = np.outer(g[:, 0], g[0])
    assert np.allclose(layers.polar(flat), flat / np.linalg.norm(flat))


def test_shampoo_is_what_its_formula_says_after_several_steps():
    gradients = RNG.standard_normal((6, 4, 3))
    left, right = sum(g @ g.T for g in gradients), sum(g.T @ g for g in gradients)
    slow = fractional_matrix_power(left, -0.25) @ gradients[-1] @ fractional_matrix_power(right, -0.25)
    assert np.abs(layers.whiten(gradients[-1], [left, right]) - slow).max() < 1e-12


def test_the_first_step_of_both_is_one_learning_rate_in_every_direction_of_a_layer():
    network, theta = invariance.setting(1)
    for method in METHODS:
        first = network.parts((layers.path(method, network, theta)[1] - theta) / layers.LEARNING_RATE)
        for part in first:
            values = np.linalg.svd(part)[1] if part.ndim == 2 else np.array([np.linalg.norm(part)])
            assert np.abs(values[values > 1e-6] - 1).max() < 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_both_ignore_the_size_of_the_loss_and_turned_layers_and_notice_the_rest(method):
    ignored = [layers.change(method, kind, 0) for kind in ("loss", "layer rotation")]
    noticed = [layers.change(method, kind, 0) for kind in ("each coordinate", *invariance.MAPS)]
    assert max(ignored) < 1e-6 and min(noticed) > 0.3


def test_methods_of_entries_are_measured_by_the_same_rule():
    assert layers.change("gradient", "rotation", 0) == invariance.change("gradient", "rotation", 0)
    assert layers.change("gradient", "layer rotation", 0) < 1e-12 < layers.change("adam", "layer rotation", 0)


def test_an_unknown_method_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match="one of muon, shampoo, got 'soap'"):
        layers.path("soap", *invariance.setting(0))
