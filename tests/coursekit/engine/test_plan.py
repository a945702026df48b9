"""What is noted on a notebook when its cells are matched with the source's."""

import json

from classroom_course import GOOD, source_bytes, submission

from coursekit.engine.matching.plan import make_plan


def test_a_check_that_was_mended_after_the_release_is_no_fault_of_the_students():
    source = source_bytes().replace(b"assert double(2) == 4", b"assert double(3) == 6")
    flags = make_plan(source, json.dumps(submission(**GOOD)).encode()).flags
    assert flags == ["double: the test cell is not the one of the course, which was used"]


def test_a_check_that_was_thrown_away_is_the_course_s():
    notebook = submission(**GOOD)
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "norm"]
    assert make_plan(source_bytes(), json.dumps(notebook).encode()).flags == [
        "norm: the test cell is missing; the course's was used"
    ]


def test_of_two_cells_of_one_id_both_run_and_that_is_noted():
    notebook = submission(**GOOD)
    at = next(i for i, c in enumerate(notebook["cells"]) if c["metadata"].get("nbgrader", {}).get("solution"))
    answer = notebook["cells"][at]
    name = answer["metadata"]["nbgrader"]["grade_id"]
    notebook["cells"].insert(at, answer | {"source": "first = 1"})
    plan = make_plan(source_bytes(), json.dumps(notebook).encode())
    assert plan.roles[at] == plan.roles[at + 1] == "run"
    assert [flag.split(";")[0] for flag in plan.flags] == [f"{name}: 2 cells have this id"]
    assert any({at, at + 1} <= set(question.given) for question in plan.questions)
