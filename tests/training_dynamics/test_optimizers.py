"""Optimizers: norms and their steps, one step of a layer, Newton–Schulz, relatives, and the explorable against its twin."""

import numpy as np
import pytest
import torch

from training_dynamics.optimizers import cost, explorable as twin, layer, newton_schulz as ns, norms, whitening
from training_dynamics.toolbox.seeds import numpy_generator


def gradient(seed=0, shape=(4, 7)):
    return numpy_generator(seed, "test optimizers", *shape).standard_normal(shape)


@pytest.mark.parametrize("kind", norms.NORMS)
def test_no_other_step_of_length_one_gains_more(kind):
    g, rng = gradient(), numpy_generator(1, "test optimizers other steps")
    best = np.sum(g * norms.steepest(g, kind))
    near = norms.steepest(g, kind) + rng.choice([1e-3, 0.1, 10.0], (300, 1, 1)) * rng.standard_normal((300, *g.shape))
    gains = [np.sum(g * d) / norms.norm(d, kind) for d in near]
    assert max(gains) < best * (1 + 1e-12)
    assert max(gains) > 0.98 * best  # some of them come close, so that the bound is the least one


def test_the_rms_norm_is_the_largest_output_for_inputs_of_unit_size():
    d, rng = gradient(2, (3, 8)), numpy_generator(3, "test optimizers inputs")
    x = rng.standard_normal((20_000, 8))
    ratio = np.sqrt(np.mean((x @ d.T) ** 2, 1) / np.mean(x**2, 1))
    assert 0.9 * norms.norm(d, "rms") < ratio.max() <= norms.norm(d, "rms")


@pytest.mark.parametrize("kind", norms.NORMS)
def test_a_gradient_of_zero_asks_for_no_step(kind):
    zero = np.zeros((2, 3))
    assert np.array_equal(norms.steepest(zero, kind), zero)
    assert norms.dual_norm(zero, kind) == 0


def test_the_orthogonal_factor_leaves_out_directions_that_are_not_there():
    g = np.outer([3.0, 4.0], [0.0, 5.0, 12.0])
    assert np.allclose(norms.polar(g), g / 65, atol=1e-15)


def test_a_norm_that_is_not_known_is_refused():
    for function in (norms.norm, norms.dual_norm, norms.steepest):
        with pytest.raises(ValueError, match="norm must be one of frobenius, max, spectral, rms, got 'l7'"):
            function(np.eye(2), "l7")


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.5])
def test_each_step_takes_off_at_least_what_is_guaranteed(exponent):
    for step in layer.cases(0, exponent, draws=10):
        assert step.measured[0] >= step.guaranteed[0] * (1 - 1e-12)
        assert step.measured[1] >= step.guaranteed[1] * (1 - 1e-12)
        assert all(best >= measured * (1 - 1e-12) for best, measured in zip(step.best, step.measured))


def test_no_rate_takes_off_more_than_the_best_one():
    rng = numpy_generator(7, "test optimizers best rate")
    sigma, error = layer.spectrum(0.7, 9, rng), rng.standard_normal((5, 9))
    for direction in (error @ sigma, norms.polar(error @ sigma)):
        best = layer.best_decrease(error, sigma, direction)
        found = max(layer.decrease(error, sigma, rate * direction) for rate in np.geomspace(1e-2, 1e2, 4000))
        assert 0.999 * best < found <= best * (1 + 1e-12)


def test_the_two_ranks_compare_the_two_guarantees():
    rng = numpy_generator(4, "test optimizers ranks")
    sigma, error = layer.spectrum(0.7, 9, rng), rng.standard_normal((5, 9))
    step = layer.one_step(error, sigma)
    ranks = layer.gradient_rank(error @ sigma) / layer.input_rank(sigma)
    assert ranks == pytest.approx(step.guaranteed[1] / step.guaranteed[0], rel=1e-10)


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3)])
@pytest.mark.parametrize("coefficients", [ns.MUON, ns.CUBIC])
def test_rounds_on_a_matrix_are_rounds_on_its_singular_values(shape, coefficients):
    g = torch.tensor(gradient(5, shape))
    u, s, v = torch.linalg.svd(g, full_matrices=False)
    exact = (u * torch.tensor(ns.polynomial((s / s.norm()).numpy(), 4, coefficients))) @ v
    assert torch.allclose(ns.orthogonalised(g, 4, coefficients), exact, atol=1e-12)


def test_a_stack_is_made_orthogonal_matrix_by_matrix():
    stack = torch.tensor(np.stack([gradient(s) for s in range(3)]))
    alone = torch.stack([ns.orthogonalised(g) for g in stack])
    assert torch.allclose(ns.orthogonalised(stack), alone, atol=1e-13)


def test_polishing_settles_at_one():
    values = torch.linalg.svdvals(ns.polished(torch.tensor(gradient(6, (9, 4)))))
    assert float((values - 1).abs().max()) < 1e-3


def test_no_rounds_only_divide_and_fewer_are_refused():
    g = torch.tensor(gradient())
    assert torch.allclose(ns.orthogonalised(g, 0), g / g.norm(), atol=1e-15)
    with pytest.raises(ValueError, match="rounds must be >= 0, got -2"):
        ns.orthogonalised(g, -2)


def test_the_variances_of_a_source_are_those_of_drawn_gradients():
    _, source = whitening.random_source(0, 2, (3, 4))
    rng = numpy_generator(0, "test optimizers source")
    drawn = sum(a @ rng.standard_normal((40_000, 3, 4)) @ b for a, b in source.pairs)
    u, v = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (3, 4))
    assert np.allclose((u.T @ drawn @ v).var(0), source.variances(u, v), rtol=0.06)
    assert np.allclose((drawn @ drawn.mT).mean(0), source.left, rtol=0.06, atol=0.02 * source.left.max())
    assert np.allclose((drawn.mT @ drawn).mean(0), source.right, rtol=0.06, atol=0.02 * source.right.max())


@pytest.mark.parametrize("shape", [(64, 64), (30, 70), (70, 30)])
def test_the_cost_is_what_torch_counts(shape):
    assert cost.counted(*shape, tokens=100, rounds=3) == pytest.approx(
        cost.share(*shape, tokens=100, rounds=3), rel=1e-12
    )


def test_a_step_of_shampoo_or_soap_costs_its_products_and_a_tenth_of_its_decompositions():
    products = {"Shampoo": 4 + 4 + 4 / 10, "SOAP": 4 + 12 + 4 / 10}
    for rule, decomposed in (("Shampoo", 18), ("SOAP", 16 / 3)):
        expected = (products[rule] + decomposed / 10) * 32 / (6 * 100)
        assert cost.counted_bases(rule, 32, 100) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("spread", [0.2, 1.5, 4.0])
def test_the_page_shows_what_python_computes(explorable, spread):
    script, picture = explorable("optimizers"), twin.picture(spread)
    g = f"gradient({spread})"
    assert np.allclose(script.array(g), picture.gradient, atol=1e-12)
    assert np.array_equal(script.array(f"signs(TD.optimizers.{g})"), picture.sign)
    assert np.allclose(script.array(f"orthogonal(TD.optimizers.{g})"), picture.orthogonal, atol=1e-7)
    assert np.allclose(script.array(f"values(TD.optimizers.{g})"), picture.before, rtol=1e-8)
    assert np.allclose(script.array(f"values(TD.optimizers.signs(TD.optimizers.{g}))"), picture.of_sign, atol=1e-7)


@pytest.mark.parametrize("name, coefficients", [("MUON", ns.MUON), ("CUBIC", ns.CUBIC)])
@pytest.mark.parametrize("rounds", [0, 1, 5, 12])
def test_the_page_takes_the_same_rounds(explorable, name, coefficients, rounds):
    script = explorable("optimizers")
    found = script.array(f"values(TD.optimizers.rounds(TD.optimizers.gradient(1.5), {rounds}, TD.optimizers.{name}))")
    assert np.allclose(found, twin.picture(1.5, rounds, coefficients).after, atol=1e-7)


def test_the_page_refuses_what_python_refuses(explorable):
    with pytest.raises(ValueError, match="spread must be from 0 to 6, got -1"):
        twin.picture(-1)
    with pytest.raises(Exception, match="spread must be from 0 to 6, got -1"):
        explorable("optimizers")("gradient(-1)")


@pytest.mark.parametrize("count", [16, 64, 256])
def test_the_orthogonal_factor_of_the_memorys_first_gradient_forgets_the_frequencies(count):
    frequencies = 1 / np.arange(1, count + 1)
    u, s, v = np.linalg.svd((np.eye(count) - 1 / count) * (frequencies / frequencies.sum()))
    own = np.diag(u[:, :-1] @ v[:-1])  # the last direction is lost: it has the singular value 0
    assert s[-1] < 1e-12 < s[-2]
    assert np.all((own < 1) & (own > 1 - 3 / count))
