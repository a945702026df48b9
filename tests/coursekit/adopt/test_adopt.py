"""A course that was not made here: init, adopt, the adoption test before grading, and what is refused by name."""

from __future__ import annotations

import json
import sqlite3
import tomllib

import pytest
from click.testing import CliRunner
from engines import sandboxed

from adopt.foreign_course import answered, asked, cell, notebook, of_questions, put, solution
from coursekit.cli import main
from coursekit.course import _of

DOUBLE = (
    "double",
    "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    "assert double(2) == 4",
)
SEES = ("sees", "### BEGIN SOLUTION\nkept = 5\n### END SOLUTION", "import sys\nassert vars(sys.modules['__main__'])['kept'] == 5")  # fmt: skip
NEVER = ("never", "### BEGIN SOLUTION\nvalue = 1\n### END SOLUTION", "assert value == 2")
WEAK = ("weak", "### BEGIN SOLUTION\nvalue = 1\n### END SOLUTION", "assert True")


@pytest.fixture(scope="module", autouse=True)
def sandbox():
    with sandboxed():
        yield


def course(root, *line: str, code: int = 0) -> str:
    """The output of a command in the course's folder, which must end with ``code``."""
    _of.cache_clear()
    result = CliRunner().invoke(main, [*line, *([] if line[0] == "init" else ["--classroom", str(root)])])
    assert result.exit_code == code and isinstance(result.exception, SystemExit | None), (
        result.output,
        result.exc_info,
    )
    return " ".join(result.output.split())


def record(root, student: str, assignment: str = "hw") -> dict:
    return json.loads((root / "records" / assignment / f"{student}.json").read_text())


def test_init_writes_the_table_once_and_says_what_is_there(tmp_path):
    root = put(
        tmp_path / "stats",
        "hw",
        of_questions([DOUBLE], cell("Why?", "why", "markdown", grade=True, solution=True, points=2)),
    )
    (root / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "stats-2"\n')
    (root / "source" / "hw" / "rain.csv").write_text("1\n")
    (root / "pyproject.toml").write_text("[tool.other]\nx = 1")
    assert "wrote [tool.coursekit]" in course(root, "init", str(root))
    table = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    assert table["coursekit"] == {"id": "stats-2", "classroom": "."} and table["other"] == {"x": 1}
    again = course(root, "init", str(root))
    assert "a course already" in again and "hw │ 1 │ 1 │ 3 │ 1" in again
    assert "no nbgrader course" in course(tmp_path, "init", str(tmp_path), code=1)


def test_each_question_gets_the_safest_way_in_which_its_solution_passes(tmp_path):
    source = of_questions([DOUBLE, SEES])
    blank = answered(source, double="def double(x):\n    ...", sees="...")
    root = put(tmp_path, "hw", source, ann=source, bob=blank)
    said = course(root, "grade", "hw", code=1)
    assert "nothing was graded" in said and "sees:" in said and '"sees" = "together"' in said and "double" not in said
    assert not (root / "records").exists()
    assert "1 judged together" in course(root, "adopt", "hw")
    assert tomllib.loads((root / "judging.toml").read_text()) == {"hw": {"double": "apart", "sees": "together"}}
    assert "2 graded" in course(root, "grade", "hw")
    assert record(root, "ann")["score"] == 2 and record(root, "bob")["score"] == 0
    assert record(root, "ann")["ways"] == {"double": "apart", "sees": "together"}
    assert "2 already graded" in course(root, "grade", "hw")
    course(root, "adopt", "hw", "--no-together", code=1)
    assert tomllib.loads((root / "judging.toml").read_text())["hw"]["sees"] == "hand"
    assert "2 graded" in course(root, "grade", "hw")
    assert (
        record(root, "ann")["questions"]["sees"]["status"] == "manual" and record(root, "ann")["ways"]["sees"] == "hand"
    )


def test_what_no_way_passes_is_a_person_s_and_what_blank_passes_is_said(tmp_path):
    root = put(tmp_path, "hw", of_questions([NEVER, WEAK]))
    said = course(root, "adopt", "hw", code=1)
    assert "its own solution does not pass" in said and "a blank answer gets 1 points" in said
    assert tomllib.loads((root / "judging.toml").read_text())["hw"] == {"never": "hand", "weak": "apart"}


BESIDE_A_STUB = (
    "beside",
    "N = 3\n### BEGIN SOLUTION\nerrors = [1 / (k + 1) for k in range(N)]\n### END SOLUTION",
    "assert len(errors) == 3 and errors[0] == 1",
)


def test_names_that_only_the_solution_binds_are_the_answer_s_beside_those_of_the_stub(tmp_path):
    shown = cell("print(errors[-1])", "shown", locked=True)
    source = notebook(*asked(BESIDE_A_STUB), shown, *asked(DOUBLE))
    wrong = answered(source, beside="N = 3\nerrors = [2, 2, 2]")
    root = put(tmp_path, "hw", source, ann=source, bob=wrong)
    course(root, "adopt", "hw")
    assert tomllib.loads((root / "judging.toml").read_text())["hw"] == {"beside": "apart", "double": "apart"}
    course(root, "grade", "hw")
    assert record(root, "ann")["score"] == 2 and record(root, "bob")["score"] == 1


def test_questions_without_points_pass_and_fail_like_others(tmp_path):
    source = notebook(*asked(DOUBLE, points=0), *asked(SEES, points=0), *asked(NEVER, points=0), *asked(WEAK, points=0))
    wrong = answered(source, double="def double(x):\n    return x", sees="kept = 4")
    root = put(tmp_path, "hw", source, ann=source, bob=wrong)
    said = course(root, "adopt", "hw", code=1)
    assert "a blank answer passes: the test asks too little" in said
    ways = tomllib.loads((root / "judging.toml").read_text())["hw"]
    assert ways == {"double": "apart", "sees": "together", "never": "hand", "weak": "apart"}
    course(root, "grade", "hw")
    for student, status in (("ann", "passed"), ("bob", "failed")):
        assert [record(root, student)["questions"][name]["status"] for name in ("double", "sees")] == [status] * 2


def test_a_solution_that_is_no_python_is_named_as_such(tmp_path):
    broken = ("broken", "### BEGIN SOLUTION\ndef f():\n    return 1\n### END SOLUTION\ndef f():", "assert f() == 1")
    root = put(tmp_path, "hw", of_questions([broken]))
    assert "your answer cell stopped with IndentationError" in course(root, "adopt", "hw", code=1)


HIDE, SHOW = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (f"{HIDE}\n{HIDE}\nassert f\n{SHOW}", "line 2: BEGIN HIDDEN TESTS inside the region that line 1 begins"),
        (f"assert f\n{HIDE}\nassert f > 0", "line 2: BEGIN HIDDEN TESTS without END HIDDEN TESTS"),
    ],
)
def test_marks_that_do_not_pair_are_refused_by_name_and_the_other_assignments_go_on(tmp_path, test, said):
    put(tmp_path, "bad", of_questions([("t", "f = 1", test)]), ann=b"{}")
    root = put(tmp_path, "hw", of_questions([DOUBLE]))
    for line in (["init", str(root)], ["adopt"], ["adopt", "bad"], ["grade", "bad"]):
        found = course(root, *line, code=1)
        assert f"the cell t has marks that nbgrader does not release ({said})" in found, line
    assert tomllib.loads((root / "judging.toml").read_text()) == {"hw": {"double": "apart"}}


def test_a_solution_outside_an_answer_is_said_not_thrown(tmp_path):
    root = put(tmp_path, "hw", notebook(*asked(DOUBLE), cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION")))
    assert "nbgrader cannot release the source notebook: Solution region detected" in course(
        root, "adopt", "hw", code=1
    )


EVALUATED = solution("formula = '2 + 2'")
RUN = {
    "eval": [asked(("q", EVALUATED, "assert eval(formula) == 4"))],
    "sympy": [[cell("import numpy as np\nfrom sympy import sympify as read", "s", locked=True)], asked(("q", EVALUATED, "assert read(formula) == 4"))],
    "timeit": [asked(("q", EVALUATED, "import timeit\nassert timeit.timeit(formula, number=1) < 9"))],
    "exec": [[cell("def worth(text):\n    found = {}\n    exec(f'v = {text}', found)\n    return found['v']", "s", locked=True)], asked(("q", EVALUATED, "assert worth(formula) == 4"))],
    "compile": [asked(("q", EVALUATED, "from helper import worth\nassert worth(formula) == 4"))],
}  # fmt: skip
HELPER = "def worth(text):\n    code = compile(text, '', 'eval')\n    return __builtins__['eval'](code)\n"


@pytest.mark.parametrize("call", RUN)
def test_no_text_of_an_answer_is_run_in_the_check_s_own_process(tmp_path, call):
    """What stands in the text could set the score there; tests that run none of it are judged apart as before."""
    source = notebook(*(one for cells in RUN[call] for one in cells), *asked(DOUBLE))
    root = put(tmp_path, "hw", source, ann=source)
    (root / "source" / "hw" / "helper.py").write_text(HELPER)
    assert f"q: its test, or what that uses, calls {call}" in course(root, "grade", "hw", code=1)
    course(root, "adopt", "hw")
    assert tomllib.loads((root / "judging.toml").read_text())["hw"] == {"q": "together", "double": "apart"}
    course(root, "grade", "hw")
    assert record(root, "ann")["score"] == 2


def test_what_only_looks_like_running_text_is_judged_apart(tmp_path):
    test = "import re, ast\nassert re.compile('2').match(formula) and ast.literal_eval('4') == 4\nclass Net:\n    def eval(self):\n        return 1\nassert Net().eval()"
    root = put(tmp_path, "hw", of_questions([("q", EVALUATED, test)]))
    course(root, "adopt", "hw")
    assert tomllib.loads((root / "judging.toml").read_text()) == {"hw": {"q": "apart"}}


def test_graded_all_the_same_every_record_says_so(tmp_path):
    source = of_questions([DOUBLE, NEVER])
    root = put(tmp_path, "hw", source, ann=source)
    course(root, "grade", "hw", code=1)
    course(root, "grade", "hw", "--unproved")
    assert record(root, "ann")["score"] == 1
    assert "never: the source's own solution does not pass it" in record(root, "ann")["flags"][0]


def test_files_and_modules_beside_the_source_are_there_and_cannot_be_written(tmp_path):
    read = "import helper\ndef rows():\n    ### BEGIN SOLUTION\n    return helper.count('data/rain.csv')\n    ### END SOLUTION"
    source = of_questions([
        ("rows", read, "import helper\nassert rows() == helper.count('data/rain.csv') == 2"),
        ("written", "### BEGIN SOLUTION\nimport os\nmode = oct(os.stat('helper.py').st_mode & 0o222)\n### END SOLUTION", "assert mode == '0o0'"),
    ])  # fmt: skip
    spoiled = answered(
        source,
        rows="import os\nos.chmod('data/rain.csv', 0o666)\nopen('data/rain.csv', 'w')\ndef rows():\n    return 0",
    )
    root = put(tmp_path, "hw", source, ann=source, eve=spoiled)
    (root / "source" / "hw" / "data").mkdir()
    (root / "source" / "hw" / "data" / "rain.csv").write_text("1\n2\n")
    (root / "source" / "hw" / "helper.py").write_text("def count(name):\n    return len(open(name).readlines())\n")
    course(root, "grade", "hw")
    assert record(root, "ann")["score"] == 2 and record(root, "eve")["questions"]["rows"]["score"] == 0
    (root / "source" / "hw" / "data" / "rain.csv").write_text("1\n2\n3\n")
    assert "nothing was graded" in course(root, "grade", "hw", code=1), "the data belong to what is proved"


@pytest.mark.parametrize(
    ("cells", "metadata", "said"),
    [
        (asked(("t", "f = 1", "### AUTOTEST f(3)")), {}, "### AUTOTEST"),
        (asked(("t", "f = 1", "### HASHED AUTOTEST f(3)")), {}, "### AUTOTEST"),
        (asked(("t", "f = 1", "assert f")), {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, "is for r (kernel ir)"),
        ([cell("# BEGIN QUESTION\nname: q1", kind="markdown"), cell("x = 1")], {}, "written for Otter"),
        (asked(("t", "f = 1", "assert (f")), {}, "is not Python"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_of_nbgrader_s_in_python_is_refused_by_name(tmp_path, cells, metadata, said):
    data = json.loads(notebook(*cells))
    data["metadata"] |= metadata
    root = put(tmp_path, "hw", json.dumps(data).encode(), ann=b"{}")
    for line in (["init", str(root)], ["adopt", "hw"], ["grade", "hw"]):
        assert said in course(root, *line, code=1), line


def test_a_configuration_with_marks_of_its_own_is_refused_before_a_hidden_test_shows(tmp_path):
    root = put(tmp_path, "hw", of_questions([DOUBLE]), ann=of_questions([DOUBLE]))
    (root / "nbgrader_config.py").write_text('c = get_config()\nc.ClearHiddenTests.begin_test_delimeter = "SECRET"\n')
    for line in (["init", str(root)], ["adopt", "hw"], ["grade", "hw"]):
        assert "write 'BEGIN HIDDEN TESTS' in the notebooks" in course(root, *line, code=1)


def test_a_choice_that_nobody_can_follow_is_said_with_its_file(tmp_path):
    root = put(tmp_path, "hw", of_questions([DOUBLE]), ann=of_questions([DOUBLE]))
    for text, said in (('[hw]\ndouble = "alone"', "must be one of apart, more, objects, together, hand"), ('[hw]\ngone = "apart"', "'gone', which is no question"), ("[hw", "is not valid TOML")):  # fmt: skip
        (root / "judging.toml").write_text(text)
        assert said in course(root, "grade", "hw", code=1)
    (root / "judging.toml").write_text('[hw]\n"*" = "together"')
    course(root, "grade", "hw")
    assert record(root, "ann")["ways"] == {"double": "together"}


def test_an_unmarked_model_answer_is_no_stub_and_a_task_waits_for_a_person(tmp_path):
    source = notebook(
        cell("$x^2$", "why", "markdown", grade=True, solution=True, points=2),
        cell("Plot it below.", "plot", "markdown", task=True, locked=True, points=3),
        *asked(("one", "one = 1", "assert one == 1")),
    )
    root = put(tmp_path, "hw", source, ann=source, bob=answered(source, why="YOUR ANSWER HERE"))
    course(root, "grade", "hw")
    statuses = {
        name: [entry["status"] for entry in record(root, name)["questions"].values()] for name in ("ann", "bob")
    }
    assert statuses == {"ann": ["manual", "manual", "passed"], "bob": ["blank", "manual", "passed"]}


@pytest.mark.parametrize("name", ["hw", "Übung 1"])
def test_a_notebook_and_a_folder_of_any_name_go_the_whole_way(tmp_path, name):
    source = of_questions([DOUBLE])
    root = put(tmp_path, name, source)
    (root / "source" / name / f"{name}.ipynb").rename(root / "source" / name / "part 1.ipynb")
    course(root, "init", str(root))
    course(root, "adopt", name)
    course(root, "release", name)
    released = (root / "release" / name / "part 1.ipynb").read_text()
    (tmp_path / "box" / "ann" / name).mkdir(parents=True)
    (tmp_path / "box" / "ann" / name / "part 1.ipynb").write_bytes(
        answered(source, double="def double(x):\n    return x + x")
    )
    (tmp_path / "box" / "bob").mkdir()
    (tmp_path / "box" / "bob" / "part 1.ipynb").write_text(released)
    (tmp_path / "box" / "bob" / "scratch.ipynb").write_text(released)
    course(root, "collect", name, str(tmp_path / "box"))
    said = course(root, "grade", name)
    assert "2 graded" in said and "not read" not in said
    assert [record(root, student, name)["score"] for student in ("ann", "bob")] == [1, 0]
    course(root, "feedback", name)
    course(root, "export", name, "--output", str(root / "grades.csv"))
    assert f"{name},ann,,,,,graded,1,0,0,1,1" in (root / "grades.csv").read_text()
    assert "1 of 1" in course(root, "inspect", "ann", name)
    with sqlite3.connect(root / "gradebook.db") as book:
        assert book.execute("select name from notebook").fetchall() == [("part 1",)]
    assert (root / "autograded" / "ann" / name / "part 1.ipynb").is_file()


def test_several_notebooks_in_one_assignment_go_the_whole_way_and_are_summed(tmp_path):
    """Each notebook has its own record; questions of one name in both do not meet."""
    triple = (
        "double",
        "def double(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION",
        "assert double(2) == 6",
    )
    first, second = of_questions([DOUBLE]), of_questions([triple, SEES[:1] + NEVER[1:2] + ("assert value == 1",)])
    root = put(tmp_path, "hw", first)
    (root / "source" / "hw" / "hw.ipynb").rename(root / "source" / "hw" / "part1.ipynb")
    (root / "source" / "hw" / "part2.ipynb").write_bytes(second)
    (root / "source" / "hw" / "notes.ipynb").write_bytes(of_questions([]))
    assert "hw.part2" in course(root, "init", str(root))
    course(root, "adopt", "hw")
    course(root, "release", "hw")
    assert sorted(path.name for path in (root / "release" / "hw").glob("part*")) == ["part1.ipynb", "part2.ipynb"]
    right = {"double": "def double(x):\n    return x + x"}
    for place, data in {
        "ann/hw/part1.ipynb": answered(first, **right),
        "ann/hw/part2.ipynb": second,
        "bo/part1-1.ipynb": answered(first, double="def double(x):\n    return 0"),
        "bo/hw_part2 (2).ipynb": second,
        "cyd_part1.ipynb": first,
    }.items():
        (tmp_path / "box" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "box" / place).write_bytes(data)
    course(root, "collect", "hw", str(tmp_path / "box"))
    assert sorted(path.name for path in (root / "submitted" / "bo" / "hw").glob("*.ipynb")) == [
        "part1.ipynb",
        "part2.ipynb",
    ]
    said = course(root, "grade", "hw")
    assert "3 graded" in said and "2 graded" in said and "not read" not in said
    assert [record(root, "ann", f"hw.part{n}")["score"] for n in (1, 2)] == [1, 2]
    course(root, "feedback", "hw")
    assert (root / "feedback" / "ann" / "hw.part2.html").is_file()
    said = course(root, "export", "hw", "--output", str(root / "grades.csv"), code=1)
    assert "hw: cyd: handed in some of its notebooks and not all" in said
    rows = (root / "grades.csv").read_text().splitlines()[1:]
    assert rows == ["hw,ann,,,,,graded,3,0,0,3,3", "hw,bo,,,,,graded,2,0,0,2,3", "hw,cyd,,,,,partly missing,,,,,3"]
    course(root, "export", "hw.part1", "--output", str(root / "part.csv"))
    assert "hw.part1,cyd,,,,,graded,1,0,0,1,1" in (root / "part.csv").read_text()


def test_a_notebook_that_cannot_be_a_part_is_named_with_the_way_out(tmp_path):
    root = put(tmp_path, "hw", of_questions([DOUBLE]))
    (root / "source" / "hw" / "part#2.ipynb").write_bytes(of_questions([DOUBLE]))
    for line in (["init", str(root)], ["adopt", "hw"], ["grade", "hw"], ["release", "hw"]):
        said = course(root, *line, code=1)
        assert "'hw.part#2' cannot be the name of one of its parts" in said, line


def test_who_looks_forged_is_named_when_graded(tmp_path):
    forged = "import sys\nsys.modules['coursekit.engine.inside.student'].Student.do_test = lambda *a: {'output': '', 'error': None, 'value': None}"
    root = put(
        tmp_path,
        "hw",
        of_questions([DOUBLE]),
        ann=of_questions([DOUBLE]),
        eve=answered(of_questions([DOUBLE]), double=forged),
    )
    (root / "judging.toml").write_text('[hw]\n"*" = "together"')
    assert "look forged: eve; `course inspect eve hw` says why" in course(root, "grade", "hw")


def test_a_test_that_passes_only_beside_those_whose_names_it_uses_takes_them_with_it(tmp_path):
    source = of_questions([
        DOUBLE,
        ("scale", "def scale(xs, k):\n    ### BEGIN SOLUTION\n    return [k * x for x in xs]\n    ### END SOLUTION",
         "class Case:\n    def __init__(self, xs):\n        self.xs = xs\nfirst = Case([1])\nassert scale(first.xs, 2) == [2]"),
        ("again", "### BEGIN SOLUTION\nagain = 1\n### END SOLUTION", "assert again and scale(first.xs, 3) == [3]"),
        ("fill", "def fill(c):\n    ### BEGIN SOLUTION\n    c.xs.append(7)\n    return c\n    ### END SOLUTION",
         "assert isinstance(fill(Case([])), Case) and fill(Case([1])).xs == [1, 7]"),
    ])  # fmt: skip
    wrong = answered(source, fill="def fill(c):\n    return None")
    root = put(tmp_path, "hw", source, ann=source, bob=wrong)
    assert "3 judged together" in course(root, "adopt", "hw")
    ways = tomllib.loads((root / "judging.toml").read_text())["hw"]
    assert ways == {"double": "apart", "scale": "together", "again": "together", "fill": "together"}
    assert "2 graded" in course(root, "grade", "hw")
    assert [record(root, name)["score"] for name in ("ann", "bob")] == [4, 3]


COUNTS = ("counts", "def counts(t):\n    ### BEGIN SOLUTION\n    return {c: t.count(c) for c in t}\n    ### END SOLUTION",
          "from collections import Counter\nassert counts('aab') == Counter('aab') and sorted(counts('ba')) == ['a', 'b']")  # fmt: skip


def test_where_more_crosses_a_right_answer_of_another_type_than_the_solution_s_is_right(tmp_path):
    source = of_questions([COUNTS])
    other = answered(source, counts="from collections import Counter\ndef counts(t):\n    return Counter(t)")
    root = put(tmp_path, "hw", source, ann=other)
    (root / "judging.toml").write_text('[hw]\n"*" = "more"')
    course(root, "grade", "hw")
    assert record(root, "ann")["score"] == 1 and record(root, "ann")["ways"] == {"counts": "more"}


def test_a_locked_cell_that_fails_is_named_with_its_error_and_the_way_out(tmp_path):
    fails = "raise OSError('no way\\nthere: rain.csv')"
    uses = ("uses", DOUBLE[1].replace("double", "uses"), "assert uses(2) == 4 and table")
    source = of_questions([DOUBLE, uses], cell(fails + "\ntable = 1", "loads", locked=True))
    root = put(tmp_path, "hw", source, ann=source)
    named = "where the tests run, this locked cell of the source notebook fails: loads (OSError: there: rain.csv). Lay what it fetches"
    for command in ("grade", "adopt"):
        said = course(root, command, "hw", code=1).replace("│ ", "")
        assert said.count(named) == 2, said
    root = put(
        tmp_path / "mended", "hw", source.replace(b"no way", b"").replace(b"raise OSError", b"print"), ann=source
    )
    course(root, "adopt", "hw")
    assert tomllib.loads((root / "judging.toml").read_text())["hw"] == {"double": "apart", "uses": "apart"}
