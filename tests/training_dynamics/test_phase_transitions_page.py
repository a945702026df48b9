"""The explorable on phase transitions: the ball of the page against the roots that Python finds."""

import numpy as np
import pytest

from training_dynamics.phase_transitions import explorable as twin, magnet


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
