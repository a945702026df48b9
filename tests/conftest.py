"""One thread for every test: as fast alone, many times faster beside other work.  Properties are tried on the same examples each time."""

import os
import signal
import threading

from hypothesis import settings

from to_try import slow_tests_to_try

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

settings.register_profile("course", derandomize=True, deadline=None)
settings.load_profile("course")

# a run that was started in the background ignores Ctrl-C, and so would every process that a test interrupts
if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if os.environ.get("COURSE_ROUNDING"):
    from other_rounding import begin

    begin()


def pytest_collection_modifyitems(config, items):
    """Under ``.ci/run`` the slow tests of what changed, and half of the others."""
    slow = [item.nodeid for item in items if item.get_closest_marker("slow")]
    left_out = set(slow) - slow_tests_to_try(slow)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]
