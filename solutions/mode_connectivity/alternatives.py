# %% setup
import math

import numpy as np

# %% line_barrier / running-maximum
def line_barrier(loss, a, b, points=25):
    first, last, highest = float(loss(a)), float(loss(b)), 0.0
    for i in range(1, points - 1):
        t = i / (points - 1)
        highest = max(highest, float(loss(a + t * (b - a))) - first - t * (last - first))
    return highest

# %% line_barrier / torch-and-prints
def line_barrier(loss, a, b, points=25):
    import torch

    t = torch.linspace(0, 1, points, dtype=torch.float64)
    values = torch.tensor([loss(a * (1 - float(s)) + b * float(s)) for s in t], dtype=torch.float64)
    print("losses on the line:", values)
    return (values - torch.lerp(values[0], values[-1], t)).max()

# %% itself / simulated
relu = lambda z: max(z, 0.0)
def loss_at(t):
    w = v = [(1 - t) * 1 + t * -1, (1 - t) * -1 + t * 1]
    return sum((x - sum(vi * relu(wi * x) for wi, vi in zip(w, v))) ** 2 for x in (1, 2)) / 2
itself = {"quarter": loss_at(0.25), "middle": np.float32(loss_at(0.5)), "copies": 24.0**3}

# %% renumber / matrices
def renumber(weights, biases, permutations):
    sizes = [len(b) for b in biases]
    P = [np.eye(n)[np.asarray(p)] for n, p in zip(sizes, permutations)] + [np.eye(sizes[-1])]
    before = [np.eye(np.shape(weights[0])[1])] + P[:-1]
    return [p @ w @ q.T for p, w, q in zip(P, weights, before)], [p @ b for p, b in zip(P, biases)]

# %% renumber / torch
def renumber(weights, biases, permutations):
    import torch

    w, b = [torch.tensor(x) for x in weights], [torch.tensor(x) for x in biases]
    for l, p in enumerate(permutations):
        p = torch.as_tensor(np.asarray(p))
        w[l], b[l], w[l + 1] = w[l][p], b[l][p], w[l + 1][:, p]
    return w, b

# %% match_units / distances
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    one, two = (np.concatenate([w, np.asarray(b)[:, None], np.asarray(v).T], axis=1) for w, b, v in (first, second))
    rows, columns = linear_sum_assignment(cdist(one, two, "sqeuclidean"))
    return columns

# %% match_units / exchanges
def match_units(first, second):
    one, two = (np.concatenate([w, np.asarray(b)[:, None], np.asarray(v).T], axis=1).astype(np.float64) for w, b, v in (first, second))
    cost = ((one[:, None] - two[None]) ** 2).sum(-1)
    n = len(cost)
    # shortest augmenting paths, one unit at a time
    u, v, match, way = np.zeros(n + 1), np.zeros(n + 1), [0] * (n + 1), [0] * (n + 1)
    for i in range(1, n + 1):
        match[0], j0 = i, 0
        least, used = [np.inf] * (n + 1), [False] * (n + 1)
        while True:
            used[j0] = True
            i0, delta, j1 = match[j0], np.inf, 0
            for j in range(1, n + 1):
                if not used[j]:
                    now = cost[i0 - 1, j - 1] - u[i0] - v[j]
                    if now < least[j]:
                        least[j], way[j] = now, j0
                    if least[j] < delta:
                        delta, j1 = least[j], j
            for j in range(n + 1):
                if used[j]:
                    u[match[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
            if match[j0] == 0:
                break
        while j0:
            match[j0], j0 = match[way[j0]], way[j0]
    p = [0] * n
    for j in range(1, n + 1):
        p[match[j] - 1] = j - 1
    return p

# %% line_spread / covariance-matrix
def line_spread(s1, s2, rho, t):
    covariance = np.array([[s1 * s1, rho * s1 * s2], [rho * s1 * s2, s2 * s2]])
    mix = np.array([1 - t, t])
    return np.sqrt(np.clip(mix @ covariance @ mix, 0, None)) / (mix @ [s1, s2])

# %% line_spread / complex-numbers
def line_spread(s1, s2, rho, t):
    one = (1 - t) * s1
    two = t * s2 * complex(rho, math.sqrt(max(0.0, 1 - rho**2)))
    return abs(one + two) / (one + abs(t * s2))

# %% line_spread / single-precision
def line_spread(s1, s2, rho, t):
    import torch

    one, two = torch.tensor((1 - t) * s1), torch.tensor(t * s2)
    return float((one**2 + two**2 + 2 * rho * one * two).clamp(min=0).sqrt() / (one + two))

# %% bend_gradient / loop-in-torch
def bend_gradient(a, c, b, gradient, times):
    import torch

    total = torch.zeros(len(c), dtype=torch.float64)
    for t in np.asarray(times).tolist():
        point = (1 - t) ** 2 * a + 2 * t * (1 - t) * c + t * t * b
        total += 2 * t * (1 - t) * torch.as_tensor(gradient(point))
    return total / len(times)

# %% bend_gradient / matrices
def bend_gradient(a, c, b, gradient, times):
    t = np.asarray(times)[:, None]
    share = 2 * t * (1 - t)
    points = (1 - t) ** 2 * a + share * c + t**2 * b
    return (share * np.array([gradient(p) for p in points])).sum(0) / len(t)

# %% spawn / each-from-the-start
def spawn(step, start, shared, own, k):
    final = np.empty((len(own), len(start)))
    for j, order in enumerate(own):
        theta = start.astype(float).copy()
        for i in range(len(order)):
            theta = step(theta, shared[i] if i < k else order[i])
        final[j] = theta
    return final

# %% spawn / deepcopy
def spawn(step, start, shared, own, k):
    import copy
    from functools import reduce

    trunk = reduce(step, shared[:k], copy.deepcopy(start))
    return [reduce(step, order[k:], copy.deepcopy(trunk)) for order in own]

# %% averaging_gain / matrix
def averaging_gain(eta, lam, T):
    i = np.arange(T)
    return np.power(1 - eta * lam, np.abs(i[:, None] - i)).mean()

# %% averaging_gain / closed-form
def averaging_gain(eta, lam, T):
    r = 1 - eta * lam
    return ((1 + r) / (1 - r) - 2 * r * (1 - r**T) / (T * (1 - r) ** 2)) / T

# %% averaging_gain / single-precision
def averaging_gain(eta, lam, T):
    import torch

    i = torch.arange(T)
    return ((1 - eta * lam) ** (i[:, None] - i).abs()).mean().item()

# %% average_advantage / trace
def average_advantage(thetas, H):
    covariance = np.cov(np.asarray(thetas).T, bias=True).reshape(H.shape) if len(thetas) > 1 else np.zeros_like(H)
    return np.trace(H @ covariance) / 2

# %% average_advantage / losses
def average_advantage(thetas, H):
    import torch

    theta, H = torch.tensor(thetas), torch.tensor(H)
    loss = lambda v: 0.5 * v @ H @ v
    return torch.stack([loss(v) for v in theta]).mean() - loss(theta.mean(0))

# %% average_advantage / single-precision
def average_advantage(thetas, H):
    import torch

    theta, H = torch.tensor(thetas).float(), torch.tensor(H).float()
    away = theta - theta.mean(0)
    return 0.5 * ((away @ H) * away).sum(1).mean()

# %% reading / capitals
reading = dict(zip("abcde", ["Yes", "Unknown", "YES", "no", "unknown"]))

# %% reading / spaces
reading = {"e": "unknown ", "d": "No", "c": " yes", "b": "unknown", "a": "yes"}

# %% lot_lab / torch-and-pairs-of-pairs
def network(seed, number, width, steps):
    import torch

    x, y = (torch.tensor(part) for part in lab_data(seed))
    net = [torch.tensor(part, requires_grad=True) for part in lab_start(seed, number, width)]
    for _ in range(steps):
        loss = ((torch.relu(x @ net[0].T + net[1]) @ net[2] - y) ** 2).mean() / 2
        slopes = torch.autograd.grad(loss, net)
        net = [(p - LAB_RATE * g).detach().requires_grad_() for p, g in zip(net, slopes)]
    return tuple(p.detach().numpy() for p in net)


def predict(first, second, x, y):
    (W1, b1, v1), (W2, b2, v2) = first, second
    h, total = len(b1), 0.0
    for point, target in zip(x, y):
        one, two = W1 @ point + b1, W2 @ point + b2
        c = np.add.outer(v1, v2) / 2 * np.maximum(np.add.outer(one, two) / 2, 0)
        square = np.sum(c**2) / h  # the mean square: a unit with itself, and two units that differ, with partners that differ
        if h > 1:
            square += (c.sum() ** 2 - np.sum(c.sum(0) ** 2) - np.sum(c.sum(1) ** 2) + np.sum(c**2)) / (h * (h - 1))
        total += square - 2 * target * c.sum() / h + target**2
    return total / (2 * len(y))


def draw(seed, widths, steps):
    import matplotlib.pyplot as plt

    figure = plt.figure()
    axes, rows, (x, y) = figure.add_subplot(), [], lab_data(seed)
    for width in widths:
        one, two = network(seed, 0, width, steps), network(seed, 1, width, steps)
        rows.append([predict(one, two, x, y), *(measure(one, two, x, y)[key] for key in ("ends", "before", "after"))])
    lines = axes.plot(widths, rows, marker="s")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("width")
    axes.set_ylabel("half the mean squared error")
    axes.legend(lines, ["by lot", "ends", "before", "after"])
    return figure
