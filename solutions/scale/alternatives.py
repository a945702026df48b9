# %% setup
import numpy as np

# %% loss_left / with logarithms
def loss_left(h, w0, sigma2, B, eta, T):
    a = eta * h
    rho = 0.0 if a == 1 and T else np.exp(2 * T * np.log(abs(1 - a))) if a != 1 else 1.0
    settled = eta * sigma2 / B / (h * (2 - a))
    return float((rho * w0**2 + settled * (1 - rho)) / w0**2)

# %% move_factor / one by one
def move_factor(layers, thetas, optimizer):
    if optimizer not in ("sgd", "adam", "sign"):
        raise ValueError("unknown optimizer")
    found = []
    for k in range(len(layers)):
        c, start, rate = layers[k]
        rate = rate / thetas[k]
        if optimizer == "sgd":
            rate = rate / thetas[k]
        found.append((c * thetas[k], start / thetas[k], rate))
    return found

# %% spectral_factors / layer by layer
def spectral_factors(sizes, base, optimizer):
    starts, rates = [], []
    for i, o, i0, o0 in zip(sizes, sizes[1:], base, base[1:]):
        starts.append((o * i0 / (i * o0)) ** 0.5 * (i0**0.5 + o0**0.5) / (i**0.5 + o**0.5))
        rates.append(i0 / i if optimizer == "adam" else o * i0 / (i * o0))
    return np.array(starts), np.array(rates)

# %% exponents / as an array
powers = np.array([0, 1, 1, 0.5, 1, -1])

# %% limit_rate / with the kernel
def limit_rate(X, y, L):
    K = X @ X.T / X.size
    k = L * (K @ y)
    rate = y @ k / (k @ k)
    return rate, (y @ y - rate * (y @ k)) / (2 * len(y))

# %% branch_factor / halves
def branch_factor(L, q, growth):
    t = np.log(growth) / (2 * L)  # exp(2 t) - 1 = 2 exp(t) sinh(t)
    return float((2 * np.exp(t) * np.sinh(t) / q) ** 0.5)

# %% root_rule / memory in examples
def root_rule(settings, k):
    back = {name: 1 / (1 - settings[name]) / k for name in ("beta1", "beta2")}
    if min(back.values()) < 1 - 1e-12:
        raise ValueError("the averages cannot look back over less than one step")
    new = {name: 1 - 1 / steps for name, steps in back.items()}
    rate = settings["rate"] * np.sqrt(k)
    return {**new, "rate": rate, "eps": settings["eps"] / np.sqrt(k), "decay": k * settings["rate"] * settings["decay"] / rate}

# %% one_pass / with the whole matrix
def one_pass(lam, target, eta, B, sigma2, T):
    M, D = np.outer(target, target), np.diag(lam)
    found = [np.trace(D @ M)]
    for _ in range(T):
        second = (1 + 1 / B) * D @ M @ D + D * (np.trace(D @ M) + sigma2) / B
        M = M - eta * (D @ M + M @ D) + eta**2 * second
        found.append(np.trace(D @ M))
    return np.array(found)

# %% best_size / search
def best_size(A, alpha, B, beta, C):
    # The derivative by log N is monotone in log N: halve an interval.
    low, high = -500.0, 700.0
    for _ in range(200):
        middle = (low + high) / 2
        gain = np.log(alpha * A) - alpha * middle
        price = np.log(beta * B) + beta * (middle - np.log(C))
        low, high = (middle, high) if gain > price else (low, middle)
    return float(np.exp(low)), 1 / (1 / alpha + 1 / beta)

# %% check_lab / example by example
import matplotlib.pyplot as plt


def everything(seed, width, mup):
    x, y = lab_data()
    W1, W2, v = lab_start(seed, width)
    scale = 16 / width if mup else 1.0
    v = v * np.sqrt(scale)
    g1, g2, gv = np.zeros_like(W1), np.zeros_like(W2), np.zeros_like(v)
    for row, target in zip(x, y):
        h1 = np.tanh(W1 @ row)
        h2 = np.tanh(W2 @ h1)
        r = (h2 @ v - target) / len(y)
        back2 = r * v * (1 - h2**2)
        back1 = (W2.T @ back2) * (1 - h1**2)
        g1, g2, gv = g1 + np.outer(back1, row), g2 + np.outer(back2, h1), gv + r * h2
    return [W1, W2, v], [g1, g2, gv], [1.0, scale, scale]


def predict(seed, width, rate, mup):
    _, g, c = everything(seed, width, mup)
    return -rate * float(c[0] * np.sum(np.abs(g[0])) + c[1] * np.sum(np.abs(g[1])) + c[2] * np.sum(np.abs(g[2])))


def measure(seed, width, rate, mup):
    w, g, c = everything(seed, width, mup)
    new = [a - rate * k * np.sign(b) for a, b, k in zip(w, g, c)]

    def hidden(p, x):
        return np.tanh(np.tanh(x @ p[0].T) @ p[1].T)

    x, y = lab_data()
    loss = [float(np.mean((hidden(p, x) @ p[2] - y) ** 2) / 2) for p in (w, new)]
    dh, df = hidden(new, PROBES) - hidden(w, PROBES), hidden(new, PROBES) @ new[2] - hidden(w, PROBES) @ w[2]
    return {"hidden": np.sqrt(np.mean(dh**2)), "output": np.sqrt(np.mean(df**2)), "loss": loss[1] - loss[0]}


def draw(seed, widths, rate):
    fig, ax = plt.subplots()
    ax.plot(widths, [measure(seed, w, rate, True)["output"] for w in widths], label="maximal update")
    ax.plot(widths, [measure(seed, w, rate, False)["output"] for w in widths], label="standard")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("units")
    ax.set_ylabel("root mean square change of the output")
    ax.legend()
    return fig
