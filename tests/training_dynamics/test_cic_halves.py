"""Weights fitted on one half of the evidence: they carry over where changes agree, do not where they are noise, and can fail."""

import numpy as np
import pytest

from training_dynamics.cic import halves
from training_dynamics.cic.claims import halves as claims
from training_dynamics.cic.preregistration import PROXIES


def noise(seed: int, shift: tuple[float, float, float]) -> halves.Moves:
    rng = np.random.default_rng(seed)
    return tuple(rng.standard_normal((rows, 3)) + shift for rows in (20, 1, 1))


def both(shift: tuple[float, float, float]) -> halves.Judged:
    return halves.judged(
        (0, 1, 2), [noise(seed, shift) for seed in range(20)], [noise(20 + seed, shift) for seed in range(20)]
    )


def test_weights_find_the_term_that_goes_the_right_way_and_keep_it_at_other_seeds():
    found = both((0.0, -6.0, 0.0))  # H falls at every seed
    assert found.fitted.min() > 0.95 and found.held.min() > 0.95
    assert found.weights[0] > 1


def test_weights_fitted_to_noise_are_worth_nothing_elsewhere():
    found = both((0.0, 0.0, 0.0))
    assert found.fitted.mean() > 0.58 and abs(found.held.mean() - 0.5) < 0.12


def test_no_weight_below_zero_turns_terms_that_all_go_the_wrong_way():
    assert both((-6.0, 6.0, -6.0)).held.max() < 0.05


def test_the_three_tests_count_alike():
    rising = (np.tile([1.0, 10.0, 0.0], (20, 1)), np.array([[-1.0, -10.0, 0.0]]), np.array([[-1.0, -10.0, 0.0]]))
    found = halves.judged((0, 1, 2), [rising], [rising])
    assert found.held.tolist() == [0, 1, 1]  # two tests outweigh twenty steps


def test_evidence_holds_the_proxies_and_both_kinds_of_terms_without_meaning():
    steps, curve, kicks = halves.evidence(0, 20)
    width = len(PROXIES) + 6 * halves.TRIPLES
    assert [moves.shape for moves in (steps, curve, kicks)] == [(20, width), (1, width), (1, width)]
    assert curve[0, PROXIES.index("h_pred")] < 0  # surer halfway on the curve
    columns = [column for kind in halves.KINDS.values() for triple in kind for column in triple]
    assert set(columns) == set(range(width))
    assert all(np.abs(moves).min(0)[len(PROXIES) :].max() > 0 for moves in (steps, curve, kicks))


@pytest.mark.parametrize(("share", "ok"), [(0.5, False), (0.95, True)])
def test_shares_of_a_coin_would_break_the_claims(monkeypatch, share, ok):
    flat = halves.Judged(np.ones(3), np.full(3, share), (1.0, 1.0))
    monkeypatch.setattr(claims, "halves", lambda kind, *args: (flat,) * len(halves.KINDS[kind]))
    assert claims.lens_halves().ok is ok and claims.meaningless_halves().ok is ok
