"""Make what a student wrote safe to show, in our pages and in stock nbgrader's, whose templates put Markdown in as it is.

The notebook that goes to ``autograded/`` is built anew from an allow-list: sources, text outputs, PNG and JPEG pictures, and
nbgrader's own metadata.  Markdown is kept as Markdown but can hold no tag, no link other than http(s) and no script for MathJax.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Container, Mapping
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from coursekit.classroom.source import as_released, as_stored, course_data, is_graded
from coursekit.control import CONTROL, DIRECTION, LONE
from coursekit.notebooks.limits import (
    LARGEST_SHOWN,
    LONGEST_OUTPUT,
    LONGEST_SOURCE,
    MOST_CELLS,
    MOST_OUTPUTS,
    cut,
    shrunk,
)
from coursekit.notebooks.pictures import ATTACHED, attachments, pictures, without_lost_pictures
from coursekit.notebooks.read import text_of

TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\]\s*(?=[(:])")
SAFE_TARGET = re.compile(r"\]\(\s*(?:https?://|#|mailto:)[^\s()<>\"'\\&]*\s*\)")
REMOTE_IMAGE = re.compile(r"!(?=\[)")
TEX_SCRIPT = re.compile(
    r"(?<!\\)\\+(?=(?:href|url|require|class|cssId|style|html\w*|data|unicode|includegraphics|csname|mmlToken|texttip|bbox"
    r"|raise|lower|moveleft|moveright|rule|space)\b)",  # the last line moves or paints beyond the cell
    re.IGNORECASE,
)
SCHEME = re.compile(r"(javascript|vbscript|data)(?=\s*:)", re.IGNORECASE)
STEERING = re.compile(f"[{CONTROL}{DIRECTION}{LONE}]")
MATH_OPENERS = (r"\\[", r"\\(", r"\begin{")
MATH_CAP = 200  # of each kind in a cell: nbconvert looks for the end of each through the whole text
# what is matched is not given back (`*+`): a long line is read once, not once for each of its letters
HEADING = re.compile(r"[^#A-Za-z]*+#{1,6}+[ \t]*+")
FENCE = re.compile(r"([^#`~A-Za-z]*+(?:`{3,}+(?=[^`]*\Z)|~{3,}+))(.*)")
LANGUAGE = re.compile(r"\s*+(?!mermaid)[A-Za-z0-9_+#.-]{0,30}+\s*", re.IGNORECASE)
UNSEEN = "\u200b"  # a space without width
NO_TEXTS: Mapping[str, str] = {}
KEYS = ("grade", "grade_id", "locked", "solution", "task", "points", "schema_version", "cell_type", "checksum")


def capped(text: str, limit: int) -> str:
    """``text`` without control characters, cut at ``limit`` characters with a remark."""
    return cut(STEERING.sub("\ufffd", text), limit)


def inert_markdown(text: str, attached: Container[str] = ()) -> str:
    """Markdown that renders as its writer saw it, except that it can hold neither HTML nor active links nor active TeX.

    ``<`` before a letter gets a space after it, so that no tag begins; links that are not http(s), mailto or to an anchor, and
    pictures from elsewhere, come apart into text; TeX commands that reach the page lose their backslash.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    plain = html.unescape(text)
    text = capped(
        plain if SCHEME.search(plain) else text, LONGEST_SOURCE
    )  # first of all: entities can spell what is looked for
    text = "\n".join(text.splitlines())  # what any renderer takes for the end of a line ends one from here on
    for opener in MATH_OPENERS:
        text = text.replace(opener, opener.lstrip("\\")) if text.count(opener) > MATH_CAP else text
    text = ATTACHED.sub(keep, without_lost_pictures(text, attached))
    text = REMOTE_IMAGE.sub("! ", text)
    text = SAFE_TARGET.sub(keep, text)
    text = LINK.sub("] ", text)
    text = SCHEME.sub(r"\1 ", TAG.sub("< ", TEX_SCRIPT.sub("", text)))
    return re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], without_anchors(text))


def without_anchors(text: str) -> str:
    """Markdown whose headings begin or end with a space that has no width, and whose code is no diagram.

    nbconvert makes a heading's words its id, and formgrader finds a question's box by that id: a heading ``explain`` would take
    the place of the box of the question ``explain``.  A code block in the language ``mermaid`` goes into the page unescaped.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if match := FENCE.fullmatch(line):
            lines[number] = line if LANGUAGE.fullmatch(match[2]) else match[1]
        elif match := HEADING.match(line):
            lines[number] = line[: match.end()] + UNSEEN + line[match.end() :]
        elif number and line.strip() and not line.strip(" \t>=-"):  # underlines what stands above it
            if FENCE.fullmatch(lines[number - 1]):  # it may end a code block, so must stay as it is
                lines[number] = f"\n{line}"
            elif lines[number - 1].strip():
                lines[number - 1] += UNSEEN
    return "\n".join(lines)


def safe_output(output: Mapping[str, Any]) -> NotebookNode | None:
    """One output as text and pictures only, or None when nothing of it is left."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=capped(text_of(output.get("text")), LONGEST_OUTPUT))
    if kind == "error":
        lines = output.get("traceback")
        text = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        text = text or f"{text_of(output.get('ename'))}: {text_of(output.get('evalue'))}"
        return nbformat.v4.new_output("stream", name="stderr", text=capped(text, LONGEST_OUTPUT))
    if kind in ("execute_result", "display_data"):
        raw = output.get("data")
        data: dict[str, Any] = dict(pictures(raw))
        text = text_of(raw.get("text/plain")) if isinstance(raw, dict) else ""
        if text:
            data["text/plain"] = capped(text, LONGEST_OUTPUT)
        return nbformat.v4.new_output("display_data", data=data) if data else None
    return None


class Cleaner:
    """Turns executed notebooks of one assignment into what may be shown."""

    def __init__(self, source: bytes) -> None:
        self.released = nbformat.reads(as_released(source), as_version=4)
        stored = as_stored(source)
        self.data = {course_data(c)["grade_id"]: course_data(c) for c in stored.cells if course_data(c).get("grade_id")}
        self.checks = {
            course_data(c)["grade_id"]: c
            for c in self.released.cells
            if is_graded(c) and not course_data(c).get("solution")
        }
        for cell in stored.cells:  # what students never saw is left out by nbgrader's own marks, and so in the same way
            check = self.checks.get(course_data(cell).get("grade_id"))
            if check is not None and check.cell_type == "code" and check.source != cell.source:
                check.source += "\n# Hidden checks ran here."
        self.trusted = {
            c.source for c in self.released.cells if c.cell_type == "markdown" and not course_data(c).get("solution")
        }

    def cell(
        self, raw: Mapping[str, Any], number: int, messages: Mapping[str, str], texts: Mapping[str, str] = NO_TEXTS
    ) -> NotebookNode:
        """One cell, safe; a check cell shows its visible part and the question's message, a statement one of ``texts``."""
        marks = raw.get("metadata")
        marks = marks.get("nbgrader") if isinstance(marks, dict) else None
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        data = self.data.get(name) if isinstance(name, str) else None
        check = self.checks.get(name) if isinstance(name, str) else None
        own = texts.get(name) if isinstance(name, str) else None
        source = own or (text_of(raw.get("source")) if check is None else check.source)
        kind = check.cell_type if check is not None else raw.get("cell_type")
        if kind == "code":
            cell = nbformat.v4.new_code_cell(capped(source, LONGEST_SOURCE) if check is None else source)
            cell.outputs = self.outputs(raw, None if check is None else messages.get(str(name), ""))
        else:
            found = attachments(raw)
            trusted = check is not None or own is not None or source in self.trusted
            cell = nbformat.v4.new_markdown_cell((without_lost_pictures if trusted else inert_markdown)(source, found))
            if found:
                cell.attachments = found
        cell.id = f"cell-{number}"
        if data is not None:
            cell.metadata["nbgrader"] = {key: data[key] for key in KEYS if key in data}
        return cell

    def outputs(self, raw: Mapping[str, Any], message: str | None) -> list[NotebookNode]:
        """A student's outputs, or for a check cell its message alone."""
        if message is not None:
            text = capped(message, LONGEST_OUTPUT)
            return [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
        given = raw.get("outputs")
        cleaned = [
            safe_output(o) for o in (given if isinstance(given, list) else [])[:MOST_OUTPUTS] if isinstance(o, dict)
        ]
        return [output for output in cleaned if output is not None]

    def notebook(
        self, executed: str, messages: Mapping[str, str], note: str = "", texts: Mapping[str, str] = NO_TEXTS
    ) -> str:
        """The JSON for ``autograded/``; the released notebook with ``note`` on top when there is no executed one.

        ``texts`` are the course's own for this student, by ``grade_id``, where statements differ.
        """
        raw = json.loads(executed) if executed else self.released
        cells = [c for c in raw.get("cells", [])[:MOST_CELLS] if isinstance(c, dict)]
        seen: set[str] = set()
        result = nbformat.v4.new_notebook(
            metadata={
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                "language_info": {"name": "python", "pygments_lexer": "python3"},
            }
        )
        for number, cell in enumerate(cells):
            cleaned = self.cell(cell, number, messages, texts)
            name = cleaned.metadata.get("nbgrader", {}).get("grade_id")
            if name is not None and name in seen:
                del cleaned.metadata["nbgrader"]
            seen.add(name)
            result.cells.append(cleaned)
        if note:
            top = nbformat.v4.new_markdown_cell(inert_markdown(note), id="note")
            result.cells.insert(0, top)
        return shrunk(result, nbformat.writes, LARGEST_SHOWN)
