"""What stands before the first command: the promised Python suffices, and an older one is told so in a sentence."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import runpy
import shutil
import signal
import subprocess
import sys
import tomllib

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from coursekit.classroom.health import constraints
from coursekit.course import current

ROOT = current().root

OLDEST = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]


def test_every_pinned_package_takes_the_oldest_promised_python():
    """Its very first release: long-lived systems keep an early one (Debian 12 has 3.11.2)."""
    first = OLDEST.removeprefix(">=") + ".0"
    pinned, refused = {canonicalize_name(name) for name in constraints()}, {}
    for package in importlib.metadata.distributions():
        wanted = package.metadata.get("Requires-Python") or ""
        if canonicalize_name(package.metadata["Name"]) in pinned and first not in SpecifierSet(wanted):
            refused[package.metadata["Name"]] = f"{package.version} wants Python {wanted}"
    assert refused == {}, "pin an older release in constraints.txt"


def test_an_old_python_can_read_the_set_up_and_is_told_what_is_wanted(monkeypatch):
    text = (ROOT / "tools" / "set_up.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert "from __future__" not in text and " | " not in text  # not known to 3.6
    set_up = runpy.run_path(str(ROOT / "tools" / "set_up.py"), run_name="set_up")
    assert f">={'.'.join(map(str, set_up['OLDEST']))}" == OLDEST
    monkeypatch.setattr("sys.version_info", (3, 9, 18))
    with pytest.raises(
        SystemExit, match=r"this is Python 3\.9\.18; the course needs 3\.11 or newer\. Name one: make book"
    ):
        set_up["main"]()


def test_a_command_that_takes_long_is_said_to_be_at_work_and_one_that_fails_is_named(capfd):
    set_up = runpy.run_path(str(ROOT / "tools" / "set_up.py"), run_name="set_up")
    run = set_up["run"]
    run.__globals__["SILENCE"] = 0.1
    run(sys.executable, "-c", "import time; time.sleep(0.5)")
    assert "packages installed so far" in capfd.readouterr().out
    with pytest.raises(SystemExit, match=r"this command failed .* raise SystemExit\(3\)"):
        run(sys.executable, "-c", "raise SystemExit(3)")


def test_packages_are_counted_while_pip_takes_folders_away(tmp_path, monkeypatch):
    set_up = runpy.run_path(str(ROOT / "tools" / "set_up.py"), run_name="set_up")
    site, scandir = tmp_path / "lib" / "python3.11" / "site-packages", os.scandir
    for name in ("one-1.0.dist-info", "two-2.0.dist-info", "~removed"):
        (site / name).mkdir(parents=True)

    def gone(path="."):
        if "~" in str(path):
            raise FileNotFoundError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", gone)
    set_up["installed"].__globals__["VENV"] = tmp_path
    assert set_up["installed"]() == 2


@pytest.mark.skipif(os.name == "nt", reason="instructors on Windows use WSL")
def test_ctrl_c_says_how_to_go_on(tmp_path):
    (tmp_path / "tools").mkdir()
    text = (ROOT / "tools" / "set_up.py").read_text(encoding="utf-8").replace("SPACE_GB = 3", "SPACE_GB = 0")
    (tmp_path / "tools" / "set_up.py").write_text(text, encoding="utf-8")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "tools/set_up.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert "setting up .venv" in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said = process.communicate(timeout=300)[1]
    assert process.returncode == 1
    assert said.rstrip().endswith("set-up stopped: interrupted. Nothing is broken: the same command goes on")
    assert "set_up.py" not in said


@pytest.mark.skipif(os.name == "nt", reason="instructors on Windows use WSL")
def test_ctrl_c_waits_until_the_command_has_tidied_up(tmp_path):
    slow = "import sys, time\ntry: print(1, flush=True); time.sleep(60)\nfinally: time.sleep(1); open(sys.argv[1], 'w')"
    line = "import runpy, sys; runpy.run_path(sys.argv[1])['run'](sys.executable, '-c', *sys.argv[2:])"
    command = [sys.executable, "-c", line, str(ROOT / "tools" / "set_up.py"), slow, str(tmp_path / "tidy")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "1\n"
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=300)
        assert (tmp_path / "tidy").exists()
