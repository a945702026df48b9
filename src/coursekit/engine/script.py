"""In which order cells run in the student's process, and where in that each test has its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from coursekit.engine.matching.parted import is_locked
from coursekit.engine.matching.plan import Plan
from coursekit.engine.matching.sourced import PlannedQuestion
from coursekit.engine.session import CellStep
from coursekit.notebooks.names import import_lines


@dataclass
class Script:
    """The steps of a session; ``starts[k]`` of them come before the student's cell ``k``, tests that are due by then included."""

    steps: list[CellStep] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)  # the steps of the student's cells
    tests: dict[str, int] = field(default_factory=dict)  # and those of the questions whose tests run among them

    def deadly(self, other: Script, steps: set[int]) -> set[int]:
        """``steps`` of another script of the same cells, as steps of this one."""
        places = {step: place for place, step in enumerate(other.cells)}
        lead = other.cells[0] if other.cells else len(other.steps)  # set-up, which both begin with
        return {self.cells[places[step]] for step in steps if step in places} | {s for s in steps if s < lead}


def script(plan: Plan, tests: bool) -> Script:
    """The course's set-up and the student's cells; with ``tests`` also those of questions that are judged together.

    Where a course judges together, everything stands at its place, as nbgrader runs it; else set-up that is locked comes first.
    """
    made, together = Script(), plan.together
    locked = {plan.matches[at]: cell for at, cell in enumerate(plan.source) if at in plan.matches and is_locked(cell)}
    there = {cell.grade_id for cell in locked.values()} if together else set()
    made.steps += [CellStep(label, code, own=True) for label, code, must in plan.locked if label not in there]
    answers = {place: question.answers[0].grade_id for question in plan.questions for place in question.given}
    waiting = list(together) if tests else []
    for place in range(len(plan.cells) + 1):
        while waiting and waiting[0].after <= place:
            question = waiting.pop(0)
            if lines := _imported_above(plan, question):
                made.steps.append(CellStep("imports", lines, own=True))
            made.tests[question.id] = len(made.steps)
            made.steps.append(CellStep(question.id, question.test.source, test=True))
        made.starts.append(len(made.steps))
        if place < len(plan.cells):
            made.cells.append(len(made.steps))
            own = together and locked.get(place)
            text = own.source if own else plan.cells[place].source if plan.roles[place] == "run" else ""
            made.steps.append(CellStep(answers.get(place, f"cell {place + 1}"), text, own=bool(own)))
    return made


def _imported_above(plan: Plan, question: PlannedQuestion) -> str:
    """What tests above import that are judged apart: the rest of them does not come to the student's process."""
    above = plan.questions[: [other.id for other in plan.questions].index(question.id)]
    apart = [other.test.source for other in above if other.way != "together" and other.test.kind == "test"]
    return "\n".join(filter(None, map(import_lines, apart)))
