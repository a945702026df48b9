# %% setup
import math

import numpy as np

# %% steepest_step / eigenvectors
def steepest_step(G, norm):
    G = np.asarray(G, dtype=float)
    size = np.abs(G).max()
    if size == 0:
        return 0 * G
    if norm == "max":
        return (G > 0).astype(float) - (G < 0)
    if norm == "frobenius":
        return G / math.sqrt(float((G * G).sum()))
    u, s, v = np.linalg.svd(G / size)
    rank = int((s > 1e-10 * s[0]).sum())
    step = sum(np.outer(u[:, i], v[i]) for i in range(rank))
    return step * (math.sqrt(len(G) / len(G[0])) if norm == "rms" else 1)

# %% largest_gain / by-names
def largest_gain(G, norm):
    if norm == "max":
        return float(np.linalg.norm(np.ravel(G), 1))
    if norm == "frobenius":
        return float(np.sqrt(np.sum(np.square(G))))
    rows, columns = np.shape(G)
    return float(np.linalg.norm(G, "nuc")) * ((rows / columns) ** 0.5 if norm == "rms" else 1.0)

# %% newton_schulz / by-singular-values
def newton_schulz(G, rounds, coefficients):
    size = np.sqrt((G**2).sum())
    if size == 0:
        return np.zeros_like(G)
    u, s, v = np.linalg.svd(G / size, full_matrices=False)
    a, b, c = coefficients
    for _ in range(rounds):
        s = a * s + b * s**3 + c * s**5
    return u @ np.diag(s) @ v

# %% rounds_needed / recursion
def rounds_needed(s, level):
    if s >= level:
        return 0, s
    more, value = rounds_needed(s * (MUON[0] + s * s * (MUON[1] + MUON[2] * s * s)), level)
    return 1 + more, value

# %% rounds_share / product-by-product
def rounds_share(n_out, n_in, tokens, rounds):
    def product(p, q, r):
        return 2 * p * q * r

    m, n = sorted((n_out, n_in))
    layer = product(tokens, n_in, n_out) + product(tokens, n_out, n_in) + product(n_out, tokens, n_in)
    return rounds * (product(m, n, m) + product(m, m, m) + product(m, m, n)) / layer

# %% train_memory / fact-by-fact
def train_memory(U, K, pi, rule, rate, steps):
    d, n = U.shape
    W = np.zeros((d, d))

    def read(i):
        z = U.T @ (W @ K[:, i])
        top = z.max()
        return z - top - math.log(np.exp(z - top).sum())

    for _ in range(steps):
        G = np.zeros((d, d))
        for i in range(n):
            error = np.exp(read(i))
            error[i] -= 1
            G += pi[i] * np.outer(U @ error, K[:, i])
        if rule == "sign":
            W = W - rate * np.sign(G)
        elif rule == "gradient":
            W = W - rate * G
        else:
            u, s, v = np.linalg.svd(G)
            W = W - rate * sum(np.outer(u[:, k], v[k]) for k in range(d) if s[k] > 1e-10 * s[0])
    return np.array([-read(i)[i] for i in range(n)])

# %% together / tuple
together = ("apart", "together", "apart", "together")

# %% block_step / loop
def block_step(g, blocks):
    out = np.zeros(len(g))
    for label in set(blocks.tolist()):
        inside = blocks == label
        size = math.sqrt(np.mean(g[inside] ** 2))
        if size > 0:
            out[inside] = g[inside] / size
    return out

# %% lion_path / in-place
def lion_path(start, gradients, rate, decay, beta1, beta2):
    steps, n = gradients.shape
    path = np.empty((steps + 1, n))
    path[0] = start
    m = np.zeros(n)
    for t in range(steps):
        direction = np.sign(beta1 * m + gradients[t] - beta1 * gradients[t])
        path[t + 1] = (1 - rate * decay) * path[t] - rate * direction
        m += (1 - beta2) * (gradients[t] - m)
    return path

# %% mean_sign / scipy
def mean_sign(mu, sigma, beta):
    from scipy.stats import norm

    z = mu / sigma * math.sqrt((1 + beta) / (1 - beta))
    return float(norm.cdf(z) - norm.cdf(-z))

# %% decay_end / shrinking-factor
def decay_end(T, rule, decay, decoupled):
    if not decoupled or rule == "gradient":
        return (T - 0) / (decay + 1.0)
    if decay == 0:
        return T.copy()
    if rule == "sign":
        return np.sign(T) * np.minimum(np.abs(T), 1 / decay)
    u, s, v = np.linalg.svd(T, full_matrices=False)
    return u @ np.diag([min(x, 1 / decay) for x in s]) @ v

# %% tuned_lead / loops
def tuned_lead(valid_a, test_a, valid_b, test_b):
    picked = []
    for valid, test in ((valid_a, test_a), (valid_b, test_b)):
        means = [np.mean(column) if np.all(np.isfinite(column)) else math.inf for column in valid.T]
        picked.append(test[:, means.index(min(means))])
    gaps = picked[1] - picked[0]
    lead = sum(gaps) / len(gaps)
    variance = sum((gap - lead) ** 2 for gap in gaps) / (len(gaps) - 1)
    return lead, math.sqrt(variance / len(gaps))

# %% grid_lab / error-and-torch-free-loops
import matplotlib.pyplot as plt


def predict(seed, rule, rate, steps):
    expected = [float(np.sum(np.random.default_rng(seed).standard_normal(100) ** 2))]
    while len(expected) <= steps:
        r = expected[-1]
        sigma = np.sqrt(8 + r / 8)
        gain, noise = (1.0, r + 100 * sigma**2) if rule == "gradient" else (np.sqrt(2 / np.pi) / sigma, 100.0)
        expected.append(r - 2 * rate * gain * r + rate**2 * noise)
    return [r / 2 for r in expected]


def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    target = rng.standard_normal(100)
    w = np.zeros((steps + 1, 100))
    for k in range(steps):
        X = rng.standard_normal((8, 100))
        labels = X @ target + 8 * rng.standard_normal(8)
        g = np.mean([(x @ w[k] - y) * x for x, y in zip(X, labels)], axis=0)
        w[k + 1] = w[k] - rate * (g if rule == "gradient" else (g > 0) * 2.0 - 1.0)
    return 0.5 * np.linalg.norm(w - target, axis=1) ** 2


def draw(seed, rates, steps):
    plt.figure()
    for what in (measure, predict):
        for rule in ("sign", "gradient"):
            plt.plot(rates, [what(seed, rule, rate, steps)[-1] for rate in rates], ":" if what is predict else "s-", label=f"{rule}, {what.__name__}")
    plt.xscale("log")
    plt.yscale("log")
    plt.xlabel("learning rate")
    plt.ylabel("loss")
    plt.legend()
    return plt.gca()
