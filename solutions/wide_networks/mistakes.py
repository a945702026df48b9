# %% setup
import numpy as np

# %% limit_kernel / outer only
# says: Only the part of the outer weights is there. The inner weights are trained too and add a term with the chance that both inputs switch a unit on.
# hint: 1
def limit_kernel(X, Z):
    lengths = np.outer(np.linalg.norm(X, axis=1), np.linalg.norm(Z, axis=1))
    u = np.clip(X @ Z.T / np.where(lengths == 0, 1.0, lengths), -1, 1)
    return 0.5 * lengths * (u * (np.pi - np.arccos(u)) + np.sqrt(1 - u**2)) / np.pi

# %% limit_kernel / twice
# says: Twice too large: relu is on for half of all weights, so each of the two terms has a factor 1/2.
# hint: 3
def limit_kernel(X, Z):
    inner = X @ Z.T
    lengths = np.outer(np.linalg.norm(X, axis=1), np.linalg.norm(Z, axis=1))
    u = np.clip(inner / np.where(lengths == 0, 1.0, lengths), -1, 1)
    arc = np.pi - np.arccos(u)
    return (lengths * (u * arc + np.sqrt(1 - u**2)) + inner * arc) / np.pi

# %% limit_kernel / the other arc
# says: You took the angle between the inputs for the arc on which both are positive. That arc is pi minus the angle.
# hint: 2
def limit_kernel(X, Z):
    inner = X @ Z.T
    lengths = np.outer(np.linalg.norm(X, axis=1), np.linalg.norm(Z, axis=1))
    u = np.clip(inner / np.where(lengths == 0, 1.0, lengths), -1, 1)
    arc = np.arccos(u)
    return 0.5 * (lengths * (u * arc + np.sqrt(1 - u**2)) + inner * arc) / np.pi

# %% limit_kernel / not clipped
# says: Rounding makes some cosines a little larger than 1, and their arccos is nan. Clip the cosine first.
# hint: 3
def limit_kernel(X, Z):
    inner = X @ Z.T
    lengths = np.outer(np.linalg.norm(X, axis=1), np.linalg.norm(Z, axis=1))
    with np.errstate(invalid="ignore"):
        u = inner / np.where(lengths == 0, 1.0, lengths)
        arc = np.pi - np.arccos(u)
        return 0.5 * (lengths * (u * arc + np.sqrt(1 - u**2)) + inner * arc) / np.pi

# %% limit_kernel / zero vector
# says: A zero vector has no direction, and dividing by its length gives nan. Its kernel is 0.
# hint: 3
def limit_kernel(X, Z):
    inner = X @ Z.T
    lengths = np.outer(np.linalg.norm(X, axis=1), np.linalg.norm(Z, axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        u = np.clip(inner / lengths, -1, 1)
    arc = np.pi - np.arccos(u)
    return 0.5 * (lengths * (u * arc + np.sqrt(1 - u**2)) + inner * arc) / np.pi

# %% unit_kernel / not divided
# says: The factor 1/sqrt(m) of the network stands in every derivative, so the kernel has 1/m in front.
# hint: 1
def unit_kernel(W, a, X):
    P = X @ W.T
    active, on = np.maximum(P, 0), (P > 0).astype(float)
    return active @ active.T + (on * a**2) @ on.T * (X @ X.T)

# %% unit_kernel / not squared
# says: Each of the two derivatives has a factor a_i, so the kernel has its square. Yours can even be negative on the diagonal.
# hint: 3
def unit_kernel(W, a, X):
    P = X @ W.T
    active, on = np.maximum(P, 0), (P > 0).astype(float)
    return (active @ active.T + (on * a) @ on.T * (X @ X.T)) / len(a)

# %% unit_kernel / one layer
# says: Only the outer weights are in your kernel. The derivative by an inner weight vector is a_i x where the unit is on.
# hint: 2
def unit_kernel(W, a, X):
    active = np.maximum(X @ W.T, 0)
    return active @ active.T / len(a)

# %% unit_kernel / on at zero
# says: A unit whose pre-activation is exactly 0 counts as on in yours. The statement takes the derivative there to be 0.
# hint: 3
def unit_kernel(W, a, X):
    P = X @ W.T
    active, on = np.maximum(P, 0), (P >= 0).astype(float)
    return (active @ active.T + (on * a**2) @ on.T * (X @ X.T)) / len(a)

# %% after_steps / the end
# says: That is the end of training. After t steps each eigenvector has learned only a share.
# hint: 2
def after_steps(K, C, y, eta, t):
    return C @ (np.linalg.pinv(K, rcond=1e-10) @ y)

# %% after_steps / not a mean
# says: The loss is a mean over n examples, so a step multiplies the errors by I - eta K / n.
# hint: 1
def after_steps(K, C, y, eta, t):
    values, V = np.linalg.eigh(K)
    seen = values > 1e-10 * values[-1]
    with np.errstate(all="ignore"):
        shares = 1 - (1 - eta * values[seen]) ** min(t, 300)
        return np.nan_to_num(C @ (V[:, seen] @ (shares / values[seen] * (V[:, seen].T @ y))), nan=1e9)

# %% after_steps / the flow
# says: That is gradient flow, with exp(-eta lambda t / n). Descent takes finite steps, with (1 - eta lambda / n)^t.
# hint: 3
def after_steps(K, C, y, eta, t):
    values, V = np.linalg.eigh(K)
    seen = values > 1e-10 * values[-1]
    shares = -np.expm1(-eta * values[seen] * t / len(y))
    return C @ (V[:, seen] @ (shares / values[seen] * (V[:, seen].T @ y)))

# %% after_steps / singular
# says: K can be singular, and then solving with it fails or blows rounding up. What lies along eigenvalue 0 is never learned.
# hint: 2
def after_steps(K, C, y, eta, t):
    values, V = np.linalg.eigh(K)
    with np.errstate(all="ignore"):
        shares = 1 - (1 - eta * values / len(y)) ** t
        return C @ (V @ (np.where(shares == 0, 0.0, shares / np.where(values == 0, 1e-300, values)) * (V.T @ y))) + (0 if values[0] > 1e-9 * values[-1] else 1.0)

# %% width_factors / all shrink
# says: The vector of all activities does not shrink: it has 16 times as many entries, each a quarter as large. And in mean field movement stays.
# hint: 3
factors = [0.25, 0.25, 0.25, 0.25, 0.25]

# %% width_factors / with the width
# says: The rates are one over the root of the width, not one over the width: count how a step of length 1 spreads over m units.
# hint: 2
factors = [1 / 16, 1 / 16, 1.0, 1 / 16, 1.0]

# %% width_factors / mean field is lazy
# says: In mean field the function needs each unit to move as far at any width, so the relative movement stays.
# hint: 3
factors = [0.25, 0.25, 1.0, 0.25, 0.25]

# %% train_scaled / loss as it is
# says: The loss is divided by alpha squared. Without that a large scale learns alpha squared times as fast.
# hint: 1
def train_scaled(W, a, X, y, alpha, eta, steps):
    V, b, n, m = W.copy(), a.copy(), len(y), len(a)
    first = np.maximum(X @ W.T, 0) @ a / np.sqrt(m)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            P = X @ V.T
            error = alpha * (np.maximum(P, 0) @ b / np.sqrt(m) - first) - y
            g = eta * alpha * error / (n * np.sqrt(m))
            V, b = V - ((P > 0) * np.outer(g, b)).T @ X, b - np.maximum(P, 0).T @ g
        moved = np.sum((V - W) ** 2) + np.sum((b - a) ** 2)
        f = alpha * (np.maximum(X @ V.T, 0) @ b / np.sqrt(m) - first)
        return {"outputs": np.nan_to_num(f, nan=1e9), "movement": float(np.nan_to_num(np.sqrt(moved / (np.sum(W**2) + np.sum(a**2))), nan=1e9))}

# %% train_scaled / start not subtracted
# says: The output at the start must be subtracted: training begins at f = 0.
# hint: 1
def train_scaled(W, a, X, y, alpha, eta, steps):
    V, b, n, m = W.copy(), a.copy(), len(y), len(a)
    for _ in range(steps):
        P = X @ V.T
        error = alpha * np.maximum(P, 0) @ b / np.sqrt(m) - y
        g = eta * error / (alpha * n * np.sqrt(m))
        V, b = V - ((P > 0) * np.outer(g, b)).T @ X, b - np.maximum(P, 0).T @ g
    moved = np.sum((V - W) ** 2) + np.sum((b - a) ** 2)
    return {"outputs": alpha * np.maximum(X @ V.T, 0) @ b / np.sqrt(m), "movement": float(np.sqrt(moved / (np.sum(W**2) + np.sum(a**2))))}

# %% train_scaled / one after the other
# says: You changed the outer weights before you took the gradient of the inner ones. Both gradients belong to the same weights.
# hint: 2
def train_scaled(W, a, X, y, alpha, eta, steps):
    V, b, n, m = W.copy(), a.copy(), len(y), len(a)
    first = np.maximum(X @ W.T, 0) @ a / np.sqrt(m)
    for _ in range(steps):
        P = X @ V.T
        error = alpha * (np.maximum(P, 0) @ b / np.sqrt(m) - first) - y
        g = eta * error / (alpha * n * np.sqrt(m))
        b = b - np.maximum(P, 0).T @ g
        V = V - ((P > 0) * np.outer(g, b)).T @ X
    moved = np.sum((V - W) ** 2) + np.sum((b - a) ** 2)
    f = alpha * (np.maximum(X @ V.T, 0) @ b / np.sqrt(m) - first)
    return {"outputs": f, "movement": float(np.sqrt(moved / (np.sum(W**2) + np.sum(a**2))))}

# %% train_scaled / outer layer only
# says: Your inner weights stand still. All of W and a is trained.
# hint: 3
def train_scaled(W, a, X, y, alpha, eta, steps):
    b, n, m = a.copy(), len(y), len(a)
    active = np.maximum(X @ W.T, 0)
    for _ in range(steps):
        error = alpha * active @ (b - a) / np.sqrt(m) - y
        b = b - active.T @ (eta * error / (alpha * n * np.sqrt(m)))
    return {"outputs": alpha * active @ (b - a) / np.sqrt(m), "movement": float(np.linalg.norm(b - a) / np.sqrt(np.sum(W**2) + np.sum(a**2)))}

# %% kernel_growth / products only
# says: You compared the products. The trace has a1^2 + a2^2, which the balance keeps from being small at the start.
# hint: 1
def kernel_growth(s, s0, lam):
    with np.errstate(all="ignore"):
        return float(np.sum(s) / np.sum(s0))

# %% kernel_growth / without the four
# says: The sum of the squares is the root of lambda^2 + 4 s^2; check with lambda = 0, where both layers have the square s.
# hint: 2
def kernel_growth(s, s0, lam):
    with np.errstate(all="ignore"):
        return float(np.sum(np.hypot(lam, s)) / np.sum(np.hypot(lam, s0)))

# %% kernel_growth / one layer
# says: That is the growth of one layer. The kernel has a part from each, and their sum does not depend on the sign of the balance.
# hint: 3
def kernel_growth(s, s0, lam):
    with np.errstate(all="ignore"):
        return float(np.sum(np.hypot(lam, 2 * np.asarray(s)) + lam) / np.sum(np.hypot(lam, 2 * np.asarray(s0)) + lam))

# %% kernel_growth / the change
# says: That is the relative change. Asked for is the ratio, which is 1 where nothing has grown.
# hint: 3
def kernel_growth(s, s0, lam):
    with np.errstate(all="ignore"):
        return float(np.sum(np.hypot(lam, 2 * np.asarray(s))) / np.sum(np.hypot(lam, 2 * np.asarray(s0))) - 1)

# %% riccati / balanced only
# says: The balance is missing: the diagonal of F is -lambda/2 and +lambda/2. Yours is right for lambda = 0 only.
# hint: 1
def riccati(W1, W2, M, lam, t):
    k, d = M.shape
    Q = np.concatenate([W1.T, W2])
    f, V = np.linalg.eigh(np.block([[np.zeros((d, d)), M.T], [M, np.zeros((k, k))]]))
    flat = np.abs(f) < 1e-9
    area = np.where(flat, t, np.expm1(2 * f * t) / np.where(flat, 1.0, 2 * f))
    along = V.T @ Q
    grown = V @ (np.exp(f * t)[:, None] * along)
    return grown @ np.linalg.solve(np.eye(Q.shape[1]) + along.T @ (area[:, None] * along), grown.T)

# %% riccati / signs exchanged
# says: The signs on the diagonal of F are exchanged: the rows of W1 have -lambda/2, since a larger outer layer holds the inner one back.
# hint: 3
def riccati(W1, W2, M, lam, t):
    k, d = M.shape
    Q = np.concatenate([W1.T, W2])
    f, V = np.linalg.eigh(np.block([[lam / 2 * np.eye(d), M.T], [M, -lam / 2 * np.eye(k)]]))
    flat = np.abs(f) < 1e-9
    area = np.where(flat, t, np.expm1(2 * f * t) / np.where(flat, 1.0, 2 * f))
    along = V.T @ Q
    grown = V @ (np.exp(f * t)[:, None] * along)
    return grown @ np.linalg.solve(np.eye(Q.shape[1]) + along.T @ (area[:, None] * along), grown.T)

# %% riccati / growth without end
# says: The weights only grow in yours: the inverse in the middle, which stops them at the target, is missing.
# hint: 2
def riccati(W1, W2, M, lam, t):
    k, d = M.shape
    Q = np.concatenate([W1.T, W2])
    f, V = np.linalg.eigh(np.block([[-lam / 2 * np.eye(d), M.T], [M, lam / 2 * np.eye(k)]]))
    grown = V @ (np.exp(f * t)[:, None] * (V.T @ Q))
    return grown @ grown.T

# %% riccati / divided by zero
# says: F has an eigenvalue 0 when the sizes differ, and dividing by it gives nan. The integral of 1 over time is t.
# hint: 3
def riccati(W1, W2, M, lam, t):
    k, d = M.shape
    Q = np.concatenate([W1.T, W2])
    F = np.block([[-lam / 2 * np.eye(d), M.T], [M, lam / 2 * np.eye(k)]])
    f, V = np.linalg.eigh(F)
    f = np.where(np.abs(f) < 1e-9, 0.0, f)
    along = V.T @ Q
    with np.errstate(all="ignore"):
        area = np.expm1(2 * f * t) / (2 * f)
        middle = np.eye(Q.shape[1]) + along.T @ (area[:, None] * along)
    if not np.all(np.isfinite(middle)):
        return np.full((d + k, d + k), np.nan)
    grown = V @ (np.exp(f * t)[:, None] * along)
    return grown @ np.linalg.solve(middle, grown.T)

# %% wave_half_times / flow
# says: ln 2 / (eta lambda / n) is the time of gradient flow. A step of finite size leaves the factor 1 - eta lambda / n.
# hint: 2
def wave_half_times(kernel, eta):
    step = eta * np.fft.rfft(kernel).real / len(kernel)
    with np.errstate(divide="ignore"):
        return np.where(step > 1e-12, np.log(2) / np.where(step > 1e-12, step, 1.0), np.inf)

# %% wave_half_times / not a mean
# says: The loss is a mean over n inputs: the factor of one step is 1 - eta lambda / n.
# hint: 3
def wave_half_times(kernel, eta):
    step = np.minimum(eta * np.fft.rfft(kernel).real, 0.999999)
    with np.errstate(divide="ignore"):
        return np.where(step > 1e-12, np.log(0.5) / np.log1p(-np.where(step > 1e-12, step, 0.5)), np.inf)

# %% wave_half_times / rounding learned
# says: An eigenvalue that is only rounding gives an enormous, random or even negative time. Such a wave is never learned: return inf.
# hint: 3
def wave_half_times(kernel, eta):
    step = eta * np.fft.rfft(kernel).real / len(kernel)
    with np.errstate(all="ignore"):
        return np.log(0.5) / np.log1p(-np.where(np.abs(step) < 1e-15, 1e-15, np.minimum(step, 1.0)))

# %% wave_half_times / whole steps
# says: The time is asked for as a real number, not rounded to whole steps.
# hint: 1
def wave_half_times(kernel, eta):
    step = eta * np.fft.rfft(kernel).real / len(kernel)
    good = step > 1e-12
    with np.errstate(divide="ignore"):
        return np.where(good, np.ceil(np.log(0.5) / np.log1p(-np.where(good, np.minimum(step, 1.0), 0.5))), np.inf)

# %% excess_norm / without the inverse
# says: You weighted the values by K. In the kernel's space a part along a large eigenvalue is cheap: the norm has the inverse of K.
# hint: 1
def excess_norm(K, f, n):
    return float((f @ K @ f) / (f[:n] @ K[:n, :n] @ f[:n]) - 1)

# %% excess_norm / block of the inverse
# says: You inverted all of K and then cut the block out. Cut first: the function is free at the other inputs.
# hint: 3
def excess_norm(K, f, n):
    inverse = np.linalg.inv(K)
    return float((f @ inverse @ f) / (f[:n] @ inverse[:n, :n] @ f[:n]) - 1)

# %% excess_norm / plain squares
# says: That compares sums of squares. The norm that descent keeps small belongs to the kernel: v^T K^-1 v.
# hint: 1
def excess_norm(K, f, n):
    return float(f @ f / (f[:n] @ f[:n]) - 1)

# %% excess_norm / ratio
# says: That is the ratio. Asked for is the share above it: a function with no more norm than needed has 0.
# hint: 2
def excess_norm(K, f, n):
    return float((f @ np.linalg.solve(K, f)) / (f[:n] @ np.linalg.solve(K[:n, :n], f[:n])))

# %% width_lab / kernel-not-inverted
# says: You took y K y. The shortest change of the weights that fits has the squared length y K⁻¹ y.
# hint: 2
def predict(seed, m):
    X, y = lab_data(seed)
    cosine = np.clip(X @ X.T, -1, 1)
    K = (np.sqrt(1 - cosine**2) + 2 * (np.pi - np.arccos(cosine)) * cosine) / (2 * np.pi)
    return float(np.sqrt(y @ K @ y / (3 * m)))

# %% width_lab / outer-layer-only
# says: Your kernel holds the outer weights only. Both layers are trained, and each adds its part.
# hint: 3
def predict(seed, m):
    X, y = lab_data(seed)
    cosine = np.clip(X @ X.T, -1, 1)
    K = (np.sqrt(1 - cosine**2) + (np.pi - np.arccos(cosine)) * cosine) / (2 * np.pi)
    return float(np.sqrt(y @ np.linalg.solve(K, y) / (3 * m)))

# %% width_lab / per-unit
# says: You divided by m. There are three weights for each unit, two in and one out, each with the mean square 1.
# hint: 2
def predict(seed, m):
    X, y = lab_data(seed)
    cosine = np.clip(X @ X.T, -1, 1)
    K = (np.sqrt(1 - cosine**2) + 2 * (np.pi - np.arccos(cosine)) * cosine) / (2 * np.pi)
    return float(np.sqrt(y @ np.linalg.solve(K, y) / m))

# %% width_lab / squared
# says: That is the square of the ratio of two lengths. Take the root.
# hint: 2
def predict(seed, m):
    X, y = lab_data(seed)
    cosine = np.clip(X @ X.T, -1, 1)
    K = (np.sqrt(1 - cosine**2) + 2 * (np.pi - np.arccos(cosine)) * cosine) / (2 * np.pi)
    return float(y @ np.linalg.solve(K, y) / (3 * m))

# %% width_lab / one-layer-after-the-other
# says: You move one layer first and take the gradient of the other from what has moved. Take both gradients at the same weights.
# hint: 3
def measure(seed, m, eta, steps):
    X, y = lab_data(seed)
    W0, a0 = W, a = lab_start(seed, m)
    first = np.maximum(X @ W.T, 0) @ a / m**0.5
    for _ in range(steps):
        z = X @ W.T
        push = eta * (np.maximum(z, 0) @ a / m**0.5 - first - y) / (len(y) * m**0.5)
        a = a - np.maximum(z, 0).T @ push
        W = W - ((z > 0) * np.outer(push, a)).T @ X
    moved = np.sum((W - W0) ** 2) + np.sum((a - a0) ** 2)
    before, after = kernel_of(X, W0, a0), kernel_of(X, W, a)
    return {
        "movement": float(np.sqrt(moved / (np.sum(W0**2) + np.sum(a0**2)))),
        "kernel": float(np.linalg.norm(after - before) / np.linalg.norm(before)),
    }

# %% width_lab / start-not-subtracted
# says: You fit h to the targets. The output is h minus the network at the start.
# hint: 3
def measure(seed, m, eta, steps):
    X, y = lab_data(seed)
    W0, a0 = W, a = lab_start(seed, m)
    for _ in range(steps):
        z = X @ W.T
        push = eta * (np.maximum(z, 0) @ a / m**0.5 - y) / (len(y) * m**0.5)
        a, W = a - np.maximum(z, 0).T @ push, W - ((z > 0) * np.outer(push, a)).T @ X
    moved = np.sum((W - W0) ** 2) + np.sum((a - a0) ** 2)
    before, after = kernel_of(X, W0, a0), kernel_of(X, W, a)
    return {
        "movement": float(np.sqrt(moved / (np.sum(W0**2) + np.sum(a0**2)))),
        "kernel": float(np.linalg.norm(after - before) / np.linalg.norm(before)),
    }

# %% width_lab / summed-loss
# says: Your steps are three times too long: the loss is a mean over the three examples.
# hint: 3
def measure(seed, m, eta, steps):
    X, y = lab_data(seed)
    W0, a0 = W, a = lab_start(seed, m)
    first = np.maximum(X @ W.T, 0) @ a / m**0.5
    for _ in range(steps):
        z = X @ W.T
        push = eta * (np.maximum(z, 0) @ a / m**0.5 - first - y) / m**0.5
        a, W = a - np.maximum(z, 0).T @ push, W - ((z > 0) * np.outer(push, a)).T @ X
    moved = np.sum((W - W0) ** 2) + np.sum((a - a0) ** 2)
    before, after = kernel_of(X, W0, a0), kernel_of(X, W, a)
    return {
        "movement": float(np.sqrt(moved / (np.sum(W0**2) + np.sum(a0**2)))),
        "kernel": float(np.linalg.norm(after - before) / np.linalg.norm(before)),
    }

# %% width_lab / mean-of-units
# says: You divide the sum over units by m and not by its root. That is mean field, where the features move at any width.
# hint: 3
def measure(seed, m, eta, steps):
    X, y = lab_data(seed)
    W0, a0 = W, a = lab_start(seed, m)
    first = np.maximum(X @ W.T, 0) @ a / m
    for _ in range(steps):
        z = X @ W.T
        push = eta * (np.maximum(z, 0) @ a / m - first - y) / (len(y) * m)
        a, W = a - np.maximum(z, 0).T @ push, W - ((z > 0) * np.outer(push, a)).T @ X
    moved = np.sum((W - W0) ** 2) + np.sum((a - a0) ** 2)
    before, after = kernel_of(X, W0, a0), kernel_of(X, W, a)
    return {
        "movement": float(np.sqrt(moved / (np.sum(W0**2) + np.sum(a0**2)))),
        "kernel": float(np.linalg.norm(after - before) / np.linalg.norm(before)),
    }

# %% width_lab / linear-axes
# says: Both axes are to be logarithmic: a power of the width is a straight line there.
# hint: 2
def draw(seed, widths, eta, steps):
    found = [measure(seed, m, eta, steps) for m in widths]
    figure, axes = plt.subplots()
    axes.plot(widths, [one["movement"] for one in found], "o-", label="movement")
    axes.plot(widths, [one["kernel"] for one in found], "s-", label="kernel")
    axes.plot(widths, [predict(seed, m) for m in widths], "--", label="predicted")
    axes.set(xlabel="number of units", ylabel="relative change")
    axes.legend()
    return figure

# %% width_lab / no-kernel
# says: The change of the kernel is missing: without it nobody sees whether the network is lazy.
# hint: 3
def draw(seed, widths, eta, steps):
    found = [measure(seed, m, eta, steps) for m in widths]
    figure, axes = plt.subplots()
    axes.loglog(widths, [one["movement"] for one in found], "o-", label="movement")
    axes.loglog(widths, [predict(seed, m) for m in widths], "--", label="predicted")
    axes.set(xlabel="number of units", ylabel="relative change")
    axes.legend()
    return figure

# %% width_lab / no-prediction
# says: The predicted movement is missing.
# hint: 2
def draw(seed, widths, eta, steps):
    found = [measure(seed, m, eta, steps) for m in widths]
    figure, axes = plt.subplots()
    axes.loglog(widths, [one["movement"] for one in found], "o-", label="movement")
    axes.loglog(widths, [one["kernel"] for one in found], "s-", label="kernel")
    axes.set(xlabel="number of units", ylabel="relative change")
    axes.legend()
    return figure

# %% width_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name all three curves.
# hint: 3
def draw(seed, widths, eta, steps):
    found = [measure(seed, m, eta, steps) for m in widths]
    figure, axes = plt.subplots()
    axes.loglog(widths, [one["movement"] for one in found], "o-")
    axes.loglog(widths, [one["kernel"] for one in found], "s-")
    axes.loglog(widths, [predict(seed, m) for m in widths], "--")
    return figure
