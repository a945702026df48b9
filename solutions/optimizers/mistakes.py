# %% setup
import math

import numpy as np

# %% steepest_step / not-normalised
# says: For "frobenius" the step is along G, but its length must be 1: divide by the norm.
# hint: 1
def steepest_step(G, norm):
    if norm == "frobenius" or not np.any(G):
        return 1.0 * G
    if norm == "max":
        return np.sign(G)
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    kept = s > 1e-10 * s[0]
    return U[:, kept] @ Vt[kept] * (np.sqrt(G.shape[0] / G.shape[1]) if norm == "rms" else 1)

# %% steepest_step / rms-upside-down
# says: The factor of the RMS norm is upside down: with more outputs than inputs the step of unit norm is longer, by sqrt(n_out / n_in).
# hint: 3
def steepest_step(G, norm):
    if not np.any(G):
        return np.zeros(G.shape)
    if norm == "frobenius":
        return G / np.linalg.norm(G)
    if norm == "max":
        return np.sign(G)
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    kept = s > 1e-10 * s[0]
    return U[:, kept] @ Vt[kept] * (np.sqrt(G.shape[1] / G.shape[0]) if norm == "rms" else 1)

# %% steepest_step / scaled-by-top
# says: You divided G by its largest singular value. That has length 1, but the other singular vectors may be used in full, too.
# hint: 2
def steepest_step(G, norm):
    if not np.any(G):
        return np.zeros(G.shape)
    if norm == "frobenius":
        return G / np.linalg.norm(G)
    if norm == "max":
        return np.sign(G)
    return G / np.linalg.norm(G, 2) * (np.sqrt(G.shape[0] / G.shape[1]) if norm == "rms" else 1)

# %% steepest_step / null-directions
# says: Where G has rank below full, its null directions gain nothing and stand in no definite direction: leave them out.
# hint: 3
def steepest_step(G, norm):
    if not np.any(G):
        return np.zeros(G.shape)
    if norm == "frobenius":
        return G / np.linalg.norm(G)
    if norm == "max":
        return np.sign(G)
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    return U @ Vt * (np.sqrt(G.shape[0] / G.shape[1]) if norm == "rms" else 1)

# %% largest_gain / own-norm
# says: These are the norms of G itself. The gain is the dual norm: the sum of what the other norm takes the largest of.
# hint: 1
def largest_gain(G, norm):
    if norm == "frobenius":
        return float(np.linalg.norm(G))
    if norm == "max":
        return float(np.abs(G).max())
    return float(np.linalg.norm(G, 2)) * (math.sqrt(G.shape[1] / G.shape[0]) if norm == "rms" else 1)

# %% largest_gain / rms-upside-down
# says: From RMS to RMS the best step is longer than that of the spectral norm by sqrt(n_out / n_in), and so is the gain.
# hint: 3
def largest_gain(G, norm):
    if norm == "frobenius":
        return float(np.linalg.norm(G))
    if norm == "max":
        return float(np.abs(G).sum())
    return float(np.linalg.svd(G)[1].sum()) * (math.sqrt(G.shape[1] / G.shape[0]) if norm == "rms" else 1)

# %% largest_gain / one-for-both
# says: The RMS norm differs from the spectral one by a factor that depends on the shape; your two values are the same.
# hint: 3
def largest_gain(G, norm):
    if norm == "frobenius":
        return float(np.linalg.norm(G))
    if norm == "max":
        return float(np.abs(G).sum())
    return float(np.linalg.svd(G)[1].sum())

# %% newton_schulz / square-of-entries
# says: A ** 2 squares the entries of A. The iteration needs the product of the matrices, A @ A.
# hint: 2
def newton_schulz(G, rounds, coefficients):
    if not np.any(G):
        return np.zeros(G.shape)
    a, b, c = coefficients
    X = G / np.linalg.norm(G)
    for _ in range(rounds):
        A = X @ X.T
        X = a * X + (b * A + c * A**2) @ X
    return X

# %% newton_schulz / not-divided
# says: Divide by the Frobenius norm first: the polynomial works on singular values between 0 and 1.
# hint: 1
def newton_schulz(G, rounds, coefficients):
    a, b, c = coefficients
    X = 0.01 * G
    for _ in range(rounds):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X

# %% newton_schulz / spectral-norm
# says: You divided by the largest singular value. The statement asks for the Frobenius norm, which needs no decomposition.
# hint: 1
def newton_schulz(G, rounds, coefficients):
    if not np.any(G):
        return np.zeros(G.shape)
    a, b, c = coefficients
    X = G / np.linalg.norm(G, 2)
    for _ in range(rounds):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X

# %% newton_schulz / divided-each-round
# says: You divide by the norm in every round. Once is enough; afterwards the polynomial keeps the values in range.
# hint: 1
def newton_schulz(G, rounds, coefficients):
    if not np.any(G):
        return np.zeros(G.shape)
    a, b, c = coefficients
    X = G / np.linalg.norm(G)
    for _ in range(rounds):
        X = X / np.linalg.norm(X)
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X

# %% rounds_needed / first-term-only
# says: a s alone is right only near zero: the cubic and the fifth power count before one half is reached.
# hint: 1
def rounds_needed(s, level):
    rounds = 0
    while s < level:
        s, rounds = 3.4445 * s, rounds + 1
    return rounds, s

# %% rounds_needed / one-too-many
# says: A value that is at the level already needs no round.
# hint: 3
def rounds_needed(s, level):
    a, b, c = MUON
    rounds = 1
    s = a * s + b * s**3 + c * s**5
    while s < level:
        s = a * s + b * s**3 + c * s**5
        rounds += 1
    return rounds, s

# %% rounds_needed / the-cubic
# says: That is the count for the cubic 1.5 s - 0.5 s^3, which is much slower near zero.
# hint: 1
def rounds_needed(s, level):
    rounds = 0
    while s < level:
        s, rounds = 1.5 * s - 0.5 * s**3, rounds + 1
    return rounds, s

# %% rounds_share / forward-only
# says: You counted the forward pass alone. The layer multiplies three times: forward, back to the inputs, back to the weights.
# hint: 2
def rounds_share(n_out, n_in, tokens, rounds):
    m, n = min(n_out, n_in), max(n_out, n_in)
    return rounds * (4 * m**2 * n + 2 * m**3) / (2 * m * n * tokens)

# %% rounds_share / two-products
# says: One round has three products of matrices: X X^T, A A, and the sum of both times X. One is missing.
# hint: 2
def rounds_share(n_out, n_in, tokens, rounds):
    m, n = min(n_out, n_in), max(n_out, n_in)
    return rounds * 4 * m**2 * n / (6 * m * n * tokens)

# %% rounds_share / rows-only
# says: A lives on the smaller of the two sides; you always took the outputs. For a tall matrix the transpose is cheaper.
# hint: 3
def rounds_share(n_out, n_in, tokens, rounds):
    return rounds * (4 * n_out**2 * n_in + 2 * n_out**3) / (6 * n_out * n_in * tokens)

# %% train_memory / unweighted
# says: Each fact counts with its frequency: multiply the column of fact i by pi_i before you go back to W.
# hint: 1
def train_memory(U, K, pi, rule, rate, steps):
    W = np.zeros((len(U), len(U)))

    def logp():
        z = U.T @ W @ K
        z = z - z.max(0)
        return z - np.log(np.exp(z).sum(0))

    for _ in range(steps):
        G = U @ (np.exp(logp()) - np.eye(len(pi))) @ K.T
        if rule == "sign":
            G = np.sign(G)
        elif rule == "spectral":
            left, s, right = np.linalg.svd(G)
            kept = s > 1e-10 * s[0]
            G = left[:, kept] @ right[kept]
        W = W - rate * G
    return -np.diag(logp())

# %% train_memory / softmax-over-keys
# says: The softmax goes over the values, for each key on its own. Yours goes over the keys.
# hint: 1
def train_memory(U, K, pi, rule, rate, steps):
    W = np.zeros((len(U), len(U)))

    def logp():
        z = U.T @ W @ K
        z = z - z.max(1, keepdims=True)
        return z - np.log(np.exp(z).sum(1, keepdims=True))

    for _ in range(steps):
        G = U @ ((np.exp(logp()) - np.eye(len(pi))) * pi) @ K.T
        if rule == "sign":
            G = np.sign(G)
        elif rule == "spectral":
            left, s, right = np.linalg.svd(G)
            kept = s > 1e-10 * s[0]
            G = left[:, kept] @ right[kept]
        W = W - rate * G
    return -np.diag(logp())

# %% train_memory / uphill
# says: The losses rise: the step goes along the gradient. W - rate * D(G), with the probabilities minus the right answers in G.
# hint: 1
def train_memory(U, K, pi, rule, rate, steps):
    W = np.zeros((len(U), len(U)))

    def logp():
        z = U.T @ W @ K
        z = z - z.max(0)
        return z - np.log(np.exp(z).sum(0))

    for _ in range(steps):
        G = U @ ((np.exp(logp()) - np.eye(len(pi))) * pi) @ K.T
        if rule == "sign":
            G = np.sign(G)
        elif rule == "spectral":
            left, s, right = np.linalg.svd(G)
            kept = s > 1e-10 * s[0]
            G = left[:, kept] @ right[kept]
        W = W + rate * G
    return -np.diag(logp())

# %% train_memory / fixed-gradient
# says: The gradient is that of the start in every step. Recompute it after each: the probabilities have changed.
# hint: 2
def train_memory(U, K, pi, rule, rate, steps):
    G = U @ ((1 / len(pi) - np.eye(len(pi))) * pi) @ K.T
    if rule == "sign":
        G = np.sign(G)
    elif rule == "spectral":
        left, s, right = np.linalg.svd(G)
        kept = s > 1e-10 * s[0]
        G = left[:, kept] @ right[kept]
    z = -steps * rate * U.T @ G @ K
    z = z - z.max(0)
    return -np.diag(z - np.log(np.exp(z).sum(0)))

# %% together / signs-everywhere
# says: Signs remove the frequencies only along the axes. In random directions every entry of the gradient mixes all facts.
# hint: 3
together = ["apart", "together", "together", "together"]

# %% together / only-axes
# says: The orthogonal factor turns along with keys and values, so that spectral descent cannot tell random orthogonal ones from the axes.
# hint: 2
together = ["apart", "together", "apart", "apart"]

# %% together / gradient-too
# says: Under gradient descent a fact's step is proportional to its frequency, along the axes, too.
# hint: 1
together = ["together", "together", "apart", "together"]

# %% block_step / each-weight
# says: That is the sign of each gradient, one rate a weight. The mean of the squares goes over the whole block.
# hint: 1
def block_step(g, blocks):
    return np.sign(g)

# %% block_step / all-in-one
# says: You took the mean over all weights. Each block has its own.
# hint: 2
def block_step(g, blocks):
    size = np.sqrt(np.mean(g**2))
    return g / size if size > 0 else 0 * g

# %% block_step / root-of-the-sum
# says: You divided by the length of the block's gradient, the root of the sum of squares. The rate needs the root of the mean.
# hint: 1
def block_step(g, blocks):
    out = np.zeros(len(g))
    for label in np.unique(blocks):
        inside = blocks == label
        size = np.linalg.norm(g[inside])
        if size > 0:
            out[inside] = g[inside] / size
    return out

# %% block_step / mean-of-sizes
# says: You took the mean of the absolute values. Adam averages squares and takes the root after.
# hint: 1
def block_step(g, blocks):
    out = np.zeros(len(g))
    for label in np.unique(blocks):
        inside = blocks == label
        size = np.mean(np.abs(g[inside]))
        if size > 0:
            out[inside] = g[inside] / size
    return out

# %% lion_path / momentum-first
# says: You updated m before taking the sign. Lion takes the sign of beta1 m + (1 - beta1) g with the old m.
# hint: 2
def lion_path(start, gradients, rate, decay, beta1, beta2):
    w, m, path = start, np.zeros(len(start)), [start]
    for g in gradients:
        m = beta2 * m + (1 - beta2) * g
        w = w - rate * (np.sign(beta1 * m + (1 - beta1) * g) + decay * w)
        path.append(w)
    return np.array(path)

# %% lion_path / betas-swapped
# says: The betas are swapped: beta1 belongs to what the sign is taken of, beta2 to what is kept.
# hint: 1
def lion_path(start, gradients, rate, decay, beta1, beta2):
    w, m, path = start, np.zeros(len(start)), [start]
    for g in gradients:
        w = w - rate * (np.sign(beta2 * m + (1 - beta2) * g) + decay * w)
        m = beta1 * m + (1 - beta1) * g
        path.append(w)
    return np.array(path)

# %% lion_path / coupled
# says: Your decay is inside the sign. Lion's is decoupled: rate * decay * w comes off beside the sign.
# hint: 3
def lion_path(start, gradients, rate, decay, beta1, beta2):
    w, m, path = start, np.zeros(len(start)), [start]
    for g in gradients:
        g = g + decay * w
        w = w - rate * np.sign(beta1 * m + (1 - beta1) * g)
        m = beta2 * m + (1 - beta2) * g
        path.append(w)
    return np.array(path)

# %% lion_path / decay-without-rate
# says: The decay is multiplied by the rate, too: rate * (sign + decay * w).
# hint: 3
def lion_path(start, gradients, rate, decay, beta1, beta2):
    w, m, path = start, np.zeros(len(start)), [start]
    for g in gradients:
        w = w - rate * np.sign(beta1 * m + (1 - beta1) * g) - decay * w
        m = beta2 * m + (1 - beta2) * g
        path.append(w)
    return np.array(path)

# %% mean_sign / momentum-left-out
# says: The average has less noise than one gradient. Which share of the variance is left with momentum beta?
# hint: 2
def mean_sign(mu, sigma, beta):
    return math.erf(mu / (sigma * math.sqrt(2)))

# %% mean_sign / root-two
# says: The error function is that of a normal variable of variance 1/2: its argument is mu over sqrt(2) standard deviations.
# hint: 3
def mean_sign(mu, sigma, beta):
    return math.erf(mu / (sigma * math.sqrt((1 - beta) / (1 + beta))))

# %% mean_sign / variance-for-deviation
# says: You put in the variance of the average where its standard deviation belongs.
# hint: 3
def mean_sign(mu, sigma, beta):
    return math.erf(mu / (math.sqrt(2) * sigma**2 * (1 - beta) / (1 + beta)))

# %% mean_sign / one-minus-beta
# says: The weights of the average are (1 - beta) beta^k. The sum of their squares is (1 - beta) / (1 + beta), not 1 - beta.
# hint: 2
def mean_sign(mu, sigma, beta):
    return math.erf(mu / (sigma * math.sqrt(2 * (1 - beta))))

# %% mean_sign / weak-signal
# says: That is the limit for a weak signal. The mean of a sign never exceeds 1; keep the error function.
# hint: 3
def mean_sign(mu, sigma, beta):
    return math.sqrt(2 / math.pi) * mu / (sigma * math.sqrt((1 - beta) / (1 + beta)))

# %% decay_end / penalty-everywhere
# says: T / (1 + decay) is the end with a penalty. Decoupled decay is no penalty for a rule whose steps have a fixed size.
# hint: 2
def decay_end(T, rule, decay, decoupled):
    return T / (1 + decay)

# %% decay_end / limit-everywhere
# says: With coupled decay there is no limit: training rests where the gradient with the penalty vanishes, for every rule.
# hint: 1
def decay_end(T, rule, decay, decoupled):
    if rule == "gradient":
        return T / (1 + decay)
    limit = 1 / decay if decay > 0 else np.inf
    if rule == "sign":
        return np.clip(T, -limit, limit)
    U, s, Vt = np.linalg.svd(T, full_matrices=False)
    return (U * np.minimum(s, limit)) @ Vt

# %% decay_end / entries-for-both
# says: For the spectral rule the limit is on singular values, not on entries.
# hint: 3
def decay_end(T, rule, decay, decoupled):
    if rule == "gradient" or not decoupled:
        return T / (1 + decay)
    limit = 1 / decay if decay > 0 else np.inf
    return np.clip(T, -limit, limit)

# %% decay_end / whole-matrix-scaled
# says: You scaled the whole matrix down to the limit. Only what exceeds it is cut off; the rest stays where the loss wants it.
# hint: 2
def decay_end(T, rule, decay, decoupled):
    if rule == "gradient" or not decoupled:
        return T / (1 + decay)
    limit = 1 / decay if decay > 0 else np.inf
    size = np.abs(T).max() if rule == "sign" else np.linalg.norm(T, 2)
    return T * min(1.0, limit / size)

# %% decay_end / limit-upside-down
# says: The limit is 1 / decay: stronger decay, smaller weights. Yours is the decay itself.
# hint: 2
def decay_end(T, rule, decay, decoupled):
    if rule == "gradient" or not decoupled:
        return T / (1 + decay)
    if decay == 0:
        return 1.0 * T
    if rule == "sign":
        return np.clip(T, -decay, decay)
    U, s, Vt = np.linalg.svd(T, full_matrices=False)
    return (U * np.minimum(s, decay)) @ Vt

# %% tuned_lead / chosen-by-test
# says: You chose the rate by the test losses. They only report; a choice made with them looks better than it is.
# hint: 1
def tuned_lead(valid_a, test_a, valid_b, test_b):
    gap = test_b[:, np.argmin(test_b.mean(0))] - test_a[:, np.argmin(test_a.mean(0))]
    return float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(len(gap)))

# %% tuned_lead / a-rate-a-seed
# says: You chose a rate for each seed. One rate a method is chosen, by the mean over the seeds.
# hint: 2
def tuned_lead(valid_a, test_a, valid_b, test_b):
    def chosen(valid, test):
        best = np.argmin(np.where(np.isfinite(valid), valid, np.inf), 1)
        return test[np.arange(len(test)), best]

    gap = chosen(valid_b, test_b) - chosen(valid_a, test_a)
    return float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(len(gap)))

# %% tuned_lead / nan-ignored
# says: A rate at which one seed diverged is out. You averaged over the seeds that were left.
# hint: 2
def tuned_lead(valid_a, test_a, valid_b, test_b):
    def chosen(valid, test):
        return test[:, np.argmin(np.nanmean(np.where(np.isfinite(valid), valid, np.nan), 0))]

    gap = chosen(valid_b, test_b) - chosen(valid_a, test_a)
    return float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(len(gap)))

# %% tuned_lead / unpaired
# says: The same seed means the same data for both: take the difference seed by seed, and the spread of these differences.
# hint: 3
def tuned_lead(valid_a, test_a, valid_b, test_b):
    def chosen(valid, test):
        mean = valid.mean(0)
        return test[:, np.argmin(np.where(np.isfinite(mean), mean, np.inf))]

    a, b = chosen(valid_a, test_a), chosen(valid_b, test_b)
    return float(b.mean() - a.mean()), float(math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a)))

# %% tuned_lead / sign
# says: The sign is turned: A leads if its loss is the lower one, so take the loss of B minus that of A.
# hint: 3
def tuned_lead(valid_a, test_a, valid_b, test_b):
    def chosen(valid, test):
        mean = valid.mean(0)
        return test[:, np.argmin(np.where(np.isfinite(mean), mean, np.inf))]

    gap = chosen(valid_a, test_a) - chosen(valid_b, test_b)
    return float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(len(gap)))

# %% tuned_lead / not-of-the-mean
# says: That is the spread of single seeds. The standard error of their mean is smaller by the root of their number.
# hint: 3
def tuned_lead(valid_a, test_a, valid_b, test_b):
    def chosen(valid, test):
        mean = valid.mean(0)
        return test[:, np.argmin(np.where(np.isfinite(mean), mean, np.inf))]

    gap = chosen(valid_b, test_b) - chosen(valid_a, test_a)
    return float(gap.mean()), float(gap.std(ddof=1))

# %% grid_lab / summed
# says: Your gradient is that of a sum. It is half the mean: divide by the 8 examples.
# hint: 3
def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    t, w, losses = rng.standard_normal(100), np.zeros(100), []
    for _ in range(steps + 1):
        losses.append(np.sum((w - t) ** 2) / 2)
        X = rng.standard_normal((8, 100))
        g = X.T @ (X @ (w - t) - 8 * rng.standard_normal(8))
        w = w - rate * (np.sign(g) if rule == "sign" else g)
    return np.array(losses)

# %% grid_lab / no-half
# says: Half the mean squared error has no factor 2 in its gradient.
# hint: 2
def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    t, w, losses = rng.standard_normal(100), np.zeros(100), []
    for _ in range(steps + 1):
        losses.append(np.sum((w - t) ** 2) / 2)
        X = rng.standard_normal((8, 100))
        g = 2 * X.T @ (X @ (w - t) - 8 * rng.standard_normal(8)) / 8
        w = w - rate * (np.sign(g) if rule == "sign" else g)
    return np.array(losses)

# %% grid_lab / batch-first
# says: You draw the noise before the inputs. The order of draws decides which numbers come.
# hint: 3
def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    t, w, losses = rng.standard_normal(100), np.zeros(100), []
    for _ in range(steps + 1):
        losses.append(np.sum((w - t) ** 2) / 2)
        noise = 8 * rng.standard_normal(8)
        X = rng.standard_normal((8, 100))
        g = X.T @ (X @ (w - t) - noise) / 8
        w = w - rate * (np.sign(g) if rule == "sign" else g)
    return np.array(losses)

# %% grid_lab / one-batch
# says: You draw one batch and use it in every step. Each step has examples of its own.
# hint: 3
def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    t, w, losses = rng.standard_normal(100), np.zeros(100), []
    X, noise = rng.standard_normal((8, 100)), 8 * rng.standard_normal(8)
    for _ in range(steps + 1):
        losses.append(np.sum((w - t) ** 2) / 2)
        g = X.T @ (X @ (w - t) - noise) / 8
        w = w - rate * (np.sign(g) if rule == "sign" else g)
    return np.array(losses)

# %% grid_lab / loss-of-the-batch
# says: That is the loss on the batch. The squared distance of w and t is asked for.
# hint: 3
def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    t, w, losses = rng.standard_normal(100), np.zeros(100), []
    for _ in range(steps + 1):
        X = rng.standard_normal((8, 100))
        rest = X @ (w - t) - 8 * rng.standard_normal(8)
        losses.append(np.mean(rest**2) / 2)
        g = X.T @ rest / 8
        w = w - rate * (np.sign(g) if rule == "sign" else g)
    return np.array(losses)

# %% grid_lab / signs-averaged
# says: You average the signs of the examples' gradients. The sign is taken of their mean.
# hint: 3
def measure(seed, rule, rate, steps):
    rng = np.random.default_rng(seed)
    t, w, losses = rng.standard_normal(100), np.zeros(100), []
    for _ in range(steps + 1):
        losses.append(np.sum((w - t) ** 2) / 2)
        X = rng.standard_normal((8, 100))
        single = X * (X @ (w - t) - 8 * rng.standard_normal(8))[:, None]
        g = np.sign(single).mean(axis=0) if rule == "sign" else single.mean(axis=0)
        w = w - rate * g
    return np.array(losses)

# %% grid_lab / not-halved
# says: You return the squared length. The loss is half of it.
# hint: 3
def predict(seed, rule, rate, steps):
    t = np.random.default_rng(seed).standard_normal(100)
    square, losses = t @ t, []
    for _ in range(steps + 1):
        losses.append(square)
        variance = (64 + square) / 8
        if rule == "sign":
            square += rate**2 * 100 - 2 * rate * math.sqrt(2 / math.pi / variance) * square
        else:
            square = (1 - rate) ** 2 * square + rate**2 * 100 * variance
    return np.array(losses)

# %% grid_lab / noise-of-one
# says: That is the variance of one example's gradient. The mean over 8 has an eighth of it.
# hint: 2
def predict(seed, rule, rate, steps):
    t = np.random.default_rng(seed).standard_normal(100)
    square, losses = t @ t, []
    for _ in range(steps + 1):
        losses.append(square / 2)
        variance = 64 + square
        if rule == "sign":
            square += rate**2 * 100 - 2 * rate * math.sqrt(2 / math.pi / variance) * square
        else:
            square = (1 - rate) ** 2 * square + rate**2 * 100 * variance
    return np.array(losses)

# %% grid_lab / labels-alone
# says: You count only the noise of the labels. The inputs make noise, too: the squared length of the error belongs to the variance.
# hint: 3
def predict(seed, rule, rate, steps):
    t = np.random.default_rng(seed).standard_normal(100)
    square, losses = t @ t, []
    for _ in range(steps + 1):
        losses.append(square / 2)
        variance = 64 / 8
        if rule == "sign":
            square += rate**2 * 100 - 2 * rate * math.sqrt(2 / math.pi / variance) * square
        else:
            square = (1 - rate) ** 2 * square + rate**2 * 100 * variance
    return np.array(losses)

# %% grid_lab / no-noise
# says: You step by the mean alone. The mean of the square of a step also counts its variance, once for each of the 100 weights.
# hint: 1
def predict(seed, rule, rate, steps):
    t = np.random.default_rng(seed).standard_normal(100)
    square, losses = t @ t, []
    for _ in range(steps + 1):
        losses.append(square / 2)
        variance = (64 + square) / 8
        if rule == "sign":
            square -= 2 * rate * math.sqrt(2 / math.pi / variance) * square
        else:
            square = (1 - rate) ** 2 * square
    return np.array(losses)

# %% grid_lab / one-weight
# says: You count the noise of one weight. There are 100.
# hint: 2
def predict(seed, rule, rate, steps):
    t = np.random.default_rng(seed).standard_normal(100)
    square, losses = t @ t, []
    for _ in range(steps + 1):
        losses.append(square / 2)
        variance = (64 + square) / 8
        if rule == "sign":
            square += rate**2 - 2 * rate * math.sqrt(2 / math.pi / variance) * square
        else:
            square = (1 - rate) ** 2 * square + rate**2 * variance
    return np.array(losses)

# %% grid_lab / strong-signs
# says: You let a sign move by its full size against the error, as without noise. On average it moves by sqrt(2/pi) e / sigma.
# hint: 3
def predict(seed, rule, rate, steps):
    t = np.random.default_rng(seed).standard_normal(100)
    square, losses = t @ t, []
    for _ in range(steps + 1):
        losses.append(square / 2)
        variance = (64 + square) / 8
        if rule == "sign":
            square += rate**2 * 100 - 2 * rate * math.sqrt(100 * square)
        else:
            square = (1 - rate) ** 2 * square + rate**2 * 100 * variance
    return np.array(losses)

# %% grid_lab / one-prediction
# says: Your plot lacks the prediction for the sign, or shows another one in its place.
# hint: 2
def draw(seed, rates, steps):
    figure, axes = plt.subplots()
    for rule in ("gradient", "sign"):
        axes.loglog(rates, [measure(seed, rule, rate, steps)[-1] for rate in rates], "o", label=f"measured: {rule}")
        axes.loglog(rates, [predict(seed, "gradient", rate, steps)[-1] for rate in rates], "--", label=f"predicted: {rule}")
    axes.set_xlabel("rate")
    axes.set_ylabel(f"loss after {steps} steps")
    axes.legend()
    return figure
