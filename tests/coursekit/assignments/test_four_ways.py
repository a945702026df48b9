"""The notebook's cell, ``course check``, ``course prove`` and ``course grade`` say the same of one answer."""

import pytest
from engines import sandboxed
from fixture import ROOT
from four_ways import FourWays, answers_of_its_own, assignment, disagreements, of_topic, question

from coursekit.assignments.parse import load

GIVEN = {
    "a_list": ("[3.0, 1.0, 2.0]", "float(sum(x))"),
    "another_list": ("[3.0, 1.0, 2.0]", "float(sum(x))"),
    "a_dict": ('{"a": 3.0, "b": 1.0}', "float(sum(x.values()))"),
    "an_array": ("np.array([3.0, 1.0, 2.0])", "float(np.sum(x))"),
    "a_tensor": ("torch.tensor([3.0, 1.0, 2.0])", "float(torch.sum(x))"),
    "a_leaf": ("torch.tensor([3.0, 1.0, 2.0], requires_grad=True)", "float(torch.sum(x.detach()))"),
    "arrays_in_a_list": ("[np.array([3.0, 1.0]), np.array([2.0, 5.0])]", "float(sum(map(np.sum, x)))"),
    "lists_in_lists": ("[[3.0, 1.0], [2.0], []]", "float(sum(map(sum, x)))"),
    "a_dict_of_lists": ('{"a": [3.0, 1.0], "b": {"c": [2.0]}}', 'float(sum(x["a"]) + sum(x["b"]["c"]))'),
    "arrays_in_a_tuple": ("(np.array([3.0, 1.0]), [torch.tensor([2.0])])", "float(x[0].sum() + x[1][0].sum())"),
}
CHANGES = {
    "a_list": ["x.sort()", "x.append(1.0)", "x.pop()", "x[0] = 7.0", "x.clear()", "x += [1.0]", "x[:] = x[::-1]"],
    "another_list": ["x = x + [1.0]", "x[0] = object()", "x[0] = x", "x.append(lambda: 1)", "x.sort(); x[:] = [3.0, 1.0, 2.0]", "x[1] = 1"],
    "a_dict": ['x["a"] = 4.0', 'x.pop("a")', 'x["c"] = 0.0', "x.clear()", 'x["d"] = {1, 2}', "x = dict(x, e=1.0)"],
    "an_array": ["x *= 2", "x.sort()", "x[0] = np.nan", "x = 2 * x", "x -= x.mean()", "x.resize(2, refcheck=False)"],
    "a_tensor": ["x *= 2", "x.zero_()", "x.requires_grad_(True)", "x = x.clone()", "x[0] = 1"],
    "a_leaf": ["(x**2).sum().backward()", "x.data *= 2", "x.grad = torch.ones(3)", "x = x.detach()"],
    "arrays_in_a_list": ["x[0] *= 2", "x.reverse()", "x[1] = x[1] * 2", "x[0].sort()", "x = [2 * a for a in x]", "x.append(x[0])"],
    "lists_in_lists": ["x[2].append(1.0)", "x[0].sort()", "x[0] = [4.0]", "x = [sorted(row) for row in x]", "x.sort()"],
    "a_dict_of_lists": ['x["a"].append(0.0)', 'x["b"]["c"][0] = 9.0', 'x["b"]["d"] = []', 'x = {**x, "a": [4.0]}'],
    "arrays_in_a_tuple": ["x[0][0] = 9.0", "x[1].append(torch.ones(1))", "x[1][0] += 1", "x = (x[0] * 1, [])"],
}  # fmt: skip


def lending(*kinds):
    asked = []
    for name in kinds:
        given, total = GIVEN[name]
        visible = f'check.leaves({name}, [{given}], "what is given must stay")\nx = {given}\n'
        visible += f'check.case("once", lambda: {name}(x))\ncheck.case("twice", lambda: [{name}(x), {name}(x)])'
        hidden = (
            f'check.require(lambda: {name}(x) == {total}, "the total")\ncheck.case("the check\'s own", lambda: {total})'
        )
        asked.append(question(name, f"def {name}(x):\n    ...", f"def {name}(x):\n    return {total}", visible, hidden))
    return assignment(asked)


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as found:
        yield found


def test_of_answers_that_change_what_they_are_given(engine):
    ways = FourWays(lending(*GIVEN), engine)
    verdicts = []
    for turn in range(max(map(len, CHANGES.values()))):
        answers = {
            name: f"def {name}(x):\n    {codes[turn]}\n    return {GIVEN[name][1]}"
            for name, codes in CHANGES.items()
            if turn < len(codes)
        }
        found = ways.judge(answers)
        assert not disagreements(found), turn
        verdicts += [way["notebook"][0] for way in found.values()]
    assert verdicts.count(True) >= 5 and verdicts.count(False) >= 30


def test_of_answers_that_change_inputs_drawn_for_them(engine):
    asked = []
    for name, (given, total) in GIVEN.items():
        stub, reference = f"def {name}(x):\n    ...", f"def {name}(x):\n    return {total}"
        domain = f"def inputs(rng):\n    x = {given}\n    yield (x,)\n    yield (x,)\n"
        asked.append(question(name, stub, reference, f'check.case("once", lambda: {name}({given}))', "", domain))
    ways = FourWays(assignment(asked), engine)
    seen = set()
    for turn in range(max(map(len, CHANGES.values()))):
        answers = {
            name: f"def {name}(x):\n    kept = {GIVEN[name][1]}\n    {codes[turn]}\n    return kept"
            for name, codes in CHANGES.items()
            if turn < len(codes)
        }
        found = ways.judge(answers)
        assert not disagreements(found), turn
        for name, verdicts in found.items():
            passed, message = verdicts["grade"]
            seen.add((passed, name))
            assert passed or "`x` was changed by the call" in message, (name, turn, message)
    assert {name for passed, name in seen if not passed} == set(GIVEN)
    assert len({name for passed, name in seen if passed}) >= 8


RETURNS = [
    "x",
    "x[:]",
    "[*x]",
    "(x, x)",
    "x.sort()",
    "iter(x)",
    "{1: x}",
    "[x, x]",
    "[x[0] + 0j]",
    "np.array(x, np.longdouble)",
]


def test_of_answers_that_give_back_what_they_are_given(engine):
    stub, right = "def same(x):\n    ...", "def same(x):\n    return [3.0, 1.0, 2.0]"
    visible = 'x = [3.0, 1.0, 2.0]\ncheck.case("the same", lambda: same(x))\ncheck.case("the first", lambda: float(same(x)[0]))'
    hidden = 'check.require(lambda: same(x) is not x, "another list")\ncheck.require(lambda: same(x)[0] < 4, "small")'
    ways = FourWays(assignment([question("same", stub, right, visible, hidden)]), engine)
    for value in RETURNS:
        assert not disagreements(ways.judge({"same": f"def same(x):\n    return {value}"})), value


WITH_FUNCTIONS = [
    "f()[0] = 9.0; r = f()",
    "r = f(); r *= 2; r = f()",
    "r = f(); r[0] = 9.0",
    "r = make()(); make()().fill(0.0)",
    "g = make(); g().fill(0.0); r = g()",
    "h['f']().sort(); r = h['f']()",
    "h['f'] = f; r = f()",
    "h['g'] = f; r = f()",
    "r = [f(), f()][1]",
    "a, b = pair(); a += 1; b.append(5.0); r = pair()[0]",
    "r = pair()[1]",
    "r = echo(f)()",
    "r = echo(f()) + 0",
]


def test_of_answers_that_change_what_a_function_of_the_check_returns(engine):
    stub, right = "def use(f, make, h, pair, echo):\n    ...", "def use(f, make, h, pair, echo):\n    return f()"
    given = """memory = np.array([3.0, 1.0, 2.0])
listed = [3.0, 1.0, 2.0]
f = lambda: memory
given = [f, lambda: f, {"f": f}, lambda: (memory, listed), lambda x: x]
"""
    visible = given + 'check.leaves(use, given, "what is given must stay")\ncheck.case("once", lambda: use(*given))'
    hidden = (
        given
        + 'check.case("twice", lambda: [use(*given), use(*given)])\ncheck.require(lambda: memory[0] == listed[0] == 3.0, "mine")'
    )
    ways = FourWays(assignment([question("use", stub, right, visible, hidden)]), engine)
    verdicts = []
    for code in WITH_FUNCTIONS:
        found = ways.judge({"use": f"def use(f, make, h, pair, echo):\n    {code}\n    return r"})
        assert not disagreements(found), (code, found)
        verdicts += [way["notebook"][0] for way in found.values()]
    assert verdicts.count(True) >= 4 and verdicts.count(False) >= 4


def test_of_every_reference_alternative_and_mistake(engine):
    assert of_topic("tiny", ROOT, engine) == answers_of_its_own(load("tiny", ROOT)) > 0


FIGURES = {
    "import matplotlib.pyplot as plt\n    fig, ax = plt.subplots()\n    ax.plot(x, y)\n    ax.set(xlabel='a', ylabel='b')\n    return fig": True,
    "import matplotlib.pyplot as plt\n    plt.figure()\n    plt.plot(x, y)\n    plt.xlabel('a')\n    plt.ylabel('b')\n    return plt.gca()": True,
    "from matplotlib.figure import Figure\n    ax = Figure().subplots()\n    ax.bar(x, y)\n    ax.set(xlabel='a', ylabel='b')\n    return ax": True,
    "import matplotlib.pyplot as plt\n    fig, ax = plt.subplots()\n    ax.plot(x, y)\n    ax.set(xlabel='a')\n    return fig": False,
    "import matplotlib.pyplot as plt\n    fig, ax = plt.subplots()\n    ax.plot(x, x)\n    ax.set(xlabel='a', ylabel='b')\n    return fig": False,
    "import matplotlib.pyplot as plt\n    plt.plot(x, y)": False,
    "import matplotlib.pyplot as plt\n    plt.axes(xlabel='a', ylabel='b')\n    return plt.plot(x, y)[0]": True,
    "import matplotlib.pyplot as plt\n    return plt.subplots()": False,
    "return {'axes': 3}": False,
    "return lambda: x": False,
    "return x": False,
    "raise ValueError('no')": False,
}  # fmt: skip


def test_of_figures_and_what_is_none(engine):
    visible = (
        'check.figure("your plot", lambda: draw([1, 2, 3], [9.0, 4.0, 1.0]), shows={"squares": ([1, 2, 3], [9, 4, 1])})'
    )
    hidden = 'check.figure("another", lambda: draw([5, 6], [1.0, 2.0]), x="a", y="b", shows=lambda: {"two": ([5, 6], [1, 2])})'
    right = next(iter(FIGURES))
    asked = question("draw", "def draw(x, y):\n    ...", f"def draw(x, y):\n    {right}", visible, hidden)
    ways = FourWays(assignment([asked]), engine)
    for code, passes in FIGURES.items():
        found = ways.judge({"draw": f"def draw(x, y):\n    {code}"})
        assert not disagreements(found), (code, found)
        assert {verdict[0] for verdict in found["draw"].values()} == {passes}, (code, found)
