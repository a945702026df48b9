# %% setup
import math

import numpy as np

# %% sign_level / one-side
# says: You count one direction. An outcome as far on the other side counts, too.
# hint: 1
def sign_level(k, n):
    m = max(k, n - k)
    return min(1.0, sum(math.comb(n, j) for j in range(m, n + 1)) / 2**n)

# %% sign_level / exactly-k
# says: That is the probability of exactly this outcome. Those farther from an even split belong to it.
# hint: 2
def sign_level(k, n):
    m = max(k, n - k)
    return min(1.0, 2 * math.comb(n, m) / 2**n)

# %% sign_level / beyond-one
# says: Your level is above 1 for an even split.
# hint: 3
def sign_level(k, n):
    m = max(k, n - k)
    return 2 * sum(math.comb(n, j) for j in range(m, n + 1)) / 2**n

# %% sign_level / k-upwards
# says: You add up from k. With few positive signs, k is the wrong end.
# hint: 3
def sign_level(k, n):
    m = k
    return min(1.0, 2 * sum(math.comb(n, j) for j in range(m, n + 1)) / 2**n)

# %% fewest_seeds / one-sided
# says: That is for one direction. Both count.
# hint: 2
five = 5
one = 7

# %% fewest_seeds / one-too-few
# says: At that many seeds the level is still above the mark: two times one half to the power n.
# hint: 3
five = 5
one = 6

# %% fewest_seeds / strangely-many
# says: A unanimous outcome needs fewer: its level is only two times one half to the power n.
# hint: 2
five = 20
one = 100

# %% judge / null-forgotten
# says: You do not look at the null. A bound that it meets tells nothing.
# hint: 1
def judge(with_it, without, null, at_least, at_most):
    low = -np.inf if at_least is None else at_least
    high = np.inf if at_most is None else at_most
    gaps = with_it - without
    inside = (gaps >= low) & (gaps <= high)
    return "stands" if inside.all() else "mixed" if inside.any() else "fails"

# %% judge / ends-outside
# says: The ends of the interval belong to it.
# hint: 2
def judge(with_it, without, null, at_least, at_most):
    low = -np.inf if at_least is None else at_least
    high = np.inf if at_most is None else at_most
    gaps = with_it - without
    inside = (gaps > low) & (gaps < high)
    if np.any((null >= low) & (null <= high)):
        return "blind"
    return "stands" if inside.all() else "mixed" if inside.any() else "fails"

# %% judge / by-the-mean
# says: You judge the mean. The rule asks about every seed.
# hint: 3
def judge(with_it, without, null, at_least, at_most):
    low = -np.inf if at_least is None else at_least
    high = np.inf if at_most is None else at_most
    gaps = np.full(len(null), (with_it - without).mean())
    inside = (gaps >= low) & (gaps <= high)
    if np.any((null >= low) & (null <= high)):
        return "blind"
    return "stands" if inside.all() else "mixed" if inside.any() else "fails"

# %% judge / wrong-way
# says: The difference is with the setting less without it.
# hint: 3
def judge(with_it, without, null, at_least, at_most):
    low = -np.inf if at_least is None else at_least
    high = np.inf if at_most is None else at_most
    gaps = without - with_it
    inside = (gaps >= low) & (gaps <= high)
    if np.any((null >= low) & (null <= high)):
        return "blind"
    return "stands" if inside.all() else "mixed" if inside.any() else "fails"

# %% judge / null-everywhere
# says: One entry of the null in the interval is enough for blind. You ask for all.
# hint: 1
def judge(with_it, without, null, at_least, at_most):
    low = -np.inf if at_least is None else at_least
    high = np.inf if at_most is None else at_most
    gaps = with_it - without
    inside = (gaps >= low) & (gaps <= high)
    if np.all((null >= low) & (null <= high)):
        return "blind"
    return "stands" if inside.all() else "mixed" if inside.any() else "fails"

# %% judge / a bound of 0 is none
# says: You take a bound of 0 for none: `at_least or …` looks at whether it is true, and 0 is not. Ask `at_least is None`.
# hint: 2
def judge(with_it, without, null, at_least, at_most):
    low, high = at_least or -np.inf, at_most or np.inf
    gaps = with_it - without
    inside = (gaps >= low) & (gaps <= high)
    if np.any((null >= low) & (null <= high)):
        return "blind"
    return "stands" if inside.all() else "mixed" if inside.any() else "fails"

# %% judge / null asked last
# says: You look at the null only where some difference lies in the interval. Ask about it first: where it passes, nothing can be told.
# hint: 1
def judge(with_it, without, null, at_least, at_most):
    low = -np.inf if at_least is None else at_least
    high = np.inf if at_most is None else at_most
    gaps = with_it - without
    inside = (gaps >= low) & (gaps <= high)
    if not inside.any():
        return "fails"
    if np.any((null >= low) & (null <= high)):
        return "blind"
    return "stands" if inside.all() else "mixed"

# %% paired_gap / unpaired
# says: You treat the two as independent. Subtract seed by seed first.
# hint: 1
def paired_gap(with_it, without):
    from scipy.stats import ttest_ind

    found = ttest_ind(with_it, without).confidence_interval(0.95)
    return float((with_it - without).mean()), found.low, found.high

# %% paired_gap / normal-factor
# says: 1.96 is for many seeds. With few the factor is Student's, with n - 1 degrees of freedom.
# hint: 3
from scipy.stats import t


def paired_gap(with_it, without):
    gaps = with_it - without
    n = len(gaps)
    room = 1.959964 * gaps.std(ddof=1) / math.sqrt(n)
    return float(gaps.mean()), float(gaps.mean() - room), float(gaps.mean() + room)

# %% paired_gap / one-sided-factor
# says: Two-sided means 0.975 at each end, not 0.95.
# hint: 3
from scipy.stats import t


def paired_gap(with_it, without):
    gaps = with_it - without
    n = len(gaps)
    room = t.ppf(0.95, n - 1) * gaps.std(ddof=1) / math.sqrt(n)
    return float(gaps.mean()), float(gaps.mean() - room), float(gaps.mean() + room)

# %% paired_gap / no-ddof
# says: The standard deviation needs ddof=1.
# hint: 2
from scipy.stats import t


def paired_gap(with_it, without):
    gaps = with_it - without
    n = len(gaps)
    room = t.ppf(0.975, n - 1) * gaps.std(ddof=0) / math.sqrt(n)
    return float(gaps.mean()), float(gaps.mean() - room), float(gaps.mean() + room)

# %% paired_gap / deviation
# says: You use the standard deviation. The standard error divides it by the root of n.
# hint: 2
from scipy.stats import t


def paired_gap(with_it, without):
    gaps = with_it - without
    n = len(gaps)
    room = t.ppf(0.975, n - 1) * gaps.std(ddof=1)
    return float(gaps.mean()), float(gaps.mean() - room), float(gaps.mean() + room)

# %% plan / tried-values
# says: The course has tried one of these values. Choose values that nobody tried.
# hint: 2
plan = {
    "claim": "dropout.contracts",
    "setting": "width",
    "values": [50, 400],
    "seeds": [0, 1, 2, 3, 4],
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": 0.5,
    "at_most": None,
    "null": "the standard error of the mean label, which does shrink",
}

# %% plan / no-bound
# says: No outcome could refute this plan: give a bound.
# hint: 3
plan = {
    "claim": "dropout.contracts",
    "setting": "activation",
    "values": ["softsign", "sine"],
    "seeds": [0, 1, 2, 3, 4],
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": None,
    "at_most": None,
    "null": "the standard error of the mean label, which does shrink",
}

# %% plan / four-seeds
# says: Five seeds are the least.
# hint: 1
plan = {
    "claim": "dropout.contracts",
    "setting": "activation",
    "values": ["softsign", "sine"],
    "seeds": [0, 1, 2, 3],
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": 0.5,
    "at_most": None,
    "null": "the standard error of the mean label, which does shrink",
}

# %% plan / same-seed
# says: The seeds must differ: one seed five times is one run.
# hint: 1
plan = {
    "claim": "dropout.contracts",
    "setting": "activation",
    "values": ["softsign", "sine"],
    "seeds": [0] * 6,
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": 0.5,
    "at_most": None,
    "null": "the standard error of the mean label, which does shrink",
}

# %% plan / unknown-claim
# says: This claim is not among those to choose from.
# hint: 1
plan = {
    "claim": "dropout.works",
    "setting": "activation",
    "values": ["softsign", "sine"],
    "seeds": [0, 1, 2, 3, 4],
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": 0.5,
    "at_most": None,
    "null": "the standard error of the mean label, which does shrink",
}

# %% plan / one-value
# says: One value is one point. Take at least two, all different.
# hint: 2
plan = {
    "claim": "dropout.contracts",
    "setting": "activation",
    "values": ["sine"],
    "seeds": [0, 1, 2, 3, 4],
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": 0.5,
    "at_most": None,
    "null": "the standard error of the mean label, which does shrink",
}

# %% plan / no-null
# says: Say in words, at least three, what you measure and what the null is.
# hint: 3
plan = {
    "claim": "dropout.contracts",
    "setting": "activation",
    "values": ["softsign", "sine"],
    "seeds": [0, 1, 2, 3, 4],
    "measure": "spread over masks with 160 examples over that with 10, mean over probes",
    "at_least": 0.5,
    "at_most": None,
    "null": "",
}

# %% results / verdict-by-wish
# says: Your verdict does not follow from your numbers by the rule.
# hint: 3
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
    "sine": [0.891, 0.911, 1.04, 1.166, 0.799],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "null": control,
    "mean": {value: float(np.mean(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row, ddof=1)) for value, row in rows.items()},
    "verdict": {"softsign": "stands", "sine": "fails"},
}

# %% results / best-seeds
# says: Some list has not one number for each seed of the plan. Report all seeds.
# hint: 2
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
    "sine": [0.891, 0.911, 1.04, 1.166],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "null": control,
    "mean": {value: float(np.mean(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row, ddof=1)) for value, row in rows.items()},
    "verdict": {value: verdict(row, control, 0.5, None) for value, row in rows.items()},
}

# %% results / spread-of-n
# says: The spread is the standard deviation with ddof=1.
# hint: 3
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
    "sine": [0.891, 0.911, 1.04, 1.166, 0.799],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "null": control,
    "mean": {value: float(np.mean(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row)) for value, row in rows.items()},
    "verdict": {value: verdict(row, control, 0.5, None) for value, row in rows.items()},
}

# %% results / one-value
# says: The keys of measured are not the values of the plan: one was not run, or one was run that was not planned.
# hint: 2
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "null": control,
    "mean": {value: float(np.mean(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row, ddof=1)) for value, row in rows.items()},
    "verdict": {value: verdict(row, control, 0.5, None) for value, row in rows.items()},
}

# %% results / median
# says: The mean is the mean of all seeds.
# hint: 3
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
    "sine": [0.891, 0.911, 1.04, 1.166, 0.799],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "null": control,
    "mean": {value: float(np.median(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row, ddof=1)) for value, row in rows.items()},
    "verdict": {value: verdict(row, control, 0.5, None) for value, row in rows.items()},
}

# %% results / diverged
# says: Some entry is no finite number. A run that diverged needs a number that the plan provides for.
# hint: 2
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
    "sine": [0.891, float("nan"), 1.04, 1.166, 0.799],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "null": control,
    "mean": {value: float(np.mean(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row, ddof=1)) for value, row in rows.items()},
    "verdict": {value: verdict(row, control, 0.5, None) for value, row in rows.items()},
}

# %% results / no-null
# says: A key is missing, misspelled, or one too many.
# hint: 1
rows = {
    "softsign": [1.068, 1.041, 1.447, 1.356, 0.982],
    "sine": [0.891, 0.911, 1.04, 1.166, 0.799],
}
control = [0.287, 0.282, 0.316, 0.263, 0.271]
results = {
    "plan": {
        "claim": "dropout.contracts",
        "setting": "activation",
        "values": ["softsign", "sine"],
        "seeds": [0, 1, 2, 3, 4],
        "measure": "spread over masks with 160 examples over that with 10, mean over probes",
        "at_least": 0.5,
        "at_most": None,
        "null": "the standard error of the mean label, which does shrink",
    },
    "measured": rows,
    "mean": {value: float(np.mean(row)) for value, row in rows.items()},
    "spread": {value: float(np.std(row, ddof=1)) for value, row in rows.items()},
    "verdict": {value: verdict(row, control, 0.5, None) for value, row in rows.items()},
}
