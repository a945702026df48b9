"""Marking by click: what is ticked becomes points and words, and nothing but this machine's own browser gets in."""

import json
from contextlib import contextmanager
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from classroom_course import GOOD, classroom, submission
from nbgrader.api import Gradebook
from test_collect import put
from test_mark import RUBRIC, SETTINGS, stands

from chromium import NEEDED, chromium
from coursekit.classroom.desk.server import LONGEST, Server
from coursekit.classroom.desk.sheets import Desk
from coursekit.classroom.grade import local
from coursekit.classroom.grade.run import grade

HOSTILE = (
    "It is *linear*. <script>document.title = 'mine'</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))"
)


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path / "room")
    made.source("mini").write_text(made.source("mini").read_text().replace("Because.", RUBRIC))
    for student, words in (("ann", HOSTILE), ("bo", "Who knows?"), ("cy", "Since.")):
        put(made.submitted("mini", student), json.dumps(submission(explain=words, **GOOD)))
    grade(made, "mini", (), SETTINGS, run=local.run)
    return made


@contextmanager
def served(room):
    with Server(Desk(room, "mini")) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def get(address, form=None, **headers):
    """Status, final address and text."""
    data = None if form is None else urlencode(form, doseq=True).encode()
    try:
        with urlopen(Request(address, data, headers)) as answer:
            return answer.status, answer.url, answer.read().decode()
    except HTTPError as error:
        return error.code, address, error.read().decode()


def test_what_is_ticked_becomes_points_and_words_and_the_next_answer_comes(room):
    with served(room) as server:
        status, _, page = get(server.address)
        assert status == 200 and "0 of 3 marked" in page
        status, where, page = get(server.address + "explain")
        assert status == 200 and where.endswith("/explain/ann") and "naming it" in page and "Because." in page
        status, where, page = get(where, {"remark": ["naming it", "why"], "comment": "Well put.\r\nYes.", "points": ""})
        assert status == 200 and where.endswith("/explain/bo") and "1 of 3 marked" in page
        assert stands(room) == ("graded", 3.5, "naming it\n\nwhy\n\nWell put.\nYes.")
        _, where, page = get(where, {"points": "0", "comment": "Say what varies.", "keep": "on"})
        assert where.endswith("/explain/cy") and "Say what varies." in page  # a remark now
        _, where, page = get(where, {"points": "1,5"})
        assert where == server.address and "3 of 3 marked" in page and stands(room, "cy")[:2] == ("graded", 1.5)
        _, _, page = get(server.address + "explain/ann")  # to look again, and change
        assert "<strong>3.5 of 4</strong>" in page and "After: bo" in page
        get(server.address + "explain/ann", {"points": "4"})
    assert stands(room)[:2] == ("graded", 4)
    with Gradebook(room.db_url) as book:
        (given,) = (g for g in book.find_submission_notebook("mini", "mini", "ann").grades if g.name == "explain")
        assert (given.manual_score, given.needs_manual_grade) == (4, False)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"points": "5"}, "has 0 to 4 points, got 5"),
        ({"points": "nan"}, "points must be a number, got &#39;nan&#39;"),
        ({"points": "many"}, "points must be a number"),
        ({"comment": "Only words."}, "enter points"),
        ({"remark": ["no such remark"]}, "enter points"),
        ({"comment": "x" * LONGEST}, "at most 100,000 bytes"),
    ],
)
def test_what_cannot_be_entered_is_said_on_the_page_and_gives_no_grade(room, form, words):
    with served(room) as server:
        status, _, page = get(server.address + "explain/ann", form)
        assert status == 400 and words in page
        assert len(form.get("comment", "")) >= LONGEST or form.get("comment", "") in page  # nothing is lost
    assert stands(room)[:2] == ("waiting", None)


def test_only_who_knows_the_address_gets_in_and_only_under_this_machines_name(room):
    with served(room) as server:
        start = server.address.removesuffix(f"{server.secret}/")
        for address in (start, start + "x" * 32 + "/", start + "x" * 32 + "/explain/ann"):
            assert get(address)[0] == get(address, {"points": "4"})[0] == 404
        assert (
            get(server.address, Host="evil.example")[0]
            == get(server.address + "explain/ann", {"points": "4"}, Host="evil.example")[0]
            == 404
        )
        for gone in ("explain/zoe", "double/ann"):
            status, _, page = get(server.address + gone)
            assert status == 400 and "has no answer to" in page
    assert stands(room)[:2] == ("waiting", None)


@pytest.mark.browser
@NEEDED
def test_what_a_student_wrote_does_nothing_and_the_page_is_used_by_keyboard(room):
    from axe_playwright_python.sync_playwright import Axe

    with served(room) as server, chromium() as browser:
        page = browser.new_page(color_scheme="dark")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.address + "explain/ann")
        assert page.title() == "explain, ann" and "script>document.title" in page.locator(".desk-answer").inner_text()
        assert page.locator(".desk-answer script, .desk-answer img, .desk-answer a[href^='javascript']").count() == 0
        assert (
            Axe().run(page).response["violations"] == []
            and [url for url in asked if not url.startswith(server.address)] == []
        )
        page.get_by_label("naming it").focus()
        page.keyboard.press("Space")
        page.get_by_label("A comment for the student").press_sequentially("Good.")
        page.get_by_role("button", name="Enter, and go on").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/explain/bo")
    assert stands(room) == ("graded", 1, "naming it\n\nGood.")
