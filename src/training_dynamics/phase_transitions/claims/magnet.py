"""What the chapter asserts about the magnet: where mean field is right, how fast, and which loops and waits there are."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions import crossing, flips, magnet


def _exponent(x: tuple[float, ...], y: list[float]) -> float:
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


@claim(
    "phase_transitions.mean_field_exact",
    "Mean field is exact.",
    verdict="fails",
    instead=(
        "It averages over which spins are neighbours. On a ring it foretells a magnet below T = 1, here in a field of a "
        "millionth, and the exact solution has none at any temperature."
    ),
    seeds=None,
    vary={"temperature": (0.5, 0.7, 0.9)},
)
def mean_field_exact(temperature: float = 0.7) -> Measured:
    """Mean field's magnetisation in a field of 1e-6, over the exact one of the ring."""
    field = 1e-6
    ratio = magnet.magnetisation(temperature, field) / magnet.ring_magnetisation(temperature, field)
    return Measured(ratio, "times the exact one", at_least=1000)


@claim(
    "phase_transitions.mean_field_rate",
    "Where every spin sees all others, mean field's error falls as one over their number.",
    verdict="holds-if",
    condition="away from the transition",
    seeds=None,
    vary={"temperature": (0.5, 0.7, 1.5, 2.0)},
)
def mean_field_rate(temperature: float = 0.7) -> Measured:
    """Exponent of the error of the mean square magnetisation in N, from 400 to 6400 spins; the exact sum is the truth."""
    sizes = (400, 1600, 6400)
    limit = magnet.magnetisation(temperature) ** 2
    return Measured(
        _exponent(sizes, [abs(magnet.moments(n, temperature).square - limit) for n in sizes]),
        "(exponent)",
        at_least=-1.15,
        at_most=-0.85,
    )


@claim(
    "phase_transitions.critical_size",
    "At the transition the magnetisation that mean field puts at zero falls only as the fourth root of "
    "the number of spins.",
    verdict="holds",
    seeds=None,
    vary={"smallest": (100, 400, 1600)},
)
def critical_size(smallest: int = 400) -> Measured:
    """Exponent of the exact mean of |m| at T = 1 in N, over a factor 16 of N."""
    sizes = (smallest, 4 * smallest, 16 * smallest)
    return Measured(
        _exponent(sizes, [magnet.moments(n, 1.0).size for n in sizes]), "(exponent)", at_least=-0.26, at_most=-0.24
    )


@claim(
    "phase_transitions.finite_sharp",
    "There is a transition in any magnet, however small.",
    verdict="fails",
    instead=(
        "In every finite magnet it is rounded, on a width in temperature that falls as one over the root "
        "of the number of spins."
    ),
    seeds=None,
    vary={"smallest": (200, 800)},
)
def finite_sharp(smallest: int = 200) -> Measured:
    """Exponent in N of the distance of the temperatures at which Binder's cumulant is 0.4 and 0.15."""

    def width(n: int) -> float:
        ends = [brentq(lambda t, b=b: magnet.moments(n, t).binder - b, 0.3, 3.0) for b in (0.4, 0.15)]
        return float(ends[1] - ends[0])

    sizes = (smallest, 4 * smallest, 16 * smallest)
    return Measured(_exponent(sizes, [width(n) for n in sizes]), "", at_least=-0.57, at_most=-0.43)


@claim(
    "phase_transitions.binder_crossing",
    "The curves of Binder's cumulant for two sizes cross at the transition, but for a distance of one over the size.",
    verdict="holds",
    seeds=None,
    vary={"smallest": (25, 50, 100), "times": (2, 4)},
)
def binder_crossing(smallest: int = 50, times: int = 4) -> Measured:
    """Exponent of the crossing's distance from T = 1 in the smaller of two sizes, exact sums, over a factor 16 of it."""
    sizes = (smallest, 4 * smallest, 16 * smallest)
    return Measured(
        _exponent(sizes, [abs(crossing.exact(n, times) - 1) for n in sizes]),
        "(exponent)",
        at_least=-1.1,
        at_most=-0.9,
    )


@claim(
    "phase_transitions.binder_sampled",
    "From samples of two small magnets the crossing is found without any theory of the transition.",
    source="binder1981finite",
    verdict="holds",
    vary={"n": (12, 16, 25), "chains": (2000, 4000)},
)
def binder_sampled(seed: int, n: int = 16, chains: int = 2000) -> Measured:
    """Temperature at which the sampled curves of n and 4n spins cross, over that of the exact ones."""
    return Measured(
        crossing.found(seed, n, chains=chains) / crossing.exact(n), "of the exact crossing", at_least=0.94, at_most=1.06
    )


@claim(
    "phase_transitions.sampled",
    "Flipping single spins at random reaches the magnetisation that the exact sum gives.",
    verdict="holds",
    vary={"temperature": (0.9, 1.0, 1.5), "n": (30, 60)},
)
def sampled(seed: int, temperature: float = 0.9, n: int = 30) -> Measured:
    """Mean of |m| over 1000 magnets after 150 sweeps, over the exact mean."""
    found = np.abs(flips.sample(seed, n, temperature, sweeps=150, chains=1000)).mean()
    return Measured(
        float(found / magnet.moments(n, temperature).size), "of the exact mean", at_least=0.85, at_most=1.15
    )


@claim(
    "phase_transitions.loop_shows",
    "A loop between the way up and the way down shows a first-order transition.",
    verdict="fails",
    instead=(
        "Whatever is driven faster than it relaxes shows a loop. Above the transition its area falls in "
        "proportion to the rate of the sweep, "
        "to nothing."
    ),
    seeds=None,
    vary={"temperature": (1.3, 2.0, 3.0), "rate": (0.001, 0.002)},
)
def loop_shows(temperature: float = 1.3, rate: float = 0.002) -> Measured:
    """Exponent of the loop's area in the rate, from four times the rate down to it, where there is no transition."""
    areas = [flips.loop_area(temperature, factor * rate) for factor in (1, 4)]
    return Measured(_exponent((rate, 4 * rate), areas), "", at_least=0.8, at_most=1.2)


@claim(
    "phase_transitions.loop_left",
    "Below the transition a loop is left over however slow the sweep, and its area is the one between the spinodals.",
    verdict="holds",
    seeds=None,
    vary={"temperature": (0.6, 0.7, 0.8), "rate": (0.0005, 0.001)},
)
def loop_left(temperature: float = 0.7, rate: float = 0.0005) -> Measured:
    """Area extrapolated from two slow sweeps by the two-thirds law of delayed folds, over the closed form."""
    slow, fast = (flips.loop_area(temperature, factor * rate) for factor in (1, 8))
    return Measured(
        (4 * slow - fast) / 3 / flips.slow_area(temperature), "of the closed form", at_least=0.93, at_most=1.07
    )


@claim(
    "phase_transitions.field_rounded",
    "In the field the transition of a finite magnet is rounded, too, on a width that falls as one over the number of spins.",
    verdict="holds",
    seeds=None,
    vary={"temperature": (0.5, 0.7, 0.85)},
)
def field_rounded(temperature: float = 0.7) -> Measured:
    """Exponent in N of the range of fields in which the exact mean goes from minus to plus half of mean field's; 100 to 1600."""
    half, sizes = magnet.magnetisation(temperature) / 2, (100, 400, 1600)
    widths = [brentq(lambda h, n=n: magnet.mean(n, temperature, h) - half, 0, 0.5, xtol=1e-12) for n in sizes]
    return Measured(_exponent(sizes, widths), "(exponent)", at_least=-1.12, at_most=-0.9)


@claim(
    "phase_transitions.finite_loop",
    "The loop of a finite magnet is one of lag: if the sweep is slower than its wait, the area falls with the rate, to nothing.",
    verdict="holds",
    seeds=None,
    vary={"n": (16, 20, 24), "temperature": (0.7, 0.75, 0.8)},
)
def finite_loop(n: int = 20, temperature: float = 0.7) -> Measured:
    """Exponent of the loop's area in the rate, from 0.001 a sweep to a quarter of it, below T = 1; all probabilities followed."""
    rates = (0.00025, 0.001)
    areas = [flips.finite_loop_area(n, temperature, rate) for rate in rates]
    return Measured(_exponent(rates, areas), "(exponent)", at_least=0.75, at_most=1.1)


@claim(
    "phase_transitions.flip_wait",
    "Below the transition the wait for a magnet to turn round grows exponentially with its size, by the "
    "barrier of the free energy.",
    verdict="holds",
    seeds=None,
    vary={"temperature": (0.75, 0.8, 0.85)},
)
def flip_wait(temperature: float = 0.8) -> Measured:
    """Growth of the logarithm of the exact relaxation time a spin, from 150 to 300 spins, over the barrier divided by T."""
    state = magnet.magnetisation(temperature)
    barrier = float(magnet.free_energy(0.0, temperature) - magnet.free_energy(state, temperature)) / temperature
    growth = np.log(flips.relaxation_time(300, temperature) / flips.relaxation_time(150, temperature)) / 150
    return Measured(float(growth / barrier), "of the barrier", at_least=0.85, at_most=1.15)


@claim(
    "phase_transitions.critical_wait",
    "At the transition a magnet of N spins needs about the root of N sweeps to forget.",
    verdict="holds",
    seeds=None,
    vary={"smallest": (100, 200, 400)},
)
def critical_wait(smallest: int = 200) -> Measured:
    """Exponent in N of the exact relaxation time at T = 1, over a factor 16 of N."""
    sizes = (smallest, 4 * smallest, 16 * smallest)
    return Measured(
        _exponent(sizes, [flips.relaxation_time(n, 1.0) for n in sizes]), "(exponent)", at_least=0.46, at_most=0.54
    )
