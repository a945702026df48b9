"""How a fault sets in: severities between a mild one and the mildest that is judged, named and paid for."""

import pytest

from training_dynamics.diagnostics import onset
from training_dynamics.diagnostics.judged import HELD_OUT, MILD


@pytest.mark.parametrize("fault", MILD)
def test_severities_go_in_equal_factors_from_the_mild_one_to_the_nearest_held_out_one(fault):
    first, middle, last = (onset.between(fault, place) for place in (0.0, 0.5, 1.0))
    assert first == pytest.approx(MILD[fault])
    assert any(last == pytest.approx(value) for value in HELD_OUT[fault])
    assert not any(min(first, last) * 1.001 < value < max(first, last) * 0.999 for value in HELD_OUT[fault])
    assert middle**2 == pytest.approx(first * last, rel=0.3 if fault in onset.WHOLE else 1e-9)


def test_a_rate_hardly_too_low_costs_little_and_passes_and_one_far_too_low_costs_much_and_is_named():
    mild, judged = (onset.onset("rate_too_low", place) for place in (0.0, 1.0))
    assert mild.named <= 0.5 and judged.named >= 0.75
    assert judged.any_name >= judged.named
    assert mild.cost < 0.3 < judged.cost


def test_a_loss_that_is_lost_counts_as_the_worst():
    run = onset.run("fp16_overflow", 24, onset.setups()[0], 700)
    assert onset._loss(onset.read(run)) == onset.WORST
