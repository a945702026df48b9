"""What the chapter asserts about the milder reading: networks of one loss, chosen by descent and by random kicks."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.level import level
from training_dynamics.cic.preregistration import PROXIES

VARIED = {"kicks": (3, 1), "target": (0.1, 0.3), "hidden": (24, 32, 48), "optimizer": ("gd", "adam")}


@claim(
    "cic.level_rank",
    "At equal loss the network that descent finds has the smaller effective rank, on the mean over runs.",
    verdict="holds-if",
    condition=(
        "it is compared with networks that random kicks and training back to that loss lead to, by all units or by those"
        " that fire in all"
    ),
    vary=VARIED,
    judge="mean",
)
def level_rank(seed: int, kicks: int = 3, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Log effective rank, mean over 16 such networks, less descent's: the smaller of all units' and of those that fire in all."""
    found = level(seed, hidden, target, optimizer, kicks).trained[:, PROXIES.index("log_rank")]
    return Measured(-float(found.max()), "nats", at_least=0, scale=0.05)


@claim(
    "cic.level_total_correlation",
    "At equal loss the network that descent finds has the larger total correlation, on the mean over runs.",
    verdict="holds-if",
    condition=(
        "it is compared with networks that random kicks and training back to that loss lead to, by the units that fire in all"
    ),
    vary=VARIED,
    judge="mean",
)
def level_total_correlation(
    seed: int, kicks: int = 3, target: float = 0.1, hidden: int = 24, optimizer: str = "gd"
) -> Measured:
    """Its total correlation less the mean over 16 such networks, of the units that fire in all of them, nats a unit."""
    found = level(seed, hidden, target, optimizer, kicks).trained[1, PROXIES.index("tc")]
    return Measured(float(found), "nats a unit", at_least=0, scale=0.03)
