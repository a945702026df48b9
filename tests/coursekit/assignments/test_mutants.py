"""Mutants of a right answer: one change each, texts that run, and the kinds that a list of operators forgets."""

import ast

import pytest

from coursekit.assignments.mutants import mutants

CODE = '''
import numpy as np

def spread(x, cut):
    """Not for change: 1 + 1."""
    if cut <= 0:
        return 0.0
    total = 0.0
    for row in x[1:]:
        if row.sum() > 0 and cut != 1:
            total += np.maximum(row, 0.5).sum(axis=0)
    return float(total / len(x)) if total else -total
'''
CHANGES = {
    "an end of a range": "cut < 0",
    "a comparison the other way": "cut >= 0",
    "a special case dropped": "if False:\n        return 0.0",
    "the rest dropped": "if True:\n        return 0.0",
    "a number": "np.maximum(row, 1.0)",
    "a number, a little": "np.maximum(row, 0.505)",
    "an operator": "float(total * len(x))",
    "one side of it": "float(total)",
    "both exchanged": "float(len(x) / total)",
    "an axis": "sum(axis=1)",
    "without an axis": "np.maximum(row, 0.5).sum()\n",
    "another function": "np.minimum(row, 0.5)",
    "without the function": "total += row.sum(axis=0)",
    "a condition less": "if row.sum() > 0:",
    "or for and": "row.sum() > 0 or cut != 1",
    "a slice": "in x[:]",
    "a loop cut at its start": "in list(x[1:])[1:]",
    "a loop cut at its end": "in list(x[1:])[:-1]",
    "a line left out": "cut != 1:\n            pass",
    "a sum in place": "total -= np",
    "a sign": "else total",
    "a clamp": "np.maximum(v, 0.0), float(total / len(x))",
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_there_is_a_mutant_with(text):
    assert [mutant for mutant in mutants(CODE) if text in mutant.code]


def test_every_mutant_is_one_other_text_that_parses_and_says_what_was_changed():
    found = mutants(CODE)
    codes = [mutant.code for mutant in found]
    assert len(set(codes)) == len(codes) > 50
    assert ast.unparse(ast.parse(CODE)) not in codes
    for mutant in found:
        compile(mutant.code, "<mutant>", "exec")
        assert mutant.what.startswith("line ") and "Not for change: 1 + 1." in mutant.code
    assert mutants(CODE) == found


def test_single_precision_is_a_change_only_where_double_is_asked_for():
    kinds = [{m.what for m in mutants(CODE, exact)} for exact in (False, True)]
    assert kinds[1] - kinds[0] == {"`x` in single precision", "`cut` in single precision"}


def test_a_mutant_s_clamp_reaches_the_floats_in_what_is_returned_and_nothing_else():
    code = "def f(x):\n    return [x, {'a': -1.0}], None, 'word', -2\n"
    clamped = next(m for m in mutants(code) if "never negative" in m.what)
    space = {}
    exec(clamped.code, space)  # noqa: S102
    assert space["f"](-3.0) == ([0.0, {"a": 0.0}], None, "word", -2)


def test_answers_that_are_values_have_neighbours_exchanged():
    codes = [m.code for m in mutants("order = ['a', 'b', 'b']\nsaid = {'x': True, 'y': 'no'}")]
    assert "order = ['b', 'a', 'b']\nsaid = {'x': True, 'y': 'no'}" in codes and len(codes) == 5
    assert "order = ['a', 'b', 'b']\nsaid = {'x': 'no', 'y': True}" in codes


def test_long_lines_are_told_from_where_they_change():
    what = [m.what for m in mutants("y = " + " + ".join(f"x{k}" for k in range(30)) + " + f(1, a=2)")]
    assert all(len(text) < 180 for text in what) and any("f(1)" in text for text in what)
