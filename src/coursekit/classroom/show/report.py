"""``course report``: how an assignment went, question by question."""

from __future__ import annotations

import html
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from coursekit.classroom.gradebook.scores import Mark, Standing, standings
from coursekit.classroom.layout import Classroom, ClassroomError

STATUSES = ("passed", "partial", "failed", "blank", "timeout", "memory", "crashed", "missing", "refused", "manual")
KNOWN = "This looks like a known mistake: "  # how a check's message begins the line that names one
FEWEST = 10  # students for whom a correlation is given
SMALLEST = 1e-9  # points, of a spread
STYLE = (Path(__file__).parents[2] / "templates" / "feedback" / "style.css").read_text


@dataclass(frozen=True)
class Row:
    """One question over all students: mean share of the points, counts of statuses, messages met, seconds of grading.

    ``item_rest`` is the correlation of its points with those of all other questions: near 0 or below, it does not tell those
    who know from those who do not, and its wording or checks are worth a look.  None where it cannot be told.
    """

    question: str
    title: str
    points: float
    mean: float
    item_rest: float | None
    statuses: dict[str, int]
    mistakes: dict[str, int]
    seconds_median: float
    seconds_max: float


def times(classroom: Classroom, assignment: str) -> dict[str, list[float]]:
    """Seconds of grading by question, the latest for each student."""
    path = classroom.timings(assignment)
    latest: dict[str, dict[str, float]] = {}
    for text in path.read_text().splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # the last line of a run that was killed while it wrote
        latest[line["student"]] = line["questions"]
    found: dict[str, list[float]] = defaultdict(list)
    for seconds in latest.values():
        for name, value in seconds.items():
            found[name].append(value)
    return found


def gist(message: str) -> str:
    """What a message comes to: the mistake that it names, else its first line."""
    lines = message.splitlines()
    named = next((line.removeprefix(KNOWN) for line in lines if line.startswith(KNOWN)), lines[0])
    return named if len(named) <= 160 else f"{named[:159]}…"


def mistakes(marks: list[Mark]) -> dict[str, int]:
    """What the messages of wrong answers come to, most frequent first."""
    silent = ("passed", "manual", "blank", "refused")
    said = [gist(mark.message) for mark in marks if mark.message.strip() and mark.status not in silent]
    return dict(Counter(said).most_common(12))


def item_rest(students: Sequence[Standing], number: int) -> float | None:
    """The correlation over students of a question's points with the sum of the others'.

    Of those whose answers wait for a person nothing is taken.  None for fewer than ``FEWEST`` students, and where all have the
    same points in the one or in the other.
    """
    complete = [one for one in students if not any(mark.waiting for mark in one.marks)]
    own = [one.marks[number].score for one in complete]
    rest = [one.score - points for one, points in zip(complete, own, strict=True)]
    if len(complete) < FEWEST or min(map(statistics.pstdev, (own, rest))) < SMALLEST:
        return None
    return statistics.correlation(own, rest)


def report(classroom: Classroom, assignment: str) -> list[Row]:
    """A row for each question; raises ClassroomError when nobody has been graded."""
    everyone = standings(classroom, assignment)
    students = [one for one in everyone if one.record is not None and not one.extension.excused]
    if not students:
        raise ClassroomError(f"nobody has a record for {assignment}; `course grade {assignment}` makes them")
    seconds, rows = times(classroom, assignment), []
    for number, first in enumerate(students[0].marks):
        marks = [standing.marks[number] for standing in students]
        question, spent = first.question, seconds.get(first.question.id, [0.0])
        counts = Counter(mark.status for mark in marks)
        mean = statistics.fmean(mark.score for mark in marks) / question.points if question.points else 0.0
        rows.append(
            Row(
                question.id,
                question.title,
                question.points,
                mean,
                item_rest(students, number),
                {s: counts[s] for s in STATUSES if counts[s]},
                mistakes(marks),
                statistics.median(spent),
                max(spent),
            )
        )
    return rows


def as_json(rows: list[Row]) -> str:
    """The report as JSON."""
    return json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False) + "\n"


def as_html(assignment: str, rows: list[Row]) -> str:
    """The report as one self-contained page; every text is escaped."""
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>",
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{html.escape(assignment)}: report</title><style>{STYLE()}</style></head><body>",
        f"<h1>{html.escape(assignment)}: how it went</h1>",
    ]
    for row in rows:
        total = sum(row.statuses.values())
        parts.append(f"<h2>{html.escape(row.title)}</h2><p>{row.mean:.0%} of {row.points:g} points on average; ")
        if row.item_rest is not None:
            parts.append(f"correlation with the points of all other questions {row.item_rest:.2f}; ")
        parts.append(f"graded in {row.seconds_median:.2f} s (median), {row.seconds_max:.2f} s (longest).</p><table>")
        for status, count in row.statuses.items():
            numbers = f"<td class='number'>{count}</td><td class='number'>{count / total:.0%}</td>"
            parts.append(f"<tr><th scope='row'>{status}</th>{numbers}</tr>")
        parts.append("</table>")
        if row.mistakes:
            parts.append("<h3>What the checks said</h3><ul>")
            parts += [f"<li>{count} × {html.escape(text)}</li>" for text, count in row.mistakes.items()]
            parts.append("</ul>")
    return "".join(parts) + "</body></html>\n"
