"""The map of a course comes from its data, and an objective gathers what teaches, asks for and tests it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coursekit.book import map as course_map
from coursekit.book.aims import all_aims, claims_by_section, unserved

CHAPTER = """---
course:
  minutes: {minutes}
  prerequisites: {after}
  objectives: {{{name}-see: See it.}}
---
# {name}

## First part

{{tested}}`It *holds* <{name}.one>`, and {{measured}}`{name}.two`; {{tested}}`again <{name}.one>`.

## Second part

```{{claim}} {name}.three
```
"""


def book(root: Path, **after: list[str]) -> Path:
    for name, before in after.items():
        (root / f"{name}.md").write_text(CHAPTER.format(name=name, minutes=50, after=before))
    parts = [{"caption": "Core", "chapters": [{"file": name} for name in after]}]
    (root / "_toc.yml").write_text(yaml.safe_dump({"parts": parts}))
    return root


def question(id: str, objective: str, section: str) -> str:
    meta = f"id: {id}\ntitle: Title of {id}\nobjective: {objective}\nsection: {section}\ndifficulty: 1\nminutes: 9\npoints: 3"
    return f"```{{question}}\n{meta}\nkind: code\nhints: [a nudge, the method, nearly code]\n```\nText.\n"


def test_claims_belong_to_the_section_that_asserts_them(tmp_path: Path) -> None:
    text = (book(tmp_path, alpha=[]) / "alpha.md").read_text()
    assert claims_by_section(text) == {"First part": ["alpha.one", "alpha.two"], "Second part": ["alpha.three"]}


def test_an_objective_gathers_its_sections_questions_and_claims_and_says_what_it_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "exercises"
    folder.mkdir()
    head = "---\ntopic: alpha\ntitle: Alpha\nminutes: 9\n---\n"
    asked = question("a", "alpha-see", "Second part") + "\n" + question("b", "alpha-see", "Gone")
    (folder / "alpha.md").write_text(head + asked)
    aims = all_aims(book(tmp_path, alpha=[], beta=[]), folder)
    alpha = aims["alpha-see"]
    assert alpha.sections == ["Second part"] and alpha.claims == ["alpha.three"] and alpha.lacks == []
    assert alpha.questions == [("alpha/a", "Title of a"), ("alpha/b", "Title of b")]
    assert aims["beta-see"].lacks == ["section", "question", "claim"]


def test_a_heading_that_was_renamed_is_told_once_with_all_that_name_it_and_the_nearest(tmp_path: Path) -> None:
    folder = tmp_path / "exercises"
    folder.mkdir()
    head = "---\ntopic: alpha\ntitle: Alpha\nminutes: 9\n---\n"
    asked = [question(id, "alpha-see", "The second part") for id in ("a", "b")] + [question("c", "beta-see", "First")]
    (folder / "alpha.md").write_text(head + "\n".join(asked))
    pages = book(tmp_path, alpha=[], beta=[])
    assert unserved(all_aims(pages, folder), pages) == [
        "alpha/a, alpha/b: `section` is 'The second part', which is no heading of alpha.md; nearest is 'Second part'",
        "alpha/c: `section` is 'First', which is no heading of beta.md; nearest is 'First part'",
    ]


def test_a_track_lists_chapters_after_what_they_build_on(tmp_path: Path) -> None:
    book(tmp_path, alpha=[], beta=["alpha"], gamma=["beta"])
    assert course_map.tracks(tmp_path) == []
    file = tmp_path / "tracks.yml"
    file.write_text("- {name: short, for: you, pages: [alpha, gamma]}\n- {name: long, for: you, pages: all}\n")
    assert [track["pages"] for track in course_map.tracks(tmp_path)] == [["alpha", "gamma"], ["alpha", "beta", "gamma"]]
    file.write_text("- {name: short, for: you, pages: [beta, alpha]}\n")
    with pytest.raises(ValueError, match="'short' has 'beta' before 'alpha', which it builds on"):
        course_map.tracks(tmp_path)
    file.write_text("- {name: short, for: you, pages: [delta]}\n")
    with pytest.raises(ValueError, match="'short' lists 'delta', which is no chapter"):
        course_map.tracks(tmp_path)


@pytest.mark.parametrize("pages", [3, 40])
def test_a_way_through_many_chapters_is_folded_away(pages: int) -> None:
    shown = course_map.followed(["For you. "], ["alpha → omega"], pages)
    texts = [node.astext() for node in shown]
    if pages == 3:
        assert texts == ["For you. alpha → omega"]
    else:
        assert texts[0] == "For you. " and "<summary>40 chapters in order</summary>" in texts[1] and "omega" in texts[2]


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 minutes"), (45, "45 minutes"), (60, "1 hour"), (212, "3 hours 30 minutes")]
)
def test_minutes_are_said_in_hours(minutes: int, said: str) -> None:
    assert course_map.hours(minutes) == said
