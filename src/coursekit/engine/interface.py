"""What grading asks of an engine: one submission and its source notebook in, one outcome out.  Plain data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Status = Literal[
    "passed", "partial", "failed", "blank", "timeout", "memory", "crashed", "missing", "refused", "manual"
]  # fmt: skip

# how a question is judged: judge and answer in two processes, and little crosses; more kinds of values cross; the answer's
# objects are let in, too; both in one process; by a person
Way = Literal["apart", "more", "objects", "together", "hand"]
APART: Way = "apart"
WIDER: tuple[Way, ...] = ("more", "objects")


@dataclass(frozen=True)
class Judging:
    """How the course has its questions judged (``apart`` where it says nothing), and the files beside its notebook, by path.

    With ``guarded`` a test's data stay as the course made them, whatever answers do with theirs: the engine's second run.
    """

    ways: Mapping[str, Way] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    guarded: bool = False
    released: bool = False  # whether the notebook to judge by is what students got, so that its answer cells are stubs

    def way(self, question: str) -> Way:
        """How this question is judged."""
        return self.ways.get(question, APART)


AS_BUILT = Judging()


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
    """One student's notebook as it was handed in, byte for byte, the seed of that student's variants, how to judge it."""

    student: str
    notebook: bytes
    variant_seeds: dict[str, int] = field(default_factory=dict)  # question id -> seed
    judging: Judging = AS_BUILT


@dataclass
class CellReport:
    """How one cell ran: ``ok``, ``error``, ``timeout``, ``memory``, ``crashed`` or ``unrun``; what to say; its output.

    ``value`` is the number that a test cell ended with, ``error`` the type, text and lines of what it raised.
    """

    status: str = "unrun"
    text: str = ""
    output: str = ""
    value: Any = None
    error: tuple[str, str, int, int] | None = None


@dataclass(frozen=True)
class GradedNotebook:
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

    def grade(self, submission: Submission, source: bytes, budget: Budget) -> GradedNotebook:
        """Grade ``submission`` against the instructor's ``source`` notebook (with solutions and hidden tests)."""
        ...

    def warm(self) -> None:
        """Begin to start what grading needs, without waiting for it."""
        ...

    def close(self) -> None:
        """End every process that the engine started."""
        ...
