import io
from xml.etree import ElementTree

import pytest
from docutils import nodes
from docutils.utils import new_document
from fontTools.ttLib import TTFont

from coursekit.book.mathematics import font
from coursekit.book.mathematics.extension import held, in_outputs, lines
from coursekit.book.mathematics.typeset import CannotTypeset, mathml


@pytest.mark.parametrize(
    "tex, shown",
    [
        (r"\eta < 2/\lambda_1", "η<2/λ1"),
        (r"\|W\|^2 \propto \mathbb{E}[x]", "‖W‖2∝𝔼[x]"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(abcd)"),
        (r"\operatorname{tr} \hat{y}_{ij}", "tr\u2061yˆij"),
    ],
)
@pytest.mark.parametrize("display", [False, True])
def test_a_formula_is_mathml_that_says_what_the_tex_says(tex, shown, display):
    made = ElementTree.fromstring(mathml(tex, display))
    assert made.tag == "math" and (made.get("display") == "block") == display
    assert "".join("".join(made.itertext()).split()) == shown


def parts(tex: str) -> list[list[str]]:
    """The texts of a displayed formula's parts, by formula; none where it is not parted."""
    made = ElementTree.fromstring(mathml(tex, display=True))
    whole = "td-parted" not in made.get("class", "").split()
    return [] if whole else [["".join(part.itertext()) for part in formula] for formula in made]


def test_a_displayed_formula_is_parted_before_relations_sums_and_differences_and_at_wide_spaces():
    assert parts(r"a = b + c - d, \qquad e \le f") == [["a", "=b", "+c", "−d,"], ["e", "≤f"]]
    assert parts(r"a = -b, \quad c") == [["a", "=−b,"], ["c"]]  # a sign is no difference
    assert parts(r"\frac{a + b}{c}") == parts(r"a, b") == []


def test_a_minus_at_the_beginning_of_a_part_stays_an_operator():
    assert '<mrow><mo form="infix">−</mo>' in mathml("a - b", display=True)


@pytest.mark.parametrize(
    "tex, named", [(r"\nonsense x", r"\nonsense"), (r"\frac{a}{", "'}'"), ("a & b", "&"), ("x^2^3", "superscript")]
)
def test_what_is_no_tex_is_refused_with_the_place(tex, named):
    with pytest.raises(CannotTypeset) as refused:
        mathml(tex)
    assert named in str(refused.value) and "function(" not in str(refused.value)


def test_a_wrong_formula_does_not_spoil_the_next():
    with pytest.raises(CannotTypeset):
        mathml(r"\nothing")
    assert "<mi>x</mi>" in mathml("x")


def test_lines_of_one_formula_and_formulas_apart_are_set_below_each_other():
    assert lines("a = b", False) == "a = b"
    assert lines(r"\begin{align} a \\ b \end{align}", True) == r"\begin{align} a \\ b \end{align}"
    assert mathml(lines("a &= b \\\\ &= c", False), True).count("<mtr>") == 2
    assert mathml(lines("a = b\n\nc = d", False), True).count("<mtr>") == 2


def test_the_font_has_the_characters_of_the_pages_their_slanted_forms_and_all_sizes_of_brackets():
    page = f"<p>Not z.</p><span>{mathml('h(x) = β')}</span>"
    wanted = font.characters([page])
    assert wanted >= {"h", "ℎ", "x", "𝑥", "β", "𝛽", "("} and "z" not in wanted
    made = TTFont(io.BytesIO(font.cut(wanted)))
    assert {ord(c) for c in wanted if not c.isspace()} <= set(made.getBestCmap()) and ord("z") not in made.getBestCmap()
    variants = made["MATH"].table.MathVariants
    bracket = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(made.getBestCmap()[ord("(")])]
    assert len(bracket.MathGlyphVariantRecord) > 5


def test_the_font_has_the_sign_of_a_root_which_no_text_holds():
    assert "√" in font.characters([mathml(r"\sqrt{v}")]) and "√" in font.characters([mathml(r"\sqrt[3]{v}")])
    assert "√" not in font.characters([mathml("v"), "<p>√</p>"])


def test_formulas_in_what_a_cell_prints_are_typeset_and_the_rest_is_left():
    shown, tex = '<span class="math notranslate nohighlight">{}</span>', r"10^{-9} &lt; x"
    caption = f"<figcaption>below {shown}, \\(not this\\)</figcaption>"
    printed = caption.format(rf"\({tex}\)")
    page = new_document("page")
    page += [nodes.raw("", printed, format="html"), nodes.raw("", printed, format="latex")]
    in_outputs(None, page, "page")
    typeset, other = (node.astext() for node in page)
    assert typeset == caption.format(mathml("10^{-9} < x")) and other == printed


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("so {}, and", "{},"),
        ("where ({} is small).", "({}"),
        ("the {}-th step", "{}-th"),
        ("<em>of {}</em>, and", ""),
        ("of {} and", ""),
    ],
)
def test_what_touches_a_formula_stays_with_it(text, together):
    formula = f'<span class="math notranslate nohighlight">{mathml("x = y")}</span>'
    kept = f'<span class="td-touching">{together.format(formula)}</span>' if together else formula
    assert held(f"<p>{text.format(formula)}</p>") == f"<p>{text}</p>".replace(together or "{}", kept)


def test_the_font_is_cut_again_only_for_other_characters(tmp_path):
    page, made, noted = tmp_path / "a.html", tmp_path / "m.woff", tmp_path / "noted.txt"
    page.write_text(mathml("x + y"))
    font.write(tmp_path, made, noted)
    first = made.stat().st_mtime_ns
    page.write_text(mathml("y + x"))
    font.write(tmp_path, made, noted)
    assert made.stat().st_mtime_ns == first
    page.write_text(mathml("x + z"))
    font.write(tmp_path, made, noted)
    assert made.stat().st_mtime_ns > first and ord("𝑧") in TTFont(made).getBestCmap()
