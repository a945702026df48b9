# %% setup
import math

import numpy as np
from scipy.special import gammaln, logsumexp
from scipy.stats import binom

# %% all_states / bisection
def all_states(temperature, field):
    turn = math.sqrt(max(0.0, 1 - temperature))
    found = []
    for a, b in ((-1.0, -turn), (-turn, turn), (turn, 1.0)):
        def speed(m):
            return math.tanh((m + field) / temperature) - m

        if turn == 0 and (a, b) != (-1.0, 0.0):
            continue
        if turn == 0:
            a, b = -1.0, 1.0
        left = speed(a)
        if left * speed(b) >= 0:
            continue
        for _ in range(80):
            middle = (a + b) / 2
            if left * speed(middle) > 0:
                a = middle
            else:
                b = middle
        found.append((a + b) / 2)
    return np.array(found)

# %% exact_moments / logsumexp
def exact_moments(n, temperature, field):
    k = np.arange(n + 1)
    m = (2 * k - n) / n
    logs = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + n * m * (m / 2 + field) / temperature
    p = np.exp(logs - logsumexp(logs))
    return np.array([np.sum(p * np.abs(m) ** power) for power in (1, 2, 4)])

# %% last_field / minimised
def last_field(temperature):
    if temperature >= 1:
        return 0.0
    m = math.sqrt(1 - temperature)
    return m - temperature / 2 * (math.log1p(m) - math.log(temperature / (1 + m)))

# %% loop_left / shoelace
def loop_left(fields, ms, rates):
    areas = []
    for h, m in zip(fields, ms):
        x, y = np.append(h, h[0]), np.append(m, m[0])
        areas.append(abs(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])) / 2)
    return np.polyfit(rates ** (2 / 3), areas, 1)[1]

# %% student_error / three-sums
def student_error(J, B):
    def mean(U, V):
        a, b = (U**2).sum(1), (V**2).sum(1)
        return 2 / np.pi * np.arcsin(U @ V.T / np.sqrt(np.outer(1 + a, 1 + b))).sum()

    return 0.5 * (mean(J, J) + mean(B, B) - 2 * mean(J, B))

# %% train_committee / unit-by-unit
def train_committee(J, B, inputs, rate):
    J = np.array(J, dtype=float)
    out = np.empty((len(inputs) + 1, len(J), len(B)))
    out[0] = J @ B.T
    for t, xi in enumerate(inputs):
        fields = [float(row @ xi) for row in J]
        e = sum(math.erf(row @ xi / math.sqrt(2)) for row in B) - sum(math.erf(x / math.sqrt(2)) for x in fields)
        for i, x in enumerate(fields):
            J[i] += rate * e * math.sqrt(2 / math.pi) * math.exp(-x * x / 2) * xi / J.shape[1]
        out[t + 1] = J @ B.T
    return out

# %% most_stored / bisection
def most_stored(dimensions, share):
    low, high = dimensions, 40 * dimensions + 60
    while high - low > 1:
        middle = (low + high) // 2
        if binom.cdf(dimensions - 1, middle - 1, 0.5) >= share:
            low = middle
        else:
            high = middle
    return low

# %% kernel_at_end / scaled
def kernel_at_end(y, gamma):
    square = float(y @ y)
    G = np.sqrt(1 + gamma**2 * square)
    return np.float64(G), np.eye(len(y)) + gamma**2 / (G + 1) * np.outer(y, y)

# %% last_decay / searched
def last_decay(layers, strength):
    if layers == 2:
        return strength, 0.0
    w = (strength * (layers - 2) / (2 * (layers - 1))) ** (1 / layers)
    return w ** (layers - 2) * (strength - w**layers), w**layers

# %% read_slowing / from-the-formula
def read_slowing(variance, correlation, rate):
    h = (1 - correlation) / rate
    return h, (variance * h * (2 - rate * h) / rate) ** 0.5

# %% five_cases / tuple
five_cases = ("jump", "fade") + ("smooth", "jump", "smooth")

# %% sweep_lab / numerical-expansion
def predict(seed, layers, speed):
    from scipy.optimize import minimize_scalar

    x, y = lab_data(seed)
    c, s = x @ x / 40, x @ y / (x @ x)
    holds = lambda w: c * w ** (layers - 2) * (s - w**layers)  # noqa: E731
    w = minimize_scalar(lambda w: -holds(w), bounds=(0.2, s ** (1 / layers)), method="bounded", options={"xatol": 1e-10}).x
    bend = c * layers * (layers - 2) * s * w ** (layers - 3) / 2
    unit = (w * speed * bend) ** (-1 / 3)
    return {"fold": float(holds(w)), "lost": float(holds(w) + speed * AIRY * unit)}


def measure(seed, layers, speed, rate):
    x, y = lab_data(seed)
    c, d = float(np.mean(x * x)), float(np.mean(x * y))
    w = [float(v) for v in lab_start(seed, layers)]
    for k in range(10**7):
        if math.prod(w) <= d / c / 10:
            return k * (speed * rate)
        decay = speed * rate * k
        others = [math.prod(w[:i] + w[i + 1 :]) for i in range(layers)]
        error = c * math.prod(w) - d
        w = [one - rate * (error * rest + decay * one) for one, rest in zip(w, others)]


def draw(seed, layers, speeds, rate):
    theory = [predict(seed, layers, r) for r in speeds]
    late = [measure(seed, layers, r, rate) - theory[0]["fold"] for r in speeds]
    plt.figure()
    plt.plot(speeds, late, "k.-", label="trained")
    plt.plot(speeds, [t["lost"] - t["fold"] for t in theory], label="two thirds")
    plt.plot(speeds, [late[0] * r / speeds[0] for r in speeds], label="one")
    plt.xscale("log")
    plt.yscale("log")
    plt.xlabel("r")
    plt.ylabel("delay")
    plt.legend()
    return plt.gcf()
