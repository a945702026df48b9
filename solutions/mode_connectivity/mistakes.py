# %% setup
import math

import numpy as np

# %% line_barrier / above-the-mean
# says: You compare with the mean of the two end losses at every t. The chord changes with t: it is (1 - t) L(A) + t L(B).
# hint: 2
def line_barrier(loss, a, b, points=25):
    values = np.array([loss((1 - t) * a + t * b) for t in np.linspace(0, 1, points)])
    return float(np.max(values) - (values[0] + values[-1]) / 2)

# %% line_barrier / above-the-higher-end
# says: You compare with the higher of the two ends. That misses walls beside a slope; compare with the chord at the same t.
# hint: 1
def line_barrier(loss, a, b, points=25):
    values = np.array([loss((1 - t) * a + t * b) for t in np.linspace(0, 1, points)])
    return float(np.max(values) - max(values[0], values[-1]))

# %% line_barrier / middle-only
# says: You look only at the middle of the line. The wall may stand elsewhere; take the largest height over all points.
# hint: 2
def line_barrier(loss, a, b, points=25):
    return float(loss((a + b) / 2) - (loss(a) + loss(b)) / 2)

# %% line_barrier / highest-loss
# says: That is the highest loss on the line, not its height above the chord.
# hint: 2
def line_barrier(loss, a, b, points=25):
    return float(max(loss((1 - t) * a + t * b) for t in np.linspace(0, 1, points)))

# %% line_barrier / ends-left-out
# says: The ends are not among your points. At the ends the height is 0, so the barrier is never negative.
# hint: 2
def line_barrier(loss, a, b, points=25):
    times = np.linspace(0, 1, points + 2)[1:-1]
    first, last = loss(a), loss(b)
    return float(max(loss((1 - t) * a + t * b) - (1 - t) * first - t * last for t in times))

# %% line_barrier / either-side
# says: You take the largest distance from the chord, on either side of it. Only what rises above the chord is a barrier.
# hint: 2
def line_barrier(loss, a, b, points=25):
    times = np.linspace(0, 1, points)
    values = np.array([loss((1 - t) * a + t * b) for t in times])
    return float(np.max(np.abs(values - ((1 - times) * values[0] + times * values[-1]))))

# %% itself / same-function
# says: The two ends compute the same function, but the networks between them do not: the loss is zero only at the ends.
# hint: 1
itself = {"quarter": 0.0, "middle": 0.0, "copies": math.factorial(4) ** 3}

# %% itself / one-layer
# says: You let only one of the two layers shrink. On the line both do, so the output is (1 - 2t) squared times x.
# hint: 2
itself = {"quarter": (1 - 1 / 2) ** 2 * 2.5, "middle": 2.5, "copies": math.factorial(4) ** 3}

# %% itself / half
# says: The loss here is the plain mean of the squares, without a factor of one half.
# hint: 3
itself = {"quarter": (1 - 1 / 4) ** 2 * 1.25, "middle": 1.25, "copies": math.factorial(4) ** 3}

# %% itself / all-units-together
# says: Units of different layers cannot change places: count the orders of each layer, 4!, and multiply over the layers.
# hint: 3
itself = {"quarter": (1 - 1 / 4) ** 2 * 2.5, "middle": 2.5, "copies": math.factorial(12)}

# %% itself / added
# says: The layers are renumbered independently of each other, so the counts multiply; you added them.
# hint: 3
itself = {"quarter": (1 - 1 / 4) ** 2 * 2.5, "middle": 2.5, "copies": 3 * math.factorial(4)}

# %% renumber / rows-only
# says: The rows have moved, but the next layer still reads its inputs in the old order: permute its columns as well.
# hint: 2
def renumber(weights, biases, permutations):
    orders = list(permutations) + [slice(None)]
    return [np.array(w)[p] for w, p in zip(weights, orders)], [np.array(b)[p] for b, p in zip(biases, orders)]

# %% renumber / biases-forgotten
# says: The biases belong to the units and must move with them.
# hint: 2
def renumber(weights, biases, permutations):
    weights = [np.array(w) for w in weights]
    for layer, order in enumerate(permutations):
        weights[layer] = weights[layer][order]
        weights[layer + 1] = weights[layer + 1][:, order]
    return weights, [np.array(b) for b in biases]

# %% renumber / inverse
# says: You used the inverse permutation: new unit i is old unit permutations[l][i], not the other way round.
# hint: 3
def renumber(weights, biases, permutations):
    weights, biases = [np.array(w) for w in weights], [np.array(b) for b in biases]
    for layer, order in enumerate(permutations):
        back = np.argsort(order)
        weights[layer] = weights[layer][back]
        biases[layer] = biases[layer][back]
        weights[layer + 1] = weights[layer + 1][:, back]
    return weights, biases

# %% renumber / first-layer-only
# says: Only the first hidden layer has been renumbered. Go through all the hidden layers.
# hint: 3
def renumber(weights, biases, permutations):
    weights, biases = [np.array(w) for w in weights], [np.array(b) for b in biases]
    for order in permutations[:1]:
        weights[0], biases[0], weights[1] = weights[0][order], biases[0][order], weights[1][:, order]
    return weights, biases

# %% renumber / in-place
# says: The network that was given has changed: work on copies.
# hint: 3
def renumber(weights, biases, permutations):
    for layer, order in enumerate(permutations):
        weights[layer][:] = weights[layer][order]
        biases[layer][:] = biases[layer][order]
        weights[layer + 1][:] = weights[layer + 1][:, order]
    return weights, biases

# %% match_units / greedy
# says: Each unit of the first network takes the best one still free, first come, first served. The best pairing as a whole can be another: solve the assignment problem.
# hint: 2
def match_units(first, second):
    (w1, b1, v1), (w2, b2, v2) = first, second
    gain = w1 @ w2.T + np.outer(b1, b2) + v1.T @ v2
    chosen = []
    for row in gain:
        free = [j for j in range(len(row)) if j not in chosen]
        chosen.append(max(free, key=lambda j: row[j]))
    return np.array(chosen)

# %% match_units / argmax
# says: Taking the best partner for each unit separately uses some units twice and others never.
# hint: 2
def match_units(first, second):
    (w1, b1, v1), (w2, b2, v2) = first, second
    return np.argmax(w1 @ w2.T + np.outer(b1, b2) + v1.T @ v2, axis=1)

# %% match_units / incoming-only
# says: You compare only what goes into the units. What comes out of them, V, is part of the distance as well.
# hint: 1
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    (w1, b1, v1), (w2, b2, v2) = first, second
    return linear_sum_assignment(w1 @ w2.T + np.outer(b1, b2), maximize=True)[1]

# %% match_units / minimised
# says: You minimise the inner products, which makes the distance as large as possible.
# hint: 3
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    (w1, b1, v1), (w2, b2, v2) = first, second
    return linear_sum_assignment(w1 @ w2.T + np.outer(b1, b2) + v1.T @ v2)[1]

# %% match_units / inverse
# says: That is the inverse renumbering: p[i] must be the unit of the second network that takes place i.
# hint: 3
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    (w1, b1, v1), (w2, b2, v2) = first, second
    gain = w1 @ w2.T + np.outer(b1, b2) + v1.T @ v2
    return np.argsort(linear_sum_assignment(gain, maximize=True)[1])

# %% match_units / biases-forgotten
# says: The biases are part of the distance, and here they are left out.
# hint: 3
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    (w1, b1, v1), (w2, b2, v2) = first, second
    return linear_sum_assignment(w1 @ w2.T + v1.T @ v2, maximize=True)[1]

# %% match_units / distances-not-squared
# says: You add up the distances of the pairs. The Euclidean distance over all parameters adds up their squares.
# hint: 1
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    one, two = (np.concatenate([w, b[:, None], v.T], axis=1) for w, b, v in (first, second))
    return linear_sum_assignment(np.linalg.norm(one[:, None] - two[None], axis=-1))[1]

# %% match_units / directions-only
# says: You compare only the directions of the units' parameters, as if all were of one length. The distance sees the lengths too.
# hint: 2
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    one, two = (np.concatenate([w, b[:, None], v.T], axis=1) for w, b, v in (first, second))
    one, two = (p / np.linalg.norm(p, axis=1, keepdims=True) for p in (one, two))
    return linear_sum_assignment(one @ two.T, maximize=True)[1]

# %% line_spread / variance
# says: That is a ratio of variances. The question asks for standard deviations: take the root.
# hint: 3
def line_spread(s1, s2, rho, t):
    variance = ((1 - t) * s1) ** 2 + (t * s2) ** 2 + 2 * t * (1 - t) * rho * s1 * s2
    return float(variance / ((1 - t) * s1 + t * s2) ** 2)

# %% line_spread / no-cross-term
# says: The cross term with the correlation is missing: your units are always uncorrelated.
# hint: 2
def line_spread(s1, s2, rho, t):
    return float(np.hypot((1 - t) * s1, t * s2) / ((1 - t) * s1 + t * s2))

# %% line_spread / mixed-variances
# says: You mixed the variances linearly. The pre-activations are what is mixed, so the weights enter the variance squared.
# hint: 1
def line_spread(s1, s2, rho, t):
    variance = (1 - t) * s1**2 + t * s2**2 + 2 * t * (1 - t) * rho * s1 * s2
    return float(np.sqrt(max(variance, 0.0)) / ((1 - t) * s1 + t * s2))

# %% line_spread / not-relative
# says: That is the spread itself. Divide it by the interpolated spread of the ends.
# hint: 3
def line_spread(s1, s2, rho, t):
    return float(np.sqrt(max(((1 - t) * s1) ** 2 + (t * s2) ** 2 + 2 * t * (1 - t) * rho * s1 * s2, 0.0)))

# %% line_spread / half-way-only
# says: That is the value half way between two units of equal spread. t, s1 and s2 count as well.
# hint: 2
def line_spread(s1, s2, rho, t):
    return float(np.sqrt((1 + rho) / 2))

# %% line_spread / correlation-for-covariance
# says: The cross term needs the covariance, which is the correlation times both standard deviations.
# hint: 3
def line_spread(s1, s2, rho, t):
    variance = ((1 - t) * s1) ** 2 + (t * s2) ** 2 + 2 * t * (1 - t) * rho
    return float(np.sqrt(max(variance, 0.0)) / ((1 - t) * s1 + t * s2))

# %% line_spread / cross-term-once
# says: The cross term comes twice: once as z_A with z_B and once as z_B with z_A.
# hint: 3
def line_spread(s1, s2, rho, t):
    variance = ((1 - t) * s1) ** 2 + (t * s2) ** 2 + t * (1 - t) * rho * s1 * s2
    return float(np.sqrt(max(variance, 0.0)) / ((1 - t) * s1 + t * s2))

# %% line_spread / ends-exchanged
# says: The two ends are exchanged: at t = 0 the unit is that of A, with s1.
# hint: 1
def line_spread(s1, s2, rho, t):
    variance = (t * s1) ** 2 + ((1 - t) * s2) ** 2 + 2 * t * (1 - t) * rho * s1 * s2
    return float(np.sqrt(max(variance, 0.0)) / (t * s1 + (1 - t) * s2))

# %% line_spread / nan
# says: Where the two cancel, rounding makes the variance slightly negative, and its root is nan. Clip it at 0 before taking the root.
# hint: 2
def line_spread(s1, s2, rho, t):
    variance = (1 - t) ** 2 * s1**2 + t**2 * s2**2 + 2 * t * (1 - t) * rho * s1 * s2
    return float(np.sqrt(variance) / ((1 - t) * s1 + t * s2))

# %% bend_gradient / no-factor
# says: The chain rule's factor is missing: the point of the curve moves by 2 t (1 - t) times as much as the bend.
# hint: 2
def bend_gradient(a, c, b, gradient, times):
    return np.mean([gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b) for t in times], axis=0)

# %% bend_gradient / summed
# says: You summed over the times; the question asks for the gradient of the mean.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    return np.sum([2 * t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b) for t in times], axis=0)

# %% bend_gradient / at-the-bend
# says: You take the loss's gradient at the bend itself. It must be taken on the curve, where the networks are; the bend is in general not on the curve.
# hint: 2
def bend_gradient(a, c, b, gradient, times):
    return np.mean([2 * t * (1 - t) * gradient(c) for t in times], axis=0)

# %% bend_gradient / on-the-chord
# says: You take the loss's gradient on the straight line between the ends, where the bend plays no part.
# hint: 2
def bend_gradient(a, c, b, gradient, times):
    return np.mean([2 * t * (1 - t) * gradient((1 - t) * a + t * b) for t in times], axis=0)

# %% bend_gradient / half-factor
# says: The factor is half of what it should be: the bend enters the curve with weight 2 t (1 - t).
# hint: 2
def bend_gradient(a, c, b, gradient, times):
    return np.mean([t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b) for t in times], axis=0)

# %% bend_gradient / ends-exchanged
# says: The two ends are exchanged: the curve starts at a, which has the weight (1 - t)^2.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    return np.mean([2 * t * (1 - t) * gradient((1 - t) ** 2 * b + 2 * t * (1 - t) * c + t**2 * a) for t in times], axis=0)

# %% spawn / shared-array
# says: All copies write into one array: the second copy starts where the first one ended. Give each an array of its own.
# hint: 2
def spawn(step, start, shared, own, k):
    trunk = np.array(start)
    for batch in shared[:k]:
        trunk = step(trunk, batch)
    copies = []
    for order in own:
        theta = trunk
        for batch in order[k:]:
            theta = step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% spawn / order-from-the-beginning
# says: After the trunk, a copy must go on with batch number k of its own order, not with its first one.
# hint: 3
def spawn(step, start, shared, own, k):
    copies = []
    for order in own:
        theta = np.array(start)
        for batch in list(shared[:k]) + list(order[: len(order) - k]):
            theta = step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% spawn / too-many-steps
# says: Each copy makes k + T steps in all. The k shared ones are part of the T.
# hint: 3
def spawn(step, start, shared, own, k):
    copies = []
    for order in own:
        theta = np.array(start)
        for batch in list(shared[:k]) + list(order):
            theta = step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% spawn / return-ignored
# says: You ignore what step returns. It may leave the array that it is given as it was: go on with the array that it returns.
# hint: 1
def spawn(step, start, shared, own, k):
    copies = []
    for order in own:
        theta = np.array(start)
        for batch in list(shared[:k]) + list(order[k:]):
            step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% spawn / one-shared-step-too-many
# says: Your copies share one step too many: the shared steps are those numbered 0 to k - 1.
# hint: 3
def spawn(step, start, shared, own, k):
    copies = []
    for order in own:
        theta = np.array(start)
        for batch in list(shared[: k + 1]) + list(order[k + 1 :]):
            theta = step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% spawn / start-changed
# says: start has changed: train a copy of it
# hint: 2
def spawn(step, start, shared, own, k):
    trunk = start
    for batch in shared[:k]:
        trunk = step(trunk, batch)
    copies = []
    for order in own:
        theta = np.array(trunk)
        for batch in order[k:]:
            theta = step(theta, batch)
        copies.append(theta)
    return np.stack(copies)

# %% averaging_gain / independent
# says: 1/T holds for independent iterates. Successive iterates of SGD are correlated.
# hint: 1
def averaging_gain(eta, lam, T):
    return 1 / T

# %% averaging_gain / long-run
# says: That is the limit for large T. The question asks for the exact value for every T, also for T = 1.
# hint: 2
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    return (1 + rho) / (1 - rho) / T

# %% averaging_gain / pairs-once
# says: Every pair of different iterates counts twice in the variance of a sum; you counted it once.
# hint: 2
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    distance = np.arange(1, T)
    return float((T + np.sum((T - distance) * rho**distance)) / T**2)

# %% averaging_gain / all-pairs-near
# says: You counted T pairs at every distance. Among T iterates there are only T - k pairs that are k apart.
# hint: 2
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    return float((1 + 2 * np.sum(rho ** np.arange(1, T))) / T)

# %% averaging_gain / positive-correlation
# says: You took the absolute value of 1 - eta lam. Beyond eta lam = 1 the iterates change sides, and their correlation changes sign.
# hint: 3
def averaging_gain(eta, lam, T):
    rho = abs(1 - eta * lam)
    distance = np.arange(1, T)
    return float((T + 2 * np.sum((T - distance) * rho**distance)) / T**2)

# %% averaging_gain / upside-down
# says: That is the inverse: the variance of the mean belongs in the numerator.
# hint: 2
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    distance = np.arange(1, T)
    return float(T**2 / (T + 2 * np.sum((T - distance) * rho**distance)))

# %% averaging_gain / standard-deviation
# says: That is a ratio of standard deviations. The question asks for variances: leave out the root.
# hint: 2
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    distance = np.arange(1, T)
    return float(np.sqrt((T + 2 * np.sum((T - distance) * rho**distance)) / T**2))

# %% averaging_gain / descent-without-noise
# says: You average the path of one start that decays without noise. At rest it is the noise that keeps the iterates moving: use how iterates k steps apart are correlated.
# hint: 1
def averaging_gain(eta, lam, T):
    return float(np.mean((1 - eta * lam) ** np.arange(T)) ** 2)

# %% average_advantage / no-half
# says: The factor one half of the quadratic term is missing.
# hint: 3
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(np.einsum("mi,ij,mj->m", away, H, away).mean())

# %% average_advantage / summed
# says: You added up the members' quadratic terms. The question asks for the mean over the members.
# hint: 3
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(0.5 * np.einsum("mi,ij,mj->m", away, H, away).sum())

# %% average_advantage / never-negative
# says: You took the absolute value. Where H has negative eigenvalues the average can be the worse one: keep the sign.
# hint: 2
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(abs(0.5 * np.einsum("mi,ij,mj->m", away, H, away).mean()))

# %% average_advantage / sample-covariance
# says: You divided by m - 1. The mean over the members divides by m.
# hint: 3
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(0.5 * np.einsum("mi,ij,mj->m", away, H, away).sum() / max(len(thetas) - 1, 1))

# %% average_advantage / not-centred
# says: That is the members' mean quadratic term, measured from zero. Measure from the mean of the members: the answer cannot depend on the origin.
# hint: 1
def average_advantage(thetas, H):
    return float(0.5 * np.einsum("mi,ij,mj->m", thetas, H, thetas).mean())

# %% average_advantage / sign
# says: The sign is turned: the question asks for the members' mean loss minus the loss of the mean.
# hint: 2
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(-0.5 * np.einsum("mi,ij,mj->m", away, H, away).mean())

# %% average_advantage / diagonal
# says: You used only the diagonal of H. The directions are coupled: the whole quadratic form counts.
# hint: 3
def average_advantage(thetas, H):
    away = thetas - thetas.mean(axis=0)
    return float(0.5 * (away**2 @ np.diag(H)).mean())

# %% reading / not-found-is-not-there
# says: Statement b: weight matching found no better renumbering, but it finds local optima. That none exists was not shown.
# hint: 2
reading = {"a": "yes", "b": "yes", "c": "yes", "d": "no", "e": "unknown"}

# %% reading / not-found-is-a-counterexample
# says: Statement b: to contradict it one would need a renumbering below 0.05, and none was found.
# hint: 2
reading = {"a": "yes", "b": "no", "c": "yes", "d": "no", "e": "unknown"}

# %% reading / path-not-added-up
# says: Statement a: add the curve's barrier to the loss of the ends. The sum bounds the loss all along that path.
# hint: 1
reading = {"a": "unknown", "b": "unknown", "c": "yes", "d": "no", "e": "unknown"}

# %% reading / error-not-read
# says: Statement c: a training-error barrier of zero says that the error never rises above the chord, and the chord never above its worse end.
# hint: 1
reading = {"a": "yes", "b": "unknown", "c": "unknown", "d": "no", "e": "unknown"}

# %% reading / one-case-is-enough
# says: Statement d speaks of all networks joined by such a path. One pair that does not generalise alike contradicts it, and the report holds one.
# hint: 1
reading = {"a": "yes", "b": "unknown", "c": "yes", "d": "unknown", "e": "unknown"}

# %% reading / ensembles-average-the-errors
# says: Statement e: the error of an ensemble is not the mean of its members' errors. It may lie below both, and it was not measured.
# hint: 3
reading = {"a": "yes", "b": "unknown", "c": "yes", "d": "no", "e": "no"}

# %% reading / straight-lines-only
# says: Statement a: the straight line is not the only path. The curve's barrier, added to the loss of the ends, stays below 0.02.
# hint: 1
reading = {"a": "no", "b": "unknown", "c": "yes", "d": "no", "e": "unknown"}

# %% reading / connected-so-alike
# says: Statement d: these two networks are joined by such a path, and one errs four times as often as the other.
# hint: 1
reading = {"a": "yes", "b": "unknown", "c": "yes", "d": "yes", "e": "unknown"}

# %% reading / loss-for-error
# says: Statement c: the loss on that line rises, but the training-error barrier is zero, and the statement is about the error.
# hint: 1
reading = {"a": "yes", "b": "unknown", "c": "no", "d": "no", "e": "unknown"}

# %% reading / ensembles-always-win
# says: Statement e: ensembles often beat their members, but with one member four times worse than the other nobody knows before measuring.
# hint: 3
reading = {"a": "yes", "b": "unknown", "c": "yes", "d": "no", "e": "yes"}

# %% line_barrier / walks-with-a
# says: Your function writes into the array a while it walks along the line. Make a new array for each point: (1 - t) * a + t * b.
# hint: 3
def line_barrier(loss, a, b, points=25):
    t, values, step = np.linspace(0, 1, points), [loss(a)], (b - a) / (points - 1)
    for _ in range(points - 1):
        a += step
        values.append(loss(a))
    return float(np.max(values - ((1 - t) * values[0] + t * values[-1])))

# %% itself / one-layer-of-copies
# says: You counted the orders of one hidden layer. The network has three, and they are renumbered independently of each other.
# hint: 3
itself = {"quarter": (1 - 1 / 4) ** 2 * 2.5, "middle": 2.5, "copies": math.factorial(4)}

# %% itself / without-the-original
# says: You left out the original numbering. The question counts it as one of the ways.
# hint: 3
itself = {"quarter": (1 - 1 / 4) ** 2 * 2.5, "middle": 2.5, "copies": math.factorial(4) ** 3 - 1}

# %% line_spread / opposite-is-zero
# says: You return 0 whenever the correlation is -1. Two opposite units cancel only where (1 - t) s1 = t s2.
# hint: 2
def line_spread(s1, s2, rho, t):
    if rho == -1:
        return 0.0
    return float(np.sqrt((1 - t) ** 2 * s1**2 + t**2 * s2**2 + 2 * t * (1 - t) * rho * s1 * s2) / ((1 - t) * s1 + t * s2))

# %% bend_gradient / all-points-in-one-call
# says: You hand all points of the curve to gradient in one call. It takes one array of shape (p,): call it once for each time.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    t = times[:, None]
    return np.mean(2 * t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b), axis=0)

# %% spawn / all-copies-in-one-call
# says: You hand all copies to step in one call. It takes the parameters of one network, shape (p,): call it once for each copy.
# hint: 2
def spawn(step, start, shared, own, k):
    theta = start.copy()
    for batch in shared[:k]:
        theta = step(theta, batch)
    thetas = np.repeat(np.asarray(theta)[None], len(own), axis=0)
    for t in range(k, len(shared)):
        thetas = step(thetas, np.array([order[t] for order in own])[:, None])
    return thetas

# %% average_advantage / centred-in-place
# says: Your function takes the mean off the array that it is given. Write thetas = thetas - ..., which makes a new array.
# hint: 3
def average_advantage(thetas, H):
    thetas -= thetas.mean(0)
    return float(0.5 * np.mean(np.sum(thetas @ H * thetas, axis=1)))

# %% line_barrier / above-the-lower-end
# says: You compare with the lower of the two ends. On a slope that finds a wall where there is none; compare with the chord at the same t.
# hint: 2
def line_barrier(loss, a, b, points=25):
    values = [loss((1 - t) * a + t * b) for t in np.linspace(0, 1, points)]
    return max(values) - min(values[0], values[-1])

# %% line_barrier / chord-turned-round
# says: Your chord runs the wrong way: at t = 0 it is L(A), at t = 1 it is L(B).
# hint: 2
def line_barrier(loss, a, b, points=25):
    return max(loss((1 - t) * a + t * b) - (t * loss(a) + (1 - t) * loss(b)) for t in np.linspace(0, 1, points))

# %% line_barrier / always-25
# says: You take 25 points whatever is asked for. The argument points says how many.
# hint: 3
def line_barrier(loss, a, b, points=25):
    return max(loss((1 - t) * a + t * b) - ((1 - t) * loss(a) + t * loss(b)) for t in np.linspace(0, 1, 25))

# %% line_barrier / other-points
# says: Your values of t are not the ones asked for: there are points of them, equally spaced, with both 0 and 1.
# hint: 3
def line_barrier(loss, a, b, points=25):
    return max(loss((1 - t) * a + t * b) - ((1 - t) * loss(a) + t * loss(b)) for t in np.arange(points) / points)

# %% line_barrier / where-not-how-high
# says: That is the place of the wall, a value of t. Its height above the chord is asked for.
# hint: 2
def line_barrier(loss, a, b, points=25):
    times = np.linspace(0, 1, points)
    return float(times[np.argmax([loss((1 - t) * a + t * b) - ((1 - t) * loss(a) + t * loss(b)) for t in times])])

# %% itself / sum
# says: You added up the squares for x = 1 and x = 2. The loss is their mean.
# hint: 3
itself = {"quarter": 2.8125, "middle": 5.0, "copies": 13824}

# %% itself / units-to-the-power
# says: You counted 4 for each layer. Four units can be put in 4! orders.
# hint: 3
itself = {"quarter": 1.40625, "middle": 2.5, "copies": 64}

# %% itself / signs-too
# says: You counted changes of sign as well. With a relu they change the function, and the question asks for renumberings only.
# hint: 3
itself = {"quarter": 1.40625, "middle": 2.5, "copies": 13824 * 2**12}

# %% itself / not-a-whole-number
# says: A number of renumberings is a whole number.
# hint: 3
itself = {"quarter": 1.40625, "middle": 2.5, "copies": 13824.5}

# %% renumber / columns-inverse
# says: The columns of the next layer have the inverse order. They belong to the same units as the rows before them, so both take the same permutation.
# hint: 2
def renumber(weights, biases, permutations):
    w, b = [np.array(v) for v in weights], [np.array(v) for v in biases]
    for layer, p in enumerate(permutations):
        w[layer], b[layer], w[layer + 1] = w[layer][p], b[layer][p], w[layer + 1][:, np.argsort(p)]
    return w, b

# %% match_units / greedy-best-first
# says: You pair the two most alike units first, then the next. The best pairing as a whole can be another: solve the assignment problem.
# hint: 2
def match_units(first, second):
    (wa, ba, va), (wb, bb, vb) = first, second
    gain = wa @ wb.T + np.outer(ba, bb) + va.T @ vb
    p = np.zeros(len(ba), dtype=int)
    for _ in p:
        i, j = np.unravel_index(np.argmax(gain), gain.shape)
        p[i], gain[i], gain[:, j] = j, -np.inf, -np.inf
    return p

# %% match_units / swaps
# says: No exchange of two units makes your pairing better, but an exchange of three or more does. Solve the assignment problem.
# hint: 2
def match_units(first, second):
    (wa, ba, va), (wb, bb, vb) = first, second
    gain = wa @ wb.T + np.outer(ba, bb) + va.T @ vb
    p, moved = np.arange(len(ba)), True
    while moved:
        moved = False
        for i in range(len(p)):
            for j in range(i):
                if gain[i, p[j]] + gain[j, p[i]] > gain[i, p[i]] + gain[j, p[j]] + 1e-12:
                    p[i], p[j] = p[j], p[i]
                    moved = True
    return p

# %% match_units / sizes-of-products
# says: You take the inner products without their signs, as if a unit and its opposite were alike. They are as far apart as they can be.
# hint: 3
def match_units(first, second):
    from scipy.optimize import linear_sum_assignment

    (wa, ba, va), (wb, bb, vb) = first, second
    return linear_sum_assignment(np.abs(wa @ wb.T + np.outer(ba, bb) + va.T @ vb), maximize=True)[1]

# %% line_spread / size-of-correlation
# says: You take the correlation without its sign. Opposite units cancel on the line, like ones do not.
# hint: 2
def line_spread(s1, s2, rho, t):
    a, b = (1 - t) * s1, t * s2
    return float(np.sqrt(a**2 + b**2 + 2 * abs(rho) * a * b) / (a + b))

# %% line_spread / other-divisor
# says: You divide by the mean of the two spreads. The spread interpolated at t, (1 - t) s1 + t s2, is asked for.
# hint: 3
def line_spread(s1, s2, rho, t):
    a, b = (1 - t) * s1, t * s2
    return float(np.sqrt(max(a**2 + b**2 + 2 * rho * a * b, 0)) / ((s1 + s2) / 2))

# %% bend_gradient / weighted-mean
# says: You divide by the sum of the factors 2 t (1 - t). They are the chain rule's, not weights of a mean: divide by the number of times.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    points = [(1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b for t in times]
    weights = [2 * t * (1 - t) + 1e-300 for t in times]
    return np.average([gradient(point) for point in points], axis=0, weights=weights)

# %% bend_gradient / at-the-mean-time
# says: You average the times first. The mean is over the gradients, each at its own time.
# hint: 1
def bend_gradient(a, c, b, gradient, times):
    t = np.mean(times)
    return 2 * t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b)

# %% bend_gradient / ends-skipped
# says: You leave out the times 0 and 1. Their terms are 0, but they count among the times that the mean divides by.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    inner = [t for t in times if 0 < t < 1]
    parts = [2 * t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b) for t in inner]
    return np.mean(parts, axis=0) if parts else np.zeros_like(a)

# %% bend_gradient / each-time-once
# says: You use a time that is given twice only once. The mean is over all the given times.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    return np.mean([2 * t * (1 - t) * gradient((1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b) for t in np.unique(times)], axis=0)

# %% bend_gradient / two-straight-pieces
# says: Your curve goes straight from a to the bend and from there to b. The Bézier curve of the question is smooth: (1 - t)^2 a + 2 t (1 - t) c + t^2 b.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    parts = []
    for t in times:
        point = (1 - 2 * t) * a + 2 * t * c if t < 0.5 else (2 - 2 * t) * c + (2 * t - 1) * b
        parts.append(min(2 * t, 2 - 2 * t) * gradient(point))
    return np.mean(parts, axis=0)

# %% spawn / one-order-for-all
# says: All your copies go on with the batches of the first one. Copy j has its own order, own[j].
# hint: 3
def spawn(step, start, shared, own, k):
    rows = []
    for _ in own:
        theta = start.copy()
        for batch in [*shared[:k], *own[0][k:]]:
            theta = step(theta, batch)
        rows.append(theta)
    return np.array(rows)

# %% spawn / own-first
# says: Your copies take their own batches first and the shared ones afterwards. The first k steps are the shared ones.
# hint: 1
def spawn(step, start, shared, own, k):
    rows = []
    for order in own:
        theta = start.copy()
        for batch in [*order[:k], *shared[k:]]:
            theta = step(theta, batch)
        rows.append(theta)
    return np.array(rows)

# %% spawn / starts-where-the-last-ended
# says: Each copy starts where the one before it ended, because step has written into the trunk. Copy the trunk for each.
# hint: 2
def spawn(step, start, shared, own, k):
    trunk, rows = start.copy(), []
    for batch in shared[:k]:
        trunk = step(trunk, batch)
    for order in own:
        theta = trunk
        for batch in order[k:]:
            theta = step(theta, batch)
        rows.append(theta.copy())
    return np.array(rows)

# %% averaging_gain / last-distance-left-out
# says: You leave out the largest distance: among T iterates the first and the last are T - 1 apart.
# hint: 2
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    return float(T + 2 * sum((T - k) * rho**k for k in range(1, T - 1))) / T**2

# %% averaging_gain / what-is-lost
# says: You took eta lam for the correlation of neighbours. That is the share that a step takes away; 1 - eta lam is what stays.
# hint: 3
def averaging_gain(eta, lam, T):
    return float(T + 2 * sum((T - k) * (eta * lam) ** k for k in range(1, T))) / T**2

# %% averaging_gain / correlation-squared
# says: You squared 1 - eta lam. That is how a variance shrinks in a step; the correlation of neighbours is 1 - eta lam itself.
# hint: 1
def averaging_gain(eta, lam, T):
    return float(T + 2 * sum((T - k) * (1 - eta * lam) ** (2 * k) for k in range(1, T))) / T**2

# %% averaging_gain / continuous-time
# says: You use exp(-eta lam), which holds for very small steps. One step of SGD multiplies by 1 - eta lam.
# hint: 3
def averaging_gain(eta, lam, T):
    return float(T + 2 * sum((T - k) * np.exp(-eta * lam * k) for k in range(1, T))) / T**2

# %% averaging_gain / neighbours-alone
# says: You count only neighbours as correlated. Iterates k steps apart are correlated too, with the k-th power.
# hint: 1
def averaging_gain(eta, lam, T):
    return (T + 2 * (T - 1) * (1 - eta * lam)) / T**2

# %% averaging_gain / relative-to-one-kick
# says: You divide by the variance of the noise of one step. The question divides by the variance of x_t, which that noise has built up.
# hint: 1
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    return float(T + 2 * sum((T - k) * rho**k for k in range(1, T))) / T**2 / (1 - rho**2)

# %% averaging_gain / from-the-minimum
# says: You start at the minimum, without noise. The run has gone on long enough for the variance of x_t to have settled: the first iterate has it already.
# hint: 1
def averaging_gain(eta, lam, T):
    rho = 1 - eta * lam
    return float(sum(((1 - rho**k) / (1 - rho)) ** 2 for k in range(1, T + 1))) / T**2 * (1 - rho**2)

# %% average_advantage / wrong-axis
# says: You take the mean of each member's parameters. The mean of the members is over the rows of thetas.
# hint: 3
def average_advantage(thetas, H):
    d = thetas - thetas.mean(axis=1, keepdims=True)
    return float(0.5 * np.einsum("ij,jk,ik->", d, H, d) / len(d))

# %% average_advantage / one-mean-for-all
# says: You take one mean over all numbers of thetas. Each parameter has its own mean over the members.
# hint: 3
def average_advantage(thetas, H):
    d = thetas - thetas.mean()
    return float(0.5 * np.einsum("ij,jk,ik->", d, H, d) / len(d))

# %% average_advantage / from-the-first-member
# says: You measure from the first member. Measure from the mean of the members.
# hint: 1
def average_advantage(thetas, H):
    d = thetas - thetas[0]
    return float(0.5 * np.einsum("ij,jk,ik->", d, H, d) / len(d))

# %% average_advantage / trace-alone
# says: You multiply the trace of H by a mean variance, as if the members spread alike in all directions. The whole quadratic form counts.
# hint: 2
def average_advantage(thetas, H):
    return float(0.5 * np.trace(H) * thetas.var(axis=0).mean())

# %% average_advantage / cut-off-at-zero
# says: You cut the answer off at 0. Where H has negative eigenvalues the average can be the worse one: keep the sign.
# hint: 2
def average_advantage(thetas, H):
    d = thetas - thetas.mean(axis=0)
    return max(0.0, float(0.5 * np.einsum("ij,jk,ik->", d, H, d) / len(d)))

# %% bend_gradient / in-place
# says: Your function writes the points of the curve into the bend that it is given. Make a new array for each point.
# hint: 3
def bend_gradient(a, c, b, gradient, times):
    total, bend = np.zeros_like(c), c.copy()
    for t in times:
        c[:] = (1 - t) ** 2 * a + 2 * t * (1 - t) * bend + t**2 * b
        total += 2 * t * (1 - t) * gradient(c.copy())
    return total / len(times)

# %% reading / truth-values
# says: True, False and None are not the words that are asked for. Give "yes", "no" or "unknown", as strings.
# hint: 1
reading = {"a": True, "b": None, "c": True, "d": False, "e": None}

# %% line_barrier / chord-at-the-highest-loss
# says: You look for the highest loss and take the chord off there. The highest point above the chord can be another: take the chord off first.
# hint: 2
def line_barrier(loss, a, b, points=25):
    times = np.linspace(0, 1, points)
    values = np.array([loss((1 - t) * a + t * b) for t in times])
    top = np.argmax(values)
    return float(values[top] - (1 - times[top]) * values[0] - times[top] * values[-1])

# %% line_spread / small-number-added
# says: You add a small number to the divisor. Both spreads are above 0, so it is not needed; and where they are small themselves it changes the ratio.
# hint: 3
def line_spread(s1, s2, rho, t):
    a, b = (1 - t) * s1, t * s2
    return float(np.sqrt(max(a**2 + b**2 + 2 * rho * a * b, 0)) / (a + b + 1e-8))

# %% line_spread / near-zero-is-zero
# says: You return 0 where the variance is small. Small spreads have small variances, and yet a ratio that is not 0.
# hint: 2
def line_spread(s1, s2, rho, t):
    variance = ((1 - t) * s1) ** 2 + (t * s2) ** 2 + 2 * t * (1 - t) * rho * s1 * s2
    return 0.0 if np.isclose(variance, 0) else float(np.sqrt(variance) / ((1 - t) * s1 + t * s2))

# %% spawn / batches-used-up
# says: Your function takes the batches out of the list that it is given. Read them by their numbers, or by shared[:k].
# hint: 2
def spawn(step, start, shared, own, k):
    trunk = start.copy()
    for _ in range(k):
        trunk = step(trunk, shared.pop(0))
    rows = []
    for order in own:
        theta = trunk.copy()
        for batch in order[k:]:
            theta = step(theta, batch)
        rows.append(theta)
    return np.array(rows)

# %% lot_lab / loss-of-the-mean
# says: predict gives the loss of the mean output. The mean loss is larger, by half the variance of the output over the renumberings.
# hint: 2
def predict(first, second, x, y):
    (W1, b1, v1), (W2, b2, v2) = first, second
    Z = (x @ W1.T + b1)[:, :, None] + (x @ W2.T + b2)[:, None]
    mean = ((v1[:, None] + v2) / 2 * np.maximum(Z / 2, 0)).sum((1, 2)) / len(b1)
    return float(np.mean((mean - y) ** 2) / 2)

# %% lot_lab / partners-drawn-apart
# says: predict lets every unit draw its partner for itself, so that two can have the same. In a renumbering the partners differ, and the variance is smaller.
# hint: 2
def predict(first, second, x, y):
    (W1, b1, v1), (W2, b2, v2) = first, second
    Z = (x @ W1.T + b1)[:, :, None] + (x @ W2.T + b2)[:, None]
    c = (v1[:, None] + v2) / 2 * np.maximum(Z / 2, 0)
    return float(np.mean((c.mean(2).sum(1) - y) ** 2 + c.var(2).sum(1)) / 2)

# %% lot_lab / over-h
# says: predict divides the squares by h. The h pairs of a renumbering depend on each other, and the variance has h - 1 below.
# hint: 2
def predict(first, second, x, y):
    (W1, b1, v1), (W2, b2, v2) = first, second
    Z = (x @ W1.T + b1)[:, :, None] + (x @ W2.T + b2)[:, None]
    c = (v1[:, None] + v2) / 2 * np.maximum(Z / 2, 0)
    d = c - c.mean(1, keepdims=True) - c.mean(2, keepdims=True) + c.mean((1, 2), keepdims=True)
    return float(np.mean((c.sum((1, 2)) / len(b1) - y) ** 2 + (d**2).sum((1, 2)) / len(b1)) / 2)

# %% lot_lab / as-they-stand
# says: predict gives the loss half way for the pairs as they stand. That is one renumbering; the mean over all of them is asked for.
# hint: 1
def predict(first, second, x, y):
    W, b, v = ((p + q) / 2 for p, q in zip(first, second))
    return float(np.mean((np.maximum(x @ W.T + b, 0) @ v - y) ** 2) / 2)

# %% lot_lab / outputs-averaged
# says: measure averages the outputs of the two networks. Half way on the line their parameters are averaged, and the network of the averages is run.
# hint: 1
def measure(first, second, x, y):
    from scipy.optimize import linear_sum_assignment

    def output(W, b, v):
        return np.maximum(x @ W.T + b, 0) @ v

    def loss(found):
        return float(np.mean((found - y) ** 2) / 2)

    order = linear_sum_assignment(np.column_stack(first) @ np.column_stack(second).T, maximize=True)[1]
    after = loss((output(*first) + output(*(q[order] for q in second))) / 2)
    before = loss((output(*first) + output(*second)) / 2)
    return {"ends": (loss(output(*first)) + loss(output(*second))) / 2, "before": before, "after": after}

# %% lot_lab / by-weights-in-alone
# says: measure matches the units by W and b alone. What comes out of them, v, is part of the distance, too.
# hint: 3
def measure(first, second, x, y):
    from scipy.optimize import linear_sum_assignment

    def loss(W, b, v):
        return float(np.mean((np.maximum(x @ W.T + b, 0) @ v - y) ** 2) / 2)

    order = linear_sum_assignment(np.column_stack(first[:2]) @ np.column_stack(second[:2]).T, maximize=True)[1]
    before = loss(*((p + q) / 2 for p, q in zip(first, second)))
    after = loss(*((p + q[order]) / 2 for p, q in zip(first, second)))
    return {"ends": (loss(*first) + loss(*second)) / 2, "before": before, "after": after}

# %% lot_lab / matched-the-other-way
# says: measure renumbers the second network by the inverse. Unit i of the first must meet the unit of the second that takes its place.
# hint: 3
def measure(first, second, x, y):
    from scipy.optimize import linear_sum_assignment

    def loss(W, b, v):
        return float(np.mean((np.maximum(x @ W.T + b, 0) @ v - y) ** 2) / 2)

    order = np.argsort(linear_sum_assignment(np.column_stack(first) @ np.column_stack(second).T, maximize=True)[1])
    before = loss(*((p + q) / 2 for p, q in zip(first, second)))
    after = loss(*((p + q[order]) / 2 for p, q in zip(first, second)))
    return {"ends": (loss(*first) + loss(*second)) / 2, "before": before, "after": after}

# %% lot_lab / one-after-the-other
# says: network moves v first and takes the other gradients with the new v. All three arrays move at once, by gradients at one point.
# hint: 3
def network(seed, number, width, steps):
    (x, y), (W, b, v) = lab_data(seed), lab_start(seed, number, width)
    for _ in range(steps):
        Z = x @ W.T + b
        r = (np.maximum(Z, 0) @ v - y) / len(x)
        v = v - LAB_RATE * np.maximum(Z, 0).T @ r
        back = np.outer(r, v) * (Z > 0)
        W, b = W - LAB_RATE * back.T @ x, b - LAB_RATE * back.sum(0)
    return W, b, v

# %% lot_lab / twice-the-gradient
# says: network follows the gradient of the mean squared error. The loss is half of it.
# hint: 3
def network(seed, number, width, steps):
    (x, y), (W, b, v) = lab_data(seed), lab_start(seed, number, width)
    for _ in range(steps):
        Z = x @ W.T + b
        H = np.maximum(Z, 0)
        r = 2 * (H @ v - y) / len(x)
        back = np.outer(r, v) * (Z > 0)
        W, b, v = W - LAB_RATE * back.T @ x, b - LAB_RATE * back.sum(0), v - LAB_RATE * H.T @ r
    return W, b, v
