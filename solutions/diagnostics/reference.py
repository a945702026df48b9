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

# %% asleep_lab
import matplotlib.pyplot as plt
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = np.minimum(batch * np.arange(1, steps + 1), n)
    silent = norm.cdf(shift)
    return {"silent": silent**batch, "unmoved": silent**read, "limit": norm.ppf(0.8 ** (1 / batch))}


def measure(seed, shift, n, batch, steps):
    rng = np.random.default_rng(seed)
    X, W = rng.standard_normal((n, 20)), rng.standard_normal((300, 20))
    W = W / np.linalg.norm(W, axis=1, keepdims=True)
    a, b, first = rng.standard_normal(300) / np.sqrt(300), np.full(300, -shift), W
    silent, unmoved, loss = [], [], []
    for t in range(steps):
        x = X[np.arange(t * batch, (t + 1) * batch) % n]
        awake = x @ W.T + b > 0
        h = np.where(awake, x @ W.T + b, 0.0)
        rest = (h @ a - np.sin(x[:, 0])) / batch
        back = np.outer(rest, a) * awake
        W, a, b = W - 0.05 * back.T @ x, a - 0.05 * rest @ h, b - 0.05 * back.sum(axis=0)
        loss.append(batch**2 * np.mean(rest**2) / 2)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}


def draw(seed, shift, n, batch, steps):
    found, theory = measure(seed, shift, n, batch, steps), predict(shift, n, batch, steps)
    read = batch * np.arange(1, steps + 1)
    figure, axes = plt.subplots()
    axes.plot(read, found["silent"], ".", label="silent on the batch")
    axes.plot(read, np.full(steps, theory["silent"]), "--", label="expected silent before training")
    axes.plot(read, found["unmoved"], ".", label="unmoved")
    axes.plot(read, theory["unmoved"], "--", label="expected unmoved")
    axes.set_xscale("log")
    axes.set_xlabel("examples read")
    axes.set_ylabel("share of units")
    axes.legend()
    return figure

# %% asleep_report
# Seed 7. I had expected most of the silent units to be lost. On the first batch 95 % are silent (theory 91 %), so the rule calls the
# layer dead; after that step 95 % are unmoved. After one epoch, 512 examples, 3.3 % are (theory 4.1 %), and nothing changes from there on, while about 90 %
# are still silent on each batch. The shares differ since one was decided on 16 examples and the other on 512: a unit that wakes on one example in 160
# sleeps through most batches. Theory holds during training because an unmoved unit is as it was at the start; what deviates is 300 units that share their
# examples. Better than one batch: count units that are silent through an epoch. That would still not tell units that wake
# too seldom to learn much, or those that die later.

# %% colleague
# A rate that is too high shows before the NaN: a first update as large as the weights, then losses that rise. Here the
# loss was 2.3, which is log 10, and the next was NaN; and the first backward pass does not depend on the rate, so a tenth
# of it changes nothing. With a scale of 2^20 every gradient entry above 65504 / 2^20 = 0.06 becomes infinite in half
# precision, and one of them spoils all weights in one step. I would make the scale dynamic: leave out a step whose
# gradients are not finite, halve the scale, double it after many good steps; or train in bfloat16.
# The log would be the same if an operation in the loss had an infinite gradient, such as the root or the logarithm of
# zero. One step in full precision tells: if it is NaN there too, it is no overflow, and anomaly detection names the operation.
