"""The easiest question of each section is taken over from the assignment's finished page, once, and away from slides and paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.book import try_now
from coursekit.book.paper.clean import cleaned
from coursekit.book.slides.deck import deck

QUESTION = """<section id="{id}"><span id="exercise-alpha-{id}"></span><h2>{number}. Title of {id}<a class="headerlink" href="#{id}">#</a></h2>
<p><em>2 points · about {minutes} minutes · difficulty {stars}</em></p>
<p>Practises: See it. See <a href="../alpha.html#{section}">a section</a>.</p>
<p id="eq">What is <a href="#other">{id}</a>? <a href="../beta.html">Beta</a> <img src="../_images/a.svg" alt="a"></p>
<div class="dropdown admonition"><p class="admonition-title">Hint 1: a nudge</p><p>Think of {id}.</p></div>
<p>Your answer starts from:</p><div class="highlight-python"><pre>def {id}(): ...</pre></div>
<div class="td-answer" data-question="{id}" data-kind="{kind}"{scipy}></div>
<div class="dropdown admonition"><p class="admonition-title">A check</p><p>assert</p></div></section>
"""
HEAD = """<html><body><article><section id="top"><h1>Assignment</h1>{head}
<p>Every question may use:</p><div class="highlight-python"><pre>import numpy as np</pre></div>
{questions}</section></article></body></html>"""
FIELDS = '<div class="td-answers" data-course="c" data-topic="alpha" data-scripts="../live" data-notebook="../kits/alpha.js"></div>'
CHAPTER = """<html><body><article class="bd-article"><section id="alpha"><h1>Alpha</h1>
<section id="first"><h2>First</h2><section id="inner"><h3>Inner</h3><p>Words.</p></section></section>
<section id="second"><h2>Second</h2><p>More words.</p></section></section></article></body></html>"""


def question(
    id: str, section: str = "first", minutes: int = 9, stars: int = 2, kind: str = "check", scipy: str = ""
) -> str:
    filled = {"id": id, "section": section, "minutes": minutes, "kind": kind, "scipy": scipy, "number": 3}
    return QUESTION.format(stars="★" * stars + "☆" * (5 - stars), **filled)


def tries(folder: Path, *questions: str, head: str = FIELDS) -> list[try_now.Try]:
    return try_now.questions("alpha.html", HEAD.format(head=head, questions="".join(questions)))


def test_the_easiest_question_stands_at_the_end_of_its_section_however_often_it_is_put_there(tmp_path: Path) -> None:
    found = tries(
        tmp_path, question("hard", stars=3), question("long", minutes=20), question("easy"), question("other", "second")
    )
    once = try_now.shown(CHAPTER, found)
    assert once.count('class="td-try"') == 2 and "Title of hard" not in once and "Title of long" not in once
    first, second = once.split('<section id="second">')
    assert first.index("Words.") < first.index("Try it now</strong>: Title of easy (about 9 minutes, not graded)")
    assert first.rstrip().endswith("</section>") and "Title of other" in second
    assert once.count("td-answers") == once.count("import numpy as np") == once.count("live/try.js") == 1
    assert try_now.shown(once, found) == once and try_now.shown(once, []) == CHAPTER
    assert try_now.shown(once, tries(tmp_path, question("hard", stars=3))).count('class="td-try"') == 1


def test_its_addresses_hold_in_the_chapter_and_its_places_have_no_second_name(tmp_path: Path) -> None:
    once = try_now.shown(CHAPTER, tries(tmp_path, question("easy")))
    for address in ("assignments/alpha.html#other", "assignments/alpha.html#easy", "beta.html", "_images/a.svg"):
        assert f'"{address}"' in once
    assert '"../' not in once and 'data-notebook="kits/alpha.js"' in once and 'data-scripts="live"' in once
    assert 'id="eq"' not in once and 'id="easy"' not in once
    assert '<details class="td-hint"><summary>Hint 1: a nudge</summary>' in once and "A check" not in once
    assert 'data-title="Title of easy"' in once and once.index("def easy()") < once.index('class="td-answer"')


@pytest.mark.parametrize(
    "other", [{"kind": "kit"}, {"kind": "written"}, {"scipy": ' data-scipy="1"'}, {"section": "gone"}]
)
def test_what_a_page_cannot_check_with_what_it_loads_first_is_left_to_the_assignment(
    tmp_path: Path, other: dict[str, str]
) -> None:
    assert try_now.shown(CHAPTER, tries(tmp_path, question("easy", **other))) == CHAPTER  # type: ignore[arg-type]


def test_without_fields_there_is_nothing_to_try(tmp_path: Path) -> None:
    assert tries(tmp_path, question("easy"), head="") == []


def test_slides_and_paper_have_none(tmp_path: Path) -> None:
    page = tmp_path / "chapter.html"
    page.write_text(try_now.shown(CHAPTER, tries(tmp_path, question("easy"))))
    assert "More words" in str(cleaned(page, tmp_path, set(), {})) and "Try it now" not in str(
        cleaned(page, tmp_path, set(), {})
    )
    assert "Try it now" not in deck(page.read_text(), page.name).slides
