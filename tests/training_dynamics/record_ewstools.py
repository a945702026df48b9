"""Records what ewstools makes of the course's noisy runs, in ewstools.json beside this file.

It is not among the course's packages.  To record again: make an environment elsewhere, ``pip install ewstools`` there, and run
``python tests/training_dynamics/record_ewstools.py PYTHON`` with that environment's python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.signal import detrend

from training_dynamics.emergence import warning

RECORD = Path(__file__).with_name("ewstools.json")
WIDTH, STRIDE, STEPS, RUNS = 150, 50, 600, 4
MEASURE = """
import importlib.metadata, json, sys
import ewstools
told = json.load(sys.stdin)

def statistics(window):
    series = ewstools.TimeSeries(data=window)
    series.compute_var(rolling_window=len(window))
    series.compute_auto(rolling_window=len(window), lag=1)
    return [float(series.ews["variance"].iloc[-1]), float(series.ews["ac1"].iloc[-1])]

def trends(run):
    series = ewstools.TimeSeries(data=run)
    series.compute_var(rolling_window=told["width"])
    series.compute_auto(rolling_window=told["width"], lag=1)
    series.compute_ktau()
    return [float(series.ktau["variance"]), float(series.ktau["ac1"])]

print(json.dumps({"ewstools": importlib.metadata.version("ewstools"),
                  "windows": [[statistics(window) for window in run] for run in told["windows"]],
                  "trends": [trends(run) for run in told["runs"]]}))
"""


def runs() -> np.ndarray:
    """The order parameter of runs whose decay comes down to the transition."""
    return warning.ramp(0, "ewstools", RUNS, STEPS, 2.0, 1.02).order


def cuts(order: np.ndarray) -> np.ndarray:
    """The windows of each run, each without its straight line, which SciPy takes away: (runs, windows, WIDTH)."""
    starts = range(0, STEPS - WIDTH + 1, STRIDE)
    return np.stack([detrend(order[:, start : start + WIDTH], axis=1) for start in starts], axis=1)


if __name__ == "__main__":
    order = runs()
    told = {"width": WIDTH, "windows": cuts(order).tolist(), "runs": order.tolist()}
    done = subprocess.run(
        [sys.argv[1], "-c", MEASURE], input=json.dumps(told), capture_output=True, text=True, check=True
    )
    RECORD.write_text(json.dumps(json.loads(done.stdout), indent=1) + "\n")
