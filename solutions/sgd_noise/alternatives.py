# %% best_temperature / search
def best_temperature(eigenvalues):
    scaled = np.asarray(eigenvalues, dtype=float)
    temperature = scaled.sum() / scaled.size
    ratio = scaled / temperature
    return float(temperature), float(0.5 * (ratio.sum() - ratio.size - np.log(ratio).sum()))

# %% fibre_entropy / tridiagonal
def fibre_entropy(s, depth):
    roots = np.asarray(s, dtype=float) ** (1 / depth)
    total = 0.0
    for i in range(len(roots)):
        for j in range(i + 1, len(roots)):
            x, y = roots[i], roots[j]
            block = np.diag(np.full(depth - 1, x**2 + y**2)) - x * y * (np.eye(depth - 1, k=1) + np.eye(depth - 1, k=-1))
            total += np.linalg.slogdet(block)[1] / 2
    return total

# %% stationary_moments / iterate
def stationary_moments(x, r, rate, batch):
    n, d = x.shape
    H = x.T @ x / n
    kept = np.eye(d) - rate * H
    columns = []
    for place in range(d * d):
        unit = np.zeros(d * d)
        unit[place] = 1.0
        M = unit.reshape(d, d)
        fourth = sum(np.outer(row, row) * (row @ M @ row) for row in x) / n
        columns.append((M - kept @ M @ kept - rate**2 / batch * (fourth - H @ M @ H)).ravel())
    noise = sum(value**2 * np.outer(row, row) for row, value in zip(x, r)) / n
    return np.linalg.lstsq(np.array(columns).T, (rate**2 / batch * noise).ravel(), rcond=None)[0].reshape(d, d)

# %% preconditioned_spread / series
def preconditioned_spread(H, rate, batch, sigma):
    added = rate**2 * sigma**2 / batch * np.linalg.inv(H)
    return added / (1 - (1 - rate) ** 2)

# %% powers / whole-numbers
powers = [-1, 0, 1, -1]

# %% swept_area / moments
def swept_area(h1, h2, cross, rate, batch):
    kept1, kept2 = 1 - rate * h1, 1 - rate * h2
    moment = rate**2 * cross / batch / (1 - kept1 * kept2)
    return moment * (kept2 - kept1)

# %% imbalance_after / loop
def imbalance_after(u0, v0, errors, inputs, rate):
    left = u0 * u0 - v0 * v0
    for error, value in zip(errors, inputs):
        left *= (1 - rate * error * value) * (1 + rate * error * value)
    return left

# %% watch_imbalance / gradient-law
def watch_imbalance(W1, w2, x, y, rate):
    W1, w2 = np.array(W1, dtype=float), np.array(w2, dtype=float)
    found = np.empty(len(y) + 1)
    found[0] = np.sum(W1**2) - np.sum(w2**2)
    for t in range(len(y)):
        error = w2 @ W1 @ x[t] - y[t]
        first, second = error * np.outer(w2, x[t]), error * (W1 @ x[t])
        found[t + 1] = found[t] + rate**2 * (np.sum(first**2) - np.sum(second**2))
        W1 -= rate * first
        w2 -= rate * second
    return found

# %% noise_balance / from-ratio
def noise_balance(m, k, strength, q):
    ratio = m * q
    v2 = np.sqrt(strength**2 / ratio)
    u2 = ratio * v2
    return float(u2), float(v2), float((1 + k * q) / (2 * np.sqrt(k * q)))

# %% monomial_coefficient / smallest-share
def monomial_coefficient(k):
    shares = [1 / (2 * power) for power in k if power > 0]
    return min(shares), sum(share == min(shares) for share in shares)

# %% balance_lab / by-the-law
def predict(noise, rate, batch, left):
    decay = rate**2 * noise**2 / batch
    return float(np.log(1 / left) / decay)


def measure(seed, noise, rate, batch, steps):
    rng = np.random.default_rng(seed)
    u, v = (np.outer(np.ones(RUNS), w) for w in lab_start(seed))
    target, kept, found = np.dot(*lab_start(seed)), np.ones(RUNS), [1.0]
    for _ in range(steps):
        e = np.einsum("rj,rj->r", u, v) - target - noise * rng.standard_normal((RUNS, batch)).mean(axis=1)
        new = u - rate * e[:, None] * v
        v -= rate * e[:, None] * u
        u = new
        kept *= 1 - (rate * e) ** 2  # exact for every unit
        found.append(float(kept.mean()))
    return found


def draw(seed, noise, batch, rates):
    half = []
    for rate in rates:
        path = measure(seed, noise, rate, batch, 5 * round(predict(noise, rate, batch, 0.5)) + 50)
        half.append(next(i for i, share in enumerate(path) if share <= 0.5))
    plt.figure()
    plt.plot(rates, half, "k-", label="SGD")
    plt.plot(rates, [predict(noise, rate, batch, 0.5) for rate in rates], label="theory")
    plt.plot(rates, [half[0] * rates[0] / rate for rate in rates], label="1/rate")
    plt.xscale("log")
    plt.yscale("log")
    plt.xlabel("learning rate")
    plt.ylabel("steps")
    plt.legend()
    return plt.gcf()
