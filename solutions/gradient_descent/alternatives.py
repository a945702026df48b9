# %% setup
import numpy as np

# %% one_step / factored
def one_step(H, b, theta, eta):
    slope = np.asarray(H, dtype=float).dot(theta) - b
    along = H.dot(slope)
    squared, curved = np.sum(slope**2), np.sum(slope * along)
    change = eta * (eta / 2 * curved - squared)
    if curved <= 0:
        return float(change), float("inf")
    return float(change), float(2 * squared / curved)

# %% growth / eigenvalues
def growth(eta, beta, h):
    eta, beta, h = np.broadcast_arrays(np.asarray(eta, float), np.asarray(beta, float), np.asarray(h, float))
    matrices = np.zeros(eta.shape + (2, 2))
    matrices[..., 0, 0] = 1 + beta - eta * h
    matrices[..., 0, 1] = -beta
    matrices[..., 1, 0] = 1
    return np.abs(np.linalg.eigvals(matrices)).max(-1)

# %% growth / complex-root
def growth(eta, beta, h):
    m = 1 + np.asarray(beta) - np.asarray(eta) * np.asarray(h)
    root = np.sqrt((m**2 - 4 * np.asarray(beta)).astype(complex))
    return np.maximum(np.abs(m + root), np.abs(m - root)) / 2

# %% heavy_ball / condition-number
def heavy_ball(low, high):
    root = (high / low) ** 0.5
    rho = (root - 1) / (root + 1)
    return (1 + rho) ** 2 / high, rho * rho, rho

# %% rates_reached / loop
def _count(factor):
    steps, size = 0, 1.0
    while size > 1e-6:
        steps, size = steps + 1, size * factor
    return steps


low, high = given.low, given.high
root = np.sqrt(high / low)
plain, ball, edge = _count((high - low) / (high + low)), _count((root - 1) / (root + 1)), (2 + 2 * given.beta) / high

# %% picture / generalised
def picture(H, u, v):
    from scipy.linalg import eigh

    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    B = np.stack([u, v], 1)
    seen = eigh(B.T @ H @ B, B.T @ B, eigvals_only=True)
    every = np.linalg.eigvalsh(H)
    scale = max(abs(every[0]), abs(every[-1]))
    return seen, sum(e < -1e-9 * scale for e in every.tolist()) - sum(e < -1e-9 * scale for e in seen.tolist())

# %% picture / gram-schmidt
def picture(H, u, v):
    a = u / np.sqrt(u @ u)
    b = v - (v @ a) * a
    b = b / np.sqrt(b @ b)
    p, q, r = a @ H @ a, a @ H @ b, b @ H @ b
    middle, half = (p + r) / 2, np.hypot((p - r) / 2, q)
    every = np.linalg.eigvalsh(H)
    floor = -1e-9 * max(np.abs(every))
    low, high = middle - half, middle + half
    return np.array([low, high]), int(np.sum(every < floor)) - int(low < floor) - int(high < floor)

# %% batch_covariance / numpy-cov
def batch_covariance(G, B, replacement):
    n, p = G.shape
    if n == 1:
        return np.zeros((p, p))
    sample = np.cov(G, rowvar=False, ddof=1).reshape(p, p)
    return sample * (n - 1) / (n * B) if replacement else sample * (1 / B - 1 / n)

# %% batch_covariance / weights
def batch_covariance(G, B, replacement):
    n = len(G)
    C = G - G[0]
    if replacement:
        weights = (np.eye(n) - 1 / n) / (n * B)
    else:
        weights = (np.eye(n) - 1 / n) * (n - B) / (n * B * max(n - 1, 1))
    return C.T @ weights @ C

# %% stationary / lyapunov
def stationary(eta, h, sigma2, beta):
    if eta * h >= 2 * (1 + beta):
        return np.inf
    x = eta * h
    inside = (1 + beta) / ((1 - beta) * x * (2 + 2 * beta - x))
    return eta * eta * sigma2 * inside

# %% noise_scale / linear-system
def noise_scale(small, big, b, B):
    A = np.array([[1.0, 1 / b], [1.0, 1 / B]])
    means = np.array([np.mean(small), np.mean(big)])
    square = (means[1] * B - means[0] * b) / (B - b)
    trace = np.linalg.solve(A, means)[1]
    return float(square), float(trace), float(trace / square) if square else np.nan

# %% schedule / match
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    left = (T - t) / (T - warmup)
    shapes = {"constant": lambda: 1.0, "linear": lambda: left, "cosine": lambda: np.sin(np.pi * left / 2) ** 2,
              "wsd": lambda: 1.0 if left >= decay else left / decay}
    if kind not in shapes:
        raise ValueError(kind)
    return peak * (t + 1) / (warmup + 1) if t < warmup else peak * float(shapes[kind]())

# %% noisy_quadratic / mean-and-variance
def noisy_quadratic(rates, h, s, theta):
    starts = np.asarray(theta, dtype=float).reshape(-1, len(h))
    spread = np.zeros(len(h))
    found = []
    for eta in [None, *rates]:
        if eta is not None:
            starts = starts * (1 - eta * h)
            spread = spread * (1 - eta * h) ** 2 + eta**2 * s
        found.append(float(np.mean(starts**2 @ h) / 2 + h @ spread / 2))
    return np.array(found)

# %% lab / exact-hessian
def lab(X, y, W, a):
    n, d = X.shape

    def parts(W, a):
        T = np.tanh(X @ W)
        return T, T @ a - y

    def gradient(W, a):
        T, r = parts(W, a)
        return X.T @ ((1 - T**2) * a * r[:, None]) / n, T.T @ r / n

    T, r = parts(W, a)
    D = 1 - T**2
    J = np.concatenate([(X[:, :, None] * (D * a)[:, None, :]).reshape(n, -1), T], axis=1)
    H = J.T @ J / n
    for j in range(5):
        own = [i * 5 + j for i in range(d)]
        H[np.ix_(own, own)] += X.T @ (X * (r * a[j] * -2 * T[:, j] * D[:, j])[:, None]) / n
        mixed = X.T @ (r * D[:, j]) / n
        H[own, 10 + j] += mixed
        H[10 + j, own] += mixed
    sharp = float(np.linalg.eigvalsh(H)[-1])

    def descend(rate, steps):
        V, c = W, a
        for _ in range(steps):
            gV, gc = gradient(V, c)
            V, c = V - rate * gV, c - rate * gc
        return network_loss(X, y, V, c)

    g = np.concatenate([part.ravel() for part in gradient(W, a)])
    return {
        "sharpness": sharp,
        "losses": np.array([descend(m / sharp, 100) for m in (1 / 8, 1 / 4, 1 / 2)]),
        "predicted": float(-(g @ g) / sharp + g @ H @ g / (2 * sharp**2)),
        "actual": descend(1 / sharp, 1) - network_loss(X, y, W, a),
    }

# %% any_answer / one-more-example
def any_answer(X, y, z, t):
    Q, _ = np.linalg.qr(X.T)
    rest = z - Q @ (Q.T @ z)
    if not np.linalg.norm(rest) >= 1e-8 * np.linalg.norm(z) or not z.any():
        raise ValueError("fixed")
    z, t = z / np.linalg.norm(z), t / np.linalg.norm(z)
    return np.linalg.pinv(np.vstack([X, z]), rcond=1e-14) @ np.append(y, t)

# %% any_answer / lstsq
def any_answer(X, y, z, t):
    share = np.linalg.lstsq(X.T, z, rcond=None)[0]
    away = z - X.T @ share
    if np.dot(z, z) == 0 or np.sqrt(away @ away) < 1e-8 * np.sqrt(z @ z):
        raise ValueError("the training set says what is answered there")
    base = np.linalg.lstsq(X, y, rcond=None)[0]
    return base + away * ((t - y @ share) / (away @ away))

# %% read_runs / tuple
causes = ("rate too small", "noise floor", "rate near the edge", "too much momentum")
floor = 1 / 2
