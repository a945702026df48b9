"""Answer fields in an assignment's page: which questions a page can check, and what stands in the page for them."""

import json
import re

import pytest
from fixture import ROOT, copy_course

from coursekit.assignments.pages import page, write_pages
from coursekit.assignments.parse import load
from coursekit.course import at
from coursekit.live.fields import Fields

SIZES = {"python": 11_000_000, "scipy": 17_000_000}


def fields(root=ROOT):
    return Fields(at(root), SIZES)


def places(text):
    """The attributes of each place that the page's script fills."""
    found = re.findall(r'^<div class="td-answer" (.*)></div>$', text, re.M)
    return {facts["question"]: facts for facts in (dict(re.findall(r'data-(\w+)="([^"]*)"', line)) for line in found)}


def test_every_question_has_a_place_after_the_code_that_it_starts_from():
    tiny = load("tiny", ROOT)
    text = page(tiny, fields())
    assert {id: facts["kind"] for id, facts in places(text).items()} == {
        question.id: "written" if question.written else "check" for question in tiny.questions
    }
    assert text.count('<div class="td-answers"') == 1 and 'data-python="11000000"' in text
    for question in tiny.questions:
        stub = f"`````python\n{question.answer}\n`````\n\n" if question.answer else ""
        assert f'{stub}<div class="td-answer" data-question="{question.id}"' in text


def test_without_fields_the_page_is_what_it_was():
    tiny = load("tiny", ROOT)
    assert "td-answer" not in page(tiny)


@pytest.mark.parametrize(
    ("imported", "kind", "lacks"),
    [
        ("import scipy.linalg", "check", None),
        ("from fractions import Fraction", "check", None),
        ("import torch", "kit", "torch"),
        ("import matplotlib.pyplot as plt, math", "kit", "matplotlib"),
    ],
)
def test_a_question_that_needs_what_pages_lack_is_left_to_the_kit(tmp_path, imported, kind, lacks):
    root = copy_course(tmp_path, exercises=("```{setup}\n", f"```{{setup}}\n{imported}\n"))
    facts = places(page(load("tiny", root), fields(root)))["half_time"]
    assert facts["kind"] == kind and facts.get("lacks") == lacks
    assert ("scipy" in facts) == ("scipy" in imported)


def test_what_the_library_needs_is_needed_too(tmp_path):
    root = copy_course(tmp_path)
    (root / "src" / "tiny_course" / "toolbox" / "nets.py").write_text("import torch\n")
    made = fields(root)
    assert made.lacking(["from tiny_course.toolbox.nets import anything"]) == {"torch"}
    assert made.lacking(["import numpy as np\nfrom coursekit.checks import check"]) == set()


def test_the_notebook_s_script_holds_the_released_notebook_and_goes_with_the_fields(tmp_path):
    root = copy_course(tmp_path)
    kits = root / "book" / "_extra" / "kits"
    write_pages(root / "book", None, fields(root))
    script = (kits / "tiny.js").read_text()
    content = json.loads(script.removeprefix('TDLive.take("notebook", ').removesuffix(");\n"))
    assert content == json.loads((kits / "tiny.ipynb").read_text())
    write_pages(root / "book")
    assert not (kits / "tiny.js").exists()
