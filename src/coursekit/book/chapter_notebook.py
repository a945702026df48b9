"""A chapter as a Jupyter notebook: its cells as they are, its text with the book's own directives and roles spelled out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import jupytext
import nbformat

from coursekit.book import claim_text, quiz
from coursekit.book.claimdata import Record

BLOCK = re.compile(r"^(`{3,}|:{3,})\{([\w-]+)\}[ \t]*([^\n]*)\n(.*?)^\1[ \t]*$\n?", re.S | re.M)
ROLE = re.compile(r"\{([\w:]+)\}`([^`]+)`")
OPTIONS = re.compile(r"\A(?::[\w-]+:[^\n]*\n)+")
LABELLED = re.compile(r"(\$\$[^$]+\$\$) \([\w-]+\)")
TARGET = re.compile(r"^\([\w-]+\)=[ \t]*\n", re.M)
SENTENCE = re.compile(r"(.+?)\s*<([^<>]+)>\s*\Z", re.S)


@dataclass(frozen=True)
class Chapter:
    """What the text of a chapter refers to: claims, short names of citations, titles of questions, numbers of equations."""

    records: Mapping[str, Record]
    cited: Callable[[str], str] = lambda key: key
    asked: Callable[[str], str] = lambda name: name
    equations: Mapping[str, str] = field(default_factory=dict)


def notebook(text: str, lead: str, chapter: Chapter, install: str = "") -> str:
    """The notebook of a page of MyST, beginning with ``lead``, as JSON; the same text gives the same bytes.

    ``install`` is the text of a first cell of code, for a machine that does not have the course.
    """
    read = jupytext.reads(text, fmt="md:myst")
    cells = [nbformat.v4.new_markdown_cell(lead)]
    if install:
        cells.append(nbformat.v4.new_code_cell(install))
    for cell in read.cells:
        if cell.cell_type == "markdown":
            cell.source = spelled_out(cell.source, chapter)
        if cell.source.strip():
            cells.append(cell)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    made["nbformat_minor"] = 5
    return nbformat.writes(made) + "\n"


def spelled_out(text: str, chapter: Chapter) -> str:
    """Markdown that Jupyter shows as it is meant."""
    text = BLOCK.sub(lambda m: _block(m[2], m[3].strip(), OPTIONS.sub("", m[4]), chapter), text)
    text = ROLE.sub(lambda m: _role(m[1], m[2], chapter), text)
    return TARGET.sub("", LABELLED.sub(r"\1", text)).strip()


def _block(name: str, argument: str, body: str, chapter: Chapter) -> str:
    if name == "predict":
        question, _, answer = body.partition("\n+++")
        folded = f"<details><summary>Answer</summary>\n\n{answer.strip()}\n\n</details>"
        return f"**Predict first.** {question.strip()}\n\n{folded}\n"
    if name == "quiz":
        return _quiz(body)
    if name == "claim" and argument in chapter.records:
        return _claim(chapter.records[argument])
    if name == "math":
        return f"$$\n{body.strip()}\n$$\n"
    if name == "explorable":
        return f"*To move, in the book:* {body.strip()}\n"
    if name in ("note", "tip", "warning", "admonition", "important"):
        return (
            "\n".join(f"> {line}" for line in [f"**{argument or name.capitalize()}**", *body.strip().split("\n")])
            + "\n"
        )
    return ""  # what the book makes of its own data: heads, tables, lists


def _quiz(body: str) -> str:
    try:
        question, options = quiz.parse(body)
    except ValueError:  # the page itself says what is wrong
        return body
    listed = "\n".join(f"- {option.says}" for option in options)
    why = "\n".join(f"- {option.says} **{'Right' if option.right else 'No'}.** {option.why}" for option in options)
    return f"**Check yourself.** {question}\n\n{listed}\n\n<details><summary>Answer</summary>\n\n{why}\n\n</details>\n"


def _claim(record: Record) -> str:
    says = f"“{record.statement}”" if record.verdict == "fails" else record.statement
    more = record.instead if record.verdict == "fails" else record.condition
    measured = (
        f"{claim_text.measured_text(record)}, bound: {claim_text.bound_of(record)} ({claim_text.over_text(record)})"
    )
    lines = [f"**{claim_text.WORDS[record.verdict]}.** {says}", more, f"Measured {measured}. `{record.id}`"]
    return "\n>\n".join(f"> {line}" for line in lines if line) + "\n"


def _role(name: str, content: str, chapter: Chapter) -> str:
    sentence = SENTENCE.match(content)
    if name == "tested" and sentence:
        return sentence[1]
    if name in ("measured", "bound") and content in chapter.records:
        record = chapter.records[content]
        return claim_text.measured_text(record) if name == "measured" else claim_text.bound_of(record)
    if name == "eq":
        return f"({chapter.equations.get(content, content)})"
    if name.startswith("cite"):
        names = "; ".join(chapter.cited(key.strip()) for key in content.split(","))
        return names if name == "cite:t" else f"({names})"
    if name == "exercise":
        return f"“{chapter.asked(content)}”"
    return sentence[1] if sentence else content
