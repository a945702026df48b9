# %% setup
import math

import numpy as np

# %% gradients / counted-uses
def gradients(graph, inputs, output):
    # Kahn's way: count the uses of every node that matters, and go on with a node when all of them are done.
    uses, todo = {output: 0}, [output]
    while todo:
        for used in graph.get(todo.pop(), ("",))[1:]:
            if used not in uses:
                uses[used] = 0
                todo.append(used)
            uses[used] += 1
    order, ready, left = [], [output], dict(uses)
    while ready:
        name = ready.pop()
        order.append(name)
        for used in graph.get(name, ("",))[1:]:
            left[used] -= 1
            if left[used] == 0:
                ready.append(used)
    values = dict(inputs)
    for name in reversed(order):
        if name in graph:
            op, *args = graph[name]
            v = [values[a] for a in args]
            values[name] = {"add": sum, "mul": math.prod, "tanh": lambda v: math.tanh(v[0]), "exp": lambda v: math.exp(v[0]),
                            "relu": lambda v: v[0] if v[0] > 0 else 0.0}[op](v)
    slopes = {name: 0.0 for name in [*inputs, *order]}
    slopes[output] = 1.0
    for name in order:
        if name not in graph:
            continue
        op, *args = graph[name]
        g = slopes[name]
        if op == "add":
            slopes[args[0]] += g
            slopes[args[1]] += g
        elif op == "mul":
            slopes[args[0]] += g * values[args[1]]
            slopes[args[1]] += g * values[args[0]]
        elif op == "tanh":
            slopes[args[0]] += g / math.cosh(values[args[0]]) ** 2
        elif op == "exp":
            slopes[args[0]] += g * math.exp(values[args[0]])
        elif values[args[0]] > 0:
            slopes[args[0]] += g
    return {name: slopes[name] for name in inputs}

# %% perplexity / logsumexp
def perplexity(logits, targets):
    from scipy.special import logsumexp

    rows = np.flatnonzero(targets != -100)
    return float(np.exp(np.mean(logsumexp(logits[rows], axis=1) - logits[rows, targets[rows]])))

# %% bigram_loss / dictionaries
def bigram_loss(train, valid, smoothing):
    counts, totals = {}, {}
    for name in train:
        for a, b in zip("." + name, name + "."):
            counts[a, b] = counts.get((a, b), 0) + 1
            totals[a] = totals.get(a, 0) + 1
    losses = []
    for name in valid:
        for a, b in zip("." + name, name + "."):
            losses.append(math.log(totals.get(a, 0) + 27 * smoothing) - math.log(counts.get((a, b), 0) + smoothing))
    return sum(losses) / len(losses)

# %% clipped_step / one-vector
def clipped_step(weights, gradients, rate, limit):
    g = np.concatenate([np.ravel(part) for part in gradients])
    g = g / max(1.0, np.linalg.norm(g) / limit)
    cuts = np.cumsum([part.size for part in gradients])[:-1]
    return [w - rate * part.reshape(w.shape) for w, part in zip(weights, np.split(g, cuts))]

# %% advance / list-of-batches
def advance(state, X, y, steps, batch, rate, beta):
    new = {**state, "w": state["w"].copy(), "velocity": state["velocity"].copy()}
    n = len(y)
    each = n // batch
    for step in range(state["step"], state["step"] + steps):
        order = epoch_order(new["seed"], step // each, n)[: each * batch].reshape(each, batch)
        rows = order[step % each]
        residual = X[rows] @ new["w"] - y[rows]
        new["velocity"] *= beta
        new["velocity"] += residual @ X[rows] / batch
        new["w"] -= rate * new["velocity"]
    new["step"] = state["step"] + steps
    return new

# %% layer_signals / step-by-step
def layer_signals(left, right, gain, depth):
    slope = np.mean([left**2, right**2])
    q, g = [1.0], [1.0]
    for _ in range(depth - 1):
        q.append(gain**2 * slope * q[-1])
        g.insert(0, gain**2 * slope * g[0])
    return {"gain": float(np.sqrt(2 / (left**2 + right**2))), "q": np.array(q), "g": np.array(g)}

# %% early_stopping / waiting
def early_stopping(weights, losses, patience):
    lowest, waited, kept, made = np.inf, 0, weights[0], 0
    while made < len(losses) and waited < patience:
        if losses[made] < lowest:
            lowest, kept, waited = losses[made], weights[made], 0
        else:
            waited += 1
        made += 1
    return made, np.array(kept)

# %% gradient_profile / recursive
def gradient_profile(weights, x, y, activation):
    def down(level, h):
        """The norms from this level on, and the derivative by what the level reads."""
        W = weights[level]
        z = h @ W
        if level == len(weights) - 1:
            z = z - z.max(axis=1, keepdims=True)
            d = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            d[np.arange(len(y)), y] -= 1
            d, rest = d / len(y), []
        else:
            out, slope = (np.tanh(z), 1 - np.tanh(z) ** 2) if activation == "tanh" else (z * (z > 0), 1.0 * (z > 0))
            d, rest = down(level + 1, out)
            d = d * slope
        return d @ W.T, [np.sqrt(np.sum((h.T @ d) ** 2)), *rest]

    return np.array(down(0, x)[1])

# %% at_equal_time / loop
def at_equal_time(seconds, curves, budget):
    losses = []
    for s, curve in zip(seconds, curves):
        t = 0
        while t + 1 < len(curve) and (t + 1) * s <= budget:
            t += 1
        losses.append(float(curve[t]))
    return {"losses": np.array(losses), "best": losses.index(min(losses))}

# %% foretold / computed
signal = float(np.prod(np.full(20, 0.5)))
ratio = 0.01 / 1.0
steps = -1 / math.log(1 - 0.02 * 0.01)

# %% limit_lab / one-hot-and-products
import matplotlib.pyplot as plt


def gradient(weights, X, Y):
    W1, W2 = weights[: 27 * (len(weights) // 54)].reshape(27, -1), weights[27 * (len(weights) // 54) :].reshape(-1, 27)
    H = np.tanh(X @ W1)
    Z = H @ W2
    logp = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
    D = (np.exp(logp) - Y) / len(X)
    return -(Y * logp).sum() / len(X), np.concatenate([(X.T @ ((D @ W2.T) * (1 - H * H))).ravel(), (H.T @ D).ravel()])


def begin(seed, hidden):
    contexts, targets = pairs(seed, 30)
    return np.concatenate([W.ravel() for W in start(seed, hidden)]), np.eye(27)[contexts], np.eye(27)[targets]


def predict(seed, hidden):
    w, X, Y = begin(seed, hidden)
    basis = np.eye(len(w))
    columns = [(gradient(w + 1e-3 * e, X, Y)[1] - gradient(w - 1e-3 * e, X, Y)[1]) / 2e-3 for e in basis]
    return float(2 / max(np.linalg.eigvals(np.array(columns)).real))


def measure(seed, hidden, rate, steps):
    w, X, Y = begin(seed, hidden)
    found = []
    while len(found) <= steps:
        loss, g = gradient(w, X, Y)
        found.append(loss)
        w = w - rate * g
    return found


def draw(seed, hidden, shares, steps):
    limit = predict(seed, hidden)
    rates = [share * limit for share in shares]
    losses = [measure(seed, hidden, rate, steps)[-1] for rate in rates]
    before = measure(seed, hidden, 1.0, 0)[0]
    plt.figure()
    plt.scatter(rates, losses, label="after training")
    plt.plot([limit, limit], [min(losses), max(losses)], label="theory")
    plt.plot(rates, [before] * len(rates), label="before training")
    plt.xscale("log")
    plt.yscale("log")
    plt.xlabel("learning rate")
    plt.ylabel("nats a character")
    plt.legend()
    return plt.gca()

# %% own_studies / one-vector
def losses_of(w, X, Y, hidden=8):
    W1, W2 = w[: 27 * hidden].reshape(27, hidden), w[27 * hidden :].reshape(hidden, 27)
    H = np.tanh(X @ W1)
    logp = H @ W2
    logp = logp - np.logaddexp.reduce(logp, axis=1)[:, None]
    D = (np.exp(logp) - Y) / len(X)
    return -(Y * logp).sum() / len(X), np.concatenate([(X.T @ ((D @ W2.T) * (1 - H * H))).ravel(), (H.T @ D).ravel()])


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    X, Y = np.eye(27)[contexts], np.eye(27)[targets]
    w = scale * np.concatenate([W.ravel() for W in start(seed)])
    each = 200 // batch
    train, valid, norms = [], [], []
    for step in range(steps + 1):
        loss, g = losses_of(w, X[:200], Y[:200])
        train.append(loss)
        valid.append(losses_of(w, X[200:], Y[200:])[0])
        norms.append([np.sqrt(np.sum(g[:216] ** 2)), np.sqrt(np.sum(g[216:] ** 2))])
        rows = epoch_order(seed, step // each, 200)[: each * batch].reshape(each, batch)[step % each]
        w = w - rate * losses_of(w, X[rows], Y[rows])[1]
    return {"train": np.array(train), "valid": np.array(valid), "norms": np.array(norms)}


def studies(seed, rate, steps, scales, batches, seconds, budget, patience):
    table = {"starts": [], "layers": [], "batches": []}
    for scale in scales:
        found = run(seed, scale, 200, rate, steps)
        table["starts"].append(found["train"][steps])
        table["layers"].append([found["norms"][0], found["norms"][steps]])
    for batch, each in zip(batches, seconds):
        done = 0
        while (done + 1) * each <= budget:
            done += 1
        table["batches"].append(run(seed, 1.0, batch, rate, done)["train"][done])
    lowest, waited, kept, made = np.inf, 0, 0, 0
    valid = run(seed, 1.0, 200, rate, steps)["valid"]
    while made < len(valid) and waited < patience:
        waited += 1
        if valid[made] < lowest:
            lowest, kept, waited = valid[made], made, 0
        made += 1
    return {key: np.array(value) for key, value in table.items()} | {"stopping": np.array([made, kept])}
