"""A search of students' kits for what would give an answer away."""

import ast
import io
import json
import re
import zipfile

import nbformat

from coursekit.assignments.kit import kit_files, zipped
from coursekit.assignments.parse import load
from coursekit.assignments.release import released_text
from coursekit.plain import unpack


def kit_texts(root, topic):
    """Every file of a kit as text, with the packed tables of its checks unpacked."""
    files = {}
    with zipfile.ZipFile(io.BytesIO(kit_bytes(root, topic))) as archive:
        for name in archive.namelist():
            files[name] = archive.read(name).decode("utf-8", "replace")
    for name, text in list(files.items()):
        if name.endswith(".ipynb"):
            cells = "\n".join(c.source for c in nbformat.reads(text, as_version=4).cells)
            tables = re.findall(r"check\.known\((.*)\)  # typical", cells)
            files[name] = cells + "".join(json.dumps(unpack(ast.literal_eval(table))) for table in tables)
    return files


def kit_bytes(root, topic):
    return zipped(kit_files(topic, released_text(load(topic, root), root), root), topic)


def telling(code):
    """The lines of ``code`` that would tell something, without spaces: no names alone, no imports, no single keywords."""
    lines = {re.sub(r"\s+", "", line.partition("  #")[0]) for line in code.split("\n")}
    return {
        line
        for line in lines
        if len(line) >= 14 and not line.startswith(("import", "from", "#", '"""', "def", "class", "@"))
    }


def assert_no_answer(root, topic, more=None):
    """No file of the kit, nor of ``more``, holds what a hidden check, a reference, a mistake or a rubric says."""
    assignment = load(topic, root)
    files = {name: re.sub(r"\s+", "", text) for name, text in (kit_texts(root, topic) | (more or {})).items()}
    public = re.sub(
        r"\s+",
        "",
        "\n".join(
            [q.visible + q.answer + q.statement + " ".join(q.meta.hints) for q in assignment.questions]
            + assignment.setups
        ),
    )
    searched = 0
    for question in assignment.questions:
        secrets = telling(question.hidden) | (set() if question.written else telling(question.reference))
        secrets |= {line for m in question.mistakes for line in telling(m.code)}
        secrets |= {re.sub(r"\s+", "", line) for line in question.meta.rubric}
        if question.written:
            secrets |= {
                re.sub(r"\s+", "", line.lstrip("# ")) for line in question.reference.split("\n") if len(line) > 20
            }
        for secret in secrets:
            if secret in public:
                continue  # the author shows it: a near-code hint, a name that a visible check uses too
            searched += 1
            for name, text in files.items():
                library = name.startswith(f"{topic}/src/")
                assert library or secret not in text, f"{name} of the kit holds {secret!r} of question {question.id}"
                assert not library or secret not in text or len(secret) < 30, f"{name} of the kit holds {secret!r}"
    assert searched >= 5 * len(assignment.questions)
