"""The book on paper: what stands in a finished page without what one presses, with links that hold, as PDF and EPUB."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from coursekit.book.paper import bind
from coursekit.book.paper.clean import cleaned

MATH = '<math display="block"><mi>a</mi></math>'
FORMULAS = {MATH: r"a = \lVert b \rVert", "<math><mi>x</mi></math>": "x"}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="410" height="90"><rect width="410" height="90" fill="teal"/></svg>'
)
ONE = f"""<html><body><nav>menu</nav><article class="bd-article"><section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1>
<p>We know <span class="td-tested">that <math><mi>x</mi></math> holds</span><span class="td-note">Measured 1.</span>. See
<a href="two.html#part">two</a>, <a href="gone.html">gone</a>, <a href="#lost">lost</a>, <a href="https://example.org">out</a> and <a href="#equation-a">(1.1)</a>.</p>
<div class="math" id="equation-a"><span class="eqno">(1.1)<a class="headerlink" href="#a">#</a></span>{MATH}</div>
<div class="td-claim"><p>A card.</p></div><details class="hide"><summary>Code</summary><div class="cell_input">x = 1</div></details>
<figure id="f"><picture><source srcset="narrow.svg"><img class="dynfig-light" alt="A box." src="_images/a.svg" width="410" height="90"></picture>
<picture><img class="dynfig-dark" alt="A box." src="_images/b.svg"></picture><figcaption>Figure 1.1. A box.</figcaption></figure>
<button>Run</button></section></article></body></html>"""
TWO = '<article class="bd-article"><section id="two"><h1>Two</h1><section id="part"><h2>Part</h2><p>Words.</p></section></section></article>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text(SVG)
    (tmp_path / "one.html").write_text(ONE)
    (tmp_path / "two.html").write_text(TWO)
    return tmp_path


def test_paper_has_the_text_and_nothing_to_press(site: Path) -> None:
    text = cleaned(site / "one.html", site, {"one", "two"}, FORMULAS).get_text()
    assert "A card." in text and r"that \(x\) holds" in text and "gone" in text
    for word in ("menu", "Measured", "Run", "x = 1", "Code", "#"):
        assert word not in text


def test_links_lead_to_places_in_the_same_document_or_are_words(site: Path) -> None:
    html = bind.document(site, ["one", "two"], FORMULAS)
    assert 'href="#p-two-part"' in html and 'id="p-two-part"' in html and 'href="https://example.org"' in html
    assert 'href="#p-one-equation-a"' in html and 'id="p-one-equation-a"' in html
    assert "gone.html" not in html and ">lost</a>" not in html and "lost" in html
    assert html.count("<img") == 1 and 'width="50%"' in html and "narrow.svg" not in html


def test_chapters_and_what_they_refer_to_make_the_book() -> None:
    pages = [
        "index",
        "adam",
        "assignments/adam",
        "claims",
        "claims/adam",
        "guides/reader",
        "notation",
        "concepts",
        "references",
    ]
    assert bind.chapters(pages) == ["adam", "notation", "references"]


def test_the_zip_has_all_pages_and_the_same_bytes_every_time(site: Path, tmp_path: Path) -> None:
    target = tmp_path.parent / "course.zip"
    bind.packed(site, target)
    first = target.read_bytes()
    bind.packed(site, target)
    assert target.read_bytes() == first
    assert "course/one.html" in zipfile.ZipFile(target).namelist()


def test_a_pdf_and_an_epub_are_made(site: Path, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    pytest.importorskip("pypandoc")
    formula = '<p><math><mi>o</mi></math> and <a href="two.html">all of two</a>, <a href="two.html#two">again</a></p>'
    (site / "one.html").write_text(ONE.replace("<button>Run</button>", formula))
    formulas = FORMULAS | {"<math><mi>o</mi></math>": r"a \otimes b \odot c \oplus d \ominus e"}
    html = bind.document(site, ["one", "two"], formulas)
    cover = bind.Cover("A #book_ of *mine*", "Ada", "2026")
    bind.pdf(html, cover, tmp_path / "book.pdf")
    bind.epub(html, cover, tmp_path / "book.epub")
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF") and not (tmp_path / "book.typ").exists()
    with zipfile.ZipFile(tmp_path / "book.epub") as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml"))
    assert "<math" in text and "A card." in text
