import json
import re
import shutil

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner
from fixture import COURSE
from rich.console import Console

from coursekit.classroom import policy, records
from coursekit.classroom.collect import collect
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.regrade import regrade
from coursekit.classroom.grade.run import grade
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.show.clean import Cleaner, inert_markdown
from coursekit.classroom.show.report import as_html, as_json, report
from coursekit.classroom.show.similarity import Pair, fingerprints, pairs, similarity
from coursekit.classroom.variants import seed, seeds
from coursekit.cli import main
from coursekit.engine.interface import Budget

SETTINGS = Settings(engine="classroom_course:text_engine")


def hand_in(room, **words):
    for student, word in words.items():
        path = room.submitted("mini", student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(word if word.startswith("{") else json.dumps(submission(explain=word)))


def run(room, **options):
    return grade(room, "mini", (), options.pop("settings", SETTINGS), run=local.run, **options)


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path)
    hand_in(made, alice="right", bob="wrong")
    return made


def test_the_record_has_the_format_that_others_rely_on(room):
    run(room)
    record = json.loads(room.record("mini", "alice").read_text())
    contract = {"assignment", "student", "score", "max_score", "questions", "hashes", "grader"}
    assert contract <= set(record)
    assert (record["assignment"], record["student"], record["score"], record["max_score"]) == (
        "mini",
        "alice",
        5.0,
        9.0,
    )
    assert record["questions"]["double"] == {"score": 2.0, "max_score": 2.0, "status": "passed", "message": "passed"}
    assert list(record["questions"]) == ["double", "norm", "explain"]
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in record["hashes"].values())
    assert record["hashes"]["submission"] == records.sha256(room.submitted("mini", "alice").read_bytes())


def test_a_second_run_grades_nobody_and_changes_no_byte(room):
    assert sorted(run(room).graded) == ["alice", "bob"]
    before = {path: path.read_bytes() for path in room.records("mini").iterdir()}
    again = run(room)
    assert (again.graded, sorted(again.kept)) == ([], ["alice", "bob"])
    assert {path: path.read_bytes() for path in room.records("mini").iterdir()} == before


def test_only_what_changed_is_graded_again(room):
    run(room)
    hand_in(room, bob="right now")
    assert run(room).graded == ["bob"]
    assert records.read(room, "mini", "bob")["score"] == 5
    assert sorted(run(room, settings=Settings(engine=SETTINGS.engine, budget=Budget(call_seconds=1.0))).graded) == [
        "alice",
        "bob",
    ]
    source = json.loads(source_bytes())
    source["cells"][0]["source"] = "# Mini, mended"
    room.source("mini").write_text(json.dumps(source))
    assert sorted(run(room).graded) == ["alice", "bob"]


def test_a_damaged_record_is_made_again(room):
    run(room)
    room.record("mini", "bob").write_text("{")
    assert run(room).graded == ["bob"]


def test_a_regrade_shows_first_and_writes_only_when_told(room, monkeypatch):
    run(room)
    record = records.read(room, "mini", "alice")
    record["questions"]["double"] |= {"score": 0.0, "status": "failed"}
    records.write(room, record | {"score": 3.0})
    before = room.record("mini", "alice").read_text()
    monkeypatch.setattr("click.confirm", lambda *a, **k: False)
    console = Console(record=True, width=200, quiet=False)
    with pytest.raises(ClassroomError, match="nothing was written; the new results are in .*regrade"):
        regrade(room, "mini", (), SETTINGS, console, run=local.run)
    assert room.record("mini", "alice").read_text() == before
    assert records.read_all(room, "mini").keys() == {"alice", "bob"}
    changes = regrade(room, "mini", (), SETTINGS, console, run=local.run, confirmed=True)
    assert ("alice", "score", "3", "5") in changes
    assert {change[0] for change in changes} == {"alice"}
    assert records.read(room, "mini", "alice")["score"] == 5
    assert regrade(room, "mini", (), SETTINGS, console, run=local.run) == []
    assert "3" in console.export_text()


def test_a_regrade_says_which_questions_are_gone_and_needs_no_submission(room):
    run(room)
    text = room.source("mini").read_text()
    room.source("mini").write_text(text.replace('"norm"', '"length"'))
    console = Console(quiet=True)
    changes = regrade(room, "mini", ("alice",), SETTINGS, console, run=local.run, confirmed=True)
    assert ("alice", "norm", "3 passed: passed", "none") in changes
    assert ("alice", "length", "none", "3 passed: passed") in changes
    assert not (room.records("mini") / "regrade").exists()
    shutil.rmtree(room.root / "submitted")
    assert regrade(room, "mini", (), SETTINGS, console, run=local.run) == []


def test_a_deadline_is_one_moment_whatever_the_zone_and_the_clock_change(room):
    """02:30 comes twice in Berlin on 25 October 2026; the offset says which one is meant, and no zone means UTC."""
    first, second = "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"
    for deadline, submitted, days in (
        (first, "2026-10-25 00:30:00 UTC", 0), (first, "2026-10-25 00:30:00.000001 UTC", 1), (first, second, 1), (second, first, 0),
        ("2026-10-25T00:30:00", first, 0), (first, "2026-10-26T00:30:00Z", 1), (first, "2026-10-26T00:30:00.1Z", 2),
        (first, "2099-01-01 00:00:00 UTC", 26_366),
    ):  # fmt: skip
        room.policy.write_text(f"[mini]\ndeadline = {deadline}\npenalty_per_day = 0.1\nmax_penalty = 0.25\n")
        room.submitted("mini", "alice").with_name("timestamp.txt").write_text(submitted)
        run(room)
        late = records.read(room, "mini", "alice")["late"]
        assert (late["days"], late["share"]) == (days, min(0.25, 0.1 * days)), (deadline, submitted)


def test_a_changed_policy_reaches_records_without_grading(room):
    room.submitted("mini", "alice").with_name("timestamp.txt").write_text("2026-10-03 12:00:00 UTC")
    run(room)
    assert records.read(room, "mini", "alice")["late"] is None
    room.policy.write_text("[default]\ndeadline = 2026-10-01T12:00:00Z\npenalty_per_day = 0.1\n")
    assert run(room).graded == []
    late = records.read(room, "mini", "alice")["late"]
    assert (late["days"], late["penalty"], late["final_score"]) == (2, 1.0, 4.0)
    assert records.read(room, "mini", "alice")["score"] == 5


@pytest.mark.parametrize(
    ("seconds", "days"), [(-1, 0), (0, 0), (900, 0), (901, 1), (86_400 + 900, 1), (86_400 + 901, 2)]
)
def test_started_days_after_the_grace_count(seconds, days):
    from datetime import UTC, datetime, timedelta

    deadline = datetime(2026, 10, 1, tzinfo=UTC)
    rule = policy.Policy(deadline, grace_minutes=15)
    assert policy.days_late(rule, deadline + timedelta(seconds=seconds)) == days


def test_names_without_a_submission_are_an_error(room):
    with pytest.raises(ClassroomError, match="no submission of mini by zoe"):
        grade(room, "mini", ("zoe",), SETTINGS, run=local.run)
    with pytest.raises(ClassroomError, match="is not an id"):
        grade(room, "mini", ("../x",), SETTINGS, run=local.run)
    result = CliRunner().invoke(main, ["grade", "nothing", "--classroom", str(room.root)])
    assert result.exit_code == 1
    assert "course release nothing" in result.output


def test_a_refused_student_stays_in_the_gradebook_and_gets_a_page(room, tmp_path):
    from nbgrader.api import Gradebook

    from coursekit.classroom.show import feedback

    (tmp_path / "eve.ipynb").write_text("no notebook")
    collect.collect(room, "mini", [tmp_path / "eve.ipynb"])
    run(room)
    with Gradebook(room.db_url, COURSE.id) as book:
        assert book.find_submission("mini", "eve").score == 0
        assert not book.find_submission("mini", "eve").needs_manual_grade
    pages = {path.parent.name: path.read_text() for path in feedback.write(room, "mini")}
    assert "not JSON" in pages["eve"]
    assert room.autograded("mini", "eve").is_file()
    assert "SECRETCHECK" not in room.autograded("mini", "eve").read_text()


def test_autograded_notebooks_hold_no_hidden_checks_and_stay_small(room):
    big = submission(explain="right")
    streams = [{"output_type": "stream", "name": "stdout", "text": "x" * 100_000} for _ in range(60)]
    big["cells"].append(
        {"cell_type": "code", "id": "big", "metadata": {}, "source": "1", "execution_count": 1, "outputs": streams}
    )
    big["cells"] += [
        {"cell_type": "markdown", "id": f"m{n}", "metadata": {}, "source": "y" * 90_000} for n in range(60)
    ]
    hand_in(room, alice=json.dumps(big))
    run(room)
    text = room.autograded("mini", "alice").read_text()
    assert len(text.encode()) <= 2 * 2**20
    assert "SECRETCHECK" not in text
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in json.loads(text)["cells"]]
    assert {"double", "norm", "explain", "double_answer"} <= set(names)


@pytest.mark.parametrize(
    "text",
    [
        "a < b and **bold** `x[i](y)`",
        "$a<b$",
        "- one\n- two",
        "# Title\n\n> quote",
        "[paper](https://example.org/a_(b))",
    ],
)
def test_ordinary_markdown_keeps_its_words(text):
    kept = re.sub(r"\s|\u200b", "", inert_markdown(text))
    assert kept == re.sub(r"\s", "", text)


def test_a_check_cell_is_the_instructors_whatever_was_handed_in():
    cleaner = Cleaner(source_bytes())
    forged = submission(double="print('all is well')", explain="words")
    notebook = json.loads(cleaner.notebook(json.dumps(forged), {"double": "2 of 2"}))
    cells = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]
    }
    assert "".join(cells["double"]["source"]) == "assert double(2) == 4\n# Hidden checks ran here."
    assert cells["double"]["metadata"]["nbgrader"]["points"] == 2
    assert "".join(cells["double"]["outputs"][0]["text"]) == "2 of 2"


@pytest.mark.parametrize("mark", ["### ", "# ", "    # ", "#"])
def test_hidden_checks_are_left_out_however_they_are_marked(mark):
    """nbgrader takes any line with the words for a mark; a check that the release leaves out is never shown either."""
    source = source_bytes().replace(b"### BEGIN HIDDEN", mark.encode() + b"BEGIN HIDDEN")
    text = Cleaner(source).notebook(json.dumps(submission(explain="words")), {})
    assert "SECRETCHECK" not in text and text.count("Hidden checks ran here") == 2


def test_seeds_differ_by_student_and_question_and_stay(tmp_path):
    room = classroom(tmp_path)
    from coursekit.classroom.source import questions

    asked = questions(source_bytes())
    first = seeds(room, "mini", "alice", asked)
    assert first == seeds(room, "mini", "alice", asked)
    assert len(set(first.values())) == len(first)
    assert first != seeds(room, "mini", "bob", asked)
    assert seed(b"k", "a", "bc", "d") != seed(b"k", "ab", "c", "d")
    assert (room.root / "course.key").stat().st_mode & 0o077 == 0


def test_the_report_counts_statuses_and_escapes_messages(room):
    run(room)
    rows = report(room, "mini")
    assert rows[0].statuses == {"passed": 1, "failed": 1}
    assert rows[0].mean == 0.5
    assert rows[2].statuses == {"manual": 2}
    assert json.loads(as_json(rows))[0]["question"] == "double"
    assert "<script>" not in as_html("<script>", rows)


CODE = """def f(a, b):
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
        if total > 10:
            total -= 3
    return total / len(a)
"""


def test_renamed_copies_are_found_and_other_code_is_not(tmp_path):
    copied = re.sub(r"\b(total|a|b|i)\b", r"\1_new", CODE) + "# my own work\n"
    other = "def f(a, b):\n    return sum(x * y for x, y in zip(a, b)) - 3 * (max(a) > 10) if a else float('nan')\n"
    assert fingerprints(copied) == fingerprints(CODE)
    assert not fingerprints(other) & fingerprints(CODE)
    room = classroom(tmp_path)
    for student, code in (("ann", CODE), ("bea", copied), ("cyd", other)):
        hand_in(room, **{student: json.dumps(submission(double_answer=code))})
    (found,) = similarity(room, "mini")
    assert (found.first, found.second, found.share) == ("ann", "bea", 1.0)


def hidden_by_a_comment(cells: list[dict], answer: dict) -> None:
    answer["source"] = "#" + "x" * 100_000 + "\n" + answer["source"]


def hidden_by_a_broken_part(cells: list[dict], answer: dict) -> None:
    cells.insert(0, answer | {"source": "'''"})


def hidden_by_lost_metadata(cells: list[dict], answer: dict) -> None:
    answer["metadata"] = {}


def hidden_by_half_a_character(cells: list[dict], answer: dict) -> None:
    answer["source"] += "\n\ud800"


@pytest.mark.parametrize(
    "hide", [hidden_by_a_comment, hidden_by_a_broken_part, hidden_by_lost_metadata, hidden_by_half_a_character]
)
def test_a_copy_cannot_hide_from_the_comparison(tmp_path, hide):
    room = classroom(tmp_path)
    copy = submission(double_answer=CODE)
    cells = copy["cells"]
    hide(cells, next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "double_answer"))
    hand_in(room, ann=json.dumps(submission(double_answer=CODE)), bea=json.dumps(copy))
    (found,) = similarity(room, "mini")
    assert (found.first, found.second, found.share) == ("ann", "bea", 1.0)


def test_what_most_of_a_class_has_does_not_count():
    prints = {f"s{n}": {1, 2, 100 + n} for n in range(10)} | {"x": {1, 7, 8}, "y": {1, 7, 8}}
    assert pairs(prints, 0.5) == [Pair("x", "y", 1.0, 2)]
