"""What makes pages light: icons in use alone, pictures in files; and figures with numbers, in the order of reading."""

from __future__ import annotations

import base64
from pathlib import Path

import pydata_sphinx_theme
import pytest

from coursekit.book import figures, order
from coursekit.book.theme import icons, lean, pictures

SVG = '<svg xmlns="x" width="72pt" height="36pt"><path d="M 0 0"/></svg>'
INSIDE = f"data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}"
BODY = f'<figure class="dynfig"><picture><source media="narrow" srcset="{INSIDE}"><img alt="a" src="{INSIDE}"></picture></figure>'
SCRIPT = (
    'var a={"magnifying-glass":[512,512,[128269,"search"],"f002","M1 2z"],bars:[448,512,["navicon"],"f0c9","M3 4z"],'
    '"sun":[512,512,[9728],"f185","M5 6z"]}'
)


def test_pictures_become_files_that_wait_until_they_are_near(tmp_path: Path) -> None:
    body = pictures.apart(BODY, tmp_path, "../_images/")
    (file,) = tmp_path.iterdir()
    assert file.read_text() == SVG and "base64" not in body
    assert body.count(f'="../_images/{file.name}"') == 2 and body.count('loading="lazy"') == 1
    assert body.count('width="96" height="48"') == 2
    assert pictures.apart(body, tmp_path, "../_images/") == body


def test_the_theme_s_script_does_not_lay_the_whole_page_out() -> None:
    theme = (
        Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/pydata-sphinx-theme.js"
    )
    script = theme.read_text(encoding="utf-8")
    lean_script = lean.not_all_at_once(script)
    assert 0 < len(script) - len(lean_script) < 100
    with pytest.raises(ValueError, match="0 places"):
        lean.not_all_at_once(lean_script)


def test_pictures_that_no_page_shows_leave(tmp_path: Path) -> None:
    body = pictures.apart(BODY, tmp_path, "_images")
    other = tmp_path / "drawn-0123456789abcdef.svg"
    other.write_text("<svg/>")
    pictures.tidy(tmp_path, [body])
    assert not other.exists() and len(list(tmp_path.iterdir())) == 1


def test_the_sheet_of_icons_has_those_in_use_under_the_names_in_use() -> None:
    names = icons.used(['<i class="fa-solid fa-search fa-lg"></i><p class="sofa">', '<i class="fas fa-bars">'])
    sheet = icons.style(names, SCRIPT)
    assert names == {"solid", "search", "lg", "bars"}
    assert ".fa-search{--icon" in sheet and "M1 2z" in sheet and "M3 4z" in sheet and "M5 6z" not in sheet


def test_icons_as_letters_leave_the_theme_s_sheet_and_nothing_else_does() -> None:
    sheet = "a{b:c}.fa-0:before{content:x}.fa-a:before,.fa-b:before{content:y}.fa-lg{font-size:2em}"
    assert icons.without_font(sheet) == "a{b:c}.fa-lg{font-size:2em}"


def test_figures_are_numbered_by_chapter_and_can_be_linked_to() -> None:
    body = '<figure class="dynfig" id="rise"><img><figcaption>It rises.</figcaption></figure>' * 2 + BODY
    found = figures.numbered(body, 4)
    assert "Figure 4.1.</span> It rises." in found and "Figure 4.2.</span> It rises." in found
    assert 'id="figure-3"' in found and "<figcaption>" in found.split("figure-3")[1]
    assert "Figure 1.</span> It rises." in figures.numbered(body, None)


def test_a_caption_says_top_where_left_is_top() -> None:
    caption = "<figcaption>Left: loss. The right panel: error. Left out.</figcaption></figure>"
    stacked = figures.numbered(f'<figure class="dynfig dynfig-stacked">{caption}', 1)
    assert '<span class="td-wide">Left</span><span class="td-narrow">Top</span>: loss' in stacked
    assert '<span class="td-wide">right</span><span class="td-narrow">bottom</span> panel' in stacked
    assert "Left out." in stacked
    assert "td-narrow" not in figures.numbered(f'<figure class="dynfig">{caption}', 1)


@pytest.mark.parametrize(
    ("listed", "read"),
    [
        (["index", "a", "b", "assignments/a", "assignments/b", "end"], ["index", "a", "assignments/a", "b", "assignments/b", "end"]),
        (["a", "a_two", "b", "assignments/a"], ["a", "a_two", "assignments/a", "b"]),
        (["a", "a_two", "assignments/a", "assignments/a_two"], ["a", "assignments/a", "a_two", "assignments/a_two"]),
        (["a", "a_w", "a_w_more", "assignments/a", "assignments/a_w"], ["a", "assignments/a", "a_w", "a_w_more", "assignments/a_w"]),
        (["a", "end", "assignments/lone"], ["a", "end", "assignments/lone"]),
    ],
)  # fmt: skip
def test_each_chapter_leads_to_its_own_assignment(listed: list[str], read: list[str]) -> None:
    assert order.reading(listed) == read
