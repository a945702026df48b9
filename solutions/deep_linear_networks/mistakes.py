# %% setup
import numpy as np

# %% mode_speed / balanced
# says: That is the speed of a balanced mode, L a^(2 - 2/L) (s - a). Here the weights may differ from layer to layer.
# hint: 2
def mode_speed(w, s):
    depth, a = len(w), np.prod(w)
    return float(depth * abs(a) ** (2 - 2 / depth) * (s - a))

# %% mode_speed / not-squared
# says: Each layer contributes the product of the other weights squared: once from its gradient, once from the product rule.
# hint: 3
def mode_speed(w, s):
    a = np.prod(w)
    return float((s - a) * sum(np.prod(np.delete(w, i)) for i in range(len(w))))

# %% mode_speed / divided
# says: Dividing the whole product by a weight gives nan when that weight is zero. Multiply the other weights instead.
# hint: 3
def mode_speed(w, s):
    a = np.prod(w)
    return float((s - a) * np.sum((a / np.asarray(w)) ** 2))

# %% mode_speed / uphill
# says: The sign is turned: gradient flow goes down the loss, so a mode below s grows.
# hint: 1
def mode_speed(w, s):
    a = np.prod(w)
    return float((a - s) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w))))

# %% mode_speed / one-layer
# says: Only one layer moves in your formula. All layers move, and each adds its own term to the speed of the product.
# hint: 2
def mode_speed(w, s):
    return float((s - np.prod(w)) * np.prod(w[1:]) ** 2)

# %% mode_speed / skips-zeros
# says: You left out the layers whose weight is zero. Their terms do not hold their own weight and need not be zero.
# hint: 3
def mode_speed(w, s):
    a = np.prod(w)
    return float((s - a) * sum((a / x) ** 2 for x in w if x != 0))

# %% mode_speed / no-error
# says: The factor s - a is missing: the speed of each weight is proportional to what the mode still lacks.
# hint: 2
def mode_speed(w, s):
    return float(sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w))))

# %% mode_speed / two-layers
# says: 2 a (s - a) is the speed of two equal layers. Here there are L of them, and they may differ.
# hint: 2
def mode_speed(w, s):
    a = np.prod(w)
    return float(2 * a * (s - a))

# %% mode_speed / own-squares
# says: You added up the squares of the weights. The term of each layer holds all the others; only with two layers is that a single weight.
# hint: 3
def mode_speed(w, s):
    return float((s - np.prod(w)) * np.sum(np.asarray(w) ** 2))

# %% mode_speed / never-falls
# says: Your speed is never negative. A mode beyond s must come down again: keep the sign of s - a.
# hint: 2
def mode_speed(w, s):
    return float(abs(s - np.prod(w)) * sum(np.prod(np.delete(w, i)) ** 2 for i in range(len(w))))

# %% conserved / sum
# says: The sum of the two matrices changes during training. Both grow by the same amount, so it is their difference that stays.
# hint: 2
def conserved(weights):
    return [b.T @ b + a @ a.T for a, b in zip(weights, weights[1:])]

# %% conserved / sign
# says: The sign is turned: the statement asks for the later layer minus the earlier one.
# hint: 3
def conserved(weights):
    return [a @ a.T - b.T @ b for a, b in zip(weights, weights[1:])]

# %% conserved / transposed
# says: The products are the wrong way round: both matrices must live on the hidden units between the two layers, of shape (n_l, n_l).
# hint: 2
def conserved(weights):
    return [b @ b.T - a.T @ a for a, b in zip(weights, weights[1:])]

# %% conserved / trace
# says: The difference of the squared lengths is only the trace of what is conserved; the whole matrix is.
# hint: 1
def conserved(weights):
    return [float(np.sum(b**2) - np.sum(a**2)) for a, b in zip(weights, weights[1:])]

# %% conserved / first-pair
# says: Only the first pair of layers is there. Every pair of neighbours has its conserved matrix.
# hint: 3
def conserved(weights):
    return [weights[1].T @ weights[1] - weights[0] @ weights[0].T]

# %% one_step_drift / subtracted
# says: You took the step and subtracted two nearly equal matrices. For a small learning rate their difference drowns in rounding; derive it instead.
# hint: 3
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    A, B = W1 + eta * W2.T @ R, W2 + eta * R @ W1.T
    return (B.T @ B - A @ A.T) - (W2.T @ W2 - W1 @ W1.T)

# %% one_step_drift / sign
# says: The sign is turned: the second layer's growth counts positive, the first layer's negative.
# hint: 3
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    return eta**2 * (W2.T @ R @ R.T @ W2 - W1 @ R.T @ R @ W1.T)

# %% one_step_drift / first-order
# says: The drift of one step is of second order in the learning rate; the first-order terms cancel. Only over a fixed time, with 1/eta steps, is it of first order.
# hint: 1
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    return eta * (W1 @ R.T @ R @ W1.T - W2.T @ R @ R.T @ W2)

# %% one_step_drift / zero
# says: Zero is what gradient flow gives. A finite step breaks the conservation law.
# hint: 1
def one_step_drift(W1, W2, M, eta):
    return np.zeros((len(W1), len(W1)))

# %% one_step_drift / one-term
# says: One of the two layers is missing: both W2^T W2 and W1 W1^T have a term of second order.
# hint: 2
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    return eta**2 * (W1 @ R.T @ R @ W1.T)

# %% one_step_drift / one-after-the-other
# says: Your second layer moved from the new first layer. Gradient descent computes both gradients at the same point.
# hint: 2
def one_step_drift(W1, W2, M, eta):
    A = W1 + eta * W2.T @ (M - W2 @ W1)
    B = W2 + eta * (M - W2 @ A) @ A.T
    return (B.T @ B - A @ A.T) - (W2.T @ W2 - W1 @ W1.T)

# %% one_step_drift / sum
# says: You added the two terms of second order. The conserved matrix is a difference, so they have opposite signs.
# hint: 3
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    return eta**2 * (W1 @ R.T @ R @ W1.T + W2.T @ R @ R.T @ W2)

# %% one_step_drift / two-units
# says: Your loops run over two hidden units. Their number is that of the rows of W1.
# hint: 3
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    first, second, drift = W2.T @ R, R @ W1.T, np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            drift[i, j] = eta**2 * (second[:, i] @ second[:, j] - first[i] @ first[j])
    return drift

# %% one_step_drift / in-place
# says: You change an array of the caller: an assignment such as `W1 += ...` works in place.
# hint: 3
def one_step_drift(W1, W2, M, eta):
    R = M - W2 @ W1
    drift = eta**2 * (W1 @ R.T @ R @ W1.T - W2.T @ R @ R.T @ W2)
    W1 += eta * W2.T @ R
    return drift

# %% half_times / no-log-factor
# says: That is 1/(2s), the time scale of a mode. The wait at the saddle multiplies it by a logarithm of s/a0.
# hint: 2
def half_times(s, a0):
    return 1 / (2 * np.asarray(s))

# %% half_times / one-layer-rate
# says: A factor of two is missing: with two layers the logit grows at speed 2s, because both layers move.
# hint: 2
def half_times(s, a0):
    s = np.asarray(s)
    return np.full(s.shape, np.inf) if a0 == 0 else np.log(np.maximum(s / a0 - 1, 1)) / s

# %% half_times / exponential
# says: You took the growth for exponential up to the half. It slows down before; the exact time has s/a0 - 1 in the logarithm.
# hint: 3
def half_times(s, a0):
    s = np.asarray(s)
    return np.full(s.shape, np.inf) if a0 == 0 else np.log(np.maximum(s / 2 / a0, 1)) / (2 * s)

# %% half_times / negative
# says: A mode that starts beyond its half has a negative time in your answer; the statement asks for 0.0 there.
# hint: 3
def half_times(s, a0):
    s = np.asarray(s)
    return np.full(s.shape, np.inf) if a0 == 0 else np.log(np.abs(s / a0 - 1)) / (2 * s)

# %% half_times / log10
# says: That is the decimal logarithm; the solution of the differential equation has the natural one.
# hint: 2
def half_times(s, a0):
    s = np.asarray(s)
    return np.full(s.shape, np.inf) if a0 == 0 else np.log10(np.maximum(s / a0 - 1, 1)) / (2 * s)

# %% half_times / not-a-number
# says: A mode that starts beyond s has s/a0 - 1 < 0, and the logarithm of that is nan; the statement asks for 0.0 there.
# hint: 3
def half_times(s, a0):
    waits = np.log(s / a0 - 1) / (2 * s)
    waits[waits < 0] = 0
    return waits

# %% half_times / sorted
# says: You sorted the modes. The times belong in the order of s, whatever that is.
# hint: 3
def half_times(s, a0):
    if a0 == 0:
        return np.full(len(s), np.inf)
    s = np.sort(s)[::-1]
    return np.log(np.maximum(s / a0 - 1, 1)) / (2 * s)

# %% half_times / beyond-s-only
# says: Only a mode that starts beyond s has time 0.0 in your answer. One that starts between s/2 and s is half learned too.
# hint: 3
def half_times(s, a0):
    if a0 == 0:
        return np.full(len(s), np.inf)
    return np.where(a0 >= s, 0.0, np.log(np.maximum(s / a0 - 1, 1e-300)) / (2 * s))

# %% learn_times / formula
# says: Those are the half-times of an aligned, balanced start. These weights are neither: simulate the flow.
# hint: 1
def learn_times(W1, W2, M, fraction, t_max):
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    a0 = np.abs(np.einsum("oi,oj,ij->i", U, W2 @ W1, Vt))
    return np.log(np.maximum(s / a0 - 1, 1)) / (2 * s)

# %% learn_times / coarse-steps
# says: Your steps are too coarse. An error made near the saddle grows exponentially; make the steps far smaller, or use a solver that controls its error.
# hint: 2
def learn_times(W1, W2, M, fraction, t_max):
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    A, B, times, dt = W1.astype(float), W2.astype(float), np.full(len(s), np.nan), 0.02
    for k in range(int(t_max / dt) + 1):
        a = np.einsum("oi,oj,ij->i", U, B @ A, Vt)
        times[np.isnan(times) & (a >= fraction * s)] = k * dt
        R = M - B @ A
        A, B = A + dt * B.T @ R, B + dt * R @ A.T
    return times

# %% learn_times / half
# says: You caught the half of each mode; the level asked for is fraction times s.
# hint: 3
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        return U[:, i] @ f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape) @ Vt[i] - 0.5 * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    first = np.array([hits[0] if len(hits) else np.nan for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, first)

# %% learn_times / no-nan
# says: A mode whose level is never reached gets t_max in your answer; the statement asks for nan.
# hint: 3
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        return U[:, i] @ f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape) @ Vt[i] - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    first = np.array([hits[0] if len(hits) else t_max for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, first)

# %% learn_times / default-tolerance
# says: solve_ivp's default tolerance is too loose here: an error made near the saddle grows exponentially. Set rtol and atol.
# hint: 2
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        return U[:, i] @ f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape) @ Vt[i] - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events)
    first = np.array([hits[0] if len(hits) else np.nan for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, first)

# %% learn_times / nan-at-the-start
# says: A mode that starts above its level never crosses it, so no event is found; the statement asks for 0.0 there.
# hint: 3
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        return U[:, i] @ f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape) @ Vt[i] - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    return np.array([hits[0] if len(hits) else np.nan for hits in path.t_events])

# %% learn_times / last-crossing
# says: You took the last crossing of the level. A mode may rise, sink and rise again; the first time is asked for.
# hint: 2
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        W = f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape)
        return U[:, i] @ W @ Vt[i] - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    found = np.array([hits[-1] if len(hits) else np.nan for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, found)

# %% learn_times / absolute
# says: You took the strength without its sign. A mode may start negative, and that is not learned: keep the sign of u^T W v.
# hint: 3
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        W = f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape)
        return abs(U[:, i] @ W @ Vt[i]) - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    found = np.array([hits[0] if len(hits) else np.nan for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, found)

# %% learn_times / singular-values
# says: You followed the singular values of W. They are not the strengths u^T W v of the modes of M: while W still turns, both differ.
# hint: 2
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        W = f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape)
        return np.linalg.svd(W, compute_uv=False)[i] - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f, i=i: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    found = np.array([hits[0] if len(hits) else np.nan for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, found)

# %% learn_times / late-binding
# says: All your events watch the last mode: a lambda made in a loop sees the loop's variable as it is at the end. Bind it with i=i.
# hint: 2
def learn_times(W1, W2, M, fraction, t_max):
    from scipy.integrate import solve_ivp

    U, s, Vt = np.linalg.svd(M, full_matrices=False)

    def velocity(_, f):
        A, B = f[: W1.size].reshape(W1.shape), f[W1.size :].reshape(W2.shape)
        R = M - B @ A
        return np.concatenate([(B.T @ R).ravel(), (R @ A.T).ravel()])

    def excess(f, i):
        return U[:, i] @ f[W1.size :].reshape(W2.shape) @ f[: W1.size].reshape(W1.shape) @ Vt[i] - fraction * s[i]

    start = np.concatenate([W1.ravel(), W2.ravel()])
    events = [lambda _, f: excess(f, i) for i in range(len(s))]
    path = solve_ivp(velocity, (0, t_max), start, events=events, rtol=1e-9, atol=1e-12)
    first = np.array([hits[0] if len(hits) else np.nan for hits in path.t_events])
    return np.where([excess(start, i) >= 0 for i in range(len(s))], 0.0, first)

# %% escape_direction / one-layer
# says: Only one layer moves, and along it the loss does not curve down: an unused hidden unit must both read and write.
# hint: 1
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[0]
    return np.outer(np.eye(len(s))[j], Vt[j]), np.zeros(M.shape)

# %% escape_direction / weakest
# says: That direction leads down, but not as steeply as possible: you took the weakest missing mode, not the strongest.
# hint: 2
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[-1]
    unit = np.eye(len(s))[j]
    return np.outer(unit, Vt[j]) / np.sqrt(2), np.outer(U[:, j], unit) / np.sqrt(2)

# %% escape_direction / not-unit
# says: The direction is too long: the squared lengths of both parts together must be 1.
# hint: 3
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[0]
    unit = np.eye(len(s))[j]
    return np.outer(unit, Vt[j]), np.outer(U[:, j], unit)

# %% escape_direction / opposite
# says: The two layers move with opposite signs, so the unit learns minus the mode and the loss curves up.
# hint: 2
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[0]
    unit = np.eye(len(s))[j]
    return np.outer(unit, Vt[j]) / np.sqrt(2), -np.outer(U[:, j], unit) / np.sqrt(2)

# %% escape_direction / learned-mode
# says: You moved along the strongest mode of all, even when it is learned already. Take the strongest that is missing.
# hint: 2
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    if len(learned) == len(s):
        return None
    unit = np.eye(len(s))[0]
    return np.outer(unit, Vt[0]) / np.sqrt(2), np.outer(U[:, 0], unit) / np.sqrt(2)

# %% escape_direction / counted
# says: You took mode number len(learned). That is the strongest missing mode only when the learned ones are the strongest.
# hint: 2
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    j = len(learned)
    if j == len(s):
        return None
    unit = np.eye(len(s))[j]
    return np.outer(unit, Vt[j]) / np.sqrt(2), np.outer(U[:, j], unit) / np.sqrt(2)

# %% escape_direction / used-unit
# says: You moved a hidden unit that may carry a mode already, and that costs more than it gains. Move an unused unit.
# hint: 1
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j, unit = missing[0], np.eye(len(s))[0]
    return np.outer(unit, Vt[j]) / np.sqrt(2), np.outer(U[:, j], unit) / np.sqrt(2)

# %% escape_direction / last-unit
# says: You always move the last hidden unit. It may carry a mode already; look for one that is unused.
# hint: 1
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j, unit = missing[0], np.eye(len(s))[-1]
    return np.outer(unit, Vt[j]) / np.sqrt(2), np.outer(U[:, j], unit) / np.sqrt(2)

# %% escape_direction / turned
# says: An outer product is the wrong way round, or both are. The first layer's rows belong to hidden units, the second layer's columns do.
# hint: 3
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[0]
    unit = np.eye(len(s))[j]
    return np.outer(Vt[j], unit) / np.sqrt(2), np.outer(unit, U[:, j]) / np.sqrt(2)

# %% escape_direction / rows-of-u
# says: You took a row of U. Its columns are the u_i: U[:, i].
# hint: 3
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[0]
    unit = np.eye(len(s))[j]
    return np.outer(unit, Vt[j]) / np.sqrt(2), np.outer(U[j], unit) / np.sqrt(2)

# %% escape_direction / columns-of-vt
# says: You took a column of what np.linalg.svd gives last. That is V transposed: its rows are the v_i.
# hint: 3
def escape_direction(M, learned):
    U, s, Vt = np.linalg.svd(M)
    missing = [i for i in range(len(s)) if i not in learned]
    if not missing:
        return None
    j = missing[0]
    unit = np.eye(len(s))[j]
    return np.outer(unit, Vt[:, j]) / np.sqrt(2), np.outer(U[:, j], unit) / np.sqrt(2)

# %% learning_order / by-strength
# says: You ordered the modes by strength alone. A mode that starts 10,000 times larger can overtake a stronger one.
# hint: 1
order = [0, 1, 2, 3]
plateaus = [float(x) for x in np.cumsum((np.array([4, 3.6, 2, 1.0]) ** 2 / 2)[::-1])[::-1]] + [0.0]

# %% learning_order / by-start
# says: You ordered the modes by their start alone. The speed of a mode is 2s, so a strong one can overtake from behind.
# hint: 2
order = [1, 3, 0, 2]
plateaus = [float(x) for x in np.cumsum((np.array([3.6, 1.0, 4, 2]) ** 2 / 2)[::-1])[::-1]] + [0.0]

# %% learning_order / no-half
# says: The order is right, but the plateaus are twice too high: the loss has a factor of one half.
# hint: 3
order = [1, 0, 3, 2]
plateaus = [float(x) for x in np.cumsum((np.array([3.6, 4, 1.0, 2]) ** 2)[::-1])[::-1]] + [0.0]

# %% learning_order / plateaus-by-strength
# says: The order is right, but the plateaus are those of learning by strength: subtract the modes in the order you found.
# hint: 3
order = [1, 0, 3, 2]
plateaus = [float(x) for x in np.cumsum((np.array([4, 3.6, 2, 1.0]) ** 2 / 2)[::-1])[::-1]] + [0.0]

# %% learning_order / from-one
# says: The order is right, but you count the modes from 1; here the strongest is mode 0.
# hint: 3
order = [2, 1, 4, 3]
plateaus = [float(x) for x in np.cumsum((np.array([3.6, 4, 1.0, 2]) ** 2 / 2)[::-1])[::-1]] + [0.0]

# %% learning_order / heights
# says: The order is right, but you gave the heights of the steps. A plateau holds half the squares of all modes not learned yet.
# hint: 3
order = [1, 0, 3, 2]
plateaus = [6.48, 8.0, 0.5, 2.0, 0.0]

# %% learning_order / not-squared
# says: The order is right, but the loss counts each missing mode with half the square of its singular value.
# hint: 3
order = [1, 0, 3, 2]
plateaus = [5.3, 3.5, 1.5, 1.0, 0.0]

# %% learning_order / without-the-start
# says: The order is right, but the first of the five numbers is the loss at the start, before any mode is learned.
# hint: 3
order = [1, 0, 3, 2]
plateaus = [10.5, 2.5, 2.0, 0.0, 0.0]

# %% learning_order / times
# says: Those are times. The order is a list of mode numbers: sort the modes by their times, for instance with np.argsort.
# hint: 3
order = [1.90, 0.82, 3.63, 2.30]
plateaus = [16.98, 10.5, 2.5, 2.0, 0.0]

# %% deep_half_time / two-layers
# says: That is the half-time with two layers; the exponent of a in the speed depends on the depth.
# hint: 1
def deep_half_time(s, a0, depth):
    return float(np.log(s / a0 - 1) / (2 * s))

# %% deep_half_time / no-depth-factor
# says: A factor is missing: all layers move, which multiplies the speed of the product by their number.
# hint: 2
def deep_half_time(s, a0, depth):
    x = np.linspace(np.log(a0), np.log(s / 2), 200_001)
    return float(np.trapezoid(1 / (np.exp(x * (1 - 2 / depth)) * (s - np.exp(x))), x))

# %% deep_half_time / start-of-a-layer
# says: You took a0 for the weight of one layer; it is the strength of the mode, the product of all of them.
# hint: 1
def deep_half_time(s, a0, depth):
    x = np.linspace(depth * np.log(a0), np.log(s / 2), 200_001)
    return float(np.trapezoid(1 / (depth * np.exp(x * (1 - 2 / depth)) * (s - np.exp(x))), x))

# %% deep_half_time / even-grid
# says: An evenly spaced grid in a misses what happens near a0, where the mode spends nearly all of its time. Integrate in ln a.
# hint: 3
def deep_half_time(s, a0, depth):
    a = np.linspace(a0, s / 2, 20_001)
    return float(np.trapezoid(1 / (depth * a ** (2 - 2 / depth) * (s - a)), a))

# %% deep_half_time / exponent
# says: The exponent of a is 2 - 2/L: the others' product squared, with L - 1 equal layers of size a^(1/L).
# hint: 1
def deep_half_time(s, a0, depth):
    x = np.linspace(np.log(a0), np.log(s / 2), 200_001)
    return float(np.trapezoid(1 / (depth * np.exp(x * (1 - 1 / depth)) * (s - np.exp(x))), x))

# %% deep_half_time / quad-in-a
# says: The integral over a has nearly all of its weight close to a0, where quad does not look. Integrate in ln a.
# hint: 3
def deep_half_time(s, a0, depth):
    from scipy.integrate import quad

    return quad(lambda a: 1 / (depth * a ** (2 - 2 / depth) * (s - a)), a0, s / 2)[0]

# %% deep_half_time / logistic
# says: You put the depth into the formula for two layers. The growth is a sigmoid with two layers only; derive the speed again.
# hint: 1
def deep_half_time(s, a0, depth):
    return float(np.log(s / a0 - 1) / (depth * s))

# %% deep_half_time / no-jacobian
# says: You integrate over ln a, but with the integrand for a: da = a d(ln a) brings one more factor a.
# hint: 3
def deep_half_time(s, a0, depth):
    x = np.linspace(np.log(a0), np.log(s / 2), 200_001)
    return float(np.trapezoid(1 / (depth * np.exp(x * (2 - 2 / depth)) * (s - np.exp(x))), x))

# %% deep_half_time / no-slowing
# says: You put s in place of s - a. The growth slows down before the half, which costs time.
# hint: 2
def deep_half_time(s, a0, depth):
    x = np.linspace(np.log(a0), np.log(s / 2), 200_001)
    return float(np.trapezoid(1 / (depth * np.exp(x * (1 - 2 / depth)) * s), x))

# %% read_staircase / height
# says: The height of a step is s squared over two, not s.
# hint: 1
def read_staircase(plateaus, times):
    s = -np.diff(plateaus)
    return s, s / (1 + np.exp(2 * s * times))

# %% read_staircase / no-half
# says: A factor of two is missing: the loss has one half in front, so the height of a step is s squared over two.
# hint: 1
def read_staircase(plateaus, times):
    s = np.sqrt(-np.diff(plateaus))
    return s, s / (1 + np.exp(2 * s * times))

# %% read_staircase / from-the-plateau
# says: You read s from the height of a plateau. It is the drop to the next plateau that belongs to one mode.
# hint: 3
def read_staircase(plateaus, times):
    s = np.sqrt(2 * np.asarray(plateaus)[:-1])
    return s, s / (1 + np.exp(2 * s * times))

# %% read_staircase / exponential
# says: The singular values are right, the starts are not: the growth is a sigmoid, so its half-time gives s/(1 + exp(2st)), not (s/2) exp(-2st).
# hint: 3
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(plateaus))
    return s, s / 2 * np.exp(-2 * s * times)

# %% read_staircase / one-layer-rate
# says: The singular values are right, the starts are not: with two layers the logit grows at speed 2s, not s.
# hint: 2
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(plateaus))
    return s, s / (1 + np.exp(s * times))

# %% read_staircase / no-one
# says: The singular values are right, the starts are not: 1 + exp(2st), not exp(2st), since the growth slows down before the half.
# hint: 3
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(plateaus))
    return s, s * np.exp(-2 * s * times)

# %% read_staircase / waits-between
# says: The singular values are right, the starts are not: every mode grows from time 0, not from the step before it.
# hint: 2
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(plateaus))
    return s, s / (1 + np.exp(2 * s * np.diff(times, prepend=0.0)))

# %% read_staircase / by-strength
# says: You sorted the modes by strength. The order asked for is that of the steps; a weaker mode that starts larger may come first.
# hint: 2
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(plateaus))
    order = np.argsort(-s)
    return s[order], (s / (1 + np.exp(2 * s * times)))[order]

# %% read_staircase / cancels
# says: 1 - tanh(st) subtracts two nearly equal numbers, which loses all digits of a small start. Use s / (1 + exp(2st)).
# hint: 3
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(plateaus))
    return s, s / 2 * (1 - np.tanh(s * times))

# %% read_staircase / ends-at-zero
# says: You took the last plateau for 0. Noise that no linear map can fit stays in the loss; only the drops belong to modes.
# hint: 1
def read_staircase(plateaus, times):
    s = np.sqrt(-2 * np.diff(np.r_[plateaus[:-1], 0.0]))
    return s, s / (1 + np.exp(2 * s * times))

# %% read_staircase / in-place
# says: You change an array of the caller: an assignment such as `plateaus -= ...` works in place.
# hint: 3
def read_staircase(plateaus, times):
    plateaus -= plateaus[-1]
    s = np.sqrt(-2 * np.diff(plateaus))
    return s, s / (1 + np.exp(2 * s * times))

# %% late_lab / scale-squared
# says: You begin with the scale squared. What counts is the part of this start that grows, along each mode.
# hint: 1
def predict(seed, scale):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    return np.log(STRENGTHS / scale**2 - 1) / (2 * STRENGTHS)

# %% late_lab / strength-at-the-start
# says: You begin with the sum of squares of W2.T u alone. Half of it dies out: the part that grows is (p + q) / 2.
# hint: 2
def predict(seed, scale):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    growing = W2.T @ U
    return np.log(STRENGTHS / np.sum(growing**2, axis=0) - 1) / (2 * STRENGTHS)

# %% late_lab / not-halved
# says: You begin with p + q. The part that grows is half of that.
# hint: 2
def predict(seed, scale):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    growing = W2.T @ U + W1 @ V
    return np.log(STRENGTHS / np.sum(growing**2, axis=0) - 1) / (2 * STRENGTHS)

# %% late_lab / half-the-speed
# says: The strength is a product of two factors that both grow like exp(s t). It grows like exp(2 s t).
# hint: 3
def predict(seed, scale):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    growing = (W2.T @ U + W1 @ V) / 2
    return np.log(STRENGTHS / np.sum(growing**2, axis=0) - 1) / STRENGTHS

# %% late_lab / no-saturation
# says: That is how long pure growth takes. The growth slows down on the way to one half: ln(s / a0 - 1).
# hint: 3
def predict(seed, scale):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    growing = (W2.T @ U + W1 @ V) / 2
    return np.log(STRENGTHS / np.sum(growing**2, axis=0) / 2) / (2 * STRENGTHS)

# %% late_lab / one-after-the-other
# says: Your second layer already uses the new first one. Both layers move from the same old weights.
# hint: 3
def measure(seed, scale, rate, steps):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    strengths = []
    for _ in range(steps + 1):
        strengths.append(np.diag(U.T @ W2 @ W1 @ V))
        rest = U * STRENGTHS @ V.T - W2 @ W1
        W1 = W1 + rate * W2.T @ rest
        W2 = W2 + rate * rest @ W1.T
    return np.array(strengths)

# %% late_lab / no-half
# says: The loss has the factor one half: its gradient has no factor 2.
# hint: 3
def measure(seed, scale, rate, steps):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    strengths = []
    for _ in range(steps + 1):
        strengths.append(np.diag(U.T @ W2 @ W1 @ V))
        rest = U * STRENGTHS @ V.T - W2 @ W1
        W1, W2 = W1 + 2 * rate * W2.T @ rest, W2 + 2 * rate * rest @ W1.T
    return np.array(strengths)

# %% late_lab / singular-values
# says: Those are the singular values of W. Before the modes are learned they do not lie along the modes of M.
# hint: 1
def measure(seed, scale, rate, steps):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    strengths = []
    for _ in range(steps + 1):
        strengths.append(np.linalg.svd(W2 @ W1)[1][:3])
        rest = U * STRENGTHS @ V.T - W2 @ W1
        W1, W2 = W1 + rate * W2.T @ rest, W2 + rate * rest @ W1.T
    return np.array(strengths)

# %% late_lab / one-layer
# says: You train one layer alone. Both are trained.
# hint: 3
def measure(seed, scale, rate, steps):
    U, V = lab_modes(seed)
    W1, W2 = lab_start(seed, scale)
    strengths = []
    for _ in range(steps + 1):
        strengths.append(np.diag(U.T @ W2 @ W1 @ V))
        rest = U * STRENGTHS @ V.T - W2 @ W1
        W2 = W2 + rate * rest @ W1.T
    return np.array(strengths)

# %% late_lab / against-steps
# says: The measured strengths are not drawn at their times. The time is the rate times the number of steps, from 0 on, and not that number; the strengths are those of measure.
# hint: 3
def draw(seed, scale, rate, steps):
    figure, axes = plt.subplots()
    for strength, curve, half in zip(STRENGTHS, measure(seed, scale, rate, steps).T, predict(seed, scale)):
        axes.plot(np.arange(steps + 1), curve, label=f"mode of strength {strength:g}")
        axes.plot(half, strength / 2, "o", label="predicted")
    axes.set(xlabel="time", ylabel="strength")
    axes.legend()
    return figure

# %% late_lab / full-strength
# says: Your marks are not where theory puts them: at the time that predict gives, and at half of the strength of M's mode, not at all of it.
# hint: 3
def draw(seed, scale, rate, steps):
    figure, axes = plt.subplots()
    for strength, curve, half in zip(STRENGTHS, measure(seed, scale, rate, steps).T, predict(seed, scale)):
        axes.plot(rate * np.arange(steps + 1), curve, label=f"mode of strength {strength:g}")
        axes.plot(half, strength, "o", label="predicted")
    axes.set(xlabel="time", ylabel="strength")
    axes.legend()
    return figure

# %% late_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name curves and marks.
# hint: 3
def draw(seed, scale, rate, steps):
    figure, axes = plt.subplots()
    for strength, curve, half in zip(STRENGTHS, measure(seed, scale, rate, steps).T, predict(seed, scale)):
        axes.plot(rate * np.arange(steps + 1), curve, label=f"mode of strength {strength:g}")
        axes.plot(half, strength / 2, "o", label="predicted")
    return figure

# %% length_at_the_end / no-bias
# says: The bias is one of the weights that go in: scaling the unit scales it, too.
# hint: 2
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + 0 * b, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start - out + end
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        raise ValueError("negative")
    return np.sqrt(np.maximum(square, 0))

# %% length_at_the_end / turned
# says: That conserves the sum of the two squared lengths. What stays is their difference.
# hint: 2
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start + out - end
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        raise ValueError("negative")
    return np.sqrt(np.maximum(square, 0))

# %% length_at_the_end / squared
# says: These are squared lengths.
# hint: 3
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start - out + end
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        raise ValueError("negative")
    return np.maximum(square, 0)

# %% length_at_the_end / ratio
# says: That lets both sides grow in proportion. Conserved is a difference of squares, not a ratio.
# hint: 1
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start / np.maximum(out, 1e-300) * end
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        raise ValueError("negative")
    return np.sqrt(np.maximum(square, 0))

# %% length_at_the_end / all-units
# says: One number a unit is conserved, not only their sum: each unit gets its own length.
# hint: 1
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start + (end - out).mean()
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        raise ValueError("negative")
    return np.sqrt(np.maximum(square, 0))

# %% length_at_the_end / never-refuses
# says: Where the square would be negative the flow cannot have led to these weights: raise ValueError.
# hint: 3
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start - out + end
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        pass
    return np.sqrt(np.maximum(square, 0))

# %% length_at_the_end / any-below-zero
# says: A square just below zero is rounding and counts as 0: only below the limit the weights cannot be reached.
# hint: 3
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = start - out + end
    if np.any(square < np.spacing(start)):
        raise ValueError("negative")
    return np.sqrt(np.maximum(square, 0))

# %% length_at_the_end / lengths-subtracted
# says: That subtracts lengths. The squares are what gradient flow keeps apart by a constant.
# hint: 2
def length_at_the_end(W1, b, W2, W2_end):
    start, out, end = (W1**2).sum(1) + b**2, (W2**2).sum(0), (W2_end**2).sum(0)
    square = (np.sqrt(start) - np.sqrt(out) + np.sqrt(end)) ** 2
    if np.any(square < -1e-9 * np.maximum(start, np.maximum(out, end))):
        raise ValueError("negative")
    return np.sqrt(np.maximum(square, 0))
