"""How long a fork server may take to start: as long as it lives and gets on, on a machine however busy."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from coursekit.engine.interface import Budget
from coursekit.engine.processes import fork_client
from coursekit.engine.processes.fork_client import ForkLauncher
from coursekit.library import Library

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the fork server")
WORKS = "import time\nwhile time.process_time() < 8:\n    pass\n"


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """One whose fork server loads a library for seconds of processor time."""
    (tmp_path / "heavy").mkdir()
    (tmp_path / "heavy" / "__init__.py").write_text(WORKS)
    monkeypatch.setattr(fork_client, "STILL", 1.0)
    made = ForkLauncher(False, Library("heavy", "heavy", src=str(tmp_path)))
    yield made
    made.close()


def test_one_that_loads_for_longer_than_it_may_stand_still_is_waited_for(launcher):
    assert launcher.start("student", Budget()).end() == ""


def test_one_that_stands_still_is_given_up(launcher):
    launcher.warm()
    os.kill(launcher._server.pid, signal.SIGSTOP)
    with pytest.raises(RuntimeError, match="did not start"):
        launcher.start("student", Budget())


def test_one_that_ends_is_given_up_at_once(launcher, monkeypatch):
    monkeypatch.setattr(fork_client, "STILL", fork_client.READY)
    launcher.warm()
    launcher._server.kill()
    with pytest.raises(RuntimeError, match="did not start"):
        launcher.start("student", Budget())


def test_there_is_an_end_to_waiting(launcher, monkeypatch):
    monkeypatch.setattr(fork_client, "READY", 0.0)
    with pytest.raises(RuntimeError, match="did not start"):
        launcher.start("student", Budget())
