"""Regrade requests: the code on the page leads to the question, and the answer comes back on the page."""

import re

import pytest
from click.testing import CliRunner
from test_export_changes import score
from test_export_states import hand_in, record, room  # noqa: F401 - the fixture

from coursekit.cli import main


def course(room, *line):  # noqa: F811
    result = CliRunner().invoke(main, [*line, "--classroom", str(room.root)])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


@pytest.fixture
def pages(room):  # noqa: F811
    """What writes the pages of ann, who lost all points, and of bo, and reads one."""
    for student, status in (("ann", "failed"), ("bo", "failed")):
        hand_in(room, student)
        record(room, student, status)

    def page(student):
        assert course(room, "feedback", "mini")[0] == 0
        return room.feedback("mini", student).read_text()

    return room, page


CODE = re.compile(r"the code <code>([A-Z2-7]{5}-[A-Z2-7]{5})</code>")


def test_a_code_on_the_page_is_of_one_student_s_question(pages):
    room, page = pages  # noqa: F811
    codes = {student: CODE.findall(page(student)) for student in ("ann", "bo")}
    assert [len(found) for found in codes.values()] == [3, 3]
    assert len({*codes["ann"], *codes["bo"]}) == 6
    said = course(room, "request", codes["bo"][1])[1]
    assert said.startswith("bo, mini, norm: 0 of 3, failed") and "nobody asked yet" in said
    assert course(room, "request", codes["bo"][1].lower().replace("-", " "))[1] == said
    code, said = course(room, "request", "AAAAA-AAAAA")
    assert code == 1 and "is on no feedback page" in said


def test_a_request_is_listed_until_it_is_answered_and_the_page_has_the_answer(pages):
    room, page = pages  # noqa: F811
    code = CODE.findall(page("ann"))[0]
    assert course(room, "request")[1].strip() == "no request is open"
    status, said = course(room, "request", code, "--answer", "no")
    assert status == 1 and "did not ask about double" in said
    assert course(room, "request", code, "--reason", "my <script>alert(1)</script> **sign**")[0] == 0
    assert "ann" in course(room, "request")[1] and "double" in course(room, "request")[1]
    text = page("ann")
    assert "<strong>sign</strong>" in text and "<script" not in text and "not answered yet" in text
    assert "asked for another look" not in page("bo")
    assert course(room, "request", code, "--answer", "Right you are.")[0] == 0
    assert course(room, "request")[1].strip() == "no request is open"
    assert "Right you are." in page("ann") and "not answered yet" not in page("ann")
    course(room, "request", code, "--reason", "again")
    assert "again" in course(room, "request")[1], "asked again, it is open again"


def test_a_question_with_all_its_points_has_no_code(room):  # noqa: F811
    hand_in(room, "ann")
    record(room, "ann")
    course(room, "feedback", "mini")
    assert len(CODE.findall(room.feedback("mini", "ann").read_text())) == 3
    score(room, "ann", 2.0)
    course(room, "feedback", "mini")
    assert len(CODE.findall(room.feedback("mini", "ann").read_text())) == 2


def test_a_damaged_request_is_named(pages):
    room, page = pages  # noqa: F811
    code = CODE.findall(page("ann"))[0]
    course(room, "request", code, "--reason", "x")
    room.request("mini", "ann", "double").write_text("{")
    status, said = course(room, "request")
    assert status == 1 and "double.json is damaged" in said
