"""The explorables on phase transitions: the ball against roots, and four numbers of a committee against all overlaps."""

import numpy as np
import pytest

from training_dynamics.phase_transitions import committee, explorable as twin, magnet, plateau


@pytest.mark.parametrize(("temperature", "field"), [(0.5, 0.1), (0.9, -0.3), (1.2, 0.0)])
def test_the_landscape_is_python_s(explorable, temperature, field):
    script = explorable("phase_transitions")
    for m in (-0.99, -0.3, 0.0, 0.7):
        assert script(f"freeEnergy({m}, {temperature}, {field})") == pytest.approx(
            float(magnet.free_energy(m, temperature, field)), rel=1e-12, abs=1e-14
        )
    assert script(f"spinodal({temperature})") == pytest.approx(magnet.spinodal(temperature)[1], rel=1e-12)


@pytest.mark.parametrize(
    ("m", "temperature", "field"), [(0.9, 0.7, -0.1), (0.9, 0.7, -0.2), (-0.2, 0.7, 0.0), (0.5, 1.3, 0.1)]
)
def test_the_ball_rests_where_the_next_root_is(explorable, m, temperature, field):
    script = explorable("phase_transitions")
    assert script(f"rest({m}, {temperature}, {field})") == pytest.approx(twin.rest(m, temperature, field), abs=1e-9)


def test_a_slow_sweep_of_the_page_jumps_where_python_s_does(explorable):
    fields = np.r_[np.linspace(0.4, -0.4, 81), np.linspace(-0.4, 0.4, 81)].round(6).tolist()
    page = explorable("phase_transitions").array(f"cycle(0.7, {fields})")
    assert page == pytest.approx(twin.cycle(0.7, fields), abs=1e-8)
    down = np.array(fields[:81])
    assert down[np.argmax(page[:81] < 0)] == pytest.approx(-magnet.spinodal(0.7)[1], abs=0.011)


def test_the_page_counts_resting_places(explorable):
    script = explorable("phase_transitions")
    assert [script(f"states({t}, {h})") for t, h in ((0.7, 0.0), (0.7, 0.3), (1.1, 0.0))] == [2, 1, 1]


def test_the_page_refuses_what_python_refuses(explorable):
    with pytest.raises(ValueError, match="temperature must be > 0, got -1"):
        magnet.free_energy(0.1, -1)
    with pytest.raises(Exception, match="temperature must be > 0, got -1"):
        explorable("phase_transitions")("freeEnergy(0.1, -1, 0)")


@pytest.mark.parametrize(("k", "rate", "overlap"), [(2, 1.0, 1e-3), (2, 2.4, 1e-2), (3, 0.8, 1e-2), (4, 0.5, 0.1)])
def test_the_page_integrates_the_overlaps_that_python_does(explorable, k, rate, overlap):
    page = explorable("phase_transitions_plateau")(f"path({k}, {rate}, {overlap}, 120)")
    python = twin.overlaps(k, rate, overlap, np.array(page["alphas"]))
    for name, entry in (
        ("own", python.Q[:, 0, 0]),
        ("between", python.Q[:, 0, 1]),
        ("right", python.R[:, 1, 1]),
        ("wrong", python.R[:, 1, 0]),
        ("errors", python.error()),
    ):
        assert page[name] == pytest.approx(entry, abs=2e-5), name


@pytest.mark.parametrize(("k", "rate"), [(2, 0.3), (2, 2.0), (3, 1.0), (3, 2.0)])
def test_the_page_finds_the_plateau_of_equal_units_and_its_escape(explorable, k, rate):
    page, at = explorable("phase_transitions_plateau")(f"symmetric({k}, {rate})"), plateau.alike(k, rate)
    assert page["state"] == pytest.approx([at.Q[0, 0], at.Q[0, 1], at.R[0, 0], at.R[0, 0]], abs=1e-5)
    assert page["error"] == pytest.approx(float(at.error()), rel=1e-5)
    assert page["escape"] == pytest.approx(plateau.escape(k, rate), rel=1e-4)


@pytest.mark.parametrize(("rate", "overlap"), [(1.0, 1e-3), (1.0, 1e-5), (2.4, 1e-3), (0.3, 1e-5)])
def test_the_page_measures_the_plateau_as_python_does(explorable, rate, overlap):
    script = explorable("phase_transitions_plateau")
    start, end = twin.stretch(2, rate, overlap, 400)
    found = script(
        f"plateau(TD.phase_transitions_plateau.path(2, {rate}, {overlap}, 400), {plateau.alike(2, rate).error()})"
    )
    assert found["from"] == pytest.approx(start, abs=0.3)
    assert (found["to"] is None) == np.isinf(end)  # infinity has no word in JSON
    assert np.isinf(end) or found["to"] == pytest.approx(end, abs=0.5)


@pytest.mark.parametrize("k", [2, 3])
def test_the_rates_that_the_page_asks_for_are_those_that_python_finds(explorable, k):
    script = explorable("phase_transitions_plateau")
    assert script(f"FASTEST[{k}]") == pytest.approx(plateau.fastest(k), abs=0.01)
    assert script(f"LIMIT[{k}]") == pytest.approx(plateau.limit(k), abs=0.01)


def test_where_equal_units_have_no_fixed_point_both_say_so(explorable):
    assert explorable("phase_transitions_plateau")("symmetric(3, 2.4)") is None
    with pytest.raises(RuntimeError, match=r"no fixed point of equal units found at rate 2\.4"):
        plateau.alike(3, 2.4)


def test_at_small_rates_the_plateau_is_the_fixed_point_without_noise():
    at, small = plateau.alike(3, 1e-3), committee.plateau(3)
    assert np.abs(at.Q - small.Q).max() < 1e-3
    assert np.abs(at.R - small.R).max() < 1e-4
    assert plateau.escape(3, 1e-3) / 1e-3 == pytest.approx(committee.escape_rate(3), rel=1e-3)


def test_the_plateau_s_page_refuses_what_makes_no_sense(explorable):
    script = explorable("phase_transitions_plateau")
    for call, told in (
        ("path(1, 1, 0.1, 10)", "units must be a whole number from 2 on, got 1"),
        ("path(2, 0, 0.1, 10)", "rate must be > 0, got 0"),
        ("path(2, 1, -1, 10)", "overlap must be >= 0, got -1"),
    ):
        with pytest.raises(Exception, match=told):
            script(call)
    with pytest.raises(ValueError, match="rate must be > 0, got 0"):
        twin.overlaps(2, 0, 0.1, np.array([0.0, 1.0]))


@pytest.mark.parametrize("k", [2, 3])
def test_at_larger_rates_equal_units_are_longer_more_wrong_and_slower_to_separate(k):
    rates = (0.05, 0.3, 0.8, 1.4, 2.0)
    at = [plateau.alike(k, rate) for rate in rates]
    assert np.all(np.diff([one.Q[0, 0] for one in at]) > 0)
    assert np.all(np.diff([float(one.error()) for one in at]) > 0)
    assert np.all(np.diff([plateau.escape(k, rate) / rate for rate in rates]) < 0)
