# %% setup
import itertools

from scipy.special import entr, log_softmax, softmax
from scipy.stats import binom

# %% dropout_ridge / one-penalty
# says: Your penalty leaves out the size of the features. The variance of the output is Σ w_j² x_j² (1 − q_j)/q_j, so each weight is penalised by the size of its own feature.
# hint: 2
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + len(X) * np.diag((1 - q) / q), X.T @ y)

# %% dropout_ridge / forgets-inverse
# says: Your penalty has the factor 1 − q_j. Kept values are divided by q_j, so the variance of z/q is (1 − q_j)/q_j.
# hint: 2
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + np.diag((1 - q) * (X**2).sum(0)), X.T @ y)

# %% dropout_ridge / drop-for-keep
# says: You have taken q for the probability to drop. It is the probability to keep, and q = 1 must give least squares.
# hint: 1
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + np.diag(q / np.maximum(1 - q, 1e-9) * (X**2).sum(0)), X.T @ y)

# %% dropout_ridge / least-squares
# says: You return least squares. The noise has mean zero in the output but not in the squared error, which gains its variance.
# hint: 1
def dropout_ridge(X, y, q):
    return np.linalg.pinv(X) @ y

# %% mask_covariance / only-variances
# says: Your outputs are uncorrelated. They share their masks, so the matrix has entries off its diagonal.
# hint: 2
def mask_covariance(W, x, q):
    return np.diag((1 - q) / q * (W**2) @ (x**2))

# %% mask_covariance / not-inverted
# says: You use the variance q(1 − q) of z. Kept values are divided by q, so divide the variance by q².
# hint: 1
def mask_covariance(W, x, q):
    return q * (1 - q) * (W * x**2) @ W.T

# %% mask_covariance / input-not-squared
# says: The input enters squared: each term of an output is W_aj x_j times its mask, and the covariance multiplies two such terms.
# hint: 3
def mask_covariance(W, x, q):
    return (1 - q) / q * (W * x) @ W.T

# %% mask_covariance / second-moment
# says: You return the mean of f fᵀ. A covariance has the product of the means taken off.
# hint: 2
def mask_covariance(W, x, q):
    return (1 - q) / q * (W * x**2) @ W.T + np.outer(W @ x, W @ x)

# %% mask_covariance / drop-for-keep
# says: You have taken q for the probability to drop. It is the probability to keep, and q = 1 must leave no spread.
# hint: 1
def mask_covariance(W, x, q):
    return q / (1 - q) * (W * x**2) @ W.T

# %% one_weight / shrinks
# says: You let the spread over masks shrink like 1/√N. Neither the weight nor the masks know how many examples there were.
# hint: 3
one_weight = {
    "dropout 10": 0.8 / 10**0.5,
    "dropout 1000": 0.8 / 1000**0.5,
    "posterior 10": 0.5 / 10**0.5,
    "posterior 1000": 0.5 / 1000**0.5,
}

# %% one_weight / no-shrinkage
# says: You used w = ȳ, the weight of least squares. Dropout shrinks it to q ȳ.
# hint: 2
one_weight = {
    "dropout 10": 1.0,
    "dropout 1000": 1.0,
    "posterior 10": 0.5 / 10**0.5,
    "posterior 1000": 0.5 / 1000**0.5,
}

# %% one_weight / variances
# says: You give variances. Standard deviations are asked for.
# hint: 2
one_weight = {
    "dropout 10": 0.64,
    "dropout 1000": 0.64,
    "posterior 10": 0.025,
    "posterior 1000": 0.00025,
}

# %% one_weight / noise-alone
# says: You give the noise of one target as the spread of the posterior. The mean of N targets is known √N times better.
# hint: 2
one_weight = {"dropout 10": 0.8, "dropout 1000": 0.8, "posterior 10": 0.5, "posterior 1000": 0.5}

# %% matched_rate / larger-root
# says: You return the larger of the two rates. Both have that spread, but the smaller is asked for, which falls as data arrive.
# hint: 3
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return math.nan if 4 * r > 1 else (1 + math.sqrt(1 - 4 * r)) / 2

# %% matched_rate / unshrunk-weight
# says: You took the weight to be ȳ. The dropout solution is q ȳ, so that the spread is |ȳ| √(p(1 − p)).
# hint: 2
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return math.nan if 4 * r > 1 else r / (1 + r)

# %% matched_rate / first-order
# says: You return σ²/(n ȳ²), which is right only to first order for small rates. Solve p(1 − p) = σ²/(n ȳ²).
# hint: 3
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return math.nan if 4 * r > 1 else r

# %% matched_rate / cancels
# says: Your formula subtracts two nearly equal numbers when the rate is tiny. Multiply by the conjugate.
# hint: 3
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return math.nan if 4 * r > 1 else (1 - math.sqrt(1 - 4 * r)) / 2

# %% matched_rate / never-nan
# says: You return a number where no rate reaches the spread. √(p(1 − p)) is at most 1/2.
# hint: 3
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return 2 * r / (1 + math.sqrt(max(1 - 4 * r, 0)))

# %% thinned_average / equal-masks
# says: You give all masks the same weight. A mask with k ones has probability q^k (1 − q)^(d − k); the two agree only at q = 1/2.
# hint: 2
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    return np.exp(logs).mean(0), softmax(logs.mean(0)), softmax(W @ x + b)

# %% thinned_average / not-inverted
# says: You forgot to divide the kept inputs by q. Without it the geometric mean is the classifier with inputs q x, not the one with dropout off.
# hint: 2
def thinned_average(W, b, x, q):
    d = len(x)
    masks = np.array(list(itertools.product((0, 1), repeat=d)))
    kept = masks.sum(axis=1)
    probability = q**kept * (1 - q) ** (d - kept)
    logs = log_softmax((masks * x) @ W.T + b, axis=1)
    return probability @ np.exp(logs), softmax(probability @ logs), softmax(W @ x + b)

# %% thinned_average / not-normalised
# says: Your geometric mean does not add up to 1. Divide it by its sum over the classes.
# hint: 3
def thinned_average(W, b, x, q):
    d = len(x)
    masks = np.array(list(itertools.product((0, 1), repeat=d)))
    kept = masks.sum(axis=1)
    probability = q**kept * (1 - q) ** (d - kept)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    return probability @ np.exp(logs), np.exp(probability @ logs), softmax(W @ x + b)

# %% thinned_average / bias-dropped-too
# says: You divide the bias by q as well. Only the inputs are masked and divided.
# hint: 2
def thinned_average(W, b, x, q):
    d = len(x)
    masks = np.array(list(itertools.product((0, 1), repeat=d)))
    kept = masks.sum(axis=1)
    probability = q**kept * (1 - q) ** (d - kept)
    logs = log_softmax(((masks * x) @ W.T + b) / q, axis=1)
    return probability @ np.exp(logs), softmax(probability @ logs), softmax(W @ x + b)

# %% thinned_average / overflows
# says: Your exponentials of large logits overflow, or you take the logarithm of a probability that is 0 to machine precision. Work with log-softmax.
# hint: 3
def thinned_average(W, b, x, q):
    d = len(x)
    masks = np.array(list(itertools.product((0, 1), repeat=d)))
    kept = masks.sum(axis=1)
    probability = q**kept * (1 - q) ** (d - kept)
    with np.errstate(all="ignore"):
        raised = np.exp((masks * x / q) @ W.T + b)
        p = raised / raised.sum(axis=1, keepdims=True)
        geometric = np.exp(probability @ np.log(p))
    return probability @ p, geometric / geometric.sum(), softmax(W @ x + b)

# %% split_uncertainty / averages-logits
# says: You average the logits before the softmax. The mean of the predicted probabilities is asked for.
# hint: 2
def split_uncertainty(logits):
    total = entr(softmax(logits.mean(0), axis=-1)).sum(-1)
    aleatoric = entr(softmax(logits, axis=-1)).sum(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% split_uncertainty / bits
# says: Your values are in bits, larger by the factor 1/log 2. Nats are asked for.
# hint: 3
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    total, aleatoric = entr(p.mean(0)).sum(-1) / np.log(2), entr(p).sum(-1).mean(0) / np.log(2)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% split_uncertainty / variance-of-probabilities
# says: Your epistemic part is a variance of the probabilities. It is to be what total and aleatoric leave, in nats.
# hint: 2
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    return entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0), p.var(0).sum(-1)

# %% split_uncertainty / swapped
# says: You have exchanged aleatoric and epistemic. What the single masks are unsure of is aleatoric; what they disagree about is epistemic.
# hint: 2
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    total, inner = entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0)
    return total, np.maximum(total - inner, 0), inner

# %% split_uncertainty / log-of-zero
# says: You take the logarithm of a probability that is 0 to machine precision. There 0 log 0 is 0, not NaN.
# hint: 3
def split_uncertainty(logits):
    with np.errstate(all="ignore"):
        p = softmax(logits, axis=-1)
        total = -(p.mean(0) * np.log(p.mean(0))).sum(-1)
        aleatoric = -(p * np.log(p)).sum(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% ece / unweighted
# says: You average over the bins with equal weights. A bin counts by the share of predictions in it.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    gaps = [abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)]
    return float(np.mean(gaps))

# %% ece / closed-on-the-left
# says: Your bins are closed on the left. A confidence of exactly 0.75 belongs, of four bins, to the third.
# hint: 3
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.minimum(np.floor(confidence * bins), bins - 1)
    return float(sum((place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)))

# %% ece / probability-of-label
# says: You bin by the probability of the right label. A prediction's confidence is its largest probability.
# hint: 1
def ece(probabilities, labels, bins):
    confidence = probabilities[np.arange(len(labels)), labels]
    right = probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)))

# %% ece / middle-of-bin
# says: You compare the accuracy with the middle of the bin. It is compared with the mean confidence of the predictions in it.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * abs(right[place == b].mean() - (b + 0.5) / bins) for b in np.unique(place)))

# %% ece / squared
# says: You take the root of the mean squared gap. ECE uses the absolute gap.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * (right[place == b].mean() - confidence[place == b].mean()) ** 2 for b in np.unique(place))) ** 0.5

# %% ece / signed
# says: You add up the gaps with their signs, so that a bin with too much confidence cancels one with too little. Take the absolute gap in each bin.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    return float(right.mean() - confidence.mean())

# %% perfect_ece / zero
# says: You return 0. A perfect predictor's accuracy still misses its confidence on finitely many examples, and the absolute value does not average out.
# hint: 1
def perfect_ece(n, c):
    return 0.0

# %% perfect_ece / standard-deviation
# says: You return the standard deviation of the accuracy. The mean absolute deviation is smaller.
# hint: 3
def perfect_ece(n, c):
    return math.sqrt(c * (1 - c) / n)

# %% perfect_ece / normal-approximation
# says: You use the normal approximation √(2c(1 − c)/(πn)), which is off for few examples or confidences near 1. The exact sum over the binomial is asked for.
# hint: 3
def perfect_ece(n, c):
    return math.sqrt(2 * c * (1 - c) / (math.pi * n))

# %% perfect_ece / counts-not-shares
# says: You return the deviation of the number of right predictions. Divide by n: the ECE compares shares.
# hint: 2
def perfect_ece(n, c):
    k = np.arange(n + 1)
    return float(np.abs(k - n * c) @ binom.pmf(k, n, c))

# %% dropout_ridge / mean-for-sum
# says: Your penalty has the mean of x_ij² over the examples. The loss is a sum over the examples, so each of them adds its variance.
# hint: 2
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + np.diag((1 - q) / q * (X**2).mean(0)), X.T @ y)

# %% dropout_ridge / mask-not-divided
# says: You have trained with z x, not with z x/q. Kept values are divided by q, so the output has mean x·w.
# hint: 2
def dropout_ridge(X, y, q):
    moments = np.outer(q, q) + np.diag(q - q**2)
    return np.linalg.solve(moments * (X.T @ X), q * (X.T @ y))

# %% mask_covariance / divided-once
# says: You have divided the variance q(1 − q) of z by q. Both factors of a covariance are divided by q, so divide it by q².
# hint: 1
def mask_covariance(W, x, q):
    return (1 - q) * W @ np.diag(x**2) @ W.T

# %% mask_covariance / one-mask-for-all
# says: You have one mask entry for the whole input. Each input has its own, independent of the others, so products of different inputs drop out.
# hint: 2
def mask_covariance(W, x, q):
    return (1 - q) / q * np.outer(W @ x, W @ x)

# %% one_weight / noise-over-n
# says: You have divided σ by N. The variance of a mean falls like 1/N, its standard deviation like 1/√N.
# hint: 2
one_weight = {"dropout 10": 0.8, "dropout 1000": 0.8, "posterior 10": 0.5 / 10, "posterior 1000": 0.5 / 1000}

# %% thinned_average / off-overflows
# says: With dropout off your exponentials of large logits overflow. Take the largest logit off before you exponentiate there too.
# hint: 3
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    off = np.exp(W @ x + b)
    return weight @ np.exp(logs), softmax(weight @ logs), off / off.sum()

# %% thinned_average / exponentiates-the-mean
# says: You exponentiate the mean log-probabilities as they are. With large logits all of them become 0, and 0/0 is NaN: softmax takes the largest off first.
# hint: 3
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    with np.errstate(all="ignore"):
        geometric = np.exp(weight @ logs)
        return weight @ np.exp(logs), geometric / geometric.sum(), softmax(W @ x + b)

# %% thinned_average / input-divided-in-place
# says: Your function divides the array x that it is given by q, so the next call starts from another x. Work on a copy: x = x / q.
# hint: 2
def thinned_average(W, b, x, q):
    off = softmax(W @ x + b)
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    x /= q
    logs = log_softmax((masks * x) @ W.T + b, axis=1)
    return weight @ np.exp(logs), softmax(weight @ logs), off

# %% split_uncertainty / in-place
# says: Your function changes the logits that it is given. Write logits = logits - ..., which makes a new array.
# hint: 3
def split_uncertainty(logits):
    logits -= logits.max(-1, keepdims=True)
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    total, aleatoric = entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% split_uncertainty / one-maximum-for-all
# says: You take one maximum off all logits. Where an example's logits lie far below it, all its exponentials are 0: take off the maximum of each row.
# hint: 3
def split_uncertainty(logits):
    e = np.exp(logits - logits.max())
    p = e / e.sum(-1, keepdims=True)
    total, aleatoric = entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% split_uncertainty / clipped
# says: You clip large logits, which makes those beyond the limit equal. Only their differences count: take off the maximum of each row.
# hint: 3
def split_uncertainty(logits):
    p = softmax(np.clip(logits, -700, 700), axis=-1)
    total, aleatoric = entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% ece / last-of-a-tie
# says: Where classes tie you take the last one. The prediction is the first class with the largest probability.
# hint: 1
def ece(probabilities, labels, bins):
    confidence = probabilities.max(1)
    right = probabilities.shape[1] - 1 - probabilities[:, ::-1].argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)))

# %% ece / every-class-of-a-tie
# says: Where classes tie you count each of them as right. The prediction is the first class with the largest probability, and no other.
# hint: 1
def ece(probabilities, labels, bins):
    confidence = probabilities.max(1)
    right = probabilities[np.arange(len(labels)), labels] == confidence
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)))

# %% ece / sorted-in-place
# says: Your function sorts the rows of the array that it is given, so the next call finds the classes in another order. Use np.max, or sort a copy.
# hint: 1
def ece(probabilities, labels, bins):
    right = probabilities.argmax(1) == labels
    probabilities.sort(axis=1)
    confidence = probabilities[:, -1]
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)))

# %% perfect_ece / approximate-when-large
# says: For large n you use an approximation. With a confidence near 1 the number of wrong predictions is small however large n is: sum over the binomial there too.
# hint: 3
def perfect_ece(n, c):
    if n > 1000:
        return math.sqrt(2 * c * (1 - c) / (math.pi * n))
    k = np.arange(n + 1)
    return float(np.abs(k / n - c) @ binom.pmf(k, n, c))

# %% dropout_ridge / in-place
# says: Your function writes into an array that it is given, so the next call starts from other numbers. X = X / q makes a new array, X /= q does not.
# hint: 2
def dropout_ridge(X, y, q):
    penalty = (1 - q) / q * (X**2).sum(axis=0)
    w = np.linalg.solve(X.T @ X + np.diag(penalty), X.T @ y)
    X /= q
    return w

# %% dropout_ridge / variance-of-the-mask
# says: Your penalty has the variance q_j (1 − q_j) of a mask entry. Kept values are divided by q_j, so that variance is divided by q_j².
# hint: 2
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + np.diag(q * (1 - q) * (X**2).sum(0)), X.T @ y)

# %% dropout_ridge / weights-times-q
# says: You multiply the weights by q at the end. That belongs to dropout that is not inverted; here the masks are divided by q, and the minimiser itself is asked for.
# hint: 2
def dropout_ridge(X, y, q):
    return q * np.linalg.solve(X.T @ X + np.diag((1 - q) / q * (X**2).sum(0)), X.T @ y)

# %% dropout_ridge / mean-keep-probability
# says: You use one keep probability, the mean, for all features. Each feature has its own, and its own penalty.
# hint: 3
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + np.diag((1 - q.mean()) / q.mean() * (X**2).sum(0)), X.T @ y)

# %% mask_covariance / in-place
# says: Your function writes into an array that it is given, so the next call starts from other numbers. W * x makes a new array, W *= x does not.
# hint: 3
def mask_covariance(W, x, q):
    W *= x
    return (1 - q) / q * W @ W.T

# %% mask_covariance / divided-too-often
# says: You have (1 − q)/q². The variance of a mask entry z is q(1 − q), not 1 − q; dividing z by q divides that variance by q².
# hint: 1
def mask_covariance(W, x, q):
    return (1 - q) / q**2 * (W * x**2) @ W.T

# %% mask_covariance / size-for-square
# says: You weight each input by its size |x_j|. The covariance multiplies two terms, each with x_j, so it has x_j squared.
# hint: 3
def mask_covariance(W, x, q):
    return (1 - q) / q * (W * np.abs(x)) @ W.T

# %% one_weight / mask-not-divided
# says: Your spread over masks is the one of w z, or a variance. The output is w z/q, and its standard deviation is asked for.
# hint: 3
one_weight = {"dropout 10": 0.64, "dropout 1000": 0.64, "posterior 10": 0.5 / 10**0.5, "posterior 1000": 0.5 / 1000**0.5}

# %% one_weight / variance-over-root
# says: You have divided the variance of the noise by √N. The posterior's variance is σ²/N; its root is asked for.
# hint: 2
one_weight = {"dropout 10": 0.8, "dropout 1000": 0.8, "posterior 10": 0.25 / 10**0.5, "posterior 1000": 0.25 / 1000**0.5}

# %% matched_rate / root-of-n
# says: You have σ²/√n where the posterior's variance σ²/n belongs: both spreads are squared before they are compared.
# hint: 2
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (math.sqrt(n) * ybar**2)
    return math.nan if 4 * r > 1 else 2 * r / (1 + math.sqrt(1 - 4 * r))

# %% matched_rate / noise-not-squared
# says: You have σ where σ² belongs. With σ = 1 the two agree: squaring both spreads squares the noise too.
# hint: 2
def matched_rate(n, ybar, sigma):
    r = sigma / (n * ybar**2)
    return math.nan if 4 * r > 1 else 2 * r / (1 + math.sqrt(1 - 4 * r))

# %% matched_rate / mean-not-squared
# says: You have |ȳ| where ȳ² belongs. The spread over masks is proportional to |ȳ|, and both spreads are squared before they are compared.
# hint: 2
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * abs(ybar))
    return math.nan if 4 * r > 1 else 2 * r / (1 + math.sqrt(1 - 4 * r))

# %% matched_rate / zero-for-none
# says: You return 0 where no rate reaches the spread. That would be a rate without any dropout; return math.nan.
# hint: 3
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return 0.0 if 4 * r > 1 else 2 * r / (1 + math.sqrt(1 - 4 * r))

# %% thinned_average / drop-for-keep
# says: You have taken q for the probability to drop. A mask with k ones has probability q^k (1 − q)^(d − k); the two agree only at q = 1/2.
# hint: 2
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, 1 - q, q), axis=1)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    return weight @ np.exp(logs), softmax(weight @ logs), softmax(W @ x + b)

# %% thinned_average / scaled-when-off
# says: You scale the inputs by q with dropout off. That belongs to dropout that is not inverted; here the masks are divided by q, and nothing is left to scale.
# hint: 3
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    return weight @ np.exp(logs), softmax(weight @ logs), softmax(q * (W @ x) + b)

# %% thinned_average / not-inverted-anywhere
# says: You compute dropout that is not inverted: kept inputs are not divided by q, and with dropout off they are multiplied by it. Here it is the masks that are divided by q.
# hint: 2
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    logs = log_softmax((masks * x) @ W.T + b, axis=1)
    return weight @ np.exp(logs), softmax(weight @ logs), softmax(q * (W @ x) + b)

# %% thinned_average / no-bias
# says: The bias b is missing from your logits.
# hint: 2
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    logs = log_softmax((masks * x / q) @ W.T, axis=1)
    return weight @ np.exp(logs), softmax(weight @ logs), softmax(W @ x)

# %% thinned_average / off-for-arithmetic
# says: Your arithmetic mean is the classifier with dropout off. Only the geometric mean of a linear softmax is that; average the probabilities over the masks.
# hint: 2
def thinned_average(W, b, x, q):
    return softmax(W @ x + b), softmax(W @ x + b), softmax(W @ x + b)

# %% thinned_average / softmax-over-masks
# says: Your softmax runs over the masks, not over the classes: look at which axis of your array of logits is which.
# hint: 2
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    logs = log_softmax((masks * x / q) @ W.T + b, axis=0)
    return weight @ np.exp(logs), softmax(weight @ logs), softmax(W @ x + b)

# %% thinned_average / nothing-kept-left-out
# says: You leave out the mask that drops every input. It is one of the 2^d, and its logits are b.
# hint: 1
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))[1:]
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    weight = weight / weight.sum()
    logs = log_softmax((masks * x / q) @ W.T + b, axis=1)
    return weight @ np.exp(logs), softmax(weight @ logs), softmax(W @ x + b)

# %% thinned_average / floor-under-the-log
# says: You add a small number to the probabilities before the logarithm. With large logits a probability far below that number counts: work with log-softmax.
# hint: 3
def thinned_average(W, b, x, q):
    masks = np.array(list(itertools.product((0, 1), repeat=len(x))))
    weight = np.prod(np.where(masks == 1, q, 1 - q), axis=1)
    p = softmax((masks * x / q) @ W.T + b, axis=1)
    return weight @ p, softmax(weight @ np.log(p + 1e-12)), softmax(W @ x + b)

# %% split_uncertainty / softmax-of-everything
# says: Your softmax runs over the whole array. Only the classes of one example under one mask compete: give it the last axis.
# hint: 2
def split_uncertainty(logits):
    p = softmax(logits)
    total, aleatoric = entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% split_uncertainty / summed-over-masks
# says: You add up the entropies of the masks. The aleatoric part is their mean.
# hint: 2
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    total, aleatoric = entr(p.mean(0)).sum(-1), entr(p).sum(-1).sum(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% split_uncertainty / mean-over-classes
# says: You take the mean of −p log p over the classes. An entropy is their sum.
# hint: 2
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    total, aleatoric = entr(p.mean(0)).mean(-1), entr(p).mean(-1).mean(0)
    return total, aleatoric, np.maximum(total - aleatoric, 0)

# %% ece / equal-bins
# says: You weight each of the bins by 1/bins. A bin counts by the share of predictions in it.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum(abs(right[place == b].mean() - confidence[place == b].mean()) / bins for b in np.unique(place)))

# %% ece / squared-gap
# says: You square the gap of each bin. ECE uses the absolute gap.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(sum((place == b).mean() * (right[place == b].mean() - confidence[place == b].mean()) ** 2 for b in np.unique(place)))

# %% ece / largest-gap
# says: You return the largest gap of a bin, the maximum calibration error. The expected one is a mean over the bins, weighted by their shares.
# hint: 2
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.ceil(confidence * bins).astype(int) - 1
    return float(max(abs(right[place == b].mean() - confidence[place == b].mean()) for b in np.unique(place)))

# %% ece / one-gap-for-all
# says: You compare the accuracy of all predictions with their mean confidence, so that a bin with too much confidence cancels one with too little. Take the absolute gap in each bin.
# hint: 2
def ece(probabilities, labels, bins):
    return float(abs((probabilities.argmax(1) == labels).mean() - probabilities.max(1).mean()))

# %% ece / as-many-in-each-bin
# says: Your bins hold equally many predictions. The question cuts (0, 1] into bins of equal width.
# hint: 3
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    parts = [part for part in np.array_split(np.argsort(confidence), bins) if len(part)]
    return float(sum(len(part) * abs(right[part].mean() - confidence[part].mean()) for part in parts)) / len(labels)

# %% ece / certain-left-out
# says: A confidence of exactly 1 falls into none of your bins. The last bin is closed on the right.
# hint: 3
def ece(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.where(confidence < 1, np.ceil(confidence * bins).astype(int) - 1, -1)
    inside = np.unique(place[place >= 0])
    return float(sum((place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean()) for b in inside))

# %% perfect_ece / last-count-left-out
# says: Your sum ends at n − 1. All n predictions can be right too: k runs from 0 to n.
# hint: 3
def perfect_ece(n, c):
    k = np.arange(n)
    return float(np.abs(k / n - c) @ binom.pmf(k, n, c))

# %% perfect_ece / variance
# says: You return the variance of the accuracy. The mean of |K/n − c| is asked for.
# hint: 3
def perfect_ece(n, c):
    return c * (1 - c) / n

# %% perfect_ece / no-coefficients
# says: The binomial coefficients are missing: k right predictions out of n can come in many orders.
# hint: 3
def perfect_ece(n, c):
    return sum(c**k * (1 - c) ** (n - k) * abs(k / n - c) for k in range(n + 1))

# %% perfect_ece / coefficients-overflow
# says: For large n a binomial coefficient does not fit into a float. Add logarithms, with math.lgamma, or use scipy.stats.binom.pmf.
# hint: 3
def perfect_ece(n, c):
    return sum(math.comb(n, k) * c**k * (1 - c) ** (n - k) * abs(k / n - c) for k in range(n + 1))

# %% matched_rate / mean-with-its-sign
# says: You take ȳ with its sign. The spread over masks does not know it: compare with |ȳ|, or with ȳ².
# hint: 2
def matched_rate(n, ybar, sigma):
    s = 2 * sigma / (math.sqrt(n) * ybar)
    return math.sin(math.asin(s) / 2) ** 2 if 0 <= s <= 1 else math.nan

# %% matched_rate / border-left-out
# says: You return NaN where only just one rate reaches the spread. √(p(1 − p)) has the largest value 1/2, and takes it.
# hint: 3
def matched_rate(n, ybar, sigma):
    r = sigma**2 / (n * ybar**2)
    return math.nan if 4 * r >= 1 else 2 * r / (1 + math.sqrt(1 - 4 * r))

# %% perfect_ece / logarithm-of-zero
# says: At confidence 0 you take the logarithm of 0. Nothing is random there, as at confidence 1, and the error is 0; scipy.special.xlogy knows that 0 log 0 is 0.
# hint: 3
def perfect_ece(n, c):
    if c == 1:
        return 0.0
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(c) + (n - k) * math.log1p(-c) for k in range(n + 1)]
    return sum(math.exp(log) * abs(k / n - c) for k, log in enumerate(logs))

# %% split_uncertainty / little-cut-off
# says: You set a small epistemic part to 0. Masks that differ little leave little, but not nothing: only what is below 0 is rounding.
# hint: 2
def split_uncertainty(logits):
    p = softmax(logits, axis=-1)
    total, aleatoric = entr(p.mean(0)).sum(-1), entr(p).sum(-1).mean(0)
    return total, aleatoric, np.where(total - aleatoric > 0.01, total - aleatoric, 0)

# %% dropout_ridge / summed-over-features
# says: You sum x_ij² over the features of an example. A weight's penalty is the sum over the examples: the first axis of X.
# hint: 2
def dropout_ridge(X, y, q):
    return np.linalg.solve(X.T @ X + np.diag((1 - q) / q * (X**2).sum(axis=1)), X.T @ y)

# %% spread_lab / variance
# says: predict returns the variance. The spread is its square root.
# hint: 1
def predict(x, W, a, q):
    return (1 - q) / q * np.tanh(x @ W) ** 2 @ a**2

# %% spread_lab / not-inverted
# says: You predict for masks that are not divided by q: z has the variance q (1 - q), z/q has (1 - q)/q.
# hint: 1
def predict(x, W, a, q):
    return np.sqrt(q * (1 - q) * np.tanh(x @ W) ** 2 @ a**2)

# %% spread_lab / all-together
# says: You drop all units together. Each has a mask of its own, so variances add up and not standard deviations.
# hint: 1
def predict(x, W, a, q):
    return np.sqrt((1 - q) / q) * np.abs(np.tanh(x @ W) @ a)

# %% spread_lab / summed-loss
# says: Your gradient is that of half the sum of squares. The loss is half the mean: divide by n.
# hint: 2
def measure(seed, n, q, steps):
    X, y = lab_examples(seed, n)
    W, a = lab_start(seed)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        H = np.tanh(X @ W)
        Z = (rng.random(H.shape) < q) / q
        r = (H * Z) @ a - y
        W, a = W - RATE * X.T @ (np.outer(r, a) * Z * (1 - H**2)), a - RATE * (H * Z).T @ r
    Z = (rng.random((MASKS, len(a))) < q) / q
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0)}

# %% spread_lab / off-in-training
# says: You train without dropout and drop only afterwards. The masks belong to every step of training, too.
# hint: 3
def measure(seed, n, q, steps):
    X, y = lab_examples(seed, n)
    W, a = lab_start(seed)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        H = np.tanh(X @ W)
        r = H @ a - y
        W, a = W - RATE * X.T @ (np.outer(r, a) * (1 - H**2)) / n, a - RATE * H.T @ r / n
    Z = (rng.random((MASKS, len(a))) < q) / q
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0)}

# %% spread_lab / unmasked-gradient
# says: The gradient of W goes back through the mask, too: a unit that was dropped gets none, the others theirs divided by q.
# hint: 2
def measure(seed, n, q, steps):
    X, y = lab_examples(seed, n)
    W, a = lab_start(seed)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        H = np.tanh(X @ W)
        Z = (rng.random(H.shape) < q) / q
        r = (H * Z) @ a - y
        W, a = W - RATE * X.T @ (np.outer(r, a) * (1 - H**2)) / n, a - RATE * (H * Z).T @ r / n
    Z = (rng.random((MASKS, len(a))) < q) / q
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0)}

# %% spread_lab / only-outputs
# says: You train a alone. W is trained, too.
# hint: 2
def measure(seed, n, q, steps):
    X, y = lab_examples(seed, n)
    W, a = lab_start(seed)
    rng = np.random.default_rng(seed)
    H = np.tanh(X @ W)
    for _ in range(steps):
        Z = (rng.random(H.shape) < q) / q
        a = a - RATE * (H * Z).T @ ((H * Z) @ a - y) / n
    Z = (rng.random((MASKS, len(a))) < q) / q
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0)}

# %% spread_lab / one-after-the-other
# says: You change a before you compute the gradient of W. Both gradients belong to the weights from before the step.
# hint: 2
def measure(seed, n, q, steps):
    X, y = lab_examples(seed, n)
    W, a = lab_start(seed)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        H = np.tanh(X @ W)
        Z = (rng.random(H.shape) < q) / q
        r = (H * Z) @ a - y
        a = a - RATE * (H * Z).T @ r / n
        W = W - RATE * X.T @ (np.outer(r, a) * Z * (1 - H**2)) / n
    Z = (rng.random((MASKS, len(a))) < q) / q
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0)}

# %% spread_lab / standard-error
# says: You divided by the root of the number of masks. That is how far the mean over masks can be off; the spread is the standard deviation of one output.
# hint: 1
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
    return {"W": W, "a": a, "spread": np.std(Z @ (np.tanh(PROBES @ W) * a).T, axis=0) / MASKS**0.5}

# %% spread_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name the curves.
# hint: 3
def draw(seed, sizes, q, steps):
    runs = [measure(seed, n, q, steps) for n in sizes]
    measured = [np.mean(run["spread"]) for run in runs]
    figure, axes = plt.subplots()
    axes.loglog(sizes, measured)
    axes.loglog(sizes, [np.mean(predict(PROBES, run["W"], run["a"], q)) for run in runs])
    axes.loglog(sizes, measured[0] * np.sqrt(sizes[0] / np.array(sizes)))
    return figure

# %% spread_lab / one-over-n
# says: Your third curve is not the first measured value times sqrt(first size / n). A posterior's variance falls like 1/n, its standard deviation like 1/sqrt(n).
# hint: 3
def draw(seed, sizes, q, steps):
    runs = [measure(seed, n, q, steps) for n in sizes]
    measured = [np.mean(run["spread"]) for run in runs]
    figure, axes = plt.subplots()
    axes.loglog(sizes, measured, "o-", label="measured")
    axes.loglog(sizes, [np.mean(predict(PROBES, run["W"], run["a"], q)) for run in runs], label="predicted")
    axes.loglog(sizes, measured[0] * sizes[0] / np.array(sizes), label="posterior")
    axes.set(xlabel="number of examples", ylabel="spread over masks")
    axes.legend()
    return figure

# %% spread_lab / at-the-start
# says: Your predicted curve is not what predict gives, averaged over the probes, for the weights that measure returns for each size. Those before training are others.
# hint: 3
def draw(seed, sizes, q, steps):
    measured = [np.mean(measure(seed, n, q, steps)["spread"]) for n in sizes]
    figure, axes = plt.subplots()
    axes.loglog(sizes, measured, "o-", label="measured")
    axes.loglog(sizes, [np.mean(predict(PROBES, *lab_start(seed), q))] * len(sizes), label="predicted")
    axes.loglog(sizes, measured[0] * np.sqrt(sizes[0] / np.array(sizes)), label="posterior")
    axes.set(xlabel="number of examples", ylabel="spread over masks")
    axes.legend()
    return figure

# %% two_peaks / far-apart
# says: That is the chapter's formula for narrow peaks that are far apart. Where they overlap the entropy of the mask is not all there.
# hint: 1
def two_peaks(m, q, s):
    return q * m * m / 2 + (s * s - 1) / 2 - np.log(s) + q * np.log(q) + (1 - q) * np.log(1 - q)

# %% two_peaks / reversed
# says: That is the divergence of the prior from Q. The variational objective has Q in front: the mean is taken under Q.
# hint: 1
def two_peaks(m, q, s):
    low, high = -9.0, 9.0
    z = np.linspace(low, high, int((high - low) / s * 20) + 2)
    peak, spike = np.log(q) - ((z - m) / s) ** 2 / 2, np.log1p(-q) - (z / s) ** 2 / 2
    log_density = np.logaddexp(peak, spike) - np.log(s) - np.log(2 * np.pi) / 2
    log_prior = -(z**2) / 2 - np.log(2 * np.pi) / 2
    return float(np.trapezoid(np.exp(log_prior) * (log_prior - log_density), z))

# %% two_peaks / no-entropy
# says: The mean of the prior's logarithm is there, but not that of Q's own logarithm: a divergence has both.
# hint: 1
def two_peaks(m, q, s):
    low, high = min(0.0, m) - 12 * s, max(0.0, m) + 12 * s
    z = np.linspace(low, high, int((high - low) / s * 20) + 2)
    peak, spike = np.log(q) - ((z - m) / s) ** 2 / 2, np.log1p(-q) - (z / s) ** 2 / 2
    log_density = np.logaddexp(peak, spike) - np.log(s) - np.log(2 * np.pi) / 2
    log_prior = -(z**2) / 2 - np.log(2 * np.pi) / 2
    return float(np.trapezoid(np.exp(log_density) * (-log_prior), z))

# %% two_peaks / one-peak
# says: A Gaussian with the mean and the variance of Q is not Q: its own logarithm has two peaks in it.
# hint: 1
def two_peaks(m, q, s):
    v = s * s + q * (1 - q) * m * m
    return 0.5 * (v + (q * m) ** 2 - 1 - np.log(v))

# %% two_peaks / mean-of-divergences
# says: The mean of the two divergences is what holds without the entropy of the mask; Q mixes the peaks before the logarithm is taken.
# hint: 1
def two_peaks(m, q, s):
    return q * m * m / 2 + (s * s - 1) / 2 - np.log(s)

# %% two_peaks / coarse
# says: The grid does not see narrow peaks: its steps must be small beside s.
# hint: 2
def two_peaks(m, q, s):
    low, high = -8.0, 8.0
    z = np.linspace(low, high, 201)
    peak, spike = np.log(q) - ((z - m) / s) ** 2 / 2, np.log1p(-q) - (z / s) ** 2 / 2
    log_density = np.logaddexp(peak, spike) - np.log(s) - np.log(2 * np.pi) / 2
    log_prior = -(z**2) / 2 - np.log(2 * np.pi) / 2
    return float(np.trapezoid(np.exp(log_density) * (log_density - log_prior), z))

# %% two_peaks / shares-turned
# says: q is the probability of the peak at m, and 1 - q that of the one at 0.
# hint: 2
def two_peaks(m, q, s):
    low, high = min(0.0, m) - 12 * s, max(0.0, m) + 12 * s
    z = np.linspace(low, high, int((high - low) / s * 20) + 2)
    peak, spike = np.log1p(-q) - ((z - m) / s) ** 2 / 2, np.log(q) - (z / s) ** 2 / 2
    log_density = np.logaddexp(peak, spike) - np.log(s) - np.log(2 * np.pi) / 2
    log_prior = -(z**2) / 2 - np.log(2 * np.pi) / 2
    return float(np.trapezoid(np.exp(log_density) * (log_density - log_prior), z))
