"""Marking by click: what is ticked becomes points and words, and nothing but this machine's own browser gets in."""

import json
import socket
from contextlib import contextmanager
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from bs4 import BeautifulSoup
from classroom_course import GOOD, classroom, source_bytes, submission
from click.testing import CliRunner
from nbgrader.api import Gradebook
from test_collect import put
from test_mark import RUBRIC, SETTINGS, mark, stands

from chromium import NEEDED, chromium
from coursekit.classroom.desk.server import LONGEST, Server
from coursekit.classroom.desk.sheets import Desk
from coursekit.classroom.grade import local
from coursekit.classroom.grade.run import grade
from coursekit.classroom.gradebook.scores import standings
from coursekit.classroom.layout import Classroom
from coursekit.cli import main

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
def served(room, *assignments):
    with Server(*(Desk(room, name) for name in assignments or ("mini",))) as server:
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


def opened(address):
    """Where an answer's page is, the keys of its remarks by their words, what is ticked, and its other fields."""
    status, where, page = get(address)
    assert status == 200, page
    soup = BeautifulSoup(page, "html.parser")
    boxes = soup.select("[name=remark]")
    keys = {" ".join(box.find_next("span").get_text(" ").split()): box["value"] for box in boxes}
    fields = {
        "seen": soup.select_one("[name=seen]")["value"],
        "comment": soup.textarea.get_text(),
        "points": soup.select_one("[name=points]")["value"],
    }
    return where, keys, [box["value"] for box in boxes if box.has_attr("checked")], fields


def enter(address, *ticked, **form):
    """Open an answer, fill the form in as a person would, and send it."""
    where, keys, chosen, fields = opened(address)
    return get(where, fields | {"remark": [*chosen, *(keys[words] for words in ticked)]} | form)


def test_what_is_ticked_becomes_points_and_words_and_the_next_answer_comes(room):
    with served(room) as server:
        status, _, page = get(server.address)
        assert status == 200 and "0 of 3 marked" in page
        where, _, _, _ = opened(server.address + "mini/explain")
        assert where.endswith("/explain/ann") and "Because." in get(where)[2]
        status, where, page = enter(where, "1 naming it", "2.5 why", comment="Well put.\r\nYes.")
        assert status == 200 and where.endswith("/explain/bo") and "1 of 3 marked" in page
        assert stands(room) == ("graded", 3.5, "naming it\n\nwhy\n\nWell put.\nYes.")
        _, where, page = enter(where, points="0", comment="Say what varies.\r\nAnd how.", keep="on")
        assert where.endswith("/explain/cy") and "Say what varies." in page  # a remark now
        _, where, page = enter(where, "Say what varies. And how.", points="1,5")
        assert where == server.address and "3 of 3 marked" in page
        assert stands(room, "cy") == ("graded", 1.5, "Say what varies.\nAnd how.")
    with Gradebook(room.db_url) as book:
        (given,) = (g for g in book.find_submission_notebook("mini", "mini", "ann").grades if g.name == "explain")
        assert (given.manual_score, given.needs_manual_grade) == (3.5, False)


def test_an_answer_that_is_marked_again_shows_what_was_given_and_loses_nothing(room):
    with served(room) as server:
        ann = server.address + "mini/explain/ann"
        enter(ann, "1 naming it", comment="Good.")
        _, keys, chosen, fields = opened(ann)
        assert chosen == [keys["1 naming it"]] and fields["comment"] == "Good." and fields["points"] == ""
        enter(ann, "2.5 why")
        assert stands(room) == ("graded", 3.5, "naming it\n\nwhy\n\nGood.")
        enter(ann, points="2", comment="")
        assert stands(room) == ("graded", 2, "naming it\n\nwhy") and opened(ann)[3]["points"] == "2"
        where, _, _, fields = opened(ann)
        get(where, fields | {"points": "3", "comment": ""})  # nothing ticked, nothing said: nothing is kept
        assert stands(room) == ("graded", 3, "")


def test_equal_remarks_are_told_apart(room):
    room.bank("mini").parent.mkdir(parents=True, exist_ok=True)
    room.bank("mini").write_text(json.dumps({"explain": [{"text": "naming it", "points": None}] * 2}))
    with served(room) as server:
        where, _, _, fields = opened(server.address + "mini/explain/ann")
        keys = [box["value"] for box in BeautifulSoup(get(where)[2], "html.parser").select("[name=remark]")]
        assert len(set(keys)) == 4
        get(where, fields | {"remark": keys[:1]})
    assert stands(room) == ("graded", 1, "naming it")


def test_points_are_for_the_answer_that_was_seen(room):
    with served(room) as server:
        where, _, _, fields = opened(server.address + "mini/explain/ann")
        put(room.submitted("mini", "ann"), json.dumps(submission(explain="Something else.", **GOOD)))
        grade(room, "mini", ("ann",), SETTINGS, run=local.run)
        status, _, page = get(where, fields | {"points": "4", "comment": "Fine."})
        assert (
            status == 400
            and "has changed since you opened it" in page
            and "Something else." in page
            and "Fine." in page
        )
        assert stands(room)[:2] == ("waiting", None)
        _, _, _, fields = opened(where)
        get(where, fields | {"points": "1"})
        assert get(where, fields | {"points": "4"})[0] == 400  # another tab
    assert stands(room)[:2] == ("graded", 1)


def test_an_answer_that_is_not_the_newest_is_marked_as_such(room):
    with served(room) as server:
        here = server.address + "mini/explain/ann"
        assert "not the newest" not in get(here)[2] and "something newer" not in get(server.address)[2]
        put(room.submitted("mini", "ann"), json.dumps(submission(explain="Something else.", **GOOD)))
        said = get(here)[2]  # without laying out anew
        assert "not the newest: the student has handed in again since. <code>course grade mini</code>" in said
        assert "Something else." not in said
        assert "Of ann something newer is there" in get(server.address)[2]
        assert "ann: the student has handed in again since; `course grade mini`" in mark(room)[1]
        grade(room, "mini", ("ann",), SETTINGS, run=local.run)
        assert "Something else." in get(here)[2] and "not the newest" not in get(here)[2]
        room.source("mini").write_text(room.source("mini").read_text().replace("naming it", "its name"))
        assert "not the newest: the assignment was released again since." in get(here)[2]
        assert "Of ann, bo, cy something newer is there" in get(server.address)[2]


def test_an_assignment_s_notebooks_lie_on_one_page(tmp_path, monkeypatch):
    room = Classroom(tmp_path / "room")
    for part, words in (("part1", "Because."), ("part2", "Hence.")):
        put(room.root / "source" / "hw" / f"{part}.ipynb", source_bytes().decode().replace("Because.", words))
        put(room.root / "submitted" / "ann" / "hw" / f"{part}.ipynb", json.dumps(submission(explain=part, **GOOD)))
        grade(room, f"hw.{part}", (), SETTINGS, run=local.run)
    served_at = []
    monkeypatch.setattr(Server, "serve_forever", lambda server: served_at.append(list(server.desks)))
    done = CliRunner().invoke(main, ["mark", "hw", "--page", "--classroom", str(room.root)])
    assert (done.exit_code, served_at) == (0, [["hw.part1", "hw.part2"]]), done.output
    monkeypatch.undo()
    with served(room, "hw.part1", "hw.part2") as server:
        page = get(server.address)[2]
        assert page.count("0 of 1 marked") == 4 and page.index("<h2>hw.part1") < page.index("<h2>hw.part2")
        first, second = (opened(f"{server.address}hw.{part}/explain")[0] for part in ("part1", "part2"))
        assert first.endswith("/hw.part1/explain/ann") and "Because." in get(first)[2] and "Hence." in get(second)[2]
        status, where, page = enter(second, points="3")
        assert (status, where) == (200, server.address) and "1 of 1 marked" in page and "0 of 1 marked" in page
        status, _, page = get(server.address + "hw.part3/explain/ann")
        assert status == 400 and "is not marked here, but hw.part1, hw.part2" in page
    found = {p: standings(room, f"hw.{p}")[0].marks[-1].manual.score for p in ("part1", "part2")}
    assert found == {"part1": None, "part2": 3}


def test_a_gradebook_or_a_bank_that_cannot_be_used_is_said_and_the_words_stay(room):
    with served(room) as server:
        where, _, _, fields = opened(server.address + "mini/explain/ann")
        room.bank("mini").parent.mkdir(parents=True, exist_ok=True)
        room.bank("mini").write_text(json.dumps({"explain": [{"text": "x", "points": "1"}]}))
        status, _, page = get(where)
        assert status == 400 and "is damaged" in page
        room.bank("mini").unlink()
        database = room.root / "gradebook.db"
        database.rename(room.root / "away.db")
        (room.root / "gradebook.db").mkdir()
        status, _, page = get(where, fields | {"points": "1", "comment": "Kept words."})
        assert status == 400 and "the gradebook cannot be used" in page
        (room.root / "gradebook.db").rmdir()
        (room.root / "away.db").rename(database)
        assert get(where, fields | {"points": "1"})[0] == 200


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"points": "5"}, "has 0 to 4 points, got 5"),
        ({"points": "nan"}, "points must be a number, got &#39;nan&#39;"),
        ({"points": "0_1"}, "points must be a number"),
        ({"points": "many"}, "points must be a number"),
        ({"comment": "Only words."}, "enter points"),
        ({"remark": ["no such remark"], "points": "1"}, "not in the bank any more"),
        ({"comment": "x" * LONGEST}, "at most 100,000 bytes"),
        ({"comment": "x" * 30 * LONGEST}, "at most 100,000 bytes"),
    ],
)
def test_what_cannot_be_entered_is_said_on_the_page_and_gives_no_grade(room, form, words):
    with served(room) as server:
        where, _, _, fields = opened(server.address + "mini/explain/ann")
        status, _, page = get(where, fields | form)
        assert status == 400 and words in page
        assert len(form.get("comment", "")) >= LONGEST or form.get("comment", "") in page  # nothing is lost
    assert stands(room)[:2] == ("waiting", None)


@pytest.mark.parametrize(
    "sent",
    [
        "GET foo HTTP/1.0\r\n\r\n",
        "GET http://[ HTTP/1.0\r\n\r\n",
        "POST {path}mini/explain/ann HTTP/1.0\r\nHost: {host}\r\n\r\npoints=1",
        "POST {path}mini/explain/ann HTTP/1.0\r\nHost: {host}\r\nContent-Length: 30\r\n\r\npoints=1",
    ],
)
def test_a_request_that_is_none_or_cut_short_gives_no_grade_and_gets_an_answer(room, sent, capfd):
    with served(room) as server, socket.create_connection(("127.0.0.1", server.server_port)) as line:
        path = server.address.partition(str(server.server_port))[2]
        line.sendall(sent.format(path=path, host=f"127.0.0.1:{server.server_port}").encode())
        line.shutdown(socket.SHUT_WR)
        assert b" 4" in line.makefile("rb").readline()
    assert stands(room)[:2] == ("waiting", None) and "Traceback" not in capfd.readouterr().err


def test_only_who_knows_the_address_gets_in_and_only_under_this_machines_name(room):
    with served(room) as server:
        start = server.address.removesuffix(f"{server.secret}/")
        for address in (start, start + "x" * 32 + "/", start + "x" * 32 + "/mini/explain/ann"):
            assert get(address)[0] == get(address, {"points": "4"})[0] == 404
        assert (
            get(server.address, Host="evil.example")[0]
            == get(server.address + "mini/explain/ann", {"points": "4"}, Host="evil.example")[0]
            == 404
        )
        for gone in ("mini/explain/zoe", "mini/double/ann"):
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
        page.goto(server.address + "mini/explain/ann")
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
