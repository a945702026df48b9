# %% setup
import math

# %% risk_parts
def risk_parts(n, p, r2, nu2):
    kept = min(1.0, n / p) if p else 1.0
    bias, inputs = r2 * (1 - kept) ** 2, r2 * kept * (1 - kept)
    if nu2 == 0 or p == 0:
        return bias, inputs, 0.0
    return bias, inputs, np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1)

# %% finite_moments
def finite_moments(n, p):
    return math.ceil((abs(n - p) + 1) / 2) - 1

# %% peak_at
peak_at = {"plain": 100, "copies": 200, "twins": 80, "ten outputs": 100, "mixtures": 0}

# %% ridge_path
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    factors = s / (s**2 + np.asarray(lams)[:, None])
    return (factors * (u.T @ y)) @ (X_new @ vt.T).T

# %% leave_one_out
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    residual = y - u @ (shrink * (u.T @ y))
    return float(np.mean((residual / (1 - u**2 @ shrink)) ** 2))

# %% best_penalty
def best_penalty(p, squares, sigma2):
    signal, unseen = squares[:p].sum(), squares[p:].sum()
    return float(p * (sigma2 + unseen) / signal) if signal > 0 else np.inf

# %% noise_cost
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError(f"needs 1 <= n < {len(variances)} features, got n = {n}")

    def shares(log_kappa):
        return 1 / (1 + np.exp(log_kappa) / variances)

    high = np.log(variances.sum() / n)
    low = np.log(variances.min()) - 3 * np.log(len(variances)) - 3
    log_kappa = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(log_kappa)), float(n / (n - (shares(log_kappa) ** 2).sum()))

# %% first_or_second
def first_or_second(n, squares, sigma2):
    total = squares.sum()
    unseen = np.maximum(total - np.concatenate([[0.0], np.cumsum(squares)]), 0.0)
    p = np.arange(n - 1)
    small = (sigma2 + unseen[: n - 1]) * (1 + p / (n - p - 1))
    best = int(np.argmin(small))
    large = total * (1 - n / len(squares)) + sigma2 * (1 + n / (len(squares) - n - 1))
    return best, float(small[best]), float(large)

# %% matched_rates
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return (1 - (noise / n / (signal + noise / n)) ** (1 / T)) / scales**2

# %% peak_report
def peak_report(widths, runs):
    i = 1 + int(np.argmax(np.median(runs, axis=0)[1:-1]))
    ratio = float((runs[:, i] / np.maximum(runs[:, 0], runs[:, -1])).min())
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_lab
import matplotlib.pyplot as plt


def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.pinv(F) @ y
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}


def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = n / np.linalg.norm(F, 2) ** 2
    b = np.zeros(width)
    for _ in range(steps):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}


def draw(seed, n, widths, steps):
    figure, axes = plt.subplots()
    axes.loglog(widths, [predict(seed, n, w)["error"] for w in widths], "--", label="predicted: trained without an end")
    axes.loglog(widths, [measure(seed, n, w, steps)["error"] for w in widths], "o-", label=f"measured after {steps} steps")
    axes.axvline(n, color="grey", label="as many units as examples")
    axes.set_xlabel("width")
    axes.set_ylabel("error on new inputs")
    axes.legend()
    return figure

# %% bigger_is_better
# My lab, seed 4, 40 examples: I had expected half of the peak. At 40 units the formula says an error near 47, and after 1,000
# steps the network has one near 0.35: there is no peak to be seen. The gap is along the small singular values s. The end of
# training multiplies the noise there by 1/s, but after T steps only the share 1 - (1 - s^2/s_max^2)^T of that has been
# learned, which for a tiny s is nearly nothing. Away from the peak no s is tiny, and the two curves agree.
# The figure supports one sentence: for this model, this training and this label noise, without a penalty, test loss has a
# peak in the middle. Whether the right edge is below the first minimum has to be read off, and is not a law: with features in order of
# importance, or with noisy labels, the best small model can win. A peak is the mark of a fit without regularisation; it
# is variance, and a penalty tuned at each width removes it. In the chapter's digits with wrong labels, ridge chosen by leave-one-out beats
# every unpenalised width, so the figure is an argument for regularisation, not against it. Test loss and error rate need not agree: where the MSE
# peaks, the error of a trained network is already falling. The peak also depends on how long one trains. One
# run a width is weak evidence near the peak, where runs differ by orders of magnitude and a mean may not exist.
# I would ask for at least five seeds with medians and ranges, loss and error side by side, the same widths with weight decay and stopping time
# chosen on a validation set, and a curve with clean labels. If the tuned curve falls with width as well, bigger is better
# here; if it is flat, the choice is one of cost.
