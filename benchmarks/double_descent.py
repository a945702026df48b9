"""What is fast in the chapter on double descent, each against its naive rival in the same run.

    python benchmarks/double_descent.py [--quick]

Prints seconds of CPU, the ratio, and the largest difference between the results.  Ratios move with the machine and its load;
look for at least ten for the ridge path and at least two for networks side by side.
"""

from __future__ import annotations

import argparse
import copy
import os
import time
from collections.abc import Callable
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from training_dynamics.double_descent import paths  # noqa: E402
from training_dynamics.lab.modules import train_side_by_side  # noqa: E402
from training_dynamics.toolbox.nets import flat_parameters  # noqa: E402
from training_dynamics.toolbox.seeds import numpy_generator  # noqa: E402


def timed(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The least CPU seconds over ``repeats`` runs, and the last result."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    return min(seconds), result


def ridge_paths(quick: bool) -> float:
    """Fifty penalties, n = 300 examples, p = 1200 features: every way against one solve of p by p a penalty."""
    n, p, count = (100, 400, 20) if quick else (300, 1200, 50)
    rng = numpy_generator(0, "benchmark")
    x, y, lams = rng.standard_normal((n, p)), rng.standard_normal((n, 10)), np.logspace(-3, 3, count)
    print(f"\nridge path: {count} penalties, n = {n}, p = {p}, 10 targets")
    naive, reference = timed(lambda: paths.path_primal(x, y, lams), 1)
    ratio = 1.0
    for name, path in paths.PATHS.items():
        seconds, found = (naive, reference) if path is paths.path_primal else timed(lambda: path(x, y, lams), 3)  # noqa: B023
        ratio = naive / seconds
        print(f"  {name:<28} {seconds:8.3f} s  {ratio:6.1f}x   difference {np.abs(found - reference).max():.1e}")
    return ratio


def side_by_side(quick: bool, count: int) -> float:
    """``count`` small networks, 100 steps of Adam: ``vmap`` over their stacked parameters against a loop."""
    steps = 30 if quick else 100
    models, x, y = paths.small_networks(0, count)
    loop, alone = timed(lambda: paths.train_one_by_one(copy.deepcopy(models), x, y, steps, 1e-3), 1)
    seconds, (together, _) = timed(lambda: train_side_by_side(copy.deepcopy(models), x, y, steps, 1e-3), 2)
    gap = max((flat_parameters(a) - flat_parameters(b)).abs().max().item() for a, b in zip(alone, together))
    print(f"\n{count} networks, {steps} steps of Adam, batches of {x.shape[1]}")
    print(f"  one after the other          {loop:8.3f} s")
    print(f"  side by side (vmap)          {seconds:8.3f} s  {loop / seconds:6.1f}x   difference {gap:.1e}")
    return loop / seconds


def main() -> None:
    """Run all comparisons and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, a few seconds")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    path = ridge_paths(quick)
    twenty, hundred = side_by_side(quick, 20), side_by_side(quick, 100)
    print(f"\nGram eigh {path:.0f}x, vmap over 20 networks {twenty:.1f}x, over 100 networks {hundred:.1f}x")


if __name__ == "__main__":
    main()
