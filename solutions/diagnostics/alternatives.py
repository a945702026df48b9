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

# %% asleep_lab / unit-by-unit-set
import math
from statistics import NormalDist

import matplotlib.pyplot as plt


def predict(shift, n, batch, steps):
    silent = 0.5 * (1 + math.erf(shift / math.sqrt(2)))
    unmoved = [silent ** min((t + 1) * batch, n) for t in range(steps)]
    return {"limit": NormalDist().inv_cdf(0.8 ** (1 / batch)), "silent": silent**batch, "unmoved": unmoved}


def measure(seed, shift, n, batch, steps):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 20))
    W = rng.standard_normal((300, 20))
    W /= np.sqrt((W**2).sum(1))[:, None]
    a = rng.standard_normal(300) / np.sqrt(300)
    weights = np.column_stack([W, np.full(300, -shift)])
    start = weights.copy()
    inputs, labels = np.column_stack([X, np.ones(n)]), np.sin(X[:, 0])
    silent, unmoved, loss = np.zeros((3, steps))
    for t in range(steps):
        places = [k % n for k in range(t * batch, (t + 1) * batch)]
        x, y = inputs[places], labels[places]
        z = np.einsum("ij,kj->ik", x, weights)
        error = np.maximum(z, 0) @ a - y
        change = np.einsum("i,k,ik,ij->kj", error, a, (z > 0) * 1.0, x) / batch
        a = a - 0.05 * (error[:, None] * np.maximum(z, 0)).mean(0)
        weights = weights - 0.05 * change
        loss[t] = 0.5 * (error @ error) / batch
        silent[t] = (z.max(0) <= 0).sum() / 300
        unmoved[t] = sum(np.array_equal(new, old) for new, old in zip(weights[:, :20], start[:, :20])) / 300
    return {"silent": silent, "unmoved": unmoved, "dead": silent[0] > 4 / 5, "loss": loss}


def draw(seed, shift, n, batch, steps):
    theory, found = predict(shift, n, batch, steps), measure(seed, shift, n, batch, steps)
    read = [batch * (t + 1) for t in range(steps)]
    plt.figure()
    for name in ("silent", "unmoved"):
        plt.semilogx(read, found[name], "x", label=name)
        plt.semilogx(read, np.broadcast_to(theory[name], (steps,)), label=f"{name} in theory")
    plt.xlabel("examples")
    plt.ylabel("share")
    plt.legend()
    return plt.gcf()
