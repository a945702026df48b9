# %% setup
import numpy as np

# %% total_correlation / eigenvalues
def total_correlation(X):
    Z = (X - X.mean(0)) / X.std(0)
    values = np.linalg.svd(Z / np.sqrt(len(X)), compute_uv=False)
    return -np.sum(np.log(values))

# %% total_correlation / entropies
def total_correlation(X):
    S = np.cov(X.T)
    scale = np.sqrt(np.diag(S))
    L = np.linalg.cholesky(S / scale[:, None] / scale[None])
    return float(-np.log(np.diag(L)).sum())

# %% o_information / leave-one-out
def o_information(S):
    h = len(S)
    joint = lambda keep: np.linalg.slogdet(S[np.ix_(keep, keep)])[1] / 2
    everyone = list(range(h))
    total = (h - 2) * joint(everyone)
    for i in everyone:
        total += joint([i]) - joint([j for j in everyone if j != i])
    return total

# %% o_information / torch
def o_information(S):
    import torch

    S = torch.as_tensor(S, dtype=torch.float64)
    P = torch.linalg.inv(S)
    return float(S.diagonal().log().sum() / 2 - P.diagonal().log().sum() / 2 - torch.logdet(S))

# %% sample_bias / loop
def sample_bias(n, h):
    from scipy.special import psi

    total = 0.0
    for i in range(2, h + 1):
        total += 0.5 * (psi((n - 1) / 2) - psi((n - i) / 2))
    return total

# %% least_norm / loop
def least_norm(W, V):
    W, V = np.array(W, dtype=float), np.array(V, dtype=float)
    for i in range(len(W)):
        a, b = np.sqrt(np.sum(W[i] ** 2)), np.sqrt(np.sum(V[:, i] ** 2))
        if a == 0 or b == 0:
            W[i], V[:, i] = 0, 0
        else:
            W[i] *= (b / a) ** 0.5
            V[:, i] *= (a / b) ** 0.5
    return W, V

# %% what_changes / arrays
changes = np.array([0, 0, 1.0986122886681098, 0, 0, 0])
notices = np.array([0, 0, 1, 1, 1, 0], dtype=bool)

# %% verdict / loop
def verdict(effects, null, sign):
    good = bad = True
    for e, n in zip(effects, null):
        good = good and e * sign > 0 and (e - n) * sign > 0
        bad = bad and e * sign < 0
    return "supported" if good else "contradicted" if bad else "undecided"

# %% saving_weights / arrays
def saving_weights(phi, h):
    up, spread = np.diff(phi), np.diff(h)
    if np.any((spread == 0) & (up <= 0)):
        return None
    ratio = up[spread != 0] / spread[spread != 0]
    falling = spread[spread != 0] < 0
    low = max([0.0, *ratio[falling]])
    high = min([np.inf, *ratio[~falling]])
    return None if high <= low else np.array([low, high])

# %% chance_of_fit / binomial
def chance_of_fit(steps, free):
    from scipy.special import bdtr

    return 1.0 if free >= steps else float(bdtr(free, steps, 0.5))

# %% chance_of_fit / recursion
def chance_of_fit(steps, free):
    row = np.zeros(free + 1)
    row[0] = 1.0
    for _ in range(steps):
        row = (row + np.append(0.0, row[:-1])) / 2
    return row.sum()

# %% train_and_read / autograd
def train_and_read(X, y, W, v, rate, steps):
    import torch

    X, y = torch.tensor(X), torch.tensor(y)
    W, v = torch.tensor(W, requires_grad=True), torch.tensor(v, requires_grad=True)
    rows = []
    for step in range(steps + 1):
        H = torch.relu(X @ W.T)
        loss = ((H @ v - y) ** 2).mean() / 2
        rows.append((loss.item(), reading(H.detach().numpy())))
        gW, gv = torch.autograd.grad(loss, (W, v))
        W, v = (W - rate * gW).detach().requires_grad_(), (v - rate * gv).detach().requires_grad_()
    return np.array(rows)

# %% preregistration / other-choices
plan = {
    "proxy": "synergy",
    "direction": 1,
    "fails_below": 0.3,
    "null": "shuffled labels",
    "seeds": (3, 8, 1, 100, 7, 9),
    "settings": {"width": (16, 24, 64), "learning rate": (1e-3, 1e-2), "data set": ["digits", "names"]},
}

# %% sign_lab / differences-and-torch
def preregistered():
    return dict(sign=-1, seeds=(11, 12, 13, 14, 15, 16))


def slopes(X, y, W, v):
    import torch

    W, v = torch.tensor(W, requires_grad=True), torch.tensor(v, requires_grad=True)
    residual = torch.relu(torch.tensor(X) @ W.T) @ v - torch.tensor(y)
    (residual.square().mean() / 2).backward()
    return W.grad.numpy(), v.grad.numpy()


def predict(seed, shuffled):
    X, y = lab_data(seed, shuffled)
    W, v = lab_start(seed)
    ahead = -slopes(X, y, W, v)[0]
    up, down = (reading(np.maximum(X @ (W + e * ahead).T, 0)) for e in (1e-5, -1e-5))
    return (up - down) / 2e-5


def measure(seed, shuffled, rate, steps):
    X, y = lab_data(seed, shuffled)
    theta = list(lab_start(seed))
    first = reading(np.maximum(X @ theta[0].T, 0))
    changes = [0.0]
    for _ in range(steps):
        theta = [p - rate * g for p, g in zip(theta, slopes(X, y, *theta))]
        changes.append(reading(np.maximum(X @ theta[0].T, 0)) - first)
    return changes


def judge(sign, seeds, rate, steps):
    e, n = ([measure(seed, s, rate, steps)[-1] for seed in seeds] for s in (False, True))
    good = all(sign * a > max(0, sign * b) for a, b in zip(e, n))
    bad = all(sign * a < 0 for a in e)
    return {"effects": e, "null": n, "verdict": "supported" if good else "contradicted" if bad else "undecided"}


def draw(seeds, rate, steps):
    import matplotlib.pyplot as plt

    axes = plt.figure().add_subplot()
    time = rate * steps
    axes.scatter([measure(s, True, rate, steps)[-1] for s in seeds], [measure(s, False, rate, steps)[-1] for s in seeds], label="runs")
    axes.scatter([time * predict(s, True) for s in seeds], [time * predict(s, False) for s in seeds], marker="^", label="start")
    ends = [min(axes.get_xlim()[0], axes.get_ylim()[0]), max(axes.get_xlim()[1], axes.get_ylim()[1])]
    axes.plot(ends, ends, ":", label="equal")
    axes.set_xlabel("shuffled")
    axes.set_ylabel("true")
    axes.legend()
    return axes.figure
