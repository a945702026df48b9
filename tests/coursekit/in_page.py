"""Answers judged by the page's own route in a JavaScript engine, and by ``course check``."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from absent import absent
from four_ways import BUDGET

from coursekit.assignments.parse import load
from coursekit.assignments.release import released_text
from coursekit.assignments.running import complete
from coursekit.checked import LATER, PASSES
from coursekit.course import at
from coursekit.live import bundle, fields, files, session
from coursekit.notebooks.read import read_notebook
from coursekit.selfcheck import Work, facts_of, run

HARNESS = Path(__file__).parent / "live" / "in_node.js"


def scripts_in(folder):
    """``python.js`` and ``scipy.js`` in ``folder``.  Tests fetch nothing: `course book` does, where it can."""

    def refuse(lacking):
        raise files.NoFiles("Python for the page is not on this machine: run `course book` where pip has a network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_from_wheel", refuse)
        try:
            bundle.write(folder, at(Path(__file__).parents[2]).cache / "live")
        except files.NoFiles as error:  # also under .ci/run: the package that brings them may vanish
            pytest.skip(str(error))
    return folder


class Page:
    """An assignment's page without a browser: node runs the page's scripts, and what they start."""

    def __init__(self, topic, root, folder):
        self.course = at(root)
        self.assignment = load(topic, root)
        self.notebook = released_text(self.assignment, root)
        self.scripts = scripts_in(folder / "live")
        bundle.write_checks(self.scripts, self.course)
        bundle.write_notebook(folder / "notebook.js", self.notebook)
        node = shutil.which("node") or absent("node is not installed: apt-get install nodejs")
        command = [node, HARNESS, fields.STATIC / "live", self.scripts, folder / "notebook.js"]
        self.node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, orders):
        """What the page says to each of ``orders``, ``{"id", "answer"}`` or ``{"drafts"}``, one after the other."""
        said = []
        for order in orders:
            self.node.stdin.write(json.dumps(order) + "\n")
            self.node.stdin.flush()
            said.append(json.loads(self.node.stdout.readline()))
        return said

    def close(self):
        """End node."""
        self.node.stdin.close()
        self.node.wait(timeout=300)
        self.node.stdout.close()

    def order(self, id, answer):
        """The order to check one answer."""
        codes = [*self.assignment.setups, self.assignment.question(id).visible, answer]
        return {"id": id, "answer": answer, "needs": ["scipy"] if fields.SCIPY.search("\n".join(codes)) else []}

    def lacks(self, answer):
        """Whether the answer imports what no page has."""
        return bool(fields.Fields(self.course, {}).lacking([answer]))

    def by_course_check(self, answers, engine):
        """What ``course check`` says of a notebook with these answers, by question."""
        cells = json.loads(self.notebook)
        for cell in cells["cells"]:
            about = cell["metadata"].get("coursekit", {})
            if about.get("role") == "answer" and about["question"] in answers:
                cell["source"] = answers[about["question"]]
        questions = {c.grade_id: facts_of(c) for c in read_notebook(self.notebook.encode()) if c.grade}
        work = Work(self.assignment.topic, json.dumps(cells).encode(), self.notebook.encode(), questions)
        return {told.id: told for told in run(work, engine, BUDGET).questions}

    def turns(self):
        """``(kind, {question: answer})``: the blanks, and then the answers that come with the assignment, one a question."""
        asked = [q for q in self.assignment.questions if not q.written]
        yield "blank", {q.id: q.answer for q in asked}
        kinds = {
            "reference": lambda q: [q.reference],
            "alternatives": lambda q: list(q.alternatives.values()),
            "mistakes": lambda q: [m.code for m in q.mistakes],
        }
        for kind, codes in kinds.items():
            for turn in range(max(len(codes(q)) for q in asked)):
                some = [q for q in asked if turn < len(codes(q))]
                yield kind, {q.id: complete(self.assignment, q, kind, codes(q)[turn]) for q in some}


def named(message):
    """The known mistakes that a message names, and the hint."""
    return [line for line in message.splitlines() if line.startswith(("This looks like", "Or like", "Open hint"))]


def agree(page, engine, every=1):
    """Hold the page's word against ``course check``'s for each ``every``-th turn; how many answers were judged."""
    turns = list(page.turns())[::every]
    said = iter(page.ask([page.order(id, answer) for _, answers in turns for id, answer in answers.items()]))
    tried = 0
    for kind, answers in turns:
        told = page.by_course_check(answers, engine)
        for id, answer in answers.items():
            verdict, place = next(said), (kind, id)
            tried += 1
            if page.lacks(answer):
                blank = kind == "blank" and verdict["state"] == "missing"
                wrong = verdict["state"] == told[id].state == "wrong"  # before the page needed what it lacks
                assert blank or wrong or verdict["message"].endswith(session.ELSEWHERE), (place, verdict)
                continue
            assert verdict.get("state") == told[id].state, (place, verdict, told[id])
            assert named(verdict["message"]) == named(told[id].message), (place, verdict, told[id])
            assert verdict["state"] == "missing" or kind != "blank", (place, verdict)
            assert verdict["state"] in (PASSES, LATER) or kind not in ("reference", "alternatives"), (place, verdict)
    return tried
