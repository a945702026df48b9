"""What a claim is, and what it refuses to be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from coursekit.claim import REGISTRY, Measured, claim

NUMBERS = st.floats(-1e6, 1e6)


def declare(**changes: object) -> object:
    arguments = {"id": "tests.one", "statement": "One.", "source": "", "verdict": "holds"} | changes
    decorator = claim(arguments.pop("id"), arguments.pop("statement"), **arguments)
    return decorator(lambda seed: Measured(1.0, at_most=2.0))


@pytest.fixture(autouse=True)
def clean_registry():
    yield
    for name in [name for name in REGISTRY if name.startswith("tests.")]:
        del REGISTRY[name]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "true"}, "verdict must be one of holds, holds-if, fails, got 'true'"),
        ({"verdict": "holds-if"}, "needs condition"),
        ({"verdict": "fails"}, "needs instead"),
        ({"seeds": range(4)}, "at least 5 seeds, got 4"),
        ({"judge": "median"}, "judge must be 'each' or 'mean', got 'median'"),
        ({"id": "one"}, "must be <topic>.<name>"),
    ],
)
def test_an_incomplete_claim_is_refused_with_the_rule(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        declare(**changes)


def test_a_claim_is_registered_under_its_id_and_topic() -> None:
    function = declare(seeds=iter(range(6)))
    assert REGISTRY["tests.one"].function is function
    assert REGISTRY["tests.one"].topic == "tests" and REGISTRY["tests.one"].seeds == tuple(range(6))


def test_two_modules_may_not_share_an_id() -> None:
    declare()

    def other(seed: int) -> Measured:
        return Measured(1.0, at_most=2.0)

    other.__module__ = "elsewhere"
    with pytest.raises(ValueError, match="defined twice"):
        claim("tests.one", "One.", source="", verdict="holds")(other)


def test_a_measurement_needs_a_bound_that_can_be_met() -> None:
    with pytest.raises(ValueError, match="needs a bound"):
        Measured(1.0)
    with pytest.raises(ValueError, match="at_least <= at_most"):
        Measured(1.0, at_least=2.0, at_most=1.0)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_ok_is_being_inside_and_headroom_follows_it(value: float, a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    for measured in (
        Measured(value, at_least=low, at_most=high),
        Measured(value, at_most=high),
        Measured(value, at_least=low),
    ):
        assert measured.ok == (measured.at_least <= value <= measured.at_most)
        assert measured.headroom == 0.0 if not measured.ok else measured.headroom >= 1.0


def test_nothing_that_is_not_finite_is_ok() -> None:
    assert not any(Measured(v, at_least=0.0).ok for v in (math.nan, math.inf))


@pytest.mark.parametrize(
    ("measured", "headroom"),
    [
        (Measured(0.5, at_most=1.0), 2.0),
        (Measured(3.0, at_least=1.5), 2.0),
        (Measured(-3.0, at_most=-1.5), 2.0),
        (Measured(-1.0, at_least=-3.0), 3.0),
        (Measured(10.25, at_least=9.0, at_most=11.0), 4.0),
        (Measured(0.0, at_most=1e-10), math.inf),
    ],
)
def test_headroom_is_the_ratio_to_the_bound(measured: Measured, headroom: float) -> None:
    assert measured.headroom == pytest.approx(headroom)
