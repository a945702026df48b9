# %% setup
import numpy as np
from scipy.stats import norm

# %% dead_fraction
def dead_fraction(h, at_most):
    return float(((h > 0).mean(0) <= at_most).mean())

# %% update_ratios
def update_ratios(before, after):
    found = []
    for a, b in zip(before, after):
        size, change = np.linalg.norm(a), np.linalg.norm(b - a)
        found.append(change / size if size > 0 else (np.inf if change > 0 else 0.0))
    return np.array(found)

# %% layer_growth
def layer_growth(norms):
    slope = np.polyfit(np.arange(len(norms)), np.log(norms), 1)[0]
    return float(np.exp(-slope))

# %% batch_needed
def batch_needed(shift, p):
    return int(np.ceil(np.log(p) / norm.logcdf(shift)))

# %% scale_step
def scale_step(scale, good, finite, interval, smallest):
    if not finite:
        return max(scale / 2, smallest), 0
    if good + 1 == interval:
        return scale * 2, 0
    return scale, good + 1

# %% find_spikes
def find_spikes(losses, window, factor):
    found = [t for t in range(window, len(losses)) if losses[t] > factor * np.median(losses[t - window : t])]
    return np.array(found, dtype=int)

# %% clip_report
def clip_report(raw, used):
    cut = used < raw * (1 - 1e-6)
    factors = np.where(cut, used / np.where(cut, raw, 1.0), 1.0)
    return float(cut.mean()), float(np.median(factors))

# %% train_and_log
def train_and_log(X, y, W1, W2, rate, steps):
    rows, targets = [], np.eye(len(W2))[y]
    for _ in range(steps):
        H = np.tanh(X @ W1.T)
        scores = H @ W2.T
        scores = scores - scores.max(1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        D = (np.exp(logs) - targets) / len(X)
        G2 = D.T @ H
        G1 = ((D @ W2) * (1 - H**2)).T @ X
        one, two = np.linalg.norm(G1), np.linalg.norm(G2)
        moved = max(rate * one / np.linalg.norm(W1), rate * two / np.linalg.norm(W2))
        rows.append([-(logs * targets).sum(1).mean(), one / two, moved])
        W1, W2 = W1 - rate * G1, W2 - rate * G2
    return np.array(rows)

# %% name_failure
def name_failure(log):
    loss, val = log["loss"], log["val"]
    if not np.isfinite(loss).all() or loss[-1] > 2 * loss[0]:
        return "diverging"
    if log["dead"][0] > 0.9:
        return "dead"
    if log["first"][0] < 1e-3 * log["last"][0]:
        return "vanishing"
    if log["update"].sum() < 0.1:
        return "rate too low"
    if val[-1] > 1.2 * val.min() and val[-1] > 2 * loss[-1]:
        return "overfitting"
    return "healthy"

# %% six_names
names = ["mismatched split", "vanishing", "clipping", "rate too low", "overfitting", "exploding"]

# %% colleague
# A rate that is too high shows before the NaN: a first update as large as the weights, then losses that rise. Here the
# loss was 2.3, which is log 10, and the next was NaN; and the first backward pass does not depend on the rate, so a tenth
# of it changes nothing. With a scale of 2^20 every gradient entry above 65504 / 2^20 = 0.06 becomes infinite in half
# precision, and one of them spoils all weights in one step. I would make the scale dynamic: leave out a step whose
# gradients are not finite, halve the scale, double it after many good steps; or train in bfloat16.
# The log would be the same if an operation in the loss had an infinite gradient, such as the root or the logarithm of
# zero. One step in full precision tells: if it is NaN there too, it is no overflow, and anomaly detection names the operation.
