"""The sum of an assignment's parts stands only where every part does."""

import pytest

from coursekit.classroom.gradebook.scores import Manual, Mark, Standing
from coursekit.classroom.gradebook.sums import of_parts
from coursekit.classroom.roster import Person
from coursekit.classroom.source import GradedCell


def standing(student, points, *, status="passed", late=0.0, record=True, due=True, handed_in=True):
    question = GradedCell("q", "q", 4.0, False, "q")
    mark = Mark(question, points, status, "", Manual())
    return Standing(Person(student), (mark,), {"questions": {}} if record else None, late, 0, handed_in, due)


def none(student, due=True):
    return standing(student, 0.0, status="missing", record=False, due=due, handed_in=False)


def test_scores_penalties_and_points_are_added():
    (one,) = of_parts([[standing("ann", 3.0, late=0.5)], [standing("ann", 4.0)]])
    assert (one.status, one.score, one.penalty, one.final, one.max_score) == ("graded", 7, 1.5, 5.5, 8)


@pytest.mark.parametrize(
    ("second", "status"),
    [
        (none("ann"), "partly missing"),
        (none("ann", due=False), "not due"),
        (standing("ann", 0.0, status="manual"), "waiting"),
        (standing("ann", 0.0, record=False), "ungraded"),
        (standing("ann", 0.0, status="refused"), "refused"),
    ],
)
def test_a_part_that_does_not_stand_keeps_the_sum_from_standing(second, status):
    (one,) = of_parts([[standing("ann", 3.0)], [second]])
    assert one.status == status and one.stands == (status == "refused") and one.max_score == 8


def test_who_is_in_one_part_only_has_nothing_in_the_other():
    ann, bo = of_parts([[standing("ann", 3.0), standing("bo", 1.0)], [standing("ann", 4.0)]])
    assert (ann.status, bo.status, bo.max_score, bo.stands) == ("graded", "partly missing", 8, False)
    (cyd,) = of_parts([[none("cyd")], [none("cyd")]])
    assert cyd.status == "missing"
