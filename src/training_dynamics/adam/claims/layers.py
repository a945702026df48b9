"""What the chapter on the natural gradient asserts about methods that treat a layer's weights as one matrix."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import invariance, layers

END = "of the distance moved"


@claim(
    "adam.layer_rotation",
    "Muon and Shampoo do not notice when the inputs and the outputs of every layer are rotated.",
    source="",
    verdict="holds",
)
def layer_rotation(seed: int) -> Measured:
    """Change of the end point when each layer is turned by rotations of its own; the larger of the two methods'."""
    return Measured(max(layers.change(m, "layer rotation", seed) for m in layers.MATRIX_METHODS), END, at_most=1e-6)


@claim(
    "adam.layer_rotation_adam",
    "A rotation inside the layers leaves Adam's path the same.",
    source="",
    verdict="fails",
    instead="Adam notices it as it does any rotation that mixes parameters.",
)
def layer_rotation_adam(seed: int) -> Measured:
    """Change of Adam's end point when each layer is turned by rotations of its own."""
    return Measured(layers.change("adam", "layer rotation", seed), END, at_least=0.3)


@claim(
    "adam.matrix_renaming",
    "Muon and Shampoo do not notice which parameter has which place.",
    source="",
    verdict="fails",
    instead="They read rows and columns: a renaming that mixes the places of parameters makes them take other paths.",
)
def matrix_renaming(seed: int) -> Measured:
    """Change of the end point under a random signed permutation of all parameters; the lesser of the two methods'."""
    return Measured(min(layers.change(m, "signed permutation", seed) for m in layers.MATRIX_METHODS), END, at_least=0.3)


@claim(
    "adam.shampoo_first",
    "Shampoo's first step is Muon's without momentum: the gradient with its singular values set to one.",
    source="bernstein2024old",
    verdict="holds",
)
def shampoo_first(seed: int) -> Measured:
    """Largest difference of the two first steps in any parameter, in learning rates."""
    network, theta = invariance.setting(seed)
    muon, shampoo = (layers.path(m, network, theta)[1] for m in layers.MATRIX_METHODS)
    return Measured(float(np.abs(muon - shampoo).max()) / layers.LEARNING_RATE, "learning rates", at_most=1e-8)
