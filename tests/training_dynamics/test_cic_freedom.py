"""What the chapter says beside its claims on weights that are fitted afterwards, and on the one pair with nearly one slope."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from training_dynamics.cic import freedom, steady
from training_dynamics.cic.claims.steady import every_step_walk
from training_dynamics.cic.claims.whole import walks_climb
from training_dynamics.cic.features import RATIOS, sweep
from training_dynamics.cic.preregistration import PROXIES


def test_noise_is_fitted_less_than_the_bound_of_random_walks_asks(monkeypatch):
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((10, 21, len(PROXIES)))
    best = [freedom.lens_rise(readings) for readings in noise]
    monkeypatch.setattr("training_dynamics.cic.claims.whole.walks_rise", lambda *args: np.mean(best))
    assert np.mean(best) > 0.2  # two weights and twelve choices are worth something
    assert not walks_climb(0).ok


def test_synergy_against_entropy_has_its_slope_away_from_the_peak_too():
    places = zip(RATIOS[::2], RATIOS[2::2], strict=False)
    slopes = [sweep(0, 80).slope(1, 2, low, high) for low, high in places]
    assert len(slopes) == 3
    assert min(slopes) > 0 and max(slopes) < 3 * min(slopes)


def test_more_choices_rise_along_a_path_that_drifts_than_along_one_that_turns(monkeypatch):
    readings = np.cumsum(np.random.default_rng(1).uniform(0.5, 1, (21, len(PROXIES))), axis=0)

    def along(path):
        monkeypatch.setattr(freedom, "run", lambda *args: SimpleNamespace(readings=torch.tensor(path)))
        return freedom.rising(0)

    assert along(readings) == 12
    assert along(np.concatenate([readings, readings[::-1]])) == 0


def test_terms_without_meaning_rise_along_a_smooth_path_and_not_along_noise():
    rng = np.random.default_rng(2)
    line = np.linspace(0, 1e-3, 21)[:, None] * rng.standard_normal(50)
    assert 0.6 < steady.share_rising(line, rng) < 1  # each term moves one way: 7 of 8 triples can be made to rise
    assert steady.share_rising(rng.standard_normal((21, 50)), rng) == 0
    with pytest.raises(ValueError, match="at least two rows"):
        steady.share_rising(line[:1], rng)


def test_a_walk_that_drifts_would_break_the_claim_on_walks(monkeypatch):
    readings = torch.linspace(0, 1, 21)[:, None] * torch.ones(len(PROXIES))
    monkeypatch.setattr(steady, "walk", lambda *args: SimpleNamespace(readings=readings))
    assert not every_step_walk(0).ok
