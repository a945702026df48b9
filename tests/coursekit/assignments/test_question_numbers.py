"""Questions whose numbers differ from student to student: what their block may be, and that every variant is proved."""

import json
import math

import pytest
from fixture import ROOT
from test_prove_graded import engine  # noqa: F401  (a fixture)
from varied_course import varied_course

from coursekit.assignments import kills_lock
from coursekit.assignments.fuzz import Fuzz
from coursekit.assignments.kills import STUDENTS, _rejected, measure
from coursekit.assignments.notebook import answer_cell, build, question_text
from coursekit.assignments.numbers import COUNT, numbers
from coursekit.assignments.pages import page
from coursekit.assignments.parse import load
from coursekit.assignments.prove import Prover, prove, prover_of
from coursekit.assignments.prove_graded import GradedProver
from coursekit.assignments.release import released_text
from coursekit.assignments.running import complete
from coursekit.assignments.schema import AssignmentError

# ruff: noqa: E501
ERRORS = [
    ("s = round(float(rng.uniform(0.5, 3)), 2)", "s = 2.0 +", ["{numbers} of question reached", "not Python"]),
    ("_share = rng.integers(5, 50)\na0 = round(s / float(_share)", "share = rng.integers(5, 50)\na0 = round(s / float(share)", ["share is not in the statement", "{{share}}", "_share"]),
    ("a_0 = {{a0}}", "a_0 = {{start}}", ["a0 is not in the statement"]),
    ("2 times {{s}}", "2 times {{rate}}", ["does not draw rate"]),
    ("round(s / float(_share), 4)", "rng.uniform(size=2)", ["a0 = array", "finite number or a text"]),
    ("round(float(rng.uniform(0.5, 3)), 2)", "np.inf", ["s = inf", "finite number or a text"]),
    ("s = round(float(rng.uniform(0.5, 3)), 2)", "s = rng.missing", ["has no attribute 'missing'"]),
    ("s = round(float(rng.uniform(0.5, 3)), 2)\n_share = rng.integers(5, 50)\na0 = round(s / float(_share), 4)", "s, a0 = 2.0, 0.01", ["gives everyone the same"]),
    ("s = round(float(rng.uniform(0.5, 3)), 2)\n_share = rng.integers(5, 50)\na0 = round(s / float(_share), 4)", "_s = 1", ["assigns no name"]),
    ("a0 = round(s", "if s > 2:\n    more = 1\na0 = round(s", ["draws more for some students only"]),
    ("a0 = round", "whose = a0 = round", ["whose is a name of the builder's"]),
    ("when = ...\nheight = ...", "when = ...\nheight = ...\ngiven = ...", ["given holds the numbers"]),
    ("lambda: when if", "lambda: given if", ["visible checks are the same for all"]),
    ("check.given(\"your answer when, a number\", lambda: when if when is ... else float(when), like=0.0)", "check.require(lambda: given.s > 0, 'grows')", ["visible checks are the same for all"]),
    ("```{numbers}", "```{numbers}\nn = 1\n```\n```{numbers}", ["two {numbers} blocks"]),
    ("(given.s / given.a0 - 1) / (2 * given.s)\nheight = given.s / 2", "(20) / 4.0\nheight = 1.0", ["the reference does not use `given.s`"]),
    ("given.s / given.a0 - 1", "given.s / given.b - 1", ["with s = 2.09, a0 = ", "no attribute 'b'"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), ERRORS, ids=[e[2][0][:40] + e[1][:12] for e in ERRORS])
def test_an_error_names_place_rule_and_way_out(tmp_path, old, new, words):
    root = varied_course(tmp_path, old, new)
    with pytest.raises(AssignmentError) as caught:
        build(load("tiny", root))
    for word in ["reached", *words]:
        assert word in str(caught.value)


def test_a_written_question_has_one_statement(tmp_path):
    root = varied_course(tmp_path)
    path = root / "exercises" / "tiny.md"
    path.write_text(path.read_text().replace("Two or three sentences.", "Two.\n\n```{numbers}\nn = 1\n```", 1))
    with pytest.raises(AssignmentError, match="meaning: a written question has .* no answer, check, domain or numbers"):
        load("tiny", root)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return varied_course(tmp_path_factory.mktemp("varied"))


@pytest.fixture(scope="module")
def tiny(root):
    return load("tiny", root)


def test_book_and_notebook_show_the_numbers_of_variant_0_and_say_so(tiny, root):
    own = numbers(tiny.question("reached"))
    shown = f"strength $s = {own['s']}$ starts at $a_0 = {own['a0']}$"
    for text in (page(tiny), question_text(tiny.question("reached"))):
        assert shown in text and "for everyone who was given none of their own" in text and "{{" not in text
        assert f"2 times {own['s']}." in text  # in a hint
    assert json.dumps(shown)[1:-1] in released_text(tiny, root)
    assert "check.varied" not in released_text(tiny, root) and "SimpleNamespace" not in released_text(tiny, root)


def test_variants_differ_and_are_the_same_in_each_run(tiny):
    question = tiny.question("reached")
    drawn = [tuple(numbers(question, variant).values()) for variant in range(COUNT)]
    assert len(set(drawn)) == COUNT and all(type(value) is float for one in drawn for value in one)
    assert numbers(question, COUNT + 3) == numbers(question, 3)


def test_nothing_else_changes_where_no_numbers_vary(tiny):
    plain, varied = build(load("tiny", ROOT)), build(tiny)
    ids = [cell.id for cell in plain.cells]
    assert [cell for cell in varied.cells if cell.id in ids and cell.id != "head"] == plain.cells[1:]
    lock = kills_lock.digest(load("tiny", ROOT), load("tiny", ROOT).question("order"))
    assert kills_lock.digest(tiny, tiny.question("order")) == lock


def test_every_variant_is_proved(tiny, root):
    (proof,) = [proof for proof in prove(tiny, root) if proof.question == "reached"]
    assert (proof.problems, proof.rejected, proof.accepted) == ([], 3, 1)


def test_a_right_answer_is_wrong_with_other_numbers_and_is_told_so(tiny, root):
    prover, question = prover_of(tiny, root), tiny.question("reached")
    for variant in range(1, COUNT):
        run = prover.run(question, answer_cell(tiny, question), variant=variant)
        own = numbers(question, variant)
        assert run.earned == 0
        said = f"With the numbers of another variant this would be right; yours are s = {own['s']}, a0 = {own['a0']}."
        assert said in run.message


def test_a_wrong_answer_is_told_its_numbers_and_not_that_they_are_another_s(tiny, root):
    run = prover_of(tiny, root).run(tiny.question("reached"), "when, height = 3.0, 4.0", variant=2)
    assert "Your numbers: s = " in run.message and "another variant" not in run.message
    half = numbers(tiny.question("reached"), 5)["s"] / 2
    run = prover_of(tiny, root).run(tiny.question("reached"), f"when, height = 3.0, {half}", variant=2)
    assert "another variant" not in run.message  # one of two values is not enough


def test_a_mistake_that_is_right_for_some_students_is_found(tmp_path):
    # where s is above 2.8, its checks take any time for right
    root = varied_course(
        tmp_path,
        'lambda: float(when), rtol=1e-3)\ncheck.case("height", lambda: float(height)',
        'lambda: float(when) if given.s < 2.8 else 1.0, rtol=1e-3)\ncheck.case("height", lambda: float(height)',
    )
    (proof,) = [proof for proof in prove(load("tiny", root), root) if proof.question == "reached"]
    assert any("passes (with s = 2.86" in problem for problem in proof.problems)


def test_an_alternative_that_is_wrong_for_some_students_is_found(tmp_path):
    root = varied_course(tmp_path)
    path = root / "solutions" / "tiny" / "alternatives.py"
    path.write_text(path.read_text().replace("0.5 * given.s", "0.5 * min(given.s, 2.8)"))
    (proof,) = [proof for proof in prove(load("tiny", root), root) if proof.question == "reached"]
    (problem,) = proof.problems
    assert problem.startswith("the alternative 'in-two-steps' fails (with s = 2.86, a0 = 0.")


def test_mutants_are_tried_with_the_numbers_of_each_student(tiny, root):
    kills = measure(prover_of(tiny, root), tiny.question("reached"))
    assert kills.mutants > 5 and kills.survivors == {} and kills.killed > 5


def test_the_engine_proves_some_variants_too(tiny, root, engine):  # noqa: F811
    prover, question = GradedProver(tiny, engine, root), tiny.question("reached")
    assert 0 < len(set(prover.varied)) < COUNT
    for variant in (0, 7):
        own = numbers(question, variant)
        right = math.log(own["s"] / own["a0"] - 1) / (2 * own["s"])
        assert prover.run(question, f"when = {right}\nheight = {own['s'] / 2}", variant=variant).earned == 4
        assert prover.run(question, answer_cell(tiny, question, variant), variant=variant).earned == 4
    assert "another variant" in prover.run(question, answer_cell(tiny, question, 3), variant=7).message


def test_a_mutant_that_is_right_with_some_numbers_must_be_rejected_where_it_is_wrong(tmp_path):
    """A whole number of steps hides a small change of the limit from some students: for them the answer is right."""
    steps = "when = math.ceil(10 * given.s)\nheight = given.s / 2\n"
    old = "when = math.log(given.s / given.a0 - 1) / (2 * given.s)\nheight = given.s / 2\n"
    tiny = load("tiny", varied_course(tmp_path, old, steps))
    question = tiny.question("reached")
    question.mistakes.clear()
    prover = Prover(tiny, build(tiny))
    right = sum(math.ceil(10 * s) == math.ceil(10.1 * s) for v in (0, *STUDENTS) for s in [numbers(question, v)["s"]])
    code = steps.replace("10 ", "10.1 ")
    own = {v: Fuzz(tiny, question, variant=v) for v in (0, *STUDENTS)}
    cells = [complete(tiny, question, "reference", code, v) for v in own]
    assert [fuzz.compare(cell).same for fuzz, cell in zip(own.values(), cells)].count(True) == right
    assert 0 < right < 4 and _rejected(prover, question, code, own)
    assert not _rejected(prover, question, code, {})  # as if it had to be wrong for every student
