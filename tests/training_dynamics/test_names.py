"""The corpus of first names: its size and letters, the splits, and the two forms in which models read it."""

from __future__ import annotations

import pytest
import torch

from training_dynamics.toolbox.names import ALPHABET, decode, encode, first_names, sequences, split_names, windows


def test_the_corpus_is_the_5163_different_census_names_in_order_and_in_small_letters():
    names = first_names()
    assert len(names) == len(set(names)) == 5163
    assert list(names) == sorted(names)
    assert set("".join(names)) == set(ALPHABET[1:])
    assert {"mary", "james", "aaron"} <= set(names)


@pytest.mark.parametrize("seed", [0, 7])
def test_a_split_puts_every_name_in_one_part_and_another_seed_gives_another(seed):
    split = split_names(seed)
    assert sorted(split.train + split.valid + split.test) == list(first_names())
    assert len(split.valid) == len(split.test) == 516
    assert split.train != split_names(seed + 1).train


def test_fewer_training_names_leave_the_other_parts_as_they_were():
    few, all_ = split_names(3, 100), split_names(3)
    assert few.train == all_.train[:100]
    assert (few.valid, few.test) == (all_.valid, all_.test)


def test_windows_hold_every_character_once_behind_what_came_before_it():
    before, after = windows(["ab", "c"], 2)
    assert before.tolist() == [[0, 0], [0, 1], [1, 2], [0, 0], [0, 3]]
    assert after.tolist() == [1, 2, 0, 3, 0]


def test_sequences_ask_for_the_same_characters_as_windows_do():
    names = split_names(0, 50).train
    inputs, targets = sequences(names)
    assert inputs.shape == targets.shape == (50, 12)
    assert torch.equal(targets[targets >= 0], windows(names, 3)[1])
    assert torch.equal(inputs[:, 1:][targets[:, 1:] >= 0], targets[:, :-1][targets[:, 1:] >= 0])


def test_letters_and_numbers_are_inverses_and_what_follows_the_end_mark_is_left_out():
    assert decode(encode("ada")) == "ada"
    assert decode([1, 2, 0, 5]) == "ab"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: encode("o'neil"), "letters from a to z"),
        (lambda: windows(["a"], 0), "context must be at least 1, got 0"),
        (lambda: split_names(0, 0), "train must be between 1 and 4131, got 0"),
        (lambda: split_names(0, 4132), "train must be between 1 and 4131, got 4132"),
        (lambda: sequences(["abc"], 3), "length must be above the 3 letters"),
    ],
)
def test_what_cannot_be_is_refused_with_the_rule(call, words):
    with pytest.raises(ValueError, match=words):
        call()
