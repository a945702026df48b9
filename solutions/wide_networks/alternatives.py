# %% setup
import numpy as np

# %% limit_kernel / by angle, pair by pair
def limit_kernel(X, Z):
    found = np.zeros((len(X), len(Z)))
    for i, x in enumerate(X):
        for j, z in enumerate(Z):
            size = np.linalg.norm(x) * np.linalg.norm(z)
            if size > 0:
                angle = np.arccos(min(1.0, max(-1.0, x @ z / size)))
                found[i, j] = size * (np.sin(angle) + 2 * (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    return found

# %% unit_kernel / from the gradients
def unit_kernel(W, a, X):
    rows = []
    for x in X:
        p = W @ x
        rows.append(np.concatenate([np.maximum(p, 0), ((p > 0) * a)[:, None].repeat(len(x), 1).ravel() * np.tile(x, len(a))]))
    J = np.array(rows) / np.sqrt(len(a))
    return J @ J.T

# %% after_steps / by squaring
def after_steps(K, C, y, eta, t):
    # The sum of powers I + A + ... + A^(t-1), doubled along the bits of t, with what is never learned taken out first.
    values, V = np.linalg.eigh(K)
    V = V[:, values > 1e-10 * values[-1]]
    A = V.T @ (np.eye(len(y)) - eta * K / len(y)) @ V
    total, power, unit = np.zeros_like(A), np.eye(len(A)), np.eye(len(A))
    for bit in bin(int(t))[2:]:
        total, power = total @ (unit + power), power @ power
        if bit == "1":
            total, power = unit + A @ total, A @ power
    return eta / len(y) * (C @ (V @ (total @ (V.T @ y))))

# %% width_factors / powers
factors = np.array([16**-0.5, 16**-0.5, 16**0.0, 16**-0.5, 16**0.0])

# %% train_scaled / unit by unit
def train_scaled(W, a, X, y, alpha, eta, steps):
    n, m = len(y), len(a)
    units = [(w.copy(), float(b)) for w, b in zip(W, a)]

    def outputs(units):
        return sum((b * np.maximum(X @ w, 0) for w, b in units), np.zeros(n)) / np.sqrt(m)

    first = outputs(units)
    for _ in range(steps):
        error = alpha * (outputs(units) - first) - y
        rate = eta / (alpha * n * np.sqrt(m))
        units = [(w - rate * b * (error * (X @ w > 0)) @ X, b - rate * float(error @ np.maximum(X @ w, 0))) for w, b in units]
    change = np.concatenate([np.append(w - w0, b - b0) for (w, b), w0, b0 in zip(units, W, a)])
    start = np.append(W.ravel(), a)
    return {"outputs": alpha * (outputs(units) - first), "movement": np.linalg.norm(change) / np.linalg.norm(start)}

# %% kernel_growth / through the layers
def kernel_growth(s, s0, lam):
    def trace(v):
        larger = (abs(lam) + np.sqrt(lam**2 + 4 * np.asarray(v, dtype=float) ** 2)) / 2
        smaller = np.where(larger > 0, np.asarray(v) ** 2 / np.where(larger > 0, larger, 1.0), 0.0)
        return np.sum(larger + smaller)

    return np.inf if trace(s0) == 0 else trace(s) / trace(s0)

# %% riccati / solved numerically
def riccati(W1, W2, M, lam, t):
    from scipy.integrate import solve_ivp

    cut = W1.size

    def velocity(_, flat):
        first, second = flat[:cut].reshape(W1.shape), flat[cut:].reshape(W2.shape)
        R = M - second @ first
        return np.concatenate([(second.T @ R).ravel(), (R @ first.T).ravel()])

    start = np.concatenate([W1.ravel(), W2.ravel()])
    end = solve_ivp(velocity, (0, t), start, rtol=1e-10, atol=1e-12, method="DOP853").y[:, -1] if t > 0 else start
    Q = np.concatenate([end[:cut].reshape(W1.shape).T, end[cut:].reshape(W2.shape)])
    return Q @ Q.T

# %% wave_half_times / by cosines
def wave_half_times(kernel, eta):
    n = len(kernel)
    times = []
    for k in range(n // 2 + 1):
        step = eta * float(kernel @ np.cos(2 * np.pi * k * np.arange(n) / n)) / n
        if step <= 1e-12:
            times.append(np.inf)
        else:
            times.append(0.0 if step >= 1 else float(-np.log(2) / np.log1p(-step)))
    return np.array(times)

# %% excess_norm / by what the interpolant leaves
def excess_norm(K, f, n):
    weights = np.linalg.solve(K[:n, :n], f[:n])
    if n == len(f):
        return 0.0
    left = f[n:] - K[n:, :n] @ weights
    rest = K[n:, n:] - K[n:, :n] @ np.linalg.solve(K[:n, :n], K[:n, n:])
    return float(left @ np.linalg.solve(rest, left) / (f[:n] @ weights))

# %% width_lab / jacobians
def predict(seed, m):
    X, y = lab_data(seed)
    K = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            t = np.arctan2(np.abs(X[i, 0] * X[j, 1] - X[i, 1] * X[j, 0]), X[i] @ X[j])
            K[i, j] = (np.sin(t) + 2 * (np.pi - t) * np.cos(t)) / (2 * np.pi)
    return np.linalg.norm(np.linalg.solve(np.linalg.cholesky(K), y)) / (3 * m) ** 0.5


def features(X, W, a):
    on = (X @ W.T > 0) * 1.0
    parts = [on * (X @ W.T), on * a * X[:, :1], on * a * X[:, 1:]]
    return np.concatenate(parts, axis=1) / len(a) ** 0.5


def measure(seed, m, eta, steps):
    (X, y), (W, a) = lab_data(seed), lab_start(seed, m)
    theta = start = np.concatenate([a, W[:, 0], W[:, 1]])
    outputs = lambda w: features(X, w[m:].reshape(2, m).T, w[:m])[:, :m] @ w[:m]  # noqa: E731
    for _ in range(steps):
        J = features(X, theta[m:].reshape(2, m).T, theta[:m])
        theta = theta - eta / 3 * (outputs(theta) - outputs(start) - y) @ J
    J0, J = (features(X, w[m:].reshape(2, m).T, w[:m]) for w in (start, theta))
    change = ((J @ J.T - J0 @ J0.T) ** 2).sum() / ((J0 @ J0.T) ** 2).sum()
    return {"kernel": change**0.5, "movement": np.linalg.norm(theta - start) / np.linalg.norm(start)}


def draw(seed, widths, eta, steps):
    plt.figure()
    found = {m: measure(seed, m, eta, steps) for m in widths}
    for key in ("kernel", "movement"):
        plt.plot(widths, [found[m][key] for m in widths], marker=".", label=key)
    plt.plot(widths, predict(seed, 1) / np.sqrt(widths), label="theory")
    plt.xscale("log")
    plt.yscale("log")
    plt.xlabel("m")
    plt.ylabel("change")
    plt.legend()
    return plt.gca()
