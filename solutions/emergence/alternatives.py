# %% setup
import math

import numpy as np

# %% scale_needed / logarithms
def scale_needed(lengths, score, exponent):
    return [math.exp((math.log(length) - math.log(math.log(1 / score))) / exponent) for length in lengths]

# %% scale_needed / bisection
def scale_needed(lengths, score, exponent):
    low, high = np.full(len(lengths), -400.0), np.full(len(lengths), 400.0)
    for _ in range(200):
        middle = (low + high) / 2
        reached = np.exp(-lengths * np.exp(-exponent * middle)) >= score
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.exp(high)

# %% answers_right / loops
def answers_right(right, answers):
    rows = []
    for row in right.tolist():
        hits = [all(row[item] for item in answer) for answer in answers]
        rows.append([sum(row) / len(row), sum(hits) / len(hits)])
    return np.array(rows)

# %% concentration / sums
def concentration(first):
    p = len(first) // 2
    k = np.arange(1, (p - 1) // 2 + 1)
    waves = np.exp(-2j * np.pi * np.outer(k, np.arange(p)) / p)
    power = np.abs(waves @ first[:p]) ** 2 + np.abs(waves @ first[p:]) ** 2
    return np.array([column.max() / column.sum() if column.sum() else 0.0 for column in power.T])

# %% concentration / full-transform
def concentration(first):
    power = (np.abs(np.fft.fft(first.reshape(2, -1, first.shape[1]), axis=1)) ** 2).sum(0)
    total = power[1:].sum(0) / 2
    return np.divide(power[1:].max(0), total, out=np.zeros_like(total), where=total != 0)

# %% train_adder / torch
def train_adder(first, second, pairs, decay, rate, steps):
    import torch

    A, W = (torch.tensor(layer, dtype=torch.float64, requires_grad=True) for layer in (first, second))
    p = second.shape[1]
    pairs = torch.tensor(pairs)
    targets = torch.nn.functional.one_hot(pairs.sum(1) % p, p).double()
    optimizer = torch.optim.AdamW([A, W], lr=rate, betas=(0.9, 0.98), eps=1e-8, weight_decay=decay)
    for _ in range(steps):
        optimizer.zero_grad()
        outputs = (A[pairs[:, 0]] + A[p + pairs[:, 1]]) ** 2 @ W
        ((outputs - targets) ** 2).sum(1).mean().backward()
        optimizer.step()
    return A.detach(), W.detach()

# %% train_adder / two-hot
def train_adder(first, second, pairs, decay, rate, steps):
    n, p = len(pairs), second.shape[1]
    x = np.zeros((n, 2 * p))
    x[np.arange(n), pairs[:, 0]] = x[np.arange(n), p + pairs[:, 1]] = 1
    targets = np.eye(p)[pairs.sum(1) % p]
    A, W = first * 1.0, second * 1.0
    mA, vA, mW, vW = 0.0, 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        h = x @ A
        r = 2 * ((h * h) @ W - targets) / n
        gA, gW = x.T @ (2 * h * (r @ W.T)), (h * h).T @ r
        mA, vA = 0.9 * mA + 0.1 * gA, 0.98 * vA + 0.02 * gA**2
        mW, vW = 0.9 * mW + 0.1 * gW, 0.98 * vW + 0.02 * gW**2
        one, two = 1 - 0.9**t, 1 - 0.98**t
        A = A - rate * decay * A - rate * (mA / one) / (np.sqrt(vA / two) + 1e-8)
        W = W - rate * decay * W - rate * (mW / one) / (np.sqrt(vW / two) + 1e-8)
    return A, W

# %% forgetting_steps / projection
def forgetting_steps(X, w0, level, rate, decay):
    rest = w0 - np.linalg.pinv(X, rcond=1e-10) @ (X @ w0)
    length = float(np.linalg.norm(rest))
    if length <= level:
        return 0.0
    return math.log(level / length) / math.log(1 - rate * decay) if decay else math.inf

# %% five_runs / tuple
five_runs = ("later", "never", "sooner", "never", "same")

# %% silent_kernel / gradients
def silent_kernel(W, a, X, y):
    slopes = np.array([np.concatenate([W @ x, np.outer(a, x).ravel()]) for x in X])
    K = slopes @ slopes.T
    size = np.sqrt((K**2).sum())
    return 0.0 if size == 0 else float(((slopes.T @ y) ** 2).sum() / (size * (y**2).sum()))

# %% prefix_score / dictionary
def prefix_score(attention, tokens):
    last, total, count = {}, 0.0, 0
    for t, token in enumerate(tokens.tolist()):
        if token in last:
            total += attention[t, last[token] + 1]
            count += 1
        last[token] = t
    return total / max(count, 1)

# %% induction_head / loops
def induction_head(vocabulary, context):
    position = np.zeros((context, context))
    for t in range(1, context):
        position[t, t - 1] = 100
    match = np.zeros((2 * vocabulary, 2 * vocabulary))
    copy = np.zeros((2 * vocabulary, vocabulary))
    for v in range(vocabulary):
        match[v, vocabulary + v] = 200
        match[v, v] = -50
        copy[v, v] = 1
    return position, match, copy

# %% least_update / least-squares
def least_update(phi, keep):
    asked = phi[[0, *keep]]
    wanted = np.eye(len(asked))[0]
    scale = np.linalg.norm(phi[0])
    update = np.linalg.lstsq(asked / scale, wanted, rcond=5e-9)[0]
    return update / scale if np.allclose(asked @ update / scale, wanted, atol=1e-6) else None

# %% least_update / null-space
def least_update(phi, keep):
    from scipy.linalg import null_space

    free = null_space(phi[keep], rcond=1e-10) if keep else np.eye(phi.shape[1])
    along = free.T @ phi[0]
    if np.linalg.norm(along) < 1e-8 * np.linalg.norm(phi[0]):
        return None
    return free @ along / (along @ along)

# %% replay_peak / eigenvectors
def replay_peak(c, contexts):
    from scipy.optimize import minimize_scalar

    phi = np.hstack([np.full((contexts, 1), c), np.eye(contexts)])
    speeds, modes = np.linalg.eigh(phi @ phi.T)

    def height(t):
        return float(modes[1] @ (-np.expm1(-speeds * t) * modes[0]))

    found = minimize_scalar(lambda t: -height(t), bounds=(0, 1), method="bounded", options={"xatol": 1e-10})
    return float(found.x), height(found.x)

# %% replay_peak / powers
def replay_peak(c, contexts):
    r = 1 + contexts * c * c
    return math.log(r) / (r - 1), r ** (1 / (1 - r)) * (1 - 1 / r) / contexts

# %% warning_signals / polyfit
def warning_signals(x, width):
    t, rows = np.arange(width), []
    for first in range(len(x) - width + 1):
        window = x[first : first + width]
        r = window - np.polyval(np.polyfit(t, window, 1), t)
        rows.append([np.mean(r**2), np.mean(r[1:] * r[:-1]) / np.mean(r**2)])
    return np.array(rows)

# %% alarm_report / loops
def alarm_report(quiet, held, through, ends, onset, share):
    level = float(np.quantile([max(run) for run in quiet], 1 - share))
    leads = []
    for run, start in zip(through, onset):
        steps = [end for value, end in zip(run, ends) if value > level]
        if steps and steps[0] < start:
            leads.append(start - steps[0])
    false = sum(any(value > level for value in run) for run in held) / len(held)
    return level, false, len(leads) / len(through), float(np.median(leads)) if leads else math.nan

# %% grok_lab / tables-apart
def predict(items, length, total):
    right = np.rint(np.asarray(items) * total).astype(int)
    ways = [math.comb(int(n), length) / math.comb(total, length) for n in right.ravel()]
    return {"independent": np.exp(length * np.log(np.maximum(items, 1e-300))), "drawn": np.array(ways).reshape(right.shape)}


def measure(seed, decay, steps, length):
    known, unseen = lab_pairs(seed)
    A, B = (half.copy() for half in np.split(lab_start(seed)[0], 2))
    W, answers, shares = lab_start(seed)[1].copy(), lab_answers(seed, length), []
    memory = {name: [np.zeros_like(layer), np.zeros_like(layer)] for name, layer in (("A", A), ("B", B), ("W", W))}

    def right(pairs):
        return np.argmax(np.square(A[pairs[:, 0]] + B[pairs[:, 1]]) @ W, axis=1) == pairs.sum(axis=1) % P

    for t in range(1, steps + 2):
        others = right(unseen)
        shares.append([right(known).mean(), others.mean(), np.all(others[answers], axis=1).mean()])
        h = A[known[:, 0]] + B[known[:, 1]]
        error = (h * h) @ W
        error[np.arange(len(known)), known.sum(axis=1) % P] -= 1
        back = 4 / len(known) * h * (error @ W.T)
        slopes = {"A": np.zeros_like(A), "B": np.zeros_like(B), "W": 2 / len(known) * (h * h).T @ error}
        np.add.at(slopes["A"], known[:, 0], back)
        np.add.at(slopes["B"], known[:, 1], back)
        for name, layer in (("A", A), ("B", B), ("W", W)):
            m, v = memory[name]
            m += 0.1 * (slopes[name] - m)
            v += 0.02 * (slopes[name] ** 2 - v)
            layer *= 1 - decay * RATE
            layer -= RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.98**t)) + 1e-8)
    return dict(zip(("known", "items", "answers"), np.array(shares).T))

def draw(seed, decay, steps, length):
    found = measure(seed, decay, steps, length)
    both = found | predict(found["items"], length, 34)
    plt.figure()
    for key in both:
        plt.plot(range(steps + 1), both[key], label=key)
    plt.legend()
    plt.xlabel("t")
    plt.ylabel("right")
    return plt.gcf()
