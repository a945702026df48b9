"""Assignments: errors that name their place, stubs merged with references, notebooks that hold what they must."""

import ast

import nbformat
import pytest
from click.testing import CliRunner
from fixture import ROOT, copy_course

from coursekit.assignments.merge import merge
from coursekit.assignments.notebook import build, text_of
from coursekit.assignments.parse import load, parse_exercises
from coursekit.assignments.prove import Prover, prove
from coursekit.assignments.running import complete
from coursekit.assignments.schema import AssignmentError, Question, Text
from coursekit.cli import main
from coursekit.notebooks.marks import CODE_STUB, without_solution

# ruff: noqa: E501
ERRORS = [
    ("exercises", ("topic: tiny", "topic: other"), ["tiny.md", "topic: other"]),
    ("exercises", ("minutes: 30", "minutes: soon"), ["front matter", "minutes", "'soon'"]),
    ("exercises", ("title: A tiny assignment", "heading: A tiny assignment"), ["unknown key 'heading'", "known are topic, title"]),
    ("exercises", ("```{setup}", "```{set-up}"), ["line 12", "unknown block {set-up}", "setup, question"]),
    ("exercises", ("points: 3", "points: 0"), ["line 16", "points", "greater than 0", "got 0"]),
    ("exercises", ("difficulty: 2", "difficulty: 6"), ["difficulty", "got 6"]),
    ("exercises", ("kind: derive+check", "kind: quiz"), ["kind", "'quiz'"]),
    ("exercises", ("  - Solve a(t) = s/2 for t.\n", ""), ["hints", "exactly three hints", "got 2"]),
    ("exercises", ("hints:", "tips:"), ["unknown key 'tips'", "key 'hints' is missing"]),
    ("exercises", ("id: momentum", "id: half_time"), ["'half_time' is used twice"]),
    ("exercises", ("objective: tiny-times", "objective: tiny-nothing"), ["half_time", "'tiny-nothing'", "tiny-times, tiny-order"]),
    ("exercises", ("title: Who is first?", "title: 'Who"), ["not YAML"]),
    ("exercises", ("order = ...", "order = 1"), ["question order", "leaves nothing to do"]),
    ("exercises", ("order = ...", "order == = ..."), ["{answer} of question order", "line 1 of the block is not Python"]),
    ("exercises", ("order = ...\n```", "order = ..."), ["not Python"]),
    ("exercises", ("def half_time(s", "def half_life(s"), ["'half_life'", "does not define"]),
    ("exercises", ("```{hidden}\ncheck.case(\"order of", "```{visible}\ncheck.case(\"order of"), ["question order", "no {hidden} block"]),
    ("exercises", ("rubric:\n  - 3 points for the plateaus\n  - 2 points for naming the saddles\n", ""), ["meaning", "`rubric:`"]),
    ("exercises", ("two steps without memory", "two steps"), ["momentum", "two checks are called 'two steps'"]),
    ("exercises", ("lambda: order)", "lambda: ordre)"), ["question order", "reference solution fails", "ordre"]),
    ("exercises", ("< half_time(2.0", "> half_time(2.0"), ["reference solution fails", "a stronger mode"]),
    ("solutions", ("# %% order", "# %% ordre"), ["solutions/tiny/reference.py, line 23", "no question is called 'ordre'"]),
    ("solutions", ("import math", "import math\nx = 1"), ["setup cell may only hold imports"]),
    ("solutions", ("# %% order", "# %% half_time"), ["one reference cell"]),
    ("solutions", ("return s / a0 - 1", "return s / a0 - 1 +"), ["solutions/tiny/reference.py", "not Python"]),
    ("mistakes", ("# says: You listed the weakest mode first.\n", ""), ["tiny/mistakes.py", "`# says:"]),
    ("mistakes", ("# hint: 1\norder", "# hint: 4\norder"), ["`# hint: 1, 2 or 3`"]),
    ("mistakes", ("order / ranks", "order / strengths"), ["a-name-of-its-own", "strengths"]),
    ("alternatives", ("# %% order / by-hand", "# %% order"), ["tiny/alternatives.py", "a-name-of-its-own"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "edit", "words"), ERRORS, ids=[f"{e[0]}: {e[1][1][:30]!r}" for e in ERRORS])
def test_an_error_names_place_rule_and_way_out(tmp_path, file, edit, words):
    root = copy_course(tmp_path, **{file: edit})
    with pytest.raises(AssignmentError) as caught:
        build(load("tiny", root))
    for word in words:
        assert word in str(caught.value)


def test_a_section_that_is_no_heading_is_told_with_all_questions_that_name_it_and_the_nearest(tmp_path):
    root = copy_course(tmp_path)
    page, asked = root / "book" / "tiny.md", root / "exercises" / "tiny.md"
    page.write_text(page.read_text() + "\n## What it remembers\n\n## Where it fails\n")
    lost = "objective: tiny-order\nsection: What the average remembers"
    asked.write_text(asked.read_text().replace("objective: tiny-order", lost))
    with pytest.raises(AssignmentError) as caught:
        load("tiny", root)
    assert str(caught.value) == (
        "exercises/tiny.md, order, meaning: `section` is 'What the average remembers', which is no heading of tiny.md; "
        "nearest is 'What it remembers'"
    )


def test_an_unknown_topic_is_told_what_there_is():
    with pytest.raises(AssignmentError, match="no assignment is called 'big'; there are: tiny"):
        load("big", ROOT)


def test_text_code_and_questions_keep_their_order():
    assignment = load("tiny", ROOT)
    kinds = [type(item).__name__ if isinstance(item, (Text, Question)) else item.kind for item in assignment.items]
    assert kinds == ["Text", "setup", "Question", "Question", "Question", "Question", "code-cell"]
    assert 'print("not run")' in assignment.items[0].text
    assert assignment.points == 14
    assert assignment.question("order").statement.startswith("The strengths are")


def test_a_fence_inside_ordinary_code_is_text():
    text = "---\ntopic: a\ntitle: abc\nminutes: 1\n---\n~~~\n```{answer}\n~~~\n```{question}\n"
    text += "id: q\ntitle: abc\nobjective: o\ndifficulty: 1\nminutes: 1\npoints: 0.5\nkind: code\nhints: [a, b, c]\n```\nDo it.\n"
    assignment = parse_exercises(text, "a.md")
    assert [type(item) for item in assignment.items] == [Text, Question]
    assert assignment.points == 0.5


STUB = '''def f(x):
    """Doc."""
    ...


class Rule:
    """A rule."""

    rate = 1.0

    def step(self, w):
        # move
        ...

    def given(self):
        return 1'''
REFERENCE = '''import math

TINY = 1e-12


def f(x): return helper(x) + TINY


def helper(x):  # twice
    text = """
  kept as it is"""
    return 2 * x


class Rule:
    rate = 1.0

    def step(self, w):
        """Another docstring."""
        # a comment that stays

        if w:
            return w - self.more()
        return 0

    def more(self):
        return math.pi'''


def test_a_stub_takes_bodies_helpers_and_extra_methods():
    merged = merge(STUB, REFERENCE, "here")
    space = {}
    exec(merged, space)
    assert space["f"](1) == 2 + 1e-12
    assert space["f"].__doc__ == "Doc." and space["Rule"]().step(4) == 4 - 3.141592653589793
    assert "# a comment that stays" in merged and "\n  kept as it is" in merged
    assert merged.count("### BEGIN SOLUTION") == merged.count("### END SOLUTION") == 4


def test_clearing_gives_back_the_stub_and_a_comment_in_each_place():
    cleared = without_solution(merge(STUB, REFERENCE, "here"), CODE_STUB)
    assert ast.dump(ast.parse(cleared)) == ast.dump(ast.parse(STUB))
    kept = [line for line in cleared.split("\n") if line.strip() != CODE_STUB]
    assert kept == STUB.split("\n")


def test_an_assignment_takes_the_whole_reference():
    merged = merge("order: list = ...\nwhy = ...", "s = [1, 2]\norder = s[::-1]\nwhy = 'x'", "here")
    space = {}
    exec(merged, space)
    assert space["order"] == [2, 1] and space["why"] == "x"
    assert without_solution(merged, CODE_STUB) == f"order: list = ...\nwhy = ...\n{CODE_STUB}"


def test_a_class_for_a_function_is_refused():
    with pytest.raises(AssignmentError, match="a class in one of stub and reference"):
        merge("def f(x):\n    ...", "class f:\n    pass", "here")


@pytest.fixture(scope="module")
def notebook():
    return build(load("tiny", ROOT))


def cell_of(notebook, grade_id):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def test_the_notebook_is_valid_and_built_the_same_twice(notebook):
    nbformat.validate(notebook)
    assert text_of(build(load("tiny", ROOT))) == text_of(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_the_graded_cell_carries_the_question_s_name_and_points(notebook):
    graded = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade")
    }
    assert {id: data.points for id, data in graded.items()} == {"half_time": 3, "momentum": 4, "order": 2, "meaning": 5}
    assert [data.solution for data in graded.values()] == [False, False, False, True]
    assert cell_of(notebook, "half_time_answer").metadata.nbgrader.solution


def test_hints_are_folded_and_in_order(notebook):
    text = cell_of(notebook, "half_time_text").source
    assert text.count("<details>") == text.count("</details>") == 3
    assert text.index("Where is the logistic") < text.index("Solve a(t)") < text.index("The answer is a logarithm")


def test_a_prediction_s_value_is_only_in_the_hidden_part(notebook):
    visible, _, hidden = cell_of(notebook, "order").source.partition("### BEGIN HIDDEN TESTS")
    assert "[1, 2, 0]" not in visible and "[1, 2, 0]" in hidden
    assert "reveal=False" in visible


def test_no_mistake_s_code_is_in_the_notebook(notebook):
    text = text_of(notebook)
    for question in load("tiny", ROOT).questions:
        for mistake in question.mistakes:
            assert mistake.code.split("\n")[-1].strip() not in text.replace("\\n", "\n") or question.id == "momentum"
            assert mistake.says not in text


def test_the_fixture_course_is_proved():
    for proof in prove(load("tiny", ROOT), ROOT):
        assert proof.ok, proof.problems
        assert proof.tried >= 3 and proof.accepted >= 1


WEAK = [
    ("exercises", ("check.require(lambda: Momentum(0.1, 0.9).step(w, w) is not None and bool((w == kept).all())", "check.require(True"),
     "momentum", "the mistake 'in-place' passes"),
    ("mistakes", ("return 1 / (2 * s)", "return math.log(s / a0 - 1) / s"), "half_time", "cannot be told"),
    ("mistakes", ("return 1 / (2 * s)", "return math.log(s / a0 - 1) / (2 * s)"), "half_time", "'no-log-factor' passes"),
    ("mistakes", ("return 1 / (2 * s)", "return one / (2 * s)"), "half_time", "'no-log-factor' uses a name that nothing defines"),
    ("alternatives", ("(2 * s)", "(2.1 * s)"), "half_time", "the alternative 'numpy-float32' fails"),
    ("alternatives", ("# %% order / by-hand\norder = (1, 2, 0)", ""), "order", "no alternative"),
    ("exercises", ("lambda: np.log(1.5 / a0 - 1) / 3", "lambda: 1.9 if check.seed == 0 else 0.0"), "half_time", "reference solution fails (variant"),
    ("solutions", ("return math.log(exponent(s, a0)) / (2 * s)", "return np.random.rand()"), "half_time", "reference solution fails"),
    ("exercises", ('```{hidden}\ncheck.case("order of learning", lambda: order)', '```{visible}\ncheck.require(True, "nothing")\n```\n\n```{hidden}\npass'),
     "order", "the blank answer"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "edit", "question", "words"), WEAK, ids=[w[3] for w in WEAK])
def test_what_is_too_weak_is_not_proved(tmp_path, file, edit, question, words):
    root = copy_course(tmp_path, **{file: edit})
    try:
        found = {p.question: p.problems + p.notes for p in prove(load("tiny", root), root)}[question]
    except AssignmentError as error:  # told even before the proofs
        found = [
            str(error).replace("reference solution fails: half-time of your own", "reference solution fails (variant")
        ]
    assert any(words in line for line in found), found


def test_a_mistake_that_never_ends_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("coursekit.assignments.running.SECONDS", 0.5)
    root = copy_course(tmp_path, mistakes=('raise OverflowError("too many steps")', "while True: pass"))
    with pytest.raises(AssignmentError, match="half_time, mistake endless: .*make it end"):
        build(load("tiny", root))


def test_the_command_proves_and_says_what_is_not_proved(tmp_path):
    runner = CliRunner()
    good = runner.invoke(main, ["prove", "--root", str(ROOT)])
    assert good.exit_code == 0 and "3 of 3" in good.output
    root = copy_course(tmp_path, alternatives=("(2 * s)", "(2.1 * s)"))
    bad = runner.invoke(main, ["prove", "tiny", "--root", str(root)])
    assert (
        bad.exit_code == 1
        and "the alternative 'numpy-float32' fails" in bad.output
        and "not proved: tiny" in bad.output
    )
    broken = runner.invoke(main, ["prove", "nothing", "--root", str(root)])
    assert broken.exit_code == 1 and "no assignment is called 'nothing'" in broken.output


def test_a_question_stands_when_all_others_are_blank_or_broken():
    assignment = load("tiny", ROOT)
    prover = Prover(assignment, build(assignment))
    question = assignment.question("order")
    prover.stubs = [
        (id, "def half_time(s, a0):\n    raise SystemExit" if id == "half_time" else stub) for id, stub in prover.stubs
    ]
    assert prover.run(question, complete(assignment, question, "reference", question.reference)).earned == 2
