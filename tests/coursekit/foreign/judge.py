"""Grades cases of the corpus with the local engine and prints, for each, what came and what must come, as JSON."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from corpus import broken, honest, hostile_grudge, hostile_hooks, hostile_judge, hostile_process, hostile_protocol  # noqa: E402, F401
from corpus.base import CASES, source_of  # noqa: E402

from coursekit.engine.engines import local_engine  # noqa: E402
from coursekit.engine.interface import Budget, Submission  # noqa: E402


def main():
    """Take the names of cases from the command line."""
    engine = local_engine()
    for name in sys.argv[1:]:
        case = next(case for case in CASES if case.name == name)
        budget = Budget(call_seconds=case.seconds, submission_seconds=120.0)
        outcome = engine.grade(Submission("ann", case.data()), source_of(case.source), budget)
        came = {name: [result.score, result.status] for name, result in outcome.questions.items()}
        print(json.dumps([name, came, {name: list(pair) for name, pair in case.expected().items()}]), flush=True)
    engine.close()


if __name__ == "__main__":
    main()
