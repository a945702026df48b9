"""One thread for every test: as fast alone, many times faster beside other work.  Properties are tried on the same examples each time."""

import os
import signal
import threading

from hypothesis import settings

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
