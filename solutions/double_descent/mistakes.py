# %% setup
import math

# %% risk_parts / large-n-limit
# says: This is the limit for large n, with γ/(1 − γ). At finite n the denominator is |p − n| − 1, and the mean is infinite at |p − n| = 1 too.
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if p == n else nu2 * min(n, p) / abs(p - n))
    return r2 * (1 - q) ** 2, r2 * q * (1 - q), noise

# %% risk_parts / no-bias
# says: Beyond p = n the fit interpolates, but it is not unbiased: only the part of β in the span of n rows out of p dimensions can be learned.
# hint: 1
def risk_parts(n, p, r2, nu2):
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1))
    return 0.0, 0.0, noise

# %% risk_parts / bias-not-squared
# says: You put all of r²(1 − n/p) into the bias. That is bias and variance together: the mean of P β is (n/p) β, so the squared bias is r²(1 − n/p)².
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1))
    return r2 * (1 - q), 0.0, noise

# %% risk_parts / p-for-n
# says: Beyond p = n the noise part has n in the numerator, not p: there are n singular values to divide by, not p.
# hint: 2
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if abs(p - n) <= 1 else nu2 * p / (abs(p - n) - 1))
    return r2 * (1 - q) ** 2, r2 * q * (1 - q), noise

# %% risk_parts / noise-needs-no-noise
# says: At p = n without noise there is nothing to blow up: the fit is exact and the third part is 0.
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1)
    return r2 * (1 - q) ** 2, r2 * q * (1 - q), noise

# %% finite_moments / no-half
# says: You forgot that the risk has 1/s², not 1/s: P(1/s² > t) is P(s < t^(−1/2)), which halves the exponent.
# hint: 2
def finite_moments(n, p):
    return abs(n - p)

# %% finite_moments / boundary-counts
# says: At the boundary k = (|n − p| + 1)/2 the integral still diverges, like a logarithm. The order must be strictly smaller.
# hint: 2
def finite_moments(n, p):
    return (abs(n - p) + 1) // 2

# %% finite_moments / density-for-tail
# says: You took the exponent of the density for that of the probability. Integrating s^|n−p| from 0 raises it by one.
# hint: 2
def finite_moments(n, p):
    return max(math.ceil(abs(n - p) / 2) - 1, 0)

# %% peak_at / counts-only
# says: You compared the number of features with the number of examples in every case. What matters is the rank: how many features and how many inputs really differ.
# hint: 1
peak_at = {"plain": 100, "copies": 100, "twins": 100, "ten outputs": 100, "mixtures": 100}

# %% peak_at / counts-outputs
# says: Ten outputs are ten least-squares problems with the same X. Each has its peak where X has its smallest singular value.
# hint: 3
peak_at = {"plain": 100, "copies": 200, "twins": 80, "ten outputs": 1000, "mixtures": 0}

# %% peak_at / copies-halve
# says: Copies add columns without adding rank, so the peak moves to the right, not to the left.
# hint: 2
peak_at = {"plain": 100, "copies": 50, "twins": 80, "ten outputs": 100, "mixtures": 0}

# %% peak_at / twins-ignored
# says: Two examples with the same input are one row of X. With 80 different rows the smallest singular value is least at p = 80.
# hint: 2
peak_at = {"plain": 100, "copies": 200, "twins": 100, "ten outputs": 100, "mixtures": 0}

# %% peak_at / peak-at-thirty
# says: With 30 underlying numbers the rank stops at 30, far below n. The fit is ordinary regression on 30 inputs with 100 examples; nothing becomes nearly singular.
# hint: 2
peak_at = {"plain": 100, "copies": 200, "twins": 80, "ten outputs": 100, "mixtures": 30}

# %% ridge_path / not-squared
# says: The factor is s/(s² + λ). You have 1/(s + λ): the penalty is added to the squared singular values.
# hint: 2
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (1 / (s + np.asarray(lams)[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / averaged-loss
# says: You used n λ: that is the penalty of an averaged loss. Here the squared errors are summed.
# hint: 2
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s**2 + len(y) * np.asarray(lams)[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / forgot-one-s
# says: One factor s is missing: β = V diag(s/(s² + λ)) Uᵀ y, and you have 1/(s² + λ).
# hint: 2
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (1 / (s**2 + np.asarray(lams)[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / sorted
# says: Your rows are in the order of the sorted penalties. Row i belongs to lams[i], in the order given.
# hint: 3
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s**2 + np.sort(lams)[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / intercept
# says: You fitted an intercept. There is none here, and the data are not centred.
# hint: 2
def ridge_path(X, y, X_new, lams):
    mean, level = X.mean(0), y.mean()
    u, s, vt = np.linalg.svd(X - mean, full_matrices=False)
    s, u, vt = s[s > 1e-9 * s[0]], u[:, s > 1e-9 * s[0]], vt[s > 1e-9 * s[0]]
    return level + (s / (s**2 + np.asarray(lams)[:, None]) * (u.T @ (y - level))) @ ((X_new - mean) @ vt.T).T

# %% leave_one_out / training-error
# says: This is the training error: every example helped to predict itself.
# hint: 1
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    return float(np.mean((y - u @ (s**2 / (s**2 + lam) * (u.T @ y))) ** 2))

# %% leave_one_out / generalised
# says: This is generalised cross-validation: it divides every residual by the same mean of 1 − H_ii. Here each example has its own.
# hint: 2
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    return float(np.mean(((y - u @ (shrink * (u.T @ y))) / (1 - shrink.sum() / len(y))) ** 2))

# %% leave_one_out / divided-once
# says: The residual is divided by 1 − H_ii before it is squared; you divided after squaring.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    return float(np.mean((y - u @ (shrink * (u.T @ y))) ** 2 / (1 - u**2 @ shrink)))

# %% leave_one_out / sum
# says: You returned the sum over the examples; the question asks for the mean.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    return float(np.sum(((y - u @ (shrink * (u.T @ y))) / (1 - u**2 @ shrink)) ** 2))

# %% best_penalty / unseen-forgotten
# says: You counted the noise only. To a model that does not see them, the other features are noise too.
# hint: 1
def best_penalty(p, squares, sigma2):
    return float(p * sigma2 / squares[:p].sum()) if squares[:p].sum() > 0 else np.inf

# %% best_penalty / per-example
# says: The factor p is missing: the prior variance of one coefficient is r²/p.
# hint: 2
def best_penalty(p, squares, sigma2):
    return float((sigma2 + squares[p:].sum()) / squares[:p].sum()) if squares[:p].sum() > 0 else np.inf

# %% best_penalty / all-signal
# says: You divided by the signal of all features. The coefficients that are fitted are those of the seen features.
# hint: 3
def best_penalty(p, squares, sigma2):
    return float(p * (sigma2 + squares[p:].sum()) / squares.sum())

# %% best_penalty / all-features
# says: You multiplied by the number of all features. The signal of the seen ones is shared by the p features that are fitted.
# hint: 3
def best_penalty(p, squares, sigma2):
    signal = squares[:p].sum()
    return float(len(squares) * (sigma2 + squares[p:].sum()) / signal) if signal > 0 else np.inf

# %% best_penalty / upside-down
# says: This is upside down: more noise must ask for a larger penalty.
# hint: 2
def best_penalty(p, squares, sigma2):
    noise = sigma2 + squares[p:].sum()
    return float(squares[:p].sum() / (p * noise)) if noise > 0 else np.inf

# %% first_or_second / excess-only
# says: This is the excess risk. The error on a new example has the noise in it, and for a small model also the features that it does not see.
# hint: 2
def first_or_second(n, squares, sigma2):
    p = np.arange(n - 1)
    noise = sigma2 + np.maximum(squares.sum() - np.concatenate([[0.0], np.cumsum(squares)]), 0.0)[: n - 1]
    small = noise * p / (n - p - 1)
    best, D = int(np.argmin(small)), len(squares)
    return best, float(small[best]), float(squares.sum() * (1 - n / D) + sigma2 * n / (D - n - 1))

# %% first_or_second / unseen-are-nothing
# says: You left the unseen features out of the noise. They are in y whether the model sees them or not.
# hint: 1
def first_or_second(n, squares, sigma2):
    p = np.arange(n - 1)
    small = sigma2 * (1 + p / (n - p - 1))
    best, D = int(np.argmin(small)), len(squares)
    return best, float(small[best]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% first_or_second / starts-at-one
# says: You left out p = 0, the model that predicts zero. It can be the best small model.
# hint: 2
def first_or_second(n, squares, sigma2):
    p = np.arange(1, n - 1)
    noise = sigma2 + np.maximum(squares.sum() - np.cumsum(squares), 0.0)[: n - 2]
    small = noise * (1 + p / (n - p - 1))
    best, D = int(np.argmin(small)), len(squares)
    return int(p[best]), float(small[best]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% first_or_second / no-bias-at-the-end
# says: At p = D the fit learns only a share n/D of the signal; your error there has no bias.
# hint: 3
def first_or_second(n, squares, sigma2):
    p = np.arange(n - 1)
    noise = sigma2 + np.maximum(squares.sum() - np.concatenate([[0.0], np.cumsum(squares)]), 0.0)[: n - 1]
    small = noise * (1 + p / (n - p - 1))
    best, D = int(np.argmin(small)), len(squares)
    return best, float(small[best]), float(sigma2 * (1 + n / (D - n - 1)))

# %% matched_rates / equal-speeds
# says: You made all coordinates equally fast and equally complete. Each should stop at its own best share A/(A + N), which depends on its signal.
# hint: 2
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    total = noise / n * len(scales) / (signal.sum() + noise / n * len(scales))
    return np.where(theta == 0, 0.0, (1 - total ** (1 / T)) / scales**2)

# %% matched_rates / all-at-once
# says: At the rate 1/c² a coordinate learns everything in one step, its noise too. Each should stop at its own best share A/(A + N).
# hint: 2
def matched_rates(scales, theta, noise, n, T):
    return 1 / scales**2

# %% matched_rates / noise-not-divided
# says: The noise in one coordinate has variance ν²/n, not ν².
# hint: 2
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return (1 - (noise / (signal + noise)) ** (1 / T)) / scales**2

# %% matched_rates / theta-for-signal
# says: The signal of a coordinate is c²θ², its share of the variance of y; you used θ².
# hint: 2
def matched_rates(scales, theta, noise, n, T):
    return (1 - (noise / n / (theta**2 + noise / n)) ** (1 / T)) / scales**2

# %% matched_rates / flow
# says: This is gradient flow, with exp(−ηc²T) for the share that is left. Gradient descent has (1 − ηc²)^T.
# hint: 3
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return np.log1p(signal * n / noise) / (T * scales**2)

# %% matched_rates / scale-not-divided
# says: What you return is η c², the speed. Divide by c² to get the rate.
# hint: 3
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return 1 - (noise / n / (signal + noise / n)) ** (1 / T)

# %% peak_report / mean
# says: One wild run decides your width: you averaged over seeds, or took the largest. The question asks for the median.
# hint: 1
def peak_report(widths, runs):
    i = 1 + int(np.argmax(np.mean(runs, axis=0)[1:-1]))
    ratio = float((runs[:, i] / np.maximum(runs[:, 0], runs[:, -1])).min())
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / edges-count
# says: You looked at all widths. The largest error at the first or the last width is no peak: nothing is known of what lies beyond.
# hint: 2
def peak_report(widths, runs):
    i = int(np.argmax(np.median(runs, axis=0)))
    ratio = float((runs[:, i] / np.maximum(runs[:, 0], runs[:, -1])).min())
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / median-ratio
# says: Your ratio is a typical one. The question asks for the least clear seed: a claim over seeds must hold for each.
# hint: 2
def peak_report(widths, runs):
    i = 1 + int(np.argmax(np.median(runs, axis=0)[1:-1]))
    ratio = float(np.median(runs[:, i] / np.maximum(runs[:, 0], runs[:, -1])))
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / one-side
# says: You compared the peak with one end only. It has to stand above both.
# hint: 3
def peak_report(widths, runs):
    i = 1 + int(np.argmax(np.median(runs, axis=0)[1:-1]))
    ratio = float((runs[:, i] / runs[:, -1]).min())
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / strictly-above
# says: A ratio of exactly 1.5 counts as clear: "at least" is >=.
# hint: 3
def peak_report(widths, runs):
    i = 1 + np.argmax(np.median(runs, axis=0)[1:-1])
    ratio = np.min(runs[:, i] / np.maximum(runs[:, 0], runs[:, -1]))
    return {"width": int(widths[i]), "ratio": float(ratio), "clear": bool(ratio > 1.5)}

# %% peak_report / last-of-a-tie
# says: Where two widths have the same median you take the larger one. The smallest such width is asked for.
# hint: 2
def peak_report(widths, runs):
    middle = np.median(runs, axis=0)
    i = max(range(1, len(widths) - 1), key=lambda j: (middle[j], j))
    ratio = np.min(runs[:, i] / np.maximum(runs[:, 0], runs[:, -1]))
    return {"width": int(widths[i]), "ratio": float(ratio), "clear": bool(ratio >= 1.5)}

# %% peak_report / own-peak-of-each-seed
# says: You take each seed's own largest error. The question asks for every seed's error at one width, that of the median's peak.
# hint: 2
def peak_report(widths, runs):
    i = 1 + np.argmax(np.median(runs, axis=0)[1:-1])
    ratio = np.min(runs[:, 1:-1].max(axis=1) / np.maximum(runs[:, 0], runs[:, -1]))
    return {"width": int(widths[i]), "ratio": float(ratio), "clear": bool(ratio >= 1.5)}

# %% peak_report / lower-middle
# says: With an even number of seeds the median is the mean of the two middle values; you take one of them.
# hint: 2
def peak_report(widths, runs):
    i = 1 + np.argmax(np.sort(runs, axis=0)[(len(runs) - 1) // 2][1:-1])
    ratio = np.min(runs[:, i] / np.maximum(runs[:, 0], runs[:, -1]))
    return {"width": int(widths[i]), "ratio": float(ratio), "clear": bool(ratio >= 1.5)}

# %% risk_parts / infinite-only-at-n
# says: The mean is infinite not only at p = n but also one step beside it, where |p − n| − 1 is 0.
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if p == n else nu2 * min(n, p) / max(abs(p - n) - 1, 1))
    return r2 * (1 - q) ** 2, r2 * q * (1 - q), noise

# %% risk_parts / no-features-one-example
# says: Without features nothing is fitted, so nothing can blow up: with p = 0 all parts are 0, for n = 1 too.
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 else (np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1))
    return r2 * (1 - q) ** 2, r2 * q * (1 - q), noise

# %% risk_parts / variance-is-the-rest
# says: Your second part is r²(1 − n/p), which is squared bias and variance together. Take the squared bias off.
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1))
    return r2 * (1 - q) ** 2, r2 * (1 - q), noise

# %% risk_parts / difference-of-squares
# says: Your bias is r²(1 − (n/p)²). The mean of β̂ is (n/p) β: subtract first, then square.
# hint: 3
def risk_parts(n, p, r2, nu2):
    q = min(1.0, n / p) if p else 1.0
    noise = 0.0 if nu2 == 0 or p == 0 else (np.inf if abs(p - n) <= 1 else nu2 * min(n, p) / (abs(p - n) - 1))
    return r2 * (1 - q**2), r2 * q * (1 - q), noise

# %% finite_moments / signed
# says: You use p − n with its sign. The density has |n − p| in its exponent, on both sides of the peak.
# hint: 3
def finite_moments(n, p):
    return (p - n) // 2

# %% finite_moments / only-wide
# says: You treat all p below n as if they were the peak. The density has |n − p| in its exponent, on both sides of the peak.
# hint: 3
def finite_moments(n, p):
    return max(p - n, 0) // 2

# %% finite_moments / rounded
# says: You round to the nearest whole number. The largest whole k that is strictly below the bound is asked for.
# hint: 3
def finite_moments(n, p):
    return round(abs(n - p) / 2)

# %% finite_moments / the-bound-itself
# says: You return the bound itself. The largest whole number strictly below it is asked for.
# hint: 2
def finite_moments(n, p):
    return (abs(n - p) + 1) / 2

# %% finite_moments / one-too-few
# says: Your k is one too small. A moment of order k is finite whenever k is below the bound, however little.
# hint: 3
def finite_moments(n, p):
    return max(abs(n - p) // 2 - 1, 0)

# %% peak_at / copies-ignored
# says: In the case of copies you counted features. What counts is how many of them really differ: a copy adds no rank.
# hint: 2
peak_at = {"plain": 100, "copies": 100, "twins": 80, "ten outputs": 100, "mixtures": 0}

# %% peak_at / twins-added
# says: You added the 20 inputs that occur twice. An input that occurs again gives no new row: it lowers the rank that has to be reached.
# hint: 3
peak_at = {"plain": 100, "copies": 200, "twins": 120, "ten outputs": 100, "mixtures": 0}

# %% peak_at / twins-left-out
# says: You left out the inputs that occur twice altogether. Each of them still gives one row of X.
# hint: 3
peak_at = {"plain": 100, "copies": 200, "twins": 60, "ten outputs": 100, "mixtures": 0}

# %% peak_at / outputs-share
# says: You shared the examples, or the features, among the ten outputs. Each output has all of them: they are ten least-squares problems with the same X.
# hint: 3
peak_at = {"plain": 100, "copies": 200, "twins": 80, "ten outputs": 10, "mixtures": 0}

# %% peak_at / mixtures-counted
# says: In the case of mixtures you counted features. Their rank stops at 30 and never comes near the number of examples.
# hint: 2
peak_at = {"plain": 100, "copies": 200, "twins": 80, "ten outputs": 100, "mixtures": 100}

# %% ridge_path / in-place
# says: Your function sorts the penalties that it is given in place. np.sort(lams) makes a new array; lams.sort() does not.
# hint: 3
def ridge_path(X, y, X_new, lams):
    order = np.argsort(lams)
    lams.sort()
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    found = np.empty((len(lams), len(X_new)))
    found[order] = (s / (s**2 + lams[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T
    return found

# %% ridge_path / small-directions-dropped
# says: You drop singular values that are merely small beside the largest. X has full rank: at λ = 0 every direction counts, also that of a feature measured in large units.
# hint: 2
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    kept = s > 0.02 * s[0]
    u, s, vt = u[:, kept], s[kept], vt[kept]
    return (s / (s**2 + np.asarray(lams)[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / penalty-squared
# says: You squared the penalty. The factor is s/(s² + λ): s is squared, λ is not.
# hint: 2
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s**2 + np.asarray(lams)[:, None] ** 2) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / from-large-to-small
# says: Your rows are in the order of falling penalties. Row i belongs to lams[i], in the order given.
# hint: 3
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s**2 + np.sort(lams)[::-1, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% ridge_path / zero-at-zero
# says: At λ = 0 you predict 0. There the fit is minimum-norm least squares, the limit of ridge.
# hint: 2
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    factor = np.where(np.asarray(lams)[:, None] > 0, s / (s**2 + np.asarray(lams)[:, None]), 0.0)
    return (factor * (u.T @ y)) @ (X_new @ vt.T).T

# %% leave_one_out / in-place
# says: Your function writes into X or y. Make new arrays: np.delete(X, i, axis=0) leaves X as it is, and so does y - y.mean().
# hint: 3
def leave_one_out(X, y, lam):
    errors = []
    for i in range(len(y)):
        x, target = X[i].copy(), y[i]
        X[i] = 0
        b = np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)
        X[i] = x
        errors.append((target - x @ b) ** 2)
    y -= y.mean()
    return float(np.mean(errors))

# %% leave_one_out / root
# says: You took the root. The mean of the squared errors is asked for.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    return float(np.sqrt(np.mean(((y - u @ (shrink * (u.T @ y))) / (1 - u**2 @ shrink)) ** 2)))

# %% leave_one_out / averaged-loss
# says: You used n λ: that is the penalty of an averaged loss. Here the squared errors are summed.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + len(y) * lam)
    return float(np.mean(((y - u @ (shrink * (u.T @ y))) / (1 - u**2 @ shrink)) ** 2))

# %% leave_one_out / intercept
# says: You centred the data, which is an intercept. There is none here.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X - X.mean(0), full_matrices=False)
    shrink, y = s**2 / (s**2 + lam), y - y.mean()
    return float(np.mean(((y - u @ (shrink * (u.T @ y))) / (1 - u**2 @ shrink)) ** 2))

# %% leave_one_out / one-fewer
# says: You divided by n − 1. Each of the n examples is left out once, so the mean is over n.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    return float(np.sum(((y - u @ (shrink * (u.T @ y))) / (1 - u**2 @ shrink)) ** 2) / (len(y) - 1))

# %% leave_one_out / absolute
# says: You took the mean of the absolute errors. The question squares them.
# hint: 3
def leave_one_out(X, y, lam):
    u, s, _ = np.linalg.svd(X, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    return float(np.mean(np.abs((y - u @ (shrink * (u.T @ y))) / (1 - u**2 @ shrink))))

# %% best_penalty / squared-again
# says: You squared the coefficients once more. squares holds squared coefficients already.
# hint: 3
def best_penalty(p, squares, sigma2):
    signal = (squares[:p] ** 2).sum()
    return float(p * (sigma2 + (squares[p:] ** 2).sum()) / signal) if signal > 0 else np.inf

# %% best_penalty / noise-squared-again
# says: You squared sigma2. It is a variance already.
# hint: 3
def best_penalty(p, squares, sigma2):
    signal = squares[:p].sum()
    return float(p * (sigma2**2 + squares[p:].sum()) / signal) if signal > 0 else np.inf

# %% best_penalty / one-too-many-seen
# says: You counted feature p + 1 as seen. The first p entries are squares[:p].
# hint: 3
def best_penalty(p, squares, sigma2):
    signal = squares[: p + 1].sum()
    return float(p * (sigma2 + squares[p + 1 :].sum()) / signal) if signal > 0 else np.inf

# %% best_penalty / mean-of-the-unseen
# says: You took the mean of the unseen squares. Every unseen feature adds its own variance to the noise: take their sum.
# hint: 1
def best_penalty(p, squares, sigma2):
    signal, unseen = squares[:p].sum(), squares[p:].mean() if p < len(squares) else 0.0
    return float(p * (sigma2 + unseen) / signal) if signal > 0 else np.inf

# %% best_penalty / zero-for-nothing
# says: Where the seen features carry nothing you return 0, no penalty at all. The best fit is then zero, so the penalty is infinite.
# hint: 3
def best_penalty(p, squares, sigma2):
    signal = squares[:p].sum()
    return float(p * (sigma2 + squares[p:].sum()) / signal) if signal > 0 else 0.0

# %% first_or_second / stops-early
# says: You stop at the first width after which the error rises. It may rise and fall again: compare all widths from 0 to n − 2.
# hint: 3
def first_or_second(n, squares, sigma2):
    D = len(squares)
    error = [(sigma2 + squares[p:].sum()) * (n - 1) / (n - p - 1) for p in range(n - 1)]
    p = 0
    while p < n - 2 and error[p + 1] < error[p]:
        p += 1
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% first_or_second / unseen-not-amplified
# says: You add what is unseen, but let only sigma2 be amplified by p/(n − p − 1). To the fit the unseen features are noise like any other.
# hint: 1
def first_or_second(n, squares, sigma2):
    D = len(squares)
    error = [squares[p:].sum() + sigma2 * (n - 1) / (n - p - 1) for p in range(n - 1)]
    p = int(np.argmin(error))
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% first_or_second / one-feature-further
# says: Your sums are one feature too far: a model of width p sees the first p features, and one of width 0 sees none.
# hint: 3
def first_or_second(n, squares, sigma2):
    D = len(squares)
    error = [(sigma2 + squares[p + 1 :].sum()) * (n - 1) / (n - p - 1) for p in range(n - 1)]
    p = int(np.argmin(error))
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% first_or_second / excess-at-the-end
# says: With all features you give the excess risk. The noise of the new example, sigma2, comes on top there too.
# hint: 2
def first_or_second(n, squares, sigma2):
    D = len(squares)
    error = [(sigma2 + squares[p:].sum()) * (n - 1) / (n - p - 1) for p in range(n - 1)]
    p = int(np.argmin(error))
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * n / (D - n - 1))

# %% first_or_second / last-of-a-tie
# says: Where several widths have the same error you take the largest. The smallest is asked for.
# hint: 3
def first_or_second(n, squares, sigma2):
    D = len(squares)
    error = [(sigma2 + squares[p:].sum()) * (n - 1) / (n - p - 1) for p in range(n - 1)]
    p = n - 2 - int(np.argmin(error[::-1]))
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% first_or_second / sorted
# says: You sorted the features. The model sees them in the order given, whatever they carry.
# hint: 1
def first_or_second(n, squares, sigma2):
    D, squares = len(squares), np.sort(squares)[::-1]
    error = [(sigma2 + squares[p:].sum()) * (n - 1) / (n - p - 1) for p in range(n - 1)]
    p = int(np.argmin(error))
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * (1 + n / (D - n - 1)))

# %% matched_rates / in-place
# says: Your function writes into an array that it is given, so the next call starts from other numbers. theta * scales makes a new array, theta *= scales does not.
# hint: 3
def matched_rates(scales, theta, noise, n, T):
    theta *= scales
    return (1 - (noise / n / (theta**2 + noise / n)) ** (1 / T)) / scales**2

# %% matched_rates / exponent-halved
# says: You take the 2T-th root. The risk has the square of what is left, but it is the share itself, (1 − ηc²)^T, that is set to its best value.
# hint: 3
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return (1 - (noise / n / (signal + noise / n)) ** (1 / (2 * T))) / scales**2

# %% matched_rates / shares-exchanged
# says: You have exchanged signal and noise: what is left after T steps should be N/(A + N), little where the signal is strong.
# hint: 2
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return np.where(theta == 0, 0.0, (1 - (signal / (signal + noise / n)) ** (1 / T)) / scales**2)

# %% matched_rates / equal-portions
# says: You let each step learn the T-th part of the best share. Gradient descent learns a share of what is left, so what is left is a power: (1 − ηc²)^T.
# hint: 3
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return signal / (signal + noise / n) / (T * scales**2)

# %% matched_rates / divided-by-the-scale
# says: You divide by c. The speed of a coordinate is η c², so divide by c².
# hint: 3
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * theta) ** 2
    return (1 - (noise / n / (signal + noise / n)) ** (1 / T)) / scales

# %% matched_rates / negative-ignored
# says: You treat a negative θ as if there were no signal. The signal c²θ² does not know the sign.
# hint: 2
def matched_rates(scales, theta, noise, n, T):
    signal = (scales * np.maximum(theta, 0)) ** 2
    return (1 - (noise / n / (signal + noise / n)) ** (1 / T)) / scales**2

# %% peak_report / in-place
# says: Your function sorts the runs that it is given in place, which mixes the seeds. np.sort(runs, axis=0) makes a new array; runs.sort(axis=0) does not.
# hint: 2
def peak_report(widths, runs):
    seeds = runs.copy()
    runs.sort(axis=0)
    i = 1 + int(np.argmax(np.median(runs, axis=0)[1:-1]))
    ratio = float((seeds[:, i] / np.maximum(seeds[:, 0], seeds[:, -1])).min())
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / upper-middle
# says: With an even number of seeds the median is the mean of the two middle values; you take the larger of them.
# hint: 2
def peak_report(widths, runs):
    i = 1 + np.argmax(np.sort(runs, axis=0)[len(runs) // 2][1:-1])
    ratio = np.min(runs[:, i] / np.maximum(runs[:, 0], runs[:, -1]))
    return {"width": int(widths[i]), "ratio": float(ratio), "clear": bool(ratio >= 1.5)}

# %% peak_report / position-for-width
# says: You return the position of the width. The width itself is asked for, widths[i].
# hint: 2
def peak_report(widths, runs):
    i = 1 + int(np.argmax(np.median(runs, axis=0)[1:-1]))
    ratio = float((runs[:, i] / np.maximum(runs[:, 0], runs[:, -1])).min())
    return {"width": i, "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / neighbour
# says: Your width is the one before the peak: the interior widths start at position 1, so add 1 to a position among them.
# hint: 3
def peak_report(widths, runs):
    i = int(np.argmax(np.median(runs, axis=0)[1:-1]))
    ratio = float((runs[:, i] / np.maximum(runs[:, 0], runs[:, -1])).min())
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% peak_report / ratio-of-medians
# says: Your ratio is that of the median curve. The question asks for each seed's own ratio, and for the smallest of them.
# hint: 2
def peak_report(widths, runs):
    middle = np.median(runs, axis=0)
    i = 1 + int(np.argmax(middle[1:-1]))
    ratio = float(middle[i] / max(middle[0], middle[-1]))
    return {"width": int(widths[i]), "ratio": ratio, "clear": ratio >= 1.5}

# %% first_or_second / no-noise-of-its-own
# says: The noise of the new example, sigma2, is missing from both of your errors. No model can predict it, and the question counts it.
# hint: 2
def first_or_second(n, squares, sigma2):
    D = len(squares)
    error = [(sigma2 + squares[p:].sum()) * (n - 1) / (n - p - 1) - sigma2 for p in range(n - 1)]
    p = int(np.argmin(error))
    return p, float(error[p]), float(squares.sum() * (1 - n / D) + sigma2 * n / (D - n - 1))

# %% leave_one_out / no-penalty
# says: Your fit has no penalty: lam is missing from H = X (XᵀX + λI)⁻¹ Xᵀ.
# hint: 3
def leave_one_out(X, y, lam):
    H = X @ np.linalg.pinv(X)
    with np.errstate(all="ignore"):
        return float(np.mean(((y - H @ y) / (1 - np.diag(H))) ** 2))

# %% best_penalty / one-zero-for-nothing
# says: You return infinity as soon as one of the seen features carries nothing. Their sum counts: only when all of them carry nothing is there nothing to fit.
# hint: 3
def best_penalty(p, squares, sigma2):
    return float(p * (sigma2 + squares[p:].sum()) / squares[:p].sum()) if squares[:p].all() else np.inf

# %% ridge_path / columns-for-rows
# says: You take the columns of X_new for the new examples. Each row of X_new is one, as in X.
# hint: 3
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s**2 + np.asarray(lams)[:, None]) * (u.T @ y)) @ (vt @ X_new)

# %% peak_lab / with-a-penalty
# says: You have added a penalty. Training from zero without an end leads to the minimum-norm solution itself, peak and all.
# hint: 1
def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.solve(F.T @ F + 0.01 * np.eye(width), F.T @ y)
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}

# %% peak_lab / squared-length
# says: "norm" is the length of the solution, not its square.
# hint: 2
def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.pinv(F) @ y
    return {"norm": b @ b, "error": np.mean((new @ b - truth) ** 2)}


def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = n / np.linalg.norm(F, 2) ** 2
    b = np.zeros(width)
    for _ in range(steps):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": b @ b, "error": np.mean((new @ b - truth) ** 2)}

# %% peak_lab / on-the-training-set
# says: Your errors are those on the training set. Take the new inputs.
# hint: 1
def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.pinv(F) @ y
    return {"norm": np.linalg.norm(b), "error": np.mean((F @ b - y) ** 2)}


def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = n / np.linalg.norm(F, 2) ** 2
    b = np.zeros(width)
    for _ in range(steps):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": np.linalg.norm(b), "error": np.mean((F @ b - y) ** 2)}

# %% peak_lab / root
# says: You took the root of the mean squared error. The mean itself is asked for.
# hint: 2
def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.pinv(F) @ y
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2) ** 0.5}


def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = n / np.linalg.norm(F, 2) ** 2
    b = np.zeros(width)
    for _ in range(steps):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2) ** 0.5}

# %% peak_lab / too-slow
# says: Your rate is one over the largest eigenvalue of F.T F, but your gradient is that of the mean: the rate is n times too small.
# hint: 2
def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = 1 / np.linalg.norm(F, 2) ** 2
    b = np.zeros(width)
    for _ in range(steps):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}

# %% peak_lab / singular-value
# says: The largest eigenvalue of F.T F is the square of the largest singular value of F.
# hint: 3
def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = n / np.linalg.norm(F, 2)
    b = np.zeros(width)
    for _ in range(steps):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}

# %% peak_lab / one-too-many
# says: You take a step more than asked for: after 0 steps b is zero.
# hint: 3
def measure(seed, n, width, steps):
    F, y, new, truth = lab_features(seed, n, width)
    rate = n / np.linalg.norm(F, 2) ** 2
    b = np.zeros(width)
    for _ in range(steps + 1):
        b = b - rate * F.T @ (F @ b - y) / n
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}

# %% peak_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name the curves.
# hint: 3
def draw(seed, n, widths, steps):
    figure, axes = plt.subplots()
    axes.loglog(widths, [predict(seed, n, w)["error"] for w in widths], label="predicted")
    axes.loglog(widths, [measure(seed, n, w, steps)["error"] for w in widths], label="measured")
    axes.axvline(n, label="n")
    return figure

# %% peak_lab / measured-twice
# says: Your predicted curve is the measured one. Draw what predict gives.
# hint: 3
def draw(seed, n, widths, steps):
    figure, axes = plt.subplots()
    axes.loglog(widths, [measure(seed, n, w, 2 * steps)["error"] for w in widths], label="predicted")
    axes.loglog(widths, [measure(seed, n, w, steps)["error"] for w in widths], label="measured")
    axes.axvline(n, label="n")
    axes.set(xlabel="width", ylabel="error")
    axes.legend()
    return figure

# %% peak_lab / no-mark
# says: The vertical line at the width n is missing.
# hint: 3
def draw(seed, n, widths, steps):
    figure, axes = plt.subplots()
    axes.loglog(widths, [predict(seed, n, w)["error"] for w in widths], label="predicted")
    axes.loglog(widths, [measure(seed, n, w, steps)["error"] for w in widths], label="measured")
    axes.set(xlabel="width", ylabel="error")
    axes.legend()
    return figure

# %% peak_lab / cut-off
# says: Your limits cut the peak off. Let the axes hold all of it.
# hint: 3
def draw(seed, n, widths, steps):
    figure, axes = plt.subplots()
    axes.loglog(widths, [predict(seed, n, w)["error"] for w in widths], label="predicted")
    axes.loglog(widths, [measure(seed, n, w, steps)["error"] for w in widths], label="measured")
    axes.axvline(n, label="n")
    axes.set(xlabel="width", ylabel="error")
    axes.legend()
    axes.set_ylim(0.01, 0.02)
    return figure

# %% ridge_path / small-for-zero
# says: You put a small number in place of the penalty 0. What is small depends on the units of X: take minimum-norm least squares itself there.
# hint: 3
def ridge_path(X, y, X_new, lams):
    u, s, vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s**2 + np.maximum(lams, 1e-9)[:, None]) * (u.T @ y)) @ (X_new @ vt.T).T

# %% best_penalty / nothing-by-nothing
# says: You divide 0 by 0 where the seen features carry nothing and there is no noise either. Infinity is asked for as soon as they carry nothing.
# hint: 3
def best_penalty(p, squares, sigma2):
    with np.errstate(all="ignore"):
        return float(p * (sigma2 + squares[p:].sum()) / squares[:p].sum())

# %% peak_lab / inverted
# says: You invert F.T @ F or F @ F.T, which has no inverse where a unit is 0 on all examples. The minimum-norm solution is there all the same: np.linalg.pinv gives it.
# hint: 2
def predict(seed, n, width):
    F, y, new, truth = lab_features(seed, n, width)
    b = np.linalg.inv(F.T @ F) @ F.T @ y if width <= n else F.T @ np.linalg.inv(F @ F.T) @ y
    return {"norm": np.linalg.norm(b), "error": np.mean((new @ b - truth) ** 2)}

# %% noise_cost / not-squared
# says: The shares enter the cost in the square. Summed as they are they make n, and the cost would be infinite.
# hint: 3
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError("n")
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(x)), float(n / max(n - shares(x).sum(), 1e-300))

# %% noise_cost / tail
# says: kappa is not the mean of all variances per example: strong features are determined and leave only their tail to act as a penalty.
# hint: 1
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError("n")
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = high
    return float(np.exp(x)), float(n / (n - (shares(x) ** 2).sum()))

# %% noise_cost / excess
# says: That is what the fit adds to the noise. The test error has the noise of the new target itself, 1, in it.
# hint: 3
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError("n")
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(x)), float(n / (n - (shares(x) ** 2).sum()) - 1)

# %% noise_cost / equal
# says: That is the result for equal variances, p/(p - n), whatever the spectrum.
# hint: 2
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError("n")
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(x)), float(len(variances) / (len(variances) - n))

# %% noise_cost / per-example
# says: kappa was divided by n. In this equation it is compared with the variances themselves.
# hint: 1
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError("n")
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(x) / n), float(n / (n - (shares(x) ** 2).sum()))

# %% noise_cost / the-features
# says: In front stands the number of examples, not of features.
# hint: 3
def noise_cost(variances, n):
    from scipy.optimize import brentq

    if not 1 <= n < len(variances):
        raise ValueError("n")
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(x)), float(len(variances) / (n - (shares(x) ** 2).sum()))

# %% noise_cost / never-refuses
# says: Without more features than examples there is no kappa: raise ValueError.
# hint: 1
def noise_cost(variances, n):
    from scipy.optimize import brentq

    n = min(max(n, 1), len(variances) - 1)
    shares = lambda x: variances / (variances + np.exp(x))
    low, high = np.log(variances.min()) - 40, np.log(variances.sum() / n)
    x = brentq(lambda x: shares(x).sum() - n, low, high, xtol=1e-14, rtol=1e-14)
    return float(np.exp(x)), float(n / (n - (shares(x) ** 2).sum()))

# %% noise_cost / coarse
# says: kappa was searched for on a grid or with a fixed step in kappa itself. Its logarithm is what to search in, until it stands still.
# hint: 2
def noise_cost(variances, n):
    if not 1 <= n < len(variances):
        raise ValueError("n")
    grid = np.linspace(0, variances.sum() / n, 20001)[1:]
    sums = (variances / (variances + grid[:, None])).sum(1)
    kappa = grid[np.argmin(np.abs(sums - n))]
    s = variances / (variances + kappa)
    return float(kappa), float(n / (n - (s**2).sum()))
