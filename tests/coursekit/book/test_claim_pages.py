"""The pages of claims that are written before a build, and where the table of contents puts them."""

from __future__ import annotations

from pathlib import Path

import yaml

from coursekit.book import toc
from coursekit.book.claim_pages import write_pages

HEAD = "---\ncourse:\n  minutes: 1\n  objectives:\n    one: One.\n---\n# {}\n"


def book(root: Path) -> Path:
    for name in ("zeta", "alpha"):
        (root / f"{name}.md").write_text(HEAD.format(name.capitalize()))
    for name in ("index", "claims"):
        (root / f"{name}.md").write_text("# Page\n")
    parts = [
        {"caption": "Foundations", "chapters": []},
        {"caption": "Core", "chapters": [{"file": "zeta"}, {"file": "alpha"}]},
        {"caption": "Claims", "chapters": [{"file": "claims"}, {"glob": "claims/*"}]},
    ]
    (root / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "index", "parts": parts}))
    return root


def test_each_topic_has_a_page_that_names_its_chapter_if_there_is_one(tmp_path: Path) -> None:
    write_pages(book(tmp_path), ["alpha", "zeta", "not_written"])
    alpha, lone = (tmp_path / "claims" / f"{name}.md" for name in ("alpha", "not_written"))
    assert "# Claims: Alpha" in alpha.read_text() and "{doc}`../alpha`" in alpha.read_text()
    assert "# Claims: Not written" in lone.read_text() and "../not_written" not in lone.read_text()
    assert "```{claim-list} not_written" in lone.read_text()


def test_pages_of_topics_that_are_gone_leave_and_others_stay_untouched(tmp_path: Path) -> None:
    write_pages(book(tmp_path), ["alpha", "zeta"])
    before = (tmp_path / "claims" / "zeta.md").stat().st_mtime_ns
    write_pages(tmp_path, ["zeta"])
    assert [file.name for file in (tmp_path / "claims").iterdir()] == ["zeta.md"]
    assert (tmp_path / "claims" / "zeta.md").stat().st_mtime_ns == before


def test_pages_stand_in_the_order_of_the_chapters_and_parts_without_pages_are_left_out(tmp_path: Path) -> None:
    write_pages(book(tmp_path), ["alpha", "zeta"])
    found = toc.expanded(tmp_path)
    assert [part["caption"] for part in found["parts"]] == ["Core", "Claims"]
    assert toc.pages(found) == ["index", "zeta", "alpha", "claims", "claims/zeta", "claims/alpha"]


def test_a_draft_has_the_page_of_its_own_topic_only(tmp_path: Path) -> None:
    write_pages(book(tmp_path), ["alpha", "zeta"])
    assert toc.pages(toc.expanded(tmp_path, ("alpha",))) == ["index", "alpha", "claims", "claims/alpha"]
