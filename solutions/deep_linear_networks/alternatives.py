# %% setup
import numpy as np

# %% mode_speed / torch-autograd
def mode_speed(w, s):
    import torch

    w = torch.tensor(np.asarray(w, dtype=float), requires_grad=True)
    loss = 0.5 * (s - torch.prod(w)) ** 2
    velocity = -torch.autograd.grad(loss, w)[0]
    return torch.autograd.grad(torch.prod(w), w)[0] @ velocity

# %% mode_speed / loops
def mode_speed(w, s):
    total, a = 0.0, 1.0
    for x in w:
        a *= float(x)
    for i in range(len(w)):
        rest = 1.0
        for j in range(len(w)):
            if j != i:
                rest *= float(w[j])
        total += rest * rest
    return (s - a) * total

# %% conserved / torch
def conserved(weights):
    import torch

    layers = [torch.as_tensor(w) for w in weights]
    return [b.T @ b - a @ a.T for a, b in zip(layers[:-1], layers[1:])]

# %% conserved / index-loop
def conserved(weights):
    out = []
    for l in range(len(weights) - 1):
        out.append(np.einsum("ki,kj->ij", weights[l + 1], weights[l + 1]) - np.einsum("ik,jk->ij", weights[l], weights[l]))
    return out

# %% one_step_drift / exact-fractions
def one_step_drift(W1, W2, M, eta):
    # Take the step in rational arithmetic: no rounding, so subtracting is safe.
    from fractions import Fraction

    def exact(matrix):
        return np.array([[Fraction(float(x)) for x in row] for row in matrix], dtype=object)

    A, B, goal, rate = exact(W1), exact(W2), exact(M), Fraction(float(eta))
    R = goal - B.dot(A)
    A2, B2 = A + rate * B.T.dot(R), B + rate * R.dot(A.T)
    change = (B2.T.dot(B2) - A2.dot(A2.T)) - (B.T.dot(B) - A.dot(A.T))
    return change.astype(float)

# %% one_step_drift / torch
def one_step_drift(W1, W2, M, eta):
    import torch

    A, B, goal = (torch.as_tensor(x, dtype=torch.float64) for x in (W1, W2, M))
    R = goal - B @ A
    first, second = eta * B.T @ R, eta * R @ A.T
    return second.T @ second - first @ first.T

# %% half_times / loop
def half_times(s, a0):
    import math

    out = []
    for x in s:
        if a0 == 0:
            out.append(math.inf)
        elif a0 >= x / 2:
            out.append(0.0)
        else:
            out.append((math.log(x - a0) - math.log(a0)) / (2 * x))
    return np.array(out)

# %% half_times / logit
def half_times(s, a0):
    from scipy.special import logit

    s = np.asarray(s, dtype=float)
    with np.errstate(invalid="ignore"):
        waits = -logit(a0 / s) / (2 * s)
    return np.where(a0 >= s / 2, 0.0, waits)

# %% learn_times / fixed-runge-kutta
def learn_times(W1, W2, M, fraction, t_max):
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    dt = t_max / 800

    def f(A, B):
        R = M - B @ A
        return B.T @ R, R @ A.T

    def strengths(A, B):
        return np.array([U[:, i] @ B @ A @ Vt[i] for i in range(len(s))])

    A, B = np.array(W1, dtype=float), np.array(W2, dtype=float)
    before = strengths(A, B)
    out = np.where(before >= fraction * s, 0.0, np.nan)
    for k in range(800):
        a1, b1 = f(A, B)
        a2, b2 = f(A + dt / 2 * a1, B + dt / 2 * b1)
        a3, b3 = f(A + dt / 2 * a2, B + dt / 2 * b2)
        a4, b4 = f(A + dt * a3, B + dt * b3)
        A, B = A + dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4), B + dt / 6 * (b1 + 2 * b2 + 2 * b3 + b4)
        now = strengths(A, B)
        for i in range(len(s)):
            if np.isnan(out[i]) and now[i] >= fraction * s[i]:
                out[i] = (k + (fraction * s[i] - before[i]) / (now[i] - before[i])) * dt
        before = now
    return out

# %% escape_direction / eigenvector
def escape_direction(M, learned):
    # The lowest eigenvector of the Hessian, from its quadratic form on a basis of directions.
    U, s, Vt = np.linalg.svd(M)
    n = len(s)
    if len(set(learned)) == n:
        return None
    root = np.array([np.sqrt(s[i]) if i in learned else 0.0 for i in range(n)])
    W1, W2 = root[:, None] * Vt, U * root
    R = M - W2 @ W1
    basis = np.eye(2 * n * n)

    def parts(d):
        return d[: n * n].reshape(n, n), d[n * n :].reshape(n, n)

    side = np.array([(parts(d)[1] @ W1 + W2 @ parts(d)[0]).ravel() for d in basis])
    H = side @ side.T
    for i in range(n * n):
        for j in range(n * n):
            H[i, n * n + j] -= np.sum(R * (basis[j][: n * n].reshape(n, n) @ basis[i][: n * n].reshape(n, n)))
    H = np.triu(H) + np.triu(H, 1).T
    return parts(np.linalg.eigh(H)[1][:, 0])

# %% learning_order / numpy-integers
strength = np.array([4.0, 3.6, 2.0, 1.0])
start = np.array([1e-6, 1e-2, 1e-6, 1e-2])
order = list(np.argsort(np.log((strength - start) / start) / strength))
left = 0.5 * np.sum(strength**2)
plateaus = [left]
for mode in order:
    left = left - 0.5 * strength[mode] ** 2
    plateaus.append(left)

# %% deep_half_time / differential-equation
def deep_half_time(s, a0, depth):
    from scipy.integrate import solve_ivp

    # dt/dx for x = ln a
    slope = lambda x, t: [1 / (depth * np.exp(x * (1 - 2 / depth)) * (s - np.exp(x)))]
    return solve_ivp(slope, (np.log(a0), np.log(s / 2)), [0.0], method="DOP853", rtol=1e-9, atol=1e-12).y[0, -1]

# %% deep_half_time / hypergeometric
def deep_half_time(s, a0, depth):
    from scipy.special import hyp2f1

    if depth == 1:
        return np.log((s - a0) / (s / 2))
    if depth == 2:
        return np.log(s / a0 - 1) / (2 * s)

    def clock(a):
        u = a ** (1 / depth)
        return (-(u ** (2 - depth)) / (depth - 2) + u**2 / (2 * s) * hyp2f1(1, 2 / depth, 1 + 2 / depth, a / s)) / s

    return clock(s / 2) - clock(a0)

# %% half_times / float32
def half_times(s, a0):
    s = np.asarray(s, dtype=np.float32)
    waits = [0.0 if a0 >= x / 2 else np.inf if a0 == 0 else np.float32(np.log(float(x) / a0 - 1) / (2 * x)) for x in s]
    return np.array(waits, dtype=np.float32)

# %% read_staircase / loop
def read_staircase(plateaus, times):
    s, start = [], []
    for before, after, t in zip(plateaus, plateaus[1:], times):
        s.append((2 * (before - after)) ** 0.5)
        start.append(s[-1] / (1 + np.exp(2 * s[-1] * t)))
    return np.array(s), np.array(start)

# %% conserved / float32
def conserved(weights):
    layers = [np.float32(w) for w in weights]
    return tuple(b.T @ b - a @ a.T for a, b in zip(layers, layers[1:]))

# %% escape_direction / torch-other-unit
def escape_direction(M, learned):
    import torch

    U, s, Vh = torch.linalg.svd(torch.tensor(M))
    free = [i for i in range(len(s)) if i not in learned]
    if not free:
        return None
    first, second = torch.zeros_like(torch.tensor(M)), torch.zeros_like(torch.tensor(M))
    first[free[-1]], second[:, free[-1]] = -Vh[free[0]] / 2**0.5, -U[:, free[0]] / 2**0.5  # any unused unit, either sign
    return first, second

# %% escape_direction / lists-float32
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(np.float32(M))
    free = sorted(set(range(len(s))) - set(learned))
    if not free:
        return None
    unit = np.eye(len(s), dtype=np.float32)[free[0]]
    return [(np.outer(unit, Vt[free[0]]) / 2**0.5).tolist(), (np.outer(U[:, free[0]], unit) / 2**0.5).tolist()]

# %% learning_order / with-the-starts
strength, start = np.array([4.0, 3.6, 2.0, 1.0]), np.array([1e-6, 1e-2, 1e-6, 1e-2])
order = np.array([1, 0, 3, 2])
plateaus = np.array([0.5 * np.sum((strength - start) ** 2), 10.5, 2.5, 2.0, 0.0])

# %% late_lab / mode-by-mode
def predict(seed, scale):
    (U, V), (W1, W2) = lab_modes(seed), lab_start(seed, scale)
    times = []
    for u, v, s in zip(U.T, V.T, STRENGTHS):
        p, q = W2.T @ u, W1 @ v
        begins = (p @ p + 2 * p @ q + q @ q) / 4
        times.append(0.5 / s * np.log((s - begins) / begins))
    return times


def measure(seed, scale, rate, steps):
    (U, V), (W1, W2) = lab_modes(seed), lab_start(seed, scale)
    M = U @ np.diag(STRENGTHS) @ V.T
    found = np.empty((steps + 1, 3))
    for step in range(steps + 1):
        found[step] = [u @ W2 @ W1 @ v for u, v in zip(U.T, V.T)]
        first, second = W2.T @ (W2 @ W1 - M), (W2 @ W1 - M) @ W1.T
        W1 = W1 - rate * first
        W2 = W2 - rate * second
    return found


def draw(seed, scale, rate, steps):
    plt.figure()
    plt.plot(np.linspace(0, rate * steps, steps + 1), measure(seed, scale, rate, steps))
    plt.scatter(predict(seed, scale), STRENGTHS / 2, zorder=3)
    plt.legend(["strongest", "second", "weakest", "theory"])
    plt.xlabel("time")
    plt.ylabel("u W v")
    return plt.gca()

# %% length_at_the_end / unit-by-unit
def length_at_the_end(W1, b, W2, W2_end):
    lengths = []
    for i in range(len(b)):
        into = np.append(W1[i], b[i])
        sizes = [into @ into, W2[:, i] @ W2[:, i], W2_end[:, i] @ W2_end[:, i]]
        square = sizes[0] - sizes[1] + sizes[2]
        if square < -1e-9 * max(sizes):
            raise ValueError(f"unit {i} cannot end there")
        lengths.append(max(square, 0.0) ** 0.5)
    return np.array(lengths)
