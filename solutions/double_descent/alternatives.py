# %% setup
import math

import torch
from sklearn.linear_model import Ridge

# %% risk_parts / both-sides-apart
def risk_parts(n, p, r2, nu2):
    print("n, p =", n, p)
    if p <= n:
        noise = 0.0 if nu2 == 0 or p == 0 else (nu2 * p / (n - p - 1) if n - p > 1 else float("inf"))
        return [0.0, 0.0, noise]
    q = n / p
    noise = 0.0 if nu2 == 0 else (nu2 * n / (p - n - 1) if p - n > 1 else float("inf"))
    return [r2 * (1 - q) ** 2, r2 * q - r2 * q**2, noise]

# %% risk_parts / array-float32
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / max(p, 1))
    gap = abs(p - n) - 1
    noise = 0.0 if nu2 * p == 0 else (np.inf if gap <= 0 else nu2 * min(n, p) / gap)
    return np.array([r2 * (1 - q) ** 2, r2 * q * (1 - q), noise], dtype=np.float32)

# %% finite_moments / counting-up
def finite_moments(n, p):
    k = 0
    while 2 * (k + 1) < abs(n - p) + 1:
        k += 1
    return k

# %% finite_moments / floor
def finite_moments(n, p):
    return np.int64(abs(n - p) // 2)

# %% peak_at / one-less
peak_at = dict(plain=100.0, copies=199, twins=80, mixtures=0)
peak_at["ten outputs"] = 101

# %% ridge_path / dual-solves
def ridge_path(X, y, X_new, lams):
    if X.shape[0] > X.shape[1]:
        return np.array([X_new @ np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y) for lam in lams])
    gram, cross = X @ X.T, X_new @ X.T
    return np.array([cross @ np.linalg.solve(gram + lam * np.eye(len(X)), y) for lam in lams])

# %% ridge_path / torch
def ridge_path(X, y, X_new, lams):
    X, y, X_new, lams = (torch.as_tensor(np.asarray(a)) for a in (X, y, X_new, lams))
    u, s, vh = torch.linalg.svd(X, full_matrices=False)
    return torch.stack([X_new @ (vh.T @ (s / (s**2 + lam) * (u.T @ y))) for lam in lams])

# %% ridge_path / float32
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X.astype(np.float32), full_matrices=False)
    rows = [X_new.astype(np.float32) @ (vt.T @ (s / (s**2 + np.float32(lam)) * (u.T @ y.astype(np.float32)))) for lam in lams]
    return np.array(rows)

# %% leave_one_out / refitting
def leave_one_out(X, y, lam):
    errors = []
    for i in range(len(y)):
        keep = np.arange(len(y)) != i
        beta = np.linalg.solve(X[keep].T @ X[keep] + lam * np.eye(X.shape[1]), X[keep].T @ y[keep])
        errors.append((y[i] - X[i] @ beta) ** 2)
    return sum(errors) / len(errors)

# %% leave_one_out / sklearn
def leave_one_out(X, y, lam):
    keep = [[j for j in range(len(y)) if j != i] for i in range(len(y))]
    fits = [Ridge(alpha=lam, fit_intercept=False).fit(X[k], y[k]) for k in keep]
    return np.mean([(y[i] - fits[i].predict(X[i : i + 1])[0]) ** 2 for i in range(len(y))])

# %% leave_one_out / kernel-form
def leave_one_out(X, y, lam):
    inverse = np.linalg.inv(X @ X.T + lam * np.eye(len(y)))
    return torch.tensor(np.mean((inverse @ y / np.diag(inverse)) ** 2))

# %% best_penalty / loop
def best_penalty(p, squares, sigma2):
    seen, noise = 0.0, sigma2
    for j, square in enumerate(squares):
        if j < p:
            seen += float(square)
        else:
            noise += float(square)
    return np.float32(noise / (seen / p)) if seen > 0 else math.inf

# %% first_or_second / loop
def first_or_second(n, squares, sigma2):
    best, least = 0, math.inf
    for p in range(n - 1):
        noise = sigma2 + float(np.sum(squares[p:]))
        error = noise + noise * p / (n - p - 1)
        if error < least:
            best, least = p, error
    D = len(squares)
    return best, least, float(squares.sum()) * (1 - n / D) + sigma2 * n / (D - n - 1) + sigma2

# %% first_or_second / torch
def first_or_second(n, squares, sigma2):
    w = torch.tensor(np.array(squares))
    noise = sigma2 + torch.flip(torch.cumsum(torch.flip(w, [0]), 0), [0])[: n - 1]
    p = torch.arange(n - 1)
    errors = noise * (n - 1) / (n - 1 - p)
    i = torch.argmin(errors)
    return int(i), errors[i], w.sum() * (1 - n / len(w)) + sigma2 * (len(w) - 1) / (len(w) - n - 1)

# %% matched_rates / loop
def matched_rates(scales, theta, noise, n, T):
    rates = []
    for s, th in zip(scales, theta):
        a, b = (s * th) ** 2, noise / n
        rates.append((1 - math.exp(math.log(b / (a + b)) / T)) / s**2)
    return rates

# %% matched_rates / stable-torch
def matched_rates(scales, theta, noise, n, T):
    s, th = torch.tensor(scales), torch.tensor(theta)
    return -torch.expm1(-torch.log1p((s * th) ** 2 * n / noise) / T) / s**2

# %% peak_report / loop
def peak_report(widths, runs):
    medians = [sorted(column) for column in np.asarray(runs).T.tolist()]
    medians = [(m[(len(m) - 1) // 2] + m[len(m) // 2]) / 2 for m in medians]
    best = 1
    for i in range(1, len(widths) - 1):
        if medians[i] > medians[best]:
            best = i
    ratios = [row[best] / max(row[0], row[-1]) for row in runs]
    print(ratios)
    return {"width": widths[best], "ratio": min(ratios), "clear": bool(min(ratios) >= 1.5)}

# %% peak_report / torch
def peak_report(widths, runs):
    r = torch.tensor(runs)
    i = int(torch.quantile(r, 0.5, dim=0)[1:-1].argmax()) + 1
    ratio = (r[:, i] / torch.maximum(r[:, 0], r[:, -1])).min()
    return dict(width=int(widths[i]), ratio=ratio.item(), clear=ratio.item() >= 1.5)

# %% peak_lab / by-singular-directions
def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.lstsq(F, y, rcond=None)[0]
    return {"norm": float(np.sqrt(b @ b)), "error": float(((new @ b - truth) ** 2).mean())}


def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    u, s, vt = np.linalg.svd(F, full_matrices=False)
    learned = (1 - (1 - (s / s[0]) ** 2) ** steps) / np.maximum(s, 1e-300)
    b = vt.T @ (learned * (u.T @ y))
    return {"error": ((truth - new @ b) ** 2).sum() / 300, "norm": np.linalg.norm(b)}


def draw(seed, n, widths, steps):
    found = np.array([[predict(seed, n, w)["error"], measure(seed, n, w, steps)["error"]] for w in widths])
    plt.figure(figsize=(4, 3))
    plt.plot(widths, found)
    plt.yscale("log")
    plt.xscale("log")
    plt.axvline(x=n, linestyle=":")
    plt.legend(["without an end", f"{steps} steps", "n"])
    plt.xlabel("hidden units")
    plt.ylabel("test error")
    return plt.gcf()

# %% noise_cost / bisection
def noise_cost(variances, n):
    v = np.asarray(variances, dtype=float)
    if n >= v.size or n < 1:
        raise ValueError("as many features as examples, or more examples: nothing is left over")
    a, b = np.log(v.min()) - 60.0, np.log(v.max()) + np.log(v.size) + 5.0
    for _ in range(200):
        c = 0.5 * (a + b)
        if np.sum(v / (v + np.exp(c))) > n:
            a = c
        else:
            b = c
    s = v / (v + np.exp(c))
    return np.exp(c), n / np.sum(s * (1 - s))

# %% noise_cost / newton
def noise_cost(variances, n):
    if n < 1 or n >= len(variances):
        raise ValueError(n)
    x = float(np.log(np.sum(variances) / n))
    for _ in range(500):
        s = variances / (variances + np.exp(x))
        step = (s.sum() - n) / (s * (1 - s)).sum()
        x += min(max(step, -1.0), 1.0)
        if abs(step) < 1e-15:
            break
    s = variances / (variances + np.exp(x))
    return float(np.exp(x)), float(n / (s * (1 - s)).sum())
