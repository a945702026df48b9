# %% setup
import math

import numpy as np

# %% sign_level / scipy
from scipy.stats import binomtest


def sign_level(k, n):
    return float(binomtest(k, n).pvalue)

# %% fewest_seeds / floats
five, one = 6.0, 8.0

# %% judge / one-by-one
def judge(with_it, without, null, at_least, at_most):
    def lies(value):
        return not math.isnan(value) and (at_least is None or value >= at_least) and (at_most is None or value <= at_most)

    if any(map(lies, null)):
        return "blind"
    count = sum(lies(a - b) for a, b in zip(with_it, without))
    return {0: "fails", len(with_it): "stands"}.get(count, "mixed")

# %% paired_gap / scipy
from scipy.stats import ttest_rel


def paired_gap(with_it, without):
    gap = float(np.mean(with_it) - np.mean(without))
    if np.ptp(with_it - without) == 0:
        return gap, gap, gap
    interval = ttest_rel(with_it, without).confidence_interval(0.95)
    return gap, interval.low, interval.high

# %% plan / numbers-in-a-known-setting
plan = dict(
    claim="optimizers.muon_adam", setting="batch", values=(16, 512), seeds=tuple(range(8)), at_least=None, at_most=-0.01,
    measure="loss of Muon less that of Adam, both at their best rates", null="Adam less Adam, with other batches",
)

# %% results / numbers-in-a-known-setting
plan = dict(
    claim="optimizers.muon_adam", setting="batch", values=(16, 512), seeds=tuple(range(6)), at_least=None, at_most=-0.01,
    measure="loss of Muon less that of Adam, both at their best rates", null="Adam less Adam, with other batches",
)
results = {"plan": plan, "null": (0.0, 0.004, -0.003, 0.002, 0.001, -0.006)}
results["measured"] = {16: (-0.02, -0.03, 0.01, -0.04, -0.02, -0.05), 512: np.array([-0.1, -0.2, -0.1, -0.2, -0.1, -0.2]).tolist()}
results["mean"] = {16: -0.025, 512: -0.15}
results["spread"] = {16: 0.0207, 512: 0.0548}
results["verdict"] = {16: "mixed", 512: "stands"}
