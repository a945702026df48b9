"""The folder for other programs that compare code."""

import csv
import json

from classroom_course import GOOD, classroom, submission
from click.testing import CliRunner
from test_collect import put

from coursekit.classroom.collect.collect import collect
from coursekit.cli import main


def similarity(room, folder):
    result = CliRunner().invoke(main, ["similarity", "mini", "--export", str(folder), "--classroom", str(room.root)])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


def test_each_student_has_one_program_of_their_own_code(tmp_path):
    room, folder = classroom(tmp_path / "room"), tmp_path / "out"
    room.roster.write_text("student,first_name,last_name,section\nann,Ann,Lee,A\nbo,=1+1,Ki,A\ncyd,,,\n")
    room.groups.write_text("assignment,student,group\nmini,bo,x\nmini,cyd,x\n")
    for name in ("ann", "bo"):
        more = "%timeit 1\n!ls\n" if name == "ann" else ""
        answers = GOOD | {"double_answer": more + GOOD["double_answer"]}
        put(tmp_path / "in" / f"{name}.ipynb", json.dumps(submission(**answers)))
    collect(room, "mini", [tmp_path / "in"])
    code, said = similarity(room, folder)
    assert code == 0 and "the answers of 2" in said and "dolos run" in said and "jplag.jar" in said
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert files == ["given/mini.py", "info.csv", "submissions/ann/mini.py", "submissions/bo/mini.py"]
    text = (folder / "submissions" / "ann" / "mini.py").read_text()
    compile(text, "mini.py", "exec")
    assert "return x + x" in text and "assert" not in text and "SECRETCHECK" not in text and "timeit" not in text
    rows = list(csv.DictReader((folder / "info.csv").open()))
    assert [row["filename"] for row in rows] == files[2:] and rows[0]["full_name"] == "Lee, Ann"
    assert "return x + x" not in (folder / "given" / "mini.py").read_text()


def test_an_older_folder_and_a_notebook_that_cannot_be_read_are_told(tmp_path):
    room, folder = classroom(tmp_path / "room"), tmp_path / "out"
    put(tmp_path / "in" / "ann.ipynb")
    collect(room, "mini", [tmp_path / "in"])
    put(room.submitted("mini", "eve"), "broken")
    code, said = similarity(room, folder)
    assert code == 1 and "the answers of 1" in said and "cannot be read: eve" in said
    code, said = similarity(room, folder)
    assert code == 1 and "an earlier run" in said
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").touch()
    assert "holds other things" in similarity(room, tmp_path / "home")[1]
