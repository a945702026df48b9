"""Pages that are linked or to be read first, and are not there, are told with file, line and the name that was meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.book.named import faults, unknown, unlinked
from coursekit.course import Course, at

PAGE = """---
course:
  minutes: 5
  prerequisites: [waves, strings_and_spring, calculus]
  objectives: {w-one: See it.}
---
# More waves

As [waves](waves.md) and [drums
of old](drums.md) say, `[code](none.md)` aside, and [the web](https://example.org/a.md).

````{predict}
Which [one](wave.md)?

```{code-cell}
"[no](link.md)"
```
+++
[That](guides/tuning.md) one.
````

:::{note}
See [here](<guides/tunings.md#top>) and [the assignment](assignments/waves.md).
:::

| a |
| --- |
| [drum](../README.md) and [lost](../LOST.md) |
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    book = tmp_path / "book"
    (book / "guides").mkdir(parents=True)
    (tmp_path / "exercises").mkdir()
    for name in ("waves", "strings_and_springs", "guides/tuning"):
        (book / f"{name}.md").write_text("# A page\n")
    (tmp_path / "exercises" / "waves.md").write_text("# Not built yet\n")
    (tmp_path / "README.md").write_text("# Outside\n")
    (book / "more.md").write_text(PAGE)
    return at(tmp_path)


def test_what_is_not_there_is_told_with_its_line_and_the_nearest_page(course: Course) -> None:
    assert faults(course, ["more", "waves", "assignments/waves"]) == [
        "book/more.md:4: prerequisites: strings_and_spring is no page; did you mean strings_and_springs? "
        "What no page teaches is named otherwise",
        "book/more.md:9: there is no page drums.md",
        "book/more.md:13: there is no page wave.md; did you mean waves.md?",
        "book/more.md:23: there is no page guides/tunings.md; did you mean guides/tuning.md?",
        "book/more.md:28: there is no page ../LOST.md",
    ]


def test_a_link_on_a_page_of_a_folder_starts_there(course: Course) -> None:
    (course.book / "guides" / "more.md").write_text("[up](../waves.md), [beside](tuning.md), [not](waves.md)\n")
    assert faults(course, ["guides/more"]) == [
        "book/guides/more.md:1: there is no page waves.md; did you mean ../waves.md?"
    ]


NAMES = """---
course: {minutes: 5, objectives: {w-two: See it.}}
---
{tested}`One <waves.first>` and {measured}`waves.fist`.

```{claim} drums.first
```

As {cite:t}`Hooke1678` and {cite}`Hooke1678, Hook1678` say. {exercise}`waves/string`, {exercise}`waves/strings`
"""
QUESTION = (
    "\n```{{question}}\ntitle: A title\nid: {0}\nobjective: w-two\ndifficulty: 1\nminutes: 5\npoints: 1\nkind: code\n"
    "hints: [a nudge, the method, a first step]\n```\nText.\n"
)


def test_claims_papers_and_questions_that_are_not_there_are_told_before_the_page_is_made(course: Course) -> None:
    claims = course.root / "src" / "pack" / "waves" / "claims"
    claims.mkdir(parents=True)
    (claims / "all.py").write_text('@claim(\n    "waves.first",\n    "One.",\n)\n')
    (course.book / "references.bib").write_text("@book{Hooke1678,\n title={Springs}}\n")
    asked = "---\ntopic: waves\ntitle: Waves\nminutes: 9\n---\n" + QUESTION.format("string") + QUESTION.format("drum")
    (course.exercises / "waves.md").write_text(asked)
    (course.book / "again.md").write_text(NAMES)
    found = replace(course, package="pack")
    assert unknown(found, ["again", "not_written"]) == [
        "book/again.md:4: no claim is called waves.fist; did you mean waves.first?",
        "book/again.md:6: no claim is called drums.first; did you mean waves.first?",
        "book/again.md:9: book/references.bib has no Hook1678; did you mean Hooke1678?",
        "book/again.md:9: no question is called waves/strings; did you mean waves/string?",
    ]
    assert unlinked(found, "waves") == [
        "no page links the question waves/drum: add {exercise}`waves/drum` under Exercises of the page that teaches it"
    ]
