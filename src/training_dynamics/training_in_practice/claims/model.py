"""What the chapter asserts about the language models: who beats whom, and by how much."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.training_in_practice import studies
from training_dynamics.training_in_practice.baselines import baselines


@claim(
    "training_in_practice.bigram_beats_unigram",
    "One character of memory is worth nearly half a nat: the bigram model beats letter frequencies.",
    verdict="holds",
)
def bigram_beats_unigram(seed: int) -> Measured:
    """Unigram minus bigram validation loss on a random split of the names."""
    found = baselines(seed)
    return Measured(found.unigram - found.bigram, "nats a character", at_least=0.3)


@claim(
    "training_in_practice.mlp_beats_bigram",
    "A small MLP on the last four characters beats the bigram model.",
    source="bengio2003neural",
    verdict="holds",
    vary={"steps": (400, 800, 1600), "hidden": (32, 64, 128)},
)
def mlp_beats_bigram(seed: int, steps: int = 400, hidden: int = 64) -> Measured:
    """Bigram minus MLP validation loss."""
    gap = baselines(seed).bigram - studies.plain(seed, steps, hidden)
    return Measured(gap, "nats a character", at_least=0.1)


@claim(
    "training_in_practice.gpt_beats_bigram",
    "A two-layer GPT beats the bigram model.",
    source="vaswani2017attention",
    verdict="holds",
    vary={"steps": (300, 600), "width": (32, 48)},
)
def gpt_beats_bigram(seed: int, steps: int = 300, width: int = 48) -> Measured:
    """Bigram minus GPT validation loss."""
    gap = baselines(seed).bigram - studies.gpt_run(seed, steps, width).evaluations[-1]
    return Measured(gap, "nats a character", at_least=0.1)


@claim(
    "training_in_practice.gpt_is_better",
    "A transformer beats an MLP with a fixed window.",
    source="bengio2003neural",
    said_by="vaswani2017attention",
    verdict="fails",
    instead="On these short names, after the same steps on as many characters, the MLP is ahead, and takes a fraction of the time.",
    vary={"steps": (300, 600), "width": (32, 48)},
)
def gpt_is_better(seed: int, steps: int = 300, width: int = 48) -> Measured:
    """GPT minus MLP validation loss."""
    gap = studies.gpt_run(seed, steps, width).evaluations[-1] - studies.mlp_like_gpt(seed, steps)
    return Measured(gap, "nats a character", at_least=0.02)
