# %% setup
import numpy as np

# %% total_correlation / covariance
# says: That is minus half the log-determinant of the covariance, which depends on the units of measurement. The single entropies are missing: use correlations.
# hint: 2
def total_correlation(X):
    return float(-np.linalg.slogdet(np.cov(X, rowvar=False))[1] / 2)

# %% total_correlation / not-halved
# says: Each entropy of a Gaussian is half a logarithm of a variance. The half is missing.
# hint: 1
def total_correlation(X):
    return float(-np.linalg.slogdet(np.corrcoef(X, rowvar=False))[1])

# %% total_correlation / bits
# says: That is in bits. The statement asks for nats, natural logarithms.
# hint: 1
def total_correlation(X):
    return float(-np.linalg.slogdet(np.corrcoef(X, rowvar=False))[1] / 2 / np.log(2))

# %% total_correlation / underflow
# says: The determinant of many correlated units is too small for a float, and its logarithm is infinite. Take the logarithm of the determinant directly.
# hint: 3
def total_correlation(X):
    with np.errstate(divide="ignore"):
        return float(-np.log(np.linalg.det(np.corrcoef(X, rowvar=False))) / 2)

# %% total_correlation / pairs
# says: You added up the mutual information of all pairs. Three units and more share information in other ways than pair by pair.
# hint: 1
def total_correlation(X):
    R = np.corrcoef(X, rowvar=False)
    return float(-0.5 * np.sum(np.log(1 - R[np.triu_indices(len(R), 1)] ** 2)))

# %% total_correlation / sign
# says: The sign is turned. Correlated units share information, so total correlation is not negative.
# hint: 3
def total_correlation(X):
    return float(np.linalg.slogdet(np.corrcoef(X, rowvar=False))[1] / 2)

# %% total_correlation / rows
# says: You correlated the samples instead of the units: samples are rows here.
# hint: 3
def total_correlation(X):
    return float(-np.linalg.slogdet(np.corrcoef(X) + 1e-9 * np.eye(len(X)))[1] / 2)

# %% o_information / sign
# says: The sign is turned: copies must come out positive.
# hint: 1
def o_information(S):
    joint = np.linalg.slogdet(S)[1]
    return float((2 * joint + np.sum(np.log(np.diag(np.linalg.inv(S)))) - np.sum(np.log(np.diag(S)))) / 2)

# %% o_information / total-only
# says: That is the total correlation alone, which is positive for synergy, too. Subtract the dual total correlation.
# hint: 2
def o_information(S):
    return float((np.sum(np.log(np.diag(S))) - np.linalg.slogdet(S)[1]) / 2)

# %% o_information / dual-only
# says: That is the dual total correlation alone. The O-information is the total correlation minus it.
# hint: 1
def o_information(S):
    return float((np.linalg.slogdet(S)[1] + np.sum(np.log(np.diag(np.linalg.inv(S))))) / 2)

# %% o_information / sum
# says: You added the two correlations. It is their difference that tells redundancy from synergy.
# hint: 1
def o_information(S):
    return float((np.sum(np.log(np.diag(S))) + np.sum(np.log(np.diag(np.linalg.inv(S))))) / 2)

# %% o_information / joint-once
# says: The joint entropy enters both parts and does not cancel: it is subtracted twice.
# hint: 3
def o_information(S):
    joint = np.linalg.slogdet(S)[1]
    return float((np.sum(np.log(np.diag(S))) - np.sum(np.log(np.diag(np.linalg.inv(S)))) - joint) / 2)

# %% o_information / inverse-of-diagonal
# says: The variance of a unit given the others is one over an entry of the inverse matrix, not of the matrix itself.
# hint: 3
def o_information(S):
    return float(np.sum(np.log(np.diag(S))) - np.linalg.slogdet(S)[1])

# %% sample_bias / first-order
# says: That is the approximation for many samples. The exact mean has digamma functions of the degrees of freedom.
# hint: 2
def sample_bias(n, h):
    return h * (h - 1) / (4 * n)

# %% sample_bias / known-mean
# says: The degrees of freedom are one too many: the mean is estimated from the same samples.
# hint: 2
def sample_bias(n, h):
    from scipy.special import digamma

    return float((h * digamma(n / 2) - np.sum(digamma((n + 1 - np.arange(1, h + 1)) / 2))) / 2)

# %% sample_bias / sign
# says: The sign is turned. A finite sample shows dependence where there is none, so the mean is positive.
# hint: 1
def sample_bias(n, h):
    from scipy.special import digamma

    return float((np.sum(digamma((n - np.arange(1, h + 1)) / 2)) - h * digamma((n - 1) / 2)) / 2)

# %% sample_bias / not-halved
# says: Both parts are halves: an entropy of a Gaussian is half a logarithm.
# hint: 1
def sample_bias(n, h):
    from scipy.special import digamma

    return float(h * digamma((n - 1) / 2) - np.sum(digamma((n - np.arange(1, h + 1)) / 2)))

# %% sample_bias / logarithms
# says: The mean of the logarithm of a chi-square is not the logarithm of its mean: it needs the digamma function.
# hint: 3
def sample_bias(n, h):
    return float((h * np.log((n - 1) / 2) - np.sum(np.log((n - np.arange(1, h + 1)) / 2))) / 2)

# %% least_norm / inverse
# says: Your factor is upside down: a unit with long weights in must be made smaller, not larger.
# hint: 3
def least_norm(W, V):
    a, b = np.linalg.norm(W, axis=1), np.linalg.norm(V, axis=0)
    alive = (a > 0) & (b > 0)
    factor = np.sqrt(np.where(alive, a, 1.0) / np.where(alive, b, 1.0))
    return W * (factor * alive)[:, None], V * (alive / factor)

# %% least_norm / no-root
# says: That factor makes the weights in as long as the weights out were. The least norm is reached halfway, at its root.
# hint: 2
def least_norm(W, V):
    a, b = np.linalg.norm(W, axis=1), np.linalg.norm(V, axis=0)
    alive = (a > 0) & (b > 0)
    factor = np.where(alive, b, 1.0) / np.where(alive, a, 1.0)
    return W * (factor * alive)[:, None], V * (alive / factor)

# %% least_norm / one-side
# says: Only the weights in were rescaled, so the network computes another function. Divide the weights out by the same factor.
# hint: 1
def least_norm(W, V):
    a, b = np.linalg.norm(W, axis=1), np.linalg.norm(V, axis=0)
    alive = (a > 0) & (b > 0)
    factor = np.sqrt(np.where(alive, b, 1.0) / np.where(alive, a, 1.0))
    return W * (factor * alive)[:, None], V * alive

# %% least_norm / one-factor
# says: You took one factor for the whole layer. Every unit has its own.
# hint: 1
def least_norm(W, V):
    alive = (np.linalg.norm(W, axis=1) > 0) & (np.linalg.norm(V, axis=0) > 0)
    W, V = W * alive[:, None], V * alive
    factor = np.sqrt(max(np.linalg.norm(V), 1e-300) / max(np.linalg.norm(W), 1e-300))
    return W * factor, V / factor

# %% least_norm / divides-by-zero
# says: A unit with no weights on one side gives a division by zero. It contributes nothing: return zeros for all its weights.
# hint: 3
def least_norm(W, V):
    with np.errstate(all="ignore"):
        factor = np.sqrt(np.linalg.norm(V, axis=0) / np.linalg.norm(W, axis=1))
        return W * factor[:, None], V / factor

# %% least_norm / keeps-dead
# says: A unit with no weights on one side contributes nothing, so its other weights only add to the norm: they become 0.
# hint: 3
def least_norm(W, V):
    a, b = np.linalg.norm(W, axis=1), np.linalg.norm(V, axis=0)
    alive = (a > 0) & (b > 0)
    factor = np.sqrt(np.where(alive, b, 1.0) / np.where(alive, a, 1.0))
    return W * factor[:, None], V / factor

# %% what_changes / variance
# says: The differential entropy rises by the logarithm of the factor. You took the factor's square: the entropy is *half* a logarithm of the variance.
# hint: 2
changes = [0.0, 0.0, 2 * np.log(3.0), 0.0, 0.0, 0.0]
notices = [False, False, True, True, True, False]

# %% what_changes / rank-moves
# says: A common factor leaves the shares of variance alone, so the effective rank does not change.
# hint: 2
changes = [0.0, 0.0, np.log(3.0), np.log(3.0), 0.0, 0.0]
notices = [False, False, True, True, True, False]

# %% what_changes / only-entropy
# says: With different factors, the effective rank and CKA notice as well: directions with more variance weigh more in both.
# hint: 3
changes = [0.0, 0.0, np.log(3.0), 0.0, 0.0, 0.0]
notices = [False, False, True, False, False, False]

# %% what_changes / predictions
# says: The weights out undo every factor, so the outputs and their entropy stay.
# hint: 1
changes = [0.0, 0.0, np.log(3.0), 0.0, 0.0, 0.0]
notices = [False, False, True, True, True, True]

# %% what_changes / everything
# says: Total correlation and O-information are made of correlations, which know no factors.
# hint: 1
changes = [0.0, 0.0, np.log(3.0), 0.0, 0.0, 0.0]
notices = [True, True, True, True, True, False]

# %% what_changes / nothing
# says: The differential entropy does notice a common factor: it measures volume, and the volume grows.
# hint: 2
changes = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
notices = [False, False, True, True, True, False]

# %% verdict / no-null
# says: You did not look at the null. An effect that the null shows as strongly supports nothing.
# hint: 2
def verdict(effects, null, sign):
    turned = sign * effects
    return "supported" if np.all(turned > 0) else "contradicted" if np.all(turned < 0) else "undecided"

# %% verdict / means
# says: You judged the means. The rule asks every seed.
# hint: 2
def verdict(effects, null, sign):
    e, n = sign * np.mean(effects), sign * np.mean(null)
    return "supported" if e > 0 and e > n else "contradicted" if e < 0 else "undecided"

# %% verdict / sign-ignored
# says: The predicted sign is not used: a lens that predicts a negative effect is not supported by positive ones.
# hint: 1
def verdict(effects, null, sign):
    if np.all(effects > 0) and np.all(effects > null):
        return "supported"
    return "contradicted" if np.all(effects < 0) else "undecided"

# %% verdict / null-contradicts
# says: Contradicted asks only for the opposite sign of the effects; the null has no say in it.
# hint: 3
def verdict(effects, null, sign):
    turned, beside = sign * effects, sign * null
    if np.all(turned > 0) and np.all(turned > beside):
        return "supported"
    return "contradicted" if np.all(turned < 0) and np.all(turned < beside) else "undecided"

# %% verdict / zero-counts
# says: An effect of exactly 0 has no sign, so it neither supports nor contradicts.
# hint: 3
def verdict(effects, null, sign):
    turned, beside = sign * effects, sign * null
    if np.all(turned >= 0) and np.all(turned > beside):
        return "supported"
    return "contradicted" if np.all(turned <= 0) else "undecided"

# %% verdict / mean-of-the-null
# says: You compared with the mean of the null. Each effect has its own null, of the same seed.
# hint: 2
def verdict(effects, null, sign):
    if np.all(sign * effects > 0) and np.all(sign * effects > np.mean(sign * null)):
        return "supported"
    return "contradicted" if np.all(sign * effects < 0) else "undecided"

# %% verdict / sizes
# says: You compared sizes. The effect must lie farther in the *predicted* direction than the null's; a null of the opposite sign is beaten, however large.
# hint: 1
def verdict(effects, null, sign):
    turned = sign * effects
    if np.all(turned > 0) and np.all(np.abs(effects) > np.abs(null)):
        return "supported"
    return "contradicted" if np.all(turned < 0) else "undecided"

# %% saving_weights / same-direction
# says: Where h falls the inequality turns: such a step gives a lower bound, not an upper one.
# hint: 2
def saving_weights(phi, h):
    high = np.inf
    for up, spread in zip(np.diff(phi), np.diff(h)):
        if spread != 0:
            high = min(high, up / spread)
        elif up <= 0:
            return None
    return (0.0, high) if high > 0 else None

# %% saving_weights / ends-only
# says: You looked at the two ends of the run only. F has to rise at every step.
# hint: 1
def saving_weights(phi, h):
    up, spread = phi[-1] - phi[0], h[-1] - h[0]
    low, high = 0.0, np.inf
    if spread > 0:
        high = up / spread
    elif spread < 0:
        low = max(0.0, up / spread)
    elif up <= 0:
        return None
    return (low, high) if low < high else None

# %% saving_weights / negative-weights
# says: The weight must be positive: 0 is one of the lower bounds.
# hint: 3
def saving_weights(phi, h):
    low, high = -np.inf, np.inf
    for up, spread in zip(np.diff(phi), np.diff(h)):
        if spread > 0:
            high = min(high, up / spread)
        elif spread < 0:
            low = max(low, up / spread)
        elif up <= 0:
            return None
    return (low, high) if low < high else None

# %% saving_weights / plus
# says: F holds minus the weight times h. You solved for plus.
# hint: 2
def saving_weights(phi, h):
    low, high = 0.0, np.inf
    for up, spread in zip(np.diff(phi), np.diff(h)):
        if spread < 0:
            high = min(high, -up / spread)
        elif spread > 0:
            low = max(low, -up / spread)
        elif up <= 0:
            return None
    return (low, high) if low < high else None

# %% saving_weights / flat-steps
# says: A step at which h stands still cannot be saved by any weight: phi itself must rise there.
# hint: 3
def saving_weights(phi, h):
    low, high = 0.0, np.inf
    for up, spread in zip(np.diff(phi), np.diff(h)):
        if spread > 0:
            high = min(high, up / spread)
        elif spread < 0:
            low = max(low, up / spread)
    return (low, high) if low < high else None

# %% saving_weights / empty-interval
# says: Where the lower end is not below the upper one there is no weight: return None.
# hint: 3
def saving_weights(phi, h):
    low, high = 0.0, np.inf
    for up, spread in zip(np.diff(phi), np.diff(h)):
        if spread > 0:
            high = min(high, up / spread)
        elif spread < 0:
            low = max(low, up / spread)
        elif up <= 0:
            return None
    return (low, high)

# %% saving_weights / meeting-ends
# says: The ends are not included, so an interval whose ends meet is empty.
# hint: 3
def saving_weights(phi, h):
    low, high = 0.0, np.inf
    for up, spread in zip(np.diff(phi), np.diff(h)):
        if spread > 0:
            high = min(high, up / spread)
        elif spread < 0:
            low = max(low, up / spread)
        elif up <= 0:
            return None
    return (low, high) if low <= high else None

# %% chance_of_fit / no-weights
# says: That is the chance without free weights, that all steps rise by themselves.
# hint: 1
def chance_of_fit(steps, free):
    return 2.0**-steps

# %% chance_of_fit / one-short
# says: The sum ends one term too early: free weights make points in free + 1 dimensions.
# hint: 2
def chance_of_fit(steps, free):
    from math import comb

    return sum(comb(steps, k) for k in range(free)) / 2**steps

# %% chance_of_fit / without-the-axis
# says: That is Wendel's formula for the steps alone. The term with weight 1 fixes the side of the plane: its axis is one more point.
# hint: 3
def chance_of_fit(steps, free):
    from math import comb

    return sum(comb(steps - 1, k) for k in range(free + 1)) / 2 ** (steps - 1)

# %% chance_of_fit / halved
# says: You halved Wendel's probability for the steps alone. The side of the plane is not a second throw: take the axis as one more point.
# hint: 3
def chance_of_fit(steps, free):
    from math import comb

    return sum(comb(steps - 1, k) for k in range(free + 1)) / 2**steps

# %% chance_of_fit / exactly
# says: That is the chance of exactly as many wrong steps as there are weights. Fewer are fitted, too: add them up.
# hint: 2
def chance_of_fit(steps, free):
    from math import comb

    return comb(steps, free) / 2**steps

# %% chance_of_fit / overflows
# says: 2.0 to the power of many steps overflows a float. Add integers, and divide once at the end.
# hint: 3
def chance_of_fit(steps, free):
    from math import comb

    return sum(float(comb(steps, k)) for k in range(free + 1)) / 2.0**steps

# %% train_and_read / one-after-the-other
# says: Your first layer moved with the new second layer. Compute both gradients at the same point.
# hint: 3
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(H)])
        v = v - rate * H.T @ r / len(X)
        W = W - rate * ((r[:, None] * v) * (Z > 0)).T @ X / len(X)
    return np.array(rows)

# %% train_and_read / no-mask
# says: The gradient of W goes through all examples. A unit learns only from those on which it is on.
# hint: 2
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        H = np.maximum(X @ W.T, 0)
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(H)])
        W, v = W - rate * (r[:, None] * v).T @ X / len(X), v - rate * H.T @ r / len(X)
    return np.array(rows)

# %% train_and_read / summed
# says: The gradients are sums over the examples, but the loss is a mean: divide them by n.
# hint: 2
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(H)])
        W, v = W - rate * ((r[:, None] * v) * (Z > 0)).T @ X, v - rate * H.T @ r
    return np.array(rows)

# %% train_and_read / twice-the-loss
# says: The loss is half the mean squared error; yours is not halved.
# hint: 1
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        r = H @ v - y
        rows.append([np.mean(r**2), reading(H)])
        W, v = W - rate * ((r[:, None] * v) * (Z > 0)).T @ X / len(X), v - rate * H.T @ r / len(X)
    return np.array(rows)

# %% train_and_read / before-relu
# says: You read the pre-activations. The hidden layer is what comes after relu.
# hint: 1
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(Z)])
        W, v = W - rate * ((r[:, None] * v) * (Z > 0)).T @ X / len(X), v - rate * H.T @ r / len(X)
    return np.array(rows)

# %% train_and_read / readout-only
# says: Only the readout is trained. Both layers move at once.
# hint: 2
def train_and_read(X, y, W, v, rate, steps):
    H, rows = np.maximum(X @ W.T, 0), []
    for step in range(steps + 1):
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(H)])
        v = v - rate * H.T @ r / len(X)
    return np.array(rows)

# %% train_and_read / at-zero
# says: The derivative of relu at 0 counts as 0: the mask is X W^T > 0, not >= 0.
# hint: 3
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(H)])
        W, v = W - rate * ((r[:, None] * v) * (Z >= 0)).T @ X / len(X), v - rate * H.T @ r / len(X)
    return np.array(rows)

# %% train_and_read / in-place
# says: You change the arrays of the caller: `W -= ...` works in place.
# hint: 3
def train_and_read(X, y, W, v, rate, steps):
    rows = []
    for step in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        r = H @ v - y
        rows.append([np.mean(r**2) / 2, reading(H)])
        gW, gv = ((r[:, None] * v) * (Z > 0)).T @ X / len(X), H.T @ r / len(X)
        W -= rate * gW
        v -= rate * gv
    return np.array(rows)

# %% preregistration / another-term
# says: The row is about integration: the proxy must be one of PHI
# hint: 2
plan = {"proxy": "h_rep", "direction": 1, "fails_below": 0.5, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400], "hidden": [16, 32]}}

# %% preregistration / wrong-sign
# says: If agreement is integration, they rise together: the predicted sign is 1
# hint: 2
plan = {"proxy": "tc", "direction": -1, "fails_below": 0.5, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400], "hidden": [16, 32]}}

# %% preregistration / admits-the-opposite
# says: fails_below must be a number above 0, or the opposite passes, and at most 1, or nothing does
# hint: 3
plan = {"proxy": "tc", "direction": 1, "fails_below": -0.2, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400], "hidden": [16, 32]}}

# %% preregistration / untrained-null
# says: The null must train the networks and leave nothing to learn
# hint: 1
plan = {"proxy": "tc", "direction": 1, "fails_below": 0.5, "null": "untrained network", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400], "hidden": [16, 32]}}

# %% preregistration / three-seeds
# says: Seeds must be a list of at least five different integers, none below 0
# hint: 1
plan = {"proxy": "tc", "direction": 1, "fails_below": 0.5, "null": "shuffled labels", "seeds": [0, 1, 2], "settings": {"steps": [200, 400], "hidden": [16, 32]}}

# %% preregistration / one-setting
# says: Settings must be a dict of at least two settings, seeds not among them, with a list of two different values each
# hint: 1
plan = {"proxy": "tc", "direction": 1, "fails_below": 0.5, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400]}}

# %% preregistration / rate-as-setting
# says: The dropout rate is what the statistic runs over, so it cannot be a setting
# hint: 3
plan = {"proxy": "tc", "direction": 1, "fails_below": 0.5, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400], "hidden": [16, 32], "dropout_rate": [0.1, 0.5]}}

# %% preregistration / no-threshold
# says: plan must be a dict with exactly the six keys of the statement
# hint: 1
plan = {"proxy": "tc", "direction": 1, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"steps": [200, 400], "hidden": [16, 32]}}

# %% o_information / underflow
# says: The determinant of many units, or of small variances, is too small for a float. Take the logarithm of the determinant directly.
# hint: 3
def o_information(S):
    joint = np.log(np.linalg.det(S))
    return float((np.log(np.diag(S)).sum() - 2 * joint - np.log(np.diag(np.linalg.inv(S))).sum()) / 2)

# %% verdict / null-alone
# says: You ask only whether each effect lies farther than its null. To be supported it must have the predicted sign, too.
# hint: 2
def verdict(effects, null, sign):
    turned, beside = sign * effects, sign * null
    return "supported" if np.all(turned > beside) else "contradicted" if np.all(turned < 0) else "undecided"

# %% verdict / most-seeds
# says: You let most seeds decide. The rule asks every seed.
# hint: 2
def verdict(effects, null, sign):
    turned, beside = sign * effects, sign * null
    if np.mean((turned > 0) & (turned > beside)) > 0.5:
        return "supported"
    return "contradicted" if np.mean(turned < 0) > 0.5 else "undecided"

# %% verdict / some-null-beaten
# says: You are content when the null is beaten at some seed. The rule asks it of every seed.
# hint: 2
def verdict(effects, null, sign):
    turned, beside = sign * effects, sign * null
    if np.all(turned > 0) and np.any(turned > beside):
        return "supported"
    return "contradicted" if np.all(turned < 0) else "undecided"

# %% verdict / sorted-apart
# says: You sorted effects and null apart from each other. Each effect has its own null, of the same seed.
# hint: 2
def verdict(effects, null, sign):
    turned, beside = np.sort(sign * effects), np.sort(sign * null)
    if np.all(turned > 0) and np.all(turned > beside):
        return "supported"
    return "contradicted" if np.all(turned < 0) else "undecided"

# %% chance_of_fit / complement
# says: You take the chance of the opposite from 1. Where the answer is very small, rounding leaves nothing of it: add up the terms themselves.
# hint: 3
def chance_of_fit(steps, free):
    from scipy.stats import binom

    return float(1 - binom.sf(free, steps, 0.5))

# %% preregistration / seeds-as-setting
# says: Settings must be a dict of at least two settings, seeds not among them, with a list of two different values each
# hint: 1
plan = {"proxy": "tc", "direction": 1, "fails_below": 0.5, "null": "shuffled labels", "seeds": [0, 1, 2, 3, 4], "settings": {"seed": [0, 1], "hidden": [16, 32]}}

# %% sign_lab / uphill
# says: predict has the wrong sign: gradient descent moves by minus the gradient.
# hint: 1
def predict(seed, shuffled):
    (X, y), (W, v) = lab_data(seed, shuffled), lab_start(seed)
    Z = X @ W.T
    D = (np.outer(np.maximum(Z, 0) @ v - y, v) * (Z > 0)).T @ X / len(X)
    return (reading(np.maximum(X @ (W + 1e-5 * D).T, 0)) - reading(np.maximum(X @ (W - 1e-5 * D).T, 0))) / 2e-5

# %% sign_lab / targets-ignored
# says: predict always takes the true targets. Under the null the targets are shuffled.
# hint: 1
def predict(seed, shuffled):
    (X, y), (W, v) = lab_data(seed), lab_start(seed)
    Z = X @ W.T
    D = -(np.outer(np.maximum(Z, 0) @ v - y, v) * (Z > 0)).T @ X / len(X)
    return (reading(np.maximum(X @ (W + 1e-5 * D).T, 0)) - reading(np.maximum(X @ (W - 1e-5 * D).T, 0))) / 2e-5

# %% sign_lab / summed-over-examples
# says: predict takes a sum over the examples, n times the speed. The loss is a mean.
# hint: 2
def predict(seed, shuffled):
    (X, y), (W, v) = lab_data(seed, shuffled), lab_start(seed)
    Z = X @ W.T
    D = -(np.outer(np.maximum(Z, 0) @ v - y, v) * (Z > 0)).T @ X
    return (reading(np.maximum(X @ (W + 1e-7 * D).T, 0)) - reading(np.maximum(X @ (W - 1e-7 * D).T, 0))) / 2e-7

# %% sign_lab / not-from-the-start
# says: measure gives the reading itself. Take the first one away: its change is asked for.
# hint: 3
def measure(seed, shuffled, rate, steps):
    (X, y), (W, v) = lab_data(seed, shuffled), lab_start(seed)
    found = []
    for _ in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        found.append(reading(H))
        r = (H @ v - y) / len(X)
        W, v = W - rate * (np.outer(r, v) * (Z > 0)).T @ X, v - rate * H.T @ r
    return np.array(found)

# %% sign_lab / readout-kept
# says: measure trains the first layer alone. Both layers move at once.
# hint: 1
def measure(seed, shuffled, rate, steps):
    (X, y), (W, v) = lab_data(seed, shuffled), lab_start(seed)
    found = []
    for _ in range(steps + 1):
        Z = X @ W.T
        H = np.maximum(Z, 0)
        found.append(reading(H))
        W = W - rate * (np.outer((H @ v - y) / len(X), v) * (Z > 0)).T @ X
    return np.array(found) - found[0]

# %% sign_lab / null-exchanged
# says: judge has exchanged the two: effects are changes with the true targets, null those with the shuffled ones.
# hint: 3
def judge(sign, seeds, rate, steps):
    effects, null = (np.array([measure(seed, s, rate, steps)[-1] for seed in seeds]) for s in (True, False))
    turned, beside = sign * effects, sign * null
    word = "supported" if np.all(turned > 0) and np.all(turned > beside) else "contradicted" if np.all(turned < 0) else "undecided"
    return {"effects": effects, "null": null, "verdict": word}

# %% sign_lab / turned-effects
# says: judge gives the changes times the sign. The changes themselves are asked for; only the verdict turns them.
# hint: 3
def judge(sign, seeds, rate, steps):
    effects, null = (sign * np.array([measure(seed, s, rate, steps)[-1] for seed in seeds]) for s in (False, True))
    word = "supported" if np.all(effects > 0) and np.all(effects > null) else "contradicted" if np.all(effects < 0) else "undecided"
    return {"effects": effects, "null": null, "verdict": word}

# %% sign_lab / four-seeds
# says: The preregistered seeds must be a list of at least five different integers, none below 0
# hint: 1
def preregistered():
    return {"sign": 1, "seeds": [0, 1, 2, 3]}
