"""Tests in the student's process: nbgrader's own answer on honest work, and what looks forged is flagged."""

from __future__ import annotations

import pytest
from engines import sandboxed

from adopt.foreign_course import answered, cell, notebook, of_questions
from coursekit.engine.interface import Budget, GradedNotebook, Judging, Submission

DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
OWN = "class Box:\n    ### BEGIN SOLUTION\n    def __eq__(self, other):\n        return type(other) is Box\n    ### END SOLUTION"
SOURCE = of_questions(
    [
        (
            "double",
            DOUBLE,
            "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(-3) == -6, 'twice'\n### END HIDDEN TESTS",
        ),
        ("box", OWN, "assert Box() == Box() and Box() != 1"),
        ("part", "### BEGIN SOLUTION\nfound = 3\n### END SOLUTION", "print('of three')\n1 / 3 * found"),
    ],
    cell("import math\nruns = globals().get('runs', 0) + 1", "start", locked=True),
)
WAYS = Judging(dict.fromkeys(("double", "box", "part"), "together"))


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def graded(engine, data: bytes, source: bytes = SOURCE, judging: Judging = WAYS, **budget: float) -> GradedNotebook:
    return engine.grade(Submission("ann", data, judging=judging), source, Budget(**budget))


def statuses(outcome: GradedNotebook) -> list[tuple[float, str]]:
    return [(result.score, result.status) for result in outcome.questions.values()]


def test_the_solution_passes_without_a_flag_and_cells_run_once_at_their_place(engine):
    source = of_questions([("once", "### BEGIN SOLUTION\ndone = 1\n### END SOLUTION", "assert runs == 1")],
                          cell("runs = globals().get('runs', 0) + 1", "start", locked=True))  # fmt: skip
    outcome = graded(engine, source, source, Judging({"once": "together"}))
    assert statuses(outcome) == [(1.0, "passed")] and outcome.flags == ()
    outcome = graded(engine, answered(SOURCE))
    assert statuses(outcome) == [(1.0, "passed")] * 3
    assert outcome.flags == ("double: the test cell is not the one of the course, which was used",)  # its hidden lines


def test_wrong_blank_and_partial_answers_get_what_nbgrader_gives_and_no_hidden_line(engine):
    data = answered(
        SOURCE, double="def double(x):\n    return x + 2", box="class Box:\n    side = 1", part="found = 1.5"
    )
    outcome = graded(engine, data)
    assert statuses(outcome) == [(0.0, "failed"), (0.0, "failed"), (0.5, "partial")]
    assert [result.message for result in outcome.questions.values()] == [
        "twice", "this check does not hold: assert Box() == Box() and Box() != 1", "of three"
    ]  # fmt: skip
    assert "double(-3)" not in outcome.notebook


def test_what_ends_the_process_or_never_ends_costs_its_own_question(engine):
    data = answered(SOURCE, double="import os\ndef double(x):\n    os._exit(0)", box="class Box:\n    def __eq__(self, o):\n        while True: pass")  # fmt: skip
    outcome = graded(engine, data, call_seconds=1.0)
    assert [status for _, status in statuses(outcome)] == ["crashed", "timeout", "passed"]


def test_a_name_that_is_not_there_and_an_error_in_the_answer_are_said(engine):
    data = answered(
        SOURCE,
        double="def twice(x): return 2 * x",
        box="class Box:\n    def __eq__(self, other):\n        return 1 / 0",
    )
    messages = [result.message for result in graded(engine, data).questions.values()]
    assert messages[0] == "`double` is not defined by your notebook"
    assert messages[1].startswith("your code raised ZeroDivisionError") and "(line 3 of your answer)" in messages[1]


FORGERIES = {
    "asserts are taken out": "import ast\nclass Out(ast.NodeTransformer):\n    def visit_Assert(self, node):\n        return ast.Pass()\n"
    "_c = compile\nimport builtins\ndef patched(source, *a, **k):\n    made = _c(source, *a, **k)\n"
    "    return ast.fix_missing_locations(Out().visit(made)) if isinstance(made, ast.AST) else made\nbuiltins.compile = patched",
    "every test says that it passed": "import sys\nsys.modules['coursekit.engine.inside.student'].Student.do_test = "
    "lambda self, label, source: {'output': '', 'error': None, 'value': None}",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_what_looks_forged_has_its_points_and_a_flag(engine, name):
    outcome = graded(engine, answered(SOURCE, double=FORGERIES[name], box="..."))
    assert outcome.questions["box"].score > 0, "the guide says that this can be done"
    assert any("must fail did not fail" in flag for flag in outcome.flags), outcome.flags
    assert "box: its answer is as released and has points" in outcome.flags


def test_beside_a_question_that_is_judged_apart_a_forgery_earns_nothing_there(engine):
    ways = Judging({"double": "apart", "box": "together", "part": "together"})
    outcome = graded(engine, answered(SOURCE, double=FORGERIES["every test says that it passed"]), judging=ways)
    assert outcome.questions["double"].score == 0


def test_a_test_sees_what_earlier_tests_and_cells_have_left(engine):
    source = notebook(
        cell(DOUBLE, "a", solution=True),
        cell("kept = double(4)\nassert kept == 8", "first", grade=True, locked=True, points=1),
        cell("shown = kept + 1", "demo", locked=True),
        cell("assert shown == 9 and kept == 8", "second", grade=True, locked=True, points=1),
    )
    outcome = graded(engine, source, source, Judging({"first": "together", "second": "together"}))
    assert statuses(outcome) == [(1.0, "passed")] * 2


def test_a_magic_in_a_test_is_run_in_both_ways(engine):
    source = of_questions([("double", DOUBLE, "%matplotlib inline\nassert double(1) == 2")])
    for way in ("apart", "together"):
        assert statuses(graded(engine, source, source, Judging({"double": way}))) == [(1.0, "passed")], way


def test_what_a_test_above_imports_is_there_and_nothing_else_of_it(engine):
    source = of_questions(
        [
            ("double", DOUBLE, "from math import isclose\nsecret = 4\nassert isclose(double(2), secret)"),
            (
                "seen",
                "### BEGIN SOLUTION\nfound = 1\n### END SOLUTION",
                "assert isclose(found, 1) and 'secret' not in dir()",
            ),
        ]
    )
    outcome = graded(engine, source, source, Judging({"double": "apart", "seen": "together"}))
    assert statuses(outcome) == [(1.0, "passed")] * 2


def test_an_answer_may_write_over_what_lies_beside_and_is_judged_by_that(engine):
    code = "### BEGIN SOLUTION\nopen('kept.txt', 'w').write('{}')\ndone = 1\n### END SOLUTION"
    test = "assert done and open('kept.txt').read() == '1'"
    source = of_questions([("kept", code.format(1), test)])
    judging = Judging({"kept": "together"}, {"kept.txt": b"1"})
    assert statuses(graded(engine, source, source, judging)) == [(1.0, "passed")]
    wrong = answered(source, kept="open('kept.txt', 'w').write('2')\ndone = 1")
    assert statuses(graded(engine, wrong, source, judging))[0][0] == 0
