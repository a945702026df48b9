# %% setup
import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, gammaln
from scipy.stats import binom

# %% all_states
def all_states(temperature, field):
    def gap(m):
        return temperature * np.arctanh(m) - m - field

    turns = [-math.sqrt(1 - temperature), math.sqrt(1 - temperature)] if temperature < 1 else []
    ends = [-1 + 1e-15, *turns, 1 - 1e-15]
    return np.array([brentq(gap, a, b, xtol=1e-14) for a, b in zip(ends, ends[1:]) if gap(a) * gap(b) < 0])

# %% exact_moments
def exact_moments(n, temperature, field):
    k = np.arange(n + 1)
    m = 2 * k / n - 1
    logs = -gammaln(k + 1) - gammaln(n - k + 1) + n * (m**2 / 2 + field * m) / temperature
    p = np.exp(logs - logs.max())
    return np.array([p @ np.abs(m), p @ m**2, p @ m**4]) / p.sum()

# %% last_field
def last_field(temperature):
    if temperature >= 1:
        return 0.0
    m = math.sqrt(1 - temperature)
    return m - temperature * math.atanh(m)

# %% loop_left
def loop_left(fields, ms, rates):
    h, m = np.roll(fields, -1, axis=1), np.roll(ms, -1, axis=1)
    areas = np.abs(((h - fields) * (m + ms)).sum(1)) / 2
    design = np.stack([np.ones(len(rates)), rates ** (2 / 3)], axis=1)
    return float(np.linalg.lstsq(design, areas)[0][0])

# %% student_error
def student_error(J, B):
    weights = np.concatenate([J, -B])
    C = weights @ weights.T
    size = np.sqrt(1 + np.diag(C))
    return float(np.arcsin(C / np.outer(size, size)).sum() / np.pi)

# %% train_committee
def train_committee(J, B, inputs, rate):
    overlaps = [J @ B.T]
    for xi in inputs:
        x = J @ xi
        e = erf(B @ xi / 2**0.5).sum() - erf(x / 2**0.5).sum()
        J = J + rate / len(xi) * np.outer(np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) * e, xi)
        overlaps.append(J @ B.T)
    return np.array(overlaps)

# %% most_stored
def most_stored(dimensions, share):
    points = dimensions
    while binom.cdf(dimensions - 1, points, 0.5) >= share:
        points += 1
    return points

# %% kernel_at_end
def kernel_at_end(y, gamma):
    length = np.linalg.norm(y)
    G = math.sqrt(1 + gamma**2 * length**2)
    u = y / length
    return G, np.eye(len(y)) + (G - 1) * np.outer(u, u)

# %% last_decay
def last_decay(layers, strength):
    output = strength * (layers - 2) / (2 * layers - 2)
    return output ** ((layers - 2) / layers) * (strength - output), output

# %% read_slowing
def read_slowing(variance, correlation, rate):
    return (1 - correlation) / rate, math.sqrt(variance * (1 - correlation**2)) / rate

# %% five_cases
five_cases = ["jump", "fade", "smooth", "jump", "smooth"]

# %% referee
# That test accuracy rises late shows a delay, and that it looks steep on a logarithmic axis shows a delay that is long beside the rise. Neither
# is a sign of a phase transition: ridge-regularised linear regression from a large start does both, and its loss is convex, so that there is one
# state at every setting and nothing to jump between. The loop shows that the network does not follow the decay within 1000 steps. Whatever is driven
# faster than it relaxes shows a loop, above a transition as well, where its area falls to zero with the rate of the sweep. I would ask for the same
# cycle over 10,000 and 100,000 steps, with the area against the rate: a limit above zero would be hysteresis, a fall in proportion to the rate would
# not. The third sentence transfers a limit to a finite network without an estimate: mean field is exact where each unit sees the average of very
# many others, its error should be shown to fall with width in this network, and near a transition it falls more slowly than elsewhere. What would
# decide: an order parameter made from the mechanism, not the accuracy; two runs at the same decay, one started from a memorising and one from a
# generalising network, which stay apart if there are two states; the wait until the memorising run escapes, as a function of the noise of the
# gradients and of size, which should be exponential if there is a barrier. If the two starts meet without delay, the word is slow, not first-order.
