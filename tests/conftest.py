"""One thread for every test: as fast alone, many times faster beside other work.  Properties are tried on the same examples each time."""

import os

from hypothesis import settings

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

settings.register_profile("course", derandomize=True, deadline=None)
settings.load_profile("course")
