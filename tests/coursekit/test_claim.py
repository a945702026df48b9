"""What a claim is, and what it refuses to be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from coursekit.claim import REGISTRY, Measured, claim

NUMBERS = st.floats(-1e6, 1e6)
BOUNDS = NUMBERS.filter(bool)


def declare(**changes: object) -> object:
    arguments = {"id": "tests.one", "statement": "One.", "source": "", "verdict": "holds"} | changes
    function = arguments.pop("function", lambda seed: Measured(1.0, at_most=2.0))
    return claim(arguments.pop("id"), arguments.pop("statement"), **arguments)(function)


def trained(seed: int, epochs: int = 60, hidden: int = 64) -> Measured:
    return Measured(seed + epochs + hidden, at_most=1e9)


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
        ({"seeds": [0, 0, 0, 0, 0]}, "at least 5 seeds, got 1"),
        ({"function": lambda: Measured(1.0, at_most=2.0)}, "must take a seed; seeds=None when nothing is random"),
        ({"function": trained, "vary": {"width": (1, 2)}}, "vary names 'width', so its function must take width="),
        ({"function": trained, "vary": {"epochs": (300, 600)}}, "the default epochs=60 must be one of its values"),
        ({"function": trained, "vary": {"epochs": (60,)}}, "epochs needs at least two different values"),
        ({"function": trained, "vary": {"epochs": (60, 60)}}, "epochs needs at least two different values"),
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


@given(NUMBERS, BOUNDS, BOUNDS)
def test_ok_is_being_inside_and_headroom_follows_it(value: float, a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    for measured in (
        Measured(value, at_least=low, at_most=high),
        Measured(value, at_most=high),
        Measured(value, at_least=low),
    ):
        assert measured.ok == (measured.at_least <= value <= measured.at_most)
        assert measured.headroom == 0.0 if not measured.ok else measured.headroom >= 1.0


@given(NUMBERS, NUMBERS, st.floats(1e-3, 1e3))
def test_with_a_scale_headroom_counts_scales_to_the_bound(value: float, bound: float, scale: float) -> None:
    below, above = Measured(value, at_most=bound, scale=scale), Measured(value, at_least=bound, scale=scale)
    for measured in (below, above):
        assert measured.headroom == (pytest.approx(abs(value - bound) / scale) if measured.ok else 0.0)


def test_a_bound_of_0_needs_a_scale_and_a_number_across_0_is_found() -> None:
    with pytest.raises(ValueError, match="needs scale=.* when its bound is 0"):
        Measured(-3.0, at_most=0)
    assert Measured(-3.0, at_most=0, scale=2.0).headroom == 1.5
    assert Measured(-0.1, at_most=0.5).needs_scale and Measured(0.1, at_least=-0.5).needs_scale
    assert not any(m.needs_scale for m in (Measured(-3.0, at_most=-1.5), Measured(0.0, at_most=1e-9)))
    assert Measured(-1e-8, at_most=1e-9).needs_scale
    assert not any(m.needs_scale for m in (Measured(-5e-15, at_most=1e-9), Measured(5e-15, at_least=-1e-9)))
    with pytest.raises(ValueError, match="finite scale > 0, got 0"):
        Measured(1.0, at_most=0, scale=0)


def test_infinity_is_met_only_on_its_side_and_when_it_is_explained() -> None:
    assert Measured(math.inf, at_least=2.0, infinite="the other never gets there").ok
    assert not Measured(-math.inf, at_least=2.0, infinite="the other never gets there").ok
    assert not Measured(math.inf, at_most=2.0, infinite="the other never gets there").ok
    assert not Measured(math.nan, at_least=2.0, infinite="the other never gets there").ok


def test_each_setting_is_changed_alone_at_two_seeds_or_at_all_whose_mean_is_judged() -> None:
    declare(function=trained, vary={"epochs": (60, 300, 600), "hidden": (16, 64)})
    found = REGISTRY["tests.one"]
    assert [str(s) for s in found.settings] == ["epochs=300", "epochs=600", "hidden=16"]
    assert [found.measure(1, s).value for s in found.settings] == [365, 665, 77]
    assert found.seeds_at(found.settings[0]) == (0, 1) and found.seeds_at(None) == (0, 1, 2, 3, 4)
    declare(function=trained, vary={"epochs": (60, 300)}, judge="mean")
    assert len(REGISTRY["tests.one"].seeds_at(found.settings[0])) == 5


def test_a_claim_without_chance_is_computed_once() -> None:
    declare(function=lambda: Measured(0.0, at_most=1e-9), seeds=None)
    found = REGISTRY["tests.one"]
    assert found.seeds == (0,) and not found.random and found.measure(0).exact
    assert not Measured(-8.0, at_most=-6.0).exact and not Measured(0.3, at_least=0.2).exact


def test_nothing_that_is_not_finite_is_ok() -> None:
    assert not any(Measured(v, at_least=0.1).ok for v in (math.nan, math.inf))


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


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"verdict": "holds", "instead": "another"}, "instead=... belongs to verdict fails, got holds"),
        ({"verdict": "holds-if", "condition": "so", "instead": "another"}, "belongs to verdict fails, got holds-if"),
        ({"verdict": "holds", "condition": "so"}, "condition=... belongs to verdict holds-if"),
    ],
)
def test_words_that_no_card_would_show_are_refused(words: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        claim("alpha.words", "It is.", **words)


def test_a_seed_that_is_never_given_and_an_id_of_another_topic_are_refused() -> None:
    def measured(seed: int) -> Measured:
        return Measured(1.0, at_most=2.0)

    with pytest.raises(ValueError, match="its function takes a seed"):
        claim("alpha.seeded", "It is.", verdict="holds", seeds=None)(measured)
    measured.__module__ = "course.alpha.claims.some"
    with pytest.raises(ValueError, match=r"it stands in course.alpha.claims.some, so its id must be alpha.<name>"):
        claim("beta.one", "It is.", verdict="holds")(measured)
