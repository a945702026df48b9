"""Overfitting in several batches an epoch, and the one training that two validation sets are held against."""

from __future__ import annotations

import math

import pytest

from training_dynamics.diagnostics import faults
from training_dynamics.diagnostics.judged import DEVELOPMENT, HELD_OUT
from training_dynamics.diagnostics.sides import Side, wrong_side
from training_dynamics.toolbox.readings import read

SHORT = faults.Setup(steps=10)


def test_ratios_count_on_the_side_of_their_own_validation_set_and_only_where_the_epoch_taught_something() -> None:
    right, overlap = Side(0.5, 0.7, 1.2), Side(0.8, 0.95, 0.85)
    assert wrong_side((right,)) == 0 and wrong_side((overlap,)) == 1
    assert wrong_side((right, overlap, Side(0.95, 1.1, 1.1))) == 0.5
    assert math.isnan(wrong_side((Side(1.0, 0.7, 1.2),)))


@pytest.mark.parametrize("examples", [n for n in (*DEVELOPMENT["overfitting"], *HELD_OUT["overfitting"]) if n >= 64])
def test_sets_of_several_batches_have_all_readings_of_the_first_epoch(examples: float) -> None:
    found = read(faults.run("overfitting", examples, SHORT, 3))
    assert all(math.isfinite(value) for value in (found.fresh, found.early_train, found.early_val))


def test_a_set_of_one_batch_has_none() -> None:
    found = read(faults.run("overfitting", 28, faults.Setup(steps=36), 3))
    assert all(math.isnan(value) for value in (found.fresh, found.early_train, found.early_val))


def test_another_validation_set_changes_nothing_of_the_training() -> None:
    fair, foreign = (
        faults.run_with({"overfitting": 84, **split}, SHORT, 3).series() for split in ({}, {"mismatched_split": 0.9})
    )
    assert fair.loss.tolist() == foreign.loss.tolist() and fair.train.tolist() == foreign.train.tolist()
    assert (fair.val != foreign.val).all()


@pytest.mark.parametrize("steps, epoch, more", [(100, 1, set()), (100, 18, set()), (150, 12, set()), (400, 10, {15})])
def test_a_run_is_evaluated_soon_after_its_first_epoch(steps: int, epoch: int, more: set[int]) -> None:
    every = steps // 12
    assert faults._evaluations(steps, epoch) == set(range(every, steps + 1, every)) | more


def test_a_small_set_takes_smaller_batches_for_longer_and_only_sgd_goes_slower() -> None:
    sgd, adam = (faults.small_set(faults.Setup(optimizer=name)) for name in ("sgd", "adam"))
    assert (sgd.batch, sgd.steps, sgd.rate) == (8, 400, 0.3)
    assert (adam.batch, adam.steps, adam.rate) == (8, 400, 1.0)
