"""A small source notebook for what the assignment in ``course`` does not ask: callbacks, generators, classes, work in place, partial credit."""

from __future__ import annotations

import json

SETUP = "import numpy as np\nimport torch"
QUESTIONS = {
    "integrate": (
        3,
        'def integrate(f, a, b, n):\n    """Midpoint rule."""',
        "h = (b - a) / n\nreturn h * sum(f(a + (i + 0.5) * h) for i in range(n))",
        "assert abs(integrate(lambda x: x**2, 0.0, 1.0, 50) - 1 / 3) < 1e-3, 'x^2 from 0 to 1'",
        "assert abs(integrate(lambda x: np.exp(x), 0.0, 1.0, 50) - (np.e - 1)) < 1e-3, 'exp from 0 to 1'",
    ),
    "halving": (
        2,
        'def halving(x):\n    """x, x/2, x/4, … without end."""',
        "while True:\n    yield x\n    x = x / 2",
        "import itertools\nassert list(itertools.islice(halving(8.0), 3)) == [8.0, 4.0, 2.0]",
        "assert list(itertools.islice(halving(3.0), 2)) == [3.0, 1.5]",
    ),
    "sgd": (
        4,
        'class SGD:\n    """Changes the parameters in place."""',
        "def __init__(self, params, lr):\n    self.params, self.lr = list(params), lr\n\n"
        "def step(self):\n    for p in self.params:\n        p.data -= self.lr * p.grad",
        "w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))\nrule = SGD([w], 0.5)\n(w**2).sum().backward()\nrule.step()\n"
        "assert w.tolist() == [0.0, 0.0] and rule.lr == 0.5",
        "w.grad = torch.tensor([1.0, -1.0])\nrule.step()\nassert w.tolist() == [-0.5, 0.5]",
    ),
    "clip": (
        2,
        'def clip(x, top):\n    """Cut the array x at top, in place, and return it."""',
        "x[x > top] = top\nreturn x",
        "# answers may change their arguments\nx = np.array([1.0, 5.0])\nassert clip(x, 2.0) is x and x.tolist() == [1.0, 2.0]",
        "y = np.arange(4.0)\nclip(y, 1.0)\nassert y.max() == 1.0",
    ),
    "solve": (
        2,
        'def solve(A, b):\n    """x with A x = b."""',
        "return np.linalg.solve(A, b)",
        "A, b = np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 4.0])\nx = solve(A, b)\n"
        "assert np.shape(x) == (2,) and np.allclose(A @ x, b)",
        "A, b = np.eye(3) + 1.0, np.arange(3.0)\nx = solve(A, b)\nassert np.shape(x) == (3,) and np.allclose(A @ x, b)",
    ),
    "descend": (
        2,
        'def descend(grad, w):\n    """Fifty steps of 0.1 along -grad(w)."""',
        "for _ in range(50):\n    w = w - 0.1 * grad(w)\nreturn w",
        "w = np.array([1.0, 2.0])\nend = descend(lambda w: 2 * w, w)\nassert np.shape(end) == (2,) and np.allclose(end, w * 0.8**50)",
        "end = descend(lambda w: w - 1, np.zeros(2))\nassert np.shape(end) == (2,) and np.allclose(end, 1 - 0.9**50)",
    ),
    "size": (
        1,
        'def size(n):\n    """The bytes of n numbers of float64."""',
        "return 8 * n",
        "assert len(bytearray(size(3))) == 24",
        "assert len(bytearray(size(100))) == 800",
    ),
    "adder": (
        2,
        'def adder(n):\n    """A function that adds n."""',
        "return lambda x: x + n",
        "assert adder(2)(3) == 5",
        "assert adder(adder(1)(1))(1) == 3",
    ),
    "parts": (
        4,
        'def parts(x):\n    """x and its square."""',
        "return x, x**2",
        "earned = 0",
        "earned += 1.5 if parts(3)[0] == 3 else 0\nearned += 2.5 if parts(3)[1] == 9 else 0",
    ),
    "shares": (
        4,
        'def shares(x):\n    """Half of x, and its root."""',
        "return x / 2, x**0.5",
        "earned = 0",
        "half, root = shares(16.0)\nearned += 1.5 * (half == 8)\nearned += 2.5 - 2.5 * abs(root - 4)",
    ),
    "twice": (
        2,
        'def twice(f, x):\n    """f of f of x."""',
        "return f(f(x))",
        "x = np.array([0.1, 0.2])\nassert np.array_equal(twice(np.exp, x), np.exp(np.exp(x)))",
        "x = np.array([0.5, 2.0])\nassert np.array_equal(twice(np.sqrt, x), np.sqrt(np.sqrt(x)))",
    ),
    "line": (
        2,
        'class Line:\n    """The line of least squares through points."""',
        "def fit(self, x, y):\n    self.slope, self.start = np.polyfit(np.asarray(x), np.asarray(y), 1)\n\n"
        "def predict(self, x):\n    return self.slope * np.asarray(x) + self.start",
        "line, x = Line(), np.arange(4.0)\ny = 2 * x + 1\nline.fit(x, y)\nassert np.allclose(line.predict(x[::-1]), y[::-1])",
        "x, y = torch.arange(5.0), 1 - torch.arange(5.0)\nline.fit(x, y)\nassert np.allclose(line.predict(x), y)\n"
        "x, y = [0.0, 1.0, 2.0], [1.0, 3.0, 5.0]\nline.fit(x, y)\nassert np.allclose(line.predict(x[::-1]), y[::-1])",
    ),
    "asked": (
        2,
        'def asked(matrix, target):\n    """x with matrix() x = target()."""',
        "return np.linalg.solve(matrix(), target())",
        "A, b = np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 4.0])\nx = asked(lambda: A, lambda: b)\n"
        "assert np.shape(x) == (2,) and np.allclose(A @ x, b)",
        "A, b = np.eye(3) + 1.0, np.arange(3.0)\nx = asked(lambda: A, lambda: b)\nassert np.shape(x) == (3,) and np.allclose(A @ x, b)",
    ),
}


def _cell(kind: str, source: str, grade_id: str, **graded: object) -> dict:
    about = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False} | graded
    return {
        "cell_type": kind,
        "id": grade_id,
        "source": source,
        "metadata": {"nbgrader": about | {"grade_id": grade_id}},
    }


def mini_source() -> bytes:
    """The notebook, with solutions and hidden tests."""
    cells = [_cell("code", SETUP, "setup_1", locked=True)]
    for name, (points, head, body, visible, hidden) in QUESTIONS.items():
        inner = "\n".join("    " + line if line else "" for line in body.split("\n"))
        code = f"{head}\n    ### BEGIN SOLUTION\n{inner}\n    ### END SOLUTION"
        test = f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS" + (
            "\nearned" if name in ("parts", "shares") else ""
        )
        cells.append(_cell("code", code, f"{name}_answer", solution=True))
        cells.append(_cell("code", test, name, grade=True, locked=True, points=points))
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
