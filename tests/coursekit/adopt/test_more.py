"""Where more crosses, an answer still cannot speak for the check: liars, forged printing, files and seeds earn nothing."""

from __future__ import annotations

import pytest
from engines import sandboxed

from adopt.foreign_course import answered, cell, of_questions, solution
from coursekit.engine.inside import wider
from coursekit.engine.interface import Budget, Judging, Submission
from coursekit.engine.messages import LEFT_OUT
from coursekit.engine.protocol.errors import FrameError

SOURCE = of_questions([
    ("double", "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION", "assert double(2) == 4 and abs(double(3) - 6) < 1e-9"),
    ("letters", "def letters(s):\n    ### BEGIN SOLUTION\n    return set(s)\n    ### END SOLUTION", "assert letters('ab') == {'a', 'b'}"),
    ("saved", solution("open('kept.csv', 'w').write('1')\ndone = 1"), "assert done and open('kept.csv').read() == '1'"),
    ("table", "import pandas as pd\ndef table():\n    ### BEGIN SOLUTION\n    return pd.DataFrame({'a': [1]})\n    ### END SOLUTION", "assert table().equals(pd.DataFrame({'a': [1]}))"),
])  # fmt: skip
MORE = Judging(dict.fromkeys(("double", "letters", "saved", "table"), "more"))
LIAR = """class Liar({base}):
    __hash__ = None
    def _yes(self, *_):
        return True
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = equals = _yes
    def __sub__(self, other):
        return 0
    def __abs__(self):
        return 0
def {name}(*args):
    return Liar()"""
BAD = {
    "double": [LIAR.format(base="", name="double"), LIAR.format(base="int", name="double"),
               "from dataclasses import dataclass\n@dataclass\nclass D:\n    v: int\n    def __eq__(self, o):\n        return True\n    def __rsub__(self, o):\n        return 0\n    __sub__ = __rsub__\ndef double(x):\n    return D(1)"],
    "letters": [LIAR.format(base="set", name="letters"), "def letters(s):\n    return set(range(10**6))", "def letters(s):\n    return {'a'}"],
    "saved": ["done = 1", "import os\nos.symlink('/etc/passwd', 'kept.csv')\ndone = 1", "open('kept.csv', 'w').write('2')\ndone = 1",
              "open('kept.csv', 'wb').write(b'\\xff1')\ndone = 1"],
    "table": ["import pandas as pd\n" + LIAR.format(base="pd.DataFrame", name="table"),
              "import pandas as pd\npd.DataFrame.equals = lambda *a: True\ndef table():\n    return pd.DataFrame({'a': [2]})",
              "import pandas as pd\ndef table():\n    return pd.DataFrame({'a': [object()]})"],
}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def results(engine, data: bytes) -> dict[str, tuple[float, str]]:
    outcome = engine.grade(Submission("eve", data, judging=MORE), SOURCE, Budget())
    return {name: (result.score, result.message) for name, result in outcome.questions.items()}


def test_the_solution_passes(engine):
    assert {name: score for name, (score, _) in results(engine, SOURCE).items()} == dict.fromkeys(MORE.ways, 1)


def test_where_a_test_unpickles_no_file_comes_in(engine):
    source = of_questions([
        ("saved", solution("open('kept.csv', 'w').write('1')\ndone = 1"), "assert done and open('kept.csv').read() == '1'"),
        ("loaded", solution("import pickle\npickle.dump([1], open('kept.txt', 'wb'), 0)\nready = 1"), "import pickle\nassert ready and pickle.load(open('kept.txt', 'rb'))"),
    ])  # fmt: skip
    judging = Judging({"saved": "more", "loaded": "more"})
    outcome = engine.grade(Submission("eve", source, judging=judging), source, Budget())
    assert [result.score for result in outcome.questions.values()] == [0, 0]


def test_a_file_that_the_test_wrote_over_the_answer_s_is_the_test_s(engine):
    """The answer wrote one of that name before, and writes it again once the test has put its own there."""
    loaded = "open('kept.txt', 'w').write('0')\ndef load(n):\n    {}"
    source = of_questions([
        ("first", solution("open('kept.txt', 'w').write('0')\ndone = 1"), "assert done and open('kept.txt').read() == '0'"),
        ("load", solution("def load(n):\n    return n + 2"), "open('kept.txt', 'w').write('7')\nassert load(5) == int(open('kept.txt').read())"),
    ])  # fmt: skip
    forged = loaded.format("open('kept.txt', 'w').write('-1')\n    return -1")
    judging = Judging({"first": "more", "load": "more"})
    for data, points in ((source, [1, 1]), (answered(source, load=forged), [1, 0])):
        outcome = engine.grade(Submission("eve", data, judging=judging), source, Budget())
        assert [result.score for result in outcome.questions.values()] == points


@pytest.mark.parametrize(
    ("question", "number"), [(name, at) for name, answers in BAD.items() for at in range(len(answers))]
)
def test_a_forged_answer_earns_nothing_and_the_others_are_graded(engine, question, number):
    found = results(engine, answered(SOURCE, **{question: BAD[question][number]}))
    assert found[question][0] == 0 and found[question][1]
    assert all(score == 1 for name, (score, _) in found.items() if name not in (question,)), found


FLOODS = {
    "files": "sent.append(1)\n    return {f'{len(sent)}_{k}.txt': b'x' * 2**21 for k in range(20)}",
    "many files": "sent.append(1)\n    return {f'{len(sent)}_{k}.txt': b'x' for k in range(20)}",
    "a large file": "return {'large.txt': b'x' * 2**23}",
}


@pytest.mark.parametrize("name", FLOODS)
def test_files_past_any_measure_do_not_fill_the_checker_s_disk(engine, name):
    """The answer's process sends what its own limits would keep back, with every reply."""
    source = of_questions(
        [("same", solution("def same(n):\n    return n"), "for n in range(60):\n    assert same(n) == n")]
    )
    code = f"import sys\nsent = []\ndef flood(*_):\n    {FLOODS[name]}\nsys.modules['coursekit.engine.inside.wider'].written = flood"
    data = answered(source, same=f"{code}\ndef same(n):\n    return n")
    judging = Judging({"same": "more"}, {"given.txt": b"1"})
    result = engine.grade(Submission("eve", data, judging=judging), source, Budget()).questions["same"]
    assert result.score == 0 and result.status in ("crashed", "failed"), result.message


def test_files_come_in_up_to_a_sum_and_a_file_written_again_counts_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    came: dict[str, bytes] = {}
    for _ in range(100):
        wider.take_files({"kept.txt": b"x" * 2**20}, {}, came)
    with pytest.raises(FrameError):
        for number in range(100):
            wider.take_files({f"{number}.txt": b"x" * 2**20}, {}, came)
    assert 50 * 2**20 < sum(path.stat().st_size for path in tmp_path.iterdir()) <= wider.MOST_BYTES_IN_ALL


def test_printing_past_any_measure_does_not_fill_the_checker_s_memory(engine):
    source = of_questions(
        [("same", solution("def same(n):\n    return n"), "for n in range(60):\n    assert same(n) == n")]
    )
    loud = "import sys\nsys.modules['coursekit.engine.inside.shell'].Shell.heard = lambda self: 'x' * 2**25\ndef same(n):\n    return n"
    for code, points in ((loud, 0), ("def same(n):\n    print('x' * 500)\n    return n", 1)):
        submission = Submission("eve", answered(source, same=code), judging=Judging({"same": "more"}))
        result = engine.grade(submission, source, Budget()).questions["same"]
        assert (result.score, result.status) == (points, "passed" if points else "crashed")


@pytest.mark.parametrize("alias", ["Exception", "AssertionError", "ValueError"])
def test_an_exception_of_the_answer_s_is_its_own_and_catches_no_failed_check(engine, alias):
    source = of_questions([
        ("boil", solution("class TooHot(ValueError):\n    pass\ndef boil(t):\n    if t > 100:\n        raise TooHot"),
         "try:\n    boil(101)\n    assert False, 'no error'\nexcept TooHot:\n    pass"),
    ])  # fmt: skip
    lazy = answered(source, boil=f"TooHot = {alias}\ndef boil(t):\n    pass")
    for data, points in ((source, 1), (lazy, 0)):
        result = engine.grade(Submission("eve", data, judging=Judging({"boil": "more"})), source, Budget()).questions[
            "boil"
        ]
        assert result.score == points
    assert f"`TooHot` is {alias}, no class of its own" in result.message


HELD = {
    "a_list": ("def a_list(n):\n    return [n, 1]", "class Own(list):\n    def __eq__(self, o):\n        return {lie}\ndef a_list(n):\n    return Own([n, {number}])", "a_list(2) == [2, 1]"),
    "a_dict": ("def a_dict(n):\n    return {'n': n}", "class Own(dict):\n    def __eq__(self, o):\n        return {lie}\ndef a_dict(n):\n    return Own(n=n * {number})", "a_dict(2) == {'n': 2}"),
    "a_text": ("def a_text(n):\n    return 'n' * n", "class Own(str):\n    def __eq__(self, o):\n        return {lie}\ndef a_text(n):\n    return Own('n' * n * {number})", "a_text(2) == 'nn'"),
    "a_number": ("def a_number(n):\n    return n + 1", "import enum\nclass Own(enum.IntEnum):\n    one = 1\n    three = 3\ndef a_number(n):\n    return Own(3) if {number} == 1 else Own(1)", "a_number(2) == 3"),
}  # fmt: skip


@pytest.mark.parametrize("way", ["apart", "more"])
@pytest.mark.parametrize("name", HELD)
def test_a_list_or_number_of_the_answer_s_own_class_is_what_it_holds_and_not_what_it_says(engine, way, name):
    solved, other, test = HELD[name]
    source = of_questions([(name, solution(solved), f"assert {test}")])
    for number, lie, points in ((1, False, 1), (2, True, 0)):
        code = other.replace("{number}", str(number)).replace("{lie}", str(lie))
        submission = Submission("ann", answered(source, **{name: code}), judging=Judging({name: way}))
        result = engine.grade(submission, source, Budget()).questions[name]
        assert result.score == points, result.message


def test_functions_of_any_form_can_be_passed_to_an_answer(engine):
    source = of_questions([
        ("twice", solution("def twice(f):\n    return lambda x: f(f(x))"),
         "import functools, operator\nassert twice(str.upper)('a') == 'A' and twice(functools.partial(pow, 2))(2) == 16\n"
         "assert twice(float)('2') == 2 and twice(operator.itemgetter(0))([[7]]) == 7"),
    ])  # fmt: skip
    once = answered(source, twice="def twice(f):\n    return f")
    for way in ("apart", "more", "objects"):
        for data, points in ((source, 1), (once, 0)):
            outcome = engine.grade(Submission("ann", data, judging=Judging({"twice": way})), source, Budget())
            assert outcome.questions["twice"].score == points, (way, outcome.questions["twice"].message)


def test_an_answer_of_a_kind_that_tests_cannot_look_into_asks_for_a_person(engine):
    source = of_questions([("table", solution("def table():\n    return [1]"), "assert list(table()) == [1]")])
    own = "class Own:\n    def __iter__(self):\n        return iter([1])\ndef table():\n    return Own()"
    for code, flagged in (
        (own, True),
        ("def table():\n    return [2]", False),
        ("def table():\n    return table", False),
    ):
        submission = Submission("ann", answered(source, table=code), judging=Judging({"table": "more"}))
        outcome = engine.grade(submission, source, Budget())
        assert outcome.questions["table"].score == 0
        assert outcome.flags == ((f"table: {LEFT_OUT}",) if flagged else ())


@pytest.mark.parametrize("way", ["apart", "more", "together"])
def test_a_module_that_a_cell_writes_can_be_imported_and_none_is_written_elsewhere(engine, way):
    source = of_questions([
        ("use", solution("def use(x):\n    from tool import tool\n    return tool(x)"), "assert use(1) == 6"),
        ("away", solution("import os\naway = os.path.exists('/tmp/../tmp/escaped.py')"), "assert away is False"),
    ], cell("%%writefile tool.py\ndef tool(x):\n    return x + K"), cell("%%writefile -a tool.py\nK = 5"),
       cell("%%writefile ../tmp/escaped.py\nx = 1"))  # fmt: skip
    judging = Judging(dict.fromkeys(("use", "away"), way))
    outcome = engine.grade(Submission("ann", source, judging=judging), source, Budget())
    assert [result.score for result in outcome.questions.values()] == [1, 1], outcome.questions
