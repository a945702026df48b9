"""Where decoupled decay sets in: few names, so that there is something to regularise, and runs of several lengths."""

from __future__ import annotations

from training_dynamics.lab.once import once
from training_dynamics.training_in_practice.network import Shape
from training_dynamics.training_in_practice.stack import Recipe, train_stack

RATE = 0.01
DECAYS = (0.01, 0.1, 0.3)
LENGTHS = (75, 150, 300, 600)


@once
def gains(seed: int, steps: int, names: int = 300, hidden: int = 48) -> tuple[float, ...]:
    """What each of ``DECAYS`` takes off the validation loss of Adam's last weights, at a constant rate of 0.01."""
    recipes = [Recipe(RATE, "constant", decay=decay) for decay in (0.0, *DECAYS)]
    without, *found = train_stack(seed, recipes, steps, shape=Shape(hidden=hidden), train=names).valid.tolist()
    return tuple(without - loss for loss in found)
