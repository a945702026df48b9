"""A chapter's notebook says in plain Markdown what the book's directives and roles say."""

from __future__ import annotations

from datetime import UTC, datetime

import nbformat
import pytest
from tiny_book import claim_outcome

from coursekit.book.chapter_notebook import Chapter, notebook, spelled_out
from coursekit.book.claimdata import Record
from coursekit.book.computed import install, launches, sentence

RECORD = Record(claim_outcome(1.0, 1.5).record() | {"code": "", "file": "tiny.py", "line": 1, "settings": []})
CHAPTER = Chapter(
    {"tiny.one": RECORD}, {"saxe": "Saxe 2014"}.get, {"tiny/q": "When?"}.get, {"flow": "2.1"}  # type: ignore[arg-type]
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("So {tested}`one *is* near $1$ <tiny.one>`.", "So one *is* near $1$."),
        ("It is {measured}`tiny.one`, {bound}`tiny.one`.", "It is 1 to 1.5 units, at most 2 units."),
        ("By {cite:t}`saxe` and {cite}`saxe,saxe`.", "By Saxe 2014 and (Saxe 2014; Saxe 2014)."),
        ("By {eq}`flow`, {doc}`the guide <../x>`, {exercise}`tiny/q`.", "By (2.1), the guide, “When?”."),
        ("$$a = b$$ (flow)", "$$a = b$$"),
        ("(here)=\n## Part", "## Part"),
        ("Keep `{code}` and $x$.", "Keep `{code}` and $x$."),
        ("```{chapter-head}\n```\n\nText.", "Text."),
        (
            "```{quiz}\nWhich?\n\n- [x] This. +++ Since it is.\n- [ ] That. +++ It is\n  not.\n```",
            "**Check yourself.** Which?\n\n- This.\n- That.\n\n<details><summary>Answer</summary>\n\n"
            "- This. **Right.** Since it is.\n- That. **No.** It is not.\n\n</details>",
        ),
        (
            "```{predict}\nWhich?\n+++\nThis.\n```",
            "**Predict first.** Which?\n\n<details><summary>Answer</summary>\n\nThis.\n\n</details>",
        ),
        ("```{explorable} tiny\nA plane.\n```", "*To move, in the book:* A plane."),
        ("```python\nx = 1\n```", "```python\nx = 1\n```"),
    ],
)
def test_what_the_book_writes_is_spelled_out(written: str, shown: str) -> None:
    assert spelled_out(written, CHAPTER) == shown


def test_a_card_says_verdict_numbers_and_id() -> None:
    card = spelled_out("```{claim} tiny.one\n```", CHAPTER)
    assert card.startswith("> **Holds.** One is near $1$.") and "1 to 1.5 units" in card and "`tiny.one`" in card


def test_the_notebook_is_valid_and_the_same_every_time() -> None:
    text = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n# One\n\n```{code-cell} python3\n:tags: [hide-input]\nx = 1\n```\n\nEnd.\n"
    made = notebook(text, "*From here.*", CHAPTER)
    assert made == notebook(text, "*From here.*", CHAPTER)
    read = nbformat.reads(made, as_version=4)
    nbformat.validate(read)
    assert [cell.source for cell in read.cells] == ["*From here.*", "# One", "x = 1", "End."]


def test_a_published_book_opens_its_notebooks_elsewhere_where_a_first_cell_installs_the_course() -> None:
    assert dict(launches("ada/engines@gh-pages", "notebooks/one two.ipynb")) == {
        "Binder": "https://mybinder.org/v2/gh/ada/engines/gh-pages?labpath=notebooks%2Fone%20two.ipynb",
        "Colab": "https://colab.research.google.com/github/ada/engines/blob/gh-pages/notebooks/one%20two.ipynb",
    }
    made = nbformat.reads(notebook("# One\n", "Lead.", CHAPTER, install("ada/engines@gh-pages")), as_version=4)
    assert (
        made.cells[1].cell_type == "code"
        and "install --quiet git+https://github.com/ada/engines" in made.cells[1].source
    )
    assert launches("", "notebooks/one.ipynb") == [] and install("") == ""


def test_when_a_page_was_computed_is_said_only_where_it_is_known() -> None:
    day = datetime(2026, 3, 9, tzinfo=UTC).timestamp()
    assert sentence({"mtime": day, "runtime": 41.7}).startswith("Computed on 9 March 2026 in 42 s with Python 3")
    assert sentence({"mtime": day, "runtime": None}) == sentence({}) == ""
