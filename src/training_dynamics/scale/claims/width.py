"""What the chapter asserts about networks of several widths."""

from __future__ import annotations

import numpy as np
import torch

from coursekit.claim import Measured, claim
from training_dynamics.scale.coordinates import WIDTHS as CHECKED, movements, slopes, step_norms
from training_dynamics.scale.networks import Training
from training_dynamics.scale.rules import OUT, rule, spectral_rates, spectral_std
from training_dynamics.scale.sweeps import pair, sweep
from training_dynamics.toolbox.seeds import torch_generator

CHECKS: dict[str, tuple[object, ...]] = {"steps": (1, 2), "batch": (16, 32)}
SWEPT: dict[str, tuple[object, ...]] = {"steps": (20, 30), "batch": (16, 32)}


@claim(
    "scale.random_norm",
    "A random matrix has the spectral norm σ(√n_in + √n_out), nearly.",
    source="yang2023spectral",
    verdict="holds",
)
def random_norm(seed: int) -> Measured:
    """Largest relative distance to the formula, over square, tall and flat matrices."""
    worst = 0.0
    for shape in ((256, 256), (1024, 64), (100, 400)):
        g = torch_generator(seed, "scale random matrix", *shape)
        norm = float(torch.linalg.matrix_norm(torch.randn(*shape, generator=g), 2))
        worst = max(worst, abs(norm / (shape[0] ** 0.5 + shape[1] ** 0.5) - 1))
    return Measured(worst, "(relative distance)", at_most=0.06)


@claim(
    "scale.one_condition",
    "The spectral condition gives the rules of maximal update: the same powers of the width for rates and starts.",
    source="yang2023spectral",
    verdict="holds",
    seeds=None,
)
def one_condition() -> Measured:
    """Largest distance of exponents, every layer's rate with SGD and Adam and its start, over a factor of 16 in huge widths."""
    worst = 0.0
    for optimizer in ("adam", "sgd"):
        small, large = ((64, w, w, 10) for w in (2**40, 2**44))
        rules = [rule("mup", optimizer, sizes, 64) for sizes in (small, large)]
        for derived, taken in (
            ([spectral_rates(optimizer, s) for s in (small, large)], [r.rate for r in rules]),
            ([spectral_std(s) for s in (small, large)], [r.std for r in rules]),
        ):
            powers = [np.log2(np.array(b) / np.array(a)) / 4 for a, b in (derived, taken)]
            worst = max(worst, float(np.abs(powers[0] - powers[1]).max()))
    return Measured(worst, "(exponents)", at_most=1e-4)


@claim(
    "scale.step_norm_standard",
    "In the standard parametrisation a step of Adam grows in spectral norm with the width.",
    source="yang2023spectral",
    verdict="holds",
    vary=CHECKS,
)
def step_norm_standard(seed: int, steps: int = 1, batch: int = 32) -> Measured:
    """Exponent of the width in the hidden layer's change of weights."""
    found = step_norms(seed, Training("standard", steps=steps, batch=batch, falling=False))
    return Measured(float(slopes(CHECKED, found)[1]), "", at_least=0.7, at_most=1.3)


@claim(
    "scale.step_norm_mup",
    "Under maximal update the steps of all layers keep their spectral norm, over √(n_out/n_in).",
    source="yang2023spectral",
    verdict="holds",
    vary=CHECKS,
)
def step_norm_mup(seed: int, steps: int = 1, batch: int = 32) -> Measured:
    """The exponent that is farthest from 0, of three layers."""
    found = step_norms(seed, Training("mup", steps=steps, batch=batch, falling=False))
    return Measured(float(np.abs(slopes(CHECKED, found)).max()), "(farthest exponent)", at_most=0.2)


@claim(
    "scale.check_standard",
    "In the standard parametrisation a step of Adam moves the logits about in proportion to the width.",
    source="yang2022tensor",
    verdict="holds-if",
    condition="widths up to 1024, where what comes through the second layer, which grows faster, is still the smaller part",
    vary=CHECKS | {"out": (OUT, 1.0)},
)
def check_standard(seed: int, steps: int = 1, batch: int = 32, out: float = OUT) -> Measured:
    """Exponent of the width in the change of the logits, widths 64 to 1024; ``out``: the size of the output layer's start."""
    found = movements(seed, Training("standard", steps=steps, batch=batch, falling=False, out=out))
    return Measured(float(slopes(CHECKED, found)[-1]), "", at_least=0.75, at_most=1.25)


@claim(
    "scale.check_hidden",
    "And it moves the second hidden layer by a power of the width that is above one half.",
    source="yang2022tensor",
    verdict="holds",
    vary=CHECKS,
)
def check_hidden(seed: int, steps: int = 1, batch: int = 32) -> Measured:
    """Exponent of the width in the change of the second hidden layer."""
    found = movements(seed, Training("standard", steps=steps, batch=batch, falling=False))
    return Measured(float(slopes(CHECKED, found)[1]), "", at_least=0.5, scale=0.05)


@claim(
    "scale.check_mup",
    "Under maximal update all layers move alike at every width.",
    source="yang2022tensor",
    verdict="holds",
    vary=CHECKS,
)
def check_mup(seed: int, steps: int = 1, batch: int = 32) -> Measured:
    """The exponent that is farthest from 0, of three layers."""
    found = movements(seed, Training("mup", steps=steps, batch=batch, falling=False))
    return Measured(float(np.abs(slopes(CHECKED, found)).max()), "", at_most=0.2)


@claim(
    "scale.check_sgd",
    "With SGD a step in the standard parametrisation moves the first layer less with the width, and the logits more.",
    source="yang2022tensor",
    verdict="holds",
    vary=CHECKS,
)
def check_sgd(seed: int, steps: int = 1, batch: int = 32) -> Measured:
    """The smaller of two: how far the first layer's exponent of the width lies below 0, and the logits' above."""
    found = slopes(CHECKED, movements(seed, Training("standard", "sgd", steps=steps, batch=batch, falling=False)))
    return Measured(float(min(-found[0], found[-1])), "(exponent)", at_least=0.25)


@claim(
    "scale.best_rate_falls",
    "The best learning rate falls with the width.",
    said_by="yang2022tensor",
    source="yang2022tensor",
    verdict="holds-if",
    condition="the parametrisation is the standard one",
    vary=SWEPT,
)
def best_rate_falls(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Octaves by which the best rate of Adam falls from 64 units to 1024."""
    best = sweep(seed, Training("standard", steps=steps, batch=batch)).best
    return Measured(float(best[0] - best[-1]), "octaves", at_least=2)


@claim(
    "scale.transfers",
    "Under maximal update the best rate stays.",
    source="yang2022tensor",
    verdict="holds",
    vary=SWEPT,
)
def transfers(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Octaves between the least and the greatest best rate of 64, 256 and 1024 units."""
    return Measured(sweep(seed, Training(steps=steps, batch=batch)).drift, "octaves", at_most=0.5)


@claim(
    "scale.penalty",
    "A transferred rate costs more in the standard parametrisation than under maximal update, by a tenth of the loss at least.",
    source="yang2022tensor",
    verdict="holds",
    vary=SWEPT,
)
def penalty(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Excess loss at width 1024 from the rate that was best at 64: standard less maximal update."""
    standard, mup = pair(seed, Training(steps=steps, batch=batch))
    return Measured(standard.penalty() - mup.penalty(), "of the loss", at_least=0.1)


@claim(
    "scale.fast",
    "Under maximal update the loss that a transferred rate gives away is a small part of what width gains.",
    source="ghosh2025understanding",
    verdict="holds",
    vary=SWEPT,
)
def fast(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Log loss given away at width 1024 by the rate best at 64, over the gain in log loss from 64 to 1024."""
    found = sweep(seed, Training(steps=steps, batch=batch))
    gain = float(np.log(found.least[0] / found.least[-1]))
    return Measured(found.given_away() / gain, "of the gain", at_most=0.3)


@claim(
    "scale.mup_better",
    "Maximal update gives better losses.",
    said_by="yang2022tensor",
    source="everett2024scaling",
    verdict="fails",
    instead=(
        "At its own best rate each, it depends: with cross-entropy the standard network ends lower from 30 steps on, and after 20"
        " the two are nearly even."
    ),
    vary={"steps": (30, 60), "batch": (16, 32)},
)
def mup_better(seed: int, steps: int = 30, batch: int = 32) -> Measured:
    """Cross-entropy at 512 units under maximal update above that in the standard parametrisation, each at its best rate."""
    standard, mup = pair(seed, Training(loss="cross-entropy", steps=steps, batch=batch), (512,))
    return Measured(float(mup.least[0] / standard.least[0]) - 1, "of the loss", at_least=0.05)


@claim(
    "scale.mup_squared",
    "With squared error the two end near each other.",
    verdict="holds",
    judge="mean",
    vary=SWEPT,
)
def mup_squared(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Squared error at 1024 units under maximal update above that in the standard parametrisation, each at its best rate."""
    standard, mup = pair(seed, Training(steps=steps, batch=batch))
    return Measured(float(mup.least[-1] / standard.least[-1]) - 1, "of the loss", at_least=-0.25, at_most=0.25)


@claim(
    "scale.cross_entropy",
    "In the standard parametrisation the best rate must fall as one over the width, or training blows up.",
    source="haas2025surprising",
    verdict="fails",
    instead="With cross-entropy and SGD it falls far less: eight times the width should take three octaves.",
    vary=SWEPT,
)
def cross_entropy(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Octaves by which the best rate of SGD falls from 64 units to 512, with cross-entropy."""
    best = sweep(seed, Training("standard", "sgd", steps=steps, batch=batch, loss="cross-entropy"), (64, 512)).best
    return Measured(float(best[0] - best[-1]), "octaves", at_most=2, scale=0.4)


@claim(
    "scale.squared_error",
    "With squared error it does fall, by octaves.",
    source="haas2025surprising",
    verdict="holds",
    vary=SWEPT,
)
def squared_error(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Octaves by which the best rate of SGD falls from 64 units to 512, with squared error."""
    best = sweep(seed, Training("standard", "sgd", steps=steps, batch=batch), (64, 512)).best
    return Measured(float(best[0] - best[-1]), "octaves", at_least=1)
