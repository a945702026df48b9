# %% setup
import itertools

import torch
from scipy.special import entr, log_softmax, softmax
from scipy.stats import binom

# %% dropout_ridge / augmented-rows
def dropout_ridge(X, y, q):
    extra = np.diag(np.sqrt((1 - q) / q) * np.linalg.norm(X, axis=0))
    return np.linalg.lstsq(np.vstack([X, extra]), np.concatenate([y, np.zeros(len(q))]), rcond=None)[0]

# %% dropout_ridge / torch-float64
def dropout_ridge(X, y, q):
    X, y, q = torch.tensor(X), torch.tensor(y), torch.tensor(q)
    return torch.linalg.solve(X.T @ X + torch.diag((1 - q) / q * (X**2).sum(0)), X.T @ y)

# %% mask_covariance / loops
def mask_covariance(W, x, q):
    k, d = W.shape
    found = [[0.0] * k for _ in range(k)]
    for a in range(k):
        for b in range(k):
            for j in range(d):
                found[a][b] += W[a, j] * W[b, j] * x[j] ** 2 * (1 / q - 1)
    return found

# %% mask_covariance / all-masks
def mask_covariance(W, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    kept = masks.sum(1)
    f = (masks * x / q) @ W.T
    return np.cov(f.T, aweights=q**kept * (1 - q) ** (len(x) - kept) + 1e-300, ddof=0).reshape(len(W), len(W))

# %% mask_covariance / torch-float32
def mask_covariance(W, x, q):
    W, x = torch.tensor(W, dtype=torch.float32), torch.tensor(x, dtype=torch.float32)
    half = W * x * ((1 - q) / q) ** 0.5
    print(half.shape)
    return half @ half.T

# %% one_weight / rounded
one_weight = {"dropout 10": 0.8, "dropout 1000": 0.8, "posterior 10": 0.158, "posterior 1000": 0.0158}

# %% matched_rate / bisection
def matched_rate(n, ybar, sigma):
    target = sigma * sigma / n / ybar / ybar
    if target > 0.25:
        return float("nan")
    low, high = 0.0, 0.5
    for _ in range(2000):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * (1 - middle) < target else (low, middle)
    return (low + high) / 2

# %% thinned_average / loop
def thinned_average(W, b, x, q):
    arithmetic, log_geometric = np.zeros(len(b)), np.zeros(len(b))
    for mask in itertools.product((0, 1), repeat=len(x)):
        weight = np.prod([q if z else 1 - q for z in mask])
        logits = W @ (x * np.array(mask) / q) + b
        logits = logits - logits.max()
        p = np.exp(logits) / np.exp(logits).sum()
        arithmetic += weight * p
        log_geometric += weight * (logits - np.log(np.exp(logits).sum()))
    geometric = np.exp(log_geometric - log_geometric.max())
    off = np.exp(W @ x + b - (W @ x + b).max())
    return arithmetic, geometric / geometric.sum(), off / off.sum()

# %% thinned_average / torch
def thinned_average(W, b, x, q):
    W, b, x = torch.tensor(W), torch.tensor(b), torch.tensor(x)
    masks = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * len(x)).reshape(-1, len(x))
    p = (masks * q + (1 - masks) * (1 - q)).prod(1)
    logs = torch.log_softmax((masks * x / q) @ W.T + b, 1)
    return [p @ logs.exp(), torch.softmax(p @ logs, 0), torch.softmax(W @ x + b, 0)]

# %% split_uncertainty / torch
def split_uncertainty(logits):
    p = torch.softmax(torch.tensor(logits), -1)
    total = torch.special.entr(p.mean(0)).sum(-1)
    aleatoric = torch.special.entr(p).sum(-1).mean(0)
    return total, aleatoric, (total - aleatoric).clamp_min(0)

# %% split_uncertainty / by-divergence
def split_uncertainty(logits):
    logs = log_softmax(np.asarray(logits), -1)
    p = np.exp(logs)
    mean = p.mean(0)
    ratio = np.where(p > 0, p * (logs - np.log(np.where(mean > 0, mean, 1.0))), 0.0)
    epistemic = np.maximum(ratio.sum(-1).mean(0), 0)
    total = np.array([sum(-v * math.log(v) for v in row if v > 0) for row in mean])
    return total, total - epistemic, epistemic

# %% ece / vectorised
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), (probabilities.argmax(1) == labels).astype(float)
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gap = np.bincount(place, right, bins) - np.bincount(place, confidence, bins)
    return np.abs(gap).sum() / len(labels)

# %% ece / torch-digitize
def ece(probabilities, labels, bins):
    confidence, guess = torch.tensor(probabilities).max(1)
    gap = confidence - (guess == torch.tensor(labels)).double()
    edges = torch.arange(1, bins, dtype=torch.float64) / bins
    sums = torch.zeros(bins, dtype=torch.float64).index_add_(0, torch.bucketize(confidence, edges), gap)
    return sums.abs().sum() / len(labels)

# %% perfect_ece / pure-python
def perfect_ece(n, c):
    if c in (0, 1):
        return 0.0
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(c) + (n - k) * math.log(1 - c) for k in range(n + 1)]
    return sum(math.exp(v) * abs(k / n - c) for k, v in enumerate(logs))

# %% perfect_ece / closed-form
def perfect_ece(n, c):
    # De Moivre's formula for the mean absolute deviation of a binomial
    m = min(math.floor(n * c) + 1, n)
    return float(2 * m * (1 - c) * binom.pmf(m, n, c) / n)

# %% matched_rate / long-double
def matched_rate(n, ybar, sigma):
    r = np.longdouble(sigma) ** 2 / (np.longdouble(n) * np.longdouble(ybar) ** 2)
    return np.nan if 4 * r > 1 else 2 * r / (1 + np.sqrt(1 - 4 * r))

# %% spread_lab / torch
def predict(x, W, a, q):
    h = torch.tanh(torch.as_tensor(x) @ torch.as_tensor(W)) * torch.as_tensor(a)
    return ((1 / q - 1) * (h**2).sum(1)).sqrt()


def measure(seed, n, q, steps):
    X, y = map(torch.tensor, lab_examples(seed, n))
    W, a = (torch.tensor(w, requires_grad=True) for w in lab_start(seed))
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        keep = torch.tensor(rng.random((n, 20)) < q)
        loss = 0.5 * ((torch.tanh(X @ W) * keep / q @ a - y) ** 2).mean()
        slopes = torch.autograd.grad(loss, [W, a])
        W, a = ((w - RATE * slope).detach().requires_grad_() for w, slope in zip((W, a), slopes))
    keep = rng.random((MASKS, 20)) < q
    W, a = W.detach().numpy(), a.detach().numpy()
    return {"W": W, "a": a, "spread": np.array([(keep / q * np.tanh(x @ W) @ a).std() for x in PROBES])}


def draw(seed, sizes, q, steps):
    runs = [measure(seed, n, q, steps) for n in sizes]
    figure = plt.figure()
    axes = figure.add_subplot()
    axes.set(xscale="log", yscale="log", xlabel="examples", ylabel="standard deviation over masks")
    first = np.mean(runs[0]["spread"])
    axes.plot(sizes, [np.mean(run["spread"]) for run in runs])
    axes.scatter(sizes, [float(predict(PROBES, run["W"], run["a"], q).mean()) for run in runs])
    axes.plot(sizes, [first * (sizes[0] / n) ** 0.5 for n in sizes])
    axes.annotate("measured", (sizes[0], first))
    axes.annotate("predicted", (sizes[-1], first))
    axes.text(sizes[-1], first / 2, "posterior")
    return axes

# %% spread_lab / errorbars
def draw(seed, sizes, q, steps):
    sizes = np.array(sizes)
    runs = [measure(seed, n, q, steps) for n in sizes]
    spreads = np.array([run["spread"] for run in runs])
    exact = [predict(PROBES, run["W"], run["a"], q).mean() for run in runs]
    plt.figure(figsize=(5, 3))
    plt.errorbar(sizes, spreads.mean(1), yerr=spreads.std(1) / 7**0.5, label="measured")
    plt.plot(sizes, exact, "x", label="predicted")
    grid = np.geomspace(sizes[0], sizes[-1], 50)
    plt.plot(grid, spreads[0].mean() * (sizes[0] / grid) ** 0.5, label="1/sqrt(n)")
    plt.xscale("log")
    plt.yscale("log")
    plt.xlabel("examples")
    plt.ylabel("spread")
    plt.legend()
    return plt.gcf()

# %% two_peaks / hermite
def two_peaks(m, q, s):
    total = 0.0
    for weight, mean in ((q, m), (1 - q, 0.0)):
        x = np.linspace(-9, 9, 20001)
        z = mean + s * x
        inside = np.logaddexp(np.log(q) - 0.5 * ((z - m) / s) ** 2, np.log(1 - q) - 0.5 * (z / s) ** 2)
        total += weight * float(np.sum(np.exp(-0.5 * x * x) * inside) * (x[1] - x[0]) / np.sqrt(2 * np.pi))
    second_moment = q * (m * m + s * s) + (1 - q) * s * s
    return total - np.log(s) + 0.5 * second_moment

# %% two_peaks / quad
def two_peaks(m, q, s):
    from scipy.integrate import quad

    def log_normal(z, mean, width):
        return -0.5 * ((z - mean) / width) ** 2 - np.log(width) - 0.5 * np.log(2 * np.pi)

    def integrand(z):
        log_q = np.logaddexp(np.log(q) + log_normal(z, m, s), np.log1p(-q) + log_normal(z, 0, s))
        return np.exp(log_q) * (log_q - log_normal(z, 0, 1))

    edges = sorted({mean + k * s for mean in (0.0, m) for k in (-12, -6, -3, -1, 0, 1, 3, 6, 12)})
    return sum(quad(integrand, a, b, epsabs=1e-10, epsrel=1e-10)[0] for a, b in zip(edges, edges[1:]))
