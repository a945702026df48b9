"""The grading engine: the student's cells in one process, the tests in another, a score and a reason for every question."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

from coursekit.engine.inside.checker import label_of
from coursekit.engine.inside.shell import packed_code
from coursekit.engine.interface import WIDER, Budget, CellReport, GradedNotebook, Judging, QuestionResult, Submission
from coursekit.engine.matching.executed import executed_notebook
from coursekit.engine.matching.plan import Plan, make_plan
from coursekit.engine.matching.sourced import CHANGES, PlannedQuestion, questions_of, read_source
from coursekit.engine.matching.suspect import suspicious
from coursekit.engine.messages import KEPT, LEFT_OUT, NOT_ANSWERED, OUTSIDE, UNCROSSED, scrubbed
from coursekit.engine.outcome import judged, rank
from coursekit.engine.processes.spawn import Launcher
from coursekit.engine.protocol.errors import SourceFault
from coursekit.engine.script import script
from coursekit.engine.session import Clock, OutOfTime, Session
from coursekit.engine.test_run import Bench, TestRun
from coursekit.engine.together import forged, result as result_of
from coursekit.notebooks.read import Refused

MANUAL = "waits for a grader"


class SplitEngine:
    """Grades one submission at a time.  ``launcher`` decides whether processes are forked and sandboxed or started fresh."""

    def __init__(self, launcher: Launcher, name: str) -> None:
        self.launcher, self.name = launcher, name
        self._one = threading.Lock()
        self._counting: tuple[tuple[bytes, Judging, Budget], frozenset[str]] | None = None

    def grade(self, submission: Submission, source: bytes, budget: Budget) -> GradedNotebook:
        """The outcome of one submission.  Raises SourceFault for a fault of the source notebook."""
        try:
            plan = make_plan(source, submission.notebook, submission.judging)
        except SourceFault:
            raise
        except Refused as error:
            return _refused(source, str(error))
        except Exception as error:  # the source is read first, so this comes from the submission and is its own fault
            return _refused(source, f"the grader cannot read what is in it ({type(error).__name__}: {error})")
        with self._one:
            run = self._ran(plan, submission, budget)
            if run.may_be_led and (counting := self._counting_guarded(source, submission.judging, budget)):
                guarded = replace(submission, judging=replace(submission.judging, guarded=True))
                run.lower(self._ran(replace(plan, flags=[]), guarded, budget), counting)
            return run.outcome()

    def _ran(self, plan: Plan, submission: Submission, budget: Budget) -> _Run:
        run = _Run(self.launcher, plan, submission, budget)
        run.judge()
        return run

    def _counting_guarded(self, source: bytes, judging: Judging, budget: Budget) -> frozenset[str]:
        """The questions that the source's own solution passes in a guarded run: in others answers shall change what they get."""
        key = source, judging, budget
        if self._counting is None or self._counting[0] != key:
            own = Submission("", source, judging=replace(judging, guarded=True))
            self._counting = key, self._ran(make_plan(source, source, judging), own, budget).passed
        return self._counting[1]

    def warm(self) -> None:
        """Begin to start what grading needs, without waiting for it."""
        self.launcher.warm()

    def close(self) -> None:
        """End every process that the engine started."""
        self.launcher.close()


class _Run:
    """The grading of one submission."""

    def __init__(self, launcher: Launcher, plan: Plan, submission: Submission, budget: Budget) -> None:
        self.launcher, self.plan, self.submission, self.budget = launcher, plan, submission, budget
        self.bench = Bench(
            launcher,
            plan.setup,
            budget,
            submission.judging.files,
            submission.judging.guarded or any(q.way in WIDER for q in plan.questions),
        )
        if any(question.way != "together" and not question.manual for question in plan.questions):
            self.bench.warm()
        self.clock = Clock(budget)  # not before the fork server has started, which the first submission waits for
        self.files = submission.judging.files
        self.script = script(plan, tests=False)
        self.writable = bool(plan.together)  # the files beside the notebook: its own copies, as nbgrader has it
        self.session = Session(
            self.launcher, self.script.steps, self.budget, self.clock, files=self.files, writable=self.writable
        )
        self.reports: list[CellReport] = []
        self.results: dict[str, QuestionResult] = {}
        self.unnamed: set[str] = set()
        self.changed = False  # whether an object of the answer's has written into what a test lent it

    def judge(self) -> None:
        """Run everything, and end every process whatever happens."""
        try:
            self.reports = self._cells()
            if self.plan.in_order or self.plan.together:
                self._anew()
            self._questions(self.reports)
            self._look()
        finally:
            self.session.close()
            self.bench.stop()

    @property
    def may_be_led(self) -> bool:
        """Whether points may come of a test's data that the answers' side has changed.  Without solutions nobody could tell."""
        judging = self.submission.judging
        earned = any(result.status in ("passed", "partial") for result in self.results.values())
        if judging.guarded or judging.released or not earned:
            return False
        return self.changed or any(question.showing for question in self.plan.questions if _is_apart(question))

    @property
    def passed(self) -> frozenset[str]:
        """The questions that are passed and whose tests ran in the checker's process."""
        passed = (question for question in self.plan.questions if self.results[question.id].status == "passed")
        return frozenset(question.id for question in passed if _is_apart(question))

    def lower(self, guarded: _Run, counting: frozenset[str]) -> None:
        """Take over the results of a guarded run that are lower, of the questions of which they count."""
        for name in counting:
            other = guarded.results[name]
            if rank(other) < rank(self.results[name]):
                self.results[name] = replace(other, message=KEPT + other.message)

    def outcome(self) -> GradedNotebook:
        """The results in the notebook's order, and the executed notebook."""
        results = {question.id: self.results[question.id] for question in self.plan.questions}
        try:
            notebook = executed_notebook(self.plan, self.reports, results, self.budget)
        except Exception as error:  # the scores stand; only what the submission holds can keep it from being shown
            self.plan.flags.append(f"the notebook cannot be shown ({type(error).__name__}: {error})")
            notebook = ""
        return GradedNotebook(results, tuple(self.plan.flags), notebook)

    def _cells(self) -> list[CellReport]:
        """Run all cells, for their output and their errors: no test has run by then that could show in what they print."""
        try:
            self.session.advance(len(self.session.cells))
        except OutOfTime:
            self.session.stop()
        return [self.session.reports[step] for step in self.script.cells]

    def _anew(self) -> None:
        """Begin again in another process, in which tests run at their places."""
        self.session.close()
        made = script(self.plan, tests=True)
        deadly = made.deadly(self.script, self.session.deadly)
        self.script = made
        self.session = Session(
            self.launcher, list(made.steps), self.budget, self.clock, deadly, self.files, self.writable
        )

    def _look(self) -> None:
        """Flag what looks forged."""
        for question in self.plan.questions:
            if question.blank and question.given and self.results[question.id].score > 0:
                self.plan.flags.append(f"{question.id}: its answer is as released and has points")
        believed = [question for question in self.plan.together if self.results[question.id].score > 0]
        if believed:
            self.plan.flags += suspicious(self.plan.cells, self.plan.roles) + forged(self.session)

    def _questions(self, reports: list[CellReport]) -> None:
        """Run the tests, each at its place; one that lacked a name runs again at the end, where the name may be defined."""
        for question in sorted(self.plan.questions, key=lambda q: q.after):
            self.results[question.id] = self._question(question, question.after, reports)
        for question in self.plan.questions if self.plan.in_order else []:
            if question.id in self.unnamed and question.way != "together":
                last = self._question(question, len(self.plan.cells), reports)
                if last.score >= self.results[question.id].score:
                    self.results[question.id] = last

    def _question(self, question: PlannedQuestion, after: int, reports: list[CellReport]) -> QuestionResult:
        if question.test.task:
            return QuestionResult(0.0, question.test.points, "manual", MANUAL)
        if question.manual:
            words = ("blank", NOT_ANSWERED) if question.blank else ("manual", MANUAL)
            missing = ("missing", "the cell for this answer is not in the notebook that was handed in")
            return QuestionResult(0.0, question.test.points, *(words if question.given else missing))  # type: ignore[arg-type]
        start = time.monotonic()
        try:
            result = self._result(question, after)
            # left over from an earlier question, perhaps, or the machine's doing: once more with a new process
            if result.get("desync") or result.get("how") == OUTSIDE:
                result = self._result(question, after)
                if result.get("how") == OUTSIDE:
                    self.plan.flags.append(f"{question.id}: {OUTSIDE}")
            if result.get("error") == "NameError" or result.get("missing"):
                self.unnamed.add(question.id)
        except OutOfTime:
            result = {
                "status": "timeout",
                "how": f"the {self.budget.submission_seconds:g} s for the whole notebook were used up",
            }
        own = [self._own(place, reports) for place in question.given]
        score, status, message = judged(question, result, own, self.budget)
        if question.way in WIDER and status == "failed" and UNCROSSED.search(message):
            self.plan.flags.append(f"{question.id}: {LEFT_OUT}")
        return QuestionResult(score, question.test.points, status, scrubbed(message), time.monotonic() - start)  # type: ignore[arg-type]

    def _own(self, place: int, reports: list[CellReport]) -> CellReport:
        """How the student's cell at ``place`` ran: where tests run among the cells, how it did so there."""
        report = self.session.reports[self.script.cells[place]] if self.plan.together else reports[place]
        return reports[place] if report.status == "unrun" else report

    def _result(self, question: PlannedQuestion, after: int) -> dict[str, Any]:
        if question.way != "together":
            return self._test_run(question, after)
        step = self.script.tests[question.id]
        self.session.advance(step + 1)
        return result_of(question, self.session.reports[step])

    def _test_run(self, question: PlannedQuestion, after: int) -> dict[str, Any]:
        placed = self.plan.in_order or self.plan.together
        self.session.advance(self.script.starts[after if placed else len(self.plan.cells)])
        is_open, guarded = question.objects or question.way == "objects", self.submission.judging.guarded
        changes = CHANGES in question.test.source
        test = {
            "id": question.id,
            "source": question.test.source,
            "code": packed_code(question.test.source, label_of(question.id)),
            "names": question.called if guarded else question.names,
            "showing": question.showing if guarded else [],
            "shown": question.shown if guarded else [],
            "guarded": (guarded or not is_open) and not changes,
            "classes": question.classes,
            "points": question.test.points,
            "objects": is_open,
            "modules": question.modules if question.way in WIDER or guarded else {},
            "reads": question.reads if question.way in WIDER else [],
            "more": question.way in WIDER,
            "files": self.plan.takes_files,
            "seed": self.submission.variant_seeds.get(question.id, 0),
        }
        run = TestRun(self.bench, self.session, self.budget, self.clock)
        result = run.run(test)
        self.changed |= run.changed and not changes
        return result


def _is_apart(question: PlannedQuestion) -> bool:
    """Whether its test runs in the checker's process."""
    return question.way != "together" and not question.manual


def _refused(source: bytes, reason: str) -> GradedNotebook:
    questions = questions_of(read_source(source))
    return GradedNotebook(
        {q.id: QuestionResult(0.0, q.test.points, "refused", reason) for q in questions}, ("refused",)
    )
