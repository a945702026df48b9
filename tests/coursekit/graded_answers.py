"""The answers that come with an assignment, graded as whole notebooks by an engine."""

from fixture import answered

from coursekit.assignments.parse import load
from coursekit.assignments.record import complete
from coursekit.assignments.release import released_text, source_text
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

    def cells(self, folder, codes):
        found = [(q, codes(q)) for q in self.assignment.questions if not q.written]
        return {q.id: complete(self.assignment, q, folder, code) for q, code in found if code is not None}


def right_answers_earn_everything(grader, seed):
    """The reference, and notebooks that hold every alternative between them."""
    questions = [q for q in grader.assignment.questions if not q.written]
    references = grader.cells("reference", lambda q: q.reference)
    graded = grader.grade(references, {q.id: seed for q in questions})
    assert {q.id: graded[q.id].score for q in questions} == {q.id: q.meta.points for q in questions}
    for number in range(max(len(q.alternatives) for q in questions)):
        cells = grader.cells("alternatives", lambda q: nth(list(q.alternatives.values()), number))  # noqa: B023
        graded = grader.grade(cells, {q.id: seed for q in questions})
        assert {id: graded[id].message for id in cells if graded[id].status != "passed"} == {}


def every_mistake_gets_its_own_message(grader):
    """Notebooks that hold every typical mistake between them."""
    tried = 0
    for number in range(max(len(q.mistakes) for q in grader.assignment.questions)):
        cells = grader.cells("mistakes", lambda q: getattr(nth(q.mistakes, number), "code", None))  # noqa: B023
        graded = grader.grade(cells)
        for id in cells:
            question = grader.assignment.question(id)
            mistake = question.mistakes[number]
            assert graded[id].score < question.meta.points, (id, mistake.name)
            assert mistake.says in graded[id].message, (id, mistake.name, graded[id].message)
            tried += 1
    assert tried == sum(len(q.mistakes) for q in grader.assignment.questions)


def a_blank_notebook_is_called_blank(grader):
    """It earns nothing."""
    graded = grader.grade({})
    assert {(r.score, r.status) for r in graded.values()} == {(0, "blank")}


def nth(items, number):
    return items[number] if number < len(items) else None
