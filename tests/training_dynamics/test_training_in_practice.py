"""Training in practice: the closed forms against plain steps, limits, refused values, and the explorable against its twin."""

import numpy as np
import pytest

from training_dynamics.training_in_practice import descent, explorable as twin


@pytest.mark.parametrize("rate", [0.01, 0.7, 1.3])
def test_the_closed_form_is_what_steps_give(rate):
    assert np.allclose(descent.descend(2.0, rate, 20, 1.5), descent.closed_form(2.0, rate, 20, 1.5), rtol=1e-12)


def test_one_step_suffices_at_one_over_the_curvature():
    assert descent.descend(3.0, 0.25, 1, curvature=4.0)[-1] == 0


def test_the_variance_is_the_one_that_a_step_leaves_as_it_is():
    rate, noise, c = 0.6, 1.7, 2.0
    variance = descent.stationary_variance(rate, noise, c)
    assert (1 - rate * c) ** 2 * variance + (rate * noise) ** 2 == pytest.approx(variance, rel=1e-12)
    assert descent.stationary_variance(2.0) == np.inf


@pytest.mark.parametrize("kind", descent.NOISES)
def test_every_kind_of_noise_has_variance_one(kind):
    assert descent.noisy_spread(0, 1.0, kind, steps=1).measured == pytest.approx(1, rel=0.05)


def test_wrong_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="rate must be > 0, got 0"):
        descent.descend(1.0, 0, 3)
    with pytest.raises(ValueError, match="kind must be one of normal, uniform, coin, got 'pink'"):
        descent.noisy_spread(0, 0.5, "pink")


@pytest.mark.parametrize("rate", [0.02, 0.5, 1.0, 1.9])
def test_the_page_shows_what_python_computes(explorable, rate):
    script, picture = explorable("training_in_practice"), twin.picture(rate, noise=0.3)
    assert np.allclose(script.array(f"path({rate}, 30)"), picture.path, rtol=1e-10, atol=1e-15)
    assert script(f"variance({rate}, 0.3)") == pytest.approx(picture.variance, rel=1e-10)


def test_the_page_refuses_what_python_refuses(explorable):
    with pytest.raises(ValueError, match="rate must be > 0, got -1"):
        twin.picture(-1, noise=0.3)
    with pytest.raises(Exception, match="rate must be > 0, got -1"):
        explorable("training_in_practice")("path(-1, 3)")
