"""A question's score, status and reason, from what its test found and how the answer's cells ran."""

from __future__ import annotations

from typing import Any

from coursekit.engine.interface import Budget, CellReport, QuestionResult
from coursekit.engine.matching.sourced import PlannedQuestion
from coursekit.engine.messages import NOT_ANSWERED, OUTSIDE, REASONS


def judged(
    question: PlannedQuestion, result: dict[str, Any], own: list[CellReport], budget: Budget
) -> tuple[float, str, str]:
    """Score, status and message of a question from the checker's result and the reports of its answer cells."""
    if result.get("desync"):
        result = {"status": "crashed", "how": "it does not answer as asked"}
    if "status" in result:
        return 0.0, result["status"], _reason(question, result["status"], result["how"], budget)
    score, points = result["score"], question.test.points
    if score >= points and result["held"]:
        return points, "passed", "all checks passed"
    if score > 0:
        return score, "partial", result["message"] or f"{score:g} of {points:g} points"
    troubled = next((report for report in own if report.status not in ("ok", "unrun")), None)
    undefined = [name for name in question.names if name in result["missing"]]
    if not question.given:
        return 0.0, "missing", f"the answer cell of {question.id} is not in the notebook that was handed in"
    if question.blank or result["error"] == "NotImplementedError":
        return 0.0, "blank", NOT_ANSWERED
    if undefined and troubled is not None and troubled.status != "error":
        return 0.0, troubled.status, _reason(question, troubled.status, troubled.text, budget)
    if undefined and troubled is not None:
        return 0.0, "failed", f"your answer cell stopped with {troubled.text}"
    if undefined and result["missing"][undefined[0]]:
        return 0.0, "failed", f"`{undefined[0]}` {result['missing'][undefined[0]]}"
    if undefined:
        return 0.0, "failed", f"`{undefined[0]}` is not defined by your notebook"
    if troubled is not None and result["message"].startswith(
        "NameError: "
    ):  # no name of the source's: it does not parse
        return 0.0, "failed", f"your answer cell stopped with {troubled.text}"
    return 0.0, "memory" if result["error"] == "MemoryError" else "failed", result["message"] or "no check was passed"


def rank(result: QuestionResult) -> tuple[float, bool]:
    """What orders results: also where there are no points to earn."""
    return result.score, result.status == "passed"


def _reason(question: PlannedQuestion, status: str, how: str, budget: Budget) -> str:
    if status == "timeout" and how and not how.startswith("stopped"):
        return f"{question.id} timed out: {how}"
    if how == OUTSIDE:
        return f"{question.id} was not graded: {how}"
    return REASONS[status].format(
        id=question.id, seconds=budget.call_seconds, megabytes=budget.memory_bytes // 2**20, how=how
    )
