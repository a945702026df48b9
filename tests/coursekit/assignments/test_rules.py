"""What an assignment lacks besides its proofs is said, and is an error where the course asks for full assignments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixture import COURSE, ROOT, copy_course

from coursekit.assignments import rules
from coursekit.assignments.parse import load
from coursekit.cli import main
from coursekit.course import at


def test_the_fixture_lacks_domains_questions_and_sections_and_nothing_else() -> None:
    found = rules.lacks(load("tiny", ROOT), COURSE)
    assert [line.split(":")[0] for line in found[:3]] == ["half_time", "momentum", "order"]
    assert all("has no {domain} block" in line and "write `inputs(rng)`" in line for line in found[:3])
    assert found[3] == "has 4 questions, at least 8 are wanted: write more"
    assert (
        found[4]
        == "half_time: `objective: tiny-times` must stand in a chapter's front matter, and `section:` must name a heading of that chapter"
    )
    assert len(found) == 8


def test_a_kind_that_is_missing_minutes_that_do_not_add_up_and_what_is_given_are_named(tmp_path: Path) -> None:
    root = copy_course(tmp_path, exercises=("kind: predict", "kind: code"))
    (root / "src" / "tiny_course" / "toolbox" / "more.py").write_text("class Momentum:\n    pass\n")
    text = (root / "exercises" / "tiny.md").read_text()
    (root / "exercises" / "tiny.md").write_text(text.replace("minutes: 30\n---", "minutes: 90\n---"))
    found = rules.lacks(load("tiny", root), at(root))
    assert "has no question of `kind: predict`, a result that is interpreted before it is seen: write one" in found
    assert any("its questions take 30 minutes and its front matter says 90" in line for line in found)
    assert "momentum: asks for `Momentum`, which students are given in more.py: ask for something else" in found


def test_a_prerequisite_is_a_question_or_a_page_and_the_one_that_was_meant_is_named(tmp_path: Path) -> None:
    root = copy_course(tmp_path)
    (root / "book").mkdir(exist_ok=True)
    (root / "book" / "waves.md").write_text("# Waves\n")
    made = load("tiny", root)
    made.question("momentum").meta.prerequisites = ["half_time", "waves", "half_tim", "optics"]
    said = "momentum: `prerequisites` names {}, which is neither a question of this assignment nor a page of the book"
    assert rules.unknown_prerequisites(made, at(root)) == [
        f"{said.format('half_tim')}; did you mean half_time?",
        said.format("optics"),
    ]


@pytest.mark.parametrize(
    ("coin", "said"),
    [
        ("yield rng.choice([0.0, 1.0])", "rng.choice([0.0, 1.0])"),
        ("yield 1.0 if rng.random() < 0.5 else 0.0", "rng.random() < 0.5"),
        ("yield 1.0 if rng.integers(2) else 0.0", "1.0 if rng.integers(2) else 0.0"),
        ("yield 5.0 * (rng.integers(0, 3) == 0)", "rng.integers(0, 3) == 0"),
        ("yield rng.choice([-1.0, 1.0], 4), rng.random(4) < 0.5", ""),
        ("yield rng.choice([-1.0, 1.0], size=4), rng.integers(0, 3, 4) == 0", ""),
        ("yield rng.permutation([0.0, 1.0, 2.0]), int(rng.integers(2))", ""),
    ],
)
def test_a_kind_of_input_that_is_left_to_chance_is_named(coin: str, said: str) -> None:
    made = load("tiny", ROOT)
    question = replace(made.question("momentum"), domain=f"def inputs(rng):\n    {coin}\n")
    place = f"momentum: line 2 of its {{domain}} block: `{said}` leaves one kind of input to chance, and some students never see it"
    found = rules.coins(replace(made, items=[question]))
    assert found == ([f"{place}: yield an input of each kind"] if said else [])


@pytest.mark.parametrize("full", [False, True])
def test_proving_says_what_is_missing_and_fails_where_the_course_asks_for_it(tmp_path: Path, full: bool) -> None:
    root = copy_course(tmp_path)
    if full:
        table = root / "coursekit.toml"
        table.write_text(f"{table.read_text()}\nfull_assignments = true\n")
    done = CliRunner().invoke(main, ["prove", "tiny", "--root", str(root)], env={"COLUMNS": "200"})
    assert done.exit_code == int(full), done.output
    assert "tiny: half_time: has no {domain} block" in " ".join(done.output.split())
    assert done.output.count("no domain") == 3 and "\u2502 proved" not in done.output
    assert ("not proved: tiny" in done.output) == full
