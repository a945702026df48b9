"""Grading in this process, one submission after the other: the default, and what needs no dask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from coursekit.classroom.grade.job import Job, Settings
from coursekit.classroom.grade.worker import engine, grade_one


def run(jobs: list[Job], source: bytes, settings: Settings) -> Iterator[dict[str, Any]]:
    """Grade ``jobs`` in order.  The engine begins to start at once."""
    if jobs:
        engine(settings.engine, settings.unsafe_no_sandbox, settings.library).warm()
    budget = asdict(settings.budget)
    return (
        grade_one(
            job.student,
            job.notebook,
            source,
            budget,
            job.seeds,
            settings.engine,
            settings.unsafe_no_sandbox,
            settings.library,
            settings.judging,
        )
        for job in jobs
    )
