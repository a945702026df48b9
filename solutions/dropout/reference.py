# %% setup
import itertools

from scipy.special import entr, log_softmax, softmax
from scipy.stats import binom

# %% dropout_ridge
def dropout_ridge(X, y, q):
    # Variance of z/q is (1 - q)/q; it multiplies w_j^2 times the sum of squares of feature j.
    penalty = (1 - q) / q * (X**2).sum(axis=0)
    return np.linalg.solve(X.T @ X + np.diag(penalty), X.T @ y)

# %% mask_covariance
def mask_covariance(W, x, q):
    return (1 - q) / q * (W * x**2) @ W.T

# %% one_weight
one_weight = {
    "dropout 10": 2 * (0.8 * 0.2) ** 0.5,
    "dropout 1000": 2 * (0.8 * 0.2) ** 0.5,
    "posterior 10": 0.5 / 10**0.5,
    "posterior 1000": 0.5 / 1000**0.5,
}

# %% two_peaks
def two_peaks(m, q, s):
    low, high = min(0.0, m) - 12 * s, max(0.0, m) + 12 * s
    z = np.linspace(low, high, int((high - low) / s * 20) + 2)
    peak, spike = np.log(q) - ((z - m) / s) ** 2 / 2, np.log1p(-q) - (z / s) ** 2 / 2
    log_density = np.logaddexp(peak, spike) - np.log(s) - np.log(2 * np.pi) / 2
    log_prior = -(z**2) / 2 - np.log(2 * np.pi) / 2
    return float(np.trapezoid(np.exp(log_density) * (log_density - log_prior), z))

# %% matched_rate
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    if 4 * r > 1:
        return math.nan
    # (1 - sqrt(1 - 4r)) / 2 without the cancellation for small r
    return 2 * r / (1 + math.sqrt(1 - 4 * r))

# %% thinned_average
def thinned_average(W, b, x, q):
    d = len(x)
    masks = np.array(list(itertools.product((0, 1), repeat=d)))
    kept = masks.sum(axis=1)
    probability = q**kept * (1 - q) ** (d - kept)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    return probability @ np.exp(logs), softmax(probability @ logs), softmax(W @ x + b)

# %% split_uncertainty
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    total = entr(p.mean(axis=0)).sum(axis=-1)
    aleatoric = entr(p).sum(axis=-1).mean(axis=0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% ece
def ece(probabilities, labels, bins):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    total = 0.0
    for b in range(bins):
        inside = place == b
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total

# %% perfect_ece
def perfect_ece(n, c):
    k = np.arange(n + 1)
    return float(np.abs(k / n - c) @ binom.pmf(k, n, c))

# %% spread_lab
import matplotlib.pyplot as plt


def predict(x, W, a, q):
    return np.sqrt((1 - q) / q * np.tanh(x @ W) ** 2 @ a**2)


def measure(seed, n, q, steps):
    X, y = lab_examples(seed, n)
    W, a = lab_start(seed)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        H = np.tanh(X @ W)
        Z = (rng.random(H.shape) < q) / q
        r = (H * Z) @ a - y
        back = np.outer(r, a) * Z * (1 - H**2)
        W, a = W - RATE * X.T @ back / n, a - RATE * (H * Z).T @ r / n
    Z = (rng.random((MASKS, len(a))) < q) / q
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0)}


def draw(seed, sizes, q, steps):
    runs = [measure(seed, n, q, steps) for n in sizes]
    measured = [np.mean(run["spread"]) for run in runs]
    predicted = [np.mean(predict(PROBES, run["W"], run["a"], q)) for run in runs]
    figure, axes = plt.subplots()
    axes.loglog(sizes, measured, "o-", label="measured")
    axes.loglog(sizes, predicted, "--", label="predicted from the weights")
    axes.loglog(sizes, measured[0] * np.sqrt(sizes[0] / np.array(sizes)), ":", label="shrinking as a posterior")
    axes.set_xlabel("number of examples")
    axes.set_ylabel("spread over masks")
    axes.legend()
    return figure

# %% free_uncertainty
# My lab, seed 3: I had expected a quarter, because a posterior's spread shrinks as one over the square root of N. It came
# out near one: the measured curve is flat and runs away from the dotted one. Predicted and measured differ by two or three
# per cent. That gap is the masks': a standard deviation from 1,000 of them has a relative error of about 1/sqrt(2000), and
# it would halve with four times as many. The prediction itself is exact, for the output is linear in the last mask.
# To the colleague: first I would ask what "calibrated" was measured against: the same trained network with dropout off, and an
# ensemble of a few plain networks, by likelihood and by ECE next to the ECE that a perfect predictor of the same
# confidences would have on that many test examples. I expect that averaging over masks makes the network less
# confident, and so calibration may get worse as well as better; on digits it gets worse. Second, train on a tenth
# and on all of the data and compare the spread. A posterior shrinks about as one over the square root of N. The
# spread over masks stays, because a fixed rate is a fixed family of distributions: in the one-weight model it is
# |mean| sqrt(p(1-p)) for every N. Third, look at inputs far from the data: the spread there is a fraction of that of a
# Gaussian process or of HMC. So the spread is a property of the rate and of the weights, not of what the data leave
# open, unless the rate is tuned on held-out data and again for each data set. It is still of use as a cheap ranking of
# inputs, for instance which images to look at by hand, and dropout itself is a good regulariser.
