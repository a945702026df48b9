# %% best_temperature
def best_temperature(eigenvalues):
    mean = float(np.mean(eigenvalues))
    return mean, float(len(eigenvalues) * np.log(mean) - np.sum(np.log(eigenvalues))) / 2

# %% fibre_entropy
def fibre_entropy(s, depth):
    roots = np.asarray(s, dtype=float) ** (2 / depth)
    powers = np.arange(depth)
    total = 0.0
    for i in range(len(roots)):
        for j in range(i):
            total += np.log(np.sum(roots[i] ** powers * roots[j] ** (depth - 1 - powers))) / 2
    return float(total)

# %% stationary_moments
def stationary_moments(x, r, rate, batch):
    n, d = x.shape
    H = x.T @ x / n
    squares = np.einsum("ni,nj->nij", x, x).reshape(n, d * d)
    kept = np.eye(d) - rate * H
    step = np.kron(kept, kept) + rate**2 / batch * (squares.T @ squares / n - np.kron(H, H))
    added = rate**2 / batch * (r**2 @ squares) / n
    return np.linalg.solve(np.eye(d * d) - step, added).reshape(d, d)

# %% preconditioned_spread
def preconditioned_spread(H, rate, batch, sigma):
    return rate * sigma**2 / (batch * (2 - rate)) * np.linalg.inv(H)

# %% powers
powers = [-1.0, 0.0, 1.0, -1.0]

# %% swept_area
def swept_area(h1, h2, cross, rate, batch):
    moment = rate * cross / batch / (h1 + h2 - rate * h1 * h2)
    return rate * (h1 - h2) * moment

# %% imbalance_after
def imbalance_after(u0, v0, errors, inputs, rate):
    return float((u0**2 - v0**2) * np.prod(1 - (rate * errors * inputs) ** 2))

# %% watch_imbalance
def watch_imbalance(W1, w2, x, y, rate):
    found = [np.sum(W1**2) - np.sum(w2**2)]
    for inputs, label in zip(x, y):
        hidden = W1 @ inputs
        error = w2 @ hidden - label
        W1, w2 = W1 - rate * error * np.outer(w2, inputs), w2 - rate * error * hidden
        found.append(np.sum(W1**2) - np.sum(w2**2))
    return np.array(found)

# %% noise_balance
def noise_balance(m, k, strength, q):
    u2, v2 = strength * (m * q) ** 0.5, strength / (m * q) ** 0.5
    return u2, v2, (m * v2 + k * u2) / (2 * strength * (m * k) ** 0.5)

# %% monomial_coefficient
def monomial_coefficient(k):
    return 1 / (2 * max(k)), k.count(max(k))

# %% a_thermometer
# What is right: at rates well below 2/λ₁ the stationary loss of SGD depends on rate and batch size through their ratio, so
# that half the batch is like twice the rate, and both shake more.  But a temperature would be one number.  The noise of
# batches follows the Hessian: steep directions shake harder, so that the weights spread alike in all directions and not as
# a Gibbs law does.  It depends on the place, too, and where every example is fitted it is zero: then no batch size heats.
# Near 2/λ₁ the ratio is not all that counts; the loss rises by more than the rule says and the run may diverge.
# I would first ask whether the training loss is far from zero, and whether the rate could be raised within its limit, and
# then lower the noise again at the end.
