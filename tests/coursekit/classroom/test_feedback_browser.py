import base64
import io
import json

import pytest
from classroom_browser import executed, shut_in
from classroom_course import GOOD, classroom, submission
from classroom_payloads import MARKDOWN, OUTPUTS, filled, hostile_notebook
from fixture import COURSE
from nbgrader.api import Gradebook

from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.show import feedback

pytestmark = pytest.mark.browser
ENGINE = "classroom_course:text_engine"


@pytest.fixture(scope="module")
def hostile_room(tmp_path_factory):
    """A classroom with one hostile submission, graded by an engine that hands the notebook back as it came."""
    room = classroom(tmp_path_factory.mktemp("hostile"))
    path = room.submitted("mini", "mallory")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(hostile_notebook()))
    room.roster.write_text(
        'student,first_name,last_name\nmallory,"<script>pwned(\'first\')</script>","""><img src=x onerror=pwned(9)>"\n'
    )
    grade(room, "mini", (), Settings(engine=ENGINE), run=local.run)
    with Gradebook(room.db_url, COURSE.id) as book:
        book.find_comment(
            "explain", "mini", "mini", "mallory"
        ).manual_comment = "<script>pwned('own comment')</script> *fine*"
        book.db.commit()
    return room


def stock_feedback(room, student="mallory"):
    """nbgrader's own feedback page of a student of the classroom."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(room.root)
    config.CourseDirectory.course_id = COURSE.id
    config.CourseDirectory.feedback_directory = "stock_feedback"
    answer = NbGraderAPI(config=config).generate_feedback("mini", force=True)
    assert answer["success"], answer
    return room.root / "stock_feedback" / student / "mini" / "mini.html"


def plot():
    """A real plot as PNG, in base64."""
    from matplotlib.figure import Figure

    figure, file = Figure(figsize=(2, 1)), io.BytesIO()
    figure.subplots().plot([0, 1])
    figure.savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode()


def with_plots():
    """Good work with a plot in an answer cell and one below the written answer, among outputs that are no pictures."""
    notebook = submission(**GOOD, explain="As the plot below shows.")
    outputs = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": plot()}}]
    outputs += [
        {"output_type": "display_data", "metadata": {}, "data": filled(data, name)}
        for name, data in OUTPUTS.items()
        if "polyglot" not in name  # such a file is a picture, too
    ]
    outputs.append({"output_type": "display_data", "metadata": {}, "data": {"image/png": plot() * 400}})
    own = {
        "cell_type": "code",
        "id": "own",
        "metadata": {},
        "execution_count": 1,
        "source": "1 + 1",
        "outputs": outputs,
    }
    notebook["cells"].append(own)
    marked = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    marked["double_answer"]["outputs"] = outputs
    return notebook


@pytest.fixture(scope="module")
def drawn_room(tmp_path_factory):
    """A classroom with one submission that holds plots, graded by the real engine."""
    room = classroom(tmp_path_factory.mktemp("plots"))
    path = room.submitted("mini", "ann")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(with_plots()))
    grade(room, "mini", (), Settings(), run=local.run)
    return room


def test_a_students_plots_reach_the_grader_and_nothing_else_does(drawn_room):
    cells = json.loads(drawn_room.autograded("mini", "ann").read_text())["cells"]
    kinds = [
        sorted(output["data"])
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert kinds == [["image/png"], ["image/png"]]
    kept = {kind for cell in cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert kept <= {"image/png", "text/plain"}
    (ours,) = feedback.write(drawn_room, "mini")
    for page in (ours, stock_feedback(drawn_room, "ann")):
        with shut_in() as context:
            assert executed(context, page.as_uri()) == []
            view = context.new_page()
            view.goto(page.as_uri())
            for details in view.locator("details").all():
                details.evaluate("tag => tag.open = true")
            widths = view.evaluate("[...document.images].map(image => image.naturalWidth)")
            assert widths.count(200) == 2 and set(widths) == {200}


def test_there_are_enough_payloads():
    assert len(MARKDOWN) + len(OUTPUTS) >= 95


def test_nothing_runs_in_our_feedback(hostile_room):
    (page,) = feedback.write(hostile_room, "mini")
    with shut_in() as context:
        assert executed(context, page.as_uri()) == []


def test_nothing_runs_in_stock_feedback_and_hidden_checks_are_not_on_it(hostile_room):
    with Gradebook(
        hostile_room.db_url, COURSE.id
    ) as book:  # stock pages show a grader's comment as it is: that is the grader's own
        book.find_comment("explain", "mini", "mini", "mallory").manual_comment = None
        book.db.commit()
    page = stock_feedback(hostile_room)
    assert "SECRETCHECK" not in page.read_text()
    with shut_in() as context:
        assert executed(context, page.as_uri()) == []


def test_the_same_page_of_the_raw_notebook_runs_scripts(hostile_room, tmp_path):
    """The tests above could fail: what they hold off does run when the notebook is not cleaned."""
    path = hostile_room.autograded("mini", "mallory")
    safe = path.read_text()
    raw = hostile_notebook()
    raw["cells"] = [cell for cell in raw["cells"] if cell["cell_type"] == "markdown" and cell["id"].startswith("m-")]
    raw["cells"] = [
        cell for cell in raw["cells"] if "attachment:" not in cell["source"]
    ]  # nbconvert stops at a lost one
    raw["metadata"] = json.loads(safe)["metadata"]
    path.write_text(json.dumps(raw))
    try:
        page = stock_feedback(hostile_room)
        with shut_in() as context:
            ran = set(executed(context, page.as_uri()))
        assert sum("beacon" in call for call in ran) >= 5 and sum("beacon" not in call for call in ran) >= 5
    finally:
        path.write_text(safe)
