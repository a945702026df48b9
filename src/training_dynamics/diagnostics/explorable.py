"""What the chapter's explorable holds: traces of one run for each fault and severity; and its Python twin, which reads them.

``python -m training_dynamics.diagnostics.explorable`` prints the text of ``book/_static/diagnostics_data.js``.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import torch

from training_dynamics.diagnostics.faults import Setup, run
from training_dynamics.diagnostics.judged import HELD_OUT, MILD
from training_dynamics.toolbox.diagnose import RULES, Diagnosis, Limits, diagnose
from training_dynamics.toolbox.readings import Readings, readings_of
from training_dynamics.toolbox.runlog import RunLog, Series

Data = dict[str, Any]
SETUP = Setup(depth=3, width=24)
SEED = 900


def severities(fault: str) -> tuple[float, float, float]:
    """Three severities of a fault for the page: one too mild to matter, then two of those that the rules were judged on."""
    return MILD[fault], HELD_OUT[fault][0], HELD_OUT[fault][-2]


def as_javascript(seed: int = SEED) -> str:
    """A script that sets ``TD.diagnostics_data``: ``limits``, ``order`` and ``runs[fault][severity number]`` of traces."""
    runs = {
        fault: [{"severity": v, **traces(run(fault, v, SETUP, seed))} for v in severities(fault)] for fault in HELD_OUT
    }
    runs["healthy"] = [
        {"severity": rate, **traces(run("healthy", 0.0, Setup(depth=3, width=24, rate=rate), seed))}
        for rate in (0.5, 1.0, 1.5)
    ]
    data = {
        "limits": vars(Limits()),
        "order": [rule.name for rule in RULES],
        "remedies": {rule.name: rule.remedy for rule in RULES},
        "runs": runs,
    }
    head = (
        "/* Made by training_dynamics.diagnostics.explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    )
    return f"{head}TD.diagnostics_data = {json.dumps(data, separators=(',', ':'))};\n"


def traces(log: RunLog) -> Data:
    """What the page draws and reads, losses in units of chance; null where a number is not finite."""
    series, chance = log.series(), log.chance or 1.0
    with np.errstate(all="ignore"):
        moved = (series.updates / series.weights).max(1)
        return {
            "epoch": log.epoch,
            "taken": series.taken,
            "loss": short(series.loss / chance),
            "at": series.at.tolist(),
            "raw": short(series.raw),
            "gradient": short(series.gradient),
            "first": short(series.layers[:, 0]),
            "last": short(series.layers[:, -1]),
            "moved": short(moved),
            "dead": short(series.dead[:, 1:].max(1)),
            "thin": short(series.sizes[:1, -1] / series.sizes[:1, 0])[0],
            "evaluated": series.evaluated.tolist(),
            "train": short(series.train / chance),
            "val": short(series.val / chance),
        }


def short(values: np.ndarray) -> list[float | None]:
    """Four significant digits; None where the value is not finite."""
    return [float(f"{float(v):.4g}") if math.isfinite(v) else None for v in values]


def stored(trace: Data) -> Readings:
    """The readings of stored traces, by the toolbox's own code: the traces are put back into a ``Series``."""

    def column(name: str) -> np.ndarray:
        return np.array([np.nan if v is None else v for v in trace[name]], dtype=float)

    moved, dead = column("moved")[:, None], column("dead")[:, None]
    ones = np.ones_like(moved)
    series = Series(
        loss=column("loss"),
        at=np.array(trace["at"]),
        raw=column("raw"),
        gradient=column("gradient"),
        layers=np.column_stack([column("first"), column("last")]),
        weights=np.hstack([ones, ones]),
        updates=np.hstack([moved, 0 * moved]),
        sizes=np.hstack([ones, trace["thin"] * ones]),
        dead=np.hstack([0 * dead, dead]),
        evaluated=np.array(trace["evaluated"]),
        train=column("train"),
        val=column("val"),
        taken=trace["taken"],
    )
    return readings_of(series, 1.0, trace["epoch"])


def named(trace: Data) -> Diagnosis:
    """What the toolbox's rules say about stored traces."""
    return diagnose(stored(trace))


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(as_javascript(), end="")
