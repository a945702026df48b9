"""Checks: what is accepted, what is refused, and what a student is told."""

import math
import sys
import warnings
from collections import namedtuple
from contextlib import nullcontext
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.checks import CheckFailed, check
from coursekit.compare import Tolerance, difference
from coursekit.plain import NotPlain, from_json, pack, plain, to_json, unpack, usable

EXACT = Tolerance(1e-9)


def says(expected, got, tolerance=None):
    return difference(plain(expected), got, tolerance or Tolerance())


@pytest.mark.parametrize(
    "got",
    [2.0, 2, np.float64(2), np.float32(2), np.array(2.0), torch.tensor(2.0), torch.tensor(2.0, requires_grad=True)],
    ids=str,
)
def test_a_number_may_come_in_any_library_s_form(got):
    assert says(2.0, got, EXACT) == ""


@pytest.mark.parametrize(
    "got",
    [[1.0, 2.0], (1, 2), np.array([1, 2]), torch.tensor([1.0, 2.0]), torch.nn.Parameter(torch.tensor([1.0, 2.0]))],
)
@pytest.mark.parametrize("expected", [[1.0, 2.0], np.array([1.0, 2.0])])
def test_lists_tuples_arrays_and_tensors_are_interchangeable(expected, got):
    assert says(expected, got, EXACT) == ""


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("b", np.array(["a", "b"])[1]),
        (["a", "b"], np.array(["a", "b"])),
        ([["a"]], np.array([["a"]])),
        ({"k": "a"}, {"k": np.str_("a")}),
    ],
)
def test_labels_from_an_array_are_strings(expected, got):
    assert says(expected, got) == ""
    assert "is not right" in difference("c", np.array(["a", "b"])[1], Tolerance(), reveal=False)


@pytest.mark.parametrize(("expected", "got"), [(0, -(2**63)), (5, 5 - 2**63), ([0, 1], [-(2**63), 1]), (-1, 2**63 - 1)])
def test_integers_whose_difference_has_no_place_in_64_bits_differ(expected, got):
    assert says(expected, got, EXACT) and says(np.array(expected), np.array(got), Tolerance())


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (2.0, 3.0, "expected 2, got 3 (relative error 0.5)"),
        (2.0, -2.0, "the wrong sign"),
        (2.0, 4.0, "2 times too large"),
        (2.0, None, "is there a `return`?"),
        (2.0, ..., "not answered yet"),
        (2.0, float("nan"), "got NaN"),
        (2.0, float("inf"), "got infinite"),
        (2.0, "2", "a str of length 1, where a number is wanted"),
        (2.0, True, "where a number is wanted"),
        (True, 1, "where True or False is wanted"),
        (2.0, [2.0], "shape (1,), where a single number is wanted"),
        (2.0, abs, "a call with parentheses"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "the transpose"),
        (np.arange(4.0), np.array([0, 1, 5, 3]), "the worst entry is at 2: expected 2, got 5 (relative error 1.5; 1 of 4"),
        (np.eye(2), np.array([[1, 0], [0.1, 1]]), "the worst entry is at [1, 0]"),
        (np.ones(2), [[1, 2], [3]], "a list of length 2"),
        (np.ones(2), np.array([1, None]), "dtype object"),
        ({"a": 1}, {"b": 1}, "missing keys ['a']; unexpected keys ['b']"),
        ({"a": 1.0}, {"a": 2.0}, "at key 'a': expected 1, got 2"),
        ([1.0, "x"], [1.0], "length 1, where 2 is wanted"),
        ([np.ones(2), np.ones(3)], [np.ones(2), np.zeros(3)], "at position 1"),
        ("sgd", "adam", "expected 'sgd', got 'adam'"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_described(expected, got, words):
    assert words in says(expected, got)


def test_an_unknown_type_is_refused_without_touching_it():
    class Liar(float):
        def __eq__(self, other):
            raise AssertionError("a method of the liar was called")

        __hash__ = None
        __float__ = __array__ = __repr__ = __str__ = __eq__

    class Subclass(np.ndarray):
        pass

    for lie in (Liar(2.0), np.array(2.0).view(Subclass), np.ma.array([2.0]), type("T", (torch.Tensor,), {})()):
        assert "where a number, string, list, dict, array or tensor is wanted" in says(2.0, lie)


@pytest.mark.parametrize("got, near", [(3.01, True), ([3.01], False), (3.1, False), (np.float32(2.99), True)], ids=str)
def test_a_hidden_check_says_when_an_answer_is_near_and_not_what_is_expected(got, near):
    words = difference(plain(3.0), got, Tolerance(), reveal=False)
    assert ("near: is the method accurate enough" in words) == near
    assert "expected" not in words and words


@pytest.mark.parametrize(
    ("expected", "got"),
    [(np.inf, 5.0), (np.inf, np.nan), (3.0, np.inf), (-np.inf, np.inf), ([np.inf, 1.0], [2.0, 1.0])],
)
def test_nothing_is_near_infinity_and_nan_is_near_nothing(expected, got):
    for value in (got, np.array(got), torch.tensor(got)):
        words = difference(plain(expected), value, Tolerance(), reveal=False)
        assert words and "near" not in words


WRAPPED = {
    "gradient": torch.tensor([1.0, 2.0], requires_grad=True),
    "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
    "on the way to a gradient": torch.tensor([0.5, 1.0], requires_grad=True) * 2,
    "complex": np.array([1.0 + 0j, 2.0]),
    "complex tensor": torch.tensor([1.0 + 0j, 2.0]),
    "complex scalars": [1 + 0j, np.complex128(2)],
    "decimals": [Decimal("1.0"), Decimal(2)],
    "fractions": (Fraction(1), Fraction(2)),
    "long": np.array([1.0, 2.0], np.longdouble),
    "long scalars": [np.longdouble(1), np.longdouble(2)],
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_check_can_compute_with_a_right_value_of_any_type(kind):
    found = usable(WRAPPED[kind])
    assert difference([1.0, 2.0], WRAPPED[kind], EXACT) == "" == difference([1.0, 2.0], found, EXACT)
    assert np.asarray(found).tolist() == [1.0, 2.0]
    assert float(found[0]) < float(found[1]) and found[1] > 1.5


@pytest.mark.parametrize(
    "value", [1, 2.0, 1 + 2j, "x", None, [1, {"a": (2.0,)}], np.ones(2), np.float32(1), abs], ids=str
)
def test_what_a_check_can_compute_with_stays_the_same_object(value):
    assert usable(value) is value


def test_infinite_and_missing_values_can_be_expected():
    assert says(np.array([np.inf, np.nan, 1.0]), [np.inf, np.nan, 1.0], EXACT) == ""
    assert says(np.array([np.inf, 1.0]), [-np.inf, 1.0])
    assert says(None, None) == "" and says(None, 0.0)


@pytest.mark.parametrize("dtype", [np.float32, torch.float32])
def test_low_precision_loosens_the_tolerance_and_no_more(dtype):
    make = (
        (lambda v: torch.tensor(v, dtype=dtype))
        if isinstance(dtype, torch.dtype)
        else (lambda v: np.array(v, dtype=dtype))
    )
    truth = np.array([1.0, 1e-3, 100.0]) / 3
    assert says(truth, make(list(truth)), Tolerance(1e-12)) == ""
    assert says(truth, make(list(truth * 1.001)), Tolerance(1e-12)) != ""
    assert says(truth, truth * (1 + 1e-7), Tolerance(1e-12)) != ""


def test_noise_around_an_expected_zero_is_no_error():
    assert says(np.array([0.0, 1.0]), [1e-16, 1.0], EXACT) == ""
    assert says(0.0, 1e-17) == "" and says(0.0, 1e-6) != ""


numbers = st.one_of(st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(), st.none())
arrays = hnp.arrays(st.sampled_from(["f4", "f8", "i8", "?", "c16"]), hnp.array_shapes(max_dims=3, max_side=6))
values = st.recursive(
    numbers | arrays, lambda s: st.lists(s) | st.dictionaries(st.text() | st.integers(), s), max_leaves=8
)


@given(values)
def test_a_value_written_into_a_cell_comes_back_the_same(value):
    literal = repr(to_json(plain(value)))
    back = from_json(eval(literal, {}))
    np.testing.assert_equal(back, value)
    assert repr(to_json(back)) == literal
    assert unpack(pack(to_json(plain(value)))) == unpack(pack(to_json(back)))


@given(values, values)
def test_any_two_values_can_be_compared(expected, got):
    assert isinstance(difference(plain(expected), got, EXACT), str)
    assert isinstance(difference(plain(expected), got, EXACT, reveal=False), str)
    assert difference(plain(expected), expected, EXACT) == ""


@pytest.mark.parametrize("expected", [1.0, 3, True, "x", [1.0, 2.0], np.ones(2), None], ids=str)
@pytest.mark.parametrize(
    "got", [10**5000, [10**5000, 1], -(10**400), {"a": 10**5000}], ids=["huge", "list", "large", "dict"]
)
def test_a_huge_integer_is_no_trouble(expected, got):
    assert difference(plain(expected), got, EXACT) != ""


def test_a_value_nested_too_deeply_is_refused():
    value = []
    value.append(value)
    with pytest.raises(NotPlain, match="levels deep"):
        plain(value)


def test_failures_are_collected_and_the_first_line_is_short():
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"one": 1.0, "two": 2.0})
        check.case("one", 1.0)
        check.case("two", 3.0)
        check.require(lambda: 1 > 2, "one is more than two", hint=2)
    assert str(caught.value).split("\n") == [
        "two: expected 2, got 3 (relative error 0.5)", "Also failed: one is more than two.",
    ]  # fmt: skip


def test_a_property_names_its_hint():
    with pytest.raises(CheckFailed, match=r"(?s)one is more.*Open hint 2") as caught, check.question("q"):
        check.require(lambda: 1 > 2, "one is more than two", hint=2)
    assert caught.value.hint == 2


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda weights, rate: [w * rate for w in weights], ""),
        (lambda weights, rate: weights[1].__imul__(rate), "weights must stay: this does not hold"),
        (lambda weights, rate: weights.pop(), "weights must stay: this does not hold"),
        (lambda weights, rate: 1 / 0, "weights must stay: could not be tested, your code raised ZeroDivisionError"),
    ],
    ids=["new arrays", "in place", "shorter list", "error"],
)
def test_an_answer_leaves_its_arguments(answer, words):
    with nullcontext() if not words else pytest.raises(CheckFailed, match=words), check.question("q"):
        check.leaves(answer, [[np.ones(2), np.ones(3)], 0.5], "weights must stay", hint=2)


@pytest.mark.parametrize(
    "condition", [None, 1, "yes", np.ones(2, bool), object()], ids=["none", "one", "text", "array", "object"]
)
def test_a_condition_that_is_no_bool_does_not_hold(condition):
    with pytest.raises(CheckFailed), check.question("q"):
        check.require(lambda: condition, "must hold")


@pytest.mark.parametrize("condition", [True, np.bool_(True), np.array(True), torch.tensor(True)], ids=repr)
def test_a_true_condition_holds_in_any_library_s_form(condition):
    with check.question("q"):
        check.require(lambda: condition, "must hold")
    assert check.earned == 1


def test_an_error_in_the_answer_is_told_with_its_line():
    space = {"check": check}
    exec(compile("def f(x):\n    y = 1\n    return y / x", "<answer>", "exec"), space)
    cell = "with check.question('q'):\n    check.expect({'f': 1.0})\n    check.case('f', lambda: f(0))"
    with pytest.raises(CheckFailed, match=r"f, .*|f: your code raised ZeroDivisionError: .* \(line 3 of your answer\)"):
        exec(compile(cell, "<check>", "exec"), space)


def test_an_error_between_the_checks_becomes_a_message_too():
    with pytest.raises(CheckFailed, match="your code raised KeyError"), check.question("q"):
        {}["missing"]
    with pytest.raises(CheckFailed, match="my own words"), check.question("q"):
        assert False, "my own words"  # noqa: B011


def test_what_stops_the_process_is_not_taken_for_an_answer():
    with pytest.raises(KeyboardInterrupt), check.question("q"):
        check.case("never", lambda: (_ for _ in ()).throw(KeyboardInterrupt()))


def test_warnings_and_standard_error_cost_nothing(capsys):
    def noisy():
        warnings.warn("an honest warning", stacklevel=1)
        print("to standard error", file=sys.stderr)
        return 1.0

    with check.question("q"):
        check.expect({"noisy": 1.0})
        check.case("noisy", noisy)
    assert capsys.readouterr().err == "" and check.earned == 1


def test_parts_earn_their_share_and_say_what_failed(capsys):
    with check.question("q", points=4, parts=True):
        check.expect({"one": 1.0, "two": 2.0})
        check.case("one", 1.0)
        check.case("two", 3.0)
    assert check.earned == 2
    assert "two: expected 2, got 3" in capsys.readouterr().out


def test_what_passes_is_told_too(capsys):
    with check.question("q"):
        check.require(True, "fine")
    assert capsys.readouterr().out == "q: all checks in this cell pass\n"
    with check.question("q"):
        check.given("your answer", [1])
    assert "decided when it is graded" in capsys.readouterr().out


def test_parts_that_are_all_wrong_fail():
    with pytest.raises(CheckFailed), check.question("q", points=4, parts=True):
        check.expect({"one": 1.0})
        check.case("one", 2.0)


def test_a_prediction_is_never_told():
    with pytest.raises(CheckFailed) as caught, check.question("q", reveal=False):
        check.expect({"number": 0.123456, "list": [31, 32], "word": "secretly"})
        check.case("number", 7.0)
        check.case("list", [1, 2])
        check.case("word", "x")
    failures = check._question.failures
    assert len(failures) == 3
    assert not any(secret in str(f) for f in failures for secret in ("0.123456", "31", "secretly"))
    assert "0.123" not in str(caught.value)


def test_hidden_checks_tell_no_value_and_visible_ones_do(capsys):
    with check.question("q", points=3, parts=True):
        check.expect({"seen": 0.125, "unseen": 0.0625, "also unseen": [0.5, 3.75]})
        check.case("seen", 0.25)
        check.hidden()
        check.case("unseen", 7.0)
        check.case("also unseen", [0.5, 3.0])
        check.require(True, "one is right")
    texts = [str(failure) for failure in check._question.failures]
    assert texts == [
        "seen: expected 0.125, got 0.25 (relative error 1); it is 2 times too large",
        "unseen: 7 is not right", "also unseen: [0.5, 3] is not right",
    ]  # fmt: skip
    assert check.earned == 0.75 and "0.0625" not in capsys.readouterr().out


def test_that_there_is_an_answer_is_no_part():
    with pytest.raises(CheckFailed), check.question("q", points=4, parts=True):
        check.expect({"one": 1.0})
        check.given("your answer", "anything")
        check.case("one", 2.0)
    assert check.earned == 0


def test_an_error_between_the_checks_does_not_end_the_counting_early():
    with pytest.raises(CheckFailed, match="ZeroDivisionError"), check.question("q", points=4, parts=True):
        check.expect({"one": 1.0, "two": 2.0})
        check.case("one", 1.0)
        check.case("two", 1 / 0)
    assert check.earned == 0


def test_a_matrix_of_the_old_kind_counts_as_an_array():
    with pytest.raises(CheckFailed, match=r"worst entry is at \[0, 1\]") as caught, check.question("q"):
        check.expect({"right": [[1.0, 2.0]], "wrong": [[1.0, 2.0]]})
        check.case("right", np.matrix([[1.0, 2.0]]))
        check.case("wrong", np.matrix([[1.0, 3.0]]))
    assert "right" not in str(caught.value)


@pytest.mark.parametrize("value", [namedtuple("Pair", "low high")(1.0, 3.0), (Fraction(1), Decimal(3))])
def test_a_pair_of_numbers_may_be_of_any_honest_kind(value):
    with check.question("q"):
        check.expect({"pair": [1.0, 3.0]})
        check.case("pair", value)


def test_what_numpy_returns_with_names_is_a_tuple():
    with check.question("q"):
        check.expect({"both": [np.array([1.0, 3.0]), np.eye(2)]})
        check.case("both", np.linalg.eigh(np.diag([1.0, 3.0])))


def test_fractions_beyond_floats_are_wrong_and_no_crash():
    with pytest.raises(CheckFailed, match="infinite"), check.question("q"):
        check.expect({"x": 1.0})
        check.case("x", Fraction(10) ** 400)


def test_a_generator_is_no_list_and_is_told_so():
    with (
        pytest.raises(CheckFailed, match=r"is an iterator \(is `list\(…\)` around it missing\?\)"),
        check.question("q"),
    ):
        check.expect({"x": [1.0, 2.0]})
        check.case("x", lambda: (x for x in (1.0, 2.0)))


def known(**table):
    return pack({"mistakes": {n: {"says": f"you did {n}", "hint": 3} for n in "ab"}, "outcomes": table, "of": {}})


def test_a_known_mistake_is_named_by_its_value():
    with pytest.raises(CheckFailed, match=r"(?s)you did b.*Open hint 3") as caught, check.question("q"):
        check.expect({"x": 1.0})
        check.known(known(x={"a": {"value": 5.0}, "b": {"value": 3.0}}))
        check.case("x", np.float32(3.00001))
    assert caught.value.mistakes == ("b",)


@pytest.mark.parametrize(
    "y, holds, named",
    [
        (7.0, False, ("a",)),  # all that the mistake fails came out as it does there
        (9.0, False, ()),  # one value is the mistake's, another wrong one is not: a coincidence
        (2.0, False, ()),  # one value is the mistake's, where it is wrong too this answer is right
        (7.0, True, ()),  # a property that the mistake breaks holds
        (
            7.01,
            False,
            ("a",),
        ),  # a wrong method in other arithmetic: far nearer to the mistake's value than to the right one
    ],
)
def test_one_coincidence_is_no_mistake(y, holds, named):
    table = {"x": {"a": {"value": 0.0}}, "y": {"a": {"value": 7.0}}, "it is even": {"a": {"failed": True}}}
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"x": 1.0, "y": 2.0})
        check.known(known(**table))
        check.case("x", 0.0)
        check.case("y", y)
        check.require(holds, "it is even")
    assert caught.value.mistakes == named
    assert ("you did a" in str(caught.value)) == bool(named)


def test_a_value_that_is_only_nearer_to_a_mistake_s_is_not_enough():
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"ways": 13824})
        check.known(known(ways={"a": {"value": 72}}))
        check.case("ways", 24)
    assert caught.value.mistakes == ()


def test_a_mistake_beside_another_fault_is_still_named():
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"x": 1.0, "z": 1.0})
        check.known(known(x={"a": {"value": 5.0}}))
        check.case("x", 5.0)
        check.case("z", 4.0)
    assert caught.value.mistakes == ("a",)


def test_a_value_nearer_to_the_truth_than_to_a_mistake_is_not_called_that_mistake():
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"x": 1.0})
        check.known(known(x={"a": {"value": 1.25}}))
        check.case("x", 1.11, atol=0.1, rtol=0.1)
        check.case("y", 1.11, expected=1.0)
    assert caught.value.mistakes == ()


@pytest.mark.parametrize("got, named", [(-2e-18, ()), (0.0, ("a",))])
def test_a_tiny_wrong_value_is_not_called_zero(got, named):
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"x": 1e-18})
        check.known(known(x={"a": {"value": 0.0}}))
        check.case("x", got)
    assert caught.value.mistakes == named


def test_a_mistake_without_a_value_is_named_only_if_every_check_agrees():
    table = {"larger": {"a": {"failed": True}}, "smaller": {"b": {"failed": True}}}
    for smaller, named in ((True, ("a",)), (False, ())):
        with pytest.raises(CheckFailed) as caught, check.question("q"):
            check.known(known(**table))
            check.require(False, "larger")
            check.require(smaller, "smaller")
        assert caught.value.mistakes == named


@pytest.mark.parametrize(
    "x, y, z, named",
    [
        (31.98, 1.0, 2.0, ("a",)),  # what comes of the inverse of a singular matrix on one processor,
        (-3.03, 1.0, 5.0, ("a",)),  # on another, where it also passes or fails otherwise,
        (None, 1.0, 2.0, ("a",)),  # and on one that finds it singular
        (1.0, 1.0, 5.0, ()),  # what is right here is not this mistake,
        (31.98, 4.0, 2.0, ()),  # nor what is wrong where the mistake is right
    ],
)
def test_a_mistake_whose_value_is_rounding_is_named_by_what_fails(x, y, z, named):
    table = {"x": {"a": {"unsteady": True}}, "z": {"a": {"either": True}}}
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"x": 1.0, "y": 1.0, "z": 2.0})
        check.known(known(**table))
        check.case("x", lambda: 1 / 0 if x is None else x)
        check.case("y", y)
        check.case("z", z)
    assert caught.value.mistakes == named


@pytest.mark.parametrize("error, named", [(2.8e-28, ("a",)), (0.0, ("a",)), (4e-12, ("a",)), (1e-6, ()), (0.3, ())])
def test_what_vanishes_but_for_rounding_is_the_same_in_a_dict_too(error, named):
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"x": {"dict": [["norm", 3.0], ["error", 0.52]]}})
        check.known(known(x={"a": {"value": {"dict": [["norm", 3.0], ["error", 5e-30]]}}}))
        check.case("x", {"norm": 3.0, "error": error})
    assert caught.value.mistakes == named


@pytest.mark.parametrize(
    "right, wrong, got, named",
    [
        (1.0, math.inf, 3.0, ()),  # a mistake that diverges is not any other value
        (1.0, math.inf, math.inf, ("a",)),
        ([1.0, 1.0], [math.inf, 1.0], [3.0, 1.0], ()),
        (math.inf, 3.0, 5.0, ()),
        (math.inf, 3.0, 3.0, ("a",)),
        (-1.5e308, -1.7e308, 1.7e308, ()),  # whose distance to both is too large for a float
        (4, 3, 10**400, ()),
        ([4.0, 1.0], [3.0, 1.0], [10**400, 1], ()),
    ],
    ids=map(str, range(8)),
)
def test_no_value_is_a_mistake_s_because_one_is_infinite_or_too_large(right, wrong, got, named):
    with warnings.catch_warnings(), pytest.raises(CheckFailed) as caught, check.question("q"):
        warnings.simplefilter("error")
        check.expect({"x": to_json(right)})
        check.known(known(x={"a": {"value": to_json(wrong)}}))
        check.case("x", got)
    assert caught.value.mistakes == named


@pytest.mark.parametrize("y, named", [(7.0, ("a",)), (7.2, ("a",)), (6.0, ())])
def test_a_mistake_whose_value_is_rough_is_named_by_a_value_far_nearer_to_its_own(y, named):
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.expect({"y": 2.0})
        check.known(known(y={"a": {"value": 7.0, "rough": True}}))
        check.case("y", y)
    assert caught.value.mistakes == named


@pytest.mark.parametrize(
    "holds, got, told", [(False, 2.0, False), (True, 3.0, True), (False, 3.0, True), (True, 4.0, False)]
)
def test_only_a_wrong_value_can_be_right_with_the_numbers_of_another(holds, got, told):
    """Two variants may have the same value, and then it is not the numbers that are wrong."""
    none = {"mistakes": {}, "outcomes": {}, "of": {}}
    variants = [{"given": [["s", s]], "expected": {"x": x}, "known": none} for s, x in ((1, 2.0), (2, 2.0), (3, 3.0))]
    with pytest.raises(CheckFailed) as caught, check.question("q"):
        check.varied(pack(variants))
        check.case("x", got)
        check.require(holds, "it is a float")
    assert ("another variant" in str(caught.value)) == told and "s = 1" in str(caught.value)


def test_the_seed_of_a_variant_comes_from_the_cell_s_namespace():
    for told, seed in (({}, 0), ({"__variant_seed__": 7}, 7), ({"__variant_seed__": {"q": 9}}, 9)):
        space = {"check": check, **told}
        exec("with check.question('q'):\n    check.require(True, 'x')\n    seen = check.seed", space)
        assert space["seen"] == seed


def test_a_computed_value_may_be_expected():
    with pytest.raises(CheckFailed, match="expected 4, got 5"), check.question("q"):
        check.case("x", 5.0, expected=lambda: 4.0)
    with pytest.raises(CheckFailed, match="no expected value for 'y'"), check.question("q"):
        check.case("y", 5.0)


def test_two_checks_of_one_name_are_refused():
    with pytest.raises(CheckFailed, match="names must differ"), check.question("q"):
        check.require(True, "twice")
        check.require(True, "twice")


def test_a_type_of_low_precision_buys_little():
    """Whoever answers chooses the type: a wrong value must not become right by being rounded."""
    expected = np.array([40.0, 0.2, 1e-3])
    assert difference(expected, (expected * (1 + 5e-6)).astype(np.float32), Tolerance(1e-9)) == ""
    assert difference(expected, expected.astype(np.float16), Tolerance(1e-9))  # as the same numbers in float64 would
    for kind, off in ((np.float32, 1e-4), (np.float16, 0.01)):
        assert difference(expected, (expected * (1 + off)).astype(kind), Tolerance(1e-9))
        assert difference(2.5, np.asarray(2.5 * (1 + off), kind), Tolerance(1e-9))
    assert difference(expected, np.array([40.0, 0.2, 0.5], np.float32), Tolerance(1e-3))
    assert difference([1, "a"], np.zeros((2**31 - 1, 0)), Tolerance())
