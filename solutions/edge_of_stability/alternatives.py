# %% setup
import numpy as np

# %% nesterov_edge / bisection
def nesterov_edge(rate, beta):
    def stable(product):
        q = 1 - product
        return np.abs(np.roots([1.0, -q * (1 + beta), q * beta])).max() <= 1

    low, high = 1.0, 2.5
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if stable(middle) else (low, middle)
    return low / rate

# %% hessian_product / fourth-order
def hessian_product(theta, v):
    length = float(np.sqrt(v @ v))
    if length == 0.0:
        return 0.0 * v
    u, h = v / length, 1e-3
    g = [loss_and_gradient(theta + k * h * u)[1] for k in (-2, -1, 1, 2)]
    return length * (g[0] - 8 * g[1] + 8 * g[2] - g[3]) / (12 * h)

# %% hessian_product / torch
def hessian_product(theta, v):
    import torch

    def loss(flat):
        parts, k = [], 0
        for shape in SHAPES:
            size = int(np.prod(shape))
            parts.append(flat[k : k + size].reshape(shape))
            k += size
        W1, b1, W2, b2, W3, b3 = parts
        out = torch.tanh(torch.tanh(torch.tensor(X) @ W1 + b1) @ W2 + b2) @ W3 + b3
        return 0.5 * (out - torch.tensor(Y)).square().mean()

    return (torch.func.hessian(loss)(torch.tensor(theta)) @ torch.tensor(v)).numpy()

# %% lanczos / matrix-basis
def lanczos(H, start, steps):
    Q = np.zeros((len(start), steps))
    Q[:, 0] = start / np.linalg.norm(start)
    for j in range(1, steps):
        w = H @ Q[:, j - 1]
        for _ in range(3):
            w = w - Q[:, :j] @ (Q[:, :j].T @ w)
        Q[:, j] = w / np.linalg.norm(w)
    T = Q.T @ H @ Q
    return np.diag(T).copy(), np.diag(T, 1).copy()

# %% cycle_length / eigenvalues
def cycle_length(rate, push, pull):
    step = np.array([[1, rate], [-2 * rate * push, 1 - 2 * push * rate**2]])
    angle = np.abs(np.angle(np.linalg.eigvals(step))).max()
    return 2 * np.pi / angle

# %% whole_cycles / loop
def whole_cycles(x, y):
    begins = [t + 1 for t in range(len(y) - 1) if y[t] < 0 <= y[t + 1]]
    if len(begins) < 2:
        return np.array([float("nan")] * 3)
    squares, excess = [], []
    for begin, end in zip(begins, begins[1:]):
        squares += [value**2 for value in x[begin:end]]
        excess += list(y[begin:end])
    return np.array([np.mean(squares), np.mean(excess), np.mean(np.diff(begins))])

# %% smallest_batch / search
def smallest_batch(rate, push, pull, variance, share):
    size = 1
    while rate * pull * variance / (4 * push * size) > share * 2 / rate:
        size += 1
    return size

# %% central_velocity / all-cases
def central_velocity(g, G):
    from itertools import combinations

    best = None
    for count in range(len(G) + 1):
        for chosen in combinations(range(len(G)), count):
            A = G[list(chosen)]
            z = -np.linalg.pinv(A @ A.T) @ (A @ g) if count else np.zeros(0)
            v = -g - A.T @ z
            good = (z >= -1e-10).all() and (G @ v <= 1e-10).all()
            if good and (best is None or v @ v < best @ best):
                best = v
    return best

# %% fates / computed
def fate(product, edge):
    return "diverging" if product > edge else "oscillating" if product > 1 else "monotone"


fates = [fate(0.05 * 15, 2), fate(0.05 * 35, 2), fate(0.3 * 7, 2), fate(0.1 * 35, 3.6), fate(0.02 * 1850, 38)]
fates += ["catapult" if 2 < 0.5 * s < 4 else "diverging" for s in (7.2, 8.6)]

# %% balance / loop
def balance(W, a):
    new_W, new_a = np.zeros(W.shape), np.zeros(a.shape)
    for i in range(len(a)):
        length = np.sqrt(np.sum(W[i] ** 2))
        if length > 0 and a[i] != 0:
            size = np.sqrt(length) * np.sqrt(abs(a[i]))
            new_W[i] = W[i] / length * size
            new_a[i] = np.sign(a[i]) * size
    return new_W, new_a

# %% watch_the_edge / columns
def watch_the_edge(theta, rate, steps, every):
    def sharpness(at):
        columns = []
        for j in range(61):
            ahead, behind = at.copy(), at.copy()
            ahead[j] += 2e-5
            behind[j] -= 2e-5
            columns.append((loss_and_gradient(ahead)[1] - loss_and_gradient(behind)[1]) / 4e-5)
        H = np.stack(columns)
        return np.linalg.eigh(0.5 * (H + H.T))[0].max()

    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - rate * loss_and_gradient(path[-1])[1])
    losses = np.array([loss_and_gradient(place)[0] for place in path])
    return losses, rate * np.array([sharpness(place) for place in path[::every]])

# %% edge_lab / products-and-lanczos
def predict(sharpness, beta):
    # r = -1 in r^2 - q (1 + beta) r + q beta = 0, with q = 1 - rate * curvature
    q = -1 / (1 + 2 * beta)
    return (1 - q) / sharpness


def product(theta, v):
    size = 1e-5 / np.linalg.norm(v)
    return (loss_and_gradient(theta + size * v)[1] - loss_and_gradient(theta - size * v)[1]) / (2 * size)


def largest(theta):
    basis = [np.ones(61) / 61**0.5]
    for _ in range(60):
        w = product(theta, basis[-1])
        for _ in range(2):
            for q in basis:
                w = w - (q @ w) * q
        if np.linalg.norm(w) < 1e-8:
            break
        basis.append(w / np.linalg.norm(w))
    Q = np.array(basis)
    small = np.array([[p @ product(theta, q) for q in Q] for p in Q]) if len(Q) < 20 else Q @ np.array([product(theta, q) for q in Q]).T
    return float(np.linalg.eigvalsh((small + small.T) / 2).max())


def measure(seed, rate, beta, steps, every):
    path = [start(seed)] * 2
    for _ in range(steps):
        y = (1 + beta) * path[-1] - beta * path[-2]
        path.append(y - rate * loss_and_gradient(y)[1])
    return [largest(z) for z in path[1::every]]


def draw(seed, sharpness, betas, steps, every):
    plt.figure()
    plt.axhline(sharpness)
    for beta in betas:
        found = measure(seed, predict(sharpness, beta), beta, steps, every)
        plt.plot(range(0, steps + 1, every), found, ".-")
    plt.legend(["edge", *map(str, betas)])
    plt.xlabel("steps")
    plt.ylabel("largest eigenvalue")
    return plt.gcf()
