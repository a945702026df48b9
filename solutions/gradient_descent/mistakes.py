# %% setup
import numpy as np

# %% one_step / first-order
# says: That is the first-order change alone. The term with the curvature is what limits the rate.
# hint: 2
def one_step(H, b, theta, eta):
    g = H @ theta - b
    bend = g @ H @ g
    return -eta * float(g @ g), 2 * float(g @ g) / bend if bend > 0 else np.inf

# %% one_step / sharpness-limit
# says: 2 over the largest eigenvalue is the limit for every gradient; this step only meets the curvature along its own gradient.
# hint: 3
def one_step(H, b, theta, eta):
    g = H @ theta - b
    top = np.linalg.eigvalsh(H)[-1]
    return float(-eta * g @ g + eta**2 * (g @ H @ g) / 2), 2 / top if top > 0 else np.inf

# %% one_step / half-missing
# says: The second-order term of a Taylor series carries a factor one half.
# hint: 2
def one_step(H, b, theta, eta):
    g = H @ theta - b
    bend = g @ H @ g
    return float(-eta * g @ g + eta**2 * bend), float(g @ g) / bend if bend > 0 else np.inf

# %% one_step / subtracted
# says: You subtracted two nearly equal losses. At a tiny rate their difference drowns in rounding: multiply out instead.
# hint: 1
def one_step(H, b, theta, eta):
    def loss(p):
        return 0.5 * p @ H @ p - b @ p

    g = H @ theta - b
    bend = g @ H @ g
    return float(loss(theta - eta * g) - loss(theta)), 2 * float(g @ g) / bend if bend > 0 else np.inf

# %% one_step / negative-limit
# says: Where the curvature along the gradient is not positive no rate raises the loss: the limit is infinite, not negative.
# hint: 3
def one_step(H, b, theta, eta):
    g = H @ theta - b
    square, bend = float(g @ g), float(g @ H @ g)
    return -eta * square + eta**2 * bend / 2, 2 * square / bend if bend != 0 else np.inf

# %% one_step / no-b
# says: The gradient is H theta - b: the linear part of the loss has a slope, too.
# hint: 1
def one_step(H, b, theta, eta):
    g = H @ theta
    bend = g @ H @ g
    return float(-eta * g @ g + eta**2 * bend / 2), 2 * float(g @ g) / bend if bend > 0 else np.inf

# %% one_step / best-rate
# says: That rate lowers the loss the most. The loss first rises at twice that rate.
# hint: 3
def one_step(H, b, theta, eta):
    g = H @ theta - b
    square, bend = float(g @ g), float(g @ H @ g)
    return -eta * square + eta**2 * bend / 2, square / bend if bend > 0 else np.inf

# %% growth / plain
# says: |1 - eta h| is the factor without momentum.
# hint: 1
def growth(eta, beta, h):
    return np.abs(1 - np.asarray(eta) * np.asarray(h)) + 0 * np.asarray(beta)

# %% growth / always-root
# says: The root of beta is the modulus of complex roots only. Where the roots are real the larger one is bigger.
# hint: 3
def growth(eta, beta, h):
    return np.sqrt(np.asarray(beta) + 0 * np.asarray(eta) * np.asarray(h))

# %% growth / beta
# says: The product of the two conjugate roots is beta, so each has modulus sqrt(beta), not beta.
# hint: 2
def growth(eta, beta, h):
    m = 1 + np.asarray(beta) - np.asarray(eta) * np.asarray(h)
    inside = m**2 - 4 * np.asarray(beta)
    return np.where(inside < 0, beta, (np.abs(m) + np.sqrt(np.maximum(inside, 0))) / 2)

# %% growth / smaller-root
# says: You took the smaller of the two real roots. In the long run the larger one wins.
# hint: 3
def growth(eta, beta, h):
    m = 1 + np.asarray(beta) - np.asarray(eta) * np.asarray(h)
    inside = m**2 - 4 * np.asarray(beta)
    return np.where(inside < 0, np.sqrt(beta), np.abs(np.abs(m) - np.sqrt(np.maximum(inside, 0))) / 2)

# %% growth / signed
# says: A large rate makes both roots negative. Their modulus counts: take the absolute value of the middle term.
# hint: 3
def growth(eta, beta, h):
    m = 1 + np.asarray(beta) - np.asarray(eta) * np.asarray(h)
    inside = m**2 - 4 * np.asarray(beta)
    return np.where(inside < 0, np.sqrt(beta), (m + np.sqrt(np.maximum(inside, 0))) / 2)

# %% growth / averaged-momentum
# says: Your momentum multiplies the gradient by 1 - beta as well. Here the gradient enters with its full weight.
# hint: 1
def growth(eta, beta, h):
    m = 1 + np.asarray(beta) - (1 - np.asarray(beta)) * np.asarray(eta) * np.asarray(h)
    inside = m**2 - 4 * np.asarray(beta)
    return np.where(inside < 0, np.sqrt(beta), (np.abs(m) + np.sqrt(np.maximum(inside, 0))) / 2)

# %% growth / no-half
# says: The roots of a quadratic equation are divided by two.
# hint: 3
def growth(eta, beta, h):
    m = 1 + np.asarray(beta) - np.asarray(eta) * np.asarray(h)
    inside = m**2 - 4 * np.asarray(beta)
    return np.where(inside < 0, np.sqrt(beta), np.abs(m) + np.sqrt(np.maximum(inside, 0)))

# %% heavy_ball / plain-rate
# says: 2/(low + high) is the best rate without momentum. With momentum a larger one is best.
# hint: 2
def heavy_ball(low, high):
    a, b = np.sqrt(low), np.sqrt(high)
    rho = (b - a) / (b + a)
    return 2 / (low + high), rho**2, rho

# %% heavy_ball / no-root
# says: You used the condition number where its root belongs: that is the factor without momentum.
# hint: 3
def heavy_ball(low, high):
    rho = (high - low) / (high + low)
    return 4 / (np.sqrt(low) + np.sqrt(high)) ** 2, rho**2, rho

# %% heavy_ball / beta-is-rho
# says: The factor is the root of the momentum; you returned the same number for both.
# hint: 1
def heavy_ball(low, high):
    a, b = np.sqrt(low), np.sqrt(high)
    rho = (b - a) / (b + a)
    return 4 / (a + b) ** 2, rho, rho

# %% heavy_ball / factor-squared
# says: The factor of the error is the root of the momentum. Its square is the factor of the loss.
# hint: 1
def heavy_ball(low, high):
    a, b = np.sqrt(low), np.sqrt(high)
    rho = (b - a) / (b + a)
    return 4 / (a + b) ** 2, rho**2, rho**2

# %% heavy_ball / averaged
# says: That rate belongs to momentum whose gradient is multiplied by 1 - beta. Here it enters with its full weight.
# hint: 2
def heavy_ball(low, high):
    a, b = np.sqrt(low), np.sqrt(high)
    rho = (b - a) / (b + a)
    return 4 / (a + b) ** 2 / max(1 - rho**2, 1e-12), rho**2, rho

# %% rates_reached / same-factor
# says: You used the factor without momentum for both. Momentum puts the root of the condition number in its place.
# hint: 3
kappa = given.high / given.low
plain = ball = int(np.ceil(np.log(1e-6) / np.log((kappa - 1) / (kappa + 1))))
edge = 2 * (1 + given.beta) / given.high

# %% rates_reached / loss-not-error
# says: The loss falls with the square of the factor. The question asks when the error is at a millionth.
# hint: 2
kappa = given.high / given.low
slow, fast = (kappa - 1) / (kappa + 1), (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
plain, ball = (int(np.ceil(np.log(1e-6) / np.log(f) / 2)) for f in (slow, fast))
edge = 2 * (1 + given.beta) / given.high

# %% rates_reached / edge-plain
# says: 2/h is the edge without momentum. Momentum widens it by 1 + beta.
# hint: 3
kappa = given.high / given.low
slow, fast = (kappa - 1) / (kappa + 1), (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
plain, ball = (int(np.ceil(np.log(1e-6) / np.log(f))) for f in (slow, fast))
edge = 2 / given.high

# %% rates_reached / decimal-log
# says: Take the same logarithm above and below: you divided a decimal one by a natural one.
# hint: 2
kappa = given.high / given.low
slow, fast = (kappa - 1) / (kappa + 1), (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
plain, ball = (int(np.ceil(np.log10(1e-6) / np.log(f))) for f in (slow, fast))
edge = 2 * (1 + given.beta) / given.high

# %% picture / not-orthogonal
# says: u and v were made of length 1 but not orthogonal. In slanted coordinates the matrix has other eigenvalues.
# hint: 2
def picture(H, u, v):
    Q = np.column_stack([u / np.linalg.norm(u), v / np.linalg.norm(v)])
    seen, every = np.linalg.eigvalsh(Q.T @ H @ Q), np.linalg.eigvalsh(H)
    limit = -1e-9 * np.abs(every).max()
    return seen, int((every < limit).sum() - (seen < limit).sum())

# %% picture / as-given
# says: Curvatures are per unit of length. With u and v as they were given, longer directions look more curved.
# hint: 2
def picture(H, u, v):
    Q = np.column_stack([u, v])
    seen, every = np.linalg.eigvalsh(Q.T @ H @ Q), np.linalg.eigvalsh(H)
    limit = -1e-9 * np.abs(every).max()
    return seen, int((every < limit).sum() - (seen < limit).sum())

# %% picture / along-u-and-v
# says: These are the curvatures along the two directions of the grid. In between, the plane may be more curved and less.
# hint: 3
def picture(H, u, v):
    Q, _ = np.linalg.qr(np.column_stack([u, v]))
    seen, every = np.sort(np.diag(Q.T @ H @ Q)), np.linalg.eigvalsh(H)
    limit = -1e-9 * np.abs(every).max()
    return seen, int((every < limit).sum() - (seen < limit).sum())

# %% picture / all-ways-down
# says: That counts all ways down. Those that the picture shows are not hidden.
# hint: 3
def picture(H, u, v):
    Q, _ = np.linalg.qr(np.column_stack([u, v]))
    seen, every = np.linalg.eigvalsh(Q.T @ H @ Q), np.linalg.eigvalsh(H)
    return seen, int((every < -1e-9 * np.abs(every).max()).sum())

# %% picture / below-zero
# says: A rounding error below zero was counted as a way down: the limit is 1e-9 times the largest eigenvalue in size.
# hint: 3
def picture(H, u, v):
    Q, _ = np.linalg.qr(np.column_stack([u, v]))
    seen, every = np.linalg.eigvalsh(Q.T @ H @ Q), np.linalg.eigvalsh(H)
    return seen, int((every < 0).sum() - (seen < 0).sum())

# %% batch_covariance / one-over-b
# says: Without replacement the batch covers part of the data, and all of it has no noise: a factor (n - B)/(n - 1) is missing.
# hint: 2
def batch_covariance(G, B, replacement):
    c = G - G.mean(0)
    return c.T @ c / len(G) / B

# %% batch_covariance / large-n
# says: 1 - B/n is the factor for the sample covariance, with division by n - 1. With division by n it is (n - B)/(n - 1).
# hint: 3
def batch_covariance(G, B, replacement):
    n, c = len(G), G - G.mean(0)
    return c.T @ c / n / B * (1 if replacement else 1 - B / n)

# %% batch_covariance / sample
# says: With replacement the draws come from exactly these n examples: their covariance is divided by n, not by n - 1.
# hint: 1
def batch_covariance(G, B, replacement):
    n, c = len(G), G - G.mean(0)
    one = c.T @ c / max(n - 1, 1)
    return one / B if replacement else one * (1 / B - 1 / n)

# %% batch_covariance / second-moment
# says: That is the second moment about zero. A covariance is taken about the mean gradient.
# hint: 1
def batch_covariance(G, B, replacement):
    n = len(G)
    return G.T @ G / n / B * (1 if replacement else (n - B) / max(n - 1, 1))

# %% batch_covariance / divided-by-zero
# says: One example has no noise: n - 1 is zero there, and the result must be zeros, not nan.
# hint: 3
def batch_covariance(G, B, replacement):
    n, c = len(G), G - G.mean(0)
    return c.T @ c / n / B * (1 if replacement else np.float64(n - B) / np.float64(n - 1))

# %% batch_covariance / diagonal
# says: The noise of different parameters is correlated; only the diagonal of the matrix is there.
# hint: 1
def batch_covariance(G, B, replacement):
    n = len(G)
    return np.diag(G.var(0)) / B * (1 if replacement else (n - B) / max(n - 1, 1))

# %% batch_covariance / cancelled
# says: E[g g^T] - E[g] E[g]^T subtracts two nearly equal matrices when the mean is large. Centre first.
# hint: 1
def batch_covariance(G, B, replacement):
    n, mean = len(G), G.mean(0)
    one = G.T @ G / n - np.outer(mean, mean)
    return one / B * (1 if replacement else (n - B) / max(n - 1, 1))

# %% stationary / small-rate
# says: That is the limit of small rates. At a finite rate the variance grows as the threshold comes near.
# hint: 3
def stationary(eta, h, sigma2, beta):
    return eta * sigma2 / (2 * h * (1 - beta)) if eta * h < 2 * (1 + beta) else np.inf

# %% stationary / effective-rate
# says: You put the effective rate eta/(1 - beta) into the formula without momentum. They agree for small rates only.
# hint: 2
def stationary(eta, h, sigma2, beta):
    e = eta / (1 - beta)
    if eta * h >= 2 * (1 + beta):
        return np.inf
    return e * sigma2 / (h * (2 - e * h))

# %% stationary / no-momentum
# says: That is the variance without momentum.
# hint: 2
def stationary(eta, h, sigma2, beta):
    return eta * sigma2 / (h * (2 - eta * h)) if eta * h < 2 else np.inf

# %% stationary / negative
# says: Beyond the threshold the recursion diverges: the variance is infinite, not negative.
# hint: 3
def stationary(eta, h, sigma2, beta):
    room = 2 * (1 + beta) - eta * h
    return eta * sigma2 * (1 + beta) / ((1 - beta) * h * room) if room else np.inf

# %% stationary / plain-threshold
# says: With momentum the threshold is 2 (1 + beta)/h. Between 2/h and that the run is stable.
# hint: 3
def stationary(eta, h, sigma2, beta):
    if eta * h >= 2:
        return np.inf
    return eta * sigma2 * (1 + beta) / ((1 - beta) * h * (2 * (1 + beta) - eta * h))

# %% stationary / standard-deviation
# says: That is the standard deviation; the variance is its square.
# hint: 1
def stationary(eta, h, sigma2, beta):
    room = 2 * (1 + beta) - eta * h
    return np.sqrt(eta * sigma2 * (1 + beta) / ((1 - beta) * h * room)) if room > 0 else np.inf

# %% stationary / zero-noise
# says: Without noise, too, the recursion beyond the threshold is not stable; the statement asks for inf there.
# hint: 1
def stationary(eta, h, sigma2, beta):
    room = 2 * (1 + beta) - eta * h
    if sigma2 == 0:
        return 0.0
    return eta * sigma2 * (1 + beta) / ((1 - beta) * h * room) if room > 0 else np.inf

# %% noise_scale / raw-square
# says: The squared norm of a batch gradient holds its noise, too: it is too large on average. Use both sizes to take the noise off.
# hint: 2
def noise_scale(small, big, b, B):
    s, g = np.mean(small), np.mean(big)
    trace = (s - g) / (1 / b - 1 / B)
    return float(g), float(trace), float(trace / g)

# %% noise_scale / swapped
# says: The weights are the wrong way round: the larger batch is the better estimate and gets the larger weight.
# hint: 3
def noise_scale(small, big, b, B):
    s, g = np.mean(small), np.mean(big)
    square, trace = (B * s - b * g) / (B - b), (s - g) / (1 / b - 1 / B)
    return float(square), float(trace), float(trace / square)

# %% noise_scale / inverse
# says: The noise scale is noise over signal; yours is upside down.
# hint: 3
def noise_scale(small, big, b, B):
    s, g = np.mean(small), np.mean(big)
    square, trace = (B * g - b * s) / (B - b), (s - g) / (1 / b - 1 / B)
    return float(square), float(trace), float(square / trace)

# %% noise_scale / clipped
# says: You clipped a negative estimate. An estimate that is clipped is biased; the statement asks for it as it is.
# hint: 1
def noise_scale(small, big, b, B):
    s, g = np.mean(small), np.mean(big)
    square, trace = max((B * g - b * s) / (B - b), 0.0), max((s - g) / (1 / b - 1 / B), 0.0)
    return float(square), float(trace), float(trace / square) if square else np.nan

# %% noise_scale / sizes-forgotten
# says: The difference of the two means is not the trace: divide by 1/b - 1/B.
# hint: 3
def noise_scale(small, big, b, B):
    s, g = np.mean(small), np.mean(big)
    square = (B * g - b * s) / (B - b)
    return float(square), float(s - g), float((s - g) / square) if square else np.nan

# %% noise_scale / infinite
# says: With a square of exactly zero the statement asks for nan as the scale.
# hint: 3
def noise_scale(small, big, b, B):
    s, g = np.mean(small), np.mean(big)
    square, trace = (B * g - b * s) / (B - b), (s - g) / (1 / b - 1 / B)
    return float(square), float(trace), float(trace / square) if square else np.inf

# %% schedule / from-zero
# says: Warm-up starts at peak/(warmup + 1), not at 0: a first step with rate zero is wasted.
# hint: 3
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if kind not in ("constant", "linear", "cosine", "wsd"):
        raise ValueError(kind)
    if t < warmup:
        return peak * t / warmup
    u = (t - warmup) / (T - warmup)
    return peak * {"constant": 1.0, "linear": 1 - u, "cosine": (1 + np.cos(np.pi * u)) / 2, "wsd": min(1.0, (1 - u) / decay)}[kind]

# %% schedule / whole-run
# says: u runs over the steps after warm-up only; yours counts the warm-up, too.
# hint: 1
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if kind not in ("constant", "linear", "cosine", "wsd"):
        raise ValueError(kind)
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    u = t / T
    return peak * {"constant": 1.0, "linear": 1 - u, "cosine": (1 + np.cos(np.pi * u)) / 2, "wsd": min(1.0, (1 - u) / decay)}[kind]

# %% schedule / last-step-zero
# says: You divided by T - 1, so that the last step has rate zero. u never reaches 1 here.
# hint: 2
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if kind not in ("constant", "linear", "cosine", "wsd"):
        raise ValueError(kind)
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    u = (t - warmup) / max(T - warmup - 1, 1)
    return peak * {"constant": 1.0, "linear": 1 - u, "cosine": (1 + np.cos(np.pi * u)) / 2, "wsd": min(1.0, (1 - u) / decay)}[kind]

# %% schedule / cosine-unhalved
# says: Half of one plus the cosine runs from 1 to 0; yours runs from 2, or below zero.
# hint: 1
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if kind not in ("constant", "linear", "cosine", "wsd"):
        raise ValueError(kind)
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    u = (t - warmup) / (T - warmup)
    return peak * {"constant": 1.0, "linear": 1 - u, "cosine": np.cos(np.pi * u), "wsd": min(1.0, (1 - u) / decay)}[kind]

# %% schedule / silent
# says: Another kind must raise ValueError; yours returns a rate.
# hint: 1
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    u = (t - warmup) / (T - warmup)
    return peak * {"linear": 1 - u, "cosine": (1 + np.cos(np.pi * u)) / 2, "wsd": min(1.0, (1 - u) / decay)}.get(kind, 1.0)

# %% schedule / no-peak
# says: The peak multiplies the rest of the schedule, too.
# hint: 3
def schedule(kind, t, T, peak, warmup=0, decay=0.2):
    if kind not in ("constant", "linear", "cosine", "wsd"):
        raise ValueError(kind)
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    u = (t - warmup) / (T - warmup)
    return {"constant": peak, "linear": 1 - u, "cosine": (1 + np.cos(np.pi * u)) / 2, "wsd": min(1.0, (1 - u) / decay)}[kind]

# %% noisy_quadratic / noiseless
# says: The noise is missing: each step adds the squared rate times its variance.
# hint: 2
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta) ** 2, axis=0)
    found = [0.5 * np.sum(h * m)]
    for eta in rates:
        m = (1 - eta * h) ** 2 * m
        found.append(0.5 * np.sum(h * m))
    return np.array(found)

# %% noisy_quadratic / rate-once
# says: The noise enters the step multiplied by the rate, and the second moment with its square.
# hint: 3
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta) ** 2, axis=0)
    found = [0.5 * np.sum(h * m)]
    for eta in rates:
        m = (1 - eta * h) ** 2 * m + eta * s
        found.append(0.5 * np.sum(h * m))
    return np.array(found)

# %% noisy_quadratic / not-squared
# says: The second moment shrinks with the square of 1 - eta h.
# hint: 2
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta) ** 2, axis=0)
    found = [0.5 * np.sum(h * m)]
    for eta in rates:
        m = (1 - eta * h) * m + eta**2 * s
        found.append(0.5 * np.sum(h * m))
    return np.array(found)

# %% noisy_quadratic / mean-start
# says: The mean of several starts is not their second moment: square first, then average.
# hint: 1
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta), axis=0) ** 2
    found = [0.5 * np.sum(h * m)]
    for eta in rates:
        m = (1 - eta * h) ** 2 * m + eta**2 * s
        found.append(0.5 * np.sum(h * m))
    return np.array(found)

# %% noisy_quadratic / no-start
# says: The expected loss before the first step is missing: T + 1 values are asked for.
# hint: 3
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta) ** 2, axis=0)
    found = []
    for eta in rates:
        m = (1 - eta * h) ** 2 * m + eta**2 * s
        found.append(0.5 * np.sum(h * m))
    return np.array(found)

# %% noisy_quadratic / no-half
# says: The loss is half of the sum.
# hint: 3
def noisy_quadratic(rates, h, s, theta):
    m = np.mean(np.atleast_2d(theta) ** 2, axis=0)
    found = [np.sum(h * m)]
    for eta in rates:
        m = (1 - eta * h) ** 2 * m + eta**2 * s
        found.append(np.sum(h * m))
    return np.array(found)

# %% lab / output-only
# says: You trained the outgoing weights alone. W is trained, too, and has its part in the curvature.
# hint: 1
def lab(X, y, W, a):
    T = np.tanh(X @ W)
    H = T.T @ T / len(y)
    sharp = float(np.linalg.eigvalsh(H)[-1])

    def run(rate, steps):
        c = a.copy()
        for _ in range(steps):
            c = c - rate * T.T @ (T @ c - y) / len(y)
        return network_loss(X, y, W, c)

    g = T.T @ (T @ a - y) / len(y)
    return {"sharpness": sharp, "losses": np.array([run(p * 2 / sharp, 100) for p in (1 / 16, 1 / 8, 1 / 4)]),
            "predicted": float(-g @ g / sharp + g @ H @ g / sharp**2 / 2), "actual": run(1 / sharp, 1) - run(0, 0)}

# %% lab / gauss-newton
# says: That is the Gauss-Newton matrix, which leaves out the curvature of the network itself. The residuals are not zero at the start.
# hint: 2
def lab(X, y, W, a):
    n = len(y)

    def slope(theta):
        V, c = theta[:10].reshape(2, 5), theta[10:]
        T = np.tanh(X @ V)
        r = T @ c - y
        return np.concatenate([(X.T @ (np.outer(r, c) * (1 - T**2)) / n).ravel(), T.T @ r / n])

    def run(rate, steps):
        theta = np.concatenate([W.ravel(), a])
        for _ in range(steps):
            theta = theta - rate * slope(theta)
        return network_loss(X, y, theta[:10].reshape(2, 5), theta[10:])

    T = np.tanh(X @ W)
    J = np.concatenate([(X[:, :, None] * ((1 - T**2) * a)[:, None, :]).reshape(n, -1), T], axis=1)
    H = J.T @ J / n
    sharp, g = float(np.linalg.eigvalsh(H)[-1]), slope(np.concatenate([W.ravel(), a]))
    return {"sharpness": sharp, "losses": np.array([run(p * 2 / sharp, 100) for p in (1 / 16, 1 / 8, 1 / 4)]),
            "predicted": float(-g @ g / sharp + g @ H @ g / sharp**2 / 2), "actual": run(1 / sharp, 1) - run(0, 0)}

# %% lab / summed
# says: Your gradient belongs to the sum over the examples. The loss is half the mean: divide by n.
# hint: 3
def lab(X, y, W, a):
    def slope(theta):
        V, c = theta[:10].reshape(2, 5), theta[10:]
        T = np.tanh(X @ V)
        r = T @ c - y
        return np.concatenate([(X.T @ (np.outer(r, c) * (1 - T**2))).ravel(), T.T @ r])

    def run(rate, steps):
        theta = start
        for _ in range(steps):
            theta = theta - rate * slope(theta)
        return network_loss(X, y, theta[:10].reshape(2, 5), theta[10:])

    start = np.concatenate([W.ravel(), a])
    H = np.array([(slope(start + d) - slope(start - d)) / 2e-5 for d in 1e-5 * np.eye(15)])
    sharp, g = float(np.linalg.eigvalsh((H + H.T) / 2)[-1]), slope(start)
    return {"sharpness": sharp, "losses": np.array([run(p * 2 / sharp, 100) for p in (1 / 16, 1 / 8, 1 / 4)]),
            "predicted": float(-g @ g / sharp + g @ H @ g / sharp**2 / 2), "actual": run(1 / sharp, 1) - run(0, 0)}

# %% lab / trace
# says: That is the trace of the Hessian, the sum of all its eigenvalues. The sharpness is the largest of them.
# hint: 2
def lab(X, y, W, a):
    n = len(y)

    def slope(theta):
        V, c = theta[:10].reshape(2, 5), theta[10:]
        T = np.tanh(X @ V)
        r = T @ c - y
        return np.concatenate([(X.T @ (np.outer(r, c) * (1 - T**2)) / n).ravel(), T.T @ r / n])

    def run(rate, steps):
        theta = start
        for _ in range(steps):
            theta = theta - rate * slope(theta)
        return network_loss(X, y, theta[:10].reshape(2, 5), theta[10:])

    start = np.concatenate([W.ravel(), a])
    H = np.array([(slope(start + d) - slope(start - d)) / 2e-5 for d in 1e-5 * np.eye(15)])
    sharp, g = float(np.trace(H)), slope(start)
    return {"sharpness": sharp, "losses": np.array([run(p * 2 / sharp, 100) for p in (1 / 16, 1 / 8, 1 / 4)]),
            "predicted": float(-g @ g / sharp + g @ H @ g / sharp**2 / 2), "actual": run(1 / sharp, 1) - run(0, 0)}

# %% any_answer / shortest-fit
# says: That is the least-norm fit of the training set alone. It answers what it answers on z, and not t.
# hint: 1
def any_answer(X, y, z, t):
    rest = z - np.linalg.pinv(X) @ (X @ z)
    if np.linalg.norm(rest) <= 1e-8 * np.linalg.norm(z):
        raise ValueError("fixed")
    return np.linalg.pinv(X) @ y

# %% any_answer / along-z
# says: Moving along z itself changes the answers on the training inputs. Move along the part of z that is orthogonal to them.
# hint: 2
def any_answer(X, y, z, t):
    rest = z - np.linalg.pinv(X) @ (X @ z)
    if np.linalg.norm(rest) <= 1e-8 * np.linalg.norm(z):
        raise ValueError("fixed")
    shortest = np.linalg.pinv(X) @ y
    return shortest + (t - shortest @ z) / (z @ z) * z

# %% any_answer / never-refuses
# says: Where z is a combination of the training inputs no weights fit and answer t: raise ValueError, do not return a compromise.
# hint: 3
def any_answer(X, y, z, t):
    return np.linalg.pinv(np.vstack([X, z])) @ np.append(y, t)

# %% any_answer / refuses-the-wrong-answer-only
# says: For such a z the training set fixes the answer, and the statement asks for the error whatever t, also if t is that answer.
# hint: 3
def any_answer(X, y, z, t):
    w = np.linalg.lstsq(np.vstack([X, z]), np.append(y, t), rcond=None)[0]
    if abs(w @ z - t) > 1e-6 * max(1, abs(t)):
        raise ValueError("fixed")
    return w

# %% any_answer / absolute
# says: Whether z is a combination of the training inputs is judged beside its own length: a small z is not one for being small.
# hint: 3
def any_answer(X, y, z, t):
    rest = z - np.linalg.pinv(X) @ (X @ z)
    if np.linalg.norm(rest) < 1e-3:
        raise ValueError("fixed")
    shortest = np.linalg.pinv(X) @ y
    return shortest + (t - shortest @ z) / (rest @ rest) * rest

# %% read_runs / swapped-ends
# says: A sign that changes at every step belongs to a rate near the edge; a period of many steps needs momentum.
# hint: 3
causes = ["rate too small", "noise floor", "too much momentum", "rate near the edge"]
floor = 0.5

# %% read_runs / slow-is-edge
# says: Near the edge the error changes sign at every step. Run A creeps without a swing: its rate is too small.
# hint: 2
causes = ["rate near the edge", "noise floor", "rate too small", "too much momentum"]
floor = 0.5

# %% read_runs / square
# says: The stationary variance, and with it the loss, is proportional to the rate, not to its square.
# hint: 2
causes = ["rate too small", "noise floor", "rate near the edge", "too much momentum"]
floor = 0.25

# %% read_runs / root
# says: The standard deviation falls with the root of the rate; the loss is quadratic in it.
# hint: 2
causes = ["rate too small", "noise floor", "rate near the edge", "too much momentum"]
floor = 0.5**0.5
