# %% setup
import numpy as np

# %% nesterov_edge / heavy-ball
# says: That is the heavy ball's edge, (2 + 2 beta) / rate. Nesterov takes the gradient further on, which costs stability.
# hint: 1
def nesterov_edge(rate, beta):
    return (2 + 2 * beta) / rate

# %% nesterov_edge / plain
# says: Your result does not depend on beta: it is the edge of gradient descent.
# hint: 1
def nesterov_edge(rate, beta):
    return 2 / rate

# %% nesterov_edge / averaged
# says: That is the edge with averaged gradients, as in Adam. Nesterov's velocity is a sum.
# hint: 1
def nesterov_edge(rate, beta):
    return (2 + 2 * beta) / ((1 - beta) * rate)

# %% nesterov_edge / root-one
# says: You put in r = 1, which is where the curvature is 0. The way out at large curvature leads through r = -1.
# hint: 2
def nesterov_edge(rate, beta):
    return 0.0

# %% nesterov_edge / wrong-sign
# says: A sign is turned: with r = -1 the middle term is + q (1 + beta).
# hint: 3
def nesterov_edge(rate, beta):
    return 2 * beta / ((1 + 2 * beta) * rate)

# %% hessian_product / one-sided
# says: The one-sided difference has an error proportional to the step, which is too large here. Take the gradient on both sides.
# hint: 1
def hessian_product(theta, v):
    length = np.linalg.norm(v)
    if length == 0:
        return np.zeros(len(v))
    u = v / length
    return (loss_and_gradient(theta + 1e-4 * u)[1] - loss_and_gradient(theta)[1]) / 1e-4 * length

# %% hessian_product / step-along-v
# says: Your step is a fixed share of v, so it is far too long for a long v and drowns in rounding for a short one. Step along v / |v|.
# hint: 2
def hessian_product(theta, v):
    return (loss_and_gradient(theta + 1e-5 * v)[1] - loss_and_gradient(theta - 1e-5 * v)[1]) / 2e-5

# %% hessian_product / no-length
# says: That is the product with v / |v|. Multiply by the length of v at the end.
# hint: 2
def hessian_product(theta, v):
    length = np.linalg.norm(v)
    if length == 0:
        return np.zeros(len(v))
    u = v / length
    return (loss_and_gradient(theta + 1e-5 * u)[1] - loss_and_gradient(theta - 1e-5 * u)[1]) / 2e-5

# %% hessian_product / half
# says: Your product is twice as large as it should be: the two points are two steps apart.
# hint: 3
def hessian_product(theta, v):
    length = np.linalg.norm(v)
    if length == 0:
        return np.zeros(len(v))
    u = v / length
    return (loss_and_gradient(theta + 1e-5 * u)[1] - loss_and_gradient(theta - 1e-5 * u)[1]) / 1e-5 * length

# %% hessian_product / zero-direction
# says: For a vector of zeros you divide by its length, 0, and get nan. The product is a vector of zeros.
# hint: 3
def hessian_product(theta, v):
    length = np.linalg.norm(v)
    u = v / length
    return (loss_and_gradient(theta + 1e-5 * u)[1] - loss_and_gradient(theta - 1e-5 * u)[1]) / 2e-5 * length

# %% lanczos / two-terms
# says: You orthogonalise against the last two vectors only. Rounding then brings the old directions back; take out all earlier ones.
# hint: 3
def lanczos(H, start, steps):
    q, before, size = start / np.linalg.norm(start), np.zeros(len(start)), 0.0
    alpha, beta = [], []
    for _ in range(steps):
        w = H @ q
        alpha.append(q @ w)
        w = w - alpha[-1] * q - size * before
        size = np.linalg.norm(w)
        beta.append(size)
        before, q = q, w / size if size > 0 else w
    return np.array(alpha), np.array(beta[:-1])

# %% lanczos / start-not-scaled
# says: Your first vector does not have length one, so alpha_1 is not q H q for a unit vector q.
# hint: 1
def lanczos(H, start, steps):
    basis, alpha, beta = [start], [], []
    for _ in range(steps):
        w = H @ basis[-1]
        alpha.append(basis[-1] @ w)
        for q in basis + basis:
            w = w - (q @ w) / (q @ q) * q
        beta.append(np.linalg.norm(w))
        basis.append(w / beta[-1] if beta[-1] > 0 else w)
    return np.array(alpha), np.array(beta[:-1])

# %% lanczos / one-beta-more
# says: The matrix with k entries on its diagonal has k - 1 beside it; the last round needs no beta.
# hint: 3
def lanczos(H, start, steps):
    basis, alpha, beta = [start / np.linalg.norm(start)], [], []
    for _ in range(steps):
        w = H @ basis[-1]
        alpha.append(basis[-1] @ w)
        for q in basis + basis:
            w = w - (q @ w) * q
        beta.append(np.linalg.norm(w))
        basis.append(w / beta[-1] if beta[-1] > 0 else w)
    return np.array(alpha), np.array(beta)

# %% lanczos / eigenvalues
# says: These are the eigenvalues of the small matrix. The question asks for its entries.
# hint: 2
def lanczos(H, start, steps):
    basis, alpha, beta = [start / np.linalg.norm(start)], [], []
    for _ in range(steps):
        w = H @ basis[-1]
        alpha.append(basis[-1] @ w)
        for q in basis + basis:
            w = w - (q @ w) * q
        beta.append(np.linalg.norm(w))
        basis.append(w / beta[-1] if beta[-1] > 0 else w)
    T = np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1)
    return np.linalg.eigvalsh(T), np.array(beta[:-1])

# %% lanczos / power-iteration
# says: You follow H q itself, as power iteration does: the vectors are not orthogonal, and alpha runs to one eigenvalue.
# hint: 2
def lanczos(H, start, steps):
    q, alpha, beta = start / np.linalg.norm(start), [], []
    for _ in range(steps):
        w = H @ q
        alpha.append(q @ w)
        beta.append(np.linalg.norm(w - alpha[-1] * q))
        q = w / np.linalg.norm(w)
    return np.array(alpha), np.array(beta[:-1])

# %% cycle_length / small-rate
# says: 2 pi / (rate sqrt(2 push)) is the limit of small rates. The exact length comes from the matrix of one step.
# hint: 2
def cycle_length(rate, push, pull):
    return 2 * np.pi / (rate * np.sqrt(2 * push))

# %% cycle_length / with-pull
# says: Your length depends on the pull. The pull sets how large the oscillation is, not how fast it cycles.
# hint: 1
def cycle_length(rate, push, pull):
    return 2 * np.pi / np.arccos(1 - push * pull * rate**2)

# %% cycle_length / half-turn
# says: Your length is that of half a turn: a full one has the angle 2 pi.
# hint: 3
def cycle_length(rate, push, pull):
    return np.pi / np.arccos(1 - push * rate**2)

# %% cycle_length / trace-not-halved
# says: The trace is twice the cosine of the angle; you took it for the cosine itself, with 1 instead of 2.
# hint: 3
def cycle_length(rate, push, pull):
    return 2 * np.pi / np.arccos(max(-1.0, 1 - 2 * push * rate**2))

# %% cycle_length / old-x
# says: You let y feel the old x. Then the determinant is not 1, and the angle is another one.
# hint: 2
def cycle_length(rate, push, pull):
    return 2 * np.pi / np.arctan(rate * np.sqrt(2 * push))

# %% cycle_length / x-flips
# says: The sign of x flips at every step, but a cycle is about its size and about y. Do not count the flips.
# hint: 1
def cycle_length(rate, push, pull):
    return 2.0

# %% whole_cycles / everything
# says: You average over the whole path. Its ends belong to no whole cycle, and what they add depends on where the path was cut.
# hint: 1
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    return np.array([np.mean(x**2), np.mean(y), (rises[-1] - rises[0]) / (len(rises) - 1)])

# %% whole_cycles / falls
# says: Your cycles begin where y falls through 0. The statement lets them begin where it rises.
# hint: 2
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] >= 0) & (y[1:] < 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    inside = slice(rises[0] + 1, rises[-1] + 1)
    return np.array([np.mean(x[inside] ** 2), np.mean(y[inside]), (rises[-1] - rises[0]) / (len(rises) - 1)])

# %% whole_cycles / shifted
# says: You are one place early: the cycle begins at t + 1, the first place at which y is not negative, and includes the last place before the next beginning.
# hint: 3
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    inside = slice(rises[0], rises[-1])
    return np.array([np.mean(x[inside] ** 2), np.mean(y[inside]), (rises[-1] - rises[0]) / (len(rises) - 1)])

# %% whole_cycles / one-too-many
# says: Between n beginnings there are n - 1 whole cycles: your mean length is too short.
# hint: 3
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    inside = slice(rises[0] + 1, rises[-1] + 1)
    return np.array([np.mean(x[inside] ** 2), np.mean(y[inside]), (rises[-1] - rises[0]) / len(rises)])

# %% whole_cycles / zeros
# says: A place where y is exactly 0 counts as risen: y[t] < 0 <= y[t + 1].
# hint: 2
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] <= 0) & (y[1:] > 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    inside = slice(rises[0] + 1, rises[-1] + 1)
    return np.array([np.mean(x[inside] ** 2), np.mean(y[inside]), (rises[-1] - rises[0]) / (len(rises) - 1)])

# %% whole_cycles / not-squared
# says: The first number is the mean of x, not of x squared. The signs of x cancel.
# hint: 1
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    inside = slice(rises[0] + 1, rises[-1] + 1)
    return np.array([np.mean(x[inside]), np.mean(y[inside]), (rises[-1] - rises[0]) / (len(rises) - 1)])

# %% smallest_batch / deviation
# says: The variance of a batch's mean falls as 1 / B; 1 / sqrt(B) is its standard deviation.
# hint: 2
def smallest_batch(rate, push, pull, variance, share):
    root = rate**2 * pull * variance / (8 * push * share)
    return max(1, int(np.ceil(root**2)))

# %% smallest_batch / rounded-down
# says: Rounded down, the batch is too small and the gap too large. Round up.
# hint: 3
def smallest_batch(rate, push, pull, variance, share):
    return max(1, int(rate**2 * pull * variance / (8 * push * share)))

# %% smallest_batch / always-one-more
# says: Where the division comes out even, that batch is enough; you add one more.
# hint: 3
def smallest_batch(rate, push, pull, variance, share):
    return max(1, int(rate**2 * pull * variance / (8 * push * share)) + 1)

# %% smallest_batch / absolute-share
# says: You compare the gap with share itself. It is to be compared with share times 2 / rate.
# hint: 2
def smallest_batch(rate, push, pull, variance, share):
    return max(1, int(np.ceil(rate * pull * variance / (4 * push * share))))

# %% smallest_batch / empty
# says: A batch holds at least one example, also where there is no noise.
# hint: 3
def smallest_batch(rate, push, pull, variance, share):
    return int(np.ceil(rate**2 * pull * variance / (8 * push * share)))

# %% smallest_batch / push-and-pull
# says: Push and pull are exchanged: a strong pull makes the gap larger, a strong push smaller.
# hint: 1
def smallest_batch(rate, push, pull, variance, share):
    return max(1, int(np.ceil(rate**2 * push * variance / (8 * pull * share))))

# %% central_velocity / gradient-flow
# says: That is gradient flow. At the edge it would raise the sharpness further.
# hint: 1
def central_velocity(g, G):
    return -g

# %% central_velocity / always-on
# says: You hold every direction at the edge, also those whose sharpness would fall by itself. A variance cannot be negative.
# hint: 1
def central_velocity(g, G):
    return -g + np.linalg.pinv(G) @ (G @ g)

# %% central_velocity / one-by-one
# says: You treat each direction alone. Where two gradients of sharpness overlap, the oscillation along one moves the other's sharpness, too.
# hint: 2
def central_velocity(g, G):
    v = -g
    for row in G:
        if row @ -g > 0:
            v = v - (row @ -g) / (row @ row) * row
    return v

# %% central_velocity / in-turn
# says: You correct one direction after the other. The later corrections undo the earlier ones; solve for all variances together.
# hint: 2
def central_velocity(g, G):
    v = -g
    for row in G:
        if row @ v > 0:
            v = v - (row @ v) / (row @ row) * row
    return v

# %% central_velocity / clipped
# says: You solved for all directions and set negative variances to zero. The others have to be solved for again without them.
# hint: 3
def central_velocity(g, G):
    z = np.maximum(-np.linalg.pinv(G @ G.T) @ (G @ g), 0)
    return -g - G.T @ z

# %% central_velocity / uphill
# says: Your velocity climbs the loss: check the sign of g.
# hint: 3
def central_velocity(g, G):
    from scipy.optimize import nnls

    return g + G.T @ nnls(G.T, -g)[0]

# %% fates / all-two
# says: You used 2 / rate for every run. The heavy ball and averaged gradients have edges of their own.
# hint: 3
fates = ["monotone", "oscillating", "diverging", "diverging", "diverging", "catapult", "diverging"]

# %% fates / no-catapult
# says: A two-layer linear network is no parabola: between 2 and 4 over the rate it gets flatter and survives.
# hint: 3
fates = ["monotone", "oscillating", "diverging", "oscillating", "oscillating", "diverging", "diverging"]

# %% fates / no-end
# says: The catapult's window ends at 4 over the rate: there the curvature grows instead of falling.
# hint: 3
fates = ["monotone", "oscillating", "diverging", "oscillating", "oscillating", "catapult", "catapult"]

# %% fates / all-smooth
# says: Between 1 and 2 over the rate, a step on a parabola lands on the other side: the distance shrinks and changes its sign.
# hint: 2
fates = ["monotone", "monotone", "diverging", "oscillating", "oscillating", "catapult", "diverging"]

# %% fates / adam-as-heavy-ball
# says: Averaged gradients tolerate (2 + 2 beta) / ((1 - beta) rate), ten times as much as the heavy ball at beta = 0.9.
# hint: 3
fates = ["monotone", "oscillating", "diverging", "oscillating", "diverging", "catapult", "diverging"]

# %% balance / wrong-root
# says: You scale by |a| / |w| itself. The sum of squares c^2 |w|^2 + a^2 / c^2 is least at its square root.
# hint: 2
def balance(W, a):
    lengths, sizes = np.linalg.norm(W, axis=1), np.abs(a)
    used = (lengths > 0) & (sizes > 0)
    c = np.zeros(len(a))
    c[used] = sizes[used] / lengths[used]
    out = np.zeros(len(a))
    out[used] = a[used] / c[used]
    return W * c[:, None], out

# %% balance / unit-inputs
# says: You made every row of W a unit vector. That keeps the function, but it is not the least sum of squares.
# hint: 2
def balance(W, a):
    lengths = np.linalg.norm(W, axis=1)
    used = (lengths > 0) & (a != 0)
    c = np.zeros(len(a))
    c[used] = 1 / lengths[used]
    out = np.zeros(len(a))
    out[used] = a[used] / c[used]
    return W * c[:, None], out

# %% balance / one-factor
# says: You used one factor for all units. Each unit has a freedom of its own.
# hint: 1
def balance(W, a):
    used = (np.linalg.norm(W, axis=1) > 0) & (a != 0)
    c = np.sqrt(np.linalg.norm(a[used]) / np.linalg.norm(W[used]))
    return W * np.where(used, c, 0.0)[:, None], np.where(used, a / c, 0.0)

# %% balance / lost-sign
# says: The output weights lost their signs, so the function is another one. Scale a, do not replace it by its size.
# hint: 2
def balance(W, a):
    lengths, sizes = np.linalg.norm(W, axis=1), np.abs(a)
    used = (lengths > 0) & (sizes > 0)
    c = np.zeros(len(a))
    c[used] = np.sqrt(sizes[used] / lengths[used])
    out = np.zeros(len(a))
    out[used] = sizes[used] / c[used]
    return W * c[:, None], out

# %% balance / idle-units
# says: A unit with w = 0 or a = 0 gives nan or keeps its weights. Set both of its weights to 0.
# hint: 3
def balance(W, a):
    lengths, sizes = np.linalg.norm(W, axis=1), np.abs(a)
    with np.errstate(all="ignore"):
        c = np.sqrt(sizes / lengths)
        return W * c[:, None], a / c

# %% balance / only-inputs
# says: You scaled what comes in and left what goes out: the function has changed.
# hint: 1
def balance(W, a):
    lengths, sizes = np.linalg.norm(W, axis=1), np.abs(a)
    used = (lengths > 0) & (sizes > 0)
    c = np.zeros(len(a))
    c[used] = np.sqrt(sizes[used] / lengths[used])
    return W * c[:, None], np.where(used, a, 0.0)

# %% watch_the_edge / after-the-step
# says: You measure after the step what belongs before it: the first loss is that of the weights that you were given.
# hint: 1
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps + 1):
        theta = theta - rate * loss_and_gradient(theta)[1]
        losses.append(loss_and_gradient(theta)[0])
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(rate * np.linalg.eigvalsh((H + H.T) / 2)[-1])
    return np.array(losses), np.array(scaled)

# %% watch_the_edge / no-rate
# says: That is the sharpness itself. The question asks for the rate times the sharpness.
# hint: 3
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps + 1):
        loss, gradient = loss_and_gradient(theta)
        losses.append(loss)
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(np.linalg.eigvalsh((H + H.T) / 2)[-1])
        theta = theta - rate * gradient
    return np.array(losses), np.array(scaled)

# %% watch_the_edge / spectral-norm
# says: You took the eigenvalue that is largest in size. The sharpness is the largest one; early in training a negative one can be larger in size.
# hint: 3
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps + 1):
        loss, gradient = loss_and_gradient(theta)
        losses.append(loss)
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(rate * np.abs(np.linalg.eigvalsh((H + H.T) / 2)).max())
        theta = theta - rate * gradient
    return np.array(losses), np.array(scaled)

# %% watch_the_edge / last-missing
# says: Loss and sharpness after the last step are missing: there are steps + 1 losses.
# hint: 3
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps):
        loss, gradient = loss_and_gradient(theta)
        losses.append(loss)
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(rate * np.linalg.eigvalsh((H + H.T) / 2)[-1])
        theta = theta - rate * gradient
    return np.array(losses), np.array(scaled)

# %% watch_the_edge / in-place
# says: You moved the weights that you were given. Write theta = theta - ..., which makes a new array, or copy them first.
# hint: 1
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps + 1):
        loss, gradient = loss_and_gradient(theta)
        losses.append(loss)
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(rate * np.linalg.eigvalsh((H + H.T) / 2)[-1])
        theta -= rate * gradient
    return np.array(losses), np.array(scaled)

# %% watch_the_edge / trace
# says: You added up all eigenvalues. The sharpness is the largest of them.
# hint: 2
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps + 1):
        loss, gradient = loss_and_gradient(theta)
        losses.append(loss)
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(rate * np.trace(H))
        theta = theta - rate * gradient
    return np.array(losses), np.array(scaled)

# %% edge_lab / heavy-ball
# says: That is the edge of the heavy ball. Nesterov's rule takes the gradient after the momentum has moved the weights, and tolerates less.
# hint: 2
def predict(sharpness, beta):
    return (2 + 2 * beta) / sharpness

# %% edge_lab / momentum-ignored
# says: You left momentum out: 2 over the curvature is the edge of plain gradient descent.
# hint: 1
def predict(sharpness, beta):
    return 2 / sharpness

# %% edge_lab / averaged-gradients
# says: That is the edge for averaged gradients, as in Adam. Here the velocity is not an average.
# hint: 2
def predict(sharpness, beta):
    return (2 + 2 * beta) / ((1 - beta) * sharpness)

# %% edge_lab / gradient-before-moving
# says: You take the gradient at z, which is the heavy ball. Nesterov's rule takes it at y, where momentum has moved to.
# hint: 3
def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        if step % every == 0:
            found.append(top_curvature(z))
        old, z = z, z + beta * (z - old) - rate * loss_and_gradient(z)[1]
    return np.array(found)

# %% edge_lab / times-the-rate
# says: You return the rate times the sharpness. The sharpness itself is asked for, so that runs at different rates can be compared.
# hint: 2
def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        if step % every == 0:
            found.append(rate * top_curvature(z))
        y = z + beta * (z - old)
        old, z = z, y - rate * loss_and_gradient(y)[1]
    return np.array(found)

# %% edge_lab / at-the-point-ahead
# says: You measure the sharpness at y, the point ahead. The statement asks for it at z.
# hint: 3
def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        y = z + beta * (z - old)
        if step % every == 0:
            found.append(top_curvature(y))
        old, z = z, y - rate * loss_and_gradient(y)[1]
    return np.array(found)

# %% edge_lab / one-step-late
# says: Your measurements are one step late: the first belongs to the start, before any step.
# hint: 3
def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        y = z + beta * (z - old)
        old, z = z, y - rate * loss_and_gradient(y)[1]
        if step % every == 0:
            found.append(top_curvature(z))
    return np.array(found)

# %% edge_lab / smallest
# says: You took the other end of the spectrum. np.linalg.eigvalsh sorts from least to greatest: the sharpness is the last.
# hint: 2
def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        if step % every == 0:
            shifts = 1e-5 * np.eye(61)
            H = (loss_and_gradient(z + shifts)[1] - loss_and_gradient(z - shifts)[1]) / 2e-5
            found.append(np.linalg.eigvalsh((H + H.T) / 2)[0])
        y = z + beta * (z - old)
        old, z = z, y - rate * loss_and_gradient(y)[1]
    return np.array(found)

# %% edge_lab / one-sided-with-half
# says: Your products with the Hessian are half as large as they should be, or twice: the two points of the difference lie 2h apart.
# hint: 2
def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        if step % every == 0:
            found.append(2 * top_curvature(z))
        y = z + beta * (z - old)
        old, z = z, y - rate * loss_and_gradient(y)[1]
    return np.array(found)

# %% edge_lab / one-rate-for-all
# says: Your plot trains all runs at the rate without momentum. Each momentum has a rate of its own, from predict.
# hint: 1
def draw(seed, sharpness, betas, steps, every):
    figure, axes = plt.subplots()
    for beta in betas:
        found = measure(seed, predict(sharpness, 0.0), beta, steps, every)
        axes.plot(every * np.arange(len(found)), found, label=str(beta))
    axes.axhline(sharpness, label="edge")
    axes.set(xlabel="step", ylabel="sharpness")
    axes.legend()
    return figure

# %% edge_lab / counts-measurements
# says: Below, your plot counts measurements. One comes only every so many steps: multiply by it.
# hint: 3
def draw(seed, sharpness, betas, steps, every):
    figure, axes = plt.subplots()
    for beta in betas:
        axes.plot(measure(seed, predict(sharpness, beta), beta, steps, every), label=str(beta))
    axes.plot([0, steps], [sharpness] * 2, label="edge")
    axes.set(xlabel="step", ylabel="sharpness")
    axes.legend()
    return figure

# %% edge_lab / no-edge
# says: The line at the edge is missing: without it nobody sees where the runs end.
# hint: 1
def draw(seed, sharpness, betas, steps, every):
    figure, axes = plt.subplots()
    for beta in betas:
        found = measure(seed, predict(sharpness, beta), beta, steps, every)
        axes.plot(every * np.arange(len(found)), found, label=str(beta))
    axes.set(xlabel="step", ylabel="sharpness")
    axes.legend()
    return figure

# %% edge_lab / no-labels
# says: Your plot does not say what is drawn: label both axes, and name curves and line.
# hint: 3
def draw(seed, sharpness, betas, steps, every):
    figure, axes = plt.subplots()
    for beta in betas:
        found = measure(seed, predict(sharpness, beta), beta, steps, every)
        axes.plot(every * np.arange(len(found)), found)
    axes.axhline(sharpness)
    return figure
