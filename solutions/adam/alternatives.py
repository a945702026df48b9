# %% setup
import math

import torch

# %% adamw_run / torch
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w = torch.tensor(np.array(w0, dtype=float), requires_grad=True)
    optimizer = torch.optim.AdamW([w], lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay)
    for g in grads:
        w.grad = torch.tensor(g)
        optimizer.step()
    return w.detach()

# %% adamw_run / kingma-order
def adamw_run(grads, w0, lr, beta1, beta2, eps, decay):
    w = [float(x) for x in w0]
    m, v = [0.0] * len(w), [0.0] * len(w)
    for t in range(1, len(grads) + 1):
        fix = math.sqrt(1 - beta2**t)
        for i in range(len(w)):
            g = float(grads[t - 1][i])
            m[i] += (1 - beta1) * (g - m[i])
            v[i] += (1 - beta2) * (g * g - v[i])
            w[i] -= lr * decay * w[i] + lr * fix / (1 - beta1**t) * m[i] / (math.sqrt(v[i]) + eps * fix)
    print("done")
    return np.array(w)

# %% longest_step / summing
def longest_step(beta1, beta2):
    if beta1**2 >= beta2:
        return float("inf")
    i = np.arange(200_000)
    ratio = (beta1**2 / beta2) ** i
    return float((1 - beta1) / np.sqrt(1 - beta2) * np.sqrt(ratio.sum()))

# %% same_path / numbers
same_path = dict(gd_loss=0, adam_loss=1, fisher_loss=0, adam_permutation=1, adam_diagonal=0, fisher_diagonal=1, root_diagonal=0, adam_rotation=0, gd_rotation=1)

# %% path_gap / changes-the-step-in-place
def path_gap(make_rule, gradient, theta0, A, steps):
    plain, mapped = make_rule(), make_rule()
    theta, phi = theta0, np.linalg.solve(A, theta0)
    for _ in range(steps):
        step, other = plain(gradient(theta)), mapped(A.T @ gradient(A @ phi))
        step *= -1  # an answer's own copy, however the rule keeps it
        other *= -1
        theta, phi = theta + step, phi + other
    return float(np.linalg.norm(A @ phi - theta) / np.linalg.norm(theta - theta0))

# %% path_gap / as-function-of-phi
def path_gap(make_rule, gradient, theta0, A, steps):
    def run(slope, x):
        rule = make_rule()
        for _ in range(steps):
            x = x - rule(slope(x))
        return x

    end = run(gradient, theta0)
    other = A @ run(lambda phi: gradient(A @ phi) @ A, np.linalg.inv(A) @ theta0)
    return np.sqrt(((other - end) ** 2).sum() / ((end - theta0) ** 2).sum())

# %% fisher / loop
def fisher(jac, z, y, kind):
    if kind != "true" and kind != "empirical":
        raise ValueError("unknown kind")
    n, k, P = jac.shape
    total = np.zeros((P, P))
    for i in range(n):
        p = np.exp(z[i] - z[i].max())
        p = p / p.sum()
        for c in range(k):
            weight = p[c] if kind == "true" else float(c == y[i])
            s = jac[i, c] - p @ jac[i]
            total += weight * np.outer(s, s)
    return total / n

# %% fisher / torch
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(kind)
    jac, z, y = torch.tensor(jac), torch.tensor(z), torch.tensor(y)
    p = torch.softmax(z, 1)
    centred = jac - (p[:, :, None] * jac).sum(1, keepdim=True)
    weight = p if kind == "true" else torch.nn.functional.one_hot(y, z.shape[1]).double()
    return torch.einsum("nc,ncp,ncq->pq", weight, centred, centred) / len(z)

# %% fisher / torch-with-graph
def fisher(jac, z, y, kind):
    if kind not in ("true", "empirical"):
        raise ValueError(kind)
    p, J = torch.tensor(z, requires_grad=True).softmax(-1), torch.tensor(jac)
    if kind == "true":
        centred = J - torch.einsum("nk,nkp->np", p, J)[:, None]
        return torch.einsum("nk,nkp,nkq->pq", p, centred, centred) / len(z)
    g = torch.einsum("nk,nkp->np", p - torch.eye(z.shape[1])[torch.tensor(y)], J)
    return g.T @ g / len(z)

# %% natural_step / svd
def natural_step(R, g, lam):
    _, s, vt = np.linalg.svd(R, full_matrices=False)
    c = vt @ g
    return vt.T @ (c / (s**2 + lam)) + (g - vt.T @ c) / lam

# %% natural_step / conjugate-gradients
def natural_step(R, g, lam):
    from scipy.sparse.linalg import LinearOperator, cg

    P = R.shape[1]
    F = LinearOperator((P, P), matvec=lambda v: R.T @ (R @ v.ravel()) + lam * v.ravel(), dtype=float)
    return cg(F, g, rtol=1e-12, maxiter=500)[0]

# %% natural_step / torch
def natural_step(R, g, lam):
    R, g = torch.tensor(R), torch.tensor(g)
    return (g - R.T @ torch.linalg.solve(R @ R.T + lam * torch.eye(len(R), dtype=R.dtype), R @ g)) / lam

# %% kfac_step / sylvester
def kfac_step(G, A, g, lam):
    # Solve G X A + lam X = g in the eigenbasis of A alone: one system per column.
    a, U = np.linalg.eigh(A)
    columns = [np.linalg.solve(ai * G + lam * np.eye(len(G)), c) for ai, c in zip(a, (g @ U).T)]
    return np.array(columns).T @ U.T

# %% kfac_step / torch
def kfac_step(G, A, g, lam):
    b, V = torch.linalg.eigh(torch.tensor(G))
    a, U = torch.linalg.eigh(torch.tensor(A))
    return V @ ((V.T @ torch.tensor(g) @ U) / (b[:, None] * a + lam)) @ U.T

# %% layer_updates / torch-and-singular-vectors
def layer_updates(grads):
    G = torch.tensor(np.array(grads))
    QL, sL, _ = torch.linalg.svd(torch.cat(list(G), dim=1), full_matrices=False)  # of all gradients side by side
    QR, sR, _ = torch.linalg.svd(torch.cat([g.T for g in G], dim=1), full_matrices=False)
    left, right = (Q @ torch.diag(s**-0.5) @ Q.T for Q, s in ((QL, sL), (QR, sR)))
    turned = torch.einsum("mi,tmn,nj->tij", QL, G, QR)
    scaled = turned[-1] / turned.square().mean(0).sqrt()
    U, _, V = torch.svd(G[-1])
    return {"muon": (U @ V.T).numpy(), "shampoo": (left @ G[-1] @ right).numpy(), "soap": (QL @ scaled @ QR.T).numpy()}

# %% layer_updates / scipy
def layer_updates(grads):
    from scipy.linalg import fractional_matrix_power, polar

    G = np.asarray(grads, dtype=float)
    L, R = np.einsum("tij,tkj->ik", G, G), np.einsum("tji,tjk->ik", G, G)
    QL, QR = np.linalg.eigh(L)[1][:, ::-1], -np.linalg.eigh(R)[1]
    v = np.zeros(G[0].shape)
    for g in G:
        v += (QL.T @ g @ QR) ** 2 / len(G)
    soap = QL @ ((QL.T @ G[-1] @ QR) / v**0.5) @ QR.T
    shampoo = fractional_matrix_power(L, -0.25) @ G[-1] @ fractional_matrix_power(R, -0.25)
    return {"muon": polar(G[-1])[0], "shampoo": shampoo.real, "soap": soap}

# %% expected_v / covariances
def expected_v(each, batch):
    n = len(each)
    # E[g_i g_j] for one example and for two different ones.
    same = (each**2).mean(0)
    other = (each.sum(0) ** 2 - (each**2).sum(0)) / (n * (n - 1))
    return same / batch + (batch - 1) / batch * other

# %% expected_v / float32
def expected_v(each, batch):
    g = np.asarray(each, dtype=np.float32)
    n = len(g)
    spread = g.var(axis=0, ddof=1) / batch * (1 - batch / n)
    return g.mean(axis=0) ** 2 + spread

# %% learning_time / logarithms
def learning_time(pi, K, loss):
    p = math.exp(-loss)
    u = math.log(p * (K - 1)) - math.log(-math.expm1(-loss))
    clock = u + math.exp(u) / (K - 1) - 1 / (K - 1)
    return clock / (pi * K / (K - 1))

# %% learning_time / adding-up
def learning_time(pi, K, loss):
    # Solve the margin's equation of motion for the time by adding up dt = du / speed over a fine grid of margins.
    end = math.log((K - 1) / math.expm1(loss))
    u = np.linspace(0.0, end, 200_001)
    slowness = (1 + np.exp(u) / (K - 1)) * (K - 1) / (pi * K)
    return float(np.trapezoid(slowness, u))

# %% rare_lab / class-by-class
def predict(seed, loss):
    u = math.log(7) - math.log(math.exp(loss) - 1)
    flow = [(7 * u + math.exp(u) - 1) / (8 * share) for share in lab_shares(seed)]
    return {"sign": u / 2, "gd": flow}


def measure(seed, method, rate, steps):
    found = []
    for right, share in enumerate(lab_shares(seed)):
        w, m, v = np.zeros(8), np.zeros(8), np.zeros(8)
        losses = []
        for step in range(steps + 1):
            p = np.exp(w - np.logaddexp.reduce(w))
            losses.append(np.logaddexp.reduce(w) - w[right])
            p[right] -= 1
            move = share * p
            m += (move - m) / 10
            v += (move * move - v) / 1000
            if method == "adam":
                move = m / (1 - 0.9 ** (step + 1)) / (1e-8 + (v / (1 - 0.999 ** (step + 1))) ** 0.5)
            w -= rate * move
        found.append(losses)
    return np.transpose(found)


def draw(seed, loss, gd_rate, adam_rate, steps):
    order = np.argsort(lab_shares(seed))
    shares, theory = lab_shares(seed)[order], predict(seed, loss)
    plt.figure()
    plt.loglog(shares, np.array(theory["gd"])[order])
    plt.loglog(shares[[0, -1]], [theory["sign"]] * 2)
    for method, rate in (("gd", gd_rate), ("adam", adam_rate)):
        below = np.asarray(measure(seed, method, rate, steps)) <= loss
        plt.scatter(shares, [rate * list(row).index(True) for row in below.T[order]])
    plt.legend(["flow", "sign", "gd", "adam"])
    plt.xlabel("share")
    plt.ylabel("time")
    return plt.gcf()
