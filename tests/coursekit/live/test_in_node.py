"""The page's own route to Python, without a browser: it says what ``course check`` says, and its notebook is graded."""

import json

import pytest
from engines import sandboxed
from fixture import ROOT
from in_page import Page, agree

from coursekit.assignments.release import source_text
from coursekit.assignments.running import complete
from coursekit.engine.interface import Budget, Submission


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as found:
        yield found


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    made = Page("tiny", ROOT, tmp_path_factory.mktemp("page"))
    yield made
    made.close()


def test_it_says_what_course_check_says(page, engine):
    assert agree(page, engine, every=2) >= 8


def test_one_that_fills_memory_or_reads_is_told_and_the_next_one_is_checked(page):
    right = page.assignment.question("half_time").reference
    fill = "kept = []\nwhile True:\n    kept.append(bytes(10**8))"
    orders = [page.order("half_time", answer) for answer in (fill, "input()", f"import math\n{right}")]
    filled, reads, after = page.ask(orders)
    assert "MemoryError" in filled["message"]
    assert "EOFError" in reads["message"]
    assert after["state"] == "passes the visible checks"


def test_nothing_is_asked_of_the_network(page):
    answer = "import js\nprint(js.fetch('https://example.invalid/').__class__)\nfrom pyodide.http import open_url\nopen_url('https://example.invalid/')"
    said = page.ask([page.order("half_time", answer)])[0]
    assert said["state"] == "wrong" and "example" not in said["output"]


def test_the_downloaded_notebook_holds_the_drafts_and_is_graded(page, engine):
    question = page.assignment.question("half_time")
    drafts = {
        "half_time": complete(page.assignment, question, "reference", question.reference),
        "meaning": "Because *it* grows.\n\nSo.",
    }
    text = page.ask([{"drafts": drafts}])[0]["notebook"]
    released = json.loads(page.notebook)
    cells = {c["id"]: c for c in json.loads(text)["cells"]}
    assert "".join(cells["meaning"]["source"]) == drafts["meaning"]
    assert [c["id"] for c in released["cells"]] == list(cells)
    outcome = engine.grade(Submission("ada", text.encode()), source_text(page.assignment, ROOT).encode(), Budget())
    assert outcome.questions["half_time"].status == "passed" and outcome.flags == ()
    assert outcome.questions["meaning"].status == "manual" and outcome.questions["momentum"].status == "blank"
