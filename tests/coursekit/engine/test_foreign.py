"""The student's own check on machines that this is not: the course's modules in the disguise of Windows and of macOS.

``foreign/sitecustomize.py`` says what is disguised, and what cannot be shown this way.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fixture import ROOT as COURSE, answered

from coursekit.assignments.kit import kit_files
from coursekit.assignments.parse import load
from coursekit.assignments.release import released_text
from coursekit.engine.interface import Budget
from coursekit.engine.processes.spawn import SpawnedProcess

HERE = Path(__file__).parents[1]
PLAIN = (
    f"{COURSE}{sys.prefix}".isascii()
)  # else Python itself cannot start in the locale below: it reads a .pth that names us
UNREADABLE = pytest.mark.skipif(
    not PLAIN, reason="the course's folder has letters that a locale without UTF-8 cannot read"
)
SYSTEMS = (pytest.param("win32", marks=UNREADABLE), "darwin")
# a locale without UTF-8, and output as in a Windows terminal's pipe: every text file must be opened with its encoding
OLD_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "cp1252"}
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the disguise is made for Linux")


def environment(system: str, *folders: Path) -> dict[str, str]:
    path = os.pathsep.join(map(str, (HERE / "foreign", *folders)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    locale = OLD_LOCALE if system == "win32" else {}
    return kept | {"PYTHONPATH": path, "FOREIGN": system, "SYSTEMROOT": "C", "USERPROFILE": "C"} | locale


@pytest.fixture(scope="module")
def blank():
    return released_text(load("tiny", COURSE), COURSE)


@pytest.fixture(scope="module")
def answers():
    found = {q.id: f"import math\n{q.reference}" for q in load("tiny", COURSE).questions if not q.written}
    return found | {"meaning": "Señales débiles, größer – 0."}


@pytest.fixture
def kit(tmp_path, blank):
    """A kit in a folder whose name has spaces and letters beyond ASCII."""
    folder = tmp_path / "Übung 1 – Größe"
    for name, data in kit_files("tiny", blank).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def check(kit: Path, system: str, notebook: str = "tiny.ipynb") -> tuple[int, str]:
    """``course check`` in the kit's folder, with the kit's own modules."""
    command = [sys.executable, "-m", "coursekit.cli", "check", notebook]
    done = subprocess.run(
        command, cwd=kit, env=environment(system, kit / "src"), capture_output=True, check=False, timeout=900
    )
    return done.returncode, (done.stdout + done.stderr).decode("cp1252" if system == "win32" else "utf-8").replace(
        "\r\n", "\n"
    )


LOOK = """
import locale, os, coursekit.engine.protocol.wire as seen
exec("import sys, os, signal, socket", vars(seen))
raise ValueError(f"{seen.sys.platform} {seen.os.name} {hasattr(seen.os, 'pidfd_open')} {locale.getpreferredencoding()} λ→∞")
"""


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_student_s_process_wears_the_disguise(system, kit, blank):
    (kit / "tiny.ipynb").write_text(answered(blank, {"half_time": LOOK}), encoding="utf-8")
    code, text = check(kit, system)
    seen = "win32 nt False ANSI_X3.4-1968" if system == "win32" else "darwin posix False utf-8"
    assert seen in text and code == 1 and "Traceback" not in text, text


@pytest.mark.parametrize("system", SYSTEMS)
def test_right_half_done_and_blank_notebooks(system, kit, blank, answers):
    states = {}
    for name, given in (("blank", {}), ("half", {"half_time": answers["half_time"]}), ("right", answers)):
        (kit / "tiny.ipynb").write_bytes(answered(blank, given).replace("\n", "\r\n").encode())
        states[name] = check(kit, system)
        assert "Traceback" not in states[name][1], states[name][1]
    assert [code for code, _ in states.values()] == [1, 1, 0], states
    assert states["blank"][1].count(": missing") == 4 and "0 of 7 points" in states["blank"][1]
    assert (
        "half_time: passes the visible checks  (3 points)" in states["half"][1]
        and states["half"][1].count(": missing") == 3
    )
    assert "7 of 7 points pass" in states["right"][1]


QUICK = ("every_kind_of_answer", "exit_in_a_function", "liar_object")
SAMPLE = (
    "patch_the_checks",
    "loop_in_a_function",
    "forge_replies",
    "syntax_error",
    "metadata_lost",
    "same_helper_twice",
    "callback_loop",
)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "names", [pytest.param(QUICK, id="quick"), pytest.param(SAMPLE, id="sample", marks=pytest.mark.slow)]
)
def test_the_corpus_is_judged_the_same(system, names):
    command = [sys.executable, str(HERE / "foreign" / "judge.py"), *names]
    env = environment(system) | {"PYTHONUTF8": "1"}  # the corpus itself may read as it likes
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, _, _ in results] == list(names)
    assert [came for _, came, _ in results] == [expected for _, _, expected in results]


HAD = """
import time, coursekit.engine.processes.cpu_time as seen
end = time.process_time() + 0.3
while time.process_time() < end: pass
before = seen.cpu_time(seen.os.getpid())
time.sleep(1.0)
after = seen.cpu_time(seen.os.getpid())
print(seen.sys.platform, before.used >= 0.3, after.used - before.used < 0.5, after.ready)
"""


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_process_without_a_processor_counts_as_ready(system):
    """A slow disk or virus scanner takes time, and there nobody tells that apart from sleep."""
    env = environment(system)
    done = subprocess.run(
        [sys.executable, "-c", HAD], env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.stdout.split() == [system, "True", "True", "True"], done.stderr


def test_a_group_that_holds_only_a_zombie_may_refuse_the_signal(monkeypatch):
    """As macOS does when a process ends by itself just before it is killed."""
    process = SpawnedProcess("student", Budget())
    os.kill(process._process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process._process.pid, os.WEXITED | os.WNOWAIT)

    def refused(group: int, number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "killpg", refused)
    process.kill()
    assert process.end() == "signal 9"
