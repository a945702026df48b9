"""The usual kinds of questions, each by its three ways: how many pass, that blank never does, and that stock nbgrader agrees."""

from __future__ import annotations

import pytest
from engines import sandboxed
from stock import stock_engine

from adopt.features import FEATURES
from adopt.foreign_course import of_questions, solution
from coursekit.classroom.source import as_released
from coursekit.engine.interface import Budget, Judging, Submission, Way

SOURCE = of_questions([(name, solution(code), test) for name, _, code, test in FEATURES])
BLANK = as_released(SOURCE).encode()
WAYS: tuple[Way, ...] = ("apart", "more", "objects", "together")
BUDGET = Budget(call_seconds=60.0, submission_seconds=600.0)


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def points(engine, data: bytes, way: Way) -> dict[str, float]:
    judging = Judging({name: way for name, *_ in FEATURES})
    outcome = engine.grade(Submission("ann", data, judging=judging), SOURCE, BUDGET)
    return {name: result.score / result.max_score for name, result in outcome.questions.items()}


def full(scores: dict[str, float]) -> set[str]:
    return {name for name, score in scores.items() if score == 1}


@pytest.mark.parametrize("way", WAYS)
def test_each_kind_passes_in_its_way_and_the_less_safe_ones_and_blank_in_none(engine, way):
    needed = {way: WAYS[: at + 1] for at, way in enumerate(WAYS)}
    expected = {name for name, safest, *_ in FEATURES if safest in needed[way]}
    assert full(points(engine, SOURCE, way)) == expected
    assert not any(points(engine, BLANK, way).values())


def test_there_are_as_many_as_promised():
    assert len(FEATURES) >= 60 and len({name for name, *_ in FEATURES}) == len(FEATURES)
    assert sum(way in ("apart", "more") for _, way, *_ in FEATURES) >= 45


@pytest.mark.slow
def test_stock_nbgrader_gives_the_same_points_as_together(engine):
    stock = stock_engine(unsafe_no_sandbox=True)
    try:
        for data in (SOURCE, BLANK):
            found = stock.grade(Submission("ann", data), SOURCE, BUDGET).questions
            assert {name: r.score / r.max_score for name, r in found.items()} == points(engine, data, "together")
    finally:
        stock.close()
