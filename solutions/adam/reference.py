# %% adamw_run
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w, m, v = np.array(w0, dtype=float), np.zeros_like(w0), np.zeros_like(w0)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        w = (1 - lr * decay) * w - lr * step
    return w

# %% longest_step
def longest_step(beta1, beta2):
    if beta1**2 >= beta2:
        return math.inf
    return (1 - beta1) / math.sqrt((1 - beta2) * (1 - beta1**2 / beta2))

# %% same_path
same_path = {
    "gd_loss": False,
    "adam_loss": True,
    "fisher_loss": False,
    "adam_permutation": True,
    "adam_diagonal": False,
    "fisher_diagonal": True,
    "root_diagonal": False,
    "adam_rotation": False,
    "gd_rotation": True,
}

# %% path_gap
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        theta = theta - plain(gradient(theta))
        phi = phi - mapped(A.T @ gradient(A @ phi))
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% fisher
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(f"kind must be 'true' or 'empirical', got {kind!r}")
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    n, k = z.shape
    if kind == "empirical":
        g = np.einsum("nk,nkp->np", p - np.eye(k)[y], jac)
        return g.T @ g / n
    inner = p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :]
    return np.einsum("nkp,nkl,nlq->pq", jac, inner, jac, optimize=True) / n

# %% natural_step
def natural_step(R, g, lam):
    small = R @ R.T + lam * np.eye(len(R))
    return (g - R.T @ np.linalg.solve(small, R @ g)) / lam

# %% kfac_step
def kfac_step(G, A, g, lam):
    (b, V), (a, U) = np.linalg.eigh(G), np.linalg.eigh(A)
    return V @ ((V.T @ g @ U) / (np.outer(b, a) + lam)) @ U.T

# %% expected_v
def expected_v(each, batch):
    n, mean = len(each), each.mean(0)
    return mean**2 + (n - batch) / (batch * (n - 1)) * each.var(0)

# %% learning_time
def learning_time(pi, K, loss):
    u = math.log((K - 1) / math.expm1(loss))
    return (u + math.expm1(u) / (K - 1)) * (K - 1) / (pi * K)

# %% cosine_report
# The natural step is (F + λI)⁻¹g, so the number depends on the damping λ: for large λ the step turns into g itself and every
# sensible direction scores near 1. A cosine without λ says nothing. I would ask for a range of λ down to the values that are
# used in practice, and for the baselines in the same table: the plain gradient, the exact Fisher diagonal, K-FAC. If the plain
# gradient scores 0.75 at their λ, then 0.8 is no news.
# I would ask which matrix was called Fisher: with labels drawn from the model, or the empirical one with the given labels, and
# from which batches; the empirical one can differ from the true one by half its size. I would ask at which points of training
# and over how many seeds.
# As a test of another kind, take a random linear map θ = Aφ, run the method on φ and map its path back. The natural gradient
# (with its damping carried along) gives the same path to rounding error for every A. A diagonal matrix without root can do so
# for a diagonal A only. If the method is nearly the natural gradient, its two paths should nearly agree for a rotation too; the
# distance between end points, relative to the distance moved, says how nearly.
