"""Honest work in many styles: every right answer must get all its points."""

from __future__ import annotations

import copy

from corpus.base import Draft, answers, case, cells

SPEED = """
        import numpy as np
        def mode_speed(w, s):
            w = np.asarray(w, dtype=float)
            others = [np.prod(np.delete(w, i)) ** 2 for i in range(len(w))]
            return {result}
"""
VALUE = "(s - np.prod(w)) * sum(others)"
answers("honest", "good", "mode_speed", {
    "numpy_scalar": SPEED.format(result=VALUE),
    "long_double": SPEED.format(result=f"np.longdouble({VALUE})"),
    "python_float": SPEED.format(result=f"float({VALUE})"),
    "zero_dimensional_array": SPEED.format(result=f"np.array({VALUE})"),
    "tensor_result": "\n        import torch" + SPEED.format(result=f"torch.tensor({VALUE}, dtype=torch.float64)"),
    "tensor_that_wants_a_gradient": "\n        import torch" + SPEED.format(
        result=f"torch.tensor({VALUE}, dtype=torch.float64, requires_grad=True) * 1"),
    "with_warnings": "\n        import warnings" + SPEED.format(result=f"warnings.warn('careful') or float({VALUE})"),
    "with_prints": SPEED.format(result=f"print('w =', w) or float({VALUE})"),
    "prints_to_stderr": "\n        import sys" + SPEED.format(result=f"(sys.stderr.write('hello'), float({VALUE}))[1]"),
    "logging": "\n        import logging\n        logging.basicConfig(level=0)" + SPEED.format(
        result=f"logging.warning('x') or float({VALUE})"),
    "results_kept_in_files": """
        import os, shutil, sqlite3
        def kept(value):
            with sqlite3.connect("runs.db") as book:
                book.execute("create table if not exists runs (speed real)")
                book.execute("insert into runs values (?)", [value])
            shutil.copy2("runs.db", "copy.db")
            os.sync()
            return sqlite3.connect("copy.db").execute("select speed from runs order by rowid desc").fetchone()[0]
""" + SPEED.format(result=f"kept(float({VALUE}))"),
    "plain_loops": """
        def mode_speed(w: "list", s: float) -> float:
            w = [float(x) for x in w]
            total, product = 0.0, 1.0
            for x in w: product *= x
            for i in range(len(w)):
                rest = 1.0
                for j, x in enumerate(w):
                    if i != j: rest *= x
                total += rest ** 2
            return (s - product) * total
    """,
    "torch_autograd": """
        import torch
        def mode_speed(w, s):
            w = torch.tensor(w, dtype=torch.float64, requires_grad=True)
            (g,) = torch.autograd.grad(w.prod(), w)
            return ((s - w.prod()) * (g ** 2).sum()).item()
    """,
    "a_lambda": """
        import numpy as np
        mode_speed = lambda w, s: (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w)))
    """,
    "an_object_with_call": """
        import numpy as np
        class Speed:
            def __call__(self, w, s):
                return (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w)))
        mode_speed = Speed()
    """,
    "partial_function": """
        import functools, numpy as np
        def speed(power, w, s): return (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** power for i in range(len(w)))
        mode_speed = functools.partial(speed, 2)
    """,
    "decorated": """
        import functools, numpy as np
        def log(f):
            @functools.wraps(f)
            def inner(*args):
                print("calling", f.__name__)
                return f(*args)
            return inner
        @log
        def mode_speed(w, s): return (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w)))
    """,
    "star_import": """
        from math import *
        from numpy import delete
        def mode_speed(w, s): return (s - prod(w)) * fsum(prod(delete(w, i)) ** 2 for i in range(len(w)))
    """,
    "styled_identifier": """
        import numpy as np
        def \U0001d426ode_speed(w, s): return (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w)))
    """,
    "greek_and_defaults": """
        import numpy as np
        λ = 2
        def mode_speed(w, s=1.0, *, σ=λ): return (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** σ for i in range(len(w)))
    """,
    "changes_its_argument": SPEED.format(result=VALUE) + "        def helper(w): w[:] = 0\n",
    "trailing_failure": SPEED.format(result=VALUE) + "        assert mode_speed([1.0], 2.0) == 17, 'my own test is wrong'\n",
    "main_guard": SPEED.format(result=VALUE) + "        if __name__ == '__main__':\n            print(mode_speed([1.0], 2.0))\n",
    "timed": "%%time\n" + "import numpy as np\ndef mode_speed(w, s):\n    return (s - np.prod(w)) * "
             "sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w)))\n",
    "recursive_and_cached": """
        import functools, numpy as np
        @functools.lru_cache
        def product(w): return 1.0 if not w else w[0] * product(w[1:])
        def mode_speed(w, s):
            w = tuple(float(x) for x in w)
            return (s - product(w)) * sum(product(w[:i] + w[i + 1:]) ** 2 for i in range(len(w)))
    """,
    "windows_line_ends": SPEED.format(result=VALUE).replace("\n", "\r\n"),
    "with_plots": """
        import numpy as np, matplotlib.pyplot as plt
        %matplotlib inline
        def mode_speed(w, s):
            plt.figure(); plt.plot([1, 2]); plt.show()
            return (s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w)))
        fig, ax = plt.subplots(); ax.plot([1, 2]); fig
    """,
    "uses_threads": """
        import numpy as np
        from concurrent.futures import ThreadPoolExecutor
        def mode_speed(w, s):
            with ThreadPoolExecutor(2) as pool:
                parts = list(pool.map(lambda i: np.prod(np.delete(w, i)) ** 2, range(len(w))))
            return (s - np.prod(w)) * sum(parts)
    """,
}, "passed")  # fmt: skip
answers("honest", "good", "conserved", {
    "tuple_of_arrays": "def conserved(weights): return tuple(b.T @ b - a @ a.T for a, b in zip(weights, weights[1:]))",
    "tensors": """
        import torch
        def conserved(weights):
            ws = [torch.as_tensor(w) for w in weights]
            return [b.T @ b - a @ a.T for a, b in zip(ws, ws[1:])]
    """,
    "nested_lists": "def conserved(weights): return [(b.T @ b - a @ a.T).tolist() for a, b in zip(weights, weights[1:])]",
    "not_contiguous": """
        import numpy as np
        def conserved(weights): return [np.asfortranarray(b.T @ b - a @ a.T) for a, b in zip(weights, weights[1:])]
    """,
}, "passed")  # fmt: skip
answers("honest", "good", "learning_order", {
    "order_as_array": """
        import numpy as np
        order, plateaus = np.array([1, 0, 3, 2]), np.array([16.98, 10.5, 2.5, 2.0, 0.0])
    """,
    "order_as_tuple": "order, plateaus = (1, 0, 3, 2), (16.98, 10.5, 2.5, 2, 0)",
    "order_as_tensor": "import torch\norder, plateaus = torch.tensor([1, 0, 3, 2]), torch.tensor([16.98, 10.5, 2.5, 2, 0])",
}, "passed")  # fmt: skip
cells("honest", "good", {
    "extra_cells": "x = 1\nfor i in range(3):\n    print(i)",
    "an_extra_cell_that_fails": "1 / 0",
    "an_extra_cell_that_does_not_parse": "for for for",
    "shell_commands": "!pip install numpy\n%pip install torch\n!ls\nfiles = !ls",
    "magics": "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n%timeit 1 + 1\n%config InlineBackend.figure_format = 'svg'",
    "help_lines": "import numpy as np\nnp.prod?\n?np.dot",
    "displays": "from IPython.display import display, Markdown\ndisplay(Markdown('# Hi'))\ndisplay(3)\nimport pandas as pd",
    "top_level_await": "import asyncio\nasync def wait(): return 3\nprint(await wait())",
    "uses_the_toolbox": "from tiny_course.toolbox import seeds, nets\nprint(seeds, nets)",
    "uses_the_checks": "from coursekit.checks import check\nprint(check)",
    "seeds_and_printing": "import numpy as np, torch\nnp.random.seed(5)\ntorch.manual_seed(5)\nnp.set_printoptions(precision=2)",
    "dataclass_and_enum": "import dataclasses, enum\n@dataclasses.dataclass\nclass A:\n    x: int = 1\nclass E(enum.Enum):\n    A = 1\nA(), E.A",
    "float32_by_default": "import torch\ntorch.set_default_dtype(torch.float64)\ntorch.set_num_threads(2)",
    "multiprocessing": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, 2]))",
})  # fmt: skip


@case("honest", "bad", sharp_colleague="manual")
def words_in_a_cell_of_their_own(d: Draft) -> None:
    d.cells.insert(
        d.at("sharp_colleague") + 1, {"cell_type": "markdown", "metadata": {}, "source": "Large values first."}
    )


@case("honest", "bad")
def words_deleted(d: Draft) -> None:
    d.cell("sharp_colleague")["source"] = "\n \n"


@case("honest", "good")
def questions_reordered(d: Draft) -> None:
    start = next(i for i, c in enumerate(d.cells) if c.get("id") == "conserved_text")
    block, d.cells[start : start + 3] = d.cells[start : start + 3], []
    d.cells.extend(block)


@case("honest", "good")
def tests_above_answers(d: Draft) -> None:
    test = d.cell("mode_speed")
    d.cells.remove(test)
    d.cells.insert(1, test)


@case("honest", "good")
def setup_deleted(d: Draft) -> None:
    d.notebook["cells"] = [c for c in d.cells if not c.get("id", "").startswith("setup")]


@case("honest", "good")
def setup_edited(d: Draft) -> None:
    setup = next(c for c in d.cells if c.get("id", "").startswith("setup"))
    setup["source"] = "import math\nimport torch\n" + setup["source"]


@case("honest", "good")
def setup_at_the_end(d: Draft) -> None:
    setup = next(c for c in d.cells if c.get("id", "").startswith("setup"))
    d.cells.remove(setup)
    d.cells.append(setup)


@case("honest", "good")
def same_helper_twice(d: Draft) -> None:
    """Two answers use a helper of one name and different meaning: each test must see its own."""
    d.add("def helper(x): return 1 * x", before="mode_speed_answer")
    d.cell("mode_speed_answer")["source"] += "\none = mode_speed\ndef mode_speed(w, s): return helper(one(w, s))\n"
    d.add("def helper(x): return None", before="conserved_answer")


@case("honest", "good")
def scratch_names_again(d: Draft) -> None:
    for question in ("mode_speed_answer", "conserved_answer", "half_times_answer"):
        d.add("M = 5\ns = 'text'\nx = [1]\nnp = __import__('numpy')", before=question)


@case("honest", "good")
def helper_below(d: Draft) -> None:
    d.cell("mode_speed_answer")["source"] += "\nfirst = mode_speed\ndef mode_speed(w, s): return below(first(w, s))\n"
    d.add("def below(x): return x")


@case("honest", "good")
def helper_below_and_names_again(d: Draft) -> None:
    d.cell("mode_speed_answer")["source"] += (
        "\nx = 1\nfirst = mode_speed\ndef mode_speed(w, s): return below(first(w, s))\n"
    )
    d.add("x = 2\ndef below(x): return x")


@case("honest", "good")
def answer_in_another_cell(d: Draft) -> None:
    solved = d.cell("mode_speed_answer")["source"]
    d.cell("mode_speed_answer")["source"] = "# my answer is in the next cell"
    d.add(solved, before="mode_speed")


@case("honest", "good")
def old_results_and_counts(d: Draft) -> None:
    for number, cell in enumerate(d.cells):
        if cell["cell_type"] == "code":
            cell |= {
                "execution_count": 100 - number,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
            }


@case("honest", "good")
def sources_as_lists(d: Draft) -> None:
    for cell in d.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


@case("honest", "good")
def notes_everywhere(d: Draft) -> None:
    for question in ("mode_speed_answer", "conserved", "half_times_answer"):
        d.add("**Note** <b>to myself</b> $x^2$", before=question, kind="markdown")


@case("honest", "bad", mode_speed="passed")
def one_answer_only(d: Draft) -> None:
    d.answer("mode_speed", SPEED.format(result=VALUE))


@case("honest", "good", "mini")
def every_kind_of_answer(d: Draft) -> None:
    """Callbacks, generators, classes, work in place, functions returned, partial credit."""


@case("honest", "good", "mini", parts=(1.5, "partial"))
def half_of_the_parts(d: Draft) -> None:
    d.answer("parts", "def parts(x): return x, x**3")


@case("honest", "good", "mini")
def other_ways(d: Draft) -> None:
    d.answer("integrate", "import numpy as np\ndef integrate(f, a, b, n):\n    h = (b - a) / n\n"
             "    return np.sum([f(x) for x in a + h * (np.arange(n) + 0.5)]) * h")  # fmt: skip
    d.answer("halving", "class halving:\n    def __init__(self, x): self.x = 2 * x\n    def __iter__(self): return self\n"
             "    def __next__(self):\n        self.x /= 2\n        return self.x")  # fmt: skip
    d.answer("sgd", "import torch\nclass SGD(torch.optim.SGD):\n    lr = property(lambda self: self.defaults['lr'])")
    d.answer("clip", "import numpy as np\ndef clip(x, top):\n    return np.minimum(x, top, out=x)")
    d.answer("adder", "import functools, operator\ndef adder(n): return functools.partial(operator.add, n)")
    d.answer("parts", "import collections\ndef parts(x): return [x, x * x]")


answers("honest", "good", "conserved", {
    "matrices_of_the_old_kind": """
        import numpy as np
        def conserved(weights):
            w = [np.matrix(x) for x in weights]
            return [after.T * after - before * before.T for before, after in zip(w, w[1:])]
    """,
    "memory_mapped_arrays": """
        import numpy as np
        def conserved(weights):
            kept = []
            for number, (before, after) in enumerate(zip(weights, weights[1:])):
                value = np.asarray(after.T @ after - before @ before.T, dtype=float)
                kept.append(np.memmap(f"kept{number}", dtype=float, mode="w+", shape=value.shape))
                kept[-1][...] = value
            return kept
    """,
}, "passed")  # fmt: skip


answers("honest", "good", "read_staircase", {
    "a_tuple_with_names": """
        from typing import NamedTuple
        import numpy as np
        class Steps(NamedTuple):
            s: np.ndarray
            a0: np.ndarray
        def read_staircase(plateaus, times):
            s = np.sqrt(-2 * np.diff(plateaus))
            return Steps(a0=s / (1 + np.exp(2 * s * times)), s=s)
    """,
    "fractions_and_decimals": """
        from decimal import Decimal
        from fractions import Fraction
        import math
        def read_staircase(plateaus, times):
            s = [math.sqrt(2 * (a - b)) for a, b in zip(plateaus, plateaus[1:])]
            return [[Fraction(x) for x in s], [Decimal(x / (1 + math.exp(2 * x * t))) for x, t in zip(s, times)]]
    """,
}, "passed")  # fmt: skip


def _written(name: str, text: str, status: str) -> None:
    def write(d: Draft) -> None:
        d.cell("sharp_colleague")["source"] = text

    write.__name__ = name
    case("honest", "good", sharp_colleague=status)(write)


_written("written_in_signs", "$E = m c^2$", "manual")
_written("written_as_a_picture", "![](attachment:work.png)", "manual")
_written("written_in_one_word", "No.", "manual")


def _split(d: Draft, question: str) -> None:
    """Split an answer as JupyterLab does: its imports stay, the rest goes to a cell below with the same nbgrader id."""
    cell = d.cell(f"{question}_answer")
    below = copy.deepcopy(cell) | {"id": "below"}
    cell["source"], below["source"] = "import numpy as np\nhelper = np.prod", "\n" + cell["source"]
    d.cells.insert(d.cells.index(cell) + 1, below)


@case("honest", "good")
def an_answer_split_in_two_cells(d: Draft) -> None:
    d.answer(
        "mode_speed", SPEED.format(result=VALUE).replace("import numpy as np", "").replace("np.prod(w)", "helper(w)")
    )
    _split(d, "mode_speed")


@case("honest", "good")
def an_answer_split_from_its_tries(d: Draft) -> None:
    below = copy.deepcopy(d.cell("mode_speed_answer")) | {"id": "below", "source": "print(mode_speed([1.0, 2.0], 3.0))"}
    d.cells.insert(d.at("mode_speed_answer") + 1, below)


@case("honest", "good")
def names_of_python_taken_at_the_end(d: Draft) -> None:
    d.add("list = [1]; sum = 5; max = 3; float = 1; range = 7; len = 3; zip = abs = None")
