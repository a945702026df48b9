"""Building the book: jupyter-book in a process of its own, its progress, and an honest verdict at the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from coursekit.book import toc
from coursekit.book.project import Project
from coursekit.paths import write_atomically

PROBLEM = re.compile(r"(?:^|: )(?:WARNING|ERROR|CRITICAL|SEVERE): ")  # Sphinx's, not those of a notebook's kernel
READING = re.compile(r"(reading sources|writing output)\.\.\. *\[ *(\d+)%\] *(\S*)")
EXECUTED = re.compile(r"Executed notebook in ([\d.]+) seconds")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Report:
    """What a build did: pages whose cells ran, with their seconds, and every reason for which it failed."""

    executed: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the book may be published."""
        return not self.problems


def write_configuration(project: Project) -> Path:
    """Write jupyter-book's configuration with this project's folders, and the filled-in table of contents."""
    config = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    config.setdefault("execute", {})["cache"] = str(project.executed)
    sphinx = config.setdefault("sphinx", {}).setdefault("config", {})
    sphinx["course_src"] = str(project.src)
    sphinx["course_claims_file"] = str(project.claims_file)
    sphinx["course_lock_file"] = str(project.root / "claims.lock")
    sphinx["course_draft"] = list(project.only)
    if project.only:  # a link to what the draft leaves out is no fault; the whole book judges links
        sphinx["suppress_warnings"] = [*sphinx.get("suppress_warnings", []), "myst.xref_missing", "ref.ref", "ref.doc"]
    write_atomically(project.toc, yaml.safe_dump(toc.expanded(project.book, project.only), sort_keys=False))
    path = project.toc.with_name("_config.yml")
    write_atomically(path, yaml.safe_dump(config, sort_keys=False))
    return path


def run(project: Project, progress: Callable[[str], None] = lambda line: None) -> Report:
    """Build the pages; ``progress`` gets a line for every step.

    Sphinx forgets the warnings of pages that it does not read again, so after a build that failed or was interrupted the
    next one reads every page (their executed cells are kept).
    """
    unfinished = project.doctrees / "unfinished"
    if unfinished.exists():
        (project.doctrees / "environment.pickle").unlink(missing_ok=True)
    write_atomically(unfinished, "this folder belongs to a build that failed or is still running\n")
    report = Report()
    command = [
        sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(project.book),
        "--path-output", str(project.out), "--config", str(write_configuration(project)), "--toc", str(project.toc),
        "-W", "--keep-going",
    ]  # fmt: skip
    own = {name: str(project.cache / name.lower()) for name in ("IPYTHONDIR", "MPLCONFIGDIR")}  # not the reader's own
    environment = os.environ | own | {"PYTHONPATH": _python_path(project), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=project.root,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        tail = _watch(_lines(process), report, progress)
        code = process.wait()
    finally:
        process.kill()
    if code and not report.problems:
        telling = [line for line in tail if re.search(r"rror\b|Exception", line)]
        report.problems.append(
            "\n".join([f"jupyter-book stopped with exit code {code}:", *(telling[:10] or tail[-15:])])
        )
    return report


def finish(project: Project) -> None:
    """Mark the build as one whose results may be built upon."""
    (project.doctrees / "unfinished").unlink(missing_ok=True)


def _python_path(project: Project) -> str:
    return os.pathsep.join(filter(None, [str(project.src), os.environ.get("PYTHONPATH", "")]))


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for chunk in process.stdout:
        for line in chunk.split("\r"):
            if line.strip():
                yield COLOURS.sub("", line.rstrip())


def _watch(lines: Iterator[str], report: Report, progress: Callable[[str], None]) -> list[str]:
    """Follow the build's output; collect problems, with the lines that explain a failing cell, and executed pages."""
    tail: list[str] = []
    page, explaining = "", False
    for line in lines:
        tail.append(line)
        step = READING.search(line)
        if step:
            page = step[3]
            progress(f"{step[1]} {step[2]}% {page}")
        elif "Executing notebook using" in line:
            progress(f"executing {_page_of(line) or page}")
        if match := EXECUTED.search(line):
            report.executed[_page_of(line) or page] = float(match[1])
        if PROBLEM.search(line) and line not in report.problems:
            report.problems.append(line)
            explaining = "Executing notebook failed" in line
        elif explaining and not step:
            report.problems[-1] += f"\n{line}"
            explaining = len(report.problems[-1]) < 4000
    return tail


def _page_of(line: str) -> str:
    match = re.search(r"([^/\\:\s]+)\.md\b", line)
    return match[1] if match else ""
