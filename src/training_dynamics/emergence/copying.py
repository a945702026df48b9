"""Sequences that repeat themselves: the task on which an induction head is the way to foretell the next token."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Copying:
    """A random block of ``shortest`` to ``longest`` tokens, drawn with replacement, over and over until the context is full.

    Of the sequences a share ``repeated`` is of this kind; in the others every token is drawn anew.  With ``permuted`` a
    block is a random order of the whole vocabulary, so that no token comes twice in it.
    """

    vocabulary: int = 16
    context: int = 24
    shortest: int = 6
    longest: int = 12
    repeated: float = 1.0
    permuted: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.longest < self.context:
            raise ValueError(f"need 1 <= shortest <= longest < context, got {self}")
        if not 0 <= self.repeated <= 1:
            raise ValueError(f"repeated must be between 0 and 1, got {self.repeated}")

    def draw(self, n: int, generator: torch.Generator) -> tuple[Int[Tensor, "n t"], Int[Tensor, "n 1"]]:
        """``n`` sequences, and after how many tokens each repeats (the context's length where it does not)."""
        period = torch.randint(self.shortest, self.longest + 1, (n, 1), generator=generator)
        fresh = torch.randint(self.vocabulary, (n, self.context), generator=generator)
        block = torch.rand(n, self.vocabulary, generator=generator).argsort(1) if self.permuted else fresh
        period = block.shape[1] + 0 * period if self.permuted else period
        tokens = block.gather(1, torch.arange(self.context) % period)
        repeats = torch.rand(n, 1, generator=generator) < self.repeated
        return torch.where(repeats, tokens, fresh), torch.where(repeats, period, self.context)


def foreseeable(tokens: Int[Tensor, "n t"], period: Int[Tensor, "n 1"]) -> Bool[Tensor, "n t-1"]:
    """At which positions the next token repeats one from a block ago and the present token has been seen there, too."""
    return torch.arange(tokens.shape[1] - 1) >= period


def followers(tokens: Int[Tensor, "n t"]) -> Bool[Tensor, "n t t"]:
    """Entry (t, s): position s holds a token that followed an earlier occurrence of the token at t."""
    same = (tokens[:, :, None] == tokens[:, None, :]).tril(-1)
    return torch.nn.functional.pad(same, (1, 0))[..., :-1]


def prefix_matching(attention: Float[Tensor, "n t t"], tokens: Int[Tensor, "n t"]) -> float:
    """The prefix-matching score: mean attention to all followers of the present token, over positions that have any."""
    wanted = followers(tokens)
    return float((attention * wanted).sum(-1)[wanted.any(-1)].mean())


def previous_token(attention: Float[Tensor, "n t t"]) -> float:
    """The mean attention to the token before, over positions that have one."""
    return float(attention.diagonal(-1, -2, -1).mean())
