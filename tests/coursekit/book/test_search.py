"""Search finds what readers ask for: words, beginnings, symbols, claims' names, and concepts that the book lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docutils import nodes
from docutils.utils import new_document
from py_mini_racer import MiniRacer
from sphinx import addnodes

from coursekit.book.search import concepts, entries, extension, terms
from coursekit.book.search.formula import letters
from coursekit.cli import main

ENTRIES = [
    {"kind": "section", "title": "Noise", "page": "SGD", "address": "sgd.html#noise", "text": "The edge of a batch; stability of means. The rate η and the learning rate warmup matter."},
    {"kind": "section", "title": "Why it stays there", "page": "Edge of stability", "address": "edge.html#why", "text": "At the edge of stability the sharpness is 2/η. A beta version."},
    {"kind": "claim", "title": "First step", "page": "Claims: Adam", "address": "claims/adam.html#c", "text": "Adam begins as sign descent.", "id": "adam.first_step"},
    {"kind": "concept", "title": "NTK", "page": "Index of concepts", "address": "concepts.html#concept-ntk", "text": "Not covered in this book. See Lazy.", "id": "neural tangent kernel · lazy training"},
    {"kind": "section", "title": "Normalisation", "page": "Norms", "address": "norm.html", "text": "Batch normalisation and the word network."},
]  # fmt: skip


@pytest.fixture(scope="module")
def search() -> Any:
    engine = MiniRacer()
    engine.eval((extension.STATIC / "search" / "find.js").read_text(encoding="utf-8"))
    engine.eval(f"const entries = {json.dumps(ENTRIES)};")

    def find(query: str) -> tuple[list[str], int]:
        found = json.loads(engine.eval(f"JSON.stringify(TDSearch.find(entries, {json.dumps(query)}))"))
        return [entry["title"] for entry in found["found"]], found["missing"]

    find.engine = engine  # type: ignore[attr-defined]
    return find


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("edge of stability", "Why it stays there"),
        ("NTK", "NTK"),
        ("neural tangent kernel", "NTK"),
        ("learning rate warmup", "Noise"),
        ("adam.first_step", "First step"),
        ("first step", "First step"),
        ("sharp", "Why it stays there"),
        ("batch normalization", "Normalisation"),
        ("Normalisation", "Normalisation"),
        ("eta stays", "Why it stays there"),
        ("networks", "Normalisation"),
        ("2/η", "Why it stays there"),
    ],
)
def test_a_reader_finds_what_was_asked_for_first(search: Any, query: str, first: str) -> None:
    found, missing = search(query)
    assert found and found[0] == first and missing == 0


def test_what_is_nowhere_is_not_found_and_the_nearest_is_offered(search: Any) -> None:
    assert search("quaternion") == ([], 1)
    found, missing = search("quaternion sharpness")
    assert found == ["Why it stays there"] and missing == 1
    assert search("") == search("  ?! ") == ([], 0)
    assert search("η") == (["Why it stays there", "Noise"], 0) or search("η") == (["Noise", "Why it stays there"], 0)
    assert search("et") == ([], 1)  # begins no word: "beta" and "network" only have it inside


def test_an_excerpt_shows_the_words_and_is_cut_between_words(search: Any) -> None:
    text = "x " * 300 + "here the sharpness grows " + "y " * 300
    parts = json.loads(
        search.engine.eval(f"JSON.stringify(TDSearch.excerpt({json.dumps({'text': text})}, 'sharp', 100))")
    )
    assert ["sharpness", True] in parts and sum(len(part) for part, _ in parts) < 130
    assert parts[0] == ["… ", False] and parts[-1][0].endswith(" …")
    assert "<script>" in json.dumps(search.engine.eval("JSON.stringify(TDSearch.excerpt({text: '<script> (a'}, '(a'))"))


def page() -> nodes.document:
    from docutils.utils import new_document

    doctree = new_document("adam")
    whole = nodes.section("", nodes.title("", "Adam"), nodes.paragraph("", "It divides."), ids=["adam"])
    formula = nodes.math("", r"\eta_t \le \tfrac{2}{\lambda_1}")
    part = nodes.section("", nodes.title("", "The rate"), nodes.paragraph("", "Keep ", formula, nodes.Text(".")))
    part += addnodes.pending_xref("", nodes.inline("", "kingma2015adam"), refdomain="cite")
    part["ids"] = ["the-rate"]
    part += nodes.literal_block("", "secret_code = 1")
    part += nodes.table("", nodes.paragraph("", "again"), classes=["td-claims"])
    whole += part
    doctree += whole
    return doctree


def test_each_section_has_its_own_words_and_neither_code_nor_the_list_of_claims() -> None:
    first, second = entries.of_page(page(), "adam", "Adam")
    assert (first.title, first.address, first.text) == ("Adam", "adam.html", "It divides.")
    assert (second.title, second.address, second.kind) == ("The rate", "adam.html#the-rate", "section")
    assert second.text == "Keep η_t ≤ 2/λ_1."


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"L = \tfrac12\theta^\top H\theta", "L = 1/2 θᵀ Hθ"),
        (r"\frac{1}{2n}\lVert y - X\theta\rVert^2", "1/(2n) ‖y - Xθ‖²"),
        (r"y_i \sim \mathcal{N}(f(x_i), \tau^{-1})", "y_i ~ N(f(x_i), τ⁻¹)"),
        (r"\frac{\eta\,\sigma^2}{c\,(2 - \eta c)}", "(η σ²)/(c (2 - ηc))"),
        (r"m_{t-1} \gg \sqrt{1-\beta_2^t}", "m_(t-1) ≫ √(1-β_2^t)"),
        (r"\mathrm{KL}(Q\,\|\,\mathrm{prior}) = \log\det R", "KL(Q ‖ prior) = log det R"),
        (r"\begin{pmatrix}a & b\\ c & d\end{pmatrix}\label{ab}", "a b, c d"),
    ],
)
def test_a_formula_in_a_line_says_what_it_says_on_the_page(tex: str, line: str) -> None:
    assert entries.tidy(letters(tex)) == line


def test_a_concept_out_of_order_is_named_capitals_ignored(tmp_path: Path) -> None:
    assert concepts.out_of_order(tmp_path) == []
    (tmp_path / "concepts.yml").write_text("Adam: adam\nbarrier: adam\nNewton–Schulz: adam\nband: adam\nz: adam\n")
    assert concepts.out_of_order(tmp_path) == [
        "concepts.yml: 'band' stands below 'Newton–Schulz': names are in alphabetical order, capitals ignored"
    ]


def test_a_concept_that_points_nowhere_is_named(tmp_path: Path) -> None:
    assert concepts.load(tmp_path) == []
    (tmp_path / "adam.md").write_text("# Adam\n\n## The rate\n")
    file = tmp_path / "concepts.yml"
    file.write_text(
        "sign descent: {says: Steps of one size., also: [signSGD], see: adam > The rate}\nNTK: {covered: false, see: adam}\n"
    )
    ntk, sign = concepts.load(tmp_path)
    assert (ntk.covered, sign.covered, sign.also) == (False, True, ("signSGD",))
    assert (ntk.says, sign.says) == ("", "Steps of one size.")
    file.write_text("a: adam > The rates\nb: adan\n")
    with pytest.raises(ValueError) as error:
        concepts.load(tmp_path)
    assert str(error.value).splitlines() == [
        "concepts.yml: 'a' sees 'adam > The rates': adam.md has no heading 'The rates'; nearest are 'The rate', 'Adam'",
        "concepts.yml: 'b' sees 'adan': the book has no page 'adan'; nearest are 'adam'",
    ]
    file.write_text("a: {sea: adam}\n")
    with pytest.raises(ValueError, match="'a' must be a place, or have says, see, also and covered"):
        concepts.load(tmp_path)
    for text, read in (("null: adam\n", "None as None"), ("nothing: {also: [off], see: adam}\n", "'nothing' as False")):
        file.write_text(text)
        with pytest.raises(ValueError, match=f"must be text, and YAML reads one of {read}: quote it"):
            concepts.load(tmp_path)


def words(*paragraphs: nodes.Node | str) -> nodes.document:
    doctree = new_document("chapter")
    section = nodes.section("", nodes.title("", "A barrier"), ids=["a"])
    section += [nodes.paragraph("", "", p) if isinstance(p, nodes.Node) else nodes.paragraph("", p) for p in paragraphs]
    doctree += section
    return doctree


BARRIER = concepts.Concept("barrier", (), ("mode_connectivity > A walk",), True, "How far the loss rises.")
NTK = concepts.Concept("NTK", (), ("wide_networks",), True, "A kernel.")


def test_a_term_is_explained_where_it_first_stands_in_the_words_of_a_paragraph() -> None:
    link = nodes.reference("", "barrier", refuri="x")
    doctree = words(link, nodes.Text("No sub-barrier here."), "Barriers fall. A barrier falls.", "The NTKs, not XNTK.")
    assert terms.mark(
        doctree, {"barrier": BARRIER, "NTK": NTK, "gone": replace(NTK, name="gone")}, "concepts.html"
    ) == ["barrier", "NTK"]
    made = [node for node in doctree.findall(nodes.reference) if "td-term" in node["classes"]]
    assert [(n.astext(), n["refuri"], n["reftitle"]) for n in made] == [
        ("Barriers", "concepts.html#concept-barrier", "barrier: How far the loss rises."),
        ("NTKs", "concepts.html#concept-ntk", "NTK: A kernel."),
    ]
    assert doctree.astext().count("Barriers fall. A barrier falls.") == 1  # no word is lost


def test_a_claim_and_the_note_on_it_have_no_terms() -> None:
    paragraph = nodes.paragraph("", "")
    raw = [
        nodes.raw("", tag, format="html")
        for tag in ('<span class="td-tested">', '</span><span class="td-note">', "</span>")
    ]
    paragraph += [
        raw[0],
        nodes.Text("the barrier falls"),
        raw[1],
        nodes.Text("a barrier"),
        raw[2],
        nodes.Text(" One more barrier."),
    ]
    doctree = words(paragraph)
    assert [text.astext() for text in terms.plain_texts(doctree)] == [" One more barrier."]


def test_terms_of_the_page_itself_are_not_foreign_and_rare_ones_are_counted() -> None:
    assert terms.foreign([BARRIER, NTK, replace(NTK, name="x", says="")], "wide_networks") == [BARRIER]
    assert terms.rarity([BARRIER, NTK], ["A barrier.", "Barriers, the NTK."]) == {"barrier": 2, "NTK": 1}


def test_a_book_with_such_a_concept_is_not_begun_and_says_what_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "coursekit.toml").write_text("")
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "adam.md").write_text("# Adam\n\n## The rate\n")
    (tmp_path / "book" / "concepts.yml").write_text("sign descent: adam > The rates\n")
    monkeypatch.chdir(tmp_path)
    for line in (["book"], ["book", "--only", "adam"]):
        done = CliRunner().invoke(main, line)
        assert done.exit_code == 1 and "Traceback" not in done.output
        assert "'sign descent' sees 'adam > The rates': adam.md has no heading 'The rates'" in done.output
    assert not (tmp_path / "_build").exists()
