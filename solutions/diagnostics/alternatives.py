# %% setup
import numpy as np
from scipy.stats import norm

# %% dead_fraction / counts
def dead_fraction(h, at_most):
    n, units = h.shape
    return sum(np.count_nonzero(h[:, j] > 0) / n <= at_most for j in range(units)) / units

# %% update_ratios / squares
def update_ratios(before, after):
    def length(w):
        return float(np.sqrt(np.sum(np.square(w))))
    ratios = np.zeros(len(before))
    for i in range(len(before)):
        change = length(after[i] - before[i])
        if change > 0:
            size = length(before[i])
            ratios[i] = change / size if size else np.inf
    return ratios

# %% layer_growth / covariance
def layer_growth(norms):
    x = np.arange(len(norms)) - (len(norms) - 1) / 2
    return float(np.exp(-np.sum(x * np.log(norms)) / np.sum(x**2)))

# %% batch_needed / search
def batch_needed(shift, p):
    low, high = 0, 1
    while high * norm.logcdf(shift) > np.log(p):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if middle * norm.logcdf(shift) > np.log(p):
            low = middle
        else:
            high = middle
    return high

# %% scale_step / flat
def scale_step(scale, good, finite, interval, smallest):
    good = good + 1 if finite else 0
    if finite:
        return (2 * scale, 0) if good >= interval else (scale, good)
    return (scale / 2 if scale / 2 > smallest else smallest), good

# %% find_spikes / windows
def find_spikes(losses, window, factor):
    if len(losses) <= window:
        return np.zeros(0, dtype=int)
    before = np.lib.stride_tricks.sliding_window_view(losses, window)[:-1]
    return window + np.flatnonzero(losses[window:] > factor * np.median(before, axis=1))

# %% clip_report / loop
def clip_report(raw, used):
    factors = [u / r if u < r * (1 - 1e-6) else 1.0 for r, u in zip(raw, used)]
    return sum(u < r * (1 - 1e-6) for r, u in zip(raw, used)) / len(raw), float(np.median(factors))

# %% train_and_log / examples
def train_and_log(X, y, W1, W2, rate, steps):
    W1, W2, log = W1.copy(), W2.copy(), np.zeros((steps, 3))
    for t in range(steps):
        G1, G2 = np.zeros_like(W1), np.zeros_like(W2)
        for x, label in zip(X, y):
            h = np.tanh(W1 @ x)
            s = W2 @ h
            top = s.max()
            total = top + np.log(np.exp(s - top).sum())
            log[t, 0] += (total - s[label]) / len(X)
            d = np.exp(s - total)
            d[label] -= 1
            G2 += np.outer(d, h) / len(X)
            G1 += np.outer((W2.T @ d) * (1 - h * h), x) / len(X)
        norms = [np.linalg.norm(G) for G in (G1, G2)]
        log[t, 1] = norms[0] / norms[1]
        log[t, 2] = rate * max(g / np.linalg.norm(W) for g, W in zip(norms, (W1, W2)))
        W1 -= rate * G1
        W2 -= rate * G2
    return log

# %% name_failure / table
def name_failure(log):
    loss, val = log["loss"], log["val"]
    table = [
        ("diverging", np.isnan(loss.sum()) or np.isinf(loss).any() or loss[-1] / loss[0] > 2),
        ("dead", log["dead"][0] > 0.9),
        ("vanishing", log["first"][0] * 1000 < log["last"][0]),
        ("rate too low", np.mean(log["update"]) * len(loss) < 0.1),
        ("overfitting", val[-1] > max(1.2 * np.min(val), 2 * loss[-1])),
    ]
    return next((name for name, applies in table if applies), "healthy")

# %% six_names / letters
names = tuple("mismatched split,vanishing,clipping,rate too low,overfitting,exploding".split(","))
