# %% setup
import math

import numpy as np

# %% scale_needed
def scale_needed(lengths, score, exponent):
    return (np.asarray(lengths) / -np.log(score)) ** (1 / exponent)

# %% answers_right
def answers_right(right, answers):
    return np.stack([right.mean(1), right[:, answers].all(2).mean(1)], axis=1)

# %% concentration
def concentration(first):
    p = len(first) // 2
    power = sum(np.abs(np.fft.rfft(table, axis=0)[1:]) ** 2 for table in (first[:p], first[p:]))
    total = power.sum(0)
    return power.max(0) / np.where(total > 0, total, 1.0)

# %% train_adder
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        np.add.at(slope, a, back)
        np.add.at(slope, b, back)
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = (1 - rate * decay) * layers[i] - rate * move
    return layers[0], layers[1]

# %% forgetting_steps
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = np.linalg.norm(Vt[rank:] @ w0)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / -np.log1p(-rate * decay))

# %% five_runs
five_runs = ["later", "never", "sooner", "never", "same"]

# %% silent_kernel
def silent_kernel(W, a, X, y):
    K = X @ (W.T @ W + a @ a * np.eye(X.shape[1])) @ X.T
    size = np.linalg.norm(K)
    return float(y @ K @ y / (y @ y * size)) if size > 0 else 0.0

# %% prefix_score
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, earlier[-1] + 1])
    return float(np.mean(seen)) if seen else 0.0

# %% induction_head
def induction_head(vocabulary, context):
    one, nothing = np.eye(vocabulary), np.zeros((vocabulary, vocabulary))
    position = 50.0 * np.eye(context, k=-1)
    match = np.block([[-25 * one, 50 * one], [nothing, nothing]])
    return position, match, np.vstack([one, nothing])

# %% least_update
def least_update(phi, keep):
    kept = phi[keep]
    own = phi[0] - np.linalg.pinv(kept) @ kept @ phi[0]
    if np.linalg.norm(own) < 1e-8 * np.linalg.norm(phi[0]):
        return None
    return own / (own @ own)

# %% replay_peak
def replay_peak(c, contexts):
    r = 1 + contexts * c**2
    time = np.log(r) / (r - 1)
    return float(time), float((np.exp(-time) - np.exp(-r * time)) / contexts)

# %% warning_signals
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    t = np.arange(width) - (width - 1) / 2
    rest = windows - windows.mean(1, keepdims=True)
    rest = rest - np.outer(rest @ t, t) / (t @ t)
    variance = (rest**2).mean(1)
    return np.stack([variance, (rest[:, 1:] * rest[:, :-1]).mean(1) / variance], axis=1)

# %% alarm_report
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), 1 - share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% press_release
# The score counts a product only if every digit is right. If each of ten digits is right nine times in ten, one product in three counts; at six in
# ten it is less than one in a hundred. A score of zero therefore does not mean that nothing was learned before, and "suddenly" may be the score's
# doing. I would ask for the log-probability of the right product, or the share of right digits, at all checkpoints, over steps on a linear axis
# and on a logarithmic one. If it rises smoothly, the jump is the metric's, and it could have been foretold. But smooth is not early: if the loss on
# held-out products stays high, perhaps above that of a constant answer, long after training products are known, the model memorised first and the
# ability is late, whichever score is used. To decide, compute an order parameter made from the mechanism, for instance how much one carry is
# represented, and show that taking it away takes the ability away. "No one could have known" follows from neither plot; it needs an attempt to
# foretell it. The monitor's silence is no comfort. It was calibrated on calm training, and a false-alarm rate belongs to the runs that it was
# measured on. I would ask for false alarms on held-out runs that came near a transition, for the share of known transitions that it told and the
# lead, and for what the slope of the loss gives. If the jump came from outside, such as new data or a cut of the rate, no statistic of the run would rise.
