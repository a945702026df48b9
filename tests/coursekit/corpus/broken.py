"""Broken submissions: what can be repaired is graded and flagged, what cannot be read is refused with a reason."""

from __future__ import annotations

import json

from corpus.base import Draft, answers, case

REFUSED = {
    "empty_file": b"",
    "blank_file": b"  \n ",
    "not_json": b"my homework",
    "cut_off": b'{"cells": [{"cell_type": "code", "source": "x = 1',
    "binary": bytes(range(256)),
    "a_list": b"[1, 2, 3]",
    "a_number": b"17",
    "no_cells": b'{"metadata": {}, "nbformat": 4}',
    "cells_not_a_list": b'{"cells": {"a": 1}, "nbformat": 4}',
    "nested_without_end": b"[" * 200_000,
    "other_encoding": '{"cells": []}'.encode("utf-16"),
    "too_many_cells": json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 2001}).encode(),
    "millions_of_values": b'{"cells": [], "metadata": {"x": [' + b"[]," * 3_000_000 + b"0]}}",
    "a_zip": b"PK\x03\x04" + bytes(100),
}


def _refused(name: str, data: bytes) -> None:
    def write(d: Draft) -> None:
        d.raw = data

    write.__name__ = name
    case("broken", "bad", every="refused")(write)


for _name, _data in REFUSED.items():
    _refused(_name, _data)

answers(
    "broken",
    "good",
    "mode_speed",
    {
        "syntax_error": "def mode_speed(w, s)\n    return 1",
        "indentation_error": "def mode_speed(w, s):\nreturn 1",
        "unclosed_bracket": "def mode_speed(w, s):\n    return (1",
        "null_byte": "def mode_speed(w, s):\n    return 'a\x00b'",
        "name_error": "def mode_speed(w, s): return undefined_thing",
        "annotation_of_nothing": "def mode_speed(w: List[float], s): return (s - 1) * 0",
        "wrong_number_of_arguments": "def mode_speed(w): return 1.0",
        "nothing_returned": "def mode_speed(w, s): 1 + 1",
        "prints_instead": "def mode_speed(w, s): print(0.3515625)",
        "other_name": "def modespeed(w, s): return 1.0",
        "failing_import": "import no_such_library\ndef mode_speed(w, s): return 1.0",
        "not_a_function": "mode_speed = 0.3515625",
        "plain_words": "I think the answer is that the mode grows.",
        "code_fence": "```python\ndef mode_speed(w, s): return 1.0\n```",
        "merge_conflict": "<<<<<<< HEAD\ndef mode_speed(w, s): return 1.0\n=======\n>>>>>>> mine",
    },
)
answers(
    "broken",
    "good",
    "mode_speed",
    {
        "only_the_head": 'def mode_speed(w, s):\n    """Speed."""',
        "pass_only": "def mode_speed(w, s):\n    pass",
        "raises_not_implemented": "def mode_speed(w, s):\n    raise NotImplementedError('later')",
        "emptied": "",
        "only_comments": "# to do\n\n# later",
    },
    "blank",
)


@case("broken", "good", mode_speed="missing")
def answer_cell_deleted(d: Draft) -> None:
    d.cells.remove(d.cell("mode_speed_answer"))


@case("broken", "good", every="missing")
def all_cells_deleted(d: Draft) -> None:
    d.notebook["cells"] = []


@case("broken", "good", sharp_colleague="missing")
def written_answer_deleted(d: Draft) -> None:
    d.notebook["cells"] = d.cells[: d.at("sharp_colleague") - 1]


@case("broken", "good", sharp_colleague="blank")
def written_answer_emptied(d: Draft) -> None:
    d.cell("sharp_colleague")["source"] = " \n"


def _unwritten(name: str, text: str) -> None:
    def write(d: Draft) -> None:
        d.cell("sharp_colleague")["source"] = text

    write.__name__ = name
    case("broken", "good", sharp_colleague="blank")(write)


_unwritten("written_answer_left_as_it_was", "*Replace this line by your answer.*")
_unwritten("written_answer_left_and_decorated", "> **replace this line by your answer**\n\n---")
_unwritten("written_answer_of_dots", "…\n\n- \n- ...")
_unwritten("written_answer_commented_out", "<!-- The colleague is wrong because the loss is not convex. -->")


@case("broken", "good")
def answers_twice(d: Draft) -> None:
    d.cells.append(dict(d.cell("mode_speed_answer")))


@case("broken", "good", mode_speed="failed")
def second_answer_is_wrong(d: Draft) -> None:
    """As in Jupyter, where the notebook ends with this definition."""
    d.cells.append(d.cell("mode_speed_answer") | {"source": "def mode_speed(w, s): return 0.0"})


@case("broken", "good")
def first_try_was_kept(d: Draft) -> None:
    d.cells.insert(
        d.at("mode_speed_answer"), d.cell("mode_speed_answer") | {"source": "def mode_speed(w, s): return 0.0"}
    )


@case("broken", "good")
def first_try_fails(d: Draft) -> None:
    d.cells.insert(d.at("mode_speed_answer"), d.cell("mode_speed_answer") | {"source": "mode_speed = 1 / 0"})


@case("broken", "good")
def second_answer_is_blank(d: Draft) -> None:
    d.cells.append(d.cell("mode_speed_answer") | {"source": "def mode_speed(w, s):\n    ..."})


@case("broken", "good", mode_speed="failed")
def second_answer_bears_the_id_of_a_test(d: Draft) -> None:
    """A cell that calls itself a test is no answer: only what the notebook's answers define counts."""
    d.answer("mode_speed", "def mode_speed(w, s): return 0.0")
    d.cells.append(d.cell("mode_speed") | {"source": "def mode_speed(w, s): return 1.0"})


@case("broken", "good")
def first_answer_is_blank(d: Draft) -> None:
    stub = d.cell("mode_speed_answer") | {"source": "def mode_speed(w, s):\n    ..."}
    d.cells.insert(d.at("mode_speed_answer"), stub)


@case("broken", "bad")
def tests_twice(d: Draft) -> None:
    d.cells.append(d.cell("mode_speed") | {"source": "pass"})


@case("broken", "good")
def old_schema(d: Draft) -> None:
    for cell in d.cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] = {"grade_id": cell["metadata"]["nbgrader"]["grade_id"], "schema_version": 1}


@case("broken", "good")
def metadata_lost(d: Draft) -> None:
    for cell in d.cells:
        cell["metadata"] = {}


@case("broken", "good", sharp_colleague="manual")
def metadata_and_ids_lost(d: Draft) -> None:
    for cell in d.cells:
        cell["metadata"] = {}
        cell.pop("id")


@case("broken", "good")
def same_cell_id_everywhere(d: Draft) -> None:
    for cell in d.cells:
        cell["id"] = "same"


@case("broken", "good")
def answers_as_markdown(d: Draft) -> None:
    d.cell("mode_speed_answer")["cell_type"] = "markdown"
    d.cell("conserved_answer")["cell_type"] = "raw"


@case("broken", "good")
def format_three(d: Draft) -> None:
    cells = [
        {
            "cell_type": c["cell_type"],
            "metadata": c["metadata"],
            ("input" if c["cell_type"] == "code" else "source"): c["source"],
        }
        for c in d.cells
    ]
    d.raw = json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3, "metadata": {}}).encode()


@case("broken", "good")
def future_format(d: Draft) -> None:
    d.notebook |= {"nbformat": 5, "nbformat_minor": 99, "metadata": {"kernelspec": {"name": "cobol"}}}


@case("broken", "good")
def byte_order_mark(d: Draft) -> None:
    d.raw = b"\xef\xbb\xbf" + json.dumps(d.notebook).encode()


@case("broken", "good")
def strange_values(d: Draft) -> None:
    d.notebook["metadata"] = None
    d.cells[:0] = [None, 5, "text", [], {"cell_type": 7, "source": 3.5, "metadata": "x"}]  # type: ignore[list-item]
    d.cells.append({"cell_type": "code", "source": ["x = 1\n", 5, None], "metadata": {"nbgrader": []}, "id": [1]})
    d.cells.append(
        {"cell_type": "markdown", "source": "\ud800", "attachments": {"a": 5, "b": {"image/png": "<script>"}}}
    )


@case("broken", "good")
def points_of_every_kind(d: Draft) -> None:
    for cell, points in zip(d.cells, [float("nan"), float("inf"), -5, "many", None, [], True] * 20):
        cell["metadata"].setdefault("nbgrader", {})["points"] = points


@case("broken", "bad", every="refused")
def other_assignment(d: Draft) -> None:
    for cell in d.cells:
        graded = cell["metadata"].get("nbgrader")
        cell["source"] = "x = 1" if cell["cell_type"] == "code" else "text"
        if graded:
            graded["grade_id"] = "other_" + graded["grade_id"]
            cell["id"] = graded["grade_id"]
