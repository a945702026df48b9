"""Between the rates of a grid, and in pairs."""

from __future__ import annotations

import numpy as np
import pytest

from training_dynamics.optimizers.contests import CHEAP, between, cheap_lead, needed, pairing
from training_dynamics.optimizers.rivals import Trials, rivals


def _trials(losses: list[float]) -> Trials:
    found = np.array(losses)
    return Trials((1.0, 2.0, 4.0, 8.0), found, found)


@pytest.mark.parametrize("bottom", [0.7, 1.0, 1.3, 2.2])
def test_a_parabola_in_the_logarithm_of_the_rate_is_found_exactly(bottom):
    place = np.arange(4)
    assert between(_trials((2 + 0.3 * (place - bottom) ** 2).tolist())) == pytest.approx(2, abs=1e-12)


def test_at_an_end_or_where_the_bottom_is_not_between_the_neighbours_the_grid_speaks():
    assert between(_trials([1.0, 2.0, 3.0, 4.0])) == 1
    assert between(_trials([2.0, 1.0, np.inf, np.inf])) == 1


def test_what_is_common_to_a_pair_drops_out():
    rng = np.random.default_rng(0)
    common, own = rng.standard_normal(4000), rng.standard_normal((2, 4000))
    assert pairing(own[0], own[1]) == pytest.approx(1, abs=0.05)
    assert pairing(3 * common + own[0], 3 * common + own[1]) == pytest.approx(np.sqrt(2 / 20), abs=0.02)


def test_needed_seeds():
    first = np.array([1.0, 3.0])  # mean 2, standard deviation of the difference sqrt(2)
    assert needed(first, np.zeros(2), errors=2) == pytest.approx((2 * np.sqrt(2) / 2) ** 2)
    assert needed(np.array([1.0, -1.0]), np.zeros(2)) == np.inf


def test_a_cheap_lead_is_between_chosen_losses_and_turns_its_sign_with_its_names():
    trials = rivals(0, 5, 8, 16, CHEAP)
    lead = cheap_lead(0, "Muon", "SGD", 5, 16, 8)
    assert lead == pytest.approx(trials["SGD"].loss - trials["Muon"].loss, abs=1e-12) and lead != 0
    assert cheap_lead(0, "SGD", "Muon", 5, 16, 8) == pytest.approx(-lead, abs=1e-12)
