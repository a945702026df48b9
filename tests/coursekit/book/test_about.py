"""What a page says of itself to those who only see its address: its first paragraph that stands without formulas."""

from __future__ import annotations

from coursekit.book.theme.about import LONGEST, description

HEAD = '<h1>A page</h1><div class="td-head"><p>About 40 minutes, after two other chapters of this book.</p></div>'
FORMULA = "<p>The loss of a network of depth <math><mi>L</mi></math> is what this chapter is about.</p>"
FIRST = "<p>A network <em>learns</em> small things first and&nbsp;large ones later; nobody asked it to.</p>"


def test_the_first_paragraph_that_can_be_told_describes_the_page() -> None:
    said = "A network learns small things first and large ones later; nobody asked it to."
    assert (
        description(f"{HEAD}<p>Short.</p>{FORMULA}{FIRST}<p>Another paragraph, which is as long as the first.</p>")
        == said
    )


def test_what_stands_beside_the_text_is_not_the_page() -> None:
    note = '<span class="td-note" popover><span>Holds.</span> Measured 3; must be at least 2 over five seeds.</span>'
    assert description(f"<p>Small things are learned first, and large ones later.{note}</p>") == (
        "Small things are learned first, and large ones later."
    )
    assert description(f"<details><summary>More</summary>{FIRST}</details>") == ""


def test_a_long_paragraph_is_cut_between_words() -> None:
    said = description(f"<p>{'words, and more of them ' * 20}</p>")
    assert len(said) <= LONGEST and said.endswith(("words…", "and…", "more…", "of…", "them…"))
