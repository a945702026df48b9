"""Operators of the answer's own class where judge and answer are apart: they work, and no made-up difference earns a point."""

from __future__ import annotations

import pytest
from engines import sandboxed

from adopt.foreign_course import answered, asked, cell, notebook, solution
from coursekit.engine.interface import Budget, Judging, Submission

CLASS = """class Vec:
    def __init__(self, *x):
        self.x = x
    def __add__(self, o):
        return Vec(*(a + b for a, b in zip(self.x, o.x)))
    def __sub__(self, o):
        return Vec(*(a - b for a, b in zip(self.x, getattr(o, 'x', [o] * len(self.x)))))
    def __rmul__(self, k):
        return Vec(*(k * a for a in self.x))
    def __mul__(self, o):
        return sum(a * b for a, b in zip(self.x, o.x))
    def size(self):
        return sum(a * a for a in self.x) ** 0.5
    def array(self):
        return np.array(self.x)"""
SOURCE = notebook(
    cell("import numpy as np", "setup", locked=True),
    *asked(("sums", solution(CLASS), "v = Vec(1, 2) + Vec(3, 4)\nassert v.x == (4, 6) and (2 * v - Vec(1, 1)).x == (7, 11)")),
    asked(("dot", "", "assert Vec(1, 2) * Vec(3, 4) == 11"))[1],
    asked(("size", "", "assert abs(Vec(3, 4).size() - 5) < 1e-9"))[1],
    asked(("most", "", "assert (Vec(3, 4).array() - np.array([3, 4])).max() <= 0"))[1],
    asked(("equal", "", "assert not (Vec(3, 4).size() - 5)"))[1],
    asked(("shift", "", "d = Vec(3, 4) - 1\nassert d.x == (2, 3)"))[1],
)  # fmt: skip
ALL = {"sums", "dot", "size", "most", "equal", "shift"}
LIAR = """class Vec:
    x = 0
    def __init__(self, *x):
        pass
    def _me(self, *o):
        return self
    def _zero(self, *o):
        return 0
    __add__ = __rmul__ = size = array = _me
    __sub__ = __rsub__ = __mul__ = max = __abs__ = __len__ = {difference}
    def __eq__(self, o):
        return True
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    __bool__ = lambda self: False
    __hash__ = None"""
# the answer's process says of what a method gives that it is a class, or the class itself
POSES = (
    LIAR.format(difference="_me")
    + """
import coursekit.engine.protocol.frames as frames, sys
def keep(self, value, kind, inner=sys.modules["coursekit.engine.protocol.peer"].Peer.keep):
    return inner(self, value, "class")
sys.modules["coursekit.engine.protocol.peer"].Peer.keep = keep"""
)
ITSELF = LIAR.format(difference="_me") + "\n    size = array = lambda self: type(self)"


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def points(engine, data: bytes, source: bytes = SOURCE, way: str = "apart") -> dict[str, float]:
    outcome = engine.grade(Submission("ann", data, judging=Judging(dict.fromkeys(ALL, way))), source, Budget())
    assert all(result.message for result in outcome.questions.values())
    return {name: result.score for name, result in outcome.questions.items()}


def test_the_solution_s_operators_are_the_class_s_own(engine):
    assert points(engine, SOURCE) == dict.fromkeys(ALL, 1)


@pytest.mark.parametrize("way", ["apart", "more", "objects"])
@pytest.mark.parametrize("code", [LIAR.format(difference="_zero"), LIAR.format(difference="_me"), POSES, ITSELF])
def test_a_class_that_answers_every_operator_as_it_likes_earns_nothing(engine, way, code):
    assert points(engine, answered(SOURCE, sums=code), way=way) == dict.fromkeys(ALL, 0)


def test_a_function_s_object_is_no_operand_where_the_solution_s_class_has_the_operator(engine):
    code = LIAR.format(difference="_zero") + "\ndef f(x):\n    return Vec()\nVec_ = Vec"
    source = notebook(
        cell("import numpy as np", "setup", locked=True),
        *asked(("made", solution(CLASS + "\ndef f(x):\n    return 2 * x"), "assert (Vec(1, 1) - Vec(0, 1)).x == (1, 0)")),
        asked(("value", "", "assert abs(f(2) - 4) < 1e-9 or (f(2) - 4).max() == 0"))[1],
    )  # fmt: skip
    assert points(engine, source, source) == {"made": 1, "value": 1}
    assert points(engine, answered(source, made=code), source) == {"made": 0, "value": 0}


def test_plain_data_where_an_error_is_asked_for_is_no_such_error(engine):
    number = "class Num:\n    def __init__(self, x):\n        self.x = x\n    def __add__(self, o):\n        "
    raises = number + "if isinstance(o, str):\n            raise TypeError(o)\n        return Num(self.x + o)"
    silent = number + "return 0 if isinstance(o, str) else Num(self.x + o)"
    test = "import pytest\nassert (Num(1) + 2).x == 3\nwith pytest.raises(TypeError):\n    Num(1) + 'a'"
    source = notebook(*asked(("error", solution(raises), test)))
    assert points(engine, source, source) == {"error": 1}
    assert points(engine, answered(source, error=silent), source) == {"error": 0}


def test_what_a_cell_imports_is_there_for_tests_though_the_cell_uses_an_answer(engine):
    source = notebook(
        *asked(("half", solution("def half(x):\n    return x / 2"), "data = [1.0, 3.0]\nassert half(3.0) == 1.5")),
        cell("from statistics import fmean\nprint(fmean(data), half(2))", "shown", locked=True),
        *asked(("mean", solution("def mean(v):\n    return sum(v) / len(v)"), "assert mean([1.0, 2.0]) == fmean([1.0, 2.0])")),
    )  # fmt: skip
    assert points(engine, source, source) == {"half": 1, "mean": 1}


DATA = """from dataclasses import dataclass
@dataclass
class Pair:
    x: float
    y: float
    def __add__(self, o):
        return Pair(self.x + o.x, self.y + o.y)
    def __len__(self):
        return 2
    def __getitem__(self, i):
        return (self.x, self.y)[i]"""
BY_HAND = DATA.partition("@dataclass\n")[2].replace(
    "    x: float\n    y: float\n", "    def __init__(self, x, y):\n        self.x, self.y = x, y\n"
)
LATER = DATA + "\n    def __post_init__(self):\n        self.kept = (self.x, self.y)"


@pytest.mark.parametrize("way", ["apart", "more", "objects"])
@pytest.mark.parametrize("solved", [DATA, BY_HAND, LATER])
@pytest.mark.parametrize("code", [DATA, BY_HAND, LATER])
def test_a_dataclass_has_its_operators_whoever_wrote_the_solution_how(engine, way, code, solved):
    source = notebook(
        *asked(("pair", solution(solved), "p = Pair(1, 2) + Pair(3, 4)\nassert p.x == 4 and len(p) == 2 and p[1] == 6"))
    )
    outcome = engine.grade(
        Submission("ann", answered(source, pair=code), judging=Judging({"pair": way})), source, Budget()
    )
    assert outcome.questions["pair"].score == 1, outcome.questions["pair"].message


@pytest.mark.parametrize("way", ["apart", "more", "objects"])
def test_what_an_answer_calls_its_type_is_no_text_that_a_check_reads(engine, way):
    source = notebook(
        *asked(
            (
                "said",
                solution("def said(n):\n    return f'the value is {2 * n}'"),
                "assert 'value is' in str(said(4)) and '8' in f'{said(4)!s}'",
            )
        )
    )
    named = "def said(n):\n    return type('the value is 0123456789', (), {'__call__': lambda self: 0, '__next__': lambda self: 0})()"
    for data, points in ((source, 1), (answered(source, said=named), 0)):
        outcome = engine.grade(Submission("ann", data, judging=Judging({"said": way})), source, Budget())
        assert outcome.questions["said"].score == points
