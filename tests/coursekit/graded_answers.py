"""The answers that come with an assignment, graded as whole notebooks by an engine."""

from fixture import answered

from coursekit.assignments.parse import load
from coursekit.assignments.release import released_text, source_text
from coursekit.assignments.running import complete
from coursekit.engine.engines import local_engine
from coursekit.engine.interface import Budget, Submission


class Grader:
    """Grades whole notebooks of answers, one a question, with one engine."""

    def __init__(self, root, topic):
        self.assignment = load(topic, root)
        self.source = source_text(self.assignment, root).encode()
        self.blank = released_text(self.assignment, root)
        self.engine = local_engine()

    def grade(self, answers, seeds=None):
        notebook = answered(self.blank, answers).encode()
        return self.engine.grade(Submission("student", notebook, seeds or {}), self.source, Budget()).questions

    def cells(self, folder, codes, seed=0):
        found = [(q, codes(q)) for q in self.assignment.questions if not q.written]
        return {q.id: complete(self.assignment, q, folder, code, seed) for q, code in found if code is not None}


def losses_of_right_answers(grader, seed):
    """What the reference, and notebooks that hold every alternative between them, lose: ``{(answer, question): message}``."""
    questions = [q for q in grader.assignment.questions if not q.written]
    answers = {"reference": grader.cells("reference", lambda q: q.reference, seed)}
    for number in range(max(len(q.alternatives) for q in questions)):
        alternatives = grader.cells("alternatives", lambda q: nth(list(q.alternatives.values()), number), seed)  # noqa: B023
        answers[f"alternative {number}"] = alternatives
    assert set(answers["reference"]) == {q.id for q in questions}
    found = {}
    for name, cells in answers.items():
        graded = grader.grade(cells, {q.id: seed for q in questions})
        full = {id: (grader.assignment.question(id).meta.points, "passed") for id in cells}
        lost = [id for id in cells if (graded[id].score, graded[id].status) != full[id]]
        found |= {(name, id): graded[id].message for id in lost}
    return found


def faults_by_mistake(grader):
    """Each typical mistake, graded in as few notebooks as hold them all, with what is wrong with its verdict, or nothing."""
    found = {}
    for number in range(max(len(q.mistakes) for q in grader.assignment.questions)):
        cells = grader.cells("mistakes", lambda q: getattr(nth(q.mistakes, number), "code", None))  # noqa: B023
        graded = grader.grade(cells)
        for id in cells:
            question = grader.assignment.question(id)
            mistake = question.mistakes[number]
            right = graded[id].score < question.meta.points and mistake.says in graded[id].message
            found[id, mistake.name] = "" if right else f"{graded[id].score} points: {graded[id].message}"
    return found


def named_mistakes(grader):
    """Every typical mistake of the assignment, as ``faults_by_mistake`` names it."""
    return {(q.id, mistake.name) for q in grader.assignment.questions for mistake in q.mistakes}


def nth(items, number):
    return items[number] if number < len(items) else None
