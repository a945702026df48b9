"""The kind ``lab``: what the builder asks of it, and what its readers are told."""

import pytest
from fixture import copy_course

from coursekit.assignments.notebook import facts
from coursekit.assignments.parse import load
from coursekit.assignments.prove import prover_of
from coursekit.assignments.schema import AssignmentError

LAB = """```{question}
id: swing
title: A lab
objective: tiny-order
difficulty: 2
minutes: 10
points: 3
kind: lab
hints: [a nudge, the method, a first step]
```
Predict, measure and draw.

```{answer}
def predict(rate):
    ...


def measure(seed):
    ...


def draw(seed):
    ...
```

```{visible}
check.figure("your plot", lambda: draw(check.seed))
```

```{hidden}
check.case("predicted", lambda: predict(0.1))
```

"""
CELL = "# %% swing\ndef predict(rate):\n    return 1.0\n\n\ndef measure(seed):\n    return 1.0\n\n\ndef draw(seed):\n    return 1.0\n\n"
WRITTEN = "kind: written\n"
EXPLAINED = f"prerequisites: [swing]\n{WRITTEN}"


def course(tmp_path, lab=LAB, written=EXPLAINED):
    root = copy_course(tmp_path, exercises=(WRITTEN, written))
    exercises, reference = root / "exercises" / "tiny.md", root / "solutions" / "tiny" / "reference.py"
    text = exercises.read_text()
    at = text.rindex("```{question}")
    exercises.write_text(text[:at] + lab + text[at:])
    first, mark, rest = reference.read_text().partition("# %% ")
    reference.write_text(first + CELL + mark + rest)
    return root


def test_a_lab_says_what_it_is(tmp_path):
    question = load("tiny", course(tmp_path)).question("swing")
    assert facts(question).endswith("a lab: predict, train and measure, draw")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lab": LAB.replace("def measure", "def train")}, "measure is not asked for"),
        ({"lab": LAB.replace("check.figure", "check.given")}, "its visible checks need a check.figure"),
        ({"written": WRITTEN}, "name it in the prerequisites of one"),
    ],
)
def test_a_lab_predicts_measures_draws_and_is_explained(tmp_path, change, words):
    with pytest.raises(AssignmentError, match=words):
        load("tiny", course(tmp_path, **change))


DRAW = """def draw(seed):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, HEIGHT])
    axes.set(xlabel=BELOW, ylabel="y")
    return figure
"""


def drawing(height="1", below='"x"'):
    return DRAW.replace("HEIGHT", height).replace("BELOW", below)


def test_what_a_figure_lacks_tells_mistakes_apart(tmp_path):
    lab = LAB.replace("draw(check.seed))", 'draw(check.seed), shows={"a line": ([0, 1], [0, 1])})')
    root = course(tmp_path, lab=lab)
    folder = root / "solutions" / "tiny"
    reference = folder / "reference.py"
    reference.write_text(reference.read_text().replace("def draw(seed):\n    return 1.0\n", drawing()))
    wrong = f"\n# %% swing / no-label\n# says: It has no label.\n# hint: 1\n{drawing(below='str()')}"
    (folder / "mistakes.py").write_text((folder / "mistakes.py").read_text() + wrong)
    assignment = load("tiny", root)
    prover, question = prover_of(assignment, root), assignment.question("swing")
    others = "def predict(rate):\n    return 1.0\n\n\n"
    assert prover.run(question, others + drawing()).earned
    assert prover.run(question, others + drawing(below='" "')).mistakes == ("no-label",)
    other = prover.run(question, others + drawing(height="2"))
    assert not other.mistakes and "show a line" in other.message
