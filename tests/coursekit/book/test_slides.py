"""Slides: what a chapter asserts, its formulas, figures and predictions, each once, with its own words for the speaker."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from coursekit.book import check
from coursekit.book.slides import extension
from coursekit.book.slides.deck import deck, sentences

MATH = '<div class="math"><span class="eqno">(1.1)<a class="headerlink" href="#e">#</a></span><math display="block"><mi>a</mi></math></div>'
TESTED = (
    '<span class="td-tested td-holds-if" id="in-claim-one">it falls</span><span class="td-anchor"><button>✓ if</button></span>'
    '<span class="td-note">Measured 1.</span>'
)
CHAPTER = f"""<html><head><link href="_static/styles/theme.css" rel="stylesheet"><link rel="stylesheet" href="_static/pygments.css">
<link rel="stylesheet" href="_static/own.css?v=1"><link rel="icon" href="_static/one.svg"><script defer src="_static/doctools.js?v=1"></script><script defer src="_static/one.js?v=2"></script></head>
<body><nav>menu</nav><article class="bd-article"><section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1>
<div class="td-head"><ul><li><details class="td-aim"><summary>Say what falls.</summary><p>Taught in <a href="#part">Part</a>.</p></details></li></ul></div>
<p>What the chapter is about.</p>
<section id="part"><h2>Part<a class="headerlink" href="#part">#</a></h2>
<div class="td-predict"><p class="td-label">Predict first</p><p>Does it fall?</p><details><summary>Answer</summary><p>Yes.</p></details></div>
<p><strong>Words.</strong> Some words e.g. these. After a step {TESTED}, see <a href="two.html#x">two</a> &amp; <a href="https://example.org">out</a>. More words.</p>
<p>Put this in. Then it follows that</p>{MATH}
<div class="cell"><details class="hide"><summary>Code</summary><div class="cell_input">x = 1</div></details>
<figure id="f"><picture><source srcset="_images/n.svg"><img class="dynfig-light" alt="A box." src="_images/a.svg" width="410" height="90"></picture>
<picture><img class="dynfig-dark" alt="A box." src="_images/b.svg"></picture><figcaption>Figure 1.1. A box.</figcaption></figure></div>
<div class="td-claim" id="in-claim-two"><p>A card.</p></div><ul><li><p>First thing. And more of it.</p></li></ul></section>
<section id="exercises"><h2>Exercises</h2><p><strong>Not</strong> on a slide.</p></section></section></article></body></html>"""


def slides(text: str = CHAPTER) -> list[str]:
    soup = BeautifulSoup(deck(text, "one.html").slides, "html.parser")
    return [str(section) for section in soup.find_all("section") if not section.find("section")]


def test_what_a_chapter_asserts_is_on_its_slides_once_and_its_words_are_the_speakers() -> None:
    made = slides()
    shown = [BeautifulSoup(one, "html.parser") for one in made]
    notes = " ".join(note.extract().get_text() for one in shown for note in one.select("aside.notes"))
    text = " ".join(one.get_text(" ", strip=True) for one in shown)
    for once in ("Say what falls.", "Does it fall?", "A card.", "First thing.", "Figure 1.1. A box.", "it falls ✓ if", "Then it follows that", "(1.1)"):  # fmt: skip
        assert text.count(once) == 1, once
    for gone in ("menu", "x = 1", "Measured", "Taught in", "And more of it", "on a slide", "More words", "#"):
        assert gone not in text, gone
    assert "More words." in notes and "What the chapter is about." in notes


def test_an_answer_waits_and_a_picture_follows_the_theme() -> None:
    page = BeautifulSoup("".join(slides()), "html.parser")
    assert page.select_one(".fragment").get_text(strip=True) == "Yes."
    assert page.picture.source["srcset"] == "../_images/b.svg" and page.picture.img["src"] == "../_images/a.svg"
    assert len(page.select("figure img")) == 1 and page.picture.img["alt"] == "A box."


def test_links_hold_in_the_folder_beside_and_no_id_stands_twice() -> None:
    page = BeautifulSoup("".join(slides()), "html.parser")
    assert [a["href"] for a in page.select("a")] == ["../one.html", "../two.html#x", "https://example.org"]
    assert not page.select("[id]")


def test_only_scripts_that_are_the_books_own_come_along() -> None:
    assert deck(CHAPTER, "one.html").scripts == ["../_static/one.js?v=2"]


def test_a_long_section_goes_on_on_the_next_slide_and_a_sentence_stays_with_its_formula() -> None:
    step = f"<p>Put this in. Then it follows that</p>{MATH}"
    long = CHAPTER.replace(step, step * 5)
    with_formula = [one for one in slides(long) if "td-formula" in one]
    assert len(with_formula) > 1
    assert all(
        one.count('"td-lead">Then it follows that</p>') == one.count('class="td-formula') for one in slides(long)
    )


def test_a_formula_of_several_rows_takes_more_of_a_slide() -> None:
    step = f"<p>Put this in. Then it follows that</p>{MATH}"
    cases = step.replace("<mi>a</mi>", f"<mtable>{'<mtr><mtd><mi>a</mi></mtd></mtr>' * 4}</mtable>")
    few, many = (len(slides(CHAPTER.replace(step, one * 4))) for one in (step, cases))
    assert few < many


def test_sentences_are_cut_between_tags_only() -> None:
    paragraph = BeautifulSoup(
        "<p><strong>One. Two.</strong> Three is 1.5 &lt; 2. Four <em>is. so</em>! Five</p>", "html.parser"
    ).p
    assert sentences(paragraph) == ["<strong>One. Two.</strong> Three is 1.5 &lt; 2.", "Four <em>is. so</em>!", "Five"]


def test_a_deck_looks_as_its_book_does_without_the_themes_own_styles() -> None:
    made = deck(CHAPTER, "one.html")
    assert made.styles == ["../_static/own.css?v=1"] and made.icon == "../_static/one.svg"
    assert (
        deck('<article class="bd-article"><h1>A "B" &amp; <em>C</em></h1></article>', "x.html").title
        == "A &quot;B&quot; &amp; C"
    )


def test_nothing_that_is_asserted_is_lost_wherever_it_stands() -> None:
    tested = TESTED.replace("it falls", "it is {}")
    section = (
        f"<p>At the edge, i.e. beyond it, {tested.format('red')}. A preamble. {tested.format('blue')}!</p><p> </p>{MATH}"
        f"<ul><li><p>First. Then {tested.format('green')}.</p></li></ul><!-- a remark --><p><!-- another --></p>"
        '<figure id="g"><img alt="Plain." src="_images/a.svg"><figcaption>Plain.</figcaption></figure>'
        '<div class="td-quiz"><div aria-labelledby="quiz-1"><div id="quiz-1">Why?</div></div></div><a href="http://[x">odd</a>'
    )
    text = f'<article class="bd-article"><h1>One</h1><section><section id="p"><h2>Part</h2>{section}</section></section></article>'
    page = BeautifulSoup("".join(slides(text)), "html.parser")
    for note in page.select("aside.notes"):
        note.decompose()
    made = page.get_text(" ", strip=True)
    for said in (
        "At the edge, i.e. beyond it, it is red",
        "it is blue",
        "Then it is green",
        "First.",
        "Plain.",
        "Why?",
    ):
        assert said in made, said
    assert "A preamble. it is blue" not in made and "remark" not in made and 'id="quiz-1"' in "".join(slides(text))


def test_a_page_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="two.html is no finished page"):
        deck("<p>Nothing</p>", "two.html")


def test_a_deck_is_made_again_only_when_its_page_changes_and_passes_the_checks_of_pages(tmp_path: Path) -> None:
    (tmp_path / "_images").mkdir()
    for name in ("a.svg", "b.svg", "n.svg"):
        (tmp_path / "_images" / name).write_text("<svg/>")
    static = tmp_path / "_static"
    (static / "slides").mkdir(parents=True)
    for name in ("one.svg", "own.css", "one.js"):
        (static / name).write_text("")
    for file in (extension.STATIC / "slides").iterdir():
        (static / "slides" / file.name).write_bytes(file.read_bytes())
    page, target = tmp_path / "one.html", tmp_path / "slides" / "one.html"
    page.write_text(CHAPTER)
    (tmp_path / "two.html").write_text('<h1 id="x">Two</h1>')
    assert extension.write(page, target) and not extension.write(page, target)
    problems = [p for p in check.Site(tmp_path).problems(["one", "two"]) if p.startswith("slides/")]
    assert problems == []
    page.write_text(CHAPTER.replace("it falls", "it rises"))
    assert extension.write(page, target) and "it rises" in target.read_text()
