"""The sandbox, entered for real: what a process in it can see, reach and use up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from corpus.base import Draft, source_of
from elsewhere import ROOT, ways_below
from fixture import COURSE

from coursekit.engine.engines import grading_engine
from coursekit.engine.interface import Budget, Submission
from coursekit.engine.processes.fork_client import ForkLauncher
from coursekit.sandbox import facts
from coursekit.sandbox.environment import clean_environment
from coursekit.sandbox.view import HOME

needs_sandbox = pytest.mark.skipif(
    not sys.platform.startswith("linux") or bool(facts.missing()), reason="the sandbox does not work on this machine"
)


def run_inside(code: str) -> str:
    """What a cell prints in the sandbox."""
    draft = Draft("mini", solved=False)
    draft.first(code)
    engine = grading_engine(library=COURSE.given)
    try:
        outcome = engine.grade(Submission("ann", draft.data()), source_of("mini"), Budget())
    finally:
        engine.close()
    return "".join(part["text"] for part in json.loads(outcome.notebook)["cells"][0]["outputs"])


def test_every_layer_says_what_it_does():
    layers = facts.layers()
    assert [layer.name for layer in layers][1:] == list(facts.WHAT)
    assert all(layer.why for layer in layers) and layers[0].active


def test_one_reason_that_stops_many_layers_is_said_once():
    wrong = {"namespaces": "not permitted", "file system": "", "network": "not permitted", "limits": "none"}
    assert facts.missing(facts.SandboxTrial(wrong)) == "namespaces, network: not permitted; limits: none"


@needs_sandbox
def test_what_a_student_sees_and_reaches():
    with tempfile.NamedTemporaryFile(prefix="secret") as secret, tempfile.NamedTemporaryFile(dir=os.getcwd()) as here:
        seen = json.loads(
            run_inside(f"""
            import json, os, socket, sys
            def possible(action, *arguments):
                try: action(*arguments)
                except Exception: return False
                return True
            connection = socket.socket()
            print(json.dumps(dict(
                pid=os.getpid(), uid=os.getuid(), cwd=os.listdir("."), root=sorted(os.listdir("/")), secret=os.path.exists({secret.name!r}),
                course=os.listdir({str(COURSE.root)!r}), around=os.listdir({str(ROOT)!r}), src=os.listdir({str(COURSE.src)!r}), beside=os.listdir({str(ROOT.parent)!r}),
                here=os.path.exists({here.name!r}), write=[p for p in ("/", "/usr", "/etc", "/dev", sys.prefix) if possible(open, p + "/x", "w")],
                connect=possible(connection.connect, ("127.0.0.1", 22)), pids=[p for p in os.listdir("/proc") if p.isdigit()],
                topics=possible(__import__, "tiny_course.modes"), lab=possible(__import__, "tiny_course.lab.steps"), engine=possible(__import__, "coursekit.engine.grade"),
                toolbox=possible(__import__, "tiny_course.toolbox.seeds"), checks=possible(__import__, "coursekit.checks"),
            )))""")
        )
    assert (seen["pid"], seen["uid"], seen["pids"]) == (1, 65534, ["1"])
    assert set(seen["cwd"]) <= ways_below(HOME)
    assert not seen["secret"] and not seen["here"] and seen["write"] == [] and not seen["connect"]
    assert not seen["topics"] and not seen["lab"] and not seen["engine"] and seen["toolbox"] and seen["checks"]
    hidden = {"home", "srv", "mnt"} - {
        Path(path).parts[1] for path in (ROOT, sys.prefix, sys.base_prefix)
    }  # the way there
    assert not hidden & set(seen["root"])
    assert (
        seen["course"] == ["src"]
        and seen["src"] == ["tiny_course"]
        and set(seen["around"]) <= {"src", "tests", ".venv"}
    )
    assert set(seen["beside"]) <= {ROOT.name, Path(sys.prefix).name}


@needs_sandbox
def test_nothing_survives_a_submission():
    mark = f"course-survivor-{os.getpid()}"
    run_inside(f"""
        import os, subprocess, sys
        for _ in range(3):
            subprocess.Popen([sys._base_executable, "-c", "import time; time.sleep(600) # {mark}"], start_new_session=True)
    """)
    alive = [p for p in os.listdir("/proc") if p.isdigit() and mark.encode() in _command(p)]
    assert alive == []


def _command(pid: str) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


@needs_sandbox
def test_the_engine_dies_and_its_processes_with_it():
    code = (
        "from coursekit.engine.processes.fork_client import ForkLauncher; from coursekit.engine.interface import Budget; import os\n"
        "launcher = ForkLauncher(True); process = launcher.start('student', Budget()); launcher.start('checker', Budget())\n"
        "print(launcher._server.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, env=clean_environment(folder), cwd=folder
        )
    server = int(done.stdout)
    for _ in range(100):
        if not os.path.exists(f"/proc/{server}") and not _children_of_session(server):
            return
        _pause()
    pytest.fail("processes of a dead engine are alive")


def _children_of_session(server: int) -> list[str]:
    return [p for p in os.listdir("/proc") if p.isdigit() and _parent(p) == server]


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return -1


def _pause() -> None:
    import time

    time.sleep(0.2)


def test_grading_is_refused_where_there_is_no_sandbox(monkeypatch):
    from coursekit.engine import engines

    monkeypatch.setattr(facts, "_looked", lambda prefix, files: dict.fromkeys(facts.WHAT, "forbidden here"))
    monkeypatch.setattr(facts, "ways", list)
    with pytest.raises(
        engines.SandboxUnavailable, match="forbidden here .bubblewrap is not installed.*--unsafe-no-sandbox"
    ):
        engines.grading_engine()
    assert not any(layer.active for layer in facts.layers()[1:])
    unsafe = engines.grading_engine(unsafe_no_sandbox=True)
    assert unsafe.name == "split-unsafe" and isinstance(unsafe.launcher, ForkLauncher)
    unsafe.close()


def test_other_systems_are_told_so(monkeypatch):
    from coursekit.engine import engines

    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(engines.SandboxUnavailable, match="darwin"):
        engines.grading_engine()
    assert [layer.active for layer in facts.layers()] == [True] + [False] * len(facts.WHAT)


@needs_sandbox
def test_the_sandbox_works_where_proc_may_not_be_mounted_as_in_a_pod():
    """A container's /proc has covered files; the kernel then lets nobody mount it anew, and the sandbox does without.

    Where it is root who opens the namespace, the kernel counts no processes, and the probe says so.
    """
    outer = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    cover = 'mount --bind /dev/null /proc/keys && exec unshare --user --map-user=1000 --map-group=1000 "$@"'
    run = [*outer, "sh", "-c", cover, "sh", sys.executable, "-m", "coursekit.sandbox.probe"]
    found = subprocess.run(run, capture_output=True, text=True, timeout=120)
    root = os.geteuid() == 0
    verdicts = [line.split("\t")[1] for line in found.stdout.splitlines()]
    assert verdicts == ["yes"] * 5 + ["no" if root else "yes"], found.stdout + found.stderr
    assert ("ordinary user" in found.stdout) == root and found.returncode == root
