# %% setup
import numpy as np

# %% mode_speed
def mode_speed(w, s):
    w = np.asarray(w, dtype=float)
    others = np.array([np.prod(np.delete(w, i)) for i in range(len(w))])
    return float((s - np.prod(w)) * np.sum(others**2))

# %% conserved
def conserved(weights):
    return [after.T @ after - before @ before.T for before, after in zip(weights, weights[1:])]

# %% one_step_drift
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    first, second = W2.T @ R, R @ W1.T
    return eta**2 * (second.T @ second - first @ first.T)

# %% half_times
def half_times(s, a0):
    s = np.asarray(s, dtype=float)
    if a0 == 0:
        return np.full(s.shape, np.inf)
    return np.log(np.maximum(s / a0 - 1, 1.0)) / (2 * s)

# %% escape_direction
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    unit = np.eye(len(s))[missing[0]]
    return np.outer(unit, Vt[missing[0]]) / np.sqrt(2), np.outer(U[:, missing[0]], unit) / np.sqrt(2)

# %% learning_order
strengths = np.array([4.0, 3.6, 2.0, 1.0])
waits = np.log(strengths / np.array([1e-6, 1e-2, 1e-6, 1e-2]) - 1) / (2 * strengths)
order = [int(i) for i in np.argsort(waits)]
plateaus = [float((strengths[order][i:] ** 2).sum() / 2) for i in range(5)]

# %% deep_half_time
def deep_half_time(s, a0, depth):
    from scipy.integrate import quad

    def integrand(x):
        return 1 / (depth * np.exp(x * (1 - 2 / depth)) * (s - np.exp(x)))

    edges = np.linspace(np.log(a0), np.log(s / 2), 9)
    return float(sum(quad(integrand, a, b, epsabs=0, epsrel=1e-10)[0] for a, b in zip(edges, edges[1:])))

# %% read_staircase
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(np.asarray(plateaus, dtype=float)))
    return s, s / (1 + np.exp(2 * s * np.asarray(times, dtype=float)))

# %% sharp_colleague
# Her measurement is right, her conclusion is not: the product of the layers stays, and with it the function and its test error. What
# changes is the largest stable learning rate, which falls as the sharpness rises.
