# %% setup
import numpy as np

# %% gradients / assigned
# says: You assign the derivative of a node where it has to be added: a node that is used twice gets something from both uses.
# hint: 3
def gradients(graph, inputs, output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        name, ready = stack.pop()
        if ready:
            order.append(name)
        elif name in graph and name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack.extend((used, False) for used in graph[name][1:])
    values = dict(inputs)
    for name in order:
        op, *uses = graph[name]
        a, b = values[uses[0]], values[uses[-1]]
        values[name] = {"add": a + b, "mul": a * b, "relu": max(a, 0.0), "tanh": float(np.tanh(a)), "exp": float(np.exp(min(a, 50)))}[op]
    slopes = dict.fromkeys(values, 0.0)
    slopes[output] = 1.0
    for name in reversed(order):
        op, *uses = graph[name]
        v = values[name]
        local = {"add": [1.0, 1.0], "mul": [values[uses[-1]], values[uses[0]]], "tanh": [1 - v**2], "exp": [v], "relu": [float(v > 0)]}
        for used, slope in zip(uses, local[op]):
            slopes[used] = slopes[name] * slope
    return {name: slopes[name] for name in inputs}

# %% gradients / recursion
# says: A function that calls itself for each node ends at Python's limit of about 1,000 nested calls. Keep a stack of your own.
# hint: 3
def gradients(graph, inputs, output):
    order, seen = [], set()

    def visit(name):
        if name in graph and name not in seen:
            seen.add(name)
            for used in graph[name][1:]:
                visit(used)
            order.append(name)

    visit(output)
    values = dict(inputs)
    for name in order:
        op, *uses = graph[name]
        a, b = values[uses[0]], values[uses[-1]]
        values[name] = {"add": a + b, "mul": a * b, "relu": max(a, 0.0), "tanh": float(np.tanh(a)), "exp": float(np.exp(min(a, 50)))}[op]
    slopes = dict.fromkeys(values, 0.0)
    slopes[output] = 1.0
    for name in reversed(order):
        op, *uses = graph[name]
        v = values[name]
        local = {"add": [1.0, 1.0], "mul": [values[uses[-1]], values[uses[0]]], "tanh": [1 - v**2], "exp": [v], "relu": [float(v > 0)]}
        for used, slope in zip(uses, local[op]):
            slopes[used] += slopes[name] * slope
    return {name: slopes[name] for name in inputs}

# %% gradients / too-early
# says: A node handed its derivative on before all of its uses had added to it. Sort the nodes first.
# hint: 2
def gradients(graph, inputs, output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        name, ready = stack.pop()
        if ready:
            order.append(name)
        elif name in graph and name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack.extend((used, False) for used in graph[name][1:])
    values = dict(inputs)
    for name in order:
        op, *uses = graph[name]
        a, b = values[uses[0]], values[uses[-1]]
        values[name] = {"add": a + b, "mul": a * b, "relu": max(a, 0.0), "tanh": float(np.tanh(a)), "exp": float(np.exp(min(a, 50)))}[op]
    slopes = dict.fromkeys(values, 0.0)
    slopes[output] = 1.0
    queue, met = [output], {output}
    while queue:
        name = queue.pop(0)
        if name not in graph:
            continue
        op, *uses = graph[name]
        v = values[name]
        local = {"add": [1.0, 1.0], "mul": [values[uses[-1]], values[uses[0]]], "tanh": [1 - v**2], "exp": [v], "relu": [float(v > 0)]}
        for used, slope in zip(uses, local[op]):
            slopes[used] += slopes[name] * slope
            if used not in met:
                met.add(used)
                queue.append(used)
    return {name: slopes[name] for name in inputs}

# %% perplexity / mean-of-exponentials
# says: You averaged the perplexities of the rows. Perplexity is the exponential of the mean loss, which is smaller.
# hint: 1
def perplexity(logits, targets):
    counted = targets >= 0
    z, t = logits[counted], targets[counted]
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.exp(np.minimum(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(t)), t], 600))))

# %% perplexity / all-rows
# says: You divided by the number of all rows. Rows with target -100 do not count, in the mean neither.
# hint: 3
def perplexity(logits, targets):
    counted = targets >= 0
    z, t = logits[counted], targets[counted]
    z = z - z.max(axis=1, keepdims=True)
    return float(np.exp(np.sum(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(t)), t]) / len(targets)))

# %% perplexity / bits
# says: You mixed bases: a loss in nats belongs to the exponential, 2 to the power of a loss is for bits.
# hint: 1
def perplexity(logits, targets):
    counted = targets >= 0
    z, t = logits[counted], targets[counted]
    z = z - z.max(axis=1, keepdims=True)
    return float(2 ** np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(t)), t]))

# %% perplexity / overflow
# says: The exponential of a large logit overflows. Subtract the maximum of each row first: no probability changes.
# hint: 2
def perplexity(logits, targets):
    counted = targets >= 0
    z, t = logits[counted], targets[counted]
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return float(np.exp(-np.log(p[np.arange(len(t)), t]).mean()))

# %% bigram_loss / no-end
# says: You left out the end mark behind each name. When a name ends is to be predicted, too.
# hint: 1
def bigram_loss(train, valid, smoothing):
    counts = np.full((27, 27), float(smoothing))
    for name in train:
        for a, b in zip("." + name, name):
            counts[ALPHABET.index(a), ALPHABET.index(b)] += 1
    p = counts / counts.sum(axis=1, keepdims=True)
    losses = [-np.log(p[ALPHABET.index(a), ALPHABET.index(b)]) for name in valid for a, b in zip("." + name, name)]
    return float(np.mean(losses))

# %% bigram_loss / per-name
# says: You averaged over names. Each character counts alike, so long names count more.
# hint: 3
def bigram_loss(train, valid, smoothing):
    counts = np.full((27, 27), float(smoothing))
    for name in train:
        for a, b in zip("." + name, name + "."):
            counts[ALPHABET.index(a), ALPHABET.index(b)] += 1
    p = counts / counts.sum(axis=1, keepdims=True)
    means = [np.mean([-np.log(p[ALPHABET.index(a), ALPHABET.index(b)]) for a, b in zip("." + name, name + ".")]) for name in valid]
    return float(np.mean(means))

# %% bigram_loss / joint
# says: You divided by the sum of the whole table. What is wanted is the chance of a sign given the one before: each row has its own sum.
# hint: 2
def bigram_loss(train, valid, smoothing):
    counts = np.full((27, 27), float(smoothing))
    for name in train:
        for a, b in zip("." + name, name + "."):
            counts[ALPHABET.index(a), ALPHABET.index(b)] += 1
    p = counts / counts.sum()
    return float(np.mean([-np.log(p[ALPHABET.index(a), ALPHABET.index(b)]) for name in valid for a, b in zip("." + name, name + ".")]))

# %% bigram_loss / smoothed-above
# says: You added the smoothing to the counts and not to what you divide by. Each row has to add up to one.
# hint: 2
def bigram_loss(train, valid, smoothing):
    counts = np.zeros((27, 27))
    for name in train:
        for a, b in zip("." + name, name + "."):
            counts[ALPHABET.index(a), ALPHABET.index(b)] += 1
    p = (counts + smoothing) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return float(np.mean([-np.log(p[ALPHABET.index(a), ALPHABET.index(b)]) for name in valid for a, b in zip("." + name, name + ".")]))

# %% clipped_step / after
# says: You clipped after the step, that is, the weights. What is to be bounded is the gradient, before the step is taken.
# hint: 3
def clipped_step(weights, gradients, rate, limit):
    new = [w - rate * g for w, g in zip(weights, gradients)]
    norm = np.sqrt(sum(np.sum(w**2) for w in new))
    return [w * (limit / norm) if norm > limit else w for w in new]

# %% clipped_step / each
# says: You clipped each array by its own norm, which turns the step. All gradients together are one vector with one norm.
# hint: 1
def clipped_step(weights, gradients, rate, limit):
    return [w - rate * g * (limit / np.linalg.norm(g) if np.linalg.norm(g) > limit else 1.0) for w, g in zip(weights, gradients)]

# %% clipped_step / by-value
# says: You cut each entry at the limit. Clipping by the norm keeps the direction and shortens the vector.
# hint: 1
def clipped_step(weights, gradients, rate, limit):
    return [w - rate * np.clip(g, -limit, limit) for w, g in zip(weights, gradients)]

# %% clipped_step / always
# says: You brought every gradient to the limit. One that is shorter is left as it is.
# hint: 2
def clipped_step(weights, gradients, rate, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    scale = limit / norm if norm > 0 and np.isfinite(limit) else 1.0
    return [w - rate * scale * g for w, g in zip(weights, gradients)]

# %% clipped_step / step-clipped
# says: You bounded the step, rate included. The limit is one for the gradient; the rate comes after it.
# hint: 3
def clipped_step(weights, gradients, rate, limit):
    norm = rate * np.sqrt(sum(np.sum(g**2) for g in gradients))
    scale = limit / norm if norm > limit else 1.0
    return [w - rate * scale * g for w, g in zip(weights, gradients)]

# %% advance / no-velocity
# says: The velocity starts again at zero, so this is another run. It belongs to the state, as the weights do.
# hint: 1
def advance(state, X, y, steps, batch, rate, beta):
    w, velocity, step = state["w"], np.zeros_like(state["w"]), state["step"]
    for _ in range(steps):
        epoch, place = divmod(step, len(X) // batch)
        rows = epoch_order(state["seed"], epoch, len(X))[place * batch : (place + 1) * batch]
        velocity = beta * velocity + X[rows].T @ (X[rows] @ w - y[rows]) / batch
        w, step = w - rate * velocity, step + 1
    return {"w": w, "velocity": velocity, "step": step, "seed": state["seed"]}

# %% advance / first-epoch-again
# says: Your batches begin again with the first epoch. Which rows come next depends on how many steps were taken before.
# hint: 2
def advance(state, X, y, steps, batch, rate, beta):
    w, velocity = state["w"], state["velocity"]
    for step in range(steps):
        epoch, place = divmod(step, len(X) // batch)
        rows = epoch_order(state["seed"], epoch, len(X))[place * batch : (place + 1) * batch]
        velocity = beta * velocity + X[rows].T @ (X[rows] @ w - y[rows]) / batch
        w = w - rate * velocity
    return {"w": w, "velocity": velocity, "step": state["step"] + steps, "seed": state["seed"]}

# %% advance / step-stays
# says: The state that you return says that no steps were taken. A run that goes on from it would read the same batches again.
# hint: 1
def advance(state, X, y, steps, batch, rate, beta):
    w, velocity, step = state["w"], state["velocity"], state["step"]
    for _ in range(steps):
        epoch, place = divmod(step, len(X) // batch)
        rows = epoch_order(state["seed"], epoch, len(X))[place * batch : (place + 1) * batch]
        velocity = beta * velocity + X[rows].T @ (X[rows] @ w - y[rows]) / batch
        w, step = w - rate * velocity, step + 1
    return {"w": w, "velocity": velocity, "step": state["step"], "seed": state["seed"]}

# %% advance / one-order
# says: Every epoch has an order of its own. You read the rows in the order of the first epoch, again and again.
# hint: 3
def advance(state, X, y, steps, batch, rate, beta):
    w, velocity, step = state["w"], state["velocity"], state["step"]
    for _ in range(steps):
        place = step % (len(X) // batch)
        rows = epoch_order(state["seed"], 0, len(X))[place * batch : (place + 1) * batch]
        velocity = beta * velocity + X[rows].T @ (X[rows] @ w - y[rows]) / batch
        w, step = w - rate * velocity, step + 1
    return {"w": w, "velocity": velocity, "step": step, "seed": state["seed"]}

# %% layer_signals / no-half
# says: The half is missing: each side of the bend carries half of the mean square.
# hint: 2
def layer_signals(left, right, gain, depth):
    kept = left**2 + right**2
    q = (gain**2 * kept) ** np.arange(depth)
    return {"gain": float(kept**-0.5), "q": q, "g": q[::-1].copy()}

# %% layer_signals / backward-forward
# says: The gradient is known in the last layer and goes backward: your g runs the wrong way.
# hint: 3
def layer_signals(left, right, gain, depth):
    kept = (left**2 + right**2) / 2
    q = (gain**2 * kept) ** np.arange(depth)
    return {"gain": float(kept**-0.5), "q": q, "g": q.copy()}

# %% layer_signals / amplitude
# says: You propagated lengths. q and g are mean squares, so the gain enters squared.
# hint: 1
def layer_signals(left, right, gain, depth):
    kept = (left**2 + right**2) / 2
    q = (gain * kept**0.5) ** np.arange(depth)
    return {"gain": float(kept**-0.5), "q": q, "g": q[::-1].copy()}

# %% layer_signals / variance
# says: That is the variance that keeps signals. The gain is its square root.
# hint: 3
def layer_signals(left, right, gain, depth):
    kept = (left**2 + right**2) / 2
    q = (gain**2 * kept) ** np.arange(depth)
    return {"gain": float(1 / kept), "q": q, "g": q[::-1].copy()}

# %% early_stopping / last
# says: You hand back the last weights. Patience has let the run go past its best: the best weights have to be restored.
# hint: 3
def early_stopping(weights, losses, patience):
    best, place = 0, 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best == patience:
            break
    return place + 1, weights[place].copy()

# %% early_stopping / future
# says: You took the best of all evaluations. The run has ended by then: it can keep only what it has seen.
# hint: 1
def early_stopping(weights, losses, patience):
    best, place = 0, 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best == patience:
            break
    return place + 1, weights[int(np.nanargmin(losses))].copy()

# %% early_stopping / one-more
# says: The run ends when as many evaluations as the patience have brought nothing; yours waits for one more.
# hint: 3
def early_stopping(weights, losses, patience):
    best, place = 0, 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best > patience:
            break
    return place + 1, weights[best].copy()

# %% early_stopping / ties
# says: A loss that equals the best is no improvement, and does not renew the patience.
# hint: 2
def early_stopping(weights, losses, patience):
    best, place = 0, 0
    for place, loss in enumerate(losses):
        if loss <= losses[best]:
            best = place
        if place - best == patience:
            break
    return place + 1, weights[best].copy()

# %% early_stopping / nan-is-best
# says: A loss that is not a number was kept as the best. Every comparison with nan is false: ask whether the new loss is less.
# hint: 2
def early_stopping(weights, losses, patience):
    best, place = 0, 0
    for place, loss in enumerate(losses):
        if place and not loss >= losses[best]:
            best = place
        if place - best == patience:
            break
    return place + 1, weights[best].copy()

# %% gradient_profile / summed
# says: Your gradients belong to the sum of the losses. The loss is their mean: divide by the number of examples.
# hint: 2
def gradient_profile(weights, x, y, activation):
    h, reads, slopes = x, [x], []
    for W in weights[:-1]:
        z = h @ W
        h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        slopes.append(1 - h**2 if activation == "tanh" else (z > 0) * 1.0)
        reads.append(h)
    z = h @ weights[-1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d = p / p.sum(axis=1, keepdims=True) - np.eye(p.shape[1])[y]
    norms = [np.linalg.norm(reads[-1].T @ d)]
    for W, slope, read in zip(weights[:0:-1], slopes[::-1], reads[-2::-1]):
        d = (d @ W.T) * slope
        norms.append(np.linalg.norm(read.T @ d))
    return np.array(norms[::-1])

# %% gradient_profile / no-slope
# says: The slope of the activation is missing on the way back: the derivative passes through it in every layer.
# hint: 2
def gradient_profile(weights, x, y, activation):
    h, reads = x, [x]
    for W in weights[:-1]:
        h = np.tanh(h @ W) if activation == "tanh" else np.maximum(h @ W, 0)
        reads.append(h)
    z = h @ weights[-1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d = (p / p.sum(axis=1, keepdims=True) - np.eye(p.shape[1])[y]) / len(x)
    norms = [np.linalg.norm(reads[-1].T @ d)]
    for W, read in zip(weights[:0:-1], reads[-2::-1]):
        d = d @ W.T
        norms.append(np.linalg.norm(read.T @ d))
    return np.array(norms[::-1])

# %% gradient_profile / reversed
# says: The order is turned: the first entry is the first layer's.
# hint: 3
def gradient_profile(weights, x, y, activation):
    h, reads, slopes = x, [x], []
    for W in weights[:-1]:
        z = h @ W
        h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        slopes.append(1 - h**2 if activation == "tanh" else (z > 0) * 1.0)
        reads.append(h)
    z = h @ weights[-1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d = (p / p.sum(axis=1, keepdims=True) - np.eye(p.shape[1])[y]) / len(x)
    norms = [np.linalg.norm(reads[-1].T @ d)]
    for W, slope, read in zip(weights[:0:-1], slopes[::-1], reads[-2::-1]):
        d = (d @ W.T) * slope
        norms.append(np.linalg.norm(read.T @ d))
    return np.array(norms)

# %% gradient_profile / by-outputs
# says: These are the norms of the derivatives by what the layers put out. Those by the weights hold what the layer reads, too.
# hint: 3
def gradient_profile(weights, x, y, activation):
    h, slopes = x, []
    for W in weights[:-1]:
        z = h @ W
        h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        slopes.append(1 - h**2 if activation == "tanh" else (z > 0) * 1.0)
    z = h @ weights[-1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d = (p / p.sum(axis=1, keepdims=True) - np.eye(p.shape[1])[y]) / len(x)
    norms = [np.linalg.norm(d)]
    for W, slope in zip(weights[:0:-1], slopes[::-1]):
        d = (d @ W.T) * slope
        norms.append(np.linalg.norm(d))
    return np.array(norms[::-1])

# %% at_equal_time / equal-steps
# says: You compared the runs after equally many steps. A step of a large batch takes longer: compare at equal time.
# hint: 1
def at_equal_time(seconds, curves, budget):
    t = int(budget / min(seconds))
    losses = np.array([curve[min(t, len(curve) - 1)] for curve in curves])
    return {"losses": losses, "best": int(np.argmin(losses))}

# %% at_equal_time / rounded
# says: A step that is not complete when the time is up does not count. You rounded.
# hint: 2
def at_equal_time(seconds, curves, budget):
    losses = np.array([curve[min(round(budget / s), len(curve) - 1)] for s, curve in zip(seconds, curves)])
    return {"losses": losses, "best": int(np.argmin(losses))}

# %% at_equal_time / one-early
# says: Entry 0 of a curve is the loss before any step: after t steps comes entry t.
# hint: 3
def at_equal_time(seconds, curves, budget):
    losses = np.array([curve[min(max(int(budget / s) - 1, 0), len(curve) - 1)] for s, curve in zip(seconds, curves)])
    return {"losses": losses, "best": int(np.argmin(losses))}

# %% at_equal_time / lowest-ever
# says: You took the lowest loss on the way. What is compared is the loss that the run has when the time is up.
# hint: 1
def at_equal_time(seconds, curves, budget):
    losses = np.array([min(curve[: int(budget / s) + 1]) for s, curve in zip(seconds, curves)])
    return {"losses": losses, "best": int(np.argmin(losses))}

# %% foretold / one-layer-more
# says: From layer 1 to layer 21 there are 20 steps, not 21.
# hint: 1
signal = 2.0**-21
ratio = 0.01
steps = 5000.0

# %% foretold / kept
# says: Xavier's variance keeps signals where the activation is linear. ReLU cuts half of the mean square away in each layer.
# hint: 1
signal = 1.0
ratio = 0.01
steps = 5000.0

# %% foretold / both-shortened
# says: Adam divides by an average of gradients that are all clipped: the factor cancels, and its steps keep their length.
# hint: 2
signal = 2.0**-20
ratio = 1.0
steps = 5000.0

# %% foretold / coupled
# says: The decay is multiplied by the rate in each step. 1/decay would be the time without that.
# hint: 3
signal = 2.0**-20
ratio = 0.01
steps = 100.0

# %% limit_lab / summed
# says: Your loss is a sum over all places. The mean is asked for.
# hint: 3
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.sum(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def measure(seed, hidden, rate, steps):
    data, (W1, W2), losses = pairs(seed, 30), start(seed, hidden), []
    for _ in range(steps + 1):
        loss, first, second = loss_and_slopes(W1, W2, *data)
        losses.append(loss)
        W1, W2 = W1 - rate * first, W2 - rate * second
    return np.array(losses)

# %% limit_lab / contexts-assigned
# says: A context that occurs more than once must add up its gradients: W1[contexts] += keeps the last one only.
# hint: 3
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    first[contexts] += slope @ W2.T * (1 - hidden**2)
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def measure(seed, hidden, rate, steps):
    data, (W1, W2), losses = pairs(seed, 30), start(seed, hidden), []
    for _ in range(steps + 1):
        loss, first, second = loss_and_slopes(W1, W2, *data)
        losses.append(loss)
        W1, W2 = W1 - rate * first, W2 - rate * second
    return np.array(losses)

# %% limit_lab / no-tanh-slope
# says: The gradient of W1 lacks the slope of tanh, 1 - tanh^2.
# hint: 3
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T)
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def measure(seed, hidden, rate, steps):
    data, (W1, W2), losses = pairs(seed, 30), start(seed, hidden), []
    for _ in range(steps + 1):
        loss, first, second = loss_and_slopes(W1, W2, *data)
        losses.append(loss)
        W1, W2 = W1 - rate * first, W2 - rate * second
    return np.array(losses)

# %% limit_lab / one-after-the-other
# says: Your second matrix already uses the new first one. Both move from the same old weights.
# hint: 3
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def measure(seed, hidden, rate, steps):
    data, (W1, W2), losses = pairs(seed, 30), start(seed, hidden), []
    for _ in range(steps + 1):
        loss, first, second = loss_and_slopes(W1, W2, *data)
        losses.append(loss)
        W1 = W1 - rate * first
        W2 = W2 - rate * loss_and_slopes(W1, W2, *data)[2]
    return np.array(losses)

# %% limit_lab / one-matrix
# says: You train the second matrix alone. Both are trained.
# hint: 2
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def measure(seed, hidden, rate, steps):
    data, (W1, W2), losses = pairs(seed, 30), start(seed, hidden), []
    for _ in range(steps + 1):
        loss, first, second = loss_and_slopes(W1, W2, *data)
        losses.append(loss)
        W2 = W2 - rate * second
    return np.array(losses)

# %% limit_lab / logits-overflow
# says: Logits that differ by thousands break your formula. Subtract the largest of each row first, and take the logarithm of the sum minus the logit, never that of a probability.
# hint: 3
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def measure(seed, hidden, rate, steps):
    data, (W1, W2), losses = pairs(seed, 30), start(seed, hidden), []
    for _ in range(steps + 1):
        loss, first, second = loss_and_slopes(W1, W2, *data)
        losses.append(loss)
        W1, W2 = W1 - rate * first, W2 - rate * second
    return np.array(losses)

# %% limit_lab / one-over-sharpness
# says: That is 1 over the sharpness, the rate that ends in one step along that direction. Stable are rates up to twice of it.
# hint: 1
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def predict(seed, hidden):
    data, (W1, W2) = pairs(seed, 30), start(seed, hidden)

    def slope(moved):
        A, B = W1 + moved[: W1.size].reshape(W1.shape), W2 + moved[W1.size :].reshape(W2.shape)
        return np.concatenate([part.ravel() for part in loss_and_slopes(A, B, *data)[1:]])

    hessian = np.array([(slope(along) - slope(-along)) / 2e-4 for along in 1e-4 * np.eye(W1.size + W2.size)])
    return 1 / np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]

# %% limit_lab / second-matrix-alone
# says: Your Hessian is that of one matrix. It is taken by all weights of both.
# hint: 2
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def predict(seed, hidden):
    data, (W1, W2) = pairs(seed, 30), start(seed, hidden)

    def slope(moved):
        A, B = W1 + moved[: W1.size].reshape(W1.shape), W2 + moved[W1.size :].reshape(W2.shape)
        return np.concatenate([part.ravel() for part in loss_and_slopes(A, B, *data)[1:]])

    keep = slice(W1.size, None)
    hessian = np.array([(slope(along) - slope(-along))[keep] / 2e-4 for along in 1e-4 * np.eye(W1.size + W2.size)[W1.size :]])
    return 2 / np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]

# %% limit_lab / along-the-gradient
# says: That is the curvature along the gradient. The largest eigenvalue is that of the sharpest direction.
# hint: 2
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def predict(seed, hidden):
    data, (W1, W2) = pairs(seed, 30), start(seed, hidden)
    _, A, B = loss_and_slopes(W1, W2, *data)
    size = np.sqrt(np.sum(A**2) + np.sum(B**2))
    ahead, behind = (loss_and_slopes(W1 + e * A / size, W2 + e * B / size, *data) for e in (1e-4, -1e-4))
    return 2e-4 * 2 * size / (np.sum((ahead[1] - behind[1]) * A) + np.sum((ahead[2] - behind[2]) * B))

# %% limit_lab / trace
# says: That is 2 over the sum of all eigenvalues. The largest alone decides.
# hint: 2
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def predict(seed, hidden):
    data, (W1, W2) = pairs(seed, 30), start(seed, hidden)

    def slope(moved):
        A, B = W1 + moved[: W1.size].reshape(W1.shape), W2 + moved[W1.size :].reshape(W2.shape)
        return np.concatenate([part.ravel() for part in loss_and_slopes(A, B, *data)[1:]])

    hessian = np.array([(slope(along) - slope(-along)) / 2e-4 for along in 1e-4 * np.eye(W1.size + W2.size)])
    return 2 / np.trace(hessian)

# %% limit_lab / largest-in-size
# says: You take the eigenvalue that is largest in size. A negative one is a direction downhill and limits no rate.
# hint: 3
def loss_and_slopes(W1, W2, contexts, targets):
    hidden, rows = np.tanh(W1[contexts]), np.arange(len(contexts))
    logits = hidden @ W2
    logits = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum(axis=1)
    slope = np.exp(logits) / total[:, None]
    slope[rows, targets] -= 1
    slope = slope / len(rows)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, slope @ W2.T * (1 - hidden**2))
    return np.mean(np.log(total) - logits[rows, targets]), first, hidden.T @ slope


def predict(seed, hidden):
    data, (W1, W2) = pairs(seed, 30), start(seed, hidden)

    def slope(moved):
        A, B = W1 + moved[: W1.size].reshape(W1.shape), W2 + moved[W1.size :].reshape(W2.shape)
        return np.concatenate([part.ravel() for part in loss_and_slopes(A, B, *data)[1:]])

    hessian = np.array([(slope(along) - slope(-along)) / 2e-4 for along in 1e-4 * np.eye(W1.size + W2.size)])
    return 2 / np.linalg.svd(hessian)[1][0]

# %% limit_lab / shares-as-rates
# says: You took the shares for rates. They are multiplied by the predicted limit.
# hint: 2
def draw(seed, hidden, shares, steps):
    limit = predict(seed, hidden)
    rates = np.array(shares)
    figure, axes = plt.subplots()
    axes.loglog(rates, [measure(seed, hidden, rate, steps)[-1] for rate in rates], "o-", label="measured")
    axes.axvline(limit, linestyle="--", label="2 / sharpness at the start")
    axes.axhline(measure(seed, hidden, 0.0, 0)[0], linestyle=":", label="before training")
    axes.set_xlabel("rate")
    axes.set_ylabel(f"loss after {steps} steps")
    axes.legend()
    return figure

# %% limit_lab / no-level
# says: Your plot lacks the level of the loss before the first step, or it does not reach along all rates.
# hint: 1
def draw(seed, hidden, shares, steps):
    limit = predict(seed, hidden)
    rates = limit * np.array(shares)
    figure, axes = plt.subplots()
    axes.loglog(rates, [measure(seed, hidden, rate, steps)[-1] for rate in rates], "o-", label="measured")
    axes.axvline(limit, linestyle="--", label="2 / sharpness at the start")
    axes.set_xlabel("rate")
    axes.set_ylabel(f"loss after {steps} steps")
    axes.legend()
    return figure

# %% own_studies / validated-on-training
# says: Your validation loss is that of places that train. The first 200 places train, and only the others validate.
# hint: 1
def gradients_at(weights, contexts, targets):
    """Mean loss of the small network and its gradients by both matrices."""
    W1, W2 = weights
    h = np.tanh(W1[contexts])
    z = h @ W2
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1)
    here = (np.arange(len(targets)), targets)
    d = np.exp(z) / total[:, None]
    d[here] -= 1
    d = d / len(targets)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, d @ W2.T * (1 - h**2))
    return float(np.mean(np.log(total) - z[here])), [first, h.T @ d]


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    weights, found = [scale * W for W in start(seed)], []
    for step in range(steps + 1):
        train, slopes = gradients_at(weights, contexts[:200], targets[:200])
        valid, _ = gradients_at(weights, contexts[:200], targets[:200])
        found.append((train, valid, *(np.linalg.norm(G) for G in slopes)))
        epoch, place = divmod(step, 200 // batch)
        rows = epoch_order(seed, epoch, 200)[place * batch : (place + 1) * batch]
        _, slopes = gradients_at(weights, contexts[rows], targets[rows])
        weights = [W - rate * G for W, G in zip(weights, slopes)]
    found = np.array(found)
    return {"train": found[:, 0], "valid": found[:, 1], "norms": found[:, 2:]}

# %% own_studies / all-places-train
# says: You train on all places, so that nothing is left to validate with. Only the first 200 places train.
# hint: 1
def gradients_at(weights, contexts, targets):
    """Mean loss of the small network and its gradients by both matrices."""
    W1, W2 = weights
    h = np.tanh(W1[contexts])
    z = h @ W2
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1)
    here = (np.arange(len(targets)), targets)
    d = np.exp(z) / total[:, None]
    d[here] -= 1
    d = d / len(targets)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, d @ W2.T * (1 - h**2))
    return float(np.mean(np.log(total) - z[here])), [first, h.T @ d]


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    weights, found = [scale * W for W in start(seed)], []
    for step in range(steps + 1):
        train, slopes = gradients_at(weights, contexts, targets)
        valid, _ = gradients_at(weights, contexts[200:], targets[200:])
        found.append((train, valid, *(np.linalg.norm(G) for G in slopes)))
        epoch, place = divmod(step, 200 // batch)
        rows = epoch_order(seed, epoch, 200)[place * batch : (place + 1) * batch]
        _, slopes = gradients_at(weights, contexts[rows], targets[rows])
        weights = [W - rate * G for W, G in zip(weights, slopes)]
    found = np.array(found)
    return {"train": found[:, 0], "valid": found[:, 1], "norms": found[:, 2:]}

# %% own_studies / norms-of-the-batch
# says: Your norms are those of the gradient of a batch, which holds noise. The gradient over all training places is asked for.
# hint: 3
def gradients_at(weights, contexts, targets):
    """Mean loss of the small network and its gradients by both matrices."""
    W1, W2 = weights
    h = np.tanh(W1[contexts])
    z = h @ W2
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1)
    here = (np.arange(len(targets)), targets)
    d = np.exp(z) / total[:, None]
    d[here] -= 1
    d = d / len(targets)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, d @ W2.T * (1 - h**2))
    return float(np.mean(np.log(total) - z[here])), [first, h.T @ d]


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    weights, found = [scale * W for W in start(seed)], []
    for step in range(steps + 1):
        train, _ = gradients_at(weights, contexts[:200], targets[:200])
        valid, _ = gradients_at(weights, contexts[200:], targets[200:])
        epoch, place = divmod(step, 200 // batch)
        rows = epoch_order(seed, epoch, 200)[place * batch : (place + 1) * batch]
        _, slopes = gradients_at(weights, contexts[rows], targets[rows])
        found.append((train, valid, *(np.linalg.norm(G) for G in slopes)))
        weights = [W - rate * G for W, G in zip(weights, slopes)]
    found = np.array(found)
    return {"train": found[:, 0], "valid": found[:, 1], "norms": found[:, 2:]}

# %% own_studies / loss-of-the-batch
# says: Your training loss is that of the batch which the next step reads. The loss over all 200 training places is asked for.
# hint: 1
def gradients_at(weights, contexts, targets):
    """Mean loss of the small network and its gradients by both matrices."""
    W1, W2 = weights
    h = np.tanh(W1[contexts])
    z = h @ W2
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1)
    here = (np.arange(len(targets)), targets)
    d = np.exp(z) / total[:, None]
    d[here] -= 1
    d = d / len(targets)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, d @ W2.T * (1 - h**2))
    return float(np.mean(np.log(total) - z[here])), [first, h.T @ d]


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    weights, found = [scale * W for W in start(seed)], []
    for step in range(steps + 1):
        train, slopes = gradients_at(weights, contexts[:200], targets[:200])
        valid, _ = gradients_at(weights, contexts[200:], targets[200:])
        found.append((train, valid, *(np.linalg.norm(G) for G in slopes)))
        epoch, place = divmod(step, 200 // batch)
        rows = epoch_order(seed, epoch, 200)[place * batch : (place + 1) * batch]
        loss, slopes = gradients_at(weights, contexts[rows], targets[rows])
        found[-1] = (loss, *found[-1][1:])
        weights = [W - rate * G for W, G in zip(weights, slopes)]
    found = np.array(found)
    return {"train": found[:, 0], "valid": found[:, 1], "norms": found[:, 2:]}

# %% own_studies / one-order-for-all
# says: Every epoch has an order of its own. You read the places in the order of the first epoch, again and again.
# hint: 2
def gradients_at(weights, contexts, targets):
    """Mean loss of the small network and its gradients by both matrices."""
    W1, W2 = weights
    h = np.tanh(W1[contexts])
    z = h @ W2
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1)
    here = (np.arange(len(targets)), targets)
    d = np.exp(z) / total[:, None]
    d[here] -= 1
    d = d / len(targets)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, d @ W2.T * (1 - h**2))
    return float(np.mean(np.log(total) - z[here])), [first, h.T @ d]


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    weights, found = [scale * W for W in start(seed)], []
    for step in range(steps + 1):
        train, slopes = gradients_at(weights, contexts[:200], targets[:200])
        valid, _ = gradients_at(weights, contexts[200:], targets[200:])
        found.append((train, valid, *(np.linalg.norm(G) for G in slopes)))
        epoch, place = divmod(step, 200 // batch)
        rows = epoch_order(seed, 0, 200)[place * batch : (place + 1) * batch]
        _, slopes = gradients_at(weights, contexts[rows], targets[rows])
        weights = [W - rate * G for W, G in zip(weights, slopes)]
    found = np.array(found)
    return {"train": found[:, 0], "valid": found[:, 1], "norms": found[:, 2:]}

# %% own_studies / one-matrix-scaled
# says: You scale the first matrix alone. Both are multiplied by the scale.
# hint: 1
def gradients_at(weights, contexts, targets):
    """Mean loss of the small network and its gradients by both matrices."""
    W1, W2 = weights
    h = np.tanh(W1[contexts])
    z = h @ W2
    z = z - z.max(axis=1, keepdims=True)
    total = np.exp(z).sum(axis=1)
    here = (np.arange(len(targets)), targets)
    d = np.exp(z) / total[:, None]
    d[here] -= 1
    d = d / len(targets)
    first = np.zeros_like(W1)
    np.add.at(first, contexts, d @ W2.T * (1 - h**2))
    return float(np.mean(np.log(total) - z[here])), [first, h.T @ d]


def run(seed, scale, batch, rate, steps):
    contexts, targets = pairs(seed, 40)
    (W1, W2), found = start(seed), []
    weights = [scale * W1, W2]
    for step in range(steps + 1):
        train, slopes = gradients_at(weights, contexts[:200], targets[:200])
        valid, _ = gradients_at(weights, contexts[200:], targets[200:])
        found.append((train, valid, *(np.linalg.norm(G) for G in slopes)))
        epoch, place = divmod(step, 200 // batch)
        rows = epoch_order(seed, epoch, 200)[place * batch : (place + 1) * batch]
        _, slopes = gradients_at(weights, contexts[rows], targets[rows])
        weights = [W - rate * G for W, G in zip(weights, slopes)]
    found = np.array(found)
    return {"train": found[:, 0], "valid": found[:, 1], "norms": found[:, 2:]}

# %% own_studies / equal-steps
# says: You compare the batches after equally many steps. Each completes as many as its own seconds allow in the budget.
# hint: 3
def studies(seed, rate, steps, scales, batches, seconds, budget, patience):
    runs = [run(seed, scale, 200, rate, steps) for scale in scales]
    timed = [run(seed, 1.0, batch, rate, int(budget / max(seconds))) for batch in batches]
    valid = run(seed, 1.0, 200, rate, steps)["valid"]
    best, place = 0, 0
    for place, loss in enumerate(valid):
        if loss < valid[best]:
            best = place
        if place - best == patience:
            break
    return {
        "starts": np.array([one["train"][-1] for one in runs]),
        "batches": np.array([one["train"][-1] for one in timed]),
        "stopping": np.array([place + 1, best]),
        "layers": np.array([one["norms"][[0, -1]] for one in runs]),
    }

# %% own_studies / last-kept
# says: You keep the last weights that were evaluated. Kept are those of the lowest validation loss up to there.
# hint: 3
def studies(seed, rate, steps, scales, batches, seconds, budget, patience):
    runs = [run(seed, scale, 200, rate, steps) for scale in scales]
    timed = [run(seed, 1.0, batch, rate, int(budget / each)) for batch, each in zip(batches, seconds)]
    valid = run(seed, 1.0, 200, rate, steps)["valid"]
    best, place = 0, 0
    for place, loss in enumerate(valid):
        if loss < valid[best]:
            best = place
        if place - best == patience:
            break
    return {
        "starts": np.array([one["train"][-1] for one in runs]),
        "batches": np.array([one["train"][-1] for one in timed]),
        "stopping": np.array([place + 1, place]),
        "layers": np.array([one["norms"][[0, -1]] for one in runs]),
    }

# %% own_studies / stopped-by-training
# says: You stop by the training loss, which goes on falling while the model overfits. It is the validation loss that decides.
# hint: 1
def studies(seed, rate, steps, scales, batches, seconds, budget, patience):
    runs = [run(seed, scale, 200, rate, steps) for scale in scales]
    timed = [run(seed, 1.0, batch, rate, int(budget / each)) for batch, each in zip(batches, seconds)]
    valid = run(seed, 1.0, 200, rate, steps)["train"]
    best, place = 0, 0
    for place, loss in enumerate(valid):
        if loss < valid[best]:
            best = place
        if place - best == patience:
            break
    return {
        "starts": np.array([one["train"][-1] for one in runs]),
        "batches": np.array([one["train"][-1] for one in timed]),
        "stopping": np.array([place + 1, best]),
        "layers": np.array([one["norms"][[0, -1]] for one in runs]),
    }
