"""First names, letter by letter: the course's corpus for small language models (`data/names.md` says where it is from)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from jaxtyping import Int
from torch import Tensor

from training_dynamics.toolbox.seeds import torch_generator

ALPHABET = ".abcdefghijklmnopqrstuvwxyz"
END = 0  # the number of the mark that stands before and after every name
FILE = Path(__file__).parent / "data" / "names.txt"


@cache
def first_names() -> tuple[str, ...]:
    """The 5,163 different first names of the 1990 census of the United States, in alphabetical order."""
    return tuple(FILE.read_text().split())


@dataclass(frozen=True)
class NameSplit:
    """Names to train on, to choose settings by, and to report on; no name is in two of them."""

    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]


@cache
def split_names(seed: int, train: int | None = None) -> NameSplit:
    """The names in random order: a tenth for validation, a tenth for the test, and of the rest the first ``train``, or all.

    Raises ValueError unless ``0 < train <= 4131``.
    """
    names = first_names()
    order = [names[i] for i in torch.randperm(len(names), generator=torch_generator(seed, "names")).tolist()]
    tenth = len(order) // 10
    rest = order[2 * tenth :]
    if train is not None and not 0 < train <= len(rest):
        raise ValueError(f"train must be between 1 and {len(rest)}, got {train}")
    return NameSplit(tuple(rest[:train]), tuple(order[:tenth]), tuple(order[tenth : 2 * tenth]))


def encode(name: str) -> list[int]:
    """The numbers 1 to 26 of the letters of a name.  Raises ValueError for a sign that is not one of a to z."""
    for sign in name:
        if sign not in ALPHABET[1:]:
            raise ValueError(f"a name holds letters from a to z, got {sign!r} in {name!r}")
    return [ALPHABET.index(sign) for sign in name]


def decode(numbers: Sequence[int]) -> str:
    """The letters with these numbers, up to the first end mark."""
    signs = "".join(ALPHABET[i] for i in numbers)
    return signs.split(ALPHABET[END])[0]


def windows(names: Sequence[str], context: int) -> tuple[Int[Tensor, "n c"], Int[Tensor, " n"]]:
    """Every character of the names, end marks included, with the ``context`` characters before it.

    What lies before a name counts as end marks.  Raises ValueError for a ``context`` below 1.
    """
    if context < 1:
        raise ValueError(f"context must be at least 1, got {context}")
    before, after = [], []
    for name in names:
        numbers = [END] * context + encode(name) + [END]
        for place in range(context, len(numbers)):
            before.append(numbers[place - context : place])
            after.append(numbers[place])
    return torch.tensor(before), torch.tensor(after)


def sequences(names: Sequence[str], length: int = 12) -> tuple[Int[Tensor, "n t"], Int[Tensor, "n t"]]:
    """Names as rows of equal length: inputs that begin with the end mark, and for each place the character that follows.

    Places behind a name's end have target -100, which ``cross_entropy`` ignores.  Raises ValueError where a name with its
    end mark is longer than ``length``.
    """
    inputs, targets = torch.zeros(len(names), length, dtype=torch.long), torch.full((len(names), length), -100)
    for row, name in enumerate(names):
        numbers = encode(name)
        if len(numbers) >= length:
            raise ValueError(f"length must be above the {len(numbers)} letters of {name!r}, got {length}")
        inputs[row, 1 : len(numbers) + 1] = torch.tensor(numbers)
        targets[row, : len(numbers) + 1] = torch.tensor([*numbers, END])
    return inputs, targets
