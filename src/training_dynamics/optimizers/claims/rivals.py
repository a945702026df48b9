"""What the chapter asserts about ten rules on the character model, each with the same number of tries at its rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.optimizers.contests import cheap_lead, filled_lead
from training_dynamics.optimizers.rivals import rivals

NATS = "nats a character"
VARY: dict[str, Any] = {"steps": (150, 200), "batch": (64, 128)}
TWENTY = range(
    20
)  # of three rules alone, which costs little: over five the mean of a lead strays by an eighth and more


def _lead(seed: int, winner: str, loser: str, steps: int, batch: int) -> float:
    """By how much the winner's loss on unseen names is lower, both at the rate chosen on other names."""
    trials = rivals(seed, steps, batch=batch)
    return trials[loser].loss - trials[winner].loss


@claim(
    "optimizers.muon_adam",
    "With equal grids Muon ends below Adam on the character model.",
    said_by="jordan2024muon",
    source="wen2026fantastic",
    verdict="holds",
    seeds=TWENTY,
    judge="mean",
    vary=VARY,
)
def muon_adam(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Adam's loss minus Muon's; four rates each, in factors of two."""
    return Measured(cheap_lead(seed, "Muon", "Adam", steps, batch), NATS, at_least=0.02)


@claim(
    "optimizers.muon_lead",
    "With equal grids Muon's mean lead over Adam on the character model is above a fortieth of a nat.",
    source="wen2026fantastic",
    verdict="holds",
    seeds=TWENTY,
    judge="mean",
    vary={"steps": (200, 300), "hidden": (48, 64)},
)
def muon_lead(seed: int, steps: int = 200, hidden: int = 48) -> Measured:
    """Adam's loss minus Muon's.  The scale is two standard errors of the mean."""
    return Measured(cheap_lead(seed, "Muon", "Adam", steps, hidden=hidden), NATS, at_least=0.025, scale=0.005)


@claim(
    "optimizers.adam_sgd",
    "With equal grids Adam ends below SGD with momentum on the character model.",
    source="wen2026fantastic",
    verdict="holds",
    seeds=TWENTY,
    judge="mean",
    vary=VARY,
)
def adam_sgd(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """SGD's loss minus Adam's."""
    return Measured(cheap_lead(seed, "Adam", "SGD", steps, batch), NATS, at_least=0.02)


@claim(
    "optimizers.lion_adam",
    "Lion is better than Adam.",
    said_by="chen2023symbolic",
    source="",
    verdict="fails",
    instead="Here it ends above Adam, each at the best of its four rates.",
    vary=VARY,
)
def lion_adam(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Lion's loss minus Adam's."""
    return Measured(_lead(seed, "Adam", "Lion", steps, batch), NATS, at_least=0.015)


@claim(
    "optimizers.muon_length",
    "Muon is better because its steps have a fixed length.",
    source="",
    verdict="fails",
    instead="The same average at the same fixed length, its singular values left as they are, ends above Muon.",
    vary=VARY,
)
def muon_length(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Loss of the normalised average minus Muon's."""
    return Measured(_lead(seed, "Muon", "normalised", steps, batch), NATS, at_least=0.02)


@claim(
    "optimizers.muon_exact",
    "Muon is better because it orthogonalises.",
    said_by="jordan2024muon",
    source="frans2025what",
    verdict="holds-if",
    condition="that means flattening: singular values anywhere from 0.7 to 1.15 do as well as 1, to within 0.02 nats.",
    judge="mean",
    vary=VARY,
)
def muon_exact(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Muon's loss minus that of Muon polished until its singular values have settled at 1."""
    return Measured(_lead(seed, "Muon, polished", "Muon", steps, batch), NATS, at_least=-0.02, at_most=0.02)


@claim(
    "optimizers.adam_blocks",
    "Adam needs a rate for each weight.",
    source="zhang2025adammini",
    verdict="fails",
    instead="With one rate a unit, or a character in the table of embeddings, it still ends below SGD.",
    judge="mean",
    vary=VARY,
)
def adam_blocks(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """SGD's loss minus that of Adam with one rate a unit."""
    return Measured(_lead(seed, "Adam, one rate a unit", "SGD", steps, batch), NATS, at_least=0.01)


@claim(
    "optimizers.soap_adam",
    "SOAP has no significant advantage over Adam.",
    said_by="lu2025soap",
    source="frans2025what",
    verdict="fails",
    instead="Here it ends below Adam, as in the larger of the two studies that disagree.",
    judge="mean",
    vary=VARY,
)
def soap_adam(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Adam's loss minus SOAP's."""
    return Measured(_lead(seed, "SOAP", "Adam", steps, batch), NATS, at_least=0.015)


@claim(
    "optimizers.soap_muon",
    "With equal grids SOAP ends below Muon on the character model.",
    said_by="frans2025what",
    source="frans2025what",
    verdict="holds",
    seeds=range(10),
    judge="mean",
    vary=VARY,
)
def soap_muon(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Muon's loss minus SOAP's."""
    return Measured(_lead(seed, "SOAP", "Muon", steps, batch), NATS, at_least=0.003)


@claim(
    "optimizers.ranking",
    "A comparison at one reasonable rate each tells which of two rules is better.",
    source="choi2019empirical",
    verdict="fails",
    instead="Of all pairs of rates from the two grids, a share puts SGD before Adam, which is better when both are tuned.",
    vary=VARY,
)
def ranking(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Share of the sixteen pairs, a rate of SGD's grid and one of Adam's, in which SGD's loss is lower."""
    trials = rivals(seed, steps, batch=batch)
    adam, sgd = trials["Adam"].test, trials["SGD"].test
    return Measured(float(np.mean(sgd[:, None] < adam[None])), "of the pairs", at_least=0.03)


@claim(
    "optimizers.filled_grid",
    "Muon's lead over Adam is not one between rates of the grid: it stays when both grids are filled in by parabolas.",
    verdict="holds",
    judge="mean",
    vary=VARY,
)
def filled_grid(seed: int, steps: int = 200, batch: int = 64) -> Measured:
    """Adam's loss minus Muon's, each at the bottom of the parabola through its chosen rate and the two neighbours."""
    return Measured(filled_lead(seed, "Muon", "Adam", steps, batch), NATS, at_least=0.015)
