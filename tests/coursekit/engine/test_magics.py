"""Magics in answer cells: those that hold code run it, the others cost nothing."""

import pytest

from coursekit.engine.inside.magics import without_options
from coursekit.notebooks.names import bound_names

CELLS = {
    "timeit": "%timeit f(1)\ndef f(x):\n    return x\n%timeit f(1)",
    "timeit with options": "def f(x):\n    return x\n%timeit -n 10 -r3 -q f(1)",
    "timeit gives its result": "def f(x):\n    return x\nt = %timeit -o -n1 f(1)\nassert t.average >= 0 and t.loops",
    "time": "def f(x):\n    return x\n%time y = f(3)\nassert y == 3",
    "time gives the value": "def f(x):\n    return x\ny = %time f(3)\nassert y == 3",
    "a timed cell": "%%time\ndef f(x):\n    return x\n%timeit -n1 f(2)",
    "timeit cell with set-up": "%%timeit -n 2 k = 3\ndef f(x):\n    return x\nassert k == 3",
    "capture": "%%capture kept --no-stderr\ndef f(x):\n    return x\nprint(kept is not None)",
    "prun": "%%prun -s cumtime -l 10\ndef f(x):\n    return x",
    "others": "%pip install numpy\n%matplotlib inline\n%load_ext autoreload\n!ls\n%config A.b = 1\n%env X=1\n%cd ..\ndef f(x):\n    return x",
    "in a block": "if True:\n    %matplotlib inline\ndef f(x):\n    return x",
    "a shell's output": "files = !ls\ndef f(x):\n    return x",
    "help": "def f(x):\n    return x\nf?\n?f\nf??\nprint.__doc__?",
    "old style": 'def f(x):\n    return x\nget_ipython().magic("time z = f(4)")\nassert z == 4',
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_with_magics_defines_what_it_defines(name, shell):
    code = CELLS[name].removeprefix("%timeit f(1)\n")
    assert shell.run("x", code) is None
    assert shell.namespace["f"](7) == 7
    if "%%" not in code:
        assert "f" in bound_names(code)


def test_an_error_in_a_timed_line_is_the_cell_s_error(shell):
    assert type(shell.run("x", "%timeit -n 3 undefined()")) is NameError
    assert type(shell.run("x", "%%time\n1 / 0")) is ZeroDivisionError


@pytest.mark.parametrize(
    ("magic", "line", "code"),
    [
        ("timeit", "-n 10 -r3 f(-1)", "f(-1)"),
        ("time", " f(1)", "f(1)"),
        ("prun", "-s cumtime f()", "f()"),
        ("timeit", "-o f()", "f()"),
        ("time", "-x", ""),
        ("capture", "out --no-stdout", "out --no-stdout"),
        ("timeit", "-1 + x", "-1 + x"),
    ],
)
def test_the_code_stands_behind_the_options(magic, line, code):
    assert without_options(magic, line) == code


@pytest.fixture
def shell(monkeypatch):
    import sys

    from coursekit.engine.inside.shell import Shell

    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    return Shell(10_000)
