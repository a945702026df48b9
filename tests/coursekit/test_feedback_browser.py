import json

import pytest
from classroom_browser import chromium, executed
from classroom_course import classroom
from classroom_payloads import MARKDOWN, OUTPUTS, hostile_notebook
from nbgrader.api import Gradebook

from coursekit.classroom import feedback, run_local
from coursekit.classroom.cells import COURSE
from coursekit.classroom.grading import Settings, grade

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
    grade(room, "mini", (), Settings(engine=ENGINE), run=run_local.run)
    with Gradebook(room.db_url, COURSE) as book:
        book.find_comment(
            "explain", "mini", "mini", "mallory"
        ).manual_comment = "<script>pwned('own comment')</script> *fine*"
        book.db.commit()
    return room


def stock_feedback(room):
    """nbgrader's own feedback pages for the classroom."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(room.root)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.feedback_directory = "stock_feedback"
    answer = NbGraderAPI(config=config).generate_feedback("mini", force=True)
    assert answer["success"], answer
    return room.root / "stock_feedback" / "mallory" / "mini" / "mini.html"


def test_there_are_enough_payloads():
    assert len(MARKDOWN) + len(OUTPUTS) >= 45


def test_nothing_runs_in_our_feedback(hostile_room):
    (page,) = feedback.write(hostile_room, "mini")
    with chromium() as context:
        assert executed(context, page.as_uri()) == []


def test_nothing_runs_in_stock_feedback_and_hidden_checks_are_not_on_it(hostile_room):
    with Gradebook(
        hostile_room.db_url, COURSE
    ) as book:  # stock pages show a grader's comment as it is: that is the grader's own
        book.find_comment("explain", "mini", "mini", "mallory").manual_comment = None
        book.db.commit()
    page = stock_feedback(hostile_room)
    assert "SECRETCHECK" not in page.read_text()
    with chromium() as context:
        assert executed(context, page.as_uri()) == []


def test_the_same_page_of_the_raw_notebook_runs_scripts(hostile_room, tmp_path):
    """The tests above could fail: what they hold off does run when the notebook is not cleaned."""
    path = hostile_room.autograded("mini", "mallory")
    safe = path.read_text()
    raw = hostile_notebook()
    raw["cells"] = [cell for cell in raw["cells"] if cell["cell_type"] == "markdown" and cell["id"].startswith("m-")]
    raw["metadata"] = json.loads(safe)["metadata"]
    path.write_text(json.dumps(raw))
    try:
        page = stock_feedback(hostile_room)
        with chromium() as context:
            assert len(set(executed(context, page.as_uri()))) >= 5
    finally:
        path.write_text(safe)
