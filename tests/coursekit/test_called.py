"""A failed check shows the calls that it made, to be pasted, and what of the answer's structure it could not use."""

import math

import numpy as np
import pytest
import torch

from coursekit.called import Log, pasted
from coursekit.checks import CheckFailed, check


def failing(checks, **space):
    """The message of a check cell's body whose variables and answers are ``space``."""
    names = {"check": check, "np": np, **space}
    asks = tuple(name for name in space if name.startswith("answer"))
    lines = "\n".join(f"    {line}" for line in checks.split("\n"))
    with pytest.raises(CheckFailed) as caught:
        exec(compile(f"with check.question('q', asks={asks!r}):\n{lines}", "<check>", "exec"), names)  # noqa: S102
    return str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        3, 2.5, math.inf, True, None, "a", [1.0, [2]], (1,), {"a": np.array([1.0, -math.inf])}, np.eye(2), np.array([1, 2]),
        np.array([0.1], dtype=np.float32), torch.tensor([0.5, 2.0]), torch.tensor([[1.0]], dtype=torch.float64), np.array([True]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_pasted_gives_the_value_back(value):
    back = eval(pasted(value), {"np": np, "torch": torch})  # noqa: S307
    assert type(back) is type(value) and pasted(back) == pasted(value)
    assert getattr(back, "dtype", None) == getattr(value, "dtype", None)


def test_large_arrays_are_told_by_shape_type_and_range():
    assert pasted(np.arange(100.0)) == "<an array of shape (100,) and dtype float64, from 0 to 99>"
    assert "shape (9, 9)" in pasted(torch.zeros(9, 9)) and pasted(math.sqrt) == "<sqrt>"
    assert len(pasted([np.arange(64.0) / 7] * 3, 16)) < 200


def test_a_check_with_variables_shows_its_call_and_one_without_does_not():
    body = "x = np.array([1.0, 2.0])\ncheck.case('sum', lambda: answer(x, 2), expected=6.0)"
    assert "\nCalled: answer(np.array([1.0, 2.0]), 2)" in failing(body, answer=lambda x, k: float(sum(x)))
    body = "check.require(lambda: answer(3.0) == 1, 'a property')"
    assert "\nCalled: answer(3.0)" in failing(body, answer=lambda x: 0)


def test_only_the_failing_check_s_own_calls_are_shown():
    body = "check.require(lambda: answer(1) == 1, 'fine')\ncheck.require(lambda: [answer(k) for k in range(9)] == [0], 'bad')"
    message = failing(body, answer=lambda x: x)
    assert "Called 9 times, the last time: answer(8)" in message and "answer(1)" not in message


def test_what_an_answer_changes_is_shown_as_it_was_given():
    log, given = Log(copies=True), np.zeros(2)
    call = log.begin("answer", (given,), {})
    given += 1
    assert str(call) == "answer(np.array([0.0, 0.0]))" and log.read() == (f"Called: {call}",) and log.read() == ()


@pytest.mark.parametrize(
    ("checks", "given", "words"),
    [
        ("check.case('two', lambda: answer(1)[0], expected=1.0)", lambda x: None, "`answer` gave None"),
        ("check.case('two', lambda: answer(1)['a'], expected=1.0)", lambda x: {"b": 1}, "`answer` gave a dict"),
        (
            "check.require(lambda: len(answer(1)[1]) == 2, 'has two')",
            lambda x: (1,),
            "`answer` gave a tuple of length 1",
        ),
        ("a, b = answer(1)\ncheck.case('two', a, expected=1.0)", lambda x: 5.0, "`answer` gave a float"),
        ("check.case('ends', lambda: answer['a'], expected=1.0)", None, "`answer` is None"),
        ("check.case('ends', lambda: answer['a'], expected=1.0)", {"b": 1}, "`answer` is a dict"),
        ("check.case('ends', lambda: answer(2), expected=1.0)", 3.0, "`answer` is a float"),
    ],
)
def test_an_answer_of_another_structure_is_described_and_python_s_error_is_not(checks, given, words):
    message = failing(checks, answer=given)
    assert words in message
    for text in ("subscriptable", "TypeError", "KeyError", "unpack", "your code raised"):
        assert text not in message


def test_an_error_in_the_answer_stays_the_answer_s():
    nothing = None

    def wrong(x):
        return nothing[x]

    message = failing("check.case('two', lambda: answer(1)[0], expected=1.0)", answer=wrong)
    assert "your code raised TypeError: 'NoneType' object is not subscriptable" in message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (..., "not answered yet"),
        (None, "not answered yet"),
        ({"a": [1, 2]}, "missing keys ['b']"),
        ({"a": [1, 2], "b": 3, "c": 4}, "unexpected keys ['c']"),
        ({"a": [1], "b": 3}, "at key 'a': your value has shape (1,)"),
        ({"a": [1, 2], "b": "x"}, "where a number is wanted"),
        ({"a": None, "b": 3}, "at key 'a': your value is None"),
        ([1], "where a dict"),
    ],
)
def test_an_answer_unlike_what_is_asked_for_is_told_so_and_no_number_matters(given, words):
    body = "check.given('your answer', lambda: answer, like={'a': [0.0, 0.0], 'b': 0.0})"
    assert words in failing(body, answer=given)
    with check.question("q"):
        check.given("your answer", {"a": (5, -7.0), "b": 1e9}, like={"a": [0.0, 0.0], "b": 0.0})
        check.given("another", {"c": False}, like={"c": True})
