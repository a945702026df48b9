"""What students write, as nbconvert renders it after cleaning: no tag of theirs, nothing from elsewhere, no id, no hang."""

import json
import re

import pytest
from classroom_course import classroom, source_bytes, submission
from classroom_payloads import BEACON, MARKDOWN, filled
from drawn import png
from nbconvert.filters.markdown import markdown2html

from coursekit.classroom.show.clean import MATH_CAP, MATH_OPENERS, Cleaner, inert_markdown
from coursekit.classroom.show.feedback import cleaned
from coursekit.classroom.show.similarity import similarity
from coursekit.notebooks.read import Refused, read_notebook

PLAIN = re.compile(
    r"</?(?:p|em|strong|del|ul|li|ol|blockquote|br|hr|table|thead|tbody|tr|t[dh]|div|span|pre|code|h[1-6])"
    r'(?: (?:class|style|start)="[\w :;.%-]*")*(?: /)?>|</a>'
    r'|<a (?:class="anchor-link" )?href="(?:#|https?://|mailto:)[^"<>]*"(?: title="[^"<>]*")?>|<h[1-6] id="[^"<>]*">'
)


@pytest.mark.parametrize("name", MARKDOWN)
def test_nbconvert_makes_plain_tags_only_of_every_payload(name):
    page = markdown2html(inert_markdown(filled(MARKDOWN[name], name)))
    assert [tag for tag in re.findall(r"<[A-Za-z/!?][^>]*>", page) if not PLAIN.fullmatch(tag)] == []
    assert f'src="http://{BEACON}' not in page
    ids = re.findall(r'<h\d id="([^"]*)"', page)
    assert all("%E2%80%8B" in found for found in ids), ids
    assert not re.search(r"\\(?:href|bbox|mmlToken|unicode|require|csname)", page)


FORMS = ("# explain", "#explain", "explain\n===", "explain\n---", "> # explain", "- 1. # explain", "# explain #")


@pytest.mark.parametrize("text", FORMS)
def test_a_heading_has_no_id_that_formgrader_looks_for(text):
    page = markdown2html(inert_markdown(text))
    assert "explain" in page and 'id="explain"' not in page and "<h" in page


LONG = {
    "brackets": "[" * 100_000, "stars": "*" * 100_000, "quotes": "> " * 50_000, "lists": "- " * 50_000, "ticks": "`" * 100_000,
    "math": r"\\[" * 33_000, "environments": r"\begin{a}" * 11_000, "backslashes": "\\" * 100_000, "rules": "-" * 99_999 + "x",
    "links": "](http://" * 11_000, "pictures": "![a](attachment:" * 6_000, "definitions": "[a]: b\n" * 14_000,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_no_text_keeps_the_renderers_busy(name):
    """Of what nbconvert seeks the end of through the whole text, little is left: it would be at it for minutes."""
    safe = inert_markdown(LONG[name])
    assert all(safe.count(opener) <= MATH_CAP for opener in MATH_OPENERS)
    assert markdown2html(safe) and cleaned(LONG[name])


def test_no_picture_that_is_left_out_stops_a_page():
    """nbconvert refuses a whole notebook when one picture of its text is not attached."""
    notebook = submission(explain="![a](attachment:a.png) ![b](attachment:lost.png)")
    notebook["cells"][-1]["attachments"] = {"a.png": {"image/png": png(8, 8)}}
    noise = [{"output_type": "stream", "name": "stdout", "text": "x" * 20_000}] * 150
    notebook["cells"].append({"cell_type": "code", "source": "1", "metadata": {}, "outputs": noise})
    for cells, words in (
        (notebook["cells"][:-1], "![a](attachment:a.png)"),
        (notebook["cells"], "(picture a.png, left out)"),
    ):
        text = Cleaner(source_bytes()).notebook(json.dumps(notebook | {"cells": cells}), {})
        (answer,) = [cell for cell in json.loads(text)["cells"] if "picture lost.png" in "".join(cell["source"])]
        assert words in "".join(answer["source"])
        assert ("attachments" in answer) == ("attachment:" in words)


def test_half_a_character_stops_nothing():
    text = Cleaner(source_bytes()).notebook(json.dumps(submission(explain="x \ud800 y")), {"double": "\udfff"})
    assert "x \ufffd y" in text.encode().decode()


ODD = ([1], "text", {"nbgrader": [1]}, {"nbgrader": {"grade_id": [1]}}, {"nbgrader": {"grade_id": {}}}, None)


def test_odd_metadata_of_one_student_stops_no_report_on_the_others(tmp_path):
    room = classroom(tmp_path)
    code = "def double(x):\n    total = 0\n    for step in range(2):\n        total = total + x * 1\n    return total\n"
    for number, metadata in enumerate(ODD):
        notebook = submission(double_answer=code)
        if number > 1:
            notebook["cells"].append({"cell_type": "code", "source": "1", "metadata": metadata})
        path = room.submitted("mini", f"s{number}")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook) if number else json.dumps([notebook]))
    assert similarity(room, "mini", 0.1) == []  # most of the class has this code


def test_old_notebooks_with_odd_sheets_are_read_as_far_as_they_go():
    assert (
        read_notebook(b'{"worksheets": [1, {"cells": 5}, {"cells": [{"cell_type": "code", "input": "1"}]}]}')[0].source
        == "1"
    )
    assert read_notebook(b'{"worksheets": [{"cells": null}]}') == []
    with pytest.raises(Refused):
        read_notebook(b'{"worksheets": 5}')
