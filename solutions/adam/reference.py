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

# %% layer_updates
def layer_updates(grads):
    def powered(A, power):
        s, Q = np.linalg.eigh(A)
        return (Q * s**power) @ Q.T, Q

    last = grads[-1]
    U, _, Vt = np.linalg.svd(last, full_matrices=False)
    left, QL = powered(sum(G @ G.T for G in grads), -0.25)
    right, QR = powered(sum(G.T @ G for G in grads), -0.25)
    turned = QL.T @ grads @ QR
    scaled = turned[-1] / np.sqrt((turned**2).mean(0))
    return {"muon": U @ Vt, "shampoo": left @ last @ right, "soap": QL @ scaled @ QR.T}

# %% expected_v
def expected_v(each, batch):
    n, mean = len(each), each.mean(0)
    return mean**2 + (n - batch) / (batch * (n - 1)) * each.var(0)

# %% learning_time
def learning_time(pi, K, loss):
    u = math.log((K - 1) / math.expm1(loss))
    return (u + math.expm1(u) / (K - 1)) * (K - 1) / (pi * K)

# %% rare_lab
import matplotlib.pyplot as plt


def predict(seed, loss):
    margin = np.log(7 / np.expm1(loss))
    return {"gd": (margin + np.expm1(margin) / 7) * 7 / 8 / lab_shares(seed), "sign": margin / 2}


def measure(seed, method, rate, steps):
    W, m, v, losses = np.zeros((8, 8)), 0.0, 0.0, []
    for step in range(1, steps + 2):
        p = np.exp(W) / np.exp(W).sum(axis=0)
        losses.append(-np.log(np.diag(p)))
        slope = lab_shares(seed) * (p - np.eye(8))
        if method == "adam":
            m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
            slope = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        W = W - rate * slope
    return np.array(losses)


def draw(seed, loss, gd_rate, adam_rate, steps):
    shares, theory = lab_shares(seed), predict(seed, loss)
    figure, axes = plt.subplots()
    for method, rate in (("gd", gd_rate), ("adam", adam_rate)):
        times = rate * np.argmax(measure(seed, method, rate, steps) <= loss, axis=0)
        axes.loglog(shares, times, "o", label=f"measured: {method}")
    axes.loglog(shares, theory["gd"], "--", label="predicted: gradient flow")
    axes.loglog(shares, np.full(8, theory["sign"]), ":", label="predicted: sign descent")
    axes.set_xlabel("share of the class")
    axes.set_ylabel(f"time to a loss of {loss}")
    axes.legend()
    return figure

# %% rare_report
# Seed 1, loss 0.3. I had expected that Adam would be near sign descent for frequent classes and slower for rare ones. It is
# slower by the same factor, 1.29, for all eight, while gradient descent makes the rarest wait 26 times as long as
# the most frequent. The factor cannot depend on the class: the gradients of a rare class are those of a frequent one
# on a smaller scale, and Adam divides the scale out, so all columns take the same path. It comes from memory. As a
# class is learned its gradient falls, and v, with beta2 = 0.999 an average over the whole run, still holds the large squares of the
# beginning; each step is then shorter than the rate, which is what a step of sign descent is. I would test it with beta2 = 0.9:
# v then follows the gradient, and the factor should come near 1 (I find 1.01). For a smaller loss it should grow.

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
