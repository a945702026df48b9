"""What dropout, a schedule of steps, and the size of a batch do to the character model."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.training_in_practice.budgets import TARGET, ends, steps_to
from training_dynamics.training_in_practice.studies import tips

FEW = {"dropout": (0.2, 0.5), "hidden": (48, 96), "names": (200, 300), "steps": (600, 1200)}
ALL = {"dropout": (0.2, 0.5), "hidden": (48, 96), "steps": (400, 800)}
REACH = {"target": (TARGET, 2.35), "hidden": (48, 96)}


@claim(
    "training_in_practice.dropout_all",
    "Dropout makes the model better on names that it has not seen.",
    verdict="fails",
    instead="In runs that read each training name about twice at most, dropout of 0.2 or 0.5 raises the validation loss.",
    vary=ALL,
)
def dropout_all(seed: int, dropout: float = 0.2, hidden: int = 48, steps: int = 400) -> Measured:
    """Validation loss with dropout minus that without, all training names."""
    lost = ends(seed, dropout, steps, hidden).valid - ends(seed, 0.0, steps, hidden).valid
    return Measured(lost, "nats lost", at_least=0.015)


@claim(
    "training_in_practice.dropout_few",
    "Dropout lowers the validation loss.",
    verdict="holds-if",
    condition="The run overfits: 200 or 300 names, 600 steps or more.",
    vary=FEW,
)
def dropout_few(seed: int, dropout: float = 0.2, hidden: int = 48, names: int = 300, steps: int = 600) -> Measured:
    """Validation loss of the last weights without dropout minus that with it."""
    gained = ends(seed, 0.0, steps, hidden, names).valid - ends(seed, dropout, steps, hidden, names).valid
    return Measured(gained, "nats gained", at_least=0.06)


@claim(
    "training_in_practice.dropout_train",
    "Dropout costs training loss, with many names and with few, though no unit is dropped when it is measured.",
    verdict="holds",
    vary={"dropout": (0.2, 0.5), "hidden": (48, 96)},
)
def dropout_train(seed: int, dropout: float = 0.2, hidden: int = 48) -> Measured:
    """The smaller rise of the training loss of two: all names for 400 steps, 300 names for 600."""
    many = ends(seed, dropout, 400, hidden).train - ends(seed, 0.0, 400, hidden).train
    few = ends(seed, dropout, 600, hidden, 300).train - ends(seed, 0.0, 600, hidden, 300).train
    return Measured(min(many, few), "nats lost", at_least=0.015)


@claim(
    "training_in_practice.step_schedule",
    "Cutting the rate to a tenth at the half and again at three quarters is as good as a line.",
    verdict="fails",
    instead="At the one peak that was tried the two cuts end behind the line.",
    vary={"steps": (400, 800), "hidden": (48, 96)},
)
def step_schedule(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """Validation loss with the step schedule minus that with the linear one, from the same peak."""
    valid = tips(seed, steps, hidden).valid
    return Measured(valid["step"] - valid["base"], "nats behind", at_least=0.01)


@claim(
    "training_in_practice.step_keeps",
    "Two cuts of the rate have most of what a falling line gains on a constant rate.",
    verdict="holds-if",
    condition="The peak rate is large, about the best one for a falling schedule.",
    vary={"steps": (400, 800), "hidden": (48, 96)},
)
def step_keeps(seed: int, steps: int = 400, hidden: int = 48) -> Measured:
    """What the step schedule gains on a constant rate less half of what the line gains on it."""
    valid = tips(seed, steps, hidden).valid
    more = (valid["constant"] - valid["step"]) - 0.5 * (valid["constant"] - valid["base"])
    return Measured(more, "nats more than half the gain", at_least=0, scale=0.005)


@claim(
    "training_in_practice.batch_steps",
    "Larger batches reach a loss in fewer steps.",
    verdict="holds-if",
    condition="Each batch has the best of five constant rates; 512 characters against 32, a loss near that of the bigram table.",
    vary=REACH,
)
def batch_steps(seed: int, target: float = TARGET, hidden: int = 48) -> Measured:
    """Steps that batches of 32 need to reach the validation loss, over those that batches of 512 need."""
    return Measured(steps_to(seed, 32, target, hidden) / steps_to(seed, 512, target, hidden), "times", at_least=2)


@claim(
    "training_in_practice.batch_characters",
    "With batches of sixteen times the size a loss is reached in a sixteenth of the steps.",
    verdict="fails",
    instead="It takes more than a sixteenth, each batch at the best of five constant rates: the run reads more characters.",
    vary=REACH,
)
def batch_characters(seed: int, target: float = TARGET, hidden: int = 48) -> Measured:
    """Characters that batches of 512 read until the validation loss is reached, over those that batches of 32 read."""
    ratio = 16 * steps_to(seed, 512, target, hidden) / steps_to(seed, 32, target, hidden)
    return Measured(ratio, "times", at_least=1)
