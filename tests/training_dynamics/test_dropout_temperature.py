"""One temperature: what it keeps, where its loss is least, and the formula for a mean probability."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

from training_dynamics.dropout.calibration import likelihood_loss
from training_dynamics.dropout.temperature import as_sure, cross_fitted, fitted, tempered


def _answers(scale: float, n: int = 20000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of logits that are ``scale`` times those by which the labels are drawn."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.standard_normal((n, 4))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(1)
    return softmax(scale * logits, axis=1), labels


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_fitted_temperature_takes_back_what_was_multiplied(scale):
    p, labels = _answers(scale)
    assert fitted(p, labels) == pytest.approx(scale, rel=0.05)
    loss, temperature = cross_fitted(p, labels)
    assert temperature == pytest.approx(scale, rel=0.05)
    assert loss == pytest.approx(likelihood_loss(_answers(1.0)[0], labels), abs=2e-3)


def test_at_the_fitted_temperature_the_expected_logit_is_that_of_the_label():
    p, labels = _answers(2.0)
    logits = np.log(p)
    q = tempered(p, fitted(p, labels))
    assert (q * logits).sum(1).mean() == pytest.approx(logits[np.arange(len(labels)), labels].mean(), abs=1e-3)


def test_a_temperature_changes_no_answer_and_dividing_by_one_nothing():
    p, _ = _answers(1.0, 100)
    assert np.allclose(tempered(p, 1.0), p, rtol=0, atol=1e-12)
    assert (tempered(p, 3.0).argmax(1) == p.argmax(1)).all()
    assert (tempered(p, 3.0).max(1) < p.max(1)).all()
    with pytest.raises(ValueError, match="> 0"):
        tempered(p, 0.0)


def test_as_sure_finds_the_confidence():
    p, _ = _answers(1.0, 1000)
    assert tempered(p, as_sure(p, 0.5)).max(1).mean() == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("variance", [0.5, 4.0, 20.0])
def test_the_formula_for_the_mean_probability(variance):
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    for mean in (-3.0, 0.0, 1.0, 6.0):
        exact = weights @ expit(mean + variance**0.5 * nodes) / weights.sum()
        assert expit(mean / np.sqrt(1 + np.pi * variance / 8)) == pytest.approx(exact, abs=0.02)
