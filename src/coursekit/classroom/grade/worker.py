"""What runs in a grading process: one engine for the process's life, one plain dictionary back for each submission."""

from __future__ import annotations

import atexit
import importlib
import sys
import time
from dataclasses import asdict
from functools import cache
from typing import Any

from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.source import questions
from coursekit.engine.interface import AS_BUILT, Budget, Engine, GradedNotebook, Judging, QuestionResult, Submission
from coursekit.engine.protocol.errors import SetupFault, SourceFault
from coursekit.library import NOTHING, Library

# what odd data makes code raise; a machine at its end raises others, and these must stop the batch and cost nobody a point
DATA = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
DEFAULT_ENGINE = "coursekit.engine.engines:grading_engine"


@cache
def engine(factory: str, unsafe_no_sandbox: bool, library: Library) -> Engine:
    """This process's engine, started on first use; ``factory`` is ``module:function``."""
    module, _, function = factory.partition(":")
    made = getattr(importlib.import_module(module), function)(unsafe_no_sandbox=unsafe_no_sandbox, library=library)
    atexit.register(made.close)
    return made


def grade_one(
    student: str, notebook: bytes, source: bytes, budget: dict[str, Any],
    seeds: dict[str, int], factory: str = DEFAULT_ENGINE, unsafe_no_sandbox: bool = False, library: Library = NOTHING,
    judging: Judging = AS_BUILT,
) -> dict[str, Any]:  # fmt: skip
    """Grade one submission; the result holds only what JSON can, since it crosses machines."""
    chosen = engine(factory, unsafe_no_sandbox, library)
    start = time.perf_counter()
    limits = Budget(**budget)
    try:
        outcome = chosen.grade(Submission(student, notebook, seeds, judging), source, limits)
    except SourceFault as error:
        raise ClassroomError(
            f"the source notebook is at fault: {error}; mend the exercise and release it again"
        ) from None
    except DATA as error:
        odd = f"Grading this submission met something that it cannot deal with ({type(error).__name__}: {error})."
        reason = str(error) if isinstance(error, SetupFault) else odd
        crashed = {q.id: QuestionResult(0.0, q.points, "crashed", reason) for q in questions(source)}
        outcome = GradedNotebook(crashed, (reason,))
    return {
        "student": student,
        "grader": chosen.name,
        "questions": {name: asdict(result) for name, result in outcome.questions.items()},
        "flags": list(outcome.flags),
        "notebook": outcome.notebook,
        "seconds": time.perf_counter() - start,
        "python": sys.version.split()[0],
    }
