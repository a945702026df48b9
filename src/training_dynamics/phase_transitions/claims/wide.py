"""What the chapter asserts about wide networks: the loop, its limits, and the transition that width does not remove."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions import decayed, dmft

TIMES = np.linspace(0, 6, 121)


@claim(
    "phase_transitions.loop_closes",
    "The self-consistent loop, solved by iteration, gives the path that the closed equations for the "
    "order parameters give.",
    source="bordelon2022selfconsistent",
    verdict="holds",
    vary={"gamma": (0.1, 1.0, 3.0), "examples": (1, 3, 5)},
)
def loop_closes(seed: int, gamma: float = 1.0, examples: int = 3) -> Measured:
    """Largest difference of the outputs along the path, relative to targets of length 1."""
    given = dmft.task(seed, examples)
    loop, closed = dmft.iterate(given, gamma, TIMES), dmft.order_parameters(given, gamma, TIMES)
    return Measured(float(np.abs(loop.f - closed.f).max()), "of the target's length", at_most=0.01)


@claim(
    "phase_transitions.width_rate",
    "Networks of finite width leave the limit by a distance that falls as one over the root of the width.",
    source="bordelon2023dynamics",
    verdict="holds",
    judge="mean",
    vary={"gamma": (0.3, 1.0, 2.0), "examples": (1, 3)},
)
def width_rate(seed: int, gamma: float = 1.0, examples: int = 3) -> Measured:
    """Exponent in the width, 64 to 4096, of the distance of outputs along the path, its root mean square over 16 networks."""
    given, times = dmft.task(seed, examples), TIMES[::3]
    limit = dmft.order_parameters(given, gamma, times).f
    widths = (64, 512, 4096)
    far = [
        np.mean([(dmft.network(16 * seed + i, given, gamma, width, times)[0] - limit) ** 2 for i in range(16)]) ** 0.5
        for width in widths
    ]
    return Measured(float(np.polyfit(np.log(widths), np.log(far), 1)[0]), "(exponent)", at_least=-0.65, at_most=-0.35)


@claim(
    "phase_transitions.kernel_growth",
    "How far the kernel moves is set by the scale of the output, not by the width: by the factor sqrt(1 + "
    "gamma^2 y^2).",
    verdict="holds",
    vary={"gamma": (0.1, 1.0, 3.0), "width": (1000, 4000)},
)
def kernel_growth(seed: int, gamma: float = 1.0, width: int = 4000) -> Measured:
    """Mean of a^2 at the end of training over its start in a network on orthonormal inputs, over the formula."""
    times = np.linspace(0, 6 / max(1.0, gamma), 60)
    _, squares = dmft.network(seed, dmft.task(seed, white=True), gamma, width, times)
    return Measured(
        float(squares[-1] / squares[0] / (1 + gamma**2) ** 0.5), "of the formula", at_least=0.85, at_most=1.15
    )


@claim(
    "phase_transitions.wide_no_transition",
    "A network that is wide enough has no phase transitions.",
    verdict="fails",
    instead=(
        "A linear model with a fixed kernel has none. Wide networks of two linear layers, which learn features, lose their "
        "output continuously as decay rises and have none left beyond decay = scale times target, at any width."
    ),
    vary={"width": (100, 400, 1600), "gamma": (0.5, 1.0, 2.0), "examples": (1, 3)},
)
def wide_no_transition(seed: int, width: int = 400, gamma: float = 1.0, examples: int = 1) -> Measured:
    """Largest distance of the settled outputs from max(0, 1 - decay/critical) along the target, at four decays on both sides."""
    gaps = []
    for share in (0.5, 0.8, 1.25, 1.6):
        f = decayed.settled(seed, share * gamma, gamma, width, examples)
        f[0] -= max(0.0, 1 - share)
        gaps.append(np.abs(f).max())
    return Measured(float(max(gaps)), "of the target", at_most=0.02)


@claim(
    "phase_transitions.wide_slows",
    "Near the decay at which a wide network loses its output it relaxes at twice the distance in the decay, on both sides.",
    verdict="holds",
    seeds=None,
    vary={"gap": (-0.2, -0.05, 0.05, 0.2), "gamma": (0.5, 1.0, 2.0), "width": (100, 400)},
)
def wide_slows(gap: float = -0.2, gamma: float = 1.0, width: int = 400) -> Measured:
    """Time in which the distance of the output to its end falls by 1/e, times twice the distance to the transition."""
    time = decayed.relaxation(0, gap, gamma, width)
    return Measured(time * 2 * abs(gap) * gamma, "of the formula", at_least=0.85, at_most=1.15)


@claim(
    "phase_transitions.wide_no_loop",
    "The loop that a wide network makes when its decay goes up and down shrinks with the rate of the sweep.",
    verdict="holds",
    vary={"gamma": (0.5, 1.0, 2.0), "width": (100, 400), "wait": (2.5, 5.0, 10.0)},
)
def wide_no_loop(seed: int, gamma: float = 1.0, width: int = 100, wait: float = 5.0) -> Measured:
    """Area between the two ways in a sweep four times slower, over that of the faster one."""
    slow, fast = (decayed.sweep(seed, times * wait, gamma, width) for times in (4, 1))
    return Measured(slow / fast, "of the area", at_most=0.4)
