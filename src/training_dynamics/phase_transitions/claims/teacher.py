"""What the chapter asserts about teachers and students: online equations, their plateau, storage, and weights of size 1."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions import committee, online, storage


@claim(
    "phase_transitions.online_rate",
    "Simulations leave the equations by a distance that falls as one over the root of the number of inputs.",
    source="goldt2019dynamics",
    verdict="holds",
    judge="mean",
    vary={"rate": (0.5, 1.0, 1.5), "until": (2.0, 3.0, 5.0), "k": (2, 3)},
)
def online_rate(seed: int, rate: float = 1.0, until: float = 3.0, k: int = 2) -> Measured:
    """Exponent in the inputs of the root mean square distance of the overlaps, 50 to 800 inputs, six runs each."""
    sizes = (50, 200, 800)
    far = [online.deviation(seed, n, rate, until, 6, k) for n in sizes]
    return Measured(float(np.polyfit(np.log(sizes), np.log(far), 1)[0]), "(exponent)", at_least=-0.75, at_most=-0.25)


@claim(
    "phase_transitions.online_error",
    "The error of a student of a few hundred inputs follows the equations, plateau and exit included.",
    source="goldt2019dynamics",
    verdict="holds",
    judge="mean",
    vary={"rate": (0.5, 1.0, 1.2), "inputs": (200, 300)},
)
def online_error(seed: int, rate: float = 1.0, inputs: int = 300) -> Measured:
    """Mean distance of the errors up to alpha = 150, the middle one of four runs; the plateau's error is 0.02."""
    return Measured(float(np.median(online.followed(seed, inputs, rate).apart)), "(error)", at_most=0.004)


@claim(
    "phase_transitions.online_exit",
    "A student of a few hundred inputs leaves the plateau when the equations do, on the mean over runs.",
    source="goldt2019dynamics",
    verdict="holds",
    judge="mean",
    vary={"rate": (1.0, 1.2), "inputs": (200, 300)},
)
def online_exit(seed: int, rate: float = 1.0, inputs: int = 300) -> Measured:
    """Examples an input until the error is half the plateau's, over those of the equations; geometric mean of four runs."""
    exits = online.followed(seed, inputs, rate).exit
    return Measured(float(np.exp(np.log(exits).mean())), "of the equations'", at_least=0.75, at_most=1.25)


@claim(
    "phase_transitions.online_plateau",
    "On the plateau the error of a student of a few hundred inputs is the one of the equations.",
    source="goldt2019dynamics",
    verdict="holds",
    judge="mean",
    vary={"rate": (0.5, 1.0, 1.2), "inputs": (200, 300)},
)
def online_plateau(seed: int, rate: float = 1.0, inputs: int = 300) -> Measured:
    """Mean error from alpha = 15 to 30 over that of the equations, mean of four runs."""
    height = float(online.followed(seed, inputs, rate).height.mean())
    return Measured(height, "of the equations' error", at_least=0.95, at_most=1.05)


@claim(
    "phase_transitions.plateau_height",
    "At small rates the symmetric plateau lies at the error of the symmetric fixed point.",
    source="saad1995exact",
    verdict="holds",
    seeds=None,
    vary={"k": (2, 3, 4), "rate": (0.01, 0.03)},
)
def plateau_height(k: int = 2, rate: float = 0.03) -> Measured:
    """Error of the equations at rate times time = 60, from a nearly symmetric start, over the fixed point's."""
    start = committee.nearly_symmetric(k, 1e-6)
    now = committee.solve(start, rate, np.array([60.0]) / rate).error()[-1]
    return Measured(float(now / committee.plateau(k).error()), "of the fixed point's", at_least=0.9, at_most=1.1)


@claim(
    "phase_transitions.plateau_stuck",
    "On a plateau nothing is learned.",
    verdict="fails",
    instead=(
        "The error stands still; the difference between the units, which the error does not show, grows "
        "exponentially all along and ends the "
        "plateau."
    ),
    seeds=None,
    vary={"k": (2, 3), "asymmetry": (1e-3, 1e-5, 1e-7), "rate": (0.1, 0.5, 1.0)},
)
def plateau_stuck(k: int = 2, asymmetry: float = 1e-5, rate: float = 0.5) -> Measured:
    """Growth of R_11 - R_12 while the error is within 3 % of what it is when they differ by 1e-2; more from a smaller start."""
    alphas = np.linspace(0, 1500 / rate, 3000)
    path = committee.solve(committee.nearly_symmetric(k, asymmetry), rate, alphas)
    apart = path.R[:, 0, 0] - path.R[:, 0, 1]
    errors = path.error()
    flat = np.abs(errors / errors[np.argmax(apart > 1e-2)] - 1) < 0.03
    return Measured(float(apart[flat].max() / apart[flat].min()), "times", at_least=10)


@claim(
    "phase_transitions.plateau_length",
    "A plateau lasts longer by the same time for every tenth of the asymmetry at the start: the logarithm "
    "over the rate of escape.",
    source="saad1995exact",
    verdict="holds",
    seeds=None,
    vary={"k": (2, 3), "largest": (1e-3, 1e-4)},
)
def plateau_length(k: int = 2, largest: float = 1e-3) -> Measured:
    """Delay of specialisation for a hundredth of the asymmetry, over the logarithm divided by the eigenvalue."""
    times = np.linspace(0, 400, 4001)

    def escape(asymmetry: float) -> float:
        path = committee.solve(committee.nearly_symmetric(k, asymmetry), 1.0, times, slow=True)
        return float(times[np.argmax(path.R[:, 0, 0] - path.R[:, 0, 1] > 0.05)])

    delay = escape(largest / 100) - escape(largest)
    return Measured(delay * committee.escape_rate(k) / np.log(100), "of the theory", at_least=0.85, at_most=1.15)


@claim(
    "phase_transitions.stored",
    "Random labels are stored with the probability that Cover counted.",
    source="cover1965geometrical",
    verdict="holds",
    judge="mean",
    vary={"load": (1.5, 2.0, 2.5), "dimensions": (10, 20)},
)
def stored(seed: int, load: float = 2.0, dimensions: int = 20) -> Measured:
    """Share of 200 random labellings that linear programming separates, minus the exact share."""
    points = round(load * dimensions)
    gap = storage.stored_share(seed, points, dimensions, 200) - storage.separable_share(points, dimensions)
    return Measured(gap, "(difference of shares)", at_least=-0.05, at_most=0.05)


@claim(
    "phase_transitions.storage_sharpens",
    "The fall from all to nothing stored narrows as one over the root of the number of weights.",
    source="cover1965geometrical",
    verdict="holds",
    seeds=None,
    vary={"smallest": (50, 200)},
)
def storage_sharpens(smallest: int = 50) -> Measured:
    """Exponent in N of the range of loads P/N in which the exact share falls from nine tenths to one tenth."""
    sizes = (smallest, 4 * smallest, 16 * smallest)

    def width(n: int) -> float:
        shares = np.array([storage.separable_share(p, n) for p in range(n, 4 * n)])
        return float(((shares < 0.9) & (shares > 0.1)).sum() / n)

    exponent = np.polyfit(np.log(sizes), np.log([width(n) for n in sizes]), 1)[0]
    return Measured(float(exponent), "(exponent)", at_least=-0.57, at_most=-0.43)


@claim(
    "phase_transitions.hebb",
    "Added-up examples, with weights of any size, come closer to the rule smoothly, at each load by the angle that is computed.",
    verdict="holds",
    judge="mean",
    vary={"load": (0.5, 2.0, 10.0)},
)
def hebb(seed: int, load: float = 2.0) -> Measured:
    """Error of 20 students with 500 inputs, minus the formula's."""
    gap = float(storage.hebb_errors(seed, 500, load).mean()) - storage.hebb_error(load)
    return Measured(gap, "(difference of errors)", at_least=-0.004, at_most=0.004)


@claim(
    "phase_transitions.binary_left",
    "With weights of size 1 the number of wrong students that survive all examples is the one that a "
    "union of chances counts.",
    source="seung1992statistical",
    verdict="holds",
    judge="mean",
    vary={"n": (8, 10, 12), "load": (1.0, 1.5)},
)
def binary_left(seed: int, n: int = 10, load: float = 1.0) -> Measured:
    """Mean number of survivors over 300 sets of examples, all students tried, over the exact expectation."""
    examples = round(load * n)
    found, _ = storage.survivors(seed, n, examples, 300)
    return Measured(
        found / float(np.exp(storage.log_wrong_students(n, examples))), "of the count", at_least=0.6, at_most=1.4
    )


@claim(
    "phase_transitions.smooth_learning",
    "More data make a student better little by little.",
    verdict="fails",
    instead=(
        "That depends on the weights. Where they can only be 1 or -1, students that are nearly right die out "
        "before the teacher stands out: "
        "in the expected count, the last rivals to go still differ from the teacher in a good share of their weights."
    ),
    source="seung1992statistical",
    seeds=None,
    vary={"n": (400, 1600)},
)
def smooth_learning(n: int = 1600) -> Measured:
    """Share of weights in which the last wrong student that is expected still differs from the teacher."""
    return Measured(storage.last_rivals(n)[1], "of the weights", at_least=0.05)
