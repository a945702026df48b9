"""What is shown of a large notebook: pictures that are what they say as far as they fit, then text, and always the answers."""

import base64
import json

from classroom_course import GOOD, source_bytes, submission
from drawn import jpeg, png

from coursekit.classroom.show.clean import Cleaner
from coursekit.engine.interface import Budget, CellReport, QuestionResult
from coursekit.engine.matching.executed import executed_notebook
from coursekit.engine.matching.plan import make_plan
from coursekit.notebooks.limits import LONGEST_OUTPUT
from coursekit.notebooks.pictures import LARGEST_PICTURE, picture


def test_pictures_that_unpack_to_more_than_a_browser_holds_are_left_out():
    assert picture("image/png", png(4000, 4000)) and picture("image/jpeg", jpeg(4000, 4000))
    for mime, data in (
        ("image/png", png(50_000, 50_000)),
        ("image/png", png(0, 7)),
        ("image/jpeg", jpeg(60_000, 60_000)),
        ("image/jpeg", jpeg(0, 0)),
        ("image/png", jpeg(8, 8)),
        ("image/jpeg", base64.b64encode(b"\xff\xd8\xff" * 9).decode()),
        ("image/png", png(8, 8) * LARGEST_PICTURE),
    ):
        assert picture(mime, data) is None


def shown(notebook, most, output=""):
    """The executed notebook of at most ``most`` bytes, as JSON; every cell printed ``output``."""
    plan = make_plan(source_bytes(), json.dumps(notebook).encode())
    reports = [CellReport("ok", "", output) for _ in plan.cells]
    results = {question.id: QuestionResult(0.0, 1.0, "failed", "why") for question in plan.questions}
    text = executed_notebook(plan, reports, results, Budget(notebook_bytes=most))
    assert len(text.encode()) <= most
    return json.loads(text)["cells"]


def own(pictures, flood=0):
    """The submission with a cell of the student's own that drew ``pictures`` after it had printed a lot."""
    notebook = submission(**GOOD)
    outputs = [{"output_type": "display_data", "data": {"image/png": data}} for data in pictures]
    printed = [{"output_type": "stream", "name": "stdout", "text": "x" * flood}] if flood else []
    notebook["cells"].append({"cell_type": "code", "source": "1", "metadata": {}, "outputs": printed + outputs})
    return notebook


def kept(cells):
    return [output["data"]["image/png"] for cell in cells for output in cell.get("outputs", []) if "data" in output]


def test_pictures_stay_in_a_large_notebook_as_far_as_they_fit():
    drawn = [png(8, 8, letter * 3_000) for letter in (b"A", b"B", b"C")]
    assert kept(shown(own(drawn, flood=20_000), 20_000)) == drawn[:2]
    assert kept(shown(own(drawn), 100_000)) == drawn


def test_attached_pictures_take_of_the_same_room():
    notebook = own([png(8, 8, b"B" * 3_000)])
    notebook["cells"].append(
        {
            "cell_type": "markdown",
            "source": "![a](attachment:a.png)",
            "metadata": {},
            "attachments": {"a.png": {"image/png": png(8, 8, b"A" * 3_000)}},
        }
    )
    assert "attachments" in shown(notebook, 100_000)[-1]
    assert "attachments" not in shown(notebook, 14_000)[-1] and kept(shown(notebook, 14_000))


def test_what_was_printed_before_is_no_output_of_grading():
    assert "xxx" not in json.dumps(shown(own([], flood=50_000), 100_000))


def test_answers_outlast_outputs_and_pictures():
    notebook = own([png(8, 8, b"A" * 3_000)])
    notebook["cells"] += [{"cell_type": "code", "source": "# mine\n" * 500, "metadata": {}, "outputs": []}] * 20
    cells = shown(notebook, 30_000, output="o" * LONGEST_OUTPUT)
    sources = "".join("".join(cell["source"]) for cell in cells)
    assert GOOD["double_answer"] in sources and kept(cells) == []


def test_a_page_is_cleaned_and_made_to_fit_whatever_the_engine_left():
    """The second cleaning does not rely on the first: here it gets what no engine gives."""
    notebook = submission(**GOOD)
    wild = [
        {"output_type": "display_data", "data": {"text/html": "<script>"}},
        {"output_type": "stream", "text": "x" * 10**5},
    ]
    notebook["cells"] += [{"cell_type": "code", "source": "1", "metadata": {}, "outputs": wild}] * 200
    text = Cleaner(source_bytes()).notebook(json.dumps(notebook), {})
    assert len(text.encode()) <= 2 * 2**20 and "<script>" not in text and "def double" in text
