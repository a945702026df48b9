"""The counts that stand beside the proxies of the lens: what they are where the answer is known, and that their claims can fail."""

import numpy as np
import pytest
import torch

from training_dynamics.cic import noise, paths, ranks, steady
from training_dynamics.cic.claims import noise as noise_claims, ranks as claims


def normal(n: int, h: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, h, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_copies_lose_directions_and_join_others_and_a_constant_unit_does_neither():
    own = normal(400, 6)
    copied = torch.cat([own, own[:, :2] + 1e-3 * normal(400, 2, 1), torch.ones(400, 3)], 1)
    assert ranks.active(copied).shape[1] == 8
    assert (ranks.lost(own), ranks.joined(own)) == (0, 0)
    assert (ranks.lost(copied), ranks.joined(copied)) == (2, 4)


def test_a_regression_that_only_fits_the_rows_it_saw_joins_nothing():
    assert ranks.joined(normal(30, 14)) == 0


@pytest.mark.parametrize("used", [1, 3, 5])
def test_decisions_need_the_directions_that_the_readout_uses(used):
    x = normal(400, 8) * torch.tensor([1.0] * used + [0.01] * (8 - used))
    readout = torch.cat([torch.eye(8)[:used], -torch.eye(8)[:used]]).double()
    assert ranks.needed(x, readout, torch.zeros(2 * used).double()) == used


def test_no_direction_is_needed_where_one_class_is_always_chosen():
    assert ranks.needed(normal(100, 8), torch.zeros(3, 8), torch.tensor([0.0, 1.0, 0.0])) == 0


def dropped(agreement: torch.Tensor, phi: torch.Tensor, halves: torch.Tensor) -> noise.Dropped:
    return noise.Dropped(agreement, torch.stack([phi] * 7, 1), halves)


def test_the_ceiling_is_one_without_noise_and_low_where_halves_say_different_things():
    exact = torch.arange(16.0)
    assert dropped(exact, exact, torch.stack([torch.stack([exact, exact])] * 2)).ceiling() == pytest.approx(1)
    loose = normal(16, 4).T.reshape(2, 2, 16)
    assert dropped(exact, exact, loose).ceiling() < 0.6


def test_one_quantity_read_with_noise_stays_at_its_ceiling_and_would_break_the_claim(monkeypatch):
    found = []
    for seed in range(40):
        truth, errors = normal(60, 1, seed)[:, 0], normal(60, 4, 100 + seed).T
        halves = (truth + 0.5 * errors).reshape(2, 2, 60)
        whole = halves.mean(1)
        found.append(dropped(whole[0], whole[1], halves))
    gaps = [d.ceiling() - d.rank_correlations()[0] for d in found]
    assert abs(np.mean(gaps)) < 0.03
    monkeypatch.setattr(noise_claims, "dropout_at", lambda *args: found[0])
    assert not noise_claims.agreement_ceiling(0).ok


def test_sizes_that_lost_nothing_would_break_the_claims_on_ranks(monkeypatch):
    flat, rising = np.full(5, 3.0), np.arange(1.0, 6)
    same = ranks.Counts(norms=rising, phi=-rising, constant=flat, needed=-rising, lost=rising, joined=flat)
    for name in ("counts", "one_size"):
        for module in (claims, ranks):
            monkeypatch.setattr(module, name, lambda *args, **kept: same)
    assert same.rank_correlation("phi") == pytest.approx(-1)
    assert not claims.norm_directions(0).ok  # small starts need more
    assert not claims.norm_joined(0).ok  # small starts lose less
    assert not claims.norm_one_size(0).ok  # the smaller the norm, the larger phi
    assert not claims.norm_reach(0).ok  # norms at one size spread as far as over sizes


def test_long_projections_turn_more_often():
    assert steady.periods(0, 100.0) == pytest.approx(100 * steady.periods(0, 1.0))
    assert steady.periods(0, 1.0) < 0.1 < 1 < steady.periods(0, 100.0)


def test_a_reading_that_rises_never_turns_back_and_a_zigzag_does_so_at_every_step():
    steady_rise, zigzag = np.arange(6.0), np.array([0.0, 1, 0, 1, 0, 1])
    assert steady.reversals(steady_rise[:, None]) == 0
    assert steady.reversals(zigzag[:, None]) == 4
    assert steady.reversals(np.stack([steady_rise, zigzag], 1)) == 2


def test_units_that_never_fire_stay_out_of_what_is_shared_a_unit():
    readings = torch.zeros(11, 7)
    readings[:, 0] = 0.5  # total correlation, a unit of the whole layer
    fired = torch.full((11,), 0.5)
    assert paths.Path(torch.zeros(11), readings, fired).shared == pytest.approx(1)
