# %% setup
import math

import torch
from scipy.integrate import solve_ivp
from scipy.optimize import linprog, minimize

# %% gd_limit / minimum-of-distance
def gd_limit(X, y, w0):
    # The limit is the solution nearest to w0: its move from w0 is the least one that solves the least-squares problem.
    move, *_ = np.linalg.lstsq(X, y - X @ w0, rcond=1e-10)
    return (w0 + move).tolist()

# %% gd_limit / svd-float32
def gd_limit(X, y, w0):
    u, s, vt = np.linalg.svd(X.astype(np.float32), full_matrices=False)
    keep = s > 1e-4 * s[0]
    u, s, vt = u[:, keep], s[keep], vt[keep]
    return (w0 - vt.T @ (vt @ w0) + vt.T @ ((u.T @ y) / s)).astype(np.float32)

# %% gd_limit / lstsq-torch
def gd_limit(X, y, w0):
    X, y, w0 = torch.tensor(X), torch.tensor(y), torch.tensor(w0)
    return w0 + torch.linalg.lstsq(X, y - X @ w0, driver="gelsd").solution

# %% steps_needed / counting
def steps_needed(s, lr, eps):
    factors = [abs(1 - lr * float(v) ** 2) for v in s if v > 0]
    if max(factors) >= 1:
        return float("inf")
    t, worst = 1, max(factors)
    while worst**t > eps * (1 + 1e-12):
        t += 1
    print("steps:", t)
    return t

# %% matching_penalty / loop
def matching_penalty(s, t):
    found = []
    for v in s:
        x = t * float(v) ** 2
        found.append(1 / t if x == 0 else 0.0 if x > 600 else float(v) ** 2 / math.expm1(x))
    return found

# %% matching_penalty / decaying-exponential
def matching_penalty(s, t):
    x = torch.as_tensor(s, dtype=torch.float64) ** 2 * t
    safe = torch.where(x == 0, torch.ones_like(x), x)
    return torch.where(x == 0, 1 / t, safe / t * torch.exp(-safe) / -torch.expm1(-safe))

# %% three_ends / arrays
x = np.array([1.0, 2.0, 3.0])
three_ends = {"gradient": np.linalg.pinv(x[None]) @ [6.0], "sign": np.full(3, 6 / x.sum()), "diagonal": np.array([0, 0, 6 / 3])}

# %% three_ends / fractions
from fractions import Fraction

three_ends = {"gradient": [Fraction(3 * k, 7) for k in (1, 2, 3)], "sign": (1, 1, 1), "diagonal": (0, 0, 2)}

# %% log_time_flow / radau
def log_time_flow(Z, taus):
    def speed(tau, w):
        return np.exp(tau) * Z.T @ (1 / (1 + np.exp(np.minimum(Z @ w, 700))))

    def jac(tau, w):
        return -(Z.T * (np.exp(tau - np.logaddexp(0, Z @ w)) / (1 + np.exp(-Z @ w)))) @ Z

    return solve_ivp(speed, (-25, taus[-1] + 1e-9), np.zeros(Z.shape[1]), "Radau", taus, jac=jac, rtol=1e-4, atol=1e-8).y.T

# %% log_time_flow / trapezoidal-rule
def log_time_flow(Z, taus):
    # The implicit trapezoidal rule in tau, each step solved by Newton's method.
    def speed(tau, w):
        return np.exp(tau - np.logaddexp(0, Z @ w)) @ Z

    w, tau, rows = np.zeros(Z.shape[1]), -14.0, []
    for target in taus:
        steps = max(1, math.ceil((target - tau) / 0.07))
        h = (target - tau) / steps
        for _ in range(steps):
            known, tau, new = w + h / 2 * speed(tau, w), tau + h, w.copy()
            for _ in range(2):
                p = np.exp(tau - np.logaddexp(0, Z @ new)) / (1 + np.exp(-Z @ new))
                new = new - np.linalg.solve(np.eye(len(w)) + h / 2 * (Z.T * p) @ Z, new - known - h / 2 * speed(tau, new))
            w = new
        rows.append(w)
    return np.array(rows)

# %% patience / float32
def patience(shortfall, steps, target):
    return np.float32(np.log(steps) / np.log(10)) * np.float32(shortfall) / np.float32(target)

# %% diagonal_limit / halved-steps
def diagonal_limit(X, y, alpha):
    weights = lambda nu, a: 2 * a**2 * np.sinh(4 * X.T @ nu)
    dual = lambda nu, a: a**2 / 2 * np.cosh(np.clip(4 * X.T @ nu, -700, 700)).sum() - y @ nu
    nu = np.zeros(len(y))
    for a in np.geomspace(max(alpha, 3.0), alpha, 15):
        for _ in range(30):
            slope = X @ weights(nu, a) - y
            if np.abs(slope).max() < 1e-7:
                break
            move, size = -np.linalg.solve((X * (8 * a**2 * np.cosh(4 * X.T @ nu))) @ X.T, slope), 1.0
            while size > 1e-10 and dual(nu + size * move, a) > dual(nu, a):
                size /= 2
            nu = nu + size * move
    return weights(nu, alpha)

# %% diagonal_limit / library-minimiser
def diagonal_limit(X, y, alpha):
    nu = np.zeros(len(y))
    for a in np.geomspace(max(alpha, 3), alpha, 25):
        f = lambda v: a**2 / 2 * np.cosh(np.clip(4 * X.T @ v, -600, 600)).sum() - y @ v
        g = lambda v: X @ (2 * a**2 * np.sinh(np.clip(4 * X.T @ v, -600, 600))) - y
        h = lambda v: (X * (8 * a**2 * np.cosh(np.clip(4 * X.T @ v, -600, 600)))) @ X.T
        nu = minimize(f, nu, jac=g, hess=h, method="trust-exact", options={"gtol": 1e-9}).x
    return 2 * alpha**2 * np.sinh(4 * X.T @ nu)

# %% diagonal_limit / flow-in-logarithms
def diagonal_limit(X, y, alpha):
    # Integrate nu itself: d nu/dt = -(X w - y), stiff for small alpha.
    def speed(t, nu):
        return y - X @ (2 * alpha**2 * np.sinh(4 * X.T @ nu))

    def jac(t, nu):
        return -(X * (8 * alpha**2 * np.cosh(4 * X.T @ nu))) @ X.T

    nu = solve_ivp(speed, (0, 1e6), np.zeros(len(y)), "Radau", jac=jac, rtol=1e-5, atol=1e-8).y[:, -1]
    return 2 * alpha**2 * np.sinh(4 * X.T @ nu)

# %% which_optimizer / torch-and-dual
def which_optimizer(w, X, y):
    Xt, yt, wt = (torch.tensor(a) for a in (X, y, w))
    if (Xt @ wt - yt).norm() > 1e-3 * yt.norm():
        return "unfinished"
    inside = Xt.T @ torch.linalg.solve(Xt @ Xt.T, Xt @ wt)
    if (wt - inside).norm() <= 0.01 * wt.norm():
        return "gradient"
    n, d = X.shape
    # the least l1 norm is max y.v with |X^T v| <= 1 entrywise; the least l-infinity norm is max y.v with |X^T v|_1 <= 1
    l1 = -linprog(-y, np.vstack([X.T, -X.T]), np.ones(2 * d), bounds=(None, None)).fun
    eye, zero = np.eye(d), np.zeros((1, n))
    limits = np.vstack([np.hstack([X.T, -eye]), np.hstack([-X.T, -eye]), np.hstack([zero, np.ones((1, d))])])
    linf = -linprog(np.r_[-y, np.zeros(d)], limits, np.r_[np.zeros(2 * d), 1.0], bounds=(None, None)).fun
    if float(wt.abs().max()) <= 1.1 * linf:
        return "sign"
    return "small start" if float(wt.abs().sum()) <= 1.1 * l1 else "other"

# %% factor_step / autograd
def factor_step(factors, target, seen, lr):
    tensors = [torch.tensor(f, requires_grad=True) for f in factors]
    product = tensors[0]
    for f in tensors[1:]:
        product = f @ product
    error = torch.where(torch.tensor(seen), product - torch.nan_to_num(torch.tensor(target)), 0.0)
    (0.5 * (error**2).sum()).backward()
    return [(f - lr * f.grad).detach().numpy() for f in tensors]

# %% factor_step / parameters
def factor_step(factors, target, seen, lr):
    parameters = [torch.nn.Parameter(torch.tensor(f)) for f in factors]
    product = parameters[0]
    for f in parameters[1:]:
        product = f @ product
    error = (product - torch.tensor(target))[torch.tensor(seen)]
    (0.5 * error.square().sum()).backward()
    torch.optim.SGD(parameters, lr=lr).step()
    return tuple(parameters)

# %% factor_step / float32-loops
def factor_step(factors, target, seen, lr):
    factors = [f.astype(np.float32) for f in factors]
    L = len(factors)
    product = factors[0]
    for f in factors[1:]:
        product = f @ product
    G = np.zeros_like(product)
    G[seen] = (product - target)[seen]
    new = []
    for j in range(L):
        g = G
        for k in range(L - 1, j, -1):
            g = factors[k].T @ g
        right = np.eye(factors[0].shape[1], dtype=np.float32)
        for k in range(j):
            right = factors[k] @ right
        new.append(factors[j] - np.float32(lr) * g @ right.T)
    return new

# %% scale_lab / by-vertices
def predict(seed):
    X, y = lab_data(seed)
    choices = np.array(list(__import__("itertools").combinations(range(12), 5)))
    corners = np.linalg.solve(X.T[choices].transpose(0, 2, 1), np.broadcast_to(y[:, None], (len(choices), 5, 1)))
    w = X.T @ np.linalg.solve(X @ X.T, y)
    return {"large": float(np.linalg.norm(w, 1)), "small": float(np.abs(corners).sum((1, 2)).min())}


def measure(seed, alpha, rate, steps):
    X, y = lab_data(seed)
    theta, signs = alpha * np.ones((2, 12)), np.array([[1.0], [-1.0]])
    for _ in range(steps):
        error = X @ (signs * theta**2).sum(0) - y
        theta = theta - rate * signs * theta * (2 * error @ X)
    w = (signs * theta**2).sum(0)
    return {"loss": float((X @ w - y) @ (X @ w - y) / 2), "w": w}


def draw(seed, alphas, rate, steps):
    plt.figure()
    plt.xscale("log")
    plt.plot(alphas, [np.linalg.norm(measure(seed, alpha, rate, steps)["w"], 1) for alpha in alphas])
    plt.axhline(predict(seed)["small"], linestyle="--")
    plt.axhline(predict(seed)["large"], linestyle=":")
    plt.legend(["trained", "sparse end", "other end"])
    plt.xlabel("alpha")
    plt.ylabel("l1 norm")
    return plt.gcf()
