"""Of this package students see what its checks import, and nothing else."""

import subprocess
import sys

from coursekit.sandbox.view import CHECKS

PRINT = "import sys, coursekit.checks; print(*(m for m in sys.modules if m.startswith('coursekit.')))"


def test_what_checks_import_is_seen_and_nothing_else():
    done = subprocess.run([sys.executable, "-c", PRINT], capture_output=True, text=True, check=True)
    assert {f"{name.removeprefix('coursekit.')}.py" for name in done.stdout.split()} == set(CHECKS)
