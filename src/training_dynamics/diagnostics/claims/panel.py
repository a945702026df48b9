"""What the chapter asserts about the rules, on runs that they were not tuned on."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.diagnostics import rival
from training_dynamics.diagnostics.alike import mild_called_healthy
from training_dynamics.diagnostics.judged import faulty, healthy, misnamed, product
from training_dynamics.diagnostics.pairs import pairs, share
from training_dynamics.diagnostics.sides import sides, wrong_side

PANEL = {"steps": (100, 150), "batch": (32, 48)}


@claim(
    "diagnostics.names",
    "The rules, four of them shaped by a look at earlier such runs, name fourteen faults rightly in nine of ten held-out runs.",
    verdict="holds-if",
    condition="one thing is wrong at a time, as badly as the table of the chapter lists",
    vary=PANEL,
)
def names(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of 42 held-out faulty runs that are given another name."""
    return Measured(misnamed(faulty(seed, steps, batch)), "misnamed", at_most=0.1)


@claim(
    "diagnostics.least_sure",
    "With data in order, in the deeper ReLU network, the rules name at least seven runs of ten rightly.",
    verdict="holds",
    judge="mean",
    vary=PANEL,
)
def least_sure(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of ten runs of the deeper ReLU network with data in order, all severities on both problems, not named so."""
    return Measured(misnamed(product(seed, "wrong_order", 0, steps, batch)), "of these runs misnamed", at_most=0.3)


@claim(
    "diagnostics.false_alarms",
    "In at most one healthy run of twenty the rules name a failure.",
    verdict="holds",
    judge="mean",
    vary=PANEL,
)
def alarms(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of 16 held-out healthy runs in which a failure is named."""
    return Measured(misnamed(healthy(seed, steps, batch)), "false alarms", at_most=0.05)


@claim(
    "diagnostics.nearest_named",
    "The name of the nearest known run is right in five of six held-out faulty runs, without a rule.",
    verdict="holds",
    judge="mean",
    vary=PANEL,
)
def nearest_named(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of 42 held-out faulty runs to which the nearest of 174 development runs gives another name."""
    return Measured(rival.misnamed(seed, steps, batch)[0], "of the faults misnamed", at_most=1 / 6)


@claim(
    "diagnostics.nearest_run",
    "Rules are not needed: the name of the most similar known run does as well.",
    verdict="fails",
    instead="It names five faults of six rightly, and gives one to one healthy run of ten or more, twice what rules are allowed.",
    judge="mean",
    vary=PANEL,
)
def nearest_run(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of 16 held-out healthy runs to which the nearest of 174 development runs gives a fault."""
    return Measured(rival.misnamed(seed, steps, batch)[1], "false alarms", at_least=0.1)


@claim(
    "diagnostics.loss_goes_down",
    "A loss that goes down is a healthy run.",
    verdict="fails",
    instead="Most runs that overfit, or are validated on data from elsewhere, end below half of their first loss.",
    vary=PANEL,
)
def loss_goes_down(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of held-out runs with overfitting or a mismatched split whose batch loss ends below half of its first value."""
    unseen = ("overfitting", "mismatched_split")
    found = [one.readings for one in faulty(seed, steps, batch) if one.truth in unseen]
    return Measured(float(np.mean([r.end < 0.5 * r.start for r in found])), "of these runs", at_least=0.6)


@claim(
    "diagnostics.gap_means_overfitting",
    "A gap between training and validation loss means overfitting.",
    verdict="fails",
    instead="With a validation set from elsewhere, validation soon after one epoch costs more than batches that were new in it.",
    vary=PANEL,
)
def gap_means_overfitting(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Median over mismatched runs: validation loss after one epoch, over the loss of batches not seen before in that epoch."""
    found = [one.readings for one in faulty(seed, steps, batch) if one.truth == "mismatched_split"]
    return Measured(
        float(np.median([r.early_val / r.fresh for r in found])), "times as large", at_least=1.0, scale=0.08
    )


@claim(
    "diagnostics.first_epoch_tells",
    "Validation soon after the first epoch, over the loss of new batches in it, is below nine tenths where a run will overfit, "
    "and not where the validation set is from elsewhere.",
    verdict="holds-if",
    condition="the network has learned something in that epoch: new batches cost less than nine tenths of chance",
    judge="mean",
    vary={"steps": (100, 150), "wide": (2, 3)},
)
def first_epoch_tells(seed: int, steps: int = 100, wide: int = 2) -> Measured:
    """Trainings on 100 and 140 examples, each validated on both kinds of set: share of ratios on the wrong side of the limit."""
    return Measured(wrong_side(sides(seed, steps, wide=wide)), "on the wrong side", at_most=0.2)


@claim(
    "diagnostics.one_in_a_thousand",
    "In a healthy run an update of a layer is about a thousandth of its weights.",
    source="karpathy2015cs231n",
    verdict="fails",
    instead="In runs of a hundred steps, in the layer that moves most, it is five times that or more: what counts is the reach.",
    vary=PANEL,
)
def one_in_a_thousand(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Median over healthy held-out runs of the median update ratio of the layer that moves most."""
    found = [one.readings.update for one in healthy(seed, steps, batch)]
    return Measured(1000 * float(np.median(found)), "thousandths", at_least=5)


@claim(
    "diagnostics.finds_everything",
    "A good set of rules finds every fault.",
    verdict="fails",
    instead="Faults that are mild enough pass as healthy.",
    vary={"steps": (100, 150), "width": (24, 32)},
)
def finds_everything(seed: int, steps: int = 100, width: int = 32) -> Measured:
    """Share of 14 runs, one with each fault at a mild severity, that are called healthy."""
    return Measured(mild_called_healthy(seed, steps, width), "pass as healthy", at_least=0.5)


@claim(
    "diagnostics.one_of_two",
    "With two faults at once the rules name one of the two in nine of ten held-out runs, counted over all seeds.",
    verdict="holds",
    judge="mean",
    vary=PANEL,
)
def one_of_two(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of 84 held-out runs, one for each pair of faults that can be had together, in which neither is named."""
    return Measured(share(pairs(seed, steps, batch), lambda one: not one.named), "of the pairs missed", at_most=0.1)


@claim(
    "diagnostics.third_fault",
    "With two faults at once the rules name a fault that is not there in at most one run of twenty, over all seeds.",
    verdict="holds",
    judge="mean",
    vary=PANEL,
)
def third_fault(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of the same 84 runs in which a third fault is named."""
    return Measured(share(pairs(seed, steps, batch), lambda one: one.third), "of the pairs", at_most=0.05)


@claim(
    "diagnostics.both_found",
    "Where two things are wrong, two rules speak.",
    verdict="fails",
    instead="In at least three pairs of ten one of the two rules is silent, or both: mend what is named, and run again.",
    vary=PANEL,
)
def both_found(seed: int, steps: int = 100, batch: int = 32) -> Measured:
    """Share of the same 84 runs in which the rules of both faults speak, first or later."""
    return Measured(share(pairs(seed, steps, batch), lambda one: one.complete), "of the pairs", at_most=0.7)
