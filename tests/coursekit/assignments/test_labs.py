"""The kind ``lab``: what the builder asks of it, and what its readers are told."""

import pytest
from fixture import copy_course

from coursekit.assignments.notebook import facts
from coursekit.assignments.parse import load
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
