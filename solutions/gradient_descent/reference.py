# %% setup
import numpy as np

# %% one_step
def one_step(H, b, theta, eta):
    g = H @ theta - b
    square, bend = float(g @ g), float(g @ H @ g)
    limit = 2 * square / bend if bend > 0 and square > 0 else np.inf
    return -eta * square + eta**2 * bend / 2, limit

# %% growth
def growth(eta, beta, h):
    middle = 1 + np.asarray(beta, dtype=float) - np.asarray(eta, dtype=float) * np.asarray(h, dtype=float)
    inside = middle**2 - 4 * np.asarray(beta, dtype=float)
    real = (np.abs(middle) + np.sqrt(np.maximum(inside, 0))) / 2
    return np.where(inside < 0, np.sqrt(np.asarray(beta, dtype=float)), real)

# %% heavy_ball
def heavy_ball(low, high):
    a, b = np.sqrt(low), np.sqrt(high)
    rho = (b - a) / (b + a)
    return float(4 / (a + b) ** 2), float(rho**2), float(rho)

# %% rates_reached
condition = given.high / given.low
plain = int(np.ceil(np.log(1e-6) / np.log((condition - 1) / (condition + 1))))
ball = int(np.ceil(np.log(1e-6) / np.log((np.sqrt(condition) - 1) / (np.sqrt(condition) + 1))))
edge = 2 * (1 + given.beta) / given.high

# %% picture
def picture(H, u, v):
    Q, _ = np.linalg.qr(np.column_stack([u, v]))
    seen, every = np.linalg.eigvalsh(Q.T @ H @ Q), np.linalg.eigvalsh(H)
    limit = -1e-9 * np.abs(every).max()
    return seen, int((every < limit).sum() - (seen < limit).sum())

# %% batch_covariance
def batch_covariance(G, B, replacement):
    n = len(G)
    centred = G - G.mean(0)
    one = centred.T @ centred / n
    if replacement:
        return one / B
    return one / B * ((n - B) / (n - 1) if n > 1 else 0.0)

# %% stationary
def stationary(eta, h, sigma2, beta):
    room = 2 * (1 + beta) - eta * h
    if room <= 0:
        return float("inf")
    return eta * sigma2 * (1 + beta) / ((1 - beta) * h * room)

# %% noise_scale
def noise_scale(small, big, b, B):
    s, g = float(np.mean(small)), float(np.mean(big))
    trace = (s - g) / (1 / b - 1 / B)
    square = (B * g - b * s) / (B - b)
    return square, trace, trace / square if square != 0 else float("nan")

# %% schedule
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if kind not in ("constant", "linear", "cosine", "wsd"):
        raise ValueError(f"kind must be constant, linear, cosine or wsd, got {kind!r}")
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    u = (t - warmup) / (T - warmup)
    part = {"constant": 1.0, "linear": 1 - u, "cosine": (1 + np.cos(np.pi * u)) / 2, "wsd": min(1.0, (1 - u) / decay)}[kind]
    return float(peak * part)

# %% noisy_quadratic
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta) ** 2, axis=0)
    losses = [0.5 * np.sum(h * m)]
    for eta in rates:
        m = (1 - eta * h) ** 2 * m + eta**2 * s
        losses.append(0.5 * np.sum(h * m))
    return np.array(losses)

# %% lab
def lab(X, y, W, a):
    n = len(y)

    def slope(theta):
        V, c = theta[:10].reshape(2, 5), theta[10:]
        T = np.tanh(X @ V)
        residual = T @ c - y
        return np.concatenate([(X.T @ (np.outer(residual, c) * (1 - T**2)) / n).ravel(), T.T @ residual / n])

    def value(theta):
        return network_loss(X, y, theta[:10].reshape(2, 5), theta[10:])

    def run(rate, steps):
        theta = start.copy()
        for _ in range(steps):
            theta = theta - rate * slope(theta)
        return value(theta)

    start = np.concatenate([W.ravel(), a])
    e = 1e-5 * np.eye(15)
    H = np.array([(slope(start + d) - slope(start - d)) / 2e-5 for d in e])
    H = (H + H.T) / 2
    sharp = float(np.linalg.eigvalsh(H)[-1])
    g, rate = slope(start), 1 / sharp
    return {
        "sharpness": sharp,
        "losses": np.array([run(part * 2 / sharp, 100) for part in (1 / 16, 1 / 8, 1 / 4)]),
        "predicted": float(-rate * g @ g + rate**2 * g @ H @ g / 2),
        "actual": run(rate, 1) - value(start),
    }

# %% any_answer
def any_answer(X, y, z, t):
    rest = z - np.linalg.pinv(X) @ (X @ z)
    length = np.linalg.norm(z)
    if length == 0 or np.linalg.norm(rest) < 1e-8 * length:
        raise ValueError("z is a combination of the training inputs: they fix the answer")
    shortest = np.linalg.pinv(X) @ y
    return shortest + (t - shortest @ z) / (rest @ rest) * rest

# %% read_runs
causes = ["rate too small", "noise floor", "rate near the edge", "too much momentum"]
floor = 0.5

# %% decayed_colleague
# With gradient noise a run at a constant rate does not converge: it settles in a cloud whose variance, and with it the excess loss, is
# proportional to the rate (eta sigma^2 / (2 h) for small rates). Cutting the rate shrinks the cloud within a few time constants; no better
# minimum is needed. To tell the two apart I would ask for (1) the loss at the average of the weights over the last steps at the old rate: if it is
# noise, the average is already as low as the decayed run; if the minimum were bad, averaging would not help; and (2) raising the rate again after
# the decay: under the noise explanation the loss returns to its old level, in a new and better basin it would not. In my laboratory run (full
# batch, no noise) a lower rate only made the loss fall more slowly, which fits.
