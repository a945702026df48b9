# %% setup
import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, gammaln
from scipy.stats import binom

# %% all_states / one-iteration
# says: Iterating the equation finds one stable solution. There may be three.
# hint: 1
def all_states(temperature, field):
    m = 0.9
    for _ in range(20000):
        m = math.tanh((m + field) / temperature)
    return np.array([m])

# %% all_states / stable-only
# says: The solution in the middle is missing: it is a maximum of the free energy, and still a solution.
# hint: 2
def all_states(temperature, field):
    found = []
    for m in (-1 + 1e-12, 1 - 1e-12):
        for _ in range(20000):
            m = math.tanh((m + field) / temperature)
        if not found or abs(m - found[0]) > 1e-6:
            found.append(m)
    return np.array(found)

# %% all_states / field-outside
# says: You have m = tanh(m/T + h). The field is divided by the temperature, too.
# hint: 2
def all_states(temperature, field):
    def gap(m):
        return temperature * np.arctanh(m) - m - field * temperature

    turns = [-math.sqrt(1 - temperature), math.sqrt(1 - temperature)] if temperature < 1 else []
    ends = [-1 + 1e-15, *turns, 1 - 1e-15]
    return np.array([brentq(gap, a, b, xtol=1e-14) for a, b in zip(ends, ends[1:]) if gap(a) * gap(b) < 0])

# %% all_states / falling
# says: The solutions are in falling order. The least comes first.
# hint: 3
def all_states(temperature, field):
    def gap(m):
        return temperature * np.arctanh(m) - m - field

    turns = [-math.sqrt(1 - temperature), math.sqrt(1 - temperature)] if temperature < 1 else []
    ends = [-1 + 1e-15, *turns, 1 - 1e-15]
    return np.array([brentq(gap, a, b, xtol=1e-14) for a, b in zip(ends, ends[1:]) if gap(a) * gap(b) < 0])[::-1]

# %% exact_moments / no-entropy
# says: You gave every value of m the same number of states. There are C(n, k) with k spins up.
# hint: 1
def exact_moments(n, temperature, field):
    m = 2 * np.arange(n + 1) / n - 1
    logs = n * (m**2 / 2 + field * m) / temperature
    p = np.exp(logs - logs.max())
    return np.array([p @ np.abs(m), p @ m**2, p @ m**4]) / p.sum()

# %% exact_moments / not-normalised
# says: Your weights do not add up to 1: divide the sums by the sum of all weights.
# hint: 3
def exact_moments(n, temperature, field):
    k = np.arange(n + 1)
    m = 2 * k / n - 1
    logs = -gammaln(k + 1) - gammaln(n - k + 1) + n * (m**2 / 2 + field * m) / temperature
    p = np.exp(logs - logs.max())
    return np.array([p @ np.abs(m), p @ m**2, p @ m**4])

# %% exact_moments / signed
# says: The first number is the mean of m with its sign. The mean of |m| is asked for.
# hint: 1
def exact_moments(n, temperature, field):
    k = np.arange(n + 1)
    m = 2 * k / n - 1
    logs = -gammaln(k + 1) - gammaln(n - k + 1) + n * (m**2 / 2 + field * m) / temperature
    p = np.exp(logs - logs.max())
    return np.array([p @ m, p @ m**2, p @ m**4]) / p.sum()

# %% exact_moments / whole-energy
# says: You took M²/n for the coupling's energy. Each pair counts once, which gives M²/2n.
# hint: 2
def exact_moments(n, temperature, field):
    k = np.arange(n + 1)
    m = 2 * k / n - 1
    logs = -gammaln(k + 1) - gammaln(n - k + 1) + n * (m**2 + field * m) / temperature
    p = np.exp(logs - logs.max())
    return np.array([p @ np.abs(m), p @ m**2, p @ m**4]) / p.sum()

# %% last_field / magnetisation
# says: That is the magnetisation at the end of the state. The field that belongs to it is asked for.
# hint: 3
def last_field(temperature):
    return math.sqrt(1 - temperature) if temperature < 1 else 0.0

# %% last_field / negative
# says: The sign is turned round: the size of the field is asked for.
# hint: 3
def last_field(temperature):
    m = math.sqrt(max(0.0, 1 - temperature))
    return temperature * math.atanh(m) - m

# %% last_field / temperature-left-out
# says: You left the temperature out before artanh: h = T artanh(m) - m.
# hint: 2
def last_field(temperature):
    m = math.sqrt(max(0.0, 1 - temperature))
    return abs(m - math.atanh(m))

# %% last_field / equal-depth
# says: At field 0 two states are equally deep. A state against the field goes on existing beyond that.
# hint: 1
def last_field(temperature):
    return 0.0

# %% loop_left / open-path
# says: The last point is joined to the first. You left that piece out of the area.
# hint: 2
def loop_left(fields, ms, rates):
    areas = np.abs(np.trapezoid(ms, fields, axis=1))
    return float(np.polyfit(rates ** (2 / 3), areas, 1)[1])

# %% loop_left / signed
# says: Loops that are run the other way round count negative in your fit. An area is not negative.
# hint: 1
def loop_left(fields, ms, rates):
    h, m = np.roll(fields, -1, axis=1), np.roll(ms, -1, axis=1)
    return float(np.polyfit(rates ** (2 / 3), ((h - fields) * (m + ms)).sum(1) / 2, 1)[1])

# %% loop_left / linear
# says: You fitted a law that is linear in the rate. The statement gives the power two thirds.
# hint: 3
def loop_left(fields, ms, rates):
    h, m = np.roll(fields, -1, axis=1), np.roll(ms, -1, axis=1)
    return float(np.polyfit(rates, np.abs(((h - fields) * (m + ms)).sum(1)) / 2, 1)[1])

# %% loop_left / slope
# says: That is the coefficient of the rate. The area at rate 0 is asked for.
# hint: 3
def loop_left(fields, ms, rates):
    h, m = np.roll(fields, -1, axis=1), np.roll(ms, -1, axis=1)
    return float(np.polyfit(rates ** (2 / 3), np.abs(((h - fields) * (m + ms)).sum(1)) / 2, 1)[0])

# %% loop_left / slowest
# says: You return the area at the slowest rate. It is extrapolated to rate 0.
# hint: 2
def loop_left(fields, ms, rates):
    h, m = np.roll(fields, -1, axis=1), np.roll(ms, -1, axis=1)
    return float((np.abs(((h - fields) * (m + ms)).sum(1)) / 2)[np.argmin(rates)])

# %% student_error / half-left-out
# says: The error has a factor one half.
# hint: 3
def student_error(J, B):
    weights = np.concatenate([J, -B])
    C = weights @ weights.T
    size = np.sqrt(1 + np.diag(C))
    return float(2 * np.arcsin(C / np.outer(size, size)).sum() / np.pi)

# %% student_error / cross-once
# says: The mixed pairs count twice: (a - b)² has the term -2ab.
# hint: 1
def student_error(J, B):
    def mean(U, V):
        return 2 / np.pi * np.arcsin(U @ V.T / np.sqrt(np.outer(1 + (U**2).sum(1), 1 + (V**2).sum(1)))).sum()

    return float(0.5 * (mean(J, J) + mean(B, B) - mean(J, B)))

# %% student_error / diagonal-only
# says: You left out the pairs of different units of the same network.
# hint: 1
def student_error(J, B):
    def mean(U, V):
        return 2 / np.pi * np.arcsin(U @ V.T / np.sqrt(np.outer(1 + (U**2).sum(1), 1 + (V**2).sum(1))))

    return float(0.5 * (np.trace(mean(J, J)) + np.trace(mean(B, B))) - mean(J, B).sum())

# %% student_error / normalised
# says: You divided the covariance by the variances themselves. The formula has 1 + variance.
# hint: 2
def student_error(J, B):
    weights = np.concatenate([J, -B])
    C = weights @ weights.T
    size = np.sqrt(np.maximum(np.diag(C), 1e-12))
    return float(np.arcsin(np.clip(C / np.outer(size, size), -1, 1)).sum() / np.pi)

# %% train_committee / no-derivative
# says: The factor g'(x) is missing in the step.
# hint: 2
def train_committee(J, B, inputs, rate):
    overlaps = [J @ B.T]
    for xi in inputs:
        x = J @ xi
        e = erf(B @ xi / 2**0.5).sum() - erf(x / 2**0.5).sum()
        J = J + rate / len(xi) * np.outer(np.full(len(J), e), xi)
        overlaps.append(J @ B.T)
    return np.array(overlaps)

# %% train_committee / rate-not-divided
# says: The step is η/d, with d the number of inputs.
# hint: 3
def train_committee(J, B, inputs, rate):
    overlaps = [J @ B.T]
    for xi in inputs:
        x = J @ xi
        e = erf(B @ xi / 2**0.5).sum() - erf(x / 2**0.5).sum()
        J = J + rate * np.outer(np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) * e, xi)
        overlaps.append(J @ B.T)
    return np.array(overlaps)

# %% train_committee / one-after-the-other
# says: You computed the error anew after each unit moved. All units use the error before the step.
# hint: 2
def train_committee(J, B, inputs, rate):
    J = J.copy()
    overlaps = [J @ B.T]
    for xi in inputs:
        for i in range(len(J)):
            x = J @ xi
            e = erf(B @ xi / 2**0.5).sum() - erf(x / 2**0.5).sum()
            J[i] += rate / len(xi) * np.sqrt(2 / np.pi) * np.exp(-(x[i] ** 2) / 2) * e * xi
        overlaps.append(J @ B.T)
    return np.array(overlaps)

# %% train_committee / own-error
# says: Each unit is trained on its own difference to one teacher unit. The error is that of the sums.
# hint: 1
def train_committee(J, B, inputs, rate):
    overlaps = [J @ B.T]
    for xi in inputs:
        x, y = J @ xi, B @ xi
        e = erf(np.resize(y, len(x)) / 2**0.5) - erf(x / 2**0.5)
        J = J + rate / len(xi) * np.outer(np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) * e, xi)
        overlaps.append(J @ B.T)
    return np.array(overlaps)

# %% train_committee / start-left-out
# says: The overlaps before the first step are missing.
# hint: 3
def train_committee(J, B, inputs, rate):
    overlaps = []
    for xi in inputs:
        x = J @ xi
        e = erf(B @ xi / 2**0.5).sum() - erf(x / 2**0.5).sum()
        J = J + rate / len(xi) * np.outer(np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) * e, xi)
        overlaps.append(J @ B.T)
    return np.array(overlaps).reshape(len(inputs), len(J), len(B))

# %% most_stored / capacity
# says: 2n is where half of the labellings are separable. The share that is asked for decides.
# hint: 1
def most_stored(dimensions, share):
    return 2 * dimensions

# %% most_stored / first-below
# says: That is the first number of points at which the share is too small. The last at which it is enough is one less.
# hint: 2
def most_stored(dimensions, share):
    points = dimensions
    while binom.cdf(dimensions - 1, points - 1, 0.5) >= share:
        points += 1
    return points

# %% most_stored / heads-up-to-n
# says: The sum ends at n - 1. You added the term k = n.
# hint: 3
def most_stored(dimensions, share):
    points = dimensions
    while binom.cdf(dimensions, points, 0.5) >= share:
        points += 1
    return points

# %% most_stored / throws
# says: The coin is thrown P - 1 times for P points.
# hint: 3
def most_stored(dimensions, share):
    points = dimensions
    while binom.cdf(dimensions - 1, points + 1, 0.5) >= share:
        points += 1
    return points

# %% kernel_at_end / lazy
# says: That is the kernel at the start. It moves unless gamma is tiny.
# hint: 1
def kernel_at_end(y, gamma):
    return 1.0, np.eye(len(y))

# %% kernel_at_end / first-order
# says: You expanded the root for small gamma. The conservation law is exact.
# hint: 2
def kernel_at_end(y, gamma):
    G = 1 + gamma**2 * (y @ y) / 2
    return float(G), np.eye(len(y)) + (G - 1) * np.outer(y, y) / (y @ y)

# %% kernel_at_end / every-direction
# says: G is right. The kernel moves along the target only; across it, it stays 1.
# hint: 1
def kernel_at_end(y, gamma):
    G = float(np.sqrt(1 + gamma**2 * (y @ y)))
    return G, G * np.eye(len(y))

# %% kernel_at_end / length-not-squared
# says: The conserved combination has the square of the output: G² = 1 + γ² |y|².
# hint: 3
def kernel_at_end(y, gamma):
    G = float(np.sqrt(1 + gamma**2 * np.linalg.norm(y)))
    return G, np.eye(len(y)) + (G - 1) * np.outer(y, y) / (y @ y)

# %% last_decay / strength-one
# says: That is the result for strength 1.
# hint: 2
def last_decay(layers, strength):
    output = (layers - 2) / (2 * layers - 2)
    return output ** ((layers - 2) / layers) * (1 - output), output

# %% last_decay / weight
# says: The decay is right. The second number is the weight; the output is its L-th power.
# hint: 3
def last_decay(layers, strength):
    output = strength * (layers - 2) / (2 * layers - 2)
    return output ** ((layers - 2) / layers) * (strength - output), output ** (1 / layers)

# %% last_decay / equal-loss
# says: The output there is not yet the limit: you took the decay at which both states have equal loss, or another one below the fold.
# hint: 2
def last_decay(layers, strength):
    if layers == 2:
        return strength, 0.0

    def gap(x):
        decay = x ** ((layers - 2) / layers) * (strength - x)
        return 0.5 * (strength - x) ** 2 + layers * decay / 2 * x ** (2 / layers) - strength**2 / 2

    low = strength * (layers - 2) / (2 * layers - 2)
    x = brentq(gap, low, strength * (1 - 1e-12))
    return x ** ((layers - 2) / layers) * (strength - x), x

# %% last_decay / as-two-layers
# says: That is the result for two layers. With more the curve λ(w) has its maximum inside.
# hint: 1
def last_decay(layers, strength):
    return strength, 0.0

# %% read_slowing / continuous
# says: You took the logarithm, as for continuous time. A step keeps exactly 1 - ηh.
# hint: 2
def read_slowing(variance, correlation, rate):
    h = -math.log(abs(correlation)) / rate
    return h, math.sqrt(variance * h * abs(2 - rate * h) / rate)

# %% read_slowing / small-steps
# says: The curvature is right. For the noise you used V = ησ²/2h, which is the limit of small steps.
# hint: 3
def read_slowing(variance, correlation, rate):
    h = (1 - correlation) / rate
    return h, math.sqrt(2 * variance * h / rate)

# %% read_slowing / squared
# says: The second number is the noise's variance; its standard deviation is asked for.
# hint: 3
def read_slowing(variance, correlation, rate):
    return (1 - correlation) / rate, variance * (1 - correlation**2) / rate**2

# %% read_slowing / rate-left-out
# says: You left out the rate: the correlation gives the product ηh.
# hint: 1
def read_slowing(variance, correlation, rate):
    return 1 - correlation, math.sqrt(variance * (1 - correlation**2))

# %% five_cases / finite-like-infinite
# says: Fifty spins have a smooth distribution at every temperature. Only endlessly many have a singular point.
# hint: 2
five_cases = ["jump", "fade", "fade", "jump", "smooth"]

# %% five_cases / fades-with-depth
# says: With three layers the learned state ends at a fold: the output jumps. It fades with two.
# hint: 3
five_cases = ["jump", "fade", "smooth", "fade", "smooth"]

# %% five_cases / ridge-transition
# says: Ridge regression is convex and its solution a smooth function of the penalty.
# hint: 3
five_cases = ["jump", "fade", "smooth", "jump", "fade"]

# %% five_cases / all-jump
# says: Without a field the magnetisation goes to zero continuously as the temperature rises.
# hint: 1
five_cases = ["jump", "jump", "smooth", "jump", "smooth"]

# %% sweep_lab / one-for-the-mean-square
# says: You took the inputs for ones of mean square 1. The loss is c/2 (s - product)² and a constant, with c the mean square of the inputs.
# hint: 1
def predict(seed, layers, speed):
    s = strength_of(seed)[1]
    output = s * (layers - 2) / (2 * layers - 2)
    w = output ** (1 / layers)
    fold, bend = w ** (layers - 2) * (s - output), layers * (layers - 2) * s * w ** (layers - 3) / 2
    return {"fold": float(fold), "lost": float(fold + AIRY * speed ** (2 / 3) / (w * bend) ** (1 / 3))}

# %% sweep_lab / equal-losses
# says: At your decay both states have the same loss. The learned one still exists there; it ends at the fold, further on.
# hint: 1
def predict(seed, layers, speed):
    c, s = strength_of(seed)
    output = s * (layers - 2) / (layers - 1)
    w = output ** (1 / layers)
    fold, bend = c * w ** (layers - 2) * (s - output), c * layers * (layers - 2) * s * w ** (layers - 3) / 2
    return {"fold": float(fold), "lost": float(fold + AIRY * speed ** (2 / 3) / (w * bend) ** (1 / 3))}

# %% sweep_lab / no-delay
# says: You let the state be lost at the fold itself. In a sweep it follows late; expand the flow around the fold.
# hint: 2
def predict(seed, layers, speed):
    c, s = strength_of(seed)
    output = s * (layers - 2) / (2 * layers - 2)
    fold = c * output ** ((layers - 2) / layers) * (s - output)
    return {"fold": float(fold), "lost": float(fold)}

# %% sweep_lab / constants-left-out
# says: You took the equation with all constants 1. Here the decay counts with w, and u² with a factor of its own: change the units of u and t.
# hint: 3
def predict(seed, layers, speed):
    c, s = strength_of(seed)
    output = s * (layers - 2) / (2 * layers - 2)
    fold = c * output ** ((layers - 2) / layers) * (s - output)
    return {"fold": float(fold), "lost": float(fold + AIRY * speed ** (2 / 3))}

# %% sweep_lab / time-for-decay
# says: You added the time of the delay to a decay. The decay grows by the speed times that time.
# hint: 3
def predict(seed, layers, speed):
    c, s = strength_of(seed)
    output = s * (layers - 2) / (2 * layers - 2)
    w = output ** (1 / layers)
    fold, bend = c * w ** (layers - 2) * (s - output), c * layers * (layers - 2) * s * w ** (layers - 3) / 2
    return {"fold": float(fold), "lost": float(fold + AIRY / (w * speed * bend) ** (1 / 3))}

# %% sweep_lab / whole-second-derivative
# says: The factor of u² is half of the second derivative; yours is all of it.
# hint: 2
def predict(seed, layers, speed):
    c, s = strength_of(seed)
    output = s * (layers - 2) / (2 * layers - 2)
    w = output ** (1 / layers)
    fold, bend = c * w ** (layers - 2) * (s - output), c * layers * (layers - 2) * s * w ** (layers - 3)
    return {"fold": float(fold), "lost": float(fold + AIRY * speed ** (2 / 3) / (w * bend) ** (1 / 3))}

# %% sweep_lab / sweep-per-step
# says: Your decay grows by the speed in every step. It grows with time, which is the rate times the number of steps.
# hint: 1
def measure(seed, layers, speed, rate):
    c, s = strength_of(seed)
    w, step = lab_start(seed, layers), 0
    while np.prod(w) > s / 10:
        slope = c * (np.prod(w) - s) * np.prod(w) / w
        w = w - rate * (slope + speed * step * w)
        step += 1
    return float(speed * step)

# %% sweep_lab / twice-the-decay
# says: The derivative of half the decay times the sum of squares is the decay times the weight, once.
# hint: 2
def measure(seed, layers, speed, rate):
    c, s = strength_of(seed)
    w, step = lab_start(seed, layers), 0
    while np.prod(w) > s / 10:
        slope = c * (np.prod(w) - s) * np.prod(w) / w
        w = w - rate * (slope + 2 * speed * rate * step * w)
        step += 1
    return float(speed * rate * step)

# %% sweep_lab / trained-without-inputs
# says: Your training does not see the inputs' mean square: the gradient of each layer is a mean over the examples of error times input.
# hint: 1
def measure(seed, layers, speed, rate):
    s = strength_of(seed)[1]
    w, step = lab_start(seed, layers), 0
    while np.prod(w) > s / 10:
        slope = (np.prod(w) - s) * np.prod(w) / w
        w = w - rate * (slope + speed * rate * step * w)
        step += 1
    return float(speed * rate * step)

# %% sweep_lab / half-counts-as-lost
# says: You stop at half of the slope. The state is lost at a tenth of it.
# hint: 1
def measure(seed, layers, speed, rate):
    c, s = strength_of(seed)
    w, step = lab_start(seed, layers), 0
    while np.prod(w) > s / 2:
        slope = c * (np.prod(w) - s) * np.prod(w) / w
        w = w - rate * (slope + speed * rate * step * w)
        step += 1
    return float(speed * rate * step)

# %% sweep_lab / decay-itself
# says: Your plot shows the decay at the loss. Take that of the fold away: what is left shows the power of the speed.
# hint: 3
def draw(seed, layers, speeds, rate):
    late = np.array([measure(seed, layers, speed, rate) for speed in speeds])
    figure, axes = plt.subplots()
    axes.loglog(speeds, late, "o-", label="measured")
    axes.loglog(speeds, [predict(seed, layers, speed)["lost"] for speed in speeds], "--", label="predicted")
    axes.loglog(speeds, late[0] * np.array(speeds) / speeds[0], ":", label="in proportion")
    axes.set(xlabel="speed", ylabel="decay")
    axes.legend()
    return figure

# %% sweep_lab / no-proportion
# says: The curve in proportion to the speed is missing, or does not begin at the measured number of the first speed.
# hint: 2
def draw(seed, layers, speeds, rate):
    fold = predict(seed, layers, speeds[0])["fold"]
    figure, axes = plt.subplots()
    axes.loglog(speeds, [measure(seed, layers, speed, rate) - fold for speed in speeds], "o-", label="measured")
    axes.loglog(speeds, [predict(seed, layers, speed)["lost"] - fold for speed in speeds], "--", label="predicted")
    axes.set(xlabel="speed", ylabel="decay")
    axes.legend()
    return figure

# %% sweep_lab / no-prediction
# says: The predicted delays are missing.
# hint: 3
def draw(seed, layers, speeds, rate):
    fold = predict(seed, layers, speeds[0])["fold"]
    late = np.array([measure(seed, layers, speed, rate) - fold for speed in speeds])
    figure, axes = plt.subplots()
    axes.loglog(speeds, late, "o-", label="measured")
    axes.loglog(speeds, late[0] * np.array(speeds) / speeds[0], ":", label="in proportion")
    axes.set(xlabel="speed", ylabel="decay")
    axes.legend()
    return figure

# %% sweep_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name all three curves.
# hint: 1
def draw(seed, layers, speeds, rate):
    fold = predict(seed, layers, speeds[0])["fold"]
    late = np.array([measure(seed, layers, speed, rate) - fold for speed in speeds])
    figure, axes = plt.subplots()
    axes.loglog(speeds, late, "o-")
    axes.loglog(speeds, [predict(seed, layers, speed)["lost"] - fold for speed in speeds], "--")
    axes.loglog(speeds, late[0] * np.array(speeds) / speeds[0], ":")
    return figure
