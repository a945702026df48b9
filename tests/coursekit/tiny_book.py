"""A small book to build for real, and the few things that tests do to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from coursekit.book import build, check, toc
from coursekit.book.project import Project
from coursekit.claim import Claim, Measured
from coursekit.claims import ClaimResult

NOTEBOOK = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
"""
CONFIG = {
    "title": "Tiny",
    "only_build_toc_files": True,
    "execute": {"execute_notebooks": "cache", "timeout": 60, "stderr_output": "remove-warn"},
    "parse": {"myst_enable_extensions": ["dollarmath", "colon_fence"]},
    "html": {"use_multitoc_numbering": False},
    "latex": {"use_jupyterbook_latex": False},
    "sphinx": {
        "extra_extensions": ["coursekit.book.extension"],
        "config": {
            "html_use_index": False,
            "nb_execution_show_tb": True,
        },
    },
}
PAGES = {
    "index": "# Tiny\n\n```{chapters}\n```\n",
    "plain": "# Plain\n\nThe range is {measured}`tiny.one`, it must be {bound}`tiny.one`.\n\n```{claim} tiny.one\n```\n",
    "first": NOTEBOOK
    + "# First\n\nSome prose.\n\n```{code-cell}\nfrom tiny import one\nprint('answer', one.value())\n```\n",
    "second": NOTEBOOK + "# Second\n\n```{code-cell}\nimport tiny.two\nprint('other', tiny.two.value())\n```\n",
    "asserted": "# Asserted\n\nWe know that {tested}`one *is* near $1$ <tiny.one>`, and more.\n",
    "drawn": "---\ncourse: {minutes: 1, objectives: {t-one: See it.}}\n---\n# Drawn\n\n$$a = b$$ (one)\n\n$$b = c$$ (two)\n\n"
    "By {eq}`two`.\n\n<figure class='dynfig'><img alt='A dot.' src='data:image/gif;base64,AA'></figure>\n",
    "claims": "# Claims\n\n```{claim-topics}\n```\n",
    "claims/tiny": "# Claims of tiny\n\n```{claim-list} tiny\n```\n",
}


def claim_outcome(*values: float) -> ClaimResult:
    claim = Claim(
        "tiny.one",
        "One is near $1$.",
        "",
        "holds",
        tuple(range(len(values))),
        lambda seed, width=8: Measured(1, at_most=2),
        vary={"width": (8, 16)},
    )
    return ClaimResult(claim, claim.seeds, tuple(Measured(v, "units", at_most=2.0) for v in values), 0.0)


class TinyBook:
    """A project in a folder of its own, with the few things that the tests do to it."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root=root, out=root)
        write = self.write
        write("_config.yml", yaml.safe_dump(CONFIG))
        for name, text in PAGES.items():
            write(f"book/{name}.md", text)
        write("src/tiny/__init__.py", "")
        write("src/tiny/base.py", "def scale():\n    return 2\n")
        write("src/tiny/one.py", "from tiny.base import scale\n\ndef value():\n    return 21 * scale()\n")
        write(
            "src/tiny/two.py",
            "from pathlib import Path\n\ndef value():\n"
            "    return (Path(__file__).parent / 'data' / 'table.txt').read_text().strip()\n",
        )
        write("src/tiny/data/table.txt", "7\n")
        self.list_pages("plain", "first", "second", "asserted", "drawn", "claims", "claims/tiny")
        self.claims(1.0, 1.1, 1.2, 1.3, 1.4)
        self.lock(1.5)

    def write(self, name: str, text: str) -> None:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def list_pages(self, *names: str) -> None:
        chapters = [{"file": name} for name in names]
        content = {"format": "jb-book", "root": "index", "parts": [{"caption": "Pages", "chapters": chapters}]}
        self.write("book/_toc.yml", yaml.safe_dump(content))

    def claims(self, *values: float) -> None:
        record = claim_outcome(*values).record() | {"code": "def one(seed): ...\n", "file": "tiny.py", "line": 1}
        self.write(".cache/book/claims.json", json.dumps({"tiny": {"digest": "", "claims": [record]}}))

    def lock(self, value: float) -> None:
        bound = {"at_least": None, "at_most": 2.0}
        entry = {"digest": "", "seeds": [0, 1], "values": [value] * 2, "bound": bound, "ok": value <= 2}
        self.write("claims.lock", json.dumps({"tiny.one": {"width=16": entry}}))

    def build(self) -> build.Report:
        report = build.run(self.project)
        if self.project.html.is_dir():
            site = check.Site(self.project.html, self.project.results / "checked.json")
            report.problems += site.problems(toc.pages(toc.expanded(self.project.book)))
        if report.ok:
            build.finish(self.project)
        return report

    def html(self, page: str) -> str:
        return (self.project.html / f"{page}.html").read_text(encoding="utf-8")

    def text(self, page: str) -> str:
        html = self.html(page)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html[html.index("<article") : html.index("</article>")]))
