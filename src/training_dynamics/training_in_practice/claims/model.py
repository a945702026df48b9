"""What the chapter asserts about the language models: who beats whom, and by how much."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.training_in_practice.baselines import baselines
from training_dynamics.training_in_practice.rivals import gpt_loss, mlp_loss


@claim(
    "training_in_practice.bigram_beats_unigram",
    "One character of memory is worth more than a quarter of a nat: the bigram model beats letter frequencies.",
    verdict="holds",
)
def bigram_beats_unigram(seed: int) -> Measured:
    """Unigram minus bigram validation loss on a random split of the names."""
    found = baselines(seed)
    return Measured(found.unigram - found.bigram, "nats a character", at_least=0.25)


@claim(
    "training_in_practice.gpt_beats_bigram",
    "A two-layer GPT beats the bigram model by more than a fifth of a nat.",
    source="vaswani2017attention",
    verdict="holds",
    vary={"steps": (250, 400), "width": (40, 64)},
)
def gpt_beats_bigram(seed: int, steps: int = 250, width: int = 40) -> Measured:
    """Bigram minus GPT validation loss."""
    gap = baselines(seed).bigram - gpt_loss(seed, steps, width)
    return Measured(gap, "nats a character", at_least=0.2, scale=0.02)


@claim(
    "training_in_practice.window_suffices",
    "What a transformer gains over a bigram table takes attention.",
    source="bengio2003neural",
    verdict="fails",
    instead="Most of it an MLP with a window of six characters gains, too, from as many characters.",
    vary={"steps": (250, 400), "width": (40, 64)},
)
def window_suffices(seed: int, steps: int = 250, width: int = 40) -> Measured:
    """What the MLP gains over the bigram model, as a part of what the GPT gains."""
    bigram = baselines(seed).bigram
    share = (bigram - mlp_loss(seed, steps)) / (bigram - gpt_loss(seed, steps, width))
    return Measured(share, "of the GPT's gain", at_least=0.5)
