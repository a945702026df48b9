"""Every command that the README and the guides print can be typed as it stands; the instructor's guide runs from top to bottom."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import zipfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from fixture import ROOT as FIXTURE

from chromium import NEEDED, QUIET
from coursekit.assignments.notebook import build
from coursekit.assignments.parse import load
from coursekit.assignments.prove import Prover
from coursekit.cli import main
from coursekit.course import current
from coursekit.engine.engines import SandboxUnavailable, grading_engine

BOOK = current().book
ROOT = current().root

GUIDES = BOOK / "guides"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDES.glob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`((?:\.venv/bin/)?course [a-z][^`]*)`")
PYTEST = re.compile(r"`\.venv/bin/(pytest [^`]*)`")
SCREEN = (
    "lab",
    "demo",
    "watch",
)  # what goes on until it is told to end, and a term of its own; they have their own tests
WORKSHEET = "Identifier,Full name,Email address,Status,Grade\nParticipant 7,Alice Miller,alice@example.org,Submitted,\n"


def blocks(page: Path) -> list[tuple[str, str]]:
    """The language and the text of each block of code."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def lines(page: Path) -> list[list[str]]:
    """The words of each command in the page's shell blocks, without comments."""
    shells = [text for language, text in blocks(page) if language in ("", "console", "bash")]
    split = [shlex.split(line, comments=True) for text in shells for line in text.splitlines()]
    return [words for words in split if words]


def course_lines(page: Path) -> list[list[str]]:
    """The words after ``course`` of each such command."""
    return [words[1:] for words in lines(page) if words[0] in ("course", ".venv/bin/course")]


ALL = [pytest.param(words, id=f"{page.stem}: {' '.join(words)}") for page in PAGES for words in course_lines(page)]
SPANS = sorted({span.removeprefix(".venv/bin/") for page in PAGES for span in SPAN.findall(page.read_text("utf-8"))})


def test_there_are_commands_to_try():
    assert len(ALL) >= 20 and len(SPANS) >= 10
    assert ["grade", "adam"] in course_lines(GUIDES / "instructor.md")


@pytest.mark.parametrize("words", ALL)
def test_a_printed_command_is_understood(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = [word.replace("~", str(tmp_path)) for word in words]
    for word in words:  # files that the reader is to have
        if word.endswith((".zip", ".ipynb", "worksheet.csv")):
            Path(word).parent.mkdir(parents=True, exist_ok=True)
            Path(word).touch()
    (tmp_path / "inbox").mkdir()
    command = main.get_command(click.Context(main), words[0])
    assert command is not None, f"course {words[0]} does not exist"
    command.make_context(words[0], words[1:])


@pytest.mark.parametrize("span", SPANS)
def test_a_command_in_a_sentence_has_real_options(span):
    words = shlex.split(span)[1:]
    command = main.get_command(click.Context(main), words[0])
    known = {option for parameter in command.params for option in parameter.opts} if command else set()
    assert command is not None and {word for word in words if word.startswith("--")} <= known


def test_the_grades_that_a_printed_command_writes_are_not_for_the_repository():
    written = {
        words[words.index("--output") + 1] for page in PAGES for words in course_lines(page) if "--output" in words
    }
    assert "grades.csv" in written
    assert {f"/{name}" for name in written} <= set((ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())


def test_what_make_is_asked_for_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {words[1] for page in PAGES for words in lines(page) if words[0] == "make"}
    assert {"book", "test"} <= asked <= targets
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tools").glob("*.py")]
    said = {
        name
        for file in sources
        for name in re.findall(r"(?:`|[`\"]rm .*; )make ([a-z-]+)", file.read_text(encoding="utf-8"))
    }
    assert "set-up" in said and said <= targets, "messages name them as the way out"


def test_what_pytest_is_asked_for_exists():
    spans = [shlex.split(span) for page in PAGES for span in PYTEST.findall(page.read_text(encoding="utf-8"))]
    asked = [words for page in PAGES for words in lines(page) if words[0] == ".venv/bin/pytest"] + spans
    known = set(re.findall(r'^    "(\w+): ', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(asked) >= 3
    for words in asked:
        files = [word.replace("scratch_topic", "adam") for word in words if word.startswith("tests/")]
        marks = [mark for flag, mark in zip(words, words[1:]) if flag == "-m"]
        assert files and all([*ROOT.glob(file)] for file in files), words
        assert set(" ".join(marks).split()) <= known | {"or", "and", "not"}, words


@pytest.mark.browser
@NEEDED
def test_the_author_s_guide_takes_a_picture_of_a_draft(tmp_path):
    words = next(words for words in lines(GUIDES / "author.md") if words[0] == "chromium")
    page = tmp_path / words[-1]
    page.parent.mkdir(parents=True)
    page.write_text("<p>A draft.</p>")
    subprocess.run([words[0], *QUIET, *words[1:]], cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path)}, check=True)
    picture = (tmp_path / "page.png").read_bytes()
    assert picture[1:4] == b"PNG" and [int.from_bytes(picture[at : at + 4]) for at in (16, 20)] == [1200, 9000]


def handed_in(classroom: Path, target: Path) -> None:
    """Alice's notebook, in which one question is answered, or a class's export with it alone."""
    notebook = json.loads((classroom / "release" / "adam" / "adam.ipynb").read_text(encoding="utf-8"))
    answer = next(
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "adamw_run_answer"
    )
    answer["source"] = "def adamw_run(*args, **kwargs):\n    return None"
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".ipynb":
        target.write_text(json.dumps(notebook), encoding="utf-8")
        return
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("alice/adam.ipynb", json.dumps(notebook))


@pytest.mark.slow
def test_the_instructor_s_guide_runs_from_top_to_bottom(tmp_path, monkeypatch):
    try:
        grading_engine().close()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    page, classroom = GUIDES / "instructor.md", tmp_path / "classroom"

    def elsewhere(word: str) -> str:
        return str(tmp_path / word) if re.fullmatch(r"\w+\.(csv|ipynb|zip)", word) else word

    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HOME", str(tmp_path))
    texts = [text for _, text in blocks(page)]
    classroom.mkdir()
    (classroom / "roster.csv").write_text(next(t for t in texts if t.startswith("student,")), encoding="utf-8")
    (classroom / "policy.toml").write_text(next(t for t in texts if "[default]" in t), encoding="utf-8")
    (tmp_path / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    (tmp_path / "Downloads").mkdir()
    with zipfile.ZipFile(tmp_path / "Downloads" / "submissions.zip", "w") as archive:  # as Canvas names a file
        archive.writestr("milleralice_10112_204501_adam.ipynb", "{}")
    done = []
    for words in course_lines(page):
        words = [elsewhere(os.path.expanduser(word)) for word in words]
        if words[0] in SCREEN:
            continue
        if words[0] == "collect":
            handed_in(classroom, Path(words[2]))
        if words[0] == "request" and len(words) > 1:  # the code that this classroom's page has, in place of the guide's
            page_of = (classroom / "feedback" / "alice" / "adam.html").read_text(encoding="utf-8")
            words[1] = re.findall(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b", page_of)[0]
        more = [] if "--classroom" in words else ["--classroom", str(classroom)]
        result = CliRunner().invoke(main, [*words, *more], env={"COLUMNS": "200"})
        assert result.exit_code == 0, (words, result.output, result.exception)
        done.append(words[0])
    assert {
        "doctor",
        "release",
        "collect",
        "extend",
        "grade",
        "inspect",
        "report",
        "similarity",
        "feedback",
        "export",
    } <= set(done)
    assert "adamw_run" in (classroom / "feedback" / "alice" / "adam.html").read_text(encoding="utf-8")
    assert re.search(
        r"^Participant 7,.*,Submitted,\d", (tmp_path / "filled.csv").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert "Miller" in (tmp_path / "grades.csv").read_text(encoding="utf-8")


def test_the_students_guide_quotes_a_message_as_it_is():
    assignment = load("tiny", FIXTURE)
    question = assignment.question("half_time")
    code = next(m.code for m in question.mistakes if m.name == "one-weight-layer")
    run = Prover(assignment, build(assignment)).run(question, f"import math\n{code}")
    lines = [line.replace(", `half_time(2.0, 0.001)`", "") for line in run.message.split("\n")[:3]]
    assert "\n".join(lines) in (GUIDES / "student.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_printed_of_a_file_ends_with_a_whole_block(page):
    """``:lines: 1-45`` of a template counts lines: a line added above must not cut the last block."""
    shown = re.findall(
        r"\{literalinclude\} (\S+)\n(?::(?!lines)\S+: \S+\n)*:lines: (\d+)-(\d*)", page.read_text("utf-8")
    )
    for file, first, last in shown:
        text = (page.parent / file).read_text("utf-8").splitlines()[int(first) - 1 : int(last) if last else None]
        fences = [line for line in text if line.startswith("```")]
        assert len(fences) % 2 == 0 and (not fences or text[-1] == "```"), f"{file}, lines {first}-{last}: {text[-1]}"
