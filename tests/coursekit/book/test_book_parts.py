"""The parts of the book's machinery that need no build: front matter, cache keys, contents, checks of finished pages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coursekit.book import build, claimdata, front, toc
from coursekit.book.cachekey import cell_imports, page_digest, with_digest
from coursekit.book.check import Site
from coursekit.book.exercises import label, question_title
from coursekit.book.objectives import all_objectives
from coursekit.claim import REGISTRY

CHAPTER = """---
kernelspec: {name: python3, display_name: Python 3}
course:
  minutes: 10
  objectives:
    gd-rate: Say when it diverges.
---
# Gradient *descent*

```{code-cell} python
:tags: [hide-input]
%matplotlib inline
from pack import one
```

````{code-cell}
---
tags: [x]
---
import pack.two
````
"""


def test_front_matter_title_and_cells_are_read() -> None:
    assert front.front_matter("# No front matter\n") == {}
    assert front.title(CHAPTER) == "Gradient *descent*"
    assert [cell.strip() for cell in front.code_cells(CHAPTER)] == ["from pack import one", "import pack.two"]
    with pytest.raises(ValueError, match="not YAML"):
        front.front_matter("---\na: [1\n---\n")
    with pytest.raises(ValueError, match="must be a mapping, got list"):
        front.front_matter("---\n- a\n---\n")


def test_objectives_are_collected_and_a_double_id_is_named(tmp_path: Path) -> None:
    (tmp_path / "descent.md").write_text(CHAPTER)
    (tmp_path / "plain.md").write_text("# Plain\n")
    assert all_objectives(tmp_path) == {"gd-rate": ("descent", "Say when it diverges.")}
    (tmp_path / "other.md").write_text(CHAPTER)
    with pytest.raises(ValueError, match="'gd-rate' is in two chapters, descent and other"):
        all_objectives(tmp_path)


def test_a_cell_that_is_no_python_still_names_its_imports() -> None:
    assert cell_imports("import a.b\nx = = 1\n") == {"a.b"}


def test_page_digest_follows_imports_and_nothing_else(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / "pack").mkdir(exist_ok=True)
        (tmp_path / "pack" / f"{name}.py").write_text(f"# {name}\n")
    (tmp_path / "pack" / "two.py").write_text("from pack import three\n")
    before = page_digest(CHAPTER, tmp_path)
    assert page_digest(CHAPTER.replace("diverges", "converges"), tmp_path) == before
    (tmp_path / "pack" / "three.py").write_text("# changed, and reached through two\n")
    assert page_digest(CHAPTER, tmp_path) != before
    assert page_digest("# No cells\n", tmp_path) == ""


def test_the_digest_goes_into_the_kernelspec_and_lines_keep_their_numbers() -> None:
    keyed = with_digest(CHAPTER, "abc")
    assert front.front_matter(keyed)["kernelspec"] == {
        "name": "python3",
        "display_name": "Python 3",
        "sources": "abc",
    }
    assert keyed.splitlines().index("# Gradient *descent*") == CHAPTER.splitlines().index("# Gradient *descent*")
    assert with_digest("# Plain\n", "abc") == "# Plain\n"


def write_toc(book: Path, *parts: tuple[str, list[dict[str, str]] | None]) -> None:
    data = {"format": "jb-book", "root": "index", "parts": [{"caption": c, "chapters": e} for c, e in parts]}
    (book / "_toc.yml").write_text(yaml.safe_dump(data))


def test_assignments_follow_the_order_of_the_chapters_and_empty_parts_vanish(tmp_path: Path) -> None:
    (tmp_path / "assignments").mkdir()
    for name in ("index", "beta", "alpha", "assignments/alpha", "assignments/beta", "assignments/extra"):
        (tmp_path / f"{name}.md").write_text(CHAPTER)
    entries = [{"file": "beta"}, {"file": "alpha"}]
    write_toc(tmp_path, ("Core", entries), ("Later", None), ("Assignments", [{"glob": "assignments/*"}]))
    names = ["index", "beta", "alpha", "assignments/beta", "assignments/alpha", "assignments/extra"]
    assert toc.pages(toc.expanded(tmp_path)) == names
    assert [part["caption"] for part in toc.expanded(tmp_path)["parts"]] == ["Core", "Assignments"]
    assert "assignments/alpha" not in toc.pages(toc.expanded(tmp_path, ("beta",)))
    assert "beta" in toc.pages(toc.expanded(tmp_path, ("beta",)))


PAGE = '<html><head></head><body><article><h1 id="top">T</h1>{}</article></body></html>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<img src="data:image/svg+xml;base64,AAAA">', "an image without alt text"),
        ('<img src="a.png" alt="_images/a.png">', "an image without alt text"),
        ('<img src="data:image/svg+xml;base64," alt="A line.">', "an image without data"),
        ('<figure class="dynfig"><figcaption>c</figcaption></figure>', "no picture in it"),
        ("<pre>&lt;Figure size 640x480 with 0 Axes&gt;</pre>", "0 axes"),
        ('<div class="output traceback highlight"></div>', "a traceback"),
        ('<span class="problematic">x</span>', "problematic"),
        ('<a href="#gone">x</a>', "a broken reference: #gone"),
        ('<a href="other.html">x</a>', "a broken reference: other.html"),
        ('<script src="https://cdn.example.org/x.js"></script>', "a request to another host"),
        ('<link rel="stylesheet" href="//cdn.example.org/x.css">', "a request to another host"),
    ],
)
def test_a_page_that_may_not_be_published_says_why(tmp_path: Path, body: str, reason: str) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "index.html").write_text(PAGE.format(body))
    (problem,) = Site(tmp_path).problems(["index"])
    assert problem.startswith("index.html: ") and reason in problem


def test_a_good_page_passes_and_a_missing_one_is_named(tmp_path: Path) -> None:
    body = '<a href="#top">t</a><a href="https://example.org">out</a><img src="data:image/svg+xml;base64,AA" alt="A line.">'
    (tmp_path / "index.html").write_text(PAGE.format(body))
    assert Site(tmp_path).problems(["index"]) == []
    assert Site(tmp_path).problems(["index", "gone"]) == ["gone.html: in the table of contents but not in the output"]


def test_questions_are_found_with_their_titles(tmp_path: Path) -> None:
    head = "---\ntopic: adam\ntitle: Adam\nminutes: 9\n---\n"
    meta = "objective: adam-time\ndifficulty: 1\nminutes: 9\npoints: 3\nkind: code\nhints: [a nudge, the method, nearly code]"
    text = f"{head}```{{question}}\nid: half_time\ntitle: When is it?\n{meta}\n```\nText.\n"
    (tmp_path / "adam.md").write_text(text)
    assert question_title(tmp_path, "adam/half_time") == "When is it?"
    assert question_title(tmp_path, "adam/other") == question_title(tmp_path, "dropout/half_time") == ""
    assert label("adam/half_time") == "exercise-adam-half_time"


def test_the_output_of_a_build_is_followed() -> None:
    lines = [
        "reading sources... [ 50%] adam",
        "[IPKernelApp] WARNING | Kernel is running over TCP without encryption.",
        "/x/book/adam.md: Executed notebook in 3.50 seconds",
        "/x/book/adam.md:7: WARNING: Executing notebook failed: CellExecutionError",
        "ValueError: the step diverged",
        "reading sources... [100%] notation",
    ]
    report, seen = build.Report(), []
    build._watch(iter(lines), report, seen.append)
    assert report.executed == {"adam": 3.5}
    assert report.problems == [
        "/x/book/adam.md:7: WARNING: Executing notebook failed: CellExecutionError\nValueError: the step diverged"
    ]
    assert seen == ["reading sources 50% adam", "reading sources 100% notation"]


CLAIMS = """
from coursekit.claim import Measured, claim

@claim("tinyclaims.one", "One is one.", source="", verdict="holds")
def one(seed):
    return Measured(1.0 + seed / 10, at_most={bound})
"""


def test_claims_run_again_only_when_something_they_use_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.book.project import Project

    package = tmp_path / "src" / "tinyclaimspack" / "tinyclaims" / "claims"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").write_text("")
    (package / "basics.py").write_text(CLAIMS.format(bound=2.0))
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    (tmp_path / "coursekit.toml").write_text('package = "tinyclaimspack"')
    monkeypatch.chdir(tmp_path)
    project, module = Project(root=tmp_path, out=tmp_path), "tinyclaimspack.tinyclaims.claims.basics"
    try:
        assert claimdata.refresh(project) == [module]
        assert claimdata.refresh(project) == []
        record = claimdata.load(project.claims_file)["tinyclaims.one"]
        assert record.values == [1.0, 1.1, 1.2, 1.3, 1.4] and record.ok and record.topic == "tinyclaims"
        assert "return Measured(" in record.code and record.file == "src/tinyclaimspack/tinyclaims/claims/basics.py"
        (package / "basics.py").write_text(CLAIMS.format(bound=3.0))
        assert list(claimdata.current_digests(project.src, project.package)) == [module]
        assert claimdata.refresh(project) == [module]
    finally:
        REGISTRY.pop("tinyclaims.one", None)
