# %% setup
import numpy as np

# %% batchnorm_backward / torch
def batchnorm_backward(z, g, eps):
    import torch

    z, g = torch.tensor(z), torch.tensor(g)
    variance, mean = torch.var_mean(z, 0, correction=0)
    centred, sd = z - mean, (variance + eps).sqrt()
    dv = (g * centred).sum(0) * -0.5 / sd**3
    return g / sd - g.sum(0) / sd / len(z) + dv * 2 * centred / len(z)

# %% batchnorm_backward / float32
def batchnorm_backward(z, g, eps):
    z, g = np.float32(z), np.float32(g)
    out = np.zeros_like(z)
    for j in range(z.shape[1]):
        r = 1 / np.sqrt(z[:, j].var() + np.float32(eps))
        hat = (z[:, j] - z[:, j].mean()) * r
        out[:, j] = r * (g[:, j] - g[:, j].mean() - hat * (g[:, j] * hat).mean())
    return out

# %% rmsnorm_backward / jacobian
def rmsnorm_backward(z, scale, g, eps):
    rows, dscale = [], np.zeros(z.shape[1])
    for a, b in zip(z, g):
        r = (a @ a / len(a) + eps) ** -0.5
        jacobian = r * np.eye(len(a)) - r**3 * np.outer(a, a) / len(a)
        rows.append(jacobian @ (b * scale))
        dscale += b * a * r
    return np.array(rows), dscale

# %% rmsnorm_backward / float32
def rmsnorm_backward(z, scale, g, eps):
    z, scale, g = np.float32(z), np.float32(scale), np.float32(g)
    r = 1 / np.sqrt((z * z).mean(1)[:, None] + np.float32(eps))
    u = scale * g
    return r * u - r**3 * z * (u * z).mean(1)[:, None], np.sum(g * z * r, axis=0)

# %% evaluation_mode / closed-form
def evaluation_mode(batches, z, momentum, eps):
    k = len(batches)
    keep = (1 - momentum) ** np.arange(k - 1, -1, -1) * momentum
    mean = sum((w * b.mean(0) for w, b in zip(keep, batches)), np.zeros(z.shape[1]))
    variance = sum((w * b.var(0) * len(b) / (len(b) - 1) for w, b in zip(keep, batches)), (1 - momentum) ** k * np.ones(z.shape[1]))
    return (z - mean) * (variance + eps) ** -0.5

# %% evaluation_mode / torch-with-graph
def evaluation_mode(batches, z, momentum, eps):
    import torch

    layer = torch.nn.BatchNorm1d(z.shape[1], eps=eps, momentum=momentum, dtype=torch.float64)
    for batch in batches:
        layer(torch.tensor(batch))
    return layer.eval()(torch.tensor(z))

# %% batch_of_two / computed
z, g = np.array([[3.0, -1.0], [5.0, -1.5]]), np.array([[1.0, 2.0], [3.0, 4.0]])
hat = (z - z.mean(0)) / z.std(0)
outputs = hat
gradient = np.linalg.norm((g - g.mean(0) - hat * (g * hat).mean(0)) / z.std(0))
variances = np.array([2, 3, 3.75])

# %% rescaled_run / array
def rescaled_run(eta, lam, c):
    rate = eta * c * c
    return np.array([rate, eta * lam / rate])

# %% equilibrium / root
def equilibrium(eta, lam, slope):
    from scipy.optimize import brentq

    keep = (1 - eta * lam) ** 2
    change = lambda u: np.log(keep + (eta * slope) ** 2 * np.exp(-4 * u))  # of the logarithm of the squared length
    length = np.exp(brentq(change, -40, 40, xtol=1e-14, rtol=1e-14))
    return length, np.arctan2(eta * slope / length, (1 - eta * lam) * length)

# %% equilibrium / half-angle
def equilibrium(eta, lam, slope):
    p = eta * lam
    return (eta * slope) ** 0.5 / (p * (2 - p)) ** 0.25, 2 * np.arcsin((p / 2) ** 0.5)

# %% largest_rate / logs
def largest_rate(trains, seeds, low, high, factor):
    good = lambda rate: sum(not trains(rate, s) for s in seeds) == 0
    if good(high):
        return high
    if not good(low):
        return 0
    a, b = np.log(low), np.log(high)
    while b - a > np.log(factor):
        m = (a + b) / 2
        a, b = (m, b) if good(np.exp(m)) else (a, m)
    return np.exp(a)

# %% read_decay / step-by-step
def read_decay(turns, first, last, eta):
    from math import cos, exp, log

    shrunk = log(last / first)
    for turn in turns:
        shrunk += log(cos(turn))
    print("shrunk in all:", exp(shrunk))
    return (1 - exp(shrunk / len(turns))) / eta

# %% turning_lab / by-automatic-differentiation
def predict(eta, lam):
    return 2 * np.arcsin(np.sqrt(eta * lam / 2))


def measure(seed, eta, lam, length, steps):
    import torch

    X, y = map(torch.tensor, lab_examples(seed))
    W, signs = torch.tensor(lab_start(seed, length)), torch.tensor(SIGNS)
    rng = np.random.default_rng(seed)
    kept = [W]
    for _ in range(steps):
        batch = torch.tensor(rng.integers(100, size=10))
        W = kept[-1].clone().requires_grad_()
        output = torch.tanh(3 * X[batch] @ W / W.norm()) @ signs
        (slope,) = torch.autograd.grad(((output - y[batch]) ** 2).mean() / 2, W)
        kept.append((W - eta * slope - eta * lam * W).detach())
    lengths = [w.norm().item() for w in kept]
    cosines = [(a * b).sum().item() / (a.norm() * b.norm()).item() for a, b in zip(kept, kept[1:])]
    return {"turns": np.arccos(cosines), "lengths": lengths}


def draw(seed, eta, lam, lengths, steps):
    for length in lengths:
        plt.plot(np.arange(steps) + 1, measure(seed, eta, lam, length, steps)["turns"])
    plt.axhline(predict(eta, lam), linestyle=":")
    plt.legend([*map(str, lengths), "theory"])
    plt.gca().set(yscale="log", xlabel="t", ylabel="turn")
    return plt.gcf()

# %% branch_shares / torch
def branch_shares(place, X, weights):
    import torch

    if place != "pre" and place != "post":
        raise ValueError(place)
    x = torch.tensor(np.asarray(X, dtype=np.float64))
    x = x * torch.rsqrt(torch.mean(x * x, dim=1, keepdim=True))
    out = []
    for W in torch.tensor(np.asarray(weights, dtype=np.float64)):
        read = x * torch.rsqrt(torch.mean(x * x, dim=1, keepdim=True)) if place == "pre" else x
        b = torch.relu(read @ W)
        out.append(float(torch.linalg.norm(b) / torch.linalg.norm(x)))
        x = x + b
        if place == "post":
            x = x * torch.rsqrt(torch.mean(x * x, dim=1, keepdim=True))
    return np.array(out)

# %% what_speaks_against / tuple
against = ("less shift", "faster anyway", "none", "smoother loss")
factor = 0.25**2
