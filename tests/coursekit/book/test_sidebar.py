"""The parts of the book beside a page: the one that the page is in is open, the others are folded."""

from __future__ import annotations

from coursekit.book.theme.sidebar import folded

LISTED = """<p aria-level="2" class="caption" role="heading"><span class="caption-text">Core</span></p>
<ul class="nav bd-sidenav"><li class="toctree-l1{}"><a href="#">Adam</a><ul><li>Deeper</li></ul></li></ul>
<p aria-level="2" class="caption" role="heading"><span class="caption-text">Guides</span></p>
<ul class="nav bd-sidenav"><li class="toctree-l1"><a href="b.html">For readers</a></li></ul>
"""


def test_only_the_part_of_the_page_is_open_and_no_page_is_lost() -> None:
    made = folded(LISTED.format(" current active"))
    assert made.count("<details") == 2 and made.count(" open>") == 1 and "caption" not in made
    assert made.index(" open>") < made.index("Core") < made.index("Adam") < made.index("Deeper") < made.index("Guides")
    assert made.count("</ul>") == 3 and "For readers" in made


def test_on_a_page_of_no_part_all_are_open() -> None:
    assert folded(LISTED.format("")).count(" open>") == 2
