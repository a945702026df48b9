import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from classroom_course import GOOD, classroom, submission
from cluster_class import free_ports, hand_in_made_up
from fixture import COURSE
from nbgrader.api import Gradebook

from coursekit.classroom import records
from coursekit.classroom.demo.students import KINDS
from coursekit.classroom.grade import dask, local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.layout import ClassroomError

ENGINE = "classroom_course:text_engine"


@pytest.fixture(autouse=True)
def workers_find_the_engine(monkeypatch):
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))


def hand_in(room, count, special=None):
    for number in range(count):
        path = room.submitted("mini", f"s{number:03d}")
        path.parent.mkdir(parents=True)
        word = (special or {}).get(number, "right" if number % 2 else "wrong")
        path.write_text(json.dumps(submission(explain=word)))


def test_many_workers_write_what_one_writes(tmp_path):
    one, two = classroom(tmp_path / "one"), classroom(tmp_path / "two")
    for room in (one, two):
        (room.root / "course.key").write_text("00" * 32)
        hand_in(room, 12)
    grade(one, "mini", (), Settings(engine=ENGINE), run=local.run)
    grade(two, "mini", (), Settings(engine=ENGINE, workers=2), run=dask.run)
    assert len(records.read_all(one, "mini")) == 12
    assert records.read_all(one, "mini") == records.read_all(two, "mini")


def test_a_submission_that_kills_its_workers_is_set_aside_and_the_others_are_graded(tmp_path):
    room = classroom(tmp_path)
    hand_in(room, 8, {3: "KILL THE WORKER"})
    summary = grade(room, "mini", (), Settings(engine=ENGINE, workers=2), run=dask.run)
    assert summary.crashed == ["s003"]
    found = records.read_all(room, "mini")
    assert len(found) == 8
    statuses = {name: record["questions"]["double"]["status"] for name, record in found.items()}
    assert statuses.pop("s003") == "crashed"
    assert all(status == ("passed" if int(name[1:]) % 2 else "failed") for name, status in statuses.items())
    assert "set aside" in found["s003"]["questions"]["double"]["message"]


def test_a_worker_that_dies_as_it_starts_is_started_again(tmp_path):
    room, killed = classroom(tmp_path), []
    hand_in(room, 4)

    def kill_the_first():
        while not killed:
            found = [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
            killed.extend(p.pid for p in found[:1])
            (found or [psutil.Process()])[0].send_signal(signal.SIGKILL if found else 0)

    watcher = threading.Thread(target=kill_the_first)
    watcher.start()
    summary = grade(room, "mini", (), Settings(engine=ENGINE, workers=2), run=dask.run)
    watcher.join()
    assert killed and len(summary.graded) == 4 and not summary.crashed


def test_workers_that_never_start_are_an_error_with_a_way_out(monkeypatch):
    def refuses(**options):
        raise RuntimeError("Nanny failed to start.") from MemoryError("no room")

    monkeypatch.setattr(dask, "LocalCluster", refuses)
    with pytest.raises(ClassroomError, match=r"no room.*--workers 1"):
        dask.local_cluster(2)


@pytest.mark.slow
def test_killed_workers_lose_nothing(tmp_path):
    room = classroom(tmp_path)
    hand_in(room, 60)
    killed = []

    def advance(student, total):
        if student and len(killed) < 3 and len(list(room.records("mini").glob("*.json"))) % 15 == 0:
            workers = [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
            workers[-1].send_signal(signal.SIGKILL)
            killed.append(workers[-1].pid)

    summary = grade(room, "mini", (), Settings(engine=ENGINE, workers=2), run=dask.run, advance=advance)
    assert killed and not summary.crashed
    assert sorted(summary.graded) == sorted(set(summary.graded)) == [f"s{n:03d}" for n in range(60)]
    found = records.read_all(room, "mini")
    assert [record["score"] for record in found.values()] == [5.0 if n % 2 else 0.0 for n in range(60)]


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    room = classroom(tmp_path)
    hand_in(room, 30)
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from pathlib import Path\nimport time\n"
        "from coursekit.classroom.grade import local\nfrom coursekit.classroom.grade.job import Settings\nfrom coursekit.classroom.grade.run import grade\n"
        "from coursekit.classroom.layout import Classroom\n"
        f"grade(Classroom(Path({str(tmp_path)!r})), 'mini', (), Settings(engine={ENGINE!r}), run=local.run,"
        f" advance=lambda s, t: time.sleep(600 if len(list(Path({str(room.records('mini'))!r}).glob('*.json'))) > 9 else 0.05))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    while len(list(room.records("mini").glob("*.json"))) < 7 and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.wait()
    done = set(records.read_all(room, "mini"))
    assert 7 <= len(done) < 30
    records.environment.cache_clear()  # files of the course may change while tests run beside work on them
    summary = grade(room, "mini", (), Settings(engine=ENGINE), run=local.run)
    assert set(summary.kept) == done
    assert set(summary.graded) == {f"s{n:03d}" for n in range(30)} - done


@pytest.mark.slow
def test_a_scheduler_that_runs_elsewhere_is_used(tmp_path):
    room = classroom(tmp_path)
    hand_in(room, 6)
    with dask.local_cluster(2) as cluster:
        settings = Settings(engine=ENGINE, scheduler=cluster.scheduler_address)
        summary = grade(room, "mini", (), settings, run=dask.run)
    assert sorted(summary.graded) == [f"s{n:03d}" for n in range(6)]


def times_graded(room):
    """How often each student was graded, by the log that each grading appends to."""
    return Counter(json.loads(line)["student"] for line in room.timings("mini").read_text().splitlines())


@contextmanager
def started(*line):
    """A process that is killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", *line], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_scheduler_that_dies_is_said_and_loses_nothing(tmp_path):
    room, address = classroom(tmp_path), f"tcp://127.0.0.1:{free_ports(1)[0]}"
    hand_in(room, 30)
    host, _, port = address.removeprefix("tcp://").partition(":")
    worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard")
    settings, done = Settings(engine=ENGINE, scheduler=address), []
    scheduling = ("distributed.cli.dask_scheduler", "--host", host, "--port", port, "--no-dashboard")
    with started(*scheduling) as scheduler, started(*worker), started(*worker):

        def advance(student, total):
            done.extend([student] * bool(student))
            if len(done) == 6:
                scheduler.kill()

        with pytest.raises(ClassroomError, match="has gone away.*run this again"):
            grade(room, "mini", (), settings, run=dask.run, advance=advance)
    assert set(records.read_all(room, "mini")) == set(done)
    assert 6 <= len(done) < 30
    records.environment.cache_clear()
    summary = grade(room, "mini", (), Settings(engine=ENGINE), run=local.run)
    assert sorted(summary.kept) == sorted(done)
    assert times_graded(room) == {f"s{n:03d}": 1 for n in range(30)}


@pytest.mark.slow
def test_workers_that_join_later_get_work(tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "LOOK", 0.5)
    room = classroom(tmp_path)
    hand_in(room, 60)
    with dask.local_cluster(1) as cluster:
        settings = Settings(engine="classroom_course:signed_engine", scheduler=cluster.scheduler_address)
        grade(room, "mini", (), settings, run=dask.run, advance=lambda s, t: cluster.scale(3))
    signatures = Counter(record["questions"]["double"]["message"] for record in records.read_all(room, "mini").values())
    assert len(signatures) == 3
    assert min(signatures.values()) > 2, "each gets more than was handed out ahead"


def below(process):
    return [process, *process.children(recursive=True)]


@pytest.mark.slow
def test_course_grade_killed_with_real_workers_leaves_nothing_running_and_goes_on(tmp_path):
    room = classroom(tmp_path)
    for number in range(24):
        path = room.submitted("mini", f"s{number:03d}")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(**(GOOD if number % 2 else {}), explain="words")))
    line = [sys.executable, "-m", "coursekit.cli", "grade", "mini", "--classroom", str(room.root), "--workers", "2"]
    process = subprocess.Popen(line)
    while len(list(room.records("mini").glob("*.json"))) < 4 and process.poll() is None:
        time.sleep(0.02)
    family = below(psutil.Process(process.pid))
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=300)
    assert alive == [], "workers, fork servers and students' processes end with the command"
    done = {path.stem: path.read_bytes() for path in room.records("mini").glob("*.json")}
    assert 4 <= len(done) < 24
    subprocess.run(line, check=True, capture_output=True)
    now = {path.stem: path.read_bytes() for path in room.records("mini").glob("*.json")}
    assert len(now) == 24 and now | done == now, "what was graded stays as it was"
    assert max(times_graded(room).values()) == 1
    with Gradebook(room.db_url, COURSE.id) as book:
        scores = {entry["student"]: entry["score"] for entry in book.submission_dicts("mini")}
    assert scores == {f"s{n:03d}": 5.0 if n % 2 else 0.0 for n in range(24)}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_says_what_to_do_and_its_workers_say_nothing(tmp_path, workers):
    """Ctrl-C reaches every process of the terminal."""
    room = classroom(tmp_path)
    hand_in(room, 60)
    script = (
        "import sys, coursekit.commands.grade as command; from functools import partial; "
        "command.Settings = partial(command.Settings, engine='classroom_course:signed_engine'); "
        f"command.command(['mini', '--classroom', {str(room.root)!r}, '--workers', '{workers}'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while len(list(room.records("mini").glob("*.json"))) < 2 and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 1 and "Traceback" not in said
    assert "what was graded is kept: the same command grades the rest" in said
    assert 2 <= len(list(room.records("mini").glob("*.json"))) < 60


def test_a_scheduler_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "WAIT", 1)
    room = classroom(tmp_path)
    hand_in(room, 1)
    with pytest.raises(ClassroomError, match="no dask scheduler answers at tcp://127.0.0.1:9"):
        grade(room, "mini", (), Settings(engine=ENGINE, scheduler="tcp://127.0.0.1:9"), run=dask.run)
    assert records.read_all(room, "mini") == {}


@pytest.mark.slow
def test_one_worker_two_workers_and_a_second_run_write_the_same_bytes(tmp_path):
    """Records and executed notebooks, made by the real engine from good, wrong, broken and hostile submissions."""
    written = []
    for name, workers in (("one", 1), ("two", 2), ("again", 1)):
        room = classroom(tmp_path / name)
        hand_in_made_up(room, "tiny", without=("loops",))
        run = local.run if workers == 1 else dask.run
        grade(room, "tiny", (), Settings(workers=workers), run=run)
        files = [*room.records("tiny").glob("*.json"), *(room.root / "autograded").glob("*/tiny/tiny.ipynb")]
        written.append({str(path.relative_to(room.root)): path.read_bytes() for path in files})
    assert len(written[0]) == 2 * (len(KINDS) - 1)
    assert written[0] == written[1]
    assert written[0] == written[2]
