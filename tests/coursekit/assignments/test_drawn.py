"""A question's domain as a program: its errors, the inputs that hidden checks draw from it, and what students are told."""

import nbformat
import numpy as np
import pytest
from fixture import ROOT, copy_course

from coursekit.assignments.kit import kit_files
from coursekit.assignments.notebook import facts
from coursekit.assignments.parse import load
from coursekit.assignments.prove import prove, prover_of
from coursekit.assignments.release import release, source_text
from coursekit.assignments.schema import AssignmentError
from coursekit.checks import CheckFailed, check
from coursekit.drawn import sizes

DOMAIN = """
```{domain}
rtol = 1e-6


def inputs(rng):
    for s in rng.uniform(0.5, 4.0, 3):
        yield float(s), float(s * rng.uniform(0.01, 0.4))
    yield 1.0, 0.5
```
"""
END = "expected=lambda: np.log(1.5 / a0 - 1) / 3)\n```\n"
STUCK = "import math\ndef half_time(s, a0):\n    return math.log(s / a0 - 1) / (2 * s) + (a0 >= s / 2)"


@pytest.fixture
def course(tmp_path):
    return copy_course(tmp_path, exercises=(END, END + DOMAIN))


@pytest.fixture
def prover(course):
    assignment = load("tiny", course)
    return prover_of(assignment, course), assignment.question("half_time")


def judge(domain, answer, reference="def answer(x):\n    return 2.0 * x", seed=3, changes=False, **space):
    """The message about ``answer`` on inputs of ``domain``; empty when it passes."""
    space |= {"check": check, "np": np, "answer": answer, "__variant_seed__": seed, "__name__": "cell"}
    cell = f"with check.question('q', asks=('answer',), changes={changes}):\n    check.drawn({domain!r}, {reference!r})"
    try:
        exec(cell, space)  # noqa: S102
    except CheckFailed as failed:
        return str(failed)
    return ""


ONE = "def inputs(rng):\n    yield 0.0\n    yield float(rng.uniform(1, 2))\n"


def test_a_right_answer_passes_and_a_wrong_one_is_shown_its_input_and_not_the_value_that_is_right():
    assert judge(ONE, lambda x: x + x) == ""
    message = judge(ONE, lambda x: 3.0 * x)
    given = float(message.split("Called: answer(")[1].split(")")[0])
    assert 1 <= given <= 2 and "inputs drawn for you: number 2 of them" in message
    assert f"{3 * given:.6g} is not right" in message and f"{2 * given:.6g}" not in message


def test_two_students_get_other_numbers_and_one_student_always_the_same():
    messages = [judge(ONE, lambda x: x, seed=seed) for seed in (1, 2, 1)]
    assert messages[0] == messages[2] != messages[1]


def test_where_the_reference_raises_the_answer_has_to():
    reference = "def answer(x):\n    if x < 1:\n        raise ValueError('no')\n    return 2.0 * x"

    def refuses(x):
        if x < 1:
            raise ValueError("below one")
        return 2.0 * x

    def refuses_otherwise(x):
        return [1.0, 2.0][int(2 - x)] * x

    def refuses_with_its_own(x):
        if x < 1:
            raise np.linalg.LinAlgError("singular")
        return 2.0 * x

    assert judge(ONE, refuses, reference) == ""
    assert judge(ONE, refuses_with_its_own, reference) == "", "a LinAlgError is a ValueError"
    assert "a ValueError is asked for, and none is raised" in judge(ONE, lambda x: 2.0 * x, reference)
    assert "your code raised IndexError" in judge(ONE, refuses_otherwise, reference)


def test_a_domain_says_what_is_compared_and_how_closely_and_leaves_the_cell_s_names_alone():
    ask = "rtol = 0.1\ndef ask(x):\n    return abs(answer(x))\n"
    assert judge(ONE + ask, lambda x: -2.1 * x) == "" and judge(ONE + ask, lambda x: -2.3 * x)
    space = {"rtol": 5.0, "inputs": None, "ask": None}
    assert judge(ONE, lambda x: 2.0 * x, **space) == "" and judge(ONE, lambda x: 2.1 * x, **space)


def test_what_an_answer_does_to_an_input_does_not_reach_the_reference():
    domain = "def inputs(rng):\n    x = rng.uniform(1, 2, 3)\n    yield x\n    yield x\n"

    def greedy(x):
        result = 2.0 * x
        x[:] = 0.0
        return result

    message = judge(domain, greedy)
    assert (
        "number 1 of them: `x` was changed by the call; it must stay as it was given: work on a copy, `x = x.copy()`"
        in message
    )
    assert judge(domain + "may_change = True\n", greedy) == ""


MEMORY = "yield {'a': [x]}, [2.5, float(x[0])], (x, 1)\n"
WRITES = {
    "a['a'][0] *= 2": "`a` was changed by the call; it must stay as it was given: work on a copy, `a = copy.deepcopy(a)`",
    "a.update(b=1)": "`a` was",
    "b.append(0.0)": "`b` was changed by the call; it must stay as it was given: work on a copy, `b = list(b)`",
    "c[0].sort()": "`c` was changed by the call; it must stay as it was given: work on a copy, `c = copy.deepcopy(c)`",
    "b.sort(); c[0][:] = 0": "`b` was",
    "b = sorted(b); a = dict(a); a['a'] = 1": "",
    "b[0] = b[0] + 0": "",
}


@pytest.mark.parametrize("code", WRITES)
def test_whatever_an_answer_changes_of_what_it_was_given_is_named(code):
    domain = f"def inputs(rng):\n    x = rng.uniform(1, 2, 3)[::-1]\n    {MEMORY}"
    space = {}
    exec(f"def answer(mine, b, third):\n    a, c = mine, third\n    {code}\n    return 1.0", space)
    message = judge(domain, space["answer"], "def answer(a, b, c):\n    return 1.0")
    assert WRITES[code] in message and bool(message) == bool(WRITES[code])


def test_what_answers_give_each_other_and_what_a_domain_makes_for_them_is_looked_at_in_the_calls_of_checks_alone():
    domain = "def inputs(rng):\n    yield 1.0\ndef ask(x):\n    return answer(np.full(3, x)), answer(v=np.full(2, x))\n"
    reference = "def answer(v):\n    return 2 * v"
    space = {"np": np}
    exec(
        "def answer(v, own=False):\n    if own:\n        v *= 2\n        return v\n    return answer(v + 0, True)",
        space,
    )
    assert judge(domain, space["answer"], reference) == ""
    assert judge(domain, space["answer"], reference, changes=True) == ""
    exec("def answer(v):\n    v *= 2\n    return v + 0", space)
    assert all("`v` was changed" in judge(domain, space["answer"], reference, changes=c) for c in (False, True))


def test_an_input_on_which_an_answer_is_wrong_is_found_though_no_check_names_it(prover):
    run, question = prover[0].run, prover[1]
    for variant in (0, 1, 2):
        wrong = run(question, STUCK, variant=variant)
        assert (
            wrong.earned == 0 and wrong.failed == ("inputs drawn for you",) and "half_time(1.0, 0.5)" in wrong.message
        )
    assert run(question, STUCK.replace(" + (a0 >= s / 2)", "")).earned == question.meta.points


def test_a_known_mistake_keeps_its_name_where_drawn_inputs_fail_too(prover):
    question = prover[1]
    for mistake in question.mistakes:
        wrong = prover[0].run(question, f"import math\nimport numpy as np\n{mistake.code}", variant=7)
        assert mistake.name in wrong.mistakes and "inputs drawn for you" in wrong.failed


def test_students_see_neither_domain_nor_reference(course, tmp_path):
    made = release(["tiny"], tmp_path / "room", root=course)[0]
    assert "check.drawn(" in source_text(load("tiny", course), course)
    for text in [made.release.read_text(), *map(str, kit_files("tiny", made.release.read_text(), course).values())]:
        assert "check.drawn('" not in text and "rng.uniform(0.5, 4.0, 3)" not in text


def test_an_answer_that_is_a_value_is_not_judged_twice(tmp_path):
    case = 'check.case("order of learning", lambda: order)\n```\n'
    root = copy_course(tmp_path, exercises=(case, case + "\n```{domain}\nrtol = 1e-6\n```\n"))
    assert "check.drawn(" not in source_text(load("tiny", root), root)


def test_the_text_says_whether_points_are_given_in_parts():
    text = {question.id: facts(question).split(" · ")[0] for question in load("tiny", ROOT).questions}
    assert text["half_time"] == "3 points, all or nothing" and text["meaning"] == "5 points"
    assert text["momentum"] == "4 points, in equal parts for each check"


def test_the_drawn_part_can_be_read_in_the_source_notebook(course):
    cells = nbformat.reads(source_text(load("tiny", course), course), as_version=4).cells
    cell = next(c for c in cells if c.id == "half_time")
    assert "    def inputs(rng):\n        for s in rng.uniform(0.5, 4.0, 3):\n" in cell.source


ERRORS = [
    ("def inputs(rng):", "def input(rng):", "question half_time, {domain}: write `def inputs(rng):`"),
    ("yield", "return", "inputs(rng) must yield inputs"),
    ("rtol =", "half_time =", "defines half_time, which is the answer's"),
    ("rtol = 1e-6", "rtol = ", "line 1 of the block is not Python"),
]


@pytest.mark.parametrize(("old", "new", "words"), ERRORS, ids=[e[1] for e in ERRORS])
def test_a_domain_that_cannot_be_drawn_from_is_an_error_that_says_so(tmp_path, old, new, words):
    with pytest.raises(AssignmentError) as caught:
        load("tiny", copy_course(tmp_path, exercises=(END, END + DOMAIN.replace(old, new))))
    assert words in str(caught.value)


def test_a_written_question_has_no_domain(tmp_path):
    why = "Why does the loss fall in steps? Two or three sentences.\n"
    with pytest.raises(AssignmentError, match="no answer, check, domain or numbers block"):
        load("tiny", copy_course(tmp_path, exercises=(why, f"{why}\n```{{domain}}\nrtol = 1\n```\n")))


PROBLEMS = [
    ("yield 1.0, 0.5", "yield 1.0, 2.0 / 0", "{domain}: ZeroDivisionError"),
    ("yield 1.0, 0.5", "yield (1.0,)", "half_time"),
]


def proof_of(tmp_path, old, new, **edits):
    root = copy_course(tmp_path, exercises=(END, END + DOMAIN.replace(old, new)), **edits)
    return prove(load("tiny", root), root, inputs=20)[0]


def test_a_proof_tells_on_how_many_inputs_right_answers_are_alike(tmp_path):
    proof = proof_of(tmp_path, "", "")
    assert proof.ok and proof.inputs == 20


@pytest.mark.parametrize(
    ("yields", "words"),
    [
        ("yield 1.0", "input number 4 of a pass, (1.0,), does not fit half_time(s, a0)"),
        ("yield [1.0, 0.5]", "missing a required argument: 'a0'"),
        ("yield 1.0, 0.5, 2.0", "too many positional arguments"),
        ("yield 1.0", "yield the arguments of each call as a tuple, in their order"),
    ],
)
def test_inputs_that_are_no_tuple_of_the_arguments_are_shown_with_the_signature(tmp_path, yields, words):
    with pytest.raises(AssignmentError) as caught:
        proof_of(tmp_path, "yield 1.0, 0.5", yields)
    assert words in str(caught.value) and "question half_time, {domain}: input" in str(caught.value)


def test_a_domain_of_the_wrong_kind_of_inputs_or_of_none_is_said_to_be_so(tmp_path):
    with pytest.raises(AssignmentError, match="yields no input in a pass: yield each kind once, as a tuple of arg"):
        proof_of(
            tmp_path / "none",
            "yield float(s), float(s * rng.uniform(0.01, 0.4))\n    yield 1.0, 0.5",
            "if s > 5:\n            yield s, s",
        )
    edit = "yield float(s), float(s * rng.uniform(0.01, 0.4))\n    yield 1.0, 0.5", 'yield "1", "2"'
    with pytest.raises(
        AssignmentError, match="the reference raises TypeError on every input .*so nothing can be compared"
    ):
        proof_of(tmp_path / "words", *edit)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (197, ""),
        (198, r"question half_time, \{domain\}: inputs\(rng\) yields 201 inputs in a pass, and at most 200 are tried"),
        (10**9, "yields at least 2000 inputs in a pass, .*: yield each kind once"),
    ],
)
def test_a_pass_longer_than_what_is_tried_of_it_is_refused(tmp_path, more, said):
    edit = "yield 1.0, 0.5", f"yield from ((1.0, 0.5) for _ in range({more}))"
    if not said:
        assert proof_of(tmp_path, *edit).inputs == 200
        return
    with pytest.raises(AssignmentError, match=said):
        proof_of(tmp_path, *edit)


def test_an_alternative_that_is_right_in_the_checks_and_wrong_in_the_domain_is_found(tmp_path):
    edit = ("# %% order / by-hand", f"# %% half_time / stuck\n{STUCK}\n\n# %% order / by-hand")
    problems = proof_of(tmp_path, "", "", alternatives=edit).problems
    assert any(
        "'stuck' differs from the reference on 5 of 20 inputs" in p and "half_time(1.0, 0.5)" in p for p in problems
    )


def test_a_domain_that_lacks_what_a_mistake_gets_wrong_is_found(tmp_path):
    code = "# says: It stops at two, which no input of the domain reaches.\n# hint: 1\n" + STUCK.replace(
        "a0 >= s / 2", "s == 5.0"
    )
    edit = ("# %% order / ranks", f"# %% half_time / five\n{code}\n\n# %% order / ranks")
    problems = proof_of(tmp_path, "", "", mistakes=edit).problems
    assert problems == [
        "the mistake 'five' is right on all 20 inputs of the domain: let the domain yield what it gets wrong"
    ]


def test_sizes_hold_both_ends_and_one_of_each_size_between_in_any_order():
    found = [sizes(np.random.default_rng(seed), 1e-3, 1e3, 8) for seed in range(20)]
    inner = [sorted(one)[1:-1] for one in found]
    assert all(min(one) == 1e-3 and max(one) == 1e3 for one in found)
    assert all(np.array_equal(np.floor(np.log10(one)), range(-3, 3)) for one in inner)
    assert len({one.index(1e3) for one in found}) > 3 and inner[0] != inner[1]
