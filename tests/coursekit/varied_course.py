"""The fixture course with one more question, whose numbers differ from student to student."""

from pathlib import Path

from fixture import copy_course

QUESTION = """
```{question}
id: reached
title: When is half reached?
objective: tiny-times
difficulty: 2
minutes: 5
points: 4
kind: predict
hints:
  - Where is the logistic curve at half its height?
  - Solve a(t) = s/2 for t.
  - The answer is a logarithm divided by 2 s, which is 2 times {{s}}.
```
```{numbers}
s = round(float(rng.uniform(0.5, 3)), 2)
_share = rng.integers(5, 50)
a0 = round(s / float(_share), 4)
```
A mode of strength $s = {{s}}$ starts at $a_0 = {{a0}}$ and obeys $\\dot a = 2a(s-a)$. Give `when`, the time at which $a = s/2$, and `height`, the
value of $a$ then, as floats.

```{answer}
when = ...
height = ...
```

```{visible}
check.given("your answer when, a number", lambda: when if when is ... else float(when), like=0.0)
check.given("your answer height, a number", lambda: height if height is ... else float(height), like=0.0)
```

```{hidden}
check.case("when", lambda: float(when), rtol=1e-3)
check.case("height", lambda: float(height), rtol=1e-3)
```

```{domain}
rtol = 1e-3
```
"""
REFERENCE = """
# %% reached
when = math.log(given.s / given.a0 - 1) / (2 * given.s)
height = given.s / 2
"""
MISTAKES = """
# %% reached / factor
# says: The rate at which the mode grows is 2 s, not s.
# hint: 3
when = np.log(given.s / given.a0 - 1) / given.s
height = given.s / 2

# %% reached / exponential
# says: Near half its height the mode does not grow exponentially any more.
# hint: 2
when = np.log(given.s / 2 / given.a0) / (2 * given.s)
height = given.s / 2

# %% reached / decimal
# says: The logarithm is the natural one.
# hint: 3
when = np.log10(given.s / given.a0 - 1) / (2 * given.s)
height = given.s / 2
"""
ALTERNATIVES = """
# %% reached / in-two-steps
ratio = given.s / given.a0 - 1
when = 0.5 * np.log(ratio) / given.s
height = 0.5 * given.s
"""


def varied_course(folder: Path, old: str = "", new: str = "") -> Path:
    """A copy of the fixture course with the question ``reached``; in it, or in its reference, ``old`` is replaced by ``new``."""
    root = copy_course(folder)
    assert old in QUESTION + REFERENCE
    files = {
        "exercises/tiny.md": QUESTION.replace(old, new, 1) if old else QUESTION,
        "solutions/tiny/reference.py": REFERENCE.replace(old, new, 1) if old else REFERENCE,
        "solutions/tiny/mistakes.py": MISTAKES,
        "solutions/tiny/alternatives.py": ALTERNATIVES,
    }
    for name, text in files.items():
        path = root / name
        path.write_text(path.read_text() + text)
    return root
