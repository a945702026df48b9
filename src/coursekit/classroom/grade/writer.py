"""The one writer of results: the notebook for ``autograded/`` first, the record last, the gradebook in batches."""

from __future__ import annotations

import json
from typing import Any

from coursekit.classroom import handed_in, own, records
from coursekit.classroom.grade.job import Job, Settings, record_of
from coursekit.classroom.gradebook import tables
from coursekit.classroom.layout import TIMESTAMP, Classroom, time_text
from coursekit.classroom.show.clean import Cleaner
from coursekit.paths import naming, write_atomically

BATCH = 200


class Writer:
    """Writes results one by one and the gradebook in batches."""

    def __init__(self, classroom: Classroom, assignment: str, source: bytes, settings: Settings) -> None:
        self.classroom, self.assignment, self.source, self.settings = classroom, assignment, source, settings
        self.cleaner = Cleaner(source)
        self.variants = own.given(classroom, assignment, source)
        self.waiting: dict[str, records.Record] = {}

    def write(self, job: Job, result: dict[str, Any]) -> records.Record:
        """Write one result: the cleaned notebook, then the record, then its timing."""
        record = record_of(self.classroom, self.assignment, job, result, self.source, self.settings)
        self.write_notebook(job.student, result["notebook"], record)
        records.write(self.classroom, record)
        self.note_time(record, result)
        self.waiting[job.student] = record
        if len(self.waiting) >= BATCH:
            self.flush()
        return record

    def write_notebook(self, student: str, executed: str, record: records.Record) -> None:
        """Write the notebook that formgrader and feedback show."""
        messages = {name: said(entry) for name, entry in record["questions"].items()}
        note = "" if executed else next(iter(messages.values()), "")
        path = self.classroom.autograded(self.assignment, student)
        variants, tables = self.variants.get(student, {}), own.tables(self.source)
        numbers = {name: tables[name][variant]["given"] for name, variant in variants.items()}
        texts = own.texts(self.cleaner.released, numbers)
        try:
            text = self.cleaner.notebook(executed, messages, note, texts)
        except (
            Exception
        ) as error:  # what a submission holds must not stop the others; the record is written all the same
            text = self.cleaner.notebook("", messages, f"The notebook cannot be shown ({type(error).__name__}).", texts)
        write_atomically(path, text)
        moment = handed_in.submission_time(self.classroom, self.assignment, student)
        if moment is not None:
            write_atomically(path.with_name(TIMESTAMP), time_text(moment) + "\n")

    def note_time(self, record: records.Record, result: dict[str, Any]) -> None:
        """Append the seconds per question, for `course report`."""
        path = self.classroom.timings(self.assignment)
        path.parent.mkdir(parents=True, exist_ok=True)
        seconds = {name: round(entry["seconds"], 4) for name, entry in result["questions"].items()}
        line = {"student": record["student"], "total": round(result["seconds"], 4), "questions": seconds}
        with naming(path), path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def flush(self) -> None:
        """Write the waiting records to the gradebook."""
        tables.write(self.classroom, self.assignment, self.source, self.waiting)
        self.waiting = {}

    def derive(self) -> None:
        """Bring the whole gradebook of the assignment in line with the records, refused ones included."""
        by_student = records.read_all(self.classroom, self.assignment)
        for student, record in by_student.items():
            if not self.classroom.autograded(self.assignment, student).is_file():
                self.write_notebook(student, "", record)
        tables.write(self.classroom, self.assignment, self.source, by_student)
        self.waiting = {}


def said(entry: dict[str, Any]) -> str:
    """A question's score, status and message as text."""
    return f"{entry['score']:g} of {entry['max_score']:g} points: {entry['status']}. {entry['message']}".strip()
