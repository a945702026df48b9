"""``course mark``: points and comments for written answers, from the rubric and from remarks made before."""

from __future__ import annotations

from collections.abc import Iterator

import click

from coursekit.classroom import bank
from coursekit.classroom.bank import Remark
from coursekit.classroom.desk.server import Server
from coursekit.classroom.desk.sheets import NEWER, Desk
from coursekit.classroom.gradebook import marking
from coursekit.classroom.gradebook.scores import Mark, standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.show import feedback
from coursekit.engine.messages import scrubbed


def waiting(classroom: Classroom, assignment: str) -> Iterator[tuple[str, Mark]]:
    """The answers that wait for a person, question by question, so that one question is judged in one go."""
    found = [
        (one.person.student, mark)
        for one in standings(classroom, assignment)
        if one.record
        for mark in one.marks
        if mark.waiting
    ]
    order = {question: number for number, question in enumerate(bank.rubric(classroom.source_bytes(assignment)))}
    yield from sorted(found, key=lambda pair: (order.get(pair[1].question.id, -1), pair[0]))


def answer(classroom: Classroom, assignment: str, student: str, mark: Mark) -> str:
    """What the student wrote, as text that cannot steer a terminal."""
    cells = feedback.answers(feedback.shown(classroom.autograded(assignment, student), assignment))
    return scrubbed("\n\n".join(cell.source for cell in cells.get(mark.question.answer, [])), 20_000)


def chosen(remarks: list[Remark], numbers: tuple[int, ...], question: str) -> list[Remark]:
    """The remarks of these numbers, which count from 1; raises ClassroomError for one that is not there."""
    if wrong := [number for number in numbers if not 1 <= number <= len(remarks)]:
        raise ClassroomError(f"the bank of {question} has the remarks 1 to {len(remarks)}, not {wrong[0]}")
    return [remarks[number - 1] for number in dict.fromkeys(numbers)]


def listed(remarks: list[Remark]) -> Iterator[str]:
    """The remarks with their numbers."""
    for number, remark in enumerate(remarks, 1):
        points = "" if remark.points is None else f"[{remark.points:g}] "
        yield f"  {number}. {points}{remark.text}"


@click.command("mark")
@click.argument("assignment")
@click.argument("student", required=False)
@click.argument("question", required=False)
@click.option("--remark", "numbers", multiple=True, type=int, help="A number in the bank; may be given several times.")
@click.option("--points", type=float, help="In place of the remarks' own.")
@click.option("--comment", default="", help="Words of your own, after the remarks.")
@click.option("--keep", is_flag=True, help="Put the comment into the bank, without points.")
@click.option("--page", is_flag=True, help="Mark by click, on a page in the browser that this machine alone sees.")
@classroom_option
@friendly
def command(
    assignment: str, student: str | None, question: str | None, numbers: tuple[int, ...], points: float | None,
    comment: str, keep: bool, page: bool, classroom: Classroom,
) -> None:  # fmt: skip
    """Give points and comments to STUDENT's written answer to QUESTION, from the bank of remarks; with --page, by click.

    Without STUDENT, list what waits and the bank; without --remark and --points, show the answer.  What is entered stands where
    formgrader has it, too.
    """
    if page:
        if student or numbers or points is not None or comment or keep:
            raise click.UsageError(
                "--page takes points and words on the page: leave STUDENT, QUESTION and the others out"
            )
        serve(classroom, classroom.parts(assignment))
        return
    every = bank.bank(classroom, assignment)
    if student is None or question is None:
        overview(classroom, assignment, every)
        return
    by_student = {one.person.student: one for one in standings(classroom, assignment) if one.record}
    marks = {mark.question.id: mark for mark in by_student[student].marks} if student in by_student else {}
    if question not in marks:
        known = f"its questions are {', '.join(marks)}" if marks else f"{student} has no record for it"
        raise ClassroomError(f"{student} has no answer to {question!r} in {assignment}: {known}")
    remarks = chosen(every.get(question, []), numbers, question)
    given = bank.total(remarks) if points is None else points
    if given is None:
        if numbers or comment:
            raise ClassroomError("no remark that you named gives points: say --points")
        show(classroom, assignment, student, marks[question], every.get(question, []))
        return
    words = "\n\n".join([*(remark.text for remark in remarks), *([comment] if comment else [])])
    marking.give(classroom, assignment, student, marks[question].question, given, words or None)
    if keep and comment:
        bank.keep(classroom, assignment, question, Remark(comment))
    click.echo(f"{student}, {question}: {given:g} of {marks[question].question.points:g}")


def serve(classroom: Classroom, assignments: list[str]) -> None:
    """Serve the desks of an assignment's notebooks until Ctrl-C."""
    with Server(*(Desk(classroom, name) for name in assignments)) as server:
        click.echo(
            f"Mark at {server.address}\nThe address is yours alone; Ctrl-C ends the page, and what you entered stands."
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()


def overview(classroom: Classroom, assignment: str, every: dict[str, list[Remark]]) -> None:
    """Print what waits, by question, with each question's bank."""
    found = list(waiting(classroom, assignment))
    for question in dict.fromkeys(mark.question.id for _, mark in found):
        mine = [(student, mark) for student, mark in found if mark.question.id == question]
        click.echo(f"{question} ({mine[0][1].question.points:g} points): {', '.join(student for student, _ in mine)}")
        for line in listed(every.get(question, [])):
            click.echo(line)
    for one in standings(classroom, assignment):
        if one.record and one.changed and any(mark.waiting for mark in one.marks):
            newer = ", and ".join(NEWER[what] for what in one.changed)
            click.echo(f"{one.person.student}: {newer}; `course grade {assignment}` brings what is there now")
    if not found:
        click.echo(f"no answer to {assignment} waits for a person")


def show(classroom: Classroom, assignment: str, student: str, mark: Mark, remarks: list[Remark]) -> None:
    """Print an answer and the bank of its question."""
    click.echo(answer(classroom, assignment, student, mark))
    click.echo(f"\n{student}, {mark.question.id}, {mark.question.points:g} points:")
    for line in listed(remarks):
        click.echo(line)
