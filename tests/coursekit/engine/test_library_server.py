"""The workers of one machine share a process that has the libraries loaded, and never depend on it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext

import psutil
import pytest
from corpus.base import Draft, source_of

from coursekit.commands.grade import on_many
from coursekit.engine.engines import shared_by_workers
from coursekit.engine.grade import SplitEngine
from coursekit.engine.interface import Budget, Submission
from coursekit.engine.processes import library_server
from coursekit.engine.processes.fork_client import ForkLauncher
from coursekit.engine.processes.library_server import LibraryServer
from coursekit.sandbox.environment import clean_environment

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the fork server")
FEW_SECONDS = 120.0


@pytest.fixture(scope="module")
def libraries():
    with LibraryServer() as made:
        yield made


@pytest.fixture
def launcher():
    made = ForkLauncher(sandbox=False)
    yield made
    made.close()


def passed(launcher: ForkLauncher) -> int:
    draft = Draft("mini", solved=True)
    results = (
        SplitEngine(launcher, "test").grade(Submission("ann", draft.data()), source_of("mini"), Budget()).questions
    )
    return sum(result.status == "passed" for result in results.values())


def below(libraries: LibraryServer) -> list[psutil.Process]:
    return psutil.Process(libraries._process.pid).children()


def test_two_workers_fork_servers_are_forked_of_it_and_grade(libraries, launcher):
    other = ForkLauncher(sandbox=False)
    all_of_it = passed(launcher)
    assert passed(other) == all_of_it > 5 and launcher._server is None and other._server is None
    servers = below(libraries)
    other.close()
    end = time.monotonic() + FEW_SECONDS
    while len(psutil.wait_procs(servers, timeout=0.1)[1]) > 1 and time.monotonic() < end:
        continue
    gone, alive = psutil.wait_procs(servers, timeout=2)  # the other one stays
    assert (len(gone), len(alive)) == (1, 1) and passed(launcher) == all_of_it


def test_a_fork_server_that_was_killed_is_replaced_at_once(libraries, launcher):
    before = set(below(libraries))
    all_of_it = passed(launcher)
    (server,) = set(below(libraries)) - before
    server.kill()
    psutil.wait_procs([server], timeout=FEW_SECONDS)
    assert passed(launcher) == all_of_it and server not in below(libraries)


def test_its_fork_servers_outlive_it_and_new_ones_are_started_without_it(launcher):
    with LibraryServer() as libraries:
        all_of_it = passed(launcher)
        libraries._process.kill()
        libraries._process.wait()
        assert passed(launcher) == all_of_it and launcher._server is None
        alone = ForkLauncher(sandbox=False)
        assert passed(alone) == all_of_it and alone._server is not None
        alone.close()
    assert library_server.ADDRESS not in os.environ


def test_one_that_dies_while_a_worker_waits_in_line(launcher):
    with LibraryServer() as libraries:
        launcher.warm()
        libraries._process.kill()
        assert launcher._server is None and passed(launcher) > 5 and launcher._server is not None


def test_a_folder_for_temporary_files_with_a_long_name(tmp_path, monkeypatch, launcher):
    folder = tmp_path / "scratch" / ("x" * 120)  # as a cluster's jobs have; a socket's own name has room for 107
    folder.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with LibraryServer() as libraries:
        assert passed(launcher) > 5 and len(below(libraries)) == 1
    assert list(folder.glob("course-libraries-*")) == []


def test_nothing_is_left_of_it_when_the_one_who_started_it_is_killed(tmp_path):
    code = (
        "import os; from coursekit.engine.processes.fork_client import ForkLauncher; from coursekit.engine.interface import Budget\n"
        "from coursekit.engine.processes.library_server import LibraryServer\n"
        "with LibraryServer() as made:\n"
        "    ForkLauncher(False).start('student', Budget()); print(made._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    environment = clean_environment(str(tmp_path))
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, cwd=tmp_path)
    assert started.stdout is not None
    made = psutil.Process(int(started.stdout.readline()))
    family = [made, *made.children(recursive=True)]
    started.wait()
    assert psutil.wait_procs(family, timeout=FEW_SECONDS)[1] == []


def test_where_engines_do_not_fork_nothing_is_loaded(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isinstance(shared_by_workers(True), nullcontext)


def test_without_submissions_nothing_is_started(monkeypatch):
    monkeypatch.setattr("coursekit.commands.grade.shared_by_workers", lambda *given: pytest.fail("started"))
    assert list(on_many([], b"", None)) == []  # type: ignore[arg-type]
