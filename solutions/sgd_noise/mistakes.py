# %% best_temperature / geometric
# says: You took the geometric mean of the eigenvalues for the temperature; the best one is the other mean.
# hint: 2
def best_temperature(eigenvalues):
    t = float(np.exp(np.mean(np.log(eigenvalues))))
    ratio = eigenvalues / t
    return t, float(np.sum(ratio) - len(ratio)) / 2

# %% best_temperature / no-half
# says: The divergence has a factor of one half.
# hint: 1
def best_temperature(eigenvalues):
    mean = float(np.mean(eigenvalues))
    return mean, float(len(eigenvalues) * np.log(mean) - np.sum(np.log(eigenvalues)))

# %% best_temperature / trace
# says: That is the trace of HM; divide by the number of directions.
# hint: 3
def best_temperature(eigenvalues):
    t = float(np.sum(eigenvalues))
    ratio = eigenvalues / t
    return t, float(np.sum(ratio) - len(ratio) - np.sum(np.log(ratio))) / 2

# %% fibre_entropy / each-pair-twice
# says: You count each pair twice.
# hint: 1
def fibre_entropy(s, depth):
    roots, powers = s ** (2 / depth), np.arange(depth)
    pairs = [(a, b) for i, a in enumerate(roots) for j, b in enumerate(roots) if i != j]
    return float(sum(np.log(np.sum(a**powers * b ** (depth - 1 - powers))) / 2 for a, b in pairs))

# %% fibre_entropy / first-root
# says: The roots in the denominator are of the squares, s to the power 2/N; you took s to the power 1/N.
# hint: 2
def fibre_entropy(s, depth):
    total = 0.0
    for i in range(len(s)):
        for j in range(i):
            total += np.log(abs((s[i] ** 2 - s[j] ** 2) / (s[i] ** (1 / depth) - s[j] ** (1 / depth)))) / 2
    return float(total)

# %% fibre_entropy / no-limit
# says: Equal singular values give 0/0 in the formula; take the limit.
# hint: 2
def fibre_entropy(s, depth):
    total = 0.0
    for i in range(len(s)):
        for j in range(i):
            below = s[i] ** (2 / depth) - s[j] ** (2 / depth)
            total += np.log((s[i] ** 2 - s[j] ** 2) / below) / 2 if below else 0.0
    return float(total)

# %% fibre_entropy / determinant
# says: A volume is the root of the Gram determinant: you left out one half.
# hint: 3
def fibre_entropy(s, depth):
    roots, powers = s ** (2 / depth), np.arange(depth)
    pairs = [(roots[i], roots[j]) for i in range(len(s)) for j in range(i)]
    return float(sum(np.log(np.sum(a**powers * b ** (depth - 1 - powers))) for a, b in pairs))

# %% stationary_moments / additive-noise
# says: You left out the noise that grows with the distance from the minimum.
# hint: 1
def stationary_moments(x, r, rate, batch):
    n, d = x.shape
    H = x.T @ x / n
    kept = np.eye(d) - rate * H
    added = rate**2 / batch * (x * r[:, None] ** 2).T @ x / n
    return np.linalg.solve(np.eye(d * d) - np.kron(kept, kept), added.ravel()).reshape(d, d)

# %% stationary_moments / lyapunov
# says: That is Lyapunov's equation, the limit of small rates.
# hint: 3
def stationary_moments(x, r, rate, batch):
    n, d = x.shape
    H = x.T @ x / n
    added = rate / batch * (x * r[:, None] ** 2).T @ x / n
    return np.linalg.solve(np.kron(H, np.eye(d)) + np.kron(np.eye(d), H), added.ravel()).reshape(d, d)

# %% stationary_moments / second-moment-for-covariance
# says: The covariance of a batch's gradient is what is left after the square of its mean is taken away.
# hint: 3
def stationary_moments(x, r, rate, batch):
    n, d = x.shape
    H = x.T @ x / n
    squares = np.einsum("ni,nj->nij", x, x).reshape(n, d * d)
    kept = np.eye(d) - rate * H
    step = np.kron(kept, kept) + rate**2 / batch * squares.T @ squares / n
    added = rate**2 / batch * (r**2 @ squares) / n
    return np.linalg.solve(np.eye(d * d) - step, added).reshape(d, d)

# %% preconditioned_spread / plain
# says: That is the spread of plain SGD at a small rate, equal in all directions.
# hint: 1
def preconditioned_spread(H, rate, batch, sigma):
    return rate * sigma**2 / (2 * batch) * np.eye(len(H))

# %% preconditioned_spread / small-rate
# says: You left out the square of the rate in (1 − η)²: this is the limit of small rates.
# hint: 3
def preconditioned_spread(H, rate, batch, sigma):
    return rate * sigma**2 / (2 * batch) * np.linalg.inv(H)

# %% preconditioned_spread / noise-not-preconditioned
# says: The noise goes through the inverse of H as well as the gradient.
# hint: 2
def preconditioned_spread(H, rate, batch, sigma):
    return rate * sigma**2 / (batch * (2 - rate)) * H

# %% powers / all-posteriors
# says: Only noise that is equal in all directions leaves a posterior's spread; compare the noise along each direction.
# hint: 2
powers = [-1.0, -1.0, -1.0, -1.0]

# %% powers / noise-only
# says: These are the powers of the noise; the pull towards the minimum grows with the curvature, too.
# hint: 1
powers = [0.0, 1.0, 2.0, 1.0]

# %% powers / preconditioning-forgotten
# says: In the last case the rate is divided by the curvature, for the pull and for the noise.
# hint: 3
powers = [-1.0, 0.0, 1.0, 0.0]

# %% swept_area / small-rate
# says: You left out the product of both curvatures: this is the limit of small rates.
# hint: 3
def swept_area(h1, h2, cross, rate, batch):
    return rate**2 / batch * (h1 - h2) / (h1 + h2) * cross

# %% swept_area / other-sense
# says: The sense is the other one: the weight of larger curvature returns faster.
# hint: 2
def swept_area(h1, h2, cross, rate, batch):
    return rate**2 * (h2 - h1) * cross / batch / (h1 + h2 - rate * h1 * h2)

# %% swept_area / half
# says: You took half of the area.
# hint: 3
def swept_area(h1, h2, cross, rate, batch):
    return rate**2 * (h1 - h2) * cross / batch / (h1 + h2 - rate * h1 * h2) / 2

# %% swept_area / batch-left-out
# says: The noise of a batch has the covariance Σ / B.
# hint: 2
def swept_area(h1, h2, cross, rate, batch):
    return rate**2 * (h1 - h2) * cross / (h1 + h2 - rate * h1 * h2)

# %% imbalance_after / conserved
# says: That is what gradient flow conserves; finite steps do not.
# hint: 1
def imbalance_after(u0, v0, errors, inputs, rate):
    return u0**2 - v0**2

# %% imbalance_after / first-order
# says: The terms of first order in the rate cancel; what is left is of second order.
# hint: 2
def imbalance_after(u0, v0, errors, inputs, rate):
    return float((u0**2 - v0**2) * np.prod(1 - rate * (errors * inputs) ** 2))

# %% imbalance_after / grows
# says: The imbalance shrinks: check the sign of the term of second order.
# hint: 3
def imbalance_after(u0, v0, errors, inputs, rate):
    return float((u0**2 - v0**2) * np.prod(1 + (rate * errors * inputs) ** 2))

# %% imbalance_after / sum
# says: The factors of the steps are multiplied; you added what each takes away.
# hint: 3
def imbalance_after(u0, v0, errors, inputs, rate):
    return float((u0**2 - v0**2) * (1 - np.sum((rate * errors * inputs) ** 2)))

# %% watch_imbalance / one-after-the-other
# says: The second gradient must be computed from the old weights, too.
# hint: 1
def watch_imbalance(W1, w2, x, y, rate):
    found = [np.sum(W1**2) - np.sum(w2**2)]
    for inputs, label in zip(x, y):
        error = w2 @ W1 @ inputs - label
        W1 = W1 - rate * error * np.outer(w2, inputs)
        w2 = w2 - rate * error * (W1 @ inputs)
        found.append(np.sum(W1**2) - np.sum(w2**2))
    return np.array(found)

# %% watch_imbalance / uphill
# says: You go up the gradient.
# hint: 2
def watch_imbalance(W1, w2, x, y, rate):
    found = [np.sum(W1**2) - np.sum(w2**2)]
    for inputs, label in zip(x, y):
        hidden = W1 @ inputs
        error = w2 @ hidden - label
        W1, w2 = W1 + rate * error * np.outer(w2, inputs), w2 + rate * error * hidden
        found.append(np.sum(W1**2) - np.sum(w2**2))
    return np.array(found)

# %% watch_imbalance / other-sign
# says: The first layer counts positive, the second negative.
# hint: 3
def watch_imbalance(W1, w2, x, y, rate):
    found = [np.sum(w2**2) - np.sum(W1**2)]
    for inputs, label in zip(x, y):
        hidden = W1 @ inputs
        error = w2 @ hidden - label
        W1, w2 = W1 - rate * error * np.outer(w2, inputs), w2 - rate * error * hidden
        found.append(np.sum(w2**2) - np.sum(W1**2))
    return np.array(found)

# %% watch_imbalance / twice-the-gradient
# says: The loss is half the square: its gradient has no factor of two.
# hint: 2
def watch_imbalance(W1, w2, x, y, rate):
    found = [np.sum(W1**2) - np.sum(w2**2)]
    for inputs, label in zip(x, y):
        hidden = W1 @ inputs
        error = 2 * (w2 @ hidden - label)
        W1, w2 = W1 - rate * error * np.outer(w2, inputs), w2 - rate * error * hidden
        found.append(np.sum(W1**2) - np.sum(w2**2))
    return np.array(found)

# %% noise_balance / flattest
# says: That is the flattest parametrisation, which noise finds only if it is alike in all outputs.
# hint: 2
def noise_balance(m, k, strength, q):
    u2, v2 = strength * (m / k) ** 0.5, strength * (k / m) ** 0.5
    return u2, v2, 1.0

# %% noise_balance / turned-round
# says: You gave the layers each other's squared lengths.
# hint: 3
def noise_balance(m, k, strength, q):
    v2, u2 = strength * (m * q) ** 0.5, strength / (m * q) ** 0.5
    return u2, v2, (m * v2 + k * u2) / (2 * strength * (m * k) ** 0.5)

# %% noise_balance / equal-lengths
# says: Noise balances the gradients, not the lengths.
# hint: 1
def noise_balance(m, k, strength, q):
    return strength, strength, (m + k) / (2 * (m * k) ** 0.5)

# %% noise_balance / share-left-out
# says: Only the share q of the noise reaches the first layer.
# hint: 2
def noise_balance(m, k, strength, q):
    u2, v2 = strength * m**0.5, strength / m**0.5
    return u2, v2, (m * v2 + k * u2) / (2 * strength * (m * k) ** 0.5)

# %% monomial_coefficient / sum
# says: You added up the contributions: that is right for a sum of powers, not for a product.
# hint: 1
def monomial_coefficient(k):
    return sum(1 / (2 * power) for power in k if power), 1

# %% monomial_coefficient / one-over-k
# says: The exponent of the variable is 2k: you left out the two.
# hint: 3
def monomial_coefficient(k):
    return 1 / max(k), k.count(max(k))

# %% monomial_coefficient / no-multiplicity
# says: Variables that tie for the largest exponent each count for the multiplicity.
# hint: 3
def monomial_coefficient(k):
    return 1 / (2 * max(k)), 1

# %% monomial_coefficient / smallest-exponent
# says: The variable with the largest exponent keeps the volume large; you took the smallest.
# hint: 2
def monomial_coefficient(k):
    least = min(power for power in k if power)
    return 1 / (2 * least), k.count(least)

# %% balance_lab / first-order
# says: You let the imbalance decay at first order in the rate. These terms cancel between the two layers; what is left is of second order.
# hint: 1
def predict(noise, rate, batch, left):
    return -np.log(left) * batch / (rate * noise**2)

# %% balance_lab / batch-left-out
# says: You left the batch out: the mean of B noisy labels has a variance B times smaller.
# hint: 2
def predict(noise, rate, batch, left):
    return -np.log(left) / (rate * noise) ** 2

# %% balance_lab / batch-squared
# says: You divide the variance by the square of the batch. That of a mean is divided by the batch, and the mean square of the error is such a variance.
# hint: 2
def predict(noise, rate, batch, left):
    return -np.log(left) * batch**2 / (rate * noise) ** 2

# %% balance_lab / not-the-logarithm
# says: You let the imbalance fall along a straight line. Every step takes a share of what is left.
# hint: 2
def predict(noise, rate, batch, left):
    return (1 - left) * batch / (rate * noise) ** 2

# %% balance_lab / twice-the-decay
# says: You counted the decay twice, or not at all, as for one layer: each step leaves 1 minus the square of rate times error, once.
# hint: 2
def predict(noise, rate, batch, left):
    return -np.log(left) * batch / (2 * (rate * noise) ** 2)

# %% balance_lab / one-layer-after-the-other
# says: Your second layer sees the first one after its step. Both take their step from the same old weights.
# hint: 3
def measure(seed, noise, rate, batch, steps):
    u, v = lab_start(seed)
    target, first = u @ v, np.sum(u**2 - v**2)
    rng = np.random.default_rng(seed)
    u, v = np.tile(u, (RUNS, 1)), np.tile(v, (RUNS, 1))
    left = [1.0]
    for _ in range(steps):
        error = (u * v).sum(axis=1) - target - noise * rng.standard_normal((RUNS, batch)).mean(axis=1)
        u = u - rate * error[:, None] * v
        v = v - rate * error[:, None] * u
        left.append(np.mean(np.sum(u**2 - v**2, axis=1)) / first)
    return np.array(left)

# %% balance_lab / same-noise-for-all
# says: All your copies see the same noise, so that their mean is that of one run. Each copy has noise of its own.
# hint: 3
def measure(seed, noise, rate, batch, steps):
    u, v = lab_start(seed)
    target, first = u @ v, np.sum(u**2 - v**2)
    rng = np.random.default_rng(seed)
    left = [1.0]
    for _ in range(steps):
        error = u @ v - target - noise * rng.standard_normal((RUNS, batch)).mean()
        u, v = u - rate * error * v, v - rate * error * u
        left.append(np.sum(u**2 - v**2) / first)
    return np.array(left)

# %% balance_lab / not-divided
# says: You return the imbalance itself. Divide it by that at the start, so that the first number is 1.
# hint: 3
def measure(seed, noise, rate, batch, steps):
    u, v = lab_start(seed)
    target = u @ v
    rng = np.random.default_rng(seed)
    u, v = np.tile(u, (RUNS, 1)), np.tile(v, (RUNS, 1))
    left = [np.mean(np.sum(u**2 - v**2, axis=1))]
    for _ in range(steps):
        error = (u * v).sum(axis=1) - target - noise * rng.standard_normal((RUNS, batch)).mean(axis=1)
        u, v = u - rate * error[:, None] * v, v - rate * error[:, None] * u
        left.append(np.mean(np.sum(u**2 - v**2, axis=1)))
    return np.array(left)

# %% balance_lab / noise-summed
# says: You added up the noise of a batch. The step follows the mean over the batch.
# hint: 3
def measure(seed, noise, rate, batch, steps):
    u, v = lab_start(seed)
    target, first = u @ v, np.sum(u**2 - v**2)
    rng = np.random.default_rng(seed)
    u, v = np.tile(u, (RUNS, 1)), np.tile(v, (RUNS, 1))
    left = [1.0]
    for _ in range(steps):
        error = (u * v).sum(axis=1) - target - noise * rng.standard_normal((RUNS, batch)).sum(axis=1)
        u, v = u - rate * error[:, None] * v, v - rate * error[:, None] * u
        left.append(np.mean(np.sum(u**2 - v**2, axis=1)) / first)
    return np.array(left)

# %% balance_lab / no-target
# says: You train the network towards 0. Its target is the number that it gives at the start.
# hint: 3
def measure(seed, noise, rate, batch, steps):
    u, v = lab_start(seed)
    first = np.sum(u**2 - v**2)
    rng = np.random.default_rng(seed)
    u, v = np.tile(u, (RUNS, 1)), np.tile(v, (RUNS, 1))
    left = [1.0]
    for _ in range(steps):
        error = (u * v).sum(axis=1) - noise * rng.standard_normal((RUNS, batch)).mean(axis=1)
        u, v = u - rate * error[:, None] * v, v - rate * error[:, None] * u
        left.append(np.mean(np.sum(u**2 - v**2, axis=1)) / first)
    return np.array(left)

# %% balance_lab / no-prediction
# says: The predicted times are missing.
# hint: 2
def draw(seed, noise, batch, rates):
    times = []
    for rate in rates:
        path = measure(seed, noise, rate, batch, 3 * int(predict(noise, rate, batch, 0.5)) + 20)
        times.append(np.argmax(path <= 0.5))
    figure, axes = plt.subplots()
    axes.loglog(rates, times, "o-", label="measured")
    axes.loglog(rates, times[0] * rates[0] / np.array(rates), ":", label="as the times of gradient flow")
    axes.set(xlabel="rate", ylabel="steps")
    axes.legend()
    return figure

# %% balance_lab / no-flow
# says: The curve in proportion to 1/rate is missing, or does not begin at the measured number of the first rate.
# hint: 3
def draw(seed, noise, batch, rates):
    times = []
    for rate in rates:
        path = measure(seed, noise, rate, batch, 3 * int(predict(noise, rate, batch, 0.5)) + 20)
        times.append(np.argmax(path <= 0.5))
    figure, axes = plt.subplots()
    axes.loglog(rates, times, "o-", label="measured")
    axes.loglog(rates, [predict(noise, rate, batch, 0.5) for rate in rates], "--", label="predicted")
    axes.set(xlabel="rate", ylabel="steps")
    axes.legend()
    return figure

# %% balance_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name all three curves.
# hint: 3
def draw(seed, noise, batch, rates):
    times = []
    for rate in rates:
        path = measure(seed, noise, rate, batch, 3 * int(predict(noise, rate, batch, 0.5)) + 20)
        times.append(np.argmax(path <= 0.5))
    figure, axes = plt.subplots()
    axes.loglog(rates, times, "o-")
    axes.loglog(rates, [predict(noise, rate, batch, 0.5) for rate in rates], "--")
    axes.loglog(rates, times[0] * rates[0] / np.array(rates), ":")
    return figure
