"""Training in practice: the scalar engine, the model in scalars and in torch, signals, and the explorable against its twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice import explorable as twin, signals
from training_dynamics.training_in_practice.baselines import baselines, bigram_probabilities, perplexity
from training_dynamics.training_in_practice.graphs import (
    chain,
    deepest_recursion,
    random_graph_error,
    same_network_error,
)
from training_dynamics.training_in_practice.muon import orthogonalised
from training_dynamics.training_in_practice.network import CharMLP, Shape, sample
from training_dynamics.training_in_practice.neurons import cross_entropy
from training_dynamics.training_in_practice.value import Value, topological, topological_recursive


def test_a_value_that_is_used_twice_gets_the_sum_of_both_uses():
    x = Value(3.0)
    (x * x + x).backward()
    assert x.grad == 7


def test_a_second_backward_adds_to_what_was_there():
    x = Value(2.0)
    y = x**3.0
    y.backward()
    y.backward()
    assert x.grad == 24


@pytest.mark.parametrize(
    "work",
    [
        lambda v: 2 - v, lambda v: 1 / v, lambda v: -v * 3, lambda v: v.exp().log() / 2, lambda v: (v - 1).tanh(),
        lambda v: (v**2.0 - 5).relu() + v,
    ],
)  # fmt: skip
def test_each_operation_has_the_slope_of_a_difference_quotient(work):
    x, step = Value(1.7), 1e-6
    work(x).backward()
    assert x.grad == pytest.approx((work(Value(1.7 + step)).data - work(Value(1.7 - step)).data) / (2 * step), rel=1e-7)


@pytest.mark.parametrize("seed", [11, 12])
def test_engine_and_scalar_network_agree_with_torch(seed):
    assert random_graph_error(seed) < 1e-12
    assert same_network_error(seed, Shape(context=2, embedding=2, hidden=4, depth=2, activation="relu")) < 1e-12


def test_a_chain_that_is_too_deep_for_recursion_is_no_trouble_for_the_engine():
    start, end = chain(5000)
    end.backward()
    assert start.grad == pytest.approx(0.999**5000, rel=1e-10)
    assert deepest_recursion((100, 5000)) == 100
    with pytest.raises(RecursionError):
        topological_recursive(chain(20_000)[1])


def test_the_order_puts_each_value_behind_what_it_is_made_from():
    _, end = chain(30)
    place = {id(value): i for i, value in enumerate(topological(end))}
    assert all(place[id(parent)] < place[id(v)] for v in topological(end) for parent in v.parents)


def test_the_cross_entropy_of_scalars_does_not_overflow():
    logits = [Value(1000.0), Value(998.0)]
    loss = cross_entropy(logits, 1)
    assert loss.data == pytest.approx(2 + math.log1p(math.exp(-2)), rel=1e-12)


def test_baselines_are_ordered_and_the_bigram_table_is_what_counting_gives():
    found = baselines(3)
    assert found.uniform == pytest.approx(math.log(27)) and found.uniform > found.unigram > found.bigram
    table = bigram_probabilities(["ab", "aa"], 0.0)
    assert table[1, :3].tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert perplexity(math.log(27)) == pytest.approx(27)


def test_untrained_the_model_is_nearly_as_uncertain_as_a_die_with_27_sides():
    shape = Shape()
    model = CharMLP(shape, torch_generator(0, "test"))
    x, y = windows(split_names(0, 50).train, shape.context)
    loss = torch.nn.functional.cross_entropy(model(x), y).item()
    assert loss == pytest.approx(math.log(27), abs=0.1)
    assert all(len(name) <= 15 and (name == "" or name.isalpha()) for name in sample(model, 5, torch_generator(0, "s")))


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (8, 2)])
def test_muon_makes_every_singular_value_nearly_one(shape):
    matrix = torch.randn(*shape, generator=torch_generator(0, "muon", shape))
    values = torch.linalg.svdvals(orthogonalised(matrix, 8))
    assert values.min() > 0.5 and values.max() < 1.4


@pytest.mark.parametrize("q", [0.1, 1.0, 2.5])
def test_gaussian_means_are_the_integrals(q):
    def mean(f):
        return quad(lambda z: f(math.sqrt(q) * z) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -12, 12)[0]

    assert signals.squared_output("tanh", q) == pytest.approx(mean(math.tanh), rel=1e-8)
    assert signals.squared_slope("tanh", q) == pytest.approx(mean(lambda z: 1 - math.tanh(z) ** 2), rel=1e-8)


@pytest.mark.parametrize(("gain", "factor"), [(1.0, 0.5), (2**0.5, 1.0), (2.0, 2.0)])
def test_relu_layers_have_one_factor_for_signal_and_gradient(gain, factor):
    found = twin.picture("relu", gain, 6)
    assert found.q == pytest.approx(factor ** np.arange(6)) and found.g == pytest.approx(found.q[::-1])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("gain", [0.6, 1.0, 1.7, 3.0])
def test_the_page_shows_what_python_computes(explorable, activation, gain):
    found, expected = (
        explorable("training_in_practice")(f"picture('{activation}', {gain}, 25)"),
        twin.picture(activation, gain, 25),
    )
    assert found["q"] == pytest.approx(expected.q, rel=1e-9)
    assert found["g"] == pytest.approx(expected.g, rel=1e-9)


def test_the_network_of_the_page_follows_its_theory(explorable):
    script = explorable("training_in_practice")
    runs = [script(f"network('relu', 1.0, 6, 80, {seed})") for seed in range(1, 13)]
    q, g = (np.mean([run[key] for run in runs], axis=0) for key in "qg")
    assert q[-1] == pytest.approx(0.5**5, rel=0.3) and g[0] == pytest.approx(0.5**5, rel=0.4)
    assert q[0] == pytest.approx(1) and g[-1] == 1


def test_the_page_refuses_what_python_refuses(explorable):
    with pytest.raises(ValueError, match="activation must be one of tanh, relu, got 'gelu'"):
        twin.picture("gelu", 1.0, 5)
    with pytest.raises(Exception, match="activation must be one of tanh, relu, got 'gelu'"):
        explorable("training_in_practice")("picture('gelu', 1, 5)")
    with pytest.raises(ValueError, match="depth must be at least 2, got 1"):
        twin.picture("tanh", 1.0, 1)
    with pytest.raises(Exception, match="depth must be at least 2, got 1"):
        explorable("training_in_practice")("picture('tanh', 1, 1)")
