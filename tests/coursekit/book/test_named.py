"""Pages that are linked or to be read first, and are not there, are told with file, line and the name that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.book.named import faults
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
