"""What is recorded of typical mistakes: of each, only what rounding does not decide."""

import numpy as np
import pytest
import torch
from four_ways import assignment, question

from coursekit.assignments.nudged import nudged
from coursekit.assignments.record import record
from coursekit.assignments.schema import CHANGES, Wrong

RANDOM = "rng = np.random.default_rng(0)\nX, y = rng.standard_normal((3, 6)), rng.standard_normal(6)\n"
CASES = """check.case("wide", lambda: solve(X, y[:3]))
check.case("tall", lambda: solve(X.T, y))
check.case("one", lambda: solve(np.ones((1, 1)), np.ones(1)))
"""
PINV = "def solve(X, y):\n    return np.linalg.pinv(X) @ y"
GRAM = "def solve(X, y):\n    return X.T @ np.linalg.inv(X @ X.T) @ y"
DOUBLE = "def solve(X, y):\n    return 2 * np.linalg.pinv(X) @ y"
EDGE = "def solve(X, y):\n    return np.linalg.pinv(X) @ y * (X[0, 0] < 1)"


def recorded(code, visible=RANDOM + CASES):
    """The outcomes of one wrong answer, by check."""
    asked = question("solve", "def solve(X, y):\n    ...", PINV, visible, "")
    asked.mistakes.append(Wrong("a", code, "you did a", 1))
    known = record(assignment([asked]), asked)[0].known
    return {name: outcomes["a"] for name, outcomes in known["outcomes"].items()}


def test_what_comes_of_a_singular_inverse_is_not_recorded_as_a_value():
    assert recorded(GRAM) == {"tall": {"unsteady": True}}


def test_a_difference_of_nearly_equal_numbers_is_not_recorded_as_a_value():
    """It takes few values, so that one nudge may give the same."""
    right = "def solve(X, y):\n    return (2 * X + 1e-12) * 1e-12"
    wrong = "def solve(X, y):\n    return (X + 1e-12) ** 2 - X**2"
    cases = "\n".join(f'check.case("{x}", lambda: solve(np.array([{x}]), 0), rtol=1e-9)' for x in (0.3, 0.7, 1.1, 1.3))
    asked = question("solve", "def solve(X, y):\n    ...", right, cases, "")
    asked.mistakes.append(Wrong("a", wrong, "you did a", 1))
    known = record(assignment([asked]), asked)[0].known
    assert all("value" not in outcomes["a"] for outcomes in known["outcomes"].values())


def test_a_value_that_rounding_does_not_move_is_recorded():
    found = recorded(DOUBLE)
    assert set(found) == {"wide", "tall", "one"} and all(set(outcome) == {"value"} for outcome in found.values())


def test_an_edge_that_somebody_typed_is_not_moved():
    assert set(recorded(EDGE)["one"]) == {"value"}


def test_nor_where_an_answer_may_change_what_it_is_given():
    changing = f"{CHANGES}\n{RANDOM}{CASES}"
    assert recorded(GRAM, changing) == {"tall": {"unsteady": True}}
    in_place = "def solve(X, y):\n    y *= 2\n    return np.linalg.pinv(X) @ y"
    assert [set(outcome) for outcome in recorded(in_place, changing).values()] == 3 * [{"value"}]


@pytest.mark.parametrize("make", [np.asarray, torch.tensor])
def test_nudged_numbers_are_the_same_to_many_digits_and_typed_ones_stay(make):
    typed, drawn = make([0.0, 1.0, -0.5, 3.0]), make([0.1, 1 / 3, -2.7e8, 1e-30])
    given = [float(v) for v in drawn]
    assert [float(v) for v in nudged(typed, 1)] == [0.0, 1.0, -0.5, 3.0]
    moved = [float(v) for v in nudged(drawn, 2)]
    assert all(0 < abs(a - b) < 1e-6 * abs(a) for a, b in zip(given, moved))


def test_what_is_no_floating_point_number_stays():
    for value in (np.arange(3), torch.arange(3), [1.5], 0.1, "a", np.array([True])):
        assert np.array_equal(nudged(value, 1), value)
