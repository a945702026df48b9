"""What the chapter on implicit regularization asserts about the size of a step."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.implicit_regularization import modified


@claim(
    "implicit_regularization.modified_flow",
    "A step of gradient descent follows the flow of L + (η/4)‖∇L‖² with an error that falls with η³.",
    source="barrett2021implicit",
    verdict="holds",
)
def modified_flow(seed: int) -> Measured:
    """By which factor the distance of one step from that flow falls when η is halved (8 for η³); a diagonal network."""
    large, small = (modified.step_gaps(seed, size)[1] for size in (0.02, 0.01))
    return Measured(large / small, "× per halving", at_least=7.5, at_most=8.5)


@claim(
    "implicit_regularization.plain_flow",
    "It follows the flow of L itself with an error that falls with η² only.",
    source="barrett2021implicit",
    verdict="holds",
)
def plain_flow(seed: int) -> Measured:
    """By which factor the distance of one step from the flow of the loss falls when η is halved (4 for η²)."""
    large, small = (modified.step_gaps(seed, size)[0] for size in (0.02, 0.01))
    return Measured(large / small, "× per halving", at_least=3.8, at_most=4.2)
