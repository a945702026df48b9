"""Workers of a cluster that must not grade, and clusters that lose their workers: real schedulers and workers."""

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from classroom_course import classroom, submission
from cluster_class import free_ports
from distributed import Client, wait

from coursekit.classroom import records
from coursekit.classroom.grade import dask
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.layout import ClassroomError
from coursekit.paths import KIT

HERE = Path(__file__).parents[1]


def hand_in(room, count):
    for number in range(count):
        path = room.submitted("mini", f"s{number:03d}")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(explain="right")))


@contextmanager
def running(program, *options, path=(), **variables):
    """A process of dask's that is killed at the end, with ``path`` before the tests' own."""
    line = [sys.executable, "-m", f"distributed.cli.dask_{program}", *options, "--no-dashboard"]
    places = os.pathsep.join(map(str, [*path, HERE]))
    process = subprocess.Popen(line, env=os.environ | variables | {"PYTHONPATH": places}, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler():
    """The address of a scheduler."""
    address = f"tcp://127.0.0.1:{free_ports(1)[0]}"
    with running("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2]):
        yield address


@pytest.fixture
def worker(scheduler):
    """Starts a worker of the scheduler."""
    return lambda *options, **more: running("worker", scheduler, "--nthreads", "1", "--no-nanny", *options, **more)


@pytest.fixture
def other_version(tmp_path):
    """A folder with a grader in which a check was changed."""
    own = tmp_path / "src" / "coursekit"
    shutil.copytree(KIT / "coursekit", own, ignore=shutil.ignore_patterns("__pycache__"))
    with (own / "checks.py").open("a") as file:
        file.write("\n# changed\n")
    return tmp_path / "src"


def there(address, count):
    """Wait until so many workers are there."""
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=300)


def test_workers_with_other_software_or_without_a_sandbox_are_named_and_sent_away(
    tmp_path, scheduler, worker, other_version, capsys
):
    room = classroom(tmp_path / "room")
    hand_in(room, 8)
    with worker(), worker(path=[other_version]) as other, worker(NO_SANDBOX_HERE="1") as bare:
        there(scheduler, 3)
        settings = Settings(engine="classroom_course:fenced_engine", scheduler=scheduler)
        summary = grade(room, "mini", (), settings, run=dask.run)
        other.wait(300), bare.wait(300)
    assert len(summary.graded) == 8
    assert {record["score"] for record in records.read_all(room, "mini").values()} == {5.0}
    said = "\n".join(sorted(capsys.readouterr().err.splitlines()))
    sent = "cannot grade: {}. It gets no submission and is told to stop"
    for reason in ("[^ ]+ has another version than here: the course", "[^ ]+: the sandbox does not work here"):
        assert len(re.findall(sent.format(reason), said)) == 1, said


def test_where_no_worker_may_grade_nothing_is_graded_and_none_is_sent_away(tmp_path, scheduler, worker, other_version):
    room = classroom(tmp_path / "room")
    hand_in(room, 2)
    with worker(path=[other_version]) as other:
        there(scheduler, 1)
        settings = Settings(engine="classroom_course:text_engine", scheduler=scheduler)
        with pytest.raises(ClassroomError, match="another version than here: the course\nno other worker is left"):
            grade(room, "mini", (), settings, run=dask.run)
        assert other.poll() is None
    assert records.read_all(room, "mini") == {}


def test_a_scheduler_without_the_course_is_told_from_a_worker_that_cannot_grade(tmp_path):
    room, address = classroom(tmp_path / "room"), f"tcp://127.0.0.1:{free_ports(1)[0]}"
    hand_in(room, 1)
    (tmp_path / "none" / "coursekit").mkdir(parents=True)
    (tmp_path / "none" / "coursekit" / "__init__.py").touch()
    place = ("--host", "127.0.0.1", "--port", address.rpartition(":")[2])
    with (
        running("scheduler", *place, path=[tmp_path / "none"]),
        running("worker", address, "--nthreads", "1", "--no-nanny"),
        pytest.raises(ClassroomError, match="(?s)the cluster cannot grade: .*Scheduler and workers all need the same"),
    ):
        grade(room, "mini", (), Settings(engine="classroom_course:text_engine", scheduler=address), run=dask.run)


def test_the_log_of_dask_stays_silent(scheduler):
    """It printed a traceback of its own when a scheduler's machine went off."""
    with dask.connected(Settings(scheduler=scheduler)):
        assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)


@pytest.mark.slow
def test_a_worker_with_other_software_that_joins_later_grades_nobody(
    tmp_path, scheduler, worker, other_version, capsys, monkeypatch
):
    room = classroom(tmp_path / "room")
    hand_in(room, 12)
    monkeypatch.setattr(dask, "LOOK", 0.1)
    with worker() as good, ExitStack() as joined:
        late = []

        def advance(student, total):
            if student and not late:
                late.append(joined.enter_context(worker(path=[other_version])))
                there(scheduler, 2)

        there(scheduler, 1)
        settings = Settings(engine="classroom_course:signed_engine", scheduler=scheduler)
        grade(room, "mini", (), settings, run=dask.run, advance=advance)
        late[0].wait(60)
    messages = {record["questions"]["double"]["message"] for record in records.read_all(room, "mini").values()}
    assert messages == {str(good.pid)}
    assert "other version than here: the course." in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_whose_workers_are_all_gone_comes_to_an_end(tmp_path, scheduler, worker, monkeypatch):
    monkeypatch.setattr(dask, "LOOK", 0.3)
    monkeypatch.setattr(dask, "GONE", 1)
    room = classroom(tmp_path / "room")
    hand_in(room, 20)
    with worker() as only:
        settings = Settings(engine="classroom_course:signed_engine", scheduler=scheduler)
        with pytest.raises(ClassroomError, match="no worker has been there for 1 s; start some and run this again"):
            grade(room, "mini", (), settings, run=dask.run, advance=lambda s, t: only.kill() if s else None)
    assert 1 <= len(records.read_all(room, "mini")) < 20


def once_then_deadly(path):
    """A result at first; ends its process when it is computed again."""
    if Path(path).exists():
        os._exit(1)
    Path(path).touch()
    return {}


@pytest.mark.slow
def test_a_result_that_was_lost_with_its_worker_and_kills_the_next_is_no_crash_of_ours(tmp_path):
    with dask.local_cluster(1) as cluster, Client(cluster) as client:
        future = client.submit(once_then_deadly, str(tmp_path / "done"), pure=False)
        wait(future)
        (only,) = client.run(os.getpid).values()
        os.kill(only, signal.SIGKILL)
        assert dask.outcome(future) is None
