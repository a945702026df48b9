"""Proofs in one process and proofs through the grading engine agree, answer by answer."""

import inspect

import nbformat
import pytest
from click.testing import CliRunner
from fixture import ROOT, copy_course

from coursekit.assignments.parse import load
from coursekit.assignments.prove import Prover
from coursekit.assignments.prove_graded import GradedProver, proving_engine
from coursekit.assignments.record import Recorder
from coursekit.assignments.release import source_text
from coursekit.assignments.running import complete
from coursekit.checks import Check
from coursekit.cli import main
from coursekit.course import current


@pytest.fixture(scope="module")
def engine():
    made = proving_engine(current().given)
    yield made
    made.close()


def test_each_answer_earns_the_same_and_is_told_the_same_mistakes(engine):
    assignment = load("tiny", ROOT)
    here = Prover(assignment, nbformat.reads(source_text(assignment, ROOT), as_version=4))
    there = GradedProver(assignment, engine, ROOT)
    tried = 0
    for question in (q for q in assignment.questions if not q.written):
        answers = {f"mistake {m.name}": complete(assignment, question, "mistakes", m.code) for m in question.mistakes}
        answers |= {
            name: complete(assignment, question, "alternatives", code) for name, code in question.alternatives.items()
        }
        answers |= {"reference": here.cells[f"{question.id}_answer"], "blank": dict(here.stubs)[question.id]}
        for name, answer in answers.items():
            one, other = here.run(question, answer), there.run(question, answer)
            assert (one.earned, set(one.mistakes)) == (other.earned, set(other.mistakes)), (
                question.id,
                name,
                one,
                other,
            )
            tried += 1
    assert tried > 15


def test_the_command_finds_what_is_right_in_one_process_only(tmp_path):
    """This alternative reads a name that the checks have and that no student's process has."""
    root = copy_course(tmp_path, alternatives=("    return ", "    assert __variant_seed__ == 0\n    return "))
    for options, code, words in (([], 0, "proved"), (["--graded"], 1, "__variant_seed__")):
        result = CliRunner().invoke(main, ["prove", "tiny", *options, "--root", str(root)])
        assert result.exit_code == code and words in result.output, result.output


def test_what_records_the_tables_takes_the_calls_that_a_check_takes():
    for name in ("case", "require", "leaves", "given"):
        assert inspect.signature(getattr(Recorder, name)) == inspect.signature(getattr(Check, name))
