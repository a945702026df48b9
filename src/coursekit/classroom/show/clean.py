"""Make what a student wrote safe to show, in our pages and in stock nbgrader's, whose templates put Markdown in as it is.

The notebook that goes to ``autograded/`` is built anew from an allow-list: sources, text outputs, PNG and JPEG pictures, and
nbgrader's own metadata.  Markdown is kept as Markdown but can hold no tag, no link other than http(s) and no script for MathJax.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Container, Mapping
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from coursekit.classroom.source import as_released, as_stored, course_data, is_graded

TEXT_CAP = 20_000
SOURCE_CAP = 100_000
IMAGE_CAP = 400_000
PIXEL_CAP = 16_000_000  # a few kilobytes can unpack to more than a browser can hold
NOTEBOOK_CAP = 2 * 2**20
CELL_CAP = 2_000
TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\]\s*(?=[(:])")
SAFE_TARGET = re.compile(r"\]\(\s*(?:https?://|#|mailto:)[^\s()<>\"'\\&]*\s*\)")
ATTACHED = re.compile(r"!\[([^\[\]<>&\"\x00]*)\]\(attachment:([A-Za-z0-9._ -]+)\)")
REMOTE_IMAGE = re.compile(r"!(?=\[)")
TEX_SCRIPT = re.compile(
    r"(?<!\\)\\+(?=(?:href|url|require|class|cssId|style|html\w*|data|unicode|includegraphics|csname|mmlToken|texttip|bbox"
    r"|raise|lower|moveleft|moveright|rule|space)\b)",  # the last line moves or paints beyond the cell
    re.IGNORECASE,
)
SCHEME = re.compile(r"(javascript|vbscript|data)(?=\s*:)", re.IGNORECASE)
IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MATH_OPENERS = (r"\\[", r"\\(", r"\begin{")
MATH_CAP = 200  # of each kind in a cell: nbconvert looks for the end of each through the whole text
# what is matched is not given back (`*+`): a long line is read once, not once for each of its letters
HEADING = re.compile(r"[^#A-Za-z]*+#{1,6}+[ \t]*+")
FENCE = re.compile(r"([^#`~A-Za-z]*+(?:`{3,}+(?=[^`]*\Z)|~{3,}+))(.*)")
LANGUAGE = re.compile(r"\s*+(?!mermaid)[A-Za-z0-9_+#.-]{0,30}+\s*", re.IGNORECASE)
UNSEEN = "\u200b"  # a space without width
KEYS = ("grade", "grade_id", "locked", "solution", "task", "points", "schema_version", "cell_type", "checksum")


def capped(text: str, limit: int) -> str:
    """``text`` without control characters, cut at ``limit`` characters with a remark."""
    cleaned = CONTROL.sub("\ufffd", text)
    return cleaned if len(cleaned) <= limit else f"{cleaned[:limit]}\n[cut here: {len(cleaned):,} characters in all]"


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
        plain if SCHEME.search(plain) else text, SOURCE_CAP
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


def without_lost_pictures(text: str, attached: Container[str]) -> str:
    """Markdown in which pictures that are not attached are words; nbconvert refuses the whole notebook for one of them."""
    return ATTACHED.sub(lambda match: match[0] if match[2] in attached else f"(picture {match[2]}, left out)", text)


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


def pixels(raw: bytes) -> int:
    """Width times height that a PNG or JPEG declares; 0 when it declares none where it must."""
    if raw[12:16] == b"IHDR":
        return int.from_bytes(raw[16:20]) * int.from_bytes(raw[20:24])
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        kind = raw[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):  # a frame header
            return int.from_bytes(raw[at + 5 : at + 7]) * int.from_bytes(raw[at + 7 : at + 9])
        at += 2 + int.from_bytes(raw[at + 2 : at + 4])
    return 0


def picture(mime: str, data: object) -> str | None:
    """Base64 of a picture that is what it says, or None."""
    text = "".join(data) if isinstance(data, list) and all(isinstance(part, str) for part in data) else data
    if not isinstance(text, str) or len(text) > IMAGE_CAP:
        return None
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    good = raw.startswith(IMAGES[mime]) and 0 < pixels(raw) <= PIXEL_CAP
    return base64.b64encode(raw).decode() if good else None


def pictures(bundle: object) -> dict[str, str]:
    """The PNG and JPEG entries of a MIME bundle."""
    found = bundle if isinstance(bundle, dict) else {}
    cleaned = {mime: picture(mime, found[mime]) for mime in IMAGES if mime in found}
    return {mime: data for mime, data in cleaned.items() if data}


def text_of(value: object) -> str:
    """A notebook's multi-line string as one string; empty for anything else."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def safe_output(output: Mapping[str, Any]) -> NotebookNode | None:
    """One output as text and pictures only, or None when nothing of it is left."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=capped(text_of(output.get("text")), TEXT_CAP))
    if kind == "error":
        lines = output.get("traceback")
        text = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        text = text or f"{text_of(output.get('ename'))}: {text_of(output.get('evalue'))}"
        return nbformat.v4.new_output("stream", name="stderr", text=capped(text, TEXT_CAP))
    if kind in ("execute_result", "display_data"):
        raw = output.get("data")
        data: dict[str, Any] = dict(pictures(raw))
        text = text_of(raw.get("text/plain")) if isinstance(raw, dict) else ""
        if text:
            data["text/plain"] = capped(text, TEXT_CAP)
        return nbformat.v4.new_output("display_data", data=data) if data else None
    return None


def attachments(cell: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """A Markdown cell's pictures, by names that need no quoting."""
    found = cell.get("attachments")
    named = found.items() if isinstance(found, dict) else ()
    good = {name: pictures(bundle) for name, bundle in named if re.fullmatch(r"[A-Za-z0-9._ -]{1,80}", str(name))}
    return {name: bundle for name, bundle in good.items() if bundle}


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

    def cell(self, raw: Mapping[str, Any], number: int, messages: Mapping[str, str]) -> NotebookNode:
        """One cell, safe; a check cell shows its visible part and the question's message."""
        marks = raw.get("metadata")
        marks = marks.get("nbgrader") if isinstance(marks, dict) else None
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        data = self.data.get(name) if isinstance(name, str) else None
        check = self.checks.get(name) if isinstance(name, str) else None
        source = text_of(raw.get("source")) if check is None else check.source
        kind = check.cell_type if check is not None else raw.get("cell_type")
        if kind == "code":
            cell = nbformat.v4.new_code_cell(capped(source, SOURCE_CAP) if check is None else source)
            cell.outputs = self.outputs(raw, None if check is None else messages.get(str(name), ""))
        else:
            found = attachments(raw)
            trusted = check is not None or source in self.trusted
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
            text = capped(message, TEXT_CAP)
            return [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
        given = raw.get("outputs")
        cleaned = [safe_output(o) for o in (given if isinstance(given, list) else [])[:200] if isinstance(o, dict)]
        return [output for output in cleaned if output is not None]

    def notebook(self, executed: str, messages: Mapping[str, str], note: str = "") -> str:
        """The JSON for ``autograded/``; the released notebook with ``note`` on top when there is no executed one."""
        raw = json.loads(executed) if executed else self.released
        cells = [c for c in raw.get("cells", [])[:CELL_CAP] if isinstance(c, dict)]
        seen: set[str] = set()
        result = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                      "language_info": {"name": "python", "pygments_lexer": "python3"}}
        )  # fmt: skip
        for number, cell in enumerate(cells):
            cleaned = self.cell(cell, number, messages)
            name = cleaned.metadata.get("nbgrader", {}).get("grade_id")
            if name is not None and name in seen:
                del cleaned.metadata["nbgrader"]
            seen.add(name)
            result.cells.append(cleaned)
        if note:
            top = nbformat.v4.new_markdown_cell(inert_markdown(note), id="note")
            result.cells.insert(0, top)
        return shrunk(result)


def shrunk(notebook: NotebookNode) -> str:
    """The notebook as JSON of at most NOTEBOOK_CAP bytes: pictures go first, then long outputs, then long sources."""
    text = nbformat.writes(notebook)
    for limit in (TEXT_CAP, 2_000, 200):
        if len(text.encode()) <= NOTEBOOK_CAP:
            return text
        for cell in notebook.cells:
            if cell.pop("attachments", None):
                cell.source = without_lost_pictures(cell.source, ())
            cell.source = cell.source if limit == TEXT_CAP else capped(cell.source, 5 * limit)
            for output in cell.get("outputs", []):
                plain = output.get("text") or output.get("data", {}).get(
                    "text/plain", "[a picture, left out for its size]"
                )
                output.clear()
                output.update(nbformat.v4.new_output("stream", name="stdout", text=capped(plain, limit)))
        text = nbformat.writes(notebook)
    if len(text.encode()) > NOTEBOOK_CAP:
        notebook.cells = [cell for cell in notebook.cells if course_data(cell)]
    return nbformat.writes(notebook)
