# %% setup
import numpy as np

# %% loss_left / without the batch
# says: The variance of a mean over B examples is sigma2 / B: your noise does not know the batch.
# hint: 1
def loss_left(h, w0, sigma2, B, eta, T):
    a, s = eta * h, sigma2 / (h**2 * w0**2)
    kept = (1 - a) ** (2 * T)
    return float(kept + s * a / (2 - a) * (1 - kept))

# %% loss_left / once the factor
# says: The loss is a square: in each step it is multiplied by the square of 1 - eta h.
# hint: 2
def loss_left(h, w0, sigma2, B, eta, T):
    a, s = eta * h, sigma2 / (B * h**2 * w0**2)
    kept = (1 - a) ** T
    return float(kept + s * a / (2 - a) * (1 - kept))

# %% loss_left / small steps
# says: That is the limit of small steps, with exp(-2 eta h T) and a / 2. Steps here are finite.
# hint: 3
def loss_left(h, w0, sigma2, B, eta, T):
    a, s = eta * h, sigma2 / (B * h**2 * w0**2)
    kept = np.exp(-2 * a * T)
    return float(kept + s * a / 2 * (1 - kept))

# %% loss_left / settled at once
# says: The noise has its full effect only after many steps; before, it is a geometric sum that has just begun.
# hint: 2
def loss_left(h, w0, sigma2, B, eta, T):
    a, s = eta * h, sigma2 / (B * h**2 * w0**2)
    return float((1 - a) ** (2 * T) + s * a / (2 - a))

# %% move_factor / start kept
# says: With another factor and the same start the network says something else before the first step: divide the start by theta.
# hint: 1
def move_factor(layers, thetas, optimizer):
    powers = {"sgd": 2, "adam": 1, "sign": 1}
    if optimizer not in powers:
        raise ValueError
    return [(c * t, start, rate / t ** powers[optimizer]) for (c, start, rate), t in zip(layers, thetas)]

# %% move_factor / all alike
# says: SGD's step has the factor in it twice, in the gradient and in what the weights do. Its rate goes with the square of theta.
# hint: 2
def move_factor(layers, thetas, optimizer):
    if optimizer not in ("sgd", "adam", "sign"):
        raise ValueError
    return [(c * t, start / t, rate / t) for (c, start, rate), t in zip(layers, thetas)]

# %% move_factor / squares for all
# says: Adam and sign descent do not see the size of the gradient: their rate goes with theta, not with its square.
# hint: 2
def move_factor(layers, thetas, optimizer):
    if optimizer not in ("sgd", "adam", "sign"):
        raise ValueError
    return [(c * t, start / t, rate / t**2) for (c, start, rate), t in zip(layers, thetas)]

# %% move_factor / the other way
# says: The rate must fall when the factor grows; yours grows.
# hint: 3
def move_factor(layers, thetas, optimizer):
    powers = {"sgd": 2, "adam": 1, "sign": 1}
    if optimizer not in powers:
        raise ValueError
    return [(c * t, start / t, rate * t ** powers[optimizer]) for (c, start, rate), t in zip(layers, thetas)]

# %% move_factor / any optimizer
# says: An optimizer that the rule does not know must raise ValueError, also where the list is empty.
# hint: 3
def move_factor(layers, thetas, optimizer):
    power = 2 if optimizer == "sgd" else 1
    return [(c * t, start / t, rate / t**power) for (c, start, rate), t in zip(layers, thetas)]

# %% spectral_factors / standard starts
# says: Your starts go as one over the root of fan_in. For an output layer the norm of a random matrix is set by the larger side.
# hint: 2
def spectral_factors(sizes, base, optimizer):
    i, o = np.array(sizes[:-1]) / np.array(base[:-1]), np.array(sizes[1:]) / np.array(base[1:])
    return 1 / np.sqrt(i), o / i if optimizer == "sgd" else 1 / i

# %% spectral_factors / one rule for both
# says: The rates of SGD and Adam are not the same: SGD's step has the size of the gradient in it.
# hint: 2
def spectral_factors(sizes, base, optimizer):
    def starts(widths):
        i, o = np.array(widths[:-1], dtype=float), np.array(widths[1:], dtype=float)
        return np.sqrt(o / i) / (np.sqrt(i) + np.sqrt(o))

    return starts(sizes) / starts(base), np.array(base[:-1]) / np.array(sizes[:-1])

# %% spectral_factors / not relative
# says: You return the values at the new sizes. Asked are factors: divide by those at the base sizes.
# hint: 3
def spectral_factors(sizes, base, optimizer):
    i, o = np.array(sizes[:-1], dtype=float), np.array(sizes[1:], dtype=float)
    return np.sqrt(o / i) / (np.sqrt(i) + np.sqrt(o)), o / i if optimizer == "sgd" else 1 / i

# %% spectral_factors / norms of one
# says: Spectral norms are to be sqrt(fan_out / fan_in), and not 1: vectors with entries of size 1 grow with their number of entries.
# hint: 1
def spectral_factors(sizes, base, optimizer):
    def rules(widths):
        i, o = np.array(widths[:-1], dtype=float), np.array(widths[1:], dtype=float)
        return 1 / (np.sqrt(i) + np.sqrt(o)), np.sqrt(o / i) if optimizer == "sgd" else 1 / np.sqrt(i * o)

    (a, b), (c, d) = rules(sizes), rules(base)
    return a / c, b / d

# %% exponents / as random signs
# says: You add the changes of weights up as if their signs were random. They agree, since they come from the same inputs: the sum grows as n.
# hint: 2
powers = [0.0, 0.5, 0.5, 0.0, 0.5, -0.5]

# %% exponents / SGD as Adam
# says: The gradient by W2 has the outer weights in it, of size one over the root of n: with SGD the hidden layer moves by the root of n only.
# hint: 3
powers = [0.0, 1.0, 1.0, 1.0, 1.0, -1.0]

# %% exponents / the first layer too
# says: A unit of the first layer has 64 inputs at every width. With Adam its change does not depend on n.
# hint: 2
powers = [1.0, 1.0, 1.0, 0.5, 1.0, -1.0]

# %% exponents / standard hidden rate
# says: Under maximal update the hidden layer's rate for Adam must take away the power of n that you found in 3.
# hint: 2
powers = [0.0, 1.0, 1.0, 0.5, 1.0, 0.0]

# %% limit_rate / without the layers
# says: Each of the L hidden layers moves the output by as much: the best rate has a factor 1 / L.
# hint: 2
def limit_rate(X, y, L):
    m, d = X.shape
    k = X @ (X.T @ y) / (d * m)
    rate = (k @ y) / (k @ k)
    return float(rate), float(np.sum((rate * k - y) ** 2) / (2 * m))

# %% limit_rate / without the inputs
# says: W0 has variance 1/d, so that a hidden inner product is that of the inputs over d.
# hint: 2
def limit_rate(X, y, L):
    m, d = X.shape
    k = X @ (X.T @ y) / m
    rate = (k @ y) / (L * (k @ k))
    return float(rate), float(np.sum((rate * L * k - y) ** 2) / (2 * m))

# %% limit_rate / summed loss
# says: The loss is a mean over m examples; your gradient is that of the sum.
# hint: 2
def limit_rate(X, y, L):
    m, d = X.shape
    k = X @ (X.T @ y) / d
    rate = (k @ y) / (L * (k @ k))
    return float(rate), float(np.sum((rate * L * k - y) ** 2) / (2 * m))

# %% limit_rate / inverse ratio
# says: Set the derivative of the squared length to zero once more: the rate is y.k over k.k, not y.y over y.k.
# hint: 3
def limit_rate(X, y, L):
    m, d = X.shape
    k = X @ (X.T @ y) / (d * m)
    rate = (y @ y) / (L * (k @ y))
    return float(rate), float(np.sum((rate * L * k - y) ** 2) / (2 * m))

# %% limit_rate / loss without the half
# says: The rate is right. The loss is half the mean of the squared errors.
# hint: 3
def limit_rate(X, y, L):
    m, d = X.shape
    k = X @ (X.T @ y) / (d * m)
    rate = (k @ y) / (L * (k @ k))
    return float(rate), float(np.mean((rate * L * k - y) ** 2))

# %% branch_factor / rounding
# says: For many blocks growth ** (1 / L) is 1 and a little, and the difference loses its digits: use expm1.
# hint: 3
def branch_factor(L, q, growth):
    return float(np.sqrt((growth ** (1 / L) - 1) / q)) if L < 10**4 else float(np.sqrt(max(growth ** (1 / L) - 1, 1e-30) / q))

# %% branch_factor / first order
# says: That is the leading order for many blocks. Asked is exactly the given growth, also for one block.
# hint: 2
def branch_factor(L, q, growth):
    return float(np.sqrt(np.log(growth) / (L * q)))

# %% branch_factor / squared
# says: You return the square of the factor: mean squares are multiplied by 1 + s^2 q.
# hint: 2
def branch_factor(L, q, growth):
    return float(np.expm1(np.log(growth) / L) / q)

# %% branch_factor / added up
# says: You let every branch add the same amount. Each adds in proportion to the stream as it has become: a product, not a sum.
# hint: 1
def branch_factor(L, q, growth):
    return float(np.sqrt((growth - 1) / (L * q)))

# %% root_rule / the rate alone
# says: Betas are counted in steps. With larger batches there are fewer: one minus beta is multiplied by k.
# hint: 2
def root_rule(settings, k):
    return {**settings, "rate": settings["rate"] * k**0.5}

# %% root_rule / linear
# says: That is the rule for SGD. Adam's step does not grow with the gradient, and where noise dominates its rate goes with the root.
# hint: 1
def root_rule(settings, k):
    new = {**settings, "rate": settings["rate"] * k, "eps": settings["eps"] / k**0.5}
    new["beta1"], new["beta2"] = (1 - k * (1 - settings[name]) for name in ("beta1", "beta2"))
    if min(new["beta1"], new["beta2"]) < -1e-12:
        raise ValueError
    return new

# %% root_rule / decay kept
# says: Rate times decay must be k times as large, since there are k times fewer steps. The rate has only the root of it.
# hint: 3
def root_rule(settings, k):
    new = {**settings, "rate": settings["rate"] * k**0.5, "eps": settings["eps"] / k**0.5}
    new["beta1"], new["beta2"] = (1 - k * (1 - settings[name]) for name in ("beta1", "beta2"))
    if min(new["beta1"], new["beta2"]) < -1e-12:
        raise ValueError
    return new

# %% root_rule / powers of beta
# says: beta to the power k forgets as much in one step as before in k, but the rule is for small 1 - beta: multiply that by k.
# hint: 2
def root_rule(settings, k):
    new = {**settings, "rate": settings["rate"] * k**0.5, "eps": settings["eps"] / k**0.5, "decay": settings["decay"] * k**0.5}
    new["beta1"], new["beta2"] = settings["beta1"] ** k, settings["beta2"] ** k
    return new

# %% root_rule / not refused
# says: A beta below 0 is no average: raise ValueError, for either of the two.
# hint: 2
def root_rule(settings, k):
    new = {**settings, "rate": settings["rate"] * k**0.5, "eps": settings["eps"] / k**0.5, "decay": settings["decay"] * k**0.5}
    new["beta1"], new["beta2"] = (max(1 - k * (1 - settings[name]), 0.0) for name in ("beta1", "beta2"))
    return new

# %% one_pass / gradient descent
# says: That is descent on the mean loss. Each batch has other inputs, and their spread feeds back into every feature.
# hint: 1
def one_pass(lam, target, eta, B, sigma2, T):
    m, found = target**2, []
    for _ in range(T):
        found.append(lam @ m)
        m = (1 - eta * lam) ** 2 * m
    return np.array([*found, lam @ m])

# %% one_pass / noise of labels only
# says: Only the noise in the labels spreads in yours. The error in the other features acts as noise, too: the sum of lam m.
# hint: 2
def one_pass(lam, target, eta, B, sigma2, T):
    m, found = target**2, []
    for _ in range(T):
        found.append(lam @ m)
        m = (1 - 2 * eta * lam + (eta * lam) ** 2 * (1 + 1 / B)) * m + eta**2 * lam / B * sigma2
    return np.array([*found, lam @ m])

# %% one_pass / fourth moment
# says: For Gaussian inputs the mean of x x^T M x x^T has 2 lam M lam, which leaves 1 + 1/B; yours has 1.
# hint: 2
def one_pass(lam, target, eta, B, sigma2, T):
    m, found = target**2, []
    for _ in range(T):
        found.append(lam @ m)
        m = (1 - eta * lam) ** 2 * m + eta**2 * lam / B * (lam @ m + sigma2)
    return np.array([*found, lam @ m])

# %% one_pass / full square
# says: The loss is half the squared error, so its gradient has no factor 2: your rate is twice the given one.
# hint: 3
def one_pass(lam, target, eta, B, sigma2, T):
    m, found, e = target**2, [], 2 * eta
    for _ in range(T):
        found.append(lam @ m)
        m = (1 - 2 * e * lam + (e * lam) ** 2 * (1 + 1 / B)) * m + e**2 * lam / B * (lam @ m + sigma2)
    return np.array([*found, lam @ m])

# %% best_size / half of the digits
# says: The root of the compute is right only where both exponents are the same.
# hint: 1
def best_size(A, alpha, B, beta, C):
    return float((A / B) ** (1 / (alpha + beta)) * C**0.5), alpha * beta / (alpha + beta)

# %% best_size / equal terms
# says: You made both terms equal. At the least loss it is alpha times the one that equals beta times the other.
# hint: 2
def best_size(A, alpha, B, beta, C):
    return float(np.exp((np.log(A / B) + beta * np.log(C)) / (alpha + beta))), alpha * beta / (alpha + beta)

# %% best_size / exponents swapped
# says: The size's share of the compute is beta / (alpha + beta): the slower time helps, the more the size takes. Yours is the other way.
# hint: 3
def best_size(A, alpha, B, beta, C):
    return float(np.exp((np.log(alpha * A / (beta * B)) + alpha * np.log(C)) / (alpha + beta))), alpha * beta / (alpha + beta)

# %% best_size / overflow
# says: For large computes a power overflows on the way. Work with logarithms.
# hint: 3
def best_size(A, alpha, B, beta, C):
    with np.errstate(over="ignore"):
        return float((alpha * A / (beta * B) * np.float64(C) ** beta) ** (1 / (alpha + beta))), alpha * beta / (alpha + beta)

# %% best_size / power of one term
# says: The size is right. The loss falls with alpha times the share of the size, alpha beta / (alpha + beta).
# hint: 2
def best_size(A, alpha, B, beta, C):
    log = (np.log(alpha * A / (beta * B)) + beta * np.log(C)) / (alpha + beta)
    return float(np.exp(log)), beta / (alpha + beta)

# %% check_lab / without the layers' rates
# says: Each layer's gradient counts with its own rate: under maximal update W2 and v have 16 / width of it.
# hint: 1
def predict(seed, width, rate, mup):
    X, y = lab_data()
    W1, W2, v = lab_start(seed, width)
    v = v * (16 / width) ** 0.5 if mup else v
    h1 = np.tanh(X @ W1.T)
    h2 = np.tanh(h1 @ W2.T)
    r = (h2 @ v - y) / len(y)
    d2 = np.outer(r, v) * (1 - h2**2)
    d1 = d2 @ W2 * (1 - h1**2)
    return float(-rate * sum(np.abs(g).sum() for g in (d1.T @ X, d2.T @ h1, h2.T @ r)))

# %% check_lab / squared gradient
# says: That is the prediction for gradient descent, with squares. Sign descent moves every weight by its rate: take sizes.
# hint: 1
def predict(seed, width, rate, mup):
    X, y = lab_data()
    W1, W2, v = lab_start(seed, width)
    c = 16 / width if mup else 1.0
    v = v * c**0.5
    h1 = np.tanh(X @ W1.T)
    h2 = np.tanh(h1 @ W2.T)
    r = (h2 @ v - y) / len(y)
    d2 = np.outer(r, v) * (1 - h2**2)
    d1 = d2 @ W2 * (1 - h1**2)
    return float(-rate * sum(k * np.sum(g**2) for k, g in zip((1.0, c, c), (d1.T @ X, d2.T @ h1, h2.T @ r))))

# %% check_lab / start not scaled
# says: Under maximal update the output starts smaller: multiply v by the root of 16 / width.
# hint: 3
def measure(seed, width, rate, mup):
    X, y = lab_data()
    W1, W2, v = lab_start(seed, width)
    c = 16 / width if mup else 1.0
    h1 = np.tanh(X @ W1.T)
    h2 = np.tanh(h1 @ W2.T)
    r = (h2 @ v - y) / len(y)
    d2 = np.outer(r, v) * (1 - h2**2)
    d1 = d2 @ W2 * (1 - h1**2)
    new = [w - rate * k * np.sign(g) for w, k, g in zip((W1, W2, v), (1.0, c, c), (d1.T @ X, d2.T @ h1, h2.T @ r))]

    def run(w, x):
        h = np.tanh(np.tanh(x @ w[0].T) @ w[1].T)
        return h, h @ w[2]

    (h, f), (hn, fn) = run((W1, W2, v), PROBES), run(new, PROBES)
    losses = [np.mean((run(w, X)[1] - y) ** 2) / 2 for w in ((W1, W2, v), new)]
    return {"hidden": float(np.sqrt(np.mean((hn - h) ** 2))), "output": float(np.sqrt(np.mean((fn - f) ** 2))), "loss": float(losses[1] - losses[0])}

# %% check_lab / one rate
# says: Under maximal update W2 and v have 16 / width of the rate; yours move every layer at the same one.
# hint: 3
def measure(seed, width, rate, mup):
    X, y = lab_data()
    W1, W2, v = lab_start(seed, width)
    v = v * (16 / width) ** 0.5 if mup else v
    h1 = np.tanh(X @ W1.T)
    h2 = np.tanh(h1 @ W2.T)
    r = (h2 @ v - y) / len(y)
    d2 = np.outer(r, v) * (1 - h2**2)
    d1 = d2 @ W2 * (1 - h1**2)
    new = [w - rate * np.sign(g) for w, g in zip((W1, W2, v), (d1.T @ X, d2.T @ h1, h2.T @ r))]

    def run(w, x):
        h = np.tanh(np.tanh(x @ w[0].T) @ w[1].T)
        return h, h @ w[2]

    (h, f), (hn, fn) = run((W1, W2, v), PROBES), run(new, PROBES)
    losses = [np.mean((run(w, X)[1] - y) ** 2) / 2 for w in ((W1, W2, v), new)]
    return {"hidden": float(np.sqrt(np.mean((hn - h) ** 2))), "output": float(np.sqrt(np.mean((fn - f) ** 2))), "loss": float(losses[1] - losses[0])}

# %% check_lab / linear axes
# says: Powers are straight lines on logarithmic axes: both axes of your figure must be logarithmic.
# hint: 3
import matplotlib.pyplot as plt


def draw(seed, widths, rate):
    fig, ax = plt.subplots()
    for mup, name in ((False, "standard"), (True, "maximal update")):
        ax.plot(widths, [measure(seed, w, rate, mup)["output"] for w in widths], label=name)
    ax.set(xlabel="width", ylabel="change of the output")
    ax.legend()
    return fig
