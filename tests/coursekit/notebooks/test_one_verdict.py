"""``course collect``, ``course check`` and ``course grade`` say the same of a file: they take it, or refuse it with the same words."""

import codecs
import gzip
import json

import pytest
from classroom_course import GOOD, classroom, source_bytes, submission

from coursekit.classroom.collect.collect import collect
from coursekit.classroom.source import as_released
from coursekit.engine import grade
from coursekit.engine.interface import Budget, GradedNotebook, Submission
from coursekit.notebooks.limits import LARGEST, LONGEST_CODE, MOST_CELLS, MOST_VALUES
from coursekit.selfcheck import NotCheckable, read

NOTEBOOK = submission(**GOOD)
TEXT = json.dumps(NOTEBOOK)


def old_format() -> str:
    """The notebook in nbformat 3."""
    cells = [{k: v for k, v in cell.items() if k != "source"} | {"input": cell["source"]} for cell in NOTEBOOK["cells"]]
    return json.dumps({"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0})


def with_cell(**more: object) -> str:
    """The notebook and one more cell."""
    cell = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": []} | more
    return json.dumps(NOTEBOOK | {"cells": [*NOTEBOOK["cells"], cell]})


def without(*names: str) -> str:
    """The notebook without some of its entries."""
    return json.dumps({key: value for key, value in NOTEBOOK.items() if key not in names})


def of_another(kept: tuple[str, ...] = ("setup", "double_text")) -> str:
    """Another assignment's notebook: its questions are called otherwise, texts and set-up as here."""
    notebook = json.loads(TEXT)
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"other{number}"
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id") and marks["grade_id"] not in kept:
            marks["grade_id"] = f"other_{marks['grade_id']}"
    return json.dumps(notebook)


TAKEN = {
    "as it was released and answered": TEXT,
    "a byte order mark": codecs.BOM_UTF8 + TEXT.encode(),
    "line ends of Windows": json.dumps(NOTEBOOK, indent=1).replace("\n", "\r\n"),
    "line ends of Windows within cells": TEXT.replace("\\n", "\\r\\n"),
    "format 3": old_format(),
    "format 2": old_format().replace('"nbformat": 3', '"nbformat": 2'),
    "format 4.0": json.dumps(NOTEBOOK | {"nbformat_minor": 0}),
    "format 4.99": json.dumps(NOTEBOOK | {"nbformat_minor": 99}),
    "format 5, which does not exist": json.dumps(NOTEBOOK | {"nbformat": 5}),
    "a format that is a word": json.dumps(NOTEBOOK | {"nbformat": "four"}),
    "no metadata, no format": without("metadata", "nbformat", "nbformat_minor"),
    "metadata that is a list": json.dumps(NOTEBOOK | {"metadata": [1]}),
    "an assignment's name that is a number": json.dumps(NOTEBOOK | {"metadata": {"coursekit": {"assignment": 7}}}),
    "a cell that is a number": json.dumps(NOTEBOOK | {"cells": [*NOTEBOOK["cells"], 5, None, []]}),
    "a cell without anything": json.dumps(NOTEBOOK | {"cells": [*NOTEBOOK["cells"], {}]}),
    "a cell of an unknown type": with_cell(cell_type="video"),
    "outputs that are a word": with_cell(outputs="many"),
    "metadata of a cell that is a word": with_cell(metadata="x"),
    "half a character": with_cell(source="x = '\ud800'"),
    "a zero byte": with_cell(source="x = '\0'"),
    "NaN": TEXT[:-1] + ', "x": NaN}',
    "a key twice": TEXT[:-1] + ', "nbformat": 4}',
    "code that is no Python": with_cell(source="def ("),
    "a magic": with_cell(source="%timeit 1"),
    "large outputs": with_cell(outputs=[{"output_type": "stream", "text": "x" * 5_000_000}]),
    "one question that is of this assignment": of_another(kept=("double",)),
    "no cells": json.dumps(NOTEBOOK | {"cells": []}),
    "a sheet that is a number": '{"worksheets": [1, {"cells": 5}]}',
}


REFUSED = {
    "nothing": b"",
    "another assignment": of_another(kept=()),
    "another assignment with texts and set-up of the same names": of_another(),
    "white space": b" \n\t\n",
    "half a file": TEXT[: len(TEXT) // 2],
    "a word": "hello",
    "a list": "[1]",
    "null": "null",
    "a number": "5",
    "an empty object": "{}",
    "cells that are a number": '{"cells": 3}',
    "cells that are an object": '{"cells": {}}',
    "sheets that are a number": '{"worksheets": 5}',
    "sheets by another name": '{"nbformat": 2, "sheets": []}',
    "UTF-16": ("\ufeff" + TEXT).encode("utf-16"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-32": TEXT.encode("utf-32"),
    "Latin letters": with_cell(source="é").replace("\\u00e9", "é").encode("latin-1"),
    "compressed": gzip.compress(TEXT.encode()),
    "an integer of 5,000 digits": TEXT[:-1] + ', "x": ' + "9" * 5_000 + "}",
    "deep nesting": TEXT[:-1] + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "only brackets": "[" * 100_000,
    "larger than the cap": TEXT + " " * LARGEST,
    "more values than fit": TEXT[:-1] + ', "x": [' + "1," * MOST_VALUES + "1]}",
    "more cells than fit": json.dumps(NOTEBOOK | {"cells": NOTEBOOK["cells"] + [{"source": ""}] * MOST_CELLS}),
    "more code than fits": with_cell(source="x = 1\n" * (LONGEST_CODE // 6 + 1)),
    "more text than fits in an answer's cell": json.dumps(
        NOTEBOOK
        | {
            "cells": [
                c | {"cell_type": "markdown", "source": c["source"] + " " * LONGEST_CODE}
                if c["metadata"].get("nbgrader", {}).get("grade_id") == "norm_answer"
                else c
                for c in NOTEBOOK["cells"]
            ]
        }
    ),
}


class Run:
    """Stands for the processes: a submission that gets here was not refused."""

    may_be_led = False

    def __init__(self, *_):
        pass

    def judge(self) -> None:
        pass

    def outcome(self) -> GradedNotebook:
        return GradedNotebook({}, ("taken",))


def verdicts(folder, data: bytes, monkeypatch) -> dict[str, str]:
    """What each of the three says of ``data``; empty where it is taken."""
    said = {}
    room = classroom(folder / "room")
    (folder / "alice.ipynb").write_bytes(data)
    (taken,) = collect(room, "mini", [folder / "alice.ipynb"])
    said["collect"] = "" if taken.status == "collected" else taken.reason
    (folder / "kit" / "released").mkdir(parents=True)
    (folder / "kit" / "mini.ipynb").write_bytes(data)
    (folder / "kit" / "released" / "mini.ipynb").write_text(as_released(source_bytes()))
    try:
        read(folder / "kit" / "mini.ipynb")
        said["check"] = ""
    except NotCheckable as error:
        said["check"] = str(error).partition("cannot be checked: ")[2] or str(error)
    monkeypatch.setattr(grade, "_Run", Run)
    outcome = grade.SplitEngine(None, "none").grade(Submission("alice", data), source_bytes(), Budget())
    said["grade"] = "" if outcome.flags == ("taken",) else outcome.questions["double"].message
    return said


def as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", TAKEN)
def test_all_three_take(name, tmp_path, monkeypatch):
    assert verdicts(tmp_path, as_bytes(TAKEN[name]), monkeypatch) == {"collect": "", "check": "", "grade": ""}


@pytest.mark.parametrize("name", REFUSED)
def test_all_three_refuse_with_the_same_words(name, tmp_path, monkeypatch):
    said = verdicts(tmp_path, as_bytes(REFUSED[name]), monkeypatch)
    reasons = {reason.removeprefix("cannot be read: ") for reason in said.values()}
    assert len(reasons) == 1 and len(reasons.pop()) > 20, said
