import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from absent import absent
from classroom_course import GOOD, classroom, source_bytes, submission
from fixture import COURSE
from nbgrader.api import Gradebook, get_alembic_version
from sqlalchemy import create_engine, inspect, text

from coursekit.classroom import records
from coursekit.classroom.gradebook import tables
from coursekit.classroom.layout import Classroom
from coursekit.engine.interface import Budget, QuestionResult


def record(student, double=2.0, norm=3.0, explain="manual", late=None):
    results = {
        "double": QuestionResult(double, 2, "passed" if double == 2 else "failed", ""),
        "norm": QuestionResult(norm, 3, "passed", ""),
        "explain": QuestionResult(0, 4, explain, ""),
    }
    return records.build("mini", student, results, "test", records.hashes(b"", source_bytes(), Budget()), (), late)


def rows(room):
    """Every row of every table, in an order of its own."""
    engine = create_engine(room.db_url)
    with engine.connect() as connection:
        tables = inspect(engine).get_table_names()
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables}  # noqa: S608


def write(room, *found):
    tables.write(room, "mini", source_bytes(), {r["student"]: r for r in found})


def test_nbgrader_reads_what_was_written(tmp_path):
    room = classroom(tmp_path)
    write(room, record("alice"), record("bob", double=0.0, explain="blank"))
    with Gradebook(room.db_url, COURSE.id) as book:
        found = {row["student"]: row for row in book.submission_dicts("mini")}
        assert (found["alice"]["score"], found["alice"]["max_score"], found["alice"]["needs_manual_grade"]) == (
            5,
            9,
            True,
        )
        assert (found["bob"]["score"], found["bob"]["needs_manual_grade"]) == (3, False)
        notebook = book.find_submission_notebook("mini", "mini", "bob")
        assert notebook.failed_tests
        assert book.find_comment("explain", "mini", "mini", "bob").comment == "No response."
        assert book.find_comment("double_answer", "mini", "mini", "bob").comment is None


def test_writing_again_changes_nothing(tmp_path):
    room = classroom(tmp_path)
    write(room, record("alice"), record("bob"))
    before = rows(room)
    write(room, record("alice"), record("bob"))
    assert rows(room) == before


def test_what_people_entered_stays(tmp_path):
    room = classroom(tmp_path)
    write(room, record("alice"))
    with Gradebook(room.db_url, COURSE.id) as book:
        entry = book.find_grade("explain", "mini", "mini", "alice")
        entry.manual_score, entry.extra_credit, entry.needs_manual_grade = 3.5, 0.5, False
        book.find_comment("explain", "mini", "mini", "alice").manual_comment = "Good."
        book.find_submission_notebook("mini", "mini", "alice").flagged = True
        book.find_grade("double", "mini", "mini", "alice").manual_score = 1.0
        book.db.commit()
    write(room, record("alice"))
    with Gradebook(room.db_url, COURSE.id) as book:
        assert not book.find_grade("explain", "mini", "mini", "alice").needs_manual_grade
    write(room, record("alice", double=0.0))
    with Gradebook(room.db_url, COURSE.id) as book:
        assert book.find_grade("explain", "mini", "mini", "alice").score == 4.0
        assert book.find_comment("explain", "mini", "mini", "alice").comment == "Good."
        assert book.find_submission_notebook("mini", "mini", "alice").flagged
        changed = book.find_grade("double", "mini", "mini", "alice")
        assert (changed.manual_score, changed.auto_score, changed.needs_manual_grade) == (1.0, 0.0, True)


def test_the_tables_have_the_version_that_nbgrader_would_write(monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert tables.schema_version() == get_alembic_version()


def test_indexes_are_there(tmp_path):
    room = classroom(tmp_path)
    write(room)
    found = inspect(create_engine(room.db_url))
    names = {index["name"] for table in found.get_table_names() for index in found.get_indexes(table)}
    assert set(tables.INDEXES) <= names


def test_a_removed_question_takes_its_grades_and_a_new_one_gets_them(tmp_path):
    room = classroom(tmp_path)
    write(room, record("alice"))
    notebook = json.loads(source_bytes())
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id", "").startswith("norm"):
            marks["grade_id"] = marks["grade_id"].replace("norm", "length")
    data = json.dumps(notebook).encode()
    new = record("alice")
    new["questions"]["length"] = new["questions"].pop("norm")
    tables.write(room, "mini", data, {"alice": new})
    with Gradebook(room.db_url, COURSE.id) as book:
        names = {grade.name for grade in book.find_submission_notebook("mini", "mini", "alice").grades}
        assert names == {"double", "length", "explain"}
        assert book.find_submission("mini", "alice").score == 5


@pytest.mark.slow
def test_the_same_scores_and_cells_as_stock_autograde(tmp_path):
    """nbgrader's own autograde and our writer leave the same students, cells, scores and needs for a person."""
    from stock import StockEngine

    from coursekit.engine.interface import Submission

    notebooks = {
        "good": submission(**GOOD, explain="words"),
        "blank": submission(),
        "half": submission(double_answer=GOOD["double_answer"], norm_answer="def norm(v):\n    return 0"),
    }
    engine = StockEngine(tmp_path / "stock")
    found = {}
    for student, notebook in notebooks.items():
        outcome = engine.grade(
            Submission(student, json.dumps(notebook).encode()), source_bytes(), Budget(call_seconds=60)
        )
        assert outcome.notebook, f"nbgrader did not grade {student}"
        results = dict(outcome.questions)
        untouched = {"good": (), "blank": ("double", "norm", "explain"), "half": ("explain",)}[student]
        for name in untouched:  # nbgrader says 0 for an untouched answer, a record's word for it is blank
            assert results[name].score == 0
            results[name] = QuestionResult(0, results[name].max_score, "blank", "")
        found[student] = records.build("assignment", student, results, "stock", {})
    room = Classroom(tmp_path / "ours")
    tables.write(room, "assignment", source_bytes(), found)
    views = []
    for url in (f"sqlite:///{engine.folder / 'gradebook.db'}", room.db_url):
        with Gradebook(url, COURSE.id) as book:
            grades = {
                (student, g.name): (
                    g.score,
                    g.auto_score,
                    g.max_score,
                    g.needs_manual_grade,
                    g.failed_tests,
                    g.cell_type,
                )
                for student in notebooks
                for g in book.find_submission_notebook("assignment", "assignment", student).grades
            }
            comments = {
                (student, c.name): c.comment
                for student in notebooks
                for c in book.find_submission_notebook("assignment", "assignment", student).comments
            }
            cells = {
                c.name: (c.cell_type, c.locked, c.source, c.checksum)
                for c in book.find_notebook("assignment", "assignment").source_cells
            }
            totals = {
                d["student"]: (d["score"], d["max_score"], d["code_score"], d["written_score"])
                for d in book.submission_dicts("assignment")
            }
        views.append((grades, comments, cells, totals))
    assert views[0] == views[1]
    engine.close()


def postgres_tools():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL server of Debian's packages on a socket in a folder of its own; run as nobody where we are root."""
    tools = postgres_tools()
    if tools is None:
        absent("PostgreSQL is not installed: apt-get install postgresql")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        absent("PostgreSQL does not run as root and there is no runuser here")
    folder = Path("/tmp") / f"course-postgres-{os.getpid()}"  # short: a socket's path may have 107 characters
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    user = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []

    def run(*line):
        subprocess.run([*user, *line], check=True, cwd=folder, capture_output=True, text=True, timeout=120)

    try:
        run(
            str(tools / "initdb"), "-D", str(folder / "data"), "-U", "course", "--auth=trust", "-E", "UTF8", "--no-sync"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run(str(tools / "pg_ctl"), "-D", str(folder / "data"), "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql+psycopg2://course@/postgres?host={folder}"
        finally:
            run(str(tools / "pg_ctl"), "-D", str(folder / "data"), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_postgresql_holds_the_same(tmp_path, postgres):
    lite, real = classroom(tmp_path / "lite"), Classroom(classroom(tmp_path / "real").root, postgres)
    late = {"deadline": "2026-10-01T12:00:00+00:00", "penalty": 0.5, "share": 0.1, "days": 1, "final_score": 4.5}
    found = [record(f"s{n:03d}", double=2.0 * (n % 2), late=late) for n in range(300)]
    views = []
    for room in (lite, real):
        room.policy.write_text("[mini]\ndeadline = 2026-10-01T12:00:00Z\n")
        write(room, *found)
        with Gradebook(room.db_url, COURSE.id) as book:
            entry = book.find_grade("explain", "mini", "mini", "s007")
            entry.manual_score, entry.needs_manual_grade = 3.0, False
            book.db.commit()
        write(room, *found)
        with Gradebook(room.db_url, COURSE.id) as book:
            listed = sorted(book.submission_dicts("mini"), key=lambda row: row["student"])
            views.append([(d["student"], d["score"], d["max_score"], d["needs_manual_grade"]) for d in listed])
            assert book.find_submission_notebook("mini", "mini", "s001").late_submission_penalty == 0.5
            assert book.find_assignment("mini").duedate.hour == 12
    assert views[0] == views[1]
    assert views[0][7] == ("s007", 8.0, 9.0, False)
