"""A small book, built for real: what is executed again, what is not, and what makes a build fail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tiny_book import CONFIG, NOTEBOOK, PAGES, TinyBook

from coursekit.book import build, claimdata, quoted


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyBook:
    """A tiny book that has been built once."""
    book = TinyBook(tmp_path_factory.mktemp("tiny"))
    report = book.build()
    assert report.problems == []
    assert set(report.executed) == {"first", "second"}
    assert "answer 42" in book.text("first") and "other 7" in book.text("second")
    assert "1 to 1.4 units" in book.text("plain") and "at most 2 units" in book.text("plain")
    return book


def test_nothing_changed_executes_nothing(tiny: TinyBook) -> None:
    assert tiny.build() == build.Report()


def test_a_changed_module_executes_exactly_the_pages_that_import_it(tiny: TinyBook) -> None:
    base = tiny.project.src / "tiny" / "base.py"
    before = base.read_text()
    base.write_text("def scale():\n    return 3\n")
    assert set(tiny.build().executed) == {"first"}
    assert "answer 63" in tiny.text("first")
    base.write_text(before)
    undone = tiny.build()
    assert undone.executed == {} and undone.ok
    assert "answer 42" in tiny.text("first")


def test_a_changed_data_file_executes_the_page_whose_module_names_it(tiny: TinyBook) -> None:
    tiny.write("src/tiny/data/table.txt", "8\n")
    assert set(tiny.build().executed) == {"second"}
    assert "other 8" in tiny.text("second")


def test_prose_and_claims_change_pages_without_executing_cells(tiny: TinyBook) -> None:
    tiny.write("book/first.md", PAGES["first"].replace("Some prose.", "Other prose."))
    tiny.claims(1.0, 1.1, 1.2, 1.3, 1.25)
    report = tiny.build()
    assert report.executed == {} and report.ok
    assert "Other prose." in tiny.text("first") and "answer 42" in tiny.text("first")
    assert "1 to 1.3 units" in tiny.text("plain") and "4: 1.25" in tiny.text("claims/tiny")


def test_a_tested_sentence_carries_its_note_and_the_entry_links_back(tiny: TinyBook) -> None:
    html = tiny.html("asserted")
    note = re.search(r'popovertarget="(note-[^"]+)".*?<span class="td-note[^"]*" id="\1" popover', html, re.S)
    assert note and 'id="in-claim-tiny-one">one <em>is</em> near' in html
    assert "one is near" in tiny.text("asserted") and "(5 seeds; width 8 to 16)" in tiny.text("asserted")
    assert 'href="claims/tiny.html#claim-tiny-one"' in html
    assert 'href="../asserted.html#in-claim-tiny-one"' in tiny.html("claims/tiny")
    assert "width = 16 1.5 units 0, 1" in tiny.text("claims/tiny")
    assert "1 0 0 1" in tiny.text("claims")


def test_the_equations_of_a_chapter_have_its_number_and_lead_the_reader_on(tiny: TinyBook) -> None:
    assert "(1.1)" in tiny.text("drawn") and "By (1.2)." in tiny.text("drawn")
    assert 'title="next page"' in tiny.html("asserted") and "drawn.html" in tiny.html("asserted")


def test_a_page_with_cells_says_when_and_with_what_it_was_computed_and_can_be_taken_along(tiny: TinyBook) -> None:
    assert re.search(r"Computed on \d+ \w+ \d{4} in \d+ s with Python 3[^.]*\.", tiny.text("first"))
    assert "Computed on" not in tiny.text("plain")
    taken = json.loads((tiny.project.html / "notebooks" / "first.ipynb").read_text(encoding="utf-8"))
    codes = ["".join(cell["source"]) for cell in taken["cells"] if cell["cell_type"] == "code"]
    assert codes == ["from tiny import one\nprint('answer', one.value())"]
    assert 'href="notebooks/first.ipynb" download' in tiny.html("first")


def test_a_page_says_in_its_head_what_it_is_about(tiny: TinyBook) -> None:
    tiny.build()
    assert '<meta property="og:title" content="Plain" />' in tiny.html("plain")
    assert re.search(r'<meta name="description" content="[^"<>]+" />', tiny.html("plain"))


def test_nothing_holds_up_the_text_and_icons_come_without_a_script(tiny: TinyBook) -> None:
    html, static = tiny.html("drawn"), tiny.project.html / "_static"
    assert [
        tag for tag in re.findall(r"<script[^>]*src=[^>]*>", html) if "defer" not in tag and "async" not in tag
    ] == []
    assert "fontawesome" not in html and not list(static.rglob("fontawesome*.js")) + list(static.rglob("fa-*.woff2"))
    assert ".fa-bars{--icon" in (static / "icons.css").read_text() and "icons.css" in html


def test_a_setting_that_is_missing_or_misses_its_bound_fails_the_build(tmp_path: Path) -> None:
    book = TinyBook(tmp_path)
    book.list_pages("asserted", "claims", "claims/tiny")
    book.lock(2.5)
    assert "misses its bound at width=16" in "\n".join(book.build().problems)
    book.write("claims.lock", "{}")
    assert "has no result for width=16; `course claims tiny.one --settings`" in "\n".join(book.build().problems)


BAD = {
    "failing": NOTEBOOK + "# Failing\n\n```{code-cell}\nraise RuntimeError('the step diverged')\n```\n",
    "stderr": NOTEBOOK + "# Complaining\n\n```{code-cell}\nimport warnings; warnings.warn('odd')\n```\n",
    "empty": NOTEBOOK
    + "# Empty\n\n```{code-cell}\nfrom matplotlib.figure import Figure\nFigure(figsize=(6.4, 4.8))\n```\n",
    "broken": "# Broken\n\nSee [there](#nowhere), {doc}`nothing` and {measured}`tiny.unknown`.\n\n"
    '<img src="_static/x.png" alt="">\n<a href="gone.html">gone</a>\n\n```{predict}\nonly a question\n```\n\n'
    "```{explorable} tiny\nIt moves.\n```\n\n{exercise}`tiny/none`\n\n{tested}`One is one <tiny.missing>` {tested}`One is one`\n",
}
REASONS = [
    r"failing\.md.*Executing notebook failed(.|\n)*the step diverged",
    r"failing\.html: a traceback",
    r"stderr\.md:.*WARNING",
    r"empty\.html: an empty figure",
    r"broken\.md.*nowhere",
    r"broken\.md.*unknown document: '?nothing",
    r"no claim is called 'tiny\.unknown'",
    r"broken\.html: an image without alt text: _static/x\.png",
    r"broken\.html: a broken reference: gone\.html",
    r"a \{predict\} block is a question",
    r"needs book/_static/tiny\.js",
    r"no question is called 'tiny/none'",
    r"no claim is called 'tiny\.missing'; `course claims --list` shows them all",
    r"\{tested\} needs a sentence and the claim's id, `the sentence <topic\.name>`, got 'One is one'",
    r"claim tiny\.one misses its bound: measured 1 to 2\.5 units, must be at most 2 units",
]


def test_everything_that_must_fail_the_build_does_and_keeps_failing(tmp_path: Path) -> None:
    book = TinyBook(tmp_path)
    for name, text in BAD.items():
        book.write(f"book/{name}.md", text)
    book.list_pages("plain", "claims", "claims/tiny", *BAD)
    book.claims(1.0, 1.1, 1.2, 1.3, 2.5)
    first, again = book.build(), book.build()
    for report in (first, again):  # Sphinx alone would forget the warnings of pages that it does not read again
        everything = "\n".join(report.problems)
        assert [reason for reason in REASONS if not re.search(reason, everything)] == []
    assert "Bound missed" in book.text("claims/tiny")
    for name in BAD:
        (book.project.book / f"{name}.md").unlink()
        (book.project.html / f"{name}.html").unlink()
    book.list_pages("plain", "claims", "claims/tiny")
    book.claims(1.0, 1.1, 1.2, 1.3, 1.4)
    assert book.build().problems == []


def test_a_build_neither_uses_nor_changes_what_lies_in_the_home_folder(tmp_path: Path, monkeypatch) -> None:
    home = tmp_path / "home"
    start = home / ".ipython" / "profile_default" / "startup" / "mine.py"
    start.parent.mkdir(parents=True)
    start.write_text("import builtins\nbuiltins.print = lambda *words: None\n")
    plots = home / ".config" / "matplotlib" / "matplotlibrc"
    plots.parent.mkdir(parents=True)
    plots.write_text("figure.dpi: 33\n")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    before = sorted(home.rglob("*"))
    tiny = TinyBook(tmp_path / "book")
    tiny.write(
        "book/first.md",
        NOTEBOOK + "# First\n\n```{code-cell}\nimport matplotlib\nprint('dpi',"
        " matplotlib.rcParams['figure.dpi'])\n```\n",
    )
    tiny.list_pages("first")
    assert tiny.build().ok
    assert re.search(r"dpi (?!33)", (tiny.project.html / "first.html").read_text(encoding="utf-8"))
    assert sorted(home.rglob("*")) == before


def test_a_draft_shows_other_topics_claims_from_kept_results_and_says_what_is_missing(tmp_path: Path) -> None:
    book, module = TinyBook(tmp_path), "pack.tiny.claims.all"
    book.write("coursekit.toml", 'package = "pack"\n')
    book.write("src/pack/tiny/claims/all.py", 'NAMES = "tiny.one", "tiny.two"\n')
    missing = "Here {tested}`two *is* far <tiny.two>`, by {measured}`tiny.two`.\n\n```{claim} tiny.two\n```\n"
    book.write(
        "book/plain.md", f"# Plain\n\nIt was {{measured}}`tiny.one`, {{tested}}`near one <tiny.one>`.\n\n{missing}"
    )
    book.list_pages("plain")
    whole = json.loads(book.project.claims_file.read_text())
    whole = {module: whole["tiny"] | {"digest": claimdata.module_digest(module, book.project.src)}}
    book.project.claims_file.write_text(json.dumps(whole))
    book.project = replace(book.project, only=("plain",))
    assert quoted.quoted(book.project) == {"tiny.one", "tiny.two"}
    assert quoted.unmeasured_on(book.project) == [
        "plain.md quotes of other topics, not measured here: tiny.one, tiny.two"
    ]
    assert claimdata.refresh(book.project, also=quoted.kept(book.project)) == []
    assert quoted.unmeasured_on(book.project) == ["plain.md quotes of other topics, not measured here: tiny.two"]
    assert build.run(book.project).problems == []
    text = book.text("plain")
    assert "It was 1 to 1.4 units, near one" in text and text.count("[tiny.two: not measured in this draft]") == 3
    book.write("src/pack/tiny/claims/all.py", 'NAMES = "tiny.one", "tiny.two", "tiny.three"\n')
    assert quoted.kept(book.project) == {}  # measured by other code
    assert not quoted.unmeasured(book.project.src, "pack", ["plain"], "tiny.four")  # such a name is a mistake
    assert not quoted.unmeasured(book.project.src, "pack", ["tiny"], "tiny.two")  # and so is one of the draft's own
    assert not quoted.unmeasured(book.project.src, "pack", [], "tiny.two")


HEAD = "---\ncourse: {{minutes: 5, objectives: {{see-{0}: See it.}}, prerequisites: {1}}}\n---\n# Chapter {0}\n\n```{{chapter-head}}\n```\n"


def test_a_chapter_links_what_the_book_has_and_a_draft_says_the_titles_of_what_it_leaves_out(tmp_path: Path) -> None:
    book = TinyBook(tmp_path)
    chapters = {"one": "[]", "two": "[calculus]", "three": "[one, two, linear_algebra]"}
    for name, before in chapters.items():
        book.write(f"book/{name}.md", HEAD.format(name, before))
    book.list_pages(*chapters)
    assert build.run(book.project).problems == []
    whole = {name: book.text(name) for name in ("index", *chapters)}
    assert "About 5 minutes. Read first: nothing." in whole["one"]
    assert "About 5 minutes. You should already know: calculus." in whole["two"]
    said = "About 5 minutes. Read first: Chapter one, Chapter two. You should already know: linear algebra."
    assert said in whole["three"] and 'href="one.html"' in book.html("three")
    assert "Chapter three 5 minutes, after Chapter one, Chapter two" in whole["index"]
    book.project = replace(book.project, only=("three",), out=tmp_path / "draft")
    assert build.run(book.project).problems == []
    assert said in book.text("three") and 'href="one.html"' not in book.html("three")
    assert "Chapter three 5 minutes, after Chapter one, Chapter two" in book.text("index")


def test_a_listed_page_that_does_not_exist_is_named(tmp_path: Path) -> None:
    book = TinyBook(tmp_path)
    book.list_pages("plain", "absent")
    with pytest.raises(ValueError, match=r"_toc\.yml lists pages that do not exist: absent"):
        book.build()


def test_a_build_that_jupyter_book_refuses_says_why(tmp_path: Path) -> None:
    book = TinyBook(tmp_path)
    book.write("_config.yml", yaml.safe_dump(CONFIG | {"sphinx": {"extra_extensions": ["no.such.extension"]}}))
    report = book.build()
    assert not report.ok and "no.such.extension" in "\n".join(report.problems)
