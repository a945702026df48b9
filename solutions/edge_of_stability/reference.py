# %% setup
import numpy as np

# %% nesterov_edge
def nesterov_edge(rate, beta):
    return (2 + 2 * beta) / ((1 + 2 * beta) * rate)

# %% hessian_product
def hessian_product(theta, v):
    length = np.linalg.norm(v)
    if length == 0:
        return np.zeros(len(v))
    step = 1e-5 * v / length
    ahead, behind = loss_and_gradient(theta + step)[1], loss_and_gradient(theta - step)[1]
    return (ahead - behind) / 2e-5 * length

# %% lanczos
def lanczos(H, start, steps):
    basis, alpha, beta = [start / np.linalg.norm(start)], [], []
    for _ in range(steps):
        w = H @ basis[-1]
        alpha.append(basis[-1] @ w)
        for q in basis + basis:
            w = w - (q @ w) * q
        beta.append(np.linalg.norm(w))
        basis.append(w / beta[-1] if beta[-1] > 0 else w)
    return np.array(alpha), np.array(beta[:-1])

# %% cycle_length
def cycle_length(rate, push, pull):
    return float(2 * np.pi / (2 * np.arcsin(rate * np.sqrt(push / 2))))

# %% whole_cycles
def whole_cycles(x, y):
    rises = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if len(rises) < 2:
        return np.full(3, np.nan)
    inside = slice(rises[0] + 1, rises[-1] + 1)
    return np.array([np.mean(x[inside] ** 2), np.mean(y[inside]), (rises[-1] - rises[0]) / (len(rises) - 1)])

# %% smallest_batch
def smallest_batch(rate, push, pull, variance, share):
    return max(1, int(np.ceil(rate**2 * pull * variance / (8 * push * share))))

# %% central_velocity
def central_velocity(g, G):
    from scipy.optimize import nnls

    return -g - G.T @ nnls(G.T, -g)[0]

# %% fates
fates = ["monotone", "oscillating", "diverging", "oscillating", "oscillating", "catapult", "diverging"]

# %% balance
def balance(W, a):
    lengths, sizes = np.linalg.norm(W, axis=1), np.abs(a)
    used = (lengths > 0) & (sizes > 0)
    c = np.zeros(len(a))
    c[used] = np.sqrt(sizes[used] / lengths[used])
    out = np.zeros(len(a))
    out[used] = a[used] / c[used]
    return W * c[:, None], out

# %% watch_the_edge
def watch_the_edge(theta, rate, steps, every):
    losses, scaled = [], []
    for step in range(steps + 1):
        loss, gradient = loss_and_gradient(theta)
        losses.append(loss)
        if step % every == 0:
            nearby = 1e-5 * np.eye(61)
            H = (loss_and_gradient(theta + nearby)[1] - loss_and_gradient(theta - nearby)[1]) / 2e-5
            scaled.append(rate * np.linalg.eigvalsh((H + H.T) / 2)[-1])
        theta = theta - rate * gradient
    return np.array(losses), np.array(scaled)

# %% jumping_loss
# She is right that the loss falls when the rate does, and that her rate was beyond 2 / sharpness some of the time. But that is where full-batch
# descent trains: the sharpness has grown to 2 / rate and hovers there, single steps go up, and the mean goes down. The drop is not faster
# learning. The network swung across a valley, and the swing added half the sum of S_i sigma_i^2 to the loss. With a smaller rate the swing
# dies and this part goes away at once; the centre of the swings was that low before. Afterwards each step is a third as long along
# the flat directions, and the sharpness may grow to the new edge, three times higher, where the jumps begin again. I would measure the
# sharpness before and after and compare it with 2 / rate, and train both rates on from step 400, then lower both at the end and compare.
# The rate is too large when the mean over a hundred steps rises.

# %% edge_lab
import matplotlib.pyplot as plt


def top_curvature(theta, h=1e-5):
    shifts = h * np.eye(61)
    H = (loss_and_gradient(theta + shifts)[1] - loss_and_gradient(theta - shifts)[1]) / (2 * h)
    return np.linalg.eigvalsh((H + H.T) / 2)[-1]


def predict(sharpness, beta):
    return (2 + 2 * beta) / ((1 + 2 * beta) * sharpness)


def measure(seed, rate, beta, steps, every):
    z, old, found = start(seed), start(seed), []
    for step in range(steps + 1):
        if step % every == 0:
            found.append(top_curvature(z))
        y = z + beta * (z - old)
        old, z = z, y - rate * loss_and_gradient(y)[1]
    return np.array(found)


def draw(seed, sharpness, betas, steps, every):
    figure, axes = plt.subplots()
    for beta in betas:
        rate = predict(sharpness, beta)
        found = measure(seed, rate, beta, steps, every)
        axes.plot(every * np.arange(len(found)), found, label=f"momentum {beta}, rate {rate:.3g}")
    axes.plot([0, steps], [sharpness, sharpness], ":", label="the edge of both")
    axes.set_xlabel("step")
    axes.set_ylabel("sharpness")
    axes.legend()
    return figure

# %% edge_report
# Seed 1. I had expected both runs to stop at 5 or a little above. Rates were 0.4 without momentum and 0.3 with beta = 0.5, and both
# began at 2.5. The first went up to 8.1 and was at 5.03 on average over the second half, the second went up to 8.9 and then lay at 4.99.
# So the rates differ and the edge does not. The overshoot comes from a start that is tiny: just beyond the edge the oscillation along the
# top direction grows by a small factor a step, and until it is large the sharpness rises as before. Then the part of the gradient of second
# order, half the squared oscillation times the gradient of the sharpness, outweighs the push and the sharpness falls. The parabola gives the
# edge; it would let the oscillation grow for ever, so it says neither that training goes on nor how far the overshoot goes. A test: a smaller
# rate, for an edge of 10, where the network sharpens more slowly, should overshoot less. It does: 11.3 and 11.4.
