"""What the chapter asserts about two starts of the network that adds."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions.pairs import two_starts


@claim(
    "phase_transitions.two_states",
    "With 35 or 40 % of the pairs the rule is a state of its own: a network that starts there stays, "
    "and one that starts from chance does not find it.",
    verdict="holds-if",
    condition="within a window of shares, and for as long as we trained",
    vary={"share": (0.35, 0.4), "p": (19, 23), "decay": (0.5, 1.0, 2.0), "steps": (800, 3000)},
)
def two_states(seed: int, share: float = 0.35, p: int = 23, decay: float = 1.0, steps: int = 800) -> Measured:
    """Share of unseen pairs that are wrong from the rule's start or right from random weights, whichever is larger."""
    ends = two_starts(seed, share, p, decay, steps)
    return Measured(max(1 - ends.rule, ends.chance), "of the unseen pairs", at_most=0.2)


@claim(
    "phase_transitions.starts_meet",
    "Outside that window both starts end alike: with four fifths of the pairs both in the rule, with a tenth neither.",
    verdict="holds",
    vary={"share": (0.1, 0.8, 0.9), "p": (13, 17, 19, 23), "steps": (600, 2000)},
)
def starts_meet(seed: int, share: float = 0.1, p: int = 23, steps: int = 600) -> Measured:
    """Unseen pairs that the better start gets right with few pairs, or that the worse one gets wrong with many."""
    ends = two_starts(seed, share, p, steps=steps)
    off = 1 - min(ends.rule, ends.chance) if share > 0.5 else max(ends.rule, ends.chance)
    return Measured(off, "of the unseen pairs", at_most=0.12)
