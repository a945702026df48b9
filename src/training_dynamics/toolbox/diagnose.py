"""What is wrong with a run: named, with the evidence, or healthy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from training_dynamics.toolbox.readings import Readings, read
from training_dynamics.toolbox.runlog import RunLog


@dataclass(frozen=True)
class Limits:
    """Where a reading stops being usual; losses in units of the loss at chance.  Tuned on networks of widths 24 and 32."""

    peak: float = 3.0  # above it a loss has left
    start: float = 4.0  # a first loss above it comes from weights that are too large
    leap: float = 0.5  # a first step by half of the weights
    dead: float = 0.8  # share of a layer's units
    died: float = 0.6  # the same at the end, of a layer that was alive
    thin: float = 0.1  # what reaches the last layer, over the data
    decay: float = 0.01  # first gradient over last
    held: float = 0.9  # share of the steps that are cut
    reach: float = 0.3  # changes of the weights, added up
    skipped: float = 0.1  # share of the steps not taken
    unlearned: float = 0.9  # a loss above it has learned next to nothing
    half_way: float = 0.5
    rise: float = 0.7  # a loss above those before it
    fallen: float = 0.75  # of the first loss: what a spike rises from
    period: float = 0.5  # correlation with the epoch before
    forgets: float = 0.2  # loss of the next batches, above that of all
    unfair: float = 0.9  # validation after an epoch, over batches not seen before in that epoch
    early_gap: float = 0.2  # validation above training, after one epoch
    late_gap: float = 0.15  # the same at the end
    memorised: float = 0.06  # training over validation

    def __post_init__(self) -> None:
        for limit in fields(self):
            if not getattr(self, limit.name) > 0:
                raise ValueError(f"{limit.name} must be > 0, got {getattr(self, limit.name)}")


@dataclass(frozen=True)
class Diagnosis:
    """A failure's name (or ``healthy``), the evidence in a sentence, what to do, and what else the rules found, by rank.

    ``layer`` is the hidden layer that is dead or has died, counted from 1; 0 for failures of no single layer.
    """

    name: str
    evidence: str
    remedy: str
    also: tuple[str, ...] = ()
    layer: int = 0


@dataclass(frozen=True)
class Rule:
    """One failure: when it is found in the readings, what speaks for it, and the cure."""

    name: str
    found: Callable[[Readings, Limits], bool]
    evidence: str
    remedy: str
    layer: Callable[[Readings, Limits], int] = lambda r, m: 0


def _first_above(shares: tuple[float, ...], limit: float) -> int:
    """The first hidden layer, counted from 1, with more silent units than that: those after a dead one fall silent with it."""
    return next((number for number, share in enumerate(shares, 1) if share > limit), 0)


def _died(r: Readings, m: Limits) -> bool:
    """Whether a layer that was alive at first is dead at the end."""
    return r.dead_end > m.died and not r.dead_start > m.dead


def _spiked(r: Readings, m: Limits) -> bool:
    """Whether the loss jumped up after it had come down."""
    return r.rise > m.rise and r.rise_from < m.fallen * r.start


RULES = (
    Rule(
        "fp16_overflow",
        lambda r, m: (r.skipped > m.skipped or r.lost >= 0) and not r.peak > m.peak and not r.leap > m.leap,
        "{skipped:.0%} of the steps were not taken, first loss that is not finite: step {lost}; no loss was above {peak:.2g}",
        "scale the loss dynamically: halve the scale when a gradient is not finite, and skip that step",
    ),
    Rule(
        "exploding",
        lambda r, m: r.start > m.start,
        "the first loss is {start:.2g} times the loss at chance, before any step",
        "start from smaller weights (variance 2 / fan-in for ReLU), or normalise the layers",
    ),
    Rule(
        "dead_relu",
        lambda r, m: r.dead_start > m.dead,
        "in {where} {before:.0%} of the units give the same value for every example, before any step",
        "start biases at zero and the weights at their usual size; a leaky activation lets a gradient through",
        lambda r, m: _first_above(r.silent_start, m.dead),
    ),
    Rule(
        "rate_too_high",
        lambda r, m: r.leap > m.leap or (r.lost >= 0 and not _spiked(r, m)),
        "a first step changed a layer by {leap:.2g} of its weights; the largest loss was {peak:.2g}",
        "divide the rate by ten, or warm it up",
    ),
    Rule(
        "bad_start",
        lambda r, m: r.thin < m.thin and r.early_train > m.unlearned,
        "what reaches the last layer is {thin:.1g} of the data's size, and after one epoch the loss is {early_train:.2g}",
        "start from larger weights (variance 2 / fan-in for ReLU): near zero is a saddle",
    ),
    Rule(
        "vanishing",
        lambda r, m: r.decay < m.decay,
        "the first layer's gradient is {decay:.1g} of the last layer's",
        "use ReLU-like activations, residual connections or normalisation, or fewer layers",
    ),
    Rule(
        "clipping",
        lambda r, m: r.held > m.held,
        "{held:.0%} of the gradients were cut to one norm, to {cut:.1g} of their length",
        "clip at a norm that only unusual gradients reach: look at their distribution first",
    ),
    Rule(
        "rate_too_low",
        lambda r, m: r.reach < m.reach and r.end > m.half_way and not _died(r, m),
        "all steps together can change the weights by {reach:.1g} of themselves, and the loss is still {end:.2g}",
        "multiply the rate by ten, or train longer",
    ),
    Rule(
        "wrong_order",
        lambda r, m: (
            (r.period > m.period and r.fresh > m.unlearned - 0.05)
            or (r.fresh > 1.1 and r.fresh - r.early_train > m.forgets)
        ),
        "new batches of the first epoch cost {fresh:.2g} and the training set after it {early_train:.2g}; "
        "losses repeat from epoch to epoch (correlation {period:.2g})",
        "shuffle the data in every epoch",
    ),
    Rule(
        "dying_relu",
        lambda r, m: _died(r, m) and not r.peak > m.peak,
        "in {where} {before:.0%} of the units gave the same value for every example at first, {after:.0%} do at the end",
        "find what moves that layer's biases and weights (its rate, a penalty); restart from before with a leaky activation",
        lambda r, m: _first_above(r.silent_end, m.died),
    ),
    Rule(
        "loss_spike",
        lambda r, m: _spiked(r, m),
        "at step {rise_at} the loss rose by {rise:.2g} above the {rise_from:.2g} before it",
        "look at that step's batch and rate; clip gradients, and restart before the spike without that batch",
    ),
    Rule(
        "mismatched_split",
        lambda r, m: r.early_val > m.unfair * r.fresh and r.early_val - r.early_train > m.early_gap,
        "validation costs {early_val:.2g} after one epoch, and batches never seen cost {fresh:.2g} in it",
        "draw both sets from one source and prepare them by the same code",
    ),
    Rule(
        "shuffled_labels",
        lambda r, m: r.early_train > m.unlearned and r.val > m.unlearned and r.reach > m.reach,
        "the weights move, yet after one epoch training costs {early_train:.2g} and at the end validation {val:.2g} of chance",
        "look at examples with their labels, after all loading and shuffling",
    ),
    Rule(
        "overfitting",
        lambda r, m: r.val - r.train > m.late_gap and r.train < m.memorised * r.val,
        "at the end validation costs {val:.2g}, training {train:.2g}; the best validation loss was {best:.2g}",
        "more data or augmentation, weight decay, or stop at the best validation loss",
    ),
)


def diagnose(log: RunLog | Readings, limits: Limits | None = None) -> Diagnosis:
    """The first rule that a run breaks, causes before their effects, or ``healthy``.

    A start, a rate and an arithmetic that are wrong spoil all that follows, so they are asked first; what needs a fair run
    to be seen (order, split, labels, overfitting) comes after.  A rule whose readings the log does not hold is silent.
    """
    readings, limits = log if isinstance(log, Readings) else read(log), limits or Limits()
    broken = [rule for rule in RULES if rule.found(readings, limits)]
    if not broken:
        return Diagnosis("healthy", "no reading is outside its limits", "nothing to do")
    first, *others = broken
    layer = first.layer(readings, limits)
    said = first.evidence.format(**vars(readings), **_of_layer(readings, layer))
    return Diagnosis(first.name, said, first.remedy, tuple(rule.name for rule in others), layer)


def _of_layer(r: Readings, layer: int) -> dict[str, object]:
    """What the evidence says about one hidden layer, nothing for 0."""
    if not layer:
        return {}
    return {"where": r.hidden(layer), "before": r.silent_start[layer - 1], "after": r.silent_end[layer - 1]}
