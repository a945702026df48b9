"""What grading asks of an engine: one submission and its source notebook in, one outcome out.  Plain data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

Status = Literal[
    "passed", "partial", "failed", "blank", "timeout", "memory", "crashed", "missing", "refused", "manual"
]  # fmt: skip


@dataclass(frozen=True)
class QuestionResult:
    """Score, status and reason for one graded cell (``grade_id`` of nbgrader's metadata)."""

    score: float
    max_score: float
    status: Status
    message: str
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Budget:
    """What one submission may use.  Seconds are wall time; memory is of all its processes together; threads are processes."""

    call_seconds: float = 20.0
    submission_seconds: float = 240.0
    memory_bytes: int = 2 * 2**30
    processes: int = 32
    output_bytes: int = 20_000
    notebook_bytes: int = 2 * 2**20


@dataclass(frozen=True)
class Submission:
    """One student's notebook as it was handed in, byte for byte, and the seed of that student's variants."""

    student: str
    notebook: bytes
    variant_seeds: dict[str, int] = field(default_factory=dict)  # question id -> seed


@dataclass
class CellReport:
    """How one cell ran: ``ok``, ``error``, ``timeout``, ``memory``, ``crashed`` or ``unrun``; what to say; its output."""

    status: str = "unrun"
    text: str = ""
    output: str = ""


@dataclass(frozen=True)
class Outcome:
    """Every question of the source notebook with its result, what was repaired, and the executed notebook.

    ``notebook`` is the nbformat 4 JSON that goes to ``autograded/``: trusted test cells and metadata, the student's answers,
    capped and cleaned outputs.  It is empty when the submission was refused.
    """

    questions: dict[str, QuestionResult]
    flags: tuple[str, ...] = ()
    notebook: str = ""


class Engine(Protocol):
    """Grades submissions.  Never raises for what a submission does or is: that is an outcome with a reason."""

    name: str

    def grade(self, submission: Submission, source: bytes, budget: Budget) -> Outcome:
        """Grade ``submission`` against the instructor's ``source`` notebook (with solutions and hidden tests)."""
        ...

    def warm(self) -> None:
        """Begin to start what grading needs, without waiting for it."""
        ...

    def close(self) -> None:
        """End every process that the engine started."""
        ...
