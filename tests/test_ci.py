"""``.ci/run``: a test that fails beside others and passes alone is named; whatever else fails ends the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.course import current

RUN = (current().root / ".ci" / "run").read_text()
SCRIPT = f"""set -euo pipefail
times=$PWD/times
racing={RUN.split("racing=", 1)[1].split("# a command of one core")[0]}
tested make test TIMED="$timed"
printf 'went on; racing: %s\\n' "${{racing[*]}}"
"""
MAKEFILE = "test:\n\t@pytest -q -n 2 --dist loadgroup --max-worker-restart 0 $(TIMED)\n"
PROJECT = "[tool.pytest.ini_options]\naddopts = \"-p xdist -m 'not slow'\"\nmarkers = ['slow']\n"
# Passes from its second run on.
RACING = """
import pathlib, pytest
@pytest.mark.xdist_group("two words")
@pytest.mark.parametrize("given", ["a b", "x@y", 'q"'])
def test_racing(given):
    ran = pathlib.Path(f"ran-{ord(given[0])}")
    again = ran.exists()
    ran.touch()
    assert again
def test_calm():
    pass
"""


def run(folder: Path, **files: str) -> tuple[int, str]:
    """How the step ends, and what it says, in a project with these test files."""
    (folder / "times").mkdir()
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / "pyproject.toml").write_text(PROJECT)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    env = kept | {"PATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # but for xdist
    done = subprocess.run(["bash", "-c", SCRIPT], cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_passes_at_once_is_run_once(tmp_path):
    end, said = run(tmp_path, test_calm="def test_calm():\n    pass")
    assert end == 0 and "once more" not in said and said.endswith("went on; racing: \n")


def test_what_passes_alone_is_named_and_the_run_goes_on(tmp_path):
    end, said = run(tmp_path, test_races=RACING)
    names = [f"test_races.py::test_racing[{given}]" for given in ("a b", "x@y", 'q"')]
    assert end == 0 and all(f"racing, to be mended: {name}\n" in said for name in names)
    assert set(names) == set(said.partition("went on; racing: ")[2].strip().replace("] ", "]\n").splitlines())
    assert "test_calm" not in said


@pytest.mark.parametrize(
    "wrong",
    [
        "def test_wrong():\n    assert False",
        "import nothing_is_called_this",
        "import pytest\n@pytest.fixture\ndef broken():\n    raise ValueError\ndef test_wrong(broken):\n    pass",
        "import os, pathlib\ndef test_ends_its_worker_once():\n    ran = pathlib.Path('ended')\n    if not ran.exists(): ran.touch(), os._exit(3)",
        "import os\ndef test_ends_pytest():\n    os.kill(os.getppid(), 9)",
        "".join(f"def test_{n}():\n    assert False\n" for n in range(11)),
    ],
    ids=["twice", "unreadable", "setup", "worker", "killed", "many"],
)
def test_what_fails_again_or_is_no_test_fails(tmp_path, wrong):
    end, said = run(tmp_path, test_races=RACING, test_wrong=wrong)
    assert end != 0 and "went on" not in said and "to be mended" not in said


@pytest.mark.parametrize("hook", ["pytest_sessionfinish(session)", "pytest_runtest_logreport(report)"])
def test_an_error_of_pytest_itself_fails(tmp_path, hook):
    end, said = run(tmp_path, test_races=RACING, conftest=f"def {hook}:\n    raise ValueError")
    assert end != 0 and "went on" not in said and "to be mended" not in said


def test_a_make_that_does_not_get_to_the_tests_fails(tmp_path):
    (tmp_path / "GNUmakefile").write_text("test:\n\t@exit 1\n")
    end, said = run(tmp_path, test_races=RACING)
    assert end != 0 and "went on" not in said and "once more" not in said
