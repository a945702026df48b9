# %% setup
import math

import numpy as np

# %% scale_needed / one-token
# says: That is the scale for a single token: the length does not enter. All tokens of an answer have to be right.
# hint: 1
def scale_needed(lengths, score, exponent):
    return np.full(len(lengths), (1 / -np.log(score)) ** (1 / exponent))

# %% scale_needed / wrong-root
# says: You raised to the power α where the equation asks for its inverse: x^(-α) is known, and x is wanted.
# hint: 3
def scale_needed(lengths, score, exponent):
    return (lengths / -np.log(score)) ** exponent

# %% scale_needed / upside-down
# says: You turned the ratio round: longer answers and higher scores need a larger scale, not a smaller one.
# hint: 3
def scale_needed(lengths, score, exponent):
    return (-np.log(score) / lengths) ** (1 / exponent)

# %% scale_needed / missing-share
# says: You took the logarithm of the share of answers that are wrong. The score is the share that is right.
# hint: 2
def scale_needed(lengths, score, exponent):
    return (lengths / -np.log(1 - score)) ** (1 / exponent)

# %% scale_needed / divided
# says: The length stays outside of your root. It multiplies the loss a token before the power is taken.
# hint: 2
def scale_needed(lengths, score, exponent):
    return lengths / (-np.log(score)) ** (1 / exponent)

# %% answers_right / any
# says: You count an answer as soon as one of its items is right; all of them must be.
# hint: 3
def answers_right(right, answers):
    return np.stack([right.mean(1), right[:, answers].any(2).mean(1)], axis=1)

# %% answers_right / power
# says: You raised the accuracy to the power of the length. That holds when items err independently; here it is to be counted.
# hint: 2
def answers_right(right, answers):
    single = right.mean(1)
    return np.stack([single, single ** answers.shape[1]], axis=1)

# %% answers_right / share-in-answers
# says: Your second score is the share of right items within the answers, so that an answer that is half right counts half.
# hint: 3
def answers_right(right, answers):
    return np.stack([right.mean(1), right[:, answers].mean((1, 2))], axis=1)

# %% answers_right / turned
# says: The scores are right, but the array is the wrong way round: checkpoints first, then the two scores.
# hint: 3
def answers_right(right, answers):
    return np.stack([right.mean(1), right[:, answers].all(2).mean(1)])

# %% answers_right / swapped
# says: The two columns are swapped: items first, then answers.
# hint: 1
def answers_right(right, answers):
    return np.stack([right[:, answers].all(2).mean(1), right.mean(1)], axis=1)

# %% concentration / with-mean
# says: You counted frequency 0, which is only the mean of a table. The frequencies start at 1.
# hint: 2
def concentration(first):
    p = len(first) // 2
    power = sum(np.abs(np.fft.rfft(table, axis=0)) ** 2 for table in (first[:p], first[p:]))
    total = power.sum(0)
    return power.max(0) / np.where(total > 0, total, 1.0)

# %% concentration / amplitudes
# says: You added amplitudes. Power is the square of their size.
# hint: 3
def concentration(first):
    p = len(first) // 2
    size = sum(np.abs(np.fft.rfft(table, axis=0)[1:]) for table in (first[:p], first[p:]))
    total = size.sum(0)
    return size.max(0) / np.where(total > 0, total, 1.0)

# %% concentration / one-table
# says: You looked at the first table only; a unit listens to both numbers.
# hint: 1
def concentration(first):
    p = len(first) // 2
    power = np.abs(np.fft.rfft(first[:p], axis=0)[1:]) ** 2
    total = power.sum(0)
    return power.max(0) / np.where(total > 0, total, 1.0)

# %% concentration / each-table-s-best
# says: You let each table choose its own frequency. Add the tables' powers first, then look for the largest.
# hint: 3
def concentration(first):
    p = len(first) // 2
    powers = [np.abs(np.fft.rfft(table, axis=0)[1:]) ** 2 for table in (first[:p], first[p:])]
    total = sum(powers).sum(0)
    return sum(power.max(0) for power in powers) / np.where(total > 0, total, 1.0)

# %% concentration / both-tables-at-once
# says: You transformed all 2p rows as one long table, so that the frequencies are other ones. Transform each table of p rows.
# hint: 1
def concentration(first):
    power = np.abs(np.fft.rfft(first, axis=0)[1:]) ** 2
    total = power.sum(0)
    return power.max(0) / np.where(total > 0, total, 1.0)

# %% concentration / twice-counted
# says: Your sum runs over all p - 1 frequencies of the full transform, where each one stands twice; the largest stands there once.
# hint: 2
def concentration(first):
    p = len(first) // 2
    power = sum(np.abs(np.fft.fft(table, axis=0)[1:]) ** 2 for table in (first[:p], first[p:]))
    total = power.sum(0)
    return power.max(0) / np.where(total > 0, total, 1.0)

# %% concentration / dead-unit
# says: A unit whose weights are all zero has no power, and you divide by it. The statement says what to return.
# hint: 3
def concentration(first):
    p = len(first) // 2
    power = sum(np.abs(np.fft.rfft(table, axis=0)[1:]) ** 2 for table in (first[:p], first[p:]))
    return power.max(0) / power.sum(0)

# %% train_adder / decay-in-the-gradient
# says: You added the decay to the gradient, where Adam's division takes its strength away. It shrinks the weights apart from that.
# hint: 3
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        np.add.at(slope, a, back)
        np.add.at(slope, b, back)
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            g = g + decay * layers[i]
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = layers[i] - rate * move
    return layers[0], layers[1]

# %% train_adder / plain-indexing
# says: An index that repeats is counted once in `slope[a] += …`. A row collects from every pair that uses it.
# hint: 2
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        slope[a] += back
        slope[b] += back
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = (1 - rate * decay) * layers[i] - rate * move
    return layers[0], layers[1]

# %% train_adder / no-bias-correction
# says: You left out the division by 1 - 0.9^t and 1 - 0.98^t: the averages start at zero and are too small at first.
# hint: 3
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        np.add.at(slope, a, back)
        np.add.at(slope, b, back)
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (np.sqrt(v[i]) + 1e-8)
            layers[i] = (1 - rate * decay) * layers[i] - rate * move
    return layers[0], layers[1]

# %% train_adder / second-table
# says: You took the rows for b from the first table; those of B lie p rows further down.
# hint: 2
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        np.add.at(slope, a, back)
        np.add.at(slope, b, back)
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = (1 - rate * decay) * layers[i] - rate * move
    return layers[0], layers[1]

# %% train_adder / one-after-the-other
# says: The second layer's gradient is that of the first layer after it has moved. Take both gradients, then move both.
# hint: 2
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        for i in range(2):
            h = layers[0][a] + layers[0][b]
            residual = h**2 @ layers[1] - targets
            g = 2 / n * (h**2).T @ residual
            if i == 0:
                g = np.zeros_like(layers[0])
                np.add.at(g, a, 4 / n * h * (residual @ layers[1].T))
                np.add.at(g, b, 4 / n * h * (residual @ layers[1].T))
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = (1 - rate * decay) * layers[i] - rate * move
    return layers[0], layers[1]

# %% train_adder / in-place
# says: You change the layers that were given. Work on copies.
# hint: 3
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(float), second.astype(float)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        np.add.at(slope, a, back)
        np.add.at(slope, b, back)
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = (1 - rate * decay) * layers[i] - rate * move
    first[:], second[:] = layers
    return first, second

# %% train_adder / half-precision
# says: Rounding errors grow along this training, and your numbers carry few digits. Compute in float64.
# hint: 3
def train_adder(first, second, pairs, decay, rate, steps):
    p, n = second.shape[1], len(pairs)
    a, b = pairs[:, 0], p + pairs[:, 1]
    targets = np.eye(p)[pairs.sum(1) % p]
    layers = [first.astype(np.float16), second.astype(np.float16)]
    m, v = ([np.zeros_like(w) for w in layers] for _ in range(2))
    for t in range(1, steps + 1):
        h = layers[0][a] + layers[0][b]
        residual = h**2 @ layers[1] - targets
        back = 2 * h * (residual @ layers[1].T)
        slope = np.zeros_like(layers[0])
        np.add.at(slope, a, back)
        np.add.at(slope, b, back)
        for i, g in enumerate((2 / n * slope, 2 / n * (h**2).T @ residual)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.98**t)) + 1e-8)
            layers[i] = ((1 - rate * decay) * layers[i] - rate * move).astype(np.float16)
    return layers[0], layers[1]

# %% forgetting_steps / whole-start
# says: You took the length of the whole start. Only its part in the directions that no example touches waits for decay.
# hint: 1
def forgetting_steps(X, w0, level, rate, decay):
    length = np.linalg.norm(w0)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / -np.log1p(-rate * decay))

# %% forgetting_steps / touched-part
# says: You took the part of the start that the examples touch. Its complement is what decay alone acts on.
# hint: 3
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = np.linalg.norm(Vt[:rank] @ w0)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / -np.log1p(-rate * decay))

# %% forgetting_steps / small-steps
# says: That is the limit of small steps, ln(r₀/level)/(ηλ). Steps of finite size shrink by 1 - ηλ.
# hint: 2
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = np.linalg.norm(Vt[rank:] @ w0)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / (rate * decay))

# %% forgetting_steps / squared
# says: You compared the squared length with the level.
# hint: 3
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = np.sum((Vt[rank:] @ w0) ** 2)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / -np.log1p(-rate * decay))

# %% forgetting_steps / rounded
# says: You rounded up to whole steps; the statement asks for the time itself.
# hint: 3
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = np.linalg.norm(Vt[rank:] @ w0)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.ceil(np.log(length / level) / -np.log1p(-rate * decay)))

# %% forgetting_steps / only-decay
# says: You left out the rate: a step shrinks by 1 - ηλ, the product of rate and decay.
# hint: 2
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = np.linalg.norm(Vt[rank:] @ w0)
    if length <= level:
        return 0.0
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / -np.log(abs(1 - decay)))

# %% forgetting_steps / negative-time
# says: The length may be at most the level from the start; the time is then 0, not negative.
# hint: 3
def forgetting_steps(X, w0, level, rate, decay):
    _, s, Vt = np.linalg.svd(X)
    rank = int(np.sum(s > 1e-10 * s[0]))
    length = max(np.linalg.norm(Vt[rank:] @ w0), 1e-12)
    if decay == 0:
        return math.inf
    return float(np.log(length / level) / -np.log1p(-rate * decay))

# %% five_runs / patience
# says: You expect that patience always helps. With three tenths of the pairs many tables are possible, and no waiting chooses ours.
# hint: 3
five_runs = ["later", "never", "sooner", "later", "same"]

# %% five_runs / no-clock
# says: Without decay nothing drives this network from what it has memorised to what is general: it is not later but never.
# hint: 3
five_runs = ["later", "later", "sooner", "never", "same"]

# %% five_runs / decay-hurts
# says: You took decay for a brake. It is the clock: half of it makes the network wait longer.
# hint: 1
five_runs = ["sooner", "never", "sooner", "never", "sooner"]

# %% five_runs / rate-forgotten
# says: In the last run the rate makes up for the decay: it is the product of both that counts.
# hint: 2
five_runs = ["later", "never", "sooner", "never", "later"]

# %% five_runs / rate-counts-more
# says: In the last run rate and decay make up for each other, so that about the same number of steps is needed.
# hint: 2
five_runs = ["later", "never", "sooner", "never", "sooner"]

# %% five_runs / more-to-learn
# says: More pairs are not more work here: they pin the rule down, and the delay all but vanishes.
# hint: 3
five_runs = ["later", "never", "later", "never", "same"]

# %% silent_kernel / first-layer-only
# says: You left out what the first layer contributes: the gradient in W is the outer product of a and x.
# hint: 2
def silent_kernel(W, a, X, y):
    K = X @ (W.T @ W) @ X.T
    size = np.linalg.norm(K)
    return float(y @ K @ y / (y @ y * size)) if size > 0 else 0.0

# %% silent_kernel / second-layer-only
# says: You left out what the second layer contributes: the gradient in a is Wx.
# hint: 2
def silent_kernel(W, a, X, y):
    K = X @ (a @ a * np.eye(X.shape[1])) @ X.T
    size = np.linalg.norm(K)
    return float(y @ K @ y / (y @ y * size)) if size > 0 else 0.0

# %% silent_kernel / length-not-squared
# says: You added the length of a; it enters squared, as the inner product of a with itself.
# hint: 3
def silent_kernel(W, a, X, y):
    K = X @ (W.T @ W + np.linalg.norm(a) * np.eye(X.shape[1])) @ X.T
    size = np.linalg.norm(K)
    return float(y @ K @ y / (y @ y * size)) if size > 0 else 0.0

# %% silent_kernel / function-instead
# says: Your kernel is the product of outputs, not of gradients: it is of rank one and knows only what the network already does.
# hint: 1
def silent_kernel(W, a, X, y):
    K = X @ (np.outer(W.T @ a, W.T @ a)) @ X.T
    size = np.linalg.norm(K)
    return float(y @ K @ y / (y @ y * size)) if size > 0 else 0.0

# %% silent_kernel / spectral-norm
# says: You divided by the largest eigenvalue of K. The Frobenius norm is the root of the sum of all squared entries.
# hint: 3
def silent_kernel(W, a, X, y):
    K = X @ (W.T @ W + a @ a * np.eye(X.shape[1])) @ X.T
    size = np.linalg.norm(K, 2)
    return float(y @ K @ y / (y @ y * size)) if size > 0 else 0.0

# %% silent_kernel / length-of-targets
# says: You divided by the length of y once; it has to be squared, since y enters twice.
# hint: 3
def silent_kernel(W, a, X, y):
    K = X @ (W.T @ W + a @ a * np.eye(X.shape[1])) @ X.T
    size = np.linalg.norm(K)
    return float(y @ K @ y / (np.linalg.norm(y) * size)) if size > 0 else 0.0

# %% prefix_score / the-token-itself
# says: You look at the earlier occurrence itself. What a head copies is the token after it.
# hint: 1
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, earlier[-1]])
    return float(np.mean(seen)) if seen else 0.0

# %% prefix_score / first-occurrence
# says: You took the first earlier occurrence; the statement asks for the last one.
# hint: 2
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, earlier[0] + 1])
    return float(np.mean(seen)) if seen else 0.0

# %% prefix_score / all-occurrences
# says: You added up the attention after all earlier occurrences; only the last one counts here.
# hint: 2
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, earlier + 1].sum())
    return float(np.mean(seen)) if seen else 0.0

# %% prefix_score / previous-token
# says: You measure attention to the previous token. That is another head, the one that an induction head builds on.
# hint: 1
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, t - 1])
    return float(np.mean(seen)) if seen else 0.0

# %% prefix_score / over-all-positions
# says: You divided by the number of all positions. The mean is over those whose token occurred before.
# hint: 3
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, earlier[-1] + 1])
    return float(np.sum(seen)) / len(tokens)

# %% prefix_score / nothing-repeats
# says: Where no token repeats there is nothing to average, and the mean of nothing is not a number. The statement says what to return.
# hint: 3
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[t, earlier[-1] + 1])
    return float(np.mean(seen))

# %% prefix_score / turned
# says: You took columns for rows: row t holds where position t looks.
# hint: 3
def prefix_score(attention, tokens):
    seen = []
    for t, token in enumerate(tokens):
        earlier = np.flatnonzero(tokens[:t] == token)
        if len(earlier):
            seen.append(attention[earlier[-1] + 1, t])
    return float(np.mean(seen)) if seen else 0.0

# %% induction_head / same-token
# says: What comes out is the present token once more. Either layer 2 looks for that token itself, where it has to look for positions whose layer 1 has read it, or you copy what was read there.
# hint: 2
def induction_head(vocabulary, context):
    one, nothing = np.eye(vocabulary), np.zeros((vocabulary, vocabulary))
    return 50.0 * np.eye(context, k=-1), np.block([[50 * one, nothing], [nothing, nothing]]), np.vstack([one, nothing])

# %% induction_head / first-position
# says: It works unless the token sought is the first one. Position 0 has only itself to look at, and passes for a follower of itself.
# hint: 3
def induction_head(vocabulary, context):
    one, nothing = np.eye(vocabulary), np.zeros((vocabulary, vocabulary))
    return 50.0 * np.eye(context, k=-1), np.block([[nothing, 50 * one], [nothing, nothing]]), np.vstack([one, nothing])

# %% induction_head / next-position
# says: Your position scores are large one place after the diagonal, where layer 1 may not look; the token before is one place to the left.
# hint: 1
def induction_head(vocabulary, context):
    one, nothing = np.eye(vocabulary), np.zeros((vocabulary, vocabulary))
    return 50.0 * np.eye(context, k=1), np.block([[-25 * one, 50 * one], [nothing, nothing]]), np.vstack([one, nothing])

# %% induction_head / transposed-match
# says: Your match compares what the present position has read with the tokens at other positions. Query and key are the wrong way round.
# hint: 2
def induction_head(vocabulary, context):
    one, nothing = np.eye(vocabulary), np.zeros((vocabulary, vocabulary))
    return 50.0 * np.eye(context, k=-1), np.block([[-25 * one, nothing], [50 * one, nothing]]), np.vstack([one, nothing])

# %% induction_head / soft
# says: The weights are in the right places, and too small: a softmax of scores of 1 spreads its attention over everything.
# hint: 3
def induction_head(vocabulary, context):
    one, nothing = np.eye(vocabulary), np.zeros((vocabulary, vocabulary))
    return 1.0 * np.eye(context, k=-1), np.block([[-0.5 * one, one], [nothing, nothing]]), np.vstack([one, nothing])

# %% least_update / keeps-nothing
# says: Your update leaves no answer as it is: you took the plain one whatever is to be kept.
# hint: 1
def least_update(phi, keep):
    return phi[0] / (phi[0] @ phi[0])

# %% least_update / keeps-all
# says: You keep the answers in all other contexts, also where the statement leaves them free, which makes the update longer than it has to be.
# hint: 1
def least_update(phi, keep):
    others = phi[1:]
    own = phi[0] - np.linalg.pinv(others) @ others @ phi[0]
    return own / (own @ own) if own @ own > 1e-12 * (phi[0] @ phi[0]) else None

# %% least_update / one-by-one
# says: You took the kept contexts away one by one. Their features are not orthogonal, so that the last step brings back what an earlier one removed.
# hint: 3
def least_update(phi, keep):
    own = phi[0].copy()
    for i in keep:
        own -= (own @ phi[i]) / (phi[i] @ phi[i]) * phi[i]
    return own / (own @ phi[0]) if own @ own > 1e-16 * (phi[0] @ phi[0]) else None

# %% least_update / too-long
# says: The direction is right, but the answer in context 0 does not move by exactly 1: the length must be divided by u·phi[0], not by |phi[0]|².
# hint: 2
def least_update(phi, keep):
    own = phi[0] - np.linalg.pinv(phi[keep]) @ phi[keep] @ phi[0]
    return own / (phi[0] @ phi[0]) if own @ own > 1e-16 * (phi[0] @ phi[0]) else None

# %% least_update / unit-length
# says: You return a vector of length 1. The update must move the answer by 1.
# hint: 2
def least_update(phi, keep):
    own = phi[0] - np.linalg.pinv(phi[keep]) @ phi[keep] @ phi[0]
    return own / np.linalg.norm(own) if own @ own > 1e-16 * (phi[0] @ phi[0]) else None

# %% least_update / best-compromise
# says: Where the promises contradict each other, you return a compromise that keeps none of them. The statement asks for None.
# hint: 3
def least_update(phi, keep):
    asked = phi[[0, *keep]]
    return np.linalg.pinv(asked) @ np.eye(len(asked))[0]

# %% replay_peak / two-contexts
# says: That is the result for two contexts, whatever the number. The speed of the shared part is 1 + k c².
# hint: 3
def replay_peak(c, contexts):
    r = 1 + 2 * c**2
    t = math.log(r) / (r - 1)
    return t, (math.exp(-t) - math.exp(-r * t)) / 2

# %% replay_peak / half
# says: The time is right, the height is not: each of k contexts gets one k-th of the difference, not half of it.
# hint: 3
def replay_peak(c, contexts):
    r = 1 + contexts * c**2
    t = math.log(r) / (r - 1)
    return t, (math.exp(-t) - math.exp(-r * t)) / 2

# %% replay_peak / not-divided
# says: The time is right, the height is not: the mean of the gap at the start is 1/k.
# hint: 2
def replay_peak(c, contexts):
    r = 1 + contexts * c**2
    t = math.log(r) / (r - 1)
    return t, math.exp(-t) - math.exp(-r * t)

# %% replay_peak / other-contexts
# says: You counted the contexts that should stay. All k of them share the component, context 0 included.
# hint: 1
def replay_peak(c, contexts):
    r = 1 + (contexts - 1) * c**2
    t = math.log(r) / (r - 1)
    return t, (math.exp(-t) - math.exp(-r * t)) / contexts

# %% replay_peak / plain-spill
# says: That is how far the others move when nothing is done about it. With weight on all contexts they come back before that.
# hint: 2
def replay_peak(c, contexts):
    r = 1 + contexts * c**2
    return math.log(r) / (r - 1), c**2 / (1 + c**2)

# %% replay_peak / swapped
# says: The two numbers are swapped: the time comes first.
# hint: 3
def replay_peak(c, contexts):
    r = 1 + contexts * c**2
    t = math.log(r) / (r - 1)
    return (math.exp(-t) - math.exp(-r * t)) / contexts, t

# %% warning_signals / no-line
# says: You took only the mean of a window away. Its slope stays in, and a drift looks like fluctuations.
# hint: 1
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    rest = windows - windows.mean(1, keepdims=True)
    variance = (rest**2).mean(1)
    return np.stack([variance, (rest[:, 1:] * rest[:, :-1]).mean(1) / variance], axis=1)

# %% warning_signals / one-line-for-all
# says: You took one straight line away from the whole series. Each window has a line of its own.
# hint: 2
def warning_signals(x, width):
    t = np.arange(len(x))
    rest = x - np.polyval(np.polyfit(t, x, 1), t)
    rest = np.lib.stride_tricks.sliding_window_view(rest, width)
    variance = (rest**2).mean(1)
    return np.stack([variance, (rest[:, 1:] * rest[:, :-1]).mean(1) / variance], axis=1)

# %% warning_signals / degrees-of-freedom
# says: You divided the squares by width - 1. The statement asks for their mean.
# hint: 3
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    t = np.arange(width) - (width - 1) / 2
    rest = windows - windows.mean(1, keepdims=True)
    rest = rest - np.outer(rest @ t, t) / (t @ t)
    variance = (rest**2).sum(1) / (width - 1)
    return np.stack([variance, (rest[:, 1:] * rest[:, :-1]).mean(1) / variance], axis=1)

# %% warning_signals / sums
# says: Your autocorrelation divides a sum of width - 1 products by a sum of width squares; both are means over their own number.
# hint: 3
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    t = np.arange(width) - (width - 1) / 2
    rest = windows - windows.mean(1, keepdims=True)
    rest = rest - np.outer(rest @ t, t) / (t @ t)
    variance = (rest**2).mean(1)
    return np.stack([variance, (rest[:, 1:] * rest[:, :-1]).sum(1) / (rest**2).sum(1)], axis=1)

# %% warning_signals / correlation
# says: You used a correlation coefficient, which centres the two shifted series once more. The residuals have mean zero already.
# hint: 3
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    t = np.arange(width) - (width - 1) / 2
    rest = windows - windows.mean(1, keepdims=True)
    rest = rest - np.outer(rest @ t, t) / (t @ t)
    variance = (rest**2).mean(1)
    return np.stack([variance, [np.corrcoef(row[1:], row[:-1])[0, 1] for row in rest]], axis=1)

# %% warning_signals / deviation
# says: The first column holds standard deviations; the variance is their square.
# hint: 3
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    t = np.arange(width) - (width - 1) / 2
    rest = windows - windows.mean(1, keepdims=True)
    rest = rest - np.outer(rest @ t, t) / (t @ t)
    variance = (rest**2).mean(1)
    return np.stack([np.sqrt(variance), (rest[:, 1:] * rest[:, :-1]).mean(1) / variance], axis=1)

# %% warning_signals / last-window
# says: The last window is missing: there are n - width + 1 of them.
# hint: 2
def warning_signals(x, width):
    windows = np.lib.stride_tricks.sliding_window_view(x, width)[:-1]
    t = np.arange(width) - (width - 1) / 2
    rest = windows - windows.mean(1, keepdims=True)
    rest = rest - np.outer(rest @ t, t) / (t @ t)
    variance = (rest**2).mean(1)
    return np.stack([variance, (rest[:, 1:] * rest[:, :-1]).mean(1) / variance], axis=1)

# %% alarm_report / all-windows
# says: The threshold is a quantile over all windows. It belongs to the highest value of each run, since one window is enough for an alarm.
# hint: 2
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet, 1 - share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% alarm_report / peeking
# says: You set the threshold on the held-out runs. Then their false alarms say nothing.
# hint: 1
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(held.max(1), 1 - share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% alarm_report / per-window
# says: You count windows above the threshold. A run is a false alarm once, however often it is above.
# hint: 1
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), 1 - share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held > level).mean()), float(told.mean()), lead

# %% alarm_report / never-is-first
# says: A run that never exceeds the threshold is counted as one with an alarm in the first window: `argmax` gives 0 where nothing is True.
# hint: 3
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), 1 - share)
    above = through > level
    alarm = ends[above.argmax(1)]
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% alarm_report / late-ones-told
# says: You count an alarm at or after the onset as a transition told. It must come before.
# hint: 2
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), 1 - share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = np.isfinite(alarm)
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% alarm_report / at-the-level
# says: A value that equals the threshold is no alarm: it must be strictly above.
# hint: 2
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), 1 - share)
    above = through >= level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) >= level).mean()), float(told.mean()), lead

# %% alarm_report / mean-lead
# says: You took the mean of the leads; the median is asked for.
# hint: 3
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), 1 - share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.mean((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% alarm_report / wrong-quantile
# says: You took the quantile `share` in place of 1 - share, so that nearly every run is above.
# hint: 2
def alarm_report(quiet, held, through, ends, onset, share):
    level = np.quantile(quiet.max(1), share)
    above = through > level
    alarm = np.where(above.any(1), ends[above.argmax(1)], np.inf)
    told = alarm < onset
    lead = float(np.median((onset - alarm)[told])) if told.any() else math.nan
    return float(level), float((held.max(1) > level).mean()), float(told.mean()), lead

# %% grok_lab / one-of-them
# says: You foretell the chance that at least one pair is right. All pairs of an answer must be.
# hint: 1
def predict(items, length, total):
    items = np.asarray(items, dtype=float)
    drawn = np.ones_like(items)
    for i in range(length):
        drawn = drawn * (items * total - i) / (total - i)
    return {"independent": 1 - (1 - items) ** length, "drawn": drawn}

# %% grok_lab / put-back
# says: Your second prediction puts pairs back. Those of an answer are different: once a right one is taken, there is one less.
# hint: 1
def predict(items, length, total):
    items = np.asarray(items, dtype=float)
    return {"independent": items**length, "drawn": items**length}

# %% grok_lab / swapped
# says: You exchanged the two predictions: independent errors give a power of the share.
# hint: 1
def predict(items, length, total):
    items = np.asarray(items, dtype=float)
    drawn = np.ones_like(items)
    for i in range(length):
        drawn = drawn * (items * total - i) / (total - i)
    return {"independent": drawn, "drawn": items**length}

# %% grok_lab / decay-in-gradient
# says: You added the decay to the gradient, so that it goes through the averages. In AdamW it shrinks the weights directly.
# hint: 2
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].all(1).mean())
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            g = g + decay * weights[i]
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.98**step)) + 1e-8)
            weights[i] = weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / no-decay
# says: You left out the weight decay.
# hint: 2
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].all(1).mean())
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.98**step)) + 1e-8)
            weights[i] = weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / not-corrected
# says: Your averages start at zero and are not corrected for it.
# hint: 2
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].all(1).mean())
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (np.sqrt(v[i]) + 1e-8)
            weights[i] = (1 - RATE * decay) * weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / beta-of-adam
# says: You took 0.999 for the second average; here it is 0.98.
# hint: 2
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].all(1).mean())
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.999**step)) + 1e-8)
            weights[i] = (1 - RATE * decay) * weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / trained-on-all
# says: Your network sees all pairs in training. The unseen ones are for the score.
# hint: 2
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    every = np.vstack([known, unseen])
    inputs, targets = rows_of(every), np.eye(P)[every.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].all(1).mean())
        slope = 2 * (out - targets) / len(every)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.98**step)) + 1e-8)
            weights[i] = (1 - RATE * decay) * weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / any-pair
# says: You count an answer where one of its pairs is right. All must be.
# hint: 3
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].any(1).mean())
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.98**step)) + 1e-8)
            weights[i] = (1 - RATE * decay) * weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / mean-of-answers
# says: You average the pairs of an answer. An answer is right only if all of them are.
# hint: 3
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(out.argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].mean())
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.98**step)) + 1e-8)
            weights[i] = (1 - RATE * decay) * weights[i] - RATE * move
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / after-the-step
# says: Your first shares belong to the weights after a step. Note them before the first one, too.
# hint: 3
def measure(seed, decay, steps, length):
    (known, unseen), weights = lab_pairs(seed), list(lab_start(seed))
    inputs, targets = rows_of(known), np.eye(P)[known.sum(1) % P]
    others, sums = rows_of(unseen), unseen.sum(1) % P
    answers = lab_answers(seed, length)
    m, v, found = [0.0, 0.0], [0.0, 0.0], {"known": [], "items": [], "answers": []}
    for step in range(1, steps + 2):
        first, second = weights
        hidden = inputs @ first
        out = hidden**2 @ second
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        slope = 2 * (out - targets) / len(known)
        slopes = inputs.T @ (2 * hidden * (slope @ second.T)), (hidden**2).T @ slope
        for i, g in enumerate(slopes):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.98 * v[i] + 0.02 * g**2
            move = m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.98**step)) + 1e-8)
            weights[i] = (1 - RATE * decay) * weights[i] - RATE * move
        first, second = weights
        right = ((others @ first) ** 2 @ second).argmax(1) == sums
        found["known"].append(np.mean(((inputs @ first) ** 2 @ second).argmax(1) == targets.argmax(1)))
        found["items"].append(right.mean())
        found["answers"].append(right[answers].all(1).mean())
    return {key: np.array(values) for key, values in found.items()}

# %% grok_lab / no-independent
# says: The curve for independent errors is missing.
# hint: 1
def draw(seed, decay, steps, length):
    found = measure(seed, decay, steps, length)
    theory = predict(found["items"], length, 34)
    figure, axes = plt.subplots()
    for key, what in (("known", "known pairs"), ("items", "unseen pairs"), ("answers", f"answers of {length}")):
        axes.plot(found[key], label=f"{what}, measured")
    axes.plot(theory["drawn"], ":", label="answers, of different pairs")
    axes.set_xlabel("step")
    axes.set_ylabel("share that is right")
    axes.legend()
    return figure

# %% grok_lab / no-drawn
# says: The curve for answers of different pairs is missing.
# hint: 1
def draw(seed, decay, steps, length):
    found = measure(seed, decay, steps, length)
    theory = predict(found["items"], length, 34)
    figure, axes = plt.subplots()
    for key, what in (("known", "known pairs"), ("items", "unseen pairs"), ("answers", f"answers of {length}")):
        axes.plot(found[key], label=f"{what}, measured")
    axes.plot(theory["independent"], "--", label="answers, if pairs err independently")
    axes.set_xlabel("step")
    axes.set_ylabel("share that is right")
    axes.legend()
    return figure

# %% grok_lab / no-answers
# says: The measured share of answers is missing.
# hint: 3
def draw(seed, decay, steps, length):
    found = measure(seed, decay, steps, length)
    theory = predict(found["items"], length, 34)
    figure, axes = plt.subplots()
    for key, what in (("known", "known pairs"), ("items", "unseen pairs")):
        axes.plot(found[key], label=f"{what}, measured")
    axes.plot(theory["independent"], "--", label="answers, if pairs err independently")
    axes.plot(theory["drawn"], ":", label="answers, of different pairs")
    axes.set_xlabel("step")
    axes.set_ylabel("share that is right")
    axes.legend()
    return figure

# %% grok_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name all five curves.
# hint: 3
def draw(seed, decay, steps, length):
    found = measure(seed, decay, steps, length)
    theory = predict(found["items"], length, 34)
    figure, axes = plt.subplots()
    for key, what in (("known", "known pairs"), ("items", "unseen pairs"), ("answers", f"answers of {length}")):
        axes.plot(found[key], label=f"{what}, measured")
    axes.plot(theory["independent"], "--", label="answers, if pairs err independently")
    axes.plot(theory["drawn"], ":", label="answers, of different pairs")
    return figure
