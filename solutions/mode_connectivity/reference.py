# %% setup
import math

import numpy as np

# %% line_barrier
def line_barrier(loss, a, b, points=25):
    times = np.linspace(0, 1, points)
    values = np.array([loss((1 - t) * a + t * b) for t in times])
    return float(np.max(values - ((1 - times) * values[0] + times * values[-1])))

# %% itself
itself = {"quarter": (1 - 1 / 4) ** 2 * 2.5, "middle": 2.5, "copies": math.factorial(4) ** 3}

# %% renumber
def renumber(weights, biases, permutations):
    weights, biases = [np.array(w) for w in weights], [np.array(b) for b in biases]
    for layer, order in enumerate(permutations):
        weights[layer] = weights[layer][order]
        biases[layer] = biases[layer][order]
        weights[layer + 1] = weights[layer + 1][:, order]
    return weights, biases

# %% match_units
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    (w1, b1, v1), (w2, b2, v2) = first, second
    gain = w1 @ w2.T + np.outer(b1, b2) + v1.T @ v2
    return linear_sum_assignment(gain, maximize=True)[1]

# %% line_spread
def line_spread(s1, s2, rho, t):
    variance = ((1 - t) * s1) ** 2 + (t * s2) ** 2 + 2 * t * (1 - t) * rho * s1 * s2
    return float(np.sqrt(max(variance, 0.0)) / ((1 - t) * s1 + t * s2))

# %% bend_gradient
def bend_gradient(a, c, b, gradient, times):
    parts = [2 * t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b) for t in times]
    return np.mean(parts, axis=0)

# %% spawn
def spawn(step, start, shared, own, k):
    trunk = np.array(start)
    for batch in shared[:k]:
        trunk = step(trunk, batch)
    copies = []
    for order in own:
        theta = np.array(trunk)
        for batch in order[k:]:
            theta = step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% averaging_gain
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    distance = np.arange(1, T)
    return float((T + 2 * np.sum((T - distance) * rho**distance)) / T**2)

# %% average_advantage
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(0.5 * np.einsum("mi,ij,mj->m", away, H, away).mean())

# %% reading
reading = {"a": "yes", "b": "unknown", "c": "yes", "d": "no", "e": "unknown"}

# %% merge_review
# Networks from different seeds lie on different sides of a wall: their average errs on most images. That a bent path of low loss joins
# them does not help, because the average lies on the straight line. Matching the units first lowers the wall but leaves some of it;
# I would measure the barrier that remains, in loss and in error.
# The five fine-tuned networks share a start, so their average probably works. For the same reason they make almost the same mistakes:
# an average, or an ensemble, of them gains little over one member. The ensemble of the five strangers gains more, at five times the cost.
# Being connected on the new task says nothing about the old one. Fine-tuned networks can be joined by a flat line and all have forgotten it.
# First I would measure, on held-out data of both tasks: each member, the ensembles, the average of the fine-tuned five, and, as a
# baseline for both tasks, a network fine-tuned on the two together.
