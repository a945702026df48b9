# %% setup
import numpy as np

# %% batchnorm_backward
def batchnorm_backward(z, g, eps):
    r = 1 / np.sqrt(z.var(0) + eps)
    z_hat = (z - z.mean(0)) * r
    return r * (g - g.mean(0) - z_hat * (g * z_hat).mean(0))

# %% rmsnorm_backward
def rmsnorm_backward(z, scale, g, eps):
    r = 1 / np.sqrt((z**2).mean(1, keepdims=True) + eps)
    z_hat, u = z * r, g * scale
    return r * (u - z_hat * (u * z_hat).mean(1, keepdims=True)), (g * z_hat).sum(0)

# %% evaluation_mode
def evaluation_mode(batches, z, momentum, eps):
    mean, variance = np.zeros(z.shape[1]), np.ones(z.shape[1])
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(0)
        variance = (1 - momentum) * variance + momentum * batch.var(0, ddof=1)
    return (z - mean) / np.sqrt(variance + eps)

# %% batch_of_two
outputs = [[-1.0, 1.0], [1.0, -1.0]]
gradient = 0.0
variances = [4 * (1 - 1 / B) for B in (2, 4, 16)]

# %% rescaled_run
def rescaled_run(eta, lam, c):
    # the gradient at c w is g / c, so the rate must grow by c^2; the product of rate and decay must stay
    return c**2 * eta, lam / c**2

# %% equilibrium
def equilibrium(eta, lam, slope):
    shrink = 1 - eta * lam
    return float(((eta * slope) ** 2 / (1 - shrink**2)) ** 0.25), float(np.arccos(shrink))

# %% largest_rate
def largest_rate(trains, seeds, low, high, factor):
    def good(rate):
        return all(trains(rate, seed) for seed in seeds)

    if not good(low):
        return 0.0
    if good(high):
        return float(high)
    while high / low > factor:
        middle = np.sqrt(low * high)
        if good(middle):
            low = middle
        else:
            high = middle
    return float(low)

# %% read_decay
def read_decay(turns, first, last, eta):
    # each step multiplies the length by (1 - eta lambda) / cos(turn)
    log_shrink = np.log(last / first) / len(turns) + np.log(np.cos(turns)).mean()
    return float(-np.expm1(log_shrink) / eta)

# %% unfair_race
# The rate 0.5 was one choice for two networks. A network with BatchNorm tolerates larger rates, so a large shared rate makes the other one diverge, and a small one
# would have turned the result round: at the plain network's best rate BatchNorm is no faster. Pixels from 0 to 255 make it worse. Without a norm the
# largest stable rate falls with the square of the inputs' size, and the uncentred mean slows the first layer; BatchNorm undoes both, which standardising the inputs does too.
# With two layers and one seed, nothing follows for deep networks, where BatchNorm does help. I would standardise the inputs, sweep the rate for each
# network on a grid of factors of two or less, take at least five seeds and several depths, and report median and range of the steps to a given loss at each one's best
# rate, and beside it the curve over all rates.
