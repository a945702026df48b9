"""Exercises answered in the built book's pages, from a folder and without a network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_checks import AT_REST, NARROW, WIDE, as_it_stands, turn, violations
from playwright.sync_api import expect
from test_browser import HTML

from chromium import NEEDED
from coursekit.assignments.parse import load
from coursekit.assignments.running import complete

WITH_FIELDS = sorted(p.stem for p in HTML.glob("assignments/*.html") if "td-answers" in p.read_text(encoding="utf-8"))
TOPIC = "adam" if "adam" in WITH_FIELDS else next(iter(WITH_FIELDS), "")

pytestmark = [
    pytest.mark.browser,
    NEEDED,
    pytest.mark.skipif(not TOPIC, reason="no page has answer fields: run `course book` where pip has a network"),
]


LONG = "TDLive.Runner.SECONDS = 200"  # that an answer may take


class Field:
    """One question's answer field in a page."""

    def __init__(self, page: Any, id: str) -> None:
        self.page, self.place = page, page.locator(f".td-answer[data-question={id}]")
        self.area = self.place.locator("textarea")

    def check(self, answer: str) -> str:
        """Type ``answer``, press Check, and give what is said."""
        self.area.fill(answer)
        self.place.get_by_role("button", name="Check").click()
        self.page.wait_for_function("place => place.querySelector('.td-said').textContent && !place.querySelector('.td-main').disabled", arg=self.place.element_handle())  # fmt: skip
        return str(self.place.locator(".td-said").inner_text())


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """The page of an assignment; all that it asks of a network, and all that it logs as an error, is in ``page.wrong``."""
    context = browser.new_context(offline=True, accept_downloads=True, reduced_motion="reduce", color_scheme="light")
    page = context.new_page()
    page.wrong = []
    page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else page.wrong.append(r.url))
    page.loaded = []
    page.on("request", lambda r: page.loaded.append(r.url))
    page.goto((HTML / "assignments" / f"{TOPIC}.html").as_uri())
    page.evaluate(LONG)
    yield page
    context.close()


@pytest.fixture(scope="module")
def question() -> Any:
    """The first question whose visible checks name a mistake."""
    asked = load(TOPIC).questions
    return next(q for q in asked if q.meta.kind == "code" and q.decided_in_sight)


@pytest.fixture(scope="module")
def right(question: Any) -> str:
    assignment = load(TOPIC)
    return complete(assignment, assignment.question(question.id), "reference", question.reference)


def test_nothing_of_python_is_loaded_before_a_check_and_its_size_is_said(page: Any, question: Any) -> None:
    assert not [url for url in page.loaded if "/live/python" in url or "/kits/" in url]
    assert re.search(
        r"The next check loads Python and NumPy \(\d\d MB\)\.", Field(page, question.id).place.inner_text()
    )
    assert Field(page, question.id).area.input_value() == question.answer


def test_a_right_answer_passes_and_a_mistake_gets_its_name_and_hint(page: Any, question: Any, right: str) -> None:
    field, assignment = Field(page, question.id), load(TOPIC)
    assert "Passes the visible checks" in field.check(right)
    kept = dict(page.evaluate("topic => TDRead.kept.all(topic)", TOPIC))  # for the map of the course
    assert kept[f"passed-{question.id}"] is True and kept["questions"] == page.locator(".td-answer").count()
    assert "The next check loads" not in field.place.inner_text()
    said = [field.check(complete(assignment, question, "mistakes", m.code)) for m in question.mistakes]
    named = [m for m, text in zip(question.mistakes, said) if m.says in text]
    assert named and all("Wrong" in text or "Passes" in text for text in said)
    wrong = next(m for m in question.mistakes if m in named)
    field.check(complete(assignment, question, "mistakes", wrong.code))
    field.place.get_by_role("button", name="Open hint").click()
    page.get_by_text(question.meta.hints[wrong.hint - 1][:30]).first.wait_for()


def test_what_an_answer_prints_is_shown_as_text(page: Any, question: Any, right: str) -> None:
    field = Field(page, question.id)
    said = field.check(right + "\nprint('<img src=x onerror=document.title=1>')\nprint('x' * 10**6)")
    assert "<img src=x" in said and len(said) < 20_000 and field.place.locator("img").count() == 0


def test_an_answer_that_does_not_end_is_ended_and_the_next_one_is_checked(page: Any, question: Any, right: str) -> None:
    field = Field(page, question.id)
    page.evaluate("TDLive.Runner.SECONDS = 2")
    assert "is there a loop that does not end?" in field.check("while True:\n    print('again')")
    page.evaluate(LONG)
    field.area.fill("while True:\n    pass")
    field.place.get_by_role("button", name="Check").click()
    field.place.get_by_role("button", name="Stop").click()
    assert "Passes the visible checks" in field.check(right)


def test_a_field_is_left_by_keyboard(page: Any, question: Any) -> None:
    area = Field(page, question.id).area
    area.fill("def f():")
    area.press("End")
    for key, gives in (
        ("Enter", "def f():\n    "),
        ("x", "def f():\n    x"),
        ("Tab", "def f():\n    x    "),
        ("Shift+Tab", "def f():\nx    "),
    ):
        area.press(key)
        assert area.input_value() == gives
    area.press("ControlOrMeta+z")
    assert area.input_value() == "def f():\n    x    "
    area.press("Escape")
    area.press("Tab")
    assert not area.evaluate("area => area === document.activeElement")


def test_results_are_readable_in_both_themes_and_on_a_phone(page: Any, question: Any) -> None:
    Field(page, question.id).check("def wrong():\n    return 1\nprint('seen')")
    page.add_style_tag(content=AT_REST)
    for width, scheme in ((WIDE, "light"), (WIDE, "dark"), (NARROW, "dark"), (NARROW, "light")):
        turn(page, width, scheme)
        assert [*as_it_stands(page, scheme), *violations(page)] == [], (width, scheme)


def test_drafts_survive_a_reload_and_the_downloaded_notebook_is_graded(
    page: Any, question: Any, right: str, tmp_path: Path
) -> None:
    Field(page, question.id).area.fill(right)
    page.reload()
    expect(Field(page, question.id).area).to_have_value(right)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my notebook").click()
    file = tmp_path / "ada" / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == f"{TOPIC}.ipynb"
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset all answers").click()
    expect(Field(page, question.id).area).to_have_value(question.answer)
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function(
        "text => [...document.querySelectorAll('textarea')].some((area) => area.value === text)", arg=right
    )
    assert page.wrong == []

    classroom = tmp_path / "classroom"
    course("release", TOPIC, "--classroom", classroom)
    course("collect", TOPIC, file.parent, "--classroom", classroom)
    course("grade", TOPIC, "--classroom", classroom)
    record = json.loads((classroom / "records" / TOPIC / "ada.json").read_text())
    assert record["questions"][question.id]["status"] == "passed" and record["score"] == question.meta.points


def course(*words: object) -> None:
    """Run a command in a process of its own, as beside an open browser must be."""
    command = [sys.executable, "-c", "from coursekit.cli import main; main()", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
