"""One answer, judged four ways: by the notebook's cell, ``course check``, ``course prove`` and ``course grade``."""

import ast
import json
import re

import nbformat

from coursekit.assignments.notebook import build, text_of
from coursekit.assignments.parse import load
from coursekit.assignments.prove import Prover
from coursekit.assignments.release import source_text
from coursekit.assignments.running import complete, execute, quiet, seed_everything
from coursekit.assignments.schema import Assignment, Block, Head, Meta, Question
from coursekit.checks import CheckFailed, check as check_of_the_cell
from coursekit.engine.interface import Budget, Submission
from coursekit.notebooks.marks import without_hidden, without_solution
from coursekit.plain import unpack
from coursekit.student_errors import error_text

NUMBER = re.compile(r"-?(?:\d[\d.]*(?:e[+-]?\d+)?|inf|nan|infinite|NaN)")
KNOWN = re.compile(r"check\.known\((.*)\)  # typical")
LONG = re.compile(r"-?\d+\.\d{7,}(?:e[+-]?\d+)?")
BUDGET = Budget(call_seconds=120.0, submission_seconds=900.0)


def question(id, stub, reference, visible, hidden, domain=""):
    """A question made on the spot."""
    meta = Meta(
        id=id,
        title=f"Question {id}",
        objective="o",
        difficulty=1,
        minutes=1,
        points=2,
        kind="code",
        hints=["a", "b", "c"],
    )
    parts = {"answer": stub, "visible": visible, "hidden": hidden, "reference": reference, "domain": domain}
    return Question(meta, 1, "A statement.", **parts)


def assignment(questions, setup="import numpy as np\nimport torch"):
    """An assignment of these questions."""
    head = Head(topic="lending", title="Lending", minutes=10)
    return Assignment(head, "exercises/lending.md", [Block("setup", setup, 1), *questions])


class FourWays:
    """Judges answers to the questions of one assignment; a verdict is ``(earned everything, message)``."""

    def __init__(self, assignment, engine, text=""):
        self.assignment, self.engine = assignment, engine
        self.source = text or text_of(build(assignment))
        self.prover = Prover(assignment, nbformat.reads(self.source, as_version=4))
        self.released = self._released()

    def _released(self):
        notebook = json.loads(self.source)
        for cell in notebook["cells"]:
            text, marks = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
            cell["source"] = without_solution(text) if marks.get("solution") else without_hidden(text)
        return json.dumps(notebook)

    def judge(self, answers):
        """``{question: {way: verdict}}`` for one answer each to some of the questions."""
        found = {id: {} for id in answers}
        notebook = self._answered(answers)
        for way, source in (("check", self.released), ("grade", self.source)):
            results = self.engine.grade(Submission("student", notebook), source.encode(), BUDGET).questions
            for id in answers:
                passed = results[id].status == "passed"
                found[id][way] = (passed, "" if passed else results[id].message)
        for id, answer in answers.items():
            asked = self.assignment.question(id)
            run = self.prover.run(asked, answer)
            found[id]["prove"] = (run.earned == asked.meta.points, run.message)
            found[id]["notebook"] = self._in_notebook(id, answer)
        return found

    def _answered(self, answers):
        notebook = json.loads(self.released)
        for cell in notebook["cells"]:
            about = cell["metadata"].get("coursekit", {})
            if about.get("role") == "answer" and about["question"] in answers:
                cell["source"] = answers[about["question"]]
        return json.dumps(notebook).encode()

    def _in_notebook(self, id, answer):
        cells = json.loads(self.released)["cells"]
        check = next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == id)
        space = {"__name__": "__main__"}
        seed_everything(0)
        try:
            with quiet():
                for code in (*self.assignment.setups, answer, "".join(check["source"])):
                    execute(code, "check" if "check.question" in code else "answer", space)
        except CheckFailed as failure:
            return False, str(failure)
        except Exception as error:
            return False, error_text(error)
        part = check_of_the_cell.failure  # where parts are right the cell does not raise
        return part is None, str(part or "")


def disagreements(found, unsteady=()):
    """Where the cell and the check, or the proof and the grade, differ in verdict or message.

    The last digit of a number that a message shows may depend on where arrays lie in a process's memory, all its digits where
    an answer to one of the ``unsteady`` questions inverts what has no inverse or subtracts what is equal.
    """
    pairs = (("notebook", "check"), ("prove", "grade"))
    return {
        (id, *pair): (ways[pair[0]], ways[pair[1]])
        for id, ways in found.items()
        for pair in pairs
        if as_compared(ways[pair[0]], id in unsteady) != as_compared(ways[pair[1]], id in unsteady)
    }


def as_compared(way, unsteady):
    """A verdict and its message, with the message's numbers to ten digits or, of an unsteady answer, without them."""
    verdict, message = way
    if unsteady:
        return verdict, NUMBER.sub("…", message)
    return verdict, LONG.sub(lambda match: f"{float(match[0]):.10g}", message)


def unsteady_mistakes(cell):
    """The mistakes of a check's cell of which rounding decides what some check sees."""
    tables = [unpack(ast.literal_eval(found)) for found in KNOWN.findall(cell)]
    outcomes = [item for table in tables for found in table["outcomes"].values() for item in found.items()]
    return {name for name, outcome in outcomes if {"unsteady", "either"} & set(outcome)}


def answers_of_its_own(assignment):
    """How many answers come with an assignment: references, alternatives and mistakes."""
    return sum(1 + len(q.alternatives) + len(q.mistakes) for q in assignment.questions if not q.written)


def of_topic(topic, root, engine, every=1):
    """Judge each ``every``-th turn of an assignment's own answers; how many were judged."""
    made = load(topic, root)
    ways = FourWays(made, engine, source_text(made, root))
    asked = [q for q in made.questions if not q.written]
    kinds = {
        "reference": lambda q: [q.reference],
        "alternatives": lambda q: list(q.alternatives.values()),
        "mistakes": lambda q: [m.code for m in q.mistakes],
    }
    tried = 0
    for kind, codes in kinds.items():
        for turn in range(max(len(codes(q)) for q in asked))[::every]:
            answers = {q.id: complete(made, q, kind, codes(q)[turn]) for q in asked if turn < len(codes(q))}
            found = ways.judge(answers)
            names = {q.id: q.mistakes[turn].name for q in asked if kind == "mistakes" and q.id in answers}
            unsteady = {id for id, name in names.items() if name in unsteady_mistakes(ways.prover.cells[id])}
            apart = disagreements(found, unsteady)
            assert not apart, f"{kind}, turn {turn}: {apart}"
            tried += len(found)
    return tried
