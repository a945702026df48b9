import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest
from classroom_browser import executed, shut_in
from classroom_course import GOOD, classroom, submission
from classroom_payloads import hostile_notebook
from fixture import COURSE
from nbgrader.api import Gradebook

from chromium import PATIENCE
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.lab import command_line, configure, environment

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOKEN = "course-test"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, seconds=PATIENCE // 1000):
    for _ in range(seconds * 5):
        try:
            return urllib.request.urlopen(address, timeout=5).status
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = classroom(tmp_path_factory.mktemp("lab"))
    posing = submission(**GOOD, explain="# double\n\ndouble-comment\n===")
    heading = {
        "cell_type": "markdown",
        "id": "posing",
        "metadata": {},
        "source": "#explain\n\n- ## norm\n\n# statusmessage",
    }
    posing["cells"].insert(0, heading)
    for student, notebook in (
        ("mallory", hostile_notebook()),
        ("alice", submission(**GOOD, explain="right")),
        ("peggy", posing),
    ):
        path = made.submitted("mini", student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook))
    grade(made, "mini", (), Settings(engine="classroom_course:text_engine"), run=local.run)
    return made


@pytest.fixture(scope="module")
def server(room):
    port = free_port()
    line = command_line(room, port=port, browser=False, extra=(f"--IdentityProvider.token={TOKEN}",))
    log = (room.root / "server.log").open("wb")
    process = subprocess.Popen(
        line,
        cwd=room.root,
        env=environment(configure(room)),
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/formgrader/gradebook?token={TOKEN}")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=PATIENCE // 1000)
        log.close()


def sign_in(context, server):
    page = context.new_page()
    page.goto(f"{server}/login?token={TOKEN}&next=%2Fapi%2Fstatus", wait_until="load")
    return page


def submission_id(room, student):
    with Gradebook(room.db_url, COURSE.id) as book:
        return book.find_submission_notebook("mini", "mini", student).id


def entered(room, student="alice"):
    """The points that a person gave, by question."""
    with Gradebook(room.db_url, COURSE.id) as book:
        grades = book.find_submission_notebook("mini", "mini", student).grades
        return {grade.name: grade.manual_score for grade in grades if grade.manual_score is not None}


def enter(page, server, room, student, question, points):
    """Type a score into formgrader's box of a question."""
    page.goto(f"{server}/formgrader/submissions/{submission_id(room, student)}/", wait_until="load")
    box = page.locator(f"input#{question}")
    box.wait_for()
    for _ in range(
        PATIENCE // 500
    ):  # what is entered before formgrader has got the scores is lost: a person enters it again
        box.fill("")
        box.fill(str(points))
        box.press("Tab")
        page.wait_for_timeout(500)
        if entered(room, student).get(question) == points:
            break


def test_formgrader_lists_grades_and_keeps_what_is_entered(room, server):
    with shut_in() as context:
        page = sign_in(context, server)
        page.goto(f"{server}/formgrader/manage_submissions/mini", wait_until="load")
        page.wait_for_selector("text=alice")
        page.wait_for_selector("text=mallory")
        enter(page, server, room, "alice", "explain", 3)
        page.wait_for_selector("text=def double(x)", state="attached")
    assert entered(room) == {"explain": 3}
    grade(room, "mini", (), Settings(engine="classroom_course:text_engine"), run=local.run, again=True)
    assert entered(room) == {"explain": 3}
    with Gradebook(room.db_url, COURSE.id) as book:
        assert book.find_submission("mini", "alice").score == 8


def test_headings_that_are_called_like_questions_do_not_take_the_place_of_their_boxes(room, server):
    """formgrader looks for a box by its id, and nbconvert makes ids of headings: one score could be booked twice."""
    with shut_in() as context:
        page = sign_in(context, server)
        for question, points in (("explain", 3), ("norm", 1)):
            enter(page, server, room, "peggy", question, points)
            page.wait_for_timeout(1_000)
    assert entered(room, "peggy") == {"explain": 3, "norm": 1}


def test_nothing_runs_in_formgrader(room, server):
    pages = (
        f"submissions/{submission_id(room, 'mallory')}/",
        "manage_submissions/mini",
        "gradebook/mini/mini",
        "manage_students",
        "manage_students/mallory/mini",
    )
    with shut_in() as context:
        sign_in(context, server).close()
        for page in pages:
            assert executed(context, f"{server}/formgrader/{page}") == [], page


POST = """async (address) => {
    const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
    return (await fetch(address, {method: "POST", headers: {"X-CSRFToken": token, "X-XSRFToken": token}})).json();
}"""


def test_formgrader_s_own_autograde_runs_nothing(room, server):
    """It would run students' code as the instructor."""
    before = room.autograded("mini", "alice").read_bytes()
    with shut_in() as context:
        page = sign_in(context, server)
        page.goto(f"{server}/formgrader/manage_submissions/mini", wait_until="load")
        page.wait_for_selector("text=alice")
        said = page.evaluate(POST, f"{server}/formgrader/api/submission/mini/alice/autograde")
    assert said["success"] is False and "type `course grade mini` in a terminal" in said["error"]
    assert room.autograded("mini", "alice").read_bytes() == before
