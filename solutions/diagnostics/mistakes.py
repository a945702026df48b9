# %% setup
import numpy as np
from scipy.stats import norm

# %% dead_fraction / examples
# says: You averaged over the units of each example. A unit is a column: ask first on which share of the examples it is awake.
# hint: 1
def dead_fraction(h, at_most):
    return float(((h > 0).mean(1) <= at_most).mean())

# %% dead_fraction / strict
# says: A unit that is awake on exactly the share at_most counts, too; with at_most = 0 these are all that count.
# hint: 2
def dead_fraction(h, at_most):
    return float(((h > 0).mean(0) < at_most).mean())

# %% dead_fraction / not-zero
# says: Awake means above 0. A slightly negative value is not zero, and yet the unit is silent.
# hint: 3
def dead_fraction(h, at_most):
    return float(((h != 0).mean(0) <= at_most).mean())

# %% dead_fraction / sparsity
# says: That is the share of silent values, over units and examples together. Healthy ReLU layers have a half of them.
# hint: 1
def dead_fraction(h, at_most):
    return float((h <= 0).mean())

# %% update_ratios / norms
# says: You compared the norms before and after. A layer that turns keeps its norm and has moved all the same.
# hint: 1
def update_ratios(before, after):
    return np.array([abs(np.linalg.norm(b) - np.linalg.norm(a)) / np.linalg.norm(a) if a.any() else (np.inf if b.any() else 0.0) for a, b in zip(before, after)])

# %% update_ratios / after
# says: You divided by the weights after the step. The ratio is to those before it.
# hint: 2
def update_ratios(before, after):
    return np.array([np.linalg.norm(b - a) / np.linalg.norm(b) if b.any() else (np.inf if a.any() else 0.0) for a, b in zip(before, after)])

# %% update_ratios / squared
# says: These are squares of the ratios: take the roots.
# hint: 3
def update_ratios(before, after):
    return np.array([np.sum((b - a) ** 2) / np.sum(a**2) if a.any() else (np.inf if b.any() else 0.0) for a, b in zip(before, after)])

# %% update_ratios / epsilon
# says: A small number in the denominator makes a huge ratio of a layer that started from zero. The statement says inf, or 0 if it did not move.
# hint: 3
def update_ratios(before, after):
    return np.array([np.linalg.norm(b - a) / (np.linalg.norm(a) + 1e-12) for a, b in zip(before, after)])

# %% layer_growth / forwards
# says: That is the factor on the way forwards. The gradient comes from the last layer: turn it over.
# hint: 2
def layer_growth(norms):
    return float(np.exp(np.polyfit(np.arange(len(norms)), np.log(norms), 1)[0]))

# %% layer_growth / ends
# says: You used the first and the last layer only. The line goes through all of them.
# hint: 2
def layer_growth(norms):
    return float((norms[0] / norms[-1]) ** (1 / (len(norms) - 1)))

# %% layer_growth / mean-of-ratios
# says: That is the mean of the ratios of neighbours. Factors multiply: average their logarithms, by a line.
# hint: 1
def layer_growth(norms):
    return float(np.mean(norms[:-1] / norms[1:]))

# %% layer_growth / ten
# says: You took logarithms to base ten and went back with e.
# hint: 3
def layer_growth(norms):
    return float(np.exp(-np.polyfit(np.arange(len(norms)), np.log10(norms), 1)[0]))

# %% batch_needed / floor
# says: That batch is one too small: its probability is still above p. Round up.
# hint: 3
def batch_needed(shift, p):
    return max(1, int(np.log(p) / norm.logcdf(shift)))

# %% batch_needed / awake
# says: You took the probability to be awake for that to be silent. The mean is at minus shift.
# hint: 1
def batch_needed(shift, p):
    return int(np.ceil(np.log(p) / norm.logcdf(-shift)))

# %% batch_needed / linear
# says: Probabilities of independent examples multiply; you added them up.
# hint: 1
def batch_needed(shift, p):
    return int(np.ceil((1 - p) / norm.sf(shift)))

# %% batch_needed / one-more
# says: That is one more than needed.
# hint: 3
def batch_needed(shift, p):
    return int(np.ceil(np.log(p) / norm.logcdf(shift))) + 1

# %% scale_step / late
# says: You double one step too late: this step counts among the good ones.
# hint: 3
def scale_step(scale, good, finite, interval, smallest):
    if not finite:
        return max(scale / 2, smallest), 0
    return (scale * 2, 0) if good == interval else (scale, good + 1)

# %% scale_step / keeps-counting
# says: After the scale has been doubled the count begins again at 0.
# hint: 2
def scale_step(scale, good, finite, interval, smallest):
    if not finite:
        return max(scale / 2, smallest), 0
    return (scale * 2 if good + 1 == interval else scale), good + 1

# %% scale_step / forgives
# says: An overflow must start the count again at 0, or the scale is doubled straight after it.
# hint: 2
def scale_step(scale, good, finite, interval, smallest):
    if not finite:
        return max(scale / 2, smallest), good
    return (scale * 2, 0) if good + 1 == interval else (scale, good + 1)

# %% scale_step / no-floor
# says: The scale fell below smallest.
# hint: 3
def scale_step(scale, good, finite, interval, smallest):
    if not finite:
        return scale / 2, 0
    return (scale * 2, 0) if good + 1 == interval else (scale, good + 1)

# %% find_spikes / itself
# says: Your window holds the loss that is judged. Compare it with those before it only.
# hint: 1
def find_spikes(losses, window, factor):
    return np.array([t for t in range(window, len(losses)) if losses[t] > factor * np.median(losses[t - window + 1 : t + 1])], dtype=int)

# %% find_spikes / mean
# says: You used the mean of the window, which one earlier spike lifts. The median does not mind it.
# hint: 2
def find_spikes(losses, window, factor):
    return np.array([t for t in range(window, len(losses)) if losses[t] > factor * np.mean(losses[t - window : t])], dtype=int)

# %% find_spikes / short-windows
# says: The first losses have too few before them and are never spikes; you judged them by shorter windows.
# hint: 3
def find_spikes(losses, window, factor):
    return np.array([t for t in range(1, len(losses)) if losses[t] > factor * np.median(losses[max(0, t - window) : t])], dtype=int)

# %% find_spikes / floats-when-empty
# says: Where there is no spike your array is one of floats, which is no index: np.array([]) does not know what would be in it. Say dtype=int.
# hint: 3
def find_spikes(losses, window, factor):
    return np.array([t for t in range(window, len(losses)) if losses[t] > factor * np.median(losses[t - window : t])])

# %% find_spikes / at-least
# says: A loss that is just at the limit is no spike: greater, not greater or equal.
# hint: 3
def find_spikes(losses, window, factor):
    return np.array([t for t in range(window, len(losses)) if losses[t] >= factor * np.median(losses[t - window : t])], dtype=int)

# %% clip_report / mean
# says: That is the mean of the factors. The median is asked for.
# hint: 2
def clip_report(raw, used):
    cut = used < raw * (1 - 1e-6)
    return float(cut.mean()), float(np.where(cut, used / np.where(cut, raw, 1.0), 1.0).mean())

# %% clip_report / inverse
# says: You divided raw by used. The rate is multiplied by used over raw, which is below 1.
# hint: 2
def clip_report(raw, used):
    cut = used < raw * (1 - 1e-6)
    return float(cut.mean()), float(np.median(np.where(cut, raw / np.where(cut, used, 1.0), 1.0)))

# %% clip_report / cut-only
# says: The median goes over all steps. Those that were not cut count with the factor 1.
# hint: 2
def clip_report(raw, used):
    cut = used < raw * (1 - 1e-6)
    return float(cut.mean()), float(np.median(used[cut] / raw[cut])) if cut.any() else 1.0

# %% clip_report / rounding
# says: A difference in the last digits is rounding and no cut: see the statement's limit.
# hint: 3
def clip_report(raw, used):
    cut = used < raw
    return float(cut.mean()), float(np.median(np.where(cut, used / np.where(cut, raw, 1.0), 1.0)))

# %% train_and_log / sum
# says: Your gradients are those of the sum of the losses. Divide by the number of examples.
# hint: 2
def train_and_log(X, y, W1, W2, rate, steps):
    rows, Y = [], np.eye(len(W2))[y]
    for _ in range(steps):
        H = np.tanh(X @ W1.T)
        s = H @ W2.T
        s = s - s.max(1, keepdims=True)
        logs = s - np.log(np.exp(s).sum(1, keepdims=True))
        D = np.exp(logs) - Y
        G2, G1 = D.T @ H, ((D @ W2) * (1 - H**2)).T @ X
        a, b = np.linalg.norm(G1), np.linalg.norm(G2)
        rows.append([-(logs * Y).sum(1).mean(), a / b, rate * max(a / np.linalg.norm(W1), b / np.linalg.norm(W2))])
        W1, W2 = W1 - rate * G1, W2 - rate * G2
    return np.array(rows)

# %% train_and_log / no-slope
# says: The slope of tanh, 1 - tanh squared, is missing from the gradient of the first layer.
# hint: 3
def train_and_log(X, y, W1, W2, rate, steps):
    rows, Y = [], np.eye(len(W2))[y]
    for _ in range(steps):
        H = np.tanh(X @ W1.T)
        s = H @ W2.T
        s = s - s.max(1, keepdims=True)
        logs = s - np.log(np.exp(s).sum(1, keepdims=True))
        D = (np.exp(logs) - Y) / len(X)
        G2, G1 = D.T @ H, (D @ W2).T @ X
        a, b = np.linalg.norm(G1), np.linalg.norm(G2)
        rows.append([-(logs * Y).sum(1).mean(), a / b, rate * max(a / np.linalg.norm(W1), b / np.linalg.norm(W2))])
        W1, W2 = W1 - rate * G1, W2 - rate * G2
    return np.array(rows)

# %% train_and_log / one-after-the-other
# says: You changed the last layer before you took the first one's gradient. Both belong to the same weights.
# hint: 2
def train_and_log(X, y, W1, W2, rate, steps):
    rows, Y = [], np.eye(len(W2))[y]
    for _ in range(steps):
        H = np.tanh(X @ W1.T)
        s = H @ W2.T
        s = s - s.max(1, keepdims=True)
        logs = s - np.log(np.exp(s).sum(1, keepdims=True))
        D = (np.exp(logs) - Y) / len(X)
        G2, old = D.T @ H, W2
        W2 = W2 - rate * G2
        G1 = ((D @ W2) * (1 - H**2)).T @ X
        a, b = np.linalg.norm(G1), np.linalg.norm(G2)
        rows.append([-(logs * Y).sum(1).mean(), a / b, rate * max(a / np.linalg.norm(W1), b / np.linalg.norm(old))])
        W1 = W1 - rate * G1
    return np.array(rows)

# %% train_and_log / upside-down
# says: Your second column is the last layer's gradient over the first one's.
# hint: 3
def train_and_log(X, y, W1, W2, rate, steps):
    rows, Y = [], np.eye(len(W2))[y]
    for _ in range(steps):
        H = np.tanh(X @ W1.T)
        s = H @ W2.T
        s = s - s.max(1, keepdims=True)
        logs = s - np.log(np.exp(s).sum(1, keepdims=True))
        D = (np.exp(logs) - Y) / len(X)
        G2, G1 = D.T @ H, ((D @ W2) * (1 - H**2)).T @ X
        a, b = np.linalg.norm(G1), np.linalg.norm(G2)
        rows.append([-(logs * Y).sum(1).mean(), b / a, rate * max(a / np.linalg.norm(W1), b / np.linalg.norm(W2))])
        W1, W2 = W1 - rate * G1, W2 - rate * G2
    return np.array(rows)

# %% name_failure / gradients-first
# says: A dead layer has a first gradient of 0 and passes for vanishing, since you ask in another order than the table.
# hint: 1
def name_failure(log):
    loss, val = log["loss"], log["val"]
    if not np.isfinite(loss).all() or loss[-1] > 2 * loss[0]:
        return "diverging"
    if log["first"][0] < 1e-3 * log["last"][0]:
        return "vanishing"
    if log["dead"][0] > 0.9:
        return "dead"
    if log["update"].sum() < 0.1:
        return "rate too low"
    return "overfitting" if val[-1] > 1.2 * val.min() and val[-1] > 2 * loss[-1] else "healthy"

# %% name_failure / at-the-end
# says: You looked at the dead units of the last step. Units that die later are a consequence; the table asks for the first step.
# hint: 2
def name_failure(log):
    loss, val = log["loss"], log["val"]
    if not np.isfinite(loss).all() or loss[-1] > 2 * loss[0]:
        return "diverging"
    if log["dead"][-1] > 0.9:
        return "dead"
    if log["first"][0] < 1e-3 * log["last"][0]:
        return "vanishing"
    if log["update"].sum() < 0.1:
        return "rate too low"
    return "overfitting" if val[-1] > 1.2 * val.min() and val[-1] > 2 * loss[-1] else "healthy"

# %% name_failure / nan-compares
# says: A comparison with nan is false, so a loss that is not finite went unseen. Ask for finiteness on its own.
# hint: 2
def name_failure(log):
    loss, val = log["loss"], log["val"]
    if loss[-1] > 2 * loss[0]:
        return "diverging"
    if log["dead"][0] > 0.9:
        return "dead"
    if log["first"][0] < 1e-3 * log["last"][0]:
        return "vanishing"
    if log["update"].sum() < 0.1:
        return "rate too low"
    return "overfitting" if val[-1] > 1.2 * val.min() and val[-1] > 2 * loss[-1] else "healthy"

# %% name_failure / one-step
# says: You compared the update of one step with 0.1. All of them together count: it is how far the run can come.
# hint: 3
def name_failure(log):
    loss, val = log["loss"], log["val"]
    if not np.isfinite(loss).all() or loss[-1] > 2 * loss[0]:
        return "diverging"
    if log["dead"][0] > 0.9:
        return "dead"
    if log["first"][0] < 1e-3 * log["last"][0]:
        return "vanishing"
    if log["update"].mean() < 0.1:
        return "rate too low"
    return "overfitting" if val[-1] > 1.2 * val.min() and val[-1] > 2 * loss[-1] else "healthy"

# %% six_names / gap
# says: Run 0 has its gap after one epoch, when no example came twice: that is a split from elsewhere, and run 4 is the one that overfits.
# hint: 2
names = ["overfitting", "vanishing", "clipping", "rate too low", "mismatched split", "exploding"]

# %% six_names / slow
# says: Runs 2 and 3 have the same losses. Look at the two norms: one of them is cut at every step.
# hint: 2
names = ["mismatched split", "vanishing", "rate too low", "clipping", "overfitting", "exploding"]

# %% six_names / flat
# says: A flat loss can be many things. In run 1 the weights move, and the first layer has no gradient.
# hint: 1
names = ["mismatched split", "rate too low", "clipping", "vanishing", "overfitting", "exploding"]

# %% asleep_lab / no-epochs
# says: You count examples that come again as new ones. After one epoch an unmoved unit has met all n, and nothing is left to move it.
# hint: 2
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = batch * np.arange(1, steps + 1)
    silent = norm.cdf(shift)
    return {"silent": silent**batch, "unmoved": silent**read, "limit": norm.ppf(0.8 ** (1 / batch))}

# %% asleep_lab / one-step-late
# says: Your unmoved share is one step behind: after the first step one batch has been read.
# hint: 3
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = np.minimum(batch * np.arange(steps), n)
    silent = norm.cdf(shift)
    return {"silent": silent**batch, "unmoved": silent**read, "limit": norm.ppf(0.8 ** (1 / batch))}

# %% asleep_lab / one-batch-only
# says: You take silent on this batch for unmoved. Unmoved units were silent on all batches so far.
# hint: 2
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = np.minimum(batch * np.arange(1, steps + 1), n)
    silent = norm.cdf(shift)
    return {"silent": silent**batch, "unmoved": np.full(steps, silent**batch), "limit": norm.ppf(0.8 ** (1 / batch))}

# %% asleep_lab / wrong-side
# says: Phi(-shift) is the chance to be awake on an example. Silent is Phi(shift).
# hint: 2
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = np.minimum(batch * np.arange(1, steps + 1), n)
    silent = norm.cdf(-shift)
    return {"silent": silent**batch, "unmoved": silent**read, "limit": norm.ppf(0.8 ** (1 / batch))}

# %% asleep_lab / limit-of-one
# says: Your limit is that of a single example. A whole batch must be silent.
# hint: 3
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = np.minimum(batch * np.arange(1, steps + 1), n)
    silent = norm.cdf(shift)
    return {"silent": silent**batch, "unmoved": silent**read, "limit": norm.ppf(0.8)}

# %% asleep_lab / limit-awake
# says: At your limit a fifth of the units is silent. Four fifths are asked for.
# hint: 3
from scipy.stats import norm


def predict(shift, n, batch, steps):
    read = np.minimum(batch * np.arange(1, steps + 1), n)
    silent = norm.cdf(shift)
    return {"silent": silent**batch, "unmoved": silent**read, "limit": norm.ppf(0.2 ** (1 / batch))}

# %% asleep_lab / summed
# says: Your gradient is that of a sum over the batch. It is half the mean: divide by the batch.
# hint: 3
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
        rest = (h @ a - np.sin(x[:, 0]))
        back = np.outer(rest, a) * awake
        W, a, b = W - 0.05 * back.T @ x, a - 0.05 * rest @ h, b - 0.05 * back.sum(axis=0)
        loss.append(np.mean(rest**2) / 2)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / no-half
# says: Half the mean squared error has no factor 2 in its gradient.
# hint: 3
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
        rest = 2 * (h @ a - np.sin(x[:, 0])) / batch
        back = np.outer(rest, a) * awake
        W, a, b = W - 0.05 * back.T @ x, a - 0.05 * rest @ h, b - 0.05 * back.sum(axis=0)
        loss.append(batch**2 * np.mean(rest**2) / 8)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / one-after-the-other
# says: You change a first and use the new one for W. All three move from the same old values.
# hint: 3
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
        a = a - 0.05 * rest @ h
        back = np.outer(rest, a) * awake
        W, b = W - 0.05 * back.T @ x, b - 0.05 * back.sum(axis=0)
        loss.append(batch**2 * np.mean(rest**2) / 2)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / fixed-biases
# says: Your biases stay as they were. They are trained, too.
# hint: 3
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
        W, a, b = W - 0.05 * back.T @ x, a - 0.05 * rest @ h, b
        loss.append(batch**2 * np.mean(rest**2) / 2)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / no-slope
# says: You let silent units learn: the slope of max(0, z) is 0 where z is not above 0.
# hint: 1
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
        back = np.outer(rest, a)
        W, a, b = W - 0.05 * back.T @ x, a - 0.05 * rest @ h, b - 0.05 * back.sum(axis=0)
        loss.append(batch**2 * np.mean(rest**2) / 2)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / on-all-data
# says: You look for silent units on all the data. The reading is on the batch of the step.
# hint: 3
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
        silent.append(np.mean(~(X @ W.T + b > 0).any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / shares-of-pairs
# says: That is the share of pairs of unit and example. A unit is silent if it is so on every example of the batch.
# hint: 2
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
        silent.append(np.mean(~awake))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / rows-not-normed
# says: The rows of W are divided by their norms, so that pre-activations have deviation 1.
# hint: 3
def measure(seed, shift, n, batch, steps):
    rng = np.random.default_rng(seed)
    X, W = rng.standard_normal((n, 20)), rng.standard_normal((300, 20))
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

# %% asleep_lab / first-batch-again
# says: You read the same batch in every step. Step t reads the next one.
# hint: 3
def measure(seed, shift, n, batch, steps):
    rng = np.random.default_rng(seed)
    X, W = rng.standard_normal((n, 20)), rng.standard_normal((300, 20))
    W = W / np.linalg.norm(W, axis=1, keepdims=True)
    a, b, first = rng.standard_normal(300) / np.sqrt(300), np.full(300, -shift), W
    silent, unmoved, loss = [], [], []
    for t in range(steps):
        x = X[np.arange(batch) % n]
        awake = x @ W.T + b > 0
        h = np.where(awake, x @ W.T + b, 0.0)
        rest = (h @ a - np.sin(x[:, 0])) / batch
        back = np.outer(rest, a) * awake
        W, a, b = W - 0.05 * back.T @ x, a - 0.05 * rest @ h, b - 0.05 * back.sum(axis=0)
        loss.append(batch**2 * np.mean(rest**2) / 2)
        silent.append(np.mean(~awake.any(axis=0)))
        unmoved.append(np.mean((W == first).all(axis=1)))
    return {"silent": np.array(silent), "unmoved": np.array(unmoved), "dead": bool(silent[0] > 0.8), "loss": np.array(loss)}

# %% asleep_lab / no-level
# says: Your plot lacks the level that theory expects for silent units, or it does not reach along all steps.
# hint: 2
def draw(seed, shift, n, batch, steps):
    found, theory = measure(seed, shift, n, batch, steps), predict(shift, n, batch, steps)
    read = batch * np.arange(1, steps + 1)
    figure, axes = plt.subplots()
    axes.plot(read, found["silent"], ".", label="silent on the batch")
    axes.plot(read, found["unmoved"], ".", label="unmoved")
    axes.plot(read, theory["unmoved"], "--", label="expected unmoved")
    axes.set_xscale("log")
    axes.set_xlabel("examples read")
    axes.set_ylabel("share of units")
    axes.legend()
    return figure
